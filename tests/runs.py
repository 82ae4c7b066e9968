"""Runs on a perceptor that is given, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from clipgen.jobs import Inputs, Job
from clipgen.losses import Loss
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings
from clipgen.studio import Studio
from clipgen.tasks.animate import Film, make_film
from clipgen.tasks.generate import Run, RunState, prepare
from clipgen.timelines import Timeline


class OneClip(Parts):
    """Parts whose perceptor is always the given one."""

    def __init__(self, perceptor: Perceptor) -> None:
        super().__init__()
        self.own = perceptor

    def perceptor(self, names: Sequence[str], device: torch.device, dtype: torch.dtype = torch.float32) -> Perceptor:
        return self.own


def start(
    perceptor: Perceptor,
    prompts: Sequence[str],
    settings: GenerateSettings,
    *,
    resume: RunState | None = None,
    stop_after: int | None = None,
    started: float | None = None,
    report: Callable[[str], None] = lambda line: None,
    losses: Sequence[Loss] = (),
) -> Run:
    """A run of prompts, not begun."""
    parts = OneClip(perceptor)
    job = Job("generate", Inputs(prompts=tuple(prompts)), settings)
    plan = prepare(job, parts, resume=resume, started=started, report=report, losses=losses)
    return Run(plan, parts, state=resume, stop_after=stop_after)


def remake(perceptor: Perceptor, metadata: Mapping[str, Any]) -> Run:
    """The run that made a picture."""
    return Studio(parts=OneClip(perceptor)).again(metadata)


def film(
    perceptor: Perceptor,
    timeline: Timeline,
    settings: FilmSettings,
    picture: GenerateSettings,
    *,
    folder: Path | None = None,
    weights: Path | None = None,
) -> Film:
    """A film of a timeline, not painted."""
    job = Job("animate", Inputs(timeline=timeline), AnimateSettings(settings, picture), weights)
    return make_film(job, OneClip(perceptor), folder=folder)
