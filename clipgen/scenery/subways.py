"""The scene of a subway station."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_TILES: tuple[p.Colour, ...] = (
    (240, 238, 228), (232, 240, 240), (244, 232, 206), (220, 234, 222), (226, 230, 242), (236, 222, 214),
)  # fmt: skip
_BANDS: tuple[p.Colour, ...] = (
    (30, 100, 170), (190, 54, 50), (30, 128, 104), (226, 140, 40), (110, 64, 140), (50, 140, 180), (120, 60, 44),
)  # fmt: skip
_SIGNS: tuple[p.Colour, ...] = ((28, 92, 176), (20, 128, 96), (214, 96, 30), (96, 60, 150), (190, 40, 60))
_TRAINS: tuple[p.Colour, ...] = ((212, 218, 226), (206, 50, 50), (40, 106, 176), (240, 190, 60), (50, 150, 120))
_LEFT, _EDGE, _RIGHT = -0.62, 0.16, 0.78  # the wall, the platform's edge, and the wall behind the train
_FLOOR, _BED = 0.36, 0.46  # of the platform and of the track
_SPRING, _RISE = -0.18, 0.33  # of the vault
_NEAR, _FAR = 0.46, 3.8
_TRAIN = 0.22, 0.66  # its left and right side


def subway_station(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a subway station: a tiled vault, a platform with a yellow line, a train from a tunnel, and a round sign."""
    r = rng.random(8).tolist()
    eye = Depth(0.45 + 0.04 * r[0], 0.46 + 0.03 * r[1])
    tile, band = p.vary(rng, p.pick(rng, _TILES), 5), p.vary(rng, p.pick(rng, _BANDS), 10)
    colour = p.pick(rng, _SIGNS)
    img = p.gradient(h, w, ((0, p.darker(tile, 0.3)), (1, p.darker(tile, 0.5))))
    _end(img, eye, tile, band)
    _vault(img, eye, tile, band)
    wall = _wall(rng, tile, band, colour)
    p.warped(img, wall, eye.wall(_LEFT, _SPRING, _FLOOR, _NEAR, _FAR))
    p.warped(img, (wall * 0.7).astype(np.uint8), eye.wall(_RIGHT, _SPRING, _BED, _NEAR, _FAR))
    _track(img, eye)
    _platform(img, rng, eye)
    _lights(img, eye)
    z = 1.0 + 0.55 * r[2]
    _train(img, rng, eye, z, p.vary(rng, p.pick(rng, _TRAINS), 8), band)
    _bench(img, eye, 1.15 + 0.3 * r[3], p.pick(rng, (p.darker(band, 0.1), (150, 98, 58))))
    depth = 1.0 + 0.2 * r[4]
    _sign(Spot(img, *eye.at(-0.2 + 0.04 * r[5], -0.24, depth), 0.3 / depth), colour)
    p.corners(img, 0.32)
    return img if r[6] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _arch(n: int) -> np.ndarray:
    """Return n points of the vault, from the left wall to the right one, at depth 1."""
    turn = np.pi * p.steps(n)
    middle, half = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2
    return p.cols(middle - half * np.cos(turn), _SPRING - _RISE * np.sin(turn))


def _end(img: np.ndarray, eye: Depth, tile: p.Colour, band: p.Colour) -> None:
    """Draw the end wall with the dark mouth of a tunnel above the track."""
    outline = np.array([eye.at(x, y, _FAR) for x, y in [*_arch(19).tolist(), (_RIGHT, _BED), (_LEFT, _BED)]])
    p.poly(img, outline, p.darker(tile, 0.16))
    turn = np.pi * p.steps(15)
    middle = (_TRAIN[0] + _TRAIN[1]) / 2
    for half, colour in ((0.33, band), (0.28, (20, 20, 28))):
        mouth = [
            (middle - half, _BED),
            *zip((middle - half * np.cos(turn)).tolist(), (-0.02 - half * np.sin(turn)).tolist(), strict=True),
            (middle + half, _BED),
        ]
        p.poly(img, np.array([eye.at(x, y, _FAR) for x, y in mouth]), colour)


def _vault(img: np.ndarray, eye: Depth, tile: p.Colour, band: p.Colour) -> None:
    """Draw a barrel vault of tiles with coloured ribs, lighter at its crown."""
    arch = _arch(25)
    for n, ((ax, ay), (bx, by)) in enumerate(zip(arch[:-1].tolist(), arch[1:].tolist(), strict=True)):
        shade = p.darker(tile, 0.05 + 0.2 * abs(n - 10) / 14)
        p.poly(img, (eye.at(ax, ay, _FAR), eye.at(bx, by, _FAR), eye.at(bx, by, _NEAR), eye.at(ax, ay, _NEAR)), shade)
    grout = p.darker(tile, 0.3)
    for z in np.arange(_NEAR, 1.9, 0.07).tolist():
        p.stroke(img, np.array([eye.at(x, y, z) for x, y in arch.tolist()]), grout, 0.004)
    for x, y in arch.tolist():
        p.stroke(img, (eye.at(x, y, 2.6), eye.at(x, y, _NEAR)), grout, 0.004)
    for z in (3.0, 2.2, 1.6, 1.12, 0.74):
        p.stroke(img, np.array([eye.at(x, y, z) for x, y in arch.tolist()]), p.darker(band, 0.08), 0.05 / z)
        p.stroke(img, np.array([eye.at(x, y - 0.006, z) for x, y in arch.tolist()]), p.lighter(band, 0.3), 0.012 / z)


def _wall(rng: Rng, tile: p.Colour, band: p.Colour, sign: p.Colour) -> np.ndarray:
    """Return a flat picture of a wall of tiles with a coloured band, round signs and posters."""
    tall, wide, bay = 160, 960, 240
    img = np.empty((tall, wide, 3), np.uint8)
    img[:] = np.array(tile, np.uint8)
    img[::13] = np.array(p.darker(tile, 0.2), np.uint8)
    for row in range(tall // 13 + 1):
        img[row * 13 : row * 13 + 13, (row % 2) * 12 :: 24] = np.array(p.darker(tile, 0.2), np.uint8)
    for y0, y1, c in ((8, 26, band), (118, 130, band), (130, tall, p.darker(band, 0.35))):
        cv2.rectangle(img, (0, y0), (wide, y1), c, -1)
    for n in range(wide // bay):
        x = n * bay + 50
        cv2.circle(img, (x, 72), 33, sign, -1, cv2.LINE_AA)
        cv2.rectangle(img, (x - 14, 54), (x + 14, 86), (250, 250, 248), -1)
        cv2.rectangle(img, (x - 9, 60), (x + 9, 71), sign, -1)
        paper, ink = p.pick(
            rng, (((250, 206, 96), (190, 60, 60)), ((120, 190, 220), (250, 244, 220)), ((240, 130, 110), (60, 60, 100)))
        )
        cv2.rectangle(img, (x + 94, 36), (x + 158, 112), (64, 66, 72), -1)
        cv2.rectangle(img, (x + 99, 41), (x + 153, 107), paper, -1)
        cv2.circle(img, (x + 126, 64), 15, ink, -1, cv2.LINE_AA)
        cv2.rectangle(img, (x + 108, 88), (x + 144, 98), ink, -1)
    return img


def _track(img: np.ndarray, eye: Depth) -> None:
    """Draw two rails in a dark bed beside the platform."""
    p.poly(img, eye.floor(_EDGE, _RIGHT, _BED, _NEAR, _FAR), (70, 66, 66))
    for z in np.geomspace(_FAR, 0.5, 22).tolist():
        p.poly(img, eye.floor(0.2, 0.7, _BED, z * 0.96, z * 1.01), (46, 42, 44))
    for x in (0.3, 0.58):
        p.poly(img, eye.floor(x - 0.012, x + 0.012, _BED - 0.012, _NEAR, _FAR), (196, 200, 206))


def _platform(img: np.ndarray, rng: Rng, eye: Depth) -> None:
    """Draw the platform: large stone tiles, a broad yellow line, and a pale edge."""
    stone = p.vary(rng, p.pick(rng, ((176, 172, 170), (156, 160, 168), (190, 176, 158), (140, 146, 150))), 6)
    shades = 1 + 0.05 * (2 * rng.random((26, 8, 1)) - 1)
    paving = np.repeat(np.repeat(np.array(stone) * shades, 20, 0), 20, 1)
    paving[::20] *= 0.86
    paving[:, ::20] *= 0.86
    p.warped(img, np.clip(paving, 0, 255).astype(np.uint8), eye.floor(_LEFT, _EDGE, _FLOOR, _NEAR, _FAR))
    p.poly(img, eye.wall(_EDGE, _FLOOR, _BED, _NEAR, _FAR), p.darker(stone, 0.6))
    p.poly(img, eye.floor(_EDGE - 0.03, _EDGE, _FLOOR, _NEAR, _FAR), p.lighter(stone, 0.5))
    p.poly(img, eye.floor(_EDGE - 0.115, _EDGE - 0.045, _FLOOR, _NEAR, _FAR), (246, 200, 40))
    for z in np.geomspace(_FAR, 0.5, 34).tolist():
        p.poly(img, eye.floor(_EDGE - 0.115, _EDGE - 0.045, _FLOOR, z, z * 1.015), (214, 164, 28))
    shine = img.copy()
    for z in (2.4, 1.7, 1.25, 0.9):
        p.poly(shine, eye.floor(-0.38, -0.16, _FLOOR, z, z * 1.14), (255, 252, 236))
    soft = cv2.GaussianBlur(shine, (0, 0), 0.02 * min(img.shape[:2]))
    foot = round((eye.y + _FLOOR / _FAR) * len(img)) + 1
    img[foot:] = cv2.addWeighted(img[foot:], 0.65, soft[foot:], 0.35, 0)


def _lights(img: np.ndarray, eye: Depth) -> None:
    """Draw a row of bright tubes below the vault."""
    y, x = -0.44, 0.1
    for z in np.geomspace(3.2, 0.62, 7).tolist():
        p.glow(img, *eye.at(x, y, z * 1.07), 0.16 / z, (255, 250, 226), 0.6)
        p.poly(img, eye.floor(x - 0.08, x + 0.08, y, z, z * 1.16), (120, 124, 130))
        p.poly(img, eye.floor(x - 0.066, x + 0.066, y, z * 1.01, z * 1.15), (255, 252, 236))


def _train(img: np.ndarray, rng: Rng, eye: Depth, z: float, paint: p.Colour, band: p.Colour) -> None:
    """Draw a train that comes out of the tunnel on the track, with lit windows and headlights."""
    left, right = _TRAIN
    stripe = band if sum(abs(a - b) for a, b in zip(band, paint, strict=True)) > 120 else (246, 244, 238)
    p.poly(img, eye.floor(left - 0.03, right + 0.03, _BED, z * 0.94, _FAR), (26, 24, 28))
    p.warped(img, _cars(paint, stripe), eye.wall(left, -0.16, 0.42, z, _FAR))
    middle, wide = (left + right) / 2, right - left

    def fill(pts: np.ndarray | tuple, colour: p.Colour) -> None:
        p.poly(img, np.array([eye.at(middle + wide * x, _BED + wide * y, z) for x, y in pts]), colour)

    fill(p.rounded(-0.5, -1.42, 0.5, -0.08, 0.2), p.darker(paint, 0.28))
    fill(p.rounded(-0.47, -1.39, 0.47, -0.1, 0.18), paint)
    fill(p.rounded(-0.41, -1.1, 0.41, -0.66, 0.07), (28, 36, 50))
    for x in (-0.38, 0.14):
        fill(p.rounded(x, -1.07, x + 0.24, -0.69, 0.05), (74, 96, 120))
    fill(p.rounded(-0.1, -1.1, 0.1, -0.16, 0.03), p.darker(paint, 0.18))
    fill(p.rounded(-0.075, -1.06, 0.075, -0.68, 0.03), (52, 68, 90))
    fill(p.rounded(-0.3, -1.31, 0.3, -1.16, 0.03), (34, 30, 30))
    fill(p.rounded(-0.22, -1.27, 0.12, -1.2, 0.01), (255, 176, 60))
    fill(((-0.47, -0.58), (-0.1, -0.58), (-0.1, -0.48), (-0.47, -0.48)), stripe)
    fill(((0.1, -0.58), (0.47, -0.58), (0.47, -0.48), (0.1, -0.48)), stripe)
    fill(p.rounded(-0.45, -0.2, 0.45, -0.04, 0.03), (40, 40, 46))
    for side in (-1, 1):
        x, y = eye.at(middle + side * 0.32 * wide, _BED - 0.34 * wide, z)
        p.disc(img, x, y, 0.04 / z, (60, 60, 66))
        p.disc(img, x, y, 0.032 / z, (255, 240, 180))
        p.glow(img, x, y, 0.075 / z, (255, 240, 180), 0.6)


def _cars(paint: p.Colour, stripe: p.Colour) -> np.ndarray:
    """Return a flat picture of the side of the train, with lit windows and sliding doors."""
    tall, wide, unit = 120, 960, 60
    img = p.gradient(tall, wide, ((0, p.lighter(paint, 0.15)), (1, p.darker(paint, 0.2))))
    cv2.rectangle(img, (0, 0), (wide, 12), p.darker(paint, 0.35), -1)
    cv2.rectangle(img, (0, 74), (wide, 84), stripe, -1)
    for n in range(wide // unit):
        x = n * unit
        if n % 3 == 1:
            cv2.rectangle(img, (x + 6, 18), (x + 54, 112), p.darker(paint, 0.3), -1)
            for a in (9, 31):
                cv2.rectangle(img, (x + a, 20), (x + a + 20, 110), p.lighter(stripe, 0.1), -1)
                cv2.rectangle(img, (x + a + 4, 28), (x + a + 16, 66), (255, 232, 160), -1)
        else:
            cv2.rectangle(img, (x + 4, 26), (x + 56, 64), p.darker(paint, 0.45), -1)
            cv2.rectangle(img, (x + 7, 29), (x + 53, 61), (255, 232, 160), -1)
    cv2.rectangle(img, (0, 112), (wide, tall), (40, 40, 46), -1)
    return img


def _bench(img: np.ndarray, eye: Depth, near: float, colour: p.Colour) -> None:
    """Draw a bench along the wall that begins at a depth."""
    far, back, front, seat = near * 1.4, -0.6, -0.47, _FLOOR - 0.1
    p.poly(img, eye.floor(back, front + 0.02, _FLOOR, near, far), (96, 92, 92))
    for z in (far, near):
        p.stroke(img, (eye.at(front, seat, z), eye.at(front, _FLOOR, z)), (50, 50, 56), 0.018 / z)
    p.poly(img, eye.wall(back, seat - 0.12, seat - 0.03, near, far), p.lighter(colour, 0.12))
    p.poly(img, eye.floor(back, front, seat, near, far), colour)
    p.poly(img, eye.wall(front, seat, seat + 0.025, near, far), p.darker(colour, 0.35))


def _sign(at: Spot, colour: p.Colour) -> None:
    """Draw a round sign with the front of a train on it that hangs from the vault, around the spot, one unit wide."""
    for x in (-0.2, 0.2):
        at.line(((x, -3), (x, -0.3)), (70, 72, 80), 0.035)
    at.shadow(0.04, 0.06, 0.5, 0.5, 0.3)
    white = (250, 250, 246)
    at.oval(0, 0, 0.43, 0.43, p.darker(colour, 0.35))
    at.oval(0, 0, 0.4, 0.4, colour)
    at.box(-0.17, -0.25, 0.17, 0.17, white)
    at.box(-0.12, -0.19, 0.12, -0.03, colour)
    for x in (-0.09, 0.09):
        at.oval(x, 0.07, 0.035, 0.035, colour)
        at.line(((x, 0.17), (1.8 * x, 0.29)), white, 0.04)
