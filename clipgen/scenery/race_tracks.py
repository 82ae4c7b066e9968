"""The scene of a race track."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot
from clipgen.scenery.roadways import Even, even

_BRIGHT: tuple[p.Colour, ...] = (
    (218, 44, 46), (40, 92, 190), (250, 196, 50), (40, 150, 110), (240, 120, 40), (240, 240, 240), (120, 70, 160),
)  # fmt: skip
_FOOT = 0.46  # how far below the eye the ground lies
_HALF = 0.4  # half the width of the track
_TURN = 1.5  # the depth at which the bend begins


def race_track(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a track that bends between red and white kerbs, a chequered line, a grandstand, and flags or a gantry."""
    r = rng.random(12).tolist()
    v, u = min(h, w) / h, min(h, w) / w
    horizon = 0.36 + 0.03 * r[0]
    img = p.fair_sky(rng, h, w, horizon, warm=r[1] < 0.3)
    side = p.pick(rng, (-1, 1))
    eye = even(img, 0.5 - side * 0.04 * u, horizon)
    green = p.vary(rng, p.pick(rng, ((98, 160, 72), (84, 150, 78), (124, 162, 74))), 8)
    back = eye.at(0, _FOOT, 4.6)[1]
    p.ground(img, p.ridge(rng, horizon - 0.01, 0.04 * v, 1.2), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.3))
    for k in range(9):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 9, back, (0.15 + 0.09 * b), p.mix(p.vary(rng, green), p.HAZE, 0.15))
    p.ground(img, np.array([(-0.03, back), (1.03, back)]), p.lighter(green, 0.08), p.darker(green, 0.15))
    p.mottle(img, rng, back, 1, 0.12)
    colour = p.pick(rng, _BRIGHT[:5])
    stand = Spot(img, eye.x - side * (0.12 + 0.1 * r[2]) * u, eye.at(0, _FOOT, 4.2)[1], 0.72 + 0.12 * r[3])
    _grandstand(stand, rng, colour)
    radius = 1.5 + 0.5 * r[4]
    asphalt = p.vary(rng, p.pick(rng, ((92, 94, 102), (82, 88, 100), (102, 98, 98))), 6)
    _track(img, eye, rng, radius, side, asphalt)
    _chequers(img, eye, 1.0 + 0.2 * r[5])
    _car(Spot(img, *_place(eye, radius, side, 0.62 + 0.12 * r[6], -0.1), 0.19), rng)
    if r[7] < 0.5:
        _gantry(img, eye, rng, colour)
    else:
        for s in (-1, 1):
            _flag(Spot(img, eye.x + s * 0.37 * u, eye.at(0, _FOOT, 1.45)[1], 0.6, -s))
    return img


def _place(eye: Even, radius: float, side: int, turn: float, out: float) -> tuple[float, float]:
    """Where a point of the bend is seen: its angle, and how far outside the middle of the track it lies."""
    reach = radius + out
    return eye.at(side * (radius - reach * np.cos(turn)), _FOOT, _TURN + reach * np.sin(turn))


def _edge(eye: Even, radius: float, side: int, out: float, count: int = 30) -> np.ndarray:
    """Where a line along the track is seen, from the viewer around the bend, at a distance outside its middle."""
    near = np.geomspace(eye.near(_FOOT), _TURN, count // 2 + 1)[:-1]
    turn, reach = np.linspace(0, 2.2, count), radius + out
    x = side * np.concatenate([np.full(len(near), -out), radius - reach * np.cos(turn)])
    z = np.concatenate([near, _TURN + reach * np.sin(turn)])
    return p.cols(eye.x + x * eye.u / z, eye.y + _FOOT * eye.v / z)


def _track(img: np.ndarray, eye: Even, rng: Rng, radius: float, side: int, asphalt: p.Colour) -> None:
    """Draw the track with its kerbs, white edge lines, and a wall of coloured blocks outside the bend."""

    def band(inner: float, outer: float, c: p.Colour) -> None:
        p.poly(img, np.concatenate([_edge(eye, radius, side, inner), _edge(eye, radius, side, outer)[::-1]]), c)

    band(_HALF, _HALF + 0.75, (214, 190, 146))
    band(-_HALF, -_HALF - 0.09, p.lighter(asphalt, 0.2))
    colours = (p.pick(rng, (*4 * ((198, 44, 46),), (46, 92, 176))), (246, 244, 238))
    wall = _edge(eye, radius, side, _HALF + 0.75, 32)
    rise = 0.13 * eye.v * (wall[:, 1:] - eye.y) / (_FOOT * eye.v) * (0, 1)
    for k in range(len(wall) - 2, -1, -1):
        block = np.array([wall[k], wall[k + 1], wall[k + 1] - rise[k + 1], wall[k] - rise[k]])
        c = (p.darker(colours[0], 0.1), (236, 236, 232))[k // 2 % 2]
        p.poly(img, block, c)
        p.poly(img, np.array([*block[:2], *(block[:2] - 0.3 * rise[[k + 1, k]])]), p.darker(c, 0.3))
    band(-_HALF, _HALF, asphalt)
    band(-0.3 * _HALF, 0.25 * _HALF, p.darker(asphalt, 0.1))
    for s in (-1, 1):
        band(s * (_HALF - 0.03), s * (_HALF - 0.008), (240, 240, 236))
        a, b = (_edge(eye, radius, side, s * (_HALF + x), 32) for x in (0.0, 0.11 if s < 0 else 0.16))
        for k in range(len(a) - 1):
            p.poly(img, np.array([a[k], a[k + 1], b[k + 1], b[k]]), colours[k % 2])


def _chequers(img: np.ndarray, eye: Even, z: float) -> None:
    """Draw the chequered finishing line across the track at a depth."""
    tile = p.checks((32, 34, 40), (246, 246, 242), 12, 3)
    p.warped(img, tile, eye.floor(-_HALF + 0.03, _HALF - 0.03, _FOOT, z, z + 0.19))


def _grandstand(at: Spot, rng: Rng, colour: p.Colour) -> None:
    """Draw a grandstand full of people under a roof, one unit wide."""
    rows, seats = 6, 44
    shirts = np.array(_BRIGHT)[rng.integers(0, len(_BRIGHT), (rows, seats))]
    people = np.empty((rows, 6, seats, 6, 3), np.uint8)
    people[:] = (shirts * (0.75 + 0.25 * rng.random((rows, seats, 1))))[:, None, :, None]
    people[:, :2] = np.array(((236, 196, 164), (168, 118, 88)))[rng.integers(0, 2, (rows, 1, seats, 1))]
    people[:, :2, :, ::4] = people[..., 5, :] = (84, 88, 100)
    people[1::2] = np.roll(people[1::2], 3, 3)
    tile = people.reshape(rows * 6, seats * 6, 3)
    for x in (-0.48, -0.16, 0.16, 0.48):
        at.line(((x, 0), (x, -0.3)), (206, 210, 216), 0.014)
    corners = [at.at(x, y) for x, y in ((-0.5, -0.24), (0.5, -0.24), (0.5, -0.05), (-0.5, -0.05))]
    p.warped(at.img, tile, corners)
    at.box(-0.5, -0.25, 0.5, -0.2, (60, 64, 76))
    at.box(-0.51, -0.06, 0.51, 0.0, (222, 222, 218))
    for k in range(6):
        at.box(-0.49 + 0.165 * k, -0.05, -0.34 + 0.165 * k, -0.008, p.pick(rng, _BRIGHT))
    at.poly(((-0.55, -0.27), (0.55, -0.27), (0.51, -0.33), (-0.51, -0.33)), colour)
    at.box(-0.55, -0.28, 0.55, -0.25, p.lighter(colour, 0.5))
    for x in (-0.45, -0.15, 0.15, 0.45):
        at.line(((x, -0.33), (x, -0.41)), (110, 112, 120), 0.008)
        at.poly(((x, -0.41), (x + 0.07, -0.395), (x, -0.37)), p.pick(rng, _BRIGHT))


def _gantry(img: np.ndarray, eye: Even, rng: Rng, colour: p.Colour) -> None:
    """Draw a gantry over the track with a chequered board and a row of lamps."""
    z, half = 1.5, _HALF + 0.2
    lit = p.pick(rng, ((232, 48, 44), (232, 48, 44), (70, 200, 96)))
    top, low = _FOOT - 0.84 - 0.06 * rng.random(), _FOOT - 0.64
    for s in (-1, 1):
        x, y = eye.at(s * half, _FOOT, z)
        p.shadow(img, x, y, 0.07, 0.015, 0.5)
        eye.front(img, s * half - 0.045, top, s * half + 0.045, _FOOT, z, p.darker(colour, 0.1))
        eye.front(img, s * half - 0.045, top, s * half - 0.015, _FOOT, z, p.lighter(colour, 0.3))
        for k in range(2):
            eye.front(img, s * half - 0.06, _FOOT - 0.14 - 0.1 * k, s * half + 0.06, _FOOT - 0.1 * k, z,
                      ((46, 48, 56), (240, 238, 232))[k])  # fmt: skip
    eye.front(img, -half - 0.06, top - 0.02, half + 0.06, low, z, colour)
    tile = p.checks((32, 34, 40), (248, 248, 244), 16, 3)
    board = eye.at(-half - 0.04, top, z), eye.at(half + 0.04, top, z), eye.at(half + 0.04, low - 0.03, z)
    p.warped(img, tile, (*board, eye.at(-half - 0.04, low - 0.03, z)))
    eye.front(img, -0.2, top - 0.02, 0.2, low, z, (40, 42, 50))
    for k in range(3):
        x, y = eye.at(-0.12 + 0.12 * k, (top + low) / 2, z)
        p.disc(img, x, y, 0.07 / z, (24, 26, 32))
        p.disc(img, x, y, 0.052 / z, lit)
        p.disc(img, x - 0.006 * eye.u, y - 0.008 * eye.v, 0.026 / z, p.lighter(lit, 0.4))


def _flag(at: Spot) -> None:
    """Draw a chequered flag that waves on a pole, one unit tall."""
    at.shadow(0, 0, 0.07, 0.016, 0.45)
    at.line(((0, 0), (0, -1)), (226, 226, 224), 0.026)
    columns, rows = 6, 4
    for i in range(columns):
        for j in range(rows):
            corners = []
            for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)):
                wave = 0.03 * np.sin(a * 1.3)
                corners.append((0.012 + 0.075 * a, -0.98 + 0.08 * b + wave))
            c: p.Colour = (34, 36, 42) if (i + j) % 2 else (248, 248, 244)
            at.poly(np.array(corners), p.darker(c, 0.1 * (1 + np.sin(i * 1.3 + 2)) / 2))


def _car(at: Spot, rng: Rng) -> None:
    """Draw a racing car that comes towards the viewer, one unit wide."""
    paint = p.pick(rng, _BRIGHT[:5])
    dark = (34, 36, 42)
    at.shadow(0, 0, 0.6, 0.09, 0.6)
    at.box(-0.3, -0.56, 0.3, -0.46, paint)
    at.box(-0.34, -0.58, -0.29, -0.3, p.darker(paint, 0.3))
    at.box(0.29, -0.58, 0.34, -0.3, p.darker(paint, 0.3))
    for s in (-1, 1):
        at.poly(p.rounded(s * 0.37 - 0.1, -0.36, s * 0.37 + 0.1, -0.02, 0.05), dark)
        at.line(((s * 0.1, -0.2), (s * 0.36, -0.18)), (90, 94, 104), 0.03)
    at.poly(((-0.26, -0.08), (-0.22, -0.34), (0.22, -0.34), (0.26, -0.08)), p.darker(paint, 0.2))
    at.poly(((-0.1, -0.34), (-0.06, -0.54), (0.06, -0.54), (0.1, -0.34)), p.darker(paint, 0.1))
    at.oval(0, -0.39, 0.075, 0.085, (246, 240, 224))
    at.box(-0.065, -0.41, 0.065, -0.36, (48, 56, 72))
    at.poly(((-0.13, -0.06), (-0.1, -0.34), (0.1, -0.34), (0.13, -0.06)), p.lighter(paint, 0.12))
    for s in (-1, 1):
        at.poly(p.rounded(s * 0.43 - 0.11, -0.32, s * 0.43 + 0.11, 0.04, 0.06), dark)
        at.poly(p.rounded(s * 0.43 - 0.06, -0.3, s * 0.43 + 0.03, 0.0, 0.03), (66, 68, 76))
    at.box(-0.5, -0.06, 0.5, 0.0, paint)
    at.box(-0.5, -0.06, 0.5, -0.035, p.lighter(paint, 0.4))
