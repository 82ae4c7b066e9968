"""What a generator paints without words: draws, mixtures of two, and interpolations from one to another.

>>> generator = load(GenerateSettings.of(generator="stylegan", seed=7), parts, count=8)
>>> paint(generator).shape                                              # eight draws
torch.Size([8, 3, 64, 64])
>>> mixed = mix(generator, coarse=0, fine=1, layers=4)                  # the forms of one, the colours of another
>>> walk = between(generator, [0, 1, 2], count=5)                       # from the first over the second to the third
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from clipgen import devices
from clipgen.errors import SettingsError
from clipgen.generators.base import Generator
from clipgen.generators.class_options import ClassOptions
from clipgen.jobs import Job, job_of
from clipgen.media.images import to_pil
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate.canvas import enlarged
from clipgen.tasks.generate.classes import class_prompts
from clipgen.tasks.generate.start import set_start
from clipgen.tasks.generate.targets import read_targets, reader_for

#: draws that are painted in one batch
AT_ONCE = 8


def load(settings: GenerateSettings, parts: Parts, *, count: int, weights: Path | None = None) -> Generator:
    """A generator whose latents are `count` draws, of the seeds seed, seed+1, …; of a vqgan, pictures of things.

        >>> load(GenerateSettings.of(generator="cppn", seed=7), parts, count=4).batch
        4

    settings: generator, its options, size, seed (None: 0), device and dtype are used; parts: the pool that it is loaded
    from. Raises SettingsError for numbers out of range, UnknownNameError and WeightsError as `shelf.generator` and
    `class_prompts` do.
    """
    if count < 1:
        raise SettingsError(f"count is {count}; it must be 1 or more", settings=["count"])
    first = settings.canvas.seed or 0
    device = devices.pick_device(settings.machine.device)
    dtype = devices.pick_dtype(settings.machine.dtype, device)
    generator = parts.generator(settings.generator, weights, device=device, dtype=dtype)
    generator.configure(settings.options)
    seeds = range(first, first + count)
    if generator.start_from == "bank" and not generator.draws:
        _start_from_bank(generator, settings, seeds, parts)
    else:
        generator.start(seeds, settings.canvas.size)
    return generator


def _start_from_bank(generator: Generator, settings: GenerateSettings, seeds: Sequence[int], parts: Parts) -> None:
    """Set the latents to pictures of the classes that are set, or of any class, as `generate` starts from."""
    options = settings.options
    classes = options.classes if isinstance(options, ClassOptions) else ()
    texts = class_prompts(classes, seeds=seeds, parts=parts)
    usual, device = GenerateSettings(), generator.device
    perceptor = parts.perceptor(usual.search.perceptors, device)
    reader = reader_for(usual, perceptor, parts, device)
    drawn = []
    for first in range(0, len(seeds), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        targets = read_targets(texts[some], usual, perceptor=perceptor, device=device, notes=[], reader=reader)
        generator.start(seeds[some], settings.canvas.size)
        set_start(generator, usual, targets, perceptor=perceptor, seeds=seeds[some], parts=parts, notes=[])
        drawn.append(generator.latents)
    generator.latents = [torch.cat(latents) for latents in zip(*drawn, strict=True)]


def draw(job: Job, parts: Parts) -> list[Image.Image]:
    """The pictures of a job of `sample`, in order: its draws, or pictures on the way over them.

        >>> settings = GenerateSettings.of(generator="cppn", size=(32, 32), seed=7, count=2)
        >>> len(draw(Job("sample", Inputs(walk=5), settings), parts))
        5

    Raises SettingsError for a job of another verb, and what `load` and `between` raise.
    """
    settings = job_of(job, "sample").settings
    assert isinstance(settings, GenerateSettings)  # as `Job` checks
    count, walk = settings.canvas.count, job.inputs.walk
    with parts.lock(devices.pick_device(settings.machine.device)):
        generator = load(settings, parts, count=count, weights=job.weights)
        size = enlarged(settings, generator)
        drawn = paint(generator, size) if walk is None else between(generator, range(count), walk, size)
    return [to_pil(picture) for picture in drawn]


def paint(generator: Generator, size: tuple[int, int] | None = None) -> Tensor:
    """The pictures [B, 3, H, W] of the latents of a generator, on the CPU.

        >>> paint(load(GenerateSettings.of(generator="stylegan", seed=7), parts, count=2), (128, 128)).shape
        torch.Size([2, 3, 128, 128])

    size: (width, height) to render them at; None: that of the generator.
    """
    return _painted(generator, generator.latents, size)


def mix(generator: Generator, *, coarse: int, fine: int, layers: int) -> Tensor:
    """A picture [3, H, W] with the first layers of one draw and the others of another.

        >>> stylegan = load(GenerateSettings.of(generator="stylegan", seed=7), parts, count=2)
        >>> mix(stylegan, coarse=0, fine=1, layers=4).shape
        torch.Size([3, 64, 64])

    coarse, fine: numbers of draws; layers: how many layers, from the coarsest, are those of `coarse`.
    Raises SettingsError for a generator without a style for each layer, or numbers out of range.
    Source: style mixing of Karras et al., arXiv 1812.04948.
    """
    if len(generator.latents) != 2 or generator.start_from != "samples":
        raise SettingsError(
            f"{generator.name} has no style for each layer; mix draws of a stylegan", settings=["generator"]
        )
    _check(generator, [coarse, fine])
    shared, own = generator.latents
    styles = (shared + own).detach()
    if not 0 <= layers <= styles.shape[1]:
        raise SettingsError(f"layers is {layers}; this network has 0 to {styles.shape[1]} of them", settings=["layers"])
    both = torch.cat([styles[coarse, :layers], styles[fine, layers:]])[None]
    return _painted(generator, [torch.zeros_like(shared[:1]), both])[0]


def between(generator: Generator, draws: Sequence[int], count: int, size: tuple[int, int] | None = None) -> Tensor:
    """Pictures [count, 3, H, W] of latents interpolated over draws, evenly spaced.

        >>> cppn = load(GenerateSettings.of(generator="cppn", size=(64, 64), seed=7), parts, count=2)
        >>> between(cppn, [0, 1], count=3).shape
        torch.Size([3, 3, 64, 64])

    size: (width, height) to render them at; None: that of the generator.
    Raises SettingsError for fewer than two draws, or numbers out of range.
    """
    if len(draws) < 2 or count < 2:
        raise SettingsError(
            f"{len(draws)} draws and {count} pictures were given; a walk takes two or more of both",
            settings=["count", "walk"],
        )
    _check(generator, draws)
    places = torch.linspace(0, len(draws) - 1, count)
    # the last picture is the last draw, at the end of the last stretch
    stretches = [min(int(place), len(draws) - 2) for place in places]
    latents = [
        torch.stack(
            [
                torch.lerp(latent[draws[at]], latent[draws[at + 1]], float(place) - at)
                for at, place in zip(stretches, places, strict=True)
            ]
        )
        for latent in (latent.detach() for latent in generator.latents)
    ]
    return _painted(generator, latents, size)


@torch.no_grad()
def _painted(generator: Generator, latents: Sequence[Tensor], size: tuple[int, int] | None = None) -> Tensor:
    before, shown = generator.latents, []
    try:
        for first in range(0, len(latents[0]), AT_ONCE):
            generator.latents = [latent[first : first + AT_ONCE].detach() for latent in latents]
            shown.append((generator() if size is None else generator.render(size)).float().cpu())
    finally:
        generator.latents = before
    return torch.cat(shown)


def _check(generator: Generator, draws: Sequence[int]) -> None:
    if wrong := [draw for draw in draws if not 0 <= draw < generator.batch]:
        raise SettingsError(f"there is no draw {wrong[0]}; choose from 0 to {generator.batch - 1}", settings=["draws"])
