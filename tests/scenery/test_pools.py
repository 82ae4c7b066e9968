"""A swimming pool is turquoise and lit in its middle, above a rim of small tiles."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_turquoise_water_with_a_net_of_light(seed: int) -> None:
    water = drawn("swimming pool", seed, 192, 192)[100:138, 66:126]
    turquoise = (water[..., 2] > water[..., 0] + 50) & (water[..., 1] > water[..., 0] + 40)
    assert share(turquoise) > 0.6
    assert 14 < water.std((0, 1)).max() < 70  # light on the floor, and little else


@pytest.mark.parametrize("seed", range(6))
def test_the_near_edge_is_a_pale_rim_over_tiles_before_a_calm_deck(seed: int) -> None:
    image = drawn("swimming pool", seed, 192, 192)
    rows = image[:, 76:116].mean((1, 2))
    rim = int(rows[136:156].argmax()) + 136
    assert rows[rim] > 225 and rows[rim] > rows[rim - 12] + 60
    band = image[rim + 4 : rim + 22, 40:152]
    assert share((band[..., 2] > band[..., 0] + 30).any(0)) > 0.6
    assert image[176:190, 60:130].std((0, 1)).max() < 20
