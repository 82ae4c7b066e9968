"""Scenes of the sea: its surface far from land, and what is below it."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng

# colours of fish, which stand out from the water
_BRIGHT = (
    (255, 120, 40),
    (255, 210, 50),
    (240, 70, 110),
    (170, 90, 220),
    (250, 250, 250),
    (255, 90, 70),
)

# of the open sea by day: upper and lower sky, and crests
_LIGHTS: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((64, 132, 214), (198, 230, 248), (232, 248, 255)),
    ((92, 158, 222), (222, 238, 246), (240, 250, 255)),
    ((52, 110, 196), (176, 214, 242), (222, 240, 252)),
    ((112, 146, 206), (252, 226, 196), (255, 238, 208)),
)

# at the horizon and in front, from turquoise to grey
_WATERS: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((64, 178, 196), (10, 96, 132)),
    ((50, 142, 196), (12, 70, 130)),
    ((46, 116, 182), (14, 48, 108)),
    ((72, 132, 160), (20, 66, 96)),
)

# upper, middle and lower sky, and water in front
_EVENINGS: tuple[tuple[p.Colour, p.Colour, p.Colour, p.Colour], ...] = (
    ((70, 52, 124), (222, 92, 98), (255, 192, 96), (44, 36, 84)),
    ((92, 58, 112), (240, 116, 70), (255, 208, 104), (52, 38, 66)),
    ((60, 86, 148), (236, 140, 130), (255, 214, 140), (34, 50, 96)),
    ((112, 64, 98), (236, 98, 62), (255, 186, 84), (58, 34, 58)),
)


def _sea_floor(img: np.ndarray, rng: Rng, base: float, sand: p.Colour) -> None:
    """Draw a sandy floor with ripple shading."""
    p.ground(img, p.ridge(rng, base, 0.03), sand, p.darker(sand, 0.35))
    p.mottle(img, rng, base + 0.02, 1, 0.18, (7, 4))


def _weed(img: np.ndarray, rng: Rng, x: float, base: float, size: float, colour: p.Colour) -> None:
    """Draw a clump of waving weed."""
    t = p.steps(9)
    for k, (a, b, c) in enumerate(rng.random((3, 3)).tolist()):
        sway = 0.09 * np.sin(t * (4 + 3 * a) + 6.28 * b) * t + (k - 1) * 0.22 * t
        blade = 0.06 * (1 - t) + 0.008
        spine = -t * (0.7 + 0.5 * c)
        pts = p.both_sides(sway, blade, spine)
        p.shape(img, x, base, size, pts, p.mix(p.darker(colour, 0.35), colour, k / 2))


def _fishes(img: np.ndarray, rng: Rng, count: int, y0: float, y1: float, big: float) -> None:
    """Draw fish of mixed colours swimming at random."""
    hue, other = p.pick(rng, _BRIGHT), p.pick(rng, _BRIGHT)
    for k in range(count):
        x, y, s, m = rng.random(4).tolist()
        y = (k + y) / count  # few cover each other
        facing = 1 if rng.random() < 0.6 else -1
        c = p.vary(rng, hue if m < 0.6 else other, 20)
        p.fish(
            img,
            0.06 + 0.88 * x,
            y0 + (y1 - y0) * y,
            big * (0.6 + 0.6 * s),
            facing,
            c,
            p.lighter(other if m < 0.6 else hue, 0.35),
        )


def _bubbles(img: np.ndarray, rng: Rng, count: int) -> None:
    """Draw rising bubbles."""
    for x, y, s in rng.random((count, 3)).tolist():
        p.oval(img, x, y * 0.9, 0.01 + 0.02 * s, 0.01 + 0.02 * s, (215, 245, 255), width=0.004)


def underwater(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the sea from below: light shafts, weed, fish and bubbles."""
    r = rng.random(8).tolist()
    top = p.vary(rng, p.pick(rng, ((120, 220, 235), (90, 195, 240), (110, 225, 210))))
    deep = p.vary(rng, p.pick(rng, ((10, 50, 110), (8, 70, 120), (12, 60, 95))))
    img = p.gradient(h, w, ((0, top), (0.35, p.mix(top, deep, 0.5)), (1, deep)))
    p.ripples(img, rng, 0, 0.12, (235, 255, 255), 0.5)
    p.rays(img, rng, 5, 0.9, (215, 250, 255), 0.55)
    base = 0.8 + 0.1 * r[0]
    p.ground(img, p.ridge(rng, base - 0.1, 0.07, 1.6), p.mix(deep, top, 0.28), deep)
    _sea_floor(img, rng, base, p.mix((225, 205, 150), deep, 0.2 + 0.3 * r[1]))
    for x, s in rng.random((2, 2)).tolist():
        p.oval(img, x, base + 0.06, 0.08 + 0.08 * s, 0.06 + 0.04 * s, p.mix((90, 92, 100), deep, 0.3))
        p.oval(img, x - 0.015, base + 0.045, 0.06 + 0.06 * s, 0.035 + 0.03 * s, p.mix((140, 142, 145), deep, 0.25))
    for _k in range(3 + int(r[2] * 3)):
        a, b = rng.random(2).tolist()
        _weed(
            img,
            rng,
            a,
            0.97 + 0.03 * b,
            0.2 + 0.18 * b,
            p.vary(rng, p.pick(rng, ((50, 150, 80), (90, 160, 60), (40, 130, 110))), 20),
        )
    _fishes(img, rng, 5 + int(r[3] * 4), 0.14, 0.76, 0.14 + 0.06 * r[4])
    _bubbles(img, rng, 9)
    return img


def _branch_coral(img: np.ndarray, rng: Rng, x: float, y: float, size: float, c: p.Colour) -> None:
    """Draw a coral of round-tipped branches."""
    a = p.steps(6) * 2.1 - 1.05 + (rng.random(6) - 0.5) * 0.25
    long = 0.7 + 0.35 * rng.random(6)
    tips = p.cols(np.sin(a) * long, -np.cos(a) * long)
    twigs = tips * 0.55 + p.cols(np.sin(a + 0.5), -np.cos(a + 0.5)) * 0.32
    lines = np.concatenate([np.stack([tips * 0, tips], axis=1), np.stack([tips * 0.4, twigs], axis=1)])
    p.shape_strokes(img, x + 0.006, y + 0.006, size, lines[:6], p.darker(c, 0.4), 0.13 * size)
    p.shape_strokes(img, x, y, size, lines, c, 0.09 * size)


def _coral(img: np.ndarray, rng: Rng, x: float, y: float, size: float, c: p.Colour) -> None:
    """Draw one coral of a random kind."""
    kind = rng.random()
    r = rng.random((7, 2)).tolist()
    ux, uy = min(img.shape[:2]) / img.shape[1], min(img.shape[:2]) / img.shape[0]
    if kind < 0.4:
        _branch_coral(img, rng, x, y, size, c)
    elif kind < 0.6:
        p.oval(img, x, y, size * 0.62, size * 0.55, p.darker(c, 0.35), 0, 180, 360)
        p.oval(img, x - 0.04 * size, y, size * 0.54, size * 0.48, c, 0, 180, 360)
        for a, b in r:
            p.oval(
                img,
                x + (a - 0.5) * 0.7 * size * ux,
                y - (0.06 + 0.3 * b) * size * uy,
                0.06 * size,
                0.035 * size,
                p.lighter(c, 0.4),
            )
    elif kind < 0.8:
        for k, (a, b) in enumerate(r[:5]):
            dx, top = (k - 2) * 0.2, -(0.4 + 0.55 * a)
            p.shape(
                img,
                x,
                y,
                size,
                ((dx - 0.07, 0), (dx - 0.1, top), (dx + 0.1, top), (dx + 0.07, 0)),
                p.mix(p.darker(c, 0.3), c, b),
            )
            p.oval(img, x + dx * size * ux, y + top * size * uy, 0.1 * size, 0.05 * size, p.lighter(c, 0.35))
            p.oval(img, x + dx * size * ux, y + top * size * uy, 0.06 * size, 0.028 * size, p.darker(c, 0.6))
    else:
        angles = np.linspace(np.pi * 1.08, np.pi * 1.92, 11)
        rim = p.cols(np.cos(angles), np.sin(angles)) * (0.85 + 0.15 * np.cos(np.arange(11) * 2.1))[:, None]
        p.shape(img, x, y, size, np.concatenate([[(0, 0)], rim]), p.darker(c, 0.15))
        for pt in rim[::2]:
            p.shape_stroke(img, x, y, size, ((0, 0), pt * 0.94), p.lighter(c, 0.35), 0.03 * size)


def coral_reef(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a crowded bright reef with fish."""
    r = rng.random(6).tolist()
    top = p.vary(rng, p.pick(rng, ((110, 225, 240), (80, 190, 240), (120, 230, 225))))
    deep = p.vary(rng, p.pick(rng, ((15, 95, 165), (10, 80, 150), (20, 110, 150))))
    img = p.gradient(h, w, ((0, top), (0.75, deep), (1, deep)))
    p.rays(img, rng, 4, 0.8, (235, 255, 255), 0.4)
    hues = (
        (255, 95, 85),
        (255, 150, 50),
        (245, 80, 160),
        (175, 85, 215),
        (250, 215, 75),
        (250, 130, 130),
        (90, 205, 130),
    )
    base = 0.6 + 0.1 * r[0]
    p.ground(img, p.ridge(rng, base, 0.09, 1.7), p.mix(deep, (120, 90, 150), 0.35), p.darker(deep, 0.2))
    for k in range(4):
        a, b, c = rng.random(3).tolist()
        _coral(img, rng, (k + a) / 4, base + 0.12 + 0.06 * b, 0.14 + 0.08 * c, p.mix(p.pick(rng, hues), deep, 0.4))
    line = p.ridge(rng, base + 0.24, 0.06, 1.5)
    p.ground(img, line, p.mix(deep, (150, 110, 120), 0.6), p.darker(deep, 0.45))
    for k in range(5):
        a, b, c = rng.random(3).tolist()
        x = (k + a) / 5
        _coral(
            img,
            rng,
            x,
            min(p.height_at(line, x) + 0.05 + 0.12 * b, 0.99),
            0.17 + 0.1 * c,
            p.vary(rng, p.pick(rng, hues), 20),
        )
    _fishes(img, rng, 4 + int(r[1] * 4), 0.1, base + 0.08, 0.11 + 0.06 * r[2])
    return img


def _glitter(img: np.ndarray, rng: Rng, x: float, horizon: float, r: float, light: p.Colour) -> None:
    """Draw the broken reflection of a sun at x, wider towards the viewer."""
    for k, (a, b, c) in enumerate(rng.random((26, 3)).tolist()):
        t = (k + a) / 26
        half = r * (0.5 + 1.5 * t) * (0.25 + 0.6 * b)
        y = horizon + 0.004 + (1 - horizon) * t**1.6
        p.oval(img, x + (c - 0.5) * r * (1 + 2.4 * t), y, half, 0.002 + 0.005 * t, light)


def _swell(img: np.ndarray, rng: Rng, y: float, near: float, water: p.Colour, light: p.Colour, foam: float) -> None:
    """Draw one row of waves, with light on parts of its crest, and foam on some; near: 0 at the horizon, 1 in front."""
    line = p.ridge(rng, y, 0.003 + 0.034 * near, 4.6 - 2.4 * near)
    top = p.lighter(water, 0.04 + 0.14 * near)
    # of the last row too little is seen for its shade
    p.ground(img, line, top, p.darker(water, 0.1 + 0.25 * near) if near < 0.85 else top)
    for a, b, c in rng.random((8, 3)).tolist():
        first = int(a * 36)
        crest = line[first : first + 4 + int(b * 6)]
        # a lens that ends in points: a line of even width looks like a dash
        bulge = np.sin(np.pi * p.steps(len(crest)))
        white = c < foam
        thick = (0.004 + 0.018 * near) * (1 if white else 0.35 + 0.3 * b)
        low = p.cols(0 * bulge, thick * bulge)
        pieces = np.concatenate([crest, (crest + low)[::-1]])
        p.poly(img, pieces, p.lighter(light, 0.65) if white else p.mix(water, light, 0.3 + 0.35 * b))


def _surface(img: np.ndarray, rng: Rng, horizon: float, far: p.Colour, deep: p.Colour, light: p.Colour) -> None:
    """Draw rows of waves below the horizon, calm or with some foam; light: of their crests."""
    foam = max(0.0, 0.5 * rng.random() - 0.12)
    rows = 11
    for k in range(rows):
        t = (k + 0.3) / rows
        y = horizon + 0.012 + (1 - horizon) * t**1.5
        _swell(img, rng, y, t, p.mix(far, deep, 0.15 + 0.85 * t), light, foam)


def open_sea(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the open sea under a fair sky: rows of waves, larger towards the viewer, and no land."""
    r = rng.random(8).tolist()
    horizon = 0.4 + 0.08 * r[0]
    top, low, light = p.pick(rng, _LIGHTS)
    far, deep = p.pick(rng, _WATERS)
    top, far, deep = p.vary(rng, top), p.vary(rng, far, 10), p.vary(rng, deep, 10)
    img = p.gradient(h, w, ((0, top), (horizon, low), (1, low)))
    x, size, sunny = 0.12 + 0.76 * r[1], 0.035 + 0.02 * r[2], r[3] < 0.45
    if sunny:
        p.sun(img, x, horizon * (0.25 + 0.4 * r[4]), size, (255, 252, 222), (255, 243, 190))
    if r[5] < 0.5:
        p.clouds(img, rng, 0, horizon * 0.95, (255, 255, 255), p.mix(low, top, 0.3), 0.36 + 0.16 * r[6], (4, 2), 3.0)
    else:
        for a, b, c in rng.random((2 + int(r[6] * 3), 3)).tolist():
            wide = 0.07 + 0.1 * (1 - b) * (0.5 + c)
            p.puff(img, rng, a, horizon * (0.2 + 0.6 * b), wide, shade=p.mix(low, top, 0.25))
    p.sea(img, rng, horizon, p.mix(far, low, 0.25), deep, light, 0.3)
    _surface(img, rng, horizon, far, deep, light)
    if sunny:
        _glitter(img, rng, x, horizon, size, p.mix(light, (255, 250, 225), 0.6))
    return img


def sunset_sea(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the open sea in the evening: a low sun, and its light on the waves."""
    r = rng.random(6).tolist()
    horizon = 0.4 + 0.08 * r[0]
    top, mid, low, deep = p.pick(rng, _EVENINGS)
    top, mid = p.vary(rng, top), p.vary(rng, mid)
    img = p.gradient(h, w, ((0, top), (horizon * 0.6, mid), (horizon, low), (1, low)))
    x, size = 0.2 + 0.6 * r[1], 0.05 + 0.035 * r[2]
    p.sun(img, x, horizon - 0.1 * r[3], size, (255, 246, 196), (255, 212, 112), 0.75)
    warm, dim = p.mix(mid, (255, 196, 140), 0.5), p.mix(top, mid, 0.4)
    p.clouds(img, rng, 0, horizon * 0.85, warm, dim, 0.34 + 0.16 * r[4], (6, 2), 3.5)
    far = p.mix(p.mix(low, mid, 0.6), deep, 0.25)
    p.sea(img, rng, horizon, far, deep, low, 0.3)
    _surface(img, rng, horizon, far, deep, p.mix(low, mid, 0.25))
    _glitter(img, rng, x, horizon, size, p.mix((255, 238, 172), low, 0.3))
    return img
