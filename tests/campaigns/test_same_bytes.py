"""The same job makes the same bytes, whoever asks and whatever else happens: `pytest -m slow -n 0 -s` on this file."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from starlette.testclient import TestClient

import clipgen
from clipgen.batch import Ledger, Line, LocalCrew, job_of_row
from clipgen.batch import run as run_batch
from clipgen.jobs import Inputs, Job
from clipgen.settings import GenerateSettings
from clipgen.studio import Studio
from clipgen.tasks.generate import load_run
from clipgen.web.app import create_app
from clipgen.web.settings import WebSettings

from .figures import record
from .processes import run

pytestmark = pytest.mark.slow
PROMPT = "a red fox | text:-0.3"
STEPS = 6
#: a generator with built-in weights, one without; each with and without its start from the words
KINDS: dict[str, dict[str, Any]] = {
    "vqgan": {"generator": "vqgan", "size": (64, 64)},
    "pixels": {"generator": "pixels", "size": (32, 32)},
    "cppn": {"generator": "cppn", "size": (32, 32)},
    "stylegan": {"generator": "stylegan", "size": (64, 64)},
}


def settings(kind: str) -> dict[str, Any]:
    return {**KINDS[kind], "steps": STEPS, "cutn": 2, "seed": 7, "device": "cpu"}


def job(kind: str) -> Job:
    return Job("generate", Inputs(prompts=(PROMPT,)), GenerateSettings.of(**settings(kind)))


def by_library(kind: str, folder: Path) -> Path:
    clipgen.generate(PROMPT, **settings(kind)).save(folder / "library.png")
    return folder / "library.png"


def beside_busy_threads(kind: str, folder: Path) -> Path:
    with Studio() as studio, busy(studio, kind):
        (picture,) = _ended(studio, kind)
    picture.save(folder / "busy.png")
    return folder / "busy.png"


def after_a_resume(kind: str, folder: Path) -> Path:
    with Studio() as studio:
        first = studio.start(job(kind))
        for step in first:
            if step.index == STEPS // 2:
                break
        first.save_state(folder / "stopped.run")
    with Studio() as studio:
        saved = load_run(folder / "stopped.run")
        resumed = studio.start(saved.job, state=saved.state)
        for _ in resumed:
            pass
        resumed.pictures()[0].save(folder / "resumed.png")
    return folder / "resumed.png"


def by_command(kind: str, folder: Path) -> Path:
    size = map(str, KINDS[kind]["size"])
    call = ("generate", PROMPT, "--generator", kind, "--size", *size, "--steps", str(STEPS), "--cutn", "2", "--seed",
            "7", "--device", "cpu", "-o", "command.png", "-q")  # fmt: skip
    ran = run(call, folder)
    assert ran.code == 0, ran.text
    return folder / "command.png"


def by_web(kind: str, folder: Path) -> Path:
    with TestClient(create_app(WebSettings(folder=folder / "web")), base_url="http://localhost") as client:
        asked = {"verb": "generate", "inputs": {"prompts": [PROMPT]}, "settings": settings(kind)}
        added = client.post("/api/jobs", json=asked)
        assert added.status_code == 201, added.text
        client.get(added.json()["events"])
        done = client.get(added.json()["url"]).json()
        assert done["state"] == "done", done
        (folder / "web.png").write_bytes(client.get(done["pictures"][0]["url"]).content)
    return folder / "web.png"


def by_batch(kind: str, folder: Path) -> Path:
    return _batch(kind, folder / "batch", LocalCrew(1))


def by_ray(kind: str, folder: Path) -> Path:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'clipgen[ray]'")
    from clipgen.batch.cluster import RayCrew

    return _batch(kind, folder / "ray", RayCrew("local", 1))


WAYS: tuple[Callable[[str, Path], Path], ...] = (
    by_library, beside_busy_threads, after_a_resume, by_command, by_web, by_batch, by_ray
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_same_bytes(way: Callable[[str, Path], Path], kind: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    first, second = by_library(kind, tmp_path).read_bytes(), way(kind, tmp_path).read_bytes()
    assert second == first, _difference(first, second, tmp_path)
    record("same bytes", f"{way.__name__}: {kind}", {"same": True})


def _ended(studio: Studio, kind: str) -> list[Any]:
    made = studio.start(job(kind))
    for _ in made:
        pass
    return made.pictures()


def _batch(kind: str, folder: Path, crew: Any) -> Path:
    row = {"prompt": PROMPT, **settings(kind), "size": list(KINDS[kind]["size"])}
    with Ledger(folder) as ledger, crew:
        ledger.add([Line(1, job_of_row(row))])
        for _ in run_batch(ledger, crew):
            pass
        assert ledger.tally().done == 1, list(ledger.failures())
    (path,) = folder.glob("*.png")
    return path


@contextmanager
def busy(studio: Studio, kind: str) -> Iterator[None]:
    """Other threads: one that paints another picture with the same parts, one that computes, one in Python alone."""
    over = threading.Event()

    def painting() -> None:
        while not over.is_set():
            for _ in studio.start(Job("generate", Inputs(prompts=("the sea",)), job(kind).settings)):
                if over.is_set():
                    return

    def computing() -> None:
        while not over.is_set():
            torch.randn(200, 200) @ torch.randn(200, 200)
            torch.manual_seed(time.time_ns() % 2**32)

    def counting() -> None:
        while not over.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=work) for work in (painting, computing, counting)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _difference(first: bytes, second: bytes, folder: Path) -> str:
    """Where two pictures differ, for people: in pixels, or in what they carry."""
    from PIL import Image

    from clipgen.media.pictures import read_metadata

    for name, data in (("first.png", first), ("second.png", second)):
        (folder / name).write_bytes(data)
    metadata = [json.dumps(read_metadata(folder / name), sort_keys=True) for name in ("first.png", "second.png")]
    pixels = [Image.open(folder / name).tobytes() for name in ("first.png", "second.png")]
    return f"pixels equal: {pixels[0] == pixels[1]}; {metadata[0]} != {metadata[1]}"
