"""What makes a parking lot, a terrace, an airport and a race track unmistakable is large and in its place."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _edges(row: np.ndarray, least: float) -> int:
    """How many clear steps from dark to light a row of brightness has."""
    light = (row > row.mean() + least / 2).astype(int)
    return int((np.diff(light) == 1).sum())


@pytest.mark.parametrize("seed", range(6))
def test_a_sign_and_cars_stand_beside_the_bays_of_a_parking_lot(seed: int) -> None:
    image = drawn("parking lot", seed, 192, 192)
    blue = (image[..., 2] > 150) & (image[..., 0] < 60) & (image[..., 2] - image[..., 1] > 60)
    assert max(share(blue[20:80, :48]), share(blue[20:80, 144:])) > 0.12
    assert hues(image[88:105], 50) >= 3  # cars in many colours
    row = image[172].mean(-1)
    assert 1 <= _edges(row[30:162], 60) <= 5  # lines with calm asphalt between them
    assert share(row[60:132] < 150) > 0.7


@pytest.mark.parametrize("seed", range(6))
def test_balusters_stand_before_a_lake(seed: int) -> None:
    image = drawn("terrace", seed, 192, 192)
    row = image[108:118, 66:126].mean((0, -1))
    assert _edges(row, 10) >= 4
    lake = image[86:94, 70:122].mean((0, 1))
    floor = image[150:180, 80:112].mean((0, 1))
    assert lake[2] > lake[0] + 20 and floor[2] < lake[2]
    stone = (image.min(-1) > 120) & (image[..., 0] >= image[..., 2] - 4)
    assert min(share(stone[72:90, 18:50]), share(stone[72:90, 142:174])) > 0.15  # urns at both sides


@pytest.mark.parametrize("seed", range(6))
def test_an_airliner_and_a_tower_stand_beside_a_striped_runway(seed: int) -> None:
    image = drawn("airport", seed, 192, 192)
    counts = [_edges(row, 60) for row in image[148:175].mean(-1)]
    assert np.median(counts) >= 8
    white = image.min(-1) > 240
    sides = share(white[95:118, :70]), share(white[95:118, 122:])
    assert max(sides) > 0.05 and max(sides) > 3 * min(sides)  # the fuselage
    tower = slice(122, 192) if sides[0] > sides[1] else slice(0, 70)
    glass = (image[..., 0] < 90) & (image[..., 2] > 90) & (image[..., 2] < 150)
    assert share(glass[15:60, tower]) > 0.03


@pytest.mark.parametrize("seed", range(6))
def test_a_chequered_line_crosses_a_track_between_kerbs(seed: int) -> None:
    image = drawn("race track", seed, 192, 192)
    counts = [_edges(row, 60) for row in image[128:160, 50:142].mean(-1)]
    assert max(counts) >= 4
    assert share(np.ptp(image[166:190, 84:108].mean(-1), axis=1) < 60) > 0.9  # calm asphalt before it
    white = image.min(-1) > 200
    red = (image[..., 0] > 150) & (image[..., 0] - image[..., 2] > 90) & (image[..., 1] < 90)
    blue = (image[..., 2] > 140) & (image[..., 0] < 80)
    for side in (slice(0, 70), slice(122, 192)):
        assert share(white[100:180, side]) > 0.04
        assert share((red | blue)[100:180, side]) > 0.04
    stand = image[66:80, 76:116]
    assert np.abs(np.diff(stand, axis=1)).mean() > 20 and hues(stand, 50) >= 5  # people in many colours
