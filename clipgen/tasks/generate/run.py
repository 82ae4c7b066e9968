"""One run of words to picture: an iterator over the steps of a plan, with its pictures and its state."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self

from PIL import Image

from clipgen.cutouts import Cutouts
from clipgen.generators.base import Generator
from clipgen.jobs import Job
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings, split_region
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.generate.course import Course, Single, begin
from clipgen.tasks.generate.origin import made_with
from clipgen.tasks.generate.picture import Picture, PictureJson
from clipgen.tasks.generate.plan import Plan
from clipgen.tasks.generate.runfile import RunState, save_run
from clipgen.tasks.generate.targets import note_wording
from clipgen.tasks.generate.tiles import Tiles
from clipgen.values import Values


class Run:
    """Iterate over the steps of a plan.

        >>> run = Run(plan, parts)
        >>> [step.index for step in run]
        [0, 1]
        >>> [picture.metadata["seed"] for picture in run.pictures()]
        [7]

    plan: of `prepare`; state: a `state()` of the same plan, to resume; stop_after: number of steps after which the run
    ends, to repeat one that was stopped.
    A step takes the lock of its device, so that runs in several threads take turns. `next` raises what `Synthesis`
    raises.
    """

    def __init__(
        self, plan: Plan, parts: Parts, *, state: RunState | None = None, stop_after: int | None = None
    ) -> None:
        self.plan, self.stop_after = plan, stop_after
        self.lock = parts.lock(plan.device)
        self._pace = 0.0
        with self.lock:
            self.perceptor = plan.perceptor(parts)
            self.course = course_of(plan, parts)
            self.stage = 0
            if state is not None:
                self.stage, self.course.canvas = state.get("stage", 0), state.get("canvas")
            self.synthesis = self.course.begin(self.stage)
            if state is not None:
                self.synthesis.load_state_dict(state)

    @property
    def generator(self) -> Generator:
        """The generator of the stage."""
        return self.synthesis.generator

    @property
    def cutouts(self) -> Cutouts:
        """The cutouts of the stage."""
        return self.synthesis.cutouts

    @property
    def done(self) -> int:
        """Number of steps taken, in all stages."""
        return sum(self.course.steps[: self.stage]) + self.synthesis.index

    @property
    def total(self) -> int:
        """Number of steps of the whole run."""
        return sum(self.course.steps)

    @property
    def job(self) -> Job:
        """The job, with complete settings."""
        return self.plan.job

    @property
    def settings(self) -> GenerateSettings:
        """The complete settings."""
        return self.plan.settings

    @property
    def notes(self) -> list[str]:
        """Lines that a user should read: unknown words, a rounded size, the steps of a time budget …"""
        return [*self._unknown, *self.plan.notes]

    @cached_property
    def _unknown(self) -> list[str]:
        areas = self.settings.areas
        parts = [*(split_region(region)[1] for region in areas.regions), *([areas.hide] if areas.hide else [])]
        return note_wording([*self.job.inputs.prompts, *parts], self.perceptor, self.settings.init.start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step:
        done = self.done
        late = self.plan.seconds_left() < self._pace
        if done >= (self.total if self.stop_after is None else self.stop_after) or (late and done > 0):
            raise StopIteration
        with self.lock:
            if self.synthesis.index >= self.synthesis.total:
                self.course.keep(self.stage, self.synthesis)
                self.stage += 1
                self.synthesis = self.course.begin(self.stage)
            step = next(self.synthesis)
            shown = self.course.shown(self.stage, step._image)
        self._pace = step.seconds
        return replace(step, index=done, total=self.total, _image=shown)

    def pictures(self) -> list[Picture]:
        """The best pictures so far, prompt by prompt; none before the first step."""
        with self.lock:
            images, scores = self.course.pictures(self.stage, self.synthesis)
        return [self._picture(i, image, scores[i]) for i, image in enumerate(images)]

    def state(self) -> RunState:
        """The state to resume from, as tensors, numbers, texts, lists and dicts."""
        own = RunState(**self.synthesis.state_dict(), drawn=list(self.plan.latent_seeds), stage=self.stage)
        canvas = self.course.canvas
        return own if canvas is None else {**own, "canvas": canvas}

    def save_state(self, path: str | Path, output: Values | None = None) -> None:
        """Write job and state to a file, whole or not at all.

            >>> run.save_state("outputs/a-fox-7.run")

        output: JSON values on where the run's files go, saved as well. Raises OutputError if it cannot be written.
        """
        save_run(path, self.job, self.state(), output or {})

    def _picture(self, index: int, image: Image.Image, score: float) -> Picture:
        metadata = PictureJson(
            **self.job.to_json(),
            prompt=self.job.inputs.prompts[index // self.settings.canvas.count],
            seed=self.plan.seeds[index],
            score=round(score, 6),
            steps_done=self.done,
            index=index,
            made_with=made_with(self.plan.device),
        )
        if (hidden := self.course.hidden[index]) is not None:
            metadata["hidden"] = {"text": hidden["text"], "box": list(hidden["box"])}
        return Picture(image, round(score, 6), metadata)


def course_of(plan: Plan, parts: Parts) -> Course:
    """The course of a plan: that of a picture of tiles, or of one in a single stage."""
    return Single(plan, parts) if plan.settings.areas.tiles is None else Tiles(plan, parts)


def trial(plan: Plan, parts: Parts, *, steps: int, chunk: int | None = None, cutn: int | None = None) -> Synthesis:
    """The loop of a run with other numbers, on a generator of its own: the plan and other runs do not change.

        >>> len(list(trial(plan, parts, steps=1)))
        1

    chunk, cutn: cutout batch size and cutouts per step, by default those of the plan. Of a picture of tiles it is the
    loop of the largest tile, on a grey picture.
    """
    settings = plan.settings
    changed = plan.changed(
        steps=steps, cut_chunk=chunk or settings.machine.cut_chunk, cutn=cutn or settings.cutouts.cutn
    )
    changed = replace(changed, deadline=None)
    if settings.areas.tiles is None:
        return begin(changed, parts)
    return Tiles(changed, parts).trial()
