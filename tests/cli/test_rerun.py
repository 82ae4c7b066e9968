import json
from pathlib import Path

import pytest
from PIL import Image

from clipgen.errors import OutputError
from clipgen.media.pictures import read_metadata, save_picture
from clipgen.perceptors.openclip import OpenClip

from .conftest import TINY, Cli, one_line
from .test_generate import stopped


@pytest.fixture
def painted(paint: Cli, tmp_path: Path) -> Path:
    assert paint("red square", "blue circle", *TINY, "-n", 2, "-o", "made", "--grid").exit_code == 0
    return tmp_path / "made"


@pytest.mark.parametrize("name", ["red-square-7.png", "blue-circle-8.png"])
def test_the_same_bytes_again(paint: Cli, painted: Path, tmp_path: Path, name: str) -> None:
    result = paint("rerun", painted / name)
    assert result.exit_code == 0, result.output
    assert "the same bytes" in result.stderr and result.stdout == f"{Path('outputs') / name}\n"
    assert (tmp_path / "outputs" / name).read_bytes() == (painted / name).read_bytes()


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_the_same_bytes_in_every_format(paint: Cli, tmp_path: Path, ending: str) -> None:
    assert paint("red square", *TINY, "-o", f"made{ending}").exit_code == 0
    result = paint("rerun", f"made{ending}", "-q", "--json")
    again = json.loads(result.stdout)
    assert again["same"] and Path(again["path"]).suffix == ending
    assert "red square" in paint("show", f"made{ending}").stdout


def test_show_leaves_out_what_is_not_set(paint: Cli, painted: Path) -> None:
    shown = paint("show", painted / "red-square-7.png").stdout
    assert "red square" in shown and "None" not in shown


def test_show_reports_bad_files_and_shows_the_good_ones(paint: Cli, painted: Path, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.jpg")
    result = paint("show", "plain.jpg", painted / "red-square-7.png", "gone.png")
    assert result.exit_code == 1 and "red square" in result.stdout
    assert [name in line for name, line in zip(("plain.jpg", "gone.png"), result.stderr.splitlines(), strict=True)]


def test_an_interrupted_picture_too(paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped(paint, monkeypatch)
    result = paint("rerun", "outputs/red-square-7.png", "--json", "-q", "-o", "again.png")
    assert json.loads(result.stdout) == {"path": "again.png", "same": True}


def test_a_picture_that_differs_is_reported(paint: Cli, painted: Path, tmp_path: Path) -> None:
    path = painted / "red-square-7.png"
    metadata = read_metadata(path) | {"version": "0.0.1", "score": 0.99}
    save_picture(tmp_path / "old.png", Image.open(path), metadata)
    result = paint("rerun", "old.png")
    assert result.exit_code == 0 and "differs from old.png: it was made with clipgen 0.0.1" in result.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"made_with": {"torch": "1.0", "processor": "an abacus"}}, ("torch 1.0", "an abacus")),
     ({"version": "0.0.1"}, ("clipgen 0.0.1",)), ({}, ())],
)  # fmt: skip
def test_another_machine_or_version_is_noted_before_the_work(
    paint: Cli, painted: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    def ends(self: object) -> None:
        raise OutputError("before the first step")

    path = painted / "red-square-7.png"
    save_picture("old.png", Image.open(path), read_metadata(path) | changes)
    monkeypatch.setattr("clipgen.tasks.generate.Run.__iter__", ends)
    lines = paint("rerun", "old.png").stderr.splitlines()
    notes = [line for line in lines if line.startswith("note: it was made with ")]
    assert len(notes) == bool(words) and all(word in notes[0] for word in words)
    assert "before the first step" in lines[-1]


def test_a_picture_of_0_1_is_made_again(paint: Cli, perceptor: OpenClip, tmp_path: Path) -> None:
    """Its metadata are kept as they are where they are true: with its own CLIP the file is the same to the byte."""
    old = Path(__file__).parents[1] / "fixtures" / "made_by_0.1" / "picture.png"
    result = paint("rerun", old, "-o", "again.png")
    assert result.exit_code == 0 and "the perceptor" in result.stderr  # another one than it was made with
    metadata = read_metadata(tmp_path / "again.png")
    assert metadata["inputs"]["prompts"] == ["a castle | fog:-0.3"] and metadata["seed"] == 1


def test_what_cannot_be_rerun(paint: Cli, painted: Path, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "plain.png")
    odd = {"steps_done": 1, "index": 0, "prompts": ["a"], "settings": {"steps": 0}}
    save_picture(tmp_path / "odd.png", Image.new("RGB", (4, 4)), odd)
    one_line(paint("rerun", "gone.png"), 1, "gone.png")
    one_line(paint("rerun", "plain.png"), 1, "plain.png", "no clipgen settings")
    one_line(paint("rerun", painted / "2-prompts-7-grid.png"), 1, "single picture")
    one_line(paint("rerun", "odd.png"), 1, "steps is 0")
    one_line(paint("rerun"), 2, "PICTURE")
    for command in ("rerun", "show"):
        one_line(paint(command, "https://example.org/a.png"), 2, "download")


def test_show_prints_what_a_picture_carries(paint: Cli, painted: Path) -> None:
    result = paint("show", painted / "blue-circle-8.png")
    lines = [line.split() for line in result.output.splitlines()]
    assert ["prompt", "blue", "circle"] in lines and ["seed", "8"] in lines
    places = [lines.index(line) for line in (["generator", "pixels"], ["settings"], ["steps", "4"], ["defaults"])]
    assert places == sorted(places) < [lines.index(["optimizer", "adam"])]
    assert sum(line[0] == "seed" for line in lines) == 1 and not {"None", "False"} & {*result.output.split()}
    assert "red square; blue circle" in result.output


def test_show_prints_json_one_a_line(paint: Cli, painted: Path) -> None:
    pictures = [painted / "red-square-7.png", painted / "blue-circle-8.png"]
    lines = paint("show", *pictures, "--json").output.splitlines()
    assert [json.loads(line) for line in lines] == [read_metadata(path) for path in pictures]


def test_show_of_a_contact_sheet_and_of_nothing(paint: Cli, painted: Path) -> None:
    assert "red-square-7.png" in paint("show", painted / "2-prompts-7-grid.png").output
    one_line(paint("show", "gone.png"), 1, "gone.png")
