"""A bamboo forest is green upright stems on both sides of a pale path."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_green_stems_stand_on_both_sides(seed: int) -> None:
    image = drawn("bamboo forest", seed, 192, 192)
    for side in (image[60:110, :56], image[60:110, -56:]):
        assert share((side[..., 1] > side[..., 0] + 8) & (side[..., 1] > side[..., 2] + 8)) > 0.6
        grey = side.mean(-1)
        across, along = np.abs(np.diff(grey, axis=1)).mean(), np.abs(np.diff(grey, axis=0)).mean()
        assert across > 1.5 * along  # upright


@pytest.mark.parametrize("seed", range(6))
def test_a_pale_path_leads_into_the_light(seed: int) -> None:
    image = drawn("bamboo forest", seed, 192, 192)
    path, ground = image[150:180, 84:108], np.concatenate([image[122:150, :56], image[122:150, -56:]], axis=1)
    assert path.mean() > ground.mean() + 40
    assert share(ground.min(-1) > 165) < 0.02
    assert path.std((0, 1)).max() < 26
