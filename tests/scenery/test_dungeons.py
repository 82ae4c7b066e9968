"""A dungeon is dark, with torches that burn and with a row of iron bars at one side."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, flames, share


@pytest.mark.parametrize("seed", range(6))
def test_torches_burn_in_the_dark(seed: int) -> None:
    image = drawn("dungeon", seed)
    assert np.median(image.mean(-1)) < 110
    burning = flames(image[24:84])
    columns = np.flatnonzero(burning.sum(0) > 2)
    assert share(burning) > 0.01
    assert (np.diff(columns) > 8).sum() >= 1  # two torches with wall between them


@pytest.mark.parametrize("seed", range(6))
def test_bars_stand_at_one_side(seed: int) -> None:
    image = drawn("dungeon", seed, 256, 256).mean(-1)
    sides = [image[150:170, :36], image[150:170, -36:]]
    stripes = [np.abs(np.diff(side.mean(0))) for side in sides]
    bars = max(range(2), key=lambda k: float(stripes[k].mean()))
    assert (stripes[bars] > 18).sum() >= 8
    assert share(sides[bars] < 40) > 0.1
