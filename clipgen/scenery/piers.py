"""The scene of a wooden pier over calm water."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_WOODS: tuple[p.Colour, ...] = ((176, 128, 88), (196, 152, 106), (158, 132, 114), (150, 104, 74))
_HULLS: tuple[p.Colour, ...] = ((196, 66, 56), (58, 118, 168), (236, 230, 216), (72, 140, 108), (232, 170, 70))
_WATERS: tuple[p.Colour, ...] = ((84, 152, 190), (74, 158, 176), (96, 142, 196))
_ROPE: p.Colour = (226, 200, 150)
_HALF, _FAR, _TALL = 0.4, 5.0, 0.27  # the deck's half width at depth 1, its length, and how high its posts are


def wooden_pier(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a pier of planks that runs out over a calm lake, with posts, ropes and a rowing boat beside it."""
    r = rng.random(10).tolist()
    side = p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    eye = Depth(0.5 + side * (0.02 + 0.05 * r[0]) * k, 0.4 + 0.04 * r[1])
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.4)
    _shore(img, rng, eye.y, v, k, r[3] < 0.5)
    water = p.vary(rng, p.pick(rng, _WATERS), 8)
    p.reflect(img, rng, eye.y, water, 0.42, 0.012)
    fade = np.clip((np.arange(h, dtype=np.float32)[:, None] / h - eye.y) / (1 - eye.y), 0, 1) * 0.62
    p.blend(img, np.broadcast_to(fade, (h, w)), p.darker(water, 0.32))
    p.ripples(img, rng, eye.y, 1, p.lighter(water, 0.45), 0.4)
    wide = k**0.6
    wood = p.vary(rng, p.pick(rng, _WOODS), 8)
    _boat(Spot(img, 0.5 + side * (0.5 - 0.18 * k), eye.y + 0.18 * v**0.5, 0.31 + 0.04 * r[4], -side), rng)
    if r[5] < 0.6:
        _reeds(img, rng, -side, k)
    _deck(img, rng, eye, wide, wood)
    _posts(img, rng, eye, wide, v**0.5, p.darker(wood, 0.22), r[6] < 0.7, side)
    return img


def _shore(img: np.ndarray, rng: Rng, y: float, v: float, k: float, peaks: bool) -> None:
    """Draw the far hills, with mountains behind them when asked for, and the trees along the shore."""
    if peaks:
        for a, b in rng.random((3, 2)).tolist():
            rock = p.mix((118, 132, 164), p.HAZE, 0.3)
            p.peak(img, rng, a, y - (0.17 + 0.1 * b) * v, y, 0.3 * k + 0.05, rock, (248, 250, 254))
    green = p.vary(rng, p.pick(rng, ((92, 144, 104), (110, 150, 92), (84, 130, 124))), 8)
    for n, rise in enumerate((0.1, 0.06, 0.03)):
        c = p.mix(green, p.HAZE, 0.55 - 0.22 * n)
        line = p.ridge(rng, y - rise * v, 0.05 * v * (1 - 0.25 * n), 1.1)
        p.ground(img, line, c, c)
        if n == 2:
            for a, b in rng.random((round(12 / k), 2)).tolist():
                p.pine(img, a, y + 0.005, 0.06 + 0.05 * b, p.darker(c, 0.14 + 0.1 * b))
    p.box(img, -0.02, y - 0.008, 1.02, y + 0.004, p.mix(green, (220, 208, 170), 0.5))


def _deck(img: np.ndarray, rng: Rng, eye: Depth, wide: float, wood: p.Colour) -> None:
    """Draw the planks of the pier, which lie across it, and the beams along its edges."""
    half, low = _HALF * wide, 1.0 - eye.y
    for spread, dark in ((0.07, 0.3), (0.035, 0.45)):  # its shadow on the water
        outline = eye.floor(-half - spread * wide, half + spread * wide, 1.05 * low, 0.9, _FAR * 0.97)
        shade = img.copy()
        p.poly(shade, outline, (24, 48, 70))
        img[:] = (img * (1 - dark) + shade * dark).astype(np.uint8)
    near = 0.94
    planks = p.boards(rng, wood, 30, 2, 0.6, 0.13).transpose(1, 0, 2)
    left, right, right_near, left_near = eye.floor(-half, half, low, near, _FAR)
    p.warped(img, np.ascontiguousarray(planks), (left, right, right_near, left_near))
    for way in (-1, 1):
        a, b = way * half, way * (half - 0.045 * wide)
        p.poly(img, (eye.at(a, low, near), eye.at(a, low, _FAR), eye.at(b, low, _FAR), eye.at(b, low, near)),
               p.lighter(wood, 0.2 if way < 0 else 0.06))  # fmt: skip
        p.stroke(img, (eye.at(b, low, near), eye.at(b, low, _FAR)), p.darker(wood, 0.4), 0.006)
    x, y = eye.at(0, low, _FAR)
    p.box(img, x - half / _FAR, y - 0.004, x + half / _FAR, y + 0.004, p.darker(wood, 0.4))


def _posts(
    img: np.ndarray, rng: Rng, eye: Depth, wide: float, tall: float, wood: p.Colour, ring: bool, side: int
) -> None:
    """Draw the posts along both edges, the far ones first, with ropes that sag between them."""
    low, depths = 1.0 - eye.y, (_FAR, 3.6, 2.5, 1.75, 1.22)
    rise = _TALL * tall
    for n, z in enumerate(depths):
        for way in (-1, 1):
            x, y = eye.at(way * (_HALF + 0.005) * wide, low, z)
            if n:
                t, back = p.steps(11), depths[n - 1]
                zs = 1 / (1 / back + (1 / z - 1 / back) * t)
                sag = rise * 0.8 - 0.3 * rise * (1 - (2 * t - 1) ** 2)
                rope = p.cols(eye.x + way * (_HALF + 0.005) * wide / zs, eye.y + (low - sag) / zs)
                p.stroke(img, rope + (0, 0.006), p.darker(_ROPE, 0.45), 0.016 / z**0.6)
                p.stroke(img, rope, _ROPE, 0.012 / z**0.6)
            _post(Spot(img, x, y, rise / z * img.shape[0] / p.side_of(img)), wood)
            if ring and n == 3 and way == -side:
                _lifebuoy(Spot(img, x, y - 0.45 * rise / z, 0.062 / z**0.3), rng)


def _post(at: Spot, wood: p.Colour) -> None:
    """Draw a round post, one unit tall."""
    at.shadow(0, 0.02, 0.26, 0.07, 0.45)
    at.box(-0.13, -1.0, 0.13, 0.03, wood)
    at.box(-0.13, -1.0, -0.05, 0.03, p.lighter(wood, 0.22))
    at.box(0.05, -1.0, 0.13, 0.03, p.darker(wood, 0.28))
    for y in (-0.84, -0.76):
        at.line(((-0.14, y), (0.14, y + 0.02)), _ROPE, 0.06)
    at.oval(0, -1.0, 0.14, 0.06, p.lighter(wood, 0.42))
    at.oval(0, -1.0, 0.07, 0.03, p.lighter(wood, 0.2))


def _lifebuoy(at: Spot, rng: Rng) -> None:
    """Draw a lifebuoy in red and white."""
    red = p.vary(rng, (220, 62, 50), 10)
    t = np.pi * p.steps(9) / 4
    for n in range(8):
        a = n * np.pi / 4
        ring = np.concatenate([p.cols(np.cos(a + t), np.sin(a + t)), p.cols(np.cos(a + t), np.sin(a + t))[::-1] * 0.5])
        at.poly(ring, red if n % 2 else (252, 248, 240))


def _boat(at: Spot, rng: Rng) -> None:
    """Draw a rowing boat on the water, seen a little from above, about one unit long."""
    hull, wood = p.vary(rng, p.pick(rng, _HULLS), 8), (190, 140, 92)
    t = p.steps(15)
    back = p.cols(-0.5 + 1.08 * t, -0.16 - 0.06 * np.sin(np.pi * t) - 0.14 * t**3)
    front = p.cols(-0.5 + 1.08 * t, -0.16 + 0.13 * np.sin(np.pi * t) ** 0.8 - 0.14 * t**3)
    keel = p.cols(-0.44 + 0.92 * t, 0.0 + 0.14 * np.sin(np.pi * t) ** 0.6 - 0.08 * t**4)
    at.shadow(0.02, 0.13, 0.55, 0.09, 0.5)
    mirror = np.concatenate([front * (1, 0) + (0, 0.08), (keel + (0, 0.12))[::-1]])
    at.poly(mirror, p.mix(p.darker(hull, 0.45), (60, 110, 140), 0.4))
    at.poly(np.concatenate([front, keel[::-1]]), hull)
    at.poly(np.concatenate([front * 0.5 + keel * 0.5, keel[::-1]]), p.darker(hull, 0.22))
    at.poly(np.concatenate([back, front[::-1]]), p.darker(wood, 0.42))
    inner = np.concatenate([back[1:-1] + (0, 0.05), (front[1:-1] - (0, 0.015))[::-1]])
    at.poly(inner, p.darker(wood, 0.15))
    for x in (-0.24, 0.06, 0.32):
        at.poly(((x - 0.05, -0.2), (x + 0.05, -0.2), (x + 0.06, -0.04), (x - 0.05, -0.04)), p.lighter(wood, 0.25))
    at.line(back, p.lighter(hull, 0.3), 0.03)
    at.line(front, p.lighter(hull, 0.5), 0.04)
    at.line(((-0.1, -0.17), (-0.5, 0.16)), p.lighter(wood, 0.35), 0.03)
    at.poly(((-0.44, 0.1), (-0.62, 0.2), (-0.58, 0.25), (-0.42, 0.15)), p.lighter(wood, 0.35))


def _reeds(img: np.ndarray, rng: Rng, side: int, k: float) -> None:
    """Draw reeds with brown heads at one edge of the picture, in front."""
    for a, b, c in sorted(rng.random((13, 3)).tolist(), key=lambda reed: reed[1]):
        at = Spot(img, 0.5 + side * (0.5 - 0.13 * a * k), 0.72 + 0.2 * b, 0.22 + 0.1 * c, -side)
        green, lean = p.mix((92, 140, 74), (140, 160, 82), c), 0.2 * (a - 0.3)
        at.poly(((-0.05, 0.05), (lean, -1.0), (0.04, 0.05)), green)
        at.poly(((-0.03, 0.05), (lean - 0.3, -0.6), (0.05, 0.05)), p.darker(green, 0.2))
        if c < 0.5:
            at.line(((lean, -0.9), (lean * 1.1, -1.15)), (112, 72, 44), 0.075)
