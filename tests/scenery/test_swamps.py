"""A swamp has dark trunks and bulrushes at its sides, and weed on dark water."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(8))
def test_a_swamp_has_dark_trunks_at_the_sides_and_weed_on_dark_water(seed: int) -> None:
    image = drawn("swamp", seed, 256, 256)
    dark = image[20:120].sum(-1) < 270
    assert min(share(dark[:, :90]), share(dark[:, 166:])) > 0.08
    water = image[170:]
    assert share((water[..., 1] > water[..., 0] + 3) & (water[..., 1] > water[..., 2] + 6)) > 0.5
    assert water[:, 80:176].mean() < 115
    assert share((water[..., 1] > water[..., 2] + 40) & (water[..., 1] > 95)) > 0.25
    bulrush = (image[..., 0] > image[..., 1] + 25) & (image[..., 0] < 160)
    assert share(bulrush[100:, :64]) + share(bulrush[100:, 192:]) > 4 * share(bulrush[100:, 80:176]) + 0.01
