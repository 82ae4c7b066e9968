import io
from pathlib import Path

import pytest
from PIL import Image

from clipgen.jobs import Job
from clipgen.media.pictures import read_metadata
from clipgen.web.studio.queue import Queue

from ..conftest import Serve, Web, events, job


def test_a_job_becomes_a_picture_that_carries_its_settings(web: Web, tmp_path: Path) -> None:
    done = web.paint(job("a red fox", count=2))
    assert done["state"] == "done" and done["done"] == done["total"] == 4 and len(done["pictures"]) == 2
    file = tmp_path / "second.png"
    file.write_bytes(web.client.get(done["pictures"][1]["url"]).content)
    metadata = read_metadata(file)
    assert Job.from_json(metadata).inputs.prompts == ("a red fox",) and metadata["seed"] == 8
    thumbnail = web.client.get(done["pictures"][0]["thumbnail"])
    assert Image.open(io.BytesIO(thumbnail.content)).size == (32, 32)


def test_the_same_job_makes_the_same_bytes(web: Web) -> None:
    first, second = (web.client.get(web.picture()["url"]).content for _ in range(2))
    assert first == second


def test_a_job_without_a_seed_gets_one(still: Web) -> None:
    added = still.client.post("/api/jobs", json=job(seed=None)).json()
    assert isinstance(added["job"]["settings"]["canvas"]["seed"], int)


def test_events_tell_the_whole_run_and_resume_after_any_of_them(web: Web) -> None:
    url = web.paint()["events"]
    answered = events(web.client.get(url).text)
    kinds = [kind for _, kind, _ in answered]
    assert kinds[:3] == ["queued", "started", "phase"] and kinds.count("step") == 4 and kinds[-1] == "done"
    third = answered[2][0]
    assert events(web.client.get(url, headers={"Last-Event-ID": str(third)}).text) == answered[3:]
    assert events(web.client.get(f"{url}?after={third}").text) == answered[3:]
    assert web.client.get(f"{url}?after={answered[-1][0]}").status_code == 204


def test_a_waiting_job_is_cancelled_at_once(still: Web) -> None:
    added = still.client.post("/api/jobs", json=job()).json()
    assert still.client.post(f"{added['url']}/cancel").json()["state"] == "cancelled"
    assert still.room.queue.take() is None


def test_a_running_job_is_cancelled_within_a_step_and_keeps_its_best(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Queue.progress

    def cancel_in_the_second(queue: Queue, id: str, done: int, *rest: object) -> None:
        progress(queue, id, done, *rest)  # type: ignore[arg-type]
        if done == 2:
            queue.cancel(id)

    monkeypatch.setattr(Queue, "progress", cancel_in_the_second)
    done = web.paint(job(steps=500))
    assert (done["state"], done["done"]) == ("cancelled", 2)
    assert done["pictures"][0]["metadata"]["steps_done"] == 2


def test_a_failed_job_names_its_error_and_the_next_one_runs(web: Web) -> None:
    failed = web.paint(job(realism=1.0))
    assert failed["state"] == "failed" and "realism" in failed["error"]
    assert web.paint()["state"] == "done"


def test_a_full_queue_refuses(serve: Serve) -> None:
    from dataclasses import replace

    from ..conftest import BOUNDS

    web = serve(working=False, bounds=replace(BOUNDS, queued_each=1))
    assert web.client.post("/api/jobs", json=job()).status_code == 201
    refused = web.client.post("/api/jobs", json=job())
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
