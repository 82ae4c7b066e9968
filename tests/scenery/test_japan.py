"""A Japanese garden has a red bridge over a green pond, and raked gravel in front."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _turns(line: np.ndarray) -> int:
    """How often a line's brightness crosses its mean."""
    return int((np.diff((line > line.mean()).astype(int)) != 0).sum())


@pytest.mark.parametrize("seed", range(8))
def test_a_japanese_garden_has_a_red_bridge_over_green_water(seed: int) -> None:
    image = drawn("japanese garden", seed, 256, 256)
    red = (image[..., 0] > image[..., 1] + 70) & (image[..., 0] > image[..., 2] + 70)
    bridge = red[90:150]
    assert max(share(bridge[:, :128]), share(bridge[:, 128:])) > 0.12
    pond = image[145:165]
    assert share((pond[..., 1] > pond[..., 0] + 12) & (pond[..., 2] > pond[..., 0])) > 0.25


@pytest.mark.parametrize("seed", range(8))
def test_a_japanese_garden_has_raked_gravel_in_front(seed: int) -> None:
    image = drawn("japanese garden", seed, 256, 256)
    front = image[188:250, 96:160]
    assert front.mean() > 180 and np.ptp(front.mean((0, 1))) < 60
    assert np.mean([_turns(front[:, x].sum(-1)) for x in range(0, 64, 8)]) > 7
