"""A subway station has a yellow line along its platform, a round sign that hangs from the vault, and a train."""

from __future__ import annotations

import cv2
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
def test_a_round_sign_with_a_train_hangs_from_the_vault(seed: int) -> None:
    image = drawn("subway station", seed, 256, 256)[10:110, 20:236]
    vivid = (np.ptp(image, axis=-1) > 80).astype(np.uint8)
    # the disc is the largest piece of one strong colour up there, and has white in it
    _, pieces, sizes, middles = cv2.connectedComponentsWithStats(vivid)
    best = int(sizes[1:, cv2.CC_STAT_AREA].argmax()) + 1
    left, top, wide, high, area = sizes[best]
    assert area > 900 and 0.6 < wide / high < 1.7
    inside = image[top : top + high, left : left + wide].min(-1) > 225
    assert 0.05 < share(inside) < 0.35


@pytest.mark.parametrize("seed", range(6))
def test_a_train_with_a_windscreen_stands_at_one_side(seed: int) -> None:
    image = drawn("subway station", seed, 256, 256)
    glass = (image.max(-1) < 135) & (image[..., 2] - image[..., 0] > 18) & (image[..., 2] > 60)
    sides = [share(glass[95:165, :110]), share(glass[95:165, -110:])]
    assert max(sides) > 0.06
    assert max(sides) > 2 * min(sides)
