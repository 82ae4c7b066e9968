"""Scenes of still and of icy water: a pond with water lilies, and icebergs."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

# of an arctic day: upper and lower sky, and water far and near
_COLDS: tuple[tuple[p.Colour, p.Colour, p.Colour, p.Colour], ...] = (
    ((96, 156, 214), (216, 234, 246), (84, 142, 178), (16, 62, 104)),
    ((128, 160, 196), (228, 232, 238), (96, 136, 160), (28, 66, 92)),
    ((108, 124, 190), (250, 218, 210), (118, 132, 176), (34, 54, 104)),
    ((70, 140, 200), (200, 232, 240), (66, 146, 172), (10, 72, 104)),
)


def icebergs(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw icebergs in a cold sea that mirrors them, with floes in front."""
    r = rng.random(8).tolist()
    horizon = 0.46 + 0.06 * r[0]
    top, low, far, near = p.pick(rng, _COLDS)
    img = p.gradient(h, w, ((0, p.vary(rng, top)), (horizon, low), (1, low)))
    if r[1] < 0.45:
        p.sun(img, 0.15 + 0.7 * r[2], horizon * (0.35 + 0.4 * r[3]), 0.04, (255, 252, 236), (255, 240, 214), 0.6)
    p.clouds(img, rng, 0, horizon * 0.9, (255, 255, 255), p.mix(low, top, 0.4), 0.3 + 0.2 * r[4], (5, 2), 3.0)
    for k in range(4):
        a, b = rng.random(2).tolist()
        ice = p.mix((226, 238, 248), low, 0.35)
        p.peak(img, rng, (k + a) / 4, horizon - 0.03 - 0.07 * b, horizon + 0.01, 0.13 + 0.1 * a, ice, None)
    p.sea(img, rng, horizon, far, near, p.SPARK, 0.25)
    shade = p.pick(rng, ((110, 176, 216), (96, 160, 208), (120, 190, 214)))
    side = p.pick(rng, (-1, 1))
    bergs = [
        (0.5 + side * (0.24 + 0.05 * r[5]), horizon + 0.1, 0.56 + 0.12 * r[6]),
        (0.5 - side * (0.28 + 0.1 * r[7]), horizon + 0.055, 0.36 + 0.1 * r[5]),
        (0.5 - side * 0.02, horizon + 0.03, 0.2 + 0.06 * r[3]),
    ]
    for x, y, size in reversed(bergs):
        _berg(img, rng, x, y, size, shade, p.mix(far, near, 0.5))
    for k, (a, b, c) in enumerate(sorted(rng.random((7, 3)).tolist(), key=lambda floe: floe[1])):
        depth = (k + b) / 7
        y = horizon + 0.15 + (0.82 - horizon) * depth
        x = a if depth < 0.45 else (0.24 * a if (k % 2 == 0) == (side < 0) else 1 - 0.24 * a)
        _floe(img, rng, x, y, (0.07 + 0.15 * depth) * (0.7 + 0.6 * c), shade, p.mix(far, near, 0.4 + 0.6 * depth))
    p.ripples(img, rng, horizon + 0.12, 1, p.SPARK, 0.22, 0.25)
    return img


def _berg(img: np.ndarray, rng: Rng, x: float, y: float, size: float, shade: p.Colour, water: p.Colour) -> None:
    """Draw an iceberg whose waterline is at y: lit and shaded faces, ice below the surface, and its mirror image."""
    n = 9
    xs = np.linspace(-0.5, 0.5, n) + 0.05 * (rng.random(n) - 0.5)
    shapes = (
        (0.08, 0.3, 0.36, 0.62, 0.7, 0.46, 0.42, 0.2, 0.05),
        (0.06, 0.26, 0.5, 0.8, 0.52, 0.34, 0.46, 0.28, 0.05),
        (0.12, 0.4, 0.43, 0.45, 0.47, 0.46, 0.44, 0.4, 0.12),
        (0.05, 0.16, 0.2, 0.3, 0.42, 0.74, 0.66, 0.3, 0.06),
    )
    tops = np.array(p.pick(rng, shapes)) * (0.85 + 0.3 * rng.random(n))
    facing = p.pick(rng, (-1, 1))
    white = (250, 253, 255)
    mid = np.clip(tops * (0.42 + 0.3 * rng.random(n)), 0.03, None)
    mirror = Spot(img, x, y, size, facing)
    ends = p.cols(np.array((0.5, -0.5)), np.zeros(2))
    mirror.poly(np.concatenate([p.cols(xs, 0.62 * tops), ends]), p.mix(p.mix(white, shade, 0.5), water, 0.55))
    mirror.poly(np.concatenate([p.cols(xs, 0.62 * mid), ends]), p.mix(shade, water, 0.55))
    for k, a in enumerate(rng.random(9).tolist()):
        level, half = 0.05 + 0.05 * k, 0.55 - 0.04 * k
        mirror.line(((-half + 0.5 * a, level), (-half + 0.5 * a + 0.5 * half, level)), p.mix(water, shade, 0.2), 0.016)
    at = Spot(img, x, y, size, facing)
    at.shaded(np.concatenate([p.cols(xs, -tops), ends]), white, p.lighter(shade, 0.55))
    for k in range(n - 1):  # faces: from the ridge down to a broken edge, and from there to the water
        a, b = (xs[k], -tops[k]), (xs[k + 1], -tops[k + 1])
        c, d = (xs[k + 1] + 0.02, -mid[k + 1]), (xs[k] + 0.02, -mid[k])
        falls = tops[k + 1] < tops[k]
        if falls:
            at.poly((a, b, c, d), p.mix(white, shade, 0.3 + 0.3 * (k % 2)))
        at.poly(
            (d, c, (xs[k + 1], 0.0), (xs[k], 0.0)), p.mix(white, shade, (0.34, 0.7, 0.5)[k % 3] + (0.2 if falls else 0))
        )
    for k in (2, 4, 6):
        at.line(((xs[k], -tops[k] * 0.9), (xs[k] + 0.05, -mid[k]), (xs[k] + 0.02, -0.04)), p.darker(shade, 0.12), 0.01)
    at.line(p.cols(xs, -tops)[1:-1], (255, 255, 255), 0.014)
    at.poly(((-0.52, -0.03), (0.52, -0.03), (0.5, 0.02), (-0.5, 0.02)), p.mix((70, 196, 214), shade, 0.4))
    at.line(((-0.54, 0.022), (0.54, 0.022)), (232, 246, 252), 0.012)


def _floe(img: np.ndarray, rng: Rng, x: float, y: float, size: float, shade: p.Colour, water: p.Colour) -> None:
    """Draw a flat piece of ice that floats at (x, y)."""
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = 0.75 + 0.35 * rng.random(9)
    rim = p.cols(np.cos(angles) * reach, 0.3 * np.sin(angles) * reach)
    at = Spot(img, x, y, size)
    at.poly(rim + (0, 0.3), p.mix(water, shade, 0.45))
    at.poly(rim + (0, 0.16), p.darker(shade, 0.12))
    at.poly(rim + (0, 0.1), shade)
    at.poly(rim, (250, 253, 255))
    at.poly(rim * 0.6 + (0.1, 0.03), p.lighter(shade, 0.72))


def pond(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a pond seen somewhat from above: lily pads with flowers, reflections of the bank, and reeds."""
    r = rng.random(8).tolist()
    edge = 0.16 + 0.06 * r[0]
    deep = p.vary(rng, p.pick(rng, ((18, 66, 78), (24, 74, 66), (26, 58, 92))), 6)
    green = p.vary(rng, p.pick(rng, ((84, 148, 70), (100, 150, 62), (66, 134, 82))))
    sky: p.Colour = p.pick(rng, ((150, 204, 236), (176, 210, 232), (240, 206, 190)))
    img = p.gradient(h, w, ((0, p.lighter(sky, 0.3)), (edge, p.lighter(green, 0.3)), (1, deep)))
    for k in range(7):
        a, b = rng.random(2).tolist()
        p.bush(img, rng, (k + a) / 7, edge + 0.01, 0.16 + 0.1 * b, p.vary(rng, p.darker(green, 0.1 + 0.3 * a)))
    for k in range(8):
        a, b = rng.random(2).tolist()
        bloom = p.pick(rng, (None, None, (244, 210, 80), (236, 140, 190), (250, 250, 246)))
        p.bush(img, rng, (k + a) / 8, edge + 0.035, 0.09 + 0.05 * b, p.vary(rng, green), bloom)
    p.reflect(img, rng, edge + 0.035, p.darker(deep, 0.1), 0.55, 0.01)
    a = round((edge + 0.035) * h)
    shade = np.linspace(0.1, 0.75, h - a, dtype=np.float32)[:, None]
    p.blend(img[a:], np.broadcast_to(shade, (h - a, w)), deep)
    veil = np.clip(p.noise(rng, h - a, w, 5, 2) * 2.2 - 0.95, 0, 0.5) * np.linspace(0.4, 1, h - a)[:, None]
    p.blend(img[a:], veil, p.mix(sky, deep, 0.25))
    p.ripples(img, rng, edge + 0.04, 1, p.lighter(sky, 0.5), 0.22, 0.24)
    _lilies(img, rng, edge, green)
    for side in (-1, 1):
        if side == (1 if r[1] < 0.5 else -1) or r[2] < 0.35:
            _reeds(img, rng, side, green)
    return img


def _lilies(img: np.ndarray, rng: Rng, edge: float, green: p.Colour) -> None:
    """Draw clusters of lily pads, many of them with a flower, far ones first; the lower middle stays open water."""
    blooms = p.pick(
        rng,
        (((244, 130, 176), (252, 246, 246)), ((236, 100, 150), (250, 180, 206)), ((252, 248, 244), (252, 226, 150))),
    )
    centres = [(0.2 * k + 0.16 * rng.random(), 0.05 + 0.16 * rng.random()) for k in range(5)]
    centres += [(x + 0.12 * rng.random(), 0.34 + 0.14 * rng.random()) for x in (0.04, 0.34, 0.74)]
    centres += [(x + 0.1 * rng.random(), 0.62 + 0.2 * rng.random()) for x in (0.06, 0.84)]
    centres += [(x + 0.1 * rng.random(), 0.92) for x in (0.0, 0.16, 0.76, 0.9)]
    pads = []
    for x, d in centres:
        for a, b, c, e in rng.random((4, 4)).tolist():
            depth = min(max(d + 0.15 * (b - 0.5) * (0.5 + d), 0.03), 1)
            pads.append((depth, x + (0.14 + 0.2 * d) * (a - 0.5), c, e))
    for depth, x, c, e in sorted(pads):
        y = edge + 0.05 + (0.95 - edge) * depth
        if depth > 0.5 and 0.3 < x < 0.7:
            continue
        at = Spot(img, x, y, (0.034 + 0.08 * depth) * (0.8 + 0.4 * c))
        start = 360 * e
        leaf = p.vary(rng, p.mix(green, (70, 150, 96), 0.4), 12)
        at.oval(0.05, 0.12, 1.02, 0.5, p.darker(leaf, 0.66))
        at.oval(0, 0, 1, 0.48, p.darker(leaf, 0.25), start, start + 325)
        at.oval(0, -0.02, 0.93, 0.43, p.lighter(leaf, 0.08), start, start + 325)
        for k in range(6):
            angle = np.deg2rad(start + 30 + 53 * k)
            at.line(((0, 0), (0.84 * np.cos(angle), 0.38 * np.sin(angle))), p.lighter(leaf, 0.28), 0.03)
        if c > 0.52:
            _lily(at.spot(0.05, -0.16, 0.74 if depth > 0.3 else 0.85), p.pick(rng, blooms))


def _lily(at: Spot, bloom: p.Colour) -> None:
    """Draw a water lily, its petals in three rings around a yellow middle."""
    at.oval(0, 0.18, 0.75, 0.22, (22, 60, 50))
    for count, reach, lift, c in (
        (9, 0.86, 0.0, p.darker(bloom, 0.16)), (7, 0.66, 0.16, bloom), (5, 0.44, 0.3, p.lighter(bloom, 0.4)),
    ):  # fmt: skip
        for k in range(count):
            angle = np.pi * (1.06 - 1.12 * k / (count - 1))
            dx, dy = np.cos(angle), -np.sin(angle)
            tip = (reach * dx, -lift + reach * 0.72 * dy)
            wide = 0.2 * reach + 0.05
            left = (0.5 * tip[0] + wide * dy, 0.5 * tip[1] - wide * dx * 0.7)
            right = (0.5 * tip[0] - wide * dy, 0.5 * tip[1] + wide * dx * 0.7)
            at.poly(((0, 0.16), left, tip, right), p.darker(c, 0.08) if k % 2 else c)
    for k in range(5):
        angle = np.pi * (1.08 - 1.16 * k / 4)
        tip = (0.52 * np.cos(angle), 0.1 - 0.2 * np.sin(angle))
        at.poly(((-0.16, 0.24), (tip[0] - 0.12, tip[1]), tip, (0.16, 0.24)), p.lighter(bloom, 0.25))
    at.oval(0, -0.02, 0.17, 0.1, (252, 206, 70))


def _reeds(img: np.ndarray, rng: Rng, side: int, green: p.Colour) -> None:
    """Draw reeds with brown heads at one side of the picture."""
    for k, (a, b, c) in enumerate(rng.random((13, 3)).tolist()):
        at = Spot(img, 0.5 + side * (0.52 - 0.17 * a), 1.04 - 0.06 * b, 0.42 + 0.26 * c)
        lean = -side * (0.04 + 0.22 * b)
        t = p.steps(7)
        spine = lean * t**2
        shade = p.mix(p.darker(green, 0.45), p.lighter(green, 0.1), k / 12)
        at.poly(np.concatenate([p.cols(spine - 0.024 * (1 - t), -t), p.cols(spine + 0.024 * (1 - t), -t)[::-1]]), shade)
        if k % 4 == 1:
            at.line(((0, 0), (lean * 0.5, -0.96)), p.darker(green, 0.3), 0.014)
            at.line(((lean * 0.42, -0.76), (lean * 0.48, -0.92)), (112, 66, 38), 0.05)
            at.line(((lean * 0.42 - 0.008, -0.77), (lean * 0.48 - 0.008, -0.91)), (150, 96, 58), 0.014)
