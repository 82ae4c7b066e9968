"""The pages in a real browser: `pytest -m browser -n 0 tests/web`, where playwright and Chromium are installed."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from clipgen.perceptors.openclip import OpenClip
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.serve import Server, bound
from clipgen.web.settings import WebSettings
from clipgen.web.studio.room import StudioRoom
from runs import OneClip

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture
def address(perceptor: OpenClip, tmp_path: Path) -> Iterator[str]:
    """A server that paints with the tiny CLIP."""

    def make() -> Studio:
        return Studio(parts=OneClip(perceptor))

    photos = tmp_path / "photos"
    photos.mkdir()
    settings = WebSettings(folder=tmp_path / "web", libraries={"photos": photos})
    app = create_app(settings, lambda settings, bell: [StudioRoom(settings, bell, make)])
    listening = bound("127.0.0.1", 0)
    server = Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    app.state.bell.close()
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The studio at full width; no script may fail on any page."""
    context = browser.new_context(viewport=WIDE, base_url=address, reduced_motion="reduce")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto("/")
    yield opened
    context.close()
    assert faults == []


def paint(page: Any, prompt: str = "a red fox", steps: int = 40, generator: str = "pixels") -> None:
    """Fill in the form and send it."""
    page.get_by_label("What should the picture show?").fill(prompt)
    if page.locator("#more").get_attribute("open") != "":
        page.get_by_text("More", exact=True).click()
    page.get_by_label("Generator", exact=True).select_option(generator)
    page.get_by_label("Steps", exact=True).fill(str(steps))
    page.get_by_role("button", name="Paint").click()


def test_a_picture_is_painted_and_previews_arrive(page: Any) -> None:
    paint(page, steps=60)
    page.locator(".slot img[data-step]").wait_for()
    page.locator(".job.done").wait_for(timeout=90_000)
    page.locator(".slot[href] img").wait_for()
    page.locator("#pictures .card").wait_for()
    assert len(page.locator("polyline").get_attribute("points").split()) == 60
    page.locator(".slot").click()
    page.get_by_role("heading", name="a red fox").wait_for()


def test_a_reload_in_the_middle_loses_nothing(page: Any) -> None:
    paint(page, steps=2000)
    page.locator(".slot img[data-step]").wait_for()
    page.reload()
    page.locator(".slot img[data-step]").wait_for()
    points = page.locator("polyline").get_attribute("points").split()
    done = int(page.locator(".state").inner_text().split()[0])
    assert done - 3 <= len(points) <= done + 3 and points[0].startswith("0.05,")
    second = page.context.new_page()
    second.goto("/")
    second.locator(".slot img[data-step]").wait_for()
    second.get_by_role("button", name="Stop").click()
    page.locator(".job.cancelled").wait_for()


def test_stop_ends_the_run_and_keeps_the_best(page: Any) -> None:
    paint(page, steps=2000)
    page.locator(".slot img").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator(".job.cancelled").wait_for()
    page.locator(".slot[href] img").wait_for()


def drop(page: Any, path: Path) -> None:
    """Drop a file on the page, as a hand does."""
    page.evaluate(
        """([name, packed]) => {
            const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0)), dragged = new DataTransfer();
            dragged.items.add(new File([bytes], name, { type: "image/png" }));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                const event = new DragEvent(kind, { dataTransfer: dragged, bubbles: true, cancelable: true });
                document.body.dispatchEvent(event);
            }
        }""",
        [path.name, base64.b64encode(path.read_bytes()).decode()],
    )


def test_a_picture_of_ours_brings_its_settings_back(page: Any, tmp_path: Path) -> None:
    paint(page, "a red fox | castle:0.5", steps=3)
    page.locator(".job.done").wait_for()
    page.goto(page.locator(".slot").get_attribute("href"))
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download").click()
    file = tmp_path / downloaded.value.suggested_filename
    downloaded.value.save_as(file)
    assert file.name.startswith("a-red-fox")
    seed = page.locator(".about .quiet").first.inner_text().partition("seed ")[2].split()[0]
    page.goto("/")
    drop(page, file)
    page.get_by_text("The settings of the picture are in the form.").wait_for()
    assert page.get_by_label("What should the picture show?").input_value() == "a red fox | castle:0.5"
    assert page.get_by_label("Steps", exact=True).input_value() == "3"
    assert page.get_by_label("Seed", exact=True).input_value() == seed
    page.get_by_role("button", name="Use it as start").click()
    page.get_by_text("The picture starts from this one.").wait_for()


def test_a_picture_is_varied_and_edited(page: Any) -> None:
    paint(page, steps=2)
    page.locator(".job.done").wait_for()
    place = page.locator(".slot").get_attribute("href")
    page.goto(place)
    page.get_by_role("button", name="Vary").click()
    page.wait_for_url("**/")
    page.locator("#pictures .card").nth(1).wait_for()
    page.goto(place)
    page.keyboard.press("ArrowLeft")
    page.get_by_role("link", name="older").wait_for()
    page.get_by_role("link", name="Reuse settings").click()
    page.locator("#extra .chip").first.wait_for()
    assert page.get_by_label("Steps", exact=True).input_value() == "2"


def test_the_prompt_is_read_while_it_is_typed(page: Any) -> None:
    page.get_by_label("What should the picture show?").fill("a red fortress | fog:-0.5")
    page.locator("#reading .chip.new").first.wait_for()
    assert "avoided 0.5" in page.locator("#reading").inner_text()


def test_wrong_settings_are_shown_at_their_field(page: Any) -> None:
    paint(page, steps=99999)
    page.locator("#wrong").wait_for()
    assert page.get_by_label("Steps", exact=True).get_attribute("aria-invalid") == "true"


def test_the_gallery_filters_deletes_and_undoes(page: Any) -> None:
    for prompt in ("a red fox", "a blue castle"):
        paint(page, prompt, steps=1)
        page.locator(f"#pictures .card[data-id] img[alt='{prompt}']").wait_for()
    page.goto("/gallery")
    page.locator(".card").nth(1).wait_for()
    page.get_by_label("Words in the prompt").fill("cast")
    page.locator(".card").nth(1).wait_for(state="detached")
    page.locator(".card").hover()
    page.get_by_role("button", name="Delete: a blue castle").click()
    page.locator(".card").wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    page.locator(".card").wait_for()


def test_the_keyboard_is_enough(page: Any) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("a fox")
    assert page.locator("#prompt").input_value() == "a fox"


def test_a_storyboard_is_kept_and_rendered(page: Any) -> None:
    page.goto("/film")
    prompts = page.get_by_label("Prompt of the scene")
    for place, prompt in enumerate(["a red fox", "a blue castle"]):
        prompts.nth(place).fill(prompt)
        page.get_by_label("Seconds").nth(place).fill("0.5")
    page.get_by_label("Move the scene up").nth(1).click()
    page.get_by_label("Frames per second").fill("4")
    page.reload()
    assert [one.input_value() for one in prompts.all()] == ["a blue castle", "a red fox"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_pages_without_scrolling_sideways(browser: Any, address: str, scheme: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=address, color_scheme=scheme, has_touch=True, is_mobile=True)
    page = context.new_page()
    for path in ("/", "/gallery", "/film", "/words", "/search", "/api"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/")
    paint(page, steps=2)
    page.locator(".job.done").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
