"""Several servers on one database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from clipgen.errors import ClipgenError, OutputError, SettingsError
from clipgen.media.strokes import Drawing
from clipgen.web.database import Database
from clipgen.web.game.board import Board, New
from clipgen.web.game.schema import TABLES, VERSION, opened
from clipgen.web.settings import WebSettings
from web.game.conftest import Serve


def test_two_servers_share_boards_and_rounds(serve: Serve, tmp_path: Path, database: str) -> None:
    if not database:
        pytest.skip("an SQLite file has one server")
    one, other = serve(), serve(folder=tmp_path / "other")
    saved = one.save()
    assert [shown["id"] for shown in other.board()] == [saved["id"]]
    assert not other.save(expect=200)["new"]
    round = one.client.post("/api/game/rounds", json={"prompt": 1, "seconds": 60}).json()
    assert other.client.post(f"/api/game/rounds/{round['code']}/players", json={}).status_code == 201
    assert len(one.client.get(f"/api/game/rounds/{round['code']}").json()["players"]) == 2


def test_an_sqlite_file_has_one_server(serve: Serve, database: str) -> None:
    if database:
        pytest.skip("a PostgreSQL database may have several")
    serve()
    with pytest.raises(OutputError, match="another server"):
        serve()


def test_drawings_of_another_version_are_scored_at_the_next_start(serve: Serve) -> None:
    game = serve()
    drawing = Drawing.of([{"points": [[0, 0], [500, 500]]}])
    new = New(1, drawing, "Old", "owner", b"", bytes(2 * game.room.referee.judge.matcher.perceptor.dim), "clear", "", 5)
    game.room.board.save(new, perceptor=game.room.referee.perceptor, version="of another server")
    assert game.board() == []
    game.running.close()
    assert [shown["name"] for shown in serve().board()] == ["Old"]


def test_equal_strokes_that_are_sent_at_once_count_once(tmp_path: Path, database: str) -> None:
    boards = [Board(opened(WebSettings(folder=tmp_path, database=database))) for _ in range(2 if database else 1)]
    drawing = Drawing.of([{"points": [[0, 0], [500, 500]]}])
    new, saved = New(1, drawing, "Ann", "owner", b"", b"\0\0", "clear", "", 5), []

    def save(board: Board) -> None:
        saved.append(board.save(new, perceptor="p", version="one"))

    threads = [threading.Thread(target=save, args=[boards[place % len(boards)]]) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.is_new for one in saved) == 1 and len({one.id for one in saved}) == 1 and len(saved) == 8
    for board in boards:
        board.database.close()


def test_a_database_of_another_version_is_refused(tmp_path: Path, database: str) -> None:
    place = database or tmp_path / "game.sqlite"
    Database(place, TABLES, version=VERSION).close()
    with pytest.raises(OutputError, match="another version"):
        Database(place, TABLES, version=VERSION + 1)
    Database(place, TABLES, version=VERSION).close()


@pytest.mark.parametrize("address", ["x", "mysql://a@b/c", "sqlite:///x.db", "postgresql", "://"])
def test_other_databases_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="postgresql://USER"):
        opened(WebSettings(folder=tmp_path, database=address))


def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg")
    with pytest.raises(ClipgenError) as raised:
        opened(WebSettings(folder=tmp_path, database="postgresql://ann:secret@127.0.0.1:1/game"))
    line = str(raised.value)
    assert "127.0.0.1" in line and "secret" not in line and "\n" not in line
