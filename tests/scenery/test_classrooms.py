"""A classroom has a large board with chalk marks in front, and desks beside a free aisle."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_chalk_marks_on_a_large_board(seed: int) -> None:
    board = drawn("classroom", seed, 256, 256)[70:120, 76:180]
    slate = (board[..., 0] < 90) & (board.max(-1) < 130)
    chalk = board.min(-1) > 190
    assert share(slate) > 0.5
    assert 0.04 < share(chalk) < 0.4


@pytest.mark.parametrize("seed", range(6))
def test_desks_stand_at_the_sides_of_an_aisle(seed: int) -> None:
    image = drawn("classroom", seed, 256, 256)[170:230]
    spread = [image[:, columns].std((0, 1)).max() for columns in (slice(0, 80), slice(100, 156), slice(176, 256))]
    assert min(spread[0], spread[2]) > 1.5 * spread[1]
