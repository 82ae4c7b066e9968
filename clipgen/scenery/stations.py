"""The scene of a train station."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot, furniture

_PAINTS: tuple[p.Colour, ...] = (
    (196, 52, 48), (40, 96, 160), (46, 126, 96), (222, 120, 44), (118, 52, 90), (72, 146, 170),
)  # fmt: skip
_BRICKS: tuple[p.Colour, ...] = ((190, 112, 84), (214, 188, 150), (172, 94, 78), (206, 160, 120))
_IRONS: tuple[p.Colour, ...] = ((62, 92, 88), (70, 84, 108), (120, 62, 56), (76, 78, 82))
_LIT: p.Colour = (255, 218, 106)  # bright and warm enough to go on glowing at night
_FLOOR, _BED = 0.34, 0.43  # of the platform and of the track
_LEFT, _EDGE, _RIGHT = -0.62, 0.19, 0.84  # the wall behind the platform, the platform's edge, and the other wall
_SPRING, _RISE = -0.2, 0.46  # of the roof
_NEAR, _FAR = 0.5, 4.6
_TRAIN = 0.25, 0.63  # its left and right side


def station(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a station: a platform with a hanging clock and benches under a roof of iron and glass, and a train."""
    r = rng.random(8).tolist()
    eye = Depth(0.46 + 0.04 * (r[0] - 0.5), 0.48 + 0.03 * r[1])
    iron, brick = p.vary(rng, p.pick(rng, _IRONS), 8), p.vary(rng, p.pick(rng, _BRICKS), 8)
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.3)
    p.blend(img, np.full((h, w), 0.3, np.float32), (246, 250, 252))
    p.ground(img, p.ridge(rng, eye.y - 0.01, 0.015, 1.4), (156, 178, 170), (130, 150, 130))
    _roof(img, eye, iron)
    wall = _wall(rng, brick)
    p.warped(img, wall, eye.wall(_LEFT, _SPRING, _FLOOR, _NEAR, _FAR))
    p.warped(img, (wall * 0.78).astype(np.uint8), eye.wall(_RIGHT, _SPRING, _BED, _NEAR, _FAR))
    for dx in (_LEFT, _RIGHT):
        p.poly(img, eye.wall(dx, _SPRING - 0.035, _SPRING + 0.012, _NEAR, _FAR), p.darker(iron, 0.15))
    _track(img, eye)
    stone = p.vary(rng, p.pick(rng, ((206, 198, 186), (190, 186, 186), (212, 190, 164))), 6)
    p.warped(img, _paving(rng, stone), eye.floor(_LEFT, _EDGE, _FLOOR, _NEAR, _FAR))
    p.poly(img, eye.wall(_EDGE, _FLOOR, _BED, _NEAR, _FAR), p.darker(stone, 0.5))
    p.poly(img, eye.floor(_EDGE - 0.03, _EDGE, _FLOOR, _NEAR, _FAR), p.lighter(stone, 0.5))
    p.poly(img, eye.floor(_EDGE - 0.075, _EDGE - 0.045, _FLOOR, _NEAR, _FAR), (198, 166, 58))
    steam, z = r[3] < 0.4, 1.2 + 0.35 * r[4]
    _train(img, rng, eye, z, p.vary(rng, p.pick(rng, _PAINTS), 8), steam)
    wood = p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    for near in (2.6, 1.6, 0.98):
        _bench(img, eye, near, near * 1.28, wood, iron)
    for far in (3.4, 1.95, 1.15):
        _lamp(Spot(img, *eye.at(-0.36, _FLOOR, far), 0.54 / far), iron)
    if steam:
        _steam(img, rng, eye, z)
    depth = 1.25 + 0.25 * r[5]
    _clock(Spot(img, *eye.at(-0.08 + 0.06 * r[7], -0.27, depth), 0.3 / depth), rng, iron)
    p.corners(img, 0.2)
    return img if r[6] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _arch(n: int) -> np.ndarray:
    """Return n points of the roof's arch, from the left wall to the right one, at depth 1."""
    turn = np.pi * p.steps(n)
    middle, half = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2
    return p.cols(middle - half * np.cos(turn), _SPRING - _RISE * np.sin(turn))


def _roof(img: np.ndarray, eye: Depth, iron: p.Colour) -> None:
    """Draw a barrel of boards and of glass over the hall, its iron ribs, and the glass screen at its end."""
    arch = _arch(13)
    shade = p.mix(p.darker(iron, 0.1), (120, 100, 84), 0.4)
    for n, ((ax, ay), (bx, by)) in enumerate(zip(arch[:-1].tolist(), arch[1:].tolist(), strict=True)):
        if n in (0, 1, 4, 7, 10, 11):
            corners = eye.at(ax, ay, _FAR), eye.at(bx, by, _FAR), eye.at(bx, by, _NEAR), eye.at(ax, ay, _NEAR)
            p.poly(img, corners, p.lighter(shade, 0.08 * min(n, 11 - n)))
    depths = np.geomspace(_FAR, 0.62, 9).tolist()
    end = np.array([eye.at(x, y, _FAR) for x, y in _arch(25).tolist()])
    p.poly(img, end, (226, 238, 242))
    foot = eye.at(0, _SPRING, _FAR)[1]
    for x, y in end[3:-3:3].tolist():
        p.stroke(img, ((x, y), (x, foot)), iron, 0.006)
    p.stroke(img, (end[0], end[-1]), iron, 0.012)
    for x, y in arch.tolist():
        p.stroke(img, (eye.at(x, y, _FAR), eye.at(x, y, _NEAR)), p.lighter(iron, 0.12), 0.006)
    for z in depths:
        rib = np.array([eye.at(x, y, z) for x, y in _arch(29).tolist()])
        p.stroke(img, rib, p.darker(iron, 0.25), 0.034 / z)
        p.stroke(img, rib - (0, 0.004 / z), p.lighter(iron, 0.16), 0.014 / z)


def _wall(rng: Rng, brick: p.Colour) -> np.ndarray:
    """Return a flat picture of a brick wall with arched windows and doors."""
    tall, wide, bay = 160, 840, 84
    tile = np.repeat(np.repeat(np.array(brick) * (1 + 0.14 * (rng.random((20, 60, 1)) - 0.5)), 8, 0), 14, 1)
    tile[::8] *= 0.86
    img = np.clip(tile, 0, 255).astype(np.uint8)
    frame, dark = p.lighter(brick, 0.5), (66, 84, 100)
    paint = p.pick(rng, _PAINTS)
    for n in range(wide // bay):
        x, door = n * bay + bay // 2, n % 3 == 1
        foot = tall if door else 112
        for half, top, colour in ((25, 54, frame), (20, 56, p.darker(paint, 0.1) if door else dark)):
            cv2.circle(img, (x, top), half, colour, -1, cv2.LINE_AA)
            cv2.rectangle(img, (x - half, top), (x + half, foot + (4 if half == 25 else 0)), colour, -1)
        if door:
            cv2.rectangle(img, (x - 15, 62), (x - 3, 104), _LIT, -1)
            cv2.rectangle(img, (x + 3, 62), (x + 15, 104), _LIT, -1)
        else:
            cv2.ellipse(img, (x, 56), (17, 17), 0, 180, 360, (168, 194, 206), -1)
            cv2.line(img, (x, 38), (x, 112), frame, 3)
            cv2.line(img, (x - 20, 76), (x + 20, 76), frame, 3)
    cv2.rectangle(img, (0, tall - 12), (wide, tall), p.darker(brick, 0.35), -1)
    for n in range(wide // bay):
        cv2.rectangle(img, (n * bay - 6, 0), (n * bay + 6, tall), p.darker(brick, 0.18), -1)
    return img


def _paving(rng: Rng, stone: p.Colour) -> np.ndarray:
    """Return a flat picture of large paving stones."""
    tile = np.repeat(np.repeat(np.array(stone) * (1 + 0.07 * (2 * rng.random((22, 6, 1)) - 1)), 24, 0), 24, 1)
    tile[::24] *= 0.88
    tile[:, ::24] *= 0.88
    return np.clip(tile, 0, 255).astype(np.uint8)


def _track(img: np.ndarray, eye: Depth) -> None:
    """Draw two rails on sleepers in gravel, in front of the train and below it."""
    p.poly(img, eye.floor(_EDGE, _RIGHT, _BED, _NEAR, _FAR), (112, 104, 98))
    for z in np.geomspace(_FAR, 0.6, 22).tolist():
        p.poly(img, eye.floor(0.22, 0.66, _BED, z * 0.96, z * 1.01), (74, 58, 48))
    for x in (0.31, 0.57):
        p.poly(img, eye.floor(x - 0.014, x + 0.02, _BED, _NEAR, _FAR), (52, 48, 50))
        p.poly(img, eye.floor(x - 0.012, x + 0.009, _BED - 0.012, _NEAR, _FAR), (204, 208, 212))


def _train(img: np.ndarray, rng: Rng, eye: Depth, z: float, paint: p.Colour, steam: bool) -> None:
    """Draw a train that faces the viewer at the depth z: a modern one or a steam engine with carriages."""
    left, right = _TRAIN
    p.poly(img, eye.floor(left - 0.02, right + 0.03, _BED, z * 0.95, _FAR), (44, 40, 42))
    start = 1.7 * z if steam else z
    cars = _cars(rng, paint)
    p.warped(img, cars, eye.wall(left, -0.17, 0.4, start, _FAR))
    p.poly(img, eye.floor(left, right, -0.17, start, _FAR), p.lighter(paint, 0.3))
    middle, wide = (left + right) / 2, right - left

    def fill(pts: np.ndarray | tuple, colour: p.Colour, deep: float = z) -> None:
        p.poly(img, np.array([eye.at(middle + wide * x, _BED + wide * y, deep) for x, y in pts]), colour)

    def disc(x: float, y: float, radius: float, colour: p.Colour) -> None:
        turn = 2 * np.pi * p.steps(25)
        fill(p.cols(x + radius * np.cos(turn), y + radius * np.sin(turn)), colour)

    if steam:
        fill(p.rounded(-0.5, -1.5, 0.5, -0.1, 0.1), p.darker(paint, 0.3), start)
        iron = (50, 54, 60)
        p.poly(img, eye.wall(middle - 0.4 * wide, _BED - 1.2 * wide, _BED - 0.5 * wide, z, start), iron)
        p.poly(
            img, eye.wall(middle - 0.4 * wide, _BED - 0.78 * wide, _BED - 0.7 * wide, z, start), p.darker(paint, 0.1)
        )
        p.poly(img, eye.wall(middle - 0.44 * wide, _BED - 0.5 * wide, _BED - 0.02 * wide, z, start), (36, 34, 38))
        fill(p.rounded(-0.15, -1.72, 0.15, -1.2, 0.03), (40, 42, 48))
        fill(p.rounded(-0.19, -1.76, 0.19, -1.64, 0.03), (70, 74, 80))
        disc(0, -0.92, 0.44, (34, 36, 42))
        disc(0, -0.92, 0.41, (78, 84, 92))
        disc(0, -0.92, 0.34, (50, 54, 62))
        disc(-0.08, -1.02, 0.14, (86, 92, 102))
        disc(0, -0.92, 0.06, (226, 196, 110))
        fill(((-0.02, -0.92), (0.02, -0.92), (0.2, -0.74), (0.17, -0.71)), (206, 176, 100))
    else:
        fill(p.rounded(-0.5, -1.58, 0.5, -0.16, 0.16), p.darker(paint, 0.2))
        fill(p.rounded(-0.47, -1.56, 0.47, -0.18, 0.15), paint)
        fill(p.rounded(-0.4, -1.34, 0.4, -0.86, 0.07), (36, 46, 60))
        fill(((-0.3, -1.34), (-0.08, -1.34), (-0.2, -0.86), (-0.38, -0.86)), (96, 124, 146))
        fill(p.rounded(-0.26, -1.49, 0.26, -1.39, 0.03), (255, 186, 80))
        fill(((-0.47, -0.78), (0.47, -0.78), (0.47, -0.68), (-0.47, -0.68)), (246, 244, 238))
    fill(((-0.5, -0.44), (0.5, -0.44), (0.5, -0.24), (-0.5, -0.24)), (190, 44, 40) if steam else (58, 56, 60))
    fill(((-0.42, -0.24), (0.42, -0.24), (0.34, -0.04), (-0.34, -0.04)), (34, 32, 36))
    for x in (-0.32, 0.32):
        disc(x, -0.34, 0.1, (34, 34, 38))
        disc(x, -0.35, 0.075, (150, 150, 154))
        disc(x, -0.56, 0.1, (60, 56, 54))
        disc(x, -0.56, 0.085, _LIT)
        p.glow(img, *eye.at(middle + wide * x, _BED - 0.56 * wide, z), 0.075 / z, (255, 226, 130), 0.6)


def _cars(rng: Rng, paint: p.Colour) -> np.ndarray:
    """Return a flat picture of the side of carriages, with windows, doors and a stripe."""
    tall, wide, unit = 120, 900, 75
    img = p.gradient(tall, wide, ((0, p.darker(paint, 0.05)), (1, p.darker(paint, 0.3))))
    cv2.rectangle(img, (0, 0), (wide, 10), p.darker(paint, 0.45), -1)
    cv2.rectangle(img, (0, 74), (wide, 82), (238, 236, 230), -1)
    lit = rng.random() < 0.5
    for n in range(wide // unit):
        x = n * unit
        if n % 4 == 3:
            cv2.rectangle(img, (x + 20, 18), (x + 54, 104), p.lighter(paint, 0.35), -1)
            cv2.rectangle(img, (x + 26, 26), (x + 48, 62), (58, 74, 92), -1)
        else:
            cv2.rectangle(img, (x + 8, 26), (x + 66, 62), _LIT if lit else (70, 90, 110), -1)
            cv2.rectangle(img, (x + 8, 26), (x + 66, 36), (255, 238, 190) if lit else (140, 166, 182), -1)
        if n % 4 == 0 and n:
            cv2.rectangle(img, (x - 5, 0), (x + 3, tall), (40, 38, 42), -1)
    cv2.rectangle(img, (0, 104), (wide, tall), (46, 44, 48), -1)
    return img


def _steam(img: np.ndarray, rng: Rng, eye: Depth, z: float) -> None:
    """Draw the steam that rises from the engine's chimney."""
    left, right = _TRAIN
    at = Spot(img, *eye.at((left + right) / 2, _BED - 1.78 * (right - left), z), 0.4 / z)
    puffs = rng.random((7, 2)).tolist()
    for tone, grow, shift in (((214, 218, 226), 1.0, 0.02), ((248, 248, 250), 0.84, -0.03)):
        for n, (a, b) in enumerate(puffs):
            t = n / 6
            x, y, radius = 0.6 * t + 0.14 * (a - 0.5), -0.05 - 0.62 * t, (0.1 + 0.15 * t) * (0.85 + 0.3 * b) * grow
            at.oval(x - shift, y + shift, radius, 0.9 * radius, tone)
    at.glow(0.4, -0.5, 0.5, (250, 250, 252), 0.45)


def _bench(img: np.ndarray, eye: Depth, near: float, far: float, wood: p.Colour, iron: p.Colour) -> None:
    """Draw a bench along the wall, between two depths."""
    back, front, seat = -0.57, -0.46, _FLOOR - 0.1
    p.poly(img, eye.floor(back, front + 0.02, _FLOOR, near, far), (112, 104, 98))
    for z in (far, near):
        p.stroke(img, (eye.at(front, seat, z), eye.at(front, _FLOOR, z)), p.darker(iron, 0.3), 0.016 / z)
        p.stroke(img, (eye.at(back, seat - 0.13, z), eye.at(back, _FLOOR, z)), p.darker(iron, 0.3), 0.016 / z)
    for y in (seat - 0.13, seat - 0.075):
        p.poly(img, eye.wall(back, y, y + 0.042, near, far), p.lighter(wood, 0.14))
    p.poly(img, eye.floor(back, front, seat, near, far), wood)
    p.poly(img, eye.floor(back + 0.04, back + 0.048, seat, near, far), p.darker(wood, 0.4))
    p.poly(img, eye.wall(front, seat, seat + 0.02, near, far), p.darker(wood, 0.3))


def _lamp(at: Spot, iron: p.Colour) -> None:
    """Draw a lamp post with two round lamps, about one unit tall."""
    at.shadow(0, 0, 0.1, 0.025, 0.45)
    at.box(-0.035, -0.08, 0.035, 0, iron)
    at.line(((0, 0), (0, -0.9)), p.darker(iron, 0.15), 0.03)
    at.line(((-0.13, -0.82), (-0.13, -0.88), (0.13, -0.88), (0.13, -0.82)), p.darker(iron, 0.15), 0.024)
    for x in (-0.13, 0.13):
        at.glow(x, -0.77, 0.12, (255, 230, 150), 0.55)
        at.oval(x, -0.77, 0.06, 0.065, _LIT)
        at.oval(x - 0.015, -0.785, 0.022, 0.024, (255, 246, 206))


def _clock(at: Spot, rng: Rng, iron: p.Colour) -> None:
    """Draw a round clock that hangs from the roof above the spot, one unit wide."""
    at.line(((0, -3), (0, -0.4)), p.darker(iron, 0.35), 0.06)
    at.oval(0.05, 0.03, 0.5, 0.5, p.darker(iron, 0.55))
    at.oval(0, 0, 0.5, 0.5, p.darker(iron, 0.25))
    at.oval(0, 0, 0.41, 0.41, (252, 250, 240))
    ink, turn = (40, 40, 46), 2 * np.pi * np.arange(12) / 12
    for n, (x, y) in enumerate(p.cols(np.cos(turn), np.sin(turn)).tolist()):
        at.line(((0.36 * x, 0.36 * y), (0.29 * x, 0.29 * y)), ink, 0.055 if n % 3 == 0 else 0.03)
    a, b = (2 * np.pi * rng.random(2)).tolist()
    at.line(((0, 0), (0.2 * np.cos(a), 0.2 * np.sin(a))), ink, 0.07)
    at.line(((0, 0), (0.3 * np.cos(b), 0.3 * np.sin(b))), ink, 0.05)
    at.oval(0, 0, 0.05, 0.05, (190, 50, 44))
