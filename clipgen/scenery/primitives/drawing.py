"""Outlines, strokes and fills with antialiased edges, in coordinates relative to the picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import Colour

Parts = tuple[np.ndarray, list[tuple[int, int]]]  # the points of all outlines, and where each begins and ends
SHIFT = 4  # cv2 takes fixed-point coordinates: four fractional bits keep small pictures smooth
ONE = 1 << SHIFT


@lru_cache(maxsize=64)
def steps(n: int) -> np.ndarray:
    """Return n even steps from 0 to 1, read-only because they are shared."""
    t = np.linspace(0, 1, n)
    t.flags.writeable = False
    return t


def cols(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the points whose coordinates are x and y."""
    out = np.empty((len(y), 2))
    out[:, 0] = x
    out[:, 1] = y
    return out


def both_sides(middle: np.ndarray, half: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Return the outline of an upright band, such as a path, around a middle line."""
    n = len(ys)
    out = np.empty((2 * n, 2))
    out[:n, 0], out[n:, 0] = middle - half, (middle + half)[::-1]
    out[:n, 1], out[n:, 1] = ys, ys[::-1]
    return out


def side_of(img: np.ndarray) -> int:
    """Return the shorter side of the picture in pixels."""
    return min(img.shape[0], img.shape[1])


def _thickness(img: np.ndarray, width: float) -> int:
    return max(1, int(width * side_of(img) + 0.5))


@lru_cache(maxsize=32)
def _scale(h: int, w: int) -> np.ndarray:
    return np.array((w * ONE, h * ONE), dtype=np.float64)


def to_fixed(img: np.ndarray, pts: np.ndarray | Sequence) -> np.ndarray:
    """Convert relative points to the fixed-point pixels of cv2."""
    h, w = img.shape[:2]
    if isinstance(pts, tuple):  # a few numbers are converted faster without numpy
        w, h = w * ONE, h * ONE
        return np.array([(int(x * w) - 8, int(y * h) - 8) for x, y in pts], dtype=np.int32)
    out = np.asarray(pts, dtype=np.float64) * _scale(h, w)
    out -= ONE / 2
    return out.astype(np.int32)


def _fixed_local(
    img: np.ndarray, x: float, y: float, size: float, pts: np.ndarray | Sequence, facing: int = 1
) -> np.ndarray:
    """Convert points of an object at (x, y), in units of its size, to the fixed-point pixels of cv2."""
    h, w = img.shape[:2]
    k = size * min(h, w) * ONE
    left, top = (x * w - 0.5) * ONE, (y * h - 0.5) * ONE
    if isinstance(pts, tuple):
        f = k * facing
        return np.array([(int(a * f + left), int(b * k + top)) for a, b in pts], dtype=np.int32)
    out = pts * np.array((k * facing, k))
    out += np.array((left, top))
    return out.astype(np.int32)


def group(*outlines: np.ndarray | Sequence) -> Parts:
    """Prepare the outlines of an object's parts for one common conversion in `shapes`."""
    ends = np.cumsum([len(o) for o in outlines]).tolist()
    points = np.concatenate([np.array(o, dtype=np.float64) for o in outlines])
    return points, list(zip([0, *ends[:-1]], ends, strict=True))


def shapes(
    img: np.ndarray, x: float, y: float, size: float, parts: Parts, colours: Sequence[Colour], facing: int = 1
) -> None:
    """Fill the parts of a prepared object standing at (x, y), mirrored when facing is -1."""
    fixed = _fixed_local(img, x, y, size, parts[0], facing)
    for (a, b), colour in zip(parts[1], colours, strict=False):
        cv2.fillPoly(img, [fixed[a:b]], colour, cv2.LINE_AA, SHIFT)


def rows(h: int, stops: Sequence[tuple[float, Colour]]) -> np.ndarray:
    """Return one colour for each of h rows, as a picture one pixel wide."""
    rows = np.empty((h, 1, 3), np.uint8)
    if len(stops) == 2:
        (a, one), (b, two) = stops
        t = np.clip((np.arange(0.5, h) / h - a) / (b - a), 0, 1)[:, None]
        rows[:, 0] = t * np.array((two[0] - one[0], two[1] - one[1], two[2] - one[2])) + one
        return rows
    ys = np.arange(0.5, h) / h
    where = [s[0] for s in stops]
    for k in range(3):
        rows[:, 0, k] = np.interp(ys, where, [s[1][k] for s in stops])
    return rows


def gradient(h: int, w: int, stops: Sequence[tuple[float, Colour]]) -> np.ndarray:
    """Return a new picture shaded from top to bottom through the given (height, colour) stops."""
    return cv2.repeat(rows(h, stops), 1, w)


def poly(img: np.ndarray, pts: np.ndarray | Sequence, colour: Colour) -> None:
    """Fill a polygon given in relative points."""
    cv2.fillPoly(img, [to_fixed(img, pts)], colour, cv2.LINE_AA, SHIFT)


def frame(img: np.ndarray, outer: np.ndarray, inner: np.ndarray, colour: Colour) -> None:
    """Fill the area between two outlines given in relative points."""
    cv2.fillPoly(img, [to_fixed(img, outer), to_fixed(img, inner)], colour, cv2.LINE_AA, SHIFT)


def shape(
    img: np.ndarray, x: float, y: float, size: float, pts: np.ndarray | Sequence, colour: Colour, facing: int = 1
) -> None:
    """Fill a polygon given in local points around (x, y), in units of size."""
    cv2.fillPoly(img, [_fixed_local(img, x, y, size, pts, facing)], colour, cv2.LINE_AA, SHIFT)


def poly_gradient(img: np.ndarray, pts: np.ndarray | Sequence, top: Colour, bottom: Colour) -> None:
    """Fill a polygon with a vertical gradient over its own height."""
    h, w = img.shape[:2]
    fixed = to_fixed(img, pts)
    cv2.fillPoly(img, [fixed], top, cv2.LINE_AA, SHIFT)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SHIFT)
    low, high = int(fixed[:, 1].min()) / ONE / h, int(fixed[:, 1].max()) / ONE / h
    shades = gradient(h, w, ((low, top), (max(high, low + 0.01), bottom)))
    # only fully covered pixels get the gradient, so that the smooth edge is kept
    cv2.copyTo(shades, (mask == 255).view(np.uint8), img)


def stroke(img: np.ndarray, pts: np.ndarray | Sequence, colour: Colour, width: float = 0.0) -> None:
    """Draw an open line through relative points."""
    cv2.polylines(img, [to_fixed(img, pts)], False, colour, _thickness(img, width), cv2.LINE_AA, SHIFT)


def strokes(img: np.ndarray, lines: np.ndarray | Sequence, colour: Colour, width: float = 0.0) -> None:
    """Draw many open lines of one colour, given as an array [line, point, 2] of relative points."""
    cv2.polylines(img, list(to_fixed(img, lines)), False, colour, _thickness(img, width), cv2.LINE_AA, SHIFT)


def shape_stroke(
    img: np.ndarray,
    x: float,
    y: float,
    size: float,
    pts: np.ndarray | Sequence,
    colour: Colour,
    width: float = 0.0,
    facing: int = 1,
) -> None:
    """Draw an open line through local points around (x, y), in units of size."""
    fixed = _fixed_local(img, x, y, size, pts, facing)
    cv2.polylines(img, [fixed], False, colour, _thickness(img, width), cv2.LINE_AA, SHIFT)


def shape_strokes(
    img: np.ndarray, x: float, y: float, size: float, lines: np.ndarray, colour: Colour, width: float
) -> None:
    """Draw many open lines of one colour around (x, y), given as an array [line, point, 2] in units of size."""
    fixed = _fixed_local(img, x, y, size, lines)
    cv2.polylines(img, list(fixed), False, colour, _thickness(img, width), cv2.LINE_AA, SHIFT)


def disc(img: np.ndarray, x: float, y: float, r: float, colour: Colour) -> None:
    """Fill a circle."""
    h, w = img.shape[:2]
    centre = (int((x * w - 0.5) * ONE), int((y * h - 0.5) * ONE))
    cv2.circle(img, centre, max(int(r * min(h, w) * ONE), 6), colour, -1, cv2.LINE_AA, SHIFT)


def oval(
    img: np.ndarray,
    x: float,
    y: float,
    rx: float,
    ry: float,
    colour: Colour,
    angle: float = 0,
    start: float = 0,
    end: float = 360,
    width: float | None = None,
) -> None:
    """Fill an ellipse, or draw its arc when a line width is given."""
    h, w = img.shape[:2]
    s = min(h, w) * ONE
    cv2.ellipse(
        img,
        (int((x * w - 0.5) * ONE), int((y * h - 0.5) * ONE)),
        (max(int(rx * s), 5), max(int(ry * s), 5)),
        angle,
        start,
        end,
        colour,
        -1 if width is None else _thickness(img, width),
        cv2.LINE_AA,
        SHIFT,
    )


def box(img: np.ndarray, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    """Fill an upright rectangle."""
    poly(img, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), colour)


def dots(img: np.ndarray, xs: np.ndarray, ys: np.ndarray, colours: np.ndarray, size: float) -> None:
    """Draw small round spots at many positions at once."""
    h, w = img.shape[:2]
    n = max(1, int(size * side_of(img) + 0.5))
    px, py = (xs * w).astype(np.intp), (ys * h).astype(np.intp)
    for dy in range(n):
        for dx in range(n):
            if n < 3 or dx not in (0, n - 1) or dy not in (0, n - 1):
                img[np.clip(py + dy, 0, h - 1), np.clip(px + dx, 0, w - 1)] = colours
