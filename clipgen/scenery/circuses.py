"""The scene of the ring of a circus."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_CLOTHS: tuple[p.Colour, ...] = (
    (226, 90, 80), (240, 196, 90), (90, 150, 220), (120, 190, 130), (220, 130, 190), (236, 230, 220),
)  # fmt: skip
_HAIR: tuple[p.Colour, ...] = ((80, 52, 40), (196, 150, 90), (50, 38, 40))
_SKIN: tuple[p.Colour, ...] = ((246, 206, 172), (220, 170, 132), (166, 112, 82))
_BRIGHT: tuple[p.Colour, ...] = ((36, 104, 206), (250, 190, 40), (214, 40, 48), (30, 150, 120), (130, 60, 170))
_GOLD: p.Colour = (246, 198, 84)


def circus_ring(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the inside of a circus tent: a red and white roof, an audience in rows, and a ring of sand in spotlights."""
    r = rng.random(8).tolist()
    red = p.vary(rng, p.pick(rng, ((214, 40, 44), (196, 30, 48), (226, 62, 44))), 8)
    white = p.pick(rng, ((252, 240, 220), (250, 246, 240), (255, 232, 196)))
    seats = p.pick(rng, ((44, 30, 66), (62, 28, 42), (28, 36, 68), (48, 34, 40)))
    eaves, rail = 0.33 + 0.06 * r[0], 0.62 + 0.03 * r[1]
    img = p.gradient(h, w, ((0, p.darker(seats, 0.3)), (1, seats)))
    _roof(img, 0.5 + 0.16 * (r[2] - 0.5), eaves, red, white, p.pick(rng, (9, 11, 13)))
    _audience(img, rng, eaves + 0.06, rail + 0.03, seats)
    _entrance(Spot(img, 0.5 + 0.12 * (r[4] - 0.5), rail + 0.035, 0.3), rng, red)
    _ring(img, rng, rail, red, white)
    k, side = min(h, w) / w, p.pick(rng, (-1, 1))
    colours = [_BRIGHT[n] for n in rng.permutation(len(_BRIGHT)).tolist()]
    _podium(Spot(img, 0.5 + side * (0.5 - 0.2 * k), rail + 0.16, 0.17), colours[0], colours[1])
    if r[5] < 0.6:
        _ball(Spot(img, 0.5 - side * (0.5 - 0.17 * k), rail + 0.2, 0.065), colours[2], white)
    _lights(img, rng, rail)
    for side in (-1, 1):
        _mast(img, 0.5 + side * (0.5 - 0.1 * k), rail + 0.06, red)
    _trapeze(Spot(img, 0.5 + p.pick(rng, (-1, 1)) * 0.15 * k, 0, 1), (0.14 + 0.06 * r[3]) * h / min(h, w))
    p.corners(img, 0.28)
    return img


def _eaves(x: np.ndarray, y: float) -> np.ndarray:
    """The height of the roof's lower edge, which comes nearer and so rises at the sides."""
    return y - 0.5 * (x - 0.5) ** 2


def _roof(img: np.ndarray, x: float, y: float, red: p.Colour, white: p.Colour, half: int) -> None:
    """Draw a tent's roof from within: stripes that run from its top to its lower edge, where a valance hangs."""
    edges = 0.5 + 0.95 * np.sinh(np.linspace(-1.6, 1.6, 2 * half + 1)) / np.sinh(1.6)
    low = _eaves(edges, y)
    for n in range(2 * half):
        c, (a, b) = (red, white)[n % 2], edges[n : n + 2].tolist()
        p.poly_gradient(img, ((x, -0.22), (a, low[n]), (b, low[n + 1])), p.darker(c, 0.55), p.darker(c, 0.02))
    v = min(img.shape[:2]) / img.shape[0]
    for n in range(2 * half):
        (a, b), c = edges[n : n + 2].tolist(), (white, red)[n % 2]
        t, d = p.steps(7), 0.06 * v
        hem = low[n] + (low[n + 1] - low[n]) * t + d * (0.5 + 0.5 * np.sin(np.pi * t))
        top = low[n] + (low[n + 1] - low[n]) * t - 0.004
        xs = a + (b - a) * t
        p.poly(img, np.concatenate([p.cols(xs, top), p.cols(xs, hem)[::-1]]), p.darker(c, 0.06))
    p.stroke(img, p.cols(edges, low), p.darker(_GOLD, 0.1), 0.014)
    for n in range(2 * half + 1):
        p.glow(img, edges[n], low[n], 0.03, (255, 226, 130), 0.7)
        p.disc(img, edges[n], low[n], 0.011, (255, 240, 176))


def _audience(img: np.ndarray, rng: Rng, top: float, low: float, seats: p.Colour) -> None:
    """Draw rows of people in the dim light around a ring, the highest row first."""
    h, w = img.shape[:2]
    k, v, rows = min(h, w) / w, min(h, w) / h, 6
    xs = np.linspace(-0.03, 1.03, 30)
    far = (xs - 0.5) ** 2
    for n in range(rows):
        share = n / (rows - 1)
        size = 0.019 + 0.005 * share
        bend = -0.2 + 0.62 * share
        y = top + (low - 0.03 - top) * share
        p.poly(
            img,
            np.concatenate([p.cols(xs, y + bend * far), ((1.03, 1.02), (-0.03, 1.02))]),
            p.mix(seats, (120, 84, 90), 0.1 + 0.12 * (n % 2) + 0.1 * share),
        )
        step = 2.7 * size * k
        for i, (a, b) in enumerate(rng.random((int(1.06 / step) + 1, 2)).tolist()):
            x = (i + 0.5 * (n % 2) + 0.3 * (a - 0.5)) * step - 0.02
            if b < 0.06:
                continue
            at = Spot(img, x, y + bend * (x - 0.5) ** 2 + 0.004 * v, size)
            cloth = p.pick(rng, _CLOTHS)
            light = 0.56 - 0.2 * share
            at.oval(0, 0.55, 1.15, 1.0, p.mix(cloth, seats, light), 180, 360)
            at.oval(0, -0.85, 0.68, 0.78, p.mix(p.pick(rng, _HAIR), seats, light))
            at.oval(0, -0.68, 0.58, 0.6, p.mix(p.pick(rng, _SKIN), seats, light * 0.8))


def _entrance(at: Spot, rng: Rng, red: p.Colour) -> None:
    """Draw the curtain that the artists come through, under a golden arch with a star, one unit tall."""
    cloth = p.pick(rng, ((52, 62, 150), (96, 48, 140), (30, 100, 130)))
    at.poly(p.pointed(0, 0.46, 0, -0.55, 0.5), p.darker(_GOLD, 0.35))
    at.poly(p.pointed(0, 0.42, 0, -0.55, 0.46), _GOLD)
    at.shaded(p.pointed(0, 0.35, 0, -0.53, 0.38), p.darker(cloth, 0.35), p.lighter(cloth, 0.1))
    for side in (-1, 1):
        for x in (0.08, 0.18, 0.27):
            at.line(((side * x * 0.6, -0.78), (side * x * 1.1, 0)), p.darker(cloth, 0.3), 0.035)
    at.line(((0, -0.88), (0, 0)), p.darker(cloth, 0.6), 0.03)
    t = np.arange(10) * np.pi / 5
    points = np.where(np.arange(10) % 2 == 0, 0.19, 0.08)
    star = p.cols(points * np.sin(t), -1.02 - points * np.cos(t))
    at.glow(0, -1.02, 0.3, (255, 226, 120), 0.6)
    at.poly(star, p.darker(red, 0.1))
    at.poly(star * 0.75 + (0, -0.255), (255, 232, 120))


def _ring(img: np.ndarray, rng: Rng, y: float, red: p.Colour, white: p.Colour) -> None:
    """Draw a round ring of sand inside a kerb of red and white pieces, whose far edge is at the height y."""
    h, w = img.shape[:2]
    sand = p.vary(rng, p.pick(rng, ((240, 186, 104), (226, 164, 92), (246, 206, 132))), 8)
    v, count = min(h, w) / h, 28
    deep, wide, tall = 0.165, 0.5, 0.05 * v
    middle = y + 0.035 + deep
    turn = 2 * np.pi * np.arange(count + 1) / count
    p.poly(img, ((-0.02, middle - 0.1), (1.02, middle - 0.1), (1.02, 1.02), (-0.02, 1.02)), p.darker(sand, 0.62))
    xs, ys = 0.5 + wide * np.sin(turn), middle - deep * np.cos(turn)
    p.poly(img, p.cols(xs, ys), sand)
    area = p.gradient(h, w, ((y, p.darker(sand, 0.22)), (1, p.lighter(sand, 0.12))))
    p.mottle(area, rng, y, 1, 0.16, (9, 5))
    mask = np.zeros((h, w), np.uint8)
    p.poly(mask, p.cols(xs, ys), (255, 255, 255))
    p.blend(img, mask.astype(np.float32) / 255, area)
    order = sorted(range(count), key=lambda n: ys[n] + ys[n + 1])
    for n in order:
        c = (red, white)[n % 2]
        near = ys[n] + ys[n + 1] > 2 * middle
        a, b = (xs[n], ys[n]), (xs[n + 1], ys[n + 1])
        up = ((a[0], a[1] - tall), (b[0], b[1] - tall))
        p.poly(img, (a, b, up[1], up[0]), p.darker(c, 0.12 if near else 0.25))
        rim = [(0.5 + (q[0] - 0.5) * 0.93, middle - tall + (q[1] + tall - middle) * 0.93) for q in up]
        p.poly(img, (up[0], up[1], rim[1], rim[0]), p.lighter(c, 0.1))


def _podium(at: Spot, one: p.Colour, two: p.Colour) -> None:
    """Draw the round podium that animals stand on, painted with triangles, one unit wide."""
    at.shadow(0, 0, 0.7, 0.14, 0.5)
    at.oval(0, 0, 0.5, 0.13, p.darker(one, 0.3))
    at.poly(((-0.38, -0.56), (0.38, -0.56), (0.5, 0), (-0.5, 0)), one)
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 6))  # of a round wall, seen from the side
    for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        sag = 0.1 * float(np.cos((a + b) / 2))
        at.poly(((a * 0.5, sag), (b * 0.5, sag), ((a + b) * 0.19, -0.52)), two)
    at.oval(0, -0.52, 0.4, 0.12, p.darker(two, 0.2))
    at.oval(0, -0.57, 0.4, 0.12, _GOLD)
    at.oval(0, -0.58, 0.34, 0.095, p.lighter(one, 0.15))


def _ball(at: Spot, one: p.Colour, two: p.Colour) -> None:
    """Draw a big striped ball with a radius of one unit."""
    at.shadow(0, 0, 1.2, 0.3, 0.5)
    at.oval(0, -0.95, 1, 1, p.darker(two, 0.12))
    t = np.linspace(-np.pi / 2, np.pi / 2, 13)
    for a, b in ((-1.0, -0.5), (-0.05, 0.5), (0.85, 1.0)):
        outline = np.concatenate([p.cols(a * np.cos(t), np.sin(t)), p.cols(b * np.cos(t), np.sin(t))[::-1]])
        at.poly(outline + (0, -0.95), one)
    at.oval(-0.35, -1.35, 0.22, 0.17, p.lighter(one, 0.7))


def _lights(img: np.ndarray, rng: Rng, rail: float) -> None:
    """Blend in spotlights that fall from both sides of the roof into the ring, where they make bright pools."""
    h, w = img.shape[:2]
    k = min(h, w) / w
    tints = p.pick(
        rng,
        (((255, 240, 170),) * 2, ((255, 206, 110), (150, 206, 255)), ((255, 160, 200), (255, 236, 150)),
         ((160, 240, 220), (255, 200, 130))),
    )  # fmt: skip
    cross, y, low = p.pick(rng, (-1, 1)), 0.09, rail + 0.19
    for side, tint in zip((-1, 1), tints, strict=True):
        x, goal, half = 0.5 + side * (0.5 - 0.2 * k), 0.5 + 0.15 * cross * side, 0.13
        t = np.linspace(0, 2 * np.pi, 33)
        cone, pool = np.zeros((h, w), np.uint8), np.zeros((h, w), np.uint8)
        p.poly(cone, ((x - 0.015 * k, y), (x + 0.015 * k, y), (goal + half, low), (goal - half, low)), (255, 255, 255))
        for mask in (cone, pool):
            p.poly(mask, p.cols(goal + half * np.cos(t), low + 0.06 * np.sin(t)), (255, 255, 255))
        fade = np.interp(np.arange(h) / h, (0.1, rail, low), (0.6, 0.2, 0.1)).astype(np.float32)[:, None]
        for mask, share in ((cone, fade), (pool, np.float32(0.42))):
            soft = cv2.GaussianBlur(mask, (0, 0), 0.009 * min(h, w)).astype(np.float32) / 255
            p.blend(img, soft * share, tint)
        lamp = Spot(img, x, y, 0.1, -side)
        lamp.poly(((-0.42, -0.6), (0.05, -0.85), (0.5, 0.05), (0.0, 0.4)), (40, 34, 48))
        lamp.glow(0.22, 0.24, 0.8, tint, 0.9)
        lamp.oval(0.25, 0.21, 0.22, 0.18, (255, 252, 236))


def _mast(img: np.ndarray, x: float, foot: float, red: p.Colour) -> None:
    """Draw a mast of the tent, wound with a golden band."""
    k, v = min(img.shape[:2]) / img.shape[1], min(img.shape[:2]) / img.shape[0]
    half = 0.016 * k
    p.box(img, x - half, -0.02, x + half, foot, p.darker(red, 0.45))
    p.box(img, x - half, -0.02, x - 0.2 * half, foot, p.darker(red, 0.1))
    for y in np.arange(0.02, foot - 0.03 * v, 0.09 * v).tolist():
        p.poly(
            img, ((x - half, y + 0.03 * v), (x + half, y), (x + half, y + 0.022 * v), (x - half, y + 0.052 * v)), _GOLD
        )
    p.box(img, x - 2 * half, foot - 0.02 * v, x + 2 * half, foot, p.darker(_GOLD, 0.3))


def _trapeze(at: Spot, low: float) -> None:
    """Draw a trapeze that hangs from the roof."""
    for x in (-0.075, 0.075):
        at.line(((x * 0.8, -0.05), (x, low)), (246, 236, 214), 0.008)
    at.line(((-0.1, low), (0.1, low)), _GOLD, 0.014)
