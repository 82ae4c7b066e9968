"""All models within a time: small files, from which a later course continues, and a clock that is kept."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from clipgen.errors import SettingsError, UnknownNameError, WeightsError
from clipgen.train import checkpoints, course, prior, shards
from clipgen.train.course import STAGES, smallest
from clipgen.train.usage import Usage
from raising import refused

# tiny pictures, and so few before the first step that a second is enough
TINY: dict[str, dict[str, Any]] = {
    "prior": {"size": 32, "batch": 4, "fresh": 4, "first": 8},
    "decoder": {"batch": 2},
    "perceptor": {"batch": 4},
    "reader": {"batch": 4},
}


def test_a_checkpoint_is_split_into_small_files_and_comes_back(tmp_path: Path) -> None:
    state = {"done": 3, "network": {f"layer.{i}": torch.randn(100, 5) for i in range(5)}, "random": torch.arange(4)}
    files = shards.pack(state, tmp_path / "prior", most=2100)
    assert [path.name for path in files] == ["prior-1.safetensors", "prior-2.safetensors", "prior-3.safetensors"]
    assert all(path.stat().st_size < 2600 for path in files)
    back = shards.unpack(tmp_path / "prior")
    assert back is not None and back["done"] == 3 and torch.equal(back["random"], state["random"])
    for name, value in state["network"].items():
        assert torch.equal(back["network"][name], value.half())
    shards.pack({"done": 4}, tmp_path / "prior")  # no left-over file of the longer one
    assert shards.unpack(tmp_path / "prior") == {"done": 4}
    assert shards.unpack(tmp_path / "none") is None
    (tmp_path / "prior-1.safetensors").write_bytes(b"damaged")
    with refused(WeightsError, match="prior-1"):
        shards.unpack(tmp_path / "prior")


def test_what_a_course_carries_is_what_a_trainer_continues_from(tmp_path: Path) -> None:
    from train.test_prior import encoded, trainer

    first = trainer()
    first.step(encoded(8))
    shards.pack(smallest(first.state()), tmp_path / "prior")
    second = trainer()
    second.load(shards.unpack(tmp_path / "prior") or {})
    assert second.done == 1
    for ours, theirs in zip(second.network.parameters(), first.prior.network.parameters(), strict=True):
        assert torch.equal(ours.detach(), theirs.half().float())  # begins at the averaged weights
    second.step(encoded(8))


def test_names_and_times_that_are_none_are_refused(tmp_path: Path) -> None:
    with refused(UnknownNameError, "only", match="priest"):
        course.run(only=["priest"], out=tmp_path)
    with refused(SettingsError, "minutes"):
        course.run(minutes=0, out=tmp_path)


def test_how_busy_the_machine_is() -> None:
    with Usage() as usage:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            sum(range(1000))
    assert usage.processors is None or 0 < usage.processors <= 1
    assert "GPU" in str(usage)


def test_a_clock() -> None:
    assert not checkpoints.Clock(None).up and checkpoints.Clock(0).up and not checkpoints.Clock(60).up


@pytest.mark.slow
def test_a_prior_within_a_time_continues_where_it_was(tmp_path: Path) -> None:
    lines: list[str] = []
    given = {"out": tmp_path / "trained", "device": "cpu", "changes": TINY, "only": ["prior"], "report": lines.append}
    first = course.run(minutes=0.1, runs=tmp_path / "a", **given)["prior"]
    assert first["steps"] and first["pictures_per_s"] and (first["largest_file_mb"] or 99) <= 16
    assert json.loads((tmp_path / "trained/figures.json").read_text())["prior"] == first
    # another machine has the small files only
    second = course.run(minutes=0.05, runs=tmp_path / "b", **given)["prior"]
    assert (second["steps_in_all"] or 0) == first["steps"] + (second["steps"] or 0) > first["steps"]
    # and the recipe writes weights from the checkpoint
    steps = int(second["steps_in_all"] or 0)
    prior.run(out=tmp_path / "prior", runs=tmp_path / "b", steps=steps, device="cpu", **TINY["prior"])
    assert (tmp_path / "prior/prior.safetensors").exists()


@pytest.mark.slow
def test_every_stage_trains_within_its_time(tmp_path: Path) -> None:
    began = time.monotonic()
    found = course.run(minutes=2, out=tmp_path / "trained", runs=tmp_path / "runs", device="cpu", changes=TINY)
    assert list(found) == list(STAGES) and all(one["steps"] for one in found.values())
    assert time.monotonic() - began < 300  # a stage always takes a step, and two cores start slowly
    files = list((tmp_path / "trained").iterdir())
    assert len(files) <= 8 and all(path.stat().st_size <= 16 * 2**20 for path in files)
