"""The generator of a run, started as its settings ask."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from clipgen.generators.base import Generator
from clipgen.media.images import load_image
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings

# mean squared difference (15 dB) from which a note reports that a generator cannot represent its initial picture
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
        >>> vqgan = parts.generator("vqgan", device=torch.device("cpu"))
        >>> settings = GenerateSettings.of(size=(97, 97))
        >>> load_generator(vqgan, settings, [7], perceptor=perceptor, notes=notes).size
        (96, 96)
        >>> notes
        ['vqgan cannot make 97 x 97 pixels: the size is rounded to 96 x 96']

    perceptor: used by generators that search for the latents of an initial picture; notes: lines that a user should
    read are appended to it.
    Raises SettingsError for a size that cannot be made, ImageError for an initial picture that cannot be loaded.
    """
    size = settings.canvas.size
    generator.start(seeds, size, noise=settings.init.init_noise)
    if generator.size != size:
        requested, made = ("{} x {}".format(*sides) for sides in (size, generator.size))
        notes.append(f"{settings.generator} cannot make {requested} pixels: the size is rounded to {made}")
    if settings.init.init_image is not None:
        generator.look = perceptor.encode_image
        _encode_init_image(generator, settings, notes)
    return generator


def _encode_init_image(generator: Generator, settings: GenerateSettings, notes: list[str]) -> None:
    path = settings.init.init_image or ""
    image = load_image(path, size=generator.size)
    generator.encode(image)
    with torch.no_grad():
        apart = (generator().cpu() - image).square().mean((1, 2, 3)).max()
    if apart > FAR:
        notes.append(
            f"{settings.generator} cannot represent {path}: it starts from the nearest picture "
            f"that it can paint ({-10 * float(apart.log10()):.0f} dB)"
        )
