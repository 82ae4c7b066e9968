"""A subway station has a yellow line along its platform, a round sign that hangs from the vault, and a train."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_yellow_line_runs_along_the_platform(seed: int) -> None:
    image = drawn("subway station", seed)
    yellow = (image[..., 0] > 150) & (image[..., 1] > 100) & (image[..., 2] < 0.45 * image[..., 0])
    near, far = np.flatnonzero(yellow[120, 38:90]), np.flatnonzero(yellow[94, 50:78]) + 12
    assert 6 < len(near) < 20
    assert 2 < len(far) < len(near)
    assert abs(near.mean() - far.mean()) < 16


@pytest.mark.parametrize("seed", range(6))
def test_a_ring_with_a_bar_hangs_from_the_vault(seed: int) -> None:
    image = drawn("subway station", seed, 256, 256)[10:110, 20:236]
    vivid = np.ptp(image, axis=-1) > 120
    white = image.min(-1) > 225
    middle = np.flatnonzero(white.sum(0) > 14)  # the field in the ring is the one white thing that is this tall
    assert len(middle) > 8
    rows = np.flatnonzero(white[:, middle].any(1))
    assert share(vivid[rows[0] : rows[-1], max(middle[0] - 16, 0) : middle[-1] + 16]) > 0.2


@pytest.mark.parametrize("seed", range(6))
def test_a_train_with_a_windscreen_stands_at_one_side(seed: int) -> None:
    image = drawn("subway station", seed, 256, 256)
    glass = (image.max(-1) < 135) & (image[..., 2] - image[..., 0] > 18) & (image[..., 2] > 60)
    sides = [share(glass[95:165, :110]), share(glass[95:165, -110:])]
    assert max(sides) > 0.06
    assert max(sides) > 2 * min(sides)
