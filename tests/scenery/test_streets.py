"""A street and a canal lie between rows of houses that leave the sky free; a canal mirrors its houses."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, hues


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["street", "canal in an old town"])
def test_houses_rise_on_both_sides(name: str, seed: int) -> None:
    image = drawn(name, seed, 192, 192)
    edge = np.abs(np.diff(image.mean(-1), axis=1))  # windows and shutters, between smooth skies
    sky = edge[4:28, 72:120].mean()
    assert min(edge[20:90, :30].mean(), edge[20:90, -30:].mean()) > 3 * sky + 2
    assert hues(image[20:90], 30) >= 4


@pytest.mark.parametrize("seed", range(6))
def test_a_canal_mirrors_what_stands_beside_it(seed: int) -> None:
    image = drawn("canal in an old town", seed, 192, 192)
    middle, side = image[150:185, 85:107].mean((0, 1)), image[150:185, :20].mean((0, 1))
    assert np.abs(middle - side).max() > 8  # sky in the middle, houses at the side
    assert middle[2] > middle[0]
    road = drawn("street", seed, 192, 192)[160:, 80:112]
    assert road.std((0, 1)).max() < 24  # even paving


@pytest.mark.parametrize("seed", range(4))
def test_lamps_of_a_street_shine_at_night(seed: int) -> None:
    day = drawn("street", seed, 192, 192).astype(np.uint8)
    night = MOODS["night"].apply(np.random.default_rng(seed), day).astype(int)
    lit = (night[..., 0] > 150) & (night[..., 0] - night[..., 2] > 60)
    assert 0.002 < lit[60:150].mean() < 0.15
