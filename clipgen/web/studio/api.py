"""The studio as JSON: jobs, events, pictures, uploads; the pages use nothing else."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.jobs import job_of
from clipgen.values import Json
from clipgen.web.database import Value
from clipgen.web.messages import number_in, read_json
from clipgen.web.streams import EventStream, last_event
from clipgen.web.studio.films import outlined, scenes_of, seconds_a_step
from clipgen.web.studio.gallery import Shown
from clipgen.web.studio.placing import placed
from clipgen.web.studio.queue import ENDED, Entry, QueueFullError

if TYPE_CHECKING:
    from clipgen.web.studio.room import StudioRoom

_PAGE, _JOBS = 200, 200  # most pictures and jobs of one answer


def routes(room: StudioRoom) -> list[BaseRoute]:
    """The routes of the API."""
    api, jobs = Api(room), Jobs(room)
    bounds = room.settings.bounds
    return [
        Route("/api/jobs", jobs.list, methods=["GET"]),
        Route("/api/jobs", jobs.add, methods=["POST"]),
        Route("/api/jobs/{id}", jobs.get, methods=["GET"]),
        Route("/api/jobs/{id}/events", jobs.events, methods=["GET"]),
        Route("/api/jobs/{id}/cancel", jobs.cancel, methods=["POST"]),
        Route("/api/jobs/{id}/previews/{index:int}", jobs.preview, methods=["GET"]),
        Route("/api/events", jobs.all_events, methods=["GET"]),
        Route("/api/films/outline", jobs.outline, methods=["POST"]),
        Route("/api/pictures", api.pictures, methods=["GET"]),
        Route("/api/pictures/{id}", api.picture, methods=["GET"]),
        Route("/api/pictures/{id}", api.change, methods=["PATCH"]),
        Route("/api/pictures/{id}", api.delete, methods=["DELETE"]),
        Route("/api/uploads", api.upload, methods=["POST"], max_body_size=bounds.upload_bytes),
        Route("/api/reading", api.reading, methods=["GET"]),
    ]


class Jobs:
    """What is asked of jobs."""

    def __init__(self, room: StudioRoom) -> None:
        self.room, self.queue = room, room.queue

    def list(self, request: Request) -> Response:
        """The last jobs of the visitor, newest first, and the event after which a page follows them."""
        visitor = request.state.visitor
        active = request.query_params.get("active") == "1"
        after = self.queue.before_active(visitor)
        limit, verb = number_in(request, "limit", 50, _JOBS), request.query_params.get("verb")
        found = self.queue.entries(visitor, active=active, limit=limit, verb=verb)
        return JSONResponse({"jobs": [entry.to_json() for entry in found], "after": after})

    async def add(self, request: Request) -> Response:
        """Add a job: 201 with where it is."""
        values = await read_json(request)
        entry = await run_in_threadpool(self._add, values, request.state.visitor)
        return JSONResponse(entry.to_json(), 201, {"Location": f"/api/jobs/{entry.id}"})

    def _add(self, values: dict[str, Json], visitor: str) -> Entry:
        job = self.room.admission.admit(values, visitor)
        try:
            return self.queue.add(job, visitor)
        except QueueFullError as error:
            raise HTTPException(429, str(error), {"Retry-After": "60"}) from None

    def get(self, request: Request) -> Response:
        """A job with its pictures."""
        entry = self._entry(request)
        pictures: list[Json] = [shown.to_json() for shown in self.room.gallery.of_job(entry.id, entry.visitor)]
        waiting: dict[str, Json] = {"before": self.queue.place(entry)} if entry.state == "queued" else {}
        return JSONResponse({**entry.to_json(), **waiting, "pictures": pictures})

    def events(self, request: Request) -> Response:
        """The events of a job as they happen; 204 where the client has them all, so that it does not ask again."""
        entry, after = self._entry(request), last_event(request)
        job, visitor, queue = entry.id, entry.visitor, self.queue
        if entry.is_ended and not queue.events(visitor, after=after, job=job, limit=1):
            return Response(status_code=204)
        find = partial(queue.events, visitor, job=job)
        return EventStream(request, lambda last: find(after=last), after, ends=lambda one: one.kind in ENDED)

    def all_events(self, request: Request) -> Response:
        """The events of all jobs of the visitor as they happen."""
        visitor, queue = request.state.visitor, self.queue
        after = last_event(request, default=queue.before_active(visitor))
        return EventStream(request, lambda last: queue.events(visitor, after=last), after)

    def cancel(self, request: Request) -> Response:
        """End a job; one that runs ends after its step, and its best picture so far is kept."""
        entry = self._entry(request)
        self.queue.cancel(entry.id)
        return self.get(request)

    async def outline(self, request: Request) -> Response:
        """The plan of a film, as a job of animate: its scenes, its length, and what is left to paint."""
        values = await read_json(request)
        return JSONResponse(await run_in_threadpool(self._outline, values, request.state.visitor))

    def _outline(self, values: dict[str, Json], visitor: str) -> dict[str, Json]:
        job = job_of(self.room.admission.admit(values, visitor), "animate")
        ready = placed(job, self.room.places, next(iter(self.room.settings.devices), "auto"))
        found = outlined(ready, self.room.studio(), scenes_of(visitor, self.room.folder))
        return {**found, "seconds_a_step": seconds_a_step(job, visitor, self.queue)}

    def preview(self, request: Request) -> Response:
        """The last preview of a picture of a running job."""
        made = self.room.previews.get(self._entry(request).id, request.path_params["index"])
        if made is None:
            raise HTTPException(404, "there is no preview of this job now")
        return Response(made, media_type="image/jpeg")

    def _entry(self, request: Request) -> Entry:
        entry = self.queue.entry(request.path_params["id"], request.state.visitor)
        if entry is None:
            raise HTTPException(404, "there is no such job of yours")
        return entry


class Api:
    """What is asked of pictures and prompts."""

    def __init__(self, room: StudioRoom) -> None:
        self.room, self.gallery = room, room.gallery

    def pictures(self, request: Request) -> Response:
        """A page of the gallery, newest first; next: what `before` of the next page is, null on the last one."""
        limit = max(1, number_in(request, "limit", 60, _PAGE))
        asked = request.query_params
        found = self.gallery.page(
            request.state.visitor,
            words=asked.get("q", "")[:500],
            favourite=asked.get("favourite") == "1",
            deleted=asked.get("deleted") == "1",
            before=number_in(request, "before", 0, 2**62),
            limit=limit + 1,
        )
        shown: list[Json] = [one.brief() for one in found[:limit]]
        return JSONResponse({"pictures": shown, "next": found[limit - 1].number if len(found) > limit else None})

    def picture(self, request: Request) -> Response:
        """A picture with its settings."""
        return JSONResponse(self._shown(request).to_json())

    async def change(self, request: Request) -> Response:
        """Make a picture a favourite, or restore it: {"favourite": true}, {"deleted": false}."""
        values = await read_json(request)
        changes: dict[str, Value] = {}
        for name, value in values.items():
            if name not in ("favourite", "deleted") or not isinstance(value, bool):
                raise HTTPException(400, "only favourite and deleted can be changed, to true or false")
            changes[name] = int(value) if name == "favourite" else time.time() if value else None
        if not changes:
            raise HTTPException(400, "there is nothing to change")
        return await run_in_threadpool(self._change, request, changes)

    def delete(self, request: Request) -> Response:
        """Delete a picture; it can be restored for 30 days."""
        return self._change(request, {"deleted": time.time()})

    def _change(self, request: Request, changes: dict[str, Value]) -> Response:
        shown = self._shown(request)
        self.gallery.change(shown.id, changes)
        return self.picture(request)

    def _shown(self, request: Request) -> Shown:
        shown = self.gallery.find(request.path_params["id"], request.state.visitor)
        if shown is None:
            raise HTTPException(404, "there is no such picture of yours")
        return shown

    async def upload(self, request: Request) -> Response:
        """Store a picture, whose bytes are the body: 201 with its name for jobs, and the settings in it."""
        sent = await run_in_threadpool(self.room.uploads.add, await request.body(), request.state.visitor)
        return JSONResponse(sent.to_json(), 201, {"Location": f"/{sent.file}"})

    def reading(self, request: Request) -> Response:
        """How a prompt is understood: its parts with weights, and words that the CLIP does not know."""
        from clipgen.web.studio.reading import read_prompt

        prompt = request.query_params.get("prompt", "")[: self.room.settings.bounds.characters]
        name = request.query_params.get("perceptor", "builtin")
        return JSONResponse(read_prompt(prompt, name, self.room.studio()))
