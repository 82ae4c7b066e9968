"""The verbs that answer in words, and the files of libraries."""

import io
from pathlib import Path

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


def ask(web: Web, verb: str, **inputs: list[str]) -> list[tuple[str, dict]]:
    added = web.client.post("/api/jobs", json={"verb": verb, "inputs": inputs, "settings": {}})
    assert added.status_code == 201, added.text
    return [(kind, data) for _, kind, data in events(web.client.get(added.json()["events"]).text)]


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
