"""A canyon lies between red walls in layers, and sea cliffs rise above white foam and a grassy edge."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(8))
def test_red_walls_in_layers_stand_on_both_sides_of_a_canyon(seed: int) -> None:
    image = drawn("canyon", seed, 256, 256)
    red = image[..., 0] > image[..., 2] + 25
    for wall in (np.s_[84:150, :36], np.s_[84:150, 220:]):
        assert share(red[wall]) > 0.9
        levels = image[wall].mean(1).sum(-1)
        assert (np.abs(np.diff(levels)) > 12).sum() > 6  # the colour changes from layer to layer
    assert share(red[:30, 110:146]) < 0.3  # the sky is seen between them


@pytest.mark.parametrize("seed", range(8))
def test_the_ground_of_a_canyon_is_calm(seed: int) -> None:
    middle = drawn("canyon", seed, 256, 256)[195:225, 100:156]
    assert share(np.abs(np.diff(middle.sum(-1), axis=1)) > 40) < 0.1


@pytest.mark.parametrize("seed", range(8))
def test_a_high_cliff_with_foam_at_its_foot_stands_at_one_side_of_the_sea(seed: int) -> None:
    image = drawn("sea cliffs", seed, 256, 256)
    white = image.min(-1) > 232
    sea = (image[..., 2] > image[..., 0] + 18) & (image[..., 1] > image[..., 0])
    left, right = (share(sea[108:150, cut]) for cut in (slice(0, 70), slice(186, 256)))
    assert max(left, right) > 0.35 and min(left, right) < 0.05
    cliff = np.s_[145:176, 20:100] if left < right else np.s_[145:176, 156:236]
    assert share(white[cliff]) > 0.08


@pytest.mark.parametrize("seed", range(8))
def test_the_viewer_stands_on_grass_above_the_sea(seed: int) -> None:
    red, green, blue = (drawn("sea cliffs", seed, 256, 256)[195:235, 80:176, k] for k in range(3))
    assert share((green > red) & (green > blue + 5)) > 0.95
