"""The scene of a bakery."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_BACKS: tuple[p.Colour, ...] = (  # of the shelves, dark enough for the bread to stand out
    (92, 54, 34), (46, 84, 84), (112, 52, 44), (62, 74, 104), (70, 88, 60), (80, 50, 66),
)  # fmt: skip
_CRUSTS: tuple[p.Colour, ...] = ((214, 146, 74), (190, 116, 58), (230, 172, 96), (172, 98, 50), (222, 160, 90))
_ICINGS: tuple[p.Colour, ...] = (
    (250, 244, 236), (246, 150, 172), (112, 64, 46), (250, 214, 110), (176, 220, 186), (226, 70, 80),
)  # fmt: skip
_WOODS: tuple[p.Colour, ...] = ((186, 124, 68), (164, 100, 54), (206, 148, 88), (140, 84, 50))
_CLOTHS: tuple[p.Colour, ...] = ((196, 66, 56), (70, 130, 132), (222, 150, 60), (90, 130, 84), (206, 110, 130))


def bakery(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a bakery: shelves full of loaves, a pretzel as its sign, a counter with cakes, and baskets of baguettes."""
    r = rng.random(8).tolist()
    v, k = min(h, w) / h, min(h, w) / w
    low = 0.75 + 0.02 * r[0]
    top = low - 0.21 * v  # of the counter
    wood = p.vary(rng, p.pick(rng, _WOODS), 8)
    cloth = p.vary(rng, p.pick(rng, _CLOTHS), 10)
    img = p.gradient(h, w, ((0, wood), (1, wood)))
    _shelves(img, rng, top, wood)
    _floor(img, rng, low, wood)
    split = 0.5 - (0.06 + 0.05 * r[1]) * k
    _counter(img, rng, top, low, wood, cloth)
    _case(img, rng, split, top, low, p.lighter(wood, 0.3))
    _basket(Spot(img, 0.5 + 0.31 * k, top - 0.01 * v, 0.25), rng, p.lighter(wood, 0.2))
    _awning(img, v, k, cloth)
    _pretzel(Spot(img, 0.5, 0.13 * v, 0.25), p.darker(wood, 0.4))
    for x in (0.5 - 0.28 * k, 0.5 + 0.28 * k):
        _lamp(Spot(img, x, 0.2 * v, 0.13), cloth)
    _baguettes(Spot(img, 1 - 0.12 * k, 0.96, 0.3), rng, p.lighter(wood, 0.2))
    if r[2] < 0.6:
        _sack(Spot(img, 0.11 * k, 0.97, 0.26))
    p.glow(img, 0.5, top - 0.2 * v, 0.5, (255, 200, 110), 0.1)
    p.corners(img, 0.24)
    return img if r[3] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _shelves(img: np.ndarray, rng: Rng, top: float, wood: p.Colour) -> None:
    """Draw shelves full of bread from edge to edge, above the counter, in warm light."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    rise = 0.155 * v
    rows = [top - 0.04 * v - n * rise for n in range(int((top - 0.04 * v) / rise) + 1)]
    back = p.vary(rng, p.pick(rng, _BACKS), 8)
    for y in rows:
        p.poly_gradient(
            img,
            ((-0.02, y - rise), (1.02, y - rise), (1.02, y), (-0.02, y)),
            p.darker(back, 0.4),
            p.mix(back, (255, 200, 110), 0.2),
        )
        kind = int(rng.random() * 4)
        x = -0.04 * rng.random()
        while x < 1.05:
            if rng.random() < 0.12:
                kind = int(rng.random() * 4)
            wide = (0.16, 0.2, 0.165, 0.155)[kind]
            _loaf(Spot(img, x + wide / 2 * k, y, wide), kind, p.vary(rng, p.pick(rng, _CRUSTS), 8))
            x += wide * 0.97 * k
        p.box(img, -0.02, y, 1.02, y + 0.022 * v, wood)
        p.box(img, -0.02, y, 1.02, y + 0.008 * v, p.lighter(wood, 0.3))
        p.box(img, -0.02, y + 0.022 * v, 1.02, y + 0.032 * v, p.darker(wood, 0.6))
    for x in np.arange(0.5 - 0.36 * k, -0.1, -0.72 * k).tolist() + np.arange(0.5 + 0.36 * k, 1.1, 0.72 * k).tolist():
        p.box(img, x - 0.016 * k, -0.02, x + 0.016 * k, top, wood)
        p.box(img, x - 0.016 * k, -0.02, x - 0.006 * k, top, p.lighter(wood, 0.25))


def _loaf(at: Spot, kind: int, crust: p.Colour) -> None:
    """Draw a loaf that stands on the spot, one unit wide: round, long, from a tin, or a croissant."""
    pale, dark = p.lighter(crust, 0.6), p.darker(crust, 0.3)
    if kind == 0:
        at.oval(0, 0, 0.47, 0.66, dark, 180, 360)
        at.oval(-0.02, -0.03, 0.42, 0.58, crust, 180, 360)
        at.box(-0.47, -0.08, 0.47, 0.02, dark, 0.04)
        for x in (-0.16, 0.12):
            at.line(((x - 0.1, -0.22), (x + 0.12, -0.5)), pale, 0.07)
        at.line(((-0.2, -0.46), (0.2, -0.24)), pale, 0.07)
    elif kind == 1:
        at.box(-0.49, -0.42, 0.49, 0.02, dark, 0.2)
        at.box(-0.46, -0.41, 0.44, -0.07, crust, 0.17)
        for x in (-0.26, -0.06, 0.14, 0.32):
            at.line(((x - 0.05, -0.12), (x + 0.04, -0.35)), pale, 0.065)
    elif kind == 2:
        at.box(-0.44, -0.4, 0.44, 0.02, dark, 0.04)
        at.box(-0.41, -0.38, 0.32, -0.02, crust, 0.04)
        for x in (-0.27, 0.0, 0.27):
            at.oval(x, -0.44, 0.21, 0.22, dark)
            at.oval(x - 0.02, -0.46, 0.18, 0.18, p.lighter(crust, 0.12))
            at.line(((x - 0.07, -0.52), (x + 0.03, -0.55)), pale, 0.05)
    else:
        for x, y, a in ((-0.36, -0.12, 0.13), (0.36, -0.12, 0.13), (-0.22, -0.24, 0.19), (0.22, -0.24, 0.19)):
            at.oval(x, y, a * 1.1, a, dark)
            at.oval(x - 0.01, y - 0.02, a * 0.95, a * 0.82, p.lighter(crust, 0.05))
        at.oval(0, -0.3, 0.22, 0.25, dark)
        at.oval(-0.01, -0.32, 0.19, 0.2, p.lighter(crust, 0.14))
        at.line(((-0.08, -0.44), (0.04, -0.46)), pale, 0.05)


def _floor(img: np.ndarray, rng: Rng, low: float, wood: p.Colour) -> None:
    """Draw a floor of checks or of boards."""
    if rng.random() < 0.6:
        pale, deep = p.pick(
            rng,
            (((246, 236, 216), (186, 110, 80)), ((244, 238, 226), (120, 140, 130)), ((246, 232, 206), (196, 150, 96))),
        )
        floor = p.checks(pale, p.mix(deep, pale, 0.35), 14, 8)
    else:
        floor = p.boards(rng, p.lighter(wood, 0.3), 16, 3)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.05, 0.45)


def _counter(img: np.ndarray, rng: Rng, top: float, low: float, wood: p.Colour, cloth: p.Colour) -> None:
    """Draw the front of a counter of painted panels, with a thick wooden top."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    colour = p.pick(rng, (p.lighter(cloth, 0.2), p.lighter(cloth, 0.2), (242, 226, 196)))
    p.poly_gradient(img, ((-0.02, top), (1.02, top), (1.02, low), (-0.02, low)), colour, p.darker(colour, 0.16))
    for x in np.arange(0.5 % (0.2 * k) - 0.2 * k, 1.0, 0.2 * k).tolist():
        a, b = x + 0.02 * k, x + 0.18 * k
        p.box(img, a, top + 0.05 * v, b, low - 0.045 * v, p.darker(colour, 0.16))
        p.box(img, a + 0.008 * k, top + 0.058 * v, b, low - 0.045 * v, p.lighter(colour, 0.12))
    p.box(img, -0.02, low - 0.025 * v, 1.02, low, p.darker(wood, 0.4))
    p.box(img, -0.02, top + 0.015 * v, 1.02, top + 0.034 * v, p.darker(colour, 0.4))
    p.box(img, -0.02, top - 0.022 * v, 1.02, top + 0.018 * v, p.lighter(wood, 0.12))
    p.box(img, -0.02, top - 0.022 * v, 1.02, top - 0.008 * v, p.lighter(wood, 0.38))


def _case(img: np.ndarray, rng: Rng, end: float, top: float, low: float, rim: p.Colour) -> None:
    """Draw a lit glass case with two rows of cakes from the left edge to `end`, on the counter and in its front."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    y0, y1 = top - 0.15 * v, low - 0.06 * v
    p.box(img, -0.02, y0 - 0.018 * v, end + 0.014 * k, y1 + 0.02 * v, p.darker(rim, 0.3))
    p.poly_gradient(img, ((-0.02, y0), (end, y0), (end, y1), (-0.02, y1)), (255, 248, 222), (250, 218, 160))
    for y in ((y0 + y1) / 2, y1):
        for x in np.arange(end - 0.07 * k, -0.06, -0.125 * k).tolist():
            _cake(Spot(img, x, y, 0.108), rng)
        p.box(img, -0.02, y - 0.002 * v, end, y + 0.012 * v, p.darker(rim, 0.1))
    shine = img.copy()
    for x in (end - 0.12 * k, end - 0.4 * k):
        p.poly(shine, ((x - 0.08 * k, y1), (x + 0.02 * k, y0), (x + 0.07 * k, y0), (x - 0.03 * k, y1)), (255, 255, 255))
    cv2.addWeighted(shine, 0.3, img, 0.7, 0, img)
    p.box(img, -0.02, y0 - 0.018 * v, end + 0.014 * k, y0 + 0.004 * v, p.lighter(rim, 0.2))
    p.box(img, end - 0.004 * k, y0, end + 0.014 * k, y1 + 0.02 * v, rim)


def _cake(at: Spot, rng: Rng) -> None:
    """Draw a cake that stands on the spot, one unit wide: one in layers, a small one in its cup, or a slice."""
    sponge = p.pick(rng, ((214, 156, 92), (134, 82, 56), (242, 208, 142)))
    icing = p.pick(rng, _ICINGS)
    kind = rng.random()
    if kind < 0.4:
        at.box(-0.42, -0.6, 0.42, 0, sponge, 0.05)
        at.box(-0.42, -0.34, 0.42, -0.22, icing)
        at.box(-0.44, -0.72, 0.44, -0.5, icing, 0.08)
        for x in (-0.27, 0.0, 0.27):
            at.oval(x, -0.5, 0.11, 0.13, icing)
            at.oval(x, -0.78, 0.1, 0.1, (214, 44, 56))
    elif kind < 0.75:
        at.poly(((-0.34, -0.38), (0.34, -0.38), (0.24, 0), (-0.24, 0)), p.darker(sponge, 0.15))
        for y, half in ((-0.44, 0.4), (-0.58, 0.3), (-0.7, 0.18)):
            at.oval(0, y, half, 0.14, p.darker(icing, 0.1))
            at.oval(-0.04, y - 0.03, half * 0.85, 0.1, icing)
        at.oval(0, -0.84, 0.1, 0.1, (214, 44, 56))
    else:
        at.poly(((-0.42, -0.5), (0.42, -0.5), (0.36, 0), (-0.36, 0)), p.darker(sponge, 0.2))
        at.oval(0, -0.5, 0.44, 0.16, icing)
        for x, y in ((-0.24, -0.54), (0.0, -0.6), (0.24, -0.54)):
            at.oval(x, y, 0.12, 0.12, p.pick(rng, ((214, 44, 56), (86, 66, 150), (250, 180, 60))))


def _weave(at: Spot, half: float, tall: float, colour: p.Colour) -> None:
    """Draw a woven basket on the spot, wider at its rim."""
    at.shadow(0, 0, half * 1.2, 0.08, 0.45)
    at.poly(((-half, -tall), (half, -tall), (half * 0.82, 0), (-half * 0.82, 0)), p.darker(colour, 0.2))
    rows = max(2, round(tall / 0.11))
    for n in range(rows):
        y = -tall * (n + 0.5) / rows
        for m in range(6):
            x = half * 0.92 * (-1 + (2 * m + 1 + (n % 2) - 0.5) / 6)
            at.oval(x, y, half * 0.13, tall * 0.36 / rows, p.lighter(colour, 0.14))
    at.box(-half * 1.08, -tall - 0.06, half * 1.08, -tall + 0.05, p.lighter(colour, 0.05), 0.05)


def _basket(at: Spot, rng: Rng, colour: p.Colour) -> None:
    """Draw a basket of rolls on the counter, one unit wide."""
    for x, y in ((-0.26, -0.5), (0.0, -0.56), (0.26, -0.5), (-0.13, -0.44), (0.14, -0.44), (-0.36, -0.4), (0.36, -0.4)):
        crust = p.vary(rng, p.pick(rng, _CRUSTS), 8)
        at.oval(x, y, 0.17, 0.14, p.darker(crust, 0.3))
        at.oval(x - 0.01, y - 0.015, 0.15, 0.115, crust)
        at.line(((x - 0.06, y - 0.02), (x + 0.05, y - 0.05)), p.lighter(crust, 0.6), 0.035)
    _weave(at, 0.46, 0.34, colour)


def _baguettes(at: Spot, rng: Rng, colour: p.Colour) -> None:
    """Draw a tall basket of baguettes on the floor, about one unit tall."""
    for x, lean in ((-0.22, -0.14), (0.22, 0.12), (-0.08, -0.05), (0.1, 0.08), (0.0, 0.0)):
        crust = p.vary(rng, p.pick(rng, _CRUSTS), 8)
        tip = np.array((x + lean, -1.0 - 0.1 * rng.random()))
        foot = np.array((x * 0.8, -0.3))
        at.line((tuple(foot), tuple(tip)), p.darker(crust, 0.3), 0.15)
        at.line((tuple(foot), tuple(tip)), crust, 0.115)
        for share in (0.45, 0.62, 0.79, 0.94):
            a, b = (foot + (tip - foot) * share).tolist()
            at.line(((a - 0.035, b + 0.03), (a + 0.035, b - 0.05)), p.lighter(crust, 0.6), 0.035)
    _weave(at, 0.36, 0.52, colour)


def _sack(at: Spot) -> None:
    """Draw a sack of flour with an ear of wheat on it, about one unit tall."""
    linen = (226, 206, 168)
    at.shadow(0, 0, 0.5, 0.08, 0.45)
    at.poly(p.rounded(-0.38, -0.82, 0.4, 0.02, 0.16), p.darker(linen, 0.22))
    at.poly(p.rounded(-0.38, -0.82, 0.3, 0.0, 0.16), linen)
    at.oval(0, -0.82, 0.32, 0.12, p.darker(linen, 0.12))
    at.oval(0, -0.84, 0.26, 0.1, (252, 248, 238))
    at.line(((-0.02, -0.14), (-0.02, -0.6)), (170, 116, 50), 0.035)
    for y in (-0.26, -0.38, -0.5):
        for side in (-1, 1):
            at.oval(-0.02 + side * 0.075, y, 0.06, 0.045, (190, 130, 56))
    at.oval(-0.02, -0.61, 0.045, 0.06, (190, 130, 56))


def _awning(img: np.ndarray, v: float, k: float, colour: p.Colour) -> None:
    """Draw a striped and scalloped cloth along the upper edge."""
    count = 2 * round(6 / k)
    for n in range(count):
        c, a, b = colour if n % 2 else (250, 244, 232), n / count, (n + 1) / count
        p.box(img, a, -0.02, b, 0.05 * v, c)
        p.oval(img, (a + b) / 2, 0.05 * v, 0.5 / count / k, 0.03, p.darker(c, 0.1), 0, 0, 180)


def _pretzel(at: Spot, board: p.Colour) -> None:
    """Draw a golden pretzel on a round board, around the spot, one unit wide."""
    at.shadow(0.03, 0.06, 0.55, 0.55, 0.4)
    at.oval(0, 0, 0.52, 0.52, p.lighter(board, 0.4))
    at.oval(0, 0, 0.47, 0.47, board)
    half = np.array(
        [(0, 0.33), (0.26, 0.3), (0.44, 0.02), (0.34, -0.32), (0.1, -0.34), (-0.02, -0.06), (-0.14, 0.1), (-0.2, 0.28)]
    )  # of the rope, from the middle of the belly to its right end
    rope = np.concatenate([(half * (-1, 1))[:0:-1], half])
    for _ in range(3):
        rope = np.concatenate(
            [
                rope[:1],
                *zip(rope[:-1] * 0.75 + rope[1:] * 0.25, rope[:-1] * 0.25 + rope[1:] * 0.75, strict=True),
                rope[-1:],
            ]
        ).reshape(-1, 2)
    for thick, c in ((0.15, (104, 54, 20)), (0.11, (226, 150, 58)), (0.03, (252, 214, 136))):
        at.line(rope, c, thick)


def _lamp(at: Spot, shade: p.Colour) -> None:
    """Draw a lamp that hangs from above to the spot, one unit wide."""
    at.line(((0, -6), (0, -0.5)), (50, 44, 42), 0.05)
    at.glow(0, 0.2, 1.0, (255, 220, 140), 0.55)
    at.poly(((-0.14, -0.58), (0.14, -0.58), (0.46, -0.02), (-0.46, -0.02)), p.darker(shade, 0.2))
    at.poly(((-0.14, -0.58), (-0.02, -0.58), (-0.2, -0.02), (-0.46, -0.02)), p.lighter(shade, 0.22))
    at.oval(0, 0.0, 0.3, 0.14, (255, 240, 186))
