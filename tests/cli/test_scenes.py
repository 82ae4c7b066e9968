"""scenes on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from clipgen import extras, parts
from clipgen.media.video import VideoWriter
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line

pytest.importorskip("scenedetect", reason="scenes needs PySceneDetect, an extra")


@pytest.fixture
def watch(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside film.mp4, of two scenes of two seconds."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    with VideoWriter("film.mp4", fps=10) as film:
        for number in range(40):
            picture = Image.effect_mandelbrot((96, 64), (-2, -1.2, 1, 1.2), 60).convert("RGB")
            film.add(picture if number < 20 else ImageOps.invert(picture))
    return cli


def test_scenes_are_printed_and_written(watch: Cli) -> None:
    files = ("--html", "a.html", "--srt", "a.srt", "--chapters", "a.txt", "--edl", "a.edl")
    result = watch("scenes", "film.mp4", "--no-captions", *files)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["   1  00:00:00.000 – 00:00:02.000  start",
                                          "   2  00:00:02.000 – 00:00:04.000  cut"]  # fmt: skip
    assert result.stderr == "2 scenes\n"
    page = Path("a.html").read_text()
    assert page.count("data:image/jpeg") == 2 and "film.mp4 @ 00:00:03" in page and "film.mp4#t=3" in page
    assert Path("a.srt").read_text().startswith("1\n00:00:00,000 --> 00:00:02,000\nscene 1\n\n2\n")
    assert "START=2000" in Path("a.txt").read_text() and "00:00:02:00 00:00:04:00" in Path("a.edl").read_text()


def test_json_has_captions(watch: Cli) -> None:
    rows = json.loads(watch("scenes", "film.mp4", "--json").stdout)
    assert [(row["index"], row["start"], row["end"], row["begins"]) for row in rows] == [
        (1, 0.0, 2.0, "start"), (2, 2.0, 4.0, "cut")]  # fmt: skip
    assert all({"caption", "score", "middle", "path"} <= set(row) for row in rows)


def test_wrong_calls_are_one_line(watch: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    one_line(watch("scenes", "none.mp4"), 1, "none.mp4")
    Path("text.mp4").write_text("no film")
    one_line(watch("scenes", "text.mp4"), 1, "text.mp4")
    one_line(watch("scenes", "film.mp4", "--shortest", "0"), 1, "--shortest")
    result = watch("scenes", "film.mp4", "--no-captions", "--srt", "film.mp4/a.srt")
    assert result.exit_code == 1 and "a.srt" in result.stderr.splitlines()[-1]
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    one_line(watch("scenes", "film.mp4"), 1, "clipgen[video]")


def test_a_name_that_is_no_utf8_is_written(watch: Cli) -> None:
    name = "film\udcff.mp4"
    Path("film.mp4").rename(name)
    result = watch("scenes", name, "--no-captions", "--edl", "a.edl", "--html", "a.html")
    assert result.exit_code == 0, result.output
    assert b"film\xff.mp4" in Path("a.edl").read_bytes()
