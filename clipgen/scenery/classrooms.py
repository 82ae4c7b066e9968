"""The scene of a classroom."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot, furniture

_CHALK: p.Colour = (244, 244, 236)
_CHALKS: tuple[p.Colour, ...] = ((250, 214, 110), (250, 160, 150), (150, 206, 230), (170, 220, 150))
_PAINTS: tuple[p.Colour, ...] = (
    (246, 230, 186), (196, 222, 226), (216, 226, 194), (240, 208, 184), (222, 212, 230), (238, 236, 226),
)  # fmt: skip
_CIRCLE = p.cols(np.cos(2 * np.pi * p.steps(25)), np.sin(2 * np.pi * p.steps(25)))
_LETTERS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "A": (((0, 1), (0.4, 0), (0.8, 1)), ((0.17, 0.62), (0.63, 0.62))),
    "B": (
        ((0, 0), (0, 1), (0.5, 1), (0.72, 0.86), (0.72, 0.66), (0.5, 0.5), (0, 0.5)),
        ((0.5, 0.5), (0.66, 0.36), (0.66, 0.14), (0.46, 0), (0, 0)),
    ),
    "C": (((0.72, 0.16), (0.5, 0), (0.24, 0), (0, 0.3), (0, 0.7), (0.24, 1), (0.5, 1), (0.72, 0.84)),),
    "1": (((0.12, 0.26), (0.4, 0), (0.4, 1)),),
    "2": (((0.04, 0.24), (0.2, 0.03), (0.5, 0), (0.68, 0.22), (0.6, 0.45), (0, 1), (0.72, 1)),),
    "3": (((0.04, 0.1), (0.5, 0), (0.66, 0.24), (0.3, 0.47), (0.7, 0.7), (0.5, 1), (0, 0.9)),),
    "4": (((0.5, 1), (0.5, 0), (0, 0.68), (0.74, 0.68)),),
    "5": (((0.66, 0), (0.1, 0), (0.06, 0.44), (0.48, 0.4), (0.68, 0.68), (0.48, 1), (0, 0.92)),),
    "+": (((0.36, 0.22), (0.36, 0.8)), ((0.06, 0.51), (0.66, 0.51))),
    "=": (((0.06, 0.38), (0.66, 0.38)), ((0.06, 0.66), (0.66, 0.66))),
}


def _written(at: Spot, text: str, x: float, y: float, tall: float, colour: p.Colour) -> None:
    """Write letters and digits in chalk, from (x, y) to the right and down."""
    for n, letter in enumerate(text):
        for line in _LETTERS[letter]:
            pts = np.array(line) * (tall * 0.9, tall) + (x + n * tall * 1.1, y)
            at.line(pts, colour, 0.15 * tall)


def _board(at: Spot, rng: Rng, wood: p.Colour, half: float) -> None:
    """Draw a blackboard one unit tall and twice `half` wide above the spot, with chalk marks and a tray."""
    slate = p.pick(rng, ((42, 96, 74), (42, 96, 74), (48, 84, 78), (52, 58, 62)))
    at.shadow(0, -0.45, half + 0.1, 0.6, 0.3)
    at.box(-half - 0.07, -1.07, half + 0.07, 0.07, p.darker(wood, 0.25))
    at.box(-half - 0.07, -1.07, half + 0.06, 0.06, wood)
    at.shaded(((-half, -1), (half, -1), (half, 0), (-half, 0)), p.darker(slate, 0.14), p.lighter(slate, 0.08))
    for a, b, c in rng.random((3, 3)).tolist():
        at.glow(half * (2 * a - 1) * 0.7, -0.3 - 0.4 * b, 0.16 + 0.1 * c, (220, 232, 224), 0.14)
    tint = p.pick(rng, _CHALKS)
    one, two = (1 + int(3 * x) for x in rng.random(2).tolist())
    two = min(two, 5 - one)
    total = f"{one}+{two}={one + two}"
    upper, lower = ("ABC", total) if rng.random() < 0.5 else (total, "ABC")
    tall = {"ABC": 0.25, total: 0.18}
    _written(at, upper, -half + 0.1, -0.89, tall[upper], _CHALK)
    _written(at, lower, half - 0.08 - 1.1 * tall[lower] * len(lower), -0.41, tall[lower], _CHALK)
    kinds = rng.permutation(4).tolist()
    _chalk_drawing(at.spot(-half + 0.3, -0.3, 0.9), kinds[0], tint)
    _chalk_drawing(at.spot(half - 0.3, -0.74, 0.9), kinds[1], p.pick(rng, _CHALKS))
    at.box(-half - 0.05, 0.05, half + 0.05, 0.1, p.lighter(wood, 0.25))
    for n, c in enumerate((_CHALK, tint, _CHALK)):
        at.box(-0.3 + 0.16 * n, 0.015, -0.2 + 0.16 * n, 0.055, c)
    at.box(0.3, -0.03, 0.5, 0.055, (176, 96, 72))


def _chalk_drawing(at: Spot, kind: int, colour: p.Colour) -> None:
    """Draw a sun, a house, a flower or a triangle and a circle in chalk around the spot."""
    if kind == 0:
        at.line(_CIRCLE * 0.09, colour, 0.03)
        for x, y in _CIRCLE[::3].tolist():
            at.line(((x * 0.13, y * 0.13), (x * 0.19, y * 0.19)), colour, 0.03)
    elif kind == 1:
        at.line(((-0.16, -0.03), (0.16, -0.03), (0.16, 0.2), (-0.16, 0.2), (-0.16, -0.03)), _CHALK, 0.03)
        at.line(((-0.21, -0.01), (0, -0.2), (0.21, -0.01)), colour, 0.03)
        at.line(((-0.05, 0.2), (-0.05, 0.06), (0.05, 0.06), (0.05, 0.2)), colour, 0.03)
    elif kind == 2:
        at.line(((0, 0), (0, 0.24)), (170, 220, 150), 0.03)
        for x, y in _CIRCLE[:24:4].tolist():
            at.oval(0.09 * x, 0.09 * y - 0.06, 0.05, 0.05, colour)
        at.oval(0, -0.06, 0.045, 0.045, _CHALK)
    else:
        at.line(((-0.27, 0.14), (-0.13, -0.12), (0.01, 0.14), (-0.27, 0.14)), colour, 0.03)
        at.line(_CIRCLE * 0.12 + (0.16, 0.02), _CHALK, 0.03)


def _side_wall(rng: Rng, paint: p.Colour, windows: bool) -> np.ndarray:
    """Return a flat picture of a classroom's side wall, with windows or with children's pictures."""
    tall, wide = 200, 480
    img = p.gradient(tall, wide, ((0, p.lighter(paint, 0.1)), (1, p.darker(paint, 0.1))))
    img[int(0.74 * tall) :] = np.array(p.darker(paint, 0.2), np.uint8)
    img[int(0.73 * tall) : int(0.75 * tall)] = np.array(p.lighter(paint, 0.5), np.uint8)
    if windows:
        for n in range(2):
            furniture.window(Spot(img, (n + 0.5) / 2, 0.64, 0.62), rng, 1.6, 0.8, False, (248, 246, 240))
        return img
    for n in range(4):
        x, y = 30 + 120 * n, 58 + int(12 * rng.random())
        paper = p.pick(rng, ((250, 248, 240), (250, 230, 170), (206, 226, 244), (246, 206, 200)))
        cv2.rectangle(img, (x - 2, y - 2), (x + 88, y + 66), p.darker(paint, 0.25), -1)
        cv2.rectangle(img, (x - 4, y - 4), (x + 84, y + 62), paper, -1)
        one, two = p.pick(rng, furniture.CLOTHS), p.pick(rng, furniture.CLOTHS)
        cv2.circle(img, (x + 40, y + 22), 16, one, -1, cv2.LINE_AA)
        cv2.rectangle(img, (x + 4, y + 44), (x + 74, y + 54), two, -1)
    return img


def classroom(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a classroom seen from its back: a large blackboard, rows of desks beside an aisle, windows and a globe."""
    r = rng.random(8).tolist()
    paint = p.vary(rng, p.pick(rng, _PAINTS), 8)
    wood = p.vary(rng, p.pick(rng, ((206, 150, 92), (176, 118, 70), (222, 176, 118))), 8)
    eye = Depth(0.48 + 0.04 * r[0], 0.43 + 0.02 * r[1])
    far, half, top, foot = 1.8 + 0.15 * r[2], 0.68, -0.7, 0.38
    lit = 1 if r[3] < 0.5 else -1
    img = p.gradient(h, w, ((0, p.darker(paint, 0.06)), (0.6, paint), (1, paint)))
    p.poly(img, eye.floor(-half, half, top, 0.6, far), p.lighter(paint, 0.6))
    floor = p.pick(rng, ((196, 148, 98), (176, 128, 88), (186, 176, 164), (204, 160, 112)))
    p.warped(img, p.boards(rng, p.vary(rng, floor, 8), 20, 4, 0.84, 0.07), eye.floor(-half, half, foot, 0.6, far))
    for side in (-1, 1):
        tile = (_side_wall(rng, paint, side == lit) * (0.84 if side == lit else 0.93)).astype(np.uint8)
        p.warped(img, tile, eye.wall(side * half, top, foot, 0.6, far))
    (x0, wall), (x1, ceiling) = eye.at(-half, foot, far), eye.at(half, top, far)
    k = min(h, w) / w
    p.box(img, x0, wall - 0.025, x1, wall, p.darker(wood, 0.35))
    p.shadow(img, 0.5, wall, 0.5 / k, 0.04, 0.3)
    size = 0.29 + 0.02 * r[4]
    board = wall - 0.135
    _board(Spot(img, eye.x, board, size), rng, p.darker(wood, 0.1), 0.25 / k / size)
    above = (board - 1.07 * size * min(h, w) / h + ceiling) / 2
    if r[5] < 0.5:
        _clock(Spot(img, eye.x, above, 0.05))
    else:
        _cards(Spot(img, eye.x, above, 0.075), rng)
    _globe(img, rng, eye.x + lit * 0.315, wall, p.darker(wood, 0.12))
    furniture.painting(Spot(img, eye.x - lit * 0.31, wall - 0.25, 0.14), rng, 0.4, 0.62)
    seat = p.vary(rng, p.pick(rng, furniture.CLOTHS), 8)
    for z in (1.5, 1.12, 0.82):
        for dx in (-0.68, -0.35, 0.35, 0.68):
            _school_desk(img, eye, dx, foot, z, wood, seat)
    p.glow(img, 0.5 + 0.5 * lit, 0.35, 0.4, (255, 248, 220), 0.3)
    p.corners(img, 0.14)
    return img


def _clock(at: Spot) -> None:
    """Draw a round clock on the wall, two units wide."""
    at.shadow(0.1, 0.15, 1.1, 1.1, 0.3)
    at.oval(0, 0, 1, 1, (70, 74, 84))
    at.oval(0, 0, 0.8, 0.8, (252, 250, 244))
    at.line(((0, -0.55), (0, 0), (0.36, 0.2)), (60, 60, 70), 0.17)


def _cards(at: Spot, rng: Rng) -> None:
    """Hang a row of coloured cards with letters and digits around the spot, each about one unit tall."""
    start = int(rng.random() * len(_CHALKS))
    for n, sign in enumerate("ABC123"):
        x = (n - 2.5) * 1.0
        at.box(x - 0.38, -0.46, x + 0.42, 0.54, (120, 116, 116))
        at.box(x - 0.4, -0.5, x + 0.4, 0.5, _CHALKS[(start + n) % len(_CHALKS)])
        for line in _LETTERS[sign]:
            at.line(np.array(line) * (0.5, 0.56) + (x - 0.19, -0.28), (70, 66, 84), 0.13)


def _globe(img: np.ndarray, rng: Rng, x: float, foot: float, wood: p.Colour) -> None:
    """Draw a globe on a low bookcase at the wall."""
    k = min(img.shape[:2]) / img.shape[1]
    top = foot - 0.165
    p.box(img, x - 0.065 * k, top, x + 0.065 * k, foot, p.darker(wood, 0.2))
    p.box(img, x - 0.055 * k, top + 0.015, x + 0.055 * k, foot - 0.01, p.darker(wood, 0.6))
    for n in range(6):
        c = p.pick(rng, furniture.CLOTHS)
        p.box(img, x + (0.016 * n - 0.05) * k, top + 0.03, x + (0.016 * n - 0.036) * k, top + 0.085, c)
    p.box(img, x - 0.055 * k, top + 0.085, x + 0.055 * k, top + 0.1, wood)
    p.box(img, x - 0.072 * k, top - 0.012, x + 0.072 * k, top + 0.01, p.lighter(wood, 0.2))
    at = Spot(img, x, top - 0.012, 0.125)
    brass = (206, 164, 84)
    at.oval(0, -0.02, 0.26, 0.06, p.darker(brass, 0.3))
    at.line(((0, -0.02), (0, -0.14)), brass, 0.09)
    at.line(_CIRCLE[:19] @ np.array(((0.3, 0.95), (-0.95, 0.3))) * 0.47 + (0, -0.54), brass, 0.06)
    at.oval(0, -0.54, 0.4, 0.4, (60, 136, 200))
    land = p.pick(rng, ((110, 176, 90), (150, 180, 90), (222, 190, 110)))
    at.poly(
        ((-0.3, -0.74), (-0.06, -0.84), (0.02, -0.66), (-0.12, -0.56), (-0.02, -0.4), (-0.14, -0.24), (-0.26, -0.5)),
        land,
    )
    at.poly(((0.12, -0.8), (0.32, -0.66), (0.36, -0.48), (0.2, -0.3), (0.1, -0.5), (0.18, -0.62)), land)
    at.glow(-0.14, -0.7, 0.14, (255, 255, 255), 0.5)


def _school_desk(img: np.ndarray, eye: Depth, dx: float, foot: float, z: float, wood: p.Colour, seat: p.Colour) -> None:
    """Draw a desk and the chair before it at a depth, seen from behind."""
    wide, high, deep = 0.13, foot - 0.17, 0.16
    steel = (112, 118, 128)
    for x in (-wide + 0.012, wide - 0.012):
        p.stroke(img, (eye.at(dx + x, high, z), eye.at(dx + x, foot, z)), steel, 0.014 / z)
    eye.front(img, dx - wide, high, dx + wide, high + 0.05, z, p.darker(wood, 0.35))
    p.poly(img, eye.floor(dx - wide, dx + wide, high, z, z + deep), p.lighter(wood, 0.25))
    eye.front(img, dx - wide, high, dx + wide, high + 0.014, z, p.lighter(wood, 0.45))
    near = z - 0.08
    for x in (-0.06, 0.06):
        p.stroke(img, (eye.at(dx + x, foot - 0.2, near), eye.at(dx + x, foot, near)), p.darker(steel, 0.2), 0.012 / z)
    p.poly(img, eye.floor(dx - 0.075, dx + 0.075, foot - 0.09, near, z + 0.04), p.darker(seat, 0.15))
    eye.front(img, dx - 0.075, foot - 0.09, dx + 0.075, foot - 0.075, near, p.darker(seat, 0.35))
    eye.front(img, dx - 0.07, foot - 0.235, dx + 0.07, foot - 0.14, near, seat)
    eye.front(img, dx - 0.07, foot - 0.235, dx + 0.07, foot - 0.215, near, p.lighter(seat, 0.25))
