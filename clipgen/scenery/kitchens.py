"""The scene of a kitchen."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_CABINETS: tuple[p.Colour, ...] = (
    (236, 232, 222), (120, 160, 160), (96, 132, 108), (88, 116, 152), (178, 128, 82), (216, 184, 120), (196, 92, 80),
)  # fmt: skip
_POTS: tuple[p.Colour, ...] = ((200, 70, 56), (210, 214, 220), (62, 110, 160), (226, 150, 60))


def kitchen(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a kitchen: a row of cabinets with a stove and a sink below a window, and a corner of a table."""
    r = rng.random(8).tolist()
    low, v = 0.68, min(h, w) / h
    size = 1 + 0.2 * min(max(w / h - 1, 0), 1)
    unit = size * min(h, w) / w  # how wide a length of 1 is, as a part of the width
    cabinet, wood = p.vary(rng, p.pick(rng, _CABINETS), 10), p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    paint = p.vary(rng, p.pick(rng, ((240, 226, 190), (206, 224, 226), (232, 212, 200), (222, 230, 208))), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.16)), (low, paint), (1, paint)))
    top, rail = low - 0.3 * v * size, low - 0.62 * v * size  # of the counter, and of the tiles above it
    _wall_tiles(img, rail, top, p.pick(rng, ((250, 250, 246), (206, 228, 232), (244, 222, 196))))
    pale, deep = p.pick(
        rng,
        (((238, 230, 214), (178, 92, 70)), ((240, 240, 238), (86, 96, 108)), ((236, 222, 190), (150, 166, 140))),
    )
    p.warped(img, p.checks(pale, p.mix(deep, pale, 0.4), 14, 8), ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low + 0.01, 3, 0.07, 0.4)
    stove_at = 0.5 + (0.24 + 0.03 * r[1]) * min(1, 1.25 * unit)
    sink_at = 0.5 - (0.12 + 0.04 * r[2]) * min(1, 1.25 * unit)
    stone = p.pick(rng, ((232, 228, 222), (92, 92, 100), p.lighter(wood, 0.2)))
    for k in range(-3, 4):
        _cupboard(Spot(img, sink_at + k * 0.27 * unit, low, 0.27 * size), cabinet, 0.93, drawer=k % 2 == 0)
    p.box(img, -0.02, top - 0.02 * v, 1.02, top + 0.022 * v, p.darker(stone, 0.2))
    p.box(img, -0.02, top - 0.02 * v, 1.02, top + 0.004 * v, stone)
    sill = top - 0.1 * v * size
    window = Spot(img, sink_at, sill, 0.46 * size)
    furniture.window(window, rng, 0.74, 0.68, r[3] < 0.2, (246, 242, 234))
    gingham = p.lighter(p.pick(rng, furniture.CLOTHS), 0.15)
    for k in range(9):
        x = -0.43 + 0.86 * k / 9
        shade = gingham if k % 2 else p.lighter(gingham, 0.45)
        window.poly(((x, -0.75), (x + 0.097, -0.75), (x + 0.09, -0.53), (x + 0.048, -0.5), (x, -0.53)), shade)
    _sink(Spot(img, sink_at, top - 0.02 * v, 0.3 * size))
    _stove(Spot(img, stove_at, low + 0.005, 0.3 * size), rng)
    _hood(Spot(img, stove_at, rail + 0.02 * v, 0.3 * size), p.pick(rng, ((196, 200, 206), p.darker(cabinet, 0.1))))
    for k in (-1, 1):
        edge = sink_at - 0.42 * unit if k < 0 else stove_at + 0.3 * unit
        for n in range(3):
            at = Spot(img, edge + k * n * 0.27 * unit, rail + 0.12 * v, 0.27 * size)
            _cupboard(at, cabinet, 1.15, drawer=False)
    furniture.plant(Spot(img, sink_at + 0.25 * unit, top - 0.015 * v, 0.13 * size), rng, (206, 120, 86))
    for k in range(3):
        x, tall, c = sink_at - (0.3 + 0.06 * k) * unit, 0.11 + 0.03 * k, p.vary(rng, p.pick(rng, _POTS))
        jar = Spot(img, x, top - 0.015 * v, size)
        jar.box(-0.024, -tall, 0.024, 0, c, 0.012)
        jar.box(-0.026, -tall - 0.014, 0.026, -tall + 0.014, p.darker(wood, 0.1), 0.006)
    _table(Spot(img, 0.1 + 0.04 * r[4], 1.0, 0.5 * size), rng, p.lighter(wood, 0.12))
    p.corners(img, 0.22)
    return img if r[5] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _wall_tiles(img: np.ndarray, y0: float, y1: float, colour: p.Colour) -> None:
    """Draw glazed tiles on a band of the wall."""
    h, w = img.shape[:2]
    p.box(img, -0.02, y0, 1.02, y1, colour)
    step = 0.05
    rows, columns = np.arange(y0, y1, step * min(h, w) / h), np.arange(0, 1, step * min(h, w) / w)
    grout = p.darker(colour, 0.14)
    p.strokes(img, np.stack([p.cols(rows * 0, rows), p.cols(rows * 0 + 1, rows)], axis=1), grout, 0.004)
    p.strokes(
        img, np.stack([p.cols(columns, columns * 0 + y0), p.cols(columns, columns * 0 + y1)], axis=1), grout, 0.004
    )


def _cupboard(at: Spot, colour: p.Colour, tall: float, drawer: bool) -> None:
    """Draw a cupboard of one unit's width that stands or hangs above the spot, with a drawer when asked for."""
    at.box(-0.5, -tall - 0.14, 0.5, 0, p.darker(colour, 0.3))
    at.box(-0.49, -tall - 0.14, 0.49, -0.06, colour)
    split = -tall + 0.24 if drawer else -tall
    doors = [(-0.46, split, -0.02, -0.1), (0.02, split, 0.46, -0.1)]
    if drawer:
        doors.append((-0.46, -tall, 0.46, split - 0.04))
    for x0, y0, x1, y1 in doors:
        at.box(x0, y0, x1, y1, p.darker(colour, 0.16))
        at.box(x0, y0, x1 - 0.02, y1 - 0.02, p.lighter(colour, 0.2))
        inset = 0.05 if y1 - y0 < 0.3 else 0.07
        at.box(x0 + inset, y0 + inset, x1 - inset, y1 - inset, p.darker(colour, 0.07))
    knob = p.darker(colour, 0.6) if sum(colour) > 480 else (236, 208, 140)
    for x in (-0.08, 0.08):
        at.oval(x, (split - 0.1) / 2 - 0.1, 0.03, 0.03, knob)
    if drawer:
        at.oval(0, (split - 0.04 - tall) / 2, 0.05, 0.025, knob)


def _sink(at: Spot) -> None:
    """Draw a sink's rim and its tap."""
    at.box(-0.5, -0.02, 0.5, 0.06, (176, 182, 190), 0.03)
    at.box(-0.46, -0.01, 0.46, 0.03, (120, 128, 138), 0.015)
    arc = np.pi * p.steps(9)
    hook = p.cols(0.12 - 0.12 * np.cos(arc), -0.36 - 0.12 * np.sin(arc))
    pipe = np.concatenate([[(0, 0)], hook, [(0.24, -0.28)]])
    at.line(pipe, (122, 130, 140), 0.075)
    at.line(pipe - (0.012, 0.01), (214, 220, 228), 0.03)


def _stove(at: Spot, rng: Rng) -> None:
    """Draw a stove with an oven, and pots on it with steam."""
    enamel = p.pick(rng, ((240, 240, 238), (70, 72, 80), (206, 78, 66), (150, 186, 190)))
    at.box(-0.52, -1.06, 0.52, 0, p.darker(enamel, 0.35))
    at.box(-0.5, -1.06, 0.5, -0.06, enamel)
    at.box(-0.5, -1.06, 0.5, -0.86, p.darker(enamel, 0.12))
    for x in (-0.36, -0.18, 0.0, 0.18, 0.36):
        at.oval(x, -0.95, 0.055, 0.055, (40, 42, 48))
        at.oval(x - 0.01, -0.965, 0.03, 0.03, (190, 194, 200))
    at.box(-0.4, -0.78, 0.4, -0.72, (190, 194, 200), 0.03)
    at.box(-0.38, -0.66, 0.38, -0.22, (44, 38, 40), 0.04)
    at.box(-0.34, -0.62, 0.34, -0.26, (120, 66, 34), 0.03)
    at.glow(0, -0.36, 0.3, (255, 180, 80), 0.8)
    at.box(-0.56, -1.1, 0.56, -1.04, (52, 54, 60))
    for x, size, c in ((-0.26, 0.9, p.pick(rng, _POTS)), (0.25, 1.0, p.pick(rng, _POTS))):
        pot = at.spot(x, -1.1, 0.36 * size)
        pot.box(-0.5, -0.56, 0.5, 0, p.darker(c, 0.22), 0.1)
        pot.box(-0.5, -0.56, 0.2, 0, c, 0.1)
        pot.box(-0.42, -0.5, -0.3, -0.1, p.lighter(c, 0.45), 0.05)
        for side in (-1, 1):
            pot.box(side * 0.6 - 0.12, -0.46, side * 0.6 + 0.12, -0.36, (46, 44, 48), 0.04)
        pot.box(-0.54, -0.62, 0.54, -0.52, p.lighter(c, 0.25), 0.05)
        pot.oval(0, -0.62, 0.44, 0.12, p.darker(c, 0.08), 180, 360)
        pot.oval(0, -0.76, 0.08, 0.07, (46, 44, 48))
        for k in range(3):
            pot.glow(-0.2 + 0.2 * k, -1.1 - 0.16 * k, 0.2, (255, 255, 255), 0.35)


def _hood(at: Spot, colour: p.Colour) -> None:
    """Draw an extractor hood with its pipe up to the ceiling."""
    at.shaded(((-0.2, -4), (0.2, -4), (0.2, -0.3), (-0.2, -0.3)), p.darker(colour, 0.2), colour)
    at.poly(((-0.2, -0.5), (0.2, -0.5), (0.52, 0), (-0.52, 0)), colour)
    at.poly(((0.08, -0.5), (0.2, -0.5), (0.52, 0), (0.28, 0)), p.darker(colour, 0.15))
    at.box(-0.55, -0.02, 0.55, 0.12, p.darker(colour, 0.1), 0.02)
    at.box(-0.55, -0.02, 0.55, 0.03, p.lighter(colour, 0.4), 0.02)


def _table(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw the end of a laid table that reaches in from the side, with fruit in a bowl and a mug."""
    at.shadow(-0.1, 0.02, 0.6, 0.1, 0.45)
    for x in (-0.3, 0.3):
        at.box(x - 0.03, -0.3, x + 0.03, 0.1, p.darker(wood, 0.35))
    at.poly(((-0.7, -0.52), (0.3, -0.52), (0.42, -0.3), (-0.7, -0.3)), wood)
    at.box(-0.7, -0.3, 0.42, -0.24, p.darker(wood, 0.25))
    cloth = p.pick(rng, furniture.CLOTHS)
    at.poly(((-0.3, -0.5), (0.2, -0.5), (0.28, -0.34), (-0.34, -0.34)), p.lighter(cloth, 0.5))
    fruits = ((220, 60, 50), (250, 160, 50), (150, 190, 70), (250, 214, 80), (230, 90, 60))
    for k, x in enumerate((-0.12, 0.06, -0.04)):
        c = p.pick(rng, fruits)
        at.oval(x, -0.55 - (0.06 if k == 2 else 0), 0.07, 0.07, p.darker(c, 0.15))
        at.oval(x - 0.012, -0.562 - (0.06 if k == 2 else 0), 0.052, 0.052, c)
    bowl = p.pick(rng, ((70, 120, 170), (240, 238, 232), (60, 150, 150)))
    at.oval(-0.03, -0.54, 0.19, 0.13, bowl, 0, 180)
    at.box(-0.1, -0.43, 0.04, -0.405, p.darker(bowl, 0.2))
    at.box(-0.22, -0.55, 0.16, -0.52, p.lighter(bowl, 0.3), 0.015)
