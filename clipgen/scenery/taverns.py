"""The scene of a tavern."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PLASTERS: tuple[p.Colour, ...] = ((222, 190, 140), (206, 166, 116), (232, 206, 160), (198, 150, 104), (190, 172, 136))
_STONES: tuple[p.Colour, ...] = ((150, 140, 130), (164, 146, 124), (128, 124, 128), (170, 120, 96))
_TIMBERS: tuple[p.Colour, ...] = ((84, 52, 34), (96, 62, 38), (70, 46, 36), (104, 60, 36))
_OAKS: tuple[p.Colour, ...] = ((176, 112, 58), (158, 98, 52), (190, 128, 70), (148, 86, 50))
_FLAME: p.Colour = (255, 190, 96)
_PAINTS: tuple[p.Colour, ...] = ((62, 88, 66), (116, 50, 44), (52, 76, 92))  # of the bar's front
_IRON: p.Colour = (66, 62, 66)


def tavern(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a tavern: dark beams, a hearth with a fire at one side, and barrels with taps above a bar at the other."""
    r = rng.random(8).tolist()
    low = 0.66 + 0.02 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    plaster, timber = p.vary(rng, p.pick(rng, _PLASTERS), 9), p.vary(rng, p.pick(rng, _TIMBERS), 7)
    oak = p.vary(rng, p.pick(rng, _OAKS), 9)
    ceiling = low - (0.535 + 0.02 * r[1]) * v
    img = p.gradient(h, w, ((ceiling, p.darker(plaster, 0.3)), (low, p.darker(plaster, 0.08)), (1, plaster)))
    floor = p.boards(rng, p.mix(timber, oak, 0.35 + 0.55 * rng.random()), 14, 3, 0.62, 0.16)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.06, 0.5)
    _frame(img, rng, low, ceiling, timber)
    middle = 0.47 + 0.02 * r[2]
    if r[3] < 0.6:
        _leaded(Spot(img, middle, low - 0.18 * v, 0.2), r[4] < 0.4, timber)
    else:
        _shield(Spot(img, middle, low - 0.275 * v, 0.19), rng)
    if k < 0.75:
        for x in (-0.3, 0.3):
            _shield(Spot(img, middle + x * k, low - 0.29 * v, 0.19), rng)
    _beams(img, ceiling, timber)
    stone = p.vary(rng, p.pick(rng, _STONES), 8)
    _hearth(Spot(img, 0.16 * k, low + 0.035, 0.38), rng, stone, timber)
    front = p.vary(rng, p.pick(rng, (timber, p.lighter(timber, 0.1), *_PAINTS)), 6)
    _bar(img, rng, low, 1 - (0.4 + 0.02 * r[5]) * k, timber, oak, front)
    if r[6] < 0.5:
        _wheel(Spot(img, middle, ceiling + 0.1 * v, 0.3))
    else:
        for x, drop in ((-0.1, 0.15), (0.09, 0.09)):
            _lantern(Spot(img, middle + x * k, ceiling + drop * v, 0.1), ceiling)
    p.glow(img, 0.2 * k, low + 0.1 * v, 0.3, (255, 150, 60), 0.34)
    p.corners(img, 0.32)
    return img if r[7] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _frame(img: np.ndarray, rng: Rng, low: float, ceiling: float, timber: p.Colour) -> None:
    """Draw the timber frame of the wall: posts, a rail, and panels of boards below it."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    rail = low - 0.15 * v
    panel = p.lighter(timber, 0.1)
    p.box(img, -0.02, rail, 1.02, low, panel)
    for x in np.arange(0.02, 1, 0.055 * k).tolist():
        p.stroke(img, ((x, rail), (x, low)), p.darker(panel, 0.35), 0.006)
    p.box(img, -0.02, rail - 0.014 * v, 1.02, rail + 0.016 * v, p.lighter(timber, 0.16))
    p.box(img, -0.02, rail + 0.016 * v, 1.02, rail + 0.026 * v, p.darker(timber, 0.4))
    for x in (0.5 - 0.17 * k, 0.5 + 0.13 * k):
        p.box(img, x - 0.02 * k, ceiling, x + 0.02 * k, low, timber)
        p.box(img, x - 0.02 * k, ceiling, x - 0.01 * k, low, p.lighter(timber, 0.14))
        lean = 0.1 * (1 if rng.random() < 0.5 else -1)
        p.stroke(img, ((x, ceiling + 0.12 * v), (x + lean * k, ceiling)), p.darker(timber, 0.1), 0.026)


def _beams(img: np.ndarray, ceiling: float, timber: p.Colour) -> None:
    """Draw the ceiling: boards with heavy beams that come towards the viewer."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    board = p.lighter(timber, 0.06)
    p.poly_gradient(
        img, ((-0.02, -0.02), (1.02, -0.02), (1.02, ceiling), (-0.02, ceiling)), p.darker(board, 0.55), board
    )
    for x in np.arange(-0.44, 0.5, 0.22).tolist():
        for half, c in ((0.036, p.darker(timber, 0.5)), (0.024, p.darker(timber, 0.14))):
            a, b = 0.5 + x * k, 0.5 + 2.1 * x * k
            p.poly(
                img,
                (
                    (a - half * k, ceiling),
                    (a + half * k, ceiling),
                    (b + 2.1 * half * k, -0.02),
                    (b - 2.1 * half * k, -0.02),
                ),
                c,
            )
    p.box(img, -0.02, ceiling - 0.03 * v, 1.02, ceiling + 0.03 * v, p.darker(timber, 0.2))
    p.box(img, -0.02, ceiling - 0.03 * v, 1.02, ceiling - 0.016 * v, p.lighter(timber, 0.18))
    p.box(img, -0.02, ceiling + 0.03 * v, 1.02, ceiling + 0.042 * v, p.darker(timber, 0.55))


def _leaded(at: Spot, dark: bool, timber: p.Colour) -> None:
    """Draw a window of small slanting panes above the spot, one unit wide."""
    at.box(-0.56, -0.98, 0.56, 0.06, p.darker(timber, 0.3))
    at.box(-0.52, -0.94, 0.52, 0.02, p.lighter(timber, 0.12))
    top, foot = ((40, 54, 104), (90, 104, 150)) if dark else ((250, 222, 150), (255, 240, 200))
    at.shaded(((-0.44, -0.86), (0.44, -0.86), (0.44, -0.06), (-0.44, -0.06)), top, foot)
    lead = p.darker(timber, 0.25)
    for n in range(3):
        a = 0.293 * n
        for flip in (-1, 1):
            at.line(((flip * (-0.44 + a), -0.06), (flip * 0.44, -0.94 + a + 0.06)), lead, 0.035)
            at.line(((flip * -0.44, -0.06 - a), (flip * (0.44 - a), -0.94 + 0.06)), lead, 0.035)
    at.box(-0.03, -0.88, 0.03, -0.04, lead)
    at.box(-0.58, 0.0, 0.58, 0.09, p.lighter(timber, 0.22))
    at.glow(0, -0.45, 0.8, p.lighter(foot, 0.2), 0.25)


def _shield(at: Spot, rng: Rng) -> None:
    """Draw a shield in two colours with two swords behind it, around the spot, one unit tall."""
    for side in (-1, 1):
        at.line(((side * -0.5, 0.5), (side * 0.5, -0.55)), (196, 200, 206), 0.07)
        at.line(((side * -0.52, 0.32), (side * -0.32, 0.5)), (206, 164, 84), 0.07)
    one, two = p.pick(
        rng, (((170, 48, 46), (232, 196, 110)), ((44, 82, 130), (236, 230, 214)), ((52, 106, 74), (222, 180, 90)))
    )
    t = p.steps(9)
    half = 0.36 * np.sqrt(1 - t**2.6)
    at.shadow(0.03, 0.06, 0.45, 0.5, 0.4)
    at.poly(p.both_sides(0 * t, half * 1.18, -0.43 + 0.9 * t), p.darker(two, 0.25))
    at.poly(p.both_sides(0 * t, half, -0.38 + 0.78 * t), one)
    at.poly(p.both_sides(half / 2, half / 2, -0.38 + 0.78 * t), two)
    at.oval(0, -0.06, 0.13, 0.13, p.darker(two, 0.1))
    at.oval(-0.02, -0.08, 0.08, 0.08, p.lighter(two, 0.4))


def _hearth(at: Spot, rng: Rng, stone: p.Colour, timber: p.Colour) -> None:
    """Draw a hearth of large rough stones with a chimney, one unit wide, and a cauldron above its fire."""
    at.poly(((-0.6, 0), (0.5, 0), (0.5, -0.82), (0.36, -1.0), (0.36, -4), (-0.6, -4)), p.darker(stone, 0.4))
    for row in range(22):
        edge = 0.49 if row < 5 else 0.35
        x = -0.6 + 0.15 * (row % 2)
        for a, b in rng.random((6, 2)).tolist():
            end = min(x + 0.2 + 0.1 * a, edge)
            if end - x > 0.05:
                c = p.mix(p.darker(stone, 0.22), p.lighter(stone, 0.2), b)
                at.box(x + 0.01, -0.172 * (row + 1) + 0.012, end - 0.01, -0.172 * row - 0.01, c, 0.035)
            x = end
    arch = p.cols(-0.34 * np.cos(np.pi * p.steps(13)), -0.36 - 0.26 * np.sin(np.pi * p.steps(13)))
    outer = np.concatenate([[(-0.4, 0)], (arch + (0, 0.36)) * (1.19, 1.2) - (0, 0.36), [(0.4, 0)]])
    at.poly(outer, p.darker(stone, 0.5))
    at.shaded(np.concatenate([[(-0.34, 0)], arch, [(0.34, 0)]]), (26, 16, 14), (104, 42, 18))
    furniture.fire(at.spot(0, -0.02, 0.44), rng)
    at.line(((0, -0.6), (0, -0.48)), (30, 26, 28), 0.02)
    at.oval(0, -0.42, 0.13, 0.1, (36, 32, 36))
    at.box(-0.14, -0.5, 0.14, -0.455, (60, 54, 58), 0.02)
    at.box(-0.66, -0.04, 0.62, 0.05, p.darker(stone, 0.25), 0.02)
    at.box(-0.66, -0.05, 0.62, 0.0, p.lighter(stone, 0.14), 0.02)
    at.box(-0.62, -0.9, 0.56, -0.8, p.darker(timber, 0.25))
    at.box(-0.62, -0.92, 0.58, -0.84, p.lighter(timber, 0.16))
    for x in (0.24, 0.4):
        _mug(at.spot(x, -0.92, 0.17), (178, 176, 180), full=False)


def _bar(img: np.ndarray, rng: Rng, low: float, start: float, timber: p.Colour, oak: p.Colour, front: p.Colour) -> None:
    """Draw barrels with taps on a rack from `start` to the right edge, and a bar with full mugs before them."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    foot = low + 0.09 * v
    top = foot - 0.23 * v
    p.box(img, start, top - 0.235 * v, 1.02, low, p.darker(timber, 0.55))
    for n, x in enumerate((start + 0.12 * k, start + 0.33 * k)):
        _barrel(Spot(img, x, top - 0.125 * v, 0.21), p.darker(oak, 0.08 * n))
    if rng.random() < 0.6:
        _barrel(Spot(img, start + 0.225 * k, top - 0.335 * v, 0.2), p.lighter(oak, 0.06), tap=False)
    else:
        shelf = top - 0.25 * v
        for x in np.arange(start + 0.05 * k, 1.05, 0.075 * k).tolist():
            _bottle(Spot(img, x, shelf, 0.13), rng)
    p.box(img, start - 0.01 * k, top - 0.253 * v, 1.02, top - 0.231 * v, timber)
    p.box(img, start - 0.01 * k, top - 0.253 * v, 1.02, top - 0.245 * v, p.lighter(timber, 0.2))
    p.box(img, start - 0.01 * k, top - 0.245 * v, start + 0.014 * k, low, timber)
    p.shadow(img, start + 0.3 * k, foot, 0.42, 0.05, 0.6)
    p.poly_gradient(
        img, ((start, top), (1.02, top), (1.02, foot), (start, foot)), p.lighter(front, 0.16), p.darker(front, 0.25)
    )
    for n, x in enumerate(np.arange(start, 1.02, 0.135 * k).tolist()):
        p.box(img, x + 0.014 * k, top + 0.06 * v, x + 0.121 * k, foot - 0.04 * v, p.darker(front, 0.36))
        p.box(
            img, x + 0.022 * k, top + 0.07 * v, x + 0.121 * k, foot - 0.04 * v, p.lighter(front, 0.1 + 0.03 * (n % 2))
        )
    p.box(img, start, foot - 0.02 * v, 1.02, foot, p.darker(front, 0.5))
    p.box(img, start - 0.02 * k, top - 0.004 * v, 1.02, top + 0.034 * v, p.darker(oak, 0.2))
    p.box(img, start - 0.02 * k, top - 0.014 * v, 1.02, top + 0.014 * v, p.lighter(oak, 0.12))
    for x in (0.02, 0.175, 0.25):
        _mug(Spot(img, start + x * k, top, 0.088), p.lighter(oak, 0.05))


def _barrel(at: Spot, oak: p.Colour, tap: bool = True) -> None:
    """Draw the front of a lying barrel around the spot, one unit wide, with hoops and a tap."""
    at.oval(0.02, 0.02, 0.5, 0.5, p.darker(oak, 0.7))
    at.oval(0, 0, 0.48, 0.48, p.darker(oak, 0.35))
    at.oval(0, 0, 0.46, 0.46, _IRON)
    at.oval(-0.012, -0.012, 0.42, 0.42, p.lighter(oak, 0.22))
    at.oval(0, 0, 0.385, 0.385, oak)
    for x in (-0.23, -0.08, 0.08, 0.23):
        tall = float(np.sqrt(0.38**2 - x * x))
        at.line(((x, -tall), (x, tall)), p.darker(oak, 0.3), 0.025)
    at.box(-0.35, -0.14, 0.35, -0.06, p.darker(oak, 0.16))
    if tap:
        at.box(-0.05, 0.16, 0.05, 0.4, (226, 182, 90), 0.03)
        at.box(-0.14, 0.1, 0.14, 0.18, (250, 214, 128), 0.03)
        at.box(-0.09, 0.34, 0.03, 0.44, (190, 140, 60))


def _bottle(at: Spot, rng: Rng) -> None:
    """Draw a bottle that stands on the spot, one unit tall."""
    glass = p.vary(rng, p.pick(rng, ((64, 110, 70), (150, 84, 44), (60, 92, 112), (196, 152, 80))), 10)
    tall = 0.85 + 0.15 * rng.random()
    at.box(-0.07, -tall, 0.07, -0.4, p.darker(glass, 0.1))
    at.box(-0.18, -0.62 * tall, 0.18, 0, glass, 0.07)
    at.box(-0.13, -0.55 * tall, -0.06, -0.06, p.lighter(glass, 0.45), 0.03)
    at.box(-0.18, -0.34, 0.18, -0.16, (236, 220, 180))
    at.box(-0.08, -tall, 0.08, -tall + 0.09, (120, 80, 50))


def _mug(at: Spot, colour: p.Colour, full: bool = True) -> None:
    """Draw a mug of staves that stands on the spot, one unit tall, with foam if it is full."""
    at.oval(0.42, -0.46, 0.24, 0.27, p.darker(colour, 0.25))
    at.oval(0.42, -0.46, 0.12, 0.15, p.darker(colour, 0.65))
    at.box(-0.36, -0.88, 0.38, 0, p.darker(colour, 0.3), 0.06)
    at.box(-0.36, -0.88, 0.2, 0, p.lighter(colour, 0.1), 0.06)
    for y in (-0.22, -0.68):
        at.box(-0.38, y - 0.06, 0.4, y + 0.06, _IRON)
    if full:
        for x, y, size in ((-0.26, -0.9, 0.19), (0.02, -0.97, 0.22), (0.27, -0.9, 0.18), (-0.3, -0.76, 0.1)):
            at.oval(x, y, size, size * 0.9, (255, 250, 234))


def _lantern(at: Spot, ceiling: float) -> None:
    """Draw a lit iron lantern around the spot, one unit wide, that hangs from the height `ceiling`."""
    p.stroke(at.img, ((at.x, ceiling), (at.x, at.y)), (34, 28, 28), 0.007)
    at.glow(0, 0.2, 1.5, _FLAME, 0.55)
    at.poly(((-0.16, -0.62), (0.16, -0.62), (0.44, -0.28), (-0.44, -0.28)), (44, 36, 36))
    at.shaded(((-0.36, -0.28), (0.36, -0.28), (0.3, 0.5), (-0.3, 0.5)), (255, 206, 110), (255, 240, 180))
    at.oval(0, 0.18, 0.1, 0.22, (255, 252, 226))
    for x in (-0.34, 0, 0.34):
        at.line(((x, -0.28), (x * 0.86, 0.5)), (44, 36, 36), 0.08)
    at.box(-0.4, 0.46, 0.4, 0.6, (44, 36, 36))


def _wheel(at: Spot) -> None:
    """Draw a cartwheel with lit candles around the spot, one unit wide, that hangs on ropes."""
    wood = (110, 70, 40)
    at.line(((-0.4, 0), (0, -0.42), (0.4, 0)), (70, 52, 40), 0.03)
    at.line(((0, -2), (0, -0.42)), (70, 52, 40), 0.035)
    at.glow(0, -0.1, 0.8, _FLAME, 0.5)
    at.oval(0, 0.05, 0.5, 0.13, p.darker(wood, 0.5))
    at.oval(0, 0, 0.5, 0.13, wood)
    at.oval(0, 0.0, 0.41, 0.085, p.darker(wood, 0.65))
    for x in (-0.25, 0, 0.25):
        at.line(((x, -0.08), (-x, 0.08)), wood, 0.04)
    for x, y in ((-0.44, 0), (-0.2, 0.09), (0.2, 0.09), (0.44, 0), (0, -0.08)):
        at.box(x - 0.04, y - 0.2, x + 0.04, y + 0.02, (246, 234, 204), 0.02)
        at.glow(x, y - 0.27, 0.12, (255, 226, 150), 0.8)
        at.oval(x, y - 0.27, 0.034, 0.065, (255, 240, 170))
