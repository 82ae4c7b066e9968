"""The scene of a savanna."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

# No part of the sky or of the grass may be as bright and as orange as a lamp, or it would glow at night.
_SKIES: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((84, 150, 206), (170, 204, 214), (250, 228, 178)),
    ((110, 160, 200), (214, 206, 186), (252, 218, 172)),
    ((140, 130, 176), (236, 178, 150), (252, 216, 166)),
    ((66, 142, 214), (156, 206, 232), (238, 234, 206)),
)
_GRASS: tuple[p.Colour, ...] = ((198, 166, 88), (198, 158, 76), (192, 172, 100), (198, 152, 82))
_LEAVES: tuple[p.Colour, ...] = ((94, 122, 58), (112, 130, 62), (80, 108, 62))


def savanna(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a savanna: golden grass under a hot sky, acacias with flat crowns, and blue hills far away."""
    r = rng.random(10).tolist()
    base = 0.57 + 0.04 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    top, mid, low = p.pick(rng, _SKIES)
    img = p.gradient(h, w, ((0, p.vary(rng, top, 10)), (base * 0.55, mid), (base, low), (1, low)))
    side = p.pick(rng, (-1, 1))
    if r[1] < 0.6:
        x, y = 0.5 + side * (0.06 + 0.12 * r[2]), base - (0.14 + 0.16 * r[3]) * v
        p.sun(img, x, y, 0.06 + 0.03 * r[4], (255, 250, 222), (255, 240, 190))
    for a, b in rng.random((2, 2)).tolist():
        p.puff(img, rng, a, base * (0.2 + 0.35 * b), 0.1 + 0.06 * b, p.lighter(low, 0.55), p.mix(mid, low, 0.6))
    _hills(img, rng, base, p.mix((112, 136, 176), low, 0.25), low, r[5] < 0.4)
    grass, leaf = p.vary(rng, p.pick(rng, _GRASS), 5), p.vary(rng, p.pick(rng, _LEAVES), 8)
    p.ground(img, np.array([(-0.03, base), (1.03, base)]), p.mix(grass, (222, 204, 152), 0.5), p.darker(grass, 0.1))
    _bands(img, rng, base, grass)
    p.mottle(img, rng, base, 1, 0.16, (10, 5))
    for n, (a, b, c) in enumerate(rng.random((7, 3)).tolist()):
        far = Spot(img, (n + a) / 7, base + 0.012 + 0.02 * b, 0.07 + 0.07 * c, p.pick(rng, (-1, 1)))
        _acacia(far, rng, p.mix(leaf, (150, 160, 170), 0.35))
    if r[6] < 0.3:
        _water(img, base + 0.12, 0.5 - side * (0.06 + 0.1 * r[7]), k, top)
    _tussocks(img, rng, base + 0.05, 0.78, grass, 30)
    far, near = rng.random((2, 2)).tolist()
    x, y = 0.5 - side * (0.25 + 0.14 * far[0]), base + (0.05 + 0.03 * r[8]) * v
    if r[9] < 0.4:
        _rocks(
            Spot(img, x - side * 0.16 * k, y + 0.02 * v, 0.2 + 0.1 * far[1], side),
            rng,
            p.mix(grass, (150, 120, 104), 0.7),
        )
    _acacia(Spot(img, x, y, 0.27 + 0.12 * far[1], side), rng, p.mix(leaf, (150, 160, 150), 0.12))
    _acacia(Spot(img, 0.5 + side * (0.25 + 0.12 * near[0]), base + 0.11, 0.46 + 0.14 * near[1], side), rng, leaf)
    _tussocks(img, rng, 0.8, 1.06, grass, 40)
    return img


def _hills(img: np.ndarray, rng: Rng, base: float, blue: p.Colour, haze: p.Colour, snowy: bool) -> None:
    """Draw blue hills at the horizon, with a broad snowy mountain behind them or not."""
    v = min(img.shape[:2]) / img.shape[0]
    if snowy:
        x, high = 0.3 + 0.4 * rng.random(), base - 0.24 * v
        far = p.mix(blue, haze, 0.3)
        t = np.array((-0.55, -0.34, -0.2, -0.11, -0.04, 0.04, 0.11, 0.2, 0.34, 0.55))
        rise = np.array((0, 0.3, 0.68, 0.94, 1.0, 0.97, 0.92, 0.66, 0.3, 0))
        p.poly(img, p.cols(x + t, base + (high - base) * rise), far)
        rim = p.cols(x + t[2:8] * 0.96, base + (high - base) * (rise[2:8] - 0.004))
        hem = ((0.13, 0.72), (0.08, 0.84), (0.03, 0.7), (-0.03, 0.82), (-0.09, 0.7), (-0.15, 0.78))
        snow = np.concatenate([rim, [(x + dx, base + (high - base) * up) for dx, up in hem]])
        p.poly(img, snow, (250, 250, 250))
    p.ground(img, p.ridge(rng, base - 0.04 * v, 0.04 * v, 1.1), p.mix(blue, haze, 0.15), blue)
    p.ground(img, p.ridge(rng, base - 0.015 * v, 0.02 * v, 1.7), p.darker(blue, 0.12), blue)


def _bands(img: np.ndarray, rng: Rng, base: float, grass: p.Colour) -> None:
    """Draw long flat patches of lighter and of darker grass."""
    for n, (a, b, c) in enumerate(rng.random((9, 3)).tolist()):
        y = base + 0.025 + (0.95 - base) * (n / 9) ** 1.3
        tone = p.lighter(grass, 0.14) if c < 0.5 else p.darker(grass, 0.1)
        p.oval(img, a, y, 0.3 + 0.3 * b, 0.008 + 0.02 * n / 9, tone)


def _acacia(at: Spot, rng: Rng, leaf: p.Colour) -> None:
    """Draw an acacia, one unit tall: a forked trunk that carries flat layers of leaves like an umbrella."""
    bark = p.mix((92, 66, 48), leaf, 0.2)
    a, b = rng.random(2).tolist()
    bend = 0.1 * (a - 0.5)
    at.shadow(0.04, 0.0, 0.6, 0.04, 0.5)
    at.poly(((-0.045, 0.01), (bend - 0.03, -0.42), (bend + 0.03, -0.42), (0.05, 0.01)), bark)
    for x, y, thick in ((-0.46, -0.78, 0.03), (-0.16, -0.84, 0.034), (0.18, -0.86, 0.034), (0.5, -0.76, 0.03)):
        at.line(((bend, -0.38), (bend + 0.42 * x, -0.56), (x, y)), bark, thick)
    at.line(((-0.035, 0), (bend - 0.018, -0.42)), p.lighter(bark, 0.25), 0.016)
    layers = [(0.0, -0.83, 0.74), (-0.36 + 0.1 * a, -0.75, 0.34), (0.4 - 0.1 * b, -0.73, 0.32), (0.02, -0.77, 0.36)]
    lumps = rng.random((4, 7, 2)).tolist()
    tones = ((0.03, 1.0, p.darker(leaf, 0.38)), (-0.01, 0.95, leaf), (-0.04, 0.74, p.lighter(leaf, 0.14)))
    for shift, grow, tone in tones:
        for (cx, cy, half), heap in zip(layers, lumps, strict=True):
            for n, (c, d) in enumerate(heap):
                t = (n - 3) / 3
                x, y = cx + half * grow * 0.82 * t - 0.02, cy + shift - 0.18 * half * (1 - t * t) + 0.03 * (c - 0.5)
                at.oval(x, y, half * grow * (0.24 + 0.08 * d), 0.055 * (0.7 + half), tone)
    if at.size > 0.2:
        for n, (c, d) in enumerate(rng.random((22, 2)).tolist()):
            t = (n - 10.5) / 11
            y = -0.86 - 0.14 * (1 - t * t) + 0.17 * d
            at.oval(0.72 * t, y, 0.05 + 0.05 * c, 0.014, p.lighter(leaf, 0.26) if d < 0.55 else p.darker(leaf, 0.18))


def _rocks(at: Spot, rng: Rng, stone: p.Colour) -> None:
    """Draw a heap of large round rocks, one unit wide, lit from the left."""
    at.shadow(0, 0, 0.7, 0.08, 0.5)
    heap = ((0.22, -0.3, 0.26), (-0.26, -0.16, 0.24), (0.4, -0.12, 0.2), (0.06, -0.13, 0.26))
    for (x, y, size), (a, b) in zip(heap, rng.random((4, 2)).tolist(), strict=True):
        wide, high = size * (0.9 + 0.3 * a), size * (0.7 + 0.2 * b)
        at.oval(x, y, wide, high, p.darker(stone, 0.3))
        at.oval(x - 0.03 * at.facing, y - 0.02, 0.86 * wide, 0.84 * high, stone)
        at.oval(x - 0.08 * at.facing, y - 0.07, 0.5 * wide, 0.42 * high, p.lighter(stone, 0.2))


def _water(img: np.ndarray, y: float, x: float, k: float, sky: p.Colour) -> None:
    """Draw a water hole that mirrors the sky."""
    p.oval(img, x, y + 0.004, 0.29, 0.043, (150, 122, 78))
    p.oval(img, x, y, 0.275, 0.036, p.lighter(sky, 0.18))
    p.oval(img, x - 0.04 * k, y + 0.005, 0.17, 0.014, p.lighter(sky, 0.45))


def _tussocks(img: np.ndarray, rng: Rng, y0: float, y1: float, grass: p.Colour, count: int) -> None:
    """Draw tussocks of dry grass between two heights, larger and taller near the viewer and at the sides."""
    for a, b, c, d in sorted(rng.random((count, 4)).tolist(), key=lambda row: row[1]):
        y = y0 + (y1 - y0) * b
        x = 0.5 + 0.54 * np.sign(a - 0.5) * abs(2 * a - 1) ** 0.45  # few in the middle
        aside = abs(2 * x - 1)
        tall = (0.025 + 0.24 * max(0.0, y - 0.6) * (0.2 + 1.1 * aside**2)) * (0.7 + 0.6 * c)
        at = Spot(img, x, y, tall)
        at.oval(0, 0, 0.42, 0.1, p.darker(grass, 0.2))
        pale, lean = p.mix(grass, (226, 206, 150), 0.25 + 0.6 * c), 0.25 * (d - 0.5)
        for n in range(13):
            t = (n - 6) / 6
            tip = (0.85 * t + lean, -1.0 + 0.45 * t * t + 0.14 * (n % 2))
            blade = ((0.3 * t - 0.05, 0.03), (0.5 * t + 0.4 * lean - 0.025, -0.5), tip, (0.3 * t + 0.06, 0.03))
            at.poly(blade, p.darker(grass, 0.26) if n % 2 else p.darker(pale, 0.05 * abs(t)))
