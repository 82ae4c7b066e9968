"""The patches of a picture in which things are looked for, and those of the second, finer look."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.media.overlays import Box
from clipgen.similarity import Square, windows

#: sides of the patches, of the picture's short side: a thing fills a third of a patch or more
SHARES = (0.6, 0.45, 0.33, 0.25)
_OVERLAP = 2 / 3  # of a patch with the next one: at half, a thing may be off the middle of all
_BEYOND = 0.25  # of a patch lies beyond the edge at most, so that a thing there is as well centred as one in the middle
# the second look at a patch: sides and shifts of the patches in and about it, as shares of its side
_SMALLER = (0.65, 0.8)
_SHIFTS = (-0.3, -0.15, 0.0, 0.15, 0.3)
#: patches of the second look at one patch
FINER = len(_SMALLER) * len(_SHIFTS) ** 2
_CELLS = 48  # of the map of votes, along its side: cells of a fiftieth of a patch
# standard deviations by which a patch may fit less before its vote is a third; and the share of the most votes at which
# a thing ends. Both, and the sides above, chosen among 330 sets on 24 things of `benchmarks/detect.py --seed 0`
_SHARP, _EDGE = 4.0, 0.5


def patches(height: int, width: int, *, least: int) -> list[Square]:
    """Patches of four scales that overlap by two thirds and reach beyond the edges.

        >>> len(patches(90, 120, least=10)), patches(20, 15, least=16)
        (386, [])

    least: side in pixels of the smallest patch in which there is anything to see.
    """
    short, found = min(height, width), list[Square]()
    for side in (round(share * short) for share in SHARES):
        if side < least:
            continue
        beyond = round(_BEYOND * side)
        tall, wide = height + 2 * beyond, width + 2 * beyond
        padded = windows(tall, wide, side / min(tall, wide), overlap=_OVERLAP)
        found += [(top - beyond, left - beyond, size) for top, left, size in padded]
    return found


def whole(height: int, width: int) -> list[Square]:
    """The squares that together are the whole picture: one, or several along its longer side.

    >>> whole(10, 10), whole(10, 20)
    ([(0, 0, 10)], [(0, 0, 10), (0, 5, 10), (0, 10, 10)])
    """
    return windows(height, width, 1.0)


def finer(square: Square) -> list[Square]:
    """The patches in and about a patch, for a second look at it.

    >>> len(finer((0, 0, 100)))
    50
    """
    top, left, side = square
    found = []
    for smaller in (max(1, round(share * side)) for share in _SMALLER):
        inset = (side - smaller) / 2
        for down in _SHIFTS:
            y = round(top + inset + down * side)
            found += [(y, round(left + inset + right * side), smaller) for right in _SHIFTS]
    return found


def outline(squares: Sequence[Square], z: Tensor) -> Box:
    """Where a thing ends, by the votes of patches for the places in them.

        >>> outline([(0, 0, 48), (0, 24, 48)], torch.tensor([5.0, 1.0]))
        (0, 0, 48, 48)

    squares: about the thing; z: [N], how well it fits each. The better a patch fits, the more its vote counts; the
    thing is where the votes are at least half of the most.
    """
    rows = corners(squares)
    low, high = rows[:, :2].amin(0), rows[:, 2:].amax(0)
    cell = float((high - low).max()) / _CELLS
    cells = ((rows - low.repeat(2)) / cell).round().int().tolist()
    votes = torch.zeros(_CELLS, _CELLS)
    for (left, top, right, bottom), vote in zip(cells, ((z - z.max()) * _SHARP).exp(), strict=True):
        votes[top:bottom, left:right] += vote
    there = votes >= _EDGE * votes.max()
    down, across = (there.any(axis).nonzero()[:, 0] for axis in (1, 0))
    x, y = low.tolist()
    left, right = (round(x + cell * float(edge)) for edge in (across[0], across[-1] + 1))
    top, bottom = (round(y + cell * float(edge)) for edge in (down[0], down[-1] + 1))
    return left, top, right, bottom


def corners(squares: Sequence[Square]) -> Tensor:
    """Squares as boxes [N, 4]: left, top, right, bottom.

    >>> corners([(1, 2, 10)])
    tensor([[ 2.,  1., 12., 11.]])
    """
    rows = [(left, top, left + side, top + side) for top, left, side in squares]
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)
