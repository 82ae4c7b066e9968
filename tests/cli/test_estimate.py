"""estimate on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from clipgen import extras, parts
from clipgen.cli.estimate import with_steps
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line

SCALE = ("--scale", "a fox=0", "a city=10")


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside photos/00.png to 11.png, from black to red, and labels.csv."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos").mkdir()
    rows = ["picture,value"]
    for i in range(12):
        Image.new("RGB", (40, 30), (20 * i, 0, 0)).save(f"photos/{i:02}.png")
        rows.append(f"photos/{i:02}.png,{i}")
    Path("labels.csv").write_text("\n".join(rows))
    return cli


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--scale a=1 b=2 p.jpg", "--scale a=1 --scale b=2 p.jpg"),
        ("p.jpg --scale a=1 --scale b=2", "p.jpg --scale a=1 --scale b=2"),
        ("--scale=a=1 b=2 --json q=1", "--scale=a=1 --scale b=2 --json q=1"),
        ("p.jpg --scale", "p.jpg --scale"),
        ("--scale a=1 -- b=2", "--scale a=1 -- b=2"),
        ("--scale a=1 p.jpg b=2", "--scale a=1 p.jpg b=2"),
        ("--scale --json a=1", "--scale --json --scale a=1"),
        ("x=1.png --views flips --scale a=1 b=2", "x=1.png --views flips --scale a=1 --scale b=2"),
    ],
)
def test_steps_are_told_from_other_words(words: str, expected: str) -> None:
    assert with_steps(words.split()) == expected.split()


def test_a_picture_named_like_a_step_is_a_picture(look: Cli) -> None:
    Path("photos/00.png").rename("a=1.png")
    assert look("estimate", *SCALE, "a=1.png").stdout.startswith("a=1.png\t")


def test_lines_and_rows(look: Cli) -> None:
    Path("photos/bad.png").write_text("no picture")
    result = look("estimate", "photos", *SCALE)
    assert result.exit_code == 1 and "bad.png" in result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 12 and lines[0].startswith("photos/00.png\t") and " to " in lines[0]
    row = json.loads(look("estimate", "photos/03.png", "--scale", "a fox=0", "--scale", "a city=10", "--json").stdout)
    assert list(row) == ["image", "value", "low", "high", "fits", "best", "z", "steps"]
    assert 0 <= row["low"] <= row["value"] <= row["high"] <= 10
    assert [step["text"] for step in row["steps"]] == ["a fox", "a city"]
    assert ("shows none" in lines[3]) == (not row["fits"])


def test_a_calibration_is_written_and_used(look: Cli) -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    result = look("estimate", *SCALE, "--calibrate", "labels.csv")
    assert result.exit_code == 0 and result.stdout == "" and "labels.calibration.json" in result.stderr
    own = look("estimate", "photos/03.png", *SCALE, "--calibrate", "labels.csv", "--calibration", "own.json", "--json")
    used = look("estimate", "photos/03.png", "--calibration", "own.json", "--json")
    assert used.exit_code == 0 and used.stdout == own.stdout != ""


def test_wrong_calls_are_one_line(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = "photos/03.png"
    one_line(look("estimate", *SCALE), 2, "pictures")
    one_line(look("estimate", photo), 2, "--scale")
    one_line(look("estimate", photo, "--scale", "a fox=0", "a city"), 2, "a city")
    one_line(look("estimate", photo, "--scale", "a fox=0", "a city=x"), 1, "a city=x")
    one_line(look("estimate", photo, *SCALE, "--calibration", "gone.json"), 1, "gone.json", "--calibration")
    one_line(look("estimate", photo, *SCALE, "--calibrate", "gone.csv"), 1, "gone.csv")
    Path("few.csv").write_text("photos/03.png,3\n")
    one_line(look("estimate", *SCALE, "--calibrate", "few.csv"), 1, "--calibrate")
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    one_line(look("estimate", *SCALE, "--calibrate", "labels.csv"), 1, "clipgen[library]")
