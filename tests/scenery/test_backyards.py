"""A backyard has a striped lawn, and a shed with a trim of its own colour at one side."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_the_lawn_is_mown_in_stripes(seed: int) -> None:
    image = drawn("backyard", seed)
    lawn = image[88:]
    assert share((lawn[..., 1] > lawn[..., 0] + 12) & (lawn[..., 1] > lawn[..., 2] + 35)) > 0.9
    row = image[95:100].sum(-1).mean(0)
    light = row > np.median(row)
    runs = np.diff(np.flatnonzero(np.diff(light.astype(int))))
    assert (runs > 9).sum() >= 3


@pytest.mark.parametrize("seed", range(6))
def test_a_shed_stands_at_one_side(seed: int) -> None:
    image = drawn("backyard", seed)
    trim = (image[..., 0] > 225) & (np.ptp(image, axis=-1) < 40)
    green = np.abs(image - (78, 124, 116)).max(-1) < 12  # on a pale shed
    boards = (trim | green)[40:72]
    sides = [share(boards[:, :50]), share(boards[:, -50:])]
    assert max(sides) > 0.08
