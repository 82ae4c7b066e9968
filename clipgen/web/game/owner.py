"""What only the owner of a server may: look at doubtful drawings, hide them, and restore them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.errors import SettingsError
from clipgen.values import Json
from clipgen.web.game.api import ID
from clipgen.web.game.board import PAGE
from clipgen.web.messages import number_in, read_json
from clipgen.web.security import is_token

if TYPE_CHECKING:
    from clipgen.web.game.room import GameRoom

#: the header that carries the owner's token
HEADER = "x-owner-token"


def routes(room: GameRoom) -> list[BaseRoute]:
    """The routes of the owner's API."""
    owner = Owner(room)
    return [
        Route("/api/game/owner", owner.doubtful, methods=["GET"]),
        Route("/api/game/owner/{id}", owner.strokes, methods=["GET"]),
        Route("/api/game/owner/{id}", owner.decide, methods=["PATCH"]),
    ]


class Owner:
    """What the owner asks; without the token printed at start, nothing is answered."""

    def __init__(self, room: GameRoom) -> None:
        self.room, self.board = room, room.board

    async def doubtful(self, request: Request) -> Response:
        """Drawings that are doubtful, reported or hidden, newest first."""
        self._check(request)
        page = number_in(request, "page", 0, 10**6)
        found: list[Json] = list(await run_in_threadpool(self.board.doubtful, page))
        return JSONResponse({"drawings": found, "page": page, "page_size": PAGE})

    async def strokes(self, request: Request) -> Response:
        """The strokes of any drawing, also of a hidden one."""
        self._check(request)
        drawing = await run_in_threadpool(self.board.strokes, self._id(request), hidden=True)
        if drawing is None:
            raise HTTPException(404, "there is no such drawing")
        return JSONResponse({"strokes": drawing.to_json()})

    async def decide(self, request: Request) -> Response:
        """Hide a drawing, or restore it without a veil."""
        self._check(request)
        values = await read_json(request)
        hidden = values.get("hidden")
        if not isinstance(hidden, bool):
            raise SettingsError("hidden must be true or false", settings=["hidden"])
        if not await run_in_threadpool(self.board.decide, self._id(request), hidden=hidden):
            raise HTTPException(404, "there is no such drawing")
        return JSONResponse({"hidden": hidden})

    def _check(self, request: Request) -> None:
        given = request.headers.get(HEADER, "")
        if not given or not is_token(given, self.room.settings.owner, request):
            raise HTTPException(403, "this needs the owner's token, which the server printed when it started")

    @staticmethod
    def _id(request: Request) -> str:
        id: str = request.path_params["id"]
        if not ID.fullmatch(id):
            raise HTTPException(404, "there is no such drawing")
        return id
