"""The scene of a bathroom."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PAINTS: tuple[p.Colour, ...] = (
    (150, 204, 210), (172, 206, 168), (242, 190, 168), (168, 186, 224), (240, 212, 146), (206, 182, 218),
    (120, 176, 190),
)  # fmt: skip
_GLAZE: tuple[p.Colour, ...] = ((250, 251, 250), (244, 248, 250), (250, 248, 242))
_TRIMS: tuple[p.Colour, ...] = ((64, 134, 168), (70, 150, 138), (216, 120, 104), (96, 110, 170), (206, 156, 70))
_WHITE: p.Colour = (250, 250, 250)
_CHROME: p.Colour = (150, 160, 172)
_BRASS: p.Colour = (206, 164, 84)


def bathroom(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a tiled bathroom: a tub full of foam, a basin below a mirror, towels, a small window and a bath mat."""
    r = rng.random(8).tolist()
    low = 0.63 + 0.02 * r[0]
    size = 1 + 0.04 * min(max(w / h - 1, 0), 1)
    k, v = size * min(h, w) / w, size * min(h, w) / h
    paint, trim = p.vary(rng, p.pick(rng, _PAINTS), 8), p.vary(rng, p.pick(rng, _TRIMS), 8)
    metal = p.pick(rng, (_CHROME, _CHROME, _BRASS))
    img = p.gradient(h, w, ((0, p.darker(paint, 0.12)), (0.4, paint), (1, paint)))
    _tiled(img, low - ((0.33 + 0.1 * r[1]) if r[1] < 0.7 else 0.55) * v, low, p.pick(rng, _GLAZE), trim, v, k)
    pale, deep = p.pick(rng, ((p.lighter(trim, 0.75), trim), ((240, 240, 236), (98, 108, 122)), (_WHITE, paint)))
    floor = p.checks(pale, p.mix(deep, pale, 0.45), 14, 8)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.box(img, -0.02, low - 0.014 * v, 1.02, low, p.darker(trim, 0.1))
    p.shadow(img, 0.5, low + 0.01, 3, 0.06, 0.35)
    tub = (0.185 + 0.02 * r[2]) * k
    rim = (246, 244, 238)
    curtain = p.lighter(trim, 0.35) if r[3] < 0.4 else None
    furniture.window(Spot(img, tub - 0.01 * k, low - 0.35 * v, 0.36 * size), rng, 0.62, 0.66, False, rim, curtain)
    cloth = p.vary(rng, p.pick(rng, furniture.CLOTHS), 8)
    basin = 1 - (0.18 + 0.02 * r[4]) * k
    _towels(Spot(img, (tub + basin - 0.01 * k) / 2 + 0.02 * k, low - 0.35 * v, 0.17 * size), cloth, metal, r[5] < 0.5)
    _mirror(Spot(img, basin, low - 0.26 * v, 0.27 * size), paint, metal, r[6] < 0.5)
    _basin(Spot(img, basin, low + 0.07 * v, 0.34 * size), rng, metal)
    mat = Spot(img, 0.5 + 0.04 * k, low + 0.2, 0.3 * size)
    _mat(mat, p.pick(rng, (cloth, p.lighter(cloth, 0.35), trim)), p.pick(rng, (0.08, 0.19)))
    outside = p.pick(rng, (_WHITE, _WHITE, trim, p.lighter(cloth, 0.2)))
    _tub(Spot(img, tub, low + 0.13 * v, 0.56 * size), rng, outside, metal)
    p.glow(img, tub, low - 0.45 * v, 0.35, (255, 250, 226), 0.22)
    p.corners(img, 0.2)
    return img if r[7] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _tiled(img: np.ndarray, top: float, low: float, glaze: p.Colour, trim: p.Colour, v: float, k: float) -> None:
    """Draw white wall tiles between two heights, with a coloured border above them."""
    p.poly_gradient(img, ((-0.02, top), (1.02, top), (1.02, low), (-0.02, low)), glaze, p.mix(glaze, trim, 0.12))
    rows, columns = np.arange(low, top, -0.068 * v), np.arange(0.5 % (0.068 * k), 1, 0.068 * k)
    grout = p.mix(p.darker(glaze, 0.13), trim, 0.12)
    p.strokes(img, np.stack([p.cols(rows * 0, rows), p.cols(rows * 0 + 1, rows)], axis=1), grout, 0.004)
    p.strokes(
        img, np.stack([p.cols(columns, columns * 0 + top), p.cols(columns, columns * 0 + low)], axis=1), grout, 0.004
    )
    p.box(img, -0.02, top - 0.036 * v, 1.02, top, trim)
    for n, x in enumerate(np.arange(0, 1, 0.034 * k).tolist()):
        if n % 2:
            p.box(img, x, top - 0.029 * v, x + 0.034 * k, top - 0.008 * v, p.lighter(trim, 0.55))
    p.box(img, -0.02, top - 0.042 * v, 1.02, top - 0.034 * v, p.lighter(trim, 0.7))


def _tub(at: Spot, rng: Rng, outside: p.Colour, metal: p.Colour) -> None:
    """Draw a bathtub on feet, about one unit wide, full of foam, with a tap, a shower and a rubber duck."""
    at.shadow(0, 0, 0.56, 0.06, 0.5)
    hook = np.pi * p.steps(9)
    pipe = np.concatenate(
        [[(-0.36, -0.4), (-0.36, -0.98)], p.cols(-0.27 - 0.09 * np.cos(hook), -1 - 0.09 * np.sin(hook))]
    )
    at.line(pipe, p.darker(metal, 0.3), 0.034)
    at.line(pipe - (0.005, 0.004), p.lighter(metal, 0.45), 0.014)
    at.poly(((-0.205, -1.0), (-0.155, -1.0), (-0.09, -0.93), (-0.27, -0.93)), p.darker(metal, 0.15))
    at.box(-0.275, -0.935, -0.085, -0.915, p.lighter(metal, 0.4))
    for side in (-1, 1):
        at.poly(((side * 0.36, -0.1), (side * 0.26, -0.1), (side * 0.31, 0), (side * 0.38, 0)), p.darker(metal, 0.15))
        at.oval(side * 0.355, -0.01, 0.035, 0.022, metal)
    bend = np.pi * p.steps(13)
    side_y = -0.4 + 0.34 * np.sin(bend / 2)
    hull = np.concatenate([p.cols(-0.5 + 0.16 * (1 - np.cos(bend / 2)), side_y),
                           p.cols(0.5 - 0.16 * (1 - np.cos(bend / 2)), side_y)[::-1]])  # fmt: skip
    at.shaded(hull, outside, p.mix(p.darker(outside, 0.24), (150, 170, 200), 0.15))
    at.glow(-0.2, -0.27, 0.13, _WHITE, 0.35)
    _foam(at, rng)
    at.box(-0.55, -0.43, 0.55, -0.36, p.darker(_WHITE, 0.2), 0.034)
    at.box(-0.55, -0.435, 0.55, -0.385, _WHITE, 0.024)


def _foam(at: Spot, rng: Rng) -> None:
    """Heap foam on a tub, with a rubber duck that swims in it and bubbles that rise from it."""
    x = p.steps(11) * 0.8 - 0.4
    lumps = np.stack([x, 0.06 + 0.05 * rng.random(11), 0.06 * rng.random(11) + 0.05 * np.cos(3 * x)], axis=1).tolist()
    for tone, grow, dy in (((186, 212, 232), 1.12, 0.0), ((222, 236, 246), 1.0, -0.006)):
        for a, radius, rise in lumps:
            at.oval(a, -0.43 - rise + dy, radius * grow, radius * grow, tone)
    duck = at.spot(0.12 + 0.1 * rng.random(), -0.53, 0.21)
    duck.oval(0, -0.12, 0.5, 0.32, (246, 190, 40))
    duck.poly(((-0.3, -0.3), (-0.62, -0.46), (-0.42, 0.05)), (246, 190, 40))
    duck.oval(0.02, -0.18, 0.44, 0.25, (255, 214, 70))
    duck.oval(0.28, -0.56, 0.29, 0.28, (255, 214, 70))
    duck.poly(((0.5, -0.64), (0.84, -0.53), (0.5, -0.42)), (240, 112, 40))
    duck.oval(0.36, -0.62, 0.06, 0.07, (40, 36, 40))
    for a, radius, rise in lumps:
        at.oval(a - 0.012, -0.425 - 0.5 * rise, 0.82 * radius, 0.78 * radius, (250, 253, 255))
    for a, b, c in rng.random((5, 3)).tolist():
        bubble = at.spot(0.9 * a - 0.4, -0.68 - 0.32 * b, 0.025 + 0.025 * c)
        bubble.oval(0, 0, 1, 1, (176, 214, 232))
        bubble.oval(-0.05, -0.05, 0.76, 0.76, (222, 240, 248))
        bubble.oval(-0.3, -0.3, 0.28, 0.28, _WHITE)


def _basin(at: Spot, rng: Rng, metal: p.Colour) -> None:
    """Draw a wash-basin on a column, about one unit wide, with a tap, soap and toothbrushes."""
    at.shadow(0, 0, 0.4, 0.06, 0.5)
    at.shaded(((-0.13, -0.6), (0.13, -0.6), (0.2, 0), (-0.2, 0)), (206, 214, 222), (236, 240, 242))
    at.poly(((0.03, -0.6), (0.13, -0.6), (0.2, 0), (0.07, 0)), (196, 204, 214))
    at.box(-0.22, -0.05, 0.22, 0.01, (238, 241, 243), 0.02)
    bowl = np.pi * p.steps(13)
    at.shaded(p.cols(0.46 * np.cos(bowl), -0.78 + 0.26 * np.sin(bowl)), (250, 251, 252), (186, 196, 208))
    at.box(-0.52, -0.84, 0.52, -0.74, (200, 208, 218), 0.04)
    at.box(-0.52, -0.845, 0.52, -0.77, _WHITE, 0.035)
    neck = np.concatenate([[(0, -0.84), (0, -1.03)], p.cols(0.07 - 0.07 * np.cos(bowl), -1.05 - 0.07 * np.sin(bowl))])
    at.line(neck, p.darker(metal, 0.3), 0.07)
    at.line(neck - (0.012, 0.01), p.lighter(metal, 0.5), 0.026)
    for side in (-1, 1):
        at.box(side * 0.13 - 0.04, -0.94, side * 0.13 + 0.04, -0.84, p.darker(metal, 0.15), 0.02)
    cup = p.pick(rng, furniture.CLOTHS)
    for dx, c in ((-0.04, (230, 90, 90)), (0.05, (70, 150, 200))):
        at.line(((-0.36, -0.9), (-0.36 + 2 * dx, -1.14)), c, 0.045)
        at.line(((-0.36 + 1.7 * dx, -1.1), (-0.36 + 2 * dx, -1.16)), _WHITE, 0.06)
    at.box(-0.44, -1.0, -0.28, -0.84, cup, 0.02)
    at.box(-0.44, -1.0, -0.37, -0.84, p.lighter(cup, 0.25), 0.02)
    at.box(0.27, -0.9, 0.44, -0.83, p.lighter(p.pick(rng, furniture.CLOTHS), 0.4), 0.035)


def _mirror(at: Spot, paint: p.Colour, metal: p.Colour, round_one: bool) -> None:
    """Draw a mirror above the spot, with a lamp over it; round or with round corners."""
    turn = 2 * np.pi * p.steps(33)
    half, tall = (0.5, 1.0) if round_one else (0.42, 1.0)

    def outline(by: float) -> np.ndarray:
        if round_one:
            return p.cols((half + by) * np.cos(turn), -0.5 * tall + (0.5 * tall + by) * np.sin(turn))
        return p.rounded(-half - by, -tall - by, half + by, by, 0.12)

    at.shadow(0.04, -0.46, 0.6, 0.6, 0.3)
    at.poly(outline(0.06), p.darker(metal, 0.3))
    at.poly(outline(0.045), p.lighter(metal, 0.25))
    at.shaded(outline(0), p.mix((206, 230, 240), paint, 0.25), (238, 247, 250))
    for x, width in ((-0.2, 0.16), (0.06, 0.06)):
        at.poly(((x, -0.22), (x + width, -0.22), (x + width + 0.28, -0.8), (x + 0.28, -0.8)), (250, 253, 254))
    at.glow(0, -1.2, 0.4, (255, 236, 180), 0.6)
    at.box(-0.3, -1.17, 0.3, -1.12, p.darker(metal, 0.1), 0.02)
    for x in (-0.22, 0, 0.22):
        at.oval(x, -1.22, 0.085, 0.085, (255, 246, 206))


def _towels(at: Spot, cloth: p.Colour, metal: p.Colour, two: bool) -> None:
    """Hang towels from a rail around the spot, one unit wide."""
    at.shadow(0.05, 0.55, 0.5, 0.6, 0.25)
    at.line(((-0.54, 0), (0.54, 0)), p.darker(metal, 0.25), 0.07)
    for side in (-1, 1):
        at.oval(side * 0.54, 0, 0.08, 0.08, p.darker(metal, 0.1))
    hung = ((-0.24, 0.2, 1.3, cloth), (0.24, 0.2, 0.95, p.lighter(cloth, 0.6))) if two else ((0.0, 0.36, 1.2, cloth),)
    for x, half, long, c in hung:
        at.shaded(p.rounded(x - half, -0.06, x + half, long, 0.04), p.lighter(c, 0.12), p.darker(c, 0.12))
        at.box(x + 0.4 * half, 0.0, x + half, long - 0.02, p.darker(c, 0.12))
        for y in (long - 0.28, long - 0.16):
            at.box(x - half, y, x + half, y + 0.07, p.lighter(c, 0.6) if c == cloth else p.darker(cloth, 0.05))


def _mat(at: Spot, cloth: p.Colour, round_by: float) -> None:
    """Lay a bath mat with round corners on the floor around the spot."""
    wide, deep = 0.62, 0.2
    outline = p.rounded(-wide, -deep, wide, deep, round_by)
    lean = outline[:, :1] * (0.82 + 0.18 * (outline[:, 1:] + deep) / (2 * deep))
    flat = np.concatenate([lean, outline[:, 1:]], axis=1)
    at.shadow(0.02, 0.05, wide + 0.06, deep + 0.06, 0.25)
    at.poly(flat + (0, 0.03), p.darker(cloth, 0.35))
    at.poly(flat, p.lighter(cloth, 0.2))
    at.poly(flat * 0.84, p.lighter(cloth, 0.55))
    at.poly(flat * 0.72, p.lighter(cloth, 0.2))
