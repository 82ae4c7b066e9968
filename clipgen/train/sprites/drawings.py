"""What the sprites learn from: drawings of an art pack without their ground."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import torch
from torch import Tensor

from clipgen.grounds import SHAPE_NAMES
from clipgen.train.world import SCENES, World

#: categories of the art pack that clipgen draws by its own code, and whose names are those of colours
_LEFT_OUT = frozenset({"shape", "flag"})
#: those of which other things have one, or that are several
_LONE = frozenset({"body part", "hand", "hands", "people"})
_PERSON = "person"


@dataclass(frozen=True)
class Drawings:
    """Drawings of things.

    images: uint8 [N, 4, side, side], colours that are multiplied by alpha, and alpha; names: the thing of each; lone:
    things that are drawn without others; people: things that are people.
    """

    images: Tensor
    names: tuple[str, ...]
    lone: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def of(cls, world: World, *, side: int, families: Collection[str]) -> Self:
        """All drawings of some families of a world's art pack, but for what the world draws without one.

        >>> Drawings.of(World(Path("emoji")), side=128, families=("noto",)).images.shape[1:]
        torch.Size([4, 128, 128])
        """
        images: list[np.ndarray] = []
        names: list[str] = []
        lone: set[str] = set()
        people: set[str] = set()
        for name, sprites in zip(world.art.things, world.art.by_thing, strict=True):
            categories = {category for sprite in sprites for category in sprite.categories}
            if name in SCENES or name in SHAPE_NAMES or _LEFT_OUT & categories:
                continue
            if _LONE & categories:
                lone.add(name)
            if _PERSON in categories:
                people.add(name)
            some = [sprite.level(side) for sprite in sprites if sprite.family in families]
            images += [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in some]
            names += [name] * len(some)
        stacked = np.stack(images) if images else np.zeros((0, side, side, 4), np.uint8)
        return cls(torch.from_numpy(stacked).permute(0, 3, 1, 2), tuple(names), frozenset(lone), frozenset(people))

    def __len__(self) -> int:
        return len(self.names)
