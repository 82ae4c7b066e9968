"""A bakery has shelves full of bread, a golden pretzel as its sign, and cakes of many colours in a lit case."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _crust(image: np.ndarray) -> np.ndarray:
    """Which pixels are as golden as bread."""
    red, green, blue = (image[..., k] for k in range(3))
    return (red > 150) & (red - blue > 55) & (green > 0.45 * red) & (green < red - 20)


@pytest.mark.parametrize("seed", range(6))
def test_bread_fills_the_shelves(seed: int) -> None:
    image = drawn("bakery", seed, 256, 256)[70:100]  # below the sign, above the case
    edges = np.abs(np.diff(image.mean(-1), axis=1)) > 12  # of loaves; empty shelves are even along the wall
    for side in (slice(0, 120), slice(136, 255)):
        assert share(_crust(image[:, side])) > 0.25
        assert share(edges[:, side]) > 0.06


@pytest.mark.parametrize("seed", range(6))
def test_a_pretzel_hangs_above(seed: int) -> None:
    image = drawn("bakery", seed, 256, 256)[6:60, 101:155]
    row = _crust(image)[14:20].mean(0) > 0.5  # its two loops and the rope between them
    assert (np.diff(row.astype(int)) != 0).sum() >= 4
    assert 0.15 < share(_crust(image)) < 0.75


@pytest.mark.parametrize("seed", range(6))
def test_cakes_stand_in_a_lit_case(seed: int) -> None:
    image = drawn("bakery", seed, 256, 256)[108:176]
    light = (image.min(-1) > 140) & (image[..., 0] > 225) & (image[..., 0] > image[..., 2])
    case = max((slice(20, 90), slice(166, 236)), key=lambda side: share(light[:, side]))
    assert share(light[:, case]) > 0.3
    assert hues(image[:, case]) >= 3
