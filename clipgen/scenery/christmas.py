"""The scene of a living room at Christmas."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_BAUBLES: tuple[p.Colour, ...] = ((226, 48, 50), (255, 206, 74), (70, 140, 230), (236, 110, 180), (246, 240, 226))
_PAINTS: tuple[p.Colour, ...] = (
    (178, 96, 84), (96, 122, 100), (214, 178, 136), (98, 112, 146), (156, 118, 138),
)  # fmt: skip
_SNOW: p.Colour = (248, 250, 255)
_GOLD: p.Colour = (250, 206, 92)


def christmas_room(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a living room at Christmas: a lit tree over gifts, stockings at a fireplace, and snow at the window."""
    r = rng.random(8).tolist()
    low, k, v = 0.66 + 0.03 * r[0], min(h, w) / w, min(h, w) / h
    paint = p.vary(rng, p.pick(rng, _PAINTS), 8)
    wood = p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.4)), (low, p.darker(paint, 0.06)), (1, paint)))
    p.warped(img, p.boards(rng, wood, 16, 3), ((-0.25, low), (1.25, low), (1.9, 1.02), (-0.9, 1.02)))
    p.box(img, -0.02, low - 0.035 * v, 1.02, low, p.lighter(paint, 0.6))
    p.shadow(img, 0.5, low + 0.01, 3, 0.05, 0.4)
    hearth = 0.5 + 0.27 * k**0.4
    tree = 0.5 - (0.5 - 0.22 * k) * (0.9 + 0.1 * k)
    cloth = p.pick(rng, ((190, 44, 48), (40, 116, 78), (222, 196, 150)))
    _window(Spot(img, (hearth + tree) / 2 - 0.02 * k + 0.02 * r[1], low - 0.2 * v, 0.33), rng, cloth)
    _hearth(Spot(img, hearth, low + 0.02, 0.4 + 0.02 * r[2]), rng)
    rug = p.vary(rng, p.pick(rng, ((176, 52, 54), (54, 104, 82), (214, 190, 150), (70, 88, 132))))
    for share, c in ((1.0, p.darker(rug, 0.3)), (0.95, p.lighter(rug, 0.55)), (0.86, rug), (0.5, p.lighter(rug, 0.2))):
        p.oval(img, 0.6, 0.88, 0.35 * share, 0.08 * share, c)
    p.glow(img, hearth, low + 0.1, 0.26, (255, 170, 80), 0.35)
    _lit_tree(Spot(img, tree, low + 0.18 * v, 0.75 + 0.04 * r[3]), rng)
    _gifts(Spot(img, tree, low + 0.24 * v, 0.94), rng)
    p.corners(img, 0.45)
    return img if r[4] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _window(at: Spot, rng: Rng, cloth: p.Colour) -> None:
    """Draw a window on a snowy night, with snow on its panes and curtains at its sides, whose sill is at the spot."""
    furniture.window(at, rng, 0.62, 1.0, True, (240, 234, 224), cloth)
    for x, y, s in rng.random((16, 3)).tolist():
        at.oval(-0.2 + 0.4 * x, -0.94 + 0.84 * y, 0.012 + 0.014 * s, 0.012 + 0.014 * s, _SNOW)
    for x in (-0.26, -0.13, 0.02, 0.15, 0.26):
        at.oval(x, 0.0, 0.1, 0.06, _SNOW, 180, 360)


def _hearth(at: Spot, rng: Rng) -> None:
    """Draw a fireplace, one unit wide, with stockings below a mantelpiece with a garland, and a wreath above it."""
    bricks = rng.random() < 0.6
    stone = p.vary(rng, (166, 88, 70) if bricks else p.pick(rng, ((228, 222, 212), (158, 152, 150))), 8)
    at.box(-0.5, -4, 0.5, 0, p.darker(stone, 0.1))
    joint = p.mix(stone, (226, 210, 194), 0.35) if bricks else p.darker(stone, 0.22)
    for row in range(34):
        y, x0 = -0.12 * row, -0.4 if row % 2 else -0.5
        at.line(((-0.5, y), (0.5, y)), joint, 0.012)
        for x in np.arange(x0, 0.5, 0.25).tolist():
            at.line(((x, y), (x, y - 0.12)), joint, 0.012)
    at.line(((0.49, -4), (0.49, 0)), p.darker(stone, 0.3), 0.02)
    at.poly(p.pointed(0, 0.36, 0, -0.3, 0.16), p.darker(stone, 0.45))
    at.shaded(p.pointed(0, 0.3, 0, -0.28, 0.14), (30, 18, 16), (110, 44, 22))
    furniture.fire(at.spot(0, -0.02, 0.42), rng)
    at.box(-0.6, -0.05, 0.6, 0.06, p.darker(stone, 0.3), 0.02)
    at.box(-0.6, -0.06, 0.6, 0.0, p.lighter(stone, 0.12), 0.02)
    shelf = p.pick(rng, furniture.WOODS)
    at.box(-0.6, -0.88, 0.6, -0.79, p.darker(shelf, 0.2))
    at.box(-0.6, -0.88, 0.6, -0.855, p.lighter(shelf, 0.25))
    hues = p.pick(
        rng, (((214, 40, 46), (40, 132, 84)), ((214, 40, 46), (214, 40, 46)), ((206, 44, 60), (244, 240, 232)))
    )
    for n, x in enumerate((-0.45, -0.17, 0.17, 0.45)):
        _stocking(at.spot(x, -0.8, 0.34), hues[n % 2])
    for x in (-0.5, 0.5):
        at.box(x - 0.03, -1.14, x + 0.03, -0.88, (250, 242, 224))
        at.glow(x, -1.2, 0.13, (255, 220, 140), 0.7)
        at.oval(x, -1.19, 0.02, 0.04, (255, 220, 116))
    green = (50, 120, 74)
    for n in range(25):
        x = -0.58 + 1.16 * n / 24
        y = -0.87 + 0.04 * abs(np.sin(3 * np.pi * n / 24))
        at.oval(x, y, 0.06, 0.045, p.darker(green, 0.25 * (n % 2)))
    for n in range(9):
        x = -0.54 + 0.135 * n
        at.glow(x, -0.85, 0.06, _GOLD, 0.5)
        at.oval(x, -0.85, 0.03, 0.03, ((226, 48, 50), (255, 222, 120))[n % 2])
    turn = 2 * np.pi * np.arange(22) / 22
    for n, a in enumerate(turn.tolist()):
        at.oval(0.24 * np.cos(a), -1.34 + 0.24 * np.sin(a), 0.08, 0.08, p.darker(green, 0.22 * (n % 2)))
    for n, a in enumerate(turn[::3].tolist()):
        at.oval(0.24 * np.cos(a), -1.34 + 0.24 * np.sin(a), 0.035, 0.035, ((226, 48, 50), (255, 214, 110))[n % 2])
    _bow(at.spot(0, -1.1, 0.26), (220, 40, 46))


def _bow(at: Spot, colour: p.Colour) -> None:
    """Draw a bow of ribbon, one unit wide."""
    for side in (-1, 1):
        at.poly(((0, 0), (side * 0.22, 0.6), (side * 0.4, 0.5)), p.darker(colour, 0.2))
        at.poly(((0, 0), (side * 0.45, -0.3), (side * 0.5, 0.26)), colour)
    at.oval(0, 0, 0.13, 0.13, p.darker(colour, 0.15))


def _stocking(at: Spot, colour: p.Colour) -> None:
    """Draw a stocking that hangs from the spot, one unit long."""
    toe = p.mix(colour, _GOLD, 0.6)
    at.poly(((-0.2, 0.1), (0.18, 0.1), (0.18, 0.62), (0.42, 0.72), (0.44, 0.94), (0.2, 1.02), (-0.2, 0.9)), colour)
    at.poly(((-0.2, 0.1), (-0.08, 0.1), (-0.08, 0.92), (-0.2, 0.9)), p.darker(colour, 0.16))
    at.poly(((0.28, 0.66), (0.42, 0.72), (0.44, 0.94), (0.3, 0.99)), toe)
    at.box(-0.26, 0.0, 0.24, 0.24, (250, 246, 238), 0.06)


def _lit_tree(at: Spot, rng: Rng) -> None:
    """Draw a decorated Christmas tree with lights and a star, one unit tall."""
    green = p.vary(rng, p.pick(rng, ((36, 104, 66), (30, 96, 78), (58, 114, 62))), 6)
    at.shadow(0, 0, 0.36, 0.05, 0.6)
    at.glow(0, -0.45, 0.55, (255, 206, 120), 0.45)
    at.box(-0.04, -0.14, 0.04, -0.02, (92, 60, 42))
    at.poly(((-0.1, -0.08), (0.1, -0.08), (0.075, 0), (-0.075, 0)), (170, 60, 50))
    for n in range(5):
        half, foot, tip = 0.33 - 0.055 * n, -0.1 - 0.165 * n, -0.42 - 0.135 * n
        hem = [(half * x, foot + (0.025 if i % 2 else -0.015)) for i, x in enumerate(np.linspace(1, -1, 13).tolist())]
        at.poly(np.array([(0, tip), *hem]), p.darker(green, 0.24))
        at.poly(np.array([(0, tip), (0, foot - 0.02), *hem[7:]]), green)
        at.poly(
            np.array([(0, tip), (half * 0.5, foot - 0.06), (0, foot - 0.03), (-half * 0.7, foot - 0.03)]),
            p.lighter(green, 0.08),
        )
    hues = [_BAUBLES[n] for n in rng.permutation(len(_BAUBLES)).tolist()][: p.pick(rng, (2, 3, 5))]
    chain = p.pick(rng, ((255, 216, 110), (240, 240, 248), (226, 60, 60)))
    for n, y in enumerate((-0.78, -0.62, -0.45, -0.28, -0.14)):
        half = 0.3 * (1 + y) + 0.015
        t = 2 * p.steps(13) - 1
        line = p.cols(half * t, y - 0.04 * t + 0.05 * (1 - t * t))
        at.line(line, chain, 0.012)
        for i in range(n + 2):
            s = (2 * i / (n + 1) - 1) * 0.84
            x, low, c = half * s, y - 0.04 * s + 0.05 * (1 - s * s), hues[(i + 2 * n) % len(hues)]
            at.oval(x, low + 0.03, 0.03, 0.03, p.darker(c, 0.18))
            at.oval(x - 0.003, low + 0.027, 0.025, 0.025, c)
            at.oval(x - 0.01, low + 0.02, 0.009, 0.009, p.lighter(c, 0.7))
        for x, low in (line[1:-1:3] + (0, -0.035)).tolist():
            at.glow(x, low, 0.04, (255, 226, 140), 0.8)
            at.oval(x, low, 0.011, 0.011, (255, 246, 200))
    at.glow(0, -0.99, 0.16, (255, 226, 120), 0.5)
    t = np.arange(10) * np.pi / 5
    points = np.where(np.arange(10) % 2 == 0, 0.075, 0.032)
    at.poly(p.cols(points * np.sin(t), -0.98 - points * np.cos(t)), (255, 226, 90))


def _gifts(at: Spot, rng: Rng) -> None:
    """Draw wrapped gifts with ribbons around the foot of the tree."""
    order = rng.permutation(len(_BAUBLES)).tolist()
    places = (
        (-0.17, -0.06, 0.15, 0.13), (0.15, -0.06, 0.14, 0.12), (-0.02, -0.03, 0.13, 0.09),
        (-0.21, 0.01, 0.1, 0.09), (-0.13, 0.0, 0.12, 0.08), (0.12, 0.02, 0.12, 0.075),
    )  # fmt: skip
    for n, (x, y, wide, tall) in enumerate(places):
        c = p.vary(rng, _BAUBLES[order[n % 5]], 10)
        ribbon = p.pick(rng, [b for b in (*_BAUBLES[1::3], (214, 40, 46)) if abs(b[0] - c[0]) + abs(b[1] - c[1]) > 60])
        half, tall = wide / 2, tall * (0.85 + 0.3 * rng.random())
        at.shadow(x, y, half * 1.2, 0.02, 0.5)
        at.box(x - half, y - tall, x + half, y, p.darker(c, 0.14))
        at.box(x - half, y - tall, x + half * 0.55, y, c)
        at.box(x - 0.014, y - tall, x + 0.014, y, ribbon)
        at.box(x - half, y - tall * 0.6, x + half, y - tall * 0.6 + 0.022, ribbon)
        _bow(at.spot(x, y - tall, 0.085), ribbon)
