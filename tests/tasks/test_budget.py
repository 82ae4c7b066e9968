"""What a run may take: memory and time that are measured by a few steps, and what is chosen by them."""

import time
from collections.abc import Callable, Sequence
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from clipgen import devices
from clipgen.errors import DeviceError
from clipgen.jobs import Inputs, Job
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Synthesis
from clipgen.tasks.generate import Run, budget, prepare
from clipgen.tasks.generate.run import trial
from raising import refused
from runs import OneClip, start

Make = Callable[..., Run]
SMALL = GenerateSettings.of(size=(32, 24), steps=5, cutn=4, seed=7, generator="pixels", device="cpu", dtype="fp32")


@pytest.fixture
def make(perceptor: OpenClip) -> Make:
    def made(prompts: Sequence[str] = ("a red square",), **given: Any) -> Run:
        about = {name: given.pop(name) for name in ("stop_after", "started") if name in given}
        return start(perceptor, prompts, SMALL.changed(**given), **about)

    return made


def takes(monkeypatch: pytest.MonkeyPatch, peak: Callable[[Synthesis], float], loaded: float = 1000.0) -> None:
    monkeypatch.setattr(budget, "peak", peak)
    monkeypatch.setattr(budget, "memory_now", lambda device: loaded)


def at_once(run: Synthesis) -> int:
    return run.chunk or run.cutouts.cutn


def test_a_trial_leaves_nothing_behind(perceptor: OpenClip) -> None:
    parts = OneClip(perceptor)
    plan = prepare(Job("generate", Inputs(prompts=("a red square",)), SMALL), parts)
    moved = [step.score for step in trial(plan, parts, steps=5)]
    assert [step.score for step in Run(plan, parts)] == moved == [step.score for step in Run(plan, parts)]


@pytest.mark.parametrize(("seconds", "cutn"), [(0.1, 8), (9.9, 8), (10.1, 12), (119.0, 12), (121.0, 32)])
def test_the_richest_quality_that_fits(seconds: float, cutn: int) -> None:
    paces = {3: 0.11, 12: 0.2}
    assert budget.pace_of(32, paces) == pytest.approx(0.4)
    assert budget.cutouts_for(seconds, paces) == cutn


def test_noise_in_the_clock_makes_no_cutout_cheaper_than_none() -> None:
    assert budget.pace_of(32, {3: 0.3, 12: 0.2}) == 0.3


@pytest.mark.parametrize(("limit", "chunk"), [(1100, 0), (1250, 1), (2000, 9), (4000, 28), (9000, 32)])
def test_cutouts_at_once_for_a_limit(monkeypatch: pytest.MonkeyPatch, limit: float, chunk: int) -> None:
    monkeypatch.setattr(budget, "peak", lambda run: 1000.0 + 100 * run.chunk)
    begin: Any = lambda chunk: SimpleNamespace(chunk=chunk)  # noqa: E731
    assert budget.chunk_for(limit, begin, 32) == (chunk, 1100.0)


def test_memory_sets_cutouts_at_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    takes(monkeypatch, lambda run: 1000.0 + 100 * at_once(run))
    generation = make(vram=1.3)
    machine = generation.settings.machine
    assert (machine.cut_chunk, machine.vram, generation.synthesis.chunk) == (2, None, 2)
    assert generation.notes == ["2 of 4 cutouts at once, at 32 x 24 pixels, fit into 1.3 GB"]
    assert make(vram=9.0).settings.machine.cut_chunk is None
    plain = make(cut_chunk=2)
    assert [step.score for step in plain] == [step.score for step in generation]
    assert plain.pictures()[0].metadata == generation.pictures()[0].metadata


def test_memory_sets_the_size_where_one_cutout_is_too_much(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def peak(run: Synthesis) -> float:
        width, height = run.generator.size
        return 1000.0 + width * height + 10 * at_once(run)

    takes(monkeypatch, peak)
    generation = make(vram=1.5, seed=None)
    width, height = generation.settings.canvas.size
    assert 16 < width < 24 and abs(width / height - 4 / 3) < 0.1
    first, second = generation.notes
    assert first.startswith("a step at 32 x 24 pixels does not fit into 1.5 GB")
    assert second.startswith("4 of 4 cutouts at once")
    assert len(list(generation)) == 5


def test_models_that_are_too_large_are_an_error(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    takes(monkeypatch, lambda run: 1500.0)
    with refused(DeviceError, "vram", match=r"0\.9 GB.* 1\.0 GB"):
        make(vram=0.9)
    with refused(DeviceError, "vram", match=r"1\.2 GB.* 1\.5 GB"):  # a smaller picture does not help
        make(vram=1.2)


def test_unmeasurable_memory_names_the_other_setting(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "reset_peak_memory", lambda device: False)
    with pytest.raises(DeviceError) as caught:
        make(vram=2.0)
    assert set(caught.value.settings) == {"cut_chunk", "vram"}


def test_memory_is_measured_for_real(make: Make) -> None:
    if not devices.reset_peak_memory(torch.device("cpu")):
        pytest.skip("this system does not tell")
    few, many = (budget.peak(make(size=(side, side), cutn=2).synthesis) for side in (32, 1024))
    assert many > few + 30


def test_time_sets_cutouts_and_steps(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "pace", lambda run, seconds: 0.01 * run.cutouts.cutn)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)  # a busy machine takes a tenth of a second to begin with
    for seconds, cutn in ((1.0, 8), (20.0, 12), (600.0, 32)):
        generation = make(steps=None, cutn=None, time_budget=seconds)
        steps = generation.settings.search.steps or 0
        assert (generation.settings.cutouts.cutn, generation.cutouts.cutn) == (cutn, cutn)
        assert steps == pytest.approx(0.95 * seconds / (0.01 * cutn), rel=0.1)
        assert generation.notes == [f"{steps} steps of {cutn} cutouts fit into the time budget of {seconds:g} s"]


def test_cutouts_that_are_set_stay(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "pace", lambda run, seconds: 0.01)
    assert make(steps=None, cutn=5, time_budget=60.0).settings.cutouts.cutn == 5
    assert make(steps=9, cutn=None, time_budget=60.0).settings.cutouts.cutn == 12


def test_a_time_budget_sets_the_steps_and_leaves_no_trace(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    with monkeypatch.context() as patch:  # a clock that advances by 20 ms when it is read: no machine is too slow
        for name in ("monotonic", "perf_counter"):
            patch.setattr(time, name, lambda: 0.02 * next(ticks))
        generation = make(steps=None, time_budget=2.0)
        steps = list(generation)
    assert 1.0 < 0.02 * next(ticks) < 2.2
    assert generation.settings.search.steps is not None
    assert 1 <= len(steps) <= generation.settings.search.steps
    taken = generation.settings.search.steps
    assert generation.notes == [f"{taken} steps of 4 cutouts fit into the time budget of 2 s"]
    plain = make(steps=generation.settings.search.steps, stop_after=len(steps))
    assert [step.score for step in plain] == [step.score for step in steps]
    assert plain.pictures()[0].metadata == generation.pictures()[0].metadata


def test_a_time_that_is_spent_by_the_start_is_not_measured(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "trial", lambda *_, **__: pytest.fail("steps were timed"))
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    generation = make(steps=None, cutn=None, time_budget=2.0, started=90.0)
    assert (generation.settings.search.steps, generation.settings.cutouts.cutn) == (1, 8)
    assert generation.notes == ["the time budget of 2 s is spent before the first step: one of 8 cutouts is taken"]
    assert make(steps=9, cutn=None, time_budget=2.0, started=90.0).settings.cutouts.cutn == 12
    assert make(steps=None, cutn=5, time_budget=2.0, started=90.0).settings.cutouts.cutn == 5
