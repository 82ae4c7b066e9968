"""A pier has a wooden deck that narrows towards the far shore, with water on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


def _half(row: np.ndarray) -> int:
    """How far from its middle a row is of wood, on the side where that is less: a boat may lie at the other."""
    gaps = np.flatnonzero(~row)
    return int(min(gaps[gaps > 64].min(initial=128) - 64, 64 - gaps[gaps < 64].max(initial=-1)))


@pytest.mark.parametrize("seed", range(6))
def test_planks_run_out_over_the_water(seed: int) -> None:
    image = drawn("wooden pier", seed)
    wood = image[..., 0] > image[..., 2]
    assert _half(wood[120]) > 34 and 8 < _half(wood[72]) < 28
    assert share(wood[112:122, 48:80]) > 0.95
    water = image[..., 2] > image[..., 0] + 15
    for part in (water[60:126, :24], water[60:126, -24:]):
        assert share(part) > 0.2
    assert share(water[57:64]) > 0.6
