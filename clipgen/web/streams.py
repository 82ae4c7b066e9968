"""Server-sent events: a stream that a client resumes with the number of the last event that it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from clipgen.web.bell import Bell
from clipgen.web.security import address_of

_BEAT = 15.0  # seconds after which something is sent, so that a client that is gone is noticed


class Event(Protocol):
    """An event: its number, which grows, its kind, and its data as one line of JSON."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def data(self) -> str: ...


def last_event(request: Request, default: int = 0) -> int:
    """The number of the last event that a client has: a header of its browser, or `after` in the address."""
    text = request.headers.get("last-event-id") or request.query_params.get("after", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise HTTPException(400, "after must be the number of an event")
    return int(text) if text else default


class EventStream(StreamingResponse):
    """The answer that sends events as they happen.

    find: the events after a number, some hundreds at most, called in a thread; after: number of the last event that the
    client has; ends: whether nothing comes after an event; beat: seconds after which `find` is called without a ring,
    too; pace: least seconds between two calls, where each event makes the one before useless.
    Raises HTTPException when the client has too many streams.
    """

    def __init__(
        self,
        request: Request,
        find: Callable[[int], Sequence[Event]],
        after: int,
        *,
        ends: Callable[[Event], bool] = lambda _: False,
        beat: float = _BEAT,
        pace: float = 0.0,
    ) -> None:
        self._open, self._address = request.app.state.streams, address_of(request)
        events = _events(request.app.state.bell, find, after, ends, beat, pace)
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._open.enter(self._address):
            raise HTTPException(429, "too many event streams are open; close one")
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open.leave(self._address)


async def _events(
    bell: Bell,
    find: Callable[[int], Sequence[Event]],
    after: int,
    ends: Callable[[Event], bool],
    beat: float,
    pace: float,
) -> AsyncIterator[str]:
    with bell.listening() as rung:
        yield "retry: 1000\n\n"
        while not bell.closing:
            rung.clear()
            found = await run_in_threadpool(find, after)
            for event in found:
                yield f"id: {event.id}\nevent: {event.kind}\ndata: {event.data}\n\n"
                after = event.id
                if ends(event):
                    return
            if not found and not await _rings(rung, beat):
                yield ": still here\n\n"
            await asyncio.sleep(pace)


async def _rings(rung: asyncio.Event, beat: float) -> bool:
    try:
        await asyncio.wait_for(rung.wait(), beat)
    except TimeoutError:
        return False
    return True
