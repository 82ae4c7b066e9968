"""The plan of a run: everything that it needs, decided. Functions that decide more take a plan and return another.

The first plan of a job is its `draft`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, Unpack

import torch
from torch import Tensor

from clipgen import devices
from clipgen.files import sha256
from clipgen.generators.base import Generator, GeneratorState
from clipgen.jobs import Job
from clipgen.losses import Loss
from clipgen.models import weights
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import parse_weighted_path
from clipgen.settings import QUALITIES, GenerateSettings, Preset
from clipgen.settings.keywords import PictureValues
from clipgen.tasks.generate.canvas import enlarged, initial_picture, load_generator
from clipgen.tasks.generate.frame import Frame
from clipgen.tasks.generate.regions import Region
from clipgen.tasks.generate.start import set_start, starts_from_bank
from clipgen.tasks.generate.targets import Targets

# share of INIT_WEIGHT from which a picture of the bank needs fewer steps
FITTING = 0.6


@dataclass(frozen=True)
class Plan:
    """Everything that a run of `len(prompts) * count` pictures in one batch needs.

        >>> from clipgen.tasks.generate.draft import draft
        >>> plan = draft(Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(steps=2, seed=7)), parts)
        >>> plan.settings.search.steps, plan.seeds
        (2, [7])

    job: with complete settings (seed, steps, lr, size, device, dtype), models and files; requested: the settings that
    were given; targets: of each picture; latent_seeds: the seeds that latents are drawn from, which differ from those
    of the pictures where another start won a race; start: state of the generator where the latents start; init_share:
    [B] or [B, 1, H, W], shares of INIT_WEIGHT where init_weight is not set; regions: parts with targets of their own;
    frame: what surrounds the part that is painted, None where all is; losses: a user's own, added to those of the
    settings; deadline: `time.monotonic()` at which the run has to end; enlarges: whether pictures that are smaller than
    asked for are enlarged in the end; notes: lines that a user should read. Tensors in a plan are never changed.
    """

    job: Job
    requested: GenerateSettings
    targets: Targets
    latent_seeds: tuple[int, ...]
    start: GeneratorState | None
    init_share: Tensor | None = None
    regions: tuple[Region, ...] = ()
    frame: Frame | None = None
    losses: tuple[Loss, ...] = ()
    deadline: float | None = None
    enlarges: bool = True
    notes: tuple[str, ...] = ()

    @property
    def settings(self) -> GenerateSettings:
        """The complete settings of the run."""
        assert isinstance(self.job.settings, GenerateSettings)  # as `draft` checks
        return self.job.settings

    @property
    def device(self) -> torch.device:
        """Where the run computes."""
        return torch.device(self.settings.machine.device)

    @property
    def seeds(self) -> list[int]:
        """The seed of each picture of the batch, prompt by prompt."""
        canvas = self.settings.canvas
        return [(canvas.seed or 0) + j for _ in self.job.inputs.prompts for j in range(canvas.count)]

    def changed(self, *notes: str, **settings: Unpack[PictureValues]) -> Self:
        """The same plan with other settings, and with notes on the change.

        >>> plan.changed("25 steps fit into the time", steps=25).settings.search.steps
        25
        """
        job = replace(self.job, settings=self.settings.changed(**settings))
        return replace(self, job=job, notes=(*self.notes, *notes))

    @property
    def stages(self) -> int:
        """Number of optimisations: one, or that of the overview, the tiles and what is hidden."""
        areas = self.settings.areas
        if areas.tiles is None:
            return 1
        first = self.settings.init.init_image is None
        return first + areas.tiles[0] * areas.tiles[1] + (areas.hide is not None)

    def seconds_left(self) -> float:
        """Time until the deadline."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def perceptor(self, parts: Parts) -> Perceptor:
        """The perceptor that guides the run."""
        return perceptor_of(self.settings, parts, self.device)

    def empty(self, parts: Parts) -> Generator:
        """A new generator with the options of the settings, still without latents."""
        machine = self.settings.machine
        made = parts.generator(
            self.settings.generator, self.job.weights, device=self.device, dtype=devices.DTYPES[machine.dtype]
        )
        made.configure(self.settings.options)
        return made

    def generator(self, parts: Parts) -> Generator:
        """A new generator at the start of the run."""
        made = self.empty(parts)
        size = self.settings.canvas.size
        made.start(self.latent_seeds, size if self.frame is None else self.frame.size_for(size))
        if self.start is not None:
            made.load_state(self.start)
        if self.frame is not None:
            made.over = self.frame.over(made.size, self.device)
        if self.settings.init.init_image is not None:
            made.look = self.perceptor(parts).encode_image
        return made

    def initial(self, size: tuple[int, int]) -> Tensor | None:
        """The picture that the run was given to start from, at the size that it paints; None for none."""
        return initial_picture(self.settings, size, self.frame)


def with_start(plan: Plan, parts: Parts, *, latent_seeds: Sequence[int] | None = None) -> Plan:
    """The plan with drawn latents, set to where its settings start them.

        >>> with_start(plan, parts).settings.init.start
        'noise'

    latent_seeds: other seeds to draw them from. Settings that the generator decides are set: size, lr, race, start.
    """
    plan = plan if latent_seeds is None else replace(plan, latent_seeds=tuple(latent_seeds))
    notes: list[str] = []
    perceptor = plan.perceptor(parts)
    empty, settings = plan.empty(parts), plan.settings
    final = enlarged(settings, empty) if plan.enlarges and plan.frame is None else None
    generator = load_generator(
        empty, settings, plan.latent_seeds, perceptor=perceptor, notes=notes, frame=plan.frame, final=final
    )
    if final is not None:
        plan = plan.changed(render_size=final)
    plan = plan.changed(
        *(note for note in notes if note not in plan.notes),
        size=generator.size if plan.frame is None else settings.canvas.size,
        lr=settings.search.lr or generator.lr,
        race=tries_of(plan, generator, perceptor),
    )
    own: list[str] = []
    start, share = set_start(
        generator,
        plan.settings,
        plan.targets,
        perceptor=perceptor,
        seeds=plan.latent_seeds,
        parts=parts,
        notes=own,
        regions=plan.regions,
        frame=plan.frame,
    )
    plan = plan.changed(*(note for note in own if note not in plan.notes), start=start)
    plan = _for_its_start(replace(plan, init_share=share), generator)
    # hashed after they were loaded, which has a better error for a missing file
    job = replace(plan.job, files=file_hashes(plan.settings))
    return replace(plan, job=job, start=generator.state())


def tries_of(plan: Plan, generator: Generator, perceptor: Perceptor) -> int:
    """How many starts of a picture are compared: as many as are set, else the generator's own where they are random.

    >>> from clipgen.tasks.generate.draft import draft
    >>> plan = draft(Job("generate", Inputs(prompts=("a castle",)), GenerateSettings.of(start="noise")), parts)
    >>> tries_of(plan, parts.generator("cppn", device=plan.device), plan.perceptor(parts))
    4
    """
    settings = plan.settings
    given = settings.init.init_image is not None or starts_from_bank(generator, perceptor, settings.init.start)
    return settings.options.race or (1 if given else generator.race)


def preset_for(plan: Plan, generator: Generator) -> Preset:
    """The steps and cutouts of the quality, for a generator that starts where the plan says.

    >>> preset_for(plan.changed(start="noise"), parts.generator("vqgan", device=torch.device("cpu"))).steps
    300
    """
    usual, init = QUALITIES[plan.settings.search.quality], plan.settings.init
    at_random = init.start == "noise" and init.init_image is None and init.init_noise is None
    if at_random and generator.lr_from_random:
        return usual.from_random or usual
    fits = init.start == "bank" and plan.init_share is not None and float(plan.init_share.min()) >= FITTING
    return usual.from_fitting or usual if fits else usual


def _for_its_start(plan: Plan, generator: Generator) -> Plan:
    """The plan with the steps, cutouts, augments and learning rate that suit its start, where they are not set."""
    usual, preset = QUALITIES[plan.settings.search.quality], preset_for(plan, generator)
    if plan.frame is not None or preset is usual:
        return plan
    search, cutn = plan.requested.search, plan.requested.cutouts.cutn or preset.cutn
    augments = plan.requested.cutouts.augments or preset.augments
    changed = plan.changed(steps=search.steps or preset.steps, cutn=cutn, augments=augments)
    if preset is not usual.from_random:
        return changed
    changed = changed.changed(lr=search.lr or generator.lr_from_random or generator.lr)
    if changed.settings.search.steps == plan.settings.search.steps:
        return changed
    steps = f"{changed.settings.search.steps} steps of {cutn} cutouts"
    return changed.changed(f"it starts from random codes, which takes {steps} (quality {search.quality})")


def perceptor_of(settings: GenerateSettings, parts: Parts, device: torch.device) -> Perceptor:
    """The perceptor of the settings; what was tuned to describe has another one that paints in its place."""
    painters = tuple(_painter(name) for name in settings.search.perceptors)
    return parts.perceptor(painters, device, devices.DTYPES[settings.machine.dtype])


def _painter(given: str) -> str:
    name, weight = parse_weighted_path(given)
    painter = weights.painter_of(name)
    return given if painter == name else f"{painter}:{weight:g}"


def file_hashes(settings: GenerateSettings) -> dict[str, str]:
    """The sha256 of every picture that the settings name."""
    files = [parse_weighted_path(text)[0] for text in settings.guides.image_prompts]
    files += [file for file in (settings.init.init_image, settings.areas.mask) if file]
    return {file: sha256(file) for file in files}
