"""A mushroom forest is dark, with large mushrooms in vivid colours and pale spots at both sides."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_vivid_caps_with_pale_spots_stand_at_both_sides(seed: int) -> None:
    image = drawn("mushroom forest", seed)
    vivid = (image.max(-1) - image.min(-1) > 90) & (image.max(-1) > 150)
    pale = image.min(-1) > 205
    for side in (vivid[20:76, :44], vivid[20:76, -44:]):
        assert share(side) > 0.15
    assert min(share(pale[20:80, :44]), share(pale[20:80, -44:])) > 0.02


@pytest.mark.parametrize("seed", range(6))
def test_the_wood_is_dark_and_its_ground_calm(seed: int) -> None:
    image = drawn("mushroom forest", seed)
    assert image[:10].mean() < 60
    assert image[90:120, 48:80].std((0, 1)).max() < 40
