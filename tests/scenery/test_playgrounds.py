"""A playground has painted frames at both sides, a long slide, trees behind and an even ground in front."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _paint(image: np.ndarray) -> np.ndarray:
    """Which pixels are as vivid as painted bars, but neither as green as plants nor as blue as the sky."""
    red, green, blue = (image[..., k] for k in range(3))
    return (np.ptp(image, axis=-1) > 110) & ((red > green + 25) | (blue > green + 60))


@pytest.mark.parametrize("seed", range(6))
def test_painted_frames_stand_before_trees(seed: int) -> None:
    image = drawn("playground", seed, 192, 192)
    assert hues(image[60:165], 110) >= 3
    trees = image[80:115]
    green = (trees[..., 1] > trees[..., 0]) & (trees[..., 1] > trees[..., 2] + 15)
    assert share(green) > 0.12
    ground = image[168:180, 60:130]
    assert ground.std((0, 1)).max() < 40
    assert share(_paint(ground)) < 0.1


@pytest.mark.parametrize("seed", range(6))
def test_a_chute_slants_down_on_one_side(seed: int) -> None:
    image = drawn("playground", seed, 192, 192).astype(float)
    edges = image[105:155] - image[100:150]  # what lies at a slant has an edge at each height
    slants = [share(np.abs(part).max(-1) > 60) for part in (edges[:, 36:80], edges[:, -80:-36])]
    assert max(slants) > 0.15
