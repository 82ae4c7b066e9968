"""A playground has painted frames at both sides, a long slide, trees behind and an even ground in front."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_a_climbing_frame_stands_before_trees_behind_an_even_ground(seed: int) -> None:
    image = drawn("playground", seed, 192, 192)
    assert hues(image[60:165], 110) >= 3
    middle = image[88:120, 62:130]
    red, green, blue = (middle[..., k] for k in range(3))
    painted = (np.ptp(middle, axis=-1) > 110) & ((red > green + 25) | (blue > green + 60))
    assert share(painted) > 0.2
    red, green, blue = (image[80:115, :, k] for k in range(3))
    assert share((green > red) & (green > blue + 15)) > 0.12
    assert image[168:180, 60:130].std((0, 1)).max() < 40


@pytest.mark.parametrize("seed", range(6))
def test_a_slide_ends_on_one_side_of_the_ground(seed: int) -> None:
    image = drawn("playground", seed, 192, 192)
    ground = np.median(image[168:180, 60:130].reshape(-1, 3), axis=0)
    other = np.abs(image - ground).max(-1) > 70
    assert max(share(other[135:158, 45:88]), share(other[135:158, -88:-45])) > 0.27


@pytest.mark.parametrize("seed", range(6))
def test_swings_hang_from_a_long_bar(seed: int) -> None:
    image = drawn("playground", seed, 192, 192)
    found = 0
    for y in range(50, 80):
        for x in (0, 12, 110, 122):
            above, bar, below = (image[k, x : x + 56] for k in (y - 12, y, y + 12))
            apart = min(np.abs(above - bar).max(-1).mean(), np.abs(below - bar).max(-1).mean())
            found += bool(bar.std(0).max() < 12 and apart > 60)
    assert found >= 5
