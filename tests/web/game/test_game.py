"""The game from outside: scores, boards, the veil, and what is refused."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from clipgen.tasks.moderate import Moderator, Verdict
from clipgen.web.settings import Rate
from web.conftest import BOUNDS
from web.game.conftest import OWNER, Game, Serve, line


def test_the_first_page_is_the_game_and_has_no_inline_scripts(game: Game) -> None:
    page = game.client.get("/")
    assert page.url.path == "/game" and "Draw" in page.text
    assert "<script>" not in page.text and "style=" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert game.client.get("/game/owner").status_code == 200
    assert game.client.get("/api").status_code == 200


def test_a_drawing_is_scored_saved_and_replayed(game: Game) -> None:
    looked = game.client.post("/api/game/look", json={"prompt": 1, "strokes": [line()]}).json()
    assert 0 <= looked["score"] <= 100 and len(looked["guesses"]) == 3
    assert game.board() == []
    saved = game.save()
    assert saved["score"] == looked["score"] and saved["new"] and saved["rank"] == 1
    (shown,) = game.board()
    assert shown["id"] == saved["id"] and shown["name"] == "Ann" and not shown["veiled"]
    assert game.client.get(f"/api/game/drawings/{saved['id']}").json() == {"strokes": [line(fill=False)]}
    assert game.client.get(f"/game/drawings/{saved['id']}.png").content.startswith(b"\x89PNG")


def test_a_drawing_is_shared_as_a_gif_that_replays_it(game: Game) -> None:
    id = game.save()["id"]
    answer = game.client.get(f"/game/drawings/{id}.gif")
    picture = Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/gif"
    assert picture.format == "GIF" and getattr(picture, "n_frames", 1) == 3
    assert game.client.get("/game/drawings/0123456789abcdef.gif").status_code == 404
    _decide(game, id, hidden=True)
    assert game.client.get(f"/game/drawings/{id}.gif").status_code == 404


def test_an_area_is_filled_by_the_server(game: Game) -> None:
    flood = {"colour": "#d02a2a", "width": 9, "points": [[256, 250]], "flood": True, "fill": False}
    triangle = line(points=[[100, 400], [256, 80], [400, 400], [100, 400]])
    saved = game.client.post("/api/game/drawings", json={"prompt": 1, "strokes": [triangle, flood]}).json()
    picture = Image.open(io.BytesIO(game.client.get(f"/game/drawings/{saved['id']}.png").content)).convert("RGB")
    assert picture.getpixel((128, 125)) == (0xD0, 0x2A, 0x2A) and picture.getpixel((5, 5)) == (255, 255, 255)
    assert game.client.get(f"/api/game/drawings/{saved['id']}").json()["strokes"][1] == flood


def test_a_full_queue_is_refused_and_saves_come_before_looks(serve: Serve) -> None:
    values = {"prompt": 1, "strokes": [line()]}
    full = serve(bounds=replace(BOUNDS, judging=0))
    for path in ("look", "drawings"):
        answer = full.client.post(f"/api/game/{path}", json=values)
        assert answer.status_code == 429 and answer.headers["retry-after"] == "1"
    full.running.close()
    short = serve(bounds=replace(BOUNDS, judging=1))
    assert short.client.post("/api/game/look", json=values).status_code == 429
    assert short.client.post("/api/game/drawings", json=values).status_code == 201


def test_equal_strokes_count_once_for_a_prompt(game: Game) -> None:
    first = game.save(name="Ann")
    again = game.save(name="Bob", expect=200)
    assert again["id"] == first["id"] and not again["new"] and [one["name"] for one in game.board()] == ["Ann"]
    assert game.save(prompt=2)["id"] != first["id"]


def test_the_score_is_that_of_the_strokes_whatever_else_is_sent(game: Game) -> None:
    values = {"prompt": 1, "strokes": [line()], "score": 100, "picture": "data:image/png;base64,AAAA"}
    assert game.client.post("/api/game/drawings", json=values).json()["score"] == game.save(expect=200)["score"]


@pytest.mark.parametrize(
    "values",
    [
        {}, {"prompt": 1}, {"prompt": 1, "strokes": []}, {"prompt": 1, "strokes": "x"}, {"prompt": 1, "strokes": [{}]},
        {"prompt": 1, "strokes": [line(width=1e9)]}, {"prompt": 1, "strokes": [line()], "name": 5},
        {"prompt": 1, "strokes": [line()], "name": "a porn name"},
    ],
)  # fmt: skip
def test_wrong_drawings_are_refused(game: Game, values: dict[str, Any]) -> None:
    assert game.client.post("/api/game/drawings", json=values).status_code == 400
    assert game.room.board.count(1) == 0


@pytest.mark.parametrize("prompt", [0, -1, 10**30, "1", None, 1.5, [1], True, 999_999])
def test_there_is_no_such_prompt(game: Game, prompt: object) -> None:
    values = {"prompt": prompt, "strokes": [line()]}
    assert game.client.post("/api/game/look", json=values).status_code == 404


def test_names_are_cleaned_and_bounded(game: Game) -> None:
    game.save(name="  <b>Ann\u202e\n" + "x" * 100)
    game.save(1, name="\u200b ")
    names = sorted(one["name"] for one in game.board())
    assert names == ["<b>Ann " + "x" * 17, "anonymous"]


def test_prompts_have_levels_and_one_is_of_today(game: Game) -> None:
    found = game.client.get("/api/game/prompts").json()
    assert {"easy", "medium", "hard"} == {one["level"] for one in found["prompts"]}
    assert found["daily"] in [one["id"] for one in found["prompts"]]


def test_own_prompts_are_checked(game: Game) -> None:
    def add(text: object) -> Any:
        return game.client.post("/api/game/prompts", json={"text": text})

    added = add("  A Paper\n fox ")
    assert added.status_code == 201 and added.json()["text"] == "a paper fox" and added.json()["level"] == "own"
    assert add("a paper fox").json()["id"] == added.json()["id"]
    assert game.save(prompt=added.json()["id"])["rank"] == 1
    for refused in ("", "  ", "12 !", "p0rn", "a qwzx", 5, None):
        assert add(refused).status_code == 400, refused


def test_a_reported_drawing_is_veiled_until_the_owner_restores_it(game: Game) -> None:
    id, score = _saved(game)
    assert game.client.post(f"/api/game/drawings/{id}/report", json={}).status_code == 200
    (shown,) = game.board()
    assert shown["veiled"] and shown["score"] == score
    (doubtful,) = game.client.get("/api/game/owner", headers=OWNER).json()["drawings"]
    assert doubtful["id"] == id and doubtful["reports"] == 1 and doubtful["prompt"] == "an apple"
    _decide(game, id, hidden=False)
    assert not game.board()[0]["veiled"]


def _saved(game: Game) -> tuple[str, float]:
    saved = game.save()
    return saved["id"], saved["score"]


def _decide(game: Game, id: str, *, hidden: bool) -> None:
    assert game.client.patch(f"/api/game/owner/{id}", json={"hidden": hidden}, headers=OWNER).status_code == 200


def test_a_doubtful_drawing_is_veiled_and_scores_the_same(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    score = game.client.post("/api/game/look", json={"prompt": 1, "strokes": [line()]}).json()["score"]
    monkeypatch.setattr(Moderator, "judge", lambda self, rows: [Verdict("check", "gore", "a wound")])
    saved = game.save()
    assert saved["veiled"] and saved["score"] == score and game.board()[0]["veiled"]


def test_the_owner_hides_and_restores(game: Game) -> None:
    id, _ = _saved(game)
    _decide(game, id, hidden=True)
    assert game.board() == []
    assert game.client.get(f"/game/drawings/{id}.png").status_code == 404
    assert game.client.get(f"/api/game/drawings/{id}").status_code == 404
    assert game.client.get(f"/api/game/owner/{id}", headers=OWNER).status_code == 200
    _decide(game, id, hidden=False)
    assert [one["id"] for one in game.board()] == [id]


@pytest.mark.parametrize("headers", [{}, {"X-Owner-Token": ""}, {"X-Owner-Token": "guess"}])
def test_nobody_else_is_the_owner(game: Game, headers: dict[str, str]) -> None:
    id, _ = _saved(game)
    assert game.client.get("/api/game/owner", headers=headers).status_code == 403
    assert game.client.get(f"/api/game/owner/{id}", headers=headers).status_code == 403
    assert game.client.patch(f"/api/game/owner/{id}", json={"hidden": True}, headers=headers).status_code == 403
    assert len(game.board()) == 1


def test_guessing_the_token_of_the_owner_is_slow(serve: Serve) -> None:
    game = serve(bounds=replace(BOUNDS, sign_in=Rate(1e-6, 2)))
    guess, path = {"X-Owner-Token": "guess"}, "/api/game/owner"
    assert [game.client.get(path, headers=OWNER).status_code for _ in range(3)] == [200] * 3
    assert [game.client.get(path).status_code for _ in range(3)] == [403] * 3  # nothing was guessed
    assert [game.client.get(path, headers=guess).status_code for _ in range(3)] == [403, 403, 429]
    assert game.client.get(path, headers=OWNER).status_code == 429


def test_the_board_has_pages_and_survives_a_restart(serve: Serve) -> None:
    game = serve()
    for shift in range(3):
        game.save(shift)
    board = game.board()
    game.running.close()
    again = serve()
    assert again.board() == board and again.board(page=1) == [] and again.board(day="today") == board
    assert not again.save(expect=200)["new"]


def test_requests_that_no_page_sends_get_an_answer_of_one_line(game: Game) -> None:
    chance = random.Random(0)
    odd: list[Any] = [None, True, -1, 1e308, "", "x", [], {}, [[]], [{}], {"a": [1]}, "../../etc", 10**40, "\u202e"]

    def value() -> Any:
        one = chance.choice([*odd, line(), [line()], 1])
        return {"points": [chance.choice(odd) for _ in range(2)]} if one == {} else one

    paths = ["/api/game/look", "/api/game/drawings", "/api/game/prompts", "/api/game/drawings/00/report"]
    opened = game.client.post("/api/game/rounds", json={"prompt": 1, "name": "Ann"}).json()
    key, round = {"X-Player-Key": opened["key"]}, f"/api/game/rounds/{opened['code']}"
    paths += ["/api/game/rounds", f"{round}/players", f"{round}/start", f"{round}/drawing"]
    for _ in range(400):
        names = ("prompt", "strokes", "name", "text", "seconds", "level")
        values = {name: value() for name in names if chance.random() < 0.8}
        answer = game.client.post(chance.choice(paths), json=values, headers=key if chance.random() < 0.5 else {})
        assert answer.status_code < 500 and "Traceback" not in answer.text
    for path in (
        "/api/game/drawings/..%2f",
        "/game/drawings/x.png",
        "/api/game/board?prompt=x&page=-1",
        "/api/game/board",
    ):
        assert game.client.get(path).status_code in (400, 404)
