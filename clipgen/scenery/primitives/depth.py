"""A straight view into the depth, along streets and halls, and flat pictures laid on walls and floors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import Colour
from clipgen.scenery.primitives.drawing import poly

Point = tuple[float, float]


@dataclass(frozen=True)
class Depth:
    """Where a view's parallel lines meet; (dx, dy) are seen from there at depth 1, and shrink with the depth."""

    x: float
    y: float

    def at(self, dx: float, dy: float, z: float = 1.0) -> Point:
        """Where a point at a depth is seen."""
        return self.x + dx / z, self.y + dy / z

    def wall(self, dx: float, top: float, foot: float, near: float, far: float) -> tuple[Point, Point, Point, Point]:
        """The corners of a wall along the view: upper near, upper far, lower far, lower near."""
        return self.at(dx, top, near), self.at(dx, top, far), self.at(dx, foot, far), self.at(dx, foot, near)

    def floor(self, left: float, right: float, dy: float, near: float, far: float) -> tuple[Point, Point, Point, Point]:
        """The corners of a floor, or of a ceiling: far left, far right, near right, near left."""
        return self.at(left, dy, far), self.at(right, dy, far), self.at(right, dy, near), self.at(left, dy, near)

    def front(
        self, img: np.ndarray, left: float, top: float, right: float, foot: float, z: float, colour: Colour
    ) -> None:
        """Fill a rectangle that faces the viewer at a depth."""
        corners = self.at(left, top, z), self.at(right, top, z), self.at(right, foot, z), self.at(left, foot, z)
        poly(img, corners, colour)


def warped(img: np.ndarray, tile: np.ndarray, corners: Sequence[Point], cover: np.ndarray | None = None) -> None:
    """Lay a flat picture on a quadrilateral: its upper left, upper right, lower right and lower left corner.

    cover: which of its pixels are seen, 0 or 255; all by default.
    """
    h, w = img.shape[:2]
    goal = np.array(corners) * (w, h)
    x0, y0 = np.clip(np.floor(goal.min(0)).astype(int) - 1, 0, (w, h))
    x1, y1 = np.clip(np.ceil(goal.max(0)).astype(int) + 1, 0, (w, h))
    if x1 <= x0 or y1 <= y0:
        return
    seen = np.full(tile.shape[:2], 255, np.uint8) if cover is None else cover
    kept = tile if cover is None else tile * (cover[..., None] > 0)
    th, tw = tile.shape[:2]
    source = np.array([(0, 0), (tw, 0), (tw, th), (0, th)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, ((goal - (x0, y0)) * 2).astype(np.float32))
    # at twice the size and then halved, since `warpPerspective` does not smooth what it makes smaller
    twice, size = (int(x1 - x0) * 2, int(y1 - y0) * 2), (int(x1 - x0), int(y1 - y0))
    colours = cv2.resize(cv2.warpPerspective(kept, matrix, twice), size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cv2.warpPerspective(seen, matrix, twice), size, interpolation=cv2.INTER_AREA)
    area = img[y0:y1, x0:x1]
    under = area * (1 - alpha[..., None].astype(np.float32) / 255)
    area[:] = np.clip(under + colours + 0.5, 0, 255).astype(np.uint8)


def boards(
    rng: np.random.Generator, colour: Colour, across: int, along: int, gap: float = 0.72, spread: float = 0.14
) -> np.ndarray:
    """Return a flat picture of floor boards along the view, each of its own shade, with joints.

    gap: how much darker the joints are, as a factor.
    """
    wide, tall = 12, 60
    shades = 1 + spread * (2 * rng.random((along, across, 1)) - 1)
    tile = np.repeat(np.repeat(np.array(colour) * shades, tall, 0), wide, 1)
    shift = rng.integers(0, tall, across)
    for k in range(across):
        column = tile[:, k * wide : (k + 1) * wide]
        column[::tall] *= gap
        column[:] = np.roll(column, int(shift[k]), 0)
        column[:, :1] *= gap
    return np.clip(tile, 0, 255).astype(np.uint8)


def checks(one: Colour, two: Colour, across: int, along: int) -> np.ndarray:
    """Return a flat picture of floor tiles of two colours in turn."""
    odd = (np.arange(along)[:, None] + np.arange(across)) % 2
    return np.repeat(np.repeat(np.array((one, two), np.uint8)[odd], 16, 0), 16, 1)
