"""Rounds: several people draw the same prompt for some time, and see each other's scores while they do."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from starlette.exceptions import HTTPException

from clipgen.media.strokes import Drawing
from clipgen.values import Json
from clipgen.web.database import Database, Row
from clipgen.web.game.board import packed, unpacked
from clipgen.web.game.schema import PLAYER, ROUND
from clipgen.web.settings import Bounds

SECONDS = (20, 600)
WAITING, RUNNING, ENDED = "waiting", "running", "ended"
#: seconds after the end in which drawings that arrived before it are still scored
COUNTING = 3.0
_LETTERS, _LENGTH = "BCDFGHJKLMNPQRSTVWXZ", 6  # without vowels, which would make words
_WAITS, _KEPT = 1800.0, 86_400.0  # seconds that a round waits for its start, and is kept


@dataclass(frozen=True)
class Player:
    """A player of a round: number 1 opened it, and starts it. Players of equal scores have the same rank."""

    number: int
    name: str
    score: float
    has_drawn: bool
    veiled: bool
    rank: int

    def to_json(self) -> dict[str, Json]:
        """Plain values; the score as it is shown."""
        return {**vars(self), "score": round(self.score, 1)}


@dataclass(frozen=True)
class Round:
    """A round as it is at a moment; an event of its stream.

    prompt: its number; left: seconds until the end, None while it waits; players: the best first, in the order in which
    they came while it waits.
    """

    code: str
    prompt: int
    seconds: int
    state: str
    left: float | None
    revision: int
    players: tuple[Player, ...]


@dataclass(frozen=True)
class RoundEvent:
    """An event of the stream of a round: all that there is to know of it."""

    id: int
    kind: str
    data: str


class Rounds:
    """The rounds of a game.

        >>> from clipgen.web.game.schema import opened
        >>> from clipgen.web.settings import WebSettings
        >>> rounds = Rounds(opened(WebSettings(folder=folder / "web")), Bounds())
        >>> code, key = rounds.open(1, 90, name="Ann", address="10.0.0.1")
        >>> rounds.join(code, name="Bob")[0], rounds.find(code).state
        (2, 'waiting')
        >>> rounds.start(code, key)
        >>> rounds.find(code).state
        'running'

    clock: seconds since 1970, by which rounds end. What is refused raises HTTPException: 404 for a code that no round
    has, 403 for a key of no player, 409 for what comes too late, 429 where there are enough rounds or players.
    """

    def __init__(self, database: Database, bounds: Bounds, clock: Callable[[], float] = time.time) -> None:
        self.database, self.bounds, self.clock = database, bounds, clock

    def open(self, prompt: int, seconds: int, *, name: str, address: str) -> tuple[str, str]:
        """Open a round; its code, and the key of its first player."""
        now, whose = self.clock(), _hashed(address)
        with self.database.writing():
            self._forget(now - _KEPT)
            open_now = or_(
                and_(ROUND.c.started.is_(None), ROUND.c.created > now - _WAITS),
                ROUND.c.started + ROUND.c.seconds > now,
            )
            count = select(func.count()).select_from(ROUND).where(open_now)
            if (
                self.database.number(count) >= self.bounds.rounds
                or self.database.number(count.where(ROUND.c.address == whose)) >= self.bounds.rounds_each
            ):
                raise HTTPException(429, "there are too many open rounds; wait until one has ended")
            code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            values = {"code": code, "prompt": prompt, "seconds": seconds, "created": now, "revision": 0}
            self.database.execute(ROUND.insert(), [{**values, "address": whose}])
            return code, self.join(code, name=name)[1]

    def _forget(self, before: float) -> None:
        old = select(ROUND.c.id).where(ROUND.c.created < before)
        self.database.execute(delete(PLAYER).where(PLAYER.c.round.in_(old)))
        self.database.execute(delete(ROUND).where(ROUND.c.created < before))

    def join(self, code: str, *, name: str) -> tuple[int, str]:
        """Add a player to a round that has not ended; its number and its key."""
        key = secrets.token_hex(16)
        with self.database.writing():
            row = self._row(code, changes=True)
            if _state(row, self.clock()) == ENDED:
                raise HTTPException(409, "this round has ended")
            count = self.database.number(select(func.count()).where(PLAYER.c.round == row["id"]))
            if count >= self.bounds.players:
                raise HTTPException(429, f"this round has its {self.bounds.players} players")
            values = {"round": row["id"], "number": count + 1, "key": _hashed(key), "name": name, "score": 0.0}
            self.database.execute(PLAYER.insert(), [{**values, "veiled": False}])
        return count + 1, key

    def start(self, code: str, key: str) -> None:
        """Start a round that waits; only its first player may."""
        with self.database.writing():
            row = self._row(code, changes=True)
            if self._player(row, key)["number"] != 1:
                raise HTTPException(403, "only who opened the round starts it")
            now = self.clock()
            if _state(row, now) != WAITING:
                raise HTTPException(409, "this round has been started")
            self.database.execute(update(ROUND).where(ROUND.c.id == row["id"]).values(started=now))

    def check(self, code: str, key: str) -> int:
        """The prompt of a round that runs, for one of its players; asked before a drawing is scored."""
        row = self._row(code)
        self._player(row, key)
        if _state(row, self.clock()) != RUNNING:
            raise HTTPException(409, "this round does not run")
        return int(row["prompt"])

    def draw(self, code: str, key: str, drawing: Drawing, *, score: float, veiled: bool, arrived: float) -> None:
        """Take what a player has drawn by now, with its score; arrived: when it was sent, by the clock."""
        with self.database.writing():
            row = self._row(code, changes=True)
            mine, ends = self._player(row, key), (row["started"] or 0) + row["seconds"]
            if arrived >= ends or self.clock() >= ends + COUNTING:
                raise HTTPException(409, "this round has ended")
            values = {"strokes": packed(drawing), "score": score, "veiled": veiled}
            self.database.execute(update(PLAYER).where(_is(mine)).values(values))

    def mine(self, code: str, key: str) -> tuple[int, Drawing]:
        """The number of a player, and what it has drawn: what a page shows after a reload."""
        row = self._player(self._row(code), key)
        return int(row["number"]), unpacked(row["strokes"]) if row["strokes"] else Drawing(())

    def drawing(self, code: str, number: int) -> Drawing | None:
        """What a player has drawn, once the round has ended."""
        row = self._row(code)
        if _state(row, self.clock()) != ENDED:
            raise HTTPException(409, "drawings are shown when the round has ended")
        if number > self.bounds.players:  # more than a column of a database may hold
            return None
        found = self.database.row(
            select(PLAYER.c.strokes).where(PLAYER.c.round == row["id"], PLAYER.c.number == number)
        )
        return unpacked(found["strokes"]) if found and found["strokes"] else None

    def find(self, code: str) -> Round:
        """A round as it is now."""
        return self._shown(self._row(code))

    def events_since(self, shown: Round, after: int, prompt: Json) -> list[RoundEvent]:
        """The event of a round that has changed since another event of it, or has ended; prompt: as players get it."""
        ended = shown.state == ENDED
        id = 2 * shown.revision + 1 + ended  # the end changes no row
        if id <= after and not ended:
            return []
        values = {**vars(shown), "players": [player.to_json() for player in shown.players], "prompt": prompt}
        return [RoundEvent(id, ENDED if ended else "round", json.dumps(values))]

    def _shown(self, row: Row) -> Round:
        now, started = self.clock(), row["started"]
        rank = func.rank().over(order_by=func.round(PLAYER.c.score * 10).desc()).label("rank")
        drawn = PLAYER.c.strokes.is_not(None).label("has_drawn")
        columns = [PLAYER.c.number, PLAYER.c.name, PLAYER.c.score, PLAYER.c.veiled, drawn, rank]
        query = select(*columns).where(PLAYER.c.round == row["id"]).order_by("rank", PLAYER.c.number)
        return Round(
            row["code"],
            row["prompt"],
            row["seconds"],
            _state(row, now),
            None if started is None else max(0.0, round(started + row["seconds"] - now, 2)),
            row["revision"],
            tuple(Player(**one) for one in self.database.rows(query)),
        )

    def _row(self, code: str, *, changes: bool = False) -> Row:
        """A round; changes: counted as one, which also lets the transactions of other servers wait for this one."""
        found = ROUND.c.code == code
        if changes:
            self.database.execute(update(ROUND).where(found).values(revision=ROUND.c.revision + 1))
        row = self.database.row(select(ROUND).where(found))
        if row is None:
            raise HTTPException(404, "there is no such round")
        return row

    def _player(self, row: Row, key: str) -> Row:
        mine = and_(PLAYER.c.round == row["id"], PLAYER.c.key == _hashed(key))
        found = self.database.row(select(PLAYER).where(mine))
        if found is None:
            raise HTTPException(403, "you are not in this round; join it first")
        return found


def _state(row: Row, now: float) -> str:
    if row["started"] is None:
        return WAITING if now < row["created"] + _WAITS else ENDED
    return RUNNING if now < row["started"] + row["seconds"] + COUNTING else ENDED


def _is(player: Row) -> ColumnElement[bool]:
    return and_(PLAYER.c.round == player["round"], PLAYER.c.number == player["number"])


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
