"""The scene of a table top, seen close."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot, furniture

_TOPS: tuple[p.Colour, ...] = (
    (186, 128, 78), (158, 100, 60), (206, 158, 106), (146, 92, 58), (172, 104, 66), (196, 144, 84),
)  # fmt: skip
_WALLS: tuple[p.Colour, ...] = (
    (240, 222, 184), (184, 214, 200), (176, 204, 228), (236, 196, 168), (214, 196, 220), (158, 188, 158),
    (242, 234, 216),
)  # fmt: skip
_BLOOMS: tuple[p.Colour, ...] = ((240, 110, 130), (250, 200, 80), (250, 246, 240), (190, 130, 210), (240, 120, 70))


_FRONT = 1.3  # how wide a table's front is; its corners lie outside of the picture


def _grain(rng: Rng, wood: p.Colour, planks: int) -> np.ndarray:
    """Return a flat picture of planks across the view, with grain that bends around knots."""
    tall, wide = 48, 640
    tile = np.empty((planks * tall, wide, 3), np.float32)
    ys, xs = np.arange(tall, dtype=np.float32)[:, None] / tall, np.arange(wide, dtype=np.float32) / tall
    for k in range(planks):
        bend = p.noise(rng, tall, wide, 2, 4)
        rings = 2.4 * ys + 1.9 * bend
        for a, b in rng.random((1 + k % 2, 2)).tolist():
            away = np.sqrt(((xs - a * wide / tall) / 2.6) ** 2 + ((ys - 0.2 - 0.6 * b) / 0.75) ** 2)
            rings = rings + 1.5 * np.exp(-((away / 0.42) ** 2))
        lines = 0.5 + 0.5 * np.sin(2 * np.pi * rings)
        shade = (1 + 0.22 * (rng.random() - 0.5)) * (1.05 - 0.17 * lines**3)
        shade = shade + 0.1 * (p.noise(rng, tall, wide, 12, 4) - 0.5)
        plank = tile[k * tall : (k + 1) * tall]
        plank[:] = shade[..., None] * np.array(p.vary(rng, wood, 7), np.float32)
        plank[:2] *= 0.62
        plank[2:4] *= 1.08
    return np.clip(tile, 0, 255).astype(np.uint8)


def wooden_table(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the top of a wooden table, seen close, before a wall with a window at one side."""
    r = rng.random(11).tolist()
    back, edge = 0.58 + 0.02 * r[0], 0.91 + 0.02 * r[1]
    v, k = min(h, w) / h, min(h, w) / w
    wood, paint = p.vary(rng, p.pick(rng, _TOPS), 9), p.vary(rng, p.pick(rng, _WALLS), 9)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.12)), (back, paint), (1, paint)))
    if r[2] < 0.45:
        _panels(img, back - 0.2 * v, paint)
    elif r[2] < 0.75:
        stripe = p.lighter(paint, 0.22)
        for x in np.arange(0.02, 1, 0.14 * k).tolist():
            p.box(img, x, -0.02, x + 0.07 * k, back, stripe)
    at = Spot(img, (0.19 + 0.03 * r[3]) * k, back - 0.06 * v, 0.5)
    dark = r[4] < 0.15
    curtain = p.lighter(p.pick(rng, furniture.CLOTHS), 0.3)
    furniture.window(at, rng, 0.62, 0.8, dark, (248, 245, 238), curtain if r[5] < 0.75 else None)
    if r[6] < 0.7 and r[9] >= 0.5:
        furniture.painting(Spot(img, 1 - 0.24 * k, back - 0.2 * v, 0.36), rng, 0.7, 0.5)
    soft = 0.006 * min(h, w)  # the wall lies out of focus behind the table
    img[:] = cv2.GaussianBlur(img, (0, 0), soft)
    light = (170, 190, 240) if dark else (255, 246, 214)
    p.glow(img, 0.26 * k, back - 0.2 * v, 0.5, light, 0.3)
    if dark:
        p.glow(img, 1 - 0.2 * k, back - 0.2 * v, 0.5, (255, 206, 130), 0.4)
    p.shadow(img, 0.5, back + 0.01, 3, 0.05, 0.45)
    view = Depth(0.5, back - 0.5)
    deep = (edge - view.y) / (back - view.y)
    _top(img, rng, wood, view, deep, edge, light)
    if r[9] < 0.5:
        x, y = view.at(0.43 - 0.1 * r[8], edge - view.y, deep * 0.86)
        _vase(Spot(img, x, y, 0.3), rng)
    elif r[9] < 0.8:
        _cloth(img, rng, view, deep, edge)
    p.corners(img, 0.3)
    return img if r[10] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _panels(img: np.ndarray, rail: float, paint: p.Colour) -> None:
    """Draw a rail on the wall, and panels below it down to the table."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    p.box(img, -0.02, rail, 1.02, 1.02, p.lighter(paint, 0.45))
    p.box(img, -0.02, rail - 0.014 * v, 1.02, rail + 0.014 * v, p.lighter(paint, 0.6))
    p.box(img, -0.02, rail + 0.014 * v, 1.02, rail + 0.024 * v, p.darker(paint, 0.14))
    for x in np.arange(0.03, 1, 0.22 * k).tolist():
        p.box(img, x, rail + 0.06 * v, x + 0.17 * k, 1.02, p.darker(paint, 0.05))
        p.box(img, x + 0.01 * k, rail + 0.07 * v, x + 0.17 * k, 1.02, p.lighter(paint, 0.3))


def _top(img: np.ndarray, rng: Rng, wood: p.Colour, at: Depth, far: float, edge: float, light: p.Colour) -> None:
    """Draw the table's top from the depth `far` to its front edge, whose height is given, with light on it."""
    half, foot = 0.5 * _FRONT, edge - at.y
    corners = at.floor(-half, half, foot, 1, far)
    v = min(img.shape[:2]) / img.shape[0]
    p.poly(
        img, np.array(corners) + ((-0.004, 0.012), (0.004, 0.012), (0.006, 0.03), (-0.006, 0.03)), p.darker(wood, 0.6)
    )
    p.warped(img, _grain(rng, wood, p.pick(rng, (4, 5, 6))), corners)
    mask, shift = np.zeros((96, 96), np.uint8), 0.1 * rng.random()
    for column in range(2):
        for row in range(2):
            x, z = -0.52 + shift + 0.3 * column + 0.16 * row, 0.95 - 0.4 * row
            near, deep = 1 + (far - 1) * (z - 0.35), 1 + (far - 1) * z
            pane = (*at.floor(x, x + 0.26, foot, deep, deep)[:2], *at.floor(x + 0.13, x + 0.39, foot, near, near)[2:])
            p.poly(mask, pane, (255, 255, 255))
    h, w = img.shape[:2]
    alpha = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 0.9), (w, h)).astype(np.float32) * (0.3 / 255)
    p.blend(img, alpha, light)
    p.stroke(img, corners[:2], p.lighter(wood, 0.35), 0.008)
    p.box(img, -0.02, edge, 1.02, 1.02, p.darker(wood, 0.75))
    low = edge + 0.055 * v
    p.poly_gradient(
        img, ((-0.02, edge), (1.02, edge), (1.02, low), (-0.02, low)), p.darker(wood, 0.12), p.darker(wood, 0.45)
    )
    p.box(img, -0.02, edge - 0.01 * v, 1.02, edge + 0.008 * v, p.lighter(wood, 0.36))


def _vase(at: Spot, rng: Rng) -> None:
    """Draw a small vase with flowers, about one unit tall."""
    glaze = p.vary(rng, p.pick(rng, ((90, 140, 176), (236, 230, 216), (196, 110, 84), (120, 160, 130), (70, 84, 120))))
    at.shadow(0.08, 0, 0.26, 0.06, 0.6)
    bloom, leaf = p.pick(rng, _BLOOMS), (84, 134, 78)
    heads = ((-0.28, -0.82), (0.26, -0.86), (-0.02, -1.04), (-0.12, -0.72), (0.14, -0.68))
    for x, y in heads:
        at.line(((0, -0.4), (x * 0.6, (y - 0.4) / 2), (x, y)), p.darker(leaf, 0.15), 0.03)
    for x, y in ((-0.24, -0.56), (0.25, -0.6), (-0.3, -0.66)):
        at.oval(x, y, 0.12, 0.05, leaf)
    for x, y in heads:
        for turn in range(5):
            a = 2 * np.pi * turn / 5 + 5 * x
            at.oval(x + 0.075 * np.cos(a), y + 0.075 * np.sin(a), 0.065, 0.065, p.darker(bloom, 0.06 * (turn % 3)))
        at.oval(x, y, 0.05, 0.05, (250, 226, 120) if bloom != _BLOOMS[1] else (150, 90, 50))
    t = p.steps(13)
    half = 0.1 + 0.11 * np.sin(np.pi * np.clip(t * 1.02 - 0.06, 0, 1)) ** 1.2
    half[-1] = 0.12
    ys = -0.46 + 0.47 * t[::-1]
    at.poly(p.both_sides(0 * t, half, ys[::-1]), p.darker(glaze, 0.2))
    at.poly(p.both_sides(-0.03 + 0 * t, half * 0.8, ys[::-1]), glaze)
    at.oval(-0.09, -0.24, 0.025, 0.1, p.lighter(glaze, 0.55))
    at.box(-0.13, -0.48, 0.13, -0.43, p.lighter(glaze, 0.25), 0.02)


def _cloth(img: np.ndarray, rng: Rng, at: Depth, far: float, edge: float) -> None:
    """Lay a checked cloth over the far corner of the table."""
    colour = p.pick(rng, furniture.CLOTHS)
    pale = p.pick(rng, ((250, 246, 236), p.lighter(colour, 0.75)))
    turn = np.arange(10)[:, None] % 2 + np.arange(12) % 2
    tile = np.repeat(np.repeat(np.array([pale, p.mix(pale, colour, 0.5), colour], np.uint8)[turn], 14, 0), 14, 1)
    foot, half = edge - at.y, 0.5 * _FRONT
    near = 1 + (far - 1) * 0.4
    area = at.floor(0.22, half + 0.02, foot, near, far)
    p.poly(img, np.array(area) + (-0.006, 0.012), p.darker(_TOPS[3], 0.45))
    p.warped(img, tile, area)
    hem = p.lighter(colour, 0.2)
    p.stroke(img, (area[0], area[3], area[2]), hem, 0.012)
