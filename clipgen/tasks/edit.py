"""A picture changed by words: how far it went, step by step, and how much of it is kept.

>>> generation = Generation(["a watercolour painting"], edit_settings(Path("photo.jpg"), {}), perceptor=perceptor)
>>> for step in generation:
...     pass
>>> strip(generation, 5)[-1].save("edited.png")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from clipgen.media.images import load_image, paintable_size, to_pil
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate import Generation

#: what differs from painting anew: the picture's own places are held on to, and the latents stay near
HELD = {"init_weight": 8.0, "l2": 0.01}


def edit_settings(path: Path, given: Mapping[str, Any]) -> GenerateSettings:
    """The settings that change a picture instead of painting one; given: those that a user chose.

    Raises ImageError for what is no picture, SettingsError for settings that are wrong.
    """
    *_, height, width = load_image(path).shape
    chosen = {"size": paintable_size((width, height)), **HELD, **given, "init_image": str(path)}
    return GenerateSettings.from_dict(chosen).validate()


def strip(generation: Generation, count: int) -> list[Image.Image]:
    """Pictures on the way from the first latents to the best ones, count in all, of the first prompt and seed.

    >>> [round(i / 4, 2) for i in range(5)]      # how far each of five went
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    run = generation.synthesis
    shown = []
    for index in range(count):
        share = index / max(1, count - 1)
        between = [torch.lerp(first, last, share) for first, last in zip(run.start, run.best_latents, strict=True)]
        with run.holding(between) as generator:
            shown.append(to_pil(generator()[0]))
    return shown


@torch.no_grad()
def kept(generation: Generation) -> float:
    """How alike the perceptor finds the picture before and after, as a cosine."""
    run = generation.synthesis
    with run.holding(run.start) as generator:
        before = generation.perceptor.encode_image(generator()[:1])
    with run.holding(run.best_latents) as generator:
        after = generation.perceptor.encode_image(generator()[:1])
    return float((before * after).sum())
