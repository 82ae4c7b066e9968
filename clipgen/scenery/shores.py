"""Scenes where land meets water."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


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
    for dy, c in ((-0.035, p.mix(teal, p.SPARK, 0.5)), (-0.02, (250, 253, 255)), (0.015, p.darker(sand, 0.22))):
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
    p.ripples(img, rng, horizon + 0.01, 1, p.SPARK, 0.35, 0.32)
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
