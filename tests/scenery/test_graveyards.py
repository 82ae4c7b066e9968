"""A graveyard has a large moon, the bars of an iron fence, and grey stones at both sides of a path."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_moon_shines_above_iron_bars(seed: int) -> None:
    image = drawn("graveyard", seed)
    moon = (image[..., 0] > 235) & (image[..., 1] > 225) & (image[..., 2] > 170) & (image[..., 2] < 235)
    assert share(moon[:60]) > 0.025
    dark = image[52:72].max(-1) < 85
    changes = (np.diff(dark.astype(int), axis=1) != 0).sum(-1)
    assert changes.max() >= 24


@pytest.mark.parametrize("seed", range(6))
def test_stones_stand_at_the_sides_of_a_calm_path(seed: int) -> None:
    image = drawn("graveyard", seed)
    assert image[96:120, 54:74].std((0, 1)).max() < 14
    for part in (image[75:125, :36], image[75:125, -36:]):
        edges = np.abs(np.diff(part.sum(-1), axis=1)) > 60
        assert share(edges) > 0.05
