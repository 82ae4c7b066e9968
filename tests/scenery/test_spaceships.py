"""A spaceship's bridge has a dark window with stars and a planet, and bright screens and buttons at both sides."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_space_is_seen_through_the_window(seed: int) -> None:
    sky = drawn("space station", seed, 256, 256)[30:130, 64:192]
    assert share(sky.max(-1) < 130) > 0.3
    stars = sky[:40].min(-1) > 200
    assert 0.0005 < share(stars) < 0.1
    lit = (sky.max(-1) > 160) & (sky.max(-1) - sky.min(-1) > 45)
    assert share(lit) > 0.05  # a planet in the light, or its ring


@pytest.mark.parametrize("seed", range(6))
def test_consoles_glow_at_both_sides(seed: int) -> None:
    image = drawn("space station", seed, 256, 256)
    sides = [image[70:150, :50], image[70:150, 206:]]
    assert all(share(side.max(-1) - side.min(-1) > 70) > 0.14 for side in sides)
    assert hues(np.concatenate(sides)) >= 4


@pytest.mark.parametrize("seed", range(6))
def test_strips_of_light_lie_along_the_floor(seed: int) -> None:
    row = drawn("space station", seed, 256, 256)[215].max(-1)
    middle = row[108:148].mean()
    assert row[40:100].max() > middle + 40 and row[156:216].max() > middle + 40
