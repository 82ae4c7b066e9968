"""How things look: what a CLIP sees in them, and their colours, by which twins differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.media.images import resize_area
from clipgen.media.overlays import Box
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import embed_squares

_LEVELS = 6  # of a colour
_PIXELS = 32  # along each side of a box that is reduced for its colours
_MIDDLE = 0.8  # of a box, along each axis: its corners show the ground
_COLOURS = 0.5  # what the colours count for in a cosine; the rest is the CLIP's


def looks(perceptor: Perceptor, image: Tensor, boxes: Sequence[Box]) -> Tensor:
    """How the things in boxes of a picture look: unit vectors [N, D], whose cosines are 1 for things that look alike.

        >>> rows = looks(perceptor, image, [(8, 8, 40, 40), (9, 8, 41, 40)])
        >>> 0.9 < float(rows[0] @ rows[1]) <= 1.001
        True

    image: [1, 3, H, W]. The cosine is the mean of that of the embeddings of the squares about the boxes, and that of
    the square roots of their histograms of colours (Bhattacharyya 1943).
    """
    squares = []
    for left, top, right, bottom in boxes:
        side = max(right - left, bottom - top)
        squares.append(((top + bottom - side) // 2, (left + right - side) // 2, side))
    seen, colours = embed_squares(perceptor, image, squares), _colours(image, boxes)
    return torch.cat([math.sqrt(1 - _COLOURS) * seen, math.sqrt(_COLOURS) * colours], 1)


def _colours(image: Tensor, boxes: Sequence[Box]) -> Tensor:
    """The square roots of the shares of colours in the ellipse within each box: unit vectors [N, levels³]."""
    axis = (torch.arange(_PIXELS) + 0.5) / _PIXELS * 2 - 1
    ellipse = ((axis[:, None] ** 2 + axis**2) < _MIDDLE).float().flatten()
    found = torch.zeros(len(boxes), _LEVELS**3)
    for row, (left, top, right, bottom) in zip(found, boxes, strict=True):
        cut = image[..., max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
        if not cut.numel():
            continue  # outside of the picture
        levels = (resize_area(cut, (_PIXELS, _PIXELS))[0] * _LEVELS).long().clamp(0, _LEVELS - 1).flatten(1)
        row.index_add_(0, levels[0] * _LEVELS**2 + levels[1] * _LEVELS + levels[2], ellipse)
    # the levels beside a colour count, too: light changes
    cubes = F.pad(found.view(-1, 1, _LEVELS, _LEVELS, _LEVELS), (1,) * 6)
    return F.normalize(F.avg_pool3d(cubes, 3, stride=1).flatten(1).sqrt(), dim=1)
