"""A savanna has dry golden ground under a bright sky, and acacias whose flat crowns are wider than tall."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, share


def _leaves(image: np.ndarray) -> np.ndarray:
    """Which pixels are as green and dark as an acacia's crown."""
    red, green, blue = (image[..., k] for k in range(3))
    return (green > red + 2) & (green > blue + 8) & (green < 190)


@pytest.mark.parametrize("seed", range(8))
def test_dry_grass_under_a_bright_sky(seed: int) -> None:
    image = drawn("savanna", seed, 256, 256)
    ground = image[190:250, 70:186]
    assert share((ground[..., 0] > ground[..., 1]) & (ground[..., 1] > ground[..., 2] + 25)) > 0.85
    assert image[:40].mean() > 110


@pytest.mark.parametrize("seed", range(8))
def test_crowns_are_flat_and_on_both_sides(seed: int) -> None:
    leaves = _leaves(drawn("savanna", seed, 256, 256))[:105]
    left, right = leaves[:, :128], leaves[:, 128:]
    assert min(left.sum(), right.sum()) > 1000
    large = left if left.sum() > right.sum() else right
    assert (large.sum(0) > 4).sum() > 1.5 * (large.sum(1) > 50).sum() > 45


@pytest.mark.parametrize("seed", range(4))
def test_grass_does_not_glow_at_night(seed: int) -> None:
    day = drawn("savanna", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    assert night[120:].mean() < 90 and share(night[120:, :, 0] > 150) < 0.01
