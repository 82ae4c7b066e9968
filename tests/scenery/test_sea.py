"""The open sea has a light sky, no land, and water that is darker towards the viewer."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import SCENES


@pytest.mark.parametrize("name", ["sea", "sea at sunset"])
def test_the_open_sea_has_no_land(name: str) -> None:
    waters = []
    for seed in range(8):
        image = SCENES[name].draw(np.random.default_rng(seed), 120, 160).astype(float)
        rows = np.median(image, 1)  # of each row, without crests, small clouds and the sun
        assert rows[40:46].mean() > rows[62:].mean() + 30  # sky above the horizon, water below it
        assert rows[105:].mean() < rows[62:76].mean()
        green = (image[..., 1] > image[..., 0] + 15) & (image[..., 1] > image[..., 2] + 15)
        assert green.mean() < 0.01
        waters.append(rows[90])
    assert np.ptp(waters, axis=0).max() > 25  # from turquoise to deep blue, or from violet to brown
