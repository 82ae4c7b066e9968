"""Conifers, trees, palms and bushes."""

from __future__ import annotations

import numpy as np

from clipgen.scenery.primitives.colour import Colour, Rng, darker, lighter, mix, pick
from clipgen.scenery.primitives.drawing import (
    Parts,
    both_sides,
    cols,
    disc,
    group,
    shape,
    shape_stroke,
    shapes,
    steps,
)
from clipgen.scenery.primitives.leaves import foliage


def _pine_outline(tiers: int) -> np.ndarray:
    """Return the right-hand outline of a conifer of unit height, from its tip to its foot."""
    points = [(0.0, -1.0)]
    for k in range(tiers):
        reach, low = 0.15 + 0.2 * (k + 1) / tiers, -1 + 0.88 * (k + 1) / tiers
        points += [(reach, low + 0.02), (reach * 0.5, low - 0.03)]
    points[-1] = (0.0, -0.12)
    return np.array(points)


def _palm_crowns() -> list[Parts]:
    """Return the leaves of several palms, the hindmost first."""
    rng = np.random.default_rng(3)
    leaf = (
        np.array([(0, 0), (0.25, -0.14), (0.55, -0.16), (0.85, 0.02), (1.0, 0.26), (0.75, 0.1), (0.5, 0), (0.25, 0)])
        * 0.55
    )
    crowns = []
    for _ in range(12):
        fronds = []
        for angle in np.deg2rad(np.array((200, 340, 170, 10, 235, 305, 270)) + rng.random(7) * 24 - 12):
            c, s = np.cos(angle), np.sin(angle)
            # each leaf leaves the crown along its angle and then hangs, so its outline is turned but not its droop
            x = leaf[:, 0] * c - leaf[:, 1] * s * 0.3 * (1 if c >= 0 else -1)
            fronds.append(np.stack([x, leaf[:, 0] * s + leaf[:, 1] + 0.64 * leaf[:, 0] ** 2], axis=1))
        crowns.append(group(*fronds))
    return crowns


_PINE_RIGHT = _pine_outline(4)
_PINE = group(
    ((-0.04, -0.2), (0.04, -0.2), (0.04, 0), (-0.04, 0)),
    np.concatenate([_PINE_RIGHT, _PINE_RIGHT[::-1] * (-1, 1)]),
    _PINE_RIGHT,
    (
        (0, -1),
        (-0.12, -0.76),
        (-0.05, -0.78),
        (-0.2, -0.52),
        (-0.08, -0.55),
        (-0.26, -0.32),
        (0.0, -0.42),
        (0.06, -0.5),
        (0.0, -0.62),
        (0.06, -0.74),
        (0.02, -0.8),
        (0.1, -0.78),
    ),
)
_PALMS = _palm_crowns()
_CROWNS = foliage(((-0.2, -0.5), (0.2, -0.52), (-0.1, -0.75), (0.12, -0.72), (0.0, -0.56)), 0.2, 0.09)
_BUSHES = foliage(((-0.45, -0.2), (0.45, -0.2), (-0.12, -0.36), (0.2, -0.32)), 0.36, 0.14)


def pine(img: np.ndarray, x: float, y: float, size: float, colour: Colour, snow: Colour | None = None) -> None:
    """Draw a conifer standing at (x, y), lit from the left."""
    colours = [mix((77, 53, 35), colour, 0.3), colour, darker(colour, 0.28)]
    shapes(img, x, y, size, _PINE, colours if snow is None else [*colours, snow])


def tree(
    img: np.ndarray, rng: Rng, x: float, y: float, size: float, leaf: Colour, trunk: Colour = (98, 68, 46)
) -> None:
    """Draw a broad-leaved tree standing at (x, y), lit from the upper left."""
    h, w = img.shape[:2]
    u, v = min(h, w) / w * size, min(h, w) / h * size
    shape(img, x, y, size, ((-0.05, -0.5), (0.05, -0.5), (0.075, 0), (-0.075, 0)), trunk)
    heap, lumps = pick(rng, _CROWNS)
    shapes(img, x, y, size, heap, (darker(leaf, 0.3), leaf))
    pale = lighter(leaf, 0.13)
    for lx, ly, r in (lumps[2], lumps[0], lumps[4])[: 3 if size > 0.16 else 1]:
        disc(img, x + (lx - 0.06) * u, y + (ly - 0.08) * v, r * 0.34 * size, pale)


def palm(
    img: np.ndarray,
    rng: Rng,
    x: float,
    y: float,
    size: float,
    leaf: Colour = (50, 140, 60),
    trunk: Colour = (140, 104, 66),
) -> None:
    """Draw a palm whose foot is at (x, y)."""
    h, w = img.shape[:2]
    lean, crown = (rng.random() - 0.5) * 0.6, pick(rng, _PALMS)
    t = steps(7)
    bend = lean * t * t
    shape(img, x, y, size, both_sides(bend, 0.05 - 0.02 * t, -t), trunk)
    shape_stroke(img, x, y, size, cols(bend - 0.028 + 0.015 * t, -t), lighter(trunk, 0.3), 0.014 * size)
    top_x, top_y = x + lean * size * min(h, w) / w, y - size * min(h, w) / h
    deep, pale = darker(leaf, 0.35), lighter(leaf, 0.2)
    shapes(img, top_x, top_y, size, crown, [mix(deep, pale, k / 6) for k in range(7)])
    disc(img, top_x, top_y + 0.03 * size, 0.045 * size, darker(trunk, 0.25))


def bush(img: np.ndarray, rng: Rng, x: float, y: float, size: float, leaf: Colour, bloom: Colour | None = None) -> None:
    """Draw a bush, with flowers when a bloom colour is given."""
    shapes(img, x, y, size, pick(rng, _BUSHES)[0], (darker(leaf, 0.35), leaf))
    if bloom is not None:
        h, w = img.shape[:2]
        u, v = min(h, w) / w * size, min(h, w) / h * size
        for a, b in rng.random((5, 2)).tolist():
            disc(img, x + (a - 0.5) * 1.3 * u, y - (0.05 + 0.5 * b) * v, 0.1 * size, bloom)
