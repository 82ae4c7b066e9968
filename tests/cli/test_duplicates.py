"""duplicates on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
import shutil
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
    """Call `clipgen` on photos/0.png, 1.png and in/0.png, which is a copy."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos/in").mkdir(parents=True)
    for seed in range(2):
        small = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC).save(f"photos/{seed}.png")
    shutil.copy("photos/0.png", "photos/in/0.png")
    return cli


def test_groups_are_printed_and_nothing_is_changed(look: Cli) -> None:
    before = sorted(Path("photos").rglob("*.png"))
    result = look("duplicates", "photos", "--html", "page.html")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "exact" and "photos/in/0.png" in result.stdout
    assert sorted(Path("photos").rglob("*.png")) == before
    assert Path("page.html").read_text().count("data:image/jpeg") == 2
    (row,) = json.loads(look("duplicates", "photos", "--json").stdout)
    assert row["kind"] == "exact" and [one["relation"] for one in row["files"]] == ["kept", "exact"]


def test_moves_and_undo(look: Cli) -> None:
    assert look("duplicates", "photos", "--move-to", "review").exit_code == 0
    assert not Path("photos/in/0.png").exists() and Path("review/0.png").exists()
    assert look("duplicates", "--undo", "review").exit_code == 0
    assert Path("photos/in/0.png").exists() and not Path("review/0.png").exists()
    one_line(look("duplicates", "--undo", "review"), 1, "--undo")
    assert look("duplicates", "photos", "--move-to", "photos/review").exit_code == 1
    assert Path("photos/in/0.png").exists()


def test_different_files_are_remembered(look: Cli) -> None:
    Image.open("photos/1.png").resize((160, 120)).save("photos/small.png")
    assert "small.png" in look("duplicates", "photos").stdout
    assert look("duplicates", "--different", "photos/1.png", "photos/small.png").exit_code == 0
    assert "small.png" not in look("duplicates", "photos").stdout
    one_line(look("duplicates", "--different", "photos/1.png"), 2, "--different")
