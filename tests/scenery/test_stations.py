"""A station has a white clock under its roof, and rails on one side of a calm platform."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(8))
def test_a_clock_hangs_over_the_platform(seed: int) -> None:
    image = drawn("train station", seed, 256, 256)
    face = (image.min(-1) > 215)[45:115, 80:176]
    ink = (image.max(-1) < 75)[45:115, 80:176]
    assert share(face) > 0.12 and share(ink) > 0.04


@pytest.mark.parametrize("seed", range(8))
def test_rails_on_one_side_of_the_platform(seed: int) -> None:
    image = drawn("train station", seed, 256, 256)
    left, right = image[225:, :70], image[225:, -70:]
    dark = [share(half.max(-1) < 135) for half in (left, right)]
    assert max(dark) > 0.4 and min(dark) < 0.2
    track = left if dark[0] > dark[1] else right
    assert share(track.min(-1) > 165) > 0.05  # the rails
    floor = image[185:235, 70:115] if track is right else image[185:235, 141:186]
    assert floor.std((0, 1)).max() < 22


@pytest.mark.parametrize("seed", range(4))
def test_its_lamps_shine_at_night(seed: int) -> None:
    day = drawn("train station", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    assert 0.003 < share((night[..., 0] > 130) & (night[..., 0] - night[..., 2] > 50)) < 0.1
