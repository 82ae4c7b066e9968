"""The tables of the studio."""

from __future__ import annotations

from pathlib import Path

from clipgen.web.database import Database

VERSION = 1

# "at", "created" …: seconds since 1970; places of files are relative to the folder of the server
SCHEMA = """
create table job (
    id text primary key, visitor text not null, verb text not null, job text not null, state text not null,
    attempts int not null default 0, created real not null, started real, finished real, error text,
    done int not null default 0, total int not null default 0
);
create index job_state on job (state, created);
create index job_visitor on job (visitor, created);
create table event (
    id integer primary key autoincrement, job text not null, visitor text not null, kind text not null,
    data text not null
);
create index event_job on event (job, id);
create index event_visitor on event (visitor, id);
create table picture (
    number integer primary key autoincrement, id text unique not null, visitor text not null, job text not null,
    prompt text not null, seed int not null, score real, fit text, width int not null, height int not null,
    metadata text not null, created real not null, favourite int not null default 0, deleted real
);
create index picture_visitor on picture (visitor, number);
create index picture_job on picture (job);
create virtual table picture_word using fts5 (prompt, tokenize = "porter unicode61 remove_diacritics 2");
create table upload (
    id text not null, visitor text not null, width int not null, height int not null, bytes int not null,
    created real not null, primary key (id, visitor)
) without rowid;
"""


def opened(folder: Path) -> Database:
    """The database in the folder of a server, made when missing.

        >>> opened(folder / "web").number("select count(*) from job")
        0

    Raises OutputError when it cannot be used.
    """
    return Database(folder / "studio.sqlite", SCHEMA, version=VERSION)
