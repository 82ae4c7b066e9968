"""Checkpoints, the curve on disk and the schedule of the learning rate."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from clipgen.errors import OutputError, WeightsError
from clipgen.files.locks import exclusive
from clipgen.train import checkpoints, clip, course, prior, sprites, stylegan, text, vqgan
from clipgen.train.checkpoints import Curve, cosine, fill, load, save
from raising import refused


def steps(path: Path) -> list[int]:
    return [json.loads(row)["step"] for row in path.read_text().splitlines()]


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "last.pt"
    assert load(path) is None
    save(path, {"done": 3, "weights": {"a": torch.arange(4.0)}})
    found = load(path)
    assert found is not None and found["done"] == 3
    assert torch.equal(found["weights"]["a"], torch.arange(4.0))
    assert [file.name for file in path.parent.iterdir()] == ["last.pt"]


@contextmanager
def bounded_files(size: int) -> Iterator[None]:
    """No file can have more bytes: writing fails as on a full disk, with another reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_save_that_fails_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save(path, {"done": 1})

    curve = Curve(tmp_path / "curve.jsonl", step=0)
    with bounded_files(4096):
        with refused(OutputError, "output", match=r"last\.pt"):
            save(path, {"done": 2, "weights": torch.zeros(4096)})
        curve.path.write_bytes(bytes(4096))
        with refused(OutputError, "output", match=r"curve\.jsonl"):
            curve.add(step=1)
    assert load(path) == {"done": 1}


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_checkpoint_is_an_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "last.pt"
    save(path, {"weights": torch.zeros(1000)})
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"not a checkpoint", "empty": b""}[damage])
    with pytest.raises(WeightsError, match=r"last\.pt") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    torch.save({"done": Path.cwd}, path)
    with pytest.raises(WeightsError):
        load(path)


def test_weights_of_another_shape_are_an_error() -> None:
    fill(layer := nn.Linear(2, 3), nn.Linear(2, 3).state_dict(), source="mine.pt")
    with pytest.raises(WeightsError, match=r"mine\.pt") as caught:
        fill(layer, nn.Linear(2, 4).state_dict(), source="mine.pt")
    assert "\n" not in str(caught.value)


def test_a_resumed_curve_drops_what_will_come_again(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "curve.jsonl"
    curve = Curve(path, step=0)
    for step in (10, 20, 30, 40):
        curve.add(step=step, loss=1 / 3)
    # the checkpoint of step 20 was written after its row: only 30 and 40 come again
    resumed = Curve(path, step=20)
    assert steps(path) == [10, 20]
    resumed.add(step=30, loss=0.5)
    assert steps(path) == [10, 20, 30]
    assert json.loads(path.read_text().splitlines()[0]) == {"step": 10, "loss": 0.33333}
    Curve(path, step=0)
    assert steps(path) == []


def test_a_curve_survives_a_kill_in_the_middle_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "curve.jsonl"
    Curve(path, step=0).add(step=10, loss=2.5)
    with path.open("a") as file:
        file.write('{"step": 20, "lo')
    Curve(path, step=10).add(step=20, loss=2.0)
    assert steps(path) == [10, 20]


def test_cosine_rises_straight_and_falls_by_half_a_wave() -> None:
    at = [cosine(step, 110, peak=1.0, warmup=10) for step in range(120)]
    assert at[0] == pytest.approx(0.1) and at[4] == pytest.approx(0.5) and at[9] == pytest.approx(1)
    assert at[10] == 1 and at[60] == pytest.approx(0.5)
    assert at[35] == pytest.approx(0.5 + 0.5 * 0.5**0.5)
    assert at[110] == pytest.approx(0) and at[119] == pytest.approx(0)
    assert all(a > b for a, b in zip(at[10:110], at[11:111], strict=True))


def test_cosine_stops_at_its_floor() -> None:
    assert cosine(100, 100, peak=2.0, warmup=0, floor=0.25) == pytest.approx(0.5)
    assert cosine(50, 100, peak=2.0, warmup=0, floor=0.25) == pytest.approx(1.25)


@pytest.mark.parametrize("row", ["{}", '{"step": "a"}', "{a}", "[}", "\x80}"])
def test_a_damaged_row_of_a_curve_is_dropped(tmp_path: Path, row: str) -> None:
    path = tmp_path / "curve.jsonl"
    path.write_bytes(f'{{"step": 1, "loss": 2.0}}\n{row}\n'.encode("latin-1"))
    Curve(path, step=5)
    assert path.read_text() == '{"step": 1, "loss": 2.0}\n'


@pytest.mark.parametrize(
    ("recipe", "given", "folder"),
    [
        (clip.run, {}, "clip-builtin"),
        (clip.run, {"recipe": "builtin"}, "clip-builtin"),
        (clip.run, {"without": "noto"}, "clip-builtin-without-noto"),
        (clip.run, {"recipe": "judge"}, "clip-judge"),
        (prior.run, {}, "prior"),
        (sprites.run, {"art": Path("emoji")}, "sprites"),
        (stylegan.run, {}, "stylegan"),
        (text.run, {"data": Path("words")}, "text"),
        (vqgan.run, {}, "vqgan"),
        (course.run, {"only": ["prior"]}, "prior"),
        (course.run, {"only": ["reader"]}, "clip-reader"),
    ],
)
def test_a_training_is_refused_where_another_one_writes(
    tmp_path: Path, recipe: Any, given: dict[str, Any], folder: str
) -> None:
    with exclusive(tmp_path / folder), refused(OutputError, "runs", match=f"trains {folder} in"):
        recipe(runs=tmp_path, **given)


def test_a_training_leaves_no_lock_behind(tmp_path: Path) -> None:
    @checkpoints.alone(lambda **given: str(given["name"]))
    def train(*, name: str, runs: Path = Path("runs")) -> str:
        with exclusive(runs / name) as mine:
            assert not mine
        return name

    assert train(name="one", runs=tmp_path) == train(name="one", runs=tmp_path) == "one"
    assert not list(tmp_path.iterdir())
