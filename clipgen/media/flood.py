"""Flood fill: the area of one colour around a point, as wide as its edges let it flow."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_Numbers: TypeAlias = NDArray[np.int64]


def flood(picture: Image.Image, point: tuple[int, int], colour: str) -> None:
    """Fill the area around a point that has its colour, to the left, right, top and bottom, in place.

        >>> sheet = Image.new("RGB", (3, 1), "white")
        >>> sheet.putpixel((1, 0), (0, 0, 0))
        >>> flood(sheet, (0, 0), "#ff0000")
        >>> list(sheet.get_flattened_data())
        [(255, 0, 0), (0, 0, 0), (255, 255, 255)]

    picture: RGB; point: x, y. Pillow has the same, in Python, a pixel at a time: seconds on a sheet. Here each row is
    cut into runs of the colour, and runs that touch are joined.
    """
    pixels = np.asarray(picture)
    x, y = point
    filled = _region((pixels == pixels[y, x]).all(2), x, y)
    picture.paste(colour, mask=Image.fromarray(filled))


def _region(same: NDArray[np.bool_], x: int, y: int) -> NDArray[np.bool_]:
    """The part of a mask [H, W] that is joined to a pixel of it."""
    edges = np.diff(np.pad(same, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    labels = _joined(rows, starts, ends, same.shape[1] + 1)
    mine = labels == labels[np.flatnonzero((rows == y) & (starts <= x) & (x < ends))[0]]
    marks = np.zeros_like(edges)
    marks[rows[mine], starts[mine]] = 1
    marks[rows[mine], ends[mine]] = -1
    return np.cumsum(marks, axis=1, dtype=np.int8)[:, :-1].astype(bool)


def _joined(rows: _Numbers, starts: _Numbers, ends: _Numbers, width: int) -> _Numbers:
    """A label for each run, the same for those that touch from row to row."""
    # of each run, the first and the last run of the next row that it touches
    first = np.searchsorted(rows * width + ends, (rows + 1) * width + starts, side="right")
    beyond = np.searchsorted(rows * width + starts, (rows + 1) * width + ends, side="left")
    touches = np.maximum(beyond - first, 0)
    above = np.repeat(np.arange(len(rows)), touches)
    offset = np.arange(len(above)) - np.repeat(np.cumsum(touches) - touches, touches)
    below = np.repeat(first, touches) + offset
    labels = np.arange(len(rows))
    while len(above):
        one, other = labels[above], labels[below]
        apart = one != other
        above, below = above[apart], below[apart]
        np.minimum.at(labels, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while (shorter := labels[labels]).tobytes() != labels.tobytes():
            labels = shorter
    return labels
