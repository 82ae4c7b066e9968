"""The generator that a run paints with, set up as its settings ask."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from clipgen.generators.base import Generator
from clipgen.media.images import load_image
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings

# mean squared difference (15 dB) from which a note says that a generator cannot show the picture it starts from
FAR = 0.03


def load_generator(
    generator: Generator,
    settings: GenerateSettings,
    seeds: Sequence[int],
    *,
    perceptor: Perceptor,
    notes: list[str],
) -> Generator:
    """Start a generator as the settings ask, one latent per seed, at the nearest size that it can make.

        >>> notes = []
        >>> generator = load_generator(generator, GenerateSettings.of(size=(100, 100)), [7], perceptor=perceptor,
        ...                            notes=notes)
        >>> generator().shape, notes
        (torch.Size([1, 3, 96, 96]), ['vqgan cannot make 100 x 100 pixels: the size is rounded to 96 x 96'])

    perceptor: judges how well a picture that it starts from is shown; notes: gets what a user should know.
    Raises SettingsError for a size that cannot be made, ImageError for a first picture that cannot be read.
    """
    size = settings.canvas.size
    generator.start(seeds, size, noise=settings.init.init_noise)
    if generator.size != size:
        asked, made = ("{} x {}".format(*sides) for sides in (size, generator.size))
        notes.append(f"{settings.generator} cannot make {asked} pixels: the size is rounded to {made}")
    if settings.init.init_image is not None:
        generator.look = perceptor.encode_image
        _begin_with(generator, settings, notes)
    return generator


def _begin_with(generator: Generator, settings: GenerateSettings, notes: list[str]) -> None:
    path = settings.init.init_image or ""
    image = load_image(path, size=generator.size)
    generator.encode(image)
    with torch.no_grad():
        apart = (generator().cpu() - image).square().mean((1, 2, 3)).max()
    if apart > FAR:
        notes.append(
            f"{settings.generator} cannot paint {path}: it starts from the nearest "
            f"that it can ({-10 * float(apart.log10()):.0f} dB)"
        )
