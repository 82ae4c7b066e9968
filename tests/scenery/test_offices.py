"""An office has lit screens on desks at both sides of a wide window, and a free floor between the desks."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_screens_with_dark_frames_stand_at_both_sides(seed: int) -> None:
    image = drawn("office", seed, 256, 256)
    for side in (image[90:150, :72], image[90:150, -72:]):
        frame = (side.max(-1) < 75) & (np.ptp(side, axis=-1) < 30)
        assert share(frame.mean(1) > 0.5) > 0.02  # rows that are dark along most of the screen
        assert hues(side) >= 2


@pytest.mark.parametrize("seed", range(6))
def test_towers_stand_behind_the_window(seed: int) -> None:
    image = drawn("office", seed, 256, 256)
    sky, towers = image[42:54, 72:184].astype(float), image[110:134, 72:184].astype(float)
    assert towers.mean() < sky.mean() - 15
    assert np.abs(np.diff(towers.mean(-1), axis=1)).mean() > 1.5 * np.abs(np.diff(sky.mean(-1), axis=1)).mean()
    floor = image[190:245, 95:160]
    assert np.abs(floor - floor.mean((0, 1))).mean() < 25
