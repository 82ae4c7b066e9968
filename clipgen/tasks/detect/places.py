"""Where in a picture things may be: the votes of all patches, and the places that most of them are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Square

_CELLS, _LONGEST = 48, 64  # of the map of votes: along the short side, and at most so many times that along the other
_SPREAD = 0.3  # of a patch's side: deviation of its votes about its middle, as a thing may be beside it
_SHARP = 1.5  # exponent of a vote for each standard deviation of z
_EQUAL = 1e-3  # z by which a smaller patch must fit better
_NEAR, _BEST = 0.25, 3  # how far from a place its patches are at most, in sides; how many of them order places


@dataclass(frozen=True)
class Place:
    """A square where a thing may be, and the patch about it that fits best.

    score: by which places are ordered, the mean of the three patches that fit best, since one patch of many fits by
    chance; best: how well the best of them fits, since a small thing is well in the middle of few; number: of that one.
    """

    square: Square
    score: float
    best: float
    number: int


def places(squares: Sequence[Square], z: Tensor, likely: Tensor, size: tuple[int, int]) -> list[Place]:
    """The places where a phrase may be in a picture, best first.

        >>> squares = [(top, left, 16) for top in range(0, 33, 8) for left in range(0, 33, 8)]
        >>> z = torch.tensor([-0.1 * abs(top - 8) - 0.1 * abs(left - 16) for top, left, _ in squares])
        >>> best, *others = places(squares, z, z > -9, (48, 48))
        >>> [abs(got - true) <= 2 for got, true in zip(best.square, (8, 16, 16))]
        [True, True, True]

    squares: the larger ones first; z: how well it fits each, [N]; likely: the squares that count, [N]; size: (height,
    width) in pixels.
    """
    if not bool(likely.any()):
        return []
    rows = torch.tensor(squares, dtype=torch.float32)
    middles, sides = rows[:, :2] + rows[:, 2:] / 2, rows[:, 2]
    found = []
    for peak in _peaks(middles[likely], sides[likely], z[likely], size):
        near = likely & ((middles - peak).abs().amax(1) < _NEAR * sides)
        if not bool(near.any()):
            continue
        fits = z.masked_fill(~near, -torch.inf)
        best = fits.topk(min(_BEST, int(near.sum())))
        number = int((fits >= best.values[0] - _EQUAL).nonzero()[0])  # the largest one, as squares are sorted
        side = squares[number][2]
        top, left = (round(float(edge) - side / 2) for edge in peak)
        found.append(Place((top, left, side), float(best.values.mean()), float(best.values[0]), number))
    return sorted(found, key=lambda place: -place.score)


def _peaks(middles: Tensor, sides: Tensor, z: Tensor, size: tuple[int, int]) -> Tensor:
    """Where the map of votes has its peaks, (y, x) in pixels: [N, 2].

    The better a patch fits, the more it votes; its votes are for the places about its middle.
    """
    cell = max(min(size) / _CELLS, max(size) / (_CELLS * _LONGEST))
    axes = [(torch.arange(max(1, round(edge / cell))) + 0.5) * cell for edge in size]
    down, across = (
        torch.exp(-(((axis - middles[:, i : i + 1]) / (_SPREAD * sides[:, None])) ** 2) / 2)
        for i, axis in enumerate(axes)
    )
    votes = (((z - z.max()) * _SHARP).exp()[:, None] * down).T @ across
    highest = F.max_pool2d(votes[None, None], 5, stride=1, padding=2)[0, 0]
    rows, columns = ((votes == highest) & (votes > 0)).nonzero(as_tuple=True)
    return torch.stack([axes[0][rows], axes[1][columns]], 1)
