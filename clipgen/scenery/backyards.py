"""The scene of a backyard: a mown lawn before a wooden fence."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_FENCES: tuple[p.Colour, ...] = ((190, 142, 96), (246, 240, 228), (158, 112, 82), (206, 172, 128), (170, 158, 146))
_SHEDS: tuple[p.Colour, ...] = (
    (176, 70, 58), (98, 138, 160), (206, 164, 96), (124, 152, 112), (164, 112, 76), (232, 222, 204),
)  # fmt: skip
_ROOFS: tuple[p.Colour, ...] = ((110, 82, 76), (98, 104, 116), (156, 84, 66))
_CLOTHES: tuple[p.Colour, ...] = (
    (226, 82, 76), (250, 246, 238), (84, 148, 212), (250, 204, 92), (150, 112, 190), (112, 180, 130), (244, 152, 170),
)  # fmt: skip
_BLOOMS: tuple[p.Colour, ...] = ((236, 92, 120), (252, 206, 76), (250, 246, 240), (176, 112, 214), (240, 130, 60))
_WOOD: p.Colour = (112, 78, 54)


def backyard(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a striped lawn, a fence with flowers behind it, a shed, and a tree with a swing or a washing line."""
    r = rng.random(10).tolist()
    base, side = 0.44 + 0.04 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    img = p.fair_sky(rng, h, w, base, warm=r[1] < 0.2)
    grass = p.vary(rng, p.pick(rng, ((116, 182, 74), (102, 172, 80), (134, 186, 76))), 8)
    _neighbours(img, rng, base - 0.13 * v, p.mix(p.darker(grass, 0.25), p.HAZE, 0.2))
    _fence(img, rng, base, p.vary(rng, p.pick(rng, _FENCES), 8), r[2] < 0.5)
    _lawn(img, rng, base, grass)
    bloom = [_BLOOMS[n] for n in rng.permutation(len(_BLOOMS)).tolist()]
    _bed(img, rng, base, p.darker(grass, 0.22), bloom)
    shed = Spot(img, 0.5 + side * (0.5 - 0.2 * k), base + 0.1 * v, 0.38 + 0.05 * r[3], side)
    _shed(shed, rng, p.vary(rng, p.pick(rng, _SHEDS), 8), p.vary(rng, p.pick(rng, _ROOFS), 6))
    for x, size in ((-0.56, 0.13), (0.5, 0.16)):
        p.bush(img, rng, *shed.at(x, 0.04), size, p.darker(grass, 0.3), bloom[0])
    spot = Spot(img, 0.5 - side * (0.5 - 0.16 * k), base + 0.15 * v, 0.8 + 0.08 * r[4], side)
    if r[5] < 0.55:
        _swing_tree(spot, rng, p.vary(rng, p.darker(grass, 0.24), 10))
    else:
        tree = spot.at(-0.14, -0.1)
        p.shadow(img, *tree, 0.3, 0.04, 0.35)
        p.tree(img, rng, *tree, 0.72, p.vary(rng, p.darker(grass, 0.24), 10), _WOOD)
        _washing(Spot(img, 0.5 - side * (0.5 - 0.27 * k), base + 0.15 * v, 0.4, side), rng)
    _tufts(img, rng, base + 0.2, grass, bloom)
    return img


def _neighbours(img: np.ndarray, rng: Rng, y: float, leaf: p.Colour) -> None:
    """Draw the trees and a roof or two beyond the fence."""
    count = round(6 / (min(img.shape[:2]) / img.shape[1]))
    for n, (a, b, c) in enumerate(rng.random((count, 3)).tolist()):
        x = (n + a) / count
        if c < 0.25:
            roof = p.mix(p.pick(rng, p.ROOFS), p.HAZE, 0.25)
            p.house(img, rng, x, y + 0.06, 0.26, p.mix(p.pick(rng, p.WALLS), p.HAZE, 0.2), roof)
        else:
            p.tree(img, rng, x, y + 0.05, 0.26 + 0.14 * b, p.mix(leaf, p.HAZE, 0.18 * c))


def _fence(img: np.ndarray, rng: Rng, base: float, wood: p.Colour, peaked: bool) -> None:
    """Draw a fence of upright boards from edge to edge, with pointed or with round tops."""
    k = min(img.shape[:2]) / img.shape[1]
    at = Spot(img, 0.5, base + 0.01, 1.25)
    reach, step = 0.43 / k, 0.05
    at.box(-reach, -0.16, reach, 0, p.darker(wood, 0.5))
    for n, a in enumerate(rng.random(int(2 * reach / step) + 1).tolist()):
        x, c = -reach + n * step, p.mix(p.darker(wood, 0.12), p.lighter(wood, 0.1), a)
        at.box(x, -0.17, x + 0.043, 0, c)
        at.box(x + 0.034, -0.17, x + 0.043, 0, p.darker(c, 0.14))
        if peaked:
            at.poly(((x, -0.168), (x + 0.0215, -0.2), (x + 0.043, -0.168)), c)
        else:
            at.oval(x + 0.0215, -0.168, 0.0205, 0.022, c)
    for y in (-0.135, -0.05):
        at.line(((-reach, y + 0.008), (reach, y + 0.008)), p.darker(wood, 0.36), 0.018)
        at.line(((-reach, y), (reach, y)), p.lighter(wood, 0.1), 0.016)


def _lawn(img: np.ndarray, rng: Rng, base: float, grass: p.Colour) -> None:
    """Draw the lawn in mown stripes that run away from the viewer."""
    k = min(img.shape[:2]) / img.shape[1]
    p.ground(img, np.array([(-0.03, base), (1.03, base)]), p.lighter(grass, 0.06), p.darker(grass, 0.2))
    x, y, wide = 0.5 + 0.3 * (rng.random() - 0.5) * k, base - 0.14, (0.17 + 0.05 * rng.random()) * k**0.7
    near, far = (1.03 - y) / (1 - y), (base - y) / (1 - y)
    pale, deep = p.lighter(grass, 0.2), p.mix(grass, (236, 232, 110), 0.16)
    for n in range(-12, 12, 2):
        a, b = n * wide, (n + 1) * wide
        outline = np.array([(x + a * far, base), (x + b * far, base), (x + b * near, 1.03), (x + a * near, 1.03)])
        if outline[:, 0].max() > 0 and outline[:, 0].min() < 1:
            p.poly_gradient(img, outline, pale, deep)
    p.mottle(img, rng, base, 1, 0.1)


def _bed(img: np.ndarray, rng: Rng, base: float, leaf: p.Colour, bloom: list[p.Colour]) -> None:
    """Draw the flower bed along the fence."""
    k = min(img.shape[:2]) / img.shape[1]
    at = Spot(img, 0.5, base + 0.015, 1.0)
    at.shadow(0, 0.02, 0.8 / k, 0.025, 0.35)
    count = round(12 / k)
    for n, (a, b, c) in enumerate(rng.random((count, 3)).tolist()):
        x = (-0.52 + 1.04 * (n + 0.6 * a) / count) / k
        green = p.mix(leaf, p.darker(leaf, 0.3), b)
        if c < 0.28:
            p.bush(img, rng, *at.at(x, 0.015), 0.075 + 0.03 * b, green)
            continue
        tall, petal = 0.05 + 0.05 * b, bloom[n % 3]
        at.oval(x, 0.0, 0.04, 0.026, green)
        for dx in (-0.018, 0.016):
            at.line(((x + 0.5 * dx, 0), (x + dx, -tall + dx)), p.darker(green, 0.1), 0.008)
            at.oval(x + dx, -tall + dx, 0.017, 0.017, petal)
            at.oval(x + dx, -tall + dx, 0.006, 0.006, (250, 190, 60) if petal != _BLOOMS[1] else (150, 90, 40))


def _shed(at: Spot, rng: Rng, wall: p.Colour, roof: p.Colour) -> None:
    """Draw a boarded garden shed with a double door and a window, about one unit wide."""
    trim: p.Colour = (250, 246, 236) if sum(wall) < 600 else (78, 124, 116)
    at.shadow(-0.05, 0.01, 0.65, 0.07, 0.45)
    eaves, tip = -0.62, -0.98
    at.poly(((-0.45, 0), (-0.45, eaves), (0, tip), (0.45, eaves), (0.45, 0)), wall)
    for n in range(1, 10):
        x = -0.45 + 0.09 * n
        at.line(((x, 0), (x, eaves - (0.45 - abs(x)) * 0.8)), p.darker(wall, 0.2), 0.012)
    at.shadow(0, eaves + 0.04, 0.5, 0.08, 0.3)
    at.line(((-0.56, eaves + 0.1), (0, tip + 0.02), (0.56, eaves + 0.1)), p.darker(roof, 0.35), 0.12)
    at.line(((-0.56, eaves + 0.07), (0, tip - 0.01), (0.56, eaves + 0.07)), roof, 0.09)
    at.line(((-0.5, eaves + 0.09), (0, tip + 0.07), (0.5, eaves + 0.09)), trim, 0.03)
    at.box(-0.4, -0.56, 0.08, 0, trim)
    for x in (-0.36, -0.145):
        at.box(x, -0.52, x + 0.19, 0, p.darker(wall, 0.22))
        at.line(((x, -0.05), (x + 0.19, -0.5)), trim, 0.025)
        at.line(((x, -0.27), (x + 0.19, -0.27)), trim, 0.025)
    at.box(0.13, -0.5, 0.4, -0.22, trim)
    at.box(0.16, -0.47, 0.37, -0.25, (120, 158, 182))
    at.poly(((0.16, -0.47), (0.28, -0.47), (0.16, -0.33)), (184, 212, 224))
    at.line(((0.265, -0.48), (0.265, -0.24)), trim, 0.022)
    at.oval(0, tip + 0.24, 0.075, 0.075, trim)
    at.oval(0, tip + 0.24, 0.05, 0.05, (100, 136, 160))
    if rng.random() < 0.6:
        at.box(0.11, -0.22, 0.42, -0.13, p.darker(_WOOD, 0.05))
        for n in range(6):
            at.oval(0.14 + 0.05 * n, -0.23, 0.035, 0.035, _BLOOMS[n % 2])


def _swing_tree(at: Spot, rng: Rng, leaf: p.Colour) -> None:
    """Draw a large tree, one unit tall, from whose long branch a swing hangs over the lawn."""
    at.shadow(-0.05, 0, 0.42, 0.045, 0.4)
    p.tree(at.img, rng, at.x, at.y, at.size, leaf, _WOOD)
    at.line(((-0.035, -0.3), (-0.06, 0)), p.lighter(_WOOD, 0.2), 0.02)
    at.poly(((0, -0.42), (0.16, -0.535), (0.42, -0.55), (0.42, -0.525), (0.18, -0.49), (0.03, -0.36)), _WOOD)
    sway = 0.1 * (rng.random() - 0.5)
    for x in (0.22, 0.36):
        at.line(((x, -0.53), (x + sway, -0.14)), (236, 214, 170), 0.012)
    seat = p.pick(rng, ((196, 70, 60), (70, 120, 170), (200, 150, 90)))
    at.shadow(0.29 + sway, 0.0, 0.12, 0.018, 0.4)
    at.box(0.19 + sway, -0.155, 0.39 + sway, -0.115, p.darker(seat, 0.3), 0.01)
    at.box(0.19 + sway, -0.165, 0.39 + sway, -0.135, seat, 0.01)
    for dx, dy, size in ((0.36, -0.6, 0.12), (0.24, -0.62, 0.13)):
        at.oval(dx, dy, size, 0.7 * size, leaf)
        at.oval(dx - 0.02, dy - 0.02, 0.7 * size, 0.45 * size, p.lighter(leaf, 0.13))


def _washing(at: Spot, rng: Rng) -> None:
    """Draw a washing line with clothes between two posts, about one unit tall and a little wider."""
    order = [_CLOTHES[n] for n in rng.permutation(len(_CLOTHES)).tolist()]
    for x in (-0.55, 0.55):
        at.shadow(x, 0, 0.12, 0.025, 0.4)
        at.line(((x, 0), (x, -0.9)), p.lighter(_WOOD, 0.15), 0.055)
        at.line(((x - 0.1, -0.88), (x + 0.1, -0.88)), p.lighter(_WOOD, 0.15), 0.05)
    at.shadow(0, 0.02, 0.5, 0.03, 0.3)
    t = 2 * p.steps(15) - 1
    at.line(p.cols(0.55 * t, -0.87 + 0.05 * (1 - t * t)), (236, 232, 224), 0.016)
    for n, (x, kind) in enumerate(((-0.34, 0), (0.0, 1), (0.34, 2))):
        _garment(at.spot(x, -0.82 - 0.02 * (kind != 1), 1.0), order[n], (kind + int(order[3][0])) % 3, rng)


def _garment(at: Spot, colour: p.Colour, kind: int, rng: Rng) -> None:
    """Draw a shirt (0), a towel (1) or a pair of trousers (2) that hangs from the spot."""
    flow = 0.05 * (rng.random() - 0.5)
    shade = p.darker(colour, 0.18)
    if kind == 0:
        at.poly(((-0.09, 0), (0.09, 0), (0.17, 0.16), (0.1, 0.2), (0.09, 0.44), (-0.09 + flow, 0.44), (-0.1, 0.2),
                 (-0.17, 0.16)), colour)  # fmt: skip
        at.poly(((0.02, 0.02), (0.09, 0), (0.17, 0.16), (0.1, 0.2), (0.09, 0.44), (0.04, 0.44)), shade)
        at.poly(((-0.04, 0), (0.04, 0), (0, 0.05)), p.darker(colour, 0.4))
    elif kind == 1:
        at.poly(((-0.14, 0), (0.14, 0), (0.14 + flow, 0.5), (-0.13 + flow, 0.48)), colour)
        for x in (-0.05, 0.07):
            at.poly(((x, 0), (x + 0.04, 0), (x + 0.045 + flow, 0.49), (x + 0.01 + flow, 0.49)), shade)
        at.box(-0.135, 0.07, 0.135, 0.11, p.lighter(colour, 0.5) if sum(colour) < 690 else (110, 160, 210))
    else:
        at.poly(((-0.11, 0), (0.11, 0), (0.13 + flow, 0.5), (0.03 + flow, 0.5), (0, 0.16), (-0.03 + flow, 0.5),
                 (-0.13 + flow, 0.5)), colour)  # fmt: skip
        at.poly(((0.02, 0.03), (0.11, 0), (0.13 + flow, 0.5), (0.08 + flow, 0.5)), shade)
        at.box(-0.11, 0, 0.11, 0.045, shade)
    for x in (-0.08, 0.08):
        at.box(x - 0.012, -0.035, x + 0.012, 0.03, (214, 170, 110))


def _tufts(img: np.ndarray, rng: Rng, top: float, grass: p.Colour, bloom: list[p.Colour]) -> None:
    """Draw short tufts of grass, and daisies at the sides."""
    for a, b, c in rng.random((34, 3)).tolist():
        at = Spot(img, a, top + (1.0 - top) * b, 0.022 + 0.02 * b)
        for t in (-0.5, -0.1, 0.4):
            at.poly(((0.3 * t - 0.12, 0), (t, -0.9 + 0.5 * t * t), (0.3 * t + 0.12, 0)), p.darker(grass, 0.24))
        if c < 0.4 and abs(a - 0.5) > 0.26:
            at.oval(0, -0.8, 0.34, 0.28, bloom[int(c > 0.2)])
            at.oval(0, -0.8, 0.12, 0.1, (252, 200, 70))
