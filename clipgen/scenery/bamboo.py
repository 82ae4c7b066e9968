"""The scene of a bamboo forest."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng

_GREENS: tuple[p.Colour, ...] = ((96, 164, 50), (72, 154, 70), (120, 166, 54), (58, 144, 82))
_LEAF = np.array([(0, 0), (0.3, -0.1), (0.62, -0.07), (1, 0.04), (0.6, 0.08), (0.28, 0.08)])


def bamboo_forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a path between tall bamboo stems, with light that falls in from above and a low fence of twigs."""
    r = rng.random(10).tolist()
    v, k = min(h, w) / h, min(h, w) / w
    base, mid = 0.56 + 0.03 * r[0], 0.5 + 0.16 * (r[1] - 0.5)
    green = p.vary(rng, p.pick(rng, _GREENS), 10)
    light = p.vary(rng, p.pick(rng, ((246, 250, 206), (232, 248, 216), (252, 244, 196))), 5)
    img = p.gradient(h, w, ((0, p.mix(green, light, 0.3)), (0.3, p.mix(green, light, 0.62)), (base, light), (1, light)))
    p.glow(img, mid, base - 0.16, 0.3, light, 0.85)
    for row, (count, size, pale) in enumerate(((40, 0.016, 0.62), (24, 0.022, 0.44), (16, 0.032, 0.24))):
        gap = (0.06 * row) * k
        for n, (a, b, c, d) in enumerate(rng.random((count, 4)).tolist()):
            x = (mid - gap) * a if d < mid else mid + gap + (1 - mid - gap) * a
            if row == 0 and n < 7:  # the far end of the path is never bare
                x = mid + (0.035 * (n - 3) + 0.02 * (a - 0.5)) * k
            stem = p.mix(p.darker(green, 0.22 * b), light, pale)
            _stem(img, x, base + (0.01 + 0.03 * row) * v, size * (0.8 + 0.4 * c), 0.03 * (b - 0.5), stem, c)
        p.glow(img, mid, base - 0.1, 0.2, light, 0.26)
    _floor(img, rng, mid, base, green, light)
    _, ys, middle, half = _way(mid, base)
    for side in (-1, 1):
        for k, (a, c) in enumerate(rng.random((8, 2)).tolist()):
            y = base + (0.05 + 0.05 * k) * v
            x = float(np.interp(y, ys, middle)) + side * (1.2 * float(np.interp(y, ys, half)) + 0.4 * a)
            _fern(img, x, y, 0.05 + 0.012 * k, p.mix(p.darker(green, 0.3), p.lighter(green, 0.1), c))
        _fence(img, mid, base, side, p.vary(rng, p.pick(rng, ((150, 112, 66), (128, 100, 70), (176, 140, 84))), 8))
        edge = mid if side < 0 else 1 - mid
        for y, share, size in ((0.12, 0.62, 0.045), (0.2, 0.92, 0.062), (0.34, 0.8, 0.076)):
            a, b, c = rng.random(3).tolist()
            x = mid + side * edge * (share + 0.08 * (a - 0.5))
            shade = p.mix(p.darker(green, 0.12 + 0.12 * b), p.lighter(green, 0.14), c)
            p.shadow(img, x, base + y * v, size * 1.5, 0.02, 0.5)
            _stem(img, x, base + y * v, size, side * 0.05 * (0.2 + b), shade, a)
    p.rays(img, rng, 7, 1.0, light, 0.55)
    _leaves(img, rng, green, light)
    return img if r[2] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _stem(img: np.ndarray, x: float, foot: float, wide: float, lean: float, colour: p.Colour, start: float) -> None:
    """Draw a jointed stem from the ground past the upper edge; it leans by a share of the width at the top."""
    h, w = img.shape[:2]
    v, k = min(h, w) / h, min(h, w) / w
    half, joint = wide * k / 2, wide * 3.4 * v
    slope = lean * k / foot
    bands = ((-1.0, 1.0, p.darker(colour, 0.3)), (-1.0, 0.55, colour), (-0.62, -0.12, p.lighter(colour, 0.3)))
    for a, b, c in bands:
        top = (x + a * half + slope * foot, -0.03), (x + b * half + slope * foot, -0.03)
        p.poly(img, (*top, (x + b * half, foot), (x + a * half, foot)), c)
    low = foot - joint * (0.3 + 0.7 * start)
    while low > -0.05:
        y = x + slope * (foot - low)
        t = 0.1 * wide * v
        p.box(img, y - 1.12 * half, low - t, y + 1.12 * half, low + t, p.darker(colour, 0.42))
        p.box(img, y - 1.12 * half, low - 3 * t, y + 1.12 * half, low - t, p.lighter(colour, 0.42))
        low -= joint


def _floor(img: np.ndarray, rng: Rng, mid: float, base: float, green: p.Colour, light: p.Colour) -> None:
    """Draw the ground and the pale path that winds a little into the depth."""
    soil = p.mix(p.vary(rng, (120, 124, 62), 8), green, 0.35)
    line = p.ridge(rng, base + 0.015, 0.008, 2)
    for a, b, c in rng.random((24, 3)).tolist():
        shade = p.mix(p.darker(green, 0.15 + 0.15 * c), light, 0.34)
        p.bush(img, rng, a, base + 0.03, 0.05 + 0.05 * b, shade)
    p.ground(img, line, p.mix(soil, light, 0.35), p.darker(soil, 0.3))
    p.mottle(img, rng, base, 1, 0.25, (14, 12))
    sand = p.vary(rng, p.pick(rng, ((220, 202, 158), (204, 186, 150), (196, 190, 170))), 6)
    t, ys, middle, half = _way(mid, base)
    p.poly(img, p.both_sides(middle, half * 1.06, ys), p.darker(soil, 0.3))
    p.poly_gradient(img, p.both_sides(middle, half, ys), p.mix(sand, light, 0.6), p.darker(sand, 0.06))
    for a, b, c in rng.random((9, 3)).tolist():
        s = 0.25 + 0.75 * b
        y = float(np.interp(s, t, ys))
        x = float(np.interp(y, ys, middle)) + (a - 0.5) * 1.5 * float(np.interp(y, ys, half))
        p.oval(img, x, y, 0.1 * s * (0.5 + c), 0.014 * s, p.mix(sand, light, 0.45) if c < 0.5 else p.darker(sand, 0.1))


def _way(mid: float, base: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return how far along the path its points are, and their heights, its middle and half its width there."""
    t = 1.4 * p.steps(15)
    middle = mid + (0.5 - mid) * t + 0.035 * np.sin(np.pi * t)
    return t, base + 0.015 + (1.02 - base) * t, middle, 0.025 + 0.29 * t**1.1


def _fern(img: np.ndarray, x: float, y: float, size: float, colour: p.Colour) -> None:
    """Draw a tuft of slender leaves that stands on the ground."""
    for k, turn in enumerate((200, 225, 255, 285, 315, 340)):
        p.shape(img, x, y, size, _LEAF @ _spin(turn), p.darker(colour, 0.14) if k % 2 else colour)


def _spin(turn: float) -> np.ndarray:
    """Return the matrix that turns points by an angle in degrees."""
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    return np.array([(c, s), (-s, c)])


def _fence(img: np.ndarray, mid: float, base: float, side: int, wood: p.Colour) -> None:
    """Draw a low fence of upright twigs with two rails along the path."""
    v = min(img.shape[:2]) / img.shape[0]
    t, ys, middle, half = _way(mid, base)
    s = 1.4 * np.linspace(0.04, 1, 40) ** 1.5
    feet = p.cols(np.interp(s, t, middle) + side * np.interp(s, t, half) * 1.1, np.interp(s, t, ys))
    tall = (0.02 + 0.1 * s)[:, None] * (0, v)
    p.poly(img, np.concatenate([feet, (feet - tall)[::-1]]), p.darker(wood, 0.35))
    for k in range(39):
        c = p.lighter(wood, 0.12) if k % 2 else p.darker(wood, 0.1)
        out = feet[k], feet[k] * 0.35 + feet[k + 1] * 0.65
        p.poly(img, np.array([out[0], out[1], out[1] - tall[k], out[0] - tall[k]]), c)
    for up in (0.94, 0.4):
        rail = feet - up * tall
        thick = (0.12 * tall)[:, :2]
        p.poly(img, np.concatenate([rail - thick, (rail + thick)[::-1]]), p.lighter(wood, 0.3))


def _leaves(img: np.ndarray, rng: Rng, green: p.Colour, light: p.Colour) -> None:
    """Draw twigs of slender leaves that hang from above, fewest where the light falls in."""
    h, w = img.shape[:2]
    for a, b, c, d in rng.random((26, 4)).tolist():
        x = a
        reach = 0.06 + 0.36 * abs(x - 0.5) ** 1.2
        y, size = (-0.04 + reach * b * 1.4) * min(h, w) / h, 0.09 + 0.05 * c
        shade = p.mix(p.darker(green, 0.25), p.lighter(green, 0.2), d)
        for turn in (20, 60, 105, 150):
            spun = _LEAF @ _spin(turn + 30 * (c - 0.5))
            p.shape(img, x, y, size, spun, p.darker(shade, 0.12) if turn in (60, 150) else shade)
