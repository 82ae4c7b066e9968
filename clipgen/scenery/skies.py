"""Scenes whose subject is the sky or the weather by day."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def sunset(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a red and golden evening sky with a low sun over sea, hills or trees."""
    r = rng.random(8).tolist()
    top, mid, low = p.pick(
        rng,
        (
            ((58, 40, 110), (215, 80, 90), (255, 190, 80)),
            ((90, 45, 95), (240, 100, 50), (255, 205, 90)),
            ((40, 50, 105), (225, 95, 110), (255, 165, 75)),
            ((120, 40, 60), (235, 85, 35), (255, 180, 60)),
        ),
    )
    horizon = 0.52 + 0.22 * r[0]
    img = p.gradient(h, w, ((0, p.vary(rng, top)), (horizon * 0.6, p.vary(rng, mid)), (horizon, low), (1, low)))
    x, y, size = 0.2 + 0.6 * r[1], horizon - 0.02 - 0.12 * r[2], 0.06 + 0.05 * r[3]
    p.sun(img, x, y, size, (255, 245, 190), (255, 200, 90), 0.75)
    p.clouds(
        img,
        rng,
        0.02,
        horizon * 0.9,
        p.mix(mid, (255, 190, 130), 0.5),
        p.mix(top, mid, 0.3),
        0.38 + 0.14 * r[4],
        (7, 2),
    )
    if r[5] < 0.55:
        p.sea(img, rng, horizon, p.mix(low, mid, 0.6), p.darker(top, 0.35), low, 0.4)
        n = rng.random((16, 2)).tolist()
        for k in range(16):
            t = (k + 1) / 16
            yy, half = horizon + (1 - horizon) * t * t, size * (0.35 + 0.9 * t) * (0.5 + 0.7 * n[k][0])
            p.oval(img, x + 0.03 * t * (n[k][1] - 0.5), yy, half, 0.004 + 0.006 * t, p.mix((255, 235, 160), low, t))
        if r[6] < 0.5:
            p.sailboat(img, 0.15 + 0.7 * r[7], horizon + 0.08, 0.14, (40, 20, 35), (60, 30, 45))
    else:
        dark = p.darker(top, 0.45)
        p.ground(img, p.ridge(rng, horizon + 0.01, 0.04, 1.5), p.mix(mid, top, 0.6), p.mix(mid, top, 0.8))
        p.ground(img, p.ridge(rng, horizon + 0.11, 0.05, 1.2), p.mix(dark, mid, 0.25), dark)
        p.far_land(img, rng, horizon + 0.24, p.darker(dark, 0.55), r[6] < 0.6)
    return img


def dawn(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a pale pink and gold morning with the sun coming up behind misty hills."""
    r = rng.random(8).tolist()
    top, mid, low = p.pick(
        rng,
        (
            ((130, 170, 225), (245, 195, 200), (255, 232, 170)),
            ((150, 160, 220), (250, 185, 190), (255, 225, 190)),
            ((110, 165, 215), (250, 215, 180), (255, 240, 180)),
        ),
    )
    horizon = 0.5 + 0.15 * r[0]
    img = p.gradient(h, w, ((0, p.vary(rng, top)), (horizon * 0.6, p.vary(rng, mid)), (horizon, low), (1, low)))
    x, size = 0.2 + 0.6 * r[1], 0.09 + 0.05 * r[3]
    lines = []
    for k in range(9):
        a, b = np.pi * (k + 0.3) / 8, np.pi * (k + 0.6) / 8
        lines.append(
            ((x - 1.5 * np.cos(a), horizon - 1.5 * np.sin(a)), (x - 1.5 * np.cos(b), horizon - 1.5 * np.sin(b)))
        )
    if r[2] < 0.6:
        veil = img.copy()
        for one, two in lines:
            p.poly(veil, ((x, horizon), one, two), (255, 246, 200))
        cv2.addWeighted(veil, 0.33, img, 0.67, 0, img)
    p.clouds(img, rng, 0.02, horizon * 0.75, (255, 225, 215), (225, 180, 205), 0.3 + 0.15 * r[4], (7, 2))
    p.sun(img, x, horizon - 0.01, size, (255, 253, 220), (255, 225, 130), 0.8)
    green = p.vary(rng, p.pick(rng, ((70, 105, 95), (80, 90, 120), (85, 110, 70))))
    for k, t in enumerate((0.28, 0.5, 0.75, 1.0)):
        line = p.ridge(rng, horizon + 0.04 + 0.13 * k, 0.045, 1.4)
        shade = p.mix((250, 205, 190), green, t)
        p.ground(img, line, shade, p.mix(shade, (255, 228, 205), 0.5 if k < 3 else 0))
    if r[5] < 0.7:
        for x, s in rng.random((6, 2)).tolist():
            p.pine(img, x, p.height_at(line, x) + 0.03, 0.12 + 0.14 * s, p.darker(green, 0.35))
    return img


def lightning(img: np.ndarray, rng: Rng, x: float, low: float, wide: float) -> None:
    """Draw a bolt of lightning from the clouds at x to the height `low`, with a fork."""
    kinks = rng.random((9, 2))
    ys = 0.16 + (low - 0.14) * np.arange(9) / 8
    xs = np.clip(x + np.cumsum((kinks[:, 0] - 0.5) * 0.13), 0.06, 0.94)
    bolt = p.cols(xs, ys)
    fork = bolt[3] + np.cumsum(np.concatenate([[(0, 0)], (kinks[:4] - (0.15, 0)) * (0.14, 0.11)]), axis=0)
    p.strokes(img, np.stack([bolt[:5], bolt[4:], fork]), (150, 150, 235), wide)
    p.strokes(img, np.stack([bolt[:5], bolt[4:], fork]), (255, 255, 240), wide * 0.45)


def storm(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw dark clouds and lightning above a dim sea or land."""
    r = rng.random(8).tolist()
    top = p.vary(rng, p.pick(rng, ((38, 40, 56), (44, 36, 62), (34, 46, 58))), 8)
    low = p.vary(rng, p.pick(rng, ((110, 118, 140), (130, 110, 140), (105, 125, 128))), 10)
    horizon = 0.68 + 0.14 * r[0]
    img = p.gradient(h, w, ((0, top), (horizon * 0.55, p.mix(top, low, 0.35)), (horizon, low), (1, low)))
    x = 0.2 + 0.6 * r[1]
    p.clouds(img, rng, 0, 0.62, p.mix(top, low, 0.75), p.darker(top, 0.3), 0.72, (5, 4), 3.0)
    p.glow(img, x, 0.22, 0.24, (205, 205, 255), 0.65)
    for k in range(5):
        a, b = rng.random(2).tolist()
        for dy, c in ((0.03, p.darker(top, 0.35)), (0.0, p.mix(top, low, 0.2 + 0.25 * b))):
            p.oval(img, (k + a) / 5, 0.04 + 0.1 * b + dy, 0.17, 0.1, c)
    if r[2] < 0.5:
        p.sea(img, rng, horizon, p.mix(low, (40, 60, 75), 0.5), (18, 28, 40), p.lighter(low, 0.2), 0.45)
    else:
        p.ground(img, p.ridge(rng, horizon, 0.03, 1.2), (42, 56, 50), (16, 22, 22))
        if r[3] < 0.6:
            p.tree(img, rng, 0.1 + 0.8 * r[4], horizon + 0.05, 0.22, (26, 38, 34), (22, 20, 22))
    for k in range(1 + int(r[5] * 2.2)):
        at = x if k == 0 else 0.1 + 0.8 * float(rng.random())
        lightning(img, rng, at, horizon, 0.022 if k == 0 else 0.014)
    if r[6] < 0.6:
        drops = rng.random((26, 1, 2)) * (1.1, 1.0)
        wet = img.copy()
        p.strokes(wet, np.concatenate([drops, drops + (-0.03, 0.12)], axis=1), (190, 200, 220), 0.004)
        cv2.addWeighted(wet, 0.4, img, 0.6, 0, img)
    return img


def rainbow(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a rainbow over green hills after the rain."""
    r = rng.random(8).tolist()
    horizon = 0.62 + 0.12 * r[0]
    img = p.gradient(
        h, w, ((0, p.vary(rng, (92, 140, 205))), (horizon, p.vary(rng, (205, 226, 240))), (1, (205, 226, 240)))
    )
    p.clouds(img, rng, 0, horizon * 0.8, (240, 244, 250), (165, 178, 198), 0.35 + 0.2 * r[1], (3, 3))
    x, size, width = 0.3 + 0.4 * r[2], 0.5 + 0.16 * r[3], 0.02 + 0.012 * r[4]
    arc = img.copy()
    for k, c in enumerate(
        ((235, 50, 50), (255, 140, 40), (255, 228, 60), (70, 200, 80), (50, 130, 235), (110, 60, 190))
    ):
        p.oval(arc, x, horizon + 0.1, size - k * width, size - k * width, c, 0, 178, 362, width)
    cv2.addWeighted(arc, 0.72, img, 0.28, 0, img)
    green = p.vary(rng, p.pick(rng, ((96, 170, 70), (120, 180, 66), (80, 160, 84))))
    p.ground(
        img, p.ridge(rng, horizon, 0.05, 1.3), p.mix(green, (190, 215, 225), 0.4), p.mix(green, (190, 215, 225), 0.2)
    )
    line = p.ridge(rng, horizon + 0.12, 0.05)
    p.ground(img, line, p.lighter(green, 0.12), p.darker(green, 0.35))
    p.mottle(img, rng, horizon + 0.1, 1, 0.1)
    if r[5] < 0.3:
        p.house(img, rng, 0.2 + 0.6 * r[6], horizon + 0.2, 0.14, (240, 230, 210), (190, 80, 60))
    for a, b in rng.random((3, 2)).tolist():
        p.tree(img, rng, a, p.height_at(line, a) + 0.03 + 0.1 * b, 0.14 + 0.1 * b, p.vary(rng, p.darker(green, 0.25)))
    for k in range(2):
        if r[7] < 0.75:
            p.puff(img, rng, x + (k * 2 - 1) * size * min(h, w) / w, horizon - 0.02, 0.12)
    return img


def rain(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a grey rainy street with puddles and an umbrella."""
    r = rng.random(8).tolist()
    grey = p.vary(rng, (128, 140, 156), 10)
    horizon = 0.6 + 0.08 * r[0]
    img = p.gradient(h, w, ((0, p.darker(grey, 0.35)), (horizon, p.lighter(grey, 0.35)), (1, grey)))
    p.clouds(img, rng, 0, 0.4, p.lighter(grey, 0.15), p.darker(grey, 0.4), 0.7, (4, 3), 3.0)
    if r[1] < 0.6:
        p.skyline(
            img,
            rng,
            horizon + 0.02,
            0.12,
            0.34,
            p.mix(grey, (110, 100, 105), 0.5),
            (240, 214, 150),
            p.darker(grey, 0.35),
            0.25,
            7,
        )
    else:
        p.ground(img, p.ridge(rng, horizon - 0.05, 0.05), p.mix(grey, (90, 120, 105), 0.5), (80, 104, 92))
        for a, b in rng.random((4, 2)).tolist():
            p.tree(img, rng, a, horizon + 0.02, 0.2 + 0.08 * b, (72, 100, 84))
    street = p.vary(rng, (84, 92, 104), 8)
    a = int(round(horizon * h))
    img[a:] = cv2.addWeighted(
        p.gradient(h, w, ((horizon, p.lighter(street, 0.2)), (1, p.darker(street, 0.25))))[a:],
        0.8,
        img[a - 1 :: -1][: h - a] if a >= h - a else img[a:],
        0.2,
        0,
    )
    puddle = p.lighter(grey, 0.45)
    for k in range(3):
        x, y, s = rng.random(3).tolist()
        x, y = (k + x) / 3, horizon + 0.1 + (0.92 - horizon - 0.1) * y
        p.oval(img, x, y, 0.13 + 0.07 * s, 0.03 + 0.02 * s, p.mix(puddle, street, 0.25))
        p.oval(img, x, y + 0.004, 0.11 + 0.07 * s, 0.022 + 0.018 * s, puddle)
        p.oval(img, x + 0.02, y, 0.05, 0.014, p.darker(puddle, 0.25), width=0.004)
    uy = min(h, w) / h
    for _ in range(1 + int(r[2] * 1.6)):
        a = rng.random(5).tolist()
        x, y, size = 0.2 + 0.6 * a[0], 0.78 + 0.1 * a[1], 0.34 + 0.1 * a[2]
        coat = p.pick(rng, ((60, 70, 100), (70, 60, 60), (210, 180, 60), (50, 90, 90)))
        hue = p.vary(rng, p.pick(rng, ((220, 40, 50), (245, 195, 40), (50, 110, 215), (40, 160, 110), (230, 90, 160))))
        p.shape(img, x, y, size, ((-0.07, -0.24), (-0.01, -0.24), (-0.01, 0), (-0.07, 0)), (40, 42, 52))
        p.shape(img, x, y, size, ((0.01, -0.24), (0.07, -0.24), (0.07, 0), (0.01, 0)), (32, 34, 44))
        p.shape(img, x, y, size, ((-0.08, -0.6), (0.08, -0.6), (0.14, -0.18), (-0.14, -0.18)), coat)
        p.disc(img, x, y - 0.67 * size * uy, 0.07 * size, (205, 160, 130))
        p.shape_stroke(img, x, y, size, ((0.1, -0.4), (0.1, -0.8)), (40, 40, 46), 0.01)
        arc = np.pi * (1 + p.steps(13))
        dome = p.cols(np.cos(arc) * 0.38 + 0.03, np.sin(arc) * 0.3 - 0.7)
        p.shape(img, x, y, size, np.concatenate([dome, ((0.24, -0.74), (0.03, -0.7), (-0.18, -0.74))]), hue)
        p.shape(img, x, y, size, np.concatenate([dome[4:9], ((0.03, -0.7), (-0.14, -0.73))]), p.lighter(hue, 0.3))
    drops = rng.random((36, 1, 2)) * (1.15, 1.05) - (0, 0.1)
    wet = img.copy()
    p.strokes(wet, np.concatenate([drops, drops + (-0.025, 0.1)], axis=1), (225, 232, 245), 0.005)
    return cv2.addWeighted(wet, 0.6, img, 0.4, 0)


def cloudscape(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a blue sky above a sea of white clouds."""
    r = rng.random(5).tolist()
    horizon = 0.5 + 0.14 * r[0]
    top = p.vary(rng, p.pick(rng, ((52, 120, 215), (70, 140, 225), (40, 100, 195))))
    img = p.gradient(h, w, ((0, top), (horizon, (196, 226, 250)), (1, (226, 238, 250))))
    if r[1] < 0.6:
        p.sun(img, 0.12 + 0.76 * r[2], 0.12 + 0.14 * r[3], 0.05, (255, 253, 225), (255, 246, 200))
    p.clouds(img, rng, 0.05, horizon, (255, 255, 255), (206, 220, 238), 0.28 + 0.1 * r[4], (7, 3))
    for k in range(5):  # banks of heaped cloud before their own shadows, larger towards the viewer
        near = k / 4
        y = horizon + (1.06 - horizon) * near**1.2
        light, shade = p.mix((214, 228, 246), (255, 255, 255), near), p.mix((186, 206, 236), (146, 172, 216), near)
        p.ground(img, p.ridge(rng, y, 0.01, 2.0), shade, p.mix(shade, light, 0.6))
        count = 9 - k
        for j in range(count):
            a, b, c = rng.random(3).tolist()
            p.puff(img, rng, (j + a) / count, y - 0.02 * b, (0.09 + 0.16 * near) * (0.8 + 0.5 * c), light, shade)
    return img
