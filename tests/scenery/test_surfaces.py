"""The moon's ground is grey below a black sky with a blue earth; a wall of bricks is rows of red and brown."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_blue_earth_stands_over_grey_craters(seed: int) -> None:
    image = drawn("moon surface", seed)
    sky, plain = image[:56], image[84:]
    blue = (sky[..., 2] > 120) & (sky[..., 2] - sky[..., 0] > 60)
    assert 0.008 < share(blue) < 0.14
    assert share(sky.max(-1) < 60) > 0.7
    assert share(np.ptp(plain, axis=-1) < 40) > 0.95
    lights = np.percentile(plain.mean(-1), (2, 98))
    assert lights[1] - lights[0] > 140  # craters have a dark and a bright slope
    assert plain.mean() > 100


@pytest.mark.parametrize("seed", range(6))
def test_bricks_lie_in_rows_above_a_calm_pavement(seed: int) -> None:
    image = drawn("brick wall", seed, 192, 192)
    wall = image[60:130, 56:136]
    assert share(wall[..., 0] > wall[..., 2] + 12) > 0.8
    rows = np.diff(wall.mean((1, 2)))  # between a row of bricks and the joint below it
    assert ((rows[1:] > 4) & (rows[:-1] <= 4)).sum() >= 4
    down, across = np.abs(np.diff(wall.mean(-1), axis=0)), np.abs(np.diff(wall.mean(-1), axis=1))
    assert down.mean() > across.mean() > 1  # bricks are longer than they are high
    pavement = image[165:, 40:152]
    assert pavement.std((0, 1)).max() < 24
    assert np.abs(pavement[..., 0] - pavement[..., 2]).mean() < 60


def test_only_lamps_glow_at_night() -> None:
    lamps = 0
    for seed in range(8):
        day = drawn("brick wall", seed).astype(np.uint8)
        night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
        assert night[60:90, 40:88].max() < 150
        lit = share((night[..., 0] > 150) & (night[..., 0] - night[..., 2] > 60))
        assert lit == 0 or 0.001 < lit < 0.05
        lamps += lit > 0
    assert 2 <= lamps < 8
