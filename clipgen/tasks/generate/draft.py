"""The draft of a run: the first plan of a job, with complete settings, whose latents are not drawn yet."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clipgen import devices
from clipgen.errors import PromptError
from clipgen.jobs import Job, Model, job_of
from clipgen.losses import Loss
from clipgen.models import shelf
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate.frame import Frame
from clipgen.tasks.generate.plan import Plan, perceptor_of
from clipgen.tasks.generate.regions import read_regions
from clipgen.tasks.generate.targets import read_noise, read_targets, reader_for


def draft(
    job: Job,
    parts: Parts,
    *,
    latent_seeds: Sequence[int] = (),
    losses: Sequence[Loss] = (),
    started: float | None = None,
    whole: bool = False,
) -> Plan:
    """A plan with complete settings, whose latents are not drawn yet: see `with_start`.

    latent_seeds: seeds to draw latents from, by default those of the pictures; losses: added to those of the settings;
    started: `time.monotonic()` from which a time budget counts, by default now; whole: whether a picture with a mask is
    painted in whole, not the part about the white alone, and no picture enlarged, as films need it.
    Raises PromptError, SettingsError, UnknownNameError, ImageError, WeightsError or DeviceError for what cannot be run.
    """
    requested = job_of(job, "generate", "edit").settings
    assert isinstance(requested, GenerateSettings)  # as `Job` checks
    prompts = job.inputs.prompts
    if not prompts:
        raise PromptError("no prompt was given; give one or more, such as 'underwater scene Van Gogh'")
    began = time.monotonic() if started is None else started
    settings, device = _complete(requested), devices.pick_device(requested.machine.device)
    for text in settings.guides.noise_prompts:
        read_noise(text)  # reported before the models are loaded
    perceptor = perceptor_of(settings, parts, device)
    notes: list[str] = []
    frame = _frame(settings, whole=whole)
    # targets first: errors in them are reported before the generator is loaded, which takes seconds
    texts = [prompt for prompt in prompts for _ in range(settings.canvas.count)]
    reader = reader_for(settings, perceptor, parts, device)
    targets = read_targets(texts, settings, perceptor=perceptor, device=device, notes=notes, reader=reader)
    regions = read_regions(
        settings,
        whole=settings.areas.whole(settings.canvas.size) if frame is None else frame.whole,
        window=None if frame is None else frame.window,
        perceptor=perceptor,
        device=device,
        notes=notes,
        reader=reader,
    )
    if settings.machine.compile:
        notes.append("the step is compiled, which takes a minute before the first one; later runs load it from disk")
    seconds = requested.search.time_budget
    plan = Plan(
        job=replace(job, settings=settings, models=_models(settings, perceptor, job.weights)),
        requested=requested,
        targets=targets,
        latent_seeds=tuple(latent_seeds),
        start=None,
        regions=regions,
        frame=frame,
        losses=tuple(losses),
        deadline=None if seconds is None else began + seconds,
        enlarges=not whole,
        notes=tuple(notes),
    )
    return plan if latent_seeds else replace(plan, latent_seeds=tuple(plan.seeds))


def _complete(requested: GenerateSettings) -> GenerateSettings:
    """Settings in which only those that the generator decides are open."""
    device = devices.pick_device(requested.machine.device)
    dtype = devices.pick_dtype(requested.machine.dtype, device)
    seed = requested.canvas.seed
    return requested.resolved().changed(
        seed=secrets.randbelow(2**32) if seed is None else seed,
        device=str(device),
        dtype=next(name for name, known in devices.DTYPES.items() if known == dtype),
        time_budget=None,
        vram=None,
    )


def _frame(settings: GenerateSettings, *, whole: bool) -> Frame | None:
    areas, picture = settings.areas, settings.init.init_image
    if areas.mask is None or picture is None:
        return None
    return Frame.load(picture, areas.mask, feather=areas.feather, whole=whole)


def _models(settings: GenerateSettings, perceptor: Perceptor, weights: Path | None) -> dict[str, Model]:
    return {
        "perceptor": Model(perceptor.name, perceptor.fingerprint),
        "generator": Model(settings.generator, shelf.fingerprint(settings.generator, weights)),
    }
