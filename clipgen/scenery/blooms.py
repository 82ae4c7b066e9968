"""Scenes of fields of flowers in rows: lavender, and tulips before a windmill."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_VIOLETS: tuple[p.Colour, ...] = ((132, 92, 196), (146, 98, 190), (116, 92, 200), (154, 108, 208))
_TULIPS: tuple[p.Colour, ...] = (
    (226, 44, 52), (252, 206, 58), (244, 126, 170), (250, 244, 238), (246, 132, 52), (158, 70, 160),
)  # fmt: skip


def lavender_field(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw round rows of lavender that run to the horizon, with a stone house or a tree before blue hills."""
    r = rng.random(9).tolist()
    v = min(h, w) / h
    eye = Depth(0.42 + 0.16 * r[0], 0.42 + 0.05 * r[1])
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.3)
    violet = p.vary(rng, p.pick(rng, _VIOLETS), 8)
    green = p.vary(rng, (112, 150, 86))
    far = p.mix((124, 130, 190), p.HAZE, 0.3)
    p.ground(img, p.ridge(rng, eye.y - 0.07 * v, 0.06 * v, 1.2), p.mix(far, p.HAZE, 0.2), far)
    p.ground(img, p.ridge(rng, eye.y - 0.02 * v, 0.03 * v, 1.5), p.mix(green, far, 0.55), p.mix(green, far, 0.3))
    for a, b in rng.random((9, 2)).tolist():
        leaf = p.mix(p.vary(rng, p.darker(green, 0.2)), far, 0.3)
        p.bush(img, rng, a, eye.y + 0.015, 0.05 + 0.05 * b, leaf)
    soil = p.vary(rng, p.pick(rng, ((176, 142, 106), (150, 138, 92), (190, 158, 116))), 6)
    line = np.array([(-0.03, eye.y + 0.012), (1.03, eye.y + 0.012)])
    p.ground(img, line, p.mix(violet, p.HAZE, 0.25), p.darker(soil, 0.12))
    _lavender_rows(img, rng, eye, violet, soil)
    side = p.pick(rng, (-1, 1))
    x, y = 0.5 + side * (0.2 + 0.1 * r[3]), eye.y + 0.035 * v
    if r[4] < 0.65:
        _stone_house(Spot(img, x, y, 0.25 + 0.07 * r[5], side), rng)
    else:
        p.tree(img, rng, x, y + 0.01, 0.3 + 0.1 * r[5], p.vary(rng, (92, 138, 70)))
    for k, (a, b) in enumerate(rng.random((3, 2)).tolist()):
        _cypress(Spot(img, 0.5 - side * (0.2 + 0.1 * k + 0.06 * a), y, 0.15 + 0.08 * b), p.vary(rng, (58, 96, 64)))
    for edge in (-1, 1):
        for k, (a, b, c) in enumerate(rng.random((11, 3)).tolist()):
            place = Spot(img, 0.5 + edge * (0.52 - 0.022 * k * (0.6 + 0.8 * a)), 1.03 + 0.05 * b, 0.24 + 0.16 * c)
            _sprig(place, 0.3 * (b - 0.5), p.mix(p.darker(violet, 0.2), p.lighter(violet, 0.3), c))
    return img


def _lavender_rows(img: np.ndarray, rng: Rng, eye: Depth, violet: p.Colour, soil: p.Colour) -> None:
    """Draw the rows from the outermost inwards, each a bank of round tufts, with a path of soil in the middle."""
    deep, drop = (violet[0] * 0.56, violet[1] * 0.52, violet[2] * 0.72), 0.56
    p.poly(img, eye.floor(-0.3, 0.3, drop, 0.8, 14), p.lighter(soil, 0.16))
    for a, b, c in rng.random((26, 3)).tolist():
        z = 1 / (0.12 + 0.94 * b)
        x, y = eye.at(0.44 * (a - 0.5), drop, z)
        p.oval(img, x, y, 0.05 * (0.4 + c) / z, 0.008 / z, p.lighter(soil, 0.24) if c < 0.5 else p.lighter(soil, 0.06))
    depths = 1 / np.linspace(0.06, 1.25, 30)
    for n in range(11, -1, -1):
        for side in (-1, 1):
            dx = side * (0.37 + 0.4 * n)
            inner, outer = dx - side * 0.12, dx + side * 0.13
            lean = p.mix(violet, deep, 0.35 if side < 0 else 0.0)
            p.poly(img, eye.floor(dx - side * 0.2, dx + side * 0.2, drop, 0.8, 18), p.mix(deep, (60, 70, 62), 0.35))
            p.poly(img, eye.floor(inner, outer, drop - 0.05, 0.8, 18), lean)
            for z, (a, b, c) in zip(depths.tolist(), rng.random((30, 3)).tolist(), strict=True):
                x, y = eye.at(dx + 0.05 * (a - 0.5), drop - 0.03, z)
                if -0.15 < x < 1.15:
                    tint = p.mix(p.mix(lean, deep, 0.3 * b), p.HAZE, min(0.05 * z, 0.4))
                    _tuft(Spot(img, x, y, 0.152 * (0.85 + 0.3 * c) / z), rng, tint)


def _tuft(at: Spot, rng: Rng, violet: p.Colour) -> None:
    """Draw a tuft of lavender, about two units wide: a dark foot, a round head and spikes that stand out of it."""
    at.oval(0, 0.12, 0.72, 0.42, p.mix(p.darker(violet, 0.4), (76, 110, 66), 0.45))
    at.oval(0, -0.12, 0.8, 0.52, p.darker(violet, 0.16))
    at.oval(-0.08, -0.2, 0.6, 0.4, violet)
    if at.size < 0.045:
        return
    for k, a in enumerate(rng.random(9).tolist()):
        t = (k - 4) / 4
        root, tip = (0.5 * t, -0.2 - 0.2 * a), (0.86 * t, -0.5 - 0.4 * (1 - t * t) * (0.6 + 0.5 * a))
        at.line((root, tip), p.lighter(violet, 0.3) if k % 2 else p.lighter(violet, 0.12), 0.1)


def _sprig(at: Spot, lean: float, violet: p.Colour) -> None:
    """Draw a stem of lavender in bloom, one unit tall."""
    at.line(((0, 0), (0.4 * lean, -0.5), (lean, -0.86)), (92, 126, 80), 0.026)
    for k in range(7):
        t = k / 6
        x, y, wide = lean * (0.55 + 0.48 * t), -0.54 - 0.46 * t, 0.052 - 0.03 * t
        for flank in (-1, 1):
            tone = p.lighter(violet, 0.2) if flank < 0 else p.darker(violet, 0.14)
            at.oval(x + flank * wide * 0.6, y, wide, 0.042, tone)


def _stone_house(at: Spot, rng: Rng) -> None:
    """Draw a low house of pale stone with a tiled roof and blue shutters, about 1.6 units wide."""
    wall = p.vary(rng, p.pick(rng, ((226, 206, 172), (214, 196, 170), (232, 214, 188))), 6)
    roof = p.vary(rng, p.pick(rng, ((186, 104, 74), (198, 122, 86), (168, 98, 78))), 6)
    blue = p.pick(rng, ((98, 134, 176), (120, 150, 130), (112, 122, 182)))
    p.bush(at.img, rng, *at.at(-0.95, 0.02), at.size * 0.5, p.vary(rng, (84, 126, 76)))
    at.poly(((0.3, -0.36), (0.9, -0.36), (0.9, 0.02), (0.3, 0.02)), p.darker(wall, 0.2))
    at.poly(((0.26, -0.36), (0.36, -0.54), (0.86, -0.54), (0.96, -0.36)), p.darker(roof, 0.18))
    at.box(-0.7, -0.5, 0.4, 0.02, wall)
    at.box(0.2, -0.5, 0.4, 0.02, p.darker(wall, 0.08))
    at.poly(((-0.78, -0.48), (-0.62, -0.78), (0.32, -0.78), (0.48, -0.48)), roof)
    at.line(((-0.62, -0.77), (0.32, -0.77)), p.lighter(roof, 0.25), 0.03)
    at.box(0.05, -0.9, 0.17, -0.72, p.darker(wall, 0.12))
    for x in (-0.5, -0.02):
        at.box(x - 0.11, -0.38, x + 0.19, -0.18, blue)
        at.box(x - 0.03, -0.38, x + 0.11, -0.18, (84, 82, 96))
    at.box(-0.29, -0.3, -0.15, 0.02, p.darker(blue, 0.25))
    p.bush(at.img, rng, *at.at(0.6, 0.06), at.size * 0.36, p.vary(rng, (96, 136, 80)))


def _cypress(at: Spot, leaf: p.Colour) -> None:
    """Draw a slender cypress, one unit tall."""
    at.oval(0, -0.48, 0.13, 0.52, p.darker(leaf, 0.2))
    at.oval(-0.03, -0.47, 0.08, 0.46, p.lighter(leaf, 0.08))


def tulip_field(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw stripes of tulips that run to a canal, and a windmill that stands behind it under a wide sky."""
    r = rng.random(9).tolist()
    v = min(h, w) / h
    eye = Depth(0.42 + 0.16 * r[0], 0.47 + 0.04 * r[1])
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.2)
    green = p.vary(rng, p.pick(rng, ((104, 160, 74), (120, 168, 72), (96, 152, 84))), 8)
    p.ground(img, p.ridge(rng, eye.y - 0.01, 0.008, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.2))
    for n, (a, b) in enumerate(rng.random((10, 2)).tolist()):
        p.tree(img, rng, (n + a) / 10, eye.y + 0.012, 0.06 + 0.05 * b, p.mix(p.darker(green, 0.2), p.HAZE, 0.35))
    bank = eye.y + 0.02
    p.ground(img, np.array([(-0.03, bank), (1.03, bank)]), green, green)
    side = p.pick(rng, (-1, 1))
    for n in range(2):
        p.house(img, rng, 0.5 - side * (0.3 + 0.13 * n), bank, 0.075, p.pick(rng, p.WALLS), p.pick(rng, p.ROOFS))
    water = p.mix((96, 160, 206), p.vary(rng, (150, 200, 226)), 0.4)
    p.box(img, -0.02, bank + 0.014, 1.02, bank + 0.062, p.darker(green, 0.3))
    p.box(img, -0.02, bank + 0.02, 1.02, bank + 0.062, water)
    p.ripples(img, rng, bank + 0.022, bank + 0.06, p.lighter(water, 0.6), 0.7, 0.5)
    p.box(img, -0.02, bank + 0.06, 1.02, 1.02, p.lighter(green, 0.1))
    _stripes(img, rng, eye, bank + 0.07, green)
    _windmill(Spot(img, 0.5 + side * (0.21 + 0.05 * r[3]), bank + 0.012 * v, 0.315 + 0.035 * r[4], side), rng, r[5])
    return img


def _stripes(img: np.ndarray, rng: Rng, eye: Depth, top: float, green: p.Colour) -> None:
    """Draw rows of tulips on both sides of a path, two or three rows of each colour."""
    drop = 0.55
    far = drop / (top - eye.y)
    order = rng.permutation(len(_TULIPS)).tolist()
    path = p.vary(rng, p.pick(rng, ((208, 186, 146), (150, 186, 96), (190, 164, 124))), 6)
    p.poly(img, eye.floor(-3.4, 3.4, drop, 0.8, far), p.darker(green, 0.22))
    p.poly(img, eye.floor(-0.22, 0.22, drop, 0.8, far), p.lighter(path, 0.08))
    for a, b, c in rng.random((26, 3)).tolist():
        z = 1 / (0.24 + 0.8 * b)
        x, y = eye.at(0.34 * (a - 0.5), drop, z)
        p.oval(img, x, y, 0.05 * (0.4 + c) / z, 0.008 / z, p.lighter(path, 0.18) if c < 0.5 else path)
    hues = [p.vary(rng, _TULIPS[k], 8) for k in order]
    wide = 2 + int(2 * rng.random())
    rows = [(side, n) for n in range(17, -1, -1) for side in (-1, 1)]
    for side, n in rows:
        dx = side * (0.28 + 0.165 * n)
        hue = hues[(n // wide + (3 if side > 0 else 0)) % len(hues)]
        inner, outer = dx - 0.075, dx + 0.075
        p.poly(img, eye.floor(inner, outer, drop - 0.07, 0.8, far), p.darker(hue, 0.16))
    shakes = rng.random((30, len(rows), 2)).tolist()
    for z, shake in zip((1 / np.linspace(1 / far, 1.3, 30)).tolist(), shakes, strict=True):
        for (side, n), (a, b) in zip(rows, shake, strict=True):
            x, y = eye.at(side * (0.28 + 0.165 * n) + 0.05 * (a - 0.5), drop, z)
            if -0.05 < x < 1.05:
                hue = hues[(n // wide + (3 if side > 0 else 0)) % len(hues)]
                _tulip(Spot(img, x, y, 0.115 * (0.9 + 0.25 * b) / z), hue, green)


def _tulip(at: Spot, hue: p.Colour, green: p.Colour) -> None:
    """Draw a tulip, about one unit tall: two leaves, and a cup of three petals."""
    if at.size < 0.05:
        at.oval(0, -0.65, 0.32, 0.4, hue)
        at.oval(-0.08, -0.72, 0.16, 0.26, p.lighter(hue, 0.3))
        return
    at.line(((0, 0), (0, -0.5)), p.darker(green, 0.2), 0.09)
    at.poly(((0, 0.05), (-0.42, -0.52), (-0.12, -0.16)), p.darker(green, 0.05))
    at.poly(((0, 0.05), (0.4, -0.46), (0.12, -0.14)), p.darker(green, 0.3))
    cup = ((-0.27, -1.0), (-0.13, -0.86), (0, -1.04), (0.13, -0.86), (0.27, -1.0), (0.3, -0.66), (0.14, -0.42))
    at.poly((*cup, (-0.14, -0.42), (-0.3, -0.66)), p.darker(hue, 0.2))
    at.poly(((0, -1.04), (0.15, -0.8), (0.13, -0.42), (-0.13, -0.42), (-0.15, -0.8)), hue)
    at.poly(((-0.27, -1.0), (-0.13, -0.78), (-0.12, -0.45), (-0.29, -0.66)), p.lighter(hue, 0.28))


def _windmill(at: Spot, rng: Rng, turn: float) -> None:
    """Draw a windmill with four sails, about 1.6 units tall with its sails, lit from the left."""
    body = p.vary(rng, p.pick(rng, ((150, 96, 70), (120, 88, 66), (226, 216, 198), (136, 124, 112))), 6)
    cap = p.vary(rng, p.pick(rng, ((72, 104, 84), (86, 66, 56), (168, 72, 56), (66, 84, 112))), 6)
    trim, cloth = (246, 242, 232), p.pick(rng, ((250, 246, 236), (238, 226, 200), (204, 64, 52)))
    at.shadow(0, 0.02, 0.5, 0.05, 0.4)
    at.box(-0.36, -0.2, 0.36, 0.02, p.darker(body, 0.24))
    at.poly(((-0.28, 0.02), (-0.16, -0.86), (0.16, -0.86), (0.28, 0.02)), body)
    at.poly(((0.08, 0.02), (0.05, -0.86), (0.16, -0.86), (0.28, 0.02)), p.darker(body, 0.24))
    at.poly(((-0.28, 0.02), (-0.16, -0.86), (-0.1, -0.86), (-0.17, 0.02)), p.lighter(body, 0.16))
    at.poly(((-0.17, -0.84), (-0.175, -0.9), (0.175, -0.9), (0.17, -0.84)), trim)
    at.poly(((-0.19, -0.89), (-0.15, -1.03), (0, -1.12), (0.15, -1.03), (0.19, -0.89)), cap)
    at.poly(((0.03, -0.89), (0.03, -1.1), (0.15, -1.03), (0.19, -0.89)), p.darker(cap, 0.25))
    at.box(-0.07, -0.2, 0.07, 0.02, (86, 60, 46))
    for x, y in ((-0.02, -0.66), (-0.03, -0.42)):
        at.box(x - 0.055, y - 0.075, x + 0.055, y + 0.065, trim)
        at.box(x - 0.035, y - 0.055, x + 0.035, y + 0.045, (70, 84, 104))
    at.box(-0.4, -0.24, 0.4, -0.19, p.darker(body, 0.45))
    for k in range(9):
        at.line(((-0.39 + 0.0975 * k, -0.2), (-0.39 + 0.0975 * k, -0.31)), trim, 0.018)
    at.line(((-0.4, -0.31), (0.4, -0.31)), trim, 0.024)
    for k in range(4):
        _sail(at.spot(0, -0.98), np.pi * k / 2 + 0.45 + 0.7 * turn, cloth)
    at.oval(0, -0.98, 0.05, 0.05, (70, 52, 42))


def _sail(at: Spot, angle: float, cloth: p.Colour) -> None:
    """Draw one arm of a windmill with its lattice, half of it under cloth."""
    c, s = np.cos(angle), np.sin(angle)
    spin, wood = np.array([(c, s), (-s, c)]), (88, 64, 50)
    at.poly(np.array([(0.16, 0.0), (0.78, 0.0), (0.78, 0.17), (0.16, 0.13)]) @ spin, cloth)
    at.poly(np.array([(0.16, 0.08), (0.78, 0.1), (0.78, 0.17), (0.16, 0.13)]) @ spin, p.darker(cloth, 0.12))
    for k in range(6):
        x = 0.16 + 0.124 * k
        at.line(np.array([(x, -0.03), (x, 0.13 + 0.007 * k)]) @ spin, wood, 0.014)
    at.line(np.array([(0.16, 0.13), (0.78, 0.17)]) @ spin, wood, 0.016)
    at.line(np.array([(0, 0), (0.82, 0)]) @ spin, wood, 0.036)
