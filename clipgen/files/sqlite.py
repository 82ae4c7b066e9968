"""SQLite files that several processes open at once."""

from __future__ import annotations

import sqlite3
import time

_PAUSE = 0.02  # seconds


def write_ahead(connection: sqlite3.Connection, *, patience: float) -> None:
    """Let readers and a writer of a file work beside each other, by a write-ahead log.

        >>> connection = sqlite3.connect(folder / "rows.sqlite")
        >>> write_ahead(connection, patience=30)
        >>> connection.execute("pragma journal_mode").fetchone()
        ('wal',)

    patience: seconds to wait for others who open a new file at the same time: for this one change SQLite does not wait
    itself. With such a log a power cut loses the last transactions, and nothing else; a killed process loses none.
    Raises sqlite3.OperationalError when the file is still locked then.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
    connection.execute("pragma synchronous = normal")
