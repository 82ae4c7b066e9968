"""Paintings that hang in an art gallery, as pictures of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PRIMARY: tuple[p.Colour, ...] = ((214, 54, 44), (40, 84, 170), (246, 202, 62), (246, 242, 232), (246, 242, 232))


def sea(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint a sea with a sailing boat below a low sun."""
    top, low, deep = p.pick(rng, (((90, 150, 210), (252, 220, 170), (40, 100, 150)),
                                  ((110, 70, 130), (255, 170, 100), (70, 60, 110))))  # fmt: skip
    img = p.gradient(h, w, ((0, top), (0.6, low), (1, low)))
    p.sun(img, 0.3 + 0.1 * rng.random(), 0.42, 0.09, (255, 250, 220), (255, 226, 160))
    p.sea(img, rng, 0.6, p.lighter(deep, 0.3), p.darker(deep, 0.2), (255, 236, 200), 0.6)
    p.sailboat(img, 0.64, 0.74, 0.45, (110, 56, 40), (252, 246, 232))
    return img


def hills(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint mountains, hills and trees."""
    img = p.gradient(h, w, ((0, (112, 164, 216)), (0.6, (250, 232, 196)), (1, (250, 232, 196))))
    p.puff(img, rng, 0.75, 0.2, 0.2)
    for x, top in ((0.25, 0.22), (0.6, 0.34)):
        p.peak(img, rng, x, top, 0.75, 0.34, (120, 128, 164), (246, 246, 250))
    green = p.vary(rng, p.pick(rng, ((110, 150, 76), (196, 150, 66), (92, 132, 96))))
    p.ground(img, p.ridge(rng, 0.66, 0.07), p.lighter(green, 0.1), p.darker(green, 0.25))
    for x, y in ((0.12, 0.86), (0.84, 0.9), (0.7, 0.8)):
        p.tree(img, rng, x, y, 0.42, p.darker(green, 0.28))
    return img


def portrait(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint a lady or a gentleman before a dark ground."""
    back = p.pick(rng, ((84, 74, 52), (60, 80, 78), (96, 58, 52)))
    img = p.gradient(h, w, ((0, p.lighter(back, 0.14)), (1, p.darker(back, 0.4))))
    at = Spot(img, 0.5, 1.0, 1.0)
    cloth = p.pick(rng, furniture.CLOTHS)
    hair = p.pick(rng, ((70, 44, 30), (40, 32, 34), (190, 140, 70), (150, 80, 44)))
    skin = p.pick(rng, ((240, 200, 166), (222, 172, 130), (160, 110, 80)))
    long = rng.random() < 0.5
    if long:
        at.box(-0.25, -0.98, 0.25, -0.34, hair, 0.2)
    at.poly(((-0.5, 0.05), (-0.42, -0.3), (-0.14, -0.42), (0.14, -0.42), (0.42, -0.3), (0.5, 0.05)), cloth)
    at.poly(((0.1, 0.05), (0.14, -0.42), (0.42, -0.3), (0.5, 0.05)), p.darker(cloth, 0.3))
    at.poly(((-0.14, -0.43), (0.14, -0.43), (0.0, -0.2)), skin if long else (246, 242, 232))
    at.box(-0.08, -0.55, 0.08, -0.38, p.darker(skin, 0.18))
    at.oval(0, -0.7, 0.18, 0.24, p.darker(skin, 0.16))
    at.oval(-0.02, -0.7, 0.155, 0.23, skin)
    at.oval(0, -0.86, 0.2, 0.13, hair, 180, 360)
    at.oval(-0.12, -0.84, 0.1, 0.09, hair)
    at.oval(0.12, -0.84, 0.1, 0.09, hair)
    for x in (-0.085, 0.055):
        at.oval(x, -0.71, 0.026, 0.024, (50, 36, 32))
    at.box(-0.07, -0.58, 0.03, -0.555, (186, 76, 70))
    return img


def flowers(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint a vase of flowers on a table."""
    back = p.pick(rng, ((236, 196, 96), (120, 160, 186), (204, 216, 196)))
    img = p.gradient(h, w, ((0, p.lighter(back, 0.15)), (0.78, back), (0.79, (150, 96, 60)), (1, (116, 72, 46))))
    at = Spot(img, 0.5, 0.88, 1.0)
    bloom = p.pick(rng, ((250, 176, 40), (226, 84, 96), (250, 246, 240), (150, 96, 190)))
    pot = p.pick(rng, furniture.CLOTHS)
    heads = ((-0.24, -0.62), (0.22, -0.66), (0.0, -0.86), (-0.12, -0.5), (0.16, -0.46), (-0.02, -0.66))
    for x, y in heads:
        at.line(((0, -0.3), (x, y)), (70, 110, 60), 0.035)
        at.oval(x * 1.1 + 0.06, 0.75 * y, 0.09, 0.05, (90, 140, 76))
    turn = 2 * np.pi * np.arange(8) / 8
    for x, y in heads:
        for a, b in p.cols(np.cos(turn), np.sin(turn)).tolist():
            at.oval(x + 0.085 * a, y + 0.085 * b, 0.052, 0.052, bloom if a < 0.5 else p.darker(bloom, 0.15))
        at.oval(x, y, 0.06, 0.06, (120, 70, 36))
    t = p.steps(9)
    at.poly(p.both_sides(0 * t, 0.13 + 0.07 * np.sin(np.pi * t), -0.38 * t), p.darker(pot, 0.15))
    at.poly(p.both_sides(0 * t - 0.03, 0.09 + 0.06 * np.sin(np.pi * t), -0.38 * t), p.lighter(pot, 0.15))
    return img


def blocks(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint an abstract picture of coloured rectangles between black bars."""
    img = np.empty((h, w, 3), np.uint8)
    a, b = rng.random(2).tolist()
    xs, ys = (0, 0.25 + 0.15 * a, 0.72, 1), (0, 0.3 + 0.15 * b, 0.74, 1)
    order = rng.permutation(9).tolist()
    for n in range(9):
        x, y = n % 3, n // 3
        p.box(img, xs[x], ys[y], xs[x + 1], ys[y + 1], _PRIMARY[order[n] % len(_PRIMARY)])
    for x, y in zip(xs[1:3], ys[1:3], strict=True):
        p.stroke(img, ((x, 0), (x, 1)), (26, 26, 30), 0.07)
        p.stroke(img, ((0, y), (1, y)), (26, 26, 30), 0.07)
    return img


def night(rng: Rng, h: int, w: int) -> np.ndarray:
    """Paint a night sky of whirling strokes above a village and a dark cypress."""
    img = p.gradient(h, w, ((0, (24, 46, 120)), (0.75, (90, 140, 200)), (1, (40, 60, 100))))
    t = p.steps(21)
    for n, a in enumerate(rng.random(7).tolist()):
        wave = p.cols(t, 0.08 + 0.1 * n + 0.05 * np.sin(7 * t + 6 * a))
        p.stroke(img, wave, p.pick(rng, ((140, 186, 232), (60, 100, 180), (190, 214, 226))), 0.035)
    for x, y, radius in ((0.76, 0.17, 0.13), (0.46, 0.26, 0.08), (0.2, 0.14, 0.07), (0.62, 0.46, 0.07)):
        p.disc(img, x, y, 1.7 * radius, (170, 200, 190))
        p.disc(img, x, y, 1.2 * radius, (240, 222, 120))
        p.disc(img, x, y, 0.7 * radius, (255, 246, 190))
    p.ground(img, p.ridge(rng, 0.76, 0.06), (46, 70, 110), (26, 40, 66))
    for x in (0.5, 0.68, 0.86):
        p.box(img, x, 0.84, x + 0.1, 0.93, (90, 100, 120))
        p.box(img, x + 0.03, 0.86, x + 0.07, 0.9, (255, 214, 100))
    p.poly(img, ((0.2, 0.3), (0.26, 0.5), (0.24, 0.6), (0.32, 0.8), (0.34, 1.0), (0.06, 1.0), (0.1, 0.78), (0.15, 0.6)),
           (20, 40, 36))  # fmt: skip
    return img


LARGE: tuple[Callable[[Rng, int, int], np.ndarray], ...] = (sea, hills)
SMALL: tuple[Callable[[Rng, int, int], np.ndarray], ...] = (portrait, flowers, blocks, night, portrait)
