"""The tables of a library in SQLite, and how those of older versions become these."""

from __future__ import annotations

import os
from pathlib import Path

VERSION = 2

# frames are those of any perceptor, which have vectors of those that it kept; watched: how far a film is embedded, in
# seconds, whether that is all of it, and why it ends there where it is damaged
_FILM_TABLES = """
create table frame (key blob primary key, film blob not null, seconds real not null, phashes blob not null)
 without rowid;
create index frame_film on frame (film, seconds);
create table watched (
    film blob, perceptor text, seconds real not null, done int not null, problem text not null,
    primary key (film, perceptor)
) without rowid;
"""
# paths are bytes: not every name is UTF-8, and a folder's files are a range of them
SCHEMA = f"""
create table content (
    hash blob primary key, width int, height int, orientation int, taken text, words text, phashes blob, pixels blob,
    error text, seconds real not null default 0
) without rowid;
create table file (
    id integer primary key, path blob unique not null, size int not null, mtime int not null, hash blob not null
);
create index file_hash on file (hash);
create virtual table word using fts5 (name, words, tokenize = "porter unicode61 remove_diacritics 2");
create table verdict (a blob, b blob, verdict text not null, primary key (a, b)) without rowid;
{_FILM_TABLES}
pragma user_version = {VERSION};
"""
#: what each version adds to the one before it
UPDATES = {2: f"alter table content add column seconds real not null default 0;\n{_FILM_TABLES}"}

#: the columns of a `Content`
COLUMNS = "hash, width, height, orientation, taken, words, phashes, error, seconds"

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
