"""A circus has a roof in red and white stripes, an audience in rows, and a ring of sand in a striped kerb."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _changes(row: np.ndarray) -> int:
    """How often a row of pixels changes between red and white."""
    red = (row[..., 0] > 1.8 * row[..., 1])[(row[..., 0] > 90)]
    return int((np.diff(red.astype(int)) != 0).sum())


@pytest.mark.parametrize("seed", range(6))
def test_the_roof_is_striped(seed: int) -> None:
    image = drawn("circus ring", seed, 256, 256)
    assert _changes(image[60, 30:226]) >= 6
    roof = image[20:80]
    assert share(roof[..., 0] > 1.8 * roof[..., 1]) > 0.25


@pytest.mark.parametrize("seed", range(6))
def test_the_ring_is_calm_sand_in_a_kerb(seed: int) -> None:
    image = drawn("circus ring", seed, 256, 256)
    sand = image[185:225, 90:166]
    assert share((sand[..., 0] > 130) & (sand[..., 0] >= sand[..., 2] + 8)) > 0.7  # but for blue light
    assert max(_changes(image[y, 60:196]) for y in range(228, 254, 4)) >= 4


@pytest.mark.parametrize("seed", range(6))
def test_rows_of_people_watch(seed: int) -> None:
    image = drawn("circus ring", seed, 256, 256)
    seats = np.concatenate([image[105:150, 40:85], image[105:150, 171:216]])
    rough, calm = (np.abs(np.diff(area.mean(-1), axis=0)).mean() for area in (seats, image[185:225, 90:166]))
    assert rough > 3 * calm
    assert hues(seats, 20) >= 3
