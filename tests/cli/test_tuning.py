"""classify --tune-templates on the command line, with a perceptor without weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen import parts
from clipgen.similarity import Background
from gridclip import grid_matcher

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` beside labelled/cat and labelled/dog with three pictures each."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    for label in ("cat", "dog"):
        Path("labelled", label).mkdir(parents=True)
        for i in range(3):
            small = np.random.default_rng([i, len(label)]).integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(small).save(f"labelled/{label}/{i}.png")
    return cli


def test_a_file_is_written_that_templates_takes(look: Cli) -> None:
    Path("mine.txt").write_text("a photo of {}\nthe animal {bare}\n")
    result = look("classify", "--tune-templates", "labelled", "--templates", "mine.txt", "--tuned", "out/best.txt")
    assert result.exit_code == 0, result.output
    lines = Path("out/best.txt").read_text().splitlines()
    assert lines[0].startswith("#") and lines[1:] == result.stdout.splitlines()
    assert look("classify", "labelled", "--by-folder", "--templates", "out/best.txt").exit_code == 0


def test_bad_files_are_named_and_the_others_used(look: Cli) -> None:
    Path("labelled/cat/bad.jpg").write_bytes(b"no picture")
    result = look("classify", "--tune-templates", "labelled")
    assert result.exit_code == 1 and "bad.jpg" in result.stderr
    assert Path("tuned-templates.txt").exists()


def test_what_does_not_go_together(look: Cli) -> None:
    one_line(look("classify", "photo.jpg", "--tune-templates", "labelled"), 2, "--tune-templates")
    one_line(look("classify"), 2, "--tune-templates")
    one_line(look("classify", "--tune-templates", "labelled/cat"), 1, "--tune-templates")
    one_line(look("classify", "--tune-templates", "gone"), 2, "gone")
    Path("bad.txt").write_text("no place\n")
    one_line(look("classify", "--tune-templates", "labelled", "--templates", "bad.txt"), 1, "--templates")
    assert not Path("tuned-templates.txt").exists()
