"""The verbs that answer in words, and the files of libraries."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clipgen.perceptors.openclip import OpenClip

from ..conftest import Serve, Web, events


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "2024").mkdir(parents=True)
    for place, name in enumerate(["red fox.png", "2024/castle.jpg"]):
        Image.linear_gradient("L").resize((300, 200)).rotate(90 * place).convert("RGB").save(folder / name)
    (folder / "notes.txt").write_text("secret")
    (folder / "secret.png").write_text("secret")
    (folder / "out.png").symlink_to(tmp_path / "outside.png")
    Image.new("RGB", (9, 9)).save(tmp_path / "outside.png")
    return folder


def ask(web: Web, verb: str, settings: dict[str, Any] | None = None, **inputs: Any) -> list[tuple[str, dict[str, Any]]]:
    added = web.client.post("/api/jobs", json={"verb": verb, "inputs": inputs, "settings": settings or {}})
    assert added.status_code == 201, added.text
    return [(kind, data) for _, kind, data in events(web.client.get(added.json()["events"]).text)]


def found_in(web: Web, **inputs: list[str]) -> list[str]:
    """The ids of the pictures that a search of the gallery finds, best first."""
    told = ask(web, "search", {"unlikely": True, "fold": False}, folders=["gallery"], **inputs)
    assert told[-1][0] == "done", told[-1]
    return [data["picture"]["id"] for kind, data in told if kind == "found"]


def test_a_picture_is_captioned_and_classified(serve: Serve, calibrated: OpenClip) -> None:
    web = serve()
    packed = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(packed, "PNG")
    file = web.client.post("/api/uploads", content=packed.getvalue()).json()["file"]
    captioned = dict(ask(web, "caption", pictures=[file], texts=["red square", "blue circle"]))
    assert {match["text"] for match in captioned["described"]["matches"]} == {"red square", "blue circle"}
    assert captioned["described"]["path"] == file
    labelled = dict(ask(web, "classify", pictures=[file], texts=["fox", "castle"]))
    assert {match["text"] for match in labelled["labelled"]["matches"]} == {"fox", "castle"}


def test_things_are_found_in_a_picture(serve: Serve, calibrated: OpenClip) -> None:
    web = serve()
    packed = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(packed, "PNG")
    file = web.client.post("/api/uploads", content=packed.getvalue()).json()["file"]
    (detected,) = [
        data
        for kind, data in ask(web, "detect", {"threshold": 0.01}, pictures=[file], texts=["red fox", "castle"])
        if kind == "detected"
    ]
    assert detected["path"] == file and detected["size"] == [64, 48]
    named = {one["text"] for one in detected["found"]} | set(detected["missing"])
    assert named == {"red fox", "castle"}
    assert all(0 <= left < right <= 64 and 0 <= top < bottom <= 48 for left, top, right, bottom in
               (one["box"] for one in detected["found"]))  # fmt: skip


def test_the_gallery_is_searched_by_what_pictures_show(serve: Serve, calibrated: OpenClip) -> None:
    web = serve()
    painted = {web.picture(seed=seed)["id"] for seed in (1, 2, 3)}
    assert set(found_in(web, prompts=["a red fox"])) == painted
    first, *_ = painted
    assert set(found_in(web, pictures=[f"pictures/{first}.png"])) == painted
    web.client.delete(f"/api/pictures/{first}")
    assert set(found_in(web, prompts=["a red fox"])) == painted - {first}
    assert not (web.room.folder.parent / "home" / "library.sqlite").exists()  # not in the owner's own index


def test_a_search_of_the_gallery_finds_nothing_of_another_visitor(serve: Serve, calibrated: OpenClip) -> None:
    web = serve(host="0.0.0.0")
    own = web.picture(seed=1)["id"]
    other = Web(web.other(), web.room, web.running)
    theirs = other.picture(seed=2)["id"]
    assert found_in(web, prompts=["a red fox"]) == [own]
    assert found_in(other, prompts=["a red fox"]) == [theirs]
    told = dict(ask(other, "search", prompts=["a red fox"], folders=["gallery"]))
    assert told["searched"]["files"] == 1


def test_a_search_of_an_empty_gallery_says_so(serve: Serve, calibrated: OpenClip) -> None:
    told = ask(serve(), "search", prompts=["a red fox"], folders=["gallery"])
    assert told[-1][0] == "failed" and "no picture in the gallery" in told[-1][1]["error"]


def test_samples_have_the_seeds_that_drew_them(web: Web) -> None:
    told = ask(web, "sample", {"generator": "cppn", "size": [32, 32], "seed": 5, "count": 2})
    assert [data["picture"]["seed"] for kind, data in told if kind == "picture"] == [5, 6]


def test_a_library_is_searched_and_names_no_place_of_the_server(
    serve: Serve, calibrated: OpenClip, photos: Path
) -> None:
    web = serve(libraries={"photos": photos})
    answered = ask(web, "search", prompts=["a red fox"], folders=["library/photos"])
    found = [data for kind, data in answered if kind == "found"]
    assert [one["path"] for one in found][:1] == ["library/photos/red fox.png"] and found[0]["named"]
    assert str(photos) not in str(answered)


@pytest.mark.parametrize("folders", [["library/other"], ["/"], ["photos"], ["library/photos/../.."], []])
def test_no_other_folder_is_searched(serve: Serve, photos: Path, folders: list[str]) -> None:
    web = serve(working=False, libraries={"photos": photos})
    body = {"verb": "search", "inputs": {"prompts": ["fox"], "folders": folders}, "settings": {}}
    assert web.client.post("/api/jobs", json=body).status_code == 400


def test_pictures_of_a_library_are_shown_small(serve: Serve, photos: Path) -> None:
    web = serve(working=False, libraries={"photos": photos})
    answer = web.client.get("/library/photos/2024/castle.jpg?side=50")
    assert answer.headers["content-type"] == "image/jpeg" and Image.open(io.BytesIO(answer.content)).size == (75, 50)


@pytest.mark.parametrize(
    "path",
    [
        "photos/notes.txt", "photos/secret.png", "photos/out.png", "photos/../outside.png", "photos/%2e%2e/outside.png",
        "photos/..%2foutside.png", "photos//etc/passwd", "photos/%00.png", "other/a.png", "photos/", "photos/2024",
        "photos/" + "a" * 5000 + ".png",
    ],
)  # fmt: skip
def test_nothing_else_of_a_library_is_shown(serve: Serve, photos: Path, path: str) -> None:
    web = serve(working=False, libraries={"photos": photos})
    answer = web.client.get(f"/library/{path}")
    assert answer.status_code == 404 and "secret" not in answer.text
