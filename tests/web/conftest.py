"""A server to ask, in a folder of its own, on tiny parts."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from clipgen.perceptors.openclip import OpenClip
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.serve import Server, bound
from clipgen.web.settings import Bounds, Rate, WebSettings
from clipgen.web.studio.room import StudioRoom
from runs import OneClip

#: settings of a run of a moment: pixels under the tiny CLIP
TINY: dict[str, Any] = {"generator": "pixels", "size": [32, 32], "steps": 4, "cutn": 2, "seed": 7}
FREE = Rate(1e9, 10**9)
BOUNDS = Bounds(read=FREE, write=FREE, sign_in=FREE)


def job(prompt: str = "a red fox", **settings: Any) -> dict[str, Any]:
    """The JSON of a small job."""
    return {"verb": "generate", "inputs": {"prompts": [prompt]}, "settings": {**TINY, **settings}}


def events(text: str) -> list[tuple[int, str, Any]]:
    """Number, kind and data of the events in an answer."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


@dataclass
class Web:
    """A server that runs, and its studio; client: of the visitor who asks."""

    client: TestClient
    room: StudioRoom
    running: ExitStack

    def paint(self, values: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run a job to its end; what the server then knows of it."""
        added = self.client.post("/api/jobs", json=values or job())
        assert added.status_code == 201, added.text
        self.client.get(added.json()["events"])
        done: dict[str, Any] = self.client.get(added.json()["url"]).json()
        return done

    def picture(self, **settings: Any) -> dict[str, Any]:
        """A picture that was painted."""
        found: dict[str, Any] = self.paint(job(**settings))["pictures"][0]
        return found

    def stop(self) -> None:
        """Stop the server, as Ctrl-C does."""
        self.running.close()

    def other(self) -> TestClient:
        """Another visitor."""
        return TestClient(self.client.app, base_url="http://localhost")


Serve = Callable[..., Web]


@contextmanager
def listening(app: Starlette) -> Iterator[int]:
    """The port of a server that answers real connections."""
    opened = bound("127.0.0.1", 0)
    server = Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    yield opened.getsockname()[1]
    app.state.bell.close()
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, by playwright; tests that use it are skipped where either is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def serve(perceptor: OpenClip, tmp_path: Path) -> Iterator[Serve]:
    """Start servers; arguments: of `WebSettings`, and working: whether jobs are run."""

    def make() -> Studio:
        return Studio(parts=OneClip(perceptor))

    with ExitStack() as stack:

        def start(*, working: bool = True, **settings: Any) -> Web:
            chosen = WebSettings(**{"folder": tmp_path / "web", "bounds": BOUNDS, "port": 80, **settings})
            if not working:
                chosen = replace(chosen, devices=())
            app = create_app(chosen, lambda settings, bell: [StudioRoom(settings, bell, make)])
            (room,) = app.state.rooms
            running = stack.enter_context(ExitStack())
            return Web(running.enter_context(TestClient(app, base_url="http://localhost")), room, running)

        yield start


@pytest.fixture
def web(serve: Serve) -> Web:
    """A server that paints."""
    return serve()


@pytest.fixture
def still(serve: Serve) -> Web:
    """A server that only queues."""
    return serve(working=False)
