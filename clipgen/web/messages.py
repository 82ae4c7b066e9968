"""What requests carry and what answers say: JSON in, JSON or pages out, errors as one line without a traceback."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clipgen.errors import ClipgenError, SettingsError
from clipgen.values import Json, parse_json


async def read_json(request: Request) -> dict[str, Json]:
    """The JSON object in the body of a request.

    Raises HTTPException for another content type, which a page of another site could send without being asked, and
    SettingsError for a body that is no JSON object of texts and finite numbers.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send JSON, with the header Content-Type: application/json")
    return parsed(await request.body())


def parsed(body: bytes) -> dict[str, Json]:
    """A JSON object.

        >>> parsed(b'{"verb": "generate"}')
        {'verb': 'generate'}

    Raises SettingsError for anything else, also for numbers and texts that JSON does not have: NaN, lone surrogates.
    """
    try:
        values = parse_json(body)
    except ValueError:
        raise SettingsError("the body of the request is no JSON") from None
    if not isinstance(values, dict):
        raise SettingsError("the body of the request is no JSON object")
    check_plain(values)
    return values


def check_plain(value: Json, depth: int = 40) -> None:
    """Raise SettingsError for values that cannot be stored and sent as JSON, or are more than so many levels deep.

    >>> check_plain({"weights": [0.5, 1]})
    """
    if depth == 0:
        raise SettingsError("the JSON of the request is too deep")
    if isinstance(value, str) and not _is_text(value):
        raise SettingsError("a text in the request has characters that no text has")
    if isinstance(value, float) and not math.isfinite(value):
        raise SettingsError("a number in the request is not finite")
    for one in value if isinstance(value, list) else ():
        check_plain(one, depth - 1)
    for name, one in value.items() if isinstance(value, dict) else ():
        check_plain(name, depth - 1)
        check_plain(one, depth - 1)


def _is_text(value: str) -> bool:
    return "\0" not in value and value.encode("utf-8", "ignore").decode("utf-8") == value


def number_in(request: Request, name: str, default: int, most: int) -> int:
    """A whole number from 0 in the query of a request. Raises HTTPException for anything else."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise HTTPException(400, f"{name} must be a whole number")
    return min(int(text), most)


@dataclass(frozen=True)
class Places:
    """Where files are on this machine, and by which names visitors know them.

        >>> places = Places(Path("/srv/web"), {"photos": Path("/photos")})
        >>> places.hidden("cannot read /srv/web/uploads/a.png, /photos/2024/a.jpg")
        'cannot read uploads/a.png, library/photos/2024/a.jpg'

    folder: of the server; libraries: folders by name.
    """

    folder: Path
    libraries: Mapping[str, Path]

    def hidden(self, message: str) -> str:
        """A message, on one line, without the places of files on this machine."""
        named = {f"{place}/": f"library/{name}/" for name, place in self.libraries.items()}
        shorter = " ".join(message.split())
        for place, name in {f"{self.folder}/": "", **named, f"{Path.home()}/": "~/"}.items():
            shorter = shorter.replace(place, name)
        return shorter

    def name(self, path: Path) -> str:
        """The name of a file for visitors: of one elsewhere, only its last part.

        >>> Places(Path("/srv/web"), {}).name(Path("/etc/passwd"))
        'passwd'
        """
        known = self.hidden(str(path))
        return path.name if Path(known).is_absolute() else known


def error_answer(request: Request, error: Exception) -> Response:
    """The answer to a request that raised an error: one line, with the settings that it is about."""
    if isinstance(error, HTTPException):
        return _answer(request, error.status_code, str(error.detail), headers=error.headers)
    assert isinstance(error, ClipgenError)  # as `create_app` registers it
    return _answer(request, 400, request.app.state.places.hidden(str(error)), settings=list(error.settings))


def _answer(
    request: Request,
    status: int,
    line: str,
    *,
    settings: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if wants_page(request):
        templates = request.app.state.templates
        page: Response = templates.TemplateResponse(
            request, "error.html", {"status": status, "line": line}, status, dict(headers or {})
        )
        return page
    body = {"error": line} | ({"settings": settings} if settings else {})
    return JSONResponse(body, status, dict(headers or {}))


def wants_page(request: Request) -> bool:
    """Whether a person with a browser asked, rather than a script."""
    is_api = request.url.path.startswith("/api/")
    return not is_api and request.method == "GET" and "text/html" in request.headers.get("accept", "")
