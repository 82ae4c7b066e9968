"""A kitchen has an oven that glows at one side, and a light floor of tiles in two colours."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_an_oven_glows_above_a_tiled_floor(seed: int) -> None:
    image = drawn("kitchen", seed)
    oven = (image[..., 0] > 170) & (image[..., 0] - image[..., 2] > 80) & (image[..., 1] < image[..., 0] - 35)
    sides = [share(oven[66:84, :48]), share(oven[66:84, 80:])]
    assert max(sides) > 0.1
    row = image[104, 40:88].sum(-1)  # through the calm middle of the floor
    light = row > row.mean()
    assert (np.diff(light.astype(int)) != 0).sum() >= 3
    assert np.ptp(row) > 60
