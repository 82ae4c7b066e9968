"""Classes for a generator that has none of its own: scenes, and what the sprites draw, by name."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.generators.sprites import Sprites
from clipgen.parts import Parts
from clipgen.prompts import parse_weighted_path


def class_prompts(classes: Sequence[str], *, seeds: Sequence[int], parts: Parts) -> list[str]:
    """A prompt for the picture of each seed: the classes, mixed, or where none is given any one.

        >>> class_prompts(["forest", "night sky:0.5"], seeds=[7, 8], parts=parts)
        ['forest | night sky:0.5', 'forest | night sky:0.5']

    Raises UnknownNameError for a class that cannot be drawn, SettingsError for weights whose sum is 0 or less.
    """
    from clipgen.scenery import SCENES  # late: OpenCV, which these draw with, changes the environment when imported

    known = list(dict.fromkeys([*SCENES, *parts.shared(("sprites",), Sprites.load).things]))
    if not classes:
        return [known[int(torch.randint(len(known), (), generator=_rng(seed)))] for seed in seeds]
    weighted = [parse_weighted_path(name) for name in classes]
    for name, _ in weighted:
        if name not in known:
            raise UnknownNameError.of("class", name, known, settings=["classes"])
    if not sum(weight for _, weight in weighted) > 0:
        raise SettingsError("classes has weights whose sum is 0 or less; give some above 0", settings=["classes"])
    return [" | ".join(classes)] * len(seeds)


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
