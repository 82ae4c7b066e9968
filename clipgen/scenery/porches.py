"""The scene of a front porch."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_SIDINGS: tuple[p.Colour, ...] = (
    (150, 184, 206), (242, 218, 150), (176, 196, 160), (236, 228, 212), (226, 168, 152), (186, 172, 206),
    (128, 166, 168),
)  # fmt: skip
_DOORS: tuple[p.Colour, ...] = ((190, 52, 50), (44, 104, 130), (62, 118, 84), (198, 150, 60), (130, 66, 110))
_TILES: tuple[p.Colour, ...] = ((116, 76, 66), (100, 98, 104), (156, 84, 66), (92, 100, 88))
# neither blue nor pale, or the moon of a night would shine through them
_GABLES: tuple[p.Colour, ...] = ((176, 112, 84), (152, 128, 92), (130, 138, 100), (160, 96, 86), (134, 106, 104))
_BLOOMS: tuple[p.Colour, ...] = ((232, 100, 146), (246, 214, 140), (250, 246, 240), (190, 110, 210), (198, 46, 62))
_WHITE: p.Colour = (250, 247, 238)
_GLASS: p.Colour = (255, 214, 92)  # warm enough to glow at night


def front_porch(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the front of a wooden house: a porch with a door, windows, posts and railings, and steps to a path."""
    r = rng.random(10).tolist()
    base, v = 0.66 + 0.02 * r[0], min(h, w) / h
    img = p.fair_sky(rng, h, w, base, warm=r[1] < 0.3)
    grass = p.vary(rng, (118, 172, 84), 10)
    for k in range(9):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 9, base + 0.06 * v, 0.3 + 0.2 * b, p.mix(p.darker(grass, 0.2), p.HAZE, 0.2))
    p.ground(img, np.array([(-0.03, base + 0.04 * v), (1.03, base + 0.04 * v)]), grass, p.darker(grass, 0.25))
    p.mottle(img, rng, base + 0.04 * v, 1, 0.1)
    at = Spot(img, 0.5, base, 1.0, p.pick(rng, (-1, 1)))
    _path(img, base + 0.12 * v, p.pick(rng, ((214, 196, 164), (196, 190, 184), (206, 160, 130))))
    wall, roof = p.vary(rng, p.pick(rng, _SIDINGS), 8), p.vary(rng, p.pick(rng, _TILES), 5)
    rise = 0.64 + 0.05 * r[2]
    _front(at, wall)
    if r[7] < 0.6:
        _gable(at, p.vary(rng, p.pick(rng, _GABLES), 8), roof, rise)
    else:
        _long_roof(at, p.vary(rng, p.pick(rng, _GABLES), 8), roof, rise - 0.06)
    door = 0.0 if r[3] < 0.25 else 0.1
    _door(at.spot(door, 0, 0.29), rng, p.vary(rng, p.pick(rng, _DOORS), 8), r[4])
    shutter = p.pick(rng, _DOORS)
    for x in (-0.33, 0.33) if door == 0 else (-0.31, -0.125, 0.34):
        _window(at.spot(x, -0.09, 0.15), shutter if x != -0.125 else None, r[5] < 0.5)
    _porch(at, rng, roof, p.vary(rng, p.pick(rng, ((176, 130, 88), (150, 110, 84), (186, 176, 164))), 8))
    leaf, bloom = p.vary(rng, (78, 140, 72)), p.pick(rng, _BLOOMS)
    for side in (-1, 1):
        for x, size in ((0.5, 0.23), (0.3, 0.16), (0.41, 0.19)):
            a, b = rng.random(2).tolist()
            spot = at.at(side * (x + 0.03 * a), 0.14 + 0.02 * b)
            p.shadow(img, *spot, 0.6 * size, 0.02, 0.4)
            shrub(img, rng, *spot, size, p.darker(leaf, 0.15 * b), bloom if a < 0.75 else None)
        if r[8] < 0.5:
            _pot(at.spot(side * 0.235, 0.13, 0.1), rng, bloom)
    return img


def shrub(img: np.ndarray, rng: Rng, x: float, y: float, size: float, leaf: p.Colour, bloom: p.Colour | None) -> None:
    """Draw a bush whose flowers, when they have a colour, all lie within its leaves."""
    p.bush(img, rng, x, y, size, leaf)
    if bloom is not None:
        at = Spot(img, x, y, size)
        for k, a in enumerate(rng.random(9).tolist()):
            turn, out = 2.4 * k + a, np.sqrt((k + 0.5) / 9)
            u, v = 0.52 * out * np.cos(turn) - 0.06, -0.3 + 0.24 * out * np.sin(turn)
            at.oval(u, v, 0.075, 0.07, p.darker(bloom, 0.12))
            at.oval(u - 0.01, v - 0.015, 0.055, 0.05, p.lighter(bloom, 0.1))


def _pot(at: Spot, rng: Rng, bloom: p.Colour) -> None:
    """Draw a flowering plant in a clay pot, about one unit tall."""
    at.shadow(0, 0, 0.4, 0.1, 0.4)
    shrub(at.img, rng, *at.at(0, -0.4), 0.6 * at.size, (86, 150, 78), bloom)
    at.poly(((-0.32, -0.5), (0.32, -0.5), (0.22, 0), (-0.22, 0)), (196, 108, 74))
    at.poly(((0.08, -0.5), (0.32, -0.5), (0.22, 0), (0.06, 0)), (160, 84, 60))
    at.box(-0.36, -0.56, 0.36, -0.44, (214, 130, 92))


def _path(img: np.ndarray, top: float, colour: p.Colour) -> None:
    """Draw the path of paving stones from the steps to the viewer."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    t = p.steps(8)
    ys, half = top - 0.02 + (1.04 - top) * t, (0.2 + 0.16 * t / v**0.5) * k
    p.poly(img, p.both_sides(0.5 + 0 * t, half + 0.02 * k, ys), p.darker(colour, 0.22))
    p.poly_gradient(img, p.both_sides(0.5 + 0 * t, half, ys), p.lighter(colour, 0.05), p.lighter(colour, 0.25))
    for s, x in ((0.3, 0.3), (0.58, -0.25), (0.9, 0.1)):
        y, reach = top - 0.02 + (1.04 - top) * s, float(np.interp(s, t, half))
        p.stroke(img, ((0.5 - reach, y), (0.5 + reach, y)), p.darker(colour, 0.12), 0.008)
        p.stroke(img, ((0.5 + reach * x, y), (0.5 + reach * x * 1.1, y - 0.28 * (1.04 - top))), colour, 0.008)


def _front(at: Spot, wall: p.Colour) -> None:
    """Draw the boarded front of the house, in the shade of the porch."""
    at.box(-0.46, -0.45, 0.46, 0.1, wall)
    at.shaded(((-0.46, -0.33), (0.46, -0.33), (0.46, 0), (-0.46, 0)), p.darker(wall, 0.42), p.darker(wall, 0.06))
    for y in np.arange(-0.3, 0, 0.032).tolist():
        at.line(((-0.46, y), (0.46, y)), p.darker(wall, 0.2 - 0.5 * y), 0.006)


def _long_roof(at: Spot, wall: p.Colour, roof: p.Colour, rise: float) -> None:
    """Draw a roof whose ridge runs along the front, with a chimney and two dormer windows."""
    at.box(0.26, -rise - 0.08, 0.36, -rise + 0.06, (168, 96, 76))
    at.box(0.24, -rise - 0.1, 0.38, -rise - 0.07, (134, 76, 64))
    at.shaded(((-0.42, -rise), (0.42, -rise), (0.52, -0.4), (-0.52, -0.4)), p.lighter(roof, 0.08), p.darker(roof, 0.12))
    for k in range(1, 6):
        y, half = -rise + (rise - 0.4) * k / 6, 0.42 + 0.1 * k / 6
        at.line(((-half, y), (half, y)), p.darker(roof, 0.25), 0.008)
    at.box(-0.53, -0.425, 0.53, -0.4, _WHITE)
    at.line(((-0.43, -rise), (0.43, -rise)), p.darker(roof, 0.3), 0.022)
    for x in (-0.22, 0.22):
        at.box(x - 0.09, -0.53, x + 0.09, -0.4, p.lighter(wall, 0.06))
        at.poly(((x - 0.12, -0.52), (x, -0.62), (x + 0.12, -0.52)), wall)
        at.line(((x - 0.13, -0.51), (x, -0.62), (x + 0.13, -0.51)), p.darker(roof, 0.35), 0.034)
        at.line(((x - 0.12, -0.508), (x, -0.604), (x + 0.12, -0.508)), _WHITE, 0.014)
        at.box(x - 0.055, -0.52, x + 0.055, -0.42, _WHITE)
        at.box(x - 0.042, -0.508, x + 0.042, -0.42, (255, 198, 80))
        at.line(((x, -0.51), (x, -0.42)), _WHITE, 0.012)


def _gable(at: Spot, wall: p.Colour, roof: p.Colour, rise: float) -> None:
    """Draw the gable with its arched window and the edges of the roof."""
    at.poly(((-0.46, -0.42), (0, -rise), (0.46, -0.42)), wall)
    for y in np.arange(-rise + 0.05, -0.42, 0.032).tolist():
        half = 0.45 * min(1, (rise + y) / (rise - 0.42))
        at.line(((-half, y), (half, y)), p.darker(wall, 0.13), 0.006)
    at.line(((-0.54, -0.375), (0, -rise - 0.01), (0.54, -0.375)), p.darker(roof, 0.3), 0.07)
    at.line(((-0.53, -0.39), (0, -rise - 0.02), (0.53, -0.39)), roof, 0.045)
    at.line(((-0.5, -0.375), (0, -rise + 0.035), (0.5, -0.375)), _WHITE, 0.018)
    y = -rise + 0.14
    at.poly(p.pointed(0, 0.065, y + 0.05, y - 0.01, 0.06), _WHITE)
    at.poly(p.pointed(0, 0.046, y + 0.034, y - 0.01, 0.045), (255, 198, 80))
    at.line(((0, y + 0.04), (0, y - 0.06)), _WHITE, 0.012)


def _door(at: Spot, rng: Rng, paint: p.Colour, chance: float) -> None:
    """Draw a panelled door with a lit pane, a wreath now and then, and a lamp beside it, one unit tall."""
    at.box(-0.36, -1.0, 0.36, 0, _WHITE)
    at.box(-0.28, -0.93, 0.28, 0, p.darker(paint, 0.2))
    at.box(-0.25, -0.9, 0.25, 0, paint)
    at.box(-0.17, -0.84, 0.17, -0.5, p.darker(paint, 0.3))
    at.box(-0.15, -0.82, 0.15, -0.52, _GLASS)
    at.line(((0, -0.84), (0, -0.5)), p.darker(paint, 0.1), 0.035)
    for x in (-0.1, 0.1):
        at.box(x - 0.075, -0.38, x + 0.075, -0.08, p.darker(paint, 0.25))
        at.box(x - 0.055, -0.36, x + 0.075, -0.08, p.lighter(paint, 0.08))
    at.oval(0.2, -0.44, 0.035, 0.035, (250, 210, 110))
    if chance < 0.5:
        bloom = p.pick(rng, _BLOOMS)
        for a in np.linspace(0, 2 * np.pi, 10)[:-1].tolist():
            at.oval(0.15 * np.cos(a), -0.66 + 0.15 * np.sin(a), 0.06, 0.06, (60, 120, 66))
        for a in (0.9, 1.6, 2.3):
            at.oval(0.15 * np.cos(a), -0.66 + 0.15 * np.sin(a), 0.04, 0.04, bloom)
    at.box(-0.34, -0.03, 0.34, 0.01, (120, 84, 60))
    lamp = at.spot(-0.48, -0.66)
    lamp.glow(0, 0, 0.35, (255, 214, 120), 0.6)
    lamp.box(-0.07, -0.1, 0.07, 0.1, (48, 46, 50))
    lamp.box(-0.05, -0.07, 0.05, 0.08, (255, 224, 90))
    lamp.poly(((-0.1, -0.09), (0, -0.18), (0.1, -0.09)), (48, 46, 50))


def _window(at: Spot, shutter: p.Colour | None, lit: bool) -> None:
    """Draw a window with crossbars, and shutters when they have a colour, one unit tall."""
    half = 0.42 if shutter is not None else 0.3
    at.box(-half - 0.08, -1.08, half + 0.08, 0.08, _WHITE)
    at.shaded(
        ((-half, -1), (half, -1), (half, 0), (-half, 0)),
        (255, 190, 74) if lit else (88, 124, 158),
        _GLASS if lit else (150, 186, 206),
    )
    at.line(((0, -1), (0, 0)), _WHITE, 0.06)
    at.line(((-half, -0.5), (half, -0.5)), _WHITE, 0.06)
    if shutter is not None:
        for x in (-half - 0.24, half + 0.24):
            at.box(x - 0.15, -1.06, x + 0.15, 0.06, p.darker(shutter, 0.1))
            for y in (-0.86, -0.66, -0.46, -0.26, -0.06):
                at.line(((x - 0.1, y), (x + 0.1, y)), p.darker(shutter, 0.35), 0.04)


def _porch(at: Spot, rng: Rng, roof: p.Colour, wood: p.Colour) -> None:
    """Draw the roof of the porch, its posts and railings with flower boxes, its floor and the steps."""
    at.shaded(((-0.46, -0.42), (0.46, -0.42), (0.53, -0.31), (-0.53, -0.31)), p.lighter(roof, 0.14), roof)
    for k in range(1, 4):
        y, half = -0.42 + 0.0275 * k, 0.46 + 0.0175 * k
        at.line(((-half, y), (half, y)), p.darker(roof, 0.25), 0.008)
    at.box(-0.54, -0.315, 0.54, -0.28, _WHITE)
    at.box(-0.54, -0.288, 0.54, -0.28, p.darker(_WHITE, 0.2))
    at.box(-0.52, 0, 0.52, 0.12, p.darker(wood, 0.55))
    for x in np.arange(-0.5, 0.52, 0.05).tolist():
        at.box(x - 0.016, 0.03, x + 0.016, 0.13, p.darker(_WHITE, 0.12))
    at.box(-0.53, -0.008, 0.53, 0.03, p.lighter(wood, 0.2))
    at.box(-0.53, 0.02, 0.53, 0.034, p.darker(wood, 0.2))
    bloom = p.pick(rng, _BLOOMS)
    for side in (-1, 1):
        for x in np.arange(0.225, 0.47, 0.032).tolist():
            at.box(side * x - 0.006, -0.11, side * x + 0.006, 0, _WHITE)
        at.line(((side * 0.2, -0.115), (side * 0.48, -0.115)), _WHITE, 0.02)
        at.line(((side * 0.2, -0.012), (side * 0.48, -0.012)), _WHITE, 0.014)
        _flower_box(at.spot(side * 0.34, -0.1), rng, bloom)
        for x in (0.205, 0.485):
            at.box(side * x - 0.02, -0.28, side * x + 0.02, 0.01, _WHITE)
            at.box(side * x + 0.006, -0.28, side * x + 0.02, 0.0, p.darker(_WHITE, 0.14))
            for y in (-0.28, -0.02):
                at.box(side * x - 0.028, y, side * x + 0.028, y + 0.024, p.darker(_WHITE, 0.05))
    for k in range(3):
        y, half = 0.03 + 0.036 * k, 0.18 + 0.016 * k
        at.box(-half, y, half, y + 0.04, p.darker(wood, 0.3))
        at.box(-half - 0.008, y + 0.014, half + 0.008, y + 0.036, p.lighter(wood, 0.12 + 0.06 * k))
    at.shadow(0, 0.15, 0.26, 0.02, 0.35)


def _flower_box(at: Spot, rng: Rng, bloom: p.Colour) -> None:
    """Draw a box of flowers that hangs on the railing."""
    for k, (a, b) in enumerate(rng.random((9, 2)).tolist()):
        at.oval(-0.09 + 0.0225 * k, -0.015 - 0.012 * a, 0.02, 0.018, p.darker((84, 150, 76), 0.2 * b))
    for k, (a, b) in enumerate(rng.random((7, 2)).tolist()):
        at.oval(-0.085 + 0.028 * k, -0.02 - 0.02 * a, 0.013, 0.013, p.lighter(bloom, 0.3 * b))
    at.box(-0.1, -0.008, 0.1, 0.04, (150, 92, 62))
    at.box(-0.1, -0.008, 0.1, 0.004, (182, 120, 84))
