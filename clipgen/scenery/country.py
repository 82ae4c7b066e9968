"""Scenes of worked land."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def farm(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a red barn among striped fields."""
    r = rng.random(8).tolist()
    horizon = 0.42 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((110, 165, 70), (130, 172, 76), (94, 150, 76))))
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.045, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.3))
    crop = p.vary(rng, p.pick(rng, ((226, 190, 84), (200, 180, 80), (150, 182, 76), (170, 122, 78))))
    p.ground(img, np.array([(-0.03, horizon + 0.05), (1.03, horizon + 0.05)]), p.lighter(crop, 0.12), crop)
    vx, first = 0.2 + 0.6 * r[1], horizon + 0.1
    rows = np.linspace(-2.2, 3.2, 19)
    for a, b in zip(rows[:-1:2], rows[1::2], strict=False):
        far_a, far_b = vx + (a - vx) * 0.14, vx + (b - vx) * 0.14
        p.poly(
            img, ((far_a, first), (far_b, first), (b, 1.02), (a, 1.02)), p.mix(p.darker(crop, 0.28), (90, 130, 50), 0.4)
        )
    if r[6] < 0.6:
        corner = 0.0 if r[7] < 0.5 else 1.0
        p.poly(
            img,
            ((corner * 1.06 - 0.03, first - 0.03), (1.03 - corner * 1.06, 1.02), (corner * 1.06 - 0.03, 1.02)),
            green,
        )
    p.poly(
        img,
        ((-0.02, horizon + 0.02), (1.02, horizon + 0.035), (1.02, first + 0.03), (-0.02, first + 0.02)),
        p.lighter(green, 0.08),
    )
    x, y, size = 0.25 + 0.5 * r[2], first + 0.03, 0.3 + 0.1 * r[3]
    side = p.pick(rng, (-1, 1))
    for k in range(4):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 4, first - 0.01, 0.13 + 0.07 * b, p.vary(rng, p.darker(green, 0.25)))
    if r[4] < 0.75:
        sx = x - side * 0.62 * size * min(h, w) / w
        p.shape(img, sx, y, size, ((-0.12, -0.95), (0.12, -0.95), (0.12, 0), (-0.12, 0)), (205, 208, 214))
        p.shape(img, sx, y, size, ((0.03, -0.95), (0.12, -0.95), (0.12, 0), (0.03, 0)), (158, 162, 172))
        p.oval(img, sx, y - 0.95 * size * min(h, w) / h, 0.12 * size, 0.12 * size, (130, 140, 158), 0, 180, 360)
    red = p.vary(rng, p.pick(rng, ((190, 44, 40), (170, 50, 44), (200, 60, 44))))
    p.shape(img, x, y, size, ((0.1, -0.5), (0.85, -0.5), (0.85, 0), (0.1, 0)), p.darker(red, 0.22), side)
    p.shape(
        img,
        x,
        y,
        size,
        ((-0.4, 0), (-0.4, -0.5), (-0.3, -0.72), (-0.13, -0.85), (0.04, -0.72), (0.14, -0.5), (0.14, 0)),
        red,
        side,
    )
    p.shape(img, x, y, size, ((-0.13, -0.9), (0.62, -0.9), (0.78, -0.76), (0.04, -0.76)), (116, 110, 116), side)
    p.shape(img, x, y, size, ((0.04, -0.76), (0.78, -0.76), (0.9, -0.48), (0.15, -0.48)), (92, 86, 94), side)
    p.shape_stroke(
        img,
        x,
        y,
        size,
        ((-0.44, -0.48), (-0.32, -0.75), (-0.13, -0.89), (0.05, -0.75), (0.17, -0.48)),
        (245, 242, 235),
        0.035 * size,
        side,
    )
    p.shape(img, x, y, size, ((-0.27, -0.34), (0.01, -0.34), (0.01, 0), (-0.27, 0)), (245, 242, 235), side)
    p.shape(img, x, y, size, ((-0.24, -0.31), (-0.02, -0.31), (-0.02, 0), (-0.24, 0)), p.darker(red, 0.35), side)
    p.shape_stroke(img, x, y, size, ((-0.24, -0.31), (-0.02, 0)), (245, 242, 235), 0.025 * size, side)
    p.shape_stroke(img, x, y, size, ((-0.02, -0.31), (-0.24, 0)), (245, 242, 235), 0.025 * size, side)
    if r[5] < 0.4:
        for k in range(3):
            a, b = rng.random(2).tolist()
            bx, by = (k + a) / 3, first + 0.14 + 0.2 * b
            p.oval(img, bx, by, 0.06 + 0.04 * b, 0.05 + 0.03 * b, (196, 154, 64))
            p.oval(img, bx - 0.015, by, 0.045 + 0.03 * b, 0.045 + 0.03 * b, (232, 196, 100))
            p.oval(img, bx - 0.015, by, 0.02 + 0.02 * b, 0.02 + 0.02 * b, (196, 154, 64), width=0.008)
    elif r[5] < 0.75:
        p.strokes(img, np.array([[(-0.02, 0.9), (1.02, 0.9)], [(-0.02, 0.95), (1.02, 0.95)]]), (244, 240, 230), 0.014)
        xs = np.arange(8) * 0.14 + 0.03
        p.strokes(
            img,
            np.stack([np.stack([xs, xs * 0 + 0.86], axis=1), np.stack([xs, xs * 0 + 1.0], axis=1)], axis=1),
            (244, 240, 230),
            0.02,
        )
    return img


def garden(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a garden with a path, flower beds, bushes and a fence, hedge or house."""
    r = rng.random(8).tolist()
    horizon = 0.42 + 0.06 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    lawn = p.vary(rng, p.pick(rng, ((112, 180, 74), (96, 168, 76), (130, 186, 80))))
    for k in range(5):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 5, horizon + 0.04, 0.26 + 0.1 * b, p.vary(rng, p.darker(lawn, 0.32)))
    p.ground(
        img, np.array([(-0.03, horizon + 0.03), (1.03, horizon + 0.03)]), p.lighter(lawn, 0.1), p.darker(lawn, 0.3)
    )
    p.mottle(img, rng, horizon + 0.04, 1, 0.12)
    if r[1] < 0.4:
        p.house(
            img,
            rng,
            0.3 + 0.4 * r[2],
            horizon + 0.08,
            0.34,
            p.vary(rng, p.pick(rng, p.WALLS)),
            p.vary(rng, p.pick(rng, p.ROOFS)),
        )
    elif r[1] < 0.75:
        xs = np.arange(14) * 0.08 - 0.02
        posts = np.stack(
            [np.stack([xs, xs * 0 + horizon - 0.05], axis=1), np.stack([xs, xs * 0 + horizon + 0.07], axis=1)], axis=1
        )
        p.strokes(img, posts, (250, 250, 246), 0.024)
        p.strokes(
            img,
            np.array(
                [
                    [(-0.02, horizon - 0.015), (1.02, horizon - 0.015)],
                    [(-0.02, horizon + 0.035), (1.02, horizon + 0.035)],
                ]
            ),
            (232, 232, 230),
            0.014,
        )
    else:
        p.box(img, -0.02, horizon - 0.06, 1.02, horizon + 0.06, p.darker(lawn, 0.38))
        p.box(img, -0.02, horizon - 0.06, 1.02, horizon - 0.03, p.darker(lawn, 0.15))
    t = p.steps(10)
    x0, bend = 0.4 + 0.2 * r[3], 0.1 * (r[4] - 0.5)
    mid, half, ys = x0 + (0.5 - x0) * t + bend * np.sin(t * 5), 0.03 + 0.15 * t, horizon + 0.07 + (0.95 - horizon) * t
    stone = p.vary(rng, p.pick(rng, ((220, 200, 166), (200, 196, 190), (206, 160, 120))))
    p.poly_gradient(img, p.both_sides(mid, half, ys), p.lighter(stone, 0.2), p.darker(stone, 0.12))
    for k in range(2, 10, 1):
        p.stroke(
            img, ((mid[k] - half[k] * 0.95, ys[k]), (mid[k] + half[k] * 0.95, ys[k])), p.darker(stone, 0.22), 0.006
        )
    hues = (
        (235, 50, 70),
        (250, 200, 50),
        (245, 120, 180),
        (160, 90, 215),
        (255, 255, 255),
        (255, 140, 50),
        (90, 110, 230),
    )
    for side in (-1, 1):
        for depth in (0.06, 0.34, 0.75):
            a, b, c = rng.random(3).tolist()
            y = horizon + 0.12 + (0.86 - horizon) * depth
            edge = float(np.interp(y, ys, half)) + 0.05 + 0.12 * depth
            size = 0.1 + 0.14 * depth + 0.04 * b
            x = float(np.interp(y, ys, mid)) + side * (edge + 0.06 * a)
            p.bush(img, rng, x, y, size, p.vary(rng, p.darker(lawn, 0.2)), p.pick(rng, hues))
            p.bush(
                img,
                rng,
                x + side * (size * 1.3),
                y + 0.02,
                size * 0.9,
                p.vary(rng, p.darker(lawn, 0.3)),
                p.pick(rng, hues) if c < 0.6 else None,
            )
    return img


def valley(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a river that winds towards the viewer between green hills."""
    r = rng.random(5).tolist()
    horizon = 0.4 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((104, 160, 72), (120, 168, 76), (88, 146, 80))))
    p.ground(img, p.ridge(rng, horizon - 0.08, 0.07, 1.2), p.mix(green, p.HAZE, 0.55), p.mix(green, p.HAZE, 0.4))
    p.ground(img, p.ridge(rng, horizon, 0.05, 1.0), p.mix(green, p.HAZE, 0.25), green)
    p.ground(img, p.ridge(rng, horizon + 0.1, 0.02, 1.0), p.lighter(green, 0.1), p.darker(green, 0.3))
    t = p.steps(48)
    ys = horizon + 0.1 + (0.92 - horizon) * t
    bend, turns = 0.2 * (1 if r[1] < 0.5 else -1), 1.4 + 0.8 * r[2]
    middle = 0.5 + bend * np.sin(turns * np.pi * (1 - t)) * (0.25 + 0.75 * t) + 0.12 * (r[3] - 0.5)
    half = 0.012 + 0.15 * t**1.5
    water = p.vary(rng, (72, 146, 204))
    p.poly(img, p.both_sides(middle, half * 1.25, ys), p.mix(green, (214, 196, 140), 0.6))
    p.poly_gradient(img, p.both_sides(middle, half, ys), p.lighter(water, 0.4), p.darker(water, 0.1))
    for x, y in rng.random((14, 2)).tolist():
        at = int(y * 47)
        wide = half[at] * 0.5
        x0 = middle[at] + (x - 0.5) * half[at]
        p.stroke(img, np.array([(x0 - wide * 0.5, ys[at]), (x0 + wide * 0.5, ys[at])]), p.SPARK, 0.004 + 0.006 * y)
    for a, b, c in rng.random((9, 3)).tolist():
        y = horizon + 0.12 + 0.5 * b * b
        at = int(np.argmin(np.abs(ys - y)))
        x = a if abs(a - middle[at]) > half[at] * 1.25 + 0.08 else (a + 0.5) % 1
        p.tree(img, rng, x, y, 0.08 + 0.2 * b * b + 0.04 * c, p.vary(rng, p.darker(green, 0.2)))
    return img
