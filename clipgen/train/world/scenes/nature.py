"""Scenes of land and sea without people's works as their subject."""

from __future__ import annotations

import numpy as np

from . import primitives as p
from .primitives import Rng

_SPARK = (235, 245, 255)
_BRIGHT = (
    (255, 120, 40),
    (255, 210, 50),
    (240, 70, 110),
    (60, 130, 240),
    (170, 90, 220),
    (250, 250, 250),
    (255, 90, 70),
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
    for _k in range(count):
        x, y, s, m = rng.random(4).tolist()
        facing = 1 if rng.random() < 0.6 else -1
        c = p.vary(rng, hue if m < 0.6 else other, 20)
        p.fish(
            img,
            0.06 + 0.88 * x,
            y0 + (y1 - y0) * y,
            big * (0.5 + 0.7 * s * s),
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
    _fishes(img, rng, 3 + int(r[3] * 5), 0.14, 0.76, 0.13 + 0.06 * r[4])
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


def mountains(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw snowy peaks, sometimes above forest or a lake."""
    r = rng.random(8).tolist()
    horizon = 0.66 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    rock = p.vary(rng, p.pick(rng, ((112, 118, 140), (126, 116, 118), (96, 112, 138))))
    haze = (180, 205, 232)
    for k in range(5):
        a, b = rng.random(2).tolist()
        p.peak(
            img,
            rng,
            (k + a) / 5,
            0.3 + 0.16 * b,
            horizon + 0.02,
            0.26,
            p.mix(rock, haze, 0.5),
            p.mix((250, 252, 255), haze, 0.25),
        )
    for k in p.pick(rng, ((0, 2, 1), (2, 0, 1), (0, 1), (1, 2))):
        a, b, c = rng.random(3).tolist()
        p.peak(
            img,
            rng,
            (k + 0.15 + 0.7 * a) / 3,
            0.12 + 0.18 * b + 0.06 * (k != 1),
            horizon + 0.04,
            0.32 + 0.12 * c,
            rock,
            (252, 253, 255),
        )
    green = p.vary(rng, p.pick(rng, ((70, 120, 70), (96, 140, 72), (60, 104, 84))))
    if r[1] < 0.35:
        p.ground(img, p.ridge(rng, horizon, 0.02, 2.0), p.mix(green, haze, 0.2), green)
        p.reflect(img, rng, horizon + 0.05, (60, 110, 160), 0.4)
        p.ripples(img, rng, horizon + 0.05, 1, _SPARK, 0.25, 0.35)
        return img
    p.ground(img, p.ridge(rng, horizon, 0.035, 1.5), p.mix(green, haze, 0.3), green)
    line = p.ridge(rng, horizon + 0.12, 0.04)
    p.ground(img, line, green, p.darker(green, 0.4))
    p.mottle(img, rng, horizon + 0.06, 1, 0.12)
    for x, s in np.sort(rng.random((int(4 + r[2] * 9), 2)), axis=0).tolist():
        p.pine(img, (x * 7.3) % 1, horizon + 0.12 + 0.2 * s, 0.09 + 0.16 * s, p.vary(rng, p.darker(green, 0.35), 8))
    return img


def _wood(
    rng: Rng, h: int, w: int, leaf: p.Colour, fog: p.Colour, floor: p.Colour, bark: p.Colour, litter: p.Colour | None
) -> np.ndarray:
    """Draw the inside of a wood: three depths of trunks, a canopy, a floor and shafts of light."""
    r = rng.random(6).tolist()
    base = 0.66 + 0.08 * r[0]
    img = p.gradient(h, w, ((0, p.mix(leaf, fog, 0.35)), (base * 0.8, fog), (base, fog), (1, fog)))
    p.clouds(img, rng, 0, base, p.mix(leaf, fog, 0.2), p.darker(p.mix(leaf, fog, 0.3), 0.25), 0.55, (5, 6), 3.0)
    p.ground(img, p.ridge(rng, base, 0.015), p.mix(floor, fog, 0.35), p.darker(floor, 0.4))
    p.mottle(img, rng, base, 1, 0.28, (7, 7))
    if r[1] < 0.5:
        x, bend = 0.3 + 0.4 * r[2], (r[3] - 0.5) * 0.4
        ys = np.linspace(base + 0.01, 1.02, 8)
        t = (ys - base) / (1 - base)
        mid, half = x + bend * np.sin(t * 2.6), 0.012 + 0.15 * t * t
        path = p.both_sides(mid, half, ys)
        p.poly_gradient(img, path, p.mix((190, 160, 115), fog, 0.3), (150, 116, 78))
    for depth, count in ((0.3, 8), (0.65, 6), (1.0, 3)):
        colour = p.mix(fog, bark, 0.35 + 0.65 * depth)
        wide, foot = 0.018 + 0.04 * depth * depth, base + 0.01 + 0.24 * depth * depth
        for k in range(count):
            a, b, c = rng.random(3).tolist()
            x = (k + 0.1 + 0.8 * a) / count
            half, lean = wide * (0.7 + 0.6 * b) / 2, 0.05 * (c - 0.5)
            y = foot + 0.05 * (b - 0.5)
            p.poly(
                img,
                (
                    (x + lean - half * 0.8, -0.02),
                    (x + lean + half * 0.8, -0.02),
                    (x + half, y - 0.04),
                    (x + half * 1.7, y),
                    (x - half * 1.7, y),
                    (x - half, y - 0.04),
                ),
                colour,
            )
            p.poly(
                img,
                (
                    (x + lean + half * 0.1, -0.02),
                    (x + lean + half * 0.8, -0.02),
                    (x + half, y - 0.04),
                    (x + half * 1.7, y),
                    (x + half * 0.3, y),
                ),
                p.darker(colour, 0.3),
            )
        crown = p.mix(fog, leaf, 0.35 + 0.65 * depth)
        for k in range(7):
            a, b, c = rng.random(3).tolist()
            p.oval(
                img,
                (k + a) / 7,
                (0.2 - 0.16 * depth) + 0.14 * b,
                0.12 + 0.07 * c,
                0.07 + 0.05 * c,
                p.mix(p.darker(crown, 0.35), p.lighter(crown, 0.15), b),
            )
    if litter is not None:
        place = rng.random((60, 3))
        p.dots(
            img,
            place[:, 0],
            base + 0.03 + (0.97 - base) * place[:, 1],
            np.array([p.vary(rng, litter, 40) for _ in range(4)], np.uint8)[(place[:, 2] * 4).astype(int)],
            0.013,
        )
        for x, y in rng.random((7, 2)).tolist():
            p.oval(img, x, y * base, 0.013, 0.008, p.vary(rng, litter, 30), 60 * x)
    if r[4] < 0.55:
        p.rays(img, rng, 4, 0.85, (255, 250, 205), 0.45)
    return img


def _stand(
    rng: Rng, h: int, w: int, greens: tuple[p.Colour, ...], round_trees: bool, litter: p.Colour | None
) -> np.ndarray:
    """Draw a wood from outside: rows of trees that grow towards the viewer."""
    r = rng.random(4).tolist()
    base = 0.5 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, base, False)
    first = p.pick(rng, greens)
    p.ground(
        img,
        p.ridge(rng, base - 0.08, 0.05, 2, 0.03),
        p.mix(first, (190, 210, 225), 0.5),
        p.mix(first, (190, 210, 225), 0.3),
    )
    floor = p.mix(first, (120, 130, 60), 0.4)
    p.ground(img, p.ridge(rng, base + 0.06, 0.02), p.mix(floor, (190, 210, 225), 0.15), p.darker(floor, 0.3))
    p.mottle(img, rng, base + 0.08, 1, 0.15)
    for depth, count in ((0.0, 7), (0.5, 5), (1.0, 4)):
        for k in range(count):
            a, b = rng.random(2).tolist()
            leaf = p.mix(p.vary(rng, p.pick(rng, greens), 16), (190, 210, 225), 0.3 * (1 - depth))
            x, y, s = (k + 0.1 + 0.8 * a) / count, base + 0.1 + 0.36 * depth + 0.05 * b, 0.25 + 0.19 * depth + 0.08 * b
            if round_trees:
                p.tree(img, rng, x, y, s * 1.15, leaf)
            else:
                p.pine(img, x, y, s * 1.3, leaf)
    if litter is not None:
        place = rng.random((50, 3))
        p.dots(
            img,
            place[:, 0],
            base + 0.14 + (0.85 - base) * place[:, 1],
            np.array([p.vary(rng, litter, 40) for _ in range(4)], np.uint8)[(place[:, 2] * 4).astype(int)],
            0.013,
        )
    return img


def forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a green forest, from inside or outside."""
    r = rng.random(2).tolist()
    if r[0] < 0.6:
        leaf = p.vary(rng, p.pick(rng, ((56, 120, 50), (40, 100, 60), (84, 136, 50))))
        return _wood(
            rng,
            h,
            w,
            leaf,
            p.vary(rng, p.pick(rng, ((205, 225, 165), (180, 210, 190), (220, 228, 180)))),
            p.vary(rng, (86, 110, 52)),
            p.vary(rng, (82, 60, 44)),
            None,
        )
    return _stand(rng, h, w, ((36, 100, 62), (52, 120, 60), (30, 86, 60), (74, 130, 56)), r[1] < 0.35, None)


def autumn_forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a wood in red, orange and yellow leaf."""
    r = rng.random(2).tolist()
    if r[0] < 0.6:
        leaf = p.vary(rng, p.pick(rng, ((225, 110, 30), (235, 150, 35), (200, 70, 35))), 18)
        return _wood(
            rng,
            h,
            w,
            leaf,
            p.vary(rng, p.pick(rng, ((250, 225, 160), (250, 210, 150), (240, 225, 190)))),
            p.vary(rng, (190, 105, 45)),
            p.vary(rng, (84, 58, 48)),
            (235, 130, 40),
        )
    return _stand(rng, h, w, ((225, 95, 35), (240, 160, 40), (200, 60, 40), (235, 190, 60)), True, (225, 110, 40))


def desert(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw sand dunes under a hot sky, mostly with cactuses."""
    r = rng.random(8).tolist()
    sand = p.vary(rng, p.pick(rng, ((232, 184, 110), (226, 160, 92), (240, 205, 140), (216, 140, 84))))
    horizon = 0.46 + 0.14 * r[0]
    sky_top, sky_low = p.pick(
        rng, (((70, 145, 220), (235, 230, 205)), ((90, 165, 225), (250, 225, 180)), ((225, 130, 80), (255, 215, 140)))
    )
    img = p.gradient(h, w, ((0, p.vary(rng, sky_top)), (horizon, sky_low), (1, sky_low)))
    p.sun(img, 0.12 + 0.76 * r[1], 0.1 + 0.2 * r[2], 0.05 + 0.03 * r[3], (255, 252, 215), (255, 235, 150))
    if r[4] < 0.35:
        for _ in range(2):
            a, b, c = rng.random(3).tolist()
            x, top, half = a, horizon - 0.1 - 0.08 * b, 0.06 + 0.1 * c
            p.poly(
                img,
                (
                    (x - half, top),
                    (x + half, top + 0.01),
                    (x + half * 1.3, horizon + 0.06),
                    (x - half * 1.3, horizon + 0.06),
                ),
                p.mix((190, 100, 70), sky_low, 0.3),
            )
            p.poly(
                img,
                (
                    (x + half * 0.3, top),
                    (x + half, top + 0.01),
                    (x + half * 1.3, horizon + 0.06),
                    (x + half * 0.5, horizon + 0.06),
                ),
                p.mix((150, 76, 60), sky_low, 0.3),
            )
    for k in range(4):
        line = p.ridge(rng, horizon + 0.03 + 0.14 * k, 0.05 + 0.015 * k, 0.9)
        lit = p.mix(sand, sky_low, 0.4 - 0.13 * k)
        p.ground(img, line, p.lighter(lit, 0.14), p.mix(lit, (150, 90, 55), 0.18))
        # the lee side of a dune: from each crest a dark face falls away under a winding edge
        crest = int(np.argmin(line[4:-4, 1])) + 4
        side = line[crest:]
        t = p.steps(len(side))
        fall = p.cols(
            line[crest, 0] + (side[:, 0] - line[crest, 0]) * (0.55 + 0.25 * np.sin(t * 5)),
            line[crest, 1] + (1.0 - line[crest, 1]) * t * 0.7,
        )
        p.poly(img, np.concatenate([side, fall[::-1]]), p.mix(lit, (140, 78, 52), 0.42))
    p.mottle(img, rng, horizon, 1, 0.07, (14, 4))
    if r[5] < 0.75:
        for _ in range(1 + int(r[6] * 3)):
            a, b, c = rng.random(3).tolist()
            _cactus(img, rng, 0.08 + 0.84 * a, 0.74 + 0.22 * b, 0.2 + 0.18 * c + 0.1 * b, p.vary(rng, (62, 130, 70)))
    return img


def _cactus(img: np.ndarray, rng: Rng, x: float, y: float, size: float, c: p.Colour) -> None:
    """Draw a branched cactus standing at (x, y)."""
    a, b = (rng.random(2) * 0.25).tolist()
    arms = (
        ((0, 0), (0, -0.5), (0, -1)),
        ((0, -0.3 - a), (-0.27, -0.32 - a), (-0.27, -0.62 - a)),
        ((0, -0.25 - b), (0.27, -0.27 - b), (0.27, -0.6 - b)),
    )
    p.oval(img, x + 0.12 * size, y, 0.3 * size, 0.04 * size, (150, 96, 60))
    for pts, wide in zip(arms, (0.2, 0.13, 0.13), strict=False):
        p.shape_stroke(img, x, y, size, pts, p.darker(c, 0.3), wide * size)
    for pts, wide in zip(arms, (0.2, 0.13, 0.13), strict=False):
        p.shape_stroke(img, x, y, size, np.array(pts) - (wide * 0.2, 0), p.lighter(c, 0.1), wide * 0.4 * size)


def winter(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw snow-covered land with white conifers, sometimes a cabin and falling flakes."""
    r = rng.random(8).tolist()
    horizon = 0.5 + 0.12 * r[0]
    sky = p.pick(
        rng,
        (
            ((150, 180, 215), (225, 235, 245)),
            ((100, 155, 220), (215, 232, 248)),
            ((150, 150, 195), (250, 222, 215)),
            ((60, 80, 130), (170, 190, 225)),
        ),
    )
    img = p.gradient(h, w, ((0, p.vary(rng, sky[0])), (horizon, sky[1]), (1, sky[1])))
    if r[1] < 0.5:
        for k in range(4):
            a, b = rng.random(2).tolist()
            p.peak(
                img,
                rng,
                (k + a) / 4,
                horizon - 0.16 - 0.14 * b,
                horizon + 0.05,
                0.24,
                p.mix((130, 146, 178), sky[1], 0.3),
                p.mix((250, 252, 255), sky[1], 0.15),
            )
    snow = p.mix((248, 250, 255), sky[1], 0.12)
    blue = p.mix((176, 198, 230), sky[0], 0.15)
    p.ground(img, p.ridge(rng, horizon, 0.04, 1.3), p.mix(snow, blue, 0.3), blue)
    for k in range(7):
        a, b = rng.random(2).tolist()
        p.pine(
            img,
            (k + a) / 7,
            horizon + 0.04 + 0.03 * b,
            0.12 + 0.06 * b,
            p.mix((60, 92, 92), sky[1], 0.35),
            p.mix(snow, blue, 0.2),
        )
    p.ground(img, p.ridge(rng, horizon + 0.1, 0.03), snow, blue)
    if r[2] < 0.4:
        x, y = 0.25 + 0.5 * r[3], horizon + 0.26
        p.house(img, rng, x, y, 0.22, (140, 92, 62), (250, 252, 255), (255, 214, 110))
    line = p.ridge(rng, horizon + 0.3, 0.04)
    p.ground(img, line, (252, 253, 255), p.mix(blue, snow, 0.3))
    for k in range(3 + int(r[4] * 3)):
        a, b = rng.random(2).tolist()
        x = a * 0.36 if k % 2 else 1 - 0.36 * a
        p.pine(
            img,
            x,
            p.height_at(line, x) + 0.02 + 0.08 * b,
            0.3 + 0.16 * b,
            p.vary(rng, (40, 84, 74), 10),
            (245, 249, 255),
        )
    if r[5] < 0.3:
        uy, x, y = min(h, w) / h, 0.35 + 0.3 * r[6], p.height_at(line, 0.5) + 0.12
        for dy, s in ((0, 0.075), (0.1, 0.055), (0.175, 0.04)):
            p.disc(img, x + 0.006, y - dy * uy, s, (170, 188, 220))
            p.disc(img, x - 0.004, y - dy * uy - 0.004, s * 0.93, (255, 255, 255))
        p.shape(img, x, y - 0.175 * uy, 0.1, ((0, -0.05), (0.4, 0.02), (0, 0.08)), (240, 130, 40))
    if r[7] < 0.6:
        place = rng.random((45, 2))
        p.dots(img, place[:, 0], place[:, 1], np.array((255, 255, 255), np.uint8), 0.013)
    return img


def beach(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw sand, surf, a blue sea and palms."""
    r = rng.random(8).tolist()
    horizon = 0.36 + 0.14 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    teal = p.pick(rng, ((40, 175, 195), (60, 190, 205), (30, 150, 200)))
    p.sea(img, rng, horizon, p.vary(rng, (28, 100, 175)), p.vary(rng, teal), (235, 250, 255), 0.3, 1.0)
    if r[1] < 0.4:
        p.sailboat(img, 0.2 + 0.6 * r[2], horizon + 0.05, 0.12, (150, 60, 50), (252, 252, 250), p.pick(rng, (-1, 1)))
    sand = p.vary(rng, p.pick(rng, ((240, 214, 160), (232, 200, 140), (246, 226, 182))))
    slope = (r[3] - 0.5) * 0.36
    line = p.ridge(rng, 0.68, 0.025)
    line[:, 1] += slope * (line[:, 0] - 0.5)
    for dy, c in ((-0.035, p.mix(teal, _SPARK, 0.5)), (-0.02, (250, 253, 255)), (0.015, p.darker(sand, 0.22))):
        p.ground(img, line + (0, dy), c, c)
    p.ground(img, line + (0, 0.045), sand, p.mix(sand, (215, 165, 105), 0.5))
    p.mottle(img, rng, 0.8, 1, 0.08, (7, 6))
    left = p.pick(rng, (True, False))
    for k in range(1 + int(r[4] * 2.3)):
        a, b = rng.random(2).tolist()
        x = 0.04 + 0.24 * a + 0.08 * k
        p.palm(img, rng, x if left else 1 - x, 0.86 + 0.1 * b, 0.5 + 0.14 * b, p.vary(rng, (52, 142, 62)))
    x = 0.66 if left else 0.34
    if r[5] < 0.5:
        hue, y, size = p.pick(rng, ((225, 55, 60), (245, 190, 50), (50, 120, 210))), 0.93, 0.26
        p.shape_stroke(img, x, y, size, ((0, 0), (0.1, -1)), (240, 235, 225), 0.012)
        arc = np.pi * (1 + p.steps(13))
        dome = p.cols(np.cos(arc) * 0.6 + 0.08, np.sin(arc) * 0.45 - 0.72)
        p.shape(img, x, y, size, dome, hue)
        for k in (2, 6, 10):
            p.shape(
                img,
                x,
                y,
                size,
                np.concatenate([dome[k - 1 : k + 2], [(0.08 + (k - 6) * 0.05, -0.72), (0.08 + (k - 6) * 0.03, -1.1)]]),
                (252, 248, 240),
            )
        p.oval(img, x + 0.1, y + 0.02, 0.12, 0.016, p.darker(sand, 0.25))
    elif r[6] < 0.6:
        c = p.pick(rng, ((255, 120, 90), (250, 170, 120), (235, 90, 110)))
        angles = np.arange(10) * 0.628 + r[7]
        p.shape(
            img,
            x,
            0.9,
            0.06,
            p.cols(np.cos(angles), np.sin(angles) * 0.7) * np.where(np.arange(10) % 2, 0.4, 1)[:, None],
            c,
        )
    return img


def meadow(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a field full of flowers below hills and sky."""
    r = rng.random(6).tolist()
    horizon = 0.38 + 0.14 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((104, 168, 66), (86, 156, 72), (130, 176, 70))))
    p.ground(
        img,
        p.ridge(rng, horizon - 0.02, 0.05, 1.4),
        p.mix(green, (170, 200, 230), 0.5),
        p.mix(green, (170, 200, 230), 0.3),
    )
    for a, b in rng.random((3, 2)).tolist():
        p.tree(img, rng, a, horizon + 0.04, 0.12 + 0.08 * b, p.vary(rng, p.darker(green, 0.3)))
    p.ground(img, p.ridge(rng, horizon + 0.03, 0.015), p.lighter(green, 0.18), p.darker(green, 0.38))
    p.mottle(img, rng, horizon + 0.03, 1, 0.2, (8, 8))
    hues = p.pick(
        rng,
        (
            ((230, 40, 50),),
            ((250, 210, 50),),
            ((160, 100, 220), (200, 140, 235)),
            ((250, 120, 170), (255, 255, 255)),
            ((230, 40, 50), (255, 215, 60), (255, 255, 255), (150, 90, 220)),
            ((255, 150, 40), (245, 80, 110), (250, 220, 90)),
        ),
    )
    place = rng.random((170, 3))
    tints = np.array([p.vary(rng, p.pick(rng, hues), 22) for _ in range(6)], np.uint8)
    depth = place[:, 1] ** 1.3
    for lo, hi, size in ((0, 0.35, 0.012), (0.35, 1, 0.018)):
        m = (depth >= lo) & (depth < hi)
        p.dots(
            img, place[m, 0], horizon + 0.06 + (0.94 - horizon) * depth[m], tints[(place[m, 2] * 6).astype(int)], size
        )
    near = sorted(rng.random((20, 4)).tolist(), key=lambda flower: flower[1])
    for x, d, s, c in near:
        y, size = horizon + 0.2 + (0.82 - horizon) * d, (0.018 + 0.03 * d) * (0.8 + 0.5 * s)
        hue = p.pick(rng, hues)
        p.stroke(img, ((x, y), (x + 0.01 * (c - 0.5), y + size * 3)), p.darker(green, 0.3), 0.006)
        p.oval(img, x, y, size, size * 0.8, p.darker(hue, 0.16))
        p.oval(img, x, y - size * 0.2, size * 0.8, size * 0.55, p.lighter(hue, 0.12))
        p.disc(img, x, y - size * 0.1, size * 0.32, (250, 215, 70) if hue[2] > 100 else (70, 44, 30))
    return img


def volcano(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an erupting volcano with lava streams and smoke."""
    r = rng.random(8).tolist()
    top, low = p.pick(
        rng,
        (
            ((30, 18, 34), (190, 70, 45)),
            ((50, 30, 50), (235, 120, 60)),
            ((24, 24, 48), (130, 50, 60)),
            ((90, 130, 180), (240, 205, 170)),
        ),
    )
    img = p.gradient(h, w, ((0, p.vary(rng, top, 8)), (0.78, p.vary(rng, low)), (1, low)))
    x, crater, half = 0.36 + 0.28 * r[0], 0.34 + 0.1 * r[1], 0.06 + 0.03 * r[2]
    base, foot = 0.86, 0.4 + 0.12 * r[3]
    smoke = p.mix((70, 60, 66), top, 0.3)
    for k in range(15):
        a, b, c = rng.random(3).tolist()
        t = 1 - k / 14
        px, py = x + 0.5 * (r[4] - 0.5) * t + 0.3 * (a - 0.5) * (0.3 + t), crater - 0.04 - 0.36 * t
        size, shade = 0.055 + 0.075 * t + 0.03 * b, p.mix(smoke, (235, 100, 45), 0.45 * (1 - t) * c)
        p.disc(img, px, py, size, p.darker(shade, 0.22))
        p.disc(img, px - 0.01, py - 0.014, size * 0.84, shade)
    p.glow(img, x, crater - 0.02, 0.18, (255, 130, 40), 0.85)
    rock = p.vary(rng, p.pick(rng, ((74, 58, 60), (88, 66, 58), (60, 58, 68))), 8)
    left = np.array([(x - half, crater), (x - half - foot * 0.22, crater + (base - crater) * 0.45), (x - foot, base)])
    right = np.array([(x + foot, base), (x + half + foot * 0.22, crater + (base - crater) * 0.45), (x + half, crater)])
    p.poly(img, np.concatenate([left, right, [(x, crater + 0.025)]]), rock)
    p.poly(
        img,
        np.concatenate(
            [right, [(x + half * 0.2, crater + 0.03), (x + foot * 0.22, base - 0.2), (x + foot * 0.1, base)]]
        ),
        p.darker(rock, 0.35),
    )
    p.ground(img, p.ridge(rng, base - 0.02, 0.03, 1.4), p.darker(rock, 0.35), p.darker(rock, 0.7))
    for k in range(2 + int(r[5] * 2)):
        a, b, c = rng.random(3).tolist()
        along = p.steps(8)
        lean = (k - 1) * 0.2 + 0.12 * (a - 0.5)
        xs = x + (k - 1) * half * 0.5 + lean * along**1.3 + 0.022 * np.sin(along * 9 + 6 * b)
        ys = crater + 0.01 + (base + 0.08 * c - crater) * along * (0.6 + 0.4 * c)
        p.stroke(img, p.cols(xs, ys), (225, 60, 20), 0.045)
        p.stroke(img, p.cols(xs, ys), (255, 170, 50), 0.022)
    angles = (rng.random((9, 2)) - (0.5, 0)) * (1.9, 1)
    along = np.linspace(0.1, 1, 6)[None]
    reach = 0.16 + 0.22 * angles[:, 1:]
    sideways = x + np.sin(angles[:, :1]) * reach * along * 1.1
    jets = np.stack([sideways, crater - np.cos(angles[:, :1]) * reach * along * 1.3 + 0.2 * along * along], axis=2)
    p.strokes(img, jets, (255, 90, 25), 0.014)
    p.strokes(img, jets[:, :4], (255, 215, 90), 0.01)
    p.oval(img, x, crater + 0.005, half * 0.95, 0.018, (255, 225, 120))
    if r[6] < 0.35:
        p.reflect(img, rng, 0.88, (40, 20, 30), 0.45)
        p.ripples(img, rng, 0.88, 1, (255, 140, 60), 0.4)
    return img


def waterfall(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw white water that falls over a cliff into a pool."""
    r = rng.random(8).tolist()
    img = p.fair_sky(rng, h, w, 0.3, False)
    green = p.vary(rng, p.pick(rng, ((60, 130, 58), (48, 112, 70), (90, 146, 60))))
    rock = p.vary(rng, p.pick(rng, ((112, 104, 98), (96, 100, 108), (128, 104, 82))))
    lip, x, half, pool = 0.2 + 0.08 * r[0], 0.38 + 0.24 * r[1], 0.1 + 0.07 * r[2], 0.76 + 0.06 * r[3]
    p.ground(img, p.ridge(rng, lip - 0.06, 0.05, 1.5, 0.04), p.mix(green, (190, 215, 230), 0.35), green)
    p.ground(img, p.ridge(rng, lip + 0.03, 0.02, 1.5, 0.02), rock, p.darker(rock, 0.5))
    p.mottle(img, rng, lip + 0.04, pool, 0.8, (3, 14))
    b0 = int(pool * h)
    water = p.vary(rng, p.pick(rng, ((50, 130, 160), (40, 120, 130), (60, 140, 190))))
    img[b0:] = p.gradient(h - b0, w, ((0, p.lighter(water, 0.35)), (1, p.darker(water, 0.4))))
    p.ripples(img, rng, pool, 1, (225, 245, 250), 0.5)
    flow = np.array(
        [
            (x - half, lip),
            (x + half, lip + 0.01),
            (x + half * 1.08, lip + 0.1),
            (x + half * 1.25, pool + 0.03),
            (x - half * 1.25, pool + 0.03),
            (x - half * 1.08, lip + 0.1),
        ]
    )
    p.poly_gradient(img, flow, (190, 222, 240), (246, 251, 255))
    n = rng.random((13, 3)).tolist()
    for k in range(13):
        t = (k + 0.5) / 13 * 2 - 1 + 0.08 * (n[k][0] - 0.5)
        y0, y1 = lip + 0.02 + 0.25 * n[k][1], pool - 0.25 * n[k][2]
        shade = (150, 192, 222) if k % 2 else (255, 255, 255)
        p.stroke(img, ((x + half * t, y0), (x + half * t * 1.2, max(y1, y0 + 0.1))), shade, 0.012)
    for k in range(9):
        a, b, c = rng.random(3).tolist()
        p.disc(
            img,
            x + half * 1.5 * ((k + a) / 4.5 - 1),
            pool + 0.02 + 0.02 * b,
            0.03 + 0.025 * c,
            (238, 247, 252) if k % 2 else (252, 254, 255),
        )
    p.glow(img, x, pool, 0.17, (245, 250, 255), 0.6)
    for side in (-1, 1):
        for k in range(3):
            a, b = rng.random(2).tolist()
            p.bush(
                img,
                rng,
                x + side * (half + 0.07 + 0.13 * k),
                lip + 0.06 + 0.03 * a,
                0.09 + 0.06 * b,
                p.vary(rng, green),
            )
        for k in range(3):
            a, b = rng.random(2).tolist()
            bx = x + side * (half * 1.3 + 0.08 + 0.14 * k)
            p.oval(img, bx, pool + 0.03, 0.07 + 0.04 * a, 0.05 + 0.03 * b, p.darker(rock, 0.35))
            p.oval(img, bx - 0.01, pool + 0.015, 0.055 + 0.03 * a, 0.03 + 0.02 * b, p.lighter(rock, 0.12))
        a, b = rng.random(2).tolist()
        if a < 0.7:
            p.pine(img, x + side * (half + 0.14 + 0.16 * b), lip + 0.06, 0.24 + 0.1 * b, p.darker(green, 0.25))
        p.bush(img, rng, 0.5 + side * 0.48, 0.99, 0.2 + 0.08 * b, p.vary(rng, p.darker(green, 0.1)))
    return img


def lake(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a still lake that mirrors the hills and trees of its far bank."""
    r = rng.random(8).tolist()
    horizon = 0.48 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    haze = (185, 205, 228)
    green = p.vary(rng, p.pick(rng, ((72, 126, 68), (96, 140, 66), (60, 110, 84))))
    if r[1] < 0.5:
        for k in range(3):
            a, b = rng.random(2).tolist()
            p.peak(
                img,
                rng,
                (k + a) / 3,
                horizon - 0.16 - 0.14 * b,
                horizon + 0.03,
                0.28,
                p.mix((110, 120, 145), haze, 0.3),
                (245, 248, 255) if r[2] < 0.6 else None,
            )
    p.ground(img, p.ridge(rng, horizon - 0.06, 0.045, 1.4), p.mix(green, haze, 0.5), p.mix(green, haze, 0.3))
    p.ground(img, p.ridge(rng, horizon - 0.015, 0.012, 2), green, p.darker(green, 0.2))
    leafy = r[3] < 0.5
    for k in range(6):
        a, b = rng.random(2).tolist()
        if leafy:
            p.tree(img, rng, (k + a) / 6, horizon + 0.01, 0.13 + 0.08 * b, p.vary(rng, p.darker(green, 0.2)))
        else:
            p.pine(img, (k + a) / 6, horizon + 0.01, 0.15 + 0.1 * b, p.vary(rng, p.darker(green, 0.35), 8))
    tint = p.vary(rng, (50, 105, 155))
    p.reflect(img, rng, horizon + 0.01, tint, 0.36, 0.014)
    p.ripples(img, rng, horizon + 0.01, 1, _SPARK, 0.35, 0.32)
    if r[4] < 0.4:
        p.sailboat(img, 0.25 + 0.5 * r[5], horizon + 0.16, 0.18, (160, 70, 50), (252, 250, 245), p.pick(rng, (-1, 1)))
    side = p.pick(rng, (-1, 1))
    bank = np.array(
        [
            (0.5 + side * 0.55, 0.8),
            (0.5 + side * 0.3, 0.86),
            (0.5 + side * 0.1, 0.95),
            (0.5 - side * 0.1, 1.02),
            (0.5 + side * 0.55, 1.02),
        ]
    )
    p.poly_gradient(img, bank, p.lighter(green, 0.1), p.darker(green, 0.35))
    reeds = rng.random((12, 2))
    feet = p.cols(0.5 + side * (0.12 + 0.4 * reeds[:, 0]), 0.97 - 0.1 * reeds[:, 0])
    p.strokes(
        img,
        np.stack([feet, feet + p.cols(0.03 * (reeds[:, 1] - 0.5), -0.09 - 0.07 * reeds[:, 1])], axis=1),
        p.darker(green, 0.3),
        0.009,
    )
    return img


def jungle(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a dense rain forest framed by large leaves and hanging vines."""
    r = rng.random(6).tolist()
    fog = p.vary(rng, p.pick(rng, ((190, 225, 150), (150, 215, 165), (215, 228, 150))))
    green = p.vary(rng, p.pick(rng, ((36, 120, 56), (50, 135, 45), (26, 106, 70))))
    img = p.gradient(h, w, ((0, p.mix(fog, green, 0.55)), (0.45, fog), (1, p.mix(fog, green, 0.8))))
    for depth in (0.35, 0.65):
        c = p.mix(fog, green, depth)
        for k in range(4):
            a, b = rng.random(2).tolist()
            x = (k + a) / 4
            p.poly(
                img,
                ((x - 0.02 * depth, 0), (x + 0.02 * depth, 0), (x + 0.045 * depth, 0.9), (x - 0.045 * depth, 0.9)),
                p.darker(p.mix(c, (96, 74, 50), 0.5), 0.12),
            )
        for k in range(3):
            a, b, d = rng.random(3).tolist()
            p.palm(
                img,
                rng,
                (k + a) / 3,
                0.92,
                (0.36 + 0.24 * b) * (0.75 + 0.4 * depth),
                c,
                p.darker(p.mix(c, (110, 84, 56), 0.5), 0.1),
            )
        p.ground(img, p.ridge(rng, 0.66 + 0.16 * depth, 0.04, 2.5, 0.05), c, p.darker(c, 0.35))
    p.rays(img, rng, 3, 0.8, (250, 255, 205), 0.4)
    t = p.steps(9)
    vines = [
        p.cols(a + (b - 0.5) * 0.5 * t, -0.02 + (0.3 + 0.4 * c) * 4 * t * (1 - t) * 0.7)
        for a, b, c in rng.random((3, 3)).tolist()
    ]
    p.strokes(img, np.array(vines), p.darker(green, 0.55), 0.014)
    hues = ((240, 50, 70), (255, 150, 40), (250, 90, 170), (255, 220, 60))
    for k in range(8):
        a, b, c = rng.random(3).tolist()
        side = 1 if k % 2 else -1
        x, y = 0.5 + side * (0.52 - 0.12 * c), 0.06 + 0.98 * (k // 2 + a) / 4
        angle = (np.pi if side > 0 else 0) + side * (0.7 - 1.4 * b) - (0.5 * side if y > 0.6 else -0.4 * side)
        _leaf(img, x, y, 0.34 + 0.14 * c, angle, p.vary(rng, p.darker(green, 0.2 + 0.25 * b), 10))
    for k in range(4):
        a, b = rng.random(2).tolist()
        _leaf(
            img, (k + a) / 4, 1.03, 0.26 + 0.1 * b, -np.pi / 2 + (a - 0.5) * 1.2, p.vary(rng, p.lighter(green, 0.1), 12)
        )
    for k in range(int(r[1] * 4)):
        a, b, c = rng.random(3).tolist()
        x, y, hue = (0.08 + 0.2 * a if k % 2 else 0.92 - 0.2 * a), 0.6 + 0.32 * b, p.pick(rng, hues)
        for ang in np.arange(5) * 1.257 + c:
            p.oval(
                img,
                x + 0.024 * np.cos(ang) * min(h, w) / w,
                y + 0.024 * np.sin(ang) * min(h, w) / h,
                0.024,
                0.015,
                hue,
                np.degrees(ang),
            )
        p.disc(img, x, y, 0.012, (255, 240, 150))
    if r[2] < 0.4:
        x, y, hue = 0.3 + 0.4 * r[3], 0.3 + 0.25 * r[4], p.pick(rng, ((230, 40, 45), (40, 110, 225), (60, 190, 70)))
        p.oval(img, x, y, 0.04, 0.075, hue, 15)
        p.shape(img, x, y, 0.1, ((0.1, 0.4), (0.45, 0.4), (-0.1, 1.6), (-0.3, 1.5)), p.darker(hue, 0.25))
        p.shape(img, x, y, 0.1, ((-0.05, -0.2), (0.35, 0.0), (0.1, 0.75), (-0.1, 0.4)), (250, 200, 50))
        p.disc(img, x + 0.015, y - 0.075, 0.036, hue)
        p.shape(img, x, y, 0.1, ((0.4, -0.85), (0.72, -0.62), (0.5, -0.45)), (60, 50, 44))
        p.disc(img, x + 0.025, y - 0.082, 0.01, (255, 255, 250))
    return img


def _leaf_outlines() -> p.Parts:
    """Return the outlines of a leaf along the x axis, whole and lower half; the half begins with the rib."""
    t = np.linspace(0, 1, 9)
    rib, wide = np.stack([t, 0.14 * t * t], axis=1), np.stack([0 * t, 0.24 * np.sin(np.pi * t**0.8)], axis=1)
    lower = (rib + wide)[::-1]
    return p.group(np.concatenate([rib - wide, lower]), np.concatenate([rib, lower]))


_LEAF = _leaf_outlines()


def _leaf(img: np.ndarray, x: float, y: float, size: float, angle: float, c: p.Colour) -> None:
    """Draw a large pointed leaf with a pale rib, growing from (x, y) along an angle."""
    cos, sin = np.cos(angle), np.sin(angle)
    turned = _LEAF[0] @ np.array(((cos, sin), (-sin, cos)))
    p.shapes(img, x, y, size, (turned, _LEAF[1]), (c, p.darker(c, 0.25)))
    p.shape_stroke(img, x, y, size, turned[_LEAF[1][1][0] :][:9], p.lighter(c, 0.35), 0.006)


def cave(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a rock cave with a bright mouth and a pool."""
    rock = p.vary(rng, p.pick(rng, ((112, 88, 70), (96, 90, 92), (130, 92, 70), (86, 82, 100))))
    light = p.vary(rng, p.pick(rng, ((255, 235, 180), (190, 225, 250), (255, 210, 140))))
    return _cavern(rng, h, w, rock, light, p.vary(rng, p.pick(rng, ((40, 110, 130), (40, 90, 120)))))


def ice_cave(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a blue cave of ice with icicles."""
    rock = p.vary(rng, p.pick(rng, ((110, 180, 225), (90, 165, 220), (130, 195, 220))))
    return _cavern(rng, h, w, rock, p.vary(rng, (240, 250, 255), 6), p.vary(rng, (120, 190, 225)))


def _cavern(rng: Rng, h: int, w: int, rock: p.Colour, light: p.Colour, water: p.Colour) -> np.ndarray:
    """Draw nested walls that darken towards the viewer around a bright mouth, with stalactites."""
    r = rng.random(6).tolist()
    x, y = 0.38 + 0.24 * r[0], 0.44 + 0.1 * r[1]
    icy = rock[2] > rock[0] + 40
    img = p.gradient(h, w, ((0, p.lighter(light, 0.2)), (0.6, light), (1, water)))
    angles = np.linspace(0, 2 * np.pi, 26, endpoint=False)
    ux, uy = min(h, w) / w, min(h, w) / h
    outer = np.array([(-0.05, -0.05), (1.05, -0.05), (1.05, 1.05), (-0.05, 1.05)])
    for k in range(4):
        radius = (0.17 + 0.105 * k) * (1 + 0.24 * (rng.random(26) - 0.5))
        rim = p.cols(
            x + np.cos(angles) * radius * 1.1 * max(1, w / h) * ux,
            y + np.sin(angles) * radius * 1.1 * max(1, h / w) * uy,
        )
        c = p.mix(p.mix(rock, light, 0.3), p.darker(rock, 0.72 if not icy else 0.55), k / 3)
        p.frame(img, outer, rim, c)
    p.mottle(img, rng, 0, 1, 0.3, (6, 6))
    p.glow(img, x, y, 0.2, light, 0.7)
    pool = 0.74 + 0.08 * r[2]
    t = p.steps(9)
    half = 0.1 + 0.6 * t
    ys = pool - 0.1 + (1.12 - pool) * t
    water_pts = np.concatenate(
        [p.cols(x - half + 0.04 * np.sin(t * 8), ys), p.cols(x + half + 0.04 * np.sin(t * 7), ys)[::-1]]
    )
    p.poly_gradient(img, water_pts, p.mix(water, light, 0.65), p.darker(water, 0.5))
    for k in range(7):
        yy = pool - 0.06 + 0.04 * k
        p.oval(img, x + 0.05 * np.sin(k * 2.1 + r[3] * 6), yy, 0.1 - 0.004 * k, 0.006, p.mix(light, water, 0.1 * k))
    for k in range(11):
        a, b, c = rng.random(3).tolist()
        px, long, wide = (k + a) / 11, 0.1 + 0.26 * b * b, 0.03 + 0.035 * c
        tone = (
            p.mix(p.darker(rock, 0.6), rock, 0.3 + 0.5 * b) if not icy else p.mix(rock, (245, 252, 255), 0.2 + 0.6 * b)
        )
        p.poly(
            img,
            (
                (px - wide, -0.02),
                (px + wide, -0.02),
                (px + wide * 0.3, long * 0.6),
                (px, long),
                (px - wide * 0.4, long * 0.55),
            ),
            p.darker(tone, 0.25),
        )
        p.poly(
            img,
            ((px - wide, -0.02), (px - wide * 0.1, -0.02), (px, long), (px - wide * 0.4, long * 0.55)),
            p.lighter(tone, 0.12),
        )
    for k in range(6):
        a, b, c = rng.random(3).tolist()
        px = 0.3 * a if k % 2 else 1 - 0.3 * a
        tall, wide = 0.1 + 0.2 * b, 0.05 + 0.04 * c
        tone = p.mix(p.darker(rock, 0.65), rock, 0.2 + 0.4 * b)
        p.poly(img, ((px - wide, 1.02), (px, 1 - tall), (px + wide, 1.02)), p.darker(tone, 0.2))
        p.poly(img, ((px - wide, 1.02), (px, 1 - tall), (px + wide * 0.1, 1.02)), p.lighter(tone, 0.1))
    return img


def island(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a small palm island in a turquoise sea."""
    r = rng.random(8).tolist()
    horizon = 0.48 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    teal = p.vary(rng, p.pick(rng, ((40, 190, 200), (60, 205, 205), (40, 165, 210))))
    p.sea(img, rng, horizon, p.vary(rng, (30, 105, 185)), teal, (240, 252, 255), 0.35)
    x, y, half = 0.4 + 0.2 * r[1], horizon + 0.14 + 0.06 * r[2], 0.28 + 0.1 * r[3]
    green, sand = p.vary(rng, (60, 145, 66)), p.vary(rng, (242, 218, 160))
    if r[4] < 0.45:
        side = p.pick(rng, (-1, 1))
        p.peak(img, rng, x + side * 0.08, horizon - 0.22, y, half * 0.6, p.mix(green, (90, 110, 100), 0.5), None)
    p.oval(img, x, y + 0.03, half * 1.22, 0.085, p.lighter(teal, 0.4))
    p.oval(img, x, y + 0.02, half * 1.07, 0.065, (248, 253, 255))
    p.oval(img, x, y + 0.01, half, 0.062, p.darker(sand, 0.14))
    p.oval(img, x, y, half * 0.97, 0.055, sand)
    for k in range(4):
        a, b = rng.random(2).tolist()
        p.bush(img, rng, x + half * (k - 1.5 + 0.5 * (a - 0.5)) * 0.34, y - 0.005, 0.1 + 0.06 * b, p.vary(rng, green))
    for k in range(2 + int(r[5] * 2.5)):
        a, b = rng.random(2).tolist()
        p.palm(
            img, rng, x + half * 0.7 * ((k + a) / 2 - 0.9), y + 0.02 * b, 0.34 + 0.14 * b, p.vary(rng, (50, 140, 60))
        )
    if r[6] < 0.35:
        p.sailboat(img, (x + 0.45) % 1, y + 0.1, 0.14, (180, 60, 50), (255, 252, 245))
    return img
