"""The scene of a slope for skiing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_SUITS: tuple[p.Colour, ...] = (
    (226, 48, 52), (250, 190, 40), (40, 120, 220), (240, 110, 40), (150, 60, 170), (40, 160, 110),
)  # fmt: skip
_SNOW: p.Colour = (248, 250, 255)
_BLUE: p.Colour = (176, 200, 236)


@dataclass(frozen=True)
class _Course:
    """Where a piste runs, from the summit at t = 0 to the viewer at t = 1.

    summit: its height in the picture; k: how wide a length of 1 is, as a part of the width; bend: how far it curves.
    """

    summit: float
    k: float
    bend: float

    def band(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The middle and the half width of the piste."""
        middle = 0.5 + self.k**0.5 * (0.07 * (1 - t) ** 1.5 - self.bend * np.sin(2 * np.pi * t**0.8))
        return middle, (0.035 + 0.46 * t**1.25) * self.k**0.5

    def at(self, t: float, across: float, beside: float = 0.0) -> tuple[float, float]:
        """A place on the piste, from across = -1 at its left edge to 1, or beside it by a length."""
        middle, half = (float(q[0]) for q in self.band(np.array([t])))
        return middle + across * half + beside * self.k, self.summit + (1.03 - self.summit) * t


def ski_slope(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a ski slope: a piste with tracks and gates, firs deep in snow, a chairlift, and mountains behind."""
    r = rng.random(10).tolist()
    k, v = min(h, w) / w, min(h, w) / h
    base = 0.46 + 0.03 * r[0]
    summit = base - (0.12 + 0.05 * r[6]) * v
    top, low = p.pick(
        rng, (((44, 116, 216), (188, 222, 248)), ((70, 144, 226), (222, 238, 250)), ((60, 104, 190), (250, 222, 200)))
    )
    img = p.gradient(h, w, ((0, p.vary(rng, top, 10)), (base, low), (1, low)))
    if r[1] < 0.5:
        p.sun(img, 0.16 + 0.1 * r[2], 0.12, 0.045, (255, 250, 220), (255, 244, 200))
    for a, b in rng.random((2, 2)).tolist():
        p.puff(img, rng, a, base * (0.15 + 0.3 * b), 0.1 + 0.08 * b)
    rock = p.vary(rng, p.pick(rng, ((104, 122, 158), (122, 116, 148), (96, 132, 160))), 8)
    for n, x in enumerate((0.96, 0.1, 0.4)):
        tip = base - (0.3 + 0.1 * r[3 + n % 2] - 0.04 * (n == 2)) * v
        p.peak(img, rng, x + 0.1 * (r[4 + n % 2] - 0.5), tip, base + 0.05, 0.38 * k, p.mix(rock, low, 0.25), _SNOW)
    for a, b in rng.random((round(7 / k), 2)).tolist():
        p.pine(img, 0.5 * a - 0.03, base + 0.02 * b * v, 0.08 + 0.05 * b, (88, 124, 142), p.mix(_SNOW, _BLUE, 0.4))
    course = _Course(summit, k, 0.02 + 0.09 * r[8])
    _hill(img, rng, base, summit)
    _piste(img, rng, course)
    lodge = r[2] < 0.45
    _firs(img, rng, course, lodge)
    if lodge:
        _chalet(Spot(img, 0.15 * k, base + 0.2 * v, 0.31 + 0.06 * r[5]), rng)
    _chairlift(img, rng, base, summit, k, v)
    _gates(img, course)
    for n in range(2):
        x, y = course.at(0.24 + 0.14 * n + 0.04 * r[6 + n], 0.3 - 0.7 * n)
        _skier(Spot(img, x, y, 0.075 + 0.05 * n, (1, -1)[n]), p.pick(rng, _SUITS))
    return img if r[9] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _hill(img: np.ndarray, rng: Rng, base: float, summit: float) -> None:
    """Draw the white hill that rises to the summit at one side, its far flank in blue shade."""
    x = np.linspace(-0.03, 1.03, 40)
    rise = np.clip((x - 0.02) / 0.55, 0, 1)
    fall = np.clip((x - 0.57) / 0.6, 0, 1)
    ys = base - (base - summit) * (rise**1.5 - 0.5 * fall**1.3) + 0.004 * np.sin(19 * x + 6 * rng.random())
    p.ground(img, p.cols(x, ys), p.mix(_SNOW, _BLUE, 0.55), p.mix(_SNOW, _BLUE, 0.3))
    p.stroke(img, p.cols(x, ys + 0.004), _SNOW, 0.012)
    p.mottle(img, rng, base - 0.02, 1, 0.07, (5, 4))


def _piste(img: np.ndarray, rng: Rng, course: _Course) -> None:
    """Draw a groomed piste and the curved tracks of skis on it."""
    t = p.steps(60)
    ys = course.summit + (1.03 - course.summit) * t
    middle, half = course.band(t)
    p.poly(img, p.both_sides(middle, half + (0.004 + 0.03 * t) * course.k, ys), p.mix(_SNOW, _BLUE, 0.9))
    p.poly_gradient(img, p.both_sides(middle, half, ys), p.mix(_SNOW, _BLUE, 0.1), _SNOW)
    for n, (a, b) in enumerate(rng.random((4, 2)).tolist()):
        lane = (-0.7, 0.68, -0.34, 0.36)[n]
        wave = lane + (0.14 + 0.08 * a) * np.sin(2 * np.pi * (2.6 + 1.2 * b) * np.sqrt(t + 0.02) + 6 * b)
        for side in (-1, 1):
            line = p.cols(middle + half * (wave + 0.022 * side), ys)
            p.stroke(img, line[10:32], p.mix(_SNOW, _BLUE, 0.6), 0.003)
            p.stroke(img, line[31:], p.mix(_SNOW, _BLUE, 0.7), 0.007)


def _chairlift(img: np.ndarray, rng: Rng, base: float, summit: float, k: float, v: float) -> None:
    """Draw the pylons and ropes of a chairlift that climbs to the summit at one side, with skiers on its chairs."""
    near, far = np.array((1 - 0.11 * k, base + 0.23 * v)), np.array((0.5 + 0.12 * k**0.5, summit + 0.03 * v))
    tall, shares = 0.52, (0.0, 0.5, 0.78)
    feet = [(near + (far - near) * s).tolist() for s in shares]
    spots = [Spot(img, x, y, tall * (1 - 0.9 * s)) for (x, y), s in zip(feet, shares, strict=True)]
    ropes = []
    for side in (-1, 1):
        heads = [spot.at(side * 0.18, -1.0) for spot in spots]
        slope = np.array(heads[0]) - np.array(heads[1])
        rope = np.array([tuple(np.array(heads[0]) + 5 * slope), *heads, (float(far[0]), float(far[1]) - 0.01)])
        ropes.append(rope)
        p.stroke(img, rope, (64, 72, 92), 0.006)
    for spot in reversed(spots):
        _pylon(spot)
    first = int(6 * rng.random())
    for n, (side, share) in enumerate(((1, 2.5), (0, 1.8), (1, 1.45))):
        rope, whole = ropes[side], int(share)
        x, y = (rope[whole] + (rope[whole + 1] - rope[whole]) * (share - whole)).tolist()
        at = Spot(img, x, y, 0.34 * tall * float(np.interp(share, (1, 2, 3), (1, 0.55, 0.3))))
        _chair(at, _SUITS[(n + first) % 6], _SUITS[(n + 2 + first) % 6])


def _pylon(at: Spot) -> None:
    """Draw a pylon, one unit tall, with its crossbeam."""
    steel = (92, 104, 126)
    at.shadow(0.05, 0, 0.2, 0.03, 0.3)
    at.poly(((-0.035, -1.02), (0.035, -1.02), (0.05, 0), (-0.05, 0)), steel)
    at.poly(((-0.035, -1.02), (-0.01, -1.02), (-0.015, 0), (-0.05, 0)), p.lighter(steel, 0.3))
    at.box(-0.23, -1.04, 0.23, -0.99, p.darker(steel, 0.2))
    for x in (-0.18, 0.18):
        at.box(x - 0.06, -1.0, x + 0.06, -0.96, (226, 64, 56))
    at.line(((-0.23, -1.05), (0.23, -1.05)), _SNOW, 0.025)
    at.oval(0, 0, 0.12, 0.035, _SNOW)


def _chair(at: Spot, one: p.Colour, two: p.Colour) -> None:
    """Draw a chair with two skiers that hangs from the spot, one unit tall."""
    at.line(((0, 0), (0, 0.3), (0.34, 0.34), (0.34, 0.72)), (60, 66, 82), 0.05)
    at.line(((0, 0.3), (-0.34, 0.34), (-0.34, 0.72)), (60, 66, 82), 0.05)
    for x, c in ((-0.16, one), (0.16, two)):
        at.box(x - 0.13, 0.45, x + 0.13, 0.76, c, 0.06)
        at.oval(x, 0.38, 0.095, 0.1, p.darker(c, 0.35))
        at.box(x - 0.1, 0.76, x + 0.1, 1.0, (52, 56, 76))
        at.line(((x - 0.16, 1.04), (x + 0.16, 1.0)), (240, 200, 60), 0.05)
    at.box(-0.38, 0.7, 0.38, 0.79, (60, 66, 82))


def _firs(img: np.ndarray, rng: Rng, course: _Course, far_only: bool) -> None:
    """Draw firs deep in snow beside a piste, the nearest ones tall if there are any, and fewer below the chairlift."""
    depths = ((0.1, (-1, 1)), (0.17, (-1, 1)), (0.25, (-1, 1)), (0.38, (-1,)), (0.52, (-1,)))
    for t, sides in depths[:3] if far_only else depths:
        for side in sides:
            a, b = rng.random(2).tolist()
            x, y = course.at(t, side, side * (0.05 + 0.06 * a + 0.25 * t))
            _fir(Spot(img, x, y + 0.01, (0.1 + 0.8 * t + 0.06 * b) * (1 if side < 0 else 0.6)), rng)


def _fir(at: Spot, rng: Rng) -> None:
    """Draw a fir whose branches bear thick snow, one unit tall."""
    green = p.vary(rng, (44, 98, 92), 10)
    at.shadow(0.06, 0.0, 0.3, 0.04, 0.3)
    at.box(-0.03, -0.12, 0.03, 0, (96, 66, 50))
    for n in range(4):
        half, foot, tip = 0.29 - 0.055 * n, -0.08 - 0.21 * n, -0.44 - 0.19 * n
        hem = [(half * x, foot + (0.03 if i % 2 else -0.02)) for i, x in enumerate(np.linspace(1, -1, 9).tolist())]
        at.poly(np.array([(0, tip), *hem]), p.darker(green, 0.12))
        at.poly(np.array([(0, tip), (0, foot - 0.02), *hem[5:]]), p.lighter(green, 0.1))
        for side, c in ((-1, _SNOW), (1, p.mix(_SNOW, _BLUE, 0.6))):
            x = side * half
            cap = (
                (0, tip - 0.02), (x * 0.55, tip + 0.5 * (foot - tip)), (x * 1.02, foot - 0.03),
                (x * 0.74, foot - 0.05), (x * 0.5, foot - 0.1), (x * 0.28, foot - 0.1), (0, foot - 0.18),
            )  # fmt: skip
            at.poly(cap, c)


def _chalet(at: Spot, rng: Rng) -> None:
    """Draw a wooden chalet with a thick roof of snow and lit windows, one unit wide."""
    wood = p.vary(rng, p.pick(rng, ((152, 92, 56), (126, 78, 54), (176, 112, 66))), 8)
    at.shadow(0.05, 0.02, 0.6, 0.06, 0.4)
    at.box(0.16, -0.98, 0.28, -0.6, (150, 96, 84))
    at.line(((0.14, -0.99), (0.3, -0.99)), _SNOW, 0.06)
    at.poly(((-0.42, -0.46), (0, -0.84), (0.42, -0.46), (0.42, 0), (-0.42, 0)), wood)
    for y in (-0.5, -0.4, -0.3, -0.2):
        at.line(((-0.42, y), (0.42, y)), p.darker(wood, 0.18), 0.014)
    at.box(-0.42, -0.13, 0.42, 0, (170, 166, 172))
    for x, y in ((-0.22, -0.2), (0.22, -0.2), (0, -0.52)):
        at.box(x - 0.115, y - 0.17, x + 0.115, y + 0.03, p.darker(wood, 0.45))
        at.box(x - 0.085, y - 0.145, x + 0.085, y, (255, 214, 112))
        at.line(((x, y - 0.145), (x, y)), p.darker(wood, 0.45), 0.02)
        at.line(((x - 0.11, y + 0.03), (x + 0.11, y + 0.03)), _SNOW, 0.03)
    at.box(-0.065, -0.25, 0.065, 0, p.darker(wood, 0.55))
    roof = ((-0.56, -0.37), (0, -0.86), (0.56, -0.37))
    at.line(tuple((x, y + 0.05) for x, y in roof), p.darker(wood, 0.5), 0.08)
    at.line(roof, p.mix(_SNOW, _BLUE, 0.5), 0.14)
    at.line(tuple((x, y - 0.02) for x, y in roof), _SNOW, 0.1)


def _gates(img: np.ndarray, course: _Course) -> None:
    """Draw the red and blue flags of a slalom, in turn at both sides of a piste."""
    for n, t in enumerate((0.12, 0.2, 0.3, 0.42)):
        c, side = ((226, 44, 52), (36, 96, 214))[n % 2], (-1, 1)[n % 2]
        at = Spot(img, *course.at(t, 0.84 * side), 0.06 + 0.26 * t, -side)
        at.shadow(0, 0, 0.2, 0.05, 0.3)
        at.line(((0, 0), (0, -1)), p.darker(c, 0.2), 0.07)
        at.poly(((0, -1), (0.55, -0.86), (0, -0.62)), c)


def _skier(at: Spot, suit: p.Colour) -> None:
    """Draw a skier in a turn, one unit tall."""
    at.shadow(0.05, 0.02, 0.4, 0.08, 0.4)
    for y in (0.0, 0.08):
        at.line(((-0.5, y - 0.06), (0.42, y), (0.52, y - 0.06)), (40, 44, 60), 0.06)
    at.line(((-0.02, -0.5), (0.16, -0.28), (-0.04, -0.02)), (48, 54, 84), 0.2)
    at.line(((0.02, -0.78), (-0.06, -0.48)), suit, 0.3)
    at.line(((0.04, -0.74), (0.3, -0.52)), p.darker(suit, 0.2), 0.12)
    at.line(((0.3, -0.54), (0.1, 0.02)), (60, 60, 70), 0.04)
    at.oval(0.1, -0.96, 0.13, 0.14, p.darker(suit, 0.4))
    at.oval(0.15, -0.93, 0.08, 0.07, (250, 214, 184))
