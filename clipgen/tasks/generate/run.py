"""One run of words to picture: an iterator over the steps of a plan, with its pictures and its state."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self

import torch

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.jobs import Job
from clipgen.media.images import to_pil
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.generate.losses import build_loss
from clipgen.tasks.generate.picture import Picture, PictureJson
from clipgen.tasks.generate.plan import Plan
from clipgen.tasks.generate.runfile import RunState, save_run
from clipgen.tasks.generate.targets import note_unknown
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
        settings = plan.settings
        with self.lock:
            self.perceptor = plan.perceptor(parts)
            self.generator = plan.generator(parts)
            self.cutouts = cutouts(settings, self.perceptor.input_size)
            loss = build_loss(
                settings,
                plan.targets,
                generator=self.generator,
                perceptor=self.perceptor,
                device=plan.device,
                init_share=plan.init_share,
                extra=plan.losses,
            )
            self.synthesis = Synthesis(
                self.generator,
                self.perceptor,
                self.cutouts,
                loss,
                target=plan.targets.mean(),
                steps=settings.search.steps or 1,
                lr=settings.search.lr or self.generator.lr,
                optimizer=settings.search.optimizer,
                lr_decay=settings.search.lr_decay,
                ema=settings.search.ema,
                chunk=settings.machine.cut_chunk,
                alternate=settings.search.alternate,
                compile=settings.machine.compile,
            )
            if state is not None:
                self.synthesis.load_state_dict(state)

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
        return note_unknown(self.job.inputs.prompts, self.perceptor)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step:
        done = self.synthesis.index
        late = self.plan.seconds_left() < self._pace
        if (self.stop_after is not None and done >= self.stop_after) or (late and done > 0):
            raise StopIteration
        with self.lock:
            step = next(self.synthesis)
        self._pace = step.seconds
        return step

    def pictures(self) -> list[Picture]:
        """The best pictures so far, prompt by prompt; none before the first step."""
        run = self.synthesis
        if run.best_image is None:
            return []
        images = run.best_image
        if (size := self.settings.options.final_size()) is not None:
            with self.lock, run.holding(run.best_latents) as generator:
                images = generator.render(size)
        return [self._picture(i, image) for i, image in enumerate(images)]

    def state(self) -> RunState:
        """The state to resume from, as tensors, numbers, texts, lists and dicts."""
        return {**self.synthesis.state_dict(), "drawn": list(self.plan.latent_seeds)}

    def save_state(self, path: str | Path, output: Values | None = None) -> None:
        """Write job and state to a file, whole or not at all.

            >>> run.save_state("outputs/a-fox-7.run")

        output: JSON values on where the run's files go, saved as well. Raises OutputError if it cannot be written.
        """
        save_run(path, self.job, self.state(), output or {})

    def _picture(self, index: int, image: torch.Tensor) -> Picture:
        score = round(float(self.synthesis.best_score[index]), 6)
        metadata = PictureJson(
            **self.job.to_json(),
            prompt=self.job.inputs.prompts[index // self.settings.canvas.count],
            seed=self.plan.seeds[index],
            score=score,
            steps_done=self.synthesis.index,
            index=index,
        )
        return Picture(to_pil(image), score, metadata)


def cutouts(settings: GenerateSettings, input_size: int) -> Cutouts:
    """The cutouts of a run, before its first step."""
    made = Cutouts(
        input_size,
        settings.cutouts.cutn or 1,
        cut_pow=settings.cutouts.cut_pow,
        augments=settings.cutouts.augments,
        generator=devices.generator("cpu", settings.canvas.seed or 0),
    )
    return made.to(settings.machine.device)


def trial(plan: Plan, parts: Parts, *, steps: int, chunk: int | None = None, cutn: int | None = None) -> Synthesis:
    """The loop of a run with other numbers, on a generator of its own: the plan and other runs do not change.

        >>> len(list(trial(plan, parts, steps=1)))
        1

    chunk, cutn: cutout batch size and cutouts per step, by default those of the plan.
    """
    settings = plan.settings
    changed = plan.changed(
        steps=steps, cut_chunk=chunk or settings.machine.cut_chunk, cutn=cutn or settings.cutouts.cutn
    )
    return Run(replace(changed, deadline=None), parts).synthesis
