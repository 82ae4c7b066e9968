"""Icebergs stand light above darker water; a pond has pink and white flowers on green leaves in dark water."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_icebergs_are_light_above_darker_water(seed: int) -> None:
    image = drawn("icebergs", seed)
    ice, water = image[44:62], image[80:124, 48:80]
    light = (ice.min(-1) > 150) & (ice[..., 2] >= ice[..., 0])
    assert share(light) > 0.3
    assert np.median(water) < np.median(ice[light]) - 70
    assert np.median(water[..., 2]) > np.median(water[..., 0]) + 20
    assert share(image[100:].min(-1) > 215) > 0.02  # floes


@pytest.mark.parametrize("seed", range(6))
def test_lilies_flower_in_dark_water(seed: int) -> None:
    image = drawn("pond with water lilies", seed, 192, 192)
    red, green, blue = (image[45:, :, k] for k in range(3))
    leaf = (green > red + 15) & (green > blue + 15) & (green > 90)
    flower = (red > 200) & (blue > 120) & (red >= green)
    assert share(leaf) > 0.06 and share(flower) > 0.004
    calm = image[135:185, 70:122]
    assert np.median(calm) < 110 and np.median(calm[..., 2]) > np.median(calm[..., 0])
