"""The scene of a children's playground."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_PAINTS: tuple[p.Colour, ...] = (
    (226, 58, 54), (250, 190, 44), (46, 122, 208), (70, 172, 92), (244, 128, 44), (146, 88, 190), (236, 104, 160),
)  # fmt: skip
_WOOD: p.Colour = (176, 122, 74)
_SAND: p.Colour = (238, 212, 154)


def playground(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a playground: a slide at one side, swings at the other, a climbing frame, a sandpit, and trees behind."""
    r = rng.random(8).tolist()
    base, v = 0.6 + 0.03 * r[0], min(h, w) / h
    img = p.fair_sky(rng, h, w, base, warm=r[1] < 0.2)
    grass = p.vary(rng, p.pick(rng, ((118, 176, 82), (104, 164, 92), (138, 178, 80))), 8)
    p.ground(img, p.ridge(rng, base - 0.08 * v, 0.05 * v, 1.2), p.mix(grass, p.HAZE, 0.4), p.mix(grass, p.HAZE, 0.3))
    count = round(8 * max(1.0, w / h))
    for k in range(count):
        a, b, c = rng.random(3).tolist()
        leaf = p.mix(p.darker(grass, 0.12 + 0.2 * c), p.HAZE, 0.12)
        p.tree(img, rng, (k + a) / count, base + 0.02, 0.2 + 0.14 * b, leaf)
    paints = [_PAINTS[k] for k in rng.permutation(len(_PAINTS)).tolist()]
    if r[2] < 0.6:
        _fence(img, base + 0.03 * v, paints if r[2] < 0.3 else [(250, 246, 236)])
    line = np.array([(-0.03, base + 0.02 * v), (1.03, base + 0.02 * v)])
    p.ground(img, line, p.lighter(grass, 0.1), p.darker(grass, 0.16))
    p.mottle(img, rng, base + 0.02 * v, 1, 0.1)
    floor = p.vary(rng, p.pick(rng, (_SAND, (214, 140, 112), (200, 192, 184), (222, 196, 150))), 8)
    unit = max(w / h, 1) ** 0.5
    p.oval(img, 0.5, 0.81, 0.56 * unit, 0.17 / v**0.5, p.darker(grass, 0.3))
    p.oval(img, 0.5, 0.805, 0.55 * unit, 0.162 / v**0.5, p.lighter(floor, 0.2))
    p.oval(img, 0.5, 0.81, 0.54 * unit, 0.158 / v**0.5, floor)
    side = p.pick(rng, (-1, 1))
    out = 0.5 * (1 - (min(h, w) / w) ** 0.5)  # wide pictures have their things nearer to the edges
    _dome(Spot(img, 0.5 + side * (0.06 - 0.08 * r[3]), base + 0.08 * v, 0.25), paints[4:])
    _swings(Spot(img, 0.5 - side * (0.28 + 0.03 * r[4] + 0.3 * out), base + 0.13 * v, 0.42), paints[2], rng)
    at = Spot(img, 0.5 + side * (0.28 + 0.04 * r[5] + 0.4 * out), base + 0.22 * v, 0.44 + 0.04 * r[6], -side)
    _slide(at, paints[0], paints[1], paints[3])
    _sandpit(Spot(img, 0.5 - side * (0.36 + 0.6 * out), 0.94, 0.34, side), rng, paints[4])
    return img


def _fence(img: np.ndarray, foot: float, paints: list[p.Colour]) -> None:
    """Draw a low fence of pointed boards from edge to edge."""
    h, w = img.shape[:2]
    u, v = 0.034 * min(h, w) / w, 0.08 * min(h, w) / h
    for y in (0.3, 0.75):
        p.box(img, -0.02, foot - y * v, 1.02, foot - (y - 0.14) * v, (196, 178, 150))
    for k in range(int(1 / u) + 2):
        x, c = k * u, paints[k % len(paints)]
        outline = (
            (x, foot),
            (x, foot - v),
            (x + 0.35 * u, foot - 1.25 * v),
            (x + 0.7 * u, foot - v),
            (x + 0.7 * u, foot),
        )
        p.poly(img, outline, p.darker(c, 0.06))
        p.poly(img, (*outline[2:], (x + 0.35 * u, foot)), p.darker(c, 0.2))


def _dome(at: Spot, paints: list[p.Colour]) -> None:
    """Draw a climbing dome of bars, one unit tall and twice as wide."""
    at.shadow(0, 0, 0.9, 0.1, 0.35)
    t = np.pi * p.steps(17)
    for k, reach in enumerate((0.86, 0.46)):
        at.line(p.cols(reach * np.cos(t), -0.9 * np.sin(t) - 0.06), p.darker(paints[k % 3], 0.35), 0.05)
    for y in (0.28, 0.56, 0.8):
        half = float(np.sqrt(1 - y * y))
        bow = p.cols(half * np.cos(t), -y * 0.94 + 0.1 * half * np.sin(t))
        at.line(bow, paints[2], 0.055)
    for k, reach in enumerate((1.0, 0.62, 0.2)):
        for way in (-1, 1):
            c = paints[k % 2]
            at.line(p.cols(way * reach * np.cos(t[:9]), -0.98 * np.sin(t[:9]) + 0.1 * (1 - reach)), c, 0.06)
    at.oval(0, -0.97, 0.08, 0.07, paints[2])


def _swings(at: Spot, paint: p.Colour, rng: Rng) -> None:
    """Draw two swings that hang from a frame, about one unit tall."""
    at.shadow(0, 0.0, 0.6, 0.05, 0.35)
    dark = p.darker(paint, 0.35)
    for x in (-0.48, 0.48):
        at.line(((x, -0.98), (x - 0.1, -0.06)), dark, 0.045)
        at.line(((x, -0.98), (x + 0.1, 0.03)), paint, 0.055)
        at.line(((x - 0.05, -0.4), (x + 0.05, -0.4)), paint, 0.035)
    for x in (-0.2, 0.2):
        sway = 0.34 * (rng.random() - 0.5)
        seat = p.pick(rng, _PAINTS)
        for d in (-0.1, 0.1):
            at.line(((x + d, -0.98), (x + d + sway, -0.28 + 0.1 * abs(sway))), (84, 84, 92), 0.02)
        y = -0.29 + 0.1 * abs(sway)
        at.shadow(x + sway, 0.01, 0.13, 0.025, 0.4)
        at.box(x + sway - 0.14, y, x + sway + 0.14, y + 0.06, p.darker(seat, 0.3), 0.02)
        at.box(x + sway - 0.14, y - 0.015, x + sway + 0.14, y + 0.035, seat, 0.02)
    at.line(((-0.52, -0.98), (0.52, -0.98)), dark, 0.075)
    at.line(((-0.52, -0.99), (0.52, -0.99)), paint, 0.055)


def _slide(at: Spot, chute: p.Colour, roof: p.Colour, rail: p.Colour) -> None:
    """Draw a slide that runs down to the right from a roofed tower with a ladder, one and a quarter units tall."""
    at.shadow(-0.1, 0, 0.5, 0.05, 0.4)
    at.shadow(0.4, 0.0, 0.3, 0.035, 0.4)
    wood, deck = _WOOD, -0.6
    for x in (-0.3, 0.0):
        at.line(((x + 0.06, -1.0), (x + 0.06, -0.04)), p.darker(wood, 0.42), 0.05)
    at.box(-0.36, deck - 0.26, 0.03, deck, p.darker(rail, 0.35))
    for x in (-0.36, 0.0):
        at.line(((x, -1.0), (x, 0.02)), wood, 0.06)
        at.line(((x - 0.015, -1.0), (x - 0.015, 0.02)), p.lighter(wood, 0.25), 0.018)
    at.box(-0.41, deck - 0.02, 0.06, deck + 0.05, p.darker(wood, 0.2))
    for x in (-0.3, -0.19, -0.08):
        at.box(x, deck - 0.26, x + 0.06, deck, rail, 0.02)
    at.box(-0.38, deck - 0.29, 0.02, deck - 0.23, p.lighter(rail, 0.2), 0.02)
    at.poly(((-0.5, -0.98), (-0.2, -1.32), (0.14, -0.98)), roof)
    at.poly(((-0.1, -0.98), (-0.2, -1.32), (0.14, -0.98)), p.darker(roof, 0.22))
    at.box(-0.5, -1.0, 0.14, -0.95, p.darker(roof, 0.32), 0.02)
    for dx in (0.07, 0.0):
        at.line(((-0.42 + dx, deck - 0.1), (-0.7 + dx, 0.02)), p.darker(rail, 0.3 if dx else 0.0), 0.045)
    for k in range(5):
        t = (k + 0.7) / 5.6
        x, y = -0.42 - 0.28 * t, deck - 0.1 + t * 0.68
        at.line(((x - 0.02, y), (x + 0.12, y)), p.lighter(rail, 0.25), 0.035)
    along = p.steps(15)
    path = p.cols(0.02 + 0.66 * along, deck + 0.55 * (0.5 - 0.5 * np.cos(np.pi * along**0.92)))
    lip = np.concatenate([path, [(0.8, deck + 0.55)]])
    at.line(((0.42, -0.25), (0.42, 0.0)), p.darker(wood, 0.3), 0.05)
    band = np.concatenate([lip - (0, 0.1), lip[::-1] + (0, 0.04)])
    at.poly(band + (0.03, -0.05), p.darker(chute, 0.35))
    at.poly(np.concatenate([lip - (0, 0.06), lip[::-1]]), p.lighter(chute, 0.35))
    at.poly(np.concatenate([lip - (0, 0.03), lip[::-1] + (0, 0.06)]), chute)
    at.line(lip - (0, 0.02), p.lighter(chute, 0.3), 0.025)


def _sandpit(at: Spot, rng: Rng, paint: p.Colour) -> None:
    """Draw a sandpit with a wooden frame, one unit wide, with a bucket, a spade and a castle of sand."""
    wood = p.vary(rng, _WOOD, 12)
    at.poly(((-0.62, 0.26), (0.62, 0.26), (0.5, -0.26), (-0.5, -0.26)), p.darker(wood, 0.4))
    at.poly(((-0.62, 0.2), (0.62, 0.2), (0.5, -0.3), (-0.5, -0.3)), p.lighter(wood, 0.15))
    at.poly(((-0.52, 0.13), (0.52, 0.13), (0.43, -0.24), (-0.43, -0.24)), p.darker(_SAND, 0.3))
    at.poly(((-0.52, 0.13), (0.52, 0.13), (0.45, -0.18), (-0.45, -0.18)), _SAND)
    for x, y, s in ((-0.14, -0.02, 0.24), (0.06, -0.04, 0.2), (-0.04, 0.05, 0.18)):
        tower = at.spot(x, y, s)
        tower.oval(0, 0, 0.5, 0.14, p.darker(_SAND, 0.2))
        tower.poly(((-0.42, 0), (-0.3, -0.8), (0.3, -0.8), (0.42, 0)), p.darker(_SAND, 0.06))
        tower.poly(((0.1, 0), (0.1, -0.8), (0.3, -0.8), (0.42, 0)), p.darker(_SAND, 0.22))
        tower.oval(0, -0.8, 0.3, 0.1, p.lighter(_SAND, 0.35))
    bucket = at.spot(0.3, 0.06, 0.24)
    bucket.oval(0, 0, 0.36, 0.12, p.darker(paint, 0.3))
    bucket.poly(((-0.5, -0.8), (0.5, -0.8), (0.36, 0.02), (-0.36, 0.02)), paint)
    bucket.poly(((0.14, -0.8), (0.5, -0.8), (0.36, 0.02), (0.1, 0.02)), p.darker(paint, 0.18))
    bucket.oval(0, -0.8, 0.5, 0.16, p.lighter(paint, 0.35))
    bucket.oval(0, -0.8, 0.4, 0.11, p.darker(paint, 0.35))
