"""The database that the threads of a server share."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, select

from clipgen.errors import OutputError
from clipgen.web.database import Database

NOTES = MetaData()
NOTE = Table("note", NOTES, Column("id", Integer, primary_key=True))
COUNT = select(func.count()).select_from(NOTE)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "notes.sqlite", NOTES, version=1)
    yield made
    made.close()


def test_a_block_is_stored_as_a_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing():
        database.execute(NOTE.insert(), [{"id": 1}])
        with database.writing():
            database.execute(NOTE.insert(), [{"id": 2}])
        _ = 1 / 0
    assert database.number(COUNT) == 0
    with database.writing():
        database.execute(NOTE.insert(), [{"id": 1}])
    assert database.number(COUNT) == 1


def test_others_read_while_one_writes_and_see_what_is_whole(database: Database) -> None:
    found: list[int] = []

    def read() -> None:
        found.append(database.number(COUNT))

    with database.writing():
        database.execute(NOTE.insert(), [{"id": 1}])
        assert database.number(COUNT) == 1  # of its own
        other = threading.Thread(target=read)
        other.start()
        other.join(10)
    read()
    assert found == [0, 1]


def test_what_is_called_afterwards_is_called_when_all_is_stored(database: Database) -> None:
    found: list[tuple[str, int]] = []

    def note(name: str) -> None:
        other = threading.Thread(target=lambda: found.append((name, database.number(COUNT))))
        other.start()
        other.join(10)

    with database.writing():
        with database.writing():
            database.execute(NOTE.insert(), [{"id": 1}])
            database.afterwards(lambda: note("inside"))
        assert found == []
    database.afterwards(lambda: note("outside"))
    assert found == [("inside", 1), ("outside", 1)]
    with pytest.raises(ZeroDivisionError), database.writing():
        database.afterwards(lambda: note("taken back"))
        _ = 1 / 0
    assert len(found) == 2


def test_many_threads_write_without_losing_anything(database: Database) -> None:
    def write(first: int) -> None:
        for id in range(first, first + 20):
            database.execute(NOTE.insert(), [{"id": id}])

    threads = [threading.Thread(target=write, args=[20 * place]) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.number(COUNT) == 160


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("create table theirs (a)")
    connection.close()
    with pytest.raises(OutputError, match="another version"):
        Database(path, NOTES, version=1)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputError, match="not a database"):
        Database(path, NOTES, version=1)


def test_a_file_that_is_damaged_later_is_one_line(database: Database) -> None:
    database.execute(NOTE.insert(), [{"id": 1}])
    database.engine.dispose()
    for path in Path(str(database.place)).parent.glob("notes.sqlite*"):
        path.write_bytes(b"no database " * 1000)
    for call in (lambda: database.number(COUNT), lambda: database.execute(NOTE.insert(), [{"id": 2}])):
        with pytest.raises(OutputError, match="notes.sqlite") as caught:
            call()
        assert "\n" not in str(caught.value)
