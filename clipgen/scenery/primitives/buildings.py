"""Houses, towers and skylines."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import Colour, Rng, darker, lighter, mix, pick
from clipgen.scenery.primitives.drawing import box, group, poly, shapes, stroke

_HOUSE = group(
    ((0, -0.55), (0.75, -0.55), (0.75, 0), (0, 0)),
    ((-0.5, -0.55), (-0.25, -0.95), (0.02, -0.55), (0.02, 0), (-0.5, 0)),
    ((-0.28, -1.0), (0.52, -1.0), (0.82, -0.5), (0.03, -0.5)),
    ((-0.25, -1.03), (-0.18, -0.98), (-0.5, -0.46), (-0.58, -0.5)),
    ((-0.33, -0.3), (-0.16, -0.3), (-0.16, 0), (-0.33, 0)),
    ((0.17, -0.4), (0.31, -0.4), (0.31, -0.2), (0.17, -0.2)),
    ((0.48, -0.4), (0.62, -0.4), (0.62, -0.2), (0.48, -0.2)),
)
WALLS = ((240, 226, 200), (225, 190, 150), (235, 235, 230), (240, 205, 140), (200, 215, 225), (230, 170, 150))
ROOFS = ((190, 76, 56), (170, 92, 60), (120, 70, 60), (96, 104, 124), (205, 100, 64))


def house(
    img: np.ndarray,
    rng: Rng,
    x: float,
    y: float,
    size: float,
    wall: Colour,
    roof: Colour,
    window: Colour = (90, 120, 160),
) -> None:
    """Draw a house with a gable, a lit front and a darker long side."""
    shapes(
        img,
        x,
        y,
        size,
        _HOUSE,
        (darker(wall, 0.22), wall, roof, darker(roof, 0.3), (92, 58, 38), window, window),
        pick(rng, (-1, 1)),
    )


def tower_block(
    img: np.ndarray,
    rng: Rng,
    x0: float,
    x1: float,
    y0: float,
    y1: float,
    wall: Colour,
    lit: Colour,
    dark: Colour,
    share: float,
) -> None:
    """Draw an office block with a grid of windows, a share of them lit."""
    h, w = img.shape[:2]
    rows, count = max(2, int((y1 - y0) * 22)), max(2, int((x1 - x0) * 22))
    on = rng.random((rows, count)) < share
    tile = np.empty((2 * rows + 1, 2 * count + 1, 3), np.uint8)
    tile[:] = np.array(wall, np.uint8)
    tile[:, -count // 2 :] = np.array(darker(wall, 0.2), np.uint8)
    tile[1::2, 1::2] = np.array((dark, lit), np.uint8)[on.view(np.uint8)]
    a, b, c, d = (int(round(v)) for v in (x0 * w, x1 * w, y0 * h, y1 * h))
    a0, b0, d0 = max(a, 0), min(b, w), min(d, h)
    if b0 - a0 < 1 or d0 - c < 1:
        return
    block = cv2.resize(tile, (b - a, d - c), interpolation=cv2.INTER_AREA)
    img[c:d0, a0:b0] = block[: d0 - c, a0 - a : b0 - a]


def skyline(
    img: np.ndarray,
    rng: Rng,
    base: float,
    low: float,
    high: float,
    wall: Colour,
    lit: Colour,
    dark: Colour,
    share: float,
    count: int,
) -> None:
    """Draw a row of office blocks from edge to edge, some with spires."""
    r = rng.random((count, 5)).tolist()
    steps_right = np.cumsum([0.0] + [0.6 + row[0] for row in r])
    edges = (steps_right / steps_right[-1] * 1.06 - 0.03).tolist()
    for k in range(count):
        top = base - low - (high - low) * r[k][1] ** 1.3
        shade = mix(darker(wall, 0.25), lighter(wall, 0.12), r[k][2])
        x0, x1 = edges[k], edges[k + 1] - 0.004
        mid = (x0 + x1) / 2
        if r[k][3] < 0.22:
            stroke(img, ((mid, top - 0.09), (mid, top)), shade, 0.008)
            box(img, x0 + (x1 - x0) * 0.2, top - 0.03, x1 - (x1 - x0) * 0.2, top + 0.01, darker(shade, 0.12))
        elif r[k][3] < 0.36:
            poly(img, ((x0, top + 0.005), (mid, top - 0.07), (x1, top + 0.005)), darker(shade, 0.12))
        tower_block(img, rng, x0, x1, top, base, shade, lit, dark, share)
