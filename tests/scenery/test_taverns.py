"""A tavern has a fire at one side and mugs with white foam before round barrels at the other."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, flames, share


@pytest.mark.parametrize("seed", range(6))
def test_a_fire_burns_at_one_side_and_foam_is_white_at_the_other(seed: int) -> None:
    image = drawn("tavern", seed, 256, 256)
    fires = [share(flames(side[110:190])) for side in (image[:, :100], image[:, 156:])]
    assert max(fires) > 0.04
    assert min(fires) < max(fires) / 8
    bar = image[95:135, 156:] if fires[0] > fires[1] else image[95:135, :100]
    assert share(bar.min(-1) > 170) > 0.03


@pytest.mark.parametrize("seed", range(6))
def test_dark_beams_lie_above_a_calm_floor(seed: int) -> None:
    image = drawn("tavern", seed, 256, 256)
    beams, floor = image[2:20, 100:156], image[190:240, 80:176]
    assert beams.mean() < 95
    assert np.ptp(beams.mean((0, 2))) > 12  # beams and boards in turn
    assert floor.mean() > 65
    assert np.abs(floor - floor.mean((0, 1))).mean() < 30
