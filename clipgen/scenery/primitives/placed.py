"""Things drawn in units of their own, from the place where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clipgen.scenery.primitives.colour import Colour
from clipgen.scenery.primitives.drawing import cols, oval, poly_gradient, shape, shape_stroke, side_of
from clipgen.scenery.primitives.light import glow, shadow

_CORNER = np.linspace(0, np.pi / 2, 5)


@dataclass(frozen=True)
class Spot:
    """Where a thing stands in a picture, (x, y), and its size: what it draws is in units of the size, y upwards < 0.

    facing: -1 mirrors it.
    """

    img: np.ndarray
    x: float
    y: float
    size: float
    facing: int = 1

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where in the picture a point of the thing is."""
        h, w = self.img.shape[:2]
        k = self.size * side_of(self.img)
        return self.x + self.facing * x * k / w, self.y + y * k / h

    def spot(self, x: float, y: float, size: float = 1.0) -> Spot:
        """The place of a part, in units of the thing."""
        return Spot(self.img, *self.at(x, y), size * self.size, self.facing)

    def poly(self, pts: np.ndarray | Sequence, colour: Colour) -> None:
        """Fill a polygon."""
        shape(self.img, self.x, self.y, self.size, pts, colour, self.facing)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, round_by: float = 0.0) -> None:
        """Fill an upright rectangle, with corners rounded by a radius."""
        self.poly(rounded(x0, y0, x1, y1, round_by) if round_by else ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), colour)

    def shaded(self, pts: np.ndarray | Sequence, top: Colour, bottom: Colour) -> None:
        """Fill a polygon with a vertical gradient."""
        poly_gradient(self.img, np.array([self.at(x, y) for x, y in pts]), top, bottom)

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, start: float = 0, end: float = 360
    ) -> None:
        """Fill an ellipse, or a part of it."""
        oval(self.img, *self.at(x, y), rx * self.size, ry * self.size, colour, 0, start, end)

    def line(self, pts: np.ndarray | Sequence, colour: Colour, width: float) -> None:
        """Draw an open line."""
        shape_stroke(self.img, self.x, self.y, self.size, pts, colour, width * self.size, self.facing)

    def glow(self, x: float, y: float, r: float, colour: Colour, strength: float) -> None:
        """Mix in a soft round light."""
        glow(self.img, *self.at(x, y), r * self.size, colour, strength)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float = 0.5) -> None:
        """Darken what is below the thing, softly."""
        shadow(self.img, *self.at(x, y), rx * self.size, ry * self.size, strength)


def rounded(x0: float, y0: float, x1: float, y1: float, r: float) -> np.ndarray:
    """Return the outline of a rectangle with round corners."""
    c, s = r * np.cos(_CORNER), r * np.sin(_CORNER)
    return np.concatenate(
        [
            cols(x1 - r + s, y0 + r - c),
            cols(x1 - r + c, y1 - r + s),
            cols(x0 + r - s, y1 - r + c),
            cols(x0 + r - c, y0 + r - s),
        ]
    )


def pointed(x: float, half: float, foot: float, spring: float, rise: float) -> np.ndarray:
    """Return the outline of a pointed arch over x, from its left foot over its tip to its right foot."""
    bend = half * np.linspace(1, 0, 9)
    ys = spring - rise * np.sqrt((1 - ((half + bend) / (2 * half)) ** 2) / 0.75)
    left, right = cols(x - bend, ys), cols(x + bend, ys)[::-1]
    return np.concatenate([[(x - half, foot)], left, right[1:], [(x + half, foot)]])
