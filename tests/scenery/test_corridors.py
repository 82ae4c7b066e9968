"""A hospital corridor has a cross on a white sign, bright lights in its ceiling, and a bed on wheels at one side."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_cross_hangs_on_a_white_sign(seed: int) -> None:
    image = drawn("hospital corridor", seed)[18:44, 24:104]
    red, green, blue = (image[..., k] for k in range(3))
    crosses = [(red - green > 120) & (red - blue > 110), (green - red > 90) & (green - blue > 40)]
    cross = max(crosses, key=share)
    assert share(cross) > 0.03
    ys, xs = np.nonzero(cross)
    around = image[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    assert share(around.min(-1) > 215) > 0.2


@pytest.mark.parametrize("seed", range(6))
def test_lights_shine_in_the_ceiling(seed: int) -> None:
    image = drawn("hospital corridor", seed)
    top = image[4:16].mean(-1)
    assert top[:, 54:74].max() > 236
    assert np.median(top) < top[:, 54:74].max() - 25


@pytest.mark.parametrize("seed", range(6))
def test_a_bed_stands_on_wheels_at_one_side(seed: int) -> None:
    image = drawn("hospital corridor", seed)
    tyre = image.max(-1) < 90
    sides = [share(tyre[88:116, :44]), share(tyre[88:116, -44:])]
    assert max(sides) > 0.01
    assert share(tyre[88:116, 52:76]) == 0
