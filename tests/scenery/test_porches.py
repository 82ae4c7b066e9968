"""A porch has a dark roof above white posts, and a lit, coloured door between its windows."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_white_posts_carry_a_dark_roof(seed: int) -> None:
    image = drawn("front porch", seed, 192, 192)
    roof = image[:, 60:130].mean((1, 2))[46:66]
    assert roof.min() < 120
    white = (image.min(-1) > 215)[80:122]
    posts = white.mean(0) > 0.8
    assert posts[:96].any() and posts[96:].any()


@pytest.mark.parametrize("seed", range(6))
def test_the_door_and_windows_glow_at_night(seed: int) -> None:
    day = drawn("front porch", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    lit = (night[..., 0] > 140) & (night[..., 0] - night[..., 2] > 60)
    assert share(lit[70:130]) > 0.006
    assert share(lit[150:]) < 0.01  # nothing glows on the path
