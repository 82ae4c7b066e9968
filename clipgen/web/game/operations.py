"""The documentation of the game's API, as `paths` of OpenAPI."""

from __future__ import annotations

from clipgen.values import Json

_STROKES: Json = [{"colour": "#1a1a1a", "width": 9, "points": [[100, 400], [256, 80], [400, 400]], "fill": False}]
_CODE: list[Json] = [{"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}]
_ID: list[Json] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]


def _operation(summary: str, example: Json = None, answer: str = "200") -> dict[str, Json]:
    described: dict[str, Json] = {
        "summary": summary,
        "responses": {
            answer: {"description": "as asked"},
            "400": {"description": "a wrong request: {error, settings}"},
            "404": {"description": "not there, or hidden"},
            "429": {"description": "too many requests; see Retry-After"},
        },
    }
    if example is not None:
        content: dict[str, Json] = {"application/json": {"schema": {"type": "object"}, "example": example}}
        described["requestBody"] = {"required": True, "content": content}
    return described


OPERATIONS: dict[str, Json] = {
    "/api/game/prompts": {
        "get": _operation("All prompts of the drawing game, and the one of today"),
        "post": _operation("Add a prompt of your own", {"text": "a paper fox"}, "201"),
    },
    "/api/game/look": {
        "post": _operation("Score a drawing without saving it", {"prompt": 1, "strokes": _STROKES}),
    },
    "/api/game/drawings": {
        "post": _operation(
            "Score and save a drawing; equal strokes count once (200 instead of 201)",
            {"prompt": 1, "strokes": _STROKES, "name": "Ann"},
            "201",
        ),
    },
    "/api/game/drawings/{id}": {"parameters": _ID, "get": _operation("The strokes of a drawing")},
    "/api/game/drawings/{id}/report": {
        "parameters": _ID,
        "post": _operation("Veil a drawing until the owner has looked at it"),
    },
    "/api/game/board": {"get": _operation("A page of a board, the best first: prompt=ID, day=today, page=0")},
    "/game/drawings/{id}.png": {"parameters": _ID, "get": _operation("A drawing as a picture")},
    "/game/drawings/{id}.gif": {"parameters": _ID, "get": _operation("A drawing as it was drawn, as GIF")},
    "/api/game/rounds": {
        "post": _operation(
            "Open a round, with a prompt or a level; its code, and the key that its first player shows",
            {"level": "easy", "seconds": 90, "name": "Ann"},
            "201",
        ),
    },
    "/api/game/rounds/{code}": {"parameters": _CODE, "get": _operation("A round, its players and their scores")},
    "/api/game/rounds/{code}/events": {
        "parameters": _CODE,
        "get": _operation("A round as it changes, until it has ended (server-sent events); resume with Last-Event-ID"),
    },
    "/api/game/rounds/{code}/players": {
        "parameters": _CODE,
        "post": _operation("Join a round; the key of the player", {"name": "Bob"}, "201"),
    },
    "/api/game/rounds/{code}/start": {
        "parameters": _CODE,
        "post": _operation("Start a round, with the header X-Player-Key of its first player"),
    },
    "/api/game/rounds/{code}/drawing": {
        "parameters": _CODE,
        "get": _operation("What a player has drawn by now, with the header X-Player-Key"),
        "post": _operation("Score what a player has drawn, with the header X-Player-Key", {"strokes": _STROKES}),
    },
    "/api/game/rounds/{code}/drawings/{number}": {
        "parameters": [*_CODE, {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "get": _operation("What a player has drawn, once the round has ended"),
    },
    "/api/game/owner": {"get": _operation("Doubtful drawings, with the header X-Owner-Token: page=0")},
    "/api/game/owner/{id}": {
        "parameters": _ID,
        "get": _operation("The strokes of any drawing, with the header X-Owner-Token"),
        "patch": _operation("Hide or restore a drawing, with the header X-Owner-Token", {"hidden": True}),
    },
}
