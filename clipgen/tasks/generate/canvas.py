"""The generator of a run, started as its settings ask."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.generators.base import Generator
from clipgen.media.images import load_image
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate.frame import Frame

# mean squared difference (15 dB) from which a note reports that a generator cannot represent its initial picture
FAR = 0.03


def load_generator(
    generator: Generator,
    settings: GenerateSettings,
    seeds: Sequence[int],
    *,
    perceptor: Perceptor,
    notes: list[str],
    frame: Frame | None = None,
    final: tuple[int, int] | None = None,
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
    read are appended to it; frame: what surrounds the picture, whose size is then that of the frame's window;
    final: the size that the pictures are enlarged to in the end.
    Raises SettingsError for a size that cannot be made, ImageError for an initial picture that cannot be loaded.
    """
    size = settings.canvas.size if frame is None else frame.size_for(settings.canvas.size)
    generator.start(seeds, size, noise=settings.init.init_noise)
    if generator.size != size:
        requested, made = ("{} x {}".format(*sides) for sides in (size, generator.size))
        then = f"it is enlarged from {made}" if final else f"the size is rounded to {made}"
        notes.append(f"{settings.generator} cannot make {requested} pixels: {then}")
    if (image := initial_picture(settings, generator.size, frame)) is not None:
        generator.look = perceptor.encode_image
        _encode_initial(generator, image, settings, notes)
    if frame is not None:
        generator.over = frame.over(generator.size, generator.device)
    return generator


def enlarged(settings: GenerateSettings, generator: Generator) -> tuple[int, int] | None:
    """The size (width, height) that smaller pictures of a generator are enlarged to in the end; None for no other.

    >>> stylegan = parts.generator("stylegan", device=torch.device("cpu"))
    >>> enlarged(GenerateSettings.of(generator="stylegan", size=(256, 192)), stylegan)
    (256, 192)
    """
    asked = settings.canvas.size
    if not generator.enlarges or settings.areas.tiles is not None:
        return None
    smaller = min(generator.reachable(asked)) < min(asked)
    return settings.options.final_size() or (asked if smaller else None)


def initial_picture(settings: GenerateSettings, size: tuple[int, int], frame: Frame | None) -> Tensor | None:
    """The picture [1 or B, 3, H, W] that a run starts from, at the size that it paints; None where it has none.

        >>> initial_picture(GenerateSettings.of(init_image="photo.jpg"), (64, 32), None).shape
        torch.Size([1, 3, 32, 64])

    Raises ImageError for a file that cannot be loaded.
    """
    if frame is not None:
        return frame.start(size)
    path = settings.init.init_image
    return None if path is None else load_image(path, size=size)


def _encode_initial(generator: Generator, image: Tensor, settings: GenerateSettings, notes: list[str]) -> None:
    generator.encode(image)
    with torch.no_grad():
        apart = (generator().cpu() - image).square().mean((1, 2, 3)).max()
    if apart > FAR:
        given = settings.init.init_image or "the picture around it"
        notes.append(
            f"{settings.generator} cannot represent {given}: it starts from the nearest picture "
            f"that it can paint ({-10 * float(apart.log10()):.0f} dB)"
        )
