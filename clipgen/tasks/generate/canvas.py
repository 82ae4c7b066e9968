"""The generator that a run paints with, set up as its settings ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from clipgen.generators.base import Generator
from clipgen.media.images import load_image
from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import parse_weighted_path
from clipgen.registry import GENERATORS
from clipgen.settings import GenerateSettings

# mean squared difference (15 dB) from which a picture that a run begins with is told to be beyond the generator
FAR = 0.03


def load_generator(
    settings: GenerateSettings,
    seeds: Sequence[int],
    *,
    perceptor: Perceptor,
    weights: Path | None,
    device: torch.device,
    dtype: torch.dtype,
    notes: list[str],
) -> Generator:
    """The generator of the settings, one latent per seed, at the nearest size that it can make.

        >>> generator = load_generator(GenerateSettings(size=(100, 100)), [7], perceptor=perceptor, weights=None,
        ...                            device=torch.device("cpu"), dtype=torch.float32, notes=notes)
        >>> generator().shape, notes
        (torch.Size([1, 3, 96, 96]), ['vqgan cannot make 100 x 100 pixels: the size is rounded to 96 x 96'])

    perceptor: looks at a picture that it starts from; weights: file or folder, None for the built-in ones; notes: gets
    what a user should know. Raises SettingsError, UnknownNameError, ImageError or WeightsError.
    """
    part, path = shelf.generator(settings.generator, weights)
    generator: Generator = GENERATORS.load(part)(
        size=settings.size, seeds=seeds, device=device, dtype=dtype, init_noise=settings.init_noise, weights=path
    )
    if generator.size != settings.size:
        asked, made = ("{} x {}".format(*size) for size in (settings.size, generator.size))
        notes.append(f"{settings.generator} cannot make {asked} pixels: the size is rounded to {made}")
    if settings.psi is not None or settings.classes:
        generator.draw_from(settings.psi, [parse_weighted_path(name) for name in settings.classes])
        generator.start(seeds, settings.size, noise=settings.init_noise)
    if settings.init_image is not None:
        generator.look = perceptor.encode_image
        _begin_with(generator, settings, notes)
    if settings.render_size is not None and type(generator).render is Generator.render:
        generator.render(settings.render_size)  # raises now what would else be told after the work
    return generator


def _begin_with(generator: Generator, settings: GenerateSettings, notes: list[str]) -> None:
    image = load_image(settings.init_image or "", size=generator.size)
    generator.encode(image)
    with torch.no_grad():
        apart = (generator().cpu() - image).square().mean((1, 2, 3)).max()
    if apart > FAR:
        notes.append(
            f"{settings.generator} cannot paint {settings.init_image}: it starts from the nearest "
            f"that it can ({-10 * float(apart.log10()):.0f} dB)"
        )
