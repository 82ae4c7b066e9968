"""Scenes of harbour and lighthouse."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def harbour(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw moored boats, a pier and quayside houses."""
    r = rng.random(6).tolist()
    horizon = 0.42 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    p.ground(
        img,
        p.ridge(rng, horizon - 0.1, 0.06, 1.2),
        p.mix((90, 130, 100), p.HAZE, 0.5),
        p.mix((90, 130, 100), p.HAZE, 0.3),
    )
    edges = np.cumsum(0.7 + 0.6 * rng.random(9))
    edges = (edges / edges[-1] * 1.12 - 0.08).tolist()
    for k in range(8):
        a, b = rng.random(2).tolist()
        wall, roof = p.vary(rng, p.pick(rng, p.WALLS), 14), p.vary(rng, p.pick(rng, p.ROOFS), 14)
        x0, x1, top = edges[k], edges[k + 1], horizon - 0.12 - 0.1 * a
        p.box(img, x0, top, x1, horizon, wall)
        p.poly(img, ((x0 - 0.005, top), ((x0 + x1) / 2, top - 0.07), (x1 + 0.005, top)), roof)
        for wx in (0.2, 0.6):
            for wy in (top + 0.03, top + 0.09):
                p.box(img, x0 + (x1 - x0) * wx, wy, x0 + (x1 - x0) * (wx + 0.2), wy + 0.035, (80, 100, 130))
    p.box(img, -0.02, horizon - 0.005, 1.02, horizon + 0.03, (150, 140, 130))
    p.reflect(img, rng, horizon + 0.03, p.vary(rng, (50, 105, 150)), 0.55, 0.02)
    p.ripples(img, rng, horizon + 0.03, 1, (225, 240, 250), 0.35)
    hulls = ((200, 50, 50), (245, 245, 245), (40, 80, 150), (40, 120, 110), (230, 170, 50), (60, 60, 70))
    count = 3 + int(r[1] * 2)
    for row in range(2):
        for k in range(count - row):
            a, b, c = rng.random(3).tolist()
            x, y, size = (
                (k + 0.2 + 0.6 * a) / (count - row),
                horizon + 0.12 + 0.22 * row + 0.06 * b,
                0.17 + 0.1 * row + 0.04 * c,
            )
            _boat(img, rng, x, y, size, p.pick(rng, hulls))
    if r[2] < 0.75:
        side = p.pick(rng, (-1, 1))
        x0, x1 = 0.5 + side * 0.55, 0.5 + side * 0.02
        for t in np.linspace(0.08, 0.96, 5):
            px, py = x0 + (x1 - x0) * t, 0.9 - 0.02 * t
            p.stroke(img, ((px, py - 0.05), (px, py + 0.12)), (74, 54, 40), 0.022)
        p.poly(img, ((x0, 0.85), (x1, 0.845), (x1 - side * 0.03, 0.89), (x0, 0.91)), (168, 126, 84))
        p.poly(img, ((x0, 0.91), (x1 - side * 0.03, 0.89), (x1 - side * 0.03, 0.91), (x0, 0.935)), (112, 80, 54))
    return img


_BOAT = p.group(
    ((-0.5, 0.03), (0.5, 0.03), (0.3, 0.2), (-0.3, 0.2)),
    ((-0.02, -1.25), (0.02, -1.25), (0.02, -0.1), (-0.02, -0.1)),
    ((0, -0.4), (-0.46, -0.36), (-0.46, -0.3), (0, -0.32)),
    ((-0.32, -0.36), (0.1, -0.36), (0.2, -0.16), (-0.32, -0.16)),
    ((-0.25, -0.31), (0.04, -0.31), (0.08, -0.22), (-0.25, -0.22)),
    ((-0.52, -0.18), (0.66, -0.22), (0.45, 0.05), (-0.44, 0.05)),
    ((-0.52, -0.18), (0.66, -0.22), (0.62, -0.15), (-0.51, -0.12)),
)


def _boat(img: np.ndarray, rng: Rng, x: float, y: float, size: float, hull: p.Colour) -> None:
    """Draw a moored boat with a bare mast, a cabin and its reflection."""
    side = p.pick(rng, (-1, 1))
    p.shape_stroke(img, x, y, size, ((0.62 * side, -0.22), (0, -1.2), (-0.55 * side, -0.2)), (150, 152, 162))
    p.shapes(
        img,
        x,
        y,
        size,
        _BOAT,
        (
            p.mix(p.darker(hull, 0.3), (40, 90, 130), 0.5),
            (236, 230, 220),
            (240, 235, 225),
            (244, 242, 236),
            (60, 84, 110),
            hull,
            p.lighter(hull, 0.5),
        ),
        side,
    )


def lighthouse(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a striped lighthouse on a cliff above the sea."""
    r = rng.random(8).tolist()
    horizon = 0.6 + 0.08 * r[0]
    night = r[1] < 0.3
    if night:
        img = p.gradient(h, w, ((0, (14, 20, 58)), (horizon, p.vary(rng, (90, 84, 140))), (1, (90, 84, 140))))
        p.stars(img, rng, 60, 0.5)
    else:
        img = p.fair_sky(rng, h, w, horizon)
    dim = 0.5 if night else 0.0
    p.sea(
        img,
        rng,
        horizon,
        p.darker((60, 130, 185), dim),
        p.darker((24, 80, 130), dim),
        p.darker((225, 240, 250), dim * 0.7),
        0.45,
    )
    side = p.pick(rng, (-1, 1))
    x, y = 0.5 + side * (0.14 + 0.1 * r[2]), 0.6 + 0.06 * r[3]
    rock = p.darker(p.vary(rng, p.pick(rng, ((130, 112, 98), (120, 120, 126), (150, 122, 96)))), dim)
    green = p.darker(p.vary(rng, (100, 158, 76)), dim)
    e = (rng.random(3) * 0.04).tolist()
    inner = 0.5 - side * 0.06
    face = np.array(
        [
            (0.5 + side * 0.56, y - 0.02),
            (x, y),
            (inner + side * 0.04, y + 0.03),
            (inner + e[0], y + 0.1),
            (inner - side * 0.05 - e[1], y + 0.2),
            (inner - side * 0.03 + e[2], y + 0.28),
            (inner - side * 0.14, 1.02),
            (0.5 + side * 0.56, 1.02),
        ]
    )
    p.poly_gradient(img, face, p.lighter(rock, 0.12), p.darker(rock, 0.45))
    for _ in range(5):
        a, b, c = rng.random(3).tolist()
        px, py = inner + side * (0.06 + 0.5 * a), y + 0.1 + 0.25 * b
        p.poly(
            img,
            ((px, py), (px + 0.05, py + 0.02), (px + 0.04, py + 0.16), (px - 0.01 - 0.03 * c, py + 0.18)),
            p.darker(rock, 0.3 + 0.2 * c),
        )
    p.poly(
        img,
        np.concatenate(
            [
                face[:3],
                [
                    (inner + side * 0.08, y + 0.065),
                    (x, y + 0.05),
                    (x + side * 0.15, y + 0.075),
                    (0.5 + side * 0.56, y + 0.05),
                ],
            ]
        ),
        green,
    )
    for k in range(6):
        a, b = rng.random(2).tolist()
        p.oval(
            img,
            inner - side * (0.16 - 0.05 * k * 0.4) + 0.05 * (a - 0.5),
            0.99 - 0.035 * k * b,
            0.05,
            0.012,
            p.darker((250, 253, 255), dim * 0.5),
        )
    size, paint = 0.5 + 0.06 * r[4], p.pick(rng, ((215, 50, 45), (215, 50, 45), (40, 80, 150), (40, 40, 48)))
    base_y = y + 0.03
    white, band = p.darker((250, 248, 242), dim * 0.6), p.darker(paint, dim * 0.6)
    if r[5] < 0.5:
        p.house(
            img,
            rng,
            x + side * 0.13,
            base_y + 0.01,
            0.13,
            white,
            p.darker((190, 80, 60), dim),
            (255, 220, 120) if night else (90, 120, 160),
        )
    uy = min(h, w) / h
    for k in range(5):
        a, b = 0.125 - 0.012 * k, 0.125 - 0.012 * (k + 1)
        lo, hi = -0.16 * k, -0.16 * (k + 1)
        c = band if k % 2 else white
        p.shape(img, x, base_y, size, ((-a, lo), (-b, hi), (b, hi), (a, lo)), c)
        p.shape(img, x, base_y, size, ((a * 0.3, lo), (b * 0.3, hi), (b, hi), (a, lo)), p.darker(c, 0.2))
    p.shape(img, x, base_y, size, ((-0.1, -0.8), (0.1, -0.8), (0.1, -0.84), (-0.1, -0.84)), (50, 50, 60))
    p.shape(img, x, base_y, size, ((-0.055, -0.84), (0.055, -0.84), (0.055, -0.96), (-0.055, -0.96)), (255, 236, 150))
    p.shape(img, x, base_y, size, ((-0.08, -0.95), (0, -1.08), (0.08, -0.95)), band if band != white else (200, 50, 50))
    if night or r[6] < 0.3:
        lamp = base_y - 0.9 * size * uy
        veil = img.copy()
        p.poly(veil, ((x, lamp), (0.5 - side * 0.6, lamp - 0.2), (0.5 - side * 0.6, lamp + 0.04)), (255, 244, 180))
        cv2.addWeighted(veil, 0.5 if night else 0.3, img, 0.5 if night else 0.7, 0, img)
        p.glow(img, x, lamp, 0.07, (255, 246, 190), 0.9)
    return img
