"""The tables of a library in SQLite, and how those of an older clipgen become those of this one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from clipgen.errors import OutputError

VERSION = 2

# paths are bytes: not every name is UTF-8, and a folder's files are a range of them
_NEW = f"""
create table content (
    hash blob primary key, width int, height int, orientation int, taken text, words text, phashes blob, pixels blob,
    error text, format text, measures blob
) without rowid;
create table file (
    id integer primary key, path blob unique not null, size int not null, mtime int not null, hash blob not null
);
create index file_hash on file (hash);
create virtual table word using fts5 (name, words, tokenize = "porter unicode61 remove_diacritics 2");
create table verdict (a blob, b blob, verdict text not null, primary key (a, b)) without rowid;
pragma user_version = {VERSION};
"""

# version → what makes the next one of it; what was measured since is read again, and nothing is embedded again
_CHANGES = {1: "alter table content add column format text;\nalter table content add column measures blob"}


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file, or bring those of an older clipgen up to date, inside a transaction.

        >>> connection = sqlite3.connect(":memory:")
        >>> prepare(connection, Path("library.sqlite"))
        >>> connection.execute("pragma user_version").fetchone()
        (2,)

    path: for messages. Raises OutputError for a file of another program, or of a newer clipgen.
    """
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == 0 and not connection.execute("select 1 from sqlite_master").fetchone():
        _run(connection, _NEW)
        return
    while version in _CHANGES:
        _run(connection, _CHANGES[version])
        version += 1
        connection.execute(f"pragma user_version = {version}")
    if version != VERSION:
        raise OutputError(
            f"{path} is no index of this version of clipgen; name another file, or delete it", settings=["index"]
        )


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # executescript would end the transaction
    for statement in statements.strip().split(";\n"):
        connection.execute(statement)
