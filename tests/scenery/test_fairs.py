"""A fairground is gaudy above a calm path, and its lights shine at night."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS
from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_gaudy_above_a_calm_path(seed: int) -> None:
    image = drawn("fairground", seed, 192, 192)
    assert hues(image[20:140], 90) >= 5
    path = image[165:, 80:112]
    assert path.std((0, 1)).max() < 20
    assert path[..., 0].mean() > path[..., 2].mean() + 20  # sand
    night = MOODS["night"].apply(np.random.default_rng(seed), image.astype(np.uint8)).astype(int)
    assert share((night[..., 0] > 150) & (night[..., 0] - night[..., 2] > 60)) > 0.004
