import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clipgen.media.pictures import save_picture
from clipgen.web.studio import gallery as galleries
from clipgen.web.studio import schema
from clipgen.web.studio.gallery import Gallery

from ..conftest import Web, job


def opened(folder: Path) -> Gallery:
    return Gallery(schema.opened(folder), folder)


def add(gallery: Gallery, *prompts: str, visitor: str = "owner") -> list[str]:
    picture = Image.new("RGB", (32, 24))
    return [gallery.add(picture, {"prompt": one, "seed": 7}, job="1", visitor=visitor).id for one in prompts]


def test_pages_follow_each_other_newest_first_without_gaps(still: Web) -> None:
    prompts = [f"fox {number}" for number in range(7)]
    add(still.room.gallery, *prompts)
    found, before = list[str](), 0
    for _ in range(3):
        page = still.client.get(f"/api/pictures?limit=3&before={before}").json()
        found += [shown["prompt"] for shown in page["pictures"]]
        before = page["next"]
    assert found == prompts[::-1] and before is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fox", ["two foxes", "a red fox"]),
        ("RED cas", ["a red castle"]),
        ("red", ["a red castle", "a red fox"]),
        ('"', ["a red castle", "two foxes", "a red fox"]),
        ("fox OR castle", []),
        ("whale", []),
    ],
)
def test_words_are_found_in_prompts(still: Web, words: str, found: list[str]) -> None:
    add(still.room.gallery, "a red fox", "two foxes", "a red castle")
    page = still.client.get("/api/pictures", params={"q": words}).json()
    assert [shown["prompt"] for shown in page["pictures"]] == found


def test_favourites_are_kept(still: Web) -> None:
    first, second = add(still.room.gallery, "a", "b")
    still.client.patch(f"/api/pictures/{first}", json={"favourite": True})
    assert [shown["id"] for shown in still.client.get("/api/pictures?favourite=1").json()["pictures"]] == [first]
    still.client.patch(f"/api/pictures/{first}", json={"favourite": False})
    assert still.client.get("/api/pictures?favourite=1").json()["pictures"] == []


def test_what_is_deleted_can_be_restored_until_it_is_purged(still: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = still.room.gallery
    (id,) = add(gallery, "a fox")
    still.client.delete(f"/api/pictures/{id}")
    assert still.client.get("/api/pictures").json()["pictures"] == []
    assert [shown["id"] for shown in still.client.get("/api/pictures?deleted=1").json()["pictures"]] == [id]
    gallery.purge()
    still.client.patch(f"/api/pictures/{id}", json={"deleted": False})
    assert [shown["id"] for shown in still.client.get("/api/pictures").json()["pictures"]] == [id]
    still.client.delete(f"/api/pictures/{id}")
    monkeypatch.setattr(galleries, "_BIN", -1.0)
    gallery.purge()
    assert gallery.find(id) is None and not list((gallery.folder / "pictures").glob("*.png"))


def test_pictures_survive_the_loss_of_the_database(tmp_path: Path) -> None:
    (id,) = add(opened(tmp_path), "a red fox")
    (tmp_path / "studio.sqlite").unlink()
    save_picture(tmp_path / "pictures" / "of-another-name.png", Image.new("RGB", (8, 8)), {})
    (tmp_path / "pictures" / "0123456789abcdef.png").write_bytes(b"damaged")
    gallery = opened(tmp_path)
    assert gallery.adopt("owner") == 1 and gallery.adopt("owner") == 0
    assert [(shown.id, shown.prompt) for shown in gallery.page("owner", words="red")] == [(id, "a red fox")]


def test_ten_thousand_pictures_are_paged_in_a_moment(still: Web) -> None:
    database = still.room.database
    with database.writing():
        for number in range(10_000):
            database.insert(
                "insert into picture (id, visitor, job, prompt, seed, width, height, metadata, created) "
                "values (?, 'owner', '', ?, 1, 9, 9, ?, 0)",
                [f"{number:016x}", f"fox {number}", json.dumps({"settings": {"a": "x" * 2000}})],
            )
            database.insert("insert into picture_word (rowid, prompt) values (?, ?)", [number + 1, f"fox {number}"])
    began = time.perf_counter()
    assert len(still.client.get("/api/pictures").json()["pictures"]) == 60
    assert len(still.client.get("/api/pictures?q=fox").json()["pictures"]) == 60
    assert time.perf_counter() - began < 1.5  # 300 ms each where nothing else computes


def test_a_picture_is_downloaded_under_the_name_of_its_prompt(still: Web) -> None:
    (id,) = add(still.room.gallery, "Ein Fuchs, schön!")
    named = still.client.get(f"/pictures/{id}.png?download").headers["content-disposition"]
    assert named.startswith("attachment") and "ein-fuchs-sch" in named


def sent(web: Web, picture: Image.Image, kind: str = "PNG", **options: Any) -> dict[str, Any]:
    packed = io.BytesIO()
    picture.save(packed, kind, **options)
    answer = web.client.post("/api/uploads", content=packed.getvalue())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_upload_is_upright_and_keeps_nothing_but_its_pixels(still: Web) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a secret place"
    upload = sent(still, Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    assert (upload["width"], upload["height"], upload["metadata"]) == (20, 40, None)
    stored = still.client.get(upload["url"]).content
    assert b"secret" not in stored and Image.open(io.BytesIO(stored)).size == (20, 40)


def test_a_large_upload_is_reduced_and_too_large_a_one_refused(still: Web) -> None:
    assert max(sent(still, Image.new("L", (3000, 100)))["width"], 0) == 2048
    packed = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(packed, "PNG")  # 12 kB of file, 100 million pixels
    assert still.client.post("/api/uploads", content=packed.getvalue()).status_code == 400


def test_a_picture_of_ours_brings_its_settings(web: Web) -> None:
    shown = web.picture(steps=2)
    answer = web.client.post("/api/uploads", content=web.client.get(shown["url"]).content).json()
    assert answer["metadata"]["settings"]["search"]["steps"] == 2


def test_a_picture_starts_from_an_upload_or_from_another_picture(web: Web) -> None:
    upload = sent(web, Image.new("RGB", (32, 32), "red"))
    first = web.picture(init_image=upload["file"])
    assert first["metadata"]["settings"]["init"]["init_image"] == upload["file"]
    second = web.paint({**job(), "settings": {**job()["settings"], "init_image": first["file"]}})
    assert second["state"] == "done"
    assert str(web.room.folder) not in json.dumps(second)


def test_again_makes_the_same_bytes(web: Web) -> None:
    shown = web.picture()
    metadata = web.client.get(f"/api/pictures/{shown['id']}").json()["metadata"]
    (again,) = web.paint({name: metadata[name] for name in ("verb", "inputs", "settings")})["pictures"]
    assert web.client.get(again["url"]).content == web.client.get(shown["url"]).content


def test_an_edit_needs_only_its_picture_and_words(web: Web) -> None:
    upload = sent(web, Image.new("RGB", (64, 48), "red"))
    small = {"generator": "pixels", "steps": 2, "cutn": 2, "size": [32, 32]}
    inputs = {"prompts": ["a blue castle"], "pictures": [upload["file"]]}
    done = web.paint({"verb": "edit", "inputs": inputs, "settings": small})
    settings = done["job"]["settings"]
    assert done["state"] == "done" and settings["init"] == {
        **settings["init"], "init_image": upload["file"], "init_weight": 8.0
    }  # fmt: skip
