"""The scene of a fairground."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_BRIGHT: tuple[p.Colour, ...] = (
    (228, 60, 64), (250, 180, 50), (60, 140, 214), (80, 180, 110), (236, 110, 170), (150, 90, 200), (250, 130, 50),
)  # fmt: skip
_BULB: p.Colour = (255, 224, 116)  # bright and warm enough to go on glowing at night


def fairground(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a fairground by day or in the evening: a ferris wheel, striped tents, stalls and strings of pennants."""
    r = rng.random(8).tolist()
    base = 0.68 + 0.03 * r[0]
    evening = r[1] < 0.45
    if evening:
        top, mid, low = p.pick(
            rng,
            (
                ((44, 40, 104), (150, 84, 144), (255, 176, 126)),
                ((30, 44, 104), (86, 96, 168), (250, 190, 160)),
                ((62, 34, 84), (206, 92, 104), (255, 196, 110)),
            ),
        )
        img = p.gradient(h, w, ((0, p.vary(rng, top)), (base * 0.6, mid), (base, low), (1, low)))
        p.stars(img, rng, 30, 0.3)
    else:
        img = p.fair_sky(rng, h, w, base, warm=r[2] < 0.3)
    dim = 0.35 if evening else 0.0
    grass = p.darker(p.vary(rng, (116, 170, 84)), dim)
    for k in range(8):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 8, base + 0.02, 0.13 + 0.07 * b, p.mix(p.darker(grass, 0.2), p.HAZE, 0.12 - dim / 4))
    p.ground(img, np.array([(-0.03, base), (1.03, base)]), p.lighter(grass, 0.08), p.darker(grass, 0.25))
    p.mottle(img, rng, base, 1, 0.12)
    side = p.pick(rng, (-1, 1))
    v = min(h, w) / h
    _wheel(Spot(img, 0.5 + side * (0.17 + 0.05 * r[3]), base + 0.015, 0.265 + 0.02 * r[4]), rng, evening)
    first, second = p.pick(rng, _BRIGHT), p.pick(rng, _BRIGHT)
    white, dimmer = (252, 246, 234), 0.7 * dim
    tent = Spot(img, 0.5 - side * (0.27 + 0.05 * r[5]), base + 0.04, 0.46)
    _tent(tent, p.darker(first, dim), p.darker(white, dim))
    _path(img, base, p.darker((222, 200, 160), dim))
    _stall(Spot(img, 0.5 + side * 0.4, base + 0.1, 0.22), rng, p.darker(second, dimmer), p.darker(white, dimmer))
    if r[6] < 0.6:
        third = p.darker(p.pick(rng, _BRIGHT), dimmer)
        _stall(Spot(img, 0.5 - side * 0.44, base + 0.15, 0.24), rng, third, p.darker(white, dimmer))
    else:
        _balloons(Spot(img, 0.5 - side * 0.4, base + 0.2, 0.34), rng)
    start = rng.random()
    for k, (y, sag) in enumerate(((0.05 + 0.05 * start, 0.1), (0.0, 0.2))):
        _string(img, rng, y * v, y * v + 0.04, sag * v, pennants=k == 0 and not evening)
    return img


def _path(img: np.ndarray, base: float, colour: p.Colour) -> None:
    """Draw a sandy path that widens towards the viewer."""
    t = p.steps(10)
    ys = base + 0.02 + (1.03 - base) * t
    p.poly(img, p.both_sides(0.5 + 0 * t, 0.1 + 0.3 * t**1.4, ys), p.darker(colour, 0.12))
    p.poly_gradient(
        img, p.both_sides(0.5 + 0 * t, 0.09 + 0.28 * t**1.4, ys), p.lighter(colour, 0.2), p.darker(colour, 0.05)
    )


def _wheel(at: Spot, rng: Rng, lit: bool) -> None:
    """Draw a ferris wheel whose radius is one unit, on two legs, with coloured cabins."""
    steel = p.pick(rng, ((240, 240, 244), (226, 70, 70), (70, 120, 190), (150, 100, 190)))
    dark = p.darker(steel, 0.35)
    hub, cabins = -1.22, p.pick(rng, (10, 12))
    angles = 2 * np.pi * (np.arange(cabins) + rng.random()) / cabins
    rim = p.cols(np.cos(angles), hub + np.sin(angles))
    turn = 2 * np.pi * p.steps(49)
    for shift, c, thick in ((0.035, dark, 0.03), (0.0, steel, 0.034)):
        for a in rim.tolist():
            at.line(((shift, hub), (a[0] + shift, a[1])), c, thick * 0.7)
        for radius in (1.0, 0.86, 0.4):
            at.line(p.cols(radius * np.cos(turn) + shift, hub + radius * np.sin(turn)), c, thick)
    between = angles + np.pi / cabins
    at_rim = np.stack([np.cos(between), np.sin(between)], axis=1)
    for (ax, ay), (bx, by) in zip(rim.tolist(), (at_rim * 0.86 + (0, hub)).tolist(), strict=True):
        at.line(((ax, ay), (bx, by)), steel, 0.016)
    for x in (-0.5, 0.5):
        at.line(((0.03, hub), (x + 0.03, 0)), dark, 0.08)
        at.line(((0, hub), (x, 0)), steel, 0.06)
    at.line(((-0.3, -0.48), (0.3, -0.48)), steel, 0.045)
    at.box(-0.62, -0.06, 0.62, 0.04, p.darker(steel, 0.45))
    bulbs = 2 * np.pi * np.arange(36) / 36
    for a, b in p.cols(0.93 * np.cos(bulbs), hub + 0.93 * np.sin(bulbs)).tolist():
        if lit:
            at.glow(a, b, 0.07, _BULB, 0.6)
        at.oval(a, b, 0.022, 0.022, _BULB)
    for k, (x, y) in enumerate(rim.tolist()):
        _cabin(at.spot(x, y, 0.2), _BRIGHT[k % len(_BRIGHT)], lit)
    if lit:
        at.glow(0, hub, 0.3, _BULB, 0.5)
    at.oval(0, hub, 0.13, 0.13, dark)
    at.oval(0, hub, 0.1, 0.1, (250, 196, 60))
    at.oval(0, hub, 0.045, 0.045, (255, 240, 190))


def _cabin(at: Spot, colour: p.Colour, lit: bool) -> None:
    """Draw a cabin that hangs from the spot, about one unit wide."""
    at.box(-0.05, -0.05, 0.05, 0.3, (90, 90, 100))
    at.box(-0.42, 0.3, 0.42, 0.75, (255, 226, 140) if lit else (206, 228, 242))
    for x in (-0.4, 0.0, 0.4):
        at.box(x - 0.045, 0.28, x + 0.045, 0.72, p.darker(colour, 0.25))
    at.poly(((-0.56, 0.34), (-0.3, 0.1), (0.3, 0.1), (0.56, 0.34)), colour)
    at.poly(p.rounded(-0.5, 0.62, 0.5, 1.04, 0.16), colour)
    at.box(-0.5, 0.66, 0.5, 0.74, p.lighter(colour, 0.5))


def _tent(at: Spot, one: p.Colour, two: p.Colour) -> None:
    """Draw a round striped tent with two tiers and a flag, one unit wide."""
    stripes = 10
    at.shadow(0, 0, 0.58, 0.05, 0.45)
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, stripes + 1))  # of a round wall, seen from the side
    for k in range(stripes):
        a, b = edges[k], edges[k + 1]
        c = p.darker(one if k % 2 else two, 0.02 + 0.04 * k)
        at.poly(((a * 0.46, -0.42), (b * 0.46, -0.42), (b * 0.46, 0.02), (a * 0.46, 0.02)), p.darker(c, 0.1))
        at.poly(((a * 0.1, -0.78), (b * 0.1, -0.78), (b * 0.54, -0.4), (a * 0.54, -0.4)), c)
        at.poly(
            ((a * 0.54, -0.4), (b * 0.54, -0.4), (b * 0.53, -0.345), ((a + b) * 0.267, -0.32), (a * 0.53, -0.345)), c
        )
        at.poly(((0, -0.98), (b * 0.12, -0.78), (a * 0.12, -0.78)), c)
    at.poly(((-0.085, 0.02), (-0.05, -0.24), (0, -0.3), (0.05, -0.24), (0.085, 0.02)), (66, 40, 48))
    at.poly(((-0.12, 0.02), (-0.1, -0.2), (0, -0.31), (-0.055, -0.2), (-0.08, 0.02)), two)
    at.poly(((0.12, 0.02), (0.1, -0.2), (0, -0.31), (0.055, -0.2), (0.08, 0.02)), two)
    at.line(((0, -0.96), (0, -1.14)), (90, 70, 60), 0.016)
    at.poly(((0, -1.14), (0.14, -1.1), (0, -1.05)), (250, 190, 60))


def _stall(at: Spot, rng: Rng, one: p.Colour, two: p.Colour) -> None:
    """Draw a stall with a striped roof and a lit counter, one unit wide."""
    at.shadow(0, 0, 0.62, 0.08, 0.45)
    at.box(-0.46, -0.8, 0.46, 0, (74, 50, 48))
    at.box(-0.42, -0.76, 0.42, -0.36, (255, 212, 116))
    for k in range(5):
        c = p.pick(rng, _BRIGHT)
        at.oval(-0.32 + 0.16 * k, -0.62, 0.06, 0.06, c)
        at.box(-0.37 + 0.16 * k, -0.48, -0.27 + 0.16 * k, -0.36, p.pick(rng, _BRIGHT), 0.03)
    at.box(-0.5, -0.38, 0.5, -0.32, (150, 104, 66))
    for k in range(8):
        a, b = -0.5 + k / 8, -0.5 + (k + 1) / 8
        c = one if k % 2 else two
        at.box(a, -0.32, b, 0, p.darker(c, 0.14))
        at.poly(((a * 0.8, -1.12), (b * 0.8, -1.12), (b * 1.16, -0.8), (a * 1.16, -0.8)), c)
        at.oval((a + b) * 0.58, -0.8, 0.072, 0.08, p.darker(c, 0.08), 0, 180)


def _balloons(at: Spot, rng: Rng) -> None:
    """Draw a bunch of balloons tied to a peg, about one unit tall."""
    places = ((-0.2, -0.72), (0.2, -0.74), (0.0, -0.94), (-0.12, -0.56), (0.14, -0.54), (0.01, -0.72))
    for x, y in places:
        at.line(((x, y + 0.12), (0, 0)), (110, 104, 110), 0.01)
    start = int(rng.random() * len(_BRIGHT))
    for k, (x, y) in enumerate(places):
        c = _BRIGHT[(start + k) % len(_BRIGHT)]
        at.oval(x, y, 0.13, 0.15, p.darker(c, 0.14))
        at.oval(x - 0.015, y - 0.015, 0.11, 0.125, c)
        at.oval(x - 0.05, y - 0.06, 0.028, 0.04, p.lighter(c, 0.65))
        at.poly(((x - 0.025, y + 0.17), (x, y + 0.14), (x + 0.025, y + 0.17)), p.darker(c, 0.2))


def _string(img: np.ndarray, rng: Rng, y0: float, y1: float, sag: float, pennants: bool) -> None:
    """Draw a string of pennants, or of light bulbs, from edge to edge."""
    t = np.linspace(-0.03, 1.03, 29)
    rope = p.cols(t, y0 + (y1 - y0) * t + sag * (1 - (2 * t - 1) ** 2))
    p.stroke(img, rope, (70, 62, 70), 0.005)
    start = int(rng.random() * len(_BRIGHT))
    for k in range(1, 28, 2):
        (ax, ay), (bx, by) = rope[k].tolist(), rope[k + 1].tolist()
        if pennants:
            tip = ((ax + bx) / 2, (ay + by) / 2 + 0.06 * min(img.shape[:2]) / img.shape[0])
            p.poly(img, ((ax, ay), (bx, by), tip), _BRIGHT[(start + k // 2) % len(_BRIGHT)])
        else:
            p.glow(img, ax, ay + 0.01, 0.028, _BULB, 0.7)
            p.disc(img, ax, ay + 0.01, 0.011, (255, 232, 130))
