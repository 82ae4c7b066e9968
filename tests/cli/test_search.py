"""index and search on the command line, on a perceptor without weights."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen import parts
from clipgen.cli.search import COLUMNS
from clipgen.media.video import VideoWriter
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` on photos/0.png to 3.png, with the grid perceptor."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos").mkdir()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        tint = Image.new("RGB", (64, 48), tuple(rng.integers(0, 255, 3).tolist()))
        small = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        picture = Image.blend(tint, small.resize((64, 48), Image.Resampling.BICUBIC), 0.4)
        picture.save(f"photos/{seed}.png")
    return cli


def test_search_indexes_and_finds(look: Cli) -> None:
    result = look("search", "a red fox", "photos", "--unlikely", "--top", 3)
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 3 and "photos/" in result.stdout
    again = look("search", "--image", "photos/2.png", "photos", "--unlikely", "--json")
    assert Path(json.loads(again.stdout)[0]["path"]).name == "2.png"


def test_everything_that_a_search_writes(look: Cli) -> None:
    result = look("search", "fox", "photos", "--unlikely", "--export", "found.csv", "--copy-to", "best",
                  "--sheet", "found.png", "--html", "found.html")  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(Path("found.csv").read_text().splitlines()))
    assert len(rows) == 4 and list(rows[0]) == ["path", "score", "z", "likely", "named", "copies", "seconds", "moments"]
    assert len(list(Path("best").glob("*.png"))) == 4 and Image.open("found.png").width > 400
    assert Path("found.html").read_text().count("data:image/jpeg") == 4
    look("search", "fox", "photos", "--unlikely", "--copy-to", "best")
    assert len(list(Path("best").glob("*.png"))) == 8


def test_a_search_without_results_leaves_no_older_ones(look: Cli) -> None:
    written = ("--export", "found.csv", "--sheet", "found.png", "--html", "found.html")
    look("search", "fox", "photos", "--unlikely", *written)
    for path in Path("photos").iterdir():
        path.unlink()
    result = look("search", "fox", "photos", "--unlikely", *written)
    assert result.exit_code == 0 and not result.stdout, result.output
    assert list(csv.reader(Path("found.csv").read_text().splitlines())) == [list(COLUMNS)]
    page = Path("found.html").read_text()
    assert "fox" in page and "data:image/jpeg" not in page
    assert "found.png" in result.stderr  # a sheet of nothing cannot be: it stays, and that is printed


def test_plus_and_minus_take_texts_and_files(look: Cli) -> None:
    terms = ("--plus", "photos/1.png:3.0", "--minus", "castle", "--minus", "photos/2.png")
    result = look("search", "fox", *terms, "photos", "--unlikely", "--json")
    names = [Path(row["path"]).name for row in json.loads(result.stdout)]
    assert names[0] == "1.png" and names[-1] == "2.png"


def test_wrong_calls_are_one_line(look: Cli) -> None:
    one_line(look("search", "photos"), 2, "photos")
    one_line(look("search", "fox", "photos", "--open"), 2, "--html")
    one_line(look("search", "fox", "nowhere"), 1, "nowhere")
    one_line(look("index"), 2, "--status")
    Path("text.sqlite").write_text("no database at all, but a text of some length")
    one_line(look("search", "fox", "photos", "--index", "text.sqlite"), 1, "--index")


def test_index_names_bad_files_and_exits_with_1(look: Cli) -> None:
    Path("photos/bad.png").write_bytes(b"")
    result = look("index", "photos")
    assert result.exit_code == 1 and "bad.png" in result.stderr and "4 new pictures" in result.stdout
    assert look("search", "fox", "photos").exit_code == 0
    shutil.move("photos/bad.png", "bad.txt")
    assert look("index", "photos").exit_code == 0


def test_status_and_forget(look: Cli) -> None:
    look("index", "photos", "--index", "own.sqlite")
    assert "files: 4" in look("index", "--status", "--index", "own.sqlite").stdout
    assert look("index", "--forget", "--index", "own.sqlite").exit_code == 130  # nobody answered the question
    assert "4 files" in look("index", "photos", "--forget", "--index", "own.sqlite").stdout
    assert "files: 0" in look("index", "photos", "--status", "--index", "own.sqlite").stdout
    assert look("index", "--forget", "--yes", "--index", "own.sqlite").exit_code == 0


def test_moments_of_films(look: Cli) -> None:
    with VideoWriter("photos/walk.mp4", fps=4) as film:
        for number in (0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1):
            film.add(Image.open(f"photos/{number}.png").transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    assert "6 new pictures indexed, 2 of them frames of films" in look("index", "photos").stdout
    assert "films: 1, frames: 2" in look("index", "photos", "--status").stdout
    asked = ("search", "fox", "photos", "--unlikely", "--no-fold")
    result = look(*asked, "--export", "found.csv", "--copy-to", "best", "--sheet", "found.png", "--html", "found.html")
    assert "photos/walk.mp4 @ 00:00:00" in result.stdout and "photos/walk.mp4 @ 00:00:02" in result.stdout
    assert "5 files (2 frames of films)" in result.stderr
    assert {row["seconds"] for row in csv.DictReader(Path("found.csv").read_text().splitlines())} == {"", "0.0", "2.0"}
    assert Image.open("best/walk-00-00-02.png").size == (64, 48) and Image.open("found.png").width > 400
    page = Path("found.html").read_text()
    assert page.count("data:image/jpeg") == 6 and "walk.mp4#t=2" in page and "walk.mp4 @ 00:00:02" in page
    rows = json.loads(look(*asked, "--json").stdout)
    assert sorted(row["seconds"] for row in rows if row["path"].endswith("walk.mp4")) == [0.0, 2.0]
    assert "walk.mp4" not in look(*asked, "--no-films").stdout
