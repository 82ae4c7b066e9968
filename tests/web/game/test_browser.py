"""The game in a real browser, judged by the shipped reader: `pytest -m browser -n 0 tests/web/game`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from clipgen.studio import Studio
from clipgen.tasks.moderate import Moderator, Verdict
from clipgen.web.app import create_app
from clipgen.web.game.room import GameRoom
from clipgen.web.settings import WebSettings
from web.conftest import listening

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
Line = Sequence[tuple[float, float]]
#: a ladder: two rails and six rungs, in parts of the sheet
LADDER: list[Line] = [
    [(0.35, 0.08), (0.35, 0.92)],
    [(0.65, 0.08), (0.65, 0.92)],
    *([(0.35, y / 100), (0.65, y / 100)] for y in range(18, 90, 13)),
]
SCRIBBLE: list[Line] = [[(0.3 + 0.04 * step, 0.5 + 0.1 * (-1) ** step) for step in range(9)]]
#: "LADDER", as one writes it
WRITTEN: list[Line] = [
    [(0.06, 0.4), (0.06, 0.6), (0.15, 0.6)],
    [(0.2, 0.6), (0.255, 0.4), (0.31, 0.6)], [(0.225, 0.53), (0.285, 0.53)],
    [(0.36, 0.4), (0.36, 0.6), (0.43, 0.57), (0.46, 0.5), (0.43, 0.43), (0.36, 0.4)],
    [(0.51, 0.4), (0.51, 0.6), (0.58, 0.57), (0.61, 0.5), (0.58, 0.43), (0.51, 0.4)],
    [(0.75, 0.4), (0.66, 0.4), (0.66, 0.6), (0.75, 0.6)], [(0.66, 0.5), (0.73, 0.5)],
    [(0.8, 0.6), (0.8, 0.4), (0.88, 0.42), (0.88, 0.49), (0.8, 0.5), (0.89, 0.6)],
]  # fmt: skip


@pytest.fixture(scope="session")
def reader() -> Studio:
    """The studio of the shipped reader."""
    return Studio()


@pytest.fixture
def room(reader: Studio, tmp_path: Path) -> Iterator[tuple[str, GameRoom]]:
    """The address of a game, and the game."""
    settings = WebSettings(folder=tmp_path / "web", owner="the owner's")
    app = create_app(settings, lambda settings, bell: [GameRoom(settings, bell, lambda: reader, alone=True)])
    with listening(app) as port:
        urlopen(f"http://127.0.0.1:{port}/game").close()  # answered when the game has started
        (made,) = app.state.rooms
        made.wait()
        yield f"http://127.0.0.1:{port}", made


@pytest.fixture
def address(room: tuple[str, GameRoom]) -> str:
    return room[0]


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Opens pages, each in a browser of its own; no script may fail on any."""
    contexts, faults = [], []

    def opened(path: str = "/game", **settings: Any) -> Any:
        values = {"viewport": WIDE, "base_url": address, "reduced_motion": "reduce", **settings}
        context = browser.new_context(**values)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def draw(page: Any, lines: Sequence[Line]) -> None:
    """Draw with the mouse."""
    page.locator("#sheet").scroll_into_view_if_needed()
    box = page.locator("#sheet").bounding_box()
    for line in lines:
        for place, (x, y) in enumerate(line):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if place == 0 else 4)
            if place == 0:
                page.mouse.down()
        page.mouse.up()


def choose(page: Any, prompt: str) -> None:
    page.locator("#choice option", has_text=prompt).first.wait_for(state="attached")
    page.get_by_label("Prompt", exact=True).first.select_option(label=prompt)


def save(page: Any, name: str) -> tuple[float, int]:
    """Save what is drawn; its points and its place."""
    page.get_by_label("Your name on the board").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#saved", has_text="Saved").wait_for()
    words = page.locator("#saved").inner_text().split()
    return float(words[1]), int(words[4])


def dark(page: Any) -> int:
    """How many pixels of the sheet are not paper."""
    found: int = page.evaluate(
        """() => { const sheet = document.getElementById("sheet");
        const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] < 700) count++;
        return count; }"""
    )
    return found


def test_a_better_drawing_climbs_the_board_and_writing_the_word_does_not(visit: Any) -> None:
    page = visit()
    choose(page, "a ladder")
    draw(page, SCRIBBLE)
    page.locator("#score", has_not_text="–").wait_for()
    scribble, place = save(page, "Ann")
    assert place == 1
    page.get_by_role("button", name="Clear").click()
    draw(page, LADDER)
    ladder, place = save(page, "Bob")
    assert place == 1 and ladder > scribble
    page.get_by_role("button", name="Clear").click()
    draw(page, WRITTEN)
    page.get_by_text("That looks like writing").wait_for()
    written, place = save(page, "Cheat")
    assert written < ladder / 2 and place > 1
    assert page.locator("#board .card").first.inner_text().split()[:2] == ["1.", "Bob"]


def test_undo_redo_and_clear(visit: Any) -> None:
    page = visit()
    draw(page, LADDER[:2])
    two = dark(page)
    page.get_by_role("button", name="Undo").click()
    one = dark(page)
    assert 0 < one < two
    page.keyboard.press("Control+Shift+z")
    assert dark(page) == two
    page.get_by_role("button", name="Clear").click()
    assert dark(page) == 0 and page.get_by_role("button", name="Save", exact=True).is_disabled()
    page.get_by_role("button", name="Redo").click()
    assert dark(page) == two
    page.keyboard.press("Control+z")
    assert dark(page) == one


def test_a_drawing_survives_a_reload(visit: Any) -> None:
    page = visit()
    draw(page, LADDER[:3])
    drawn = dark(page)
    page.reload()
    page.locator("#score", has_not_text="–").wait_for()
    assert dark(page) == drawn > 0


def test_an_area_is_filled_alike_on_the_page_and_on_the_board(visit: Any, address: str) -> None:
    page = visit()
    circle = [(0.5 + 0.3 * math.cos(t / 10), 0.5 + 0.3 * math.sin(t / 10)) for t in range(66)]
    draw(page, [circle])
    outline = dark(page)
    page.get_by_role("button", name="red", exact=True).click()
    page.get_by_role("button", name="Fill", exact=True).click()
    draw(page, [[(0.5, 0.5)]])
    filled = dark(page)
    assert filled > 4 * outline
    save(page, "Ann")
    shown = page.locator("#board img").first
    shown.wait_for()
    assert shown.evaluate(
        """async (image) => { await image.decode();
        const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
        [canvas.width, canvas.height] = [512, 512]; pen.drawImage(image, 0, 0, 512, 512);
        const { data } = pen.getImageData(0, 0, 512, 512);
        let count = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] < 700) count++;
        return count; }"""
    ) == pytest.approx(filled, rel=0.03)


def test_a_drawing_is_reported_veiled_lifted_hidden_and_restored(visit: Any) -> None:
    page = visit()
    draw(page, LADDER)
    save(page, "Ann")
    page.locator("#board .shot").click()
    page.get_by_role("dialog").wait_for()
    for kind in ("PNG", "GIF"):
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=kind).click()
        assert downloaded.value.suggested_filename.endswith(kind.lower())
    page.get_by_role("button", name="Report").click()
    veiled = page.get_by_role("button", name="Doubtful: show")
    veiled.wait_for()
    assert page.locator("#board img").count() == 0
    veiled.click()
    page.locator("#board img").wait_for()
    owner = visit("/game/owner#the%20owner's")
    owner.get_by_text("reported 1").wait_for()
    owner.get_by_role("button", name="Hide").click()
    owner.locator(".caption", has_text="hidden").wait_for()
    page.reload()
    page.get_by_text("Nobody has drawn this yet.").wait_for()
    owner.get_by_role("button", name="Restore").click()
    owner.get_by_text("Nothing is doubtful").wait_for()
    page.reload()
    page.locator("#board img").wait_for()


def test_a_doubtful_drawing_is_veiled_at_once(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moderator, "judge", lambda self, rows: [Verdict("check", "gore", "a wound")])
    page = visit()
    draw(page, LADDER)
    save(page, "Ann")
    page.get_by_role("button", name="Doubtful: show").wait_for()


def test_two_people_play_a_round_and_a_reload_loses_nothing(visit: Any) -> None:
    ann = visit()
    ann.get_by_label("Your name on the board").fill("Ann")
    ann.get_by_text("A round for several people").click()
    ann.get_by_label("Seconds").fill("20")
    ann.get_by_role("button", name="Open a round").click()
    ann.get_by_text("Others join with the code").wait_for()
    code = ann.url.rpartition("/")[2]
    bob = visit()
    bob.get_by_text("A round for several people").click()
    bob.get_by_label("Code of a round").fill(code.lower())
    bob.get_by_role("button", name="Go to it").click()
    bob.get_by_label("Your name").fill("Bob")
    bob.get_by_role("button", name="Join").click()
    ann.locator("#players", has_text="Bob").wait_for()
    assert bob.get_by_role("button", name="Start").is_hidden()
    bob.locator("#what", has_text=f"Round {code}").wait_for()
    ann.get_by_role("button", name="Start").click()
    for page in (ann, bob):  # each asks the server for itself, about once a second
        page.locator("#what", has_text="Draw a").wait_for()
    assert bob.locator("#what").inner_text() == ann.locator("#what").inner_text()
    draw(bob, LADDER)
    ann.locator("#players .points", has_not_text="0.0").first.wait_for()
    drawn = dark(bob)
    bob.reload()
    bob.locator("#clock", has_not_text="–").wait_for()
    bob.wait_for_function("() => document.getElementById('status').textContent === 'Everyone draws the same.'")
    assert dark(bob) == drawn > 0
    draw(ann, SCRIBBLE)
    for page in (ann, bob):
        page.get_by_text("The round has ended.").wait_for(timeout=40_000)
        page.locator("#drawings canvas").nth(1).wait_for()
    assert ann.locator("#players").inner_text() == bob.locator("#players").inner_text()
    before = dark(bob)
    draw(bob, SCRIBBLE)
    assert dark(bob) == before
    bob.get_by_role("button", name="Save mine").click()
    bob.locator("#saved", has_text="Saved").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_game_without_scrolling_sideways(visit: Any, address: str, scheme: str) -> None:
    page = visit(viewport=PHONE, color_scheme=scheme, has_touch=True, is_mobile=True)
    for path in ("/game", "/game/owner"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/game")
    page.locator("#sheet").tap()
    save(page, "Ann")
    page.locator("#board img").wait_for()
    page.get_by_text("A round for several people").click()
    page.get_by_role("button", name="Open a round").click()
    page.get_by_text("Others join with the code").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
