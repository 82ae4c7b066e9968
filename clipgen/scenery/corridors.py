"""The scene of a hospital corridor."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_PAINTS: tuple[p.Colour, ...] = (
    (122, 196, 176), (128, 184, 216), (154, 200, 150), (106, 176, 190), (150, 174, 222), (226, 186, 140),
)  # fmt: skip
_DOORS: tuple[p.Colour, ...] = ((222, 186, 138), (206, 162, 116), (232, 224, 208), (90, 150, 160), (108, 144, 190))
_BLANKETS: tuple[p.Colour, ...] = ((98, 156, 206), (112, 190, 168), (150, 160, 214), (226, 150, 130), (120, 196, 206))
_CROSSES: tuple[p.Colour, ...] = ((216, 40, 48), (216, 40, 48), (34, 158, 92))
_STEEL: p.Colour = (168, 176, 186)
_HALF, _TOP, _FOOT = 0.54, -0.42, 0.38  # the walls, the ceiling and the floor, seen at depth 1
_NEAR, _FAR = 0.5, 3.4


def hospital_corridor(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a long hospital corridor: doors and handrails, bright ceiling lights, a cross on a sign, and a bed."""
    r = rng.random(8).tolist()
    eye = Depth(0.45 + 0.04 * r[0], 0.43 + 0.03 * r[1])
    far = _FAR + 0.8 * (r[2] - 0.5)
    paint, door = p.vary(rng, p.pick(rng, _PAINTS), 10), p.vary(rng, p.pick(rng, _DOORS), 8)
    white = p.vary(rng, p.pick(rng, ((244, 244, 238), (236, 242, 246), (246, 238, 226))), 4)
    cross = p.pick(rng, _CROSSES)
    img = p.gradient(h, w, ((0, white), (1, white)))
    _end(img, eye, far, paint, door, white)
    _ceiling(img, eye, far, white)
    for side, dim in ((-1, 1.0), (1, 0.93)):
        wall = _wall(rng, paint, door, white, cross, doors=side < 0 or r[3] < 0.5)
        p.warped(img, (wall * dim).astype(np.uint8), eye.wall(side * _HALF, _TOP, _FOOT, _NEAR, far))
        _handrail(img, eye, side, far, p.darker(door, 0.12))
    _floor(img, rng, eye, far, p.lighter(paint, 0.56), paint)
    depth = 1.25 + 0.2 * r[4]
    _sign(Spot(img, *eye.at(-0.04 - 0.1 * r[5], _TOP, depth), 0.36 / depth), cross)
    z = 0.86 + 0.1 * r[6]
    _drip(Spot(img, *eye.at(0.46, _FOOT, z + 0.5), 0.62 / (z + 0.5), -1))
    _bed(img, eye, z, p.vary(rng, p.pick(rng, _BLANKETS), 8), p.lighter(door, 0.2))
    p.corners(img, 0.24)
    return img if r[7] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _end(img: np.ndarray, eye: Depth, far: float, paint: p.Colour, door: p.Colour, white: p.Colour) -> None:
    """Draw the end of the corridor: double doors with round windows below a green exit sign."""
    eye.front(img, -_HALF, _TOP, _HALF, _FOOT, far, p.darker(white, 0.06))
    eye.front(img, -_HALF, 0.08, _HALF, _FOOT, far, p.lighter(paint, 0.1))
    eye.front(img, -0.33, -0.22, 0.33, _FOOT, far, p.darker(paint, 0.35))
    for side in (-1, 1):
        a, b = sorted((side * 0.015, side * 0.29))
        eye.front(img, a, -0.18, b, _FOOT, far, door)
        eye.front(img, a, 0.26, b, _FOOT, far, p.darker(door, 0.2))
        x, y = eye.at(side * 0.15, -0.02, far)
        p.disc(img, x, y, 0.095 / far, p.darker(door, 0.35))
        p.disc(img, x, y, 0.075 / far, (226, 246, 255))
    eye.front(img, -0.16, -0.36, 0.16, -0.25, far, (30, 160, 96))
    eye.front(img, -0.12, -0.32, 0.04, -0.29, far, (236, 252, 240))


def _ceiling(img: np.ndarray, eye: Depth, far: float, white: p.Colour) -> None:
    """Draw a ceiling of panels with a row of bright rectangular lights."""
    plain = p.darker(white, 0.15)
    p.poly(img, eye.floor(-_HALF, _HALF, _TOP, _NEAR, far), plain)
    joint = p.darker(plain, 0.1)
    for x in (-0.36, -0.18, 0.18, 0.36):
        p.stroke(img, (eye.at(x, _TOP, far), eye.at(x, _TOP, _NEAR)), joint, 0.004)
    for z in np.arange(_NEAR, far, 0.18).tolist():
        p.stroke(img, (eye.at(-_HALF, _TOP, z), eye.at(_HALF, _TOP, z)), joint, 0.004)
    for z in _lights(far):
        p.glow(img, *eye.at(0, _TOP, z + 0.09), 0.2 / z, (255, 255, 250), 0.5)
        p.poly(img, eye.floor(-0.19, 0.19, _TOP, z, z + 0.18), p.darker(plain, 0.2))
        p.poly(img, eye.floor(-0.17, 0.17, _TOP, z + 0.01, z + 0.17), (255, 255, 252))


def _lights(far: float) -> list[float]:
    """Return the depths at which the ceiling lights begin."""
    return np.arange(0.68, far - 0.2, 0.36).tolist()[::-1]


def _wall(rng: Rng, paint: p.Colour, door: p.Colour, white: p.Colour, cross: p.Colour, doors: bool) -> np.ndarray:
    """Return a flat picture of a wall, painted up to the handrail, with doors, notices and mostly a cross."""
    tall, bay = 200, 160
    wide = 5 * bay
    img = p.gradient(tall, wide, ((0, white), (0.55, p.darker(white, 0.05)), (1, white)))
    cv2.rectangle(img, (0, 116), (wide, tall), paint, -1)
    cv2.rectangle(img, (0, 108), (wide, 116), p.lighter(paint, 0.45), -1)
    cv2.rectangle(img, (0, tall - 12), (wide, tall), p.darker(paint, 0.4), -1)
    shift = int(rng.random() * 40)
    for n in range(5):
        x = n * bay + 20 + shift
        if not doors and n == 0:
            continue
        cv2.rectangle(img, (x - 8, 56), (x + 74, tall), p.darker(paint, 0.3), -1)
        cv2.rectangle(img, (x, 64), (x + 66, tall), door, -1)
        cv2.rectangle(img, (x, 64), (x + 8, tall), p.lighter(door, 0.3), -1)
        cv2.rectangle(img, (x, tall - 30), (x + 66, tall), p.darker(door, 0.16), -1)
        cv2.rectangle(img, (x + 38, 76), (x + 58, 128), p.darker(door, 0.3), -1)
        cv2.rectangle(img, (x + 41, 79), (x + 55, 125), (206, 232, 244), -1)
        cv2.rectangle(img, (x + 10, 134), (x + 20, 142), (110, 116, 124), -1)
        if n:
            cv2.rectangle(
                img, (x + 90, 62), (x + 122, 102), p.pick(rng, ((250, 214, 120), (150, 196, 232), (240, 160, 140))), -1
            )
            cv2.rectangle(img, (x + 94, 68), (x + 118, 74), (250, 250, 250), -1)
        else:
            _cross(img, x + 106, 80, 20, cross)
    return img


def _cross(img: np.ndarray, x: int, y: int, half: int, colour: p.Colour) -> None:
    """Draw a cross in a flat picture, on a white plate."""
    cv2.rectangle(img, (x - half - 4, y - half - 4), (x + half + 4, y + half + 4), (196, 202, 206), -1)
    cv2.rectangle(img, (x - half - 2, y - half - 2), (x + half + 2, y + half + 2), (255, 255, 255), -1)
    arm = round(half * 0.34)
    cv2.rectangle(img, (x - arm, y - half + 3), (x + arm, y + half - 3), colour, -1)
    cv2.rectangle(img, (x - half + 3, y - arm), (x + half - 3, y + arm), colour, -1)


def _handrail(img: np.ndarray, eye: Depth, side: int, far: float, wood: p.Colour) -> None:
    """Draw a handrail along a wall."""
    out = side * (_HALF - 0.025)
    p.poly(img, eye.wall(out, 0.12, 0.17, _NEAR, far), p.darker(wood, 0.3))
    p.poly(img, eye.wall(out, 0.105, 0.15, _NEAR, far), wood)
    p.poly(img, eye.wall(out, 0.105, 0.12, _NEAR, far), p.lighter(wood, 0.4))


def _floor(img: np.ndarray, rng: Rng, eye: Depth, far: float, colour: p.Colour, line: p.Colour) -> None:
    """Draw a polished floor with a border, in which the lights and the far doors shine."""
    h, w = img.shape[:2]
    p.poly(img, eye.floor(-_HALF, _HALF, _FOOT, _NEAR * 0.8, far), p.darker(colour, 0.1))
    if rng.random() < 0.5:
        tiles = p.checks(p.darker(colour, 0.06), p.darker(colour, 0.14), 8, 22)
        p.warped(img, tiles, eye.floor(-_HALF, _HALF, _FOOT, _NEAR * 0.8, far))
    for side in (-1, 1):
        a, b = sorted((side * 0.44, side * _HALF))
        p.poly(img, eye.floor(a, b, _FOOT, _NEAR * 0.8, far), p.mix(line, colour, 0.3))
    guide = p.pick(rng, ((232, 120, 100), (90, 150, 210), (246, 200, 90)))
    p.poly(img, eye.floor(-0.4, -0.365, _FOOT, _NEAR * 0.8, far), guide)
    shine = img.copy()
    for z in _lights(far):
        p.poly(shine, eye.floor(-0.2, 0.2, _FOOT, z, z + 0.2), (255, 255, 255))
    p.poly(shine, eye.floor(-0.05, 0.05, _FOOT, _NEAR, far), (255, 255, 255))
    soft = cv2.GaussianBlur(shine, (0, 0), 0.012 * min(h, w))
    foot = round((eye.y + _FOOT / far) * h) + 1
    img[foot:] = cv2.addWeighted(img[foot:], 0.5, soft[foot:], 0.5, 0)


def _sign(at: Spot, cross: p.Colour) -> None:
    """Draw a lit white sign with a cross that hangs from the ceiling at the spot, one unit wide."""
    for x in (-0.3, 0.3):
        at.line(((x, 0), (x, 0.2)), (120, 126, 134), 0.03)
    at.shadow(0.02, 0.5, 0.56, 0.4, 0.25)
    at.box(-0.5, 0.14, 0.5, 0.86, p.darker(_STEEL, 0.25), 0.05)
    at.box(-0.47, 0.16, 0.47, 0.83, (255, 255, 255), 0.05)
    at.box(-0.09, 0.22, 0.09, 0.77, cross)
    at.box(-0.275, 0.405, 0.275, 0.585, cross)


def _bed(img: np.ndarray, eye: Depth, near: float, blanket: p.Colour, board: p.Colour) -> None:
    """Draw a bed on wheels along the right wall, seen from its foot."""
    far, left, right = near + 0.62, 0.2, 0.44
    h, w = img.shape[:2]
    v = w / h if w < h else 1.0
    p.poly(img, eye.floor(left - 0.01, right + 0.02, _FOOT, near - 0.02, far), p.mix((120, 132, 142), blanket, 0.2))
    for z in (far - 0.06, near):
        for x in (left + 0.02, right - 0.02):
            a, b = eye.at(x, _FOOT - 0.12, z), eye.at(x, _FOOT - 0.02, z)
            p.stroke(img, (a, b), p.darker(_STEEL, 0.3), 0.014 / z)
            p.disc(img, b[0], b[1], 0.026 / z, (58, 62, 70))
            p.disc(img, b[0], b[1], 0.012 / z, (190, 196, 204))
    top, low = _FOOT - 0.17, _FOOT - 0.1
    p.poly(img, eye.wall(left, low, low + 0.035, near, far), p.darker(_STEEL, 0.1))
    p.poly(img, eye.wall(left, top, low, near, far), (226, 232, 238))
    eye.front(img, left - 0.01, top - 0.13, right + 0.01, low + 0.02, far, p.darker(board, 0.12))
    eye.front(img, left, top - 0.12, right, top - 0.03, far, board)
    p.poly(img, eye.floor(left, right, top, near, far), (250, 252, 254))
    pillow = np.array(eye.floor(left + 0.03, right - 0.03, top - 0.035, far - 0.24, far - 0.03))
    p.poly(img, pillow + (0.0, 0.016 * v), (196, 208, 220))
    p.poly(img, pillow, (255, 255, 255))
    cut = far - 0.32
    p.poly(img, eye.wall(left - 0.006, top - 0.012, low + 0.02, near, cut), p.darker(blanket, 0.16))
    p.poly(img, eye.floor(left - 0.006, right + 0.006, top - 0.012, near, cut), blanket)
    p.poly(img, eye.floor(left - 0.006, right + 0.006, top - 0.012, cut - 0.07, cut), p.lighter(blanket, 0.6))
    for y in (top - 0.075, top - 0.035):
        p.stroke(img, (eye.at(left - 0.01, y, near + 0.1), eye.at(left - 0.01, y, cut)), _STEEL, 0.01)
    for z in (near + 0.1, (near + cut) / 2, cut):
        p.stroke(img, (eye.at(left - 0.01, top - 0.075, z), eye.at(left - 0.01, low, z)), _STEEL, 0.01)
    foot = [
        eye.at(x, y, near) for x, y in p.rounded(left - 0.012, top - 0.02, right + 0.012, low + 0.05, 0.03).tolist()
    ]
    inner = [
        eye.at(x, y, near) for x, y in p.rounded(left + 0.012, top + 0.0, right - 0.012, low + 0.02, 0.02).tolist()
    ]
    p.poly(img, np.array(foot), p.darker(board, 0.28))
    p.poly(img, np.array(inner), board)


def _drip(at: Spot) -> None:
    """Draw a stand with a bag of infusion, one unit tall."""
    at.line(((0, 0), (0, -1)), p.darker(_STEEL, 0.3), 0.028)
    at.line(((-0.12, 0), (0, -0.06), (0.12, 0)), p.darker(_STEEL, 0.35), 0.03)
    at.line(((-0.13, -0.92), (-0.13, -1), (0.13, -1), (0.13, -0.94)), p.darker(_STEEL, 0.3), 0.024)
    at.box(-0.2, -0.93, -0.05, -0.66, (176, 206, 224), 0.03)
    at.box(-0.185, -0.8, -0.065, -0.68, (236, 244, 190), 0.02)
    at.line(((-0.125, -0.66), (-0.1, -0.46), (-0.02, -0.4)), (206, 120, 120), 0.014)
