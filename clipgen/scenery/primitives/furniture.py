"""Furniture, and what hangs on walls: windows, pictures, lamps."""

from __future__ import annotations

import numpy as np

from clipgen.scenery.primitives.colour import Colour, Rng, darker, lighter, mix, pick, vary
from clipgen.scenery.primitives.drawing import cols, gradient, steps
from clipgen.scenery.primitives.land import ground, peak, ridge
from clipgen.scenery.primitives.placed import Spot, rounded
from clipgen.scenery.primitives.plants import pine, tree
from clipgen.scenery.primitives.skies import moon, puff, stars

WOODS: tuple[Colour, ...] = ((150, 98, 58), (118, 74, 46), (176, 124, 76), (96, 62, 44))
CLOTHS: tuple[Colour, ...] = (
    (184, 70, 60), (60, 104, 138), (92, 130, 96), (214, 160, 66), (146, 92, 132), (70, 132, 134), (206, 116, 92),
)  # fmt: skip
LIT: Colour = (255, 226, 150)  # of a lamp's shade


def _view(rng: Rng, h: int, w: int, dark: bool) -> np.ndarray:
    """Return what a window shows: sky and trees by day, moon and snow by night."""
    if dark:
        img = gradient(h, w, ((0, (20, 28, 70)), (1, (70, 84, 140))))
        stars(img, rng, 26, 0.7)
        moon(img, rng, 0.25 + 0.5 * rng.random(), 0.25, 0.13, (20, 28, 70))
        ground(img, ridge(rng, 0.74, 0.06), (176, 190, 220), (130, 146, 190))
        for a, b in rng.random((4, 2)).tolist():
            pine(img, a, 0.8 + 0.08 * b, 0.4 + 0.15 * b, (30, 50, 66), (170, 186, 214))
        return img
    img = gradient(h, w, ((0, (110, 176, 236)), (0.7, (214, 236, 250)), (1, (214, 236, 250))))
    for a, b in rng.random((2, 2)).tolist():
        puff(img, rng, a, 0.15 + 0.3 * b, 0.22)
    if rng.random() < 0.4:
        peak(img, rng, rng.random(), 0.32, 0.75, 0.5, (132, 146, 176), (246, 249, 255))
    green = vary(rng, (116, 172, 84))
    ground(img, ridge(rng, 0.7, 0.07), green, darker(green, 0.2))
    for a, b in rng.random((3, 2)).tolist():
        tree(img, rng, a, 0.84 + 0.1 * b, 0.45 + 0.2 * b, vary(rng, darker(green, 0.22)))
    return img


def window(
    at: Spot, rng: Rng, wide: float, tall: float, dark: bool, rim: Colour, curtain: Colour | None = None
) -> None:
    """Draw a window above the spot, its view, and curtains when they have a colour."""
    half = wide / 2
    at.box(-half - 0.05, -tall - 0.05, half + 0.05, 0.05, darker(rim, 0.18))
    at.box(-half - 0.04, -tall - 0.04, half + 0.04, 0.04, rim)
    h, w = at.img.shape[:2]
    (x0, y0), (x1, y1) = at.at(-half * at.facing, -tall), at.at(half * at.facing, 0)
    a, b, c, d = round(y0 * h), round(y1 * h), round(x0 * w), round(x1 * w)
    seen = at.img[max(a, 0) : max(b, 0), max(c, 0) : max(d, 0)]
    if seen.size:
        seen[:] = _view(rng, max(b - a, 8), max(d - c, 8), dark)[max(-a, 0) :, max(-c, 0) :][
            : len(seen), : seen.shape[1]
        ]
    for k in range(1, max(2, round(wide / 0.28))):
        x = -half + k * wide / max(2, round(wide / 0.28))
        at.line(((x, -tall), (x, 0)), rim, 0.022)
    at.line(((-half, -tall * 0.62), (half, -tall * 0.62)), rim, 0.022)
    at.box(-half - 0.08, 0.03, half + 0.08, 0.075, lighter(rim, 0.3))
    if curtain is not None:
        _curtains(at, half, tall, curtain)


def _curtains(at: Spot, half: float, tall: float, colour: Colour) -> None:
    """Draw a gathered curtain on each side of a window, hung from a rod."""
    t = steps(9)
    for side in (-1, 1):
        edge = half * (0.62 + 0.5 * np.abs(t - 0.62) ** 1.4 * (1 - 0.6 * t))
        outer = np.full(9, half + 0.13)
        ys = -tall - 0.08 + (tall + 0.26) * t
        at.poly(np.concatenate([cols(side * edge, ys), cols(side * outer, ys)[::-1]]), colour)
        for k, share in enumerate((0.16, 0.38, 0.6, 0.82)):
            fold = cols(side * (edge + (outer - edge) * share), ys)
            at.line(fold, darker(colour, 0.2) if k % 2 else lighter(colour, 0.14), 0.018)
        tied = float(np.interp(0.62, t, edge))
        at.line(((side * tied, ys[5] + 0.02), (side * (half + 0.13), ys[5] - 0.01)), darker(colour, 0.35), 0.03)
    at.line(((-half - 0.18, -tall - 0.09), (half + 0.18, -tall - 0.09)), (120, 84, 52), 0.028)
    for side in (-1, 1):
        at.oval(side * (half + 0.19), -tall - 0.09, 0.026, 0.026, (150, 106, 66))


def painting(at: Spot, rng: Rng, wide: float, tall: float) -> None:
    """Draw a framed landscape that hangs above the spot."""
    wood = pick(rng, ((190, 146, 70), (96, 64, 44), (236, 232, 224)))
    half = wide / 2
    at.shadow(0.02, -tall / 2 + 0.03, half + 0.03, tall / 2 + 0.03, 0.4)
    at.box(-half - 0.035, -tall - 0.035, half + 0.035, 0.035, darker(wood, 0.25))
    at.box(-half - 0.028, -tall - 0.028, half + 0.02, 0.02, wood)
    sky, land = pick(
        rng, (((150, 200, 232), (96, 150, 90)), ((250, 196, 140), (120, 90, 120)), ((220, 232, 236), (70, 120, 150)))
    )
    at.box(-half, -tall, half, 0, sky)
    at.oval(half * (rng.random() - 0.5), -tall * 0.68, tall * 0.12, tall * 0.12, (255, 244, 206))
    top = -tall * (0.4 + 0.12 * np.sin(steps(9) * 6 + 6 * rng.random()))
    at.poly(np.concatenate([cols(half * (2 * steps(9) - 1), top), [(half, 0), (-half, 0)]]), mix(land, sky, 0.35))
    low = -tall * (0.2 + 0.1 * np.sin(steps(9) * 5 + 6 * rng.random()))
    at.poly(np.concatenate([cols(half * (2 * steps(9) - 1), low), [(half, 0), (-half, 0)]]), land)


def table_lamp(at: Spot, shade: Colour, foot: Colour) -> None:
    """Draw a lit lamp that stands on the spot, one unit tall."""
    at.glow(0, -0.75, 0.8, (255, 220, 140), 0.55)
    at.oval(0, -0.02, 0.17, 0.05, darker(foot, 0.3))
    at.oval(0, -0.24, 0.13, 0.2, foot)
    at.oval(-0.04, -0.28, 0.04, 0.1, lighter(foot, 0.4))
    at.box(-0.02, -0.6, 0.02, -0.4, darker(foot, 0.2))
    at.shaded(((-0.17, -1), (0.17, -1), (0.32, -0.5), (-0.32, -0.5)), mix(LIT, shade, 0.45), LIT)


def floor_lamp(at: Spot, shade: Colour) -> None:
    """Draw a lit lamp on a tall stand, one unit tall."""
    at.glow(0, -0.85, 0.42, (255, 220, 140), 0.55)
    at.oval(0, 0, 0.11, 0.025, (58, 48, 44))
    at.line(((0, 0), (0, -0.8)), (70, 58, 50), 0.022)
    at.shaded(((-0.09, -1), (0.09, -1), (0.17, -0.76), (-0.17, -0.76)), mix(LIT, shade, 0.45), LIT)


def sofa(at: Spot, rng: Rng, cloth: Colour, wood: Colour) -> None:
    """Draw a sofa, one unit wide, with cushions."""
    seats = pick(rng, (2, 3))
    at.shadow(0, 0.0, 0.56, 0.06, 0.55)
    for x in (-0.46, 0.46):
        at.box(x - 0.02, -0.07, x + 0.02, 0.01, wood)
    at.box(-0.47, -0.47, 0.47, -0.08, darker(cloth, 0.2), 0.06)
    for k in range(seats):
        x0 = -0.42 + k * 0.84 / seats
        at.box(x0 + 0.006, -0.45, x0 + 0.84 / seats - 0.006, -0.2, lighter(cloth, 0.06), 0.05)
    at.box(-0.44, -0.22, 0.44, -0.05, darker(cloth, 0.35), 0.03)
    for k in range(seats):
        x0 = -0.41 + k * 0.82 / seats
        at.box(x0 + 0.004, -0.245, x0 + 0.82 / seats - 0.004, -0.15, darker(cloth, 0.12), 0.035)
        at.box(x0 + 0.008, -0.245, x0 + 0.82 / seats - 0.008, -0.185, lighter(cloth, 0.14), 0.03)
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.4, side * 0.54))
        at.box(x0, -0.34, x1, -0.045, darker(cloth, 0.15 if side < 0 else 0.24), 0.06)
        at.box(x0 + 0.01, -0.34, x1 - 0.01, -0.24, lighter(cloth, 0.1 if side < 0 else 0.02), 0.05)
    accent = pick(rng, [c for c in CLOTHS if abs(c[0] - cloth[0]) + abs(c[2] - cloth[2]) > 60])
    for x, c in ((-0.3, accent), (0.29, lighter(accent, 0.5))):
        tilt = 0.3 * (rng.random() - 0.5)
        turn = np.array([(np.cos(tilt), np.sin(tilt)), (-np.sin(tilt), np.cos(tilt))])
        at.poly(rounded(-0.085, -0.085, 0.085, 0.085, 0.03) @ turn + (x, -0.31), darker(c, 0.18))
        at.poly(rounded(-0.075, -0.08, 0.075, 0.07, 0.03) @ turn + (x, -0.315), lighter(c, 0.08))


def plant(at: Spot, rng: Rng, pot: Colour) -> None:
    """Draw a potted plant of long leaves, one unit tall."""
    green = vary(rng, (70, 136, 76))
    at.shadow(0, 0, 0.26, 0.07, 0.5)
    for k, (a, b) in enumerate(rng.random((9, 2)).tolist()):
        lean = (k - 4) * 0.13 + 0.06 * (a - 0.5)
        t = steps(7)
        spine, ys = lean * t**1.5, -0.3 - (0.5 + 0.2 * b - 0.35 * abs(lean)) * t + 0.4 * abs(lean) * t**3
        wide = 0.07 * np.sin(np.pi * np.clip(t + 0.08, 0, 1))
        leaf = np.concatenate([cols(spine - wide, ys), cols(spine + wide, ys)[::-1]])
        at.poly(leaf, mix(darker(green, 0.35), lighter(green, 0.12), (k * 5 % 9) / 8))
    at.poly(((-0.17, -0.34), (0.17, -0.34), (0.12, 0), (-0.12, 0)), pot)
    at.poly(((0.05, -0.34), (0.17, -0.34), (0.12, 0), (0.04, 0)), darker(pot, 0.2))
    at.box(-0.19, -0.37, 0.19, -0.29, lighter(pot, 0.12))


def fire(at: Spot, rng: Rng) -> None:
    """Draw logs and flames, one unit wide."""
    at.glow(0, -0.35, 0.9, (255, 140, 40), 0.75)
    for k, (y, lean) in enumerate(((-0.06, 0.05), (-0.1, -0.08), (-0.18, 0.04))):
        reach = 0.46 - 0.1 * k
        at.line(((-reach, y - lean), (reach, y + lean)), (92 - 14 * k, 56 - 8 * k, 36), 0.14)
    for width, tall, colour in (
        (0.42, 1.0, (226, 70, 24)), (0.33, 0.8, (250, 130, 30)), (0.23, 0.58, (255, 190, 60)),
        (0.13, 0.36, (255, 240, 160)),
    ):  # fmt: skip
        for x, high in zip((-0.52, 0.5, -0.04), 0.62 + 0.4 * rng.random(3), strict=True):
            t = steps(10)
            body = 0.55 * width * np.sin(np.pi * t**0.7) ** 0.8
            sway = x * width / 0.42 * 0.62 + 0.06 * np.sin(6 * t + 9 * x) * t
            rise = -0.1 - tall * (high if abs(x) > 0.1 else 1.0) * t
            at.poly(np.concatenate([cols(sway - body, rise), cols(sway + body, rise)[::-1]]), colour)
