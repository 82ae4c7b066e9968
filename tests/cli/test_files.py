"""Files to write that a command would read, on a perceptor without weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from clipgen import parts
from clipgen.media.video import VideoWriter
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside photos/red.png and blue.png and texts.txt, with the grid perceptor."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos").mkdir()
    for colour in ("red", "blue"):
        Image.new("RGB", (40, 30), colour).save(f"photos/{colour}.png")
    Path("texts.txt").write_text("a fox\n")
    return cli


@pytest.fixture
def film() -> str:
    """A film of a second."""
    with VideoWriter("film.mp4", fps=8) as film:
        for _ in range(8):
            film.add(Image.open("photos/red.png").resize((64, 48)))
    return "film.mp4"


PICTURES = [
    ("rank", "a fox", "photos", "--sheet", "photos/red.png"),
    ("compare", "photos", "--plot", "photos/../photos/red.png"),
    ("caption", "photos/red.png", "--explain", "photos/red.png"),
    ("caption", "photos/red.png", "--round-trip", "photos/red.png"),
    ("pair", "photos/red.png", "texts.txt", "--html", "photos/red.png"),
    ("search", "a fox", "photos", "--sheet", "photos/red.png"),
    ("search", "a fox", "photos", "--export", "photos/red.png"),
    ("search", "a fox", "photos", "--html", "photos/red.png"),
    ("search", "--image", "photos/red.png:0.5", "home", "--sheet", "photos/red.png"),
    ("duplicates", "photos", "--html", "photos/red.png"),
    ("orient", "photos", "--html", "photos/red.png"),
]


@pytest.mark.parametrize("words", PICTURES, ids=lambda words: f"{words[0]} {words[-2]}")
def test_no_picture_is_written_over(look: Cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    before = Path("photos/red.png").read_bytes()
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    one_line(look(*words), 1, words[-1], "is the picture itself", words[-2])
    assert Path("photos/red.png").read_bytes() == before


def test_no_text_is_written_over(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("texts.png").write_text("a fox\n")
    Path("home/in").mkdir(parents=True)
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    for words in (
        ("compare", "photos", "--texts", "texts.png", "--plot", "texts.png"),
        ("caption", "photos/red.png", "--candidates", "texts.png", "--explain", "texts.png"),
        ("pair", "photos", "texts.txt", "--html", "texts.txt"),
        ("classify", "--tune-templates", "home", "--templates", "texts.txt", "--tuned", "texts.txt"),
    ):
        one_line(look(*words), 1, words[-1], "itself", words[-2])
    # the text beside a picture that is captioned may be the file of its candidates
    Image.new("RGB", (40, 30), "red").save("photos/a.png")
    Path("photos/a.txt").write_text("a fox\n")
    one_line(look("caption", "photos/a.png", "--candidates", "photos/a.txt", "--sidecar"), 1, "photos/a.txt", "itself")
    assert {Path(name).read_text() for name in ("texts.txt", "texts.png", "photos/a.txt")} == {"a fox\n"}


def test_no_film_is_written_over(look: Cli, film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scenedetect", reason="scenes needs PySceneDetect, an extra")
    before = Path(film).read_bytes()
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    for flag in ("--html", "--srt", "--chapters", "--edl"):
        one_line(look("scenes", film, "--no-captions", flag, film), 1, "is the film itself", flag)
    for flag in ("-o", "--json"):
        one_line(look("track", film, "a fox", flag, film), 1, "is the film itself")
    assert Path(film).read_bytes() == before


def test_what_was_ever_indexed_is_not_written_over(look: Cli) -> None:
    look("index", "photos")
    one_line(look("search", "a fox", "--sheet", "photos/red.png"), 1, "is the picture itself", "--sheet")
    assert Image.open("photos/red.png").size == (40, 30)


def test_two_outputs_are_two_files(look: Cli) -> None:
    both = ("--export", "found", "--html", "./found")
    one_line(look("search", "a fox", "photos", *both), 1, "found", "--export", "--html")
    both = ("--explain", "x.png", "--round-trip", "x.png")
    one_line(look("caption", "photos/red.png", *both), 1, "x.png", "--explain", "--round-trip")


@pytest.mark.parametrize(
    "words",
    [
        ("rank", "a fox", "photos", "--sheet", "photos/sheet.png"),
        ("compare", "photos", "--plot", "photos/sheet.jpg"),
        ("search", "a fox", "photos", "--unlikely", "--sheet", "photos/sheet.webp"),
        ("search", "a fox", "photos", "--html", "photos/found.html"),
    ],
    ids=lambda words: f"{words[0]} {words[-2]}",
)
def test_a_drawing_beside_the_pictures_is_made_again(look: Cli, words: tuple[str, ...]) -> None:
    for _ in range(2):
        result = look(*words)
        assert result.exit_code == 0 and Path(words[-1]).exists(), result.output
