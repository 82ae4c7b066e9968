"""Scenes that are mostly one surface: the cratered ground of the moon, and a wall of bricks."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_DUST: tuple[p.Colour, ...] = ((178, 176, 174), (184, 176, 164), (166, 172, 182), (194, 190, 184), (160, 158, 162))
_CLAYS: tuple[p.Colour, ...] = (
    (168, 84, 62), (182, 98, 66), (146, 72, 62), (196, 124, 84), (158, 104, 84), (176, 76, 70), (134, 92, 84),
)  # fmt: skip
_FAR = 1.0  # how many times the picture's side lies between a depth and the next on the moon's plain
_LEAVES: tuple[p.Colour, ...] = ((74, 122, 58), (58, 108, 66), (98, 134, 58), (168, 74, 52))


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
        _hills(img, line, p.darker(dust, shade), sun)
    _cratered(img, rng, horizon, dust, sun)
    for k in range(5):
        a, b, c = rng.random(3).tolist()
        way = 0.5 + (1 if k % 2 else -1) * (0.24 + 0.24 * a)
        y = horizon + 0.04 + (0.96 - horizon) * b
        _boulder(Spot(img, way, y, (0.02 + 0.03 * c) * (0.35 + 1.6 * (y - horizon)) * 2, -sun), rng, dust)
    return img


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


def _hills(img: np.ndarray, line: np.ndarray, dust: p.Colour, sun: int) -> None:
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


def _cratered(img: np.ndarray, rng: Rng, horizon: float, dust: p.Colour, sun: int) -> None:
    """Draw a plain full of craters up to the horizon: large ones at the sides, only small ones in the middle."""
    h, w = img.shape[:2]
    side, a = p.side_of(img), int(round(horizon * h))
    down = np.arange(0.5, h - a) / (h - a)
    xs = (np.arange(w) + 0.5 - w / 2) / side
    light = np.zeros((h - a, w), np.float32)
    for k, (u, v, s) in enumerate(rng.random((40, 3)).tolist()):
        large = k < 9
        z = 1.15 + 3.4 * (k + v) / 9 if large else 1.1 + 7 * v * v
        half = w / side / 2 * z
        away = (1 if k % 2 else -1) * (0.42 + 0.5 * u)
        if large:
            _crater(light, xs, down, (away * half, z, 0.15 + 0.18 * s), sun)
        else:
            _crater(light, xs, down, ((2 * u - 1) * half, z, 0.03 + 0.06 * s), sun)
    grain = p.noise(rng, h - a, w, 10, 5)
    shade = 0.94 + 0.16 * (grain - 0.5) + np.clip(light, -0.66, 0.42) + 0.1 * (down[:, None] - 0.6)
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


def _boulder(at: Spot, rng: Rng, dust: p.Colour) -> None:
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
