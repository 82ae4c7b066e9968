"""Scenes that are mostly one surface: the cratered ground of the moon, and a wall of bricks."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_DUST: tuple[p.Colour, ...] = ((178, 176, 174), (184, 176, 164), (166, 172, 182), (194, 190, 184), (160, 158, 162))
_CLAYS: tuple[p.Colour, ...] = (
    (168, 84, 62), (182, 98, 66), (146, 72, 62), (196, 124, 84), (158, 104, 84), (176, 76, 70), (134, 92, 84),
)  # fmt: skip
_IVY_LEAF = np.array([(0, -1), (-0.45, -0.62), (-1, -0.5), (-0.62, 0.2), (0, 1), (0.62, 0.2), (1, -0.5), (0.45, -0.62)])
_FAR = 1.0  # how many times the picture's side lies between a depth and the next on the moon's plain
_LEAVES: tuple[p.Colour, ...] = ((74, 122, 58), (58, 108, 66), (98, 134, 58), (84, 128, 74), (184, 108, 48))


def moon_surface(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the grey cratered ground of the moon under a black starry sky, with the blue earth above it."""
    r = rng.random(8).tolist()
    horizon, sun = 0.55 + 0.05 * r[0], p.pick(rng, (-1, 1))
    night = p.vary(rng, (8, 9, 18), 6)
    img = p.gradient(h, w, ((0, p.darker(night, 0.4)), (horizon, p.lighter(night, 0.05)), (1, night)))
    _stars(img, rng, horizon)
    dust = p.vary(rng, p.pick(rng, _DUST), 4)
    side = p.pick(rng, (-1, 1))
    _earth(img, rng, 0.5 + side * (0.1 + 0.16 * r[1]), 0.2 + 0.07 * r[2], 0.115 + 0.05 * r[3], sun)
    for k, (rise, shade) in enumerate(((0.07 + 0.06 * r[4], 0.45), (0.03 + 0.04 * r[5], 0.24))):
        line = p.ridge(rng, horizon - 0.035 * (1 - k), rise * min(h, w) / h, 1.3 + 0.8 * r[6])
        hills(img, line, p.darker(dust, shade), sun)
    cratered(img, rng, horizon, dust, sun)
    for k in range(5):
        a, b, c = rng.random(3).tolist()
        way = 0.5 + (1 if k % 2 else -1) * (0.24 + 0.24 * a)
        y = horizon + 0.04 + (0.96 - horizon) * b
        boulder(Spot(img, way, y, (0.02 + 0.03 * c) * (0.35 + 1.6 * (y - horizon)) * 2, -sun), rng, dust)
    return img


def brick_wall(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a large wall of bricks above a strip of pavement, with ivy or a lamp, or both, at its sides."""
    r = rng.random(8).tolist()
    side = min(h, w)
    foot = 1 - (0.2 + 0.05 * r[0]) * (side / h) ** 0.5
    clay = p.vary(rng, p.pick(rng, _CLAYS), 8)
    mortar = p.mix(clay, p.pick(rng, ((222, 208, 190), (188, 178, 170), (96, 78, 72))), 0.72)
    tall = (0.056 + 0.012 * r[1]) * side / h
    img = p.gradient(h, w, ((0, mortar), (1, p.darker(mortar, 0.1))))
    _bricks(img, rng, clay, foot, tall, r[2] < 0.5)
    p.mottle(img, rng, 0, foot, 0.2, (4, 4))
    img[..., 0] = np.minimum(img[..., 0], 198)  # brighter red would go on glowing at night
    _pavement(img, rng, foot)
    way = p.pick(rng, (-1, 1))
    u = side / w
    if r[3] < 0.75:
        _ivy(img, rng, way, p.vary(rng, p.pick(rng, _LEAVES), 8), foot)
    if r[3] > 0.35:
        _wall_lamp(Spot(img, 0.5 - way * (0.5 - 0.17 * u), 0.25 * side / h + 0.05, 0.2, way))
    else:
        _drain_pipe(img, 0.5 - way * (0.5 - 0.1 * u), foot, p.pick(rng, ((74, 96, 92), (92, 84, 84), (120, 80, 60))))
    p.corners(img, 0.2)
    return img


def _bricks(img: np.ndarray, rng: Rng, clay: p.Colour, foot: float, tall: float, headers: bool) -> None:
    """Draw courses of bricks from the foot of a wall up, each of its own shade, with lit and shaded edges.

    headers: whether every other course shows the short ends of its bricks.
    """
    h, w = img.shape[:2]
    joint, long = 0.17 * tall, 2.5 * tall * h / w
    gap = joint * h / w
    for n in range(int(foot / tall) + 2):
        y1 = foot - n * tall
        step = long / 2 if headers and n % 2 else long
        x = -step * ((0.75 if headers else 0.5) if n % 2 else 0) - 0.1 * step
        for a, b, c in rng.random((int(1.2 / step) + 3, 3)).tolist():
            shade = p.mix(p.darker(clay, 0.26), p.lighter(clay, 0.16), a)
            if b < 0.08:
                shade = p.mix(p.darker(clay, 0.42), (70, 60, 70), 0.25)
            elif b > 0.9:
                shade = p.mix(shade, (226, 176, 132), 0.4)
            x1, y0 = x + step - gap, y1 - tall + joint
            j = 0.08 * tall * (c - 0.5)
            p.poly(img, ((x, y0 + j), (x1, y0 - j), (x1, y1), (x, y1 + j)), p.darker(shade, 0.28))
            p.poly(img, ((x, y0 + j), (x1, y0 - j), (x1 - gap / 2, y1 - joint), (x, y1 - joint)), shade)
            p.poly(img, ((x, y0 + j), (x1, y0 - j), (x1, y0 - j + joint * 0.8), (x, y0 + j + joint * 0.8)),
                   p.lighter(shade, 0.16))  # fmt: skip
            x += step


def _pavement(img: np.ndarray, rng: Rng, foot: float) -> None:
    """Draw a strip of pavement before a wall, with the wall's shadow and a kerb."""
    h, w = img.shape[:2]
    stone = p.vary(rng, p.pick(rng, ((180, 174, 166), (160, 160, 166), (196, 180, 156), (150, 144, 142))), 6)
    p.box(img, -0.02, foot, 1.02, 1.02, stone)
    wide = 0.5 * max(1.0, w / h)
    corners = ((0.5 - wide, foot), (0.5 + wide, foot), (0.5 + 1.7 * wide, 1.02), (0.5 - 1.7 * wide, 1.02))
    slabs = np.clip(1 + 0.12 * (rng.random((3, 9, 1)) - 0.5), 0, 1.2) * np.array(stone)
    tile = np.repeat(np.repeat(slabs, 40, 0), 40, 1)
    tile[::40] *= 0.74
    tile[:, ::40] *= 0.74
    tile[40:80] = np.roll(tile[40:80], 20, 1)
    p.warped(img, np.clip(tile, 0, 255).astype(np.uint8), corners)
    p.box(img, -0.02, foot - 0.03 * p.side_of(img) / h, 1.02, foot + 0.004, p.darker(stone, 0.35))
    p.box(img, -0.02, foot - 0.03 * p.side_of(img) / h, 1.02, foot - 0.012 * p.side_of(img) / h, p.darker(stone, 0.12))
    p.shadow(img, 0.5, foot + 0.01, 4, 0.04, 0.45)


def _ivy(img: np.ndarray, rng: Rng, way: int, leaf: p.Colour, foot: float) -> None:
    """Draw ivy that climbs at one side of a wall and hangs along its upper edge."""
    h, w = img.shape[:2]
    u, v = min(h, w) / w, min(h, w) / h
    edge = 0.5 + 0.5 * way
    reach = 0.13 + 0.08 * rng.random()
    spots = []
    for a, b, c in rng.random((130, 3)).tolist():
        up = a**0.8
        y = foot - up * (foot + 0.02)
        bulge = reach * (0.55 + 0.3 * np.sin(9 * up + 6 * reach) + 1.1 * up**4)
        spots.append((edge - way * bulge * b * 1.1 * u, y, c))
    for a, b, c in rng.random((60, 3)).tolist():
        spots.append((edge - way * a * 0.62 * u, (b * b * 0.16 * (1.25 - a)) * v, c))
    for dark in (True, False):
        for x, y, c in spots[:: 1 if dark else 1]:
            size = (0.03 + 0.012 * c) * (1.15 if dark else 1)
            shade = p.darker(leaf, 0.5) if dark else p.mix(p.darker(leaf, 0.25), p.lighter(leaf, 0.25), c)
            at = Spot(img, x + (0.008 * u if dark else 0), y + (0.014 * v if dark else 0), size)
            at.poly(_IVY_LEAF, shade)
            if not dark:
                at.poly(_IVY_LEAF[:5], p.lighter(shade, 0.12))


def _wall_lamp(at: Spot) -> None:
    """Draw a lit lantern that hangs from an iron arm, about one unit tall."""
    iron = (44, 44, 48)
    at.glow(0, 0.1, 1.7, (255, 206, 120), 0.34)
    at.glow(0, 0.05, 0.75, (255, 206, 96), 0.7)
    at.line(((-0.62, -0.62), (-0.62, 0.0)), iron, 0.14)
    arc = np.pi / 2 * p.steps(9)
    at.line(p.cols(-0.62 + 0.62 * np.sin(arc), -0.2 - 0.4 * np.sin(arc) * 0.9), iron, 0.07)
    at.line(((-0.62, -0.56), (0.06, -0.56), (0, -0.4)), iron, 0.08)
    at.poly(((-0.22, -0.26), (0.22, -0.26), (0.15, 0.3), (-0.15, 0.3)), (255, 208, 72))
    at.poly(((-0.09, -0.26), (0.09, -0.26), (0.06, 0.3), (-0.06, 0.3)), (255, 228, 100))
    at.poly(((-0.3, -0.24), (0, -0.5), (0.3, -0.24)), iron)
    for x in (-0.2, 0.2):
        at.line(((x, -0.26), (x * 0.74, 0.3)), iron, 0.05)
    at.box(-0.19, 0.28, 0.19, 0.36, iron)


def _drain_pipe(img: np.ndarray, x: float, foot: float, colour: p.Colour) -> None:
    """Draw a drain pipe down a wall."""
    u, v = p.side_of(img) / img.shape[1], p.side_of(img) / img.shape[0]
    p.box(img, x - 0.02 * u, -0.02, x + 0.055 * u, foot, p.darker(colour, 0.6))
    p.box(img, x - 0.03 * u, -0.02, x + 0.03 * u, foot, colour)
    p.box(img, x - 0.018 * u, -0.02, x - 0.004 * u, foot, p.lighter(colour, 0.35))
    p.box(img, x + 0.012 * u, -0.02, x + 0.03 * u, foot, p.darker(colour, 0.25))
    for k in range(4):
        y = foot - (0.04 + 0.26 * k) * v
        p.box(img, x - 0.042 * u, y - 0.035 * v, x + 0.042 * u, y, p.darker(colour, 0.15))
        p.box(img, x - 0.042 * u, y - 0.035 * v, x + 0.042 * u, y - 0.025 * v, p.lighter(colour, 0.2))


def _stars(img: np.ndarray, rng: Rng, y1: float) -> None:
    """Scatter stars above a height, all small beside the earth."""
    place = rng.random((95, 3))
    shades = (np.array((150, 160, 190)) + place[:, 2:] * (105, 95, 65)).astype(np.uint8)
    p.dots(img, place[:, 0], place[:, 1] * y1, shades, 0.006)
    p.dots(img, place[:14, 0], place[:14, 1] * y1, shades[:14], 0.011)


def _earth(img: np.ndarray, rng: Rng, x: float, y: float, size: float, sun: int) -> None:
    """Draw the earth, with seas, lands and clouds, lit from the side of the sun."""
    p.glow(img, x, y, size * 1.25, (70, 130, 230), 0.55)
    lands, weather, turn = rng.random((5, 5), dtype=np.float32), rng.random((9, 3), dtype=np.float32), rng.random()
    n = max(8, int(size * p.side_of(img) * 2))
    axis = (2 * p.steps(n) - 1).astype(np.float32)
    gx, gy = axis[None], axis[:, None]
    radius2 = gx * gx + gy * gy
    land = np.clip((p.enlarge(lands, n, n) - float(np.quantile(lands, 0.62))) * 14, 0, 1)[..., None]
    cloud = np.clip((p.enlarge(weather, n, n) - 0.66 + 0.25 * np.clip(np.abs(gy) - 0.7, 0, 1)) * 5, 0, 0.92)[..., None]
    green = p.pick(rng, ((96, 150, 84), (120, 146, 80), (160, 142, 92)))
    colours = np.asarray((40, 104, 206), np.float32) * (1 - land) + np.asarray(green, np.float32) * land
    colours = colours * (1 - cloud) + 250 * cloud
    ice = np.clip((np.abs(gy) - 0.8) * 9, 0, 1)[..., None]
    colours = colours * (1 - ice) + 250 * ice
    depth = np.sqrt(np.clip(1 - radius2, 0, 1))
    light = np.clip(0.62 * depth + 0.62 * sun * gx - (0.15 + 0.3 * turn) * gy + 0.3, 0.06, 1.1)
    colours = colours * light[..., None] + (1 - depth[..., None]) ** 2 * light[..., None] * (60, 90, 120)
    h, w = img.shape[:2]
    x0, y0 = int(x * w - n / 2), int(y * h - n / 2)
    a, b, c, d = max(x0, 0), min(x0 + n, w), max(y0, 0), min(y0 + n, h)
    cut = np.s_[c - y0 : d - y0, a - x0 : b - x0]
    alpha = np.clip((1 - np.sqrt(radius2)) * n / 2 + 0.5, 0, 1)
    p.blend(img[c:d, a:b], alpha[cut], colours[cut])


def hills(img: np.ndarray, line: np.ndarray, dust: p.Colour, sun: int) -> None:
    """Draw rounded hills below a ridge line, light where they slope towards the sun."""
    h, w = img.shape[:2]
    xs = (np.arange(w) + 0.5) / w
    tops = np.interp(xs, line[:, 0], line[:, 1]) * h
    a = max(int(tops.min()) - 1, 0)
    below = np.arange(a, h)[:, None] + 0.5 - tops
    lean = np.gradient(np.interp(np.linspace(-0.5, 1.5, 400), line[:, 0], line[:, 1]))
    reach = xs - sun * np.clip(below, 0, None) / h * 0.9
    slope = np.interp(reach, np.linspace(-0.5, 1.5, 400), lean) * 400
    light = 1 + np.clip(sun * slope * 2.6 * h / min(h, w), -0.55, 0.5)
    p.blend(img[a:], np.clip(below + 0.5, 0, 1), np.asarray(dust) * light[..., None])


def cratered(
    img: np.ndarray, rng: Rng, horizon: float, dust: p.Colour, sun: int, count: int = 40, relief: float = 1.0
) -> None:
    """Draw a plain full of craters up to the horizon: large ones at the sides, only small ones in the middle."""
    h, w = img.shape[:2]
    side, a = p.side_of(img), int(round(horizon * h))
    down = np.arange(0.5, h - a) / (h - a)
    xs = (np.arange(w) + 0.5 - w / 2) / side
    light = np.zeros((h - a, w), np.float32)
    for k, (u, v, s) in enumerate(rng.random((count, 3)).tolist()):
        large = k < 9
        z = 1.15 + 3.4 * (k + v) / 9 if large else 1.1 + 7 * v * v
        half = w / side / 2 * z
        away = (1 if k % 2 else -1) * (0.42 + 0.5 * u)
        if large:
            _crater(light, xs, down, (away * half, z, 0.15 + 0.18 * s), sun)
        else:
            _crater(light, xs, down, ((2 * u - 1) * half, z, 0.03 + 0.06 * s), sun)
    grain = p.noise(rng, h - a, w, 10, 5)
    shade = 0.94 + 0.16 * (grain - 0.5) + np.clip(relief * light, -0.66, 0.42) + 0.1 * (down[:, None] - 0.6)
    img[a:] = np.clip(np.asarray(dust) * shade[..., None], 0, 255).astype(np.uint8)


def _crater(
    light: np.ndarray,
    xs: np.ndarray,
    down: np.ndarray,
    place: tuple[float, float, float],
    sun: int,
) -> None:
    """Add a crater's lit and shaded slopes, at a place on the plain (x, depth, radius), to the light of its rows."""
    x, z, reach = place
    near = down >= 1 / (z + 2 * reach / _FAR)
    near &= down <= 1 / max(z - 2 * reach / _FAR, 0.5)
    rows = np.flatnonzero(near)
    columns = np.flatnonzero(np.abs(xs - x / z) < 2.4 * reach / z)
    if not len(rows) or not len(columns):
        return
    area = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    depth = 1 / down[area[0]][:, None]
    dx, dz = (xs[area[1]] * depth - x) / reach, (depth - z) * _FAR / reach
    d = np.sqrt(dx * dx + dz * dz) + 1e-6
    rise = np.where(d < 1, 1.6 * np.clip(d - 0.2, 0, 1), -0.8 * np.exp(-(d - 1) * 4))
    edge = np.clip((2 - d) * 3, 0, 1)
    light[area] += rise * edge * (-sun * dx * 0.9 + 0.5 * dz) / d


def boulder(at: Spot, rng: Rng, dust: p.Colour) -> None:
    """Draw a boulder, about one unit tall, lit from the left, with its long shadow."""
    a, b = (rng.random(2) * 0.3).tolist()
    at.poly(((-0.5, 0.05), (0.4, -0.2), (2.0, 0.1), (1.9, 0.22), (0.3, 0.2)), p.darker(dust, 0.62))
    top, side = -0.7 - a, 0.62 + b
    at.poly(
        ((-0.7, 0.05), (-0.66, -0.36), (-0.4, top), (0.1, top - 0.12), (0.5, -0.5), (side, 0), (0.4, 0.2), (-0.5, 0.2)),
        dust,
    )
    at.poly(((0.1, top - 0.12), (0.5, -0.5), (side, 0), (0.4, 0.2), (0.0, 0.2), (0.16, -0.3)), p.darker(dust, 0.5))
    at.poly(((-0.66, -0.36), (-0.4, top), (0.1, top - 0.12), (0.16, -0.3), (-0.2, -0.2)), p.lighter(dust, 0.4))
