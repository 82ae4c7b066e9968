"""track on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from clipgen import parts
from clipgen.cli import interrupt
from clipgen.media.footage import VideoFacts, video_frames
from clipgen.media.video import VideoWriter
from clipgen.similarity import Background
from clipgen.tasks import track as tracking
from clipgen.tasks import viewing
from clipgen.tasks.detect import Detection
from gridclip import grid_matcher

from .conftest import Cli, one_line

pytest.importorskip("scipy", reason="track needs SciPy, an extra")


@pytest.fixture
def follow(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside film.mp4, of a second, in which a fox stands still."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)

    def find(self: tracking.Reader, image: Tensor, seconds: float) -> list[Detection]:
        assert image.shape == torch.Size([1, 3, 64, 96])
        return [Detection(text, (30, 20, 60, 50), 4.0, 0.1) for text in self.detector.phrases if text != "a car"]

    monkeypatch.setattr(tracking.Reader, "find", find)
    with VideoWriter("film.mp4", fps=12) as film:
        for _ in range(12):
            film.add(Image.effect_mandelbrot((96, 64), (-2, -1.2, 1, 1.2), 60).convert("RGB"))
    return cli


def test_a_film_and_rows_are_written(follow: Cli) -> None:
    result = follow("track", "film.mp4", "a fox", "a car", "-o", "tracked.mp4", "--json", "tracks.jsonl")
    assert result.exit_code == 0, result.output
    assert result.stdout == "   1  00:00:00.000 \u2013 00:00:00.917      12 frames  a fox\n"
    assert result.stderr.endswith("1 thing\n")
    rows = [json.loads(line) for line in Path("tracks.jsonl").read_text().splitlines()]
    assert {row["path"] for row in rows} == {"film.mp4"}
    assert [row["frame"] for row in rows] == list(range(12)) and rows[6]["seconds"] == 0.5
    assert rows[3]["things"] == [{"number": 1, "text": "a fox", "box": [30, 20, 60, 50]}]
    assert VideoFacts.of("tracked.mp4").rate == 12 and len(list(video_frames("tracked.mp4"))) == 12


def test_nothing_is_found(follow: Cli) -> None:
    result = follow("track", "film.mp4", "a car", "--json", "tracks.jsonl")
    assert (result.exit_code, result.stdout) == (0, "") and "0 things" in result.stderr
    assert all(json.loads(line)["things"] == [] for line in Path("tracks.jsonl").read_text().splitlines())


@pytest.mark.parametrize(("at", "number", "code"), [(0, signal.SIGTERM, 143), (8, signal.SIGINT, 130)])
def test_a_stop_leaves_whole_files_of_what_was_done(
    follow: Cli, monkeypatch: pytest.MonkeyPatch, at: int, number: int, code: int
) -> None:
    stopped: list[interrupt.Interruption] = []
    start = interrupt.Interruption.__enter__

    def entered(self: interrupt.Interruption) -> interrupt.Interruption:
        stopped.append(self)
        return start(self)

    events = viewing.track

    def pressed(*args: object) -> Iterator[object]:
        for event in events(*args):  # type: ignore[arg-type]
            if event.index == at:  # type: ignore[union-attr]
                stopped[0]._record(number, None)
            yield event

    monkeypatch.setattr(interrupt.Interruption, "__enter__", entered)
    monkeypatch.setattr(viewing, "track", pressed)
    result = follow("track", "film.mp4", "a fox", "-o", "tracked.mp4", "--json", "tracks.jsonl")
    assert result.exit_code == code and "stopped" in result.stderr, result.output
    made = sorted(path.name for path in Path.cwd().iterdir() if "track" in path.name)
    assert made == (["tracked.mp4", "tracks.jsonl"] if at else [])
    if at:
        assert len(Path("tracks.jsonl").read_text().splitlines()) == len(list(video_frames("tracked.mp4"))) == 8


def test_wrong_calls_are_one_line_and_load_no_model(follow: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    before = Path("film.mp4").read_bytes()
    one_line(follow("track", "none.mp4", "a fox"), 1, "none.mp4")
    Path("text.mp4").write_text("no film")
    one_line(follow("track", "text.mp4", "a fox"), 1, "text.mp4")
    one_line(follow("track", "film.mp4", "a fox", "--every", "0"), 1, "--every")
    one_line(follow("track", "film.mp4", "a fox", "-o", "film.mp4"), 1, "film.mp4", "--output")
    one_line(follow("track", "film.mp4", "a fox", "-o", "a.html"), 1, "a.html")
    one_line(follow("track", "film.mp4", "a fox", "-o", "a.avi"), 1, "--output")
    one_line(follow("track", "film.mp4", "a fox", "--json", "film.mp4/a.jsonl"), 1, "film.mp4")
    one_line(follow("track", "film.mp4", " "), 1, "phrase")
    one_line(follow("track", "film.mp4"), 2, "PHRASE")
    assert Path("film.mp4").read_bytes() == before
