"""Scenes of rock and height: mountains, a volcano, a waterfall, caves."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


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
        p.ripples(img, rng, horizon + 0.05, 1, p.SPARK, 0.25, 0.35)
        return img
    p.ground(img, p.ridge(rng, horizon, 0.035, 1.5), p.mix(green, haze, 0.3), green)
    line = p.ridge(rng, horizon + 0.12, 0.04)
    p.ground(img, line, green, p.darker(green, 0.4))
    p.mottle(img, rng, horizon + 0.06, 1, 0.12)
    for x, s in np.sort(rng.random((int(4 + r[2] * 9), 2)), axis=0).tolist():
        p.pine(img, (x * 7.3) % 1, horizon + 0.12 + 0.2 * s, 0.09 + 0.16 * s, p.vary(rng, p.darker(green, 0.35), 8))
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
