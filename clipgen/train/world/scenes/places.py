"""Scenes of towns, buildings and worked land."""

from __future__ import annotations

import cv2
import numpy as np

from . import primitives as p
from .primitives import Rng

_HAZE = (190, 210, 230)
_WALLS = ((240, 226, 200), (225, 190, 150), (235, 235, 230), (240, 205, 140), (200, 215, 225), (230, 170, 150))
_ROOFS = ((190, 76, 56), (170, 92, 60), (120, 70, 60), (96, 104, 124), (205, 100, 64))


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
        p.mix(wall, _HAZE, 0.55),
        p.mix((225, 238, 248), _HAZE, 0.4),
        p.mix(wall, _HAZE, 0.35),
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


def castle(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a towered castle on a hill."""
    r = rng.random(8).tolist()
    horizon = 0.64 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((90, 150, 70), (110, 160, 66), (74, 130, 76))))
    p.ground(img, p.ridge(rng, horizon - 0.04, 0.05, 1.4), p.mix(green, _HAZE, 0.55), p.mix(green, _HAZE, 0.35))
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


def village(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a village of small houses among trees on green hills."""
    r = rng.random(6).tolist()
    horizon = 0.42 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((104, 164, 74), (124, 170, 74), (86, 146, 80))))
    p.ground(img, p.ridge(rng, horizon - 0.04, 0.06, 1.3), p.mix(green, _HAZE, 0.5), p.mix(green, _HAZE, 0.3))
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
                    img, rng, x, yy, size, p.vary(rng, p.pick(rng, _WALLS), 10), p.vary(rng, p.pick(rng, _ROOFS), 14)
                )
    return img


def harbour(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw moored boats, a pier and quayside houses."""
    r = rng.random(6).tolist()
    horizon = 0.42 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    p.ground(
        img,
        p.ridge(rng, horizon - 0.1, 0.06, 1.2),
        p.mix((90, 130, 100), _HAZE, 0.5),
        p.mix((90, 130, 100), _HAZE, 0.3),
    )
    edges = np.cumsum(0.7 + 0.6 * rng.random(9))
    edges = (edges / edges[-1] * 1.12 - 0.08).tolist()
    for k in range(8):
        a, b = rng.random(2).tolist()
        wall, roof = p.vary(rng, p.pick(rng, _WALLS), 14), p.vary(rng, p.pick(rng, _ROOFS), 14)
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


def farm(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a red barn among striped fields."""
    r = rng.random(8).tolist()
    horizon = 0.42 + 0.1 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((110, 165, 70), (130, 172, 76), (94, 150, 76))))
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.045, 1.3), p.mix(green, _HAZE, 0.5), p.mix(green, _HAZE, 0.3))
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
                p.mix((110, 120, 145), _HAZE, 0.4),
                (245, 248, 252),
            )
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.05, 1.3), p.mix(land, _HAZE, 0.5), p.mix(land, _HAZE, 0.3))
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
            p.vary(rng, p.pick(rng, _WALLS)),
            p.vary(rng, p.pick(rng, _ROOFS)),
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


def bridge(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an arched or suspended bridge over a river."""
    r = rng.random(8).tolist()
    horizon = 0.5 + 0.06 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    green = p.vary(rng, p.pick(rng, ((96, 150, 74), (116, 160, 74), (80, 136, 84))))
    p.ground(img, p.ridge(rng, horizon - 0.08, 0.05, 1.3), p.mix(green, _HAZE, 0.5), p.mix(green, _HAZE, 0.3))
    if r[1] < 0.35:
        p.skyline(
            img, rng, horizon, 0.06, 0.22, p.mix((120, 130, 150), _HAZE, 0.4), (225, 236, 246), (120, 136, 160), 0.4, 12
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
            p.mix(steel, _HAZE, 0.3),
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


def ruins(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the broken columns of an ancient temple."""
    r = rng.random(8).tolist()
    horizon = 0.56 + 0.06 * r[0]
    img = p.fair_sky(rng, h, w, horizon)
    land = p.vary(rng, p.pick(rng, ((150, 160, 90), (190, 170, 110), (120, 150, 84))))
    p.ground(img, p.ridge(rng, horizon - 0.03, 0.05, 1.3), p.mix(land, _HAZE, 0.5), p.mix(land, _HAZE, 0.35))
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
