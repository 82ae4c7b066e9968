"""A laboratory has vivid liquids of many colours above a bench, and a board with formulas between its shelves."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_liquids_of_many_colours_stand_on_the_bench(seed: int) -> None:
    image = drawn("laboratory", seed, 256, 256)
    glasses = image[85:128]
    assert share(np.ptp(glasses, axis=-1) > 80) > 0.08
    assert hues(glasses, 80) >= 5
    assert share(np.ptp(image[190:250, 40:216], axis=-1) > 80) < 0.01  # nothing of them on the floor


@pytest.mark.parametrize("seed", range(6))
def test_formulas_are_written_on_a_board(seed: int) -> None:
    board = drawn("laboratory", seed, 256, 256)[20:90, 72:140].sum(-1)
    ground = np.median(board)
    ink = np.abs(board - ground) > 250
    assert 0.08 < share(ink) < 0.45
    assert share(np.abs(board - ground) < 60) > 0.4
