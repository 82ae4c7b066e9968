"""Rounds as JSON, and as a stream of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.errors import SettingsError
from clipgen.values import Json, Values
from clipgen.web.game.api import drawing_in, name_in, said
from clipgen.web.game.prompts import LEVELS
from clipgen.web.game.rounds import ENDED, SECONDS, WAITING, Round, RoundEvent
from clipgen.web.limits import Queue
from clipgen.web.messages import read_json
from clipgen.web.security import address_of
from clipgen.web.streams import EventStream, last_event

if TYPE_CHECKING:
    from clipgen.web.game.room import GameRoom

#: the header that carries the key of a player
HEADER = "x-player-key"
_CODE = re.compile(r"[A-Z]{6}")
_PACE = 0.3  # seconds: in a full round some score changes many times a second, and each is sent to all players
_BEAT = 1.0  # seconds: a round ends by the clock, and another server of the same database rings no bell here


def routes(room: GameRoom) -> list[BaseRoute]:
    """The routes of the rounds."""
    api = RoundsApi(room)
    return [
        Route("/api/game/rounds", api.open, methods=["POST"]),
        Route("/api/game/rounds/{code}", api.show, methods=["GET"]),
        Route("/api/game/rounds/{code}/events", api.events, methods=["GET"]),
        Route("/api/game/rounds/{code}/players", api.join, methods=["POST"]),
        Route("/api/game/rounds/{code}/start", api.start, methods=["POST"]),
        Route("/api/game/rounds/{code}/drawing", api.draw, methods=["POST"]),
        Route("/api/game/rounds/{code}/drawing", api.mine, methods=["GET"]),
        Route("/api/game/rounds/{code}/drawings/{number:int}", api.drawing, methods=["GET"]),
    ]


class RoundsApi:
    """What is asked of rounds; a player shows its key in a header, and whoever has the code may watch."""

    def __init__(self, room: GameRoom) -> None:
        self.room, self.rounds = room, room.rounds
        self._draws = Queue(room.settings.bounds.judging // 2)

    async def open(self, request: Request) -> Response:
        """Open a round: with a prompt, or a random one of a level."""
        values = await read_json(request)
        seconds = values.get("seconds", 90)
        if type(seconds) is not int or not SECONDS[0] <= seconds <= SECONDS[1]:
            raise SettingsError(f"a round lasts {SECONDS[0]} to {SECONDS[1]} seconds", settings=["seconds"])
        code, key = await run_in_threadpool(self._open, values, seconds, address_of(request))
        return JSONResponse({"code": code, "key": key, "number": 1}, 201)

    def _open(self, values: Values, seconds: int, address: str) -> tuple[str, str]:
        name, level = name_in(values, self.room), values.get("level")
        if level is not None and level not in LEVELS:
            raise SettingsError(f"there is no such level; choose {', '.join(LEVELS)}", settings=["level"])
        prompt = self.room.prompts.random(str(level)) if level else self.room.prompt(values.get("prompt"))
        return self.rounds.open(prompt.id, seconds, name=name, address=address)

    async def join(self, request: Request) -> Response:
        """Become a player."""
        values = await read_json(request)
        number, key = await run_in_threadpool(self._join, code_in(request), values)
        self.room.bell.ring()
        return JSONResponse({"key": key, "number": number}, 201)

    def _join(self, code: str, values: Values) -> tuple[int, str]:
        return self.rounds.join(code, name=name_in(values, self.room))

    async def start(self, request: Request) -> Response:
        """Start a round that waits."""
        await run_in_threadpool(self.rounds.start, code_in(request), _key(request))
        self.room.bell.ring()
        return JSONResponse({"started": True})

    async def show(self, request: Request) -> Response:
        """A round as it is now."""
        (event,) = await run_in_threadpool(self._events, code_in(request), 0)
        return Response(event.data, media_type="application/json")

    async def events(self, request: Request) -> Response:
        """A round as it changes, until it has ended."""
        code, after = code_in(request), last_event(request)
        await run_in_threadpool(self.rounds.find, code)  # where there is none, before the stream begins
        return EventStream(
            request,
            lambda after: self._events(code, after),
            after,
            ends=lambda event: event.kind == ENDED,
            beat=_BEAT,
            pace=_PACE,
        )

    def _events(self, code: str, after: int) -> Sequence[RoundEvent]:
        shown = self.rounds.find(code)
        return self.rounds.events_since(shown, after, self._prompt(shown))

    def _prompt(self, shown: Round) -> Json:
        """The prompt, which nobody gets before the start."""
        return None if shown.state == WAITING else dict(vars(self.room.prompt(shown.prompt)))

    async def draw(self, request: Request) -> Response:
        """Score what a player has drawn by now; the others see the score."""
        arrived, values = self.rounds.clock(), await read_json(request)
        with self._draws.place():
            answer = await run_in_threadpool(self._draw, code_in(request), _key(request), values, arrived)
        self.room.bell.ring()
        return JSONResponse(answer)

    def _draw(self, code: str, key: str, values: Values, arrived: float) -> dict[str, Json]:
        from clipgen.tasks.moderate import CLEAR  # late: it imports torch

        drawing = drawing_in(values)
        prompt = self.room.prompt(self.rounds.check(code, key))
        judged, verdict = self.room.referee.weigh(drawing, prompt.text)
        self.rounds.draw(code, key, drawing, score=judged.score, veiled=verdict.band != CLEAR, arrived=arrived)
        return said(judged)

    async def mine(self, request: Request) -> Response:
        """The number of a player, and what it has drawn."""
        number, drawing = await run_in_threadpool(self.rounds.mine, code_in(request), _key(request))
        return JSONResponse({"number": number, "strokes": drawing.to_json()})

    async def drawing(self, request: Request) -> Response:
        """What a player has drawn, once the round has ended."""
        found = await run_in_threadpool(self.rounds.drawing, code_in(request), request.path_params["number"])
        if found is None:
            raise HTTPException(404, "this player has drawn nothing")
        return JSONResponse({"strokes": found.to_json()})


def code_in(request: Request) -> str:
    """The code of a round in the address of a request. Raises HTTPException for what is none."""
    code: str = request.path_params["code"]
    if not _CODE.fullmatch(code):
        raise HTTPException(404, "there is no such round")
    return code


def _key(request: Request) -> str:
    return request.headers.get(HEADER, "")
