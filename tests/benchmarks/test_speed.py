"""The arithmetic of the speed benchmark, and its report of workloads of a second."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import curves
import figures
import machine
import pytest
import sides
import speed
import torch
from PIL import Image

KEYS = {
    "workload",
    "device",
    "ours",
    "reference",
    "ratio",
    "roofline",
    "threads",
    "dtype",
    "rounds",
    "date",
    "versions",
}
SHORT = {"steps": 2, "cutn": 2, "start": "noise"}


@pytest.fixture
def job(tmp_path: Path, tiny_vqgan: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch):
    """Two steps of tiny parts, measured in this very process."""
    monkeypatch.setattr(speed, "in_child", lambda call, job: sides.measure(job) if job.side else call(job))
    monkeypatch.setattr(speed, "start_up", lambda folder: {"import_s": 0.1})
    return sides.Job(
        "full", "", tmp_path, weights=tiny_vqgan, perceptor=f"local-dir:{tiny_clip}", size=(32, 32), cutn=2, warm=1,
        timed=1, prompts=("red fox", "blue circle"), course=3, every=2, batches=(1, 2), captions=300, matrices=(32,),
        device="cpu",
    )  # fmt: skip


def test_a_score_that_is_never_reached_has_no_time() -> None:
    line = [(1.0, 0.1), (2.0, 0.4), (3.0, 0.3)]
    assert figures.reached(line, 0.3) == 2.0
    assert figures.reached(line, 0.5) is None


def test_the_reference_counts_from_its_first_touch_of_its_last_score() -> None:
    course = figures.Course("a fox", 7, ours=[(1.0, 0.1), (2.0, 0.5)], reference=[(4.0, 0.6), (8.0, 0.2), (12.0, 0.4)])
    times = course.times()
    assert (times["ours"], times["reference"], times["reference_whole"]) == (2.0, 4.0, 12.0)
    found = figures.ratios([{"ours": {}, "reference": {}}], [times])
    assert (found["time_to_score"], found["time_to_score_of_whole_run"]) == (0.5, 2 / 12)


def test_ratios_are_taken_round_by_round() -> None:
    def pair(ours: float, reference: float):
        both = {"it_per_s": ours, "peak_memory_mb": 100.0}, {"it_per_s": reference, "peak_memory_mb": 400.0}
        return dict(zip(figures.SIDES, both, strict=True))

    found = figures.ratios([pair(4.0, 2.0), pair(9.0, 3.0), pair(1.0, 1.0)])
    assert found == {"time_to_score": None, "it_per_s": 2.0, "peak_memory": 0.25}


@pytest.mark.parametrize(("values", "median"), [([1.0, None, 3.0], 3.0), ([1.0, None], None), ([None], None)])
def test_never_is_later_than_all(values: list[float | None], median: float | None) -> None:
    assert figures.middle(values) == median


def test_summary_is_of_medians_with_their_spread() -> None:
    rows = [{"it_per_s": value, "hourly": {"1": value}, "dtype": "bf16"} for value in (1.0, 5.0, 2.0)]
    spread = [1.0, 5.0]
    assert figures.summary(rows) == {
        "it_per_s": 2.0, "it_per_s_spread": spread, "hourly": {"1": 2.0, "1_spread": spread}, "dtype": "bf16",
    }  # fmt: skip


@pytest.mark.parametrize("workload", ["full", "cppn", "batch"])
def test_report(workload: str, job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(speed, "prepare", lambda job: None)
    if workload == "cppn":
        job = replace(job, generator="cppn", weights=None)
    found = json.loads(json.dumps(speed.run(replace(job, workload=workload, settings=SHORT), 1)))
    assert found.keys() >= KEYS and found["ratio"].keys() >= {"time_to_score", "it_per_s", "peak_memory"}
    assert found["ratio"]["peak_memory"] > 0 and found["ratio"]["time_to_score"] is None
    speed.print_table(found)
    printed = capsys.readouterr().out
    assert "peak_memory, ours over reference" in printed and "\npeak_memory_mb " in printed
    if workload == "batch":
        assert found["ours"]["images_per_hour"].keys() >= {"1", "2"} and found["ours"]["batch_2_over_1"] > 0
    else:
        assert found["ratio"]["it_per_s"] > 0
        assert all(found["roofline"][side]["gflop_per_step"] > 0 for side in figures.SIDES)


def test_time_to_score(job, tmp_path: Path) -> None:
    plot = tmp_path / "score.png"
    found = speed.run(replace(job, workload="builtin", settings=SHORT), 1, plot)
    assert [row["prompt"] for row in found["courses"]] == list(job.prompts)
    assert all(0 < row["reference"] <= row["reference_whole"] for row in found["courses"])
    assert 0 <= found["ours"]["share_reached"] <= 1 and found["ours"]["start_up"]["import_s"] == 0.1
    assert Image.open(plot).size == (900, 480)


def test_both_sides_rank_alike(job) -> None:
    found = speed.run(replace(job, workload="rank"), 1)
    assert found["ratio"]["it_per_s"] > 0 and found["roofline"] == {"ours": None, "reference": None}


def test_the_judge_is_not_on_the_clock(job, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1.0
    monkeypatch.setattr(sides, "clock", lambda device: now)
    job = replace(job, settings=SHORT)
    for course in (sides._ours_course(job, "red fox"), sides._reference_course(job, "red fox")):
        seconds = []
        for when, _ in course:
            now += 100.0
            seconds.append(when)
        assert len(seconds) > 1 and set(seconds) == {0.0}


def test_few_are_spread_over_all() -> None:
    assert speed.few("abcdefgh", 2) == ("a", "e")


def test_machine() -> None:
    assert machine.matmul_rate(torch.device("cpu"), torch.float32, (64,)) > 0


def test_curves(tmp_path: Path) -> None:
    curves.draw_curves(tmp_path / "flat.png", {"ours": [[(1.0, 0.3)]]}, across="seconds", up="score")
    assert Image.open(tmp_path / "flat.png").mode == "RGB"
