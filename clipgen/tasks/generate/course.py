"""How a run goes from its plan to pictures: in one stage, or in a stage for each tile of a large picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypedDict

import torch
from PIL import Image
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.media.images import to_pil
from clipgen.parts import Parts
from clipgen.settings import Box, GenerateSettings, Preset
from clipgen.synthesis import Look, Synthesis
from clipgen.tasks.generate.losses import build_loss
from clipgen.tasks.generate.plan import Plan


class Hidden(TypedDict):
    """A hidden thing: its words, and its box in the picture (left, top, right, bottom)."""

    text: str
    box: Box


class Course(Protocol):
    """The stages of a run, each an optimisation of its own.

    steps: of each stage; canvas: pixels [B, H, W, 3] that the stages before have painted, as a run file has them, None
    where there are none; hidden: what was hidden in each picture.
    """

    canvas: Tensor | None

    @property
    def steps(self) -> Sequence[int]: ...

    @property
    def hidden(self) -> Sequence[Hidden | None]: ...

    def begin(self, number: int) -> Synthesis:
        """The optimisation of a stage, before its first step."""
        ...

    def keep(self, number: int, done: Synthesis) -> None:
        """Keep what a finished stage has painted."""
        ...

    def shown(self, number: int, image: Tensor) -> Tensor:
        """What a step of a stage shows: [B, 3, h, w] of one size in all stages."""
        ...

    def pictures(self, number: int, now: Synthesis) -> tuple[Sequence[Image.Image], Sequence[float]]:
        """The best pictures so far, with their scores; none before the first step."""
        ...


class Single:
    """The course of a run in one stage; see `Course`.

    >>> course = Single(plan, parts)
    >>> course.steps, course.shown(0, image) is image
    ((2,), True)
    """

    canvas: Tensor | None = None

    def __init__(self, plan: Plan, parts: Parts) -> None:
        self.plan, self.parts = plan, parts
        self.steps = (plan.settings.search.steps or 1,)
        self.hidden = (None,) * len(plan.seeds)

    def begin(self, number: int) -> Synthesis:
        """The optimisation, before its first step."""
        return begin(self.plan, self.parts)

    def keep(self, number: int, done: Synthesis) -> None:
        """Nothing: no stage follows."""

    def shown(self, number: int, image: Tensor) -> Tensor:
        """The picture itself."""
        return image

    def pictures(self, number: int, now: Synthesis) -> tuple[Sequence[Image.Image], Sequence[float]]:
        """The best pictures so far, rendered at their final size."""
        if now.best_image is None:
            return (), ()
        images, frame = now.best_image, self.plan.frame
        if (size := self.plan.settings.options.final_size()) is not None:
            with now.holding(now.best_latents) as generator:
                images = generator.render(size)
        return [to_pil(one) if frame is None else frame.finished(one) for one in images], now.best_score.tolist()


def begin(plan: Plan, parts: Parts, looks: Sequence[Look] = ()) -> Synthesis:
    """The optimisation of a plan, before its first step.

        >>> begin(plan, parts).total
        2

    looks: further views that guide it, besides the regions of the plan.
    """
    settings = plan.settings
    perceptor, generator = plan.perceptor(parts), plan.generator(parts)
    views = cutouts(settings, perceptor.input_size)
    loss = build_loss(
        settings,
        plan.targets,
        generator=generator,
        perceptor=perceptor,
        device=plan.device,
        initial=plan.initial(generator.size),
        init_share=plan.init_share,
        extra=plan.losses,
    )
    return Synthesis(
        generator,
        perceptor,
        views,
        loss,
        target=plan.targets.mean(),
        steps=settings.search.steps or 1,
        lr=settings.search.lr or generator.lr,
        optimizer=settings.search.optimizer,
        lr_decay=settings.search.lr_decay,
        ema=settings.search.ema,
        chunk=settings.machine.cut_chunk,
        alternate=settings.search.alternate,
        compile=settings.machine.compile,
        looks=[*(region.look(generator.size, views.cutn) for region in plan.regions), *looks],
    )


def cutouts(settings: GenerateSettings, input_size: int) -> Cutouts:
    """The cutouts of a run, before its first step."""
    made = Cutouts(
        input_size,
        settings.cutouts.cutn or 1,
        cut_pow=settings.cutouts.cut_pow,
        augments=settings.cutouts.augments or Preset.augments,
        generator=devices.generator("cpu", settings.canvas.seed or 0),
    )
    return made.to(torch.device(settings.machine.device))
