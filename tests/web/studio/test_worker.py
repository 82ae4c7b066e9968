"""Workers while the database of their queue fails."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from clipgen.errors import OutputError
from clipgen.web.studio import worker
from clipgen.web.studio.painting import Desk
from clipgen.web.studio.queue import DONE, FAILED, Queue

from ..conftest import Serve, Web, job

FULL = "cannot write studio.sqlite: database or disk is full"


def failing(method: Callable[..., Any], times: int) -> Callable[..., Any]:
    """A method that fails so many times before it works."""
    left = [None] * times

    def call(*arguments: Any) -> Any:
        if left:
            left.pop()
            raise OutputError(FULL)
        return method(*arguments)

    return call


def states(web: Web) -> list[str]:
    """The states of all jobs, the first one first, once none is active; for at most ten seconds."""
    until = time.monotonic() + 10
    while True:
        jobs = web.client.get("/api/jobs").json()["jobs"]
        found = [one["state"] for one in reversed(jobs)]
        if {*found} <= {DONE, FAILED} or time.monotonic() > until:
            return found
        time.sleep(0.05)


def test_a_job_that_cannot_be_ended_is_ended_later(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 0.01)
    monkeypatch.setattr(Desk, "run", failing(Desk.run, 1))
    monkeypatch.setattr(Queue, "end", failing(Queue.end, 2))
    web = serve()
    for _ in range(2):
        web.client.post("/api/jobs", json=job())
    assert states(web) == [FAILED, DONE]
    assert web.client.get("/api/jobs").json()["jobs"][1]["error"] == FULL
    assert caplog.text.count(FULL) == 2


def test_a_queue_that_cannot_be_read_is_read_later(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 0.01)
    monkeypatch.setattr(Queue, "take", failing(Queue.take, 4))  # two workers ask
    web = serve()
    web.client.post("/api/jobs", json=job())
    assert states(web) == [DONE]


def test_closing_does_not_wait_for_the_database(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PAUSE", 600.0)
    take = Queue.take
    monkeypatch.setattr(Queue, "take", failing(take, 10**3))
    web = serve()
    web.client.post("/api/jobs", json=job())
    web.stop()
    monkeypatch.setattr(Queue, "take", take)
    assert states(serve()) == [DONE]
