"""The tables of the game."""

from __future__ import annotations

from pathlib import Path

from clipgen.web.database import Database

VERSION = 1

# created: seconds since 1970; day: of the calendar in UTC; row: an embedding in half precision; scores are only ever
# added, and the board shows those of one version; band: what moderation found, see clipgen.tasks.moderate
SCHEMA = """
create table prompt (
    id integer primary key, text text unique not null, level text not null, visitor text not null, created real not null
);
create table drawing (
    number integer primary key autoincrement, id text unique not null, prompt int not null, digest text not null,
    strokes blob not null, picture blob not null, plain int not null, name text not null, visitor text not null,
    created real not null, day text not null, band text not null, reason text not null,
    reports int not null default 0, hidden int not null default 0, unique (prompt, digest)
);
create index drawing_prompt on drawing (prompt, day);
create index drawing_doubtful on drawing (number) where band != 'clear' or reports > 0 or hidden > 0;
create table embedding (drawing int not null, perceptor text not null, row blob not null, unique (drawing, perceptor));
create table score (
    drawing int not null, version text not null, score real not null, primary key (drawing, version)
) without rowid;
create table board (only int primary key check (only = 1), version text not null);
"""


def opened(folder: Path) -> Database:
    """The database of the game in the folder of a server, made when missing.

        >>> opened(folder / "web").number("select count(*) from drawing")
        0

    Raises OutputError when it cannot be used.
    """
    return Database(folder / "game.sqlite", SCHEMA, version=VERSION)
