"""The page on which a visitor types the token."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clipgen.web.security import SIGN_IN, is_token, signed_in


def sign_in_routes() -> list[BaseRoute]:
    """The routes of the page."""
    return [Route(SIGN_IN, _show, methods=["GET"]), Route(SIGN_IN, _sign_in, methods=["POST"], max_body_size=10_000)]


def _show(request: Request) -> Response:
    return _page(request, request.query_params.get("next", "/"))


async def _sign_in(request: Request) -> Response:
    settings = request.app.state.settings
    try:
        given = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        raise HTTPException(400, "the form has too many fields") from None
    place = given.get("next", ["/"])[0]
    if settings.token is None or not is_token(given.get("token", [""])[0].strip(), settings.token, request):
        return _page(request, place, wrong=True)
    return signed_in(_path(place), request, settings)


def _path(place: str) -> str:
    try:
        return urlsplit(place).path or "/"
    except ValueError:
        return "/"


def _page(request: Request, place: str, *, wrong: bool = False) -> Response:
    templates = request.app.state.templates
    page: Response = templates.TemplateResponse(
        request, "sign_in.html", {"next": place, "wrong": wrong}, 403 if wrong else 200
    )
    return page
