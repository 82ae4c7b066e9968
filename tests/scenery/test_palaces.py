"""A throne room has a red carpet on a light floor of tiles, golden things above it, and bright windows."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_red_carpet_leads_to_a_golden_throne(seed: int) -> None:
    image = drawn("throne room", seed)
    red, green, blue = (image[..., k] for k in range(3))
    carpet = (red > 110) & (green < 70) & (blue < 90)
    assert share(carpet[100:124, 58:70]) > 0.9
    assert share(carpet[100:124, :16]) < 0.02
    gold = (red > 150) & (red - blue > 70) & (green > 0.6 * red) & (green < 0.92 * red)
    assert share(gold[36:82, 44:84]) > 0.15


@pytest.mark.parametrize("seed", range(6))
def test_tiles_of_two_colours_lie_beside_the_carpet(seed: int) -> None:
    row = drawn("throne room", seed)[112, :34].sum(-1)
    assert np.ptp(row) > 60
    assert (np.diff((row > row.mean()).astype(int)) != 0).sum() >= 1
