"""Scenes of streets and houses."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def city(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw towers by day, behind a park, a road or water."""
    r = rng.random(6).tolist()
    base = 0.8 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, base)
    wall = p.vary(rng, p.pick(rng, ((130, 148, 172), (150, 140, 140), (110, 136, 160), (168, 150, 132))))
    p.skyline(
        img,
        rng,
        base,
        0.24,
        0.52,
        p.mix(wall, p.HAZE, 0.55),
        p.mix((225, 238, 248), p.HAZE, 0.4),
        p.mix(wall, p.HAZE, 0.35),
        0.5,
        10 + int(r[1] * 4),
    )
    p.skyline(img, rng, base, 0.1, 0.5, wall, (205, 228, 245), (70, 96, 130), 0.35, 6 + int(r[2] * 4))
    if r[3] < 0.4:
        p.reflect(img, rng, base, (70, 110, 150), 0.4)
        p.ripples(img, rng, base, 1, (235, 245, 255), 0.3)
        return img
    green = p.vary(rng, (90, 150, 74))
    p.ground(img, np.array([(-0.03, base), (1.03, base)]), green, p.darker(green, 0.3))
    if r[3] < 0.7:
        p.box(img, -0.02, base + 0.06, 1.02, 1.02, (92, 94, 102))
        n = np.arange(6)
        dashes = np.stack(
            [np.stack([n * 0.2, n * 0 + base + 0.12], axis=1), np.stack([n * 0.2 + 0.1, n * 0 + base + 0.12], axis=1)],
            axis=1,
        )
        p.strokes(img, dashes, (240, 236, 215), 0.01)
    for k in range(5):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 5, base + 0.05, 0.12 + 0.06 * b, p.vary(rng, (70, 136, 64)))
    return img


def city_night(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw dark towers with lit windows under a night sky."""
    r = rng.random(6).tolist()
    base = 0.82 + 0.08 * r[0]
    top, low = p.pick(rng, (((8, 10, 36), (50, 52, 104)), ((14, 8, 40), (110, 60, 110)), ((6, 14, 34), (30, 70, 110))))
    img = p.gradient(h, w, ((0, p.vary(rng, top, 6)), (base, p.vary(rng, low, 10)), (1, low)))
    p.stars(img, rng, 50, 0.5)
    if r[1] < 0.6:
        p.moon(img, rng, 0.15 + 0.7 * r[2], 0.12 + 0.1 * r[3], 0.06 + 0.03 * r[4], top)
    lit = p.pick(rng, ((255, 215, 120), (255, 230, 160), (255, 200, 100)))
    p.skyline(img, rng, base, 0.22, 0.5, p.mix(top, low, 0.55), p.mix(lit, low, 0.45), p.mix(top, low, 0.4), 0.4, 11)
    p.skyline(img, rng, base, 0.12, 0.52, p.lighter(top, 0.06), lit, p.lighter(top, 0.13), 0.5, 6 + int(r[5] * 4))
    if r[3] < 0.65:
        p.reflect(img, rng, base, (10, 14, 44), 0.3, 0.02)
        p.ripples(img, rng, base, 1, p.mix(lit, low, 0.4), 0.3)
    else:
        p.box(img, -0.02, base, 1.02, 1.02, (26, 26, 40))
        n = rng.random((8, 2)).tolist()
        for k, (a, b) in enumerate(n):
            c, y = ((255, 70, 50), base + 0.05) if k % 2 else ((255, 245, 205), base + 0.1)
            p.stroke(img, ((a, y), (a + 0.06 + 0.1 * b, y)), c, 0.014)
    return img


def village(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a village of small houses among trees on green hills."""
    r = rng.random(6).tolist()
    horizon = 0.42 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((104, 164, 74), (124, 170, 74), (86, 146, 80))))
    p.ground(img, p.ridge(rng, horizon - 0.04, 0.06, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.3))
    p.ground(img, p.ridge(rng, horizon + 0.06, 0.03), p.lighter(green, 0.1), p.darker(green, 0.3))
    p.mottle(img, rng, horizon + 0.06, 1, 0.1)
    if r[1] < 0.75:
        x, y = 0.2 + 0.6 * r[2], horizon + 0.12
        p.shape(img, x, y, 0.3, ((-0.13, -0.75), (0.13, -0.75), (0.13, 0), (-0.13, 0)), (238, 232, 220))
        p.shape(img, x, y, 0.3, ((0.03, -0.75), (0.13, -0.75), (0.13, 0), (0.03, 0)), (196, 190, 186))
        p.shape(img, x, y, 0.3, ((-0.16, -0.74), (0, -1.3), (0.16, -0.74)), (110, 90, 96))
        p.oval(img, x - 0.01, y - 0.16 * min(h, w) / h, 0.012, 0.018, (80, 80, 96))
    t = p.steps(10)
    mid, half = 0.5 + 0.16 * np.sin(t * 4 + r[3] * 6), 0.012 + 0.085 * t
    ys = horizon + 0.09 + (0.95 - horizon) * t
    p.poly_gradient(img, p.both_sides(mid, half, ys), (226, 206, 166), (190, 160, 118))
    for row, (y, size, count) in enumerate(((0.12, 0.115, 5), (0.25, 0.16, 4), (0.45, 0.23, 3))):
        for k in range(count):
            a, b, c, d = rng.random(4).tolist()
            x, yy = (k + 0.2 + 0.6 * a) / count, horizon + y + 0.03 * b
            if abs(x - float(np.interp(yy, ys, mid))) < 0.09 + 0.05 * row:
                x = x - 0.15 if x < 0.5 else x + 0.15
            if d < 0.28:
                p.tree(img, rng, x, yy, size * 1.25, p.vary(rng, p.darker(green, 0.22)))
            else:
                p.house(
                    img, rng, x, yy, size, p.vary(rng, p.pick(rng, p.WALLS), 10), p.vary(rng, p.pick(rng, p.ROOFS), 14)
                )
    return img


def road(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a winding road that runs away through hills."""
    r = rng.random(8).tolist()
    horizon = 0.42 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    land = p.vary(rng, p.pick(rng, ((104, 160, 70), (130, 168, 74), (188, 160, 92), (86, 140, 80))))
    if r[1] < 0.35:
        for k in range(3):
            a, b = rng.random(2).tolist()
            p.peak(
                img,
                rng,
                (k + a) / 3,
                horizon - 0.14 - 0.1 * b,
                horizon + 0.04,
                0.28,
                p.mix((110, 120, 145), p.HAZE, 0.4),
                (245, 248, 252),
            )
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.05, 1.3), p.mix(land, p.HAZE, 0.5), p.mix(land, p.HAZE, 0.3))
    p.ground(img, p.ridge(rng, horizon + 0.05, 0.03, 1.0), p.lighter(land, 0.08), p.darker(land, 0.25))
    p.mottle(img, rng, horizon + 0.05, 1, 0.12)
    t = p.steps(22)
    ys = horizon + 0.055 + (0.98 - horizon) * t
    sway = (0.1 + 0.14 * r[2]) * p.pick(rng, (-1, 1))
    mid = 0.5 + 0.2 * (r[3] - 0.5) * (1 - t) + sway * np.sin(5.2 * (1 - t) ** 1.3 + 0.3) * (0.3 + 0.7 * t)
    half = 0.008 + 0.2 * t**1.5
    grey = p.vary(rng, (96, 98, 106), 8)

    def band(left: float, right: float) -> np.ndarray:
        return np.concatenate([p.cols(mid + half * left, ys), p.cols(mid + half * right, ys)[::-1]])

    p.poly(img, band(-1.25, 1.25), p.mix(land, (205, 180, 140), 0.6))
    p.poly_gradient(img, band(-1, 1), p.lighter(grey, 0.25), grey)
    line = p.pick(rng, ((250, 248, 240), (250, 205, 70)))
    p.poly(img, band(-0.92, -0.85), (244, 242, 235))
    p.poly(img, band(0.85, 0.92), (244, 242, 235))
    for k in range(1, 20, 3):
        seg = slice(k, k + 2 if k > 8 else k + 3)
        p.poly(
            img, np.concatenate([p.cols(mid - half * 0.05, ys)[seg], p.cols(mid + half * 0.05, ys)[seg][::-1]]), line
        )
    pines = r[4] < 0.4
    for a, b in np.sort(rng.random((6, 2)), axis=0).tolist():
        y = horizon + 0.08 + 0.4 * b
        centre, wide = float(np.interp(y, ys, mid)), float(np.interp(y, ys, half))
        side = 1 if (a * 37) % 1 < 0.5 else -1
        x = centre + side * (wide * 1.3 + 0.06 + 0.3 * ((a * 91) % 1))
        if pines:
            p.pine(img, x, y, 0.12 + 0.3 * b, p.vary(rng, p.darker(land, 0.45), 8))
        else:
            p.tree(img, rng, x, y, 0.11 + 0.28 * b, p.vary(rng, p.mix(p.darker(land, 0.3), (60, 120, 60), 0.5)))
    return img


def bridge(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an arched or suspended bridge over a river."""
    r = rng.random(8).tolist()
    horizon = 0.5 + 0.06 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((96, 150, 74), (116, 160, 74), (80, 136, 84))))
    p.ground(img, p.ridge(rng, horizon - 0.08, 0.05, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.3))
    if r[1] < 0.35:
        p.skyline(
            img,
            rng,
            horizon,
            0.06,
            0.22,
            p.mix((120, 130, 150), p.HAZE, 0.4),
            (225, 236, 246),
            (120, 136, 160),
            0.4,
            12,
        )
    water = p.vary(rng, (60, 125, 165))
    a, b = int(round(horizon * h)), h
    img[a:b] = p.gradient(b - a, w, ((0, p.lighter(water, 0.35)), (1, p.darker(water, 0.35))))
    p.ripples(img, rng, horizon, 1, (230, 242, 250), 0.4)
    deck, foot = horizon + 0.02 - 0.06 * r[2], horizon + 0.24
    xs = p.steps(40) * 1.06 - 0.03
    if r[3] < 0.55:
        stone = p.vary(rng, p.pick(rng, ((176, 160, 144), (160, 160, 164), (190, 150, 120))))
        count = 2 + int(r[4] * 2.5)
        rise = 0.05 + 0.06 * r[5]
        top = deck - rise * (1 - (2 * xs - 1) ** 2)
        wide = 1.06 / count
        arcs = []
        angles = np.pi * (1 + p.steps(15))
        for k in range(count):
            cx = -0.03 + (k + 0.5) * wide
            crown = deck - rise * (1 - (2 * cx - 1) ** 2)
            arcs.append(p.cols(cx + np.cos(angles) * wide * 0.39, foot + np.sin(angles) * (foot - crown - 0.085)))
        under = np.concatenate(arcs)
        shade = np.concatenate([p.cols(xs, top), [(1.03, foot)], under[::-1], [(-0.03, foot)]])
        p.poly_gradient(img, shade + (0.014, 0.012), p.darker(stone, 0.5), p.darker(stone, 0.55))
        p.poly_gradient(img, shade, p.lighter(stone, 0.08), p.darker(stone, 0.15))
        for k, arc in enumerate(arcs):
            p.stroke(img, arc, p.darker(stone, 0.3), 0.012)
            p.oval(img, -0.03 + (k + 0.5) * wide, foot + 0.06, wide * 0.32, 0.014, p.darker(water, 0.3))
        p.stroke(img, p.cols(xs, top), p.lighter(stone, 0.35), 0.02)
        p.stroke(img, p.cols(xs, top + 0.03), p.darker(stone, 0.25), 0.008)
        for k in range(count - 1):
            px = -0.03 + (k + 1) * wide
            p.poly(
                img,
                (
                    (px - wide * 0.12, foot),
                    (px + wide * 0.12, foot),
                    (px + wide * 0.09, foot + 0.1),
                    (px - wide * 0.09, foot + 0.1),
                ),
                p.mix(p.darker(stone, 0.4), water, 0.55),
            )
    else:
        steel = p.vary(rng, p.pick(rng, ((205, 70, 50), (120, 130, 145), (70, 110, 150))))
        deck += 0.04
        t0, t1, tall = 0.24, 0.76, 0.3 + 0.08 * r[5]
        sag = deck - 0.02 - (tall - 0.03) * ((xs - 0.5) / 0.26) ** 2
        out_l, out_r = (
            deck - (tall + 0.01) * np.clip((xs + 0.12) / (t0 + 0.12), 0, 1) ** 1.5,
            deck - (tall + 0.01) * np.clip((1.12 - xs) / (1.12 - t1), 0, 1) ** 1.5,
        )
        cable = np.where(xs < t0, out_l, np.where(xs > t1, out_r, sag))
        p.strokes(
            img,
            np.stack([p.cols(xs[::2], cable[::2]), p.cols(xs[::2], xs[::2] * 0 + deck)], axis=1),
            p.mix(steel, p.HAZE, 0.3),
            0.003,
        )
        p.stroke(img, p.cols(xs, cable), steel, 0.014)
        for tx in (t0, t1):
            for dx in (-0.022, 0.022):
                p.stroke(
                    img,
                    ((tx + dx, deck - tall - 0.02), (tx + dx, foot)),
                    steel if dx < 0 else p.darker(steel, 0.25),
                    0.022,
                )
            for dy in (0.33, 0.66, 0.98):
                p.stroke(
                    img, ((tx - 0.022, deck - tall * dy), (tx + 0.022, deck - tall * dy)), p.darker(steel, 0.15), 0.02
                )
            p.box(img, tx - 0.05, foot - 0.03, tx + 0.05, foot + 0.04, (150, 150, 152))
            p.box(img, tx - 0.04, foot + 0.04, tx + 0.04, foot + 0.16, p.mix(p.darker(steel, 0.3), water, 0.6))
        p.box(img, -0.02, deck - 0.012, 1.02, deck + 0.025, p.darker(steel, 0.1))
        p.box(img, -0.02, deck + 0.02, 1.02, deck + 0.032, p.darker(steel, 0.45))
    for side in (0, 1):
        for _ in range(2):
            c, d = rng.random(2).tolist()
            p.bush(
                img,
                rng,
                side + (0.5 - side) * 0.3 * c,
                1.0 - 0.04 * d,
                0.18 + 0.08 * d,
                p.vary(rng, p.darker(green, 0.2)),
            )
    if r[6] < 0.35:
        p.sailboat(img, 0.3 + 0.4 * r[7], foot + 0.15, 0.13, (150, 60, 50), (252, 250, 245))
    return img
