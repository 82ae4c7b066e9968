"""A café has a lit glass case with cakes of many colours above a counter, and a blackboard at the other side."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _light(image: np.ndarray) -> np.ndarray:
    """Which pixels are as pale and warm as a lit shelf."""
    return (image.min(-1) > 140) & (image[..., 0] > 215) & (image[..., 0] >= image[..., 2])


@pytest.mark.parametrize("seed", range(6))
def test_cakes_stand_in_a_lit_case(seed: int) -> None:
    image = drawn("cafe", seed, 256, 256)
    sides = [image[84:130, :100], image[84:130, -100:]]
    case = max(sides, key=lambda side: share(_light(side)))
    assert share(_light(case)) > 0.3
    assert hues(case) >= 3


@pytest.mark.parametrize("seed", range(6))
def test_a_blackboard_hangs_at_the_other_side(seed: int) -> None:
    image = drawn("cafe", seed, 256, 256)
    dark = (image.max(-1) < 80) & (np.ptp(image, axis=-1) < 30)
    chalk = (image.min(-1) > 150) & (np.ptp(image, axis=-1) < 60)
    menus = [(slice(50, 105), slice(10, 72)), (slice(50, 105), slice(184, 246))]
    menu = max(menus, key=lambda area: share(dark[area]))
    assert share(dark[menu]) > 0.4
    assert share(chalk[menu]) > 0.02
