"""The scene of a parking lot, and the even view that other scenes on flat ground share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_PAINTS: tuple[p.Colour, ...] = (
    (206, 52, 48), (52, 98, 176), (236, 236, 232), (62, 68, 80), (236, 184, 64), (92, 154, 128), (176, 186, 196),
    (120, 174, 210), (226, 118, 60),
)  # fmt: skip
_LAMP: p.Colour = (255, 222, 84)  # bright and warm enough to go on glowing at night
_GLASS: p.Colour = (64, 84, 106)
_BOOT = ((0, 0.16), (0, 0.6), (0.13, 0.66), (0.28, 1), (0.6, 1), (0.76, 0.66), (1, 0.56), (1, 0.16))
_HATCH = ((0, 0.16), (0, 0.62), (0.13, 1), (0.6, 1), (0.76, 0.66), (1, 0.56), (1, 0.16))


@dataclass(frozen=True)
class Even(Depth):
    """A view into the depth whose lengths are shares of the shorter side in both directions: u of x, v of y."""

    u: float = 1.0
    v: float = 1.0

    def at(self, dx: float, dy: float, z: float = 1.0) -> tuple[float, float]:
        """Where a point at a depth is seen."""
        return self.x + dx * self.u / z, self.y + dy * self.v / z

    def near(self, dy: float) -> float:
        """The depth at which the ground reaches the lower edge of the picture."""
        return dy * self.v / (1.03 - self.y)


def even(img: np.ndarray, x: float, y: float) -> Even:
    """Return the even view of a picture whose parallel lines meet at (x, y)."""
    h, w = img.shape[:2]
    return Even(x, y, min(h, w) / w, min(h, w) / h)


@dataclass(frozen=True)
class _Car:
    """A parked car along the view: where its middle and its near end are, its size, and how it stands."""

    x: float
    z: float
    foot: float
    wide: float
    tall: float
    long: float
    profile: tuple[tuple[float, float], ...]
    away: bool

    def at(self, eye: Depth, across: float, up: float, along: float) -> tuple[float, float]:
        """Where a point is seen: across -1..1, up 0..1, along the length 0..1, narrower towards the roof."""
        half = self.wide / 2 * (1 - 0.28 * max(0.0, (up - 0.66) / 0.34))
        return eye.at(self.x + across * half, self.foot - up * self.tall, self.z + along * self.long)

    def side(self, eye: Depth, points: tuple[tuple[float, float], ...], across: float) -> np.ndarray:
        """Where points of a flank are seen, given along and up."""
        return np.array([self.at(eye, across, up, along) for along, up in points])


def _draw_car(img: np.ndarray, eye: Depth, car: _Car, paint: p.Colour, ground: p.Colour) -> None:
    """Draw a parked car, seen from behind or from its front, a little from above."""
    profile = car.profile if car.away else tuple((1 - a, b) for a, b in reversed(car.profile))
    inner = -1 if car.x > 0 else 1
    under = [car.at(eye, a, 0, b) for a, b in ((-1.12, 1.05), (1.12, 1.05), (1.12, -0.07), (-1.12, -0.07))]
    p.poly(img, np.array(under), p.darker(ground, 0.42))
    dark = (30, 32, 38)
    for across in (-0.78, 0.78):
        for a, b in ((-0.17, 0), (0.17, 0)):
            wheel = [car.at(eye, across + s, up, b) for s, up in ((a, 0), (-a, 0), (-a, 0.3), (a, 0.3))]
            p.poly(img, np.array(wheel), dark)
    for (a0, b0), (a1, b1) in reversed(list(zip(profile[:-1], profile[1:], strict=True))):
        corners = np.array([car.at(eye, s, b, a) for s, a, b in ((-1, a0, b0), (1, a0, b0), (1, a1, b1), (-1, a1, b1))])
        glass = abs(b1 - b0) > 0.3 and min(b0, b1) > 0.5
        level = abs(b1 - b0) < 0.2
        p.poly(img, corners, p.lighter(paint, 0.3 if b0 == 1 else 0.2) if level else p.darker(paint, 0.08))
        if glass:
            pane = corners + 0.1 * (corners.mean(0) - corners)
            p.poly(img, pane, p.lighter(_GLASS, 0.14))
    flank = tuple((a, min(b, 0.66)) for a, b in profile)
    p.poly(img, car.side(eye, flank, inner), p.darker(paint, 0.22))
    cabin = tuple((a, b) for a, b in profile if b > 0.6)
    p.poly(img, car.side(eye, cabin, inner), p.darker(paint, 0.14))
    middle = np.array(cabin).mean(0)
    window = tuple((middle + 0.82 * (np.array(cabin) - middle)).tolist())
    p.poly(img, car.side(eye, window, inner), p.darker(_GLASS, 0.2))
    turn = np.linspace(0, 2 * np.pi, 17)
    for along in (0.19, 0.81):
        for r, c in ((1.0, dark), (0.55, (170, 174, 180))):
            rim = tuple((along + 0.085 * r * np.cos(t), 0.22 + 0.22 * r * np.sin(t)) for t in turn.tolist())
            p.poly(img, car.side(eye, rim, inner * 1.01), c)
    _face(img, eye, car, paint)


def _face(img: np.ndarray, eye: Depth, car: _Car, paint: p.Colour) -> None:
    """Draw the lamps, the plate and the bumper at the near end of a car."""

    def patch(a: float, low: float, b: float, high: float, c: p.Colour) -> None:
        p.poly(img, np.array([car.at(eye, s, up, 0) for s, up in ((a, low), (b, low), (b, high), (a, high))]), c)

    patch(-1, 0.14, 1, 0.26, p.darker(paint, 0.5))
    lamp: p.Colour = (206, 40, 44) if car.away else (255, 244, 206)
    for side in (-1, 1):
        patch(side * 0.94, 0.38, side * 0.58, 0.53, lamp)
    if car.away:
        patch(-0.3, 0.32, 0.3, 0.44, (240, 236, 220))
    else:
        patch(-0.5, 0.28, 0.5, 0.44, (40, 44, 52))
        patch(-0.26, 0.24, 0.26, 0.34, (240, 236, 220))


def parking_lot(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a parking lot: asphalt with white bays, parked cars, lamp posts, a sign with a P and a flat shop behind."""
    r = rng.random(12).tolist()
    v = min(h, w) / h
    horizon = 0.37 + 0.04 * r[0]
    img = p.fair_sky(rng, h, w, horizon, warm=r[1] < 0.3)
    eye = even(img, 0.5 + 0.08 * (r[2] - 0.5), horizon)
    foot, side = 0.4, p.pick(rng, (-1, 1))
    near, far = eye.near(foot), 4.4
    back = eye.at(0, foot, far)[1]
    green = p.vary(rng, p.pick(rng, ((96, 144, 78), (82, 132, 86), (128, 148, 80))), 8)
    p.ground(img, p.ridge(rng, horizon, 0.03 * v, 1.3), p.mix(green, p.HAZE, 0.5), p.mix(green, p.HAZE, 0.2))
    if r[8] < 0.4:
        wall = p.mix((120, 130, 160), p.HAZE, 0.45 + 0.25 * r[9])
        p.skyline(img, rng, back, 0.16 * v, 0.34 * v, wall, (255, 224, 120), p.darker(wall, 0.08), 0.12, 9)
    for k in range(9):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 9, back, 0.15 + 0.09 * b, p.mix(p.vary(rng, green), p.HAZE, 0.2))
    _shop(Spot(img, eye.x + side * 0.08 * eye.u, back, 0.8 + 0.14 * r[3], side), rng)
    asphalt = p.vary(rng, p.pick(rng, ((98, 102, 112), (112, 108, 108), (90, 98, 114))), 6)
    p.box(img, -0.02, back, 1.02, 1.02, asphalt)
    p.poly_gradient(img, eye.floor(-9, 9, foot, near, far), p.lighter(asphalt, 0.2), p.darker(asphalt, 0.14))
    p.mottle(img, rng, back, 1, 0.08, (10, 10))
    p.poly(img, eye.floor(-9, 9, foot, far - 0.22, far), p.mix(green, (150, 190, 110), 0.3))
    p.poly(img, eye.floor(-9, 9, foot, far - 0.34, far - 0.22), (206, 202, 196))
    # the yellow is pale, or it would glow at night
    white: p.Colour = (246, 244, 234) if r[4] < 0.75 else (236, 206, 130)
    bay, first = 0.31, 1.45 + 0.1 * r[5]
    _bays(img, eye, foot, bay, (2.5, 3.5), white, 1)
    for lamp in (-1, 1):
        shift = 0.85 + 0.35 * rng.random()
        _lamp(Spot(img, *eye.at(lamp * shift / max(eye.u, 0.75), foot, 3.7), 0.4 + 0.05 * r[7]))
    for k in range(-8, 9):
        if rng.random() < 0.45 + 0.45 * r[10]:
            _parked(img, rng, eye, foot, k * bay, 2.6, asphalt)
    _bays(img, eye, foot, bay, (near, first), white, -1)
    _arrow(img, eye, foot, first + 0.5, side, p.mix(white, asphalt, 0.2))
    _sign(Spot(img, 0.5 - side * (0.36 + 0.04 * r[6]), eye.at(0, foot, 1.55)[1], 0.48), rng)
    _bays_cars(img, rng, eye, foot, bay, first, side, asphalt)
    return img


def _bays_cars(
    img: np.ndarray, rng: Rng, eye: Even, foot: float, bay: float, first: float, side: int, ground: p.Colour
) -> None:
    """Park cars in the near row, at one side or at both, and leave the middle free."""
    both = rng.random() < 0.6
    for k in (5, 4, 3, 2, 1):
        for s in (-1, 1):
            if s == side or (both and rng.random() < 0.8) or k > 2:
                _parked(img, rng, eye, foot, s * k * bay, first - 0.62, ground)


def _parked(img: np.ndarray, rng: Rng, eye: Even, foot: float, x: float, z: float, ground: p.Colour) -> None:
    """Draw a car of a random colour and build whose near end is at a depth."""
    a, b, c = rng.random(3).tolist()
    if not -0.2 < eye.at(x, foot, z + 0.3)[0] < 1.2:
        return
    tall = 0.15 + 0.03 * a
    car = _Car(x, z, foot, 0.215 + 0.01 * b, tall, 0.62, p.pick(rng, (_BOOT, _HATCH)), c < 0.6)
    _draw_car(img, eye, car, p.vary(rng, p.pick(rng, _PAINTS), 10), ground)


def _bays(
    img: np.ndarray, eye: Even, foot: float, bay: float, depths: tuple[float, float], white: p.Colour, end: int
) -> None:
    """Draw the lines between the bays of a row, and the line across their ends: at the far end when end is 1."""
    near, far = depths
    for k in range(-9, 10):
        x = (k - 0.5) * bay
        p.poly(img, eye.floor(x - 0.011, x + 0.011, foot, near, far), white)
    if end > 0:
        p.poly(img, eye.floor(-9 * bay, 9 * bay, foot, far - 0.04, far + 0.04), white)


def _arrow(img: np.ndarray, eye: Even, foot: float, z: float, side: int, white: p.Colour) -> None:
    """Draw an arrow on the asphalt that points to a side."""
    points = ((-0.2, -0.05), (0.06, -0.05), (0.06, -0.16), (0.24, 0), (0.06, 0.16), (0.06, 0.05), (-0.2, 0.05))
    p.poly(img, np.array([eye.at(side * x, foot, z + 1.2 * y) for x, y in points]), white)


def _shop(at: Spot, rng: Rng) -> None:
    """Draw a flat shop with a wide glass front under a coloured band, one unit wide."""
    wall = p.vary(rng, p.pick(rng, ((232, 224, 208), (214, 220, 226), (222, 190, 160), (198, 130, 104))), 8)
    band = p.pick(rng, ((206, 60, 54), (52, 112, 180), (60, 150, 104), (236, 150, 50), (120, 82, 160)))
    top = -0.2 - 0.05 * rng.random()
    at.box(-0.5, top, 0.5, 0, wall)
    at.box(-0.52, top - 0.02, 0.52, top + 0.01, p.lighter(wall, 0.4))
    at.box(-0.3, -0.13, 0.44, 0, (72, 96, 118))
    at.box(-0.3, -0.13, 0.44, -0.09, (150, 184, 204))
    for x in np.linspace(-0.3, 0.44, 9).tolist():
        at.box(x - 0.006, -0.13, x + 0.006, 0, (232, 232, 228))
    at.box(-0.33, -0.19, 0.47, -0.125, band)
    at.box(-0.33, -0.14, 0.47, -0.125, p.darker(band, 0.25))
    for k in range(5):
        at.box(-0.04 + 0.05 * k, -0.175, -0.01 + 0.05 * k, -0.152, (252, 246, 230))
    at.box(-0.46, -0.12, -0.36, 0, p.darker(wall, 0.3))


def _lamp(at: Spot) -> None:
    """Draw a tall lamp post with two arms, one unit tall."""
    iron = (92, 98, 110)
    at.box(-0.05, -0.05, 0.05, 0.02, (190, 186, 180))
    at.line(((0, 0), (0, -1)), iron, 0.028)
    at.line(((0.01, 0), (0.01, -1)), p.lighter(iron, 0.4), 0.01)
    for s in (-1, 1):
        at.line(((0, -0.96), (s * 0.16, -1)), iron, 0.026)
        at.poly(p.rounded(s * 0.2 - 0.075, -1.06, s * 0.2 + 0.075, -0.96, 0.02), iron)
        at.box(s * 0.2 - 0.06, -1.005, s * 0.2 + 0.06, -0.935, _LAMP)


def _sign(at: Spot, rng: Rng) -> None:
    """Draw a blue sign with a white P on a post, one unit tall."""
    blue = p.vary(rng, (34, 92, 190), 8)
    at.shadow(0.02, 0, 0.12, 0.03, 0.5)
    at.box(-0.02, -0.7, 0.02, 0, (150, 156, 166))
    at.box(0.006, -0.7, 0.02, 0, (104, 110, 120))
    at.poly(p.rounded(-0.185, -1.05, 0.185, -0.68, 0.045), (244, 246, 248))
    at.poly(p.rounded(-0.165, -1.03, 0.165, -0.70, 0.035), blue)
    at.oval(0.015, -0.92, 0.085, 0.075, (248, 250, 252))
    at.box(-0.08, -0.995, 0.015, -0.845, (248, 250, 252))
    at.oval(0.015, -0.92, 0.042, 0.034, blue)
    at.box(-0.035, -0.954, 0.015, -0.886, blue)
    at.box(-0.08, -0.995, -0.028, -0.74, (248, 250, 252))
