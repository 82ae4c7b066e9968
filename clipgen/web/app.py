"""The application: rooms behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from clipgen.errors import ClipgenError
from clipgen.web import documents
from clipgen.web.bell import Bell
from clipgen.web.game.room import GameRoom
from clipgen.web.limits import Counted, Limits
from clipgen.web.messages import Places, error_answer
from clipgen.web.room import Room
from clipgen.web.security import Guard
from clipgen.web.settings import WebSettings
from clipgen.web.signing import sign_in_routes
from clipgen.web.studio.room import StudioRoom

#: makes the rooms of a server, with the bell that they ring when something has changed
MakeRooms: TypeAlias = Callable[[WebSettings, Bell], Sequence[Room]]
HERE = Path(__file__).parent


def studio_and_game(settings: WebSettings, bell: Bell) -> Sequence[Room]:
    """The rooms of a server that has all; they share their models."""
    studio = StudioRoom(settings, bell)
    return [studio, GameRoom(settings, bell, studio.studio)]


def game_alone(settings: WebSettings, bell: Bell) -> Sequence[Room]:
    """The rooms of a server that has nothing but the game."""
    return [GameRoom(settings, bell, alone=True)]


def create_app(settings: WebSettings, rooms: MakeRooms = studio_and_game) -> Starlette:
    """The application of a server.

        >>> app = create_app(WebSettings(folder=folder / "web"))
        >>> app.state.settings.is_local
        True

    rooms: makes them, in the order of the navigation. In requests, `request.app.state` has:
    settings; templates, of all pages; bell; places, of files; limits, of requests by address; streams, which counts
    open event streams by address. Raises OutputError when the folder cannot be used.
    """
    bell = Bell()
    shown = rooms(settings, bell)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        for room in shown:
            room.start()
        yield
        bell.close()
        for room in shown:
            await run_in_threadpool(room.close)

    bounds = settings.bounds
    limits = Limits({"read": bounds.read, "write": bounds.write, "sign_in": bounds.sign_in})
    app = Starlette(
        routes=_routes(shown),
        middleware=[Middleware(Guard, settings=settings, limits=limits)],
        exception_handlers={HTTPException: error_answer, ClipgenError: error_answer},
        lifespan=lifespan,
        max_body_size=bounds.json_bytes,
    )
    app.state.settings, app.state.bell, app.state.rooms = settings, bell, shown
    app.state.places = Places(settings.folder.resolve(), settings.libraries)
    app.state.templates = Jinja2Templates(env=_environment(shown))
    app.state.limits, app.state.streams = limits, Counted(bounds.streams)
    return app


def _routes(rooms: Sequence[Room]) -> list[BaseRoute]:
    routes: list[BaseRoute] = [route for room in rooms for route in room.routes]
    return [
        *routes,
        *documents.routes(rooms),
        *sign_in_routes(),
        Route("/favicon.ico", _no_icon),
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
    ]


def _no_icon(request: Request) -> Response:
    return Response(status_code=204)


def _environment(rooms: Sequence[Room]) -> Environment:
    """Templates of all rooms, which escape every text, and fail where a name is missing."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["links"] = [*(link for room in rooms for link in room.links), documents.LINK]
    return environment
