"""Are things found where they are, and only there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from clipgen.tasks.articles import with_article
from clipgen.train.sources import load_photos
from clipgen.train.sources.photos import Photo
from clipgen.train.world import SCENES, World
from clipgen.train.world.art import Sprite, paste

_SIZES = ((900, 675), (900, 900), (675, 900), (900, 506))  # (width, height) of the pictures
_SIDES = (0.2, 0.5)  # of a thing, as shares of the picture's short side
_MOST = 3  # things in a picture

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Thing:
    """A thing that was pasted: its phrase and the box (left, top, right, bottom) of what is seen of it."""

    phrase: str
    box: Box


@dataclass(frozen=True)
class Composite:
    """A picture [H, W, 3], what is in it, phrases of things that are not, and its kind of background."""

    image: np.ndarray
    things: tuple[Thing, ...]
    absent: tuple[str, ...]
    ground: str


class Composites:
    """Things of the art pack in scenes of the world and on photographs: number n of a seed is always the same."""

    def __init__(self, data: Path, seed: int) -> None:
        self.world, self.seed = World(data / "emoji"), seed
        self.photos: list[Photo] = [one for photos in load_photos(data / "photos", held_out=True)
                                    for one in photos.photos]  # fmt: skip

    def make(self, number: int) -> Composite:
        rng = np.random.default_rng((self.seed, number))
        width, height = _SIZES[int(rng.integers(len(_SIZES)))]
        image, ground, shown = self._ground(rng, number, width, height)
        names = self.world.art.things
        chosen = [int(i) for i in rng.choice(len(names), 12, replace=False)]
        things: list[Thing] = []
        for thing in chosen[: int(rng.integers(1, _MOST + 1))]:
            sprites = self.world.art.by_thing[thing]
            box = _pasted(rng, image, sprites[int(rng.integers(len(sprites)))], [one.box for one in things])
            if box is not None:
                things.append(Thing(with_article(names[thing]), box))
        words = {word for text in (*shown, *(one.phrase for one in things)) for word in text.split()} - {"a", "an"}
        absent = [with_article(names[i]) for i in chosen[_MOST:] if not words & set(names[i].split())]
        return Composite(image, tuple(things), tuple(absent[:2]), ground)

    def _ground(self, rng, number, width, height):
        if number % 2:
            photo = self.photos[int(rng.integers(len(self.photos)))]
            return _fill(photo.load(), width, height), "photograph", photo.names
        name = list(SCENES)[int(rng.integers(len(SCENES)))]
        return SCENES[name].draw(rng, height, width).copy(), "scene", (name,)


def _fill(picture, width, height):
    scale = max(width / picture.shape[1], height / picture.shape[0])
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if large.shape[0] < height or large.shape[1] < width:
        large = cv2.resize(large, (max(width, large.shape[1]), max(height, large.shape[0])))
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _pasted(rng, image: np.ndarray, sprite: Sprite, others: Sequence[Box]) -> Box | None:
    height, width = image.shape[:2]
    for _ in range(30):
        side = rng.uniform(*_SIDES)
        reach = side * min(height, width) / 2
        centre = rng.uniform(reach / width, 1 - reach / width), rng.uniform(reach / height, 1 - reach / height)
        how = {"centre": centre, "side": side, "degrees": rng.normal(0, 9), "flip": bool(rng.random() < 0.35)}
        mask = np.full(image.shape, 255, np.uint8)
        paste(mask, sprite, **how, gain=np.zeros(3, np.float32))
        rows, columns = np.nonzero((mask[..., 0] < 128).any(1))[0], np.nonzero((mask[..., 0] < 128).any(0))[0]
        if not len(rows):
            return None
        box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        if all(_apart(box, other) for other in others):
            paste(image, sprite, **how, gain=np.ones(3, np.float32))
            return box
    return None


def _apart(a: Box, b: Box) -> bool:
    return a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
