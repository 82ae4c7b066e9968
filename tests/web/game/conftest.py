"""A game to ask, on the tiny CLIP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from clipgen.perceptors.openclip import OpenClip
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.game.room import GameRoom
from clipgen.web.settings import WebSettings
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
        answer = self.client.post(
            "/api/game/drawings", json={"prompt": prompt, "strokes": [line(shift)], "name": name}
        )
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def board(self, prompt: int = 1, **query: Any) -> list[dict[str, Any]]:
        """A page of a board."""
        found: list[dict[str, Any]] = self.client.get(
            "/api/game/board", params={"prompt": prompt, **query}
        ).json()["drawings"]
        return found


Serve = Callable[..., Game]


@pytest.fixture
def serve(calibrated: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start servers on one folder."""
    monkeypatch.setattr(calibrated, "unknown_words", lambda text: ["qwzx"] if "qwzx" in text else [])
    monkeypatch.setattr(calibrated, "known", lambda text: text)
    studio = Studio(parts=OneClip(calibrated))

    with ExitStack() as stack:

        def start(**settings: Any) -> Game:
            chosen = WebSettings(
                **{"folder": tmp_path / "web", "bounds": BOUNDS, "port": 80, "owner": OWNER["X-Owner-Token"], **settings}
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
