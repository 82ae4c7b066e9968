"""The scene of a haunted house."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import graveyards
from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_EVENINGS: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((30, 22, 66), (96, 58, 128), (222, 128, 130)),
    ((18, 34, 62), (48, 92, 116), (150, 186, 150)),
    ((22, 26, 70), (72, 76, 150), (178, 160, 214)),
    ((46, 20, 54), (150, 62, 84), (250, 162, 96)),
)
_WALLS: tuple[p.Colour, ...] = ((66, 58, 84), (56, 66, 80), (78, 60, 70), (62, 70, 72))
_LAMP: p.Colour = (255, 206, 84)


def haunted_house(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a crooked dark house with lit windows on a hill, before a large moon, with bare trees and bats."""
    r = rng.random(10).tolist()
    base, side = 0.6 + 0.03 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    high, mid, low = p.pick(rng, _EVENINGS)
    img = p.gradient(h, w, ((0, p.vary(rng, high, 8)), (0.6 * base, mid), (base, low), (1, low)))
    p.stars(img, rng, 24, 0.3)
    x = 0.5 + side * (0.06 + 0.08 * r[1]) * k
    graveyards.full_moon(
        img, rng, x - side * (0.22 + 0.04 * r[2]) * k, base - (0.38 + 0.04 * r[3]) * v, 0.14 + 0.03 * r[4], mid
    )
    p.ground(img, p.ridge(rng, base - 0.03 * v, 0.04 * v, 1.1), p.mix(mid, low, 0.4), p.mix(mid, low, 0.3))
    for a, b in rng.random((round(5 / k), 2)).tolist():
        graveyards.bare_tree(Spot(img, a, base, 0.2 + 0.1 * b, p.pick(rng, (-1, 1))), rng, p.mix(mid, high, 0.4), 4)
    graveyards.mist(img, rng, base - 0.03, 0.08, low, 0.6)
    grass = p.mix(p.vary(rng, p.pick(rng, ((66, 104, 84), (84, 84, 100), (98, 92, 70))), 6), mid, 0.2)
    _hill(img, x, base, v, k, grass)
    wall = p.vary(rng, p.pick(rng, _WALLS), 6)
    _house(Spot(img, x, base - 0.075 * v, 0.39 + 0.03 * r[5], side), rng, wall, p.mix(high, (24, 20, 34), 0.4))
    _way(img, x, base - 0.07 * v, k, p.mix((190, 170, 160), mid, 0.4))
    bark = p.darker(p.mix(high, (40, 30, 40), 0.5), 0.3)
    for way, size in ((-side, 0.62 + 0.1 * r[6]), (side, 0.42 + 0.1 * r[7])):
        tree = Spot(img, 0.5 + way * (0.5 - 0.04 * k), base + (0.12 + 0.1 * size) * v**0.5, size, -way)
        tree.shadow(0, 0, 0.2, 0.03, 0.5)
        graveyards.bare_tree(tree, rng, bark, 6)
    graveyards.mist(img, rng, base + 0.1, 0.07, p.lighter(low, 0.1), 0.3)
    for n in range(3):
        a, b = rng.random(2).tolist()
        way = side if n % 2 else -side
        at = Spot(
            img, 0.5 + way * (0.5 - (0.08 + 0.06 * n + 0.04 * a) * k), base + (0.3 - 0.05 * n) * v**0.6, 0.1 + 0.03 * b
        )
        _pumpkin(at, rng)
    for n in range(4):
        a, b = rng.random(2).tolist()
        place = 0.5 - side * (0.1 + 0.1 * n + 0.06 * a) * k, 0.08 + 0.2 * b * v
        graveyards.bat(Spot(img, *place, 0.04 + 0.012 * n))
    p.corners(img, 0.25)
    return img


def _hill(img: np.ndarray, x: float, base: float, v: float, k: float, grass: p.Colour) -> None:
    """Draw a hill whose rounded top carries the house."""
    xs = np.linspace(-0.03, 1.03, 60)
    line = p.cols(xs, base + 0.03 - 0.115 * v * np.exp(-(((xs - x) / (0.36 * k)) ** 4)))
    p.ground(img, line, p.lighter(grass, 0.06), p.darker(grass, 0.55))
    p.stroke(img, line, p.lighter(grass, 0.3), 0.008)


def _way(img: np.ndarray, x: float, top: float, k: float, sand: p.Colour) -> None:
    """Draw the winding path from the door of the house to the viewer."""
    t = p.steps(24)
    ys, half = top + (1.03 - top) * t**1.2, (0.028 + 0.2 * t**1.6) * k
    middle = x + (0.5 - x) * t + 0.07 * k * np.sin(6.3 * t) * (1 - 0.6 * t)
    p.poly(img, p.both_sides(middle, half + 0.012 * k, ys), p.darker(sand, 0.45))
    p.poly_gradient(img, p.both_sides(middle, half, ys), sand, p.darker(sand, 0.3))


def _house(at: Spot, rng: Rng, wall: p.Colour, roof: p.Colour) -> None:
    """Draw a crooked house of a hall, a tower and a wing under pointed roofs, one unit wide."""
    r = rng.random(8).tolist()
    at.shadow(0, 0.02, 0.62, 0.06, 0.5)
    tower, wing, hall = 0.74 + 0.14 * r[0], 0.42 + 0.1 * r[1], 0.54 + 0.06 * r[2]
    lean = 0.04 + 0.05 * r[3]
    _block(at, (-0.42, 0.13), wing, -0.6 * lean, wall, ((0.0, 0.5, 0.3),))
    _roof(at, -0.42 - 0.6 * lean, 0.18, wing, 0.34 + 0.06 * r[4], -0.05, roof)
    _block(
        at, (0.29, 0.14), tower, lean, p.darker(wall, 0.12), ((0.0, 0.82, 0.34), (0.0, 0.5, 0.34), (0.05, 0.2, 0.34))
    )
    _roof(at, 0.29 + lean, 0.21, tower, 0.36 + 0.08 * r[5], 0.06, roof)
    chimney = -0.3 - 0.05 * r[6]
    at.poly(
        ((chimney, -hall), (chimney - 0.02, -hall - 0.42), (chimney + 0.1, -hall - 0.44), (chimney + 0.1, -hall)),
        p.darker(wall, 0.3),
    )
    _block(
        at,
        (-0.07, 0.29),
        hall,
        -0.5 * lean,
        wall,
        ((-0.58, 0.72, 0.19), (0.5, 0.72, 0.19), (-0.62, 0.26, 0.19), (0.6, 0.26, 0.19)),
    )
    _roof(at, -0.07 - 0.5 * lean, 0.37, hall, 0.38 + 0.08 * r[7], -0.03, roof)
    gable = at.spot(-0.08 - 0.5 * lean, -hall + 0.03)
    gable.poly(((-0.15, 0), (-0.14, -0.14), (0.0, -0.33), (0.15, -0.13), (0.15, 0)), p.lighter(wall, 0.08))
    gable.line(((-0.2, -0.09), (0.0, -0.35), (0.2, -0.08)), p.darker(roof, 0.25), 0.045)
    gable.glow(0, -0.12, 0.13, _LAMP, 0.6)
    gable.oval(0, -0.13, 0.068, 0.068, p.darker(wall, 0.6))
    gable.oval(0, -0.13, 0.052, 0.052, _LAMP)
    gable.line(((0, -0.18), (0, -0.08)), p.darker(wall, 0.6), 0.014)
    gable.line(((-0.05, -0.13), (0.05, -0.13)), p.darker(wall, 0.6), 0.014)
    _door(at.spot(-0.07, 0.02), wall, roof)


def _block(
    at: Spot,
    place: tuple[float, float],
    tall: float,
    lean: float,
    wall: p.Colour,
    windows: tuple[tuple[float, float, float], ...],
) -> None:
    """Draw a leaning part of the house, at (x, half its width), with lit windows at (across, up, half their width)."""
    x, half = place

    def points(*pairs: tuple[float, float]) -> np.ndarray:
        return np.array([(x + lean * t + half * u * (1 + 0.08 * t), 0.03 - (tall + 0.03) * t) for u, t in pairs])

    at.poly(points((-1, 0), (-1, 1), (1, 1), (1, 0)), wall)
    at.poly(points((-1, 0), (-1, 1), (-0.45, 1), (-0.6, 0)), p.lighter(wall, 0.14))
    at.poly(points((0.5, 0), (0.62, 1), (1, 1), (1, 0)), p.darker(wall, 0.22))
    for n in range(1, 7):
        at.line(points((-1, n / 7), (1, n / 7)), p.darker(wall, 0.25), 0.009)
    for u, t, reach in windows:
        ((cx, cy),) = points((u, t)).tolist()
        size = reach * half
        at.glow(cx, cy, 1.9 * size, _LAMP, 0.55)
        pane = at.spot(cx, cy, size)
        pane.poly(p.pointed(0, 1.35, 1.5, -0.8, 1.3), p.darker(wall, 0.55))
        pane.poly(p.pointed(0, 1.0, 1.25, -0.8, 1.0), _LAMP)
        pane.poly(((-0.9, 1.25), (0.9, 1.25), (0.9, 0.3), (-0.9, 0.5)), (255, 232, 150))
        pane.line(((0, -1.7), (0, 1.3)), p.darker(wall, 0.6), 0.28)
        pane.line(((-1, 0.05), (1, 0.05)), p.darker(wall, 0.6), 0.28)


def _roof(at: Spot, x: float, half: float, tall: float, rise: float, bend: float, roof: p.Colour) -> None:
    """Draw a steep roof like a witch's hat, bent at its tip, above a height."""
    t = p.steps(9)
    wide = half * ((1 - t) ** 1.5 * 0.72 + 0.28 * (1 - t))
    middle, ys = x + bend * t**2, 0.03 - tall - (rise + 0.03) * t
    at.poly(p.both_sides(middle, wide, ys), p.darker(roof, 0.2))
    at.poly(p.both_sides(middle - 0.45 * wide, 0.55 * wide, ys), p.lighter(roof, 0.12))
    for n in (1, 2, 3, 4):
        at.line(
            p.cols(np.array((middle[n] - wide[n], middle[n], middle[n] + wide[n])), ys[n] + np.array((0, 0.02, 0))),
            p.darker(roof, 0.4),
            0.012,
        )
    at.poly(
        (
            (x - half * 1.04, 0.05 - tall),
            (x - half, -tall - 0.01),
            (x + half, -tall - 0.01),
            (x + half * 1.04, 0.05 - tall),
        ),
        p.darker(roof, 0.45),
    )
    at.line(((middle[-1], ys[-1] + 0.02), (middle[-1] + 0.2 * bend, ys[-1] - 0.09)), p.darker(roof, 0.4), 0.016)


def _door(at: Spot, wall: p.Colour, roof: p.Colour) -> None:
    """Draw a door in a porch with posts and steps."""
    for n, half in enumerate((0.1, 0.12, 0.14)):
        at.box(-half, 0.018 * n - 0.01, half, 0.018 * n + 0.012, p.lighter(wall, 0.3 - 0.1 * n))
    at.glow(0, -0.12, 0.14, _LAMP, 0.35)
    at.poly(p.pointed(0, 0.07, 0, -0.16, 0.08), p.darker(wall, 0.6))
    at.poly(p.pointed(0, 0.055, 0, -0.15, 0.07), (112, 56, 44))
    at.line(((0, 0), (0, -0.2)), (60, 30, 30), 0.01)
    for x in (-0.115, 0.115):
        at.box(x - 0.014, -0.24, x + 0.014, 0, p.lighter(wall, 0.25))
    at.poly(((-0.17, -0.23), (-0.02, -0.36), (0.03, -0.35), (0.17, -0.23)), p.darker(roof, 0.1))
    at.box(-0.17, -0.25, 0.17, -0.225, p.lighter(roof, 0.15))


def _pumpkin(at: Spot, rng: Rng) -> None:
    """Draw a carved pumpkin that glows from inside, about one unit wide."""
    skin = p.vary(rng, (226, 116, 36), 12)
    at.shadow(0, 0, 0.6, 0.14, 0.55)
    at.glow(0, -0.35, 0.8, (255, 170, 60), 0.4)
    at.line(((0, -0.7), (0.06, -0.92)), (84, 96, 56), 0.12)
    for x, reach, dark in (
        (-0.32, 0.22, 0.25),
        (0.32, 0.22, 0.32),
        (-0.16, 0.24, 0.1),
        (0.16, 0.24, 0.16),
        (0, 0.2, 0.0),
    ):
        at.oval(x, -0.36, reach, 0.38, p.darker(skin, dark))
    for way in (-1, 1):
        at.poly(((way * 0.12, -0.38), (way * 0.24, -0.58), (way * 0.34, -0.38)), (255, 226, 110))
    at.poly(
        (
            (-0.34, -0.28),
            (-0.18, -0.22),
            (-0.1, -0.14),
            (0.0, -0.21),
            (0.1, -0.14),
            (0.18, -0.22),
            (0.34, -0.28),
            (0.18, -0.06),
            (-0.18, -0.06),
        ),
        (255, 226, 110),
    )
