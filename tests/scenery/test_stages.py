"""A neon alley, a window sill, a theatre's stage and a football field show what makes each of them unmistakable."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share

SEEDS = pytest.mark.parametrize("seed", range(6))


@SEEDS
def test_signs_glow_in_an_alley_and_its_ground_mirrors_them(seed: int) -> None:
    image = drawn("neon alley", seed)
    glows = (image.max(-1) > 220) & (np.ptp(image, axis=-1) > 110)
    assert min(share(glows[8:56, :54]), share(glows[8:56, 74:])) > 0.04
    assert hues(image[:80], 110) >= 4 and hues(image[92:], 60) >= 4
    assert image.mean() < 110
    left, right = image[100:124, 30:60], image[100:124, 68:98]
    assert max(left.std(1).mean(), right.std(1).mean()) > 12  # what is mirrored, not bare paving


@SEEDS
def test_folded_curtains_hang_beside_a_window_above_a_calm_sill(seed: int) -> None:
    image = drawn("window sill", seed)
    left, right = image[30:60, 1:13], image[30:60, -13:-1][:, ::-1]
    assert np.abs(left - right).mean() < 10
    assert np.abs(np.diff(left, axis=1)).mean() > 9  # folds
    assert image[103:112, 44:84].std((0, 1)).max() < 28
    steps = np.abs(np.median(np.diff(image.sum(-1), axis=0)[:, 46:82], axis=1))
    bar, front = steps[26:40], steps[113:122]
    assert bar.max() > 30 and front.max() > 40


@SEEDS
def test_red_curtains_frame_a_stage_with_footlights(seed: int) -> None:
    image = drawn("theatre stage", seed)
    red = (image[..., 0] > 60) & (image[..., 0] > 1.8 * image[..., 1]) & (image[..., 0] > 1.6 * image[..., 2])
    assert min(share(red[30:64, 7:18]), share(red[30:64, -18:-7]), share(red[6:14, 10:118])) > 0.75
    assert share(red[45:75, 50:78]) < 0.3
    lamps = image[106:120, 6:122].mean(-1)
    assert lamps.max() > 190 and image[124:, :].mean() < 70
    floor = image[88:104, 45:83]
    assert (floor[..., 0] - floor[..., 2]).mean() > 20  # boards


@SEEDS
def test_a_field_is_green_with_white_lines_before_full_stands(seed: int) -> None:
    image = drawn("football field", seed)
    red, green, blue = (image[..., k] for k in range(3))
    grass, white = (green > red + 20) & (green > blue + 20), image.min(-1) > 190
    assert share(grass[66:]) > 0.75
    assert 0.02 < share(white[66:]) < 0.2
    assert white[38:48, 50:78].mean(1).max() > 0.8  # the bar of the goal
    assert np.abs(np.diff(image[32:56], axis=1)).mean() > 10  # the crowd
    lamps = (red > 215) & (red - blue > 90)
    assert min(share(lamps[:30, :64]), share(lamps[:30, 64:])) > 0.02
