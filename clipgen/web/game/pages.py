"""The pages of the game."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.media.strokes import MOST_FLOODS, MOST_POINTS, MOST_STROKES, PAPER, SHEET
from clipgen.web.game.rounds import SECONDS
from clipgen.web.game.rounds_api import code_in
from clipgen.web.game.words import NAME, PROMPT

if TYPE_CHECKING:
    from clipgen.web.game.room import GameRoom

#: what the pens of the page have: colours with their names, and widths in sheet units
COLOURS = (
    ("#1a1a1a", "black"), ("#8a8a8a", "grey"), ("#d02a2a", "red"), ("#ee8a1d", "orange"), ("#f5d032", "yellow"),
    ("#2f9e44", "green"), ("#2468d6", "blue"), ("#7a3fb8", "purple"), ("#e77fb3", "pink"), ("#8a5a32", "brown"),
)  # fmt: skip
WIDTHS = (("4", "thin"), ("9", "medium"), ("20", "thick"), ("44", "broad"))


def routes(room: GameRoom) -> list[BaseRoute]:
    """The routes of the pages; of a server that has nothing but the game, it is the first page, too."""
    found: list[BaseRoute] = [
        Route("/game", _game, name="game"),
        Route("/game/rounds/{code}", _round, name="game-round"),
        Route("/game/owner", _owner, name="game-owner"),
    ]
    return [Route("/", _first), *found] if room.alone else found


def _first(request: Request) -> Response:
    return RedirectResponse("/game", 303)


_CONTEXT = {
    "colours": COLOURS, "widths": WIDTHS, "sheet": SHEET, "paper": PAPER, "name": NAME, "prompt": PROMPT,
    "most_points": MOST_POINTS, "most_strokes": MOST_STROKES, "most_floods": MOST_FLOODS, "seconds": SECONDS,
}  # fmt: skip


def _game(request: Request) -> Response:
    page: Response = request.app.state.templates.TemplateResponse(request, "game.html", _CONTEXT)
    return page


def _round(request: Request) -> Response:
    context = {**_CONTEXT, "code": code_in(request)}
    page: Response = request.app.state.templates.TemplateResponse(request, "game_round.html", context)
    return page


def _owner(request: Request) -> Response:
    page: Response = request.app.state.templates.TemplateResponse(request, "game_owner.html", {})
    return page
