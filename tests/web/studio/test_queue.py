from pathlib import Path

import pytest

from clipgen.jobs import Inputs, Job
from clipgen.settings import GenerateSettings
from clipgen.web.bell import Bell
from clipgen.web.settings import Bounds
from clipgen.web.studio import queue as queues
from clipgen.web.studio import schema
from clipgen.web.studio.queue import Queue, QueueFullError

from ..conftest import Serve, events, job


def opened(folder: Path, bounds: Bounds | None = None) -> Queue:
    return Queue(schema.opened(folder), bounds or Bounds(), Bell())


def a_job(prompt: str = "a fox") -> Job:
    return Job("generate", Inputs(prompts=(prompt,)), GenerateSettings.of(seed=7))


def test_jobs_run_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    ids = [queue.add(a_job(), "owner").id for _ in range(3)]
    assert [taken.id for taken in iter(queue.take, None)] == ids


def test_visitors_take_turns(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    for visitor in ("many", "many", "many", "one"):
        queue.add(a_job(), visitor)
    assert [taken.visitor for taken in iter(queue.take, None)] == ["many", "one", "many", "many"]


def test_a_killed_server_starts_its_job_again_but_not_for_ever(tmp_path: Path) -> None:
    id = opened(tmp_path).add(a_job(), "owner").id
    for _ in range(3):
        queue = opened(tmp_path)
        queue.recover()
        taken = queue.take()
        assert taken is not None and taken.id == id  # and then the process is killed
    queue = opened(tmp_path)
    queue.recover()
    entry = queue.entry(id)
    assert entry is not None and entry.state == "failed" and queue.take() is None


def test_stopping_the_server_is_no_failed_attempt(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    queue.add(a_job(), "owner")
    for _ in range(5):
        taken = queue.take()
        assert taken is not None
        queue.put_back(taken.id)
        queue.recover()


def test_the_queue_is_bounded_in_all_and_for_each(tmp_path: Path) -> None:
    queue = opened(tmp_path, Bounds(queued=3, queued_each=2))
    queue.add(a_job(), "a")
    queue.add(a_job(), "a")
    with pytest.raises(QueueFullError):
        queue.add(a_job(), "a")
    queue.add(a_job(), "b")
    with pytest.raises(QueueFullError):
        queue.add(a_job(), "c")


def test_events_of_active_jobs_are_found_again_after_a_reload(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    first = queue.add(a_job("a fox"), "owner").id
    queue.take()
    queue.end(first, "done")
    second = queue.add(a_job("a castle"), "owner").id
    found = queue.events("owner", after=queue.before_active("owner"))
    assert [second in one.data for one in found] == [True]
    assert queue.events("other", after=0) == []


def test_old_events_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = opened(tmp_path)
    id = queue.add(a_job(), "owner").id
    queue.take()
    queue.end(id, "done")
    monkeypatch.setattr(queues, "_KEPT", -1.0)
    queue.recover()
    assert queue.events("owner", after=0) == []


def test_a_stopped_server_resumes_the_run_at_its_step(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = serve()
    expected = whole.client.get(whole.picture(steps=12)["url"]).content
    added = whole.client.post("/api/jobs", json=job(steps=12)).json()
    progress, stopped = Queue.progress, []

    def stop_in_the_fifth(queue: Queue, id: str, done: int, *rest: object) -> None:
        progress(queue, id, done, *rest)  # type: ignore[arg-type]
        if done == 5 and not stopped:
            stopped.append(done)
            whole.room.workers[0]._closing.set()

    monkeypatch.setattr(Queue, "progress", stop_in_the_fifth)
    added = whole.client.post("/api/jobs", json=job(steps=12)).json()
    whole.room.workers[0]._thread.join()
    whole.stop()
    again = serve()
    answered = events(again.client.get(added["events"]).text)
    steps = [data["done"] for _, kind, data in answered if kind == "step"]
    assert stopped == [5] and len(steps) == 12 and sorted(steps) == steps
    done = again.client.get(added["url"]).json()
    assert again.client.get(done["pictures"][0]["url"]).content == expected


def test_one_folder_has_one_server(serve: Serve, tmp_path: Path) -> None:
    from clipgen.errors import OutputError
    from raising import refused

    serve(working=False)
    with refused(OutputError, "folder"):
        serve(working=False)
