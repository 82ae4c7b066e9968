"""An aquarium shows bright fish in blue water, behind a glass wall of a dark hall."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_blue_water_is_framed_by_a_dark_hall(seed: int) -> None:
    image = drawn("aquarium", seed)
    blue = (image[..., 2] > image[..., 0] + 30) & (image[..., 2] > 110)
    water = image[16:84, 12:116]
    assert share(blue[16:84, 12:116]) > 0.3
    assert image[:, :2].mean() < 70 and image[:, -2:].mean() < 70 and image[7:10].mean() < 70
    floor = image[100:, 30:98]
    assert water.mean() > 1.25 * floor.mean()
    assert floor.std((0, 1)).max() < 30


@pytest.mark.parametrize("seed", range(6))
def test_fish_and_corals_have_many_colours(seed: int) -> None:
    water = drawn("aquarium", seed, 256, 256)[30:170, 20:236]
    warm = (water[..., 0] > 190) & (water[..., 0] > water[..., 2] + 60)
    assert share(warm) > 0.03
    assert hues(water, 90) >= 5


@pytest.mark.parametrize("seed", range(6))
def test_visitors_stand_at_one_side(seed: int) -> None:
    image = drawn("aquarium", seed)
    dark = image[92:106].max(-1) < 80
    sides = sorted([share(dark[:, 4:44]), share(dark[:, 84:124])])
    assert sides[1] > 1.5 * sides[0] and sides[1] > 0.45
