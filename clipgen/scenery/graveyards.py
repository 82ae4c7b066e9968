"""The scene of an old graveyard in the evening."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_SKIES: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((44, 40, 92), (102, 84, 150), (196, 150, 184)),
    ((34, 50, 98), (82, 100, 158), (168, 166, 204)),
    ((58, 38, 86), (128, 80, 136), (226, 158, 150)),
    ((32, 56, 84), (76, 112, 140), (172, 186, 186)),
)
_IRON: p.Colour = (34, 32, 48)
_MOON: p.Colour = (252, 244, 212)


def graveyard(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw old gravestones and crosses at both sides of a path to an iron gate, below a large moon."""
    r = rng.random(10).tolist()
    base, side = 0.5 + 0.04 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    high, mid, low = p.pick(rng, _SKIES)
    img = p.gradient(h, w, ((0, p.vary(rng, high, 8)), (0.55 * base, mid), (base, low), (1, low)))
    p.stars(img, rng, 26, 0.25)
    moon = 0.5 + side * (0.1 + 0.14 * r[1]), (0.2 + 0.04 * r[2]) * v**0.5
    full_moon(img, rng, *moon, 0.12 + 0.03 * r[3], mid)
    p.ground(img, p.ridge(rng, base - 0.07 * v, 0.04 * v, 1.1), p.mix(mid, low, 0.35), low)
    far = p.mix(mid, high, 0.3)
    for a, b in rng.random((round(4 / k), 2)).tolist():
        bare_tree(Spot(img, a, base, 0.2 + 0.1 * b, p.pick(rng, (-1, 1))), rng, far, 4)
    if r[4] < 0.6:
        _chapel(Spot(img, 0.5 - side * 0.28, base, 0.32), p.mix(far, high, 0.3))
    grass = p.mix(p.vary(rng, p.pick(rng, ((76, 128, 100), (70, 116, 118), (100, 124, 90))), 6), mid, 0.08)
    p.ground(img, p.ridge(rng, base, 0.006, 1.0), p.mix(grass, low, 0.4), p.darker(grass, 0.4))
    p.mottle(img, rng, base, 1, 0.16)
    mist(img, rng, base - 0.02, 0.09, low, 0.75)
    gate = 0.5 - side * 0.04 * r[5]
    _fence(img, base + 0.02 * v, gate)
    _path(img, base + 0.02 * v, gate, p.mix((176, 160, 160), mid, 0.3))
    stone = p.mix(p.vary(rng, p.pick(rng, ((168, 166, 178), (150, 160, 172), (178, 166, 164))), 6), mid, 0.15)
    _stones(img, rng, base, stone, grass, side)
    tree = Spot(img, 0.5 - side * (0.5 - 0.13 * k), base + 0.2 * v, 0.76 + 0.1 * r[6], side)
    tree.shadow(0, 0, 0.2, 0.03, 0.5)
    bare_tree(tree, rng, p.darker(p.mix(high, (52, 40, 50), 0.5), 0.35), 6)
    mist(img, rng, base + 0.2, 0.09, p.lighter(low, 0.15), 0.32)
    _front(img, rng, base, stone, grass, side)
    if r[7] < 0.7:
        for n in range(3):
            a, b = rng.random(2).tolist()
            bat(Spot(img, 0.5 + side * (0.16 * n - 0.16 + 0.08 * a), 0.1 + 0.22 * b, 0.05 + 0.015 * n))
    return img


def full_moon(img: np.ndarray, rng: Rng, x: float, y: float, r: float, sky: p.Colour) -> None:
    """Draw a large full moon with its seas, and two thin clouds across its edge."""
    p.glow(img, x, y, 2.3 * r, p.mix(_MOON, sky, 0.3), 0.65)
    p.disc(img, x, y, r, _MOON)
    at = Spot(img, x, y, r)
    for u, z, s in ((-0.35, -0.25, 0.24), (0.2, -0.45, 0.14), (0.3, 0.15, 0.2), (-0.2, 0.4, 0.15), (0.62, -0.1, 0.1)):
        at.oval(u, z, s, s, p.mix(_MOON, (196, 184, 168), 0.55))
    for z, reach in ((0.55, 1.5), (-0.1, 1.1)):
        shift = 1.2 * (rng.random() - 0.5) - 0.5 * np.sign(z)
        for u, wide in ((-0.4, 0.5), (0, 0.7), (0.4, 0.4)):
            at.oval(shift + u * reach, z + 0.04 * u, wide * reach, 0.09, p.mix(sky, _MOON, 0.16))


def mist(img: np.ndarray, rng: Rng, y: float, spread: float, colour: p.Colour, strength: float) -> None:
    """Blend in a level band of mist with soft gaps."""
    h, w = img.shape[:2]
    ys = (np.arange(h, dtype=np.float32)[:, None] + 0.5) / h
    alpha = np.exp(-(((ys - y) / spread) ** 2)) * (0.35 + p.noise(rng, h, w, 6, 2))
    p.blend(img, np.clip(alpha * strength, 0, 0.9), colour)


def bare_tree(at: Spot, rng: Rng, bark: p.Colour, depth: int) -> None:
    """Draw a leafless tree with crooked branches, about one unit tall."""
    at.poly(((-0.1, 0.02), (-0.05, -0.12), (-0.04, -0.3), (0.04, -0.3), (0.055, -0.12), (0.12, 0.02)), bark)
    _branch(at, rng, bark, (0.0, -0.27), -1.5 + 0.25 * (rng.random() - 0.5), 0.25, 0.085, depth)


def _branch(
    at: Spot, rng: Rng, bark: p.Colour, foot: tuple[float, float], angle: float, length: float, width: float, depth: int
) -> None:
    """Draw a branch and those that leave its end."""
    a, b, c, d = rng.random(4).tolist()
    bent = angle + 0.5 * (a - 0.5)
    knee = foot[0] + 0.5 * length * np.cos(angle), foot[1] + 0.5 * length * np.sin(angle)
    end = knee[0] + 0.5 * length * np.cos(bent), knee[1] + 0.5 * length * np.sin(bent)
    at.line((foot, knee), bark, width)
    at.line((knee, end), bark, 0.8 * width)
    if depth > 1:
        for turn, part in ((-0.3 - 0.5 * b, 0.8), (0.3 + 0.5 * c, 0.72)):
            _branch(at, rng, bark, end, bent + turn, length * (part + 0.08 * d), 0.64 * width, depth - 1)


def _chapel(at: Spot, shade: p.Colour) -> None:
    """Draw the outline of a chapel with lit windows, one unit tall."""
    at.box(-0.1, -0.42, 0.5, 0, shade)
    at.poly(((-0.1, -0.4), (0.02, -0.66), (0.42, -0.66), (0.54, -0.4)), p.darker(shade, 0.18))
    at.box(-0.24, -0.66, 0.0, 0, p.darker(shade, 0.1))
    at.poly(((-0.28, -0.64), (-0.12, -1.05), (0.04, -0.64)), p.darker(shade, 0.25))
    at.line(((-0.12, -1.0), (-0.12, -1.18)), p.darker(shade, 0.25), 0.03)
    at.line(((-0.17, -1.12), (-0.07, -1.12)), p.darker(shade, 0.25), 0.03)
    for x, y in ((-0.12, -0.36), (0.16, -0.1), (0.34, -0.1)):
        at.poly(p.pointed(x, 0.04, y, y - 0.1, 0.06), (255, 206, 110))


def _fence(img: np.ndarray, y: float, gate: float) -> None:
    """Draw an iron fence from edge to edge, with pillars of stone and a gate with an arch."""
    k = min(img.shape[:2]) / img.shape[1]
    at = Spot(img, gate, y, 1.0)
    reach, step = int(0.62 / k / 0.038), 0.038
    for n in range(-reach, reach + 1):
        x = n * step
        if abs(x) > 0.14:
            at.line(((x, 0), (x, -0.125)), _IRON, 0.009)
            at.poly(((x - 0.012, -0.12), (x, -0.152), (x + 0.012, -0.12)), _IRON)
    for z in (-0.1, -0.025):
        at.line(((-0.7 / k, z), (-0.14, z)), _IRON, 0.009)
        at.line(((0.14, z), (0.7 / k, z)), _IRON, 0.009)
    t = np.pi * p.steps(13)
    for x in np.linspace(-0.1, 0.1, 7).tolist():
        top = -0.15 - 0.07 * float(np.sqrt(1 - (x / 0.125) ** 2))
        at.line(((x, 0), (x, top)), _IRON, 0.011 if abs(x) > 0.01 else 0.018)
    at.line(p.cols(0.12 * np.cos(t), -0.15 - 0.07 * np.sin(t)), _IRON, 0.018)
    for z in (-0.13, -0.03):
        at.line(((-0.12, z), (0.12, z)), _IRON, 0.012)
    at.line(((0, -0.21), (0, -0.29)), _IRON, 0.014)
    at.line(((-0.025, -0.262), (0.025, -0.262)), _IRON, 0.014)
    for x in (-0.145, 0.145):
        stone = (98, 92, 116)
        at.box(x - 0.028, -0.2, x + 0.028, 0.01, stone)
        at.box(x + 0.008, -0.2, x + 0.028, 0.01, p.darker(stone, 0.3))
        at.box(x - 0.038, -0.215, x + 0.038, -0.19, p.lighter(stone, 0.15))
        at.oval(x, -0.232, 0.024, 0.024, stone)


def _path(img: np.ndarray, top: float, x: float, sand: p.Colour) -> None:
    """Draw the path from the gate to the viewer."""
    k = min(img.shape[:2]) / img.shape[1]
    t = p.steps(16)
    ys, half = top + (1.03 - top) * t, (0.1 + 0.2 * t) * k
    middle = x + 0.03 * np.sin(4 * t)
    p.poly(img, p.both_sides(middle, half + 0.015 * k, ys), p.darker(sand, 0.35))
    p.poly_gradient(img, p.both_sides(middle, half, ys), sand, p.darker(sand, 0.18))


def _stones(img: np.ndarray, rng: Rng, base: float, stone: p.Colour, grass: p.Colour, side: int) -> None:
    """Draw the rows of graves behind, on both sides of the path."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    for row, (dy, size, inner, step) in enumerate(((0.07, 0.1, 0.19, 0.11), (0.16, 0.15, 0.24, 0.155))):
        for way in (-1, 1):
            x, n = inner, 0
            while x < 0.5 / k + 0.05:
                a, b = rng.random(2).tolist()
                at = Spot(img, 0.5 + way * (x + 0.03 * a) * k, base + (dy + 0.02 * b) * v, size * (0.9 + 0.3 * b), side)
                _stone(at, rng, p.mix(stone, p.HAZE, 0.1 - 0.05 * row), grass, int(n + row + (way > 0)) % 3)
                x, n = x + step, n + 1


def _front(img: np.ndarray, rng: Rng, base: float, stone: p.Colour, grass: p.Colour, side: int) -> None:
    """Draw one or two large graves near each edge, in front."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    kinds = rng.permutation(3).tolist()
    places = (side, 0.31, 0.28, 0.24), (-side, 0.35, 0.37, 0.29), (side, 0.4, 0.44, 0.3)
    for n, (way, x, dy, size) in enumerate(places):
        a, b = rng.random(2).tolist()
        out = (x + 0.03 * a) * k**0.6
        _stone(Spot(img, 0.5 + way * out, base + dy * v**0.6, size + 0.04 * b, side), rng, stone, grass, kinds[n])


def _stone(at: Spot, rng: Rng, stone: p.Colour, grass: p.Colour, kind: int) -> None:
    """Draw a rounded stone (0), a cross (1) or a pointed stone (2), lit by the moon, one unit tall."""
    a, b, c = rng.random(3).tolist()
    lean, stone = 0.16 * (a - 0.5), p.mix(stone, (120, 112, 130), 0.5 * b)
    at.shadow(-0.12, 0.0, 0.5, 0.09, 0.5)
    t = np.pi * p.steps(13)
    if kind == 0:
        outline = np.concatenate([[(-0.36, 0.0)], p.cols(-0.36 * np.cos(t), -0.62 - 0.36 * np.sin(t)), [(0.36, 0.0)]])
    elif kind == 1:
        half = ((0.1, 0), (0.1, -0.5), (0.33, -0.5), (0.33, -0.71), (0.1, -0.71), (0.1, -1.05))
        outline = np.array([*((-x, y) for x, y in half), *half[::-1]])
    else:
        outline = np.array([(-0.34, 0), (-0.32, -0.68), (0, -1.0), (0.32, -0.68), (0.34, 0)])
    outline = outline + np.stack([-lean * outline[:, 1], 0 * outline[:, 1]], axis=1)
    at.poly(outline + (-0.09, 0.01), p.darker(stone, 0.5))
    at.poly(outline + (0.02, -0.012), p.lighter(stone, 0.35))
    at.poly(outline + (-0.012, 0.012), stone)
    if kind != 1:
        mark = p.darker(stone, 0.35)
        x = lean * 0.6
        at.line(((x, -0.8), (x - 0.02, -0.5)), mark, 0.05)
        at.line(((x - 0.1, -0.7), (x + 0.1, -0.7)), mark, 0.05)
        for y, reach in ((-0.38, 0.18), (-0.27, 0.13)):
            at.line(((-reach, y), (reach, y)), mark, 0.035)
    else:
        at.box(-0.24, -0.14, 0.24, 0.02, p.darker(stone, 0.12))
        at.box(-0.24, -0.14, 0.24, -0.11, p.lighter(stone, 0.25))
    blade = p.darker(grass, 0.15 + 0.3 * c)
    for n, d in enumerate(rng.random(9).tolist()):
        x = -0.5 + n / 8
        at.poly(((x - 0.07, 0.05), (x + 0.1 * (d - 0.5), -0.06 - 0.13 * d), (x + 0.07, 0.05)), blade)


def bat(at: Spot) -> None:
    """Draw a flying bat, two units wide."""
    wing = ((0, 0.1), (0.2, -0.05), (0.5, -0.4), (1, -0.15), (0.75, 0.0), (0.6, 0.2), (0.4, 0.1), (0.2, 0.3), (0, 0.35))
    for way in (-1, 1):
        at.poly(tuple((way * x, y) for x, y in wing), _IRON)
    at.oval(0, 0.1, 0.12, 0.24, _IRON)
