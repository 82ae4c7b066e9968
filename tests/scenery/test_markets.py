"""A market has striped awnings and heaps of many colours at both sides, and an even, free ground in the middle."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_stalls_stand_at_both_sides_of_a_free_ground(seed: int) -> None:
    image = drawn("market", seed, 192, 192)
    vivid = np.ptp(image, axis=-1) > 70
    for side in (image[:, :44], image[:, -44:]):
        awning = side[20:70].astype(float)
        assert np.abs(np.diff(awning.mean(-1), axis=0)).mean() > 12  # stripes
        assert hues(side, 70) >= 3
    assert share(vivid[90:125, :40]) + share(vivid[90:125, -40:]) > 0.8  # fruit or spices
    ground = image[150:, 80:112]
    assert ground.std((0, 1)).max() < 24
    assert share(vivid[150:, 80:112]) < 0.5


@pytest.mark.parametrize("seed", range(3))
def test_lamps_below_the_awnings_shine_at_night(seed: int) -> None:
    day = drawn("market", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    lit = (night[..., 0] > 150) & (night[..., 0] - night[..., 2] > 60)
    assert 0.002 < lit[50:120].mean() < 0.3
