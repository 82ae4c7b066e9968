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
_LEAST = 40  # pixels of a thing: a hundredth of the place; with fewer it has the colours of its ground
_THIN = 4  # pixels along each of its sides; with fewer it is the edge between two grounds


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
    which colours the pixels of the thing have, and which pixels are then of the thing. Its box is that of GrabCut,
    which begins there and knows that neighbours belong together (Rother, Kolmogorov and Blake 2004, as in OpenCV). What
    is seen alone is not: cut so well, what is no thing looks like one.
    """
    side = place[2]
    room = round(_ROOM * side)
    about = (place[0] - room, place[1] - room, side + 2 * room)
    pixels = _reduced(image, about)
    inside = _inside(image, about)
    mask = _thing(pixels, inside)
    if int(mask.sum()) < _LEAST:
        return Outline.of_square(image, place)
    cell, cut = about[2] / _PIXELS, _cut(pixels, mask, inside)
    x, y = _edges(mask if min(last - first for first, last in _edges(cut)) < _THIN else cut)
    left, right = (round(about[1] + cell * edge) for edge in x)
    top, bottom = (round(about[0] + cell * edge) for edge in y)
    return Outline((left, top, right, bottom), pixels[:, mask], _alone(pixels, mask))


def _edges(mask: Tensor) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first column of a mask and that after its last, and the same of its rows; 0 for an empty one."""
    columns, rows = ([*mask.any(axis).nonzero()[:, 0].tolist()] or [0, -1] for axis in (0, 1))
    return (columns[0], columns[-1] + 1), (rows[0], rows[-1] + 1)


def _alone(pixels: Tensor, mask: Tensor) -> Tensor:
    """The pixels [3, S, S] that are in a mask, on the mean colour of the others, cut to about its box: [1, 3, T, T]."""
    x, y = _edges(mask)
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
    distance = _distance()
    first = _MIDDLE * (-distance / (2 * _FALL**2)).exp() * inside
    levels = (pixels * _LEVELS).long().clamp(0, _LEVELS - 1)
    colours = levels[0] * _LEVELS**2 + levels[1] * _LEVELS + levels[2]
    share, before = first, first.clamp(0.02, 0.98).logit()
    for _ in range(_ROUNDS):
        thing, ground = (_histogram(colours, weights) for weights in (share, (1 - share) * inside))
        odds = (thing / ground).log()[colours].clamp(-_CERTAIN, _CERTAIN)
        share = (_blurred(odds) + before).sigmoid() * inside
    return _middle_part(share > 0.5, share)


def _cut(pixels: Tensor, likely: Tensor, inside: Tensor) -> Tensor:
    """Which of some pixels [3, S, S] are of a thing, from those that are likely, of those in the picture: [S, S]."""
    import cv2  # late: it changes the environment when imported

    # what is beyond the picture repeats its edge, and would be learnt as the ground
    (left, right), (top, bottom) = _edges(inside)
    part = slice(top, bottom), slice(left, right)
    possible = _distance()[part] < _REACH**2
    labels = torch.where(possible, cv2.GC_PR_BGD, cv2.GC_BGD).masked_fill(likely[part], cv2.GC_PR_FGD).byte().numpy()
    if (labels == cv2.GC_PR_FGD).all():
        return likely
    image = (pixels[:, *part] * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    around, own = np.zeros((1, 65)), np.zeros((1, 65))  # the models of their colours
    cv2.setRNGSeed(0)  # k-means begins at random, and the same picture is to have the same boxes
    cv2.grabCut(image, labels, (0, 0, 0, 0), around, own, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = torch.zeros_like(likely)
    mask[part] = torch.from_numpy((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    return _middle_part(mask, mask.float())


def _distance() -> Tensor:
    """How far each pixel is from the middle, squared, in sides of the place: [S, S]."""
    far = (torch.arange(_PIXELS) + 0.5) * (1 + 2 * _ROOM) / _PIXELS - (1 + 2 * _ROOM) / 2
    return far[:, None] ** 2 + far**2


def _middle_part(mask: Tensor, share: Tensor) -> Tensor:
    """The connected part of a mask that is nearest to the middle; share: how surely each pixel is in it."""
    return _part(mask, int((share * (-_distance() / (2 * _AMONG**2)).exp()).argmax()))


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
