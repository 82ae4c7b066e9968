"""Masks, regions and tiles on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen.cli.show import describe
from clipgen.media.pictures import read_metadata

from .conftest import TINY, Cli, one_line
from .test_generate import at_step, interrupt, names


@pytest.fixture
def masked(tmp_path: Path) -> list[str]:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    white = np.zeros((40, 50), np.uint8)
    white[10:30, 10:40] = 255
    Image.fromarray(white).save(tmp_path / "mask.png")
    return ["--mask", "mask.png"]


def outside_differs(path: Path, folder: Path) -> int:
    changed = (np.asarray(Image.open(path)) != np.asarray(Image.open(folder / "photo.png"))).any(-1)
    return int(changed[np.asarray(Image.open(folder / "mask.png")) == 0].sum())


def test_a_mask_leaves_the_rest_of_the_picture(paint: Cli, masked: list[str], tmp_path: Path) -> None:
    result = paint("red square", *TINY, "--init", "photo.png", *masked, "-o", "x.png")
    assert result.exit_code == 0, result.output
    assert Image.open(tmp_path / "x.png").size == (50, 40) and outside_differs(tmp_path / "x.png", tmp_path) == 0
    again = paint("rerun", "x.png", "-o", "y.png", "--json")
    assert json.loads(again.stdout)["same"]


def test_edit_takes_a_mask(paint: Cli, masked: list[str], tmp_path: Path) -> None:
    tiny = [word for word in TINY if word not in ("--size", "32")]
    result = paint("edit", "photo.png", "red square", *tiny, *masked, "-o", "x.png", "--strip", "2")
    assert result.exit_code == 0, result.output
    assert outside_differs(tmp_path / "x.png", tmp_path) == 0


def test_mistakes_are_one_line(paint: Cli, masked: list[str], tmp_path: Path) -> None:
    one_line(paint("red square", *TINY, *masked), 1, "--mask", "--init-image")
    Image.new("L", (50, 40)).save(tmp_path / "black.png")
    one_line(paint("red square", *TINY, "--init", "photo.png", "--mask", "black.png"), 1, "black everywhere")
    one_line(paint("red square", *TINY, "--region", "20,0,30,10=a fox"), 1, "ends at 50", "--region")
    one_line(paint("red square", *TINY, "--region", "left=a fox |"), 1, "empty part")
    one_line(paint("red square", *TINY, "--hide", "a fox"), 1, "--tiles")


def test_regions_of_a_file_of_settings(paint: Cli, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('region = ["left=a castle", "right=a city"]\n')
    result = paint("red square", *TINY, "--config", "run.toml", "-o", "x.png")
    assert result.exit_code == 0, result.output
    assert read_metadata(tmp_path / "x.png")["settings"]["areas"]["regions"] == ["left=a castle", "right=a city"]  # type: ignore[index, call-overload]


def test_a_picture_of_tiles_tells_where_its_hidden_thing_is(paint: Cli, tmp_path: Path) -> None:
    result = paint("red square", *TINY, "--tiles", 2, 2, "--hide", "fox", "--json", "-o", "x.png", "--video")
    assert result.exit_code == 0, result.output
    (picture,) = json.loads(result.stdout)["pictures"]
    assert picture["size"] == [64, 64] and picture["steps"] == 24
    metadata = read_metadata(tmp_path / "x.png")
    assert picture["hidden"] == metadata["hidden"] and picture["hidden"]["text"] == "fox"
    place = " ".join(map(str, picture["hidden"]["box"]))
    assert f"  hidden          fox at {place}" in describe(tmp_path / "x.png", metadata).splitlines()


def test_a_stopped_picture_of_tiles_resumes(paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paint("red square", *TINY, "--tiles", 2, 2, "-o", "whole.png")
    with monkeypatch.context() as stopped:
        count = 0

        def third() -> None:
            nonlocal count
            count += 1
            if count == 3:  # of the third stage
                interrupt()

        at_step(stopped, 2, third)
        result = paint("red square", *TINY, "--tiles", 2, 2, "-o", "x.png")
    assert result.exit_code == 130 and {"x.png", "x.run"} <= {*names(tmp_path)}
    assert read_metadata(tmp_path / "x.png")["steps_done"] == 11
    assert paint("--resume", "x.run").exit_code == 0
    assert (tmp_path / "x.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    assert "x.run" not in names(tmp_path)
