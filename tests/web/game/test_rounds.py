"""Rounds: several people, one prompt, one clock."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from clipgen.tasks.moderate import Moderator, Verdict
from clipgen.web.game.rounds import COUNTING
from web.conftest import BOUNDS, events
from web.game.conftest import Game, Serve, line

ROUNDS = "/api/game/rounds"


class Table:
    """A round with its players, and a clock that tests move."""

    def __init__(self, game: Game, *, after: float = 0, **values: Any) -> None:
        self.game, self.now, self.keys = game, time.time() + after, list[str]()
        game.room.rounds.clock = lambda: self.now
        opened = game.client.post(ROUNDS, json={"prompt": 1, "seconds": 60, "name": "Ann", **values})
        assert opened.status_code == 201, opened.text
        self.path = f"{ROUNDS}/{opened.json()['code']}"
        self.keys.append(opened.json()["key"])

    def join(self, name: str = "Bob", expect: int = 201) -> None:
        answer = self.game.client.post(f"{self.path}/players", json={"name": name})
        assert answer.status_code == expect, answer.text
        self.keys.append(answer.json().get("key", ""))

    def start(self, player: int = 1, expect: int = 200) -> None:
        answer = self.game.client.post(f"{self.path}/start", json={}, headers=self.as_(player))
        assert answer.status_code == expect, answer.text

    def draw(self, player: int = 1, shift: float = 0, expect: int = 200) -> dict[str, Any]:
        strokes = {"strokes": [line(shift)]}
        answer = self.game.client.post(f"{self.path}/drawing", json=strokes, headers=self.as_(player))
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def as_(self, player: int) -> dict[str, str]:
        return {"X-Player-Key": self.keys[player - 1]}

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.game.client.get(self.path).json()
        return found


@pytest.fixture
def table(game: Game) -> Table:
    """A round of two, before its start."""
    made = Table(game)
    made.join()
    return made


def test_a_round_from_its_start_to_its_end(table: Table) -> None:
    before = table.shown()
    assert before["state"] == "waiting" and before["prompt"] is None and before["left"] is None
    table.start()
    running = table.shown()
    assert running["state"] == "running" and running["prompt"]["text"] == "an apple" and running["left"] == 60
    score = table.draw(2)["score"]
    table.now += 30
    best, last = table.shown()["players"]
    assert (best["name"], best["score"], best["rank"]) == ("Bob", score, 1)
    assert (last["name"], last["score"], last["rank"], last["has_drawn"]) == ("Ann", 0, 2, False)
    assert table.shown()["left"] == 30
    table.now += 30 + COUNTING
    assert table.shown()["state"] == "ended"
    table.draw(2, expect=409)
    table.join(expect=409)


def test_the_last_drawing_counts_and_what_arrives_in_time_is_still_scored(table: Table) -> None:
    table.start()
    table.draw(1)
    score = table.draw(1, shift=90)["score"]
    assert table.shown()["players"][0]["score"] == score
    table.now += 60
    table.draw(1, expect=409)  # it arrived after the end
    rounds, key = table.game.room.rounds, table.keys[0]
    code = table.path.rpartition("/")[2]
    from clipgen.media.strokes import Drawing

    rounds.draw(code, key, Drawing(()), score=1.0, veiled=False, arrived=table.now - 0.1)
    assert max(player["score"] for player in table.shown()["players"]) == 1.0


def test_drawings_are_shown_when_the_round_has_ended(table: Table) -> None:
    table.start()
    table.draw(2)
    get = table.game.client.get
    assert get(f"{table.path}/drawings/2").status_code == 409
    assert get(f"{table.path}/drawing", headers=table.as_(2)).json() == {"number": 2, "strokes": [line(fill=False)]}
    assert get(f"{table.path}/drawing").status_code == 403
    table.now += 100
    assert get(f"{table.path}/drawings/2").json() == {"strokes": [line(fill=False)]}
    for number in ("1", "3", "0", "9" * 30):
        assert get(f"{table.path}/drawings/{number}").status_code == 404


def test_a_doubtful_drawing_is_veiled(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.start()
    monkeypatch.setattr(Moderator, "judge", lambda self, rows: [Verdict("check", "gore", "a wound")])
    table.draw(1)
    assert [player["veiled"] for player in table.shown()["players"]] == [True, False]


def test_only_who_opened_a_round_starts_it_and_only_once(table: Table) -> None:
    table.draw(1, expect=409)
    table.start(2, expect=403)
    table.keys.append("a guess")
    table.start(3, expect=403)
    table.start(1)
    table.start(1, expect=409)


def test_a_round_has_a_bound_of_players_and_a_server_one_of_rounds(serve: Serve) -> None:
    game = serve(bounds=replace(BOUNDS, players=2, rounds_each=2))
    table = Table(game)
    table.join()
    table.join(expect=429)
    Table(game)
    assert game.client.post(ROUNDS, json={"prompt": 1}).status_code == 429
    Table(game, after=3600)  # those that nobody started are over
    assert table.shown()["state"] == "ended"


@pytest.mark.parametrize(
    "values",
    [
        {"seconds": 5}, {"seconds": 1e9}, {"seconds": "60"}, {"seconds": True}, {"prompt": None}, {"prompt": 0},
        {"level": "own"}, {"level": ["easy"]}, {"name": "a porn name"},
    ],
)  # fmt: skip
def test_wrong_rounds_are_refused(game: Game, values: dict[str, Any]) -> None:
    assert game.client.post(ROUNDS, json={"prompt": 1, "seconds": 60, **values}).status_code in (400, 404)


def test_a_level_chooses_a_prompt(game: Game) -> None:
    table = Table(game, level="hard", prompt=None)
    table.start()
    assert table.shown()["prompt"]["level"] == "hard"


@pytest.mark.parametrize("code", ["", "BCDFGH", "bcdfgh", "..%2f", "B" * 500, "%00"])
def test_there_is_no_such_round(game: Game, code: str) -> None:
    for path in ("", "/events", "/drawing", "/drawings/1", "/drawings/99999999999999999999"):
        assert game.client.get(f"{ROUNDS}/{code}{path}").status_code in (404, 405)
    assert game.client.post(f"{ROUNDS}/{code}/players", json={}).status_code in (404, 405)


def test_a_round_survives_a_restart(serve: Serve) -> None:
    game = serve()
    table = Table(game)
    table.join()
    table.start()
    table.draw(2)
    before = table.shown()
    game.running.close()
    table.game = serve()
    table.game.room.rounds.clock = lambda: table.now
    assert table.shown() == before
    table.draw(1)


def test_the_stream_tells_all_changes_and_ends(table: Table) -> None:
    table.start()
    table.draw(1)
    table.now += 100
    ((id, kind, data),) = events(table.game.client.get(f"{table.path}/events").text)
    assert kind == "ended" and data == table.shown() and data["players"][0]["has_drawn"]
    # a browser that lost the connection asks again with the last number: it must not wait for ever
    resumed = table.game.client.get(f"{table.path}/events", headers={"Last-Event-ID": str(id)})
    assert [one[1] for one in events(resumed.text)] == ["ended"]


def test_a_change_is_an_event_and_no_change_is_none(table: Table) -> None:
    rounds, code = table.game.room.rounds, table.path.rpartition("/")[2]
    (event,) = rounds.events_since(rounds.find(code), 0, None)
    assert rounds.events_since(rounds.find(code), event.id, None) == []
    table.join("Cid")
    (later,) = rounds.events_since(rounds.find(code), event.id, None)
    assert later.id > event.id and later.kind == "round"


def test_the_page_of_a_round(table: Table) -> None:
    code = table.path.rpartition("/")[2]
    page = table.game.client.get(f"/game/rounds/{code}")
    assert page.status_code == 200 and code in page.text and "<script>" not in page.text
    assert table.game.client.get("/game/rounds/x").status_code == 404


def test_old_rounds_are_forgotten(table: Table) -> None:
    Table(table.game, after=100_000)
    assert table.game.client.get(table.path).status_code == 404
