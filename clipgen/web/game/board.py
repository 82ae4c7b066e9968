"""Drawings that were saved, their scores by version, and the boards."""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clipgen.media.strokes import Drawing
from clipgen.values import Json
from clipgen.web.database import Database, Row, Value

PAGE = 50
_BATCH = 20_000  # rows that are read at once, 15 MB of embeddings
# doubtful, or reported since the owner last looked at it
_VEILED = "(band != 'clear' or reports > 0)"
_REASON = "case when band = 'clear' then '' else reason end as reason"
_SHOWN = f"number, id, name, created, plain, {_VEILED} as veiled, {_REASON}, reports, hidden"


@dataclass(frozen=True)
class Saved:
    """A drawing that was saved, and whether it is new: equal strokes are saved once for a prompt."""

    number: int
    id: str
    is_new: bool


@dataclass(frozen=True)
class Placed:
    """A drawing on a board. Drawings of equal scores have the same rank."""

    id: str
    name: str
    score: float
    rank: int
    created: float
    veiled: bool

    def to_json(self) -> dict[str, Json]:
        """Plain values; the score as it is shown."""
        return {**vars(self), "score": round(self.score, 1)}


@dataclass(frozen=True)
class New:
    """A drawing that is to be saved: its player, picture (PNG), embedding (half precision), band and score."""

    prompt: int
    drawing: Drawing
    name: str
    visitor: str
    picture: bytes
    row: bytes
    band: str
    reason: str
    score: float


class Board:
    """The drawings of a game.

    >>> from clipgen.web.game.schema import opened
    >>> board = Board(opened(folder / "web"))
    >>> board.version, board.top(1), board.count(1)
    ('', [], 0)
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def version(self) -> str:
        """The version of the scores that the boards show; "" before the first."""
        row = self.database.row("select version from board")
        return row["version"] if row else ""

    def save(self, new: New, *, perceptor: str, version: str, now: float | None = None) -> Saved:
        """Store a drawing with its score; one that is there already is not changed.

        perceptor: fingerprint of the one that embedded it; version: of the score; now: seconds since 1970.
        """
        at = time.time() if now is None else now
        with self.database.writing():
            found = self.database.row(
                "select number, id from drawing where prompt = ? and digest = ?", [new.prompt, new.drawing.digest]
            )
            if found:
                return Saved(found["number"], found["id"], False)
            id = secrets.token_hex(8)
            strokes = zlib.compress(json.dumps(new.drawing.to_json(), separators=(",", ":")).encode())
            number = self.database.insert(
                "insert into drawing (id, prompt, digest, strokes, picture, plain, name, visitor, created, day, band, "
                "reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [id, new.prompt, new.drawing.digest, strokes, new.picture, new.drawing.is_plain, new.name, new.visitor,
                 at, day_of(at), new.band, new.reason],
            )  # fmt: skip
            self.embed(number, perceptor, new.row)
            self.score([(number, new.score)], version)
        return Saved(number, id, True)

    def top(self, prompt: int, *, day: str | None = None, page: int = 0) -> list[Placed]:
        """A page of the board of a prompt, the best first; day: of that day only."""
        where, values = _of(prompt, day)
        rows = self.database.rows(
            f"select {_SHOWN}, score, rank() over (order by round(score, 1) desc) as rank from drawing "
            f"join score on drawing = number and version = ? where {where} "
            f"order by rank, number limit {PAGE} offset ?",
            [self.version, *values, page * PAGE],
        )
        return [_placed(row) for row in rows]

    def count(self, prompt: int, *, day: str | None = None) -> int:
        """How many drawings are on the board of a prompt."""
        where, values = _of(prompt, day)
        return self.database.number(f"select count(*) from drawing where {where}", values)

    def place(self, number: int) -> Placed | None:
        """A drawing with its rank among all of its prompt; None when it is not on the board."""
        row = self.database.row(
            f"select {_SHOWN}, mine.score as score, 1 + (select count(*) from drawing other "
            "join score theirs on theirs.drawing = other.number and theirs.version = mine.version "
            "where other.prompt = drawing.prompt and other.hidden = 0 "
            "and round(theirs.score, 1) > round(mine.score, 1)) as rank from drawing "
            "join score mine on mine.drawing = number and mine.version = ? where number = ? and hidden = 0",
            [self.version, number],
        )
        return _placed(row) if row else None

    def strokes(self, id: str, *, hidden: bool = False) -> Drawing | None:
        """The strokes of a drawing; hidden: also of one that the owner has hidden."""
        row = self._row(id, "strokes", hidden)
        return _drawing(row["strokes"]) if row else None

    def picture(self, id: str, *, hidden: bool = False) -> bytes | None:
        """The picture of a drawing as PNG."""
        row = self._row(id, "picture", hidden)
        return bytes(row["picture"]) if row else None

    def _row(self, id: str, column: str, hidden: bool) -> Row | None:
        return self.database.row(f"select {column} from drawing where id = ? and hidden <= ?", [id, hidden])

    def report(self, id: str) -> bool:
        """Veil a drawing until the owner has looked at it; whether there is such a drawing."""
        return self.database.execute("update drawing set reports = reports + 1 where id = ? and hidden = 0", [id]) > 0

    def doubtful(self, page: int = 0) -> list[dict[str, Json]]:
        """What the owner should look at, newest first: doubtful, reported and hidden drawings."""
        rows = self.database.rows(
            f"select {_SHOWN}, (select text from prompt where prompt.id = drawing.prompt) as prompt from drawing "
            f"where {_VEILED} or hidden > 0 order by number desc limit {PAGE} offset ?",
            [page * PAGE],
        )
        return [{name: row[name] for name in row.keys() if name != "number"} for row in rows]  # noqa: SIM118

    def decide(self, id: str, *, hidden: bool) -> bool:
        """Hide a drawing from all boards, or restore it without a veil; whether there is such a drawing."""
        band = "" if hidden else ", band = 'clear', reports = 0"
        return self.database.execute(f"update drawing set hidden = ?{band} where id = ?", [hidden, id]) > 0

    def embed(self, number: int, perceptor: str, row: bytes) -> None:
        """Store an embedding."""
        self.database.execute("insert or ignore into embedding values (?, ?, ?)", [number, perceptor, row])

    def score(self, scores: Iterable[tuple[int, float]], version: str) -> None:
        """Add scores; those of a version that are there already stay."""
        for number, score in scores:
            self.database.execute("insert or ignore into score values (?, ?, ?)", [number, version, score])

    def show(self, version: str) -> None:
        """Let the boards show the scores of a version."""
        self.database.execute("insert or replace into board values (1, ?)", [version])

    def without_embedding(self, perceptor: str, limit: int) -> list[tuple[int, Drawing]]:
        """Some drawings that a perceptor has not embedded."""
        rows = self.database.rows(
            "select number, strokes from drawing where number not in "
            "(select drawing from embedding where perceptor = ?) order by number limit ?",
            [perceptor, limit],
        )
        return [(row["number"], _drawing(row["strokes"])) for row in rows]

    def embedded(self, perceptor: str) -> Iterator[Sequence[Row]]:
        """All embedded drawings, some thousands at a time: number, prompt (its text), plain and row."""
        last = 0
        while rows := self.database.rows(
            "select number, (select text from prompt where prompt.id = drawing.prompt) as prompt, plain, row "
            "from drawing join embedding on drawing = number and perceptor = ? where number > ? "
            "order by number limit ?",
            [perceptor, last, _BATCH],
        ):
            yield rows
            last = rows[-1]["number"]


def day_of(seconds: float) -> str:
    """The day of a time, in UTC.

    >>> day_of(0)
    '1970-01-01'
    """
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _of(prompt: int, day: str | None) -> tuple[str, list[Value]]:
    if day is None:
        return "prompt = ? and hidden = 0", [prompt]
    return "prompt = ? and hidden = 0 and day = ?", [prompt, day]


def _placed(row: Row) -> Placed:
    return Placed(row["id"], row["name"], row["score"], row["rank"], row["created"], bool(row["veiled"]))


def _drawing(packed: bytes) -> Drawing:
    return Drawing.of(json.loads(zlib.decompress(packed)))
