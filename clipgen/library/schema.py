"""The tables of a library in SQLite, and how those of an older clipgen become those of this one."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from clipgen.errors import OutputError
from clipgen.library.names import spaced

VERSION = 4

# frames are those of any perceptor, which have vectors of those that it kept; watched: how far a film is embedded, in
# seconds, whether that is all of it, and why it ends there where it is damaged
_FILMS = """
create table frame (key blob primary key, film blob not null, seconds real not null, phashes blob not null)
 without rowid;
create index frame_film on frame (film, seconds);
create table watched (
    film blob, perceptor text, seconds real not null, done int not null, problem text not null,
    primary key (film, perceptor)
) without rowid"""
# small copies of pictures have a table of their own: only `duplicates` reads them, and they are larger than all else
_SMALL = "create table small (hash blob primary key, grey blob not null) without rowid"
# paths are bytes: not every name is UTF-8, and a folder's files are a range of them
_NEW = f"""
create table content (
    hash blob primary key, width int, height int, orientation int, taken text, words text, phashes blob, pixels blob,
    error text, format text, measures blob, seconds real not null default 0
) without rowid;
create table file (
    id integer primary key, path blob unique not null, size int not null, mtime int not null, hash blob not null
);
create index file_hash on file (hash);
create virtual table word using fts5 (name, words, tokenize = "porter unicode61 remove_diacritics 2");
create table verdict (a blob, b blob, verdict text not null, primary key (a, b)) without rowid;
{_FILMS};
{_SMALL};
pragma user_version = {VERSION};
"""

# version → what makes the next one of it; what was measured since is read again, and nothing is embedded again
_CHANGES = {
    1: f"""
alter table content add column format text;
alter table content add column measures blob;
alter table content add column seconds real not null default 0;
{_FILMS};
""",
    # pictures are measured again, and get their small copies
    2: f"""
update content set measures = null where error = '' and seconds = 0;
{_SMALL};
""",
    # words of names with accents of their own, of which only these are written again; good pictures whose keywords are
    # malformed were errors (`like` would stop at the \0 in them)
    3: """
delete from content where instr(error, 'IPTC/NAA');
update word set name = (select spaced(path) from file where id = word.rowid)
 where name != (select spaced(path) from file where id = word.rowid);
""",
}

#: condition on paths, with the values of `inside`
INSIDE = "(path = ? or path >= ? and path < ?)"


def inside(place: Path) -> tuple[bytes, bytes, bytes]:
    """The values of `INSIDE`: the path itself, and the range of paths below it.

    >>> inside(Path("/photos"))
    (b'/photos', b'/photos/', b'/photos0')
    """
    name = os.fsencode(place)
    folder = name.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return name, folder, folder[:-1] + bytes([folder[-1] + 1])


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file, or bring those of an older clipgen up to date, inside a transaction.

        >>> connection = sqlite3.connect(":memory:")
        >>> prepare(connection, Path("library.sqlite"))
        >>> connection.execute("pragma user_version").fetchone()
        (4,)

    path: for messages. Raises OutputError for a file of another program, or of a newer clipgen.
    """
    (version,) = connection.execute("pragma user_version").fetchone()
    if version == 0 and not connection.execute("select 1 from sqlite_master").fetchone():
        _run(connection, _NEW)
        return
    connection.create_function("spaced", 1, lambda path: spaced(Path(os.fsdecode(path)).stem))
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
    for statement in filter(None, statements.strip().split(";\n")):
        connection.execute(statement.rstrip(";"))
