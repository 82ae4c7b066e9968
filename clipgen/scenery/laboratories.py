"""The scene of a laboratory."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_LIQUIDS: tuple[p.Colour, ...] = (
    (64, 200, 110), (60, 150, 236), (236, 84, 96), (250, 176, 50), (170, 92, 220), (40, 200, 206), (240, 120, 190),
)  # fmt: skip
_PAINTS: tuple[p.Colour, ...] = ((206, 228, 228), (214, 224, 238), (226, 232, 216), (232, 222, 208), (220, 214, 232))
_FRONTS: tuple[p.Colour, ...] = ((92, 142, 158), (236, 238, 238), (112, 150, 130), (128, 136, 168), (190, 146, 104))
_GLASS: p.Colour = (226, 242, 248)
_STEEL: p.Colour = (150, 160, 172)
_CIRCLE = p.cols(np.cos(2 * np.pi * p.steps(25)), np.sin(2 * np.pi * p.steps(25)))
_SIGNS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "H": (((0, 0), (0, 1)), ((0.62, 0), (0.62, 1)), ((0, 0.5), (0.62, 0.5))),
    "O": (
        ((0.36, 0), (0.66, 0.16), (0.72, 0.5), (0.66, 0.84), (0.36, 1)),
        ((0.36, 1), (0.06, 0.84), (0, 0.5), (0.06, 0.16), (0.36, 0)),
    ),
    "C": (((0.68, 0.16), (0.46, 0), (0.2, 0.06), (0, 0.34), (0, 0.66), (0.2, 0.94), (0.46, 1), (0.68, 0.84)),),
    "E": (((0.6, 0), (0, 0), (0, 1), (0.6, 1)), ((0, 0.5), (0.5, 0.5))),
    "m": (
        ((0, 1), (0, 0.4)),
        ((0, 0.55), (0.2, 0.4), (0.36, 0.55), (0.36, 1)),
        ((0.36, 0.55), (0.56, 0.4), (0.72, 0.55), (0.72, 1)),
    ),
    "c": (((0.56, 0.5), (0.36, 0.4), (0.12, 0.46), (0, 0.7), (0.12, 0.94), (0.36, 1), (0.56, 0.9)),),
    "=": (((0.06, 0.4), (0.6, 0.4)), ((0.06, 0.68), (0.6, 0.68))),
    "2": (((0.1, 0.64), (0.3, 0.52), (0.48, 0.66), (0.1, 1.14), (0.52, 1.14)),),
    "²": (((0.1, 0.0), (0.3, -0.12), (0.48, 0.02), (0.1, 0.5), (0.52, 0.5)),),
}  # fmt: skip


def laboratory(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a laboratory: flasks of coloured liquids on a bench, a board with formulas, and shelves of bottles."""
    r = rng.random(8).tolist()
    low = 0.65 + 0.02 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    paint, front = p.vary(rng, p.pick(rng, _PAINTS), 6), p.vary(rng, p.pick(rng, _FRONTS), 7)
    top = low - 0.16 * v
    img = p.gradient(h, w, ((0, p.darker(paint, 0.16)), (low * 0.6, paint), (low, p.darker(paint, 0.06)), (1, paint)))
    _wall_tiles(img, top - 0.12 * v, low, p.lighter(paint, 0.5))
    pale = p.lighter(paint, 0.5)
    deep = p.darker(front, 0.1) if sum(front) < 660 else p.pick(rng, _FRONTS[2:])
    floor = p.checks(pale, p.mix(pale, deep, 0.55), 14, 8)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.05, 0.3)
    if v < 0.8:
        _lamps(img, v, k)
    middle = 0.5 + 0.02 * (r[1] - 0.5)
    _board(Spot(img, middle, top - 0.115 * v, 0.36), rng, dark=r[2] < 0.6)
    for side in (-1, 1):
        x0, x1 = sorted((0.5 + side * 0.27 * k, 0.5 + side * (0.62 if k > 0.9 else 0.5 / k + 0.1) * k))
        for y in np.arange(top - 0.24 * v, 0.06, -0.15 * v).tolist():
            _shelf(img, rng, x0, x1, y)
    _bench(img, low, top, front)
    kinds = [(_flask, 0.22), (_boiler, 0.27), (_tubes, 0.19), (_microscope, 0.23), (_round, 0.21)]
    order = rng.permutation(5).tolist()
    for n, x in enumerate((-0.42, -0.27, 0.27, 0.42)):
        draw, size = kinds[order[n]]
        draw(Spot(img, 0.5 + x * k, top + 0.012 * v, size, -1 if x < 0 else 1), rng)
    _beaker(Spot(img, 0.5 - 0.09 * k, top + 0.008 * v, 0.1), rng)
    _tubes(Spot(img, 0.5 + 0.06 * k, top + 0.008 * v, 0.13), rng)
    if k < 0.75:
        for x in (-0.62, 0.62):
            _flask(Spot(img, 0.5 + x * k, top + 0.012 * v, 0.22), rng)
            _round(Spot(img, 0.5 + x * 1.27 * k, top + 0.012 * v, 0.2), rng)
    p.corners(img, 0.24)
    return img


def _wall_tiles(img: np.ndarray, top: float, low: float, tile: p.Colour) -> None:
    """Draw white tiles on the wall between two heights."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    p.box(img, -0.02, top, 1.02, low, tile)
    joint = p.darker(tile, 0.12)
    for x in np.arange(0.03 * k, 1, 0.06 * k).tolist():
        p.stroke(img, ((x, top), (x, low)), joint, 0.004)
    for y in np.arange(top, low, 0.06 * v).tolist():
        p.stroke(img, ((-0.02, y), (1.02, y)), joint, 0.004)
    p.box(img, -0.02, top - 0.012 * v, 1.02, top, p.darker(tile, 0.28))


def _lamps(img: np.ndarray, v: float, k: float) -> None:
    """Draw lit tubes along the ceiling."""
    for x in (-0.27, 0.27):
        at = Spot(img, 0.5 + x * k, 0.03 * v, 0.3)
        at.glow(0, 0.05, 0.6, (255, 255, 246), 0.4)
        at.box(-0.5, -0.4, 0.5, 0.02, p.darker(_STEEL, 0.1), 0.02)
        at.box(-0.46, 0.0, 0.46, 0.07, (255, 255, 246), 0.03)


def _written(at: Spot, text: str, x: float, y: float, tall: float, colour: p.Colour) -> None:
    """Write a formula from (x, y) to the right and down."""
    for sign in text:
        for line in _SIGNS[sign]:
            at.line(np.array(line) * (tall, tall) + (x, y), colour, 0.14 * tall)
        x += tall * (0.66 if sign in "2²" else 0.98)


def _board(at: Spot, rng: Rng, dark: bool) -> None:
    """Draw a board with formulas, a molecule and a curve that hangs above the spot, 1.36 units wide."""
    ground = p.pick(rng, ((36, 88, 76), (40, 60, 84), (44, 50, 58))) if dark else (250, 252, 252)
    ink = (246, 248, 242) if dark else (40, 60, 110)
    one, two = (p.pick(rng, _LIQUIDS) for _ in range(2))
    if dark:
        one, two = p.lighter(one, 0.35), p.lighter(two, 0.35)
    at.shadow(0, -0.38, 0.74, 0.56, 0.3)
    at.box(-0.68, -0.94, 0.68, 0.04, p.darker(_STEEL, 0.2), 0.03)
    at.shaded(((-0.64, -0.9), (0.64, -0.9), (0.64, 0), (-0.64, 0)), p.darker(ground, 0.1), p.lighter(ground, 0.06))
    upper, lower = ("H2O", "E=mc²") if rng.random() < 0.5 else ("CO2", "E=mc²")
    _written(at, upper, -0.56, -0.8, 0.2, ink)
    _written(at, lower, -0.47, -0.28, 0.145, ink)
    ring = p.cols(np.sin(np.pi / 3 * np.arange(7)), -np.cos(np.pi / 3 * np.arange(7)))
    at.line(ring * 0.17 + (0.36, -0.64), one, 0.035)
    at.line(_CIRCLE * 0.08 + (0.36, -0.64), one, 0.026)
    for n in (1, 4):
        x, y = ring[n].tolist()
        at.line(((0.36 + 0.17 * x, -0.64 + 0.17 * y), (0.36 + 0.25 * x, -0.64 + 0.25 * y)), one, 0.03)
        at.oval(0.36 + 0.27 * x, -0.64 + 0.27 * y, 0.045, 0.045, two)
    at.line(((0.32, -0.36), (0.32, -0.08), (0.58, -0.08)), ink, 0.024)
    t = p.steps(9)
    at.line(p.cols(0.34 + 0.22 * t, -0.1 - 0.22 * t**2.2), two, 0.03)
    at.box(-0.64, 0.02, 0.64, 0.07, p.lighter(_STEEL, 0.3))


def _shelf(img: np.ndarray, rng: Rng, x0: float, x1: float, y: float) -> None:
    """Draw a shelf of jars and bottles with coloured contents."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    p.box(img, x0, y + 0.018 * v, x1, y + 0.034 * v, (150, 162, 168))
    for x in np.arange(x0 + 0.045 * k, x1, 0.08 * k).tolist():
        at, c = Spot(img, x, y, 0.1 + 0.014 * rng.random()), p.pick(rng, _LIQUIDS)
        if rng.random() < 0.5:
            at.box(-0.12, -1.0, 0.12, -0.6, p.mix(_GLASS, c, 0.3))
            at.box(-0.32, -0.72, 0.32, 0, p.mix(_GLASS, c, 0.35), 0.12)
            at.box(-0.32, -0.5, 0.32, 0, c, 0.1)
            at.box(-0.15, -1.04, 0.15, -0.9, (120, 96, 78))
        else:
            at.box(-0.33, -0.84, 0.33, 0, c, 0.07)
            at.box(-0.36, -0.94, 0.36, -0.78, (246, 248, 250), 0.04)
            at.box(-0.33, -0.52, 0.33, -0.2, (250, 248, 240))
        at.box(-0.24, -0.66, -0.12, -0.08, p.lighter(c, 0.5), 0.04)
    p.box(img, x0, y, x1, y + 0.02 * v, (240, 244, 246))


def _bench(img: np.ndarray, low: float, top: float, front: p.Colour) -> None:
    """Draw a bench with drawers from edge to edge along the wall."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    foot = low + 0.035
    p.shadow(img, 0.5, foot, 0.6 / k, 0.04, 0.45)
    p.poly_gradient(
        img, ((-0.02, top), (1.02, top), (1.02, foot), (-0.02, foot)), p.darker(front, 0.06), p.darker(front, 0.22)
    )
    count = max(round(1 / (0.2 * k)), 3)
    for n in range(count):
        a, b = n / count + 0.01 * k, (n + 1) / count - 0.01 * k
        for y0, y1 in ((top + 0.045 * v, top + 0.09 * v), (top + 0.1 * v, foot - 0.03 * v)):
            p.box(img, a, y0, b, y1, p.darker(front, 0.3))
            p.box(img, a, y0, b - 0.004 * k, y1 - 0.006 * v, p.lighter(front, 0.12))
        mid = (a + b) / 2
        for y in (top + 0.066 * v, top + 0.118 * v):
            p.stroke(img, ((mid - 0.03 * k, y), (mid + 0.03 * k, y)), p.darker(_STEEL, 0.45), 0.011)
    p.box(img, -0.02, foot - 0.02 * v, 1.02, foot, p.darker(front, 0.55))
    p.box(img, -0.02, top + 0.012 * v, 1.02, top + 0.036 * v, (64, 72, 84))
    p.box(img, -0.02, top - 0.012 * v, 1.02, top + 0.02 * v, (98, 108, 122))
    p.box(img, -0.02, top - 0.012 * v, 1.02, top - 0.002 * v, (150, 160, 172))


def _bubbles(at: Spot, rng: Rng, half: float, y0: float, y1: float, colour: p.Colour) -> None:
    """Draw bubbles in a liquid between two heights."""
    for a, b in rng.random((5, 2)).tolist():
        at.oval(half * (2 * a - 1), y0 + (y1 - y0) * b, 0.028 + 0.02 * a, 0.028 + 0.02 * a, p.lighter(colour, 0.55))


def _flask(at: Spot, rng: Rng) -> None:
    """Draw a conical flask with a coloured liquid that stands on the spot, one unit tall."""
    c = p.pick(rng, _LIQUIDS)
    at.shadow(0, 0, 0.4, 0.06, 0.4)
    at.poly(
        (
            (-0.12, -0.96),
            (0.12, -0.96),
            (0.12, -0.6),
            (0.38, -0.06),
            (0.33, 0),
            (-0.33, 0),
            (-0.38, -0.06),
            (-0.12, -0.6),
        ),
        p.mix(_GLASS, c, 0.12),
    )
    at.shaded(
        ((-0.26, -0.36), (0.26, -0.36), (0.36, -0.07), (0.31, -0.015), (-0.31, -0.015), (-0.36, -0.07)),
        p.lighter(c, 0.15),
        p.darker(c, 0.14),
    )
    at.oval(0, -0.36, 0.25, 0.04, p.lighter(c, 0.4))
    _bubbles(at, rng, 0.17, -0.26, -0.07, c)
    at.line(((-0.07, -0.9), (-0.07, -0.58), (-0.27, -0.16)), (255, 255, 255), 0.045)
    at.line(((0.12, -0.94), (0.12, -0.6), (0.38, -0.06)), p.darker(_GLASS, 0.28), 0.025)
    at.box(-0.17, -1.0, 0.17, -0.92, p.darker(_GLASS, 0.12), 0.03)


def _round(at: Spot, rng: Rng) -> None:
    """Draw a round flask with a coloured liquid on a ring of cork, one unit tall."""
    c = p.pick(rng, _LIQUIDS)
    at.shadow(0, 0, 0.36, 0.06, 0.4)
    at.box(-0.22, -0.08, 0.22, 0.0, (176, 128, 84), 0.03)
    at.box(-0.1, -0.98, 0.1, -0.5, p.mix(_GLASS, c, 0.12))
    at.oval(0, -0.36, 0.34, 0.32, p.mix(_GLASS, c, 0.12))
    at.oval(0, -0.36, 0.31, 0.29, c, 0, 180)
    at.oval(0, -0.36, 0.31, 0.05, p.lighter(c, 0.4))
    _bubbles(at, rng, 0.15, -0.28, -0.14, c)
    at.oval(-0.17, -0.44, 0.04, 0.1, (255, 255, 255))
    at.line(((0.1, -0.95), (0.1, -0.66)), p.darker(_GLASS, 0.28), 0.025)
    at.box(-0.14, -1.0, 0.14, -0.93, p.darker(_GLASS, 0.12), 0.03)
    for n, size in enumerate((0.09, 0.12, 0.15)):
        at.glow(0.05 * n, -1.1 - 0.12 * n, size, p.lighter(c, 0.6), 0.4)


def _boiler(at: Spot, rng: Rng) -> None:
    """Draw a round flask on a stand above the flame of a burner, one unit tall."""
    c = p.pick(rng, _LIQUIDS)
    at.shadow(0, 0, 0.36, 0.05, 0.4)
    at.line(((0.3, 0), (0.3, -0.95)), p.darker(_STEEL, 0.3), 0.035)
    at.box(-0.34, -0.04, 0.38, 0.0, p.darker(_STEEL, 0.45), 0.015)
    at.box(-0.09, -0.06, 0.09, -0.02, (70, 80, 96))
    at.box(-0.035, -0.2, 0.035, -0.04, (96, 106, 124))
    for half, tall, flame in ((0.075, 0.17, (70, 130, 250)), (0.04, 0.1, (200, 232, 255))):
        at.poly(((-half, -0.22), (0, -0.2 - tall), (half, -0.22), (0, -0.19)), flame)
    at.glow(0, -0.27, 0.14, (110, 170, 255), 0.4)
    at.line(((0.3, -0.78), (0.0, -0.78)), p.darker(_STEEL, 0.2), 0.04)
    at.box(-0.065, -0.96, 0.065, -0.6, p.mix(_GLASS, c, 0.12))
    at.oval(0, -0.53, 0.22, 0.18, p.mix(_GLASS, c, 0.12))
    at.oval(0, -0.53, 0.195, 0.16, c, 0, 180)
    at.oval(0, -0.53, 0.195, 0.03, p.lighter(c, 0.4))
    at.oval(-0.1, -0.58, 0.03, 0.06, (255, 255, 255))
    at.box(-0.09, -0.99, 0.09, -0.93, p.darker(_GLASS, 0.12), 0.02)
    for n, size in enumerate((0.07, 0.1, 0.12)):
        at.glow(-0.04 * n, -1.05 - 0.1 * n, size, (255, 255, 255), 0.5)


def _tubes(at: Spot, rng: Rng) -> None:
    """Draw a rack with four test tubes on the spot, one unit wide."""
    at.shadow(0, 0, 0.55, 0.06, 0.4)
    for x, n in zip((-0.32, -0.11, 0.11, 0.32), rng.permutation(len(_LIQUIDS)).tolist(), strict=False):
        c = _LIQUIDS[n]
        at.box(x - 0.075, -0.95, x + 0.075, -0.06, p.mix(_GLASS, c, 0.12), 0.07)
        at.box(x - 0.065, -0.5 - 0.06 * (n % 3), x + 0.065, -0.07, c, 0.06)
        at.box(x - 0.045, -0.88, x - 0.01, -0.16, p.lighter(c, 0.6))
        at.box(x - 0.09, -0.97, x + 0.09, -0.91, p.darker(_GLASS, 0.12))
    for y in (-0.66, -0.05):
        at.box(-0.48, y - 0.06, 0.48, y + 0.05, (190, 138, 88), 0.02)
        at.box(-0.48, y - 0.06, 0.48, y - 0.02, (218, 172, 120), 0.02)
    for x in (-0.47, 0.47):
        at.box(x - 0.04, -0.72, x + 0.04, 0, (172, 120, 76))


def _microscope(at: Spot, rng: Rng) -> None:
    """Draw a microscope that stands on the spot, one unit tall."""
    body = p.pick(rng, ((240, 242, 246), (70, 84, 110), (60, 130, 150)))
    dark = (52, 58, 70)
    at.shadow(0, 0, 0.42, 0.06, 0.45)
    at.box(-0.34, -0.1, 0.3, 0, dark, 0.03)
    t = np.pi * (0.5 - p.steps(11) * 1.0)
    at.line(p.cols(0.0 + 0.27 * np.cos(t), -0.38 + 0.29 * np.sin(t)), p.darker(body, 0.2), 0.12)
    at.box(-0.3, -0.31, 0.12, -0.25, dark)
    turn = np.array(((0.94, 0.34), (-0.34, 0.94)))
    at.poly(p.rounded(-0.09, -0.44, 0.09, 0.06, 0.03) @ turn + (-0.02, -0.54), body)
    at.poly(p.rounded(0.02, -0.44, 0.09, 0.06, 0.03) @ turn + (-0.02, -0.54), p.darker(body, 0.16))
    at.poly(p.rounded(-0.06, -0.56, 0.06, -0.42, 0.02) @ turn + (-0.02, -0.54), dark)
    at.poly(p.rounded(-0.05, 0.05, 0.05, 0.2, 0.02) @ turn + (-0.02, -0.54), (196, 204, 212))
    at.oval(0.24, -0.3, 0.08, 0.08, dark)
    at.oval(0.23, -0.31, 0.045, 0.045, (150, 160, 176))


def _beaker(at: Spot, rng: Rng) -> None:
    """Draw a beaker with a coloured liquid that stands on the spot, one unit tall."""
    c = p.pick(rng, _LIQUIDS)
    at.shadow(0, 0, 0.44, 0.08, 0.4)
    at.box(-0.36, -0.96, 0.36, 0, p.mix(_GLASS, c, 0.12), 0.08)
    at.box(-0.33, -0.56, 0.33, -0.02, c, 0.06)
    at.oval(0, -0.56, 0.33, 0.07, p.lighter(c, 0.4))
    at.line(((-0.22, -0.84), (-0.22, -0.14)), (255, 255, 255), 0.07)
    at.box(-0.42, -1.0, 0.4, -0.92, p.darker(_GLASS, 0.12), 0.03)
