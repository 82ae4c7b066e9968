"""A snowy village has a pale ground, a decorated fir at one side and lit windows under an evening sky."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_snow_lies_before_a_fir_and_lit_windows(seed: int) -> None:
    image = drawn("snowy village", seed)
    ground = image[100:, 30:98]
    assert share(ground.min(-1) > 165) > 0.9
    sky = image[:8]
    assert share((sky[..., 2] > sky[..., 0] + 25) & (sky[..., 0] < 130)) > 0.6
    green = (image[..., 1] > image[..., 0] + 20) & (image[..., 1] >= image[..., 2]) & (image[..., 0] < 110)
    sides = [share(green[30:95, :64]), share(green[30:95, 64:])]
    assert max(sides) > 0.12 and max(sides) > 3 * min(sides)
    lit = (image[..., 0] > 235) & (image[..., 1] > 165) & (image[..., 2] < 130)
    assert share(lit[40:100]) > 0.015
