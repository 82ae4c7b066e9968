"""Drawing primitives of the procedural scenes, in coordinates relative to the picture.

A position (x, y) is a fraction of width and height; a length (r, size, width) is a fraction of the shorter side, so
that things keep their proportions in pictures that are not square.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np

Colour = tuple[float, float, float]
Rng = np.random.Generator
Parts = tuple[np.ndarray, list[tuple[int, int]]]  # the points of all outlines, and where each begins and ends

_SHIFT = 4  # cv2 takes fixed-point coordinates: four fractional bits keep small pictures smooth
_ONE = 1 << _SHIFT

_T = TypeVar("_T")

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (8, 8, 12)


def _pine_outline(tiers: int) -> np.ndarray:
    """Return the right-hand outline of a conifer of unit height, from its tip to its foot."""
    points = [(0.0, -1.0)]
    for k in range(tiers):
        reach, low = 0.15 + 0.2 * (k + 1) / tiers, -1 + 0.88 * (k + 1) / tiers
        points += [(reach, low + 0.02), (reach * 0.5, low - 0.03)]
    points[-1] = (0.0, -0.12)
    return np.array(points)


_RIDGE_X = np.linspace(-0.03, 1.03, 40)
_RIDGE_FREQUENCY = np.array([[3.2], [6.5], [12.0]])
_RIDGE_WEIGHT = np.array([[0.6], [0.3], [0.12]])


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


def _lump_outline(lumps: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    """Return the outline of a union of circles (x, y, r) seen from a point inside them."""
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ray = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    to = lumps[:, :2] - np.array(centre)
    along = ray @ to.T
    inside = lumps[:, 2] ** 2 - (to**2).sum(axis=1) + along**2
    reach = np.where(inside > 0, along + np.sqrt(np.maximum(inside, 0)), 0.0).max(axis=1)
    return np.array(centre) + ray * reach[:, None]


def _foliage(
    spots: Sequence[tuple[float, float]], radius: float, spread: float, floor: float = 9.0
) -> list[tuple[Parts, list[tuple[float, ...]]]]:
    """Return several heaps of leaves or cloud: the outlines of the whole and of the lit part, and the lumps."""
    rng = np.random.default_rng(7)
    heaps = []
    for _ in range(8):
        lumps = np.array(
            [
                (x + 0.4 * spread * (a - 0.5), y, radius + spread * (b - 0.3))
                for (x, y), (a, b) in zip(spots, rng.random((len(spots), 2)), strict=False)
            ]
        )
        centre = tuple(lumps[:, :2].mean(axis=0))
        lit = _lump_outline(lumps * (1, 1, 0.84) - (0.035 * radius / 0.2, 0.05 * radius / 0.2, 0), centre)
        whole = np.minimum(_lump_outline(lumps, centre), (9, floor))
        heaps.append((group(whole, np.minimum(lit, (9, floor - 0.1))), [tuple(v) for v in lumps.tolist()]))
    return heaps


def pick(rng: Rng, options: Sequence[_T]) -> _T:
    """Return one of the options, each equally likely."""
    return options[int(rng.random() * len(options))]


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """Return the colour a fraction t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def lighter(c: Colour, t: float = 0.3) -> Colour:
    """Return the colour moved towards white."""
    return mix(c, WHITE, t)


def darker(c: Colour, t: float = 0.3) -> Colour:
    """Return the colour moved towards black."""
    return (c[0] * (1 - t), c[1] * (1 - t), c[2] * (1 - t))


def vary(rng: Rng, c: Colour, amount: float = 14) -> Colour:
    """Return the colour with a random shift of each channel."""
    r, g, b = rng.random(3).tolist()
    return (
        min(max(c[0] + amount * (2 * r - 1), 0), 255),
        min(max(c[1] + amount * (2 * g - 1), 0), 255),
        min(max(c[2] + amount * (2 * b - 1), 0), 255),
    )


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
    return np.array((w * _ONE, h * _ONE), dtype=np.float64)


def _fixed(img: np.ndarray, pts: np.ndarray | Sequence) -> np.ndarray:
    """Convert relative points to the fixed-point pixels of cv2."""
    h, w = img.shape[:2]
    if isinstance(pts, tuple):  # a few numbers are converted faster without numpy
        w, h = w * _ONE, h * _ONE
        return np.array([(int(x * w) - 8, int(y * h) - 8) for x, y in pts], dtype=np.int32)
    out = np.asarray(pts, dtype=np.float64) * _scale(h, w)
    out -= _ONE / 2
    return out.astype(np.int32)


def _fixed_local(
    img: np.ndarray, x: float, y: float, size: float, pts: np.ndarray | Sequence, facing: int = 1
) -> np.ndarray:
    """Convert points of an object at (x, y), in units of its size, to the fixed-point pixels of cv2."""
    h, w = img.shape[:2]
    k = size * min(h, w) * _ONE
    left, top = (x * w - 0.5) * _ONE, (y * h - 0.5) * _ONE
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
        cv2.fillPoly(img, [fixed[a:b]], colour, cv2.LINE_AA, _SHIFT)


def _rows(h: int, stops: Sequence[tuple[float, Colour]]) -> np.ndarray:
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
_HOUSE = group(
    ((0, -0.55), (0.75, -0.55), (0.75, 0), (0, 0)),
    ((-0.5, -0.55), (-0.25, -0.95), (0.02, -0.55), (0.02, 0), (-0.5, 0)),
    ((-0.28, -1.0), (0.52, -1.0), (0.82, -0.5), (0.03, -0.5)),
    ((-0.25, -1.03), (-0.18, -0.98), (-0.5, -0.46), (-0.58, -0.5)),
    ((-0.33, -0.3), (-0.16, -0.3), (-0.16, 0), (-0.33, 0)),
    ((0.17, -0.4), (0.31, -0.4), (0.31, -0.2), (0.17, -0.2)),
    ((0.48, -0.4), (0.62, -0.4), (0.62, -0.2), (0.48, -0.2)),
)
_FISH = group(((-0.35, 0), (-0.85, -0.35), (-0.72, 0), (-0.85, 0.35)), ((0.15, -0.2), (-0.2, -0.5), (-0.3, -0.1)))
_STRIPE = group(((0.12, -0.27), (0.0, -0.29), (-0.02, 0.29), (0.1, 0.27)))
_SAILBOAT = group(
    ((-0.02, -1), (0.02, -1), (0.02, -0.1), (-0.02, -0.1)),
    ((0.05, -0.97), (0.5, -0.22), (0.05, -0.22)),
    ((-0.05, -0.85), (-0.4, -0.22), (-0.05, -0.22)),
    ((-0.55, -0.15), (0.58, -0.15), (0.4, 0.06), (-0.4, 0.06)),
    ((-0.55, -0.15), (0.58, -0.15), (0.55, -0.1), (-0.53, -0.1)),
)
_PALMS = _palm_crowns()
_CROWNS = _foliage(((-0.2, -0.5), (0.2, -0.52), (-0.1, -0.75), (0.12, -0.72), (0.0, -0.56)), 0.2, 0.09)
_CLOUDS = _foliage(
    ((-0.72, 0.04), (-0.36, -0.14), (0.05, -0.24), (0.4, -0.12), (0.74, 0.04), (0.0, 0.0)), 0.3, 0.16, 0.18
)
_BUSHES = _foliage(((-0.45, -0.2), (0.45, -0.2), (-0.12, -0.36), (0.2, -0.32)), 0.36, 0.14)


def gradient(h: int, w: int, stops: Sequence[tuple[float, Colour]]) -> np.ndarray:
    """Return a new picture shaded from top to bottom through the given (height, colour) stops."""
    return cv2.repeat(_rows(h, stops), 1, w)


def poly(img: np.ndarray, pts: np.ndarray | Sequence, colour: Colour) -> None:
    """Fill a polygon given in relative points."""
    cv2.fillPoly(img, [_fixed(img, pts)], colour, cv2.LINE_AA, _SHIFT)


def frame(img: np.ndarray, outer: np.ndarray, inner: np.ndarray, colour: Colour) -> None:
    """Fill the area between two outlines given in relative points."""
    cv2.fillPoly(img, [_fixed(img, outer), _fixed(img, inner)], colour, cv2.LINE_AA, _SHIFT)


def shape(
    img: np.ndarray, x: float, y: float, size: float, pts: np.ndarray | Sequence, colour: Colour, facing: int = 1
) -> None:
    """Fill a polygon given in local points around (x, y), in units of size."""
    cv2.fillPoly(img, [_fixed_local(img, x, y, size, pts, facing)], colour, cv2.LINE_AA, _SHIFT)


def poly_gradient(img: np.ndarray, pts: np.ndarray | Sequence, top: Colour, bottom: Colour) -> None:
    """Fill a polygon with a vertical gradient over its own height."""
    h, w = img.shape[:2]
    fixed = _fixed(img, pts)
    cv2.fillPoly(img, [fixed], top, cv2.LINE_AA, _SHIFT)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
    low, high = int(fixed[:, 1].min()) / _ONE / h, int(fixed[:, 1].max()) / _ONE / h
    shades = gradient(h, w, ((low, top), (max(high, low + 0.01), bottom)))
    # only fully covered pixels take the gradient, so the smooth edge drawn above stays
    cv2.copyTo(shades, (mask == 255).view(np.uint8), img)


def stroke(img: np.ndarray, pts: np.ndarray | Sequence, colour: Colour, width: float = 0.0) -> None:
    """Draw an open line through relative points."""
    cv2.polylines(img, [_fixed(img, pts)], False, colour, _thickness(img, width), cv2.LINE_AA, _SHIFT)


def strokes(img: np.ndarray, lines: np.ndarray | Sequence, colour: Colour, width: float = 0.0) -> None:
    """Draw many open lines of one colour, given as an array [line, point, 2] of relative points."""
    cv2.polylines(img, list(_fixed(img, lines)), False, colour, _thickness(img, width), cv2.LINE_AA, _SHIFT)


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
    cv2.polylines(img, [fixed], False, colour, _thickness(img, width), cv2.LINE_AA, _SHIFT)


def shape_strokes(
    img: np.ndarray, x: float, y: float, size: float, lines: np.ndarray, colour: Colour, width: float
) -> None:
    """Draw many open lines of one colour around (x, y), given as an array [line, point, 2] in units of size."""
    fixed = _fixed_local(img, x, y, size, lines)
    cv2.polylines(img, list(fixed), False, colour, _thickness(img, width), cv2.LINE_AA, _SHIFT)


def disc(img: np.ndarray, x: float, y: float, r: float, colour: Colour) -> None:
    """Fill a circle."""
    h, w = img.shape[:2]
    centre = (int((x * w - 0.5) * _ONE), int((y * h - 0.5) * _ONE))
    cv2.circle(img, centre, max(int(r * min(h, w) * _ONE), 6), colour, -1, cv2.LINE_AA, _SHIFT)


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
    s = min(h, w) * _ONE
    cv2.ellipse(
        img,
        (int((x * w - 0.5) * _ONE), int((y * h - 0.5) * _ONE)),
        (max(int(rx * s), 5), max(int(ry * s), 5)),
        angle,
        start,
        end,
        colour,
        -1 if width is None else _thickness(img, width),
        cv2.LINE_AA,
        _SHIFT,
    )


def box(img: np.ndarray, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    """Fill an upright rectangle."""
    poly(img, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), colour)


def dots(img: np.ndarray, xs: np.ndarray, ys: np.ndarray, colours: np.ndarray, size: float) -> None:
    """Set roundish specks at many places at once."""
    h, w = img.shape[:2]
    n = max(1, int(size * side_of(img) + 0.5))
    px, py = (xs * w).astype(np.intp), (ys * h).astype(np.intp)
    for dy in range(n):
        for dx in range(n):
            if n < 3 or dx not in (0, n - 1) or dy not in (0, n - 1):
                img[np.clip(py + dy, 0, h - 1), np.clip(px + dx, 0, w - 1)] = colours


def enlarge(grid: np.ndarray, h: int, w: int) -> np.ndarray:
    """Resize a small grid to a picture; cubic costs ten times as much, and shows only in large pictures."""
    return cv2.resize(grid, (w, h), interpolation=cv2.INTER_LINEAR if max(h, w) <= 96 else cv2.INTER_CUBIC)


def noise(rng: Rng, h: int, w: int, cells_y: int, cells_x: int) -> np.ndarray:
    """Return smooth noise in about 0..1, three octaves made on the same grid at every size."""
    wide = (cells_x * 4, cells_y * 4)
    grid = cv2.resize(rng.random((cells_y, cells_x), dtype=np.float32), wide, interpolation=cv2.INTER_CUBIC) * 0.62
    grid += (
        cv2.resize(rng.random((cells_y * 2, cells_x * 2), dtype=np.float32), wide, interpolation=cv2.INTER_CUBIC) * 0.26
    )
    grid += rng.random((cells_y * 4, cells_x * 4), dtype=np.float32) * 0.12
    return enlarge(grid, h, w)


def blend(area: np.ndarray, alpha: np.ndarray, colour: Colour | np.ndarray) -> None:
    """Mix a colour, or a picture, into an area by an opacity for each pixel."""
    if isinstance(colour, tuple):
        top = np.empty(area.shape, np.uint8)
        cv2.rectangle(top, (0, 0), (area.shape[1], area.shape[0]), colour, -1)
    else:
        top = np.clip(colour, 0, 255).astype(np.uint8)
    alpha = np.ascontiguousarray(alpha, dtype=np.float32)
    area[:] = cv2.blendLinear(np.ascontiguousarray(area), top, 1 - alpha, alpha)


def glow(img: np.ndarray, x: float, y: float, r: float, colour: Colour, strength: float = 0.8) -> None:
    """Mix a soft round light into the picture."""
    h, w = img.shape[:2]
    reach = r * min(h, w)
    x0, x1 = max(int(x * w - 2 * reach), 0), min(int(x * w + 2 * reach) + 1, w)
    y0, y1 = max(int(y * h - 2 * reach), 0), min(int(y * h + 2 * reach) + 1, h)
    if x0 >= x1 or y0 >= y1:
        return
    dx = (np.arange(x0, x1, dtype=np.float32) + 0.5 - x * w) / reach
    dy = (np.arange(y0, y1, dtype=np.float32) + 0.5 - y * h) / reach
    # taking away the value at two radii makes the light end there without a visible square
    alpha = np.clip(np.exp(-dy * dy)[:, None] * np.exp(-dx * dx) - 0.018, 0, 1) * strength
    blend(img[y0:y1, x0:x1], alpha, colour)


def sun(img: np.ndarray, x: float, y: float, r: float, colour: Colour, halo: Colour, strength: float = 0.7) -> None:
    """Draw a sun with its glow."""
    glow(img, x, y, r * 4, halo, strength)
    disc(img, x, y, r * 1.15, mix(halo, colour, 0.6))
    disc(img, x, y, r, colour)


def moon(img: np.ndarray, rng: Rng, x: float, y: float, r: float, sky: Colour) -> None:
    """Draw a full moon with its seas, or a crescent."""
    crescent, flip = rng.random() < 0.45, pick(rng, (-1, 1))
    spots = rng.random((4, 3)) - 0.5
    glow(img, x, y, r * 2.6, (170, 185, 230), 0.45)
    if crescent:
        a = steps(18) * 3.9 - 1.95
        b = steps(12) * -np.pi + np.pi / 2
        outer, inner = cols(np.cos(a) * flip, np.sin(a)), cols((-0.37 + 0.72 * np.cos(b)) * flip, 0.93 * np.sin(b))
        shape(img, x, y, r, np.concatenate([outer, inner]), (250, 245, 215))
        return
    disc(img, x, y, r, (240, 238, 222))
    for dx, dy, s in spots:
        u = side_of(img)
        disc(
            img,
            x + dx * r * 1.1 * u / img.shape[1],
            y + dy * r * 1.1 * u / img.shape[0],
            r * (0.2 + 0.2 * s),
            (205, 203, 196),
        )


def stars(img: np.ndarray, rng: Rng, count: int, y1: float = 1.0) -> None:
    """Scatter small and a few large stars above the height y1."""
    place = rng.random((count, 3))
    shades = (np.array((150, 165, 210)) + place[:, 2:] * (105, 90, 45)).astype(np.uint8)
    large = count // 12
    dots(img, place[large:, 0], place[large:, 1] * y1, shades[large:], 0.009)
    for x, y, s in place[:large].tolist():
        disc(img, x, y * y1, 0.008 + 0.006 * s, WHITE)


def clouds(
    img: np.ndarray,
    rng: Rng,
    y0: float,
    y1: float,
    light: Colour,
    shade: Colour,
    cover: float = 0.5,
    cells: tuple[int, int] = (4, 4),
    gain: float = 5.0,
) -> None:
    """Blend a band of soft clouds into the sky between two heights."""
    h, w = img.shape[:2]
    a, b = int(y0 * h), max(int(y1 * h), int(y0 * h) + 2)
    n = (noise(rng, b - a, w, *cells) - (1 - cover)) * gain
    t = (np.arange(b - a, dtype=np.float32) * (2 / (b - a)) - 1)[:, None]
    fade = 1 - np.clip(t * t * 1.4 - 0.4, 0, 1) if y0 > 0 else 1 - np.clip(t * 2 - 1, 0, 1)
    # the thick parts look darker: an index into a short ramp of colours costs less than mixing every pixel
    inner = np.clip(n * (0.45 * 15) + (0.25 * 15 * t - 3), 0, 15).astype(np.uint8)
    ramp = _rows(16, ((0, light), (1, shade)))
    blend(img[a:b], np.clip(n, 0, 1) * fade, ramp[inner, 0])


def puff(
    img: np.ndarray, rng: Rng, x: float, y: float, size: float, light: Colour = WHITE, shade: Colour = (200, 214, 230)
) -> None:
    """Draw one heaped cloud with a shaded base."""
    shapes(img, x, y, size, pick(rng, _CLOUDS)[0], (shade, light))


def fair_sky(rng: Rng, h: int, w: int, horizon: float, warm: bool | None = None) -> np.ndarray:
    """Return a daytime sky with clouds, and with a sun now and then."""
    r = rng.random(8).tolist()
    warm = r[0] < 0.2 if warm is None else warm
    top = vary(rng, (70, 130, 215) if not warm else (110, 140, 205))
    low = vary(rng, (190, 225, 248) if not warm else (252, 220, 180))
    img = gradient(h, w, ((0, top), (horizon, low), (1, low)))
    if r[1] < 0.4:
        sun(
            img, 0.12 + 0.76 * r[2], horizon * (0.2 + 0.3 * r[3]), 0.045 + 0.03 * r[4], (255, 252, 220), (255, 240, 180)
        )
    if r[5] < 0.45:
        clouds(img, rng, 0, horizon, WHITE, (196, 208, 226), 0.42 + 0.16 * r[6], (3, 2), 4.5)
    elif r[5] < 0.9:
        for _k in range(1 + int(r[6] * 3)):
            puff(img, rng, rng.random(), horizon * (0.15 + 0.5 * rng.random()), 0.1 + 0.12 * rng.random())
    return img


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
    fixed = _fixed(img, np.concatenate([line, ((1.03, 1.02), (-0.03, 1.02))]))
    cv2.fillPoly(img, [fixed], top, cv2.LINE_AA, _SHIFT)
    low = min(max(int(fixed[:-2, 1].max()) // _ONE + 2, 0), h)
    if low < h and top is not bottom:
        img[low:] = _rows(h - low, ((0, top), (1, bottom)))


def height_at(line: np.ndarray, x: float) -> float:
    """Return the height of a ridge line at x."""
    return float(np.interp(x, line[:, 0], line[:, 1]))


def mottle(
    img: np.ndarray, rng: Rng, y0: float, y1: float, strength: float = 0.12, cells: tuple[int, int] = (8, 8)
) -> None:
    """Vary the brightness of a band with smooth noise, as texture."""
    h, w = img.shape[:2]
    a, b = int(y0 * h), max(int(y1 * h), int(y0 * h) + 2)
    n = noise(rng, b - a, w, *cells)
    gain = np.clip(128 + (n - 0.5) * (256 * strength), 0, 255).astype(np.uint8)
    img[a:b] = cv2.multiply(img[a:b], cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB), scale=1 / 128)


def ripples(
    img: np.ndarray, rng: Rng, y0: float, y1: float, colour: Colour, strength: float = 0.5, cover: float = 0.4
) -> None:
    """Lay streaks of light on water, finer towards the horizon at y0."""
    h, w = img.shape[:2]
    a, b = int(round(y0 * h)), int(round(y1 * h))
    if b - a < 2:
        return
    grid = enlarge(rng.random((26, 7), dtype=np.float32), 96, w)
    rows = (95 * np.sqrt((np.arange(b - a) + 0.5) / (b - a))).astype(np.intp)
    alpha = np.clip((grid[rows] - (1 - cover)) * 4, 0, 1) * strength
    blend(img[a:b], alpha, colour)


def reflect(img: np.ndarray, rng: Rng, y0: float, tint: Colour, amount: float = 0.4, wobble: float = 0.02) -> None:
    """Mirror what stands above y0 into the water below it, with a tint and a wobble."""
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


def rays(img: np.ndarray, rng: Rng, count: int, y1: float, colour: Colour, strength: float) -> None:
    """Blend slanting shafts of light that fall from the upper edge."""
    mask = np.zeros((64, 64), np.uint8)
    slant = (rng.random() - 0.5) * 0.5
    for a, b in rng.random((count, 2)).tolist():
        x, r = a * 1.4 - 0.2, 0.02 + 0.04 * b
        poly(mask, ((x - r, -0.05), (x + r, -0.05), (x + slant + r * 3, y1), (x + slant - r * 3, y1)), WHITE)
    soft = cv2.blur(mask, (5, 5)).astype(np.float32) * (strength / 255)
    soft *= 1 - np.arange(64, dtype=np.float32)[:, None] / 64
    blend(img, cv2.resize(soft, (img.shape[1], img.shape[0]), interpolation=cv2.INTER_LINEAR), colour)


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
