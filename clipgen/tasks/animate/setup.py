"""What keyframes are painted with, put together from the settings of a picture: the one place that knows how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.generators.base import Generator
from clipgen.generators.cppn import LoopCPPN
from clipgen.jobs import Inputs, Job
from clipgen.losses import Loss
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings, Preset
from clipgen.synthesis import Look, Synthesis
from clipgen.tasks.generate import Run, prepare
from clipgen.tasks.generate.losses import regularisers
from clipgen.tasks.generate.targets import Targets, read_targets


@dataclass(frozen=True)
class Setup:
    """The parts of every optimisation of a scene, or of a network.

    settings: complete; cutouts: with one sequence of random numbers for the whole scene; losses: what the settings ask
    for beside the words; looks: regions with words of their own.
    """

    settings: GenerateSettings
    generator: Generator
    perceptor: Perceptor
    cutouts: Cutouts
    losses: Sequence[Loss]
    looks: Sequence[Look] = ()

    @property
    def lr(self) -> float:
        """The learning rate of a picture."""
        return self.settings.search.lr or self.generator.lr

    @property
    def chunk(self) -> int | None:
        """Cutouts per backward pass, None for all."""
        return self.settings.machine.cut_chunk

    def cutouts_of(self, cut_pow: float) -> Cutouts:
        """Cutouts of other sizes, from the same sequence of random numbers."""
        return _cutouts(self.settings, self.perceptor, self.cutouts.generator, cut_pow).to(self.generator.device)

    def synthesis(
        self,
        aims: Targets,
        extra: Sequence[Loss] = (),
        *,
        steps: int,
        lr: float,
        before: int,
        chunk: int | None,
        cutouts: Cutouts | None = None,
    ) -> Synthesis:
        """Some more steps from where the generator is.

        aims: what the picture is to show; extra: losses beside those of the settings; before: steps taken already;
        chunk: as `.chunk`, or less where memory ran out; cutouts: None for `.cutouts`.
        """
        loss = sum(extra, sum(self.losses, aims.loss()))
        return Synthesis(
            self.generator,
            self.perceptor,
            cutouts or self.cutouts,
            loss.to(self.generator.device),
            target=aims.mean(),
            steps=steps,
            lr=lr,
            optimizer=self.settings.search.optimizer,
            lr_decay="constant",
            chunk=chunk,
            alternate=self.settings.search.alternate,
            before=before,
            looks=self.looks,
        )


@dataclass(frozen=True)
class SceneSetup:
    """A scene ready to be painted.

    parts: of its optimisations; aims: what its words say; first: the steps of its first picture; own_start: latents
    that show its words or its first picture before any step, None for noise; kept: how well the picture of the bank
    that it starts at, if any, shows the words, from 0 to 1; notes: for the user.
    """

    parts: Setup
    aims: Targets
    first: Synthesis
    own_start: list[Tensor] | None
    kept: float
    notes: list[str]

    @torch.no_grad()
    def start_picture(self) -> Tensor | None:
        """The picture [1, 3, H, W] of `own_start`; the generator stays as it is."""
        if self.own_start is None:
            return None
        generator = self.parts.generator
        before = generator.state()
        generator.load_state({**before, "latents": self.own_start})
        made = generator().clone()
        generator.load_state(before)
        return made


def perceptor_of(picture: GenerateSettings, parts: Parts) -> Perceptor:
    """The perceptor that guides pictures of these settings."""
    device = devices.pick_device(picture.machine.device)
    return parts.perceptor(picture.search.perceptors, device, devices.pick_dtype(picture.machine.dtype, device))


def set_up_scene(
    prompt: str, picture: GenerateSettings, parts: Parts, *, weights: Path | None = None, held: bool = True
) -> SceneSetup:
    """Load and start what paints a scene.

        >>> picture = GenerateSettings.of(generator="pixels", size=(32, 32), steps=3, cutn=2, seed=7, device="cpu")
        >>> set_up_scene("a red square", picture, parts).own_start is None
        True

    picture: complete, with its seed; parts: the pool to load from; weights: of the generator, None for those of its
    name; held: whether init_weight keeps the keyframes after the first near the start as well. Raises what `prepare`
    raises.
    """
    plan = prepare(Job("generate", Inputs(prompts=(prompt,)), picture, weights), parts, whole=True)
    run, settings = Run(plan, parts), plan.settings
    generator, perceptor = run.generator, run.perceptor
    losses = regularisers(
        settings if held else settings.changed(init_weight=None),
        generator=generator,
        perceptor=perceptor,
        device=generator.device,
        initial=plan.initial(generator.size),
    )
    own = Setup(settings, generator, perceptor, run.cutouts, losses, run.synthesis.looks)
    starts = settings.init.start == "bank" or settings.init.init_image is not None
    own_start = [latent.detach().clone() for latent in generator.latents] if starts else None
    kept = 0.0 if plan.init_share is None or settings.init.start != "bank" else float(plan.init_share.mean())
    return SceneSetup(own, plan.targets, run.synthesis, own_start, kept, list(plan.notes))


def load_network(picture: GenerateSettings, side: int) -> LoopCPPN:
    """A network that has learnt nothing, for pictures whose longest side is at most `side` pixels while it learns."""
    width, height = picture.canvas.size
    share = min(1.0, side / max(width, height))
    size = max(1, round(width * share)), max(1, round(height * share))
    return LoopCPPN.begin(
        size=size, seeds=[picture.canvas.seed or 0], device=devices.pick_device(picture.machine.device)
    )


def network_random(picture: GenerateSettings) -> torch.Generator:
    """The random numbers of a network's moments and cutouts."""
    return devices.generator("cpu", picture.canvas.seed or 0)


def set_up_network(
    picture: GenerateSettings, network: LoopCPPN, random: torch.Generator, *, perceptor: Perceptor
) -> Setup:
    """What a network learns with; picture: complete, with its seed."""
    losses = regularisers(picture, generator=network, perceptor=perceptor, device=network.device)
    cutouts = _cutouts(picture, perceptor, random, picture.cutouts.cut_pow).to(network.device)
    return Setup(picture, network, perceptor, cutouts, losses)


def aims_of(prompt: str, picture: GenerateSettings, *, perceptor: Perceptor, notes: list[str]) -> Targets:
    """What the words of a scene say, [1, P, D]; notes: gets what the user should know."""
    device = devices.pick_device(picture.machine.device)
    return read_targets([prompt], picture, perceptor=perceptor, device=device, notes=notes)


def _cutouts(settings: GenerateSettings, perceptor: Perceptor, random: torch.Generator, cut_pow: float) -> Cutouts:
    return Cutouts(
        perceptor.input_size,
        settings.cutouts.cutn or 1,
        cut_pow=cut_pow,
        augments=settings.cutouts.augments or Preset.augments,
        generator=random,
    )
