"""Candy land is pink, with a gingerbread house at one side and lollipops of two colours at the other."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _ginger(image: np.ndarray) -> np.ndarray:
    """Which pixels are as brown as gingerbread."""
    red, green, blue = (image[..., k] for k in range(3))
    return (red > 150) & (red < 215) & (green > 90) & (green < 150) & (blue < 105) & (red - blue > 80)


@pytest.mark.parametrize("seed", range(6))
def test_a_gingerbread_house_stands_on_pink_ground(seed: int) -> None:
    image = drawn("candy land", seed)
    brown = _ginger(image[30:88])
    assert max(share(brown[:, :64]), share(brown[:, 64:])) > 0.05
    ground = image[95:].reshape(-1, 3)
    pink = (ground[:, 0] > 210) & (ground[:, 0] - ground[:, 1] > 35) & (ground[:, 2] - ground[:, 1] > 10)
    assert share(pink) > 0.3


@pytest.mark.parametrize("seed", range(6))
def test_a_large_lollipop_whirls_beside_it(seed: int) -> None:
    image = drawn("candy land", seed)
    brown = _ginger(image[30:88])
    other = image[30:70, 90:] if brown[:, :64].sum() > brown[:, 64:].sum() else image[30:70, :38]
    white = (other.min(-1) > 235).astype(int)  # stripes between those of a colour
    assert (np.abs(np.diff(white, axis=1)).sum(1) >= 4).sum() > 12
