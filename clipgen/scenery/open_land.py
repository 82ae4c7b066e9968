"""Scenes of open land: desert, snow, meadow, wheat."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


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


def wheat_field(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a ripe wheat field below low hills: a path to a tree, and ears in front at both sides."""
    r = rng.random(8).tolist()
    horizon = 0.42 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon, warm=r[1] < 0.35)
    gold = p.vary(rng, p.pick(rng, ((236, 190, 76), (226, 172, 66), (242, 204, 96))), 8)
    green = p.vary(rng, (112, 150, 84))
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.045, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.3))
    p.ground(img, p.ridge(rng, horizon + 0.0, 0.02, 1.1), p.mix(green, gold, 0.25), p.mix(green, gold, 0.4))
    for a, b in rng.random((6, 2)).tolist():
        p.tree(img, rng, a, horizon + 0.012, 0.05 + 0.05 * b, p.mix(p.vary(rng, p.darker(green, 0.15)), p.HAZE, 0.2))
    line = p.ridge(rng, horizon + 0.03, 0.012)
    p.ground(img, line, p.lighter(gold, 0.3), p.darker(gold, 0.14))
    p.mottle(img, rng, horizon + 0.04, 1, 0.16, (9, 3))
    _stalks(img, rng, horizon, gold)
    t = p.steps(16)
    goal = 0.3 + 0.4 * r[2]
    mid = goal + (0.5 - goal) * t + 0.05 * (r[3] - 0.5) * np.sin(7 * t)
    half, ys = 0.006 + 0.15 * t**1.6, p.height_at(line, goal) + 0.004 + (1.02 - horizon - 0.03) * t
    earth = p.vary(rng, (196, 156, 104), 8)
    p.poly(img, p.both_sides(mid, half * 1.14, ys), p.darker(gold, 0.24))
    p.poly_gradient(img, p.both_sides(mid, half, ys), p.lighter(earth, 0.2), p.darker(earth, 0.08))
    p.poly(img, p.both_sides(mid, half * 0.22, ys), p.mix(earth, (150, 160, 84), 0.5))
    side = p.pick(rng, (-1, 1))
    if r[4] < 0.75:
        x, y = goal + side * (0.1 + 0.05 * r[5]), horizon + 0.07
        p.shadow(img, x, y, 0.13, 0.018, 0.4)
        p.tree(img, rng, x, y, 0.26 + 0.1 * r[6], p.vary(rng, (88, 140, 66)))
    poppies = r[7] < 0.5
    for edge in (0.0, 1.0):
        p.shadow(img, edge, 1.0, 0.24, 0.24, 0.4)
    for share, size in ((0.0, 0.22), (0.5, 0.27), (1.0, 0.32)):
        for edge in (-1, 1):
            for k, (a, b, c) in enumerate(rng.random((8, 3)).tolist()):
                x = 0.5 + edge * (0.54 - (0.3 - 0.07 * share) * (k + a) / 8)
                foot = 1.02 + 0.12 * share + 0.05 * b + 0.3 * max(0.26 - abs(x - 0.5), 0)
                ear = p.mix(p.darker(gold, 0.24), p.lighter(gold, 0.12), share)
                _ear(img, x, foot, size * (0.85 + 0.3 * c), 0.24 * (b - 0.5), ear)
                if poppies and c > 0.86:
                    p.disc(img, x + 0.02, foot - 0.16, 0.026, (222, 48, 42))
                    p.disc(img, x + 0.02, foot - 0.155, 0.008, (60, 26, 30))
    return img


def _stalks(img: np.ndarray, rng: Rng, horizon: float, gold: p.Colour) -> None:
    """Draw many short strokes over a field, longer towards the viewer, as its stalks and ears."""
    for first, last, count in ((0.0, 0.3, 160), (0.3, 0.65, 170), (0.65, 1.0, 150)):
        place = rng.random((count, 4))
        depth = np.sort(first + (last - first) * place[:, 1])
        x, y = 1.04 * place[:, 0] - 0.02, horizon + 0.055 + (0.97 - horizon) * depth
        lean, tall = 0.02 * (place[:, 2] - 0.5) * (0.3 + depth), 0.012 + 0.05 * depth
        lines = np.stack([p.cols(x, y), p.cols(x + lean, y - tall)], axis=1)
        light = place[:, 3] < 0.55
        p.strokes(img, lines[~light], p.darker(gold, 0.22), 0.004 + 0.006 * first)
        p.strokes(img, lines[light], p.lighter(gold, 0.28), 0.004 + 0.008 * first)


def _ear(img: np.ndarray, x: float, y: float, size: float, lean: float, colour: p.Colour) -> None:
    """Draw one ear of wheat on its stalk, with grains in pairs and long awns."""
    t = p.steps(5)
    spine = p.cols(lean * t**2, -t)
    p.shape_stroke(img, x, y, size, spine, p.darker(colour, 0.2), 0.03 * size)
    h, w = img.shape[:2]
    u, v = min(h, w) / w * size, min(h, w) / h * size
    tip = 1.2 * lean
    awns = np.array(
        [[(lean + k * 0.03, -1.1), (tip + k * 0.14, -1.62 + 0.06 * abs(k))] for k in (-1.5, -0.5, 0.5, 1.5)]
    )
    p.shape_strokes(img, x, y, size, awns, p.lighter(colour, 0.2), 0.012 * size)
    for k in range(5):
        high = 0.86 + 0.1 * k
        middle = lean * high**2
        for flank in (-1, 1):
            c = p.lighter(colour, 0.22) if flank < 0 else p.darker(colour, 0.12)
            at = x + (middle + flank * 0.045) * u, y - (high + 0.02 * flank) * v
            p.oval(img, *at, 0.036 * size, 0.075 * size, c, angle=flank * 22)
    p.oval(img, x + lean * 1.85 * u, y - 1.38 * v, 0.034 * size, 0.075 * size, p.lighter(colour, 0.12))
