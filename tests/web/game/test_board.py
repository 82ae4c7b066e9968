"""Boards: ranks, days, pages, and recalculation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from clipgen.errors import OutputError
from clipgen.media.strokes import Drawing
from clipgen.tasks import judge as judge_module
from clipgen.web.game.board import PAGE, Board, New, Saved
from clipgen.web.game.schema import EMBEDDING, SCORE, opened
from clipgen.web.settings import WebSettings
from web.game.conftest import Game, Serve


@pytest.fixture
def board(tmp_path: Path, database: str) -> Iterator[Board]:
    made = Board(opened(WebSettings(folder=tmp_path, database=database)))
    made.show("one")
    yield made
    made.database.close()


def add(board: Board, score: float, *, at: float = 0, version: str = "one", x: float = 0) -> Saved:
    """Save a drawing with a score."""
    drawing = Drawing.of([{"points": [[x, 0], [score, at % 512]]}])
    new = New(1, drawing, "Ann", "owner", b"", b"\0\0", "clear", "", score)
    return board.save(new, perceptor="p", version=version, now=at)


def test_equal_scores_have_equal_ranks(board: Board) -> None:
    saved = [add(board, score, x=x) for x, score in enumerate((50, 70.01, 70.04, 20))]
    assert [(one.rank, one.score) for one in board.top(1)] == [(1, 70.01), (1, 70.04), (3, 50), (4, 20)]
    places = [board.place(one.number) for one in saved]
    assert [place.rank for place in places if place] == [3, 1, 1, 4]


def test_a_day_has_its_own_board(board: Board) -> None:
    old, new = add(board, 90), add(board, 10, at=86_400 * 3)
    assert [one.id for one in board.top(1, day="1970-01-04")] == [new.id]
    assert [one.id for one in board.top(1)] == [old.id, new.id] and board.count(1, day="1970-01-04") == 1


def test_pages(board: Board) -> None:
    for x in range(PAGE + 1):
        add(board, 5, x=x)
    assert len(board.top(1)) == PAGE and [one.rank for one in board.top(1, page=1)] == [1]


def test_scores_are_only_added_and_shown_when_all_are_there(board: Board) -> None:
    saved = add(board, 50)
    board.score([(saved.number, 60), (saved.number, 70)], "two")
    assert board.top(1)[0].score == 50
    board.show("two")
    assert board.top(1)[0].score == 60
    assert board.database.number(select(func.count()).select_from(SCORE)) == 2


def test_a_new_rule_is_applied_at_the_next_start(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    game = serve()
    for shift in range(3):
        game.save(shift)
    before, version = game.board(), game.room.board.version
    game.running.close()
    monkeypatch.setattr(judge_module, "RULE", judge_module.RULE + 1)
    monkeypatch.setattr(judge_module.Judge, "scores", lambda self, rows, prompt: rows[:, 0] * 0 + 42)
    again = serve()
    assert again.room.board.version != version
    assert {one["score"] for one in again.board()} == {42} and len(before) == 3
    # those of the version before are kept
    assert again.room.database.number(select(func.count()).select_from(SCORE)) == 6


def test_a_new_model_embeds_all_drawings_again(game: Game) -> None:
    game.save()
    board = game.room.board
    board.database.execute(update(EMBEDDING).values(perceptor="another"))
    (before,) = board.top(1)
    assert game.room.referee.rescore() == 1
    (after,) = board.top(1)
    assert after.score == before.score and board.database.number(select(func.count()).select_from(EMBEDDING)) == 2


def test_what_fails_in_the_middle_leaves_the_old_board_whole(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    for shift in range(2):
        game.save(shift)
    board, before = game.room.board, game.board()
    monkeypatch.setattr(judge_module, "RULE", judge_module.RULE + 1)
    monkeypatch.setattr(Board, "show", lambda self, version: board.database.execute(text("no such statement")))
    with pytest.raises(OutputError, match="no such statement|syntax error"):
        game.room.referee.rescore()
    assert game.board() == before and board.database.number(select(func.count()).select_from(SCORE)) == 2


def test_a_recalculation_can_be_stopped(game: Game) -> None:
    game.save()
    assert game.room.referee.rescore(lambda: True) == 0
