"""A workshop has tools of steel on a board in its upper half, and bright tins of paint at one side."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_tools_hang_on_a_board(seed: int) -> None:
    board = drawn("workshop", seed)[6:50, 36:92]
    steel = (board.max(-1) - board.min(-1) < 34) & (board.min(-1) > 130)
    assert share(steel) > 0.08
    assert hues(board, 90) >= 3  # the board, and handles of several colours


@pytest.mark.parametrize("seed", range(6))
def test_bright_tins_of_paint_stand_at_one_side(seed: int) -> None:
    image = drawn("workshop", seed)
    vivid = [share(side.max(-1) - side.min(-1) > 120) for side in (image[28:86, :30], image[28:86, 98:])]
    assert max(vivid) > 0.1
