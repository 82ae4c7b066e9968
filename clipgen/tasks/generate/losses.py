"""The loss of a run: its targets, and the regularisers that its settings weigh."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from clipgen.generators.base import Generator
from clipgen.losses import InitLoss, Loss
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings, Guides, about_of
from clipgen.tasks.generate.targets import Targets

# default weight of staying near a start that fits the words: without it the optimisation erodes its forms
INIT_WEIGHT = 450.0


@dataclass(frozen=True)
class RunSurroundings:
    """What losses are built from: see `clipgen.losses.Surroundings`."""

    guides: Guides
    generator: Generator
    perceptor: Perceptor
    generator_name: str

    @property
    def perceptor_name(self) -> str:
        """The perceptor's name."""
        return self.perceptor.name

    def critic(self) -> nn.Module | None:
        """The generator's discriminator."""
        return self.generator.critic()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed texts."""
        return self.perceptor.encode_text(texts)

    def unknown_words(self, text: str) -> Sequence[str]:
        """Words of a text that the perceptor was not trained on."""
        return self.perceptor.unknown_words(text)


def build_loss(
    settings: GenerateSettings,
    targets: Targets,
    *,
    generator: Generator,
    perceptor: Perceptor,
    device: torch.device,
    initial: Tensor | None = None,
    init_share: Tensor | None = None,
    extra: Sequence[Loss] = (),
) -> Loss:
    """Add up the losses that the settings ask for; those of weight 0 are not computed.

        >>> settings, cpu = GenerateSettings.of(tv=0.1), torch.device("cpu")
        >>> loss = build_loss(settings, targets, generator=generator, perceptor=perceptor, device=cpu)
        >>> [(weight, type(term).__name__) for weight, term in loss.terms()]
        [(1.0, 'PromptLoss'), (0.1, 'TotalVariation')]

    generator: at its start, which init_weight keeps it near; initial: the picture that it starts from, if one was
    given, in place of what the generator makes of it; init_share: [B], or [B, 1, H, W] for each pixel, shares of
    INIT_WEIGHT where init_weight is not set; extra: a user's own losses.

    Raises SettingsError for a loss that these parts do not have.
    """
    losses = regularisers(settings, generator=generator, perceptor=perceptor, device=device, initial=initial)
    if settings.init.init_weight is None and init_share is not None:
        losses.append(INIT_WEIGHT * InitLoss(_picture_of(generator), init_share).to(device))
    return sum([*losses, *(loss.to(device) for loss in extra)], targets.loss()).to(device)


def regularisers(
    settings: GenerateSettings,
    *,
    generator: Generator,
    perceptor: Perceptor,
    device: torch.device,
    initial: Tensor | None = None,
) -> list[Loss]:
    """The losses that the settings ask for, without those of the targets; see `build_loss`."""
    run = RunSurroundings(settings.guides, generator, perceptor, settings.generator)
    losses: list[Loss] = []
    for spec in fields(Guides):
        weight = getattr(settings.guides, spec.name)
        if (place := about_of(spec).loss) and weight:
            losses.append(weight * _loss_class(place).build(run))
    if settings.init.init_weight:
        losses.append(settings.init.init_weight * InitLoss(_picture_of(generator) if initial is None else initial))
    return [loss.to(device) for loss in losses]


def _loss_class(place: str) -> type[Loss]:
    module, _, name = place.partition(":")
    found: type[Loss] = getattr(importlib.import_module(module), name)
    return found


@torch.no_grad()
def _picture_of(generator: Generator) -> Tensor:
    return generator().float()
