"""The pages in a real browser: `pytest -m browser -n 0 tests/web`, where playwright and Chromium are installed."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clipgen.perceptors.openclip import OpenClip
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.settings import WebSettings
from clipgen.web.studio.room import StudioRoom
from runs import OneClip

from .conftest import listening

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture
def address(calibrated: OpenClip, tmp_path: Path) -> Iterator[str]:
    """A server that paints with the tiny CLIP."""

    def make() -> Studio:
        return Studio(parts=OneClip(calibrated))

    photos = tmp_path / "photos"
    photos.mkdir()
    Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(photos / "grey fox.png")
    settings = WebSettings(folder=tmp_path / "web", libraries={"photos": photos})
    app = create_app(settings, lambda settings, bell: [StudioRoom(settings, bell, make)])
    with listening(app) as port:
        yield f"http://127.0.0.1:{port}"


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
    paint(page, steps=500)  # enough for a preview on a fast machine
    page.locator(".slot img[data-step]").wait_for()
    page.locator(".job.done").wait_for(timeout=90_000)
    page.locator(".slot[href] img").wait_for()
    page.locator("#pictures .card").wait_for()
    assert len(page.locator("polyline").get_attribute("points").split()) == 500
    page.locator(".slot").click()
    page.get_by_role("heading", name="a red fox").wait_for()


def test_a_reload_in_the_middle_loses_nothing(page: Any) -> None:
    paint(page, steps=2000)
    page.locator(".slot img[data-step]").wait_for()
    page.reload()
    page.locator(".slot img[data-step]").wait_for()
    # both at one moment: the run goes on
    curve, state = page.evaluate(
        "[document.querySelector('polyline').getAttribute('points'), document.querySelector('.state').innerText]"
    )
    points, done = curve.split(), int(state.split()[0])
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


def painted(page: Any, *prompts: str) -> str:
    """Paint prompts of a step; the address of the last one's page."""
    for prompt in prompts:
        paint(page, prompt, steps=1)
        page.locator(f"#pictures .card img[alt='{prompt}']").wait_for()
    found: str = page.locator("#pictures .card a").first.get_attribute("href")
    return found


def test_a_picture_is_made_again_and_varied(page: Any) -> None:
    place = painted(page, "a red fox")
    for count, act in enumerate(("Again", "Vary"), start=2):
        page.goto(place)
        page.get_by_role("button", name=act, exact=True).click()
        page.wait_for_url("**/")
        page.locator("#pictures .card").nth(count - 1).wait_for()
    seeds = {one["seed"] for one in page.request.get("/api/pictures").json()["pictures"]}
    assert len(seeds) == 2


def test_a_picture_is_edited_with_words(page: Any) -> None:
    place = painted(page, "a red fox")
    page.goto(place)
    page.get_by_label("Edit with words").fill("a blue castle")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.wait_for_url("**/")
    page.locator(".job h3").get_by_text("a blue castle").wait_for()
    (job,) = page.request.get("/api/jobs?active=1").json()["jobs"]
    assert job["job"]["verb"] == "edit" and job["job"]["inputs"]["pictures"] == [f"pictures/{place[-16:]}.png"]
    page.get_by_role("button", name="Stop").click()
    page.locator(".job.cancelled").wait_for()


def test_a_picture_is_a_start_and_its_settings_are_used_again(page: Any) -> None:
    place = painted(page, "a red fox")
    page.goto(place)
    page.get_by_role("link", name="Use as start").click()
    page.get_by_text("The picture starts from this one.").wait_for()
    paint(page, "a blue castle", steps=1)
    page.locator("#pictures .card").nth(1).wait_for()
    page.goto(page.locator("#pictures .card a").first.get_attribute("href"))
    assert "pictures/" in page.locator(".settings").inner_text()
    page.keyboard.press("ArrowRight")
    page.get_by_role("link", name="newer").wait_for()
    page.get_by_role("link", name="Reuse settings").click()
    page.locator("#extra .chip").first.wait_for()
    assert page.get_by_label("Steps", exact=True).input_value() == "1"


def test_a_mask_is_brushed_and_a_region_drawn(page: Any) -> None:
    page.goto(painted(page, "a red fox"))
    page.get_by_role("link", name="Use as start").click()
    page.get_by_text("The picture starts from this one.").wait_for()
    page.get_by_text("Mask and regions").click()
    page.get_by_label("Brush", exact=True).check()
    stroke(page, (0.2, 0.2), (0.7, 0.3))
    page.get_by_label("Region", exact=True).check()
    stroke(page, (0.5, 0.0), (1.0, 0.5))
    assert page.get_by_label("Place of the region").input_value() == "50%,0%,50%,50%"
    page.get_by_label("Words of the region").fill("a castle")
    with page.expect_request("**/api/jobs") as sent:
        paint(page, "a fox", steps=1)
    settings = sent.value.post_data_json["settings"]
    assert settings["regions"] == ["50%,0%,50%,50%=a castle"] and settings["mask"].startswith("uploads/")
    assert settings["init_image"].startswith("pictures/")
    mask = page.request.get(f"/{settings['mask']}").body()
    with Image.open(io.BytesIO(mask)) as brushed:
        width, height = brushed.size
        grey = brushed.convert("L")
    assert grey.getpixel((int(0.45 * width), int(0.25 * height))) == 255 and grey.getpixel((width - 2, height - 2)) == 0


def stroke(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line on the sheet, between places from 0 to 1."""
    box = page.locator("#areas canvas").bounding_box()
    (x1, y1), (x2, y2) = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end))
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move(x2, y2, steps=5)
    page.mouse.up()


def test_the_prompt_is_read_while_it_is_typed(page: Any) -> None:
    page.get_by_label("What should the picture show?").fill("a red fortress | fog:-0.5")
    page.locator("#reading .chip.new").first.wait_for()
    assert "avoided 0.5" in page.locator("#reading").inner_text()


def test_wrong_settings_are_shown_at_their_field(page: Any) -> None:
    paint(page, steps=99999)
    page.locator("#wrong").wait_for()
    assert page.get_by_label("Steps", exact=True).get_attribute("aria-invalid") == "true"


def test_the_gallery_filters_deletes_and_undoes(page: Any) -> None:
    painted(page, "a red fox", "a blue castle")
    page.goto("/gallery")
    page.locator(".card").nth(1).wait_for()
    page.get_by_label("Search", exact=True).fill("cast")
    page.locator(".card").nth(1).wait_for(state="detached")
    page.locator(".card").hover()
    page.get_by_role("button", name="Delete: a blue castle").click()
    page.locator(".card").wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    page.locator(".card").wait_for()


def test_the_gallery_is_searched_by_meaning_and_by_picture(page: Any) -> None:
    place = painted(page, "a red fox", "a blue castle")
    page.goto("/gallery")
    page.locator(".card").nth(1).wait_for()
    page.get_by_label("By").select_option("meaning")
    page.get_by_label("Search", exact=True).fill("a red square")
    page.get_by_text("better than chance").wait_for()
    assert page.locator(".card").count() == 2
    page.reload()
    page.get_by_text("better than chance").wait_for()
    page.goto(place)
    page.get_by_role("link", name="Similar").click()
    page.get_by_text("most like it").wait_for()
    assert page.locator(".card img").all()[0].get_attribute("alt") == "a red fox" and page.locator(".card").count() == 1
    page.get_by_role("button", name="Show all pictures again").click()
    page.locator(".card").nth(1).wait_for()


def test_things_are_found_in_a_picture(page: Any, tmp_path: Path) -> None:
    page.goto("/detect")
    Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(tmp_path / "a.png")
    drop(page, tmp_path / "a.png")
    page.locator("#shown img").wait_for()
    page.get_by_label("What to look for").fill("red fox, castle")
    page.get_by_label("Threshold").fill("0.01")
    page.get_by_role("button", name="Find").click()
    page.locator("#shown svg").wait_for(state="attached")
    boxes, rows = page.locator("#shown rect").count(), page.locator("#matches tbody tr").count()
    assert boxes == rows and (boxes or "Not found: red fox, castle." in page.locator("#state").inner_text())


def test_a_picture_is_captioned_and_classified(page: Any) -> None:
    page.goto(painted(page, "a red fox"))
    page.get_by_role("link", name="Describe").click()
    page.locator("#shown img").wait_for()
    page.get_by_label("Labels").fill("fox, castle")
    page.get_by_role("button", name="Describe").click()
    page.locator("#matches tbody tr").nth(1).wait_for()


def test_a_library_is_searched(page: Any) -> None:
    page.goto("/search")
    page.get_by_label("What should the pictures show?").fill("grey fox")
    page.get_by_role("button", name="Search").click()
    page.locator("#found .card img[alt='grey fox.png']").wait_for()


def test_draws_without_words_are_shown(page: Any) -> None:
    page.goto("/sample")
    page.get_by_label("Generator").select_option("cppn")
    page.get_by_label("Draws").fill("2")
    page.get_by_role("button", name="Draw").click()
    page.locator("#pictures .card").nth(1).wait_for()


def test_the_keyboard_is_enough(page: Any) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("a fox")
    assert page.locator("#prompt").input_value() == "a fox"


def storyboard(page: Any, *prompts: str) -> Any:
    """Fill in scenes of half a second that paint fast; the fields of the prompts."""
    fields = page.get_by_label("Prompt of the scene")
    for place, prompt in enumerate(prompts):
        fields.nth(place).fill(prompt)
        page.get_by_label("Seconds", exact=True).nth(place).fill("0.5")
    page.get_by_label("Generator").select_option("pixels")
    page.get_by_label("Quality").select_option("draft")
    page.get_by_label("Transition", exact=True).select_option("cut")
    page.get_by_label("Frames per second", exact=True).fill("4")
    page.get_by_label("Keyframes per second").fill("2")
    return fields


def test_a_storyboard_is_kept_while_it_is_edited(page: Any) -> None:
    page.goto("/film")
    prompts = storyboard(page, "a red fox", "a blue castle")
    page.get_by_label("Move the scene up").nth(1).click()
    page.locator(".camera summary").first.click()
    page.get_by_label("Degrees per second").first.fill("5")
    page.reload()
    assert [one.input_value() for one in prompts.all()] == ["a blue castle", "a red fox"]
    assert page.get_by_label("Degrees per second").first.input_value() == "5"
    last = page.locator(".scene").nth(1)
    below = {"x": 9, "y": last.bounding_box()["height"] - 4}
    page.locator(".scene .grip").first.drag_to(last, target_position=below)
    assert [one.input_value() for one in prompts.all()] == ["a red fox", "a blue castle"]


def test_a_film_is_planned_rendered_and_only_what_changed_is_painted_again(page: Any) -> None:
    page.goto("/film")
    prompts = storyboard(page, "a red fox", "a blue castle")
    page.get_by_role("button", name="Plan").click()
    page.locator("#plan tbody tr").nth(1).wait_for()
    assert page.locator("#plan").get_by_text("to paint", exact=True).count() == 2
    page.get_by_role("button", name="Render").click()
    page.locator("#jobs video").wait_for(timeout=120_000)
    prompts.nth(1).fill("a green castle")
    page.get_by_role("button", name="Plan").click()
    page.locator("#plan").get_by_text("painted", exact=True).wait_for()
    assert page.locator("#plan").get_by_text("to paint", exact=True).count() == 1
    page.get_by_role("button", name="Render").click()
    page.get_by_text("unchanged, and not painted again: scenes 1").wait_for(timeout=120_000)
    page.locator("#jobs video").nth(1).wait_for(timeout=120_000)
    page.get_by_role("button", name="Edit").nth(1).click()
    assert prompts.nth(1).input_value() == "a blue castle"


def test_a_film_begins_with_a_picture_of_the_gallery(page: Any) -> None:
    page.goto(painted(page, "a red fox"))
    page.get_by_role("link", name="Animate from here").click()
    page.get_by_text("starts from this picture").first.wait_for()
    assert page.get_by_label("Prompt of the scene").first.input_value() == "a red fox"
    with page.expect_request("**/api/films/outline") as sent:
        page.get_by_role("button", name="Plan").click()
    page.locator("#plan tbody tr").wait_for()
    (scene,) = sent.value.post_data_json["inputs"]["timeline"]["scene"]
    assert scene["init_image"].startswith("pictures/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_pages_without_scrolling_sideways(browser: Any, address: str, scheme: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=address, color_scheme=scheme, has_touch=True, is_mobile=True)
    page = context.new_page()
    for path in ("/", "/gallery", "/film", "/words", "/detect", "/sample", "/search", "/api"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/")
    paint(page, steps=2)
    page.locator(".job.done").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
