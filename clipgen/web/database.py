"""One SQLite file, shared by the threads of a server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from clipgen.errors import OutputError
from clipgen.files import unwritable

Value = str | int | float | bytes | None
Row = sqlite3.Row
_PATIENCE = 30.0  # seconds that a writer waits for another process, such as a backup


class Database:
    """Rows in one SQLite file; what one `writing` block does is stored as a whole or not at all.

        >>> database = Database(folder / "notes.sqlite", "create table note (text text not null);", version=1)
        >>> with database.writing():
        ...     database.execute("insert into note values (?)", ["a fox"])
        >>> [row["text"] for row in database.rows("select text from note")]
        ['a fox']

    path: of the file, made when missing; schema: statements that make its tables; version: of the schema.
    Raises OutputError for a file that cannot be used: damaged, of another program, or of another version.
    """

    def __init__(self, path: Path, schema: str, *, version: int) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # without an isolation level Python begins no transactions of its own
            self._connection = sqlite3.connect(
                path, timeout=_PATIENCE, check_same_thread=False, isolation_level=None
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("pragma journal_mode = wal")
            # with a write-ahead log a power cut loses the last transactions, and nothing else; a killed process none
            self._connection.execute("pragma synchronous = normal")
            self._prepare(schema, version)
        except (OSError, sqlite3.Error) as error:
            raise unwritable(path, OSError(str(error))) from error

    def _prepare(self, schema: str, version: int) -> None:
        with self.writing():
            (found,) = self._connection.execute("pragma user_version").fetchone()
            if found == 0 and not self._connection.execute("select 1 from sqlite_master").fetchone():
                for statement in filter(str.strip, schema.split(";\n")):
                    self._connection.execute(statement)
                self._connection.execute(f"pragma user_version = {version:d}")
            elif found != version:
                raise OutputError(
                    f"{self.path} is of another version of clipgen; name another folder", settings=["folder"]
                )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; an error inside takes everything back. Blocks of one thread may be nested."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def execute(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Change rows, and return how many were changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def insert(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Add a row, and return its rowid."""
        with self._lock:
            rowid = self._connection.execute(statement, values).lastrowid
        assert rowid is not None  # of an insert
        return rowid

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """The rows that a query finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Value] = ()) -> Row | None:
        """The first row that a query finds."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def number(self, statement: str, values: Sequence[Value] = ()) -> int:
        """The whole number in the only row and column of a query; 0 where that is null."""
        with self._lock:
            (found,) = self._connection.execute(statement, values).fetchone()
        return int(found or 0)
