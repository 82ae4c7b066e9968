"""Sunflowers grow in rows beside a path, and vines with grapes beside a lane below a house on a striped hill."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _yellow(image: np.ndarray) -> np.ndarray:
    """Which pixels are as yellow as the petals of a sunflower."""
    red, green, blue = (image[..., k] for k in range(3))
    return (red > 190) & (green > 120) & (blue < 110) & (red - blue > 110)


@pytest.mark.parametrize("seed", range(8))
def test_sunflowers_with_dark_discs_grow_on_both_sides_of_a_path(seed: int) -> None:
    image = drawn("sunflower field", seed, 256, 256)
    yellow, dark = _yellow(image), (image[..., 0] < 140) & (image[..., 1] < 90) & (image[..., 2] < 60)
    for side in (np.s_[90:190, :80], np.s_[90:190, 176:]):
        assert share(yellow[side]) > 0.2 and share(dark[side]) > 0.03
    assert share(yellow[150:, 108:148]) < 0.02


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_small_sunflowers_run_to_the_horizon(seed: int) -> None:
    image = drawn("sunflower field", seed, 256, 256)
    for rows in (image[112:124, 84:108], image[112:124, 148:172]):
        assert share(np.abs(np.diff(rows.sum(-1), axis=1)) > 60) > 0.06


@pytest.mark.parametrize("seed", range(8))
def test_large_sunflowers_in_front_rise_above_the_horizon(seed: int) -> None:
    yellow = _yellow(drawn("sunflower field", seed, 256, 256))
    assert max(share(yellow[60:94, :64]), share(yellow[60:94, 192:])) > 0.05


@pytest.mark.parametrize("seed", range(8))
def test_grapes_hang_on_both_sides_of_a_lane(seed: int) -> None:
    image = drawn("vineyard", seed, 256, 256)
    red, green, blue = (image[..., k] for k in range(3))
    purple = (blue > green + 15) & (red < 215)
    pale = (green > 165) & (red > 140) & (red < green) & (green - blue > 50)
    sides = [(share(grape[145:, :80]), share(grape[145:, 176:])) for grape in (purple, pale)]
    assert any(min(pair) > 0.15 for pair in sides)
    assert share(purple[170:230, 112:144]) < 0.02


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_vines_run_down_a_hill(seed: int) -> None:
    image = drawn("vineyard", seed, 256, 256)
    stripes = [(np.abs(np.diff(row.sum(-1))) > 24).sum() for row in image[84:108]]
    assert max(stripes) > 40
