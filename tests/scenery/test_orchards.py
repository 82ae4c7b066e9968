"""An orchard in spring has pale or pink crowns on both sides of a path, and petals on green grass."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _blossom(image: np.ndarray) -> np.ndarray:
    """Which pixels are as pink or as pale as blossoms, with more red than green."""
    red, green, blue = (image[..., k] for k in range(3))
    return (red > 175) & (red >= green + 6) & (blue > green - 14) & (blue > 110)


@pytest.mark.parametrize("seed", range(8))
def test_blossom_on_both_sides(seed: int) -> None:
    blossom = _blossom(drawn("spring orchard", seed, 256, 256))
    assert min(share(blossom[40:120, :80]), share(blossom[40:120, -80:])) > 0.5


@pytest.mark.parametrize("seed", range(8))
def test_petals_lie_on_green_grass(seed: int) -> None:
    image = drawn("spring orchard", seed, 256, 256)
    grass = np.concatenate([image[190:, :60], image[190:, -60:]])
    green = (grass[..., 1] > grass[..., 0] + 12) & (grass[..., 1] > grass[..., 2] + 30)
    assert share(green) > 0.5
    assert 0.02 < share(grass.min(-1) > 150) < 0.35
