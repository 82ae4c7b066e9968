"""The scene of a workshop."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PAINTS: tuple[p.Colour, ...] = (
    (232, 206, 160), (172, 204, 208), (244, 226, 184), (182, 206, 164), (236, 188, 156), (196, 192, 216),
)  # fmt: skip
_BOARDS: tuple[p.Colour, ...] = ((70, 146, 172), (240, 196, 104), (104, 160, 116), (214, 100, 76), (84, 104, 150))
_WOODS: tuple[p.Colour, ...] = ((222, 166, 100), (200, 134, 80), (232, 186, 126), (176, 114, 70))
_GRIPS: tuple[p.Colour, ...] = ((206, 60, 50), (240, 180, 50), (50, 110, 170), (60, 140, 90), (232, 120, 50))
_STEEL: p.Colour = (186, 194, 204)
_SHADOW: p.Colour = (50, 46, 50)  # of a tool on the board behind it
_TINS: tuple[p.Colour, ...] = (
    (222, 70, 60), (246, 186, 60), (70, 150, 200), (96, 170, 100), (246, 130, 60), (150, 100, 180), (240, 130, 160),
)  # fmt: skip
_HAMMER_HEAD = np.array(((-0.28, 0.02), (-0.12, 0.06), (0.12, 0.04), (0.12, 0.3), (-0.12, 0.28), (-0.28, 0.2)))
_SPANNER_JAW = np.array((
    (-0.07, 0.02), (-0.2, 0.02), (-0.24, 0.2), (-0.1, 0.36), (0.1, 0.36), (0.24, 0.2), (0.2, 0.02), (0.07, 0.02),
    (0.08, 0.16), (0.0, 0.2), (-0.08, 0.16),
))  # fmt: skip
_SCREWDRIVER_TIP = np.array(((-0.04, 0.86), (0.04, 0.86), (0.08, 0.94), (0.05, 1.0), (-0.05, 1.0), (-0.08, 0.94)))


def workshop(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a workshop: tools that hang on a board, a bench with a vice and shavings, shelves with tins of paint."""
    r = rng.random(8).tolist()
    low = 0.65 + 0.02 * r[0]
    size = 1 + 0.05 * min(max(w / h - 1, 0), 1)
    k, v = size * min(h, w) / w, size * min(h, w) / h
    paint, wood = p.vary(rng, p.pick(rng, _PAINTS), 8), p.vary(rng, p.pick(rng, _WOODS), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.25)), (0.4, paint), (low, p.darker(paint, 0.12)), (1, paint)))
    _planks(img, low, k, p.darker(paint, 0.2))
    if r[1] < 0.5:
        floor = p.boards(rng, p.mix(wood, (190, 160, 126), 0.5), 16, 3)
    else:
        stone = p.pick(rng, ((168, 166, 162), (150, 152, 158), (176, 160, 140)))
        floor = p.checks(stone, p.darker(stone, 0.07), 7, 4)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.05, 0.45)
    shelf = 1 - (0.14 + 0.02 * r[2]) * k
    bench = (0.17 + 0.02 * r[3]) * k
    middle = (0.24 * k + shelf - 0.135 * k) / 2
    window = Spot(img, 0.12 * k, low - 0.33 * v, 0.36 * size)
    furniture.window(window, rng, 0.56, 0.62, False, p.lighter(wood, 0.25))
    p.glow(img, 0.12 * k, low - 0.45 * v, 0.34, (255, 244, 214), 0.25)
    shade = p.pick(rng, ((52, 62, 66), (60, 110, 96), (190, 64, 50), (226, 180, 80)))
    _lamp(Spot(img, shelf + 0.01 * k, low - 0.545 * v, 0.16 * size), shade)
    _tool_board(Spot(img, middle, low - 0.255 * v, 0.355 * size), rng, p.vary(rng, p.pick(rng, _BOARDS), 8), wood)
    _shelves(Spot(img, shelf, low + 0.05 * v, 0.265 * size), rng, wood)
    _bench(Spot(img, bench, low + 0.11 * v, 0.52 * size), rng, p.lighter(wood, 0.1))
    _shavings(img, rng, (bench - 0.16 * k, bench + 0.24 * k), low + 0.15 * v)
    p.corners(img, 0.2)
    return img if r[4] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _planks(img: np.ndarray, low: float, k: float, joint: p.Colour) -> None:
    """Draw the joints of a wall of upright planks."""
    xs = np.arange(0.06 * k, 1, 0.125 * k)
    for shift, c in ((0.006 * k, p.lighter(joint, 0.3)), (0, joint)):
        lines = np.stack([p.cols(xs + shift, 0 * xs - 0.02), p.cols(xs + shift, 0 * xs + low)], axis=1)
        p.strokes(img, lines, c, 0.006)
    p.box(img, -0.02, low - 0.025, 1.02, low, p.darker(joint, 0.25))


def _tool_board(at: Spot, rng: Rng, colour: p.Colour, wood: p.Colour) -> None:
    """Draw a board one unit tall above the spot, on which a saw, a hammer, a spanner, and more tools hang."""
    half = 0.6
    at.shadow(0.03, -0.45, half + 0.06, 0.56, 0.4)
    at.box(-half - 0.04, -1.04, half + 0.04, 0.04, p.darker(wood, 0.35))
    at.box(-half - 0.03, -1.03, half + 0.025, 0.025, p.lighter(wood, 0.1))
    at.shaded(((-half, -1), (half, -1), (half, 0), (-half, 0)), p.darker(colour, 0.1), p.lighter(colour, 0.08))
    for y in np.arange(-0.93, 0, 0.124).tolist():
        for x in np.arange(-half + 0.06, half, 0.125).tolist():
            at.oval(x, y, 0.013, 0.013, p.darker(colour, 0.28))
    saw_above = rng.random() < 0.5
    grips = [_GRIPS[n] for n in rng.permutation(len(_GRIPS)).tolist()]
    _saw(at.spot(0, -0.8 if saw_above else -0.2, 1.12), grips[0])
    row = -0.6 if saw_above else -0.97
    tools = (_hammer, _spanner, _screwdriver, _pliers)
    for n, tool in enumerate(rng.permutation(4).tolist()):
        tools[tool](at.spot((-0.42, -0.14, 0.14, 0.42)[n], row, 0.57), grips[n + 1])


def _saw(at: Spot, grip: p.Colour) -> None:
    """Draw a hand saw that hangs level, its middle at the spot."""
    x = np.repeat(np.linspace(-0.48, 0.2, 15), 2)[1:]
    teeth = p.cols(x, 0.1 + 0.03 * (np.arange(len(x)) % 2))
    blade = np.concatenate([[(0.2, -0.1), (-0.48, 0.02)], teeth])
    at.poly(blade + (0.012, 0.022), _SHADOW)
    at.poly(blade, _STEEL)
    at.poly(((0.2, -0.1), (-0.48, 0.02), (-0.48, 0.04), (0.2, -0.04)), p.lighter(_STEEL, 0.6))
    at.poly(((0.16, -0.14), (0.34, -0.13), (0.48, -0.1), (0.43, 0.0), (0.48, 0.1), (0.36, 0.15), (0.16, 0.13)),
            p.darker(grip, 0.35))  # fmt: skip
    at.poly(((0.16, -0.14), (0.34, -0.13), (0.46, -0.1), (0.41, 0.0), (0.46, 0.09), (0.35, 0.13), (0.16, 0.11)), grip)
    at.box(0.25, -0.06, 0.36, 0.06, p.darker(grip, 0.65), 0.04)


def _hammer(at: Spot, grip: p.Colour) -> None:
    """Draw a hammer that hangs below the spot, one unit long."""
    for d, head, handle in ((0.03, _SHADOW, _SHADOW), (0.0, (96, 104, 116), (206, 160, 100))):
        at.box(-0.05 + d, 0.1 + d, 0.05 + d, 0.98 + d, handle, 0.04)
        at.poly(_HAMMER_HEAD + d, head)
        at.box(0.12 + d, 0.02 + d, 0.28 + d, 0.32 + d, head, 0.03)
    at.box(-0.06, 0.6, 0.06, 0.98, grip, 0.05)
    at.box(-0.1, 0.07, 0.26, 0.12, p.lighter(_STEEL, 0.3), 0.02)


def _spanner(at: Spot, grip: p.Colour) -> None:
    """Draw an open-ended spanner that hangs below the spot, one unit long."""
    for d, c in ((0.03, _SHADOW), (0.0, _STEEL)):
        at.box(-0.075 + d, 0.2 + d, 0.075 + d, 0.86 + d, c)
        at.poly(_SPANNER_JAW + d, c)
        at.oval(d, 0.86 + d, 0.17, 0.16, c)
    at.oval(0, 0.86, 0.085, 0.08, (70, 74, 84))
    at.box(-0.06, 0.3, -0.015, 0.74, p.lighter(_STEEL, 0.65))
    at.box(-0.075, 0.44, 0.075, 0.64, grip)


def _screwdriver(at: Spot, grip: p.Colour) -> None:
    """Draw a screwdriver that hangs below the spot, one unit long."""
    for d, handle, rod in ((0.03, _SHADOW, _SHADOW), (0.0, grip, _STEEL)):
        at.box(-0.12 + d, 0.0 + d, 0.12 + d, 0.44 + d, handle, 0.1)
        at.box(-0.04 + d, 0.42 + d, 0.04 + d, 0.9 + d, rod)
        at.poly(_SCREWDRIVER_TIP + d, rod)
    at.box(-0.07, 0.06, -0.02, 0.38, p.lighter(grip, 0.5), 0.02)


def _pliers(at: Spot, grip: p.Colour) -> None:
    """Draw pliers that hang below the spot, one unit long."""
    for d in (0.03, 0.0):
        steel, handle = (_SHADOW,) * 2 if d else (p.darker(_STEEL, 0.25), grip)
        for side in (-1, 1):
            leg = np.array(((side * 0.04, 0.36), (side * 0.17, 0.56), (side * 0.15, 0.96)))
            at.line(leg + d, handle, 0.13)
            at.poly(np.array(((side * 0.015, 0.02), (side * 0.09, 0.06), (side * 0.16, 0.34), (0, 0.42))) + d, steel)
        at.oval(d, 0.36 + d, 0.13, 0.13, steel)
    at.oval(0, 0.36, 0.055, 0.055, p.lighter(_STEEL, 0.5))


def _bench(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw a workbench, about one unit wide, with drawers, a vice and a plane upon a plank."""
    at.shadow(0, 0, 0.52, 0.05, 0.5)
    for x in (-0.42, 0.4):
        at.box(x - 0.05, -0.42, x + 0.05, 0, p.darker(wood, 0.3))
        at.box(x - 0.05, -0.42, x + 0.02, 0, p.darker(wood, 0.15))
    at.box(-0.4, -0.13, 0.4, -0.08, p.darker(wood, 0.35))
    _toolbox(at.spot(-0.14 + 0.1 * rng.random(), -0.13, 0.3), p.pick(rng, _GRIPS))
    at.box(-0.44, -0.42, 0.44, -0.28, p.darker(wood, 0.4))
    for x in (-0.2, 0.2):
        at.box(x - 0.17, -0.4, x + 0.17, -0.3, p.darker(wood, 0.12))
        at.box(x - 0.17, -0.4, x + 0.16, -0.31, p.lighter(wood, 0.08))
        at.oval(x, -0.35, 0.03, 0.02, (70, 60, 54))
    at.box(-0.5, -0.485, 0.5, -0.405, p.darker(wood, 0.25), 0.012)
    at.box(-0.5, -0.485, 0.5, -0.435, p.lighter(wood, 0.22), 0.012)
    plank = at.spot(-0.16, -0.485)
    plank.box(-0.26, -0.05, 0.26, 0.004, (150, 110, 70))
    plank.box(-0.26, -0.05, 0.26, -0.015, (236, 202, 150))
    plane = plank.spot(-0.02, -0.05, 0.24)
    body = p.pick(rng, ((186, 112, 60), (150, 84, 50), (206, 150, 80)))
    plane.box(-0.55, -0.3, 0.5, 0, p.darker(body, 0.25), 0.05)
    plane.box(-0.55, -0.3, 0.48, -0.08, body, 0.05)
    plane.poly(((-0.1, -0.3), (-0.3, -0.72), (-0.2, -0.76), (0.06, -0.3)), _STEEL)
    plane.oval(0.32, -0.4, 0.11, 0.13, p.darker(body, 0.4))
    plane.poly(((-0.54, -0.3), (-0.5, -0.56), (-0.38, -0.58), (-0.34, -0.3)), p.darker(body, 0.4))
    _vice(at.spot(0.34, -0.485, 0.31), p.pick(rng, ((64, 108, 150), (70, 78, 88), (176, 58, 48), (66, 122, 100))))


def _toolbox(at: Spot, colour: p.Colour) -> None:
    """Draw a toolbox with a handle, one unit wide."""
    at.line(((-0.24, -0.5), (-0.2, -0.72), (0.2, -0.72), (0.24, -0.5)), (60, 56, 58), 0.07)
    at.box(-0.5, -0.5, 0.5, 0, p.darker(colour, 0.2), 0.04)
    at.box(-0.5, -0.5, 0.5, -0.32, p.lighter(colour, 0.12), 0.04)
    at.box(-0.09, -0.38, 0.09, -0.22, _STEEL)


def _vice(at: Spot, iron: p.Colour) -> None:
    """Draw a bench vice, one unit wide, its jaws open towards the right."""
    at.box(-0.3, -0.12, 0.22, 0, p.darker(iron, 0.35), 0.03)
    at.box(-0.18, -0.26, 0.12, -0.1, p.darker(iron, 0.2))
    at.box(-0.34, -0.42, 0.66, -0.24, p.darker(iron, 0.1), 0.03)
    at.box(-0.34, -0.42, 0.66, -0.36, p.lighter(iron, 0.25), 0.03)
    at.poly(((-0.34, -0.4), (-0.3, -0.7), (0.06, -0.7), (0.06, -0.4)), iron)
    at.poly(((0.26, -0.34), (0.26, -0.7), (0.44, -0.7), (0.56, -0.5), (0.56, -0.24), (0.3, -0.24)), iron)
    for x in (0.06, 0.2):
        at.box(x - 0.01, -0.72, x + 0.07, -0.54, p.lighter(_STEEL, 0.2))
    at.poly(((-0.3, -0.7), (0.06, -0.7), (0.06, -0.64), (-0.31, -0.64)), p.lighter(iron, 0.3))
    at.box(0.64, -0.38, 0.78, -0.28, _STEEL)
    at.line(((0.74, -0.58), (0.74, -0.08)), p.darker(_STEEL, 0.25), 0.06)
    for y in (-0.58, -0.08):
        at.oval(0.74, y, 0.055, 0.055, p.darker(_STEEL, 0.1))


def _shelves(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw shelves as wide as one unit and a half, with tins of paint, jars of brushes and a bucket."""
    tins = [_TINS[n] for n in rng.permutation(len(_TINS)).tolist()]
    at.shadow(0, 0, 0.6, 0.06, 0.5)
    at.box(-0.5, -1.9, 0.9, 0, p.darker(wood, 0.55))
    for n, y in enumerate((-1.32, -0.7, -0.06)):
        for m, x in enumerate((-0.24, 0.2, 0.64)):
            if (n + m) % 4 == 3:
                _brushes(at.spot(x, y, 0.36), rng)
            else:
                _tin(at.spot(x, y, 0.36 if n < 2 else 0.4), tins[(3 * n + m) % len(tins)])
        at.box(-0.5, y, 0.9, y + 0.075, p.darker(wood, 0.12))
        at.box(-0.5, y, 0.9, y + 0.03, p.lighter(wood, 0.25))
    at.box(-0.56, -1.92, -0.46, 0.02, p.darker(wood, 0.2))
    at.box(-0.56, -1.92, -0.49, 0.02, p.lighter(wood, 0.15))
    at.box(-0.58, -1.96, 0.95, -1.88, wood)


def _tin(at: Spot, colour: p.Colour) -> None:
    """Draw a tin of paint, one unit wide, with a drop that runs down."""
    at.box(-0.5, -1.05, 0.5, 0, p.darker(_STEEL, 0.25))
    at.box(-0.5, -1.05, 0.2, 0, p.lighter(_STEEL, 0.15))
    at.box(-0.5, -0.84, 0.5, -0.16, p.darker(colour, 0.22))
    at.box(-0.5, -0.84, 0.2, -0.16, colour)
    at.box(-0.4, -0.76, -0.26, -0.24, p.lighter(colour, 0.45))
    at.box(-0.54, -1.14, 0.54, -1.0, p.darker(_STEEL, 0.1), 0.05)
    at.box(-0.46, -1.16, 0.46, -1.06, p.lighter(colour, 0.1), 0.05)
    at.box(0.0, -1.1, 0.2, -0.56, p.lighter(colour, 0.1), 0.1)


def _brushes(at: Spot, rng: Rng) -> None:
    """Draw a jar with paint brushes, one unit wide."""
    for x, c in ((-0.26, p.pick(rng, _TINS)), (0.24, p.pick(rng, _TINS)), (0.0, p.pick(rng, _TINS))):
        at.line(((x * 0.5, -0.6), (x, -1.1)), (206, 150, 90), 0.12)
        at.box(x - 0.11, -1.2, x + 0.11, -1.05, _STEEL)
        at.box(x - 0.12, -1.48, x + 0.12, -1.18, c, 0.06)
    at.box(-0.36, -0.8, 0.36, 0, (140, 176, 190), 0.06)
    at.box(-0.36, -0.8, 0.12, 0, (186, 214, 222), 0.06)


def _shavings(img: np.ndarray, rng: Rng, xs: tuple[float, float], y: float) -> None:
    """Strew curled wood shavings on the floor between two places."""
    v = min(img.shape[:2]) / img.shape[0]
    turn = 2 * np.pi * p.steps(25)
    curl = p.cols(np.cos(1.2 * turn) * (0.5 + 0.09 * turn), np.sin(1.2 * turn) * (0.36 + 0.065 * turn))
    for n, (a, b, c, d) in enumerate(rng.random((7, 4)).tolist()):
        x = xs[0] + (xs[1] - xs[0]) * (n + a) / 7
        at = Spot(img, x, y + (0.08 * b - 0.04) * v, 0.024 + 0.01 * c, 1 if d < 0.5 else -1)
        at.shadow(0.2, 0.7, 1.4, 0.5, 0.35)
        ribbon = np.concatenate([curl, [(1.6, 0.5), (2.0, 0.3)]]) if c < 0.5 else curl
        at.line(ribbon + (0, 0.14), (176, 118, 64), 0.34)
        at.line(ribbon, (252, 224, 170) if d < 0.6 else (238, 200, 142), 0.3)


def _lamp(at: Spot, shade: p.Colour) -> None:
    """Hang a lamp with a wide metal shade at the spot, one unit wide."""
    at.glow(0, 0.5, 1.3, (255, 232, 170), 0.45)
    at.line(((0, -2), (0, -0.2)), (50, 46, 46), 0.05)
    at.oval(0, 0.16, 0.2, 0.2, (255, 246, 206))
    at.poly(((-0.1, -0.3), (0.1, -0.3), (0.18, -0.12), (0.5, 0.14), (-0.5, 0.14), (-0.18, -0.12)), shade)
    lit = ((-0.1, -0.3), (-0.02, -0.3), (-0.06, -0.12), (-0.3, 0.14), (-0.5, 0.14), (-0.18, -0.12))
    at.poly(lit, p.lighter(shade, 0.25))
