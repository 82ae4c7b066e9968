"""The scene of a swamp."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

# light of the sky, mist and water of a kind of day
_LIGHTS: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((176, 188, 138), (212, 216, 168), (44, 66, 44)),
    ((150, 176, 160), (198, 214, 190), (36, 64, 56)),
    ((196, 186, 132), (228, 216, 166), (58, 66, 40)),
    ((128, 160, 140), (178, 202, 172), (28, 58, 46)),
)
_WEED: tuple[p.Colour, ...] = ((128, 158, 58), (112, 150, 66), (146, 160, 62))
_BULRUSH = (104, 66, 40)


def swamp(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a swamp: dark green water with duckweed under mist, crooked trees hung with moss, and reeds."""
    r = rng.random(8).tolist()
    base = 0.5 + 0.04 * r[0]
    v = min(h, w) / h
    sky, mist, water = p.pick(rng, _LIGHTS)
    img = p.gradient(h, w, ((0, p.darker(sky, 0.22)), (base * 0.7, p.mix(sky, mist, 0.7)), (base, mist), (1, mist)))
    p.glow(img, 0.5 + 0.3 * (r[1] - 0.5), base - 0.16, 0.3, p.lighter(mist, 0.5), 0.7)
    bark = p.vary(rng, p.pick(rng, ((84, 74, 58), (74, 76, 64), (92, 78, 66))), 6)
    moss = p.vary(rng, p.pick(rng, ((132, 146, 104), (116, 138, 96), (144, 146, 112))), 6)
    side = p.pick(rng, (-1, 1))
    for row, (count, pale, size) in enumerate(((8, 0.74, 0.42), (4, 0.5, 0.48))):
        for n, (a, b) in enumerate(rng.random((count, 2)).tolist()):
            foot = base + (0.006 + 0.016 * row) * v
            at = Spot(img, (n + a) / count, foot, size * (0.8 + 0.4 * b), 1 if a < 0.5 else -1)
            _tree(at, rng, p.mix(bark, mist, pale), p.mix(moss, mist, pale), row == 1)
        for n, (a, b) in enumerate(rng.random((11, 2)).tolist()):
            shade = p.mix((74, 98, 62), mist, pale - 0.06 * b)
            p.bush(img, rng, (n + a) / 11, base + 0.012, 0.08 + 0.06 * b, shade)
    p.reflect(img, rng, base + 0.012, water, 0.5, 0.012)
    _still(img, rng, base, mist, water)
    weed = p.vary(rng, p.pick(rng, _WEED), 6)
    _duckweed(img, rng, base, weed, v)
    places = ((0.43, 0.11, 0.95), (-0.42, 0.07, 0.8), (-0.24, 0.035, 0.62))
    for (dx, dy, size), (a, b) in list(zip(places, rng.random((3, 2)).tolist(), strict=True))[::-1]:
        facing = side if dx < 0 else -side
        x, y = 0.5 + side * (dx + 0.06 * (a - 0.5)), base + dy * (0.5 + 0.5 * v)
        at = Spot(img, x, y, size * (0.9 + 0.2 * b), facing)
        _tree(at, rng, p.mix(bark, mist, 0.3 - 0.3 * size), p.mix(moss, mist, 0.3 - 0.3 * size), True)
        _roots(at, rng, weed)
    _veil(img, rng, base, mist)
    if r[2] < 0.5:
        _log(Spot(img, 0.5 - side * (0.22 + 0.06 * r[3]), base + 0.2, 0.2 + 0.06 * r[4], side), bark, weed)
    for edge in (-1, 1):
        _reeds(img, rng, edge, p.mix(weed, (70, 104, 52), 0.5))
    return img


def _still(img: np.ndarray, rng: Rng, base: float, mist: p.Colour, water: p.Colour) -> None:
    """Darken the water towards the viewer, with a few pale streaks where it mirrors the sky."""
    h, w = img.shape[:2]
    a = round((base + 0.012) * h)
    shade = np.linspace(0.1, 0.86, h - a, dtype=np.float32)[:, None]
    p.blend(img[a:], np.broadcast_to(shade, (h - a, w)), water)
    p.ripples(img, rng, base + 0.02, 1, mist, 0.3, 0.3)


def _duckweed(img: np.ndarray, rng: Rng, base: float, weed: p.Colour, v: float) -> None:
    """Draw flat carpets of duckweed on the water, each with a lit upper edge and grains around it."""
    carpets = rng.random((14, 4)).tolist()
    for n, (a, b, c, d) in enumerate(carpets):
        depth = (n + b) / 14
        y = base + 0.03 + (0.96 - base) * depth**1.25
        x, wide = 1.1 * a - 0.05, (0.1 + 0.24 * depth) * (0.6 + 0.6 * c)
        flat = (0.01 + 0.036 * depth) * (0.6 + 0.5 * d) * (0.5 + 0.5 * v)
        tone = p.mix(p.darker(weed, 0.22), weed, c)
        for k, (e, f, g) in enumerate(rng.random((7, 3)).tolist()):
            cx, cy = x + wide * (k - 3) / 4, y + flat * (f - 0.5)
            p.oval(img, cx, cy + 0.004, wide * (0.3 + 0.25 * e), flat * (0.4 + 0.4 * g), p.darker(tone, 0.35))
            p.oval(img, cx, cy, wide * (0.3 + 0.25 * e), flat * (0.4 + 0.4 * g), tone)
        for e, f, g in rng.random((16, 3)).tolist():
            size = 0.003 + 0.007 * depth
            at = x + 2.6 * wide * (e - 0.5), y + 2.4 * flat * (f - 0.5)
            p.oval(img, *at, size * 1.5, size * 0.8, p.lighter(tone, 0.22) if g < 0.6 else tone)


def _veil(img: np.ndarray, rng: Rng, base: float, mist: p.Colour) -> None:
    """Blend low bands of mist over the water at the far bank."""
    h, w = img.shape[:2]
    ys = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / h
    band = np.exp(-(((ys - base - 0.02) / 0.06) ** 2))
    p.blend(img, np.clip(band * (0.2 + 0.7 * p.noise(rng, h, w, 6, 2)), 0, 0.75), p.lighter(mist, 0.15))


def _tree(at: Spot, rng: Rng, bark: p.Colour, moss: p.Colour, hung: bool) -> None:
    """Draw a crooked tree with a foot that widens in the water, bare arms, and moss that hangs from them."""
    r = rng.random(6).tolist()
    t = p.steps(14)
    bend = (0.03 + 0.05 * r[0]) * np.sin((2.2 + 1.2 * r[2]) * np.pi * t) + (0.1 * r[1] - 0.02) * t**2
    half = 0.03 + 0.035 * (1 - t) + 0.1 * np.exp(-t / 0.07)
    at.poly(p.both_sides(bend, half, -1.1 * t + 0.01), p.darker(bark, 0.25))
    at.poly(p.both_sides(bend - 0.3 * half, 0.6 * half, -1.1 * t + 0.01), bark)
    at.poly(p.both_sides(bend - 0.55 * half, 0.18 * half, -1.1 * t + 0.01), p.lighter(bark, 0.18))
    arms = ((0.42, 0.46, 0.22), (0.5, -0.34, 0.16), (0.68, 0.4, 0.14), (0.82, -0.3, 0.1))
    for n, (up, reach, rise) in enumerate(arms):
        a, b = rng.random(2).tolist()
        x0, y0 = float(np.interp(up, t, bend)), -1.1 * up
        long = reach * (0.75 + 0.4 * a)
        arm = np.array(
            [(x0, y0), (x0 + 0.35 * long, y0 - 0.3 * rise), (x0 + 0.6 * long, y0 - rise * (0.7 + 0.6 * b)),
             (x0 + long, y0 - 0.9 * rise)]
        )  # fmt: skip
        twig = arm[2] + np.array([(0, 0), (0.14 * long, -0.08), (0.18 * long, -0.17)])
        for limb, wide in ((arm, 0.036 - 0.004 * n), (arm[1:] + (0, 0.01), 0.02), (twig, 0.014)):
            taper = p.cols(np.zeros(len(limb)), wide * np.linspace(1, 0.12, len(limb)))
            at.poly(np.concatenate([limb - taper, (limb + taper)[::-1]]), p.darker(bark, 0.2))
        if hung:
            for k, (c, d) in enumerate(rng.random((4, 2)).tolist()):
                s = 0.3 + 0.7 * (k + c) / 4
                x, y = float(np.interp(s * 3, range(4), arm[:, 0])), float(np.interp(s * 3, range(4), arm[:, 1]))
                _moss(at.spot(x, y, 0.09 + 0.15 * d), d, p.mix(p.darker(moss, 0.25), p.lighter(moss, 0.1), c))


def _moss(at: Spot, shake: float, moss: p.Colour) -> None:
    """Draw a tress of moss that hangs down one unit."""
    sway = 0.16 * (shake - 0.5)
    right = ((0.08, -0.1), (0.2, 0.08), (0.22, 0.3), (0.15, 0.62), (0.1, 0.46), (0.04 + sway, 1.0), (-0.03, 0.6))
    left = ((-0.1 + sway, 0.84), (-0.13, 0.5), (-0.19, 0.66), (-0.23, 0.26), (-0.18, 0.06), (-0.08, -0.1))
    at.poly((*right, *left), moss)
    lit = ((-0.06, -0.06), (-0.02, 0.4), (-0.09 + 0.8 * sway, 0.76), (-0.14, 0.36), (-0.15, 0.08))
    at.poly(lit, p.lighter(moss, 0.14))


def _roots(at: Spot, rng: Rng, weed: p.Colour) -> None:
    """Draw the dark ring of water and weed round the foot of a tree, with duckweed along it."""
    for a, b, c in rng.random((12, 3)).tolist():
        at.oval(0.5 * (a - 0.5), 0.015 + 0.03 * b, 0.06 + 0.05 * c, 0.016, p.mix(p.darker(weed, 0.35), weed, c))


def _log(at: Spot, bark: p.Colour, weed: p.Colour) -> None:
    """Draw a sunken log, with a broken end and moss on it, about one unit long."""
    at.oval(0, 0.07, 0.66, 0.07, (24, 36, 28))
    at.poly(((-0.56, 0.04), (-0.5, -0.1), (0.44, -0.2), (0.56, -0.06), (0.5, 0.05)), p.darker(bark, 0.25))
    at.poly(((-0.52, -0.04), (-0.5, -0.1), (0.44, -0.2), (0.5, -0.12)), p.lighter(bark, 0.12))
    at.oval(0.49, -0.075, 0.075, 0.125, p.lighter(bark, 0.3))
    at.oval(0.49, -0.075, 0.04, 0.07, p.darker(bark, 0.1))
    at.line(((-0.1, -0.12), (-0.2, -0.34)), p.darker(bark, 0.2), 0.06)
    for x in (-0.34, -0.12, 0.14):
        at.oval(x, -0.12 - 0.08 * x, 0.13, 0.05, weed)


def _reeds(img: np.ndarray, rng: Rng, side: int, green: p.Colour) -> None:
    """Draw reeds and bulrushes at one side of the picture, nearer ones taller and lighter."""
    for k, (a, b, c) in enumerate(rng.random((19, 3)).tolist()):
        at = Spot(img, 0.5 + side * (0.53 - 0.19 * a), 1.04 - 0.05 * b, (0.3 + 0.22 * c) * (1.25 - 0.6 * a))
        lean = -side * (0.03 + 0.24 * b)
        t = p.steps(7)
        spine = lean * t**2
        shade = p.mix(p.darker(green, 0.45), p.lighter(green, 0.16), k / 18)
        if k % 3 != 1:
            at.poly(p.both_sides(spine, 0.034 * (1 - t) + 0.003, -t), shade)
            continue
        at.line(((0, 0), (lean * 0.3, -0.6), (lean * 0.6, -1.16)), p.darker(green, 0.2), 0.02)
        at.line(((lean * 0.42, -0.84), (lean * 0.54, -1.05)), _BULRUSH, 0.075)
        at.line(((lean * 0.42 - 0.014, -0.85), (lean * 0.54 - 0.014, -1.04)), p.lighter(_BULRUSH, 0.22), 0.02)
