"""The scene of a Japanese garden."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

# No red may be as bright as a lamp, or it would glow at night.
_REDS: tuple[p.Colour, ...] = ((196, 52, 44), (186, 42, 50), (198, 66, 46))
_MAPLES: tuple[p.Colour, ...] = ((190, 54, 46), (196, 84, 50), (176, 44, 62), (238, 164, 190))
_SKIES: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((128, 182, 220), (232, 238, 232)), ((166, 194, 214), (248, 232, 218)), ((110, 170, 214), (216, 234, 240)),
)  # fmt: skip


def japanese_garden(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a pond with koi under a red bridge, a gate, clipped pines, a maple and a lantern behind raked gravel."""
    r = rng.random(10).tolist()
    v = min(h, w) / h
    base = 0.42 + 0.03 * r[0]
    shore = 0.66 + 0.03 * r[1]
    red = p.vary(rng, p.pick(rng, _REDS), 4)
    green = p.vary(rng, p.pick(rng, ((92, 136, 72), (82, 128, 82), (108, 142, 70))), 6)
    img = _far(rng, h, w, base, green, r[2])
    k = min(h, w) / w
    x = 0.5 - (0.11 + 0.04 * r[4]) * k
    if r[3] < 0.55:
        _torii(Spot(img, x, base + 0.055, 0.34 + 0.05 * r[5]), red)
    else:
        _pagoda(Spot(img, x, base + 0.05, 0.37 + 0.03 * r[5]), red)
    for n, (a, b) in enumerate(rng.random((12, 2)).tolist()):
        if abs((n + a) / 12 - x) > 0.12 * k:
            shade = p.mix(p.darker(green, 0.1), p.lighter(green, 0.14), b)
            _clipped(Spot(img, (n + a) / 12, base + 0.05 + 0.012 * b, 0.09 + 0.05 * b), shade)
    maple = p.vary(rng, p.pick(rng, _MAPLES), 4)
    _maple(Spot(img, 0.5 + (0.38 + 0.05 * r[9]) * (0.2 + 0.8 * k), base + 0.06, 0.42 + 0.06 * r[8]), rng, maple)
    _pond(img, rng, base + 0.055, shore, green)
    _koi(img, rng, base + 0.055, shore)
    _bridge(Spot(img, 0.5 + (0.2 + 0.05 * r[6]) * (0.4 + 0.6 * k), base + 0.15 * (0.7 + 0.3 * v), 0.28), red)
    _gravel(img, rng, shore, r[7])
    _stones(img, rng, shore, green)
    at = Spot(img, 0.1 - 0.04 * r[8], shore + 0.06, 0.58 + 0.06 * r[9])
    _cloud_pine(at, rng, p.darker(green, 0.22))
    lantern = 0.36 if rng.random() < 0.6 else -0.27
    _lantern(Spot(img, 0.5 + lantern * (0.3 + 0.7 * k), shore + 0.09, 0.32), p.vary(rng, (152, 152, 144), 6))
    return img if rng.random() < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _far(rng: Rng, h: int, w: int, base: float, green: p.Colour, chance: float) -> np.ndarray:
    """Return the sky with hills, a snow-capped mountain or not, and a bank of rounded trees."""
    v = min(h, w) / h
    top, low = p.pick(rng, _SKIES)
    img = p.gradient(h, w, ((0, p.vary(rng, top, 8)), (base, low), (1, low)))
    for a, b in rng.random((2, 2)).tolist():
        p.puff(img, rng, a, base * (0.2 + 0.3 * b), 0.09 + 0.05 * b, p.lighter(low, 0.6), p.mix(top, low, 0.7))
    blue = p.mix((120, 142, 180), low, 0.35)
    if chance < 0.6:
        x, high = 0.44 + 0.16 * rng.random(), base - 0.33 * v
        t = np.array((-0.5, -0.3, -0.16, -0.06, 0.06, 0.16, 0.3, 0.5))
        rise = np.array((0.0, 0.3, 0.66, 1.0, 1.0, 0.66, 0.3, 0.0))
        p.poly(img, p.cols(x + t, base + (high - base) * rise), blue)
        hem = ((0.14, 0.72), (0.09, 0.58), (0.05, 0.7), (0.0, 0.56), (-0.05, 0.7), (-0.1, 0.6), (-0.14, 0.72))
        rim = ((x - 0.06, high), (x + 0.06, high))
        p.poly(img, np.array([*rim, *((x + dx, base + (high - base) * up) for dx, up in hem)]), (250, 251, 252))
    p.ground(img, p.ridge(rng, base - 0.04 * v, 0.04 * v, 1.2), p.mix(green, low, 0.55), p.mix(green, low, 0.4))
    for n, (a, b) in enumerate(rng.random((10, 2)).tolist()):
        leaf = p.mix(p.vary(rng, p.darker(green, 0.12)), low, 0.28)
        p.tree(img, rng, (n + a) / 10, base + 0.03, 0.16 + 0.1 * b, leaf)
    p.ground(img, np.array([(-0.03, base + 0.025), (1.03, base + 0.025)]), p.lighter(green, 0.1), green)
    return img


def _pond(img: np.ndarray, rng: Rng, top: float, shore: float, green: p.Colour) -> None:
    """Draw the pond, which mirrors what stands on its far bank, with stones along the bank."""
    water = p.vary(rng, p.pick(rng, ((52, 112, 120), (64, 118, 132), (58, 112, 100))), 6)
    p.reflect(img, rng, top, water, 0.55, 0.008)
    p.ripples(img, rng, top, shore, p.lighter(water, 0.55), 0.35, 0.35)
    for n, (a, b) in enumerate(rng.random((16, 2)).tolist()):
        _stone(Spot(img, (n + a) / 16, top + 0.008, 0.03 + 0.025 * b), p.mix((150, 150, 142), green, 0.3 * a))


def _koi(img: np.ndarray, rng: Rng, top: float, shore: float) -> None:
    """Draw koi that swim in the pond, white and orange, seen from above."""
    for n, (a, b, c) in enumerate(rng.random((5, 3)).tolist()):
        deep = (0.42, 0.78, 0.56, 0.84, 0.66)[n] + 0.1 * (b - 0.5)
        y = top + (shore - top) * deep
        at = Spot(img, 0.2 + 0.12 * (n + 0.8 * a), y, 0.024 + 0.026 * deep, 1 if c < 0.5 else -1)
        body = (244, 240, 232) if n % 3 else (198, 104, 60)
        at.oval(0.1, 0.14, 0.95, 0.26, (36, 74, 80))
        at.poly(((-0.7, 0), (-1.3, -0.34), (-1.1, 0), (-1.3, 0.34)), p.darker(body, 0.1))
        at.oval(0, 0, 0.95, 0.3, body)
        for x, size in ((-0.3, 0.34), (0.62, 0.2)):
            at.oval(x, -0.04, size, 0.22, (200, 74, 52) if n % 3 else (244, 236, 226))


def _bridge(at: Spot, red: p.Colour) -> None:
    """Draw a high arched bridge with railings, about two units wide, and its mirror image in the water."""
    t = 2 * p.steps(21) - 1
    deck = p.cols(t, -0.5 * (1 - t**2))
    under = p.cols(t * 0.86, 0.1 - 0.44 * (1 - t**2))
    mirror = np.concatenate([deck * (1, -0.5), (under * (1, -0.5) + (0, 0.1))[::-1]]) + (0, 0.16)
    at.poly(mirror, p.mix(red, (44, 84, 90), 0.6))
    rail = deck - (0, 0.24)
    back = rail + (0.04, -0.07)
    at.line(back[2:-2], p.darker(red, 0.42), 0.045)
    for k in range(3, 19, 3):
        at.line((deck[k] + (0.04, -0.07), back[k]), p.darker(red, 0.42), 0.035)
    at.poly(np.concatenate([deck + (0.04, -0.08), deck[::-1]]), (196, 158, 112))
    at.poly(np.concatenate([deck, under[::-1]]), p.darker(red, 0.2))
    at.poly(np.concatenate([deck, deck[::-1] + (0, 0.06)]), red)
    at.line(rail, red, 0.055)
    at.line(deck - (0, 0.12), red, 0.035)
    for k in range(0, 21, 4):
        x, y = deck[k]
        at.box(x - 0.035, y - 0.32, x + 0.035, y + 0.05, p.darker(red, 0.08))
        at.oval(x, y - 0.34, 0.05, 0.05, (58, 54, 52))
    at.box(-1.16, -0.03, -0.9, 0.16, (128, 126, 118))
    at.box(0.9, -0.03, 1.16, 0.16, (112, 110, 104))


def _torii(at: Spot, red: p.Colour) -> None:
    """Draw a gate of two posts under two beams, about one unit tall and wide."""
    dark = (58, 50, 50)
    for x in (-0.36, 0.36):
        lean = -0.04 * np.sign(x)
        at.poly(((x - 0.055, 0.02), (x - 0.045 + lean, -0.9), (x + 0.045 + lean, -0.9), (x + 0.055, 0.02)), red)
        shade = ((x + 0.015, 0.02), (x + 0.012 + lean, -0.9), (x + 0.045 + lean, -0.9), (x + 0.055, 0.02))
        at.poly(shade, p.darker(red, 0.25))
        at.box(x - 0.075, -0.06, x + 0.075, 0.03, dark)
    at.box(-0.46, -0.7, 0.46, -0.61, p.darker(red, 0.1))
    at.box(-0.06, -0.86, 0.06, -0.66, (232, 214, 160))
    t = 2 * p.steps(11) - 1
    curve = p.cols(0.62 * t, -0.87 - 0.07 * t**2)
    at.poly(np.concatenate([curve, (curve * (0.94, 1) + (0, 0.09))[::-1]]), red)
    at.poly(np.concatenate([curve * (1.06, 1) - (0, 0.07), curve[::-1] + (0, 0.01)]), dark)


def _pagoda(at: Spot, red: p.Colour) -> None:
    """Draw a pagoda of three storeys with curved roofs, one unit tall."""
    tiles = (72, 82, 92)
    for k, (y, half) in enumerate(((0.0, 0.24), (-0.27, 0.2), (-0.52, 0.16))):
        at.box(-half, y - 0.18, half, y + 0.02, (236, 226, 206))
        for x in (-1, -0.34, 0.34, 1):
            at.box(half * x - 0.018, y - 0.18, half * x + 0.018, y + 0.02, red)
        at.box(-half - 0.03, y - 0.03, half + 0.03, y + 0.02, p.darker(red, 0.1))
        wide = half + 0.17
        roof = ((-wide, -0.2), (-0.7 * wide, -0.19), (-0.5 * wide, -0.3), (0.5 * wide, -0.3), (0.7 * wide, -0.19),
                (wide, -0.2), (0.8 * wide, -0.14), (-0.8 * wide, -0.14))  # fmt: skip
        at.poly(np.array(roof) + (0, y), p.lighter(tiles, 0.06 * k))
        at.line(((-0.8 * wide, y - 0.14), (0.8 * wide, y - 0.14)), p.darker(tiles, 0.4), 0.016)
    at.poly(((-0.18, -0.8), (0, -0.94), (0.18, -0.8)), p.lighter(tiles, 0.12))
    at.line(((0, -0.92), (0, -1.1)), (150, 120, 70), 0.02)


def _clipped(at: Spot, leaf: p.Colour) -> None:
    """Draw a shrub clipped to a dome."""
    at.oval(0, 0, 0.85, 0.62, p.darker(leaf, 0.28), 180, 360)
    at.oval(-0.06, -0.04, 0.72, 0.52, leaf, 180, 360)
    at.oval(-0.16, -0.24, 0.42, 0.24, p.lighter(leaf, 0.13))


def _stone(at: Spot, grey: p.Colour) -> None:
    """Draw a round stone, lit from the upper left."""
    at.oval(0.08, 0.16, 1.05, 0.44, p.darker(grey, 0.55))
    at.oval(0, 0, 1, 0.6, p.darker(grey, 0.22))
    at.oval(-0.08, -0.08, 0.82, 0.46, grey)
    at.oval(-0.24, -0.2, 0.44, 0.2, p.lighter(grey, 0.26))


def _gravel(img: np.ndarray, rng: Rng, shore: float, bend: float) -> None:
    """Draw pale gravel in front of the pond, raked in long waves that are wider near the viewer."""
    sand = p.vary(rng, p.pick(rng, ((226, 216, 196), (216, 212, 202), (232, 220, 190))), 4)
    xs = np.linspace(-0.03, 1.03, 40)
    swing = 0.024 * rng.random() * np.sin(2 * np.pi * (xs * (0.7 + 0.6 * bend) + bend))
    line = p.cols(xs, shore + swing)
    p.ground(img, line - (0, 0.014), (104, 122, 78), (104, 122, 78))
    p.ground(img, line, p.darker(sand, 0.04), p.lighter(sand, 0.12))
    p.mottle(img, rng, shore + 0.03, 1, 0.06, (8, 6))
    for k in range(11):
        t = (k + 0.6) / 11
        rake = p.cols(xs, shore + (1.03 - shore) * t**1.35 + swing * (1 + 1.2 * t))
        p.stroke(img, rake, p.darker(sand, 0.17), 0.004 + 0.005 * t)
        p.stroke(img, rake + (0, 0.006 + 0.004 * t), p.lighter(sand, 0.5), 0.004 + 0.004 * t)


def _stones(img: np.ndarray, rng: Rng, shore: float, green: p.Colour) -> None:
    """Draw groups of stones and clipped shrubs at both sides of the gravel, with rings raked around the stones."""
    for side, y in ((-1, 0.9), (1, 0.86)):
        a, b, c = rng.random(3).tolist()
        at = Spot(img, 0.5 + side * (0.4 + 0.05 * a), shore + (1 - shore) * (y - 0.1 * b), 0.1 + 0.03 * c, side)
        for ring in (1.75, 1.45):
            p.oval(img, *at.at(0, 0.1), ring * at.size, 0.62 * ring * at.size, (196, 188, 170), width=0.006)
        at.shadow(0, 0.2, 1.2, 0.4, 0.3)
        grey = p.vary(rng, (136, 136, 132), 8)
        _clipped(at.spot(0.7, 0.1, 0.7), p.lighter(green, 0.06))
        _stone(at.spot(0, -0.16, 0.85), grey)
        _stone(at.spot(-0.75, 0.12, 0.45), p.lighter(grey, 0.08))


def _cloud_pine(at: Spot, rng: Rng, leaf: p.Colour) -> None:
    """Draw an old pine with a winding trunk and flat cushions of needles, about one unit tall."""
    bark = (96, 70, 58)
    at.shadow(0, 0, 0.3, 0.05, 0.4)
    t = p.steps(12)
    bend = 0.09 * np.sin(2 * np.pi * t) + 0.06 * t
    at.poly(p.both_sides(bend, 0.055 - 0.035 * t, -0.9 * t + 0.01), bark)
    at.poly(p.both_sides(bend - 0.018, 0.016 - 0.008 * t, -0.9 * t), p.lighter(bark, 0.22))
    pads = ((-0.16, -0.42, 0.15), (0.25, -0.52, 0.17), (-0.14, -0.68, 0.17), (0.22, -0.79, 0.15), (0.02, -0.95, 0.17))
    for (x, y, wide), (a, b) in zip(pads, rng.random((5, 2)).tolist(), strict=True):
        root = float(np.interp(0.06 - y, 0.9 * t, bend))
        at.line(((root, y + 0.13), (0.5 * (x + root), y + 0.06), (x, y + 0.03)), bark, 0.03)
        _cushion(at.spot(x + 0.04 * (a - 0.5), y, wide * (0.95 + 0.2 * b)), leaf)


def _cushion(at: Spot, leaf: p.Colour) -> None:
    """Draw a flat heap of needles, two units wide, lit from above."""
    lumps = ((-0.62, 0.06, 0.4), (0.62, 0.06, 0.4), (-0.24, -0.08, 0.5), (0.28, -0.08, 0.5), (0.0, 0.06, 0.5))
    for drop, grow, tone in ((0.08, 1.0, p.darker(leaf, 0.3)), (0.0, 0.92, leaf), (-0.12, 0.62, p.lighter(leaf, 0.17))):
        for x, y, size in lumps:
            at.oval(x, y + drop, size * grow, 0.66 * size * grow, tone)


def _maple(at: Spot, rng: Rng, leaf: p.Colour) -> None:
    """Draw a maple with a spreading crown of red leaves in layers, about one unit tall."""
    bark = (84, 62, 56)
    at.shadow(0, 0, 0.3, 0.05, 0.4)
    at.poly(((-0.06, 0.01), (-0.03, -0.3), (0.03, -0.3), (0.07, 0.01)), bark)
    for x, y in ((-0.34, -0.6), (0.04, -0.74), (0.3, -0.58)):
        at.line(((0, -0.22), (0.55 * x, -0.42), (x, y)), bark, 0.035)
    heap = ((-0.42, -0.52, 0.2), (-0.1, -0.58, 0.22), (0.3, -0.56, 0.22), (-0.3, -0.7, 0.22), (0.08, -0.76, 0.24),
            (-0.12, -0.9, 0.2), (0.24, -0.88, 0.18))  # fmt: skip
    for (x, y, size), (a, b) in zip(heap, rng.random((7, 2)).tolist(), strict=True):
        place = at.spot(x + 0.06 * (a - 0.5), y + 0.05 * (b - 0.5), size)
        place.oval(0, 0.12, 1, 0.56, p.darker(leaf, 0.28))
        place.oval(-0.04, 0, 0.92, 0.48, leaf)
        for c, d, e in rng.random((18, 3)).tolist():
            turn, reach = 2 * np.pi * c, 0.95 * d**0.5
            tone = p.lighter(leaf, 0.1 + 0.2 * e) if np.sin(turn) < 0.2 else p.darker(leaf, 0.2)
            place.oval(reach * np.cos(turn), 0.04 + 0.54 * reach * np.sin(turn), 0.1, 0.075, tone)


def _lantern(at: Spot, grey: p.Colour) -> None:
    """Draw a stone lantern, one unit tall: foot, post, a chamber with a light, a curved roof and a knob."""
    dark, pale = p.darker(grey, 0.28), p.lighter(grey, 0.2)
    at.shadow(0.05, 0, 0.36, 0.07, 0.4)
    at.poly(((-0.24, 0.02), (-0.18, -0.08), (0.18, -0.08), (0.24, 0.02)), dark)
    at.box(-0.085, -0.42, 0.085, -0.06, grey)
    at.box(0.02, -0.42, 0.085, -0.06, dark)
    at.poly(((-0.09, -0.4), (-0.2, -0.5), (0.2, -0.5), (0.09, -0.4)), dark)
    at.box(-0.21, -0.54, 0.21, -0.48, pale)
    at.box(-0.15, -0.74, 0.15, -0.53, grey)
    at.box(0.06, -0.74, 0.15, -0.53, dark)
    at.box(-0.08, -0.7, 0.07, -0.56, (252, 208, 110))
    at.poly(((-0.34, -0.72), (-0.27, -0.74), (-0.1, -0.9), (0.1, -0.9), (0.27, -0.74), (0.34, -0.72), (0.3, -0.67),
             (-0.3, -0.67)), grey)  # fmt: skip
    at.poly(((-0.27, -0.745), (-0.1, -0.9), (0.0, -0.9), (-0.06, -0.745)), pale)
    at.oval(0, -0.94, 0.065, 0.075, dark)
