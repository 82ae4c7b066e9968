"""The moon's ground is grey below a black sky with a blue earth; a wall of bricks is rows of red and brown."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_blue_earth_stands_over_grey_craters(seed: int) -> None:
    image = drawn("moon surface", seed)
    sky, plain = image[:56], image[84:]
    blue = (sky[..., 2] > 120) & (sky[..., 2] - sky[..., 0] > 60)
    assert 0.008 < share(blue) < 0.14
    assert share(sky.max(-1) < 60) > 0.7
    assert share(np.ptp(plain, axis=-1) < 40) > 0.95
    lights = np.percentile(plain.mean(-1), (2, 98))
    assert lights[1] - lights[0] > 90  # craters have a dark and a bright slope
    assert plain.mean() > 100
