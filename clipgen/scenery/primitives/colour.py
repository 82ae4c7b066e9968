"""Colours of the procedural scenes: RGB in 0..255, and how they are chosen, mixed and varied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Colour = tuple[float, float, float]
Rng = np.random.Generator
_T = TypeVar("_T")
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (8, 8, 12)
SPARK = (235, 245, 255)
HAZE = (190, 210, 230)


def pick(rng: Rng, options: Sequence[_T]) -> _T:
    """Return one of the options, each equally likely."""
    return options[int(rng.random() * len(options))]


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """Return the colour a fraction t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def lighter(c: Colour, t: float = 0.3) -> Colour:
    """Return the colour moved towards white."""
    return mix(c, WHITE, t)


def darker(c: Colour, t: float = 0.3) -> Colour:
    """Return the colour moved towards black."""
    return (c[0] * (1 - t), c[1] * (1 - t), c[2] * (1 - t))


def vary(rng: Rng, c: Colour, amount: float = 14) -> Colour:
    """Return the colour with a random shift of each channel."""
    r, g, b = rng.random(3).tolist()
    return (
        min(max(c[0] + amount * (2 * r - 1), 0), 255),
        min(max(c[1] + amount * (2 * g - 1), 0), 255),
        min(max(c[2] + amount * (2 * b - 1), 0), 255),
    )
