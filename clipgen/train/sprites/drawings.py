"""What the sprites learn from: drawings without their ground, of an art pack and of one's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import torch
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.grounds import SHAPE_NAMES
from clipgen.media.images import open_picture
from clipgen.train.pairs import read_pairs
from clipgen.train.world import SCENES, World
from clipgen.train.world.art import premultiplied

#: categories of the art pack that clipgen draws by its own code, and whose names are those of colours
_LEFT_OUT = frozenset({"shape", "flag"})
#: those of which other things have one, or that are several
_LONE = frozenset({"body part", "hand", "hands", "people"})
_PERSON = "person"
#: those that pictures are seldom of, or whose drawings are much alike: one of each is enough
_ONCE = frozenset({"emoji face", "heart", "hand", "hands", "symbol", "body part"})
_FILLED = 0.94  # of its square, by the longer side of one's own drawing
_BOX = 16  # alpha that counts as part of the drawing
_NAMED = 5  # problems that are named


@dataclass(frozen=True)
class Drawings:
    """Drawings of things.

    images: uint8 [N, 4, side, side], colours that are multiplied by alpha, and alpha; names: the thing of each; lone:
    things that are drawn without others; people: things that are people; also: names of a thing other than its own, and
    of no other thing.
    """

    images: Tensor
    names: tuple[str, ...]
    lone: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    also: Mapping[str, str] = field(default_factory=dict)

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
            some = some[:1] if _ONCE & categories else some
            images += [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in some]
            names += [name] * len(some)
        return cls(_stacked(images, side), tuple(names), frozenset(lone), frozenset(people))

    @classmethod
    def read(cls, source: Path, *, side: int, report: Callable[[str], None] = lambda line: None) -> Self:
        """Drawings of one's own, named by their folders or by a table.

        >>> Drawings.read(Path("cutouts"), side=128).names
        ('bench', 'lighthouse')

        source: as for `clipgen.train.pairs.read_pairs`, of pictures with a transparent ground; other names may follow
        a name after semicolons ("campfire; bonfire"); report: called with a line about pictures that are left out.
        Raises ImageError when none can be used.
        """
        pairs, problems = read_pairs(source)
        images: list[np.ndarray] = []
        names: list[str] = []
        called: list[tuple[str, str]] = []
        for pair in pairs:
            try:
                name, *others = (part.strip() for part in pair.caption.split(";"))
                if not name:
                    raise ImageError(f"{pair.path} has no name")
                images.append(_squared(pair.path, side))
                names.append(name)
                called += [(other, name) for other in others]
            except ImageError as error:
                problems.append(str(error))
        if problems:
            more = f", and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
            report(f"left out: {'; '.join(problems[:_NAMED])}{more}")
        if not images:
            raise ImageError(f"{source} has no picture with a transparent ground")
        return cls(_stacked(images, side), tuple(names), also=_unambiguous(called, names))

    def and_those_of(self, others: Self) -> Self:
        """These and others, of the same size."""
        images, names = torch.cat([self.images, others.images]), self.names + others.names
        also = _unambiguous([*self.also.items(), *others.also.items()], names)
        return type(self)(images, names, self.lone | others.lone, self.people | others.people, also)

    def __len__(self) -> int:
        return len(self.names)


def _unambiguous(called: Iterable[tuple[str, str]], names: Collection[str]) -> dict[str, str]:
    """Of other names and the things that are called so, the names of one thing alone that are no thing's own."""
    found: dict[str, set[str]] = {}
    for other, thing in called:
        found.setdefault(other, set()).add(thing)
    own = {*names}
    return {other: min(things) for other, things in found.items() if len(things) == 1 and other and other not in own}


def _stacked(images: Sequence[np.ndarray], side: int) -> Tensor:
    """Drawings [side, side, 4] as a tensor [N, 4, side, side]."""
    stacked = np.stack(images) if images else np.zeros((0, side, side, 4), np.uint8)
    return torch.from_numpy(stacked).permute(0, 3, 1, 2)


def _squared(path: Path, side: int) -> np.ndarray:
    """The drawing of a picture in the middle of a square: premultiplied uint8 [side, side, 4]."""
    with open_picture(path) as opened:
        pixels = np.asarray(opened.convert("RGBA"))
    seen = pixels[..., 3] > _BOX
    rows, columns = (np.flatnonzero(seen.any(axis)) for axis in (1, 0))
    if not len(rows):
        raise ImageError(f"{path} shows nothing")
    if seen.all():
        raise ImageError(f"{path} has no transparent ground")
    pixels = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = pixels.shape[:2]
    scale = _FILLED * side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    drawn = cv2.resize(premultiplied(pixels), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    drawn[..., :3] = np.minimum(drawn[..., :3], drawn[..., 3:])  # cubic interpolation overshoots
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square = np.zeros((side, side, 4), np.uint8)
    square[top : top + size[1], left : left + size[0]] = drawn
    return square
