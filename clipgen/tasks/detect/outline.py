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
# sides about the middle, in which a pixel is first taken to be of the thing, and beyond which it cannot be; the rounds
_MIDDLE, _REACH, _ROUNDS = 0.45, 0.75, 3
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

    image: [1, 3, H, W]; place: about the thing, nearly in its middle; it is the box where colours say nothing. Source:
    Rother, Kolmogorov and Blake 2004, GrabCut, as in OpenCV.
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
    distance = (far[:, None] ** 2 + far**2).sqrt()  # in sides
    # what is beyond the picture repeats its edge, and would be learnt as the ground
    rows, columns = (inside.any(axis).nonzero()[:, 0] for axis in (1, 0))
    mask = torch.zeros_like(inside)
    if not len(rows) or not len(columns):
        return mask
    part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    mask[part] = _cut(pixels[:, *part], distance[part])
    near = mask * (-(distance**2) / (2 * _AMONG**2)).exp()
    return _part(mask, int(near.argmax()))


def _cut(pixels: Tensor, distance: Tensor) -> Tensor:
    """Which of some pixels [3, H, W] are of a thing; distance: of each from its middle, in sides, [H, W]."""
    import cv2  # late: it changes the environment when imported

    likely, possible = distance < _MIDDLE, distance < _REACH
    if not likely.any() or likely.all():
        return likely
    labels = torch.where(likely, cv2.GC_PR_FGD, torch.where(possible, cv2.GC_PR_BGD, cv2.GC_BGD)).byte().numpy()
    image = (pixels * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    around, own = np.zeros((1, 65)), np.zeros((1, 65))  # the models of their colours
    cv2.setRNGSeed(0)  # k-means begins at random, and the same picture is to have the same boxes
    cv2.grabCut(image, labels, (0, 0, 0, 0), around, own, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return torch.from_numpy((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _part(mask: Tensor, seed: int) -> Tensor:
    """The connected part of a mask in which a pixel is, by its flat number; that pixel alone, where it is not in it."""
    part = torch.zeros(1, 1, *mask.shape)
    part.view(-1)[seed] = 1.0
    while True:
        grown = F.max_pool2d(part, 3, stride=1, padding=1) * mask
        if torch.equal(grown, part) or not bool(grown.any()):
            return part[0, 0] > 0
        part = grown
