"""Above a rooftop is a wide sky; behind its calm floor rise a town, and a chimney or a tank at each side."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn


@pytest.mark.parametrize("seed", range(6))
def test_dark_things_stand_at_both_sides_of_a_calm_floor(seed: int) -> None:
    image = drawn("rooftop", seed, 192, 192)
    sides = image[80:120, :44], image[80:120, -44:]
    middle = image[150:186, 70:122]
    assert all(side.mean() < middle.mean() - 12 for side in sides)
    assert middle.std((0, 1)).max() < 34


@pytest.mark.parametrize("seed", range(6))
def test_a_town_lies_between_the_sky_and_the_roof(seed: int) -> None:
    image = drawn("rooftop", seed, 192, 192)
    edge = np.abs(np.diff(image.mean(-1), axis=1))[:, 70:122] > 6  # walls, windows and roofs
    assert edge[80:124].mean() > 0.08
    assert edge[4:40].mean() < 0.5 * edge[80:124].mean()
