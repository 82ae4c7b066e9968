"""The patches of a picture in which things are looked for, and those of the second, finer look."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.similarity import Square, windows

# sides of the patches, of the picture's short side, each 0.6 of the one before: a thing between two of them is seen
# whole in the larger one and fills a third of it or more
SHARES = (0.6, 0.36, 0.22)
_BEYOND = 0.25  # of a patch lies beyond the edge at most, so that a thing there is as well centred as one in the middle
# the second look: sides and shifts about the best patch so far, as shares of its side; then about the best of those
_ROUNDS = (((0.55, 0.75, 1.0), 0.25), ((0.85, 1.0, 1.18), 0.12))
#: rounds of the second look
ROUNDS = len(_ROUNDS)


def patches(height: int, width: int, *, least: int) -> list[Square]:
    """Patches of three scales that overlap by half and reach beyond the edges.

        >>> len(patches(90, 120, least=10)), patches(20, 15, least=16)
        (228, [])

    least: side in pixels of the smallest patch in which there is anything to see.
    """
    short, found = min(height, width), list[Square]()
    for side in (round(share * short) for share in SHARES):
        if side < least:
            continue
        beyond = round(_BEYOND * side)
        tall, wide = height + 2 * beyond, width + 2 * beyond
        padded = windows(tall, wide, side / min(tall, wide))
        found += [(top - beyond, left - beyond, size) for top, left, size in padded]
    return found


def whole(height: int, width: int) -> list[Square]:
    """The squares that together are the whole picture: one, or several along its longer side.

    >>> whole(10, 10), whole(10, 20)
    ([(0, 0, 10)], [(0, 0, 10), (0, 5, 10), (0, 10, 10)])
    """
    return windows(height, width, 1.0)


def finer(squares: Sequence[Square], turn: int) -> list[Square]:
    """The patches about each of some squares, for one round of the second look; as many for each.

    >>> len(finer([(0, 0, 100), (50, 50, 30)], 0))
    54
    """
    shares, shift = _ROUNDS[turn]
    found = []
    for top, left, side in squares:
        for smaller in (max(1, round(share * side)) for share in shares):
            inset = (side - smaller) / 2
            for down in (-shift, 0.0, shift):
                for right in (-shift, 0.0, shift):
                    found.append((round(top + inset + down * side), round(left + inset + right * side), smaller))
    return found


def corners(squares: Sequence[Square]) -> Tensor:
    """Squares as boxes [N, 4]: left, top, right, bottom.

    >>> corners([(1, 2, 10)])
    tensor([[ 2.,  1., 12., 11.]])
    """
    rows = [(left, top, left + side, top + side) for top, left, side in squares]
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)
