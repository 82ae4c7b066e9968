"""A game to ask, on the tiny CLIP."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlalchemy import create_engine
from starlette.testclient import TestClient

import tiny
from clipgen.jobs import Job
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import ModerateVerb
from clipgen.similarity import Background
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.game import prompts
from clipgen.web.game.room import GameRoom
from clipgen.web.settings import WebSettings
from postgres import VARIABLE, cluster, programs
from runs import OneClip
from web.conftest import BOUNDS

OWNER = {"X-Owner-Token": "the owner's"}


def line(shift: float = 0, **values: Any) -> dict[str, Any]:
    """A stroke."""
    return {"colour": "#1a1a1a", "width": 9, "points": [[100 + shift, 400], [256, 80], [400, 400]], **values}


@dataclass
class Game:
    """A server with the game alone."""

    client: TestClient
    room: GameRoom
    running: ExitStack

    def save(self, shift: float = 0, *, prompt: int = 1, name: str = "Ann", expect: int = 201) -> dict[str, Any]:
        """Save a drawing."""
        answer = self.client.post("/api/game/drawings", json={"prompt": prompt, "strokes": [line(shift)], "name": name})
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def board(self, prompt: int = 1, **query: Any) -> list[dict[str, Any]]:
        """A page of a board."""
        found: list[dict[str, Any]] = self.client.get("/api/game/board", params={"prompt": prompt, **query}).json()[
            "drawings"
        ]
        return found


Serve = Callable[..., Game]
_NUMBERS = count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if given := os.environ.get(VARIABLE):
        yield given
        return
    pytest.importorskip("psycopg", reason="needs psycopg")
    if (bin := programs()) is None:
        pytest.skip("needs PostgreSQL: apt-get install -y postgresql")
    with cluster(bin) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The setting of an empty database, of each kind."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgresql").replace("postgresql:", "postgresql+psycopg:")
    engine, name = create_engine(server, isolation_level="AUTOCOMMIT"), f"test_{os.getpid()}_{next(_NUMBERS)}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create schema {name}")
        yield f"{server}&options=-csearch_path%3D{name}"
        connection.exec_driver_sql(f"drop schema {name} cascade")
    engine.dispose()


@pytest.fixture(scope="session")
def studio(perceptor: OpenClip, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio whose judge and moderator are made once; its CLIP knows any word but one."""
    noise = torch.Generator().manual_seed(0)
    pictures = perceptor.encode_image(torch.rand(20, 3, 32, 32, generator=noise))
    captions = perceptor.encode_text([f"{a} {b}" for a in tiny.WORDS for b in tiny.WORDS])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CLIPGEN_HOME", str(tmp_path_factory.mktemp("home")))
        patched.setattr(perceptor, "unknown_words", lambda text: ["qwzx"] if "qwzx" in text else [])
        patched.setattr(perceptor, "known", lambda text: text)
        Background.of(perceptor.fingerprint, lambda: Background(captions, pictures))
        made = Studio(parts=OneClip(perceptor))
        made.judge(prompts.texts())
        made.moderator(Job("moderate", settings=ModerateVerb()))
    yield made


@pytest.fixture
def serve(
    studio: Studio, perceptor: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> Iterator[Serve]:
    """Start servers on one folder and one database."""
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(perceptor, "unknown_words", lambda text: ["qwzx"] if "qwzx" in text else [])
    monkeypatch.setattr(perceptor, "known", lambda text: text)

    with ExitStack() as stack:

        def start(**settings: Any) -> Game:
            chosen = WebSettings(
                **{
                    "folder": tmp_path / "web",
                    "bounds": BOUNDS,
                    "port": 80,
                    "database": database,
                    "owner": OWNER["X-Owner-Token"],
                    **settings,
                }
            )
            app = create_app(chosen, lambda settings, bell: [GameRoom(settings, bell, lambda: studio, alone=True)])
            (room,) = app.state.rooms
            running = stack.enter_context(ExitStack())
            client = running.enter_context(TestClient(app, base_url="http://localhost"))
            room.wait()
            return Game(client, room, running)

        yield start


@pytest.fixture
def game(serve: Serve) -> Game:
    """A game that is ready."""
    return serve()
