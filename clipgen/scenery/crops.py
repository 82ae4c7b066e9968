"""Scenes of crops that grow in rows: sunflowers, and vines on a hill."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_YELLOWS: tuple[p.Colour, ...] = ((255, 198, 30), (252, 184, 36), (255, 210, 56), (248, 174, 24))
_GREENS: tuple[p.Colour, ...] = ((96, 146, 58), (84, 140, 66), (112, 152, 60))

_TURN = 2 * np.pi * np.arange(60) / 60
_STAR = (np.array((0.62, 0.86, 1.04, 0.86) * 15) * np.array((np.cos(_TURN), np.sin(_TURN)))).T  # fifteen petals
_VINES: tuple[p.Colour, ...] = ((98, 148, 58), (112, 154, 54), (84, 138, 68), (136, 156, 56))
_SOILS: tuple[p.Colour, ...] = ((176, 128, 88), (192, 150, 110), (160, 112, 84))
_GRAPES: tuple[p.Colour, ...] = ((98, 54, 128), (76, 58, 132), (124, 44, 92), (178, 196, 88))


def sunflower_field(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a field of sunflowers in rows that run to the horizon, and large ones in front at both sides of a path."""
    r = rng.random(8).tolist()
    eye = Depth(0.4 + 0.2 * r[0], 0.38 + 0.05 * r[1])
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.35)
    green, yellow = p.vary(rng, p.pick(rng, _GREENS), 8), p.vary(rng, p.pick(rng, _YELLOWS), 6)
    far = p.mix(green, p.HAZE, 0.5)
    p.ground(img, p.ridge(rng, eye.y - 0.04, 0.035, 1.3), p.mix(far, p.HAZE, 0.3), far)
    for a, b in rng.random((9, 2)).tolist():
        p.tree(img, rng, a, eye.y + 0.02, 0.05 + 0.07 * b, p.mix(p.vary(rng, p.darker(green, 0.2)), p.HAZE, 0.25))
    if r[3] < 0.4:
        p.house(img, rng, 0.2 + 0.6 * r[4], eye.y + 0.015, 0.1, p.pick(rng, p.WALLS), p.pick(rng, p.ROOFS))
    line = np.array([(-0.03, eye.y + 0.01), (1.03, eye.y + 0.01)])
    p.ground(img, line, p.mix(yellow, green, 0.35), p.darker(green, 0.45))
    earth = p.vary(rng, p.pick(rng, ((186, 146, 100), (150, 160, 86), (172, 132, 90))), 8)
    _sunflower_rows(img, rng, eye, green, yellow, earth)
    for edge in (-1, 1):
        places = ((0.3, 0.9, 0.3), (0.44, 0.98, 0.5), (0.36, 1.06, 0.4), (0.52, 1.1, 0.62))
        for (x, y, tall), (a, b, c) in zip(places, rng.random((4, 3)).tolist(), strict=True):
            at = Spot(img, 0.5 + edge * (x + 0.05 * (a - 0.5)), y + 0.04 * b, tall * (0.92 + 0.2 * c), edge)
            _tall_sunflower(at, rng, green, yellow)
    return img


def _sunflower_rows(img: np.ndarray, rng: Rng, eye: Depth, green: p.Colour, yellow: p.Colour, earth: p.Colour) -> None:
    """Draw the rows of sunflowers on both sides of a path, from the horizon towards the viewer."""
    drop = 0.5
    p.poly(img, eye.floor(-0.4, 0.4, drop, 0.7, 40), p.mix(p.darker(green, 0.1), earth, 0.25))
    p.poly_gradient(img, eye.floor(-0.27, 0.27, drop, 0.7, 40), p.lighter(earth, 0.28), p.darker(earth, 0.04))
    for a, b, c in rng.random((24, 3)).tolist():
        z = 1 / (0.2 + 0.95 * b)
        x, y = eye.at(0.46 * (a - 0.5), drop, z)
        tone = p.lighter(earth, 0.22) if c < 0.5 else p.darker(earth, 0.1)
        p.oval(img, x, y, 0.07 * (0.4 + c) / z, 0.01 / z, tone)
    for depth in np.geomspace(0.07, 1.05, 17).tolist():
        reach = min(int(2.2 / depth), 18)
        shade = p.mix(p.darker(green, 0.28), p.HAZE, max(0.3 - depth, 0))
        for n in range(reach, -1, -1):
            for side, (a, b, c) in zip((-1, 1), rng.random((2, 3)).tolist(), strict=True):
                x, y = eye.at(side * (0.43 + 0.24 * n + 0.07 * (a - 0.5)), drop, 1 / depth)
                if -0.1 < x < 1.1:
                    tint = p.mix(p.mix(yellow, (236, 150, 30), 0.4 * c), p.HAZE, max(0.24 - depth, 0))
                    _sunflower(Spot(img, x, y, 0.33 * depth * (0.85 + 0.3 * b)), shade, tint)


def _sunflower(at: Spot, green: p.Colour, yellow: p.Colour) -> None:
    """Draw a small sunflower that faces the viewer, about one unit tall."""
    at.oval(0, -0.2, 0.32, 0.34, green)
    at.oval(-0.06, -0.36, 0.24, 0.2, p.lighter(green, 0.16))
    if at.size > 0.1:
        at.poly(_STAR * 0.34 + (0, -0.74), p.darker(yellow, 0.18))
        at.poly(_STAR[::-1] * (0.31, -0.31) + (0, -0.75), yellow)
        at.oval(0, -0.74, 0.17, 0.17, (88, 50, 24))
        at.oval(-0.01, -0.75, 0.12, 0.12, (122, 74, 34))
        return
    at.oval(0, -0.74, 0.3, 0.29, p.darker(yellow, 0.14))
    at.oval(-0.02, -0.77, 0.27, 0.25, yellow)
    at.oval(0, -0.74, 0.13, 0.125, (96, 58, 28))


def _tall_sunflower(at: Spot, rng: Rng, green: p.Colour, yellow: p.Colour) -> None:
    """Draw a large sunflower with a bent stem and broad leaves, one unit tall to the middle of its head."""
    r = rng.random(5).tolist()
    t = p.steps(8)
    lean = 0.1 * (r[0] - 0.7)
    at.line(p.cols(lean * np.sin(np.pi * t / 2), -t), p.darker(green, 0.16), 0.06)
    at.line(p.cols(lean * np.sin(np.pi * t / 2) - 0.012, -t), p.lighter(green, 0.18), 0.02)
    for k, (side, y) in enumerate(((-1, -0.22), (1, -0.36), (-1, -0.52), (1, -0.64))):
        _leaf(at.spot(0.7 * lean, y), side, 0.36 - 0.04 * k, p.mix(green, p.darker(green, 0.25), k % 2))
    _head(at.spot(lean, -1, 0.27), r[1], p.mix(yellow, (244, 160, 30), 0.35 * r[2]))


def _leaf(at: Spot, side: int, long: float, green: p.Colour) -> None:
    """Draw a heart-shaped leaf that hangs to one side, with a pale rib."""
    outline = np.array([(0, 0), (0.2, -0.3), (0.55, -0.36), (0.86, -0.1), (1.06, 0.3), (0.66, 0.28), (0.26, 0.2)])
    at.poly(outline * (side * long, long), green)
    at.poly(outline[[0, 1, 2, 3, 4]] * (side * long, long), p.lighter(green, 0.16))
    at.line(np.array([(0, 0), (0.5, -0.06), (1.0, 0.26)]) * (side * long, long), p.lighter(green, 0.34), 0.014)


def _head(at: Spot, turn: float, yellow: p.Colour) -> None:
    """Draw the head of a sunflower, two units wide: two rings of petals around a dark disc of seeds."""
    petal = np.array([(0.4, -0.14), (0.72, -0.2), (1.04, 0), (0.72, 0.2), (0.4, 0.14)])
    for ring, size, colour in ((0.5, 1.0, p.darker(yellow, 0.2)), (0.0, 0.92, yellow)):
        for k in range(14):
            angle = 2 * np.pi * (k + ring + turn) / 14
            c, s = np.cos(angle), np.sin(angle)
            at.poly(petal * size @ np.array([(c, s), (-s, c)]), p.lighter(colour, 0.12) if s < -0.2 else colour)
    at.oval(0, 0, 0.52, 0.52, (88, 50, 24))
    at.oval(-0.03, -0.04, 0.42, 0.42, (122, 74, 34))
    at.oval(0, 0, 0.26, 0.26, (78, 44, 24))
    for k in range(10):
        angle = 2 * np.pi * (k + turn) / 10
        at.oval(0.36 * np.cos(angle), 0.36 * np.sin(angle), 0.045, 0.045, (176, 120, 52))


def vineyard(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a lane between two rows of vines with grapes, and a house among striped hills behind them."""
    r = rng.random(8).tolist()
    eye = Depth(0.42 + 0.16 * r[0], 0.43 + 0.04 * r[1])
    v = min(h, w) / h
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.4)
    green, soil = p.vary(rng, p.pick(rng, _VINES), 8), p.vary(rng, p.pick(rng, _SOILS), 6)
    side = p.pick(rng, (-1, 1))
    far = p.mix((110, 140, 140), p.HAZE, 0.45)
    p.ground(img, p.ridge(rng, eye.y - 0.12 * v, 0.06 * v, 1.1), p.mix(far, p.HAZE, 0.3), far)
    for facing, high, haze in ((-side, 0.1, 0.3), (side, 0.17, 0.14)):
        lawn = p.mix(p.lighter(p.mix(green, (206, 196, 96), 0.4), 0.12), p.HAZE, haze)
        line = _hill(rng, facing, eye.y + 0.02, high * (0.85 + 0.3 * r[3]))
        p.ground(img, line, p.lighter(lawn, 0.08), lawn)
        _hill_rows(img, line, eye.y + 0.05, facing, p.mix(p.darker(green, 0.22), p.HAZE, haze))
        if facing == side:
            x = 0.5 + side * (0.2 + 0.08 * r[4])
            _villa(Spot(img, x, p.height_at(line, x) + 0.012, 0.14 + 0.03 * r[5], side), rng)
    for a, b in rng.random((12, 2)).tolist():
        p.bush(img, rng, a, eye.y + 0.04, 0.03 + 0.05 * b, p.mix(p.vary(rng, p.darker(green, 0.3)), p.HAZE, 0.12))
    line = np.array([(-0.03, eye.y + 0.03), (1.03, eye.y + 0.03)])
    p.ground(img, line, p.mix(green, (200, 196, 110), 0.35), p.darker(green, 0.3))
    _lane(img, rng, eye, soil, p.lighter(soil, 0.16) if r[6] < 0.3 else p.mix(green, (170, 190, 90), 0.5))
    grape = p.vary(rng, p.pick(rng, _GRAPES), 8)
    for n in range(2, -1, -1):
        for edge in (-1, 1):
            leaf = p.darker(green, 0.18) if edge == side else green
            _vine_row(img, rng, eye, edge, 0.4 + 0.46 * n, leaf, grape)
    return img


def _hill(rng: Rng, side: int, foot: float, high: float) -> np.ndarray:
    """Return the line of a hill that rises towards one side of the picture."""
    x = np.linspace(-0.03, 1.03, 40)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip((0.5 + side * (x - 0.5)) * 1.25 - 0.05, 0, 1))
    return p.cols(x, foot - high * rise - 0.008 * np.sin(9 * x + 6 * rng.random()))


def _hill_rows(img: np.ndarray, line: np.ndarray, foot: float, side: int, green: p.Colour) -> None:
    """Draw rows of vines as stripes that fan out down a hill."""
    t = p.steps(7)
    for k in range(26):
        top, low = 0.5 + side * (-0.32 + 0.036 * k), 0.5 + side * (-1.0 + 0.1 * k)
        x = top + (low - top) * t**1.2
        start = p.height_at(line, top) + 0.008
        p.stroke(img, p.cols(x, start + (foot - start) * t), green, 0.011)


def _lane(img: np.ndarray, rng: Rng, eye: Depth, soil: p.Colour, grass: p.Colour) -> None:
    """Draw bare soil under the vines, and a strip of grass or of trodden ground between them."""
    drop = 0.52
    p.poly_gradient(img, eye.floor(-0.5, 0.5, drop, 0.7, 20), p.lighter(soil, 0.2), p.darker(soil, 0.1))
    p.poly_gradient(img, eye.floor(-0.24, 0.24, drop, 0.7, 20), p.lighter(grass, 0.2), p.darker(grass, 0.06))
    for a, b, c in rng.random((60, 3)).tolist():
        z = 1 / (0.16 + 1.0 * b)
        x, y = eye.at(0.5 * (a - 0.5), drop, z)
        tone = p.lighter(grass, 0.2) if c < 0.5 else p.darker(grass, 0.14)
        p.oval(img, x, y, 0.04 * (0.4 + c) / z, 0.008 / z, tone)


def _vine_row(img: np.ndarray, rng: Rng, eye: Depth, edge: int, dx: float, green: p.Colour, grape: p.Colour) -> None:
    """Draw one row of vines on wires: posts and trunks, a wall of leaves, and grapes that hang from it."""
    foot, low, top = 0.52, 0.38, 0.1
    wood, dark = (124, 92, 66), p.darker(green, 0.45)
    p.poly(img, eye.floor(edge * (dx - 0.1), edge * (dx + 0.3), foot, 0.55, 16), p.darker(wood, 0.42))
    for z in np.geomspace(12, 0.8, 15).tolist():
        p.stroke(img, (eye.at(edge * dx, foot, z), eye.at(edge * (dx + 0.01), low - 0.1, z)), wood, 0.026 / z)
    p.poly(img, eye.wall(edge * dx, top + 0.04, low, 0.55, 16), dark)
    p.poly(img, eye.floor(edge * dx, edge * (dx + 0.2), top + 0.04, 0.55, 16), green)
    depths = np.geomspace(14, 0.75, 30).tolist()
    for z in depths:
        shakes = rng.random((6, 3)).tolist()
        if not -0.12 < eye.at(edge * dx, 0, z)[0] < 1.12:
            continue
        for k, (a, b, c) in enumerate(shakes):
            dy = low - 0.02 - (low - top) * (k + 0.5 * a) / 6
            x, y = eye.at(edge * (dx - 0.03 + 0.06 * b + (0.09 if k == 5 else 0)), dy, z * (1 + 0.1 * (a - 0.5)))
            leaf = p.mix(p.mix(dark, green, 0.4 + 0.1 * k), p.mix(green, (226, 226, 120), 0.6), c**3)
            _vine_leaf(Spot(img, x, y, 0.058 / z * (0.8 + 0.5 * b)), a, p.mix(leaf, p.HAZE, min(0.025 * z, 0.3)))
    for z, (a, b) in zip(depths[11::3], rng.random((7, 2)).tolist(), strict=True):
        if dx < 0.5:
            _grapes(Spot(img, *eye.at(edge * (dx - 0.04), low - 0.17 + 0.1 * a, z), (0.13 + 0.03 * b) / z), grape)
    for z in (6.0, 3.2, 1.9, 1.15):
        x, y = eye.at(edge * (dx - 0.05), foot, z)
        tall = 0.47 / z
        p.stroke(img, ((x, y), (x, y - tall)), p.darker(wood, 0.2), 0.034 / z)
        p.stroke(img, ((x - 0.006 / z, y), (x - 0.006 / z, y - tall)), p.lighter(wood, 0.25), 0.014 / z)


def _vine_leaf(at: Spot, turn: float, green: p.Colour) -> None:
    """Draw a leaf of a vine with five points, two units wide, or far away a round one."""
    if at.size < 0.028:
        at.oval(0, 0, 1.05, 0.9, green)
        return
    angles = 2 * np.pi * (np.arange(10) + 2 * turn) / 10
    reach = np.where(np.arange(10) % 2, 0.78, 1.2)
    outline = p.cols(reach * np.cos(angles), reach * np.sin(angles))
    at.poly(outline + (0.1, 0.2), p.darker(green, 0.26))
    at.poly(outline, green)


def _grapes(at: Spot, grape: p.Colour) -> None:
    """Draw a bunch of grapes, about one unit tall."""
    for row, (count, y) in enumerate(((3, 0.0), (2, 0.24), (3, 0.3), (2, 0.54), (1, 0.8))):
        for k in range(count):
            x = 0.28 * (k - (count - 1) / 2)
            at.oval(x, y, 0.19, 0.19, p.darker(grape, 0.38))
            at.oval(x - 0.02, y - 0.03, 0.16, 0.15, p.darker(grape, 0.05 * row))
            at.oval(x - 0.06, y - 0.07, 0.05, 0.045, p.lighter(grape, 0.45))


def _villa(at: Spot, rng: Rng) -> None:
    """Draw a country house with a low tiled roof, a small tower and cypresses, about 1.4 units wide."""
    wall = p.vary(rng, p.pick(rng, ((240, 214, 164), (236, 196, 150), (244, 232, 210))), 6)
    roof = p.vary(rng, p.pick(rng, ((196, 98, 64), (180, 88, 66))), 6)
    leaf = p.vary(rng, (52, 88, 58), 8)
    at.box(-0.2, -0.86, 0.12, 0.06, p.darker(wall, 0.06))
    at.poly(((-0.27, -0.84), (-0.04, -1.02), (0.19, -0.84)), p.darker(roof, 0.1))
    at.box(-0.5, -0.46, 0.5, 0.06, wall)
    at.box(0.26, -0.46, 0.5, 0.06, p.darker(wall, 0.18))
    at.poly(((-0.6, -0.44), (-0.42, -0.66), (0.42, -0.66), (0.6, -0.44)), roof)
    at.line(((-0.42, -0.65), (0.42, -0.65)), p.lighter(roof, 0.25), 0.04)
    for x, y in ((-0.34, -0.3), (-0.04, -0.3), (0.38, -0.3), (-0.04, -0.76)):
        at.box(x - 0.06, y - 0.07, x + 0.06, y + 0.1, (92, 76, 74))
    for x, tall in ((-0.72, 0.9), (0.72, 1.0), (0.96, 0.74)):
        at.oval(x, 0.05 - tall / 2, 0.11, tall / 2, p.darker(leaf, 0.2))
        at.oval(x - 0.03, 0.05 - tall / 2, 0.06, 0.44 * tall, p.lighter(leaf, 0.1))
