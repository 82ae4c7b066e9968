"""The scene of an airport."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot
from clipgen.scenery.roadways import Even, even

_LINES: tuple[p.Colour, ...] = (
    (206, 48, 52), (40, 88, 176), (240, 150, 50), (30, 140, 140), (110, 70, 160), (52, 140, 86),
)  # fmt: skip
_LAMP: p.Colour = (255, 220, 90)  # bright and warm enough to go on glowing at night
_GLASS: p.Colour = (58, 92, 116)
_FOOT = 0.36  # how far below the eye the ground lies
_HALF = 0.36  # half the width of the runway


def airport(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a runway with its stripes, an airliner parked beside it, a control tower, and a terminal or a hangar."""
    r = rng.random(14).tolist()
    v, u = min(h, w) / h, min(h, w) / w
    horizon = 0.43 + 0.03 * r[0]
    img = p.fair_sky(rng, h, w, horizon, warm=r[1] < 0.35)
    side = p.pick(rng, (-1, 1))
    eye = even(img, 0.5 - side * 0.1 * u, horizon)
    back = eye.at(0, _FOOT, 6)[1]
    green = p.vary(rng, p.pick(rng, ((112, 158, 82), (98, 148, 88), (150, 162, 92))), 8)
    far = p.mix(green, p.HAZE, 0.55)
    if r[13] < 0.4:
        for k in range(4):
            a, b = rng.random(2).tolist()
            top, rock = horizon - (0.1 + 0.13 * b) * v, p.mix((112, 124, 152), p.HAZE, 0.45)
            p.peak(img, rng, (k + a) / 4, top, horizon + 0.02, 0.26, rock, p.lighter(p.HAZE, 0.7))
    p.ground(img, p.ridge(rng, horizon, 0.045 * v, 1.2), p.mix(far, (130, 150, 180), 0.4), far)
    p.ground(img, p.ridge(rng, horizon + 0.012 * v, 0.014 * v, 3, 0.012 * v), p.darker(far, 0.16), far)
    p.ground(img, np.array([(-0.03, back), (1.03, back)]), p.lighter(green, 0.16), p.darker(green, 0.12))
    _mown(img, eye, green)
    p.mottle(img, rng, back, 1, 0.1)
    asphalt = p.vary(rng, p.pick(rng, ((92, 98, 110), (104, 102, 106), (86, 94, 112))), 6)
    p.poly(img, eye.floor(0, side * 9, _FOOT, 1.9, 5), p.lighter(asphalt, 0.42))
    _runway(img, eye, rng, asphalt)
    line = p.pick(rng, _LINES)
    house = Spot(img, eye.x + side * (0.42 + 0.06 * r[2]) * u, eye.at(0, _FOOT, 4.8)[1], 0.72, side)
    other = Spot(img, eye.x - side * 0.33 * u, eye.at(0, _FOOT, 4.2)[1], 0.34 + 0.04 * r[3], side)
    if r[12] < 0.65:
        _terminal(house, rng, line)
    else:
        for k in range(3):
            _hangar(Spot(img, eye.x + side * (0.28 + 0.32 * k) * u, house.y, 0.34, side), rng)
    if w > 1.3 * h or r[4] < 0.75:
        _hangar(other, rng)
    if w > 1.3 * h:
        _hangar(Spot(img, eye.x - side * 0.62 * u, other.y, other.size, side), rng)
    _tower(Spot(img, eye.x - side * (0.2 + 0.07 * r[5]) * u, eye.at(0, _FOOT, 3.9)[1], 0.37 + 0.05 * r[6], side), rng)
    if r[7] < 0.6:
        _flying(Spot(img, 0.5 + side * 0.12 * (r[8] - 0.2), 0.14 * v + 0.06 * r[9], 0.2, p.pick(rng, (-1, 1))), line)
    x, y = eye.x + side * (0.365 + 0.02 * r[8]) * u, eye.at(0, _FOOT, 2.1 + 0.2 * r[9])[1]
    _airliner(Spot(img, x, y, 0.46 + 0.03 * r[10], p.pick(rng, (-1, 1))), line)
    _lights(img, eye)
    if r[11] < 0.6:
        _windsock(Spot(img, 0.5 - side * (0.5 - 0.08 * u), eye.at(0, _FOOT, 0.96)[1], 0.23, side))
    return img


def _mown(img: np.ndarray, eye: Even, green: p.Colour) -> None:
    """Draw lighter stripes of mown grass on both sides of the runway."""
    depths = np.geomspace(eye.near(_FOOT), 6, 11).tolist()
    for k in range(0, 10, 2):
        p.poly(img, eye.floor(-9, 9, _FOOT, depths[k], depths[k + 1]), p.lighter(green, 0.06 + 0.01 * k))


def _runway(img: np.ndarray, eye: Even, rng: Rng, asphalt: p.Colour) -> None:
    """Draw the runway with its edge lines, the stripes at its beginning, its number and its middle line."""
    near, far = eye.near(_FOOT), 9.0
    white: p.Colour = (246, 246, 238)
    p.poly(img, eye.floor(-_HALF - 0.05, _HALF + 0.05, _FOOT, near, far), p.lighter(asphalt, 0.34))
    p.poly_gradient(img, eye.floor(-_HALF, _HALF, _FOOT, near, far), p.lighter(asphalt, 0.16), p.darker(asphalt, 0.1))
    for s in (-1, 1):
        p.poly(img, eye.floor(s * (_HALF - 0.035), s * (_HALF - 0.015), _FOOT, near, far), white)
    for k in range(4):
        for s in (-1, 1):
            a = 0.045 + 0.066 * k
            p.poly(img, eye.floor(s * a, s * (a + 0.038), _FOOT, 0.78, 1.08), white)
    tile = np.zeros((60, 80, 3), np.uint8)
    tile[:] = np.array(white, np.uint8)
    cover = np.zeros((60, 80), np.uint8)
    number = f"{1 + int(rng.random() * 36):02d}"
    cv2.putText(cover, number, (2, 55), cv2.FONT_HERSHEY_SIMPLEX, 1.9, 255, 9, cv2.LINE_AA)
    p.warped(img, tile, eye.floor(-0.14, 0.14, _FOOT, 1.2, 1.7), cover)
    z = 1.95
    while z < far:
        p.poly(img, eye.floor(-0.022, 0.022, _FOOT, z, z + 0.4), white)
        z += 0.75


def _lights(img: np.ndarray, eye: Even) -> None:
    """Draw the lamps along both edges of the runway."""
    for z in (6.0, 4.4, 3.3, 2.5, 1.9, 1.45, 1.1, 0.85):
        for s in (-1, 1):
            at = Spot(img, *eye.at(s * (_HALF + 0.025), _FOOT, z), 1 / z)
            at.glow(0, -0.012, 0.03, _LAMP, 0.5)
            at.oval(0, -0.012, 0.015, 0.015, _LAMP)


def _tower(at: Spot, rng: Rng) -> None:
    """Draw a control tower with a glass cab on a tapering shaft, one unit tall."""
    wall = p.vary(rng, p.pick(rng, ((236, 232, 222), (214, 220, 226), (226, 206, 184))), 6)
    band = p.pick(rng, _LINES)
    at.box(-0.24, -0.16, 0.24, 0, p.darker(wall, 0.1))
    at.box(-0.25, -0.18, 0.25, -0.15, p.lighter(wall, 0.4))
    for x in (-0.18, -0.06, 0.06, 0.18):
        at.box(x - 0.035, -0.11, x + 0.035, -0.05, _GLASS)
    at.poly(((-0.12, 0), (-0.075, -0.7), (0.075, -0.7), (0.12, 0)), wall)
    at.poly(((0.04, 0), (0.025, -0.7), (0.075, -0.7), (0.12, 0)), p.darker(wall, 0.18))
    for y in (-0.2, -0.34, -0.48):
        at.box(-0.022, y - 0.07, 0.016, y, _GLASS)
    at.poly(((-0.075, -0.62), (-0.21, -0.72), (0.21, -0.72), (0.075, -0.62)), p.darker(wall, 0.24))
    at.box(-0.22, -0.755, 0.22, -0.71, band)
    cab = ((-0.19, -0.755), (-0.235, -0.9), (0.235, -0.9), (0.19, -0.755))
    at.poly(cab, _GLASS)
    at.poly(((-0.19, -0.76), (-0.235, -0.9), (-0.02, -0.9), (-0.11, -0.76)), (142, 186, 206))
    for x in (-0.5, 0, 0.5):
        at.line(((x * 0.38, -0.755), (x * 0.47, -0.9)), (236, 238, 238), 0.014)
    at.poly(p.rounded(-0.26, -0.945, 0.26, -0.895, 0.02), p.lighter(wall, 0.3))
    at.box(-0.12, -0.985, 0.12, -0.94, p.darker(wall, 0.1))
    at.line(((0.05, -0.98), (0.05, -1.16)), (96, 100, 110), 0.016)
    at.oval(0.05, -1.17, 0.026, 0.026, (236, 60, 50))


def _hangar(at: Spot, rng: Rng) -> None:
    """Draw a hangar with a round roof and open doors, one unit wide."""
    wall = p.vary(rng, p.pick(rng, ((176, 186, 194), (150, 170, 186), (196, 178, 152))), 8)
    t = p.steps(17)
    arch = p.cols(-0.5 * np.cos(np.pi * t), -0.22 - 0.22 * np.sin(np.pi * t))
    at.poly(np.concatenate([[(-0.5, 0)], arch, [(0.5, 0)]]), wall)
    at.line(arch, p.darker(wall, 0.3), 0.045)
    at.line(arch - (0, 0.015), p.lighter(wall, 0.4), 0.02)
    at.box(-0.38, -0.27, 0.38, 0, (58, 66, 80))
    at.box(-0.38, -0.27, -0.2, 0, p.lighter(wall, 0.2))
    at.box(0.2, -0.27, 0.38, 0, p.darker(wall, 0.14))
    for x in (-0.29, 0.29):
        at.line(((x, -0.27), (x, 0)), p.darker(wall, 0.28), 0.012)
    at.box(-0.38, -0.29, 0.38, -0.26, p.darker(wall, 0.3))


def _terminal(at: Spot, rng: Rng, line: p.Colour) -> None:
    """Draw a far terminal with a wide curved roof over a glass front, one unit wide."""
    t = p.steps(13)
    roof = p.cols(-0.56 + 1.12 * t, -0.1 - 0.05 * np.sin(np.pi * t) - 0.02 * t)
    at.poly(np.concatenate([[(-0.5, 0)], roof[1:-1], [(0.5, 0)]]), p.vary(rng, (120, 156, 180), 8))
    for x in np.linspace(-0.48, 0.48, 9).tolist():
        at.line(((x, -0.12), (x, 0)), (196, 214, 224), 0.01)
    at.box(-0.5, -0.03, 0.5, 0, (196, 202, 206))
    at.poly(np.concatenate([roof - (0, 0.024), roof[::-1]]), (226, 232, 236))
    at.line(roof, p.mix(line, (190, 204, 220), 0.5), 0.012)


def _airliner(at: Spot, line: p.Colour) -> None:
    """Draw a parked airliner seen from the side, its nose to the right, one unit long."""
    white, grey = (250, 250, 250), (196, 204, 216)
    at.shadow(-0.02, 0.0, 0.42, 0.035, 0.6)
    for x in (0.36, -0.08):
        at.line(((x, -0.1), (x, -0.02)), (96, 100, 110), 0.016)
        for dx in (-0.016, 0.016):
            at.oval(x + dx, -0.022, 0.022, 0.022, (40, 42, 50))
    at.poly(((-0.28, -0.2), (-0.42, -0.43), (-0.51, -0.43), (-0.47, -0.18)), line)
    at.poly(((-0.39, -0.38), (-0.42, -0.43), (-0.51, -0.43), (-0.5, -0.38)), p.lighter(line, 0.35))
    body = (
        (0.5, -0.145), (0.485, -0.17), (0.44, -0.2), (0.38, -0.222), (0.28, -0.228), (-0.28, -0.228), (-0.5, -0.215),
        (-0.515, -0.2), (-0.46, -0.175), (-0.24, -0.1), (-0.1, -0.09), (0.38, -0.09), (0.46, -0.105), (0.49, -0.125),
    )  # fmt: skip
    at.poly(body, white)
    under = ((-0.515, -0.2), (-0.46, -0.175), (-0.24, -0.1), (-0.1, -0.09), (0.38, -0.09), (0.46, -0.105),
             (0.49, -0.122), (-0.1, -0.122), (-0.3, -0.14))  # fmt: skip
    at.poly(under, grey)
    at.poly(((0.497, -0.135), (0.497, -0.15), (-0.2, -0.15), (-0.47, -0.2), (-0.46, -0.185), (-0.24, -0.132)), line)
    at.poly(((0.476, -0.172), (0.44, -0.2), (0.405, -0.2), (0.412, -0.172)), (44, 60, 84))
    for k in range(15):
        at.oval(0.35 - 0.042 * k, -0.186, 0.0115, 0.0145, (58, 88, 124))
    at.poly(((-0.36, -0.19), (-0.5, -0.16), (-0.56, -0.16), (-0.46, -0.2)), p.darker(grey, 0.12))
    at.poly(p.rounded(-0.02, -0.105, 0.14, -0.035, 0.03), p.mix(line, white, 0.15))
    at.box(-0.05, -0.09, 0.0, -0.05, p.darker(grey, 0.3))
    at.oval(0.132, -0.07, 0.02, 0.036, (238, 240, 244))
    at.oval(0.136, -0.07, 0.014, 0.027, (50, 54, 64))
    at.poly(((0.12, -0.125), (-0.1, -0.12), (-0.32, -0.02), (-0.26, -0.02)), p.darker(grey, 0.06))
    at.poly(((0.12, -0.125), (0.08, -0.125), (-0.29, -0.02), (-0.26, -0.02)), p.lighter(grey, 0.5))


def _flying(at: Spot, line: p.Colour) -> None:
    """Draw a far airliner that climbs, about one unit long."""
    body = p.mix((250, 250, 250), p.HAZE, 0.15)
    at.poly(((-0.12, 0.02), (0.02, -0.06), (-0.3, -0.28), (-0.36, -0.26)), p.darker(body, 0.2))
    at.poly(((0.52, -0.2), (0.44, -0.235), (-0.42, 0.05), (-0.5, 0.12), (-0.36, 0.12), (0.47, -0.15)), body)
    at.poly(((0.47, -0.15), (0.52, -0.2), (-0.5, 0.12), (-0.36, 0.12)), p.darker(body, 0.18))
    at.poly(((-0.34, 0.03), (-0.56, -0.12), (-0.62, -0.1), (-0.5, 0.11)), line)
    at.poly(((0.12, -0.06), (-0.06, 0.01), (-0.3, 0.34), (-0.22, 0.32)), p.darker(body, 0.3))


def _windsock(at: Spot) -> None:
    """Draw a striped windsock on its pole, one unit tall."""
    at.shadow(0, 0, 0.1, 0.02, 0.4)
    at.line(((0, 0), (0, -1)), (226, 226, 224), 0.032)
    for k in range(5):
        a, b = 0.11 * k, 0.11 * (k + 1)
        c: p.Colour = (236, 108, 46) if k % 2 == 0 else (250, 246, 238)
        at.poly(((a, -1 + 0.22 * a), (b, -1 + 0.22 * b), (b, -0.8), (a, -0.8)), c)
        at.poly(((a, -0.86), (b, -0.86), (b, -0.8), (a, -0.8)), p.darker(c, 0.16))
