"""The loss of a run: its targets and the regularisers that its settings ask for."""

from __future__ import annotations

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator
from clipgen.losses import (
    InitLoss,
    Loss,
    Palette,
    PullToStart,
    Realism,
    Saturation,
    Smoothness,
    Symmetry,
    TotalVariation,
)
from clipgen.media.images import load_image
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate.targets import Targets, writing_loss

# of a start that shows the words: held on to, it keeps its forms; left alone, they are eaten away
HOLD = 30.0


def build_loss(
    settings: GenerateSettings,
    targets: Targets,
    *,
    generator: Generator,
    perceptor: Perceptor,
    device: torch.device,
    held: Tensor | None = None,
) -> Loss:
    """Add up what the settings ask for; what has weight 0 is not computed.

        >>> build_loss(GenerateSettings(tv=0.1), targets, generator=pixels, perceptor=clip, device=device).terms()
        [(1.0, PromptLoss()), (0.1, TotalVariation())]

    generator: at its start, which init_weight holds on to; held: [B], how strongly unless told.

    Raises SettingsError for a loss that these parts do not have.
    """
    beside = regularisers(settings, generator=generator, perceptor=perceptor, device=device)
    if settings.init_weight is None and held is not None:
        beside.append(HOLD * InitLoss(_picture_of(generator), held).to(device))
    return sum(beside, targets.loss()).to(device)


def regularisers(
    settings: GenerateSettings, *, generator: Generator, perceptor: Perceptor, device: torch.device
) -> list[Loss]:
    """What the settings ask for beside the prompts; see `build_loss`."""
    losses: list[Loss] = []
    for weight, make in (
        (settings.tv, TotalVariation),
        (settings.saturation, Saturation),
        (settings.smoothness, Smoothness),
        (settings.symmetry, Symmetry),
        (settings.l2, PullToStart),
    ):
        if weight:
            losses.append(weight * make())
    if settings.palette_weight:
        losses.append(settings.palette_weight * Palette(settings.palette))
    if settings.no_text:
        losses.append(settings.no_text * writing_loss(perceptor))
    if settings.init_weight:
        losses.append(settings.init_weight * _init_loss(settings, generator))
    if settings.realism:
        if (critic := generator.critic()) is None:
            raise SettingsError(f"the generator {settings.generator} has no discriminator; leave realism at 0")
        losses.append(settings.realism * Realism(critic))
    return [loss.to(device) for loss in losses]


def _init_loss(settings: GenerateSettings, generator: Generator) -> InitLoss:
    if settings.init_image is not None:
        return InitLoss(load_image(settings.init_image, size=generator.size))
    return InitLoss(_picture_of(generator))


@torch.no_grad()
def _picture_of(generator: Generator) -> Tensor:
    return generator().float()
