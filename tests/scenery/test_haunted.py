"""A haunted house is dark with lit yellow windows, between bare trees and before a pale moon."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_windows_are_lit_in_a_dark_house(seed: int) -> None:
    image = drawn("haunted house", seed)[12:74, 24:104]
    lit = (image[..., 0] > 215) & (image[..., 1] > 165) & (image[..., 2] < 165)
    assert 0.015 < share(lit) < 0.2
    assert share(image.max(-1) < 110) > 0.3


@pytest.mark.parametrize("seed", range(6))
def test_a_pale_moon_shines_and_carved_pumpkins_glow(seed: int) -> None:
    image = drawn("haunted house", seed)
    assert share(image[:70].min(-1) > 190) > 0.015
    orange = (image[90:, :, 0] > 190) & (image[90:, :, 1] > 70) & (image[90:, :, 1] < 150) & (image[90:, :, 2] < 90)
    assert share(orange) > 0.012
