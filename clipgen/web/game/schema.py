"""The tables of the game."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    or_,
)

from clipgen.web.database import Database
from clipgen.web.settings import WebSettings

VERSION = 1
TABLES = MetaData()


def _text(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique)


# created: seconds since 1970; day: of the calendar in UTC; row: an embedding in half precision; scores are only ever
# added, and the board shows those of one version; band: what moderation found, see clipgen.tasks.moderate
PROMPT = Table(
    "prompt", TABLES,
    Column("id", Integer, primary_key=True), _text("text", unique=True), _text("level"), _text("visitor"),
    Column("created", Double, nullable=False),
)  # fmt: skip
DRAWING = Table(
    "drawing", TABLES,
    Column("number", Integer, primary_key=True), _text("id", unique=True), Column("prompt", Integer, nullable=False),
    _text("digest"), Column("strokes", LargeBinary, nullable=False), Column("picture", LargeBinary, nullable=False),
    Column("plain", Boolean, nullable=False), _text("name"), _text("visitor"),
    Column("created", Double, nullable=False), _text("day"), _text("band"), _text("reason"),
    Column("reports", Integer, nullable=False, server_default="0"),
    Column("hidden", Boolean, nullable=False, default=False),
    UniqueConstraint("prompt", "digest"), sqlite_autoincrement=True,
)  # fmt: skip
EMBEDDING = Table(
    "embedding", TABLES,
    Column("drawing", Integer, nullable=False), _text("perceptor"), Column("row", LargeBinary, nullable=False),
    UniqueConstraint("drawing", "perceptor"),
)  # fmt: skip
SCORE = Table(
    "score", TABLES,
    Column("drawing", Integer, primary_key=True, autoincrement=False), Column("version", Text, primary_key=True),
    Column("score", Double, nullable=False), sqlite_with_rowid=False,
)  # fmt: skip
BOARD = Table(
    "board", TABLES,
    Column("only", Integer, CheckConstraint('"only" = 1'), primary_key=True, autoincrement=False), _text("version"),
)  # fmt: skip

# of both, rows are deleted after a day; started: null until then; revision: counts changes; address: hashed, of who
# opened it; key: hashed, what a player shows; strokes: null until the first, later the last ones that were sent
ROUND = Table(
    "round", TABLES,
    Column("id", Integer, primary_key=True), _text("code", unique=True), Column("prompt", Integer, nullable=False),
    Column("seconds", Integer, nullable=False), Column("created", Double, nullable=False), Column("started", Double),
    Column("revision", Integer, nullable=False), _text("address"),
)  # fmt: skip
PLAYER = Table(
    "player", TABLES,
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("key"), _text("name"), Column("strokes", LargeBinary), Column("score", Double, nullable=False),
    Column("veiled", Boolean, nullable=False),
)  # fmt: skip

#: doubtful, or reported since the owner last looked at it
VEILED = or_(DRAWING.c.band != "clear", DRAWING.c.reports > 0)
_DOUBTFUL = or_(VEILED, DRAWING.c.hidden)
Index("drawing_prompt", DRAWING.c.prompt, DRAWING.c.day)
Index("drawing_doubtful", DRAWING.c.number, sqlite_where=_DOUBTFUL, postgresql_where=_DOUBTFUL)


def opened(settings: WebSettings) -> Database:
    """The database of the game: an SQLite file in the folder of a server, or the one that the settings name.

        >>> from sqlalchemy import func, select
        >>> opened(WebSettings(folder=folder / "web")).number(select(func.count()).select_from(DRAWING))
        0

    Raises OutputError when it cannot be used.
    """
    return Database(settings.database or settings.folder / "game.sqlite", TABLES, version=VERSION)
