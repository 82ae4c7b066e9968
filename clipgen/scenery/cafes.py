"""The scene of a café."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_WALLS: tuple[p.Colour, ...] = (
    (228, 196, 156), (150, 186, 178), (222, 166, 146), (206, 120, 92), (236, 216, 176), (132, 156, 176),
    (214, 170, 176),
)  # fmt: skip


def cafe(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a café: a counter with cakes behind glass, shelves of bread and cups, a blackboard, lamps and a table."""
    r = rng.random(8).tolist()
    low = 0.67 + 0.02 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    paint, wood = p.vary(rng, p.pick(rng, _WALLS), 9), p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.2)), (low * 0.6, paint), (low, p.darker(paint, 0.1)), (1, paint)))
    if r[1] < 0.5:
        _bricks(img, low, p.darker(paint, 0.12))
    if r[2] < 0.5:
        pale, deep = p.pick(rng, (((244, 236, 222), (92, 84, 88)), ((240, 230, 212), (170, 92, 76))))
        floor = p.checks(pale, p.mix(deep, pale, 0.35), 14, 8)
    else:
        floor = p.boards(rng, p.lighter(wood, 0.16), 16, 3)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.05, 0.4)
    end, foot = 1 - (0.33 + 0.03 * r[3]) * k, low + 0.05
    top = foot - 0.2 * v
    for n, y in enumerate((top - 0.255 * v, top - 0.395 * v)):
        _shelf(img, rng, end - 0.05 * k, y, p.lighter(wood, 0.15), bread=(n == 0) == (r[4] < 0.6))
    _blackboard(Spot(img, 1 - 0.16 * k, top + 0.02 * v, 0.3), rng, p.lighter(wood, 0.2))
    _counter(img, rng, end, top, foot, wood)
    _case(Spot(img, end - 0.06 * k, top - 0.015 * v, 1.0), rng, p.pick(rng, ((226, 190, 110), (244, 242, 238))))
    _bistro(Spot(img, 1 - 0.18 * k, 0.95, 0.36), rng, p.lighter(wood, 0.16))
    if r[5] < 0.55:
        _valance(img, v, p.vary(rng, p.pick(rng, furniture.CLOTHS), 8))
    shade = p.pick(rng, ((60, 66, 76), (226, 186, 100), (196, 84, 66), (70, 124, 122), (240, 236, 228)))
    for x in (end - 0.56 * k, end - 0.3 * k, end - 0.04 * k):
        _lamp(Spot(img, x, top - 0.37 * v, 0.15), shade)
    p.corners(img, 0.24)
    return img if r[6] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _bricks(img: np.ndarray, low: float, joint: p.Colour) -> None:
    """Draw the joints of a painted brick wall above the height `low`."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    for n, y in enumerate(np.arange(low, 0, -0.045 * v).tolist()):
        p.stroke(img, ((-0.02, y), (1.02, y)), joint, 0.004)
        for x in np.arange(0.05 * k * (n % 2), 1, 0.1 * k).tolist():
            p.stroke(img, ((x, y), (x, y - 0.045 * v)), joint, 0.004)


def _shelf(img: np.ndarray, rng: Rng, end: float, y: float, wood: p.Colour, bread: bool) -> None:
    """Draw a shelf from the left edge, with loaves or with cups and jars on it."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    p.box(img, -0.02, y + 0.02 * v, end, y + 0.045 * v, p.darker(wood, 0.65))
    cup = p.pick(rng, ((246, 244, 238), (206, 96, 76), (84, 142, 146), (236, 190, 90)))
    for n, x in enumerate(np.arange(end - 0.07 * k, -0.1, -0.115 * k).tolist()):
        at = Spot(img, x, y, 0.1)
        if not bread:
            colour = cup if n % 3 else p.pick(rng, furniture.CLOTHS)
            at.oval(0.34, -0.3, 0.2, 0.19, p.darker(colour, 0.15))
            at.oval(0.34, -0.3, 0.11, 0.1, p.darker(wood, 0.3))
            at.box(-0.36, -0.6, 0.34, 0, p.darker(colour, 0.18), 0.12)
            at.box(-0.36, -0.6, 0.16, 0, colour, 0.12)
            at.oval(-0.01, -0.58, 0.35, 0.08, p.darker(colour, 0.4))
            continue
        crust = p.vary(rng, p.pick(rng, ((214, 146, 74), (190, 116, 58), (230, 172, 96))), 8)
        round_one = rng.random() < 0.6
        tall = 0.62 if round_one else 0.8
        at.box(-0.48, -tall, 0.48, 0.02, p.darker(crust, 0.25), 0.3)
        at.box(-0.45, -tall, 0.42, -0.1, crust, 0.28)
        for dx in (-0.22, 0.0, 0.22):
            at.line(((dx - 0.07, -0.2), (dx + 0.07, -tall + 0.14)), p.lighter(crust, 0.55), 0.08)
    p.box(img, -0.02, y, end, y + 0.024 * v, wood)
    p.box(img, -0.02, y, end, y + 0.008 * v, p.lighter(wood, 0.25))


def _blackboard(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw a menu in chalk, with a cup above its lines, that hangs above the spot; one unit wide."""
    at.shadow(0.02, -0.75, 0.56, 0.75, 0.35)
    at.box(-0.46, -1.6, 0.46, -0.3, p.darker(wood, 0.15))
    at.box(-0.46, -1.6, 0.44, -0.32, wood)
    at.box(-0.38, -1.52, 0.38, -0.4, (44, 52, 52))
    chalk, tint = (240, 240, 232), p.pick(rng, ((250, 200, 110), (250, 160, 150), (150, 214, 200)))
    at.oval(0.17, -1.2, 0.09, 0.09, tint)
    at.oval(0.17, -1.2, 0.045, 0.045, (44, 52, 52))
    at.poly(((-0.2, -1.3), (0.18, -1.3), (0.11, -1.06), (-0.13, -1.06)), tint)
    at.line(((-0.24, -1.03), (0.22, -1.03)), chalk, 0.03)
    for x in (-0.09, 0.07):
        at.line(((x, -1.34), (x + 0.03, -1.38), (x - 0.01, -1.42), (x + 0.02, -1.46)), chalk, 0.03)
    for n, length in enumerate(rng.random(4).tolist()):
        y = -0.9 + 0.13 * n
        at.line(((-0.3, y), (-0.1 + 0.16 * length, y)), chalk, 0.04)
        at.line(((0.2, y), (0.31, y)), tint, 0.04)


def _counter(img: np.ndarray, rng: Rng, end: float, top: float, foot: float, wood: p.Colour) -> None:
    """Draw the front of a counter of painted boards from the left edge, with a wooden top."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    colour = p.vary(rng, p.pick(rng, furniture.CLOTHS), 10)
    p.shadow(img, end - 0.5, foot, 0.6 / k, 0.05, 0.5)
    p.poly_gradient(
        img, ((-0.02, top), (end, top), (end, foot), (-0.02, foot)), p.lighter(colour, 0.1), p.darker(colour, 0.2)
    )
    for x in np.arange(end, -0.1, -0.075 * k).tolist():
        p.stroke(img, ((x, top), (x, foot)), p.darker(colour, 0.3), 0.006)
        p.stroke(img, ((x - 0.006 * k, top), (x - 0.006 * k, foot)), p.lighter(colour, 0.22), 0.005)
    p.box(img, -0.02, foot - 0.022 * v, end + 0.003, foot, p.darker(colour, 0.5))
    p.box(img, -0.02, top + 0.015 * v, end, top + 0.035 * v, p.darker(colour, 0.4))
    p.box(img, -0.02, top - 0.016 * v, end + 0.015 * k, top + 0.018 * v, p.lighter(wood, 0.18))
    p.box(img, -0.02, top - 0.016 * v, end + 0.015 * k, top - 0.004 * v, p.lighter(wood, 0.42))


def _case(at: Spot, rng: Rng, rim: p.Colour) -> None:
    """Draw a lit glass case left of the spot, with two rows of cakes."""
    at.glow(-0.3, -0.1, 0.3, (255, 226, 160), 0.4)
    at.shaded(((-1.3, -0.2), (0, -0.2), (0, 0), (-1.3, 0)), (255, 244, 214), (236, 200, 150))
    for row, y in enumerate((-0.104, -0.006)):
        for x in np.arange(-0.065, -1.2, -0.105).tolist():
            _cake(at.spot(x, y, 0.086), rng)
        at.box(-1.3, y, 0, y + 0.008, p.darker(rim, 0.1 + 0.2 * row))
    for x in (-0.1, -0.44, -0.78):
        streak = ((x - 0.06, 0), (x + 0.02, -0.2), (x + 0.05, -0.2), (x - 0.03, 0))
        h, w = at.img.shape[:2]
        mask = np.zeros((h, w), np.uint8)
        cv2.fillPoly(mask, [(np.array([at.at(a, b) for a, b in streak]) * (w, h)).astype(np.int32)], 255, cv2.LINE_AA)
        p.blend(at.img, mask.astype(np.float32) * (0.35 / 255), (255, 255, 255))
    at.box(-1.3, -0.215, 0.012, -0.192, rim, 0.004)
    at.box(-1.3, -0.215, 0.012, -0.207, p.lighter(rim, 0.5), 0.003)
    for x in (0.0, -0.34, -0.68):
        at.box(x - 0.006, -0.2, x + 0.008, 0, rim)


def _cake(at: Spot, rng: Rng) -> None:
    """Draw a cake that stands on the spot, one unit wide: a tall one, a small one with a cherry, or a ring."""
    sponge = p.pick(rng, ((206, 146, 84), (128, 76, 52), (240, 206, 140)))
    icing = p.pick(rng, ((250, 244, 236), (244, 150, 170), (110, 62, 44), (250, 214, 110), (170, 214, 180)))
    kind = rng.random()
    if kind < 0.45:
        at.box(-0.42, -0.62, 0.42, 0, sponge, 0.05)
        at.box(-0.42, -0.34, 0.42, -0.24, icing)
        at.box(-0.44, -0.74, 0.44, -0.52, icing, 0.08)
        for x in (-0.28, 0.0, 0.28):
            at.oval(x, -0.52, 0.1, 0.14, icing)
            at.oval(x, -0.8, 0.1, 0.1, (214, 44, 56))
    elif kind < 0.75:
        at.poly(((-0.34, -0.4), (0.34, -0.4), (0.24, 0), (-0.24, 0)), p.darker(sponge, 0.15))
        for y, half in ((-0.44, 0.4), (-0.58, 0.3), (-0.7, 0.18)):
            at.oval(0, y, half, 0.14, p.darker(icing, 0.1))
            at.oval(-0.04, y - 0.03, half * 0.85, 0.1, icing)
        at.oval(0, -0.84, 0.1, 0.1, (214, 44, 56))
    else:
        at.oval(0, -0.36, 0.42, 0.36, sponge)
        at.oval(0, -0.4, 0.38, 0.3, icing)
        at.oval(0, -0.38, 0.13, 0.11, p.darker(sponge, 0.3))


def _bistro(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw a small round table with a steaming cup, and a chair beside it; about one unit tall."""
    iron, cushion = (58, 52, 56), p.pick(rng, furniture.CLOTHS)
    at.shadow(0, 0, 0.5, 0.08, 0.5)
    at.box(0.26, -1.02, 0.6, -0.5, iron, 0.1)
    at.box(0.3, -0.98, 0.56, -0.54, p.darker(cushion, 0.15), 0.08)
    at.line(((0.3, -0.4), (0.28, -0.06)), iron, 0.04)
    at.box(0.2, -0.44, 0.66, -0.34, cushion, 0.04)
    at.line(((0, -0.55), (0, -0.02)), iron, 0.06)
    at.oval(0, -0.01, 0.22, 0.05, iron)
    at.oval(0, -0.55, 0.43, 0.1, p.darker(wood, 0.4))
    at.oval(0, -0.58, 0.43, 0.1, wood)
    at.oval(0, -0.585, 0.38, 0.08, p.lighter(wood, 0.16))
    at.oval(-0.1, -0.58, 0.16, 0.04, (222, 220, 214))
    at.oval(0.04, -0.68, 0.06, 0.055, (226, 224, 220))
    at.oval(0.04, -0.68, 0.03, 0.026, wood)
    at.poly(((-0.23, -0.76), (0.03, -0.76), (-0.03, -0.58), (-0.17, -0.58)), (250, 248, 242))
    at.oval(-0.1, -0.76, 0.13, 0.035, (110, 70, 46))
    for n in range(3):
        at.glow(-0.13 + 0.03 * n, -0.86 - 0.07 * n, 0.08, (255, 255, 255), 0.45)


def _valance(img: np.ndarray, v: float, colour: p.Colour) -> None:
    """Draw a striped and scalloped cloth along the upper edge."""
    k = min(img.shape[:2]) / img.shape[1]
    count = 2 * round(7 / k)
    for n in range(count):
        c, a, b = colour if n % 2 else (250, 244, 232), n / count, (n + 1) / count
        p.box(img, a, -0.02, b, 0.035 * v, c)
        p.oval(img, (a + b) / 2, 0.035 * v, 0.5 / count / k, 0.028, p.darker(c, 0.1), 0, 0, 180)


def _lamp(at: Spot, shade: p.Colour) -> None:
    """Draw a lamp that hangs from the ceiling to the spot, one unit wide."""
    at.line(((0, -6), (0, -0.5)), (50, 44, 42), 0.05)
    at.glow(0, 0.1, 1.0, (255, 220, 140), 0.6)
    at.poly(((-0.14, -0.58), (0.14, -0.58), (0.46, -0.02), (-0.46, -0.02)), shade)
    at.poly(((-0.14, -0.58), (-0.02, -0.58), (-0.2, -0.02), (-0.46, -0.02)), p.lighter(shade, 0.22))
    at.oval(0, -0.02, 0.46, 0.1, p.darker(shade, 0.35))
    at.oval(0, 0.0, 0.24, 0.12, (255, 238, 176))
