"""A bathroom has white tiles, foam on a tub with a yellow duck, and a mirror above a white basin."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_yellow_duck_swims_in_white_foam_at_one_side(seed: int) -> None:
    image = drawn("bathroom", seed)
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    duck = (red > 215) & (green > 170) & (green < 225) & (blue < 110)
    foam = image.min(-1) > 224
    sides = [slice(0, 64), slice(64, 128)]
    tub = max(sides, key=lambda side: share(duck[40:66, side]))
    assert share(duck[40:66, tub]) > 0.04
    assert share(foam[50:72, tub]) > 0.2


@pytest.mark.parametrize("seed", range(6))
def test_the_wall_is_tiled_and_the_floor_in_two_colours(seed: int) -> None:
    image = drawn("bathroom", seed, 256, 256)
    between = image[134:152, 116:140]  # the tub and the basin
    assert share(between.min(-1) > 205) > 0.45  # glazed white
    row = image[250].sum(-1)
    assert row.max() - row.min() > 60
