"""The tiles of a large picture: where each is, and how it fades into those about it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from clipgen.media.images import GRID
from clipgen.settings import Box
from clipgen.tasks.generate.frame import soft_box

# how far a tile is painted beyond its edges, as a share of its short side
OVERLAP = 1 / 8


@dataclass(frozen=True)
class Grid:
    """Tiles across and down, each of a size (width, height).

        >>> grid = Grid((4, 3), (512, 512))
        >>> grid.whole, len(grid), grid.core(5)
        ((2048, 1536), 12, (512, 512, 1024, 1024))

    They are counted row by row.
    """

    tiles: tuple[int, int]
    size: tuple[int, int]

    def __len__(self) -> int:
        return self.tiles[0] * self.tiles[1]

    @property
    def whole(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.tiles[0] * self.size[0], self.tiles[1] * self.size[1]

    @property
    def overlap(self) -> int:
        """Pixels that a tile is painted beyond its edges: a multiple of GRID, as generators have it."""
        return max(GRID, round(OVERLAP * min(self.size) / GRID) * GRID)

    def core(self, number: int) -> Box:
        """The tile itself."""
        down, across = divmod(number, self.tiles[0])
        width, height = self.size
        return across * width, down * height, (across + 1) * width, (down + 1) * height

    def window(self, number: int) -> Box:
        """The tile with what of its neighbours is painted with it.

        >>> Grid((4, 3), (256, 256)).window(1)
        (224, 0, 544, 288)
        """
        left, top, right, bottom = self.core(number)
        width, height = self.whole
        rim = self.overlap
        return max(0, left - rim), max(0, top - rim), min(width, right + rim), min(height, bottom + rim)

    def alpha(self, number: int) -> Tensor:
        """[1, 1, h, w] of the window: 1 in the tile, fading to 0 at the edges of the window inside of the picture."""
        window = self.window(number)
        return soft_box(size_of(window), moved(self.core(number), window), self.overlap - 1)


def size_of(box: Box) -> tuple[int, int]:
    """Width and height of a box."""
    return box[2] - box[0], box[3] - box[1]


def moved(box: Box, window: Box) -> Box:
    """A box of a picture, in a window of the picture.

    >>> moved((10, 10, 20, 30), (8, 4, 40, 40))
    (2, 6, 12, 26)
    """
    left, top = window[:2]
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def common(box: Box, other: Box) -> int:
    """The number of pixels that two boxes have in common.

    >>> common((0, 0, 4, 4), (2, 2, 9, 9)), common((0, 0, 4, 4), (4, 0, 9, 9))
    (4, 0)
    """
    width, height = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
    return max(0, width) * max(0, height)
