"""The scene of the surface of Mars."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery import surfaces
from clipgen.scenery.primitives import Rng, Spot

_RED_SKIES: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((150, 74, 70), (226, 132, 98), (255, 206, 160)),
    ((172, 96, 76), (240, 158, 112), (255, 216, 178)),
    ((112, 58, 82), (206, 106, 98), (252, 182, 138)),
    ((206, 122, 112), (246, 176, 156), (255, 220, 196)),
)
_SANDS: tuple[p.Colour, ...] = ((200, 92, 52), (186, 78, 48), (206, 104, 62), (178, 74, 56), (196, 84, 40))
_WORLDS: tuple[p.Colour, ...] = ((246, 214, 170), (214, 190, 214), (190, 214, 214), (244, 196, 160), (236, 220, 196))


def mars(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the rust-red ground of Mars with rocks, below a pink sky with a ringed planet or two moons."""
    r = rng.random(10).tolist()
    horizon, sun, side = 0.53 + 0.05 * r[0], p.pick(rng, (-1, 1)), p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    high, mid, low = p.pick(rng, _RED_SKIES)
    img = p.gradient(h, w, ((0, p.vary(rng, high, 8)), (0.55 * horizon, mid), (horizon, low), (1, low)))
    p.stars(img, rng, 11, 0.2)
    p.clouds(img, rng, 0.2 * horizon, horizon, p.lighter(low, 0.3), low, 0.36, (5, 2), 2.2)
    pale = p.pick(rng, _WORLDS)
    x, y = 0.5 + side * (0.14 + 0.1 * r[1]), 0.23 * v**0.5 + 0.03 * r[2]
    if r[3] < 0.6:
        _globe(Spot(img, x, y, 0.125 + 0.03 * r[4]), rng, pale, mid, sun, ringed=True)
    else:
        _globe(Spot(img, x, y, 0.115 + 0.03 * r[4]), rng, pale, mid, sun, ringed=False)
        _globe(
            Spot(img, x - side * 0.32 * k, 0.6 * y, 0.055 + 0.015 * r[5]), rng, p.pick(rng, _WORLDS), mid, sun, False
        )
    sand = p.vary(rng, p.pick(rng, _SANDS), 6)
    for n in range(4):
        a, b = rng.random(2).tolist()
        at = 0.5 + (side if n % 2 else -side) * (0.16 + 0.13 * n + 0.06 * a) * k**0.4
        _mesa(Spot(img, at, horizon + 0.01, 0.16 + 0.05 * b + 0.02 * n), rng, p.mix(sand, low, 0.55 - 0.08 * n), sun)
    line = p.ridge(rng, horizon - 0.005, 0.03 * v, 1.4)
    surfaces.hills(img, line, p.mix(sand, low, 0.3), sun)
    surfaces.cratered(img, rng, horizon, sand, sun, 20, 0.42)
    plain = img[round(horizon * h) :]
    plain[:] = cv2.GaussianBlur(plain, (0, 0), max(0.6, min(h, w) / 320))  # the rims of craters are jagged
    _haze(img, horizon, low)
    near = Spot(img, 0.5 - side * (0.5 - 0.08 * k), horizon + 0.12 * v, 0.44 + 0.1 * r[6])
    near.shadow(0, 0, 0.6, 0.06, 0.5)
    _mesa(near, rng, p.darker(sand, 0.12), sun)
    for n in range(9):
        a, b, c = rng.random(3).tolist()
        y = horizon + 0.13 + (0.85 - horizon) * b
        x = 0.5 + (1 if n % 2 else -1) * (0.27 + 0.24 * a)
        surfaces.boulder(
            Spot(img, x, y, (0.022 + 0.03 * c) * (0.4 + 3.4 * (y - horizon)), -sun), rng, p.mix(sand, (196, 40, 0), 0.3)
        )
    return img


def _globe(at: Spot, rng: Rng, pale: p.Colour, sky: p.Colour, sun: int, ringed: bool) -> None:
    """Draw a planet of radius one with bands and a ring, or a moon, whose dark side fades into the sky."""
    img, reach = at.img, 2.2 if ringed else 1.05
    h, w = img.shape[:2]
    scale = at.size * p.side_of(img)
    n = max(8, int(2 * reach * scale))
    tilt, spots = (0.2 + 0.3 * rng.random()) * p.pick(rng, (-1, 1)), rng.random((6, 6), dtype=np.float32)
    axis = ((2 * p.steps(n) - 1) * reach).astype(np.float32)
    gx, gy = np.meshgrid(axis, axis)
    u, v = gx * np.cos(tilt) + gy * np.sin(tilt), gy * np.cos(tilt) - gx * np.sin(tilt)
    ball = np.clip((1 - np.sqrt(gx * gx + gy * gy)) * scale + 0.5, 0, 1)
    depth = np.sqrt(np.clip(1 - gx * gx - gy * gy, 0, 1))
    light = np.clip(0.75 * depth + 0.65 * sun * gx - 0.3 * gy + 0.12, 0, 1)
    marks = 0.5 + 0.5 * np.sin(9 * (v - 0.12 * u * u) + 5 * spots[0, 0]) if ringed else p.enlarge(spots, n, n)
    colours = np.asarray(pale) * (0.8 + 0.22 * marks[..., None])
    colours = np.asarray(p.darker(sky, 0.12)) * (1 - light[..., None]) + colours * light[..., None]
    opaque = ball
    if ringed:
        far = np.sqrt(u * u + (v / 0.26) ** 2)
        ring = np.clip((far - 1.28) * scale * 0.4, 0, 1) * np.clip((2.1 - far) * scale * 0.4, 0, 1)
        ring = ring * np.where(np.abs(far - 1.74) < 0.05, 0.25, 0.92) * np.where(v > 0, 1, 1 - ball)
        colours = colours * (1 - ring[..., None]) + np.asarray(p.lighter(pale, 0.35)) * ring[..., None]
        opaque = np.maximum(ball, ring)
    x0, y0 = int(at.x * w - n / 2), int(at.y * h - n / 2)
    a, b, c, d = max(x0, 0), min(x0 + n, w), max(y0, 0), min(y0 + n, h)
    cut = np.s_[c - y0 : d - y0, a - x0 : b - x0]
    p.blend(img[c:d, a:b], opaque[cut], colours[cut])


def _mesa(at: Spot, rng: Rng, rock: p.Colour, sun: int) -> None:
    """Draw a table mountain in layers, about one unit wide and tall, lit from the side of the sun."""
    a, b, c, d, e = rng.random(5).tolist()
    top, left, right = -0.62 - 0.3 * a, -0.3 + 0.1 * b, 0.22 + 0.12 * c
    outline = (
        (-0.72, 0.02), (left - 0.16, -0.3), (left - 0.08, -0.34), (left - 0.03, top + 0.05), (left + 0.04, top),
        (left + 0.2, top + 0.05 * d), (right - 0.12, top - 0.02), (right - 0.02, top + 0.06), (right + 0.04, -0.42),
        (right + 0.14, -0.36), (0.74, 0.02),
    )  # fmt: skip
    lit = p.lighter(rock, 0.16)
    at.poly(outline, rock if sun > 0 else lit)
    seam = (right - left) * (0.35 + 0.3 * e) + left
    shade = ((seam, top - 0.02), (seam + 0.04, -0.52), (seam - 0.05, -0.36), (seam + 0.05, 0.02))
    half = (*outline[6:], *shade[::-1]) if sun < 0 else (*outline[:5], *shade)
    at.poly(half, p.darker(rock, 0.3))
    for t in (0.3, 0.68):
        y = top + 0.05 + (-0.4 - top) * t
        band = (
            (left - 0.01, y),
            (seam, y + 0.015),
            (right - 0.02, y),
            (right, y + 0.05),
            (seam, y + 0.065),
            (left - 0.03, y + 0.05),
        )
        at.poly(band, p.darker(rock, 0.26))


def _haze(img: np.ndarray, horizon: float, low: p.Colour) -> None:
    """Let the far plain fade into the dusty air."""
    h = img.shape[0]
    ys = (np.arange(h, dtype=np.float32) + 0.5) / h - horizon
    alpha = np.where(ys > 0, 0.5 * np.exp(-ys / 0.07), 0.5 * np.exp(ys / 0.02))
    p.blend(img, np.broadcast_to(alpha[:, None], img.shape[:2]), low)
