"""Scenes of the night sky and of space."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def night_sky(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a starry sky with the moon above dark hills."""
    r = rng.random(8).tolist()
    top = p.vary(rng, p.pick(rng, ((8, 12, 38), (14, 10, 46), (6, 18, 44))), 5)
    low = p.vary(rng, p.pick(rng, ((38, 58, 112), (60, 48, 112), (28, 72, 110))))
    img = p.gradient(h, w, ((0, top), (0.85, low), (1, low)))
    if r[0] < 0.35:
        n = p.noise(rng, h, w, 5, 5)
        across = (2 * p.steps(w) - 1)[None] * (r[1] - 0.5) * 2 + (2 * p.steps(h) - 1)[:, None]
        p.blend(img, np.clip(np.exp(-across * across * 9) * (n - 0.15), 0, 1) * 0.6, (170, 160, 215))
    p.stars(img, rng, 85, 0.9)
    if r[2] < 0.85:
        p.moon(img, rng, 0.18 + 0.64 * r[3], 0.14 + 0.24 * r[4], 0.08 + 0.06 * r[5], top)
    if r[6] < 0.25:
        p.stroke(img, ((r[3], 0.5 * r[5]), (r[3] + 0.16, 0.5 * r[5] + 0.08)), (230, 235, 255), 0.006)
    if r[6] > 0.4:
        p.ground(img, p.ridge(rng, 0.78, 0.05, 1.4), p.mix(low, top, 0.45), p.mix(low, top, 0.8))
    p.far_land(img, rng, 0.86 + 0.08 * r[7], p.darker(top, 0.25), r[5] < 0.6)
    return img


def _stretch(
    h: int, w: int, x: float, y: float, scale: float, angle: float, flat: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the turned and flattened coordinates of every pixel around a centre."""
    s = min(h, w) * scale
    dx = (np.arange(w, dtype=np.float32)[None] + 0.5 - x * w) / s
    dy = (np.arange(h, dtype=np.float32)[:, None] + 0.5 - y * h) / s
    c, n = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return dx * c + dy * n, (dy * c - dx * n) * np.float32(1 / flat)


def galaxy(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a spiral galaxy among nebula clouds and stars."""
    r = rng.random(10).tolist()
    arm, core, gas = p.pick(
        rng,
        (
            ((120, 150, 255), (255, 235, 200), (110, 40, 140)),
            ((230, 120, 230), (255, 235, 215), (40, 60, 150)),
            ((90, 210, 230), (255, 240, 210), (140, 40, 110)),
            ((255, 150, 130), (255, 245, 220), (70, 50, 150)),
        ),
    )
    img = p.gradient(h, w, ((0, p.vary(rng, (8, 8, 24), 6)), (1, p.vary(rng, (14, 8, 34), 6))))
    n = p.noise(rng, h, w, 4, 4)
    p.blend(img, np.clip((n - 0.4) * 1.6, 0, 0.7), p.vary(rng, gas, 20))
    p.stars(img, rng, 100)
    cx, cy, scale = 0.5 + 0.2 * (r[0] - 0.5), 0.5 + 0.2 * (r[1] - 0.5), 0.36 + 0.12 * r[2]
    # the spiral is smooth: made small and enlarged, it costs the same at every size
    gh, gw = (h, w) if max(h, w) <= 64 else (max(1, h * 96 // max(h, w)), max(1, w * 96 // max(h, w)))
    ax, ay = _stretch(gh, gw, cx, cy, scale, r[3] * 3.14, 0.4 + 0.5 * r[4])
    radius = cv2.magnitude(*np.broadcast_arrays(ax, ay)) + 0.02
    turn = p.pick(rng, (-1, 1)) * (4.5 + 2 * r[5])
    wave = np.cos(2 * np.arctan2(ay, ax) + turn * np.log(radius)) * 0.5 + 0.5
    arms = np.clip(wave**2 * 1.1 + 0.12, 0, 1) * np.exp(-radius * radius * 1.9)
    arms = cv2.resize(arms * 1.15, (w, h), interpolation=cv2.INTER_LINEAR)
    p.blend(img, np.clip(arms * (0.55 + 0.7 * n), 0, 1), arm)
    middle = cv2.resize(np.exp(-radius * radius * 14), (w, h), interpolation=cv2.INTER_LINEAR)
    p.blend(img, np.clip(middle * 1.15, 0, 1), core)
    sparks = rng.normal(0, 0.16, (40, 2))
    p.dots(
        img,
        np.clip(cx + sparks[:, 0], 0, 0.99),
        np.clip(cy + sparks[:, 1], 0, 0.99),
        np.array((235, 235, 255), np.uint8),
        0.008,
    )
    return img


def space(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw planets, one of them large and perhaps ringed, before the stars."""
    r = rng.random(10).tolist()
    img = p.gradient(h, w, ((0, p.vary(rng, (8, 8, 20), 6)), (1, p.vary(rng, (18, 12, 42), 8))))
    p.blend(
        img,
        np.clip((p.noise(rng, h, w, 3, 3) - 0.5) * 1.2, 0, 0.45),
        p.pick(rng, ((70, 40, 130), (30, 70, 130), (120, 40, 80))),
    )
    p.stars(img, rng, 100)
    hue = p.vary(
        rng,
        p.pick(rng, ((215, 150, 90), (90, 150, 220), (200, 90, 70), (150, 120, 210), (90, 190, 170), (225, 200, 150))),
        20,
    )
    x, y, size = 0.3 + 0.4 * r[0], 0.38 + 0.26 * r[1], 0.19 + 0.1 * r[2]
    ringed, tilt = r[3] < 0.5, -35 + 70 * r[4]
    rings = ((1.95, 0.5, p.mix(hue, (235, 215, 185), 0.6)), (1.65, 0.42, p.mix(hue, (160, 130, 110), 0.6)))
    if ringed:
        for a, b, c in rings:
            p.oval(img, x, y, size * a, size * b, c, tilt, 180, 360, 0.022)
    _planet(img, rng, x, y, size, hue, tilt)
    if ringed:
        for a, b, c in rings:
            p.oval(img, x, y, size * a, size * b, c, tilt, 0, 180, 0.022)
    for k in range(1 + int(r[5] * 2.5)):
        a, b, c = rng.random(3).tolist()
        px = (0.02 + 0.2 * a) if k % 2 == (r[6] < 0.5) else 0.98 - 0.2 * a
        _planet(
            img,
            rng,
            px,
            0.1 + 0.8 * b,
            0.04 + 0.06 * c,
            p.vary(rng, p.pick(rng, ((190, 190, 195), (220, 120, 80), (100, 160, 220))), 20),
            tilt,
        )
    return img


def _planet(img: np.ndarray, rng: Rng, x: float, y: float, size: float, hue: p.Colour, tilt: float) -> None:
    """Draw a banded or blotched globe lit from the upper left."""
    grid = rng.random((8, 2), dtype=np.float32) if rng.random() < 0.6 else rng.random((6, 6), dtype=np.float32)
    n = max(6, int(size * p.side_of(img) * 2))
    axis = (2 * p.steps(n) - 1).astype(np.float32)
    gx, gy = axis[None], axis[:, None]
    radius2 = gx * gx + gy * gy
    light = np.clip(np.sqrt(np.clip(1 - radius2, 0, 1)) * 0.65 - 0.45 * (gx + gy) + 0.12, 0.08, 1.15)
    turn = cv2.getRotationMatrix2D((n / 2, n / 2), -tilt, 1.0)
    bands = cv2.warpAffine(p.enlarge(grid, n, n), turn, (n, n), borderMode=cv2.BORDER_REPLICATE)
    colours = np.asarray(hue, np.float32) * (0.6 + 0.7 * bands[..., None]) + 30 * bands[..., None]
    h, w = img.shape[:2]
    x0, y0 = int(x * w - n / 2), int(y * h - n / 2)
    a, b, c, d = max(x0, 0), min(x0 + n, w), max(y0, 0), min(y0 + n, h)
    if a >= b or c >= d:
        return
    cut = np.s_[c - y0 : d - y0, a - x0 : b - x0]
    alpha = np.clip((1 - np.sqrt(radius2)) * n / 2 + 0.5, 0, 1)
    p.blend(img[c:d, a:b], alpha[cut], (colours * light[..., None])[cut])


def aurora(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw green and violet northern lights over snowy hills."""
    r = rng.random(8).tolist()
    img = p.gradient(h, w, ((0, p.vary(rng, (8, 10, 36), 6)), (0.75, p.vary(rng, (20, 46, 78), 10)), (1, (24, 60, 84))))
    p.stars(img, rng, 65, 0.75)
    low = p.vary(rng, p.pick(rng, ((70, 255, 150), (60, 250, 190), (130, 255, 110))), 12)
    high = p.pick(rng, ((150, 70, 220), (70, 120, 235), (220, 70, 170)))
    xs = p.steps(w).astype(np.float32)
    ys = ((np.arange(h, dtype=np.float32) + 0.5) / h)[:, None]
    for _ in range(2 + (r[0] < 0.4)):
        a = rng.random(5).tolist()
        foot = (
            0.34 + 0.24 * a[0] + 0.1 * np.sin(xs * (4 + 5 * a[1]) + 6.28 * a[2]) + 0.04 * np.sin(xs * 15 + 6.28 * a[3])
        )
        fringe = cv2.resize(rng.random((1, 26), dtype=np.float32), (w, 1), interpolation=cv2.INTER_CUBIC)
        rise = foot.astype(np.float32)[None] - ys
        length = (0.14 + 0.16 * a[4]) * (0.5 + fringe)
        curtain = np.where(rise > 0, np.exp(-np.maximum(rise, 0) / length), np.exp(np.minimum(rise, 0) * 32)) * (
            0.35 + 0.65 * fringe
        )
        t = np.clip(rise / 0.42, 0, 1)[..., None]
        p.blend(
            img, np.clip(curtain, 0, 1) * 0.85, np.asarray(low, np.float32) * (1 - t) + np.asarray(high, np.float32) * t
        )
    horizon = 0.7 + 0.08 * r[1]
    if r[2] < 0.5:
        for k in range(4):
            a, b = rng.random(2).tolist()
            p.peak(img, rng, (k + a) / 4, horizon - 0.1 - 0.12 * b, horizon + 0.03, 0.2, (34, 50, 76), (150, 190, 205))
    if r[3] < 0.4:
        p.reflect(img, rng, horizon, (12, 34, 60), 0.35)
        p.ripples(img, rng, horizon, 1, low, 0.25)
    else:
        p.ground(img, p.ridge(rng, horizon, 0.03), (110, 150, 165), (70, 100, 130))
        line = p.ridge(rng, horizon + 0.1, 0.04)
        p.ground(img, line, (150, 195, 200), (70, 95, 130))
    for x, s in rng.random((8, 2)).tolist():
        p.pine(
            img, x, horizon + 0.06 + 0.2 * s * s, 0.12 + 0.16 * s, (14, 30, 40), (95, 140, 150) if r[4] < 0.5 else None
        )
    return img


def fireworks(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw bursts of fireworks over a city at night."""
    r = rng.random(6).tolist()
    img = p.gradient(h, w, ((0, p.vary(rng, (8, 8, 34), 6)), (0.8, p.vary(rng, (44, 30, 82), 10)), (1, (50, 34, 80))))
    hues = (
        (255, 90, 80),
        (255, 210, 80),
        (110, 255, 130),
        (110, 190, 255),
        (255, 120, 230),
        (255, 255, 230),
        (255, 160, 60),
    )
    ux, uy = min(h, w) / w, min(h, w) / h
    count = 3 + int(r[0] * 3)
    for k in range(count):
        a = rng.random(6).tolist()
        x, y, size, hue = (k + 0.2 + 0.6 * a[0]) / count, 0.14 + 0.36 * a[1], 0.13 + 0.12 * a[2], hues[int(a[3] * 7)]
        p.glow(img, x, y, size * 0.8, hue, 0.4)
        if a[5] < 0.5:
            p.stroke(img, ((x, y), (x + 0.02 * (a[0] - 0.5), 0.85)), p.mix((60, 44, 90), hue, 0.3), 0.005)
        n = 12 + int(a[4] * 7)
        angles = np.linspace(0, 6.28, n, endpoint=False) + a[5]
        out = p.cols(np.cos(angles) * ux, np.sin(angles) * uy)
        t = np.array((0.15, 0.45, 0.75, 1.0))[None, :, None]
        lines = np.array((x, y)) + out[:, None] * t * size + np.array((0, 0.05)) * t * t
        p.strokes(img, lines, p.mix(hue, (40, 20, 60), 0.25), 0.008)
        p.strokes(img, lines[:, 2:], hue, 0.012)
        tips = np.clip(lines[:, -1], 0, 0.985)
        p.dots(img, tips[:, 0], tips[:, 1], np.array(p.lighter(hue, 0.6), np.uint8), 0.018)
        p.disc(img, x, y, 0.014, p.lighter(hue, 0.7))
    base = 0.9 + 0.1 * r[1]
    p.skyline(img, rng, base, 0.08, 0.3, (22, 20, 44), (255, 214, 120), (38, 36, 66), 0.4, 8 + int(r[2] * 5))
    if base < 0.99:
        p.reflect(img, rng, base, (10, 10, 36), 0.35)
    return img
