"""A cabin in the woods has walls of brown logs with lit windows, green firs around it and a clearing before it."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, share


def _lit(image: np.ndarray) -> np.ndarray:
    """Which pixels are as bright and yellow as a lit window."""
    return (image[..., 0] > 235) & (image[..., 0] - image[..., 2] > 110)


@pytest.mark.parametrize("seed", range(8))
def test_windows_are_lit_in_walls_of_logs(seed: int) -> None:
    image = drawn("cabin in the woods", seed, 256, 256)
    walls = image[125:178, 40:216]
    red, green, blue = (walls[..., k] for k in range(3))
    assert share((red > green + 18) & (green > blue + 12)) > 0.35
    assert 0.03 < share(_lit(walls)) < 0.3
    rows = walls.mean((1, 2))
    assert np.abs(np.diff(rows)).max() > 4  # logs lie one on another


@pytest.mark.parametrize("seed", range(8))
def test_firs_around_and_grass_before_it(seed: int) -> None:
    image = drawn("cabin in the woods", seed, 256, 256)
    sides = np.concatenate([image[60:150, :36], image[60:150, -36:]])
    assert share((sides[..., 1] > sides[..., 0] + 10) & (sides.mean(-1) < 130)) > 0.45
    lawn = np.concatenate([image[205:, :60], image[205:, -60:]])
    assert share(lawn[..., 1] > lawn[..., 2] + 20) > 0.85


@pytest.mark.parametrize("seed", range(4))
def test_windows_shine_at_night(seed: int) -> None:
    day = drawn("cabin in the woods", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    assert 0.004 < share((night[..., 0] > 150) & (night[..., 0] - night[..., 2] > 60)) < 0.1
