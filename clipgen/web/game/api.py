"""The game as JSON: prompts, scores, drawings and boards; the page uses nothing else."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.media.replay import replay_gif
from clipgen.media.strokes import Drawing
from clipgen.values import Json, Values, text
from clipgen.web.game.board import PAGE, day_of
from clipgen.web.game.prompts import MOST, Prompt
from clipgen.web.game.referee import PICTURE
from clipgen.web.game.words import own_prompt, player
from clipgen.web.limits import Queue
from clipgen.web.messages import number_in, read_json
from clipgen.web.security import address_of

if TYPE_CHECKING:
    from clipgen.tasks.judge import Judged
    from clipgen.web.game.room import GameRoom

ID = re.compile(r"[0-9a-f]{16}")
_ROWS = 10_000  # of a board, at most


def routes(room: GameRoom) -> list[BaseRoute]:
    """The routes of the API."""
    api = Api(room)
    return [
        Route("/api/game/prompts", api.prompts, methods=["GET"]),
        Route("/api/game/prompts", api.add_prompt, methods=["POST"]),
        Route("/api/game/look", api.look, methods=["POST"]),
        Route("/api/game/drawings", api.save, methods=["POST"]),
        Route("/api/game/drawings/{id}", api.drawing, methods=["GET"]),
        Route("/api/game/drawings/{id}/report", api.report, methods=["POST"]),
        Route("/api/game/board", api.board_of, methods=["GET"]),
        Route("/game/drawings/{id}.png", api.picture, methods=["GET"]),
        Route("/game/drawings/{id}.gif", api.replay, methods=["GET"]),
    ]


class Api:
    """What is asked of the game."""

    def __init__(self, room: GameRoom) -> None:
        self.room, self.board = room, room.board
        most = room.settings.bounds.judging
        # what is only looked at may not fill the queue of what is saved
        self._looks, self._saves = Queue(most // 2), Queue(most)

    def prompts(self, request: Request) -> Response:
        """All prompts, and the one of today."""
        listed: list[Json] = [dict(vars(prompt)) for prompt in self.room.prompts.all()]
        return JSONResponse({"prompts": listed, "daily": self.room.prompts.daily(day_of(time.time())).id})

    async def add_prompt(self, request: Request) -> Response:
        """Add a prompt of a player."""
        given = text(await read_json(request), "text")
        prompt = await run_in_threadpool(self._add_prompt, given, request.state.visitor)
        return JSONResponse(dict(vars(prompt)), 201)

    def _add_prompt(self, given: str, visitor: str) -> Prompt:
        wanted = own_prompt(given, self.room.referee.judge_text)
        self.room.referee.judge.check(wanted)
        if (prompt := self.room.prompts.add(wanted, visitor)) is None:
            raise HTTPException(429, "there are too many prompts of players; draw one of those")
        return prompt

    async def look(self, request: Request) -> Response:
        """Score a drawing that is not finished; nothing is kept."""
        values = await read_json(request)
        with self._looks.place():
            judged = await run_in_threadpool(self._look, values)
        return JSONResponse(said(judged))

    def _look(self, values: Values) -> Judged:
        return self.room.referee.look(drawing_in(values), self.room.prompt(values.get("prompt")).text)

    async def save(self, request: Request) -> Response:
        """Score and save a drawing; equal strokes are saved once for a prompt."""
        values = await read_json(request)
        with self._saves.place():
            return await run_in_threadpool(self._save, values, request.state.visitor)

    def _save(self, values: Values, visitor: str) -> Response:
        drawing, prompt = drawing_in(values), self.room.prompt(values.get("prompt"))
        name = name_in(values, self.room)
        if not drawing.strokes:
            raise HTTPException(400, "the sheet is empty; draw something first")
        judged, saved = self.room.referee.save(drawing, prompt, name=name, visitor=visitor)
        placed = self.board.place(saved.number)
        self.room.bell.ring()
        answer = {**said(judged), "saved": True, "id": saved.id, "new": saved.is_new}
        shown: dict[str, Json] = placed.to_json() if placed else {"rank": None, "veiled": False}
        return JSONResponse({**shown, **answer}, 201 if saved.is_new else 200)

    def drawing(self, request: Request) -> Response:
        """The strokes of a drawing, to replay them."""
        drawing = self.board.strokes(_id(request))
        if drawing is None:
            raise HTTPException(404, "there is no such drawing")
        return JSONResponse({"strokes": drawing.to_json()})

    def picture(self, request: Request) -> Response:
        """A drawing as PNG."""
        picture = self.board.picture(_id(request))
        if picture is None:
            raise HTTPException(404, "there is no such drawing")
        return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=60"})

    async def replay(self, request: Request) -> Response:
        """A drawing as it was drawn, as GIF; making one costs as much as a score, and is bounded alike."""
        if request.app.state.limits.wait(address_of(request), "write"):
            raise HTTPException(429, "too many requests; wait a little", {"Retry-After": "1"})
        drawing = await run_in_threadpool(self.board.strokes, _id(request))
        if drawing is None:
            raise HTTPException(404, "there is no such drawing")
        with self._looks.place():
            made = await run_in_threadpool(replay_gif, drawing, PICTURE)
        return Response(made, media_type="image/gif", headers={"Cache-Control": "private, max-age=60"})

    def report(self, request: Request) -> Response:
        """Veil a drawing until the owner has looked at it."""
        if not self.board.report(_id(request)):
            raise HTTPException(404, "there is no such drawing")
        return JSONResponse({"reported": True})

    def board_page(self, prompt: Prompt, day: str | None, page: int) -> dict[str, Json]:
        """A page of a board."""
        shown: list[Json] = [one.to_json() for one in self.board.top(prompt.id, day=day, page=page)]
        count = self.board.count(prompt.id, day=day)
        return {"prompt": dict(vars(prompt)), "drawings": shown, "count": count, "page": page, "page_size": PAGE}

    async def board_of(self, request: Request) -> Response:
        """A page of the board of a prompt: of today or of all time."""
        prompt = self.room.prompt(number_in(request, "prompt", 0, MOST))
        day = day_of(time.time()) if request.query_params.get("day") == "today" else None
        page = number_in(request, "page", 0, _ROWS // PAGE)
        return JSONResponse(await run_in_threadpool(self.board_page, prompt, day, page))


def name_in(values: Values, room: GameRoom) -> str:
    """The name of a player in the JSON of a request. Raises SettingsError for one that others should not see."""
    return player(text(values, "name") if "name" in values else "", room.referee.judge_text)


def drawing_in(values: Values) -> Drawing:
    """The drawing in the JSON of a request. Raises SettingsError."""
    strokes: Json = values.get("strokes")  # type: ignore[assignment]  # of `read_json`
    return Drawing.of(strokes)


def _id(request: Request) -> str:
    id: str = request.path_params["id"]
    if not ID.fullmatch(id):
        raise HTTPException(404, "there is no such drawing")
    return id


def said(judged: Judged) -> dict[str, Json]:
    """What a player gets to know of a drawing."""
    return {"score": round(judged.score, 1), "writing": round(judged.text, 3), "guesses": list(judged.guesses)}
