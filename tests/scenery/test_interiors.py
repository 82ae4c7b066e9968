"""Rooms have what they are known by: a fire in a living room, a white pillow on a bed."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, flames, share


def test_a_fire_burns_in_most_living_rooms() -> None:
    fires = []
    for seed in range(12):
        fire = flames(drawn("living room", seed))
        assert share(fire[:40]) < 0.03  # not on the upper wall
        fires.append(max(share(fire[55:90, :64]), share(fire[55:90, 64:])))
    assert sum(fire > 0.03 for fire in fires) >= 7
    assert min(fires) < 0.03


@pytest.mark.parametrize("seed", range(6))
def test_a_bed_has_white_pillows_above_a_coloured_blanket(seed: int) -> None:
    image = drawn("bedroom", seed)
    white = image.min(-1) > 205
    assert share(white[60:80, 24:104]) > 0.15
    blanket = image[100:110, 48:80]
    assert share(white[100:110, 48:80]) < 0.1
    assert (blanket.max(-1) - blanket.min(-1)).mean() > 25
