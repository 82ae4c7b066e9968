"""What the built-in StyleGAN learns to paint: every scene, and every shape in any colours, each a class."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..world import SCENES
from ..world.grounds import COLOUR_NAMES, GROUNDS, SHAPE_NAMES, draw_shape

#: names of the classes, as captions call them
CLASSES: tuple[str, ...] = (*SCENES, *SHAPE_NAMES)


def draw(kind: int, rng: np.random.Generator, side: int) -> np.ndarray:
    """A picture of a class, uint8 [side, side, 3]."""
    if kind < len(SCENES):
        return list(SCENES.values())[kind].draw(rng, side, side)
    ground, colour = rng.choice(COLOUR_NAMES, 2, replace=False)
    image = GROUNDS["plain"](rng, side, side, str(ground), str(ground))
    place = (rng.uniform(0.45, 0.55), rng.uniform(0.45, 0.55))
    draw_shape(rng, image, CLASSES[kind], str(colour), place, rng.uniform(0.25, 0.4))
    return image


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """Batch ``i``: pictures uint8 [N, 3, side, side] and their classes [N]; the same whenever it is asked for."""

    def __init__(self, *, seed: int, batch: int, side: int, count: int) -> None:
        self.seed, self.batch, self.side, self.count = seed, batch, side, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((self.seed, index))
        kinds = rng.integers(len(CLASSES), size=self.batch)
        images = np.stack([draw(int(kind), rng, self.side) for kind in kinds])
        return torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(kinds)
