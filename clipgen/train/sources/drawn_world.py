"""The picture world as one source among others."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from clipgen.train.sources import camera
from clipgen.train.sources.base import Example
from clipgen.train.world import World


class DrawnWorld:
    """Rendered pictures of the world, cut and lit a little.

        >>> DrawnWorld(World()).sample(np.random.default_rng(0), 48).image.shape
        (48, 48, 3)

    styled, hard: see `World.sample`. Every picture is new: the seeds of training lie below those of the measurements.
    """

    name = "world"

    def __init__(self, world: World, *, styled: float | None = None, hard: Sequence[str] = ()) -> None:
        self.world, self.styled, self.hard = world, styled, hard
        shapes = len(world.things) - len(world.art.things)
        named = (tuple(dict.fromkeys(name for sprite in some for name in sprite.names)) for some in world.art.by_thing)
        self.labels: tuple[tuple[str, ...], ...] = (
            *((name,) for name in world.things[:shapes]),
            *((best, *(n for n in names if n != best)) for best, names in zip(world.art.things, named, strict=True)),
        )

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        """Render a picture of anything, whole."""
        drawn = self.world.sample((int(rng.integers(900_000)), int(rng.integers(2**31))), size)
        facts = drawn.facts
        alone = facts.things[0] if facts.things[1] < 0 else -1
        return Example(drawn.image, drawn.caption, alone, facts.scene, facts.style)

    def sample(self, rng: np.random.Generator, size: int) -> Example:
        """Render a picture; the same generator gives the same picture."""
        seed = (int(rng.integers(900_000)), int(rng.integers(2**31)))
        drawn = self.world.sample(seed, size * 9 // 8, styled=self.styled, hard=self.hard)
        image, facts = drawn.image, drawn.facts
        if rng.random() < 0.4:
            image = camera.turn(rng, image, 5)
        if rng.random() < 0.5:
            image = camera.cut(rng, image, size, least=0.75)
        else:
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        alone = facts.things[0] if facts.things[1] < 0 else -1
        image = camera.degrade(rng, image) if rng.random() < 0.5 else image
        return Example(image, drawn.caption, alone, facts.scene, facts.style)
