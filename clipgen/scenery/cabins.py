"""The scene of a log cabin in the woods."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_LOGS: tuple[p.Colour, ...] = ((158, 106, 66), (136, 88, 56), (176, 126, 82), (124, 84, 60))
_ROOFS: tuple[p.Colour, ...] = ((98, 116, 72), (112, 84, 66), (110, 108, 108), (140, 78, 60), (84, 104, 84))
_DOORS: tuple[p.Colour, ...] = ((160, 62, 50), (62, 104, 84), (74, 98, 128), (110, 70, 44))
_LIT: p.Colour = (255, 212, 100)  # bright and warm enough to go on glowing at night


def cabin(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a log cabin with lit windows and a smoking chimney among firs, at the edge of a clearing."""
    r = rng.random(10).tolist()
    base = 0.53 + 0.05 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    img = p.fair_sky(rng, h, w, base, warm=r[1] < 0.35)
    green = p.vary(rng, p.pick(rng, ((62, 112, 74), (54, 104, 84), (76, 118, 66))), 8)
    if r[2] < 0.5:
        rock = p.mix((120, 132, 160), p.HAZE, 0.35)
        for n in range(2):
            a, b = rng.random(2).tolist()
            p.peak(img, rng, (n + a) / 2, base - (0.4 + 0.1 * b) * v, base, 0.3 * k + 0.1, rock, (246, 248, 252))
    p.ground(img, p.ridge(rng, base - 0.1 * v, 0.04 * v, 1.2), p.mix(green, p.HAZE, 0.55), p.mix(green, p.HAZE, 0.4))
    for row, (haze, size, count) in enumerate(((0.42, 0.24, 15), (0.18, 0.36, 12))):
        for n, (a, b) in enumerate(rng.random((count, 2)).tolist()):
            shade = p.mix(p.darker(green, 0.12 * b), p.HAZE, haze)
            p.pine(img, (n + a) / count, base + 0.02 + 0.02 * row, size + 0.14 * b, shade)
    grass = p.vary(rng, p.pick(rng, ((116, 162, 80), (132, 172, 84), (102, 150, 82))), 8)
    p.ground(img, p.ridge(rng, base + 0.03, 0.008, 1.0), p.lighter(grass, 0.08), p.darker(grass, 0.2))
    p.mottle(img, rng, base + 0.03, 1, 0.16)
    side = p.pick(rng, (-1, 1))
    x, y, size = 0.5 - side * (0.05 + 0.13 * r[3]) * k, base + 0.1 * v, 0.42 + 0.09 * r[4]
    for a, b in ((-0.66, 0.46), (1.05, 0.52), (0.72, 0.4)):
        p.pine(img, x + side * a * size * k, y - 0.04 * v, b + 0.06 * r[5], p.darker(green, 0.06))
    at = Spot(img, x, y, size, side)
    _path(at, p.vary(rng, (196, 168, 128), 8))
    _house(at, rng)
    if r[6] < 0.6:
        _woodpile(Spot(img, 0.5 + side * 0.37, y + 0.05 * v, 0.2), rng)
    for edge, near in ((-1, 0.6), (1, 0.54)):
        if edge == side or r[7] < 0.5:
            tall = near + 0.1 * r[8]
            fir = Spot(img, 0.5 + edge * (0.55 if edge == side else 0.58), base + 0.26 * v, tall)
            fir.shadow(0, 0, 0.3, 0.03, 0.5)
            p.pine(img, fir.x, fir.y, tall, p.darker(green, 0.22))
    _tufts(img, rng, base + 0.14, p.darker(grass, 0.24))
    return img


def _path(at: Spot, sand: p.Colour) -> None:
    """Draw a path of trodden earth from the door to the viewer."""
    low = (1.03 - at.y) * at.img.shape[0] / (at.size * p.side_of(at.img))  # the picture's lower edge
    ys = -0.02 + (low + 0.02) * p.steps(16)
    middle = 0.33 - 0.18 * np.sin(1.6 * ys)
    at.poly(p.both_sides(middle, 0.1 + 0.26 * ys, ys), p.darker(sand, 0.18))
    at.poly(p.both_sides(middle, 0.085 + 0.245 * ys, ys), sand)


def _house(at: Spot, rng: Rng) -> None:
    """Draw the cabin, its gable in front and its long side beside it; the gable's width is half a unit."""
    logs, roof = p.vary(rng, p.pick(rng, _LOGS), 8), p.vary(rng, p.pick(rng, _ROOFS), 8)
    a = rng.random()
    eaves, tip = -0.4, -0.8 - 0.06 * a
    at.shadow(0.14, 0.02, 0.85, 0.07, 0.6)
    _chimney(at.spot(0.46, tip + 0.06, 1.0), rng)
    at.box(-0.46, -0.05, 0.84, 0.03, (124, 118, 114))
    _logs(at, 0.04, 0.8, eaves, p.darker(logs, 0.16), False)
    _logs(at, -0.44, 0.08, eaves, logs, True)
    gable = ((-0.44, eaves), (-0.18, tip + 0.05), (0.08, eaves))
    at.poly(gable, p.darker(logs, 0.08))
    for n in range(1, 5):
        y = eaves + (tip + 0.05 - eaves) * n / 5
        half = 0.26 * (1 - n / 5)
        at.line(((-0.18 - half, y), (-0.18 + half, y)), p.darker(logs, 0.42), 0.012)
    _window(at.spot(-0.18, -0.13, 0.2), logs)
    _door(at.spot(0.33, 0.0, 0.34), p.pick(rng, _DOORS), logs)
    _window(at.spot(0.62, -0.13, 0.17), logs)
    _window(at.spot(-0.18, eaves - 0.08, 0.11), logs)
    _roof(at, rng, roof, eaves, tip)


def _logs(at: Spot, x0: float, x1: float, top: float, wood: p.Colour, ends: bool) -> None:
    """Draw a wall of round logs, with the sawn ends of those of the other wall at its corners."""
    count = 7
    step = -top / count
    for n in range(count):
        y = -n * step
        at.box(x0, y - step, x1, y, p.darker(wood, 0.42))
        at.box(x0, y - step, x1, y - 0.2 * step, p.darker(wood, 0.1))
        at.box(x0, y - 0.9 * step, x1, y - 0.5 * step, p.lighter(wood, 0.16))
    for n in range(count):
        for x in (x0, x1):
            if ends or x == x1:
                y = -(n + 0.5) * step
                at.oval(x, y, 0.6 * step, 0.52 * step, p.darker(wood, 0.5))
                at.oval(x, y, 0.48 * step, 0.42 * step, p.lighter(wood, 0.38))
                at.oval(x, y, 0.2 * step, 0.18 * step, p.darker(wood, 0.05))


def _roof(at: Spot, rng: Rng, roof: p.Colour, eaves: float, tip: float) -> None:
    """Draw a roof of shingles over the long side, and the boards along the gable."""
    left, right, low = (-0.18, tip), (0.72, tip), eaves + 0.06
    at.poly((left, right, (0.92, low), (0.1, low)), roof)
    shades = rng.random((6, 9)).tolist()
    for row, tones in enumerate(shades):
        y0, y1 = row / 6, (row + 1) / 6
        for n, tone in enumerate(tones):
            corners = []
            for t, y in ((n / 9, y0), ((n + 1) / 9, y0), ((n + 1) / 9, y1), (n / 9, y1)):
                x_left, x_right = left[0] + (0.1 - left[0]) * y, right[0] + (0.92 - right[0]) * y
                corners.append((x_left + (x_right - x_left) * t, tip + (low - tip) * y))
            at.poly(corners, p.mix(p.darker(roof, 0.16), p.lighter(roof, 0.12), tone))
        x_left, x_right = left[0] + (0.1 - left[0]) * y1, right[0] + (0.92 - right[0]) * y1
        y = tip + (low - tip) * y1
        at.line(((x_left, y), (x_right, y)), p.darker(roof, 0.32), 0.011)
    at.line(((0.1, low), (0.92, low)), p.darker(roof, 0.45), 0.03)
    board = p.lighter(roof, 0.32)
    at.line(((-0.5, low + 0.02), (-0.18, tip - 0.01)), p.darker(board, 0.25), 0.06)
    at.line(((-0.18, tip - 0.01), (0.12, low + 0.01)), p.darker(board, 0.4), 0.05)
    at.line(((-0.5, low), (-0.18, tip - 0.02), (0.12, low)), board, 0.03)


def _chimney(at: Spot, rng: Rng) -> None:
    """Draw a chimney of stones whose foot is at the spot, and its smoke."""
    stone = p.vary(rng, (150, 142, 136), 6)
    drift = 0.14 + 0.16 * rng.random()
    puffs = [(0.42 * t + 0.03 * a, t) for t, a in zip(p.steps(6).tolist(), rng.random(6).tolist(), strict=True)]
    for tone, grow, shift in (((206, 212, 222), 1.0, 0.012), ((244, 245, 248), 0.84, -0.012)):
        for rise, t in puffs:
            x = drift * (2.2 * t) ** 1.2 + 0.035 * np.sin(9 * t)
            at.oval(x - shift, -0.31 - rise + shift, grow * (0.06 + 0.07 * t), grow * (0.05 + 0.055 * t), tone)
    at.box(-0.08, -0.22, 0.08, 0.16, stone)
    at.box(0.03, -0.22, 0.08, 0.16, p.darker(stone, 0.2))
    for n, a in enumerate(rng.random(8).tolist()):
        y = -0.19 + 0.045 * n
        at.box(-0.075 + 0.08 * (n % 2), y, 0.0 + 0.075 * (n % 2), y + 0.032, p.mix(stone, (110, 100, 96), a))
    at.box(-0.1, -0.26, 0.1, -0.2, p.darker(stone, 0.25))


def _window(at: Spot, wood: p.Colour) -> None:
    """Draw a lit window with a cross, one unit wide, whose lower edge is at the spot."""
    at.glow(0, -0.5, 1.0, _LIT, 0.5)
    at.box(-0.58, -1.06, 0.58, 0.1, p.darker(wood, 0.5))
    at.box(-0.46, -0.96, 0.46, 0, _LIT)
    at.box(-0.46, -0.4, 0.46, 0, (255, 190, 84))
    at.box(-0.06, -0.96, 0.06, 0, p.darker(wood, 0.4))
    at.box(-0.46, -0.54, 0.46, -0.44, p.darker(wood, 0.4))
    at.box(-0.66, 0.02, 0.66, 0.14, p.lighter(wood, 0.25))


def _door(at: Spot, paint: p.Colour, wood: p.Colour) -> None:
    """Draw a door, one unit tall, with a lantern beside it and a step before it."""
    at.box(-0.36, -1.02, 0.36, 0.02, p.darker(wood, 0.55))
    at.box(-0.29, -0.96, 0.29, 0, paint)
    for x in (-0.1, 0.1):
        at.line(((x, -0.94), (x, 0)), p.darker(paint, 0.3), 0.03)
    at.box(-0.16, -0.84, 0.16, -0.56, _LIT)
    at.oval(0.21, -0.42, 0.045, 0.045, (236, 206, 130))
    at.box(-0.46, 0.0, 0.46, 0.12, (160, 154, 148))
    at.box(-0.46, 0.0, 0.46, 0.04, (186, 180, 172))


def _woodpile(at: Spot, rng: Rng) -> None:
    """Draw a pile of firewood, one unit wide."""
    at.shadow(0, 0, 0.6, 0.08, 0.5)
    wood = p.vary(rng, (188, 140, 92), 8)
    for row, count in enumerate((5, 4, 3)):
        for n, a in enumerate(rng.random(count).tolist()):
            x, y = (n - (count - 1) / 2) * 0.2, -0.1 - 0.17 * row
            at.oval(x, y, 0.105, 0.1, (92, 64, 44))
            at.oval(x, y, 0.084, 0.08, p.mix(wood, (214, 176, 126), a))
            at.oval(x, y, 0.035, 0.035, p.darker(wood, 0.15))


def _tufts(img: np.ndarray, rng: Rng, y0: float, green: p.Colour) -> None:
    """Draw tufts of grass and small flowers at the sides."""
    petal = p.pick(rng, ((250, 246, 236), (244, 206, 110), (216, 150, 206)))
    for a, b, c in rng.random((26, 3)).tolist():
        x = 0.5 + np.sign(a - 0.5) * (0.24 + 0.28 * abs(2 * a - 1))  # none on the path
        at = Spot(img, x, y0 + (1.0 - y0) * b, 0.03 + 0.03 * b)
        for t in (-0.5, -0.2, 0.15, 0.5):
            at.poly(((0.3 * t - 0.1, 0), (t, -0.9 + 0.5 * t * t), (0.3 * t + 0.1, 0)), green)
        if c < 0.4:
            at.oval(0.4 * (c - 0.2), -0.9, 0.2, 0.18, petal)
