"""detect and moderate on the command line, with a perceptor without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen import parts
from clipgen.similarity import Background
from clipgen.studio import inspector
from clipgen.tasks.moderate import Moderated, Verdict
from gridclip import grid_matcher

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` on up/a.png and up/bad.png, which is no picture."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    Path("up").mkdir()
    Image.linear_gradient("L").resize((48, 40)).convert("RGB").save("up/a.png")
    Path("up/bad.png").write_text("no picture")
    return cli


def test_boxes_are_printed_and_drawn(look: Cli) -> None:
    result = look("detect", "up/a.png", "a fox", "-o", "boxes.png", "--heat", "heat.png", "--threshold", "9")
    assert result.exit_code == 0 and result.stdout == "a fox: not here\n", result.output
    assert Image.open("boxes.png").size == (48, 40) and Image.open("heat.png").width > 96
    found = look("detect", "up/a.png", "a fox", "a car", "--threshold", "0.1", "--most", "1", "--json")
    row = json.loads(found.stdout)
    assert row["image"] == "up/a.png" and row["size"] == [48, 40]
    assert {one["text"] for one in row["found"]} | set(row["not_here"]) == {"a fox", "a car"}
    assert all(0 <= one["box"][0] < one["box"][2] <= 48 for one in row["found"])


def test_no_picture_is_written_over_the_one_that_is_read_or_the_other(
    look: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path("up/a.png").read_bytes()
    Path("link.png").hardlink_to("up/a.png")
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
    for flag, name in (("-o", "up/a.png"), ("--heat", "up/../up/a.png"), ("-o", "link.png")):
        one_line(look("detect", "up/a.png", "a fox", flag, name), 1, "is the picture itself", name)
    one_line(look("detect", "up/a.png", "a fox", "-o", "x.png", "--heat", "./x.png"), 1, "x.png", "--output", "--heat")
    assert Path("up/a.png").read_bytes() == before and not Path("x.png").exists()


def test_bad_files_labels_and_usage(look: Cli) -> None:
    result = look("detect", "up", "a fox")
    assert result.exit_code == 1 and "up/bad.png" in result.stderr and "up/a.png" in result.stdout
    Path("labels.txt").write_text("fox\ncar\n")
    assert look("detect", "up/a.png", "--every-label", "labels.txt", "--threshold", "9").stdout.startswith("nothing")
    one_line(look("detect", "up/a.png"), 2, "--every-label")
    one_line(look("detect", "up", "a fox", "-o", "boxes.png"), 2, "-o")
    one_line(look("detect", "up/bad.png", "a fox"), 1, "up/bad.png")
    one_line(look("detect", "up/a.png", "a fox", "--threshold", "-1"), 1, "--threshold")


def test_a_report_is_continued_and_a_bad_file_is_to_be_checked(look: Cli) -> None:
    before = Path("up/a.png").read_bytes()
    result = look("moderate", "up", "--report", "veil.jsonl", "--veil-to", "safe")
    assert result.exit_code == 1 and "up/bad.png" in result.stderr, result.output
    rows = {row["image"]: row for row in map(json.loads, Path("veil.jsonl").read_text().splitlines())}
    assert rows["up/a.png"]["band"] == "clear" and rows["up/bad.png"]["band"] == "check"
    assert "error" in rows["up/bad.png"] and Path("up/a.png").read_bytes() == before
    again = look("moderate", "up", "--report", "veil.jsonl")
    assert again.exit_code == 0 and "2 were in the report" in again.stderr
    assert len(Path("veil.jsonl").read_text().splitlines()) == 2


def test_what_is_veiled_is_copied_blurred(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = parts.load_perceptors(("grid",), torch.device("cpu"))
    (fox,) = grid.encode_text(["a red fox"])
    monkeypatch.setattr(type(grid), "encode_image", lambda self, images: fox.expand(len(images), -1))
    Path("mine").mkdir()
    Path("mine/foxes.txt").write_text("a red fox\n")
    Path("mine/safe.txt").write_text("a city\n")
    result = look("moderate", "up/a.png", "--prompts", "mine", "--veil-to", "safe", "--false-check", "0.5", "--json")
    row = json.loads(result.stdout)
    assert (row["category"], row["reason"]) == ("foxes", "a red fox")
    assert Path("safe/a.png").exists() == (row["band"] == "veil")


def test_texts_need_no_model(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
        result = look("moderate", "--text", "a castle", "--text", "p0rn")
    assert result.exit_code == 0 and [line.split("\t")[0] for line in result.stdout.splitlines()] == ["clear", "veil"]
    one_line(look("moderate"), 2, "--text")
    one_line(look("moderate", "up", "--prompts", "missing"), 1, "--prompts")
    one_line(look("moderate", "up", "--head", "missing.safetensors"), 1, "--head")


def test_no_row_without_its_copy(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Moderated(0, Path("up/a.png"), Verdict("veil", "gore", "blood"))
    monkeypatch.setattr(inspector.Inspector, "inspect", lambda self, job: iter([verdict]))
    refused = look("moderate", "up/a.png", "--veil-to", "up", "--report", "veil.jsonl")
    one_line(refused, 1, "up/a.png", "--veil-to")  # the copy would replace the original
    assert not Path("veil.jsonl").read_text(), "the next run would take it for done"


def test_pictures_of_others_are_seen_before_anything_is_written(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("published").mkdir()
    Image.new("RGB", (30, 20), "blue").save("published/a.png")
    before = Path("published/a.png").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(parts, "load_perceptors", lambda *_: pytest.fail("a model was loaded"))
        one_line(look("moderate", "up", "--veil-to", "published"), 1, "published/a.png", "--veil-to")
    assert Path("published/a.png").read_bytes() == before and len(list(Path("published").iterdir())) == 1
