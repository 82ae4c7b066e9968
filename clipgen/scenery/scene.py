"""What a scene is, and the moods that suit most scenes of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Draw = Callable[[np.random.Generator, int, int], np.ndarray]

HOURS = ("night", "dusk")
WEATHER = ("fog", "rain")
LAND = (*HOURS, *WEATHER, "aurora", "snow", "autumn")  # land with plants, by day
SEA = (*HOURS, *WEATHER)


@dataclass(frozen=True)
class Scene:
    """A kind of scene: its names in captions, the phrases that place a thing in it, and the function that draws it.

    moods: the names in MOODS of those that change it; a starry night has no other hour, a cave no weather.
    """

    names: tuple[str, ...]
    place: tuple[str, ...]
    draw: Draw
    moods: tuple[str, ...] = ()
