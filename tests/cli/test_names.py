"""Names of files that people and other programs use: as long as a disk takes, with quotes, with newlines."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from clipgen.media.pictures import read_metadata

from .conftest import TINY, Cli

LONG = 255
ODD = 'it\'s "so";\n$(x) \u202e*?é'


def long(ending: str) -> str:
    """A name of 255 bytes."""
    return "n" * (LONG - len(ending)) + ending


@pytest.mark.parametrize("name", [long(".png"), "ü" * 125 + ".jpg", ODD + ".png"], ids=["long", "bytes", "odd"])
def test_a_picture_has_any_name_that_the_disk_takes(paint: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    result = paint("red square", *TINY, "--save-every", 2, "-o", f"out/{name}")
    assert result.exit_code == 0, result.output
    assert read_metadata(tmp_path / "out" / name)["seed"] == 7
    assert os.listdir(tmp_path / "out") == [name]


def test_a_name_that_is_too_long_is_refused_before_the_work(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clipgen.studio.Studio.start", lambda *_, **__: pytest.fail("the work has begun"))
    for name in ("n" + long(".png"), f"{'f' * 256}/a.png"):
        result = paint("red square", *TINY, "-o", name)
        assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1 and "too long" in result.stderr


def test_other_files_of_a_run_with_a_long_name_are_cut(paint: Cli, tmp_path: Path) -> None:
    result = paint("red square", *TINY, "--grid", "--curve", "--video", "-o", f"out/{long('.png')}")
    assert result.exit_code == 0, result.output
    assert len(os.listdir(tmp_path / "out")) == 4


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in (long(".png"), ODD + ".png", os.fsdecode(b"caf\xe9.png")):
        Image.new("RGB", (16, 16), (len(name), 9, 9)).save(folder / name)
    return folder


@pytest.mark.usefixtures("calibrated")
def test_rows_files_and_captions_of_pictures_of_any_name(paint: Cli, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("red\nfox\n")
    call = ("caption", "photos", "--candidates", "words.txt", "--sidecar", "--embed", "-q")
    for rows in ("rows.jsonl", "rows.csv"):
        result = paint(*call, f"--{rows[-3:] if rows.endswith('csv') else 'jsonl'}", rows)
        assert result.exit_code == 0, result.output
        again = paint(*call, f"--{rows[-3:] if rows.endswith('csv') else 'jsonl'}", rows)
        assert again.exit_code == 0 and "3 of 3" in again.stderr
    named = [json.loads(line)["image"] for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert sorted(named) == sorted(str(path.relative_to(tmp_path)) for path in photos.glob("*.png"))
    assert len(list(photos.glob("*.txt"))) == 3 and len(os.listdir(photos)) == 6
    for path in photos.glob("*.png"):
        assert Image.open(path).info["Description"] in ("red", "fox")
