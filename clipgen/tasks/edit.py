"""A picture changed by words: its job, pictures on the way to the result, and how much of it is kept.

>>> from clipgen.tasks.generate import prepare
>>> job = edit_job("photo.jpg", "a watercolour painting", {"generator": "pixels"})
>>> run = Run(prepare(job, parts), parts)
>>> for step in run:
...     pass
>>> strip(run, 5)[-1].save("edited.png")
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image

from clipgen.jobs import Inputs, Job
from clipgen.media.images import load_image, paintable_size, to_pil
from clipgen.settings import USUAL, GenerateSettings
from clipgen.settings.keywords import PictureValues
from clipgen.tasks.generate import Run
from clipgen.values import Values


def edit_job(
    path: str | Path, words: str, given: Values | None = None, *, weights: Path | None = None
) -> Job:
    """The job that changes a picture until it fits words.

        >>> edit_job("photo.jpg", "at sunset", {"seed": 7}).settings.init.init_weight
        8.0

    given: settings by their plain names, which replace those of USUAL["edit"]; weights: of the generator.
    Raises ImageError for a file that is no picture, SettingsError for wrong settings.
    """
    *_, height, width = load_image(path).shape
    usual = {**PictureValues(size=paintable_size((width, height))), **USUAL["edit"]}
    settings = GenerateSettings.from_dict({**usual, **(given or {}), **PictureValues(init_image=str(path))})
    return Job("edit", Inputs(prompts=(words,), pictures=(str(path),)), settings, weights)


def strip(run: Run, count: int) -> list[Image.Image]:
    """Pictures of latents interpolated from the first to the best ones, `count` in all, of the first prompt and seed.

    >>> [picture.size for picture in strip(run, 3)]
    [(64, 64), (64, 64), (64, 64)]
    """
    loop, shown = run.synthesis, []
    for index in range(count):
        share = index / max(1, count - 1)
        between = [torch.lerp(first, last, share) for first, last in zip(loop.start, loop.best_latents, strict=True)]
        with run.lock, loop.holding(between) as generator:
            shown.append(to_pil(generator()[0]))
    return shown


@torch.no_grad()
def kept(run: Run) -> float:
    """Cosine of the embeddings of the picture before and after.

    >>> -1 <= kept(run) <= 1
    True
    """
    loop = run.synthesis
    with run.lock, loop.holding(loop.start) as generator:
        before = run.perceptor.encode_image(generator()[:1])
    with run.lock, loop.holding(loop.best_latents) as generator:
        after = run.perceptor.encode_image(generator()[:1])
    return float((before * after).sum())
