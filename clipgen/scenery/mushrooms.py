"""The scene of a forest of glowing mushrooms."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_WOODS: tuple[tuple[p.Colour, p.Colour], ...] = (  # of a wood's depths and of the light in its middle
    ((14, 34, 52), (70, 150, 150)), ((26, 24, 60), (120, 104, 186)), ((16, 40, 40), (96, 164, 120)),
    ((34, 22, 56), (170, 106, 160)), ((18, 30, 64), (84, 136, 196)),
)  # fmt: skip
_CAPS: tuple[p.Colour, ...] = (
    (226, 58, 62), (240, 110, 60), (70, 190, 214), (168, 96, 222), (236, 90, 160), (90, 130, 236),
)  # fmt: skip
_SPARKLE: p.Colour = (255, 236, 140)


def mushroom_forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw giant mushrooms that glow softly between dark trees, with fireflies."""
    r = rng.random(8).tolist()
    base, side = 0.6 + 0.04 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    deep, light = p.pick(rng, _WOODS)
    deep, light = p.vary(rng, deep, 6), p.vary(rng, light, 10)
    img = p.gradient(h, w, ((0, deep), (base, p.mix(deep, light, 0.75)), (1, deep)))
    middle = 0.5 + 0.1 * (r[1] - 0.5)
    p.glow(img, middle, base - 0.14, 0.4, p.lighter(light, 0.35), 0.75)
    for row, (count, thick, t) in enumerate(((8, 0.024, 0.6), (5, 0.046, 0.26))):
        for n in range(round(count / k)):
            a, b = rng.random(2).tolist()
            x = (n + 0.2 + 0.6 * a) * k / count
            _trunk(img, x, base + 0.03 * row, thick * (0.7 + 0.6 * b), 0.06 * (b - 0.5), p.mix(deep, light, t))
    moss = p.mix(p.mix(deep, light, 0.45), (70, 120, 70), 0.3)
    p.ground(img, p.ridge(rng, base, 0.02 * v, 1.2), p.lighter(moss, 0.12), p.darker(moss, 0.5))
    p.mottle(img, rng, base, 1, 0.2)
    p.glow(img, middle, base + 0.16, 0.3, p.lighter(light, 0.2), 0.4)
    order = rng.permutation(len(_CAPS)).tolist()
    caps = [_CAPS[n] for n in order]
    for n in range(4):
        a, b = rng.random(2).tolist()
        x = 0.5 + (1 if n % 2 else -1) * (0.13 + 0.1 * (n // 2) + 0.05 * a) * k**0.5
        far = Spot(img, x, base + 0.01 + 0.02 * (n // 2), 0.16 + 0.08 * b)
        _mushroom(far, rng, p.mix(caps[n % 3], light, 0.35))
    for way in (-1, 1):
        trunk = 0.5 + way * (0.5 - 0.02 * k)
        _trunk(img, trunk, base + 0.12 * v, 0.1, way * 0.06, p.mix(deep, light, 0.08))
    _canopy(img, rng, p.darker(deep, 0.3), p.mix(deep, light, 0.15))
    big = Spot(img, 0.5 + side * (0.46 - 0.13 * k), base + 0.15 * v, 0.56 + 0.06 * r[2], side)
    _mushroom(big, rng, caps[0])
    second = Spot(img, 0.5 - side * (0.46 - 0.1 * k), base + 0.17 * v, 0.42 + 0.06 * r[3], -side)
    _mushroom(second, rng, caps[1])
    for n in range(5):
        a, b = rng.random(2).tolist()
        way = side if n % 2 else -side
        small = Spot(
            img, 0.5 + way * (0.5 - (0.03 + 0.05 * n + 0.04 * a) * k), base + (0.21 + 0.13 * b) * v, 0.1 + 0.07 * b, way
        )
        _mushroom(small, rng, caps[n % 3])
    for a, b, c in rng.random((round(16 / k), 3)).tolist():
        y = 0.16 + 0.66 * b
        p.glow(img, a, y, 0.016 + 0.012 * c, _SPARKLE, 0.85)
        p.disc(img, a, y, 0.008 + 0.004 * c, (255, 250, 214))
    p.corners(img, 0.3)
    return img


def _trunk(img: np.ndarray, x: float, foot: float, half: float, lean: float, bark: p.Colour) -> None:
    """Draw the trunk of a tree that rises beyond the picture and spreads at its foot."""
    k = min(img.shape[:2]) / img.shape[1]
    t = p.steps(12)
    flare = half * (0.75 + 0.25 * t + 1.1 * t**9)
    xs, ys = x + lean * k * (t - 1), -0.03 + (foot + 0.03) * t
    p.poly(img, p.both_sides(xs, flare * k, ys), bark)
    p.poly(img, p.both_sides(xs + 0.55 * flare * k, 0.45 * flare * k, ys), p.darker(bark, 0.25))


def _canopy(img: np.ndarray, rng: Rng, near: p.Colour, far: p.Colour) -> None:
    """Draw the dark leaves that hang in from the upper edge, lowest at the sides."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    for leaf, reach, size in ((far, 1.35, 0.05), (p.mix(near, far, 0.5), 1.15, 0.06), (near, 0.85, 0.08)):
        for n in range(round(22 / k)):
            a, b = rng.random(2).tolist()
            x = (n + a) * k / 22
            low = (0.03 + 0.42 * abs(x - 0.5) ** 1.5 + 0.02 * b) * v * reach
            p.oval(img, x, low - 0.02, size * (0.8 + 0.5 * b), size * (0.5 + 0.4 * a), leaf)
    p.box(img, -0.02, -0.02, 1.02, 0.03 * v, near)


def _mushroom(at: Spot, rng: Rng, cap: p.Colour) -> None:
    """Draw a mushroom with a spotted cap, one unit tall, glowing from below its cap."""
    a, b, c = rng.random(3).tolist()
    pale, lean, wide = p.mix((255, 240, 214), cap, 0.12), 0.16 * (a - 0.5), 0.4 + 0.08 * b
    rim, tall = -0.58 - 0.06 * c, 0.36 + 0.06 * b
    at.glow(lean, -0.5, 0.55, p.lighter(cap, 0.35), 0.5)
    at.shadow(0, 0.02, 0.32, 0.06, 0.55)
    turn = np.pi * p.steps(25)
    dome = p.cols(lean - wide * np.cos(turn), rim - tall * np.sin(turn) ** 0.8)
    at.oval(lean, rim, wide - 0.01, 0.1, p.darker(cap, 0.45))
    at.oval(lean, rim + 0.005, wide - 0.04, 0.085, p.lighter(pale, 0.3))
    for n in range(9):
        ray = np.pi * (n + 0.5) / 9
        edge = lean - (wide - 0.05) * np.cos(ray), rim + 0.085 * np.sin(ray)
        at.line(((lean, rim), edge), p.mix(pale, cap, 0.35), 0.012)
    t = p.steps(12)
    middle, half, ys = lean * (1 - t) ** 2, 0.085 - 0.02 * np.sin(np.pi * t) + 0.06 * t**4, rim + (0.03 - rim) * t
    at.poly(p.both_sides(middle, half, ys), p.darker(pale, 0.3))
    at.poly(p.both_sides(middle - 0.22 * half, 0.72 * half, ys), p.darker(pale, 0.1))
    at.poly(p.both_sides(middle - 0.45 * half, 0.3 * half, ys), pale)
    lip = p.cols(lean + wide * np.cos(turn), rim - 0.045 * np.sin(turn))
    at.poly(np.concatenate([dome, lip]), p.darker(cap, 0.22))
    at.poly(np.concatenate([dome, lip]) * (0.9, 0.94) + (0.1 * lean - 0.025, 0.06 * rim - 0.015), cap)
    at.oval(lean - 0.4 * wide, rim - 0.62 * tall, 0.3 * wide, 0.16 * tall, p.lighter(cap, 0.3))
    for x, y, size in (
        (-0.55, 0.34, 0.13),
        (-0.12, 0.6, 0.17),
        (0.36, 0.42, 0.14),
        (0.1, 0.24, 0.1),
        (0.72, 0.2, 0.08),
        (0.05, 0.9, 0.1),
    ):
        at.oval(lean + x * wide, rim - y * tall, size * wide, 0.8 * size * wide, p.lighter(pale, 0.35))
