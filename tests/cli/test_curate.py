"""curate on the command line, with a perceptor without weights."""

from __future__ import annotations

import csv
import json
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
    """Call `clipgen` on photos/0.png and 1.png, dark.png, and bad.png, which is none."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("photos").mkdir()
    for seed, name in enumerate(("0", "1", "dark")):
        pixels = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(pixels // 10 if name == "dark" else pixels).save(f"photos/{name}.png")
    Path("photos/bad.png").write_bytes(b"")
    return cli


def test_findings_are_printed_kind_by_kind(look: Cli) -> None:
    result = look("curate", "photos")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "broken: 1" and "photos/bad.png" in lines[1] and lines[2] == "dark: 1"
    assert "photos/dark.png" in lines[3] and "2 findings in 2 files" in result.stderr


def test_reports_have_a_line_for_each_finding(look: Cli) -> None:
    assert look("curate", "photos", "--report", "a.jsonl", "--html", "page.html").exit_code == 0
    rows = [json.loads(line) for line in Path("a.jsonl").read_text().splitlines()]
    assert [(Path(row["path"]).name, row["kind"]) for row in rows] == [("bad.png", "broken"), ("dark.png", "dark")]
    assert rows == json.loads(look("curate", "photos", "--json").stdout)
    assert Path("page.html").read_text().count("data:image/jpeg") == 1
    assert look("curate", "photos", "--report", "a.csv").exit_code == 0
    with open("a.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["kind"] for row in table] == ["broken", "dark"] and table[1]["score"] == str(rows[1]["score"])


def test_names_of_reports_are_checked_before_the_work(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("loaded"))
    one_line(look("curate", "photos", "--report", "a.txt"), 2, "--report", ".jsonl")
    one_line(look("curate", "photos", "--html", "a.png"), 2, "--html", ".html")


def test_an_empty_folder_and_a_missing_one(look: Cli) -> None:
    Path("empty").mkdir()
    result = look("curate", "empty", "--html", "page.html")
    assert result.exit_code == 0 and "0 findings" in result.stderr and Path("page.html").exists()
    one_line(look("curate", "nowhere"), 1, "nowhere")
