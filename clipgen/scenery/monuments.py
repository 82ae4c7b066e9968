"""Scenes of old stones: castle, ruins, pyramids."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def castle(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a towered castle on a hill."""
    r = rng.random(8).tolist()
    horizon = 0.64 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((90, 150, 70), (110, 160, 66), (74, 130, 76))))
    p.ground(img, p.ridge(rng, horizon - 0.04, 0.05, 1.4), p.mix(green, p.HAZE, 0.55), p.mix(green, p.HAZE, 0.35))
    x, y = 0.4 + 0.2 * r[1], 0.62 + 0.06 * r[2]
    xs = p.steps(40) * 1.06 - 0.03
    hill = p.cols(xs, 0.86 - (0.86 - y) * 1.06 * np.exp(-(((xs - x) / (0.3 + 0.1 * r[3])) ** 4) * 0.9))
    stone = p.vary(rng, p.pick(rng, ((190, 182, 172), (170, 172, 182), (206, 186, 156), (220, 214, 212))))
    roof = p.vary(rng, p.pick(rng, ((60, 90, 160), (180, 60, 56), (110, 70, 130), (70, 110, 110), (90, 84, 96))))
    size, rows = 0.46 + 0.08 * r[4], rng.random((5, 2)).tolist()
    ux = min(h, w) / w
    for k in (1, 3, 0, 4, 2):
        a, b = rows[k]
        dx, wide = (k - 2) * 0.23, 0.075 + 0.025 * a
        tall = (0.42, 0.62, 0.74, 0.62, 0.42)[k] + 0.14 * (b - 0.5)
        if k in (0, 4):
            continue
        _tower(img, x + dx * size * ux, y + 0.03, size, wide, tall, p.darker(stone, 0.1), roof)
    p.shape(img, x, y + 0.03, size, ((-0.46, -0.26), (0.46, -0.26), (0.46, 0.02), (-0.46, 0.02)), stone)
    p.shape(img, x, y + 0.03, size, ((0.12, -0.26), (0.46, -0.26), (0.46, 0.02), (0.12, 0.02)), p.darker(stone, 0.12))
    for k in range(8):
        left = -0.46 + k * 0.119
        p.shape(
            img,
            x,
            y + 0.03,
            size,
            ((left, -0.32), (left + 0.075, -0.32), (left + 0.075, -0.25), (left, -0.25)),
            stone if k < 5 else p.darker(stone, 0.12),
        )
    for k in (0, 4):
        _tower(img, x + (k - 2) * 0.23 * size * ux, y + 0.04, size, 0.085, 0.44 + 0.12 * rows[k][1], stone, roof)
    arc = np.pi * (1 + p.steps(9))
    gate = np.concatenate([p.cols(np.cos(arc) * 0.07, np.sin(arc) * 0.07 - 0.1), ((0.07, 0.02), (-0.07, 0.02))])
    p.shape(img, x, y + 0.03, size, gate, (70, 48, 38))
    p.ground(img, hill + (0, 0.035), p.lighter(green, 0.1), p.darker(green, 0.4))
    p.mottle(img, rng, y + 0.06, 1, 0.14)
    t = p.steps(10)
    mid, half = x + 0.1 * np.sin(t * 5 + r[5] * 3) * t, 0.018 + 0.06 * t * t
    ys = y + 0.035 + (0.99 - y) * t
    p.poly(img, p.both_sides(mid, half, ys), (216, 190, 146))
    for k in range(5):
        a, b = rng.random(2).tolist()
        tx = a * 0.36 if k % 2 else 1 - 0.36 * a
        p.tree(
            img,
            rng,
            tx,
            max(p.height_at(hill, tx), 0.76) + 0.06 + 0.1 * b,
            0.12 + 0.1 * b,
            p.vary(rng, p.darker(green, 0.25)),
        )
    return img


def _tower(
    img: np.ndarray, x: float, y: float, size: float, wide: float, tall: float, stone: p.Colour, roof: p.Colour
) -> None:
    """Draw a round tower with a pointed roof and a window."""
    p.shape(img, x, y, size, ((-wide, -tall), (wide, -tall), (wide, 0), (-wide, 0)), stone)
    p.shape(img, x, y, size, ((wide * 0.25, -tall), (wide, -tall), (wide, 0), (wide * 0.25, 0)), p.darker(stone, 0.22))
    peak = -tall - wide * 2.8
    p.shape(img, x, y, size, ((-wide * 1.3, -tall + 0.01), (0, peak), (wide * 1.3, -tall + 0.01)), roof)
    p.shape(img, x, y, size, ((wide * 0.25, -tall + 0.01), (0, peak), (wide * 1.3, -tall + 0.01)), p.darker(roof, 0.28))
    p.shape(
        img,
        x,
        y,
        size,
        ((-0.022, -tall + 0.09), (0.022, -tall + 0.09), (0.022, -tall + 0.18), (-0.022, -tall + 0.18)),
        (60, 54, 66),
    )
    p.shape(img, x, y, size, ((0, peak), (0, peak - 0.09), (0.08, peak - 0.065), (0, peak - 0.04)), (225, 60, 60))


def ruins(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the broken columns of an ancient temple."""
    r = rng.random(8).tolist()
    horizon = 0.56 + 0.06 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    land = p.vary(rng, p.pick(rng, ((150, 160, 90), (190, 170, 110), (120, 150, 84))))
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.05, 1.3), p.mix(land, p.HAZE, 0.5), p.mix(land, p.HAZE, 0.35))
    p.ground(img, p.ridge(rng, horizon + 0.07, 0.02), p.lighter(land, 0.1), p.darker(land, 0.3))
    p.mottle(img, rng, horizon + 0.07, 1, 0.14)
    stone = p.vary(rng, p.pick(rng, ((226, 212, 184), (214, 206, 196), (230, 200, 160))))
    x, base, half = 0.44 + 0.12 * r[1], 0.78 + 0.04 * r[2], 0.34 + 0.05 * r[3]
    for k, c in enumerate((p.darker(stone, 0.3), p.darker(stone, 0.15), stone)):
        p.box(
            img,
            x - half - 0.07 + 0.025 * k,
            base + 0.075 - 0.028 * k,
            x + half + 0.07 - 0.025 * k,
            base + 0.11 - 0.028 * k,
            c,
        )
    count = 5 + int(r[4] * 2)
    top, lost = 0.36 + 0.05 * r[5], rng.random((count, 2))
    whole = 2 + int(r[6] * (count - 2)) if r[7] < 0.65 else count
    flip = p.pick(rng, (-1, 1))
    pitch, wide = 2 * half / count, 0.6 * half / count
    for k in range(count):
        cx = x + flip * (-half + (k + 0.5) * pitch)
        up = top if k < whole else base - (base - top) * (0.2 + 0.6 * lost[k, 0])
        p.poly(
            img,
            (
                (cx - wide * 0.85, up),
                (cx + wide * 0.85, up + (0 if k < whole else 0.04 * (lost[k, 1] - 0.5))),
                (cx + wide, base + 0.02),
                (cx - wide, base + 0.02),
            ),
            stone,
        )
        p.poly(
            img,
            ((cx + wide * 0.25, up), (cx + wide * 0.85, up), (cx + wide, base + 0.02), (cx + wide * 0.3, base + 0.02)),
            p.darker(stone, 0.3),
        )
        p.strokes(
            img,
            np.array(
                [
                    [(cx - wide * 0.35, up + 0.02), (cx - wide * 0.4, base)],
                    [(cx + wide * 0.1, up + 0.02), (cx + wide * 0.1, base)],
                ]
            ),
            p.darker(stone, 0.16),
            0.005,
        )
        p.box(img, cx - wide * 1.2, base, cx + wide * 1.2, base + 0.025, p.lighter(stone, 0.2))
        if k < whole:
            p.box(img, cx - wide * 1.25, top - 0.015, cx + wide * 1.25, top + 0.015, p.lighter(stone, 0.2))
    a, b = x - flip * (half + 0.02), x + flip * (-half + whole * pitch + 0.01)
    p.box(img, min(a, b), top - 0.06, max(a, b), top - 0.012, p.darker(stone, 0.06))
    p.box(img, min(a, b), top - 0.02, max(a, b), top - 0.01, p.darker(stone, 0.35))
    if whole == count:
        p.poly(img, ((x - half - 0.04, top - 0.06), (x, top - 0.2), (x + half + 0.04, top - 0.06)), stone)
        p.poly(
            img,
            ((x - half * 0.75, top - 0.075), (x, top - 0.17), (x + half * 0.75, top - 0.075)),
            p.darker(stone, 0.25),
        )
    for k in range(4):
        c, d, e = rng.random(3).tolist()
        bx, by, s = (k + c) / 4, 0.9 + 0.07 * d, 0.05 + 0.05 * e
        p.shape(img, bx, by, s, ((-1, -0.5), (0.8, -0.6), (1, 0.3), (-0.9, 0.4)), p.darker(stone, 0.25))
        p.shape(img, bx, by, s, ((-1, -0.5), (-0.6, -0.85), (1.05, -0.9), (0.8, -0.6)), p.lighter(stone, 0.1))
    for k in range(2):
        c, d = rng.random(2).tolist()
        p.bush(img, rng, c * 0.2 if k else 1 - 0.2 * c, 0.86 + 0.1 * d, 0.1 + 0.05 * d, p.vary(rng, (90, 130, 66)))
    return img


def pyramids(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw pyramids in the desert, sometimes with palms or camels."""
    r = rng.random(8).tolist()
    horizon = 0.62 + 0.08 * r[0]
    top, low = p.pick(
        rng,
        (
            ((80, 150, 220), (240, 230, 200)),
            ((235, 140, 80), (255, 215, 140)),
            ((100, 165, 225), (250, 225, 185)),
            ((130, 90, 130), (255, 190, 120)),
        ),
    )
    img = p.gradient(h, w, ((0, p.vary(rng, top)), (horizon, low), (1, low)))
    p.sun(img, 0.12 + 0.76 * r[1], 0.12 + 0.16 * r[2], 0.05 + 0.03 * r[3], (255, 252, 220), (255, 235, 150))
    sand = p.vary(rng, p.pick(rng, ((232, 190, 120), (226, 170, 100), (240, 208, 145))))
    p.ground(img, p.ridge(rng, horizon, 0.015), p.mix(sand, low, 0.3), sand)
    lit = p.pick(rng, (-1, 1))
    count = 2 + int(r[4] * 2)
    for k in range(count):
        a, b = rng.random(2).tolist()
        x, size = (0.28, 0.68, 0.48)[k] + 0.12 * (a - 0.5), (0.3, 0.4, 0.24)[k] * (0.85 + 0.35 * b)
        y = horizon + 0.03 + 0.05 * k
        tone = p.mix(p.vary(rng, p.mix(sand, (205, 150, 84), 0.4)), low, 0.2 - 0.1 * k if k < 2 else 0)
        f = np.array((lit, 1))
        edge = (0.3, 0.06)
        p.shape(img, x, y, size, np.array(((-0.85, 0), (0, -1.1), edge)) * f, p.lighter(tone, 0.18))
        p.shape(img, x, y, size, np.array(((0.85, -0.02), (0, -1.1), edge)) * f, p.darker(tone, 0.38))
        for t in np.linspace(0.2, 0.88, 5):
            left, mid, right = (
                np.array((0, -1.1)) + (np.array(q) - (0, -1.1)) * t for q in ((-0.85, 0), edge, (0.85, -0.02))
            )
            p.shape_stroke(img, x, y, size, np.array((left, mid)) * f, p.lighter(tone, 0.04), 0.004)
            p.shape_stroke(img, x, y, size, np.array((mid, right)) * f, p.darker(tone, 0.46), 0.004)
    p.ground(img, p.ridge(rng, horizon + 0.14, 0.03), p.lighter(sand, 0.12), p.mix(sand, (180, 120, 70), 0.4))
    p.mottle(img, rng, horizon + 0.12, 1, 0.08, (9, 4))
    if r[5] < 0.5:
        for k in range(2):
            a, b = rng.random(2).tolist()
            p.palm(
                img,
                rng,
                0.08 + 0.12 * a if k else 0.92 - 0.12 * a,
                0.88 + 0.06 * b,
                0.3 + 0.1 * b,
                p.vary(rng, (70, 130, 60)),
            )
    if r[6] < 0.5:
        for k in range(2):
            _camel(
                img, 0.36 + 0.22 * k + 0.08 * r[7], 0.93 - 0.02 * k, 0.13, 1 if r[7] < 0.5 else -1, p.darker(sand, 0.5)
            )
    return img


def _camel(img: np.ndarray, x: float, y: float, size: float, facing: int, c: p.Colour) -> None:
    """Draw a camel in silhouette."""
    f = np.array((facing, 1))
    body = (
        (-0.5, -0.55),
        (-0.3, -0.72),
        (-0.1, -1.0),
        (0.12, -0.72),
        (0.38, -0.68),
        (0.55, -1.05),
        (0.6, -1.15),
        (0.88, -1.1),
        (0.86, -1.0),
        (0.68, -0.98),
        (0.56, -0.6),
        (0.42, -0.48),
        (0.4, 0),
        (0.32, 0),
        (0.28, -0.42),
        (-0.3, -0.42),
        (-0.36, 0),
        (-0.45, 0),
        (-0.46, -0.4),
    )
    p.shape(img, x, y, size, np.array(body) * f, c)
