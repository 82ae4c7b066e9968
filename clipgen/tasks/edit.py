"""A picture changed by words: how far it went, step by step, and how much of it is kept.

>>> run = Run(prepare(edit_job("photo.jpg", "a watercolour painting"), parts), parts)
>>> for step in run:
...     pass
>>> strip(run, 5)[-1].save("edited.png")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from clipgen.jobs import Inputs, Job
from clipgen.media.images import load_image, paintable_size, to_pil
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate import Run

#: what differs from painting anew: the picture keeps its places, and the latents stay near
KEEPING = {"init_weight": 8.0, "l2": 0.01}


def edit_job(
    path: str | Path, words: str, given: Mapping[str, Any] | None = None, *, weights: Path | None = None
) -> Job:
    """The job that changes a picture instead of painting one.

        >>> edit_job("photo.jpg", "at sunset", {"seed": 7}).settings.init.init_weight
        8.0

    given: settings by their plain names, over those of editing; weights: of the generator.
    Raises ImageError for what is no picture, SettingsError for settings that are wrong.
    """
    *_, height, width = load_image(path).shape
    chosen = {"size": paintable_size((width, height)), **KEEPING, **(given or {}), "init_image": str(path)}
    settings = GenerateSettings.from_dict(chosen)
    return Job("edit", Inputs(prompts=(words,), pictures=(str(path),)), settings, weights)


def strip(run: Run, count: int) -> list[Image.Image]:
    """Pictures on the way from the first latents to the best ones, count in all, of the first prompt and seed.

    >>> [round(i / 4, 2) for i in range(5)]      # how far each of five went
    [0.0, 0.25, 0.5, 0.75, 1.0]
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
    """How alike the perceptor finds the picture before and after, as a cosine."""
    loop = run.synthesis
    with run.lock, loop.holding(loop.start) as generator:
        before = run.perceptor.encode_image(generator()[:1])
    with run.lock, loop.holding(loop.best_latents) as generator:
        after = run.perceptor.encode_image(generator()[:1])
    return float((before * after).sum())
