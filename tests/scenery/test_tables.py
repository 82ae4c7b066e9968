"""A wooden table's top fills the lower part of the picture, with grain along it and a front edge."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn


@pytest.mark.parametrize("seed", range(6))
def test_the_top_is_of_wood_and_ends_in_an_edge(seed: int) -> None:
    image = drawn("wooden table", seed, 256, 256)
    top = image[185:228, 60:196]
    red, green, blue = top.mean((0, 1))
    assert red > green + 15 and green > blue + 8
    light = top.mean(-1)
    down, along = np.abs(np.diff(light, axis=0)).mean(), np.abs(np.diff(light, axis=1)).mean()
    assert down > 1.8 * along
    assert image[252:, 60:196].mean() < 0.5 * top.mean()


@pytest.mark.parametrize("seed", range(6))
def test_light_falls_in_from_a_window_at_one_side(seed: int) -> None:
    image = drawn("wooden table", seed, 256, 256).mean(-1)
    wall = image[40:140]
    left, right = wall[:, :110].std(), wall[:, -110:].std()
    assert max(left, right) > 20
    assert image[80:140, 110:146].std() < 25  # calm behind what stands in the middle
