"""The scene of a market: rows of stalls with striped awnings and heaps of fruit or of spices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_AWNINGS: tuple[p.Colour, ...] = (
    (214, 62, 56), (52, 132, 92), (54, 108, 176), (236, 150, 48), (196, 74, 120), (120, 84, 168), (40, 146, 150),
)  # fmt: skip
_FRUITS: tuple[p.Colour, ...] = (
    (222, 54, 48), (250, 150, 40), (252, 212, 70), (140, 186, 62), (124, 62, 132), (236, 96, 54), (90, 150, 70),
    (240, 176, 100), (190, 40, 66),
)  # fmt: skip
_SPICES: tuple[p.Colour, ...] = (
    (236, 176, 40), (206, 74, 36), (168, 96, 48), (130, 140, 60), (226, 122, 40), (150, 44, 40), (238, 206, 130),
    (110, 74, 52),
)  # fmt: skip
_WOODS: tuple[p.Colour, ...] = ((164, 112, 68), (188, 138, 86), (134, 92, 62))
_BULB: p.Colour = (255, 222, 110)  # bright and warm enough to go on glowing at night
_FOOT, _TOP, _BACK, _HEM, _RIDGE = 0.37, 0.2, 0.1, -0.13, -0.56  # heights of a stall at depth 1, from the eye's
_NEAR, _FAR, _OUT = 0.3, 0.56, 0.27  # how far from the middle a counter begins and ends, and where its awning does


@dataclass(frozen=True)
class _Row:
    """A row of stalls along one side, -1 or 1, of an alley; how wide and how tall a length is in the picture."""

    img: np.ndarray
    eye: Depth
    side: int
    wide: float
    tall: float

    def at(self, dx: float, dy: float, z: float) -> tuple[float, float]:
        """Where a point of the row is seen, dx from the alley's middle."""
        return self.eye.at(self.side * dx * self.wide, dy * self.tall, z)

    def quad(self, one: tuple[float, float], two: tuple[float, float], z0: float, z1: float, colour: p.Colour) -> None:
        """Fill the strip along the view that reaches from one line (dx, dy) to another, between two depths."""
        p.poly(self.img, (self.at(*one, z0), self.at(*one, z1), self.at(*two, z1), self.at(*two, z0)), colour)


def market(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a market of fruit or of spices: an alley between stalls with striped awnings, old houses behind it."""
    r = rng.random(6).tolist()
    spices = r[0] < 0.4
    eye = Depth(0.5 + 0.08 * (r[1] - 0.5), 0.45 + 0.03 * r[2])
    side = min(h, w)
    wide, tall = (0.9 + 0.22 * r[5]) * (side / w) ** 0.5, (side / h) ** 0.5
    img = p.fair_sky(rng, h, w, eye.y, warm=spices or r[3] < 0.3)
    far = 2.9
    base = eye.y + _FOOT * tall / far
    if spices:
        _bazaar(img, rng, base)
    else:
        for k in range(7):
            wall, roof = p.mix(p.pick(rng, p.WALLS), p.HAZE, 0.15), p.mix(p.pick(rng, p.ROOFS), p.HAZE, 0.15)
            x, size = (k + 0.2 + 0.6 * rng.random()) / 7, 0.22 + 0.1 * rng.random()
            p.house(img, rng, x, base, size, wall, roof)
    paving = p.vary(rng, p.pick(rng, ((206, 186, 154), (186, 178, 170), (214, 176, 136), (176, 168, 172))), 8)
    p.box(img, -0.02, base - 0.005, 1.02, 1.02, paving)
    floor = [eye.at(a * wide, _FOOT * tall, z) for a, z in ((-4, far), (4, far), (4, 0.4), (-4, 0.4))]
    p.warped(img, p.boards(rng, paving, 72, 14, 0.86, 0.08), floor)
    colours = [_AWNINGS[k] for k in rng.permutation(len(_AWNINGS)).tolist()]
    wood = p.vary(rng, p.pick(rng, _WOODS), 8)
    for k in (-1, 1):
        at = Spot(img, *eye.at(k * (0.19 + 0.12 * r[4]) * wide, _FOOT * tall, 2.4), 0.19 * max(wide, tall))
        _stall(at, rng, colours[4 + (k > 0)], wood, spices)
    for row in (_Row(img, eye, -1, wide, tall), _Row(img, eye, 1, wide, tall)):
        a, b = (rng.random(2) * (0.09, 0.24)).tolist()
        for n, (z0, z1) in reversed(list(enumerate(((0.56 + a, 0.9 + b), (0.98 + b, 1.45 + b), (1.55 + b, 2.1))))):
            _counter(row, rng, z0, z1, wood, spices)
            _awning(row, z0, z1, colours[2 * n + (row.side > 0)] if n < 2 else colours[6], wood)
    return img


def _bazaar(img: np.ndarray, rng: Rng, base: float) -> None:
    """Draw a wall of pointed arches with a dome and a tower behind it."""
    stone = p.mix(p.vary(rng, p.pick(rng, ((226, 190, 140), (232, 208, 172), (214, 164, 122))), 8), p.HAZE, 0.1)
    tile = p.pick(rng, ((60, 150, 160), (70, 110, 170), (210, 160, 80)))
    at = Spot(img, 0.5 + 0.3 * (rng.random() - 0.5), base, 0.5)
    out = p.pick(rng, (-1, 1)) * 0.42
    at.box(out - 0.05, -0.86, out + 0.05, 0, p.darker(stone, 0.06))
    at.box(out + 0.012, -0.86, out + 0.05, 0, p.darker(stone, 0.2))
    at.box(out - 0.075, -0.78, out + 0.075, -0.74, p.darker(stone, 0.12))
    at.poly(((out - 0.065, -0.86), (out, -1.0), (out + 0.065, -0.86)), tile)
    at.box(-0.24, -0.52, 0.24, 0, p.darker(stone, 0.1))
    t = np.pi * p.steps(15)
    dome = p.cols(0.23 * np.cos(t), -0.5 - 0.2 * np.sin(t) ** 0.8 - 0.06 * np.sin(t) ** 8)
    at.poly(dome, tile)
    at.poly(np.concatenate([dome[:8], [(0.08, -0.5)]]), p.darker(tile, 0.2))
    at.line(((0, -0.74), (0, -0.84)), (230, 190, 90), 0.02)
    at.shaded(((-3, -0.44), (3, -0.44), (3, 0.02), (-3, 0.02)), p.lighter(stone, 0.12), p.darker(stone, 0.12))
    at.box(-3, -0.46, 3, -0.42, p.lighter(stone, 0.3))
    for k in range(-7, 8):
        at.poly(p.pointed(0.26 * k, 0.1, 0.02, -0.16, 0.16), p.lighter(stone, 0.25))
        at.poly(p.pointed(0.26 * k, 0.08, 0.02, -0.16, 0.13), p.darker(stone, 0.55))


def _counter(row: _Row, rng: Rng, z0: float, z1: float, wood: p.Colour, spices: bool) -> None:
    """Draw a stall's sloping counter between two depths, full of crates, before a dark back."""
    dim = 0.06 if row.side < 0 else 0.0
    row.quad((_FAR + 0.06, _RIDGE + 0.1), (_FAR + 0.06, _FOOT), z0, z1, p.darker(wood, 0.62))
    p.shadow(row.img, *row.at(_NEAR + 0.02, _FOOT, (z0 * z1) ** 0.5), 0.07 / z0, 0.014 / z0, 0.3)
    front, end = p.darker(wood, 0.12 + dim), p.darker(wood, 0.32)
    row.quad((_NEAR, _TOP), (_NEAR, _FOOT), z0, z1, front)
    for k in range(1, 3):
        y = _TOP + (_FOOT - _TOP) * k / 3
        row.quad((_NEAR, y), (_NEAR, y + 0.012), z0, z1, p.darker(front, 0.25))
    outline = (_NEAR, _TOP), (_FAR, _BACK), (_FAR, _FOOT), (_NEAR, _FOOT)
    p.poly(row.img, tuple(row.at(dx, dy, z0) for dx, dy in outline), end)
    row.quad((_NEAR, _TOP), (_FAR, _BACK), z0, z1, p.darker(wood, 0.3))
    kinds, crates = _SPICES if spices else _FRUITS, 3
    order = rng.permutation(len(kinds)).tolist()
    for k in reversed(range(crates)):
        a, b = (z0 * (z1 / z0) ** ((k + e) / crates) for e in (0.04, 0.96))
        if spices:
            _cone(row, a, b, p.vary(rng, kinds[order[k]], 10))
        else:
            _fruits(row, rng, a, b, kinds[order[k]])
        row.quad((_NEAR - 0.01, _TOP - 0.035), (_NEAR - 0.01, _TOP + 0.015), a, b, p.lighter(wood, 0.22))


def _fruits(row: _Row, rng: Rng, z0: float, z1: float, colour: p.Colour) -> None:
    """Draw a heap of fruit on a counter between two depths."""
    row.quad((_NEAR, _TOP - 0.02), (_FAR, _BACK - 0.02), z0, z1, p.darker(colour, 0.5))
    h, w = row.img.shape[:2]
    across, down = row.wide * w / min(h, w), row.tall * h / min(h, w)
    for n in reversed(range(4)):
        z = z0 + (z1 - z0) * (n + 0.5) / 4
        for k in reversed(range(4)):
            t = (k + 0.5 + 0.3 * (rng.random() - 0.5)) / 4
            heap = 0.055 * np.sin(np.pi * t) * np.sin(np.pi * (n + 0.5) / 4)
            x, y = row.at(_NEAR + (_FAR - _NEAR) * t, _TOP + (_BACK - _TOP) * t - 0.028 - heap, z)
            r, c = 0.038 / z, p.vary(rng, colour, 14)
            p.oval(row.img, x, y, r * across, r * down, p.darker(c, 0.3))
            p.oval(row.img, x - 0.005 / z, y - 0.006 / z, r * across * 0.82, r * down * 0.82, c)
            p.oval(row.img, x - 0.01 / z, y - 0.012 / z, r * across * 0.3, r * down * 0.3, p.lighter(c, 0.5))


def _cone(row: _Row, z0: float, z1: float, colour: p.Colour) -> None:
    """Draw a heaped cone of spice in a wide basket on a counter between two depths."""
    h, w = row.img.shape[:2]
    across, down = row.wide * w / min(h, w), row.tall * h / min(h, w)
    z, half = (z0 * z1) ** 0.5, min(0.12, 0.42 * (z1 - z0))
    x, y = row.at((_NEAR + _FAR) / 2 - 0.02, (_TOP + _BACK) / 2 + 0.01, z)
    u, v = half * row.wide / z, row.tall / z
    p.oval(row.img, x, y + 0.03 * v, half * across / z, 0.055 * down / z, (150, 112, 70))
    p.oval(row.img, x, y, half * across / z * 1.08, 0.06 * down / z, (196, 156, 104))
    t = np.pi * p.steps(9)
    foot = p.cols(x + 0.96 * u * np.cos(t), y + 0.046 * v * np.sin(t))
    tip = [(x - 0.16 * u, y - 0.15 * v), (x, y - 0.17 * v), (x + 0.16 * u, y - 0.15 * v)]
    p.poly(row.img, np.concatenate([foot, tip]), colour)
    p.poly(row.img, np.concatenate([foot[:4], [(x + 0.02 * u, y - 0.17 * v)], tip[2:]]), p.darker(colour, 0.2))
    p.poly(row.img, np.concatenate([foot[6:], [tip[0], (x - 0.02 * u, y - 0.16 * v)]]), p.lighter(colour, 0.16))


def _awning(row: _Row, z0: float, z1: float, colour: p.Colour, wood: p.Colour) -> None:
    """Draw a striped awning on posts over a stall between two depths, with a lamp below it."""
    for z in (z1, z0):
        a, b = row.at(_NEAR - 0.01, _HEM, z), row.at(_NEAR - 0.01, _FOOT, z)
        p.stroke(row.img, (a, b), p.darker(wood, 0.4), 0.022 / z)
    x, y = row.at(_NEAR + 0.06, _HEM + 0.09, (z0 * z1) ** 0.5)
    p.glow(row.img, x, y, 0.07 / z0, _BULB, 0.6)
    p.disc(row.img, x, y, 0.016 / z0, _BULB)
    stripes, cream = 6, (252, 244, 228)
    p.poly(row.img, (row.at(_FAR + 0.1, _RIDGE, z0), row.at(_OUT, _HEM, z0), row.at(_FAR + 0.1, _HEM, z0)),
           p.darker(colour, 0.4))  # fmt: skip
    for k in reversed(range(stripes)):
        a, b = (z0 * (z1 / z0) ** ((k + e) / stripes) for e in (0, 1))
        c = cream if k % 2 else colour
        row.quad((_FAR + 0.1, _RIDGE), (_OUT, _HEM), a, b, c)
        t = np.pi * p.steps(9)
        flap = [row.at(_OUT, _HEM + 0.03 + 0.025 * float(np.sin(s)), a + (b - a) * float(q))
                for s, q in zip(t, p.steps(9), strict=True)]  # fmt: skip
        p.poly(row.img, np.array([row.at(_OUT, _HEM, b), row.at(_OUT, _HEM, a), *flap]), p.darker(c, 0.14))


def _stall(at: Spot, rng: Rng, colour: p.Colour, wood: p.Colour, spices: bool) -> None:
    """Draw a stall that faces the viewer, one unit wide."""
    at.shadow(0, 0, 0.7, 0.08, 0.4)
    at.box(-0.48, -1.2, 0.48, 0, p.darker(wood, 0.6))
    at.box(-0.5, -0.5, 0.5, 0, p.darker(wood, 0.15))
    at.box(-0.5, -0.27, 0.5, -0.22, p.darker(wood, 0.35))
    kinds = _SPICES if spices else _FRUITS
    order = rng.permutation(len(kinds)).tolist()
    for k in range(4):
        c, x = kinds[order[k]], -0.36 + 0.24 * k
        if spices:
            at.poly(((x - 0.13, -0.48), (x - 0.02, -0.78), (x + 0.02, -0.78), (x + 0.13, -0.48)), c)
            at.poly(((x, -0.48), (x + 0.02, -0.78), (x + 0.13, -0.48)), p.darker(c, 0.2))
            continue
        for dx, dy in ((-0.06, 0), (0.06, 0), (0, -0.1)):
            at.oval(x + dx, -0.56 + dy, 0.07, 0.07, p.darker(c, 0.12))
            at.oval(x + dx - 0.015, -0.575 + dy, 0.045, 0.045, p.lighter(c, 0.12))
    at.box(-0.52, -0.52, 0.52, -0.44, p.lighter(wood, 0.15))
    for x in (-0.49, 0.49):
        at.line(((x, -1.2), (x, 0)), p.darker(wood, 0.35), 0.05)
    at.glow(0, -0.95, 0.22, _BULB, 0.6)
    at.oval(0, -0.95, 0.06, 0.06, _BULB)
    for k in range(8):
        a, b = -0.5 + k / 8, -0.5 + (k + 1) / 8
        c = colour if k % 2 else (252, 244, 228)
        at.poly(((a * 0.84, -1.5), (b * 0.84, -1.5), (b * 1.2, -1.16), (a * 1.2, -1.16)), c)
        at.oval((a + b) * 0.6, -1.17, 0.075, 0.08, p.darker(c, 0.12), 0, 180)
