"""Heat maps: where in a picture something fits, from the scores of squares over it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.similarity.embed import Square


def heat(squares: Sequence[Square], scores: Tensor, size: tuple[int, int], *, cells: int = 32) -> Tensor:
    """The mean score of the squares over each place: [N, h, w], the longer side `cells`.

        >>> heat([(0, 0, 10), (0, 10, 10)], torch.tensor([[1.0], [3.0]]), (10, 20), cells=2)
        tensor([[[1., 3.]]])

    squares: that together cover the picture; scores: [W, N] of each for N texts; size: (height, width) in pixels.
    """
    height, width = size
    rows, columns = (max(1, round(cells * side / max(height, width))) for side in (height, width))
    total, count = torch.zeros(scores.shape[1], rows, columns), torch.zeros(rows, columns)
    for (top, left, side), score in zip(squares, scores, strict=True):
        y, x = _cells(top, side, height, rows), _cells(left, side, width, columns)
        total[:, y, x] += score[:, None, None]
        count[y, x] += 1
    return total / count


def _cells(first: int, side: int, length: int, cells: int) -> slice:
    """The cells of a row that a square covers, at least one of those that begin in the picture."""
    start = max(0, first) * cells // length
    return slice(start, max(min(length, first + side) * cells // length, start + 1))
