"""pair on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from clipgen import extras, parts
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line

pytest.importorskip("scipy", reason="pairing needs SciPy, an extra")
POEM = "The Zoo\n\nI\n\na fox\na qwl\n\nII\n\na city\n"


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside photos/red.png, blue.png and poem.txt."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos").mkdir()
    for colour in ("red", "blue"):
        Image.new("RGB", (40, 30), colour).save(f"photos/{colour}.png")
    Path("poem.txt").write_text(POEM)
    return cli


def test_an_album_in_the_order_of_the_poem(look: Cli) -> None:
    result = look("pair", "photos", "poem.txt", "--html", "out/album.html")
    assert result.exit_code == 0, result.output
    blocks = [block.splitlines() for block in result.stdout.split("\n\n")]
    assert [block[0] for block in blocks] == ["The Zoo", "I", "II"]
    assert [line.split("  ")[-1].strip() for block in blocks for line in block[1:]] == ["a fox", "a qwl", "a city"]
    assert "1 of 3 lines" in result.stderr and "'qwl'" in result.stderr
    page = Path("out/album.html").read_text()
    assert page.count("data:image/jpeg") == 2 and page.index("a fox") < page.index("a qwl") < page.index("a city")
    assert "<title>The Zoo</title>" in page and page.count("<h2>") == 2


def test_json_names_lines_and_unused_pictures(look: Cli) -> None:
    Image.new("RGB", (40, 30), "green").save("photos/green.png")
    Path("photos/bad.png").write_text("no picture")
    result = look("pair", "-", "photos", "--json", input="a fox\na city\n")
    assert result.exit_code == 1 and "bad.png" in result.stderr
    table = json.loads(result.stdout)
    assert table["title"] == "" and [row["text"] for row in table["lines"]] == ["a fox", "a city"]
    assert list(table["lines"][0]) == ["text", "section", "heading", "image", "score", "z"]
    used = [row["image"] for row in table["lines"]] + table["unused"]
    assert sorted(used) == ["photos/blue.png", "photos/green.png", "photos/red.png"]


def test_a_title_is_a_line_where_it_is_asked_for(look: Cli) -> None:
    rows = json.loads(look("pair", "photos", "poem.txt", "--no-title", "--json").stdout)["lines"]
    assert [row["text"] for row in rows] == ["The Zoo", "a fox", "a qwl", "a city"]


def test_wrong_calls_are_one_line(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    one_line(look("pair", "photos"), 2, "text")
    one_line(look("pair", "poem.txt"), 2, "poem.txt")
    one_line(look("pair", "photos", "poem.txt", "other.txt"), 2, "other.txt")
    one_line(look("pair", "photos", "other.txt"), 1, "other.txt")
    Path("blank.txt").write_text("\n* * *\n")
    one_line(look("pair", "photos", "blank.txt"), 1)
    Path("photos/bad.png").write_text("no picture")
    Path("poem.txt").write_text("a fox\n")
    one_line(look("pair", "photos/bad.png", "poem.txt"), 1, "bad.png")
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    one_line(look("pair", "photos/red.png", "poem.txt"), 1, "clipgen[library]")
