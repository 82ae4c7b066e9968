"""The documentation of the API: an OpenAPI document, and a page with examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen import __version__
from clipgen.values import Json
from clipgen.web.room import Link, Room

LINK = Link("/api", "API")
_METHODS = ("get", "post", "patch", "delete")


def routes(rooms: Sequence[Room]) -> list[BaseRoute]:
    """The routes of the document and the page, for what some rooms offer."""
    paths: dict[str, Json] = {path: item for room in rooms for path, item in room.operations.items()}
    document: dict[str, Json] = {
        "openapi": "3.1.0",
        "info": {"title": "clipgen", "version": __version__, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }

    def page(request: Request) -> Response:
        context = {"operations": list(_operations(paths)), "address": str(request.base_url).rstrip("/")}
        shown: Response = request.app.state.templates.TemplateResponse(request, "api.html", context)
        return shown

    return [
        Route("/api/openapi.json", lambda request: JSONResponse(document)),
        Route(LINK.path, page, name="api"),
    ]


def _operations(paths: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The operations as rows of a table: method, path and summary."""
    return [
        {"method": method.upper(), "path": path, "summary": operation["summary"]}
        for path, item in paths.items()
        if isinstance(item, dict)
        for method, operation in item.items()
        if method in _METHODS and isinstance(operation, dict)
    ]
