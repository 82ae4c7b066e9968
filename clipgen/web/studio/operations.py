"""The documentation of the studio's API, as `paths` of OpenAPI."""

from __future__ import annotations

from clipgen.values import Json

_JSON = "application/json"


def _operation(summary: str, *, body: str | None = None, example: Json = None, answer: str = "200") -> dict[str, Json]:
    described: dict[str, Json] = {
        "summary": summary,
        "responses": {
            answer: {"description": "as asked"},
            "400": {"description": "a wrong request: {error, settings}"},
            "401": {"description": "the token is missing"},
            "404": {"description": "not there, or of another visitor"},
            "429": {"description": "too many requests, or a full queue; see Retry-After"},
        },
    }
    if body is not None:
        content: dict[str, Json] = {"schema": {"type": "object" if body == _JSON else "string"}}
        if example is not None:
            content["example"] = example
        described["requestBody"] = {"required": True, "content": {body: content}}
    return described


def _with(parameters: tuple[str, ...], **operations: Json) -> dict[str, Json]:
    named: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
    ]
    return {**({"parameters": named} if named else {}), **operations}


_JOB: Json = {"verb": "generate", "inputs": {"prompts": ["a paper fox"]}, "settings": {"seed": 7, "quality": "draft"}}
_FILM: Json = {
    "verb": "animate",
    "inputs": {"timeline": {"scene": [{"prompt": "a castle in spring", "seconds": 2, "zoom": 1.1}]}},
    "settings": {"film": {"fps": 12}, "picture": {"seed": 7}},
}
OPERATIONS: dict[str, Json] = {
    "/api/jobs": _with(
        (),
        get=_operation("The last jobs, newest first (active=1, verb=NAME), and the event to follow after"),
        post=_operation(
            "Add a job, as clipgen.Job.to_json() writes it; search takes the folders gallery and library/NAME",
            body=_JSON,
            example=_JOB,
            answer="201",
        ),
    ),
    "/api/jobs/{id}": _with(("id",), get=_operation("A job with its state and its pictures")),
    "/api/jobs/{id}/events": _with(
        ("id",), get=_operation("Its events as they happen (server-sent events); resume with Last-Event-ID or after=")
    ),
    "/api/jobs/{id}/cancel": _with(
        ("id",), post=_operation("Stop a job after its step; the best picture so far is kept")
    ),
    "/api/jobs/{id}/previews/{index}": _with(
        ("id", "index"), get=_operation("The last preview of a running job (JPEG)")
    ),
    "/api/events": _with((), get=_operation("The events of all jobs as they happen; resume as for one job")),
    "/api/films/outline": _with(
        (),
        post=_operation(
            "The plan of a film, without painting: its scenes in time, and which are painted already",
            body=_JSON,
            example=_FILM,
        ),
    ),
    "/api/pictures": _with(
        (), get=_operation("The gallery, newest first: q=words, favourite=1, deleted=1, before=NUMBER, limit=60")
    ),
    "/api/pictures/{id}": _with(
        ("id",),
        get=_operation("A picture with its settings"),
        patch=_operation("Change favourite or deleted", body=_JSON, example={"favourite": True}),
        delete=_operation("Delete a picture; it can be restored for 30 days"),
    ),
    "/pictures/{id}.png": _with(("id",), get=_operation("The file of a picture, which carries its settings")),
    "/films/{id}.mp4": _with(("id",), get=_operation("The film of a job of animate, when it is done")),
    "/api/uploads": _with(
        (), post=_operation("Send a picture: its name for jobs, and the settings in it", body="image/*", answer="201")
    ),
    "/api/reading": _with((), get=_operation("How a prompt is understood: prompt=TEXT, perceptor=NAME")),
}
