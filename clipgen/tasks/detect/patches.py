"""The patches of a picture in which things are looked for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.similarity import Square, windows

#: sides of the patches, of the picture's short side: a thing fills a third of a patch or more. Patches of 0.8 show two
#: things that are near each other, and vote for the middle between them
SHARES = (0.6, 0.45, 0.33, 0.25)
_OVERLAP, _STEPS = 2 / 3, 20  # of a patch with the next one, at most: at half, a thing may be off the middle of all
_MOST = 800  # patches of a picture: one of 10:1 would have 1,900, where a photograph has 350
_BEYOND = 0.25  # of a patch lies beyond the edge at most, so that a thing there is as well centred as one in the middle


def patches(height: int, width: int, *, least: int) -> list[Square]:
    """Patches of four scales that overlap by two thirds and reach beyond the edges, at most 800.

        >>> len(patches(90, 120, least=10)), len(patches(90, 900, least=10)), patches(20, 15, least=16)
        (378, 737, [])

    least: side in pixels of the smallest patch in which there is anything to see. On a long picture they overlap less;
    one that is longer still, thirty times as long as high, has no small ones.
    """
    sides = [side for side in (round(share * min(height, width)) for share in SHARES) if side >= least]
    while True:
        for step in range(_STEPS, -1, -1):
            found = [one for side in sides for one in _patches(height, width, side, _OVERLAP * step / _STEPS)]
            if len(found) <= _MOST:
                return found
        del sides[-1]


def _patches(height: int, width: int, side: int, overlap: float) -> list[Square]:
    """The patches of one scale."""
    beyond = round(_BEYOND * side)
    tall, wide = height + 2 * beyond, width + 2 * beyond
    return [(top - beyond, left - beyond, size)
            for top, left, size in windows(tall, wide, side / min(tall, wide), overlap=overlap)]  # fmt: skip


def whole(height: int, width: int) -> list[Square]:
    """The squares that together are the whole picture: one, or several along its longer side.

    >>> whole(10, 10), whole(10, 20)
    ([(0, 0, 10)], [(0, 0, 10), (0, 5, 10), (0, 10, 10)])
    """
    return windows(height, width, 1.0)


def corners(squares: Sequence[Square]) -> Tensor:
    """Squares as boxes [N, 4]: left, top, right, bottom.

    >>> corners([(1, 2, 10)])
    tensor([[ 2.,  1., 12., 11.]])
    """
    rows = [(left, top, left + side, top + side) for top, left, side in squares]
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)
