"""orient on the command line, with a perceptor and a head without weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen import parts
from clipgen.similarity import Background
from clipgen.tasks.orient import Head
from gridclip import grid_matcher

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` on photos/up.png, photos/in/side.jpg and a broken one, with a head.safetensors that sees tops."""
    matcher = grid_matcher()
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: matcher.perceptor)
    Background.of(matcher.perceptor.fingerprint, lambda: matcher.background)
    head = Head(matcher.perceptor.dim, 1, perceptor=matcher.perceptor.fingerprint, sure=0.9).requires_grad_(False)
    head.layers[1].weight.copy_(torch.tensor([1.0, 0.3, -0.3, -1.0]).view(1, 4, 1).expand(3, 4, 4).reshape(1, -1))
    head.layers[1].bias.fill_(20.0)
    head.layers[4].weight.fill_(8.0)
    head.save(Path("head.safetensors"))
    Path("photos/in").mkdir(parents=True)
    above = Image.linear_gradient("L").rotate(180).convert("RGB").resize((60, 40))
    above.save("photos/up.png")
    above.rotate(90, expand=True).save("photos/in/side.jpg")
    Path("photos/bad.jpg").write_bytes(b"no picture")
    return cli


def test_nothing_is_changed_without_fix(look: Cli) -> None:
    before = {path: path.read_bytes() for path in Path("photos").rglob("*.*")}
    result = look("orient", "photos", "--head", "head.safetensors", "--html", "page.html")
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    assert "90" in line and "photos/in/side.jpg" in line and "1 files cannot be used" in result.stderr
    assert Path("page.html").read_text().count("data:image/jpeg") == 1
    (row,) = json.loads(look("orient", "photos", "--head", "head.safetensors", "--json").stdout)
    assert (row["degrees"], row["orientation"], row["upright"]) == (90, 1, 6) and row["confidence"] > 0.9
    assert {path: path.read_bytes() for path in Path("photos").rglob("*.*")} == before


def test_fix_and_undo(look: Cli) -> None:
    side = Path("photos/in/side.jpg")
    before = side.read_bytes()
    assert look("orient", "photos", "--head", "head.safetensors", "--fix").exit_code == 0
    assert Image.open(side).getexif()[0x0112] == 6
    assert look("orient", "photos", "--head", "head.safetensors").stdout == ""
    assert look("orient", "photos", "--undo").exit_code == 0 and side.read_bytes() == before
    one_line(look("orient", "photos", "--undo"), 1, "--undo")


def test_what_does_not_go_together(look: Cli) -> None:
    one_line(look("orient", "--fix"), 2, "--fix")
    one_line(look("orient", "photos", "--fix", "--undo"), 2, "--undo")
    one_line(look("orient", "gone", "--head", "head.safetensors"), 1, "gone")
    one_line(look("orient", "photos", "--head", "photos/up.png"), 1, "up.png")
    one_line(look("orient", "photos"), 1, "--head")  # the shipped one belongs to another perceptor
