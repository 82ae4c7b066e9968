"""What the pixels of a picture say of its quality: exposure, contrast and sharpness, from one small copy of it."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SMALL = 64  # short side at which contrast is measured: a sensor's noise averages out, lines of a drawing do not
_REACH = 6  # pixels over which an edge may spread: Gaussian blur of 2 pixels spreads a step that far
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))  # motion blurs the edges across it and leaves those along it sharp
_LEAST = 28  # of 255, by which an edge differs: more than an even ramp from black to white over `_SMALL` pixels
_SHARE = 0.02  # of the pixels, those with the strongest edges: a photograph may be sharp in one place only
_ENOUGH = 16  # pixels with an edge, below which a direction does not count
_SHARPEST = 0.9  # quantile of the edges' sharpness: higher is ruled by single pixels


@dataclass(frozen=True)
class Measures:
    """Measures of a picture whose short side is some hundred pixels.

        >>> Measures.of(Image.new("RGB", (64, 64), "white"))
        Measures(low=1.0, high=1.0, contrast=0.0, sharpness=1.0)

    low, high: brightness that the darkest 5 % and all but the brightest 1 % of the pixels lie below, in [0, 1];
    contrast: range of the values of a colour channel at 64 pixels, without the outer 0.5 %, in [0, 1]; sharpness: the
    part of a strong edge's step that lies between two neighbouring pixels, in the direction where it is least, in
    [0, 1]; 1 where there is no edge, and for a short side below 64 pixels. It is relative to the edges that a picture
    has: flat graphics have few, all sharp.
    """

    low: float
    high: float
    contrast: float
    sharpness: float

    @classmethod
    def of(cls, picture: Image.Image) -> Measures:
        """Of RGB pixels."""
        grey = np.asarray(picture.convert("L"))
        return cls(_quantile(grey, 0.05) / 255, _quantile(grey, 0.99) / 255, _contrast(picture), _sharpness(grey))

    def packed(self) -> bytes:
        """As bytes; `unpacked` loads them."""
        return np.array(astuple(self), np.float32).tobytes()

    @classmethod
    def unpacked(cls, packed: bytes) -> Measures:
        """Load what `packed` returned.

        >>> Measures.unpacked(Measures(0.0, 0.5, 0.25, 1.0).packed())
        Measures(low=0.0, high=0.5, contrast=0.25, sharpness=1.0)
        """
        return cls(*np.frombuffer(packed, np.float32).tolist())


def _quantile(values: NDArray[np.uint8], share: float) -> int:
    """The value that a share of all values does not exceed: counting is ten times as fast as sorting."""
    counts = np.cumsum(np.bincount(values.ravel(), minlength=256))
    return int(np.searchsorted(counts, share * counts[-1]))


def _contrast(picture: Image.Image) -> float:
    scale = min(1.0, _SMALL / min(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX))
    return max(_quantile(one, 0.995) - _quantile(one, 0.005) for one in np.moveaxis(pixels, 2, 0)) / 255


def _sharpness(grey: NDArray[np.uint8]) -> float:
    if min(grey.shape) < _SMALL:
        return 1.0
    return min(_edges(grey, down, across) for down, across in _STEPS)


def _edges(grey: NDArray[np.uint8], down: int, across: int) -> float:
    """The part of the strongest edges in one direction that lies between two pixels."""
    height, width = grey.shape[0] - _REACH * down, grey.shape[1] - _REACH * abs(across)
    first = _REACH if across < 0 else 0
    places = [(i * down, first + i * across) for i in range(_REACH + 1)]
    line = [grey[top : top + height, left : left + width] for top, left in places]
    steps = np.maximum.reduce(line) - np.minimum.reduce(line)
    strong = steps >= max(_LEAST, _quantile(steps, 1 - _SHARE))
    if strong.sum() < _ENOUGH:
        return 1.0
    values = [one[strong].astype(np.int16) for one in line]
    largest = np.maximum.reduce([np.abs(b - a) for a, b in zip(values, values[1:], strict=False)])
    return float(np.quantile(largest / steps[strong], _SHARPEST))
