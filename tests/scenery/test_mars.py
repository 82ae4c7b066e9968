"""Mars is rust-red below a pink sky, in which a pale planet with a ring, or moons, stand."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_its_ground_is_rust_red_below_a_sky_of_its_colours(seed: int) -> None:
    image = drawn("mars", seed)
    ground, sky = image[90:], image[:56]
    assert share(ground[..., 0] - ground[..., 2] > 50) > 0.8
    assert (sky.mean((0, 1))[0] - sky.mean((0, 1))[2]) > 30  # nowhere near the blue of an earthly sky
    assert sky.mean() > ground.mean() + 15


@pytest.mark.parametrize("seed", range(6))
def test_a_pale_world_stands_above_it(seed: int) -> None:
    sky = drawn("mars", seed)[2:50]
    other = sky - np.median(sky, axis=1, keepdims=True)  # most of a row is sky
    world = (other[..., 2] - other[..., 0] > 20) & (sky[..., 2] > 120)  # less orange than that
    assert share(world) > 0.085
