"""An art gallery has paintings in golden frames on a wall of one colour, and a floor that mirrors the wall."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import paintings
from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_golden_frames_hang_in_the_upper_half(seed: int) -> None:
    image = drawn("art gallery", seed)
    gold = (image[..., 0] > 150) & (image[..., 0] - image[..., 2] > 60) & (image[..., 0] - image[..., 1] > 15)
    gold &= image[..., 0] - image[..., 1] < 75
    rows, columns = gold[10:64].mean(1), gold[10:64].mean(0)
    assert (rows > 0.3).sum() >= 3  # the upper and the lower bar of the largest frame
    assert (columns > 0.5).sum() >= 4  # its two sides
    assert hues(image[14:60]) >= 3


def test_paintings_are_of_several_kinds() -> None:
    shown = [paint(np.random.default_rng(3), 80, 60).astype(int) for paint in (*paintings.LARGE, *paintings.SMALL[:4])]
    for n, one in enumerate(shown):
        assert one.shape == (80, 60, 3) and one.std() > 25
        assert all(np.abs(one - other).mean() > 30 for other in shown[:n])


@pytest.mark.parametrize("seed", range(4))
def test_the_middle_of_the_floor_is_calm(seed: int) -> None:
    floor = drawn("art gallery", seed)[100:120, 44:84]
    assert floor.std((0, 1)).max() < 40
    assert share(floor[..., 0] > floor[..., 2] + 15) > 0.9  # wood, though it shines
