"""Where a thing at a place ends, by its colours: those of the middle of the place against those around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.media.images import resize_area
from clipgen.media.overlays import Box
from clipgen.similarity import Square, cut_square

_ROOM = 0.3  # sides of a place that are looked at beyond each of its edges
_PIXELS = 96  # of what is looked at, reduced, along its side
# How likely a pixel is of the thing before its colour is known: in the middle, and by which deviation that falls, in
# sides; the levels of a colour; the rounds. Chosen among 40 sets on 57 things of `benchmarks/detect.py --seed 5`, 27
# November 2026: intersection over union of a half or more .88, .82 to .90 near these values; of the place itself .46
_MIDDLE, _FALL = 0.6, 0.35
_LEVELS, _ROUNDS = 12, 3
_BLUR = 1.0  # deviation in pixels: a pixel is mostly of what its neighbours are of
_CERTAIN = 4.0  # logarithm of the odds that a colour gives at most
_UNSEEN = 1e-4  # share of a colour that was not seen
_REACH = 0.75  # sides about the middle, beyond which no pixel is of the thing
_AMONG = 0.15  # sides about the middle, in which the part is that counts
_AROUND = 1.2  # side of the picture of a thing alone, in longer sides of its box
# pixels of a thing, a hundredth of the place, and along each of its sides: with fewer it has the colours of its ground
# or is the edge between two of them
_LEAST, _THIN = 40, 4


@dataclass(frozen=True)
class Outline:
    """Where a thing ends.

    box: not clipped to the picture; pixels: some of the thing [3, N] in [0, 1]; alone: a small picture of it
    [1, 3, S, S], on the mean colour of what is around it, or as it is where it has no outline.
    """

    box: Box
    pixels: Tensor
    alone: Tensor

    @classmethod
    def of_square(cls, image: Tensor, square: Square) -> Outline:
        """A thing that fills a square of a picture [1, 3, H, W].

        >>> Outline.of_square(torch.rand(1, 3, 60, 80), (0, 10, 60)).box
        (10, 0, 70, 60)
        """
        top, left, side = square
        pixels = _reduced(image, square)
        return cls((left, top, left + side, top + side), pixels.flatten(1), pixels[None])


def outline(image: Tensor, place: Square) -> Outline:
    """The thing in the middle of a place.

        >>> scene = torch.zeros(1, 3, 60, 80)
        >>> scene[..., 20:40, 30:44] = 1.0
        >>> all(abs(got - true) <= 1 for got, true in zip(outline(scene, (16, 22, 30)).box, (30, 20, 44, 40)))
        True

    image: [1, 3, H, W]; place: about the thing, nearly in its middle; it is the box where colours say nothing. In turn:
    which colours the pixels of the thing have, and which pixels are then of the thing; from these GrabCut begins, which
    also knows that neighbours belong together (Rother, Kolmogorov and Blake 2004, as in OpenCV): from a disc it would
    find more, and more that is not there.
    """
    side = place[2]
    room = round(_ROOM * side)
    about = (place[0] - room, place[1] - room, side + 2 * room)
    pixels = _reduced(image, about)
    mask = _thing(pixels, _inside(image, about))
    rows, columns = (mask.any(axis).nonzero()[:, 0] for axis in (1, 0))
    if int(mask.sum()) < _LEAST or min(len(rows), len(columns)) < _THIN:
        return Outline.of_square(image, place)
    cell = about[2] / _PIXELS
    x, y = ((int(edges[0]), int(edges[-1]) + 1) for edges in (columns, rows))
    left, right = (round(about[1] + cell * edge) for edge in x)
    top, bottom = (round(about[0] + cell * edge) for edge in y)
    return Outline((left, top, right, bottom), pixels[:, mask], _alone(pixels, mask, x, y))


def _alone(pixels: Tensor, mask: Tensor, x: tuple[int, int], y: tuple[int, int]) -> Tensor:
    """The pixels [3, S, S] that are in a mask, on the mean colour of the others, cut to about a box: [1, 3, T, T]."""
    outside = (~mask).float()
    ground = (pixels * outside).sum((1, 2), keepdim=True) / outside.sum().clamp(min=1)
    share = F.avg_pool2d(mask[None].float(), 3, stride=1, padding=1)  # soft edges, as those of pictures are
    side = round(_AROUND * max(x[1] - x[0], y[1] - y[0]))
    top, left = (round((edges[0] + edges[1] - side) / 2) for edges in (y, x))
    return cut_square((pixels * share + ground * (1 - share))[None], (top, left, side))


def _reduced(image: Tensor, square: Square) -> Tensor:
    return resize_area(cut_square(image, square), (_PIXELS, _PIXELS))[0]


def _inside(image: Tensor, square: Square) -> Tensor:
    """Which pixels of a reduced square are in the picture: beyond its edges there is nothing to learn."""
    top, left, side = square
    middles = (torch.arange(_PIXELS) + 0.5) * side / _PIXELS
    height, width = image.shape[-2:]
    down, across = ((middles + first >= 0) & (middles + first < last) for first, last in ((top, height), (left, width)))
    return down[:, None] & across


def _thing(pixels: Tensor, inside: Tensor) -> Tensor:
    """Which of some pixels [3, S, S] are of the thing in their middle, of those that are in the picture: [S, S]."""
    far = (torch.arange(_PIXELS) + 0.5) * (1 + 2 * _ROOM) / _PIXELS - (1 + 2 * _ROOM) / 2
    distance = far[:, None] ** 2 + far**2  # squared, in sides
    first = _MIDDLE * (-distance / (2 * _FALL**2)).exp() * inside
    levels = (pixels * _LEVELS).long().clamp(0, _LEVELS - 1)
    colours = levels[0] * _LEVELS**2 + levels[1] * _LEVELS + levels[2]
    share, before = first, first.clamp(0.02, 0.98).logit()
    for _ in range(_ROUNDS):
        thing, ground = (_histogram(colours, weights) for weights in (share, (1 - share) * inside))
        odds = (thing / ground).log()[colours].clamp(-_CERTAIN, _CERTAIN)
        share = (_blurred(odds) + before).sigmoid() * inside
    # what is beyond the picture repeats its edge, and would be learnt as the ground
    rows, columns = (inside.any(axis).nonzero()[:, 0] for axis in (1, 0))
    if not len(rows) or not len(columns):
        return inside
    part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    mask = torch.zeros_like(inside)
    mask[part] = _cut(pixels[:, *part], share[part] > 0.5, distance[part] < _REACH**2)
    return _part(mask, int((mask * (-distance / (2 * _AMONG**2)).exp()).argmax()))


def _cut(pixels: Tensor, likely: Tensor, possible: Tensor) -> Tensor:
    """Which of some pixels [3, H, W] are of a thing, from those that are likely and possible, [H, W]."""
    import cv2  # late: it changes the environment when imported

    if not likely.any() or likely.all():
        return likely
    labels = torch.where(likely, cv2.GC_PR_FGD, torch.where(possible, cv2.GC_PR_BGD, cv2.GC_BGD)).byte().numpy()
    image = (pixels * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    around, own = np.zeros((1, 65)), np.zeros((1, 65))  # the models of their colours
    cv2.setRNGSeed(0)  # k-means begins at random, and the same picture is to have the same boxes
    cv2.grabCut(image, labels, (0, 0, 0, 0), around, own, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return torch.from_numpy((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _histogram(colours: Tensor, weights: Tensor) -> Tensor:
    """The share of each colour among weighted pixels, with those of the colours beside it."""
    counts = torch.zeros(_LEVELS**3).index_add_(0, colours.flatten(), weights.flatten())
    cube = counts.view(1, 1, _LEVELS, _LEVELS, _LEVELS)
    shares = F.avg_pool3d(F.pad(cube, (1,) * 6), 3, stride=1).flatten() + _UNSEEN
    return shares / shares.sum()


def _blurred(values: Tensor) -> Tensor:
    from torchvision.transforms.functional import gaussian_blur  # late: torchvision takes seconds to import

    return gaussian_blur(values[None], [7, 7], [_BLUR, _BLUR])[0]


def _part(mask: Tensor, seed: int) -> Tensor:
    """The connected part of a mask in which a pixel is, by its flat number; that pixel alone, where it is not in it."""
    part = torch.zeros(1, 1, *mask.shape)
    part.view(-1)[seed] = 1.0
    while True:
        grown = F.max_pool2d(part, 3, stride=1, padding=1) * mask
        if torch.equal(grown, part) or not bool(grown.any()):
            return part[0, 0] > 0
        part = grown
