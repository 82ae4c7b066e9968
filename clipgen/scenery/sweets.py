"""The scene of a land of sweets."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_SWEETS: tuple[p.Colour, ...] = (
    (240, 84, 110), (255, 190, 70), (110, 206, 170), (120, 170, 240), (190, 130, 226), (255, 140, 80),
)  # fmt: skip
_ICING: p.Colour = (255, 250, 246)
_GINGER: p.Colour = (188, 114, 60)


def candy_land(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw pink hills with icing, lollipops for trees, candy canes and a gingerbread house."""
    r = rng.random(8).tolist()
    base, side = 0.58 + 0.04 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    high, low = p.pick(
        rng,
        (((126, 196, 240), (255, 226, 240)), ((178, 164, 240), (255, 220, 226)), ((120, 214, 220), (255, 240, 220))),
    )
    img = p.gradient(h, w, ((0, p.vary(rng, high, 8)), (base, low), (1, low)))
    for n in range(round(3 / k)):
        a, b = rng.random(2).tolist()
        fluff = p.pick(rng, ((255, 206, 228), (255, 244, 250), (222, 212, 255)))
        p.puff(
            img,
            rng,
            (n + 0.2 + 0.6 * a) * k / 3,
            (0.08 + 0.18 * b) * v**0.4,
            0.13 + 0.05 * b,
            fluff,
            p.darker(fluff, 0.1),
        )
    pinks = p.pick(
        rng,
        (
            ((186, 160, 230), (255, 160, 196), (255, 186, 208)),
            ((160, 220, 204), (250, 142, 180), (255, 176, 202)),
            ((255, 206, 150), (226, 150, 216), (250, 182, 216)),
        ),
    )
    start = int(rng.random() * len(_SWEETS))
    sweets = [_SWEETS[(start + n) % len(_SWEETS)] for n in range(len(_SWEETS))]
    _iced(img, rng, p.ridge(rng, base - 0.17 * v, 0.09 * v, 1.3), pinks[0], 0.045 * v)
    for n in range(4):
        a, b = rng.random(2).tolist()
        x = 0.5 + (side if n % 2 else -side) * (0.08 + 0.11 * n + 0.05 * a) * k**0.6
        _lollipop(
            Spot(img, x, base - 0.01 * v, 0.24 + 0.08 * b), p.lighter(sweets[n], 0.25), p.lighter(sweets[n], 0.75)
        )
    hill = p.ridge(rng, base - 0.05 * v, 0.06 * v, 1.2)
    _iced(img, rng, hill, pinks[1], 0.055 * v)
    if r[6] < 0.5:
        _lollipop(Spot(img, 0.5 - side * (0.5 - 0.06 * k), base + 0.06 * v, 0.6), sweets[3], _ICING)
    house = 0.5 - side * (0.5 - (0.25 + 0.04 * r[7]) * k)
    _gingerbread(Spot(img, house, base + 0.085 * v, 0.38 + 0.04 * r[1], side), rng, sweets)
    meadow = p.ridge(rng, base + 0.09 * v, 0.012 * v, 1.0)
    p.ground(img, meadow, p.lighter(pinks[2], 0.16), p.darker(pinks[2], 0.08))
    p.mottle(img, rng, base + 0.12 * v, 1, 0.06)
    _biscuit_path(img, base + 0.09 * v, house + side * 0.03 * k, k)
    _lollipop(Spot(img, 0.5 + side * (0.5 - 0.14 * k), base + 0.15 * v, 0.56 + 0.06 * r[2]), sweets[0], _ICING)
    _lollipop(
        Spot(img, 0.5 + side * (0.5 - 0.31 * k), base + 0.1 * v, 0.34 + 0.06 * r[3]),
        sweets[1],
        p.lighter(sweets[1], 0.65),
    )
    for way, inward, size in ((-side, 0.13, 0.29 + 0.03 * r[4]), (side, 0.05, 0.3 + 0.06 * r[5])):
        at = Spot(img, 0.5 + way * (0.5 - inward * k), base + 0.32 * v**0.6, size, side)
        _cane(at, p.pick(rng, ((226, 44, 60), (226, 44, 60), (236, 70, 130))))
    for n in range(6):
        a, b = rng.random(2).tolist()
        way = side if n % 2 else -side
        x = 0.5 + way * (0.5 - (0.05 + 0.03 * n + 0.03 * a) * k)
        _gumdrop(Spot(img, x, base + (0.3 - 0.025 * n + 0.06 * b) * v**0.6, 0.075 + 0.03 * b), sweets[n])
    return img


def _iced(img: np.ndarray, rng: Rng, line: np.ndarray, colour: p.Colour, deep: float) -> None:
    """Draw a hill below a ridge line, with icing that has run down from its top in round drops."""
    p.ground(img, line, colour, p.lighter(colour, 0.25))
    k = min(img.shape[:2]) / img.shape[1]
    count = round(13 / k)
    xs = np.linspace(-0.03, 1.03, 14 * count)
    ys = np.interp(xs, line[:, 0], line[:, 1])
    place = (xs + 0.03) / 1.06 * count
    drops = 0.35 + 0.9 * rng.random(count + 1)
    round_ends = np.sqrt(np.clip(1 - (2 * (place % 1) - 1) ** 2, 0, 1))
    edge = ys + deep * (0.3 + round_ends * drops[place.astype(int)])
    p.poly(img, np.concatenate([p.cols(xs, ys), p.cols(xs, edge + 0.14 * deep)[::-1]]), p.darker(colour, 0.14))
    p.poly(img, np.concatenate([p.cols(xs, ys - 0.1 * deep), p.cols(xs, edge)[::-1]]), _ICING)


def _lollipop(at: Spot, one: p.Colour, two: p.Colour) -> None:
    """Draw a lollipop with a spiral of two colours on a stick, one unit tall."""
    at.shadow(0, 0, 0.16, 0.03, 0.3)
    at.box(-0.03, -0.6, 0.03, 0.01, (252, 248, 244))
    at.box(0.008, -0.6, 0.03, 0.01, (216, 206, 214))
    r, y = 0.29, -0.71
    at.oval(0, y, r + 0.016, r + 0.016, p.darker(one, 0.18))
    at.oval(0, y, r, r, two)
    t = r * p.steps(14)
    turn = 4.2 * p.steps(14)
    for n in range(5):
        a, b = 2 * np.pi * n / 5 + turn, 2 * np.pi * (n + 0.5) / 5 + turn
        rim = np.linspace(a[-1], b[-1], 6)
        sector = (
            p.cols(t * np.cos(a), y + t * np.sin(a)),
            p.cols(r * np.cos(rim), y + r * np.sin(rim)),
            p.cols(t * np.cos(b), y + t * np.sin(b))[::-1],
        )
        at.poly(np.concatenate(sector), one)
    at.glow(-0.1, y - 0.12, 0.09, (255, 255, 255), 0.6)
    at.oval(-0.12, y - 0.14, 0.05, 0.035, (255, 255, 255))


def _cane(at: Spot, red: p.Colour) -> None:
    """Draw a candy cane with stripes, one unit tall, with its hook to the left."""
    at.shadow(0, 0, 0.2, 0.035, 0.3)
    arc = np.pi * p.steps(15)
    middle = np.concatenate(
        [
            p.cols(np.zeros(20), np.linspace(0.02, -0.78, 20)),
            p.cols(-0.19 + 0.19 * np.cos(arc), -0.8 - 0.19 * np.sin(arc)),
        ]
    )
    middle = np.concatenate([middle, p.cols(np.full(3, -0.38), np.linspace(-0.77, -0.68, 3))])
    way = np.gradient(middle, axis=0)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.linalg.norm(way, axis=1)[:, None] * 0.062
    left, right = middle - across, middle + across
    at.poly(np.concatenate([left + (0.015, 0.01), right[::-1] + (0.015, 0.01)]), (190, 150, 166))
    at.poly(np.concatenate([left, right[::-1]]), (255, 252, 250))
    for n in range(0, len(middle) - 4, 4):
        at.poly(np.array([left[n], left[n + 2], right[n + 4], right[n + 2]]), red)
    at.line(middle - 0.55 * across, (255, 255, 255), 0.012)


def _gumdrop(at: Spot, colour: p.Colour) -> None:
    """Draw a sugared gumdrop, one unit wide."""
    at.shadow(0, 0, 0.6, 0.16, 0.35)
    turn = np.pi * p.steps(17)
    bell = np.concatenate([[(-0.5, 0.0)], p.cols(-0.42 * np.cos(turn), -0.3 - 0.5 * np.sin(turn)), [(0.5, 0.0)]])
    at.poly(np.concatenate([bell, p.cols(0.5 * np.cos(turn), 0.1 * np.sin(turn))]), p.darker(colour, 0.12))
    at.poly(bell * (0.8, 0.92) + (-0.05, -0.02), p.lighter(colour, 0.14))
    at.oval(-0.16, -0.5, 0.12, 0.16, p.lighter(colour, 0.65))


def _biscuit_path(img: np.ndarray, top: float, x: float, k: float) -> None:
    """Draw a path of biscuit with edges of icing, from the house to the viewer."""
    t = p.steps(20)
    ys, half = top + (1.03 - top) * t, (0.05 + 0.2 * t**1.3) * k
    middle = x + (0.5 - x) * t**0.8
    p.poly(img, p.both_sides(middle, half + 0.022 * k, ys), _ICING)
    p.poly_gradient(img, p.both_sides(middle, half, ys), (240, 204, 150), (226, 176, 116))


def _gingerbread(at: Spot, rng: Rng, sweets: list[p.Colour]) -> None:
    """Draw a gingerbread house with icing and sweets, one unit wide."""
    at.shadow(0, 0.02, 0.6, 0.06, 0.35)
    at.box(0.16, -0.98, 0.28, -0.6, p.darker(_GINGER, 0.2))
    at.box(0.13, -1.0, 0.31, -0.93, _ICING, 0.03)
    at.shaded(
        ((-0.42, 0.02), (-0.42, -0.44), (0, -0.94), (0.42, -0.44), (0.42, 0.02)), p.lighter(_GINGER, 0.12), _GINGER
    )
    for way in (-1, 1):
        at.box(way * 0.4 - 0.035, -0.46, way * 0.4 + 0.035, 0.02, _ICING)
        for n in range(5):
            y = -0.04 - 0.09 * n
            at.poly(
                (
                    (way * 0.4 - 0.035, y),
                    (way * 0.4 + 0.035, y - 0.05),
                    (way * 0.4 + 0.035, y - 0.09),
                    (way * 0.4 - 0.035, y - 0.04),
                ),
                (226, 44, 60),
            )
        eave = np.array([(way * 0.55, -0.36), (0.0, -1.04)])
        at.line(eave * (0.84, 1) + (0, 0.06), p.darker(_GINGER, 0.35), 0.06)
        at.line(eave, _ICING, 0.12)
        for n in range(6):
            u = (n + 0.4) / 6
            x, y = way * 0.55 * (1 - u), -0.36 - 0.68 * u
            at.oval(x, y + 0.07, 0.045, 0.055 + 0.02 * (n % 2), _ICING)
            at.oval(x, y, 0.036, 0.036, sweets[n % len(sweets)])
    at.box(-0.13, -0.4, 0.13, 0.02, _ICING, 0.05)
    door = p.pick(rng, sweets)
    at.box(-0.1, -0.37, 0.1, 0.02, p.darker(door, 0.12), 0.04)
    at.oval(0.055, -0.16, 0.02, 0.02, (255, 240, 180))
    at.oval(-0.0, -0.28, 0.04, 0.04, p.lighter(door, 0.5))
    for x in (-0.26, 0.26):
        at.box(x - 0.095, -0.36, x + 0.095, -0.13, _ICING, 0.03)
        at.box(x - 0.07, -0.335, x + 0.07, -0.155, (255, 224, 120))
        at.line(((x, -0.34), (x, -0.15)), _ICING, 0.02)
        at.line(((x - 0.07, -0.245), (x + 0.07, -0.245)), _ICING, 0.02)
    at.oval(0, -0.62, 0.105, 0.105, _ICING)
    at.oval(0, -0.62, 0.08, 0.08, (255, 224, 120))
    at.line(((0, -0.7), (0, -0.54)), _ICING, 0.02)
    at.line(((-0.08, -0.62), (0.08, -0.62)), _ICING, 0.02)
    for n in range(9):
        at.oval(-0.44 + 0.11 * n, 0.02, 0.07, 0.035, _ICING)
