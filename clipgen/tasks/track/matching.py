"""Which of the things found in a key frame is which of those that were followed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from clipgen.media.overlays import Box
from clipgen.similarity import assign
from clipgen.tasks.detect import Detection
from clipgen.tasks.track.flow import Place
from clipgen.tasks.track.gallery import Gallery

# how far from where it is expected a thing may be found, as a share of its side: where it was followed all the way, and
# where it was lost on the way
_NEAR, _FAR = 0.7, 1.6
_LOOKS = 4.0  # what a cosine counts for, beside closeness: twins in two colours differ by a fifth or more
_IMPOSSIBLE = -1e6
# cosine (`looks`) by which a thing may look less like itself than it mostly does: where it is expected, and anywhere;
# seen for a moment only, it looks more alike than it is. With the reader, on toy cars of `python benchmarks/track.py`,
# 27 November 2026: one car in several places .94 to .99, half covered .68 to .82; cars in other colours .68 to .76
_SLACK_NEAR, _SLACK, _STEADY = 0.13, 0.08, 0.95
_LEAST = 0.82  # cosine that is needed in any case


class Looker(Protocol):
    """Finds things in pictures, and says how they look."""

    def find(self, image: Tensor, seconds: float) -> Sequence[Detection]:
        """The things in a picture [1, 3, H, W], which is shown some seconds after the first of its film."""

    def embed(self, image: Tensor, boxes: Sequence[Box]) -> Tensor:
        """A unit vector [N, D] of each place in a picture [1, 3, H, W]."""


@dataclass(frozen=True)
class Look:
    """What was found in a key frame; image: [1, 3, H, W]."""

    looker: Looker
    image: Tensor
    found: Sequence[Detection]

    @cached_property
    def rows(self) -> Tensor:
        """How each thing looks, [N, D]."""
        return self.looker.embed(self.image, [one.box for one in self.found])

    def alone(self, number: int) -> bool:
        """Whether nothing else was found where a thing is: then it looks like itself."""
        own = self.found[number].box
        return all(shared(own, other.box) == 0 for i, other in enumerate(self.found) if i != number)


@dataclass
class Expected:
    """A thing that may be found in a key frame; sure: whether it was followed all the way to its place."""

    text: str
    place: Place
    sure: bool
    gallery: Gallery = field(default_factory=Gallery)


def match(expected: Sequence[Expected], look: Look) -> list[int | None]:
    """The number, in a look, of each thing that is expected; None for one that was not found.

        >>> from clipgen.tasks.detect import Detector
        >>> from clipgen.tasks.track import Reader
        >>> reader = Reader(Detector(["a fox"], matcher))
        >>> look = Look(reader, image, [Detection("a fox", (10, 10, 30, 30), 4.0, 0.1)])
        >>> match([Expected("a fox", (12, 10, 32, 30), True), Expected("a fox", (50, 10, 70, 30), True)], look)
        [0, None]

    By place where only one is possible, else by place and looks together.
    """
    close = torch.tensor([[_closeness(one, other) for other in look.found] for one in expected])
    if not close.numel():
        return [None] * len(expected)
    possible = close > 0
    unclear = possible & ((possible.sum(1, keepdim=True) > 1) | (possible.sum(0, keepdim=True) > 1))
    for row, one in enumerate(expected):
        for column in possible[row].nonzero()[:, 0].tolist():
            if unclear[row, column]:
                close[row, column] += _LOOKS * one.gallery.likeness(look.rows[column : column + 1])
            elif not one.sure and not alike(one.gallery, look.rows[column : column + 1], near=True):
                possible[row, column] = False
    columns = assign(close.masked_fill(~possible, _IMPOSSIBLE))
    return [column if column is not None and possible[row, column] else None for row, column in enumerate(columns)]


def alike(gallery: Gallery, rows: Tensor, *, near: bool) -> bool:
    """Whether what has some embeddings [N, D] looks like the thing of a gallery; see `likelihood`."""
    return likelihood(gallery, rows, near=near) >= 0


def likelihood(gallery: Gallery, rows: Tensor, *, near: bool) -> float:
    """By how much what has some embeddings [N, D] looks more like the thing of a gallery than it must to be it.

    near: it is where the thing is expected, so it may look less like it.
    """
    needed = min(gallery.steadiness(), _STEADY) - (_SLACK_NEAR if near else _SLACK)
    return gallery.likeness(rows) - max(needed, _LEAST)


def _closeness(one: Expected, found: Detection) -> float:
    """1 for a thing where it is expected, 0 for one that is too far away or of another phrase."""
    if one.text != found.text:
        return 0.0
    reach = (_NEAR if one.sure else _FAR) * (side(one.place) + side(found.box)) / 2
    return max(0.0, 1 - distance(one.place, found.box) / reach)


def distance(one: Place, other: Place) -> float:
    """Pixels between the middles of two places.

    >>> distance((0, 0, 10, 10), (3, 4, 13, 14))
    5.0
    """
    right, down = (one[0] + one[2] - other[0] - other[2]) / 2, (one[1] + one[3] - other[1] - other[3]) / 2
    return float((right**2 + down**2) ** 0.5)


def side(place: Place) -> float:
    """The side of a square as large as a place.

    >>> side((0, 0, 20, 5))
    10.0
    """
    return float(max(1.0, (place[2] - place[0]) * (place[3] - place[1])) ** 0.5)


def shared(one: Place, other: Place) -> float:
    """The share of the smaller of two places that is in the other.

    >>> shared((0, 0, 10, 10), (5, 0, 35, 10))
    0.5
    """
    width, height = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height) / min(side(one), side(other)) ** 2
