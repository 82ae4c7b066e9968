"""The scene of a stone terrace above a lake."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot
from clipgen.scenery.roadways import even

_STONES: tuple[p.Colour, ...] = ((232, 222, 202), (226, 206, 178), (220, 220, 218), (236, 212, 190))
_TILES: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((232, 214, 184), (206, 150, 112)), ((226, 218, 204), (196, 184, 168)), ((222, 168, 126), (198, 132, 96)),
    ((236, 230, 220), (150, 168, 180)), ((230, 206, 170), (176, 158, 130)),
)  # fmt: skip
_BLOOMS: tuple[p.Colour, ...] = ((226, 66, 96), (246, 150, 186), (250, 244, 238), (190, 100, 210), (234, 132, 116))


def terrace(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a tiled terrace with a stone balustrade and urns of flowers, above a lake with mountains behind."""
    r = rng.random(12).tolist()
    v, u = min(h, w) / h, min(h, w) / w
    horizon = 0.42 + 0.03 * r[0]
    img = p.fair_sky(rng, h, w, horizon, warm=r[1] < 0.3)
    side = p.pick(rng, (-1, 1))
    _lake(img, rng, horizon, v)
    rail, foot = 0.5 + 0.02 * r[2], 0.7 + 0.015 * r[3]
    foot = rail + (foot - rail) * (v + 1) / 2
    for x in (side * 0.34, side * 0.44, -side * (0.4 + 0.06 * r[4])):
        _cypress(Spot(img, 0.5 + x, foot, 0.5 + 0.2 * rng.random()), rng)
    _floor(img, rng, foot, p.pick(rng, _TILES))
    stone = p.vary(rng, p.pick(rng, _STONES), 6)
    posts = 0.3 + 0.06 * r[5]
    _balustrade(img, rail, foot, stone, posts)
    for s in (-1, 1):
        at = Spot(img, 0.5 + s * posts, rail - 0.012 * v, 0.3 + 0.05 * r[6])
        _urn(at, rng, stone)
    if r[7] < 0.55:
        _pergola(img, rng, side, v, u)
    for s in (-1, 1):
        if s == side or r[8] < 0.6:
            _tub(Spot(img, 0.5 + s * (0.42 + 0.03 * r[9]), foot + 0.16 * v, 0.42 + 0.08 * r[10]), rng)
    return img


def _lake(img: np.ndarray, rng: Rng, horizon: float, v: float) -> None:
    """Draw mountains beyond a lake, with a wooded shore, a few houses and a sail."""
    r = rng.random(6).tolist()
    rock = p.vary(rng, p.pick(rng, ((112, 128, 160), (124, 126, 152), (104, 134, 156))), 8)
    haze, snow = (190, 208, 230), p.mix((252, 252, 255), (190, 208, 230), 0.2) if r[0] < 0.75 else None
    for k in range(4):
        a, b, c = rng.random(3).tolist()
        p.peak(img, rng, (k + a) / 4, horizon - (0.13 + 0.12 * b) * v, horizon + 0.02, 0.24 + 0.1 * c,
               p.mix(rock, haze, 0.45), snow)  # fmt: skip
    big = p.pick(rng, (0.2, 0.8))
    p.peak(img, rng, big + 0.1 * (r[1] - 0.5), horizon - (0.26 + 0.07 * r[2]) * v, horizon + 0.02, 0.4, rock, snow)
    green = p.vary(rng, p.pick(rng, ((88, 140, 100), (96, 148, 84), (74, 128, 104))), 8)
    for k, s in enumerate((1, -1)):
        t = p.steps(20)
        hump = horizon - (0.1 - 0.02 * k) * v * np.cos(np.pi / 2 * t) ** 1.4
        line = p.cols(0.5 + s * (0.53 - 0.5 * t), hump)
        shade = p.mix(green, haze, 0.3 - 0.15 * k)
        p.poly(img, np.concatenate([line, [(0.5 + s * 0.03, horizon + 0.02), (0.5 + s * 0.53, horizon + 0.02)]]), shade)
    water = p.vary(rng, p.pick(rng, ((58, 132, 178), (70, 150, 178), (60, 120, 180))), 8)
    p.sea(img, rng, horizon, p.lighter(water, 0.35), water, (236, 246, 250), 0.4, min(horizon + 0.3, 1))
    for s in (-1, 1):
        for k in range(4):
            a = rng.random()
            wall = p.mix(p.pick(rng, p.WALLS), p.HAZE, 0.15)
            p.house(img, rng, 0.5 + s * (0.22 + 0.08 * k + 0.03 * a), horizon + 0.008, 0.04, wall, (196, 104, 74))
    x = 0.5 + 0.16 * (r[3] - 0.5)
    p.sailboat(img, x, horizon + 0.045 * v, 0.07 + 0.03 * r[4], (240, 240, 236), (255, 252, 244))


def _cypress(at: Spot, rng: Rng) -> None:
    """Draw a slender dark cypress, one unit tall."""
    leaf = p.vary(rng, (58, 104, 72), 8)
    t = p.steps(14)
    half = 0.1 * np.sin(np.pi * t**0.7) ** 0.8 + 0.004
    at.poly(p.both_sides(0 * t, half, -1 + t), p.darker(leaf, 0.2))
    at.poly(p.both_sides(-0.025 * np.sin(np.pi * t), half * 0.66, -0.98 + 0.9 * t), leaf)
    at.poly(p.both_sides(-0.045 * np.sin(np.pi * t), half * 0.26, -0.9 + 0.7 * t), p.lighter(leaf, 0.14))


def _floor(img: np.ndarray, rng: Rng, foot: float, tiles: tuple[p.Colour, p.Colour]) -> None:
    """Draw the tiled floor, with the shade of the balustrade at its back."""
    eye = even(img, 0.5, foot - 0.24)
    drop = 0.4
    far, near = drop * eye.v / (foot - eye.y), eye.near(drop)
    p.box(img, -0.02, foot - 0.01, 1.02, 1.02, tiles[0])
    wide, deep = 0.24, (far - near) / 0.4
    across = 2 * int(np.ceil(0.55 / eye.u * far / wide))
    along = max(3, int(deep + 0.5))
    tile = p.checks(*tiles, across, along)
    tile[::16] = (tile[::16] * 0.86).astype(np.uint8)
    tile[:, ::16] = (tile[:, ::16] * 0.86).astype(np.uint8)
    half = across * wide / 2
    p.warped(img, tile, eye.floor(-half, half, drop, near, far))
    p.mottle(img, rng, foot, 1, 0.1, (6, 6))
    p.shadow(img, 0.5, foot, 3, 0.045, 0.35)


def _balustrade(img: np.ndarray, rail: float, foot: float, stone: p.Colour, posts: float) -> None:
    """Draw a rail on turned balusters, from edge to edge, with a post at a distance to each side of the middle."""
    u = min(img.shape[:2]) / img.shape[1]
    tall = foot - rail
    low, high = foot - 0.16 * tall, rail + 0.2 * tall
    t = np.array((0.0, 0.05, 0.12, 0.2, 0.34, 0.5, 0.64, 0.78, 0.88, 0.95, 1.0))
    half = np.array((0.9, 0.9, 0.5, 0.42, 0.55, 0.86, 1.0, 0.8, 0.5, 0.9, 0.9)) * 0.022 * u
    ys = high + (low - high) * t
    for k in range(-int(0.56 / (0.066 * u)), int(0.56 / (0.066 * u)) + 1):
        x = 0.5 + (k + 0.5) * 0.066 * u
        p.poly(img, p.both_sides(x + 0 * t, half, ys), p.darker(stone, 0.26))
        p.poly(img, p.both_sides(x - 0.18 * half, half * 0.8, ys), p.darker(stone, 0.06))
        p.poly(img, p.both_sides(x - 0.35 * half, half * 0.3, ys), p.lighter(stone, 0.35))
    p.box(img, -0.02, low, 1.02, foot, p.darker(stone, 0.14))
    p.box(img, -0.02, low, 1.02, low + 0.05 * tall, p.lighter(stone, 0.3))
    p.box(img, -0.02, rail + 0.06 * tall, 1.02, high, p.darker(stone, 0.2))
    p.box(img, -0.02, rail, 1.02, rail + 0.13 * tall, p.lighter(stone, 0.1))
    p.box(img, -0.02, rail, 1.02, rail + 0.05 * tall, p.lighter(stone, 0.5))
    for s in (-1, 1):
        _post(img, 0.5 + s * posts, rail, foot, stone, u)


def _post(img: np.ndarray, x: float, rail: float, foot: float, stone: p.Colour, u: float) -> None:
    """Draw a square post of the balustrade with a panel in it."""
    tall, half = foot - rail, 0.062 * u
    p.box(img, x - half, rail, x + half, foot + 0.02 * tall, p.darker(stone, 0.04))
    p.box(img, x + 0.5 * half, rail, x + half, foot + 0.02 * tall, p.darker(stone, 0.18))
    p.box(img, x - 0.62 * half, rail + 0.3 * tall, x + 0.36 * half, foot - 0.24 * tall, p.darker(stone, 0.14))
    p.box(img, x - 0.56 * half, rail + 0.34 * tall, x + 0.36 * half, foot - 0.24 * tall, p.lighter(stone, 0.14))
    for y, c in ((rail - 0.05 * tall, p.lighter(stone, 0.5)), (foot - 0.1 * tall, p.lighter(stone, 0.2))):
        p.box(img, x - 1.16 * half, y, x + 1.16 * half, y + 0.13 * tall, p.darker(stone, 0.16))
        p.box(img, x - 1.16 * half, y, x + 1.16 * half, y + 0.07 * tall, c)


def _urn(at: Spot, rng: Rng, stone: p.Colour) -> None:
    """Draw a stone urn with flowers that stands on a post, about one unit tall."""
    _bush(at.spot(0, -0.42, 0.52), rng, p.vary(rng, (84, 148, 78)), p.pick(rng, _BLOOMS))
    t = p.steps(12)
    heights = (0, 0.08, 0.12, 0.3, 0.55, 0.75, 0.82, 0.9, 1)
    half = np.interp(t, heights, (0.3, 0.3, 0.23, 0.25, 0.2, 0.06, 0.06, 0.13, 0.15))
    ys = -0.52 + 0.52 * t
    at.poly(p.both_sides(0 * t, half, ys), p.darker(stone, 0.28))
    at.poly(p.both_sides(-0.16 * half, half * 0.82, ys), p.darker(stone, 0.05))
    at.poly(p.both_sides(-0.4 * half, half * 0.28, ys), p.lighter(stone, 0.4))
    at.box(-0.31, -0.53, 0.31, -0.46, p.lighter(stone, 0.2))


def _bush(at: Spot, rng: Rng, leaf: p.Colour, bloom: p.Colour) -> None:
    """Draw a round bush, about 1.6 units wide, with flowers or fruits all over it."""
    p.bush(at.img, rng, at.x, at.y, at.size, leaf)
    for k, a in enumerate(rng.random(15).tolist()):
        turn, out = 2.4 * k + a, np.sqrt((k + 0.5) / 15)
        x, y = 0.6 * out * np.cos(turn), -0.27 + 0.3 * out * np.sin(turn)
        at.oval(x, y, 0.1, 0.095, p.darker(bloom, 0.18))
        at.oval(x - 0.015, y - 0.02, 0.075, 0.07, p.lighter(bloom, 0.08))


def _tub(at: Spot, rng: Rng) -> None:
    """Draw a small lemon tree or a flowering bush in a clay pot, about one unit tall."""
    clay = p.vary(rng, p.pick(rng, ((204, 116, 78), (192, 104, 74), (90, 124, 156))), 8)
    leaf = p.vary(rng, (76, 138, 74), 10)
    at.shadow(0.04, 0, 0.28, 0.06, 0.5)
    if rng.random() < 0.5:
        at.line(((0, -0.3), (0.01, -0.62)), (120, 88, 62), 0.045)
        _bush(at.spot(0, -0.54, 0.46), rng, leaf, p.pick(rng, ((232, 206, 108), (188, 56, 50))))
    else:
        _bush(at.spot(0, -0.32, 0.44), rng, leaf, p.pick(rng, _BLOOMS))
    at.poly(((-0.2, -0.34), (0.2, -0.34), (0.145, 0), (-0.145, 0)), clay)
    at.poly(((-0.16, -0.34), (-0.09, -0.34), (-0.07, 0), (-0.12, 0)), p.lighter(clay, 0.25))
    at.poly(((0.07, -0.34), (0.2, -0.34), (0.145, 0), (0.06, 0)), p.darker(clay, 0.2))
    at.box(-0.225, -0.385, 0.225, -0.31, p.lighter(clay, 0.14))
    at.box(-0.225, -0.325, 0.225, -0.31, p.darker(clay, 0.2))


def _pergola(img: np.ndarray, rng: Rng, side: int, v: float, u: float) -> None:
    """Draw beams with hanging leaves and flowers along the upper edge, thicker at a side."""
    wood, leaf = p.vary(rng, (140, 104, 76), 8), p.vary(rng, (86, 146, 74), 10)
    bloom = p.pick(rng, ((176, 130, 214), (226, 90, 150), (250, 244, 240), (250, 170, 190)))
    for x in np.arange(-0.06, 1.1, 0.17 * u).tolist():
        p.poly(img, ((x, -0.02), (x + 0.035 * u, -0.02), (x + 0.02 * u, 0.075 * v), (x - 0.005 * u, 0.075 * v)), wood)
    p.box(img, -0.02, 0.0, 1.02, 0.04 * v, p.darker(wood, 0.25))
    p.box(img, -0.02, 0.0, 1.02, 0.012 * v, p.lighter(wood, 0.15))
    for k in range(26):
        a, b, c = rng.random(3).tolist()
        x = 0.5 + side * (0.54 - 1.0 * a**1.7)
        y = (0.01 + 0.09 * b * (1.5 - a)) * v
        p.disc(img, x, y, 0.03 + 0.02 * c, p.mix(p.darker(leaf, 0.3), p.lighter(leaf, 0.15), (k % 4) / 3))
        if k % 2:
            for j in range(4):
                drop = y + (0.02 + 0.022 * j) * v
                p.disc(img, x + 0.006 * (j % 2) * u, drop, 0.019 - 0.004 * j, p.lighter(bloom, 0.25 * (j % 2)))
