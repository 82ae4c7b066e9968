"""Drawings that were saved, their scores by version, and the boards."""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, update

from clipgen.media.strokes import Drawing
from clipgen.values import Json, parse_json
from clipgen.web.database import Database, Row
from clipgen.web.game.schema import BOARD, DRAWING, EMBEDDING, PROMPT, SCORE, VEILED

PAGE = 50
_BATCH = 20_000  # rows that are read at once, 15 MB of embeddings
_REASON = case((DRAWING.c.band == "clear", ""), else_=DRAWING.c.reason).label("reason")
_SHOWN = [
    DRAWING.c.id, DRAWING.c.name, DRAWING.c.created, VEILED.label("veiled"), _REASON, DRAWING.c.reports,
    DRAWING.c.hidden,
]  # fmt: skip


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
    >>> from clipgen.web.settings import WebSettings
    >>> board = Board(opened(WebSettings(folder=folder / "web")))
    >>> board.version, board.top(1), board.count(1)
    ('', [], 0)
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def version(self) -> str:
        """The version of the scores that the boards show; "" before the first."""
        row = self.database.row(select(BOARD.c.version))
        return row["version"] if row else ""

    def save(self, new: New, *, perceptor: str, version: str, now: float | None = None) -> Saved:
        """Store a drawing with its score; one that is there already is not changed.

        perceptor: fingerprint of the one that embedded it; version: of the score; now: seconds since 1970.
        """
        at = time.time() if now is None else now
        id = secrets.token_hex(8)
        adding = self.database.into(DRAWING).values(
            id=id,
            prompt=new.prompt,
            digest=new.drawing.digest,
            strokes=packed(new.drawing),
            picture=new.picture,
            plain=new.drawing.is_plain,
            name=new.name,
            visitor=new.visitor,
            created=at,
            day=day_of(at),
            band=new.band,
            reason=new.reason,
        )
        with self.database.writing():
            added = self.database.added(adding.on_conflict_do_nothing().returning(DRAWING.c.number))
            if added is None:
                same = and_(DRAWING.c.prompt == new.prompt, DRAWING.c.digest == new.drawing.digest)
                found = self.database.row(select(DRAWING.c.number, DRAWING.c.id).where(same))
                assert found is not None  # drawings are never deleted
                return Saved(found["number"], found["id"], False)
            self.embed([(added["number"], new.row)], perceptor)
            self.score([(added["number"], new.score)], version)
        return Saved(added["number"], id, True)

    def top(self, prompt: int, *, day: str | None = None, page: int = 0) -> list[Placed]:
        """A page of the board of a prompt, the best first; day: of that day only."""
        rank = func.rank().over(order_by=_points(SCORE.c.score).desc()).label("rank")
        query = (
            select(*_SHOWN, SCORE.c.score, rank)
            .join_from(DRAWING, SCORE, and_(SCORE.c.drawing == DRAWING.c.number, SCORE.c.version == self.version))
            .where(_on_board(prompt, day))
            .order_by("rank", DRAWING.c.number)
        )
        return [_placed(row) for row in self.database.rows(query.limit(PAGE).offset(page * PAGE))]

    def count(self, prompt: int, *, day: str | None = None) -> int:
        """How many drawings are on the board of a prompt."""
        return self.database.number(select(func.count()).select_from(DRAWING).where(_on_board(prompt, day)))

    def place(self, number: int) -> Placed | None:
        """A drawing with its rank among all of its prompt; None when it is not on the board."""
        other, theirs = DRAWING.alias(), SCORE.alias()
        better = (
            select(func.count())
            .select_from(other.join(theirs, theirs.c.drawing == other.c.number))
            .where(
                theirs.c.version == SCORE.c.version,
                other.c.prompt == DRAWING.c.prompt,
                other.c.hidden.is_(False),
                _points(theirs.c.score) > _points(SCORE.c.score),
            )
            .correlate(DRAWING, SCORE)
            .scalar_subquery()
        )
        row = self.database.row(
            select(*_SHOWN, SCORE.c.score, (1 + better).label("rank"))
            .join_from(DRAWING, SCORE, and_(SCORE.c.drawing == DRAWING.c.number, SCORE.c.version == self.version))
            .where(DRAWING.c.number == number, DRAWING.c.hidden.is_(False))
        )
        return _placed(row) if row else None

    def strokes(self, id: str, *, hidden: bool = False) -> Drawing | None:
        """The strokes of a drawing; hidden: also of one that the owner has hidden."""
        row = self._row(select(DRAWING.c.strokes), id, hidden)
        return unpacked(row["strokes"]) if row else None

    def picture(self, id: str, *, hidden: bool = False) -> bytes | None:
        """The picture of a drawing as PNG."""
        row = self._row(select(DRAWING.c.picture), id, hidden)
        return bytes(row["picture"]) if row else None

    def _row(self, query: Select[tuple[bytes]], id: str, hidden: bool) -> Row | None:
        return self.database.row(query.where(DRAWING.c.id == id, or_(DRAWING.c.hidden.is_(False), literal(hidden))))

    def report(self, id: str) -> bool:
        """Veil a drawing until the owner has looked at it; whether there is such a drawing."""
        shown = and_(DRAWING.c.id == id, DRAWING.c.hidden.is_(False))
        return self.database.execute(update(DRAWING).where(shown).values(reports=DRAWING.c.reports + 1)) > 0

    def doubtful(self, page: int = 0) -> list[dict[str, Json]]:
        """What the owner should look at, newest first: doubtful, reported and hidden drawings."""
        query = (
            select(*_SHOWN, PROMPT.c.text.label("prompt"))
            .join_from(DRAWING, PROMPT, PROMPT.c.id == DRAWING.c.prompt)
            .where(or_(VEILED, DRAWING.c.hidden))
            .order_by(DRAWING.c.number.desc())
        )
        return [dict(row) for row in self.database.rows(query.limit(PAGE).offset(page * PAGE))]

    def decide(self, id: str, *, hidden: bool) -> bool:
        """Hide a drawing from all boards, or restore it without a veil; whether there is such a drawing."""
        changed = update(DRAWING).where(DRAWING.c.id == id).values(hidden=hidden)
        if not hidden:
            changed = changed.values(band="clear", reports=0)
        return self.database.execute(changed) > 0

    def embed(self, rows: Iterable[tuple[int, bytes]], perceptor: str) -> None:
        """Store embeddings, each with the number of its drawing."""
        values = [{"drawing": number, "perceptor": perceptor, "row": row} for number, row in rows]
        self.database.execute(self.database.into(EMBEDDING).on_conflict_do_nothing(), values)

    def score(self, scores: Iterable[tuple[int, float]], version: str) -> None:
        """Add scores; those of a version that are there already stay."""
        values = [{"drawing": number, "version": version, "score": score} for number, score in scores]
        if values:
            self.database.execute(self.database.into(SCORE).on_conflict_do_nothing(), values)

    def show(self, version: str) -> None:
        """Let the boards show the scores of a version."""
        shown = self.database.into(BOARD).values(only=1, version=version)
        self.database.execute(shown.on_conflict_do_update(index_elements=[BOARD.c.only], set_={"version": version}))

    def unscored(self, version: str) -> int:
        """How many drawings have no score of a version."""
        scored = select(SCORE.c.drawing).where(SCORE.c.version == version, SCORE.c.drawing == DRAWING.c.number)
        return self.database.number(select(func.count()).select_from(DRAWING).where(~scored.exists()))

    def without_embedding(self, perceptor: str, limit: int) -> list[tuple[int, Drawing]]:
        """Some drawings that a perceptor has not embedded."""
        known = and_(EMBEDDING.c.drawing == DRAWING.c.number, EMBEDDING.c.perceptor == perceptor)
        query = select(DRAWING.c.number, DRAWING.c.strokes).where(~select(EMBEDDING.c.drawing).where(known).exists())
        rows = self.database.rows(query.order_by(DRAWING.c.number).limit(limit))
        return [(row["number"], unpacked(row["strokes"])) for row in rows]

    def embedded(self, perceptor: str) -> Iterator[Sequence[Row]]:
        """All embedded drawings, some thousands at a time: number, prompt (its text), plain and row."""
        known = and_(EMBEDDING.c.drawing == DRAWING.c.number, EMBEDDING.c.perceptor == perceptor)
        query = (
            select(DRAWING.c.number, PROMPT.c.text.label("prompt"), DRAWING.c.plain, EMBEDDING.c.row)
            .join_from(DRAWING, EMBEDDING, known)
            .join(PROMPT, PROMPT.c.id == DRAWING.c.prompt)
            .order_by(DRAWING.c.number)
            .limit(_BATCH)
        )
        last = 0
        while rows := self.database.rows(query.where(DRAWING.c.number > last)):
            yield rows
            last = rows[-1]["number"]


def day_of(seconds: float) -> str:
    """The day of a time, in UTC.

    >>> day_of(0)
    '1970-01-01'
    """
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def packed(drawing: Drawing) -> bytes:
    """A drawing as it is stored.

    >>> unpacked(packed(Drawing(()))) == Drawing(())
    True
    """
    return zlib.compress(json.dumps(drawing.to_json(), separators=(",", ":")).encode())


def unpacked(stored: bytes) -> Drawing:
    """A drawing of what `packed` made."""
    return Drawing.of(parse_json(zlib.decompress(stored)))


def _points(score: ColumnElement[float]) -> ColumnElement[float]:
    """A score as it is shown, in tenths of a point: those that look equal are equal."""
    return func.round(score * 10)


def _on_board(prompt: int, day: str | None) -> ColumnElement[bool]:
    shown = and_(DRAWING.c.prompt == prompt, DRAWING.c.hidden.is_(False))
    return shown if day is None else and_(shown, DRAWING.c.day == day)


def _placed(row: Row) -> Placed:
    return Placed(row["id"], row["name"], row["score"], row["rank"], row["created"], bool(row["veiled"]))
