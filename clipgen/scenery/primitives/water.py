"""Seas with reflections, fish and boats."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import BLACK, Colour, Rng, darker, lighter
from clipgen.scenery.primitives.drawing import disc, gradient, group, oval, shapes, side_of
from clipgen.scenery.primitives.light import blend, enlarge

_FISH = group(((-0.35, 0), (-0.85, -0.35), (-0.72, 0), (-0.85, 0.35)), ((0.15, -0.2), (-0.2, -0.5), (-0.3, -0.1)))
_STRIPE = group(((0.12, -0.27), (0.0, -0.29), (-0.02, 0.29), (0.1, 0.27)))
_SAILBOAT = group(
    ((-0.02, -1), (0.02, -1), (0.02, -0.1), (-0.02, -0.1)),
    ((0.05, -0.97), (0.5, -0.22), (0.05, -0.22)),
    ((-0.05, -0.85), (-0.4, -0.22), (-0.05, -0.22)),
    ((-0.55, -0.15), (0.58, -0.15), (0.4, 0.06), (-0.4, 0.06)),
    ((-0.55, -0.15), (0.58, -0.15), (0.55, -0.1), (-0.53, -0.1)),
)


def ripples(
    img: np.ndarray, rng: Rng, y0: float, y1: float, colour: Colour, strength: float = 0.5, cover: float = 0.4
) -> None:
    """Draw streaks of light on water, finer towards the horizon at y0."""
    h, w = img.shape[:2]
    a, b = int(round(y0 * h)), int(round(y1 * h))
    if b - a < 2:
        return
    grid = enlarge(rng.random((26, 7), dtype=np.float32), 96, w)
    rows = (95 * np.sqrt((np.arange(b - a) + 0.5) / (b - a))).astype(np.intp)
    alpha = np.clip((grid[rows] - (1 - cover)) * 4, 0, 1) * strength
    blend(img[a:b], alpha, colour)


def reflect(img: np.ndarray, rng: Rng, y0: float, tint: Colour, amount: float = 0.4, wobble: float = 0.02) -> None:
    """Mirror the picture above y0 into the water below it, with a tint and a wobble."""
    h, w = img.shape[:2]
    a = int(round(y0 * h))
    n = h - a
    if n < 1:
        return
    sway = cv2.resize(rng.random((22, 5), dtype=np.float32) - 0.5, (w, n), interpolation=cv2.INTER_LINEAR)
    depth = np.arange(n, dtype=np.float32)[:, None]
    map_x = sway * (depth * (wobble * 2 * w / n) + wobble * 0.8 * w) + np.arange(w, dtype=np.float32)
    map_y = np.empty((n, w), np.float32)
    map_y[:] = a - 1 - depth * min(1.0, (a - 1) / n)
    mirror = cv2.remap(img, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    cover = np.empty_like(mirror)
    cv2.rectangle(cover, (0, 0), (w, n), tint, -1)
    img[a:] = cv2.addWeighted(mirror, 1 - amount, cover, amount, 0)


def sea(
    img: np.ndarray,
    rng: Rng,
    y0: float,
    far: Colour,
    near: Colour,
    light: Colour,
    strength: float = 0.5,
    y1: float = 1.0,
) -> None:
    """Paint open water from the horizon y0 down."""
    h = img.shape[0]
    a, b = int(round(y0 * h)), int(round(y1 * h))
    if b > a:
        img[a:b] = gradient(b - a, img.shape[1], ((0, far), (1, near)))
    ripples(img, rng, y0, y1, light, strength)


def fish(img: np.ndarray, x: float, y: float, size: float, facing: int, colour: Colour, stripe: Colour) -> None:
    """Draw a fish seen from the side."""
    fin = darker(colour, 0.2)
    shapes(img, x, y, size, _FISH, (fin, fin), facing)
    oval(img, x, y, 0.5 * size, 0.29 * size, colour)
    shapes(img, x, y, size, _STRIPE, (stripe,), facing)
    u = side_of(img)
    disc(img, x + facing * 0.3 * size * u / img.shape[1], y - 0.06 * size * u / img.shape[0], 0.06 * size, BLACK)


def sailboat(img: np.ndarray, x: float, y: float, size: float, hull: Colour, sail: Colour, facing: int = 1) -> None:
    """Draw a sailing boat floating at (x, y)."""
    shapes(img, x, y, size, _SAILBOAT, ((90, 70, 55), sail, darker(sail, 0.13), hull, lighter(hull, 0.5)), facing)
