import time
from pathlib import Path
from typing import Any

import pytest
import torch

from clipgen.errors import SettingsError
from clipgen.media.pictures import read_metadata
from clipgen.parts import Parts
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import QUALITIES, GenerateSettings
from clipgen.tasks.generate import Plan, Run
from clipgen.tasks.generate import race as racing
from clipgen.tasks.generate.race import APART, STEPS
from raising import refused
from runs import remake, start

CPPN = GenerateSettings.of(size=(32, 24), steps=12, cutn=4, seed=7, generator="cppn", device="cpu", dtype="fp32")


def run(perceptor: OpenClip, *prompts: str, **given: Any) -> Run:
    parts = {name: given.pop(name) for name in ("resume", "started", "report") if name in given}
    return start(perceptor, prompts or ["a red square"], CPPN.changed(**given), **parts)


def scores_at(generation: Run, step: int) -> list[float]:
    for made in generation:
        if made.index + 1 == step:
            break
    return generation.synthesis.best_score.tolist()


def test_each_picture_continues_with_the_best_of_its_tries(perceptor: OpenClip) -> None:
    prompts = ("a red square", "a blue circle")
    told: list[str] = []
    raced, first = (run(perceptor, *prompts, count=2, race=tries, report=told.append) for tries in (5, 1))
    assert told[-1] == "trying start 5 of 5"
    best, own = scores_at(raced, STEPS), scores_at(first, STEPS)
    # no picture's score depends on the others: one whose own seed won is the same, all others are better
    assert all(one == pytest.approx(other, abs=1e-5) or one > other for one, other in zip(best, own, strict=True))
    assert any(one > other + 1e-3 for one, other in zip(best, own, strict=True))
    assert raced.plan.seeds == [7, 8, 7, 8] and raced.settings.options.race == 5
    assert f"the best of 5 starts after {STEPS} steps is used (race)" in raced.notes


def test_each_picture_has_a_winner_of_its_own(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = iter([[0.1, 0.5], [0.4, 0.2], [0.3, 0.4]])
    monkeypatch.setattr(racing, "_score", lambda plan, parts: torch.tensor(next(scores)))
    lines: list[str] = []
    raced = run(perceptor, count=2, race=3, report=lines.append)
    assert raced.plan.latent_seeds == (7 + APART, 8)
    assert lines == ["trying start 1 of 3", "trying start 2 of 3", "trying start 3 of 3"]


def test_a_raced_picture_is_made_again(perceptor: OpenClip, tmp_path: Path) -> None:
    first = run(perceptor, race=3)
    list(first)
    first.pictures()[0].save(tmp_path / "a.png")
    again = remake(perceptor, read_metadata(tmp_path / "a.png"))
    list(again)
    again.pictures()[0].save(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_winner_depends_on_the_quality_alone(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    # a time budget sets steps and cutouts after the race; a picture that is made again has them from the beginning
    courses = set()

    class Watched(Run):
        def __init__(self, plan: Plan, parts: Parts) -> None:
            courses.add((plan.settings.search.steps, plan.settings.cutouts.cutn))
            super().__init__(plan, parts)

    monkeypatch.setattr("clipgen.tasks.generate.race.Run", Watched)
    for steps, cutn in ((3, 2), (60, 5)):
        run(perceptor, race=2, steps=steps, cutn=cutn)
    assert courses == {(QUALITIES["normal"].steps, QUALITIES["normal"].cutn)}


def test_a_stopped_run_resumes_without_another_race(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    # a run that holds on to its start: that of the winner, not of its own seed
    whole, half = (run(perceptor, race=5, init_weight=1.0) for _ in range(2))
    assert whole.state()["drawn"] not in (None, [7])
    for made in half:
        if made.index == 4:
            break
    state = half.state()
    monkeypatch.setattr("clipgen.tasks.generate.preparation.race", lambda *_, **__: pytest.fail("raced again"))
    rest = run(perceptor, race=5, init_weight=1.0, resume=state)
    assert [step.loss for step in whole][5:] == [step.loss for step in rest]


def test_cppns_are_raced_by_default(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(perceptor, steps=1).settings.options.race == 4
    assert run(perceptor, steps=1, race=1).settings.options.race == 1
    assert run(perceptor, steps=1, generator="pixels").settings.options.race == 1
    run(perceptor, steps=1).pictures()  # none yet: a race makes no picture of its own
    monkeypatch.setattr("clipgen.tasks.generate.preparation.race", lambda *_, **__: pytest.fail("raced all the same"))
    first = run(perceptor, steps=1, race=1)
    list(first)
    first.pictures()[0].save(tmp_path / "first.png")
    assert run(perceptor, steps=1, init_image=str(tmp_path / "first.png")).settings.options.race == 1


def test_starts_that_are_alike_are_not_raced() -> None:
    with refused(SettingsError, "race", "init_image"):
        CPPN.changed(race=3, init_image="photo.jpg")
    with refused(SettingsError, "race"):
        CPPN.changed(race=0)


def test_a_race_ends_when_its_time_is_over(perceptor: OpenClip) -> None:
    over = run(perceptor, race=200, steps=2000, time_budget=3.0, started=time.monotonic() - 10)
    assert over.settings.options.race == 1
    timed = run(perceptor, race=200, steps=2000, time_budget=3.0)
    assert 1 <= (timed.settings.options.race or 0) < 200
    assert any("time budget" in note for note in timed.notes)
