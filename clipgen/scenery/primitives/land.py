"""Ridges, the ground below them, and peaks."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import Colour, Rng, darker, mix
from clipgen.scenery.primitives.drawing import ONE, SHIFT, cols, poly, rows, to_fixed
from clipgen.scenery.primitives.plants import pine

_RIDGE_X = np.linspace(-0.03, 1.03, 40)
_RIDGE_FREQUENCY = np.array([[3.2], [6.5], [12.0]])
_RIDGE_WEIGHT = np.array([[0.6], [0.3], [0.12]])


def ridge(rng: Rng, base: float, amp: float, freq: float = 1.0, rough: float = 0.0) -> np.ndarray:
    """Return the points of a hill line, a sum of sines with optional jagged detail."""
    r = rng.random((2, 3, 1))
    waves = np.sin(_RIDGE_FREQUENCY * (freq * (0.8 + 0.5 * r[0])) * _RIDGE_X + r[1] * 6.28)
    ys = base - amp * (waves * _RIDGE_WEIGHT).sum(axis=0)
    if rough:
        ys += rough * (rng.random(len(ys)) - 0.5)
    return cols(_RIDGE_X, ys)


def ground(img: np.ndarray, line: np.ndarray, top: Colour, bottom: Colour) -> None:
    """Fill everything below a ridge line, shaded from its lowest point down."""
    h, w = img.shape[:2]
    fixed = to_fixed(img, np.concatenate([line, ((1.03, 1.02), (-0.03, 1.02))]))
    cv2.fillPoly(img, [fixed], top, cv2.LINE_AA, SHIFT)
    low = min(max(int(fixed[:-2, 1].max()) // ONE + 2, 0), h)
    if low < h and top is not bottom:
        img[low:] = rows(h - low, ((0, top), (1, bottom)))


def height_at(line: np.ndarray, x: float) -> float:
    """Return the height of a ridge line at x."""
    return float(np.interp(x, line[:, 0], line[:, 1]))


def peak(
    img: np.ndarray, rng: Rng, x: float, top: float, base: float, half: float, rock: Colour, snow: Colour | None
) -> None:
    """Draw one mountain with a lit flank, a shaded flank and an optional snow cap."""
    j = rng.random((8, 2)) - 0.5
    rise = base - top
    left = np.array(
        [(x - half, base), (x - half * 0.62, base - rise * 0.36), (x - half * 0.3, base - rise * 0.72), (x, top)]
    )
    right = np.array([(x + half * 0.28, base - rise * 0.7), (x + half * 0.6, base - rise * 0.38), (x + half, base)])
    left[1:3] += j[:2] * (half * 0.1, rise * 0.1)
    right[:2] += j[2:4] * (half * 0.1, rise * 0.1)
    spine = np.array(
        [
            (x + half * (0.1 * j[4, 0]), top + rise * 0.3),
            (x + half * 0.14, top + rise * 0.5),
            (x + half * 0.02, top + rise * 0.7),
            (x + half * 0.2, base),
        ]
    )
    poly(img, np.concatenate([left, right]), rock)
    poly(img, np.concatenate([[(x, top)], right, spine[::-1]]), darker(rock, 0.32))
    if snow is None:
        return
    low = left[2] * 0.9 + left[1] * 0.1
    cap_r = right[0] * 0.9 + right[1] * 0.1
    zig = np.array(
        [
            (x + half * 0.17, top + rise * 0.24),
            (x + half * 0.08, top + rise * 0.36),
            (x, top + rise * 0.2),
            (x - half * 0.1, top + rise * 0.38),
            (x - half * 0.18, top + rise * 0.25),
        ]
    )
    poly(img, np.concatenate([[(x, top)], [cap_r], zig, [low]]), snow)
    poly(
        img,
        np.concatenate([[(x, top)], [cap_r], zig[:2], [(x + half * 0.03, top + rise * 0.17)]]),
        mix(darker(snow, 0.2), (120, 150, 200), 0.25),
    )


def far_land(img: np.ndarray, rng: Rng, horizon: float, colour: Colour, trees: bool) -> None:
    """Draw a dark foreground hill, with conifers when asked for."""
    line = ridge(rng, horizon, 0.04, 1.0)
    ground(img, line, colour, darker(colour, 0.5))
    if trees:
        for x, s in rng.random((9, 2)).tolist():
            pine(img, x, height_at(line, x) + 0.02, 0.1 + 0.12 * s, darker(colour, 0.25))
