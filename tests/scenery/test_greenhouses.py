"""A greenhouse has the sky behind the bars of its roof, and green plants on both sides of a path."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _green(image: np.ndarray) -> np.ndarray:
    """Which pixels are as green as leaves."""
    return (image[..., 1] > image[..., 0] + 15) & (image[..., 1] > image[..., 2] + 15)


@pytest.mark.parametrize("seed", range(6))
def test_plants_on_both_sides_of_a_path(seed: int) -> None:
    green = _green(drawn("greenhouse", seed, 256, 256))
    assert min(share(green[110:170, :70]), share(green[110:170, -70:])) > 0.35
    assert share(green[185:, 90:166]) < 0.02


@pytest.mark.parametrize("seed", range(6))
def test_the_roof_is_of_glass_in_frames(seed: int) -> None:
    image = drawn("greenhouse", seed, 256, 256)
    roof = image[8:80]
    assert roof.mean() > 120
    steps = np.abs(np.diff(roof.mean(-1), axis=1))
    assert share((steps > 25).any(1)) > 0.9  # each row crosses bars
    assert roof.mean((0, 1))[2] > roof.mean((0, 1))[0] - 5
