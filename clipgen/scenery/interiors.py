"""Scenes of the rooms of a house."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PAINTS: tuple[p.Colour, ...] = (
    (226, 206, 172), (186, 206, 196), (176, 196, 216), (222, 186, 160), (206, 190, 208),
    (150, 172, 150), (232, 222, 206),
)  # fmt: skip


def _room(rng: Rng, h: int, w: int, paint: p.Colour, wood: p.Colour, low: float) -> np.ndarray:
    """Return an empty room: a painted wall with a skirting board above the height `low`, and a floor of boards."""
    img = p.gradient(h, w, ((0, p.darker(paint, 0.2)), (low * 0.6, paint), (low, p.darker(paint, 0.08)), (1, paint)))
    if rng.random() < 0.4:
        stripe = p.lighter(paint, 0.14)
        for k in range(0, 15, 2):
            p.poly_gradient(
                img, ((k / 15, 0), ((k + 1) / 15, 0), ((k + 1) / 15, low), (k / 15, low)), p.darker(stripe, 0.2), stripe
            )
    p.warped(img, p.boards(rng, wood, 16, 3), ((-0.25, low), (1.25, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.06, 0.35)
    p.box(img, -0.02, low - 0.03, 1.02, low, (244, 240, 232))
    p.box(img, -0.02, low - 0.006, 1.02, low + 0.004, p.darker(wood, 0.4))
    return img


def _unit(h: int, w: int) -> float:
    """How large furniture is: the size of a square picture's, larger where the picture is wide."""
    return 1 + 0.3 * min(max(w / h - 1, 0), 1)


def _rug(at: Spot, rng: Rng, colour: p.Colour, half: float, deep: float) -> None:
    """Draw a rug that lies on the floor around the spot, round or with fringes."""
    trim = p.pick(rng, (p.lighter(colour, 0.6), (236, 212, 150), p.darker(colour, 0.45)))
    if rng.random() < 0.4:
        for share, c in ((1.0, p.darker(colour, 0.3)), (0.97, trim), (0.86, colour), (0.55, trim), (0.5, colour)):
            at.oval(0, 0, half * share, deep * share, c)
        return

    def area(share: float) -> tuple[tuple[float, float], ...]:
        d, near, far = deep * share, half * (share + 0.1), half * (share - 0.14)
        return (-far, -d), (far, -d), (near, d), (-near, d)

    for k in np.linspace(-1, 1, 40).tolist():
        at.line(((k * half * 1.1, deep), (k * half * 1.12, deep + 0.025)), trim, 0.006)
    for share, c in ((1.0, p.darker(colour, 0.12)), (0.9, trim), (0.86, colour), (0.68, p.darker(colour, 0.2))):
        at.poly(area(share), c)
    at.poly(area(0.64), colour)


def _fireplace(at: Spot, rng: Rng, stone: p.Colour, bricks: bool) -> None:
    """Draw a fireplace, one unit wide, with a fire and a mantelpiece."""
    at.poly(((-0.5, -4), (0.5, -4), (0.5, 0), (-0.5, 0)), p.darker(stone, 0.08) if bricks else stone)
    if bricks:
        joint = p.mix(stone, (220, 205, 190), 0.4)
        for row in range(36):
            y = -row * 0.11
            at.line(((-0.5, y), (0.5, y)), joint, 0.012)
            for x in np.arange(-0.4 if row % 2 else -0.5, 0.5, 0.2).tolist():
                at.line(((x, y), (x, y - 0.11)), joint, 0.012)
    at.line(((0.49, -4), (0.49, 0)), p.darker(stone, 0.3), 0.02)
    opening = p.pointed(0, 0.33, 0, -0.4, 0.14)
    at.poly(p.pointed(0, 0.39, 0, -0.42, 0.16), p.darker(stone, 0.4) if bricks else p.darker(stone, 0.18))
    at.shaded(opening, (28, 18, 16), (92, 40, 22))
    furniture.fire(at.spot(0, -0.02, 0.5), rng)
    at.box(-0.62, -0.04, 0.62, 0.06, p.darker(stone, 0.3), 0.02)
    at.box(-0.62, -0.05, 0.62, 0.0, p.lighter(stone, 0.12), 0.02)
    shelf = p.pick(rng, furniture.WOODS)
    at.box(-0.56, -0.74, 0.56, -0.66, p.darker(shelf, 0.3))
    at.box(-0.62, -0.81, 0.62, -0.73, shelf)
    at.box(-0.62, -0.81, 0.62, -0.785, p.lighter(shelf, 0.25))
    for x in (-0.46, -0.38, 0.44):
        tall = 0.1 + 0.1 * rng.random()
        at.box(x - 0.022, -0.81 - tall, x + 0.022, -0.81, (248, 240, 220))
        at.glow(x, -0.85 - tall, 0.09, (255, 220, 140), 0.6)
        at.oval(x, -0.84 - tall, 0.014, 0.028, (255, 214, 110))
    furniture.painting(at.spot(0.02, -1.02), rng, 0.56, 0.4)


def living_room(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a living room: a sofa, a lamp, a window, a rug, and mostly a fireplace with a fire."""
    r = rng.random(8).tolist()
    low, u, dark = 0.64 + 0.03 * r[0], _unit(h, w), r[1] < 0.35
    paint, wood = p.vary(rng, p.pick(rng, _PAINTS)), p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    cloth = p.vary(rng, p.pick(rng, furniture.CLOTHS))
    img = _room(rng, h, w, paint, wood, low)
    hearth = r[2] < 0.8
    v = min(h, w) / h  # of a length that keeps its proportions, the part of the height
    sofa_x = (0.68 if hearth else 0.5) - 0.02 + 0.04 * r[3]
    curtain = p.pick(rng, [c for c in furniture.CLOTHS if c != cloth])
    sill = low - 0.3 * v * u
    window_x = sofa_x + (0.0 if hearth else -0.2)
    furniture.window(Spot(img, window_x, sill, 0.4 * u), rng, 0.66, 0.7, dark, (246, 242, 234), p.lighter(curtain, 0.2))
    if hearth:
        bricks = r[4] < 0.55
        stone = (
            p.pick(rng, ((160, 84, 66), (148, 96, 78))) if bricks else p.pick(rng, ((226, 220, 212), (152, 150, 152)))
        )
        _fireplace(Spot(img, 0.23, low + 0.02, 0.38 * u), rng, p.vary(rng, stone, 8), bricks)
        furniture.floor_lamp(Spot(img, 0.93, low + 0.03, 0.56 * u), p.vary(rng, (240, 190, 120)))
    else:
        furniture.painting(Spot(img, sofa_x + 0.2, sill - 0.06 * v, 0.36 * u), rng, 0.62, 0.44)
        furniture.floor_lamp(Spot(img, 0.9, low + 0.03, 0.56 * u), p.vary(rng, (240, 190, 120)))
        furniture.plant(Spot(img, 0.1, low + 0.04, 0.36 * u), rng, p.vary(rng, (190, 110, 80)))
    furniture.sofa(Spot(img, sofa_x, low + 0.07, (0.46 if hearth else 0.56) * u), rng, cloth, p.darker(wood, 0.4))
    rug = p.vary(rng, p.pick(rng, ((176, 62, 58), (58, 92, 132), (202, 178, 140), (92, 120, 104), (132, 74, 108))))
    _rug(Spot(img, 0.48, 0.87, u), rng, rug, 0.36, 0.09)
    if hearth:
        p.glow(img, 0.25, low + 0.08, 0.22 * u, (255, 170, 80), 0.35)
        if r[5] < 0.5:
            furniture.plant(Spot(img, 0.045, 0.97, 0.42 * u), rng, p.vary(rng, (190, 110, 80)))
    _light(img, dark)
    return img if r[6] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _light(img: np.ndarray, dark: bool) -> None:
    """Dim a room towards its corners, and all the more in the evening."""
    p.corners(img, 0.5 if dark else 0.22)


def bedroom(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a bedroom: a bed with pillows and a blanket, bedside tables with lamps, and a window with curtains."""
    r = rng.random(8).tolist()
    low, u, dark = 0.6 + 0.03 * r[0], _unit(h, w), r[1] < 0.45
    paint, wood = p.vary(rng, p.pick(rng, _PAINTS)), p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    blanket = p.vary(rng, p.pick(rng, furniture.CLOTHS))
    img = _room(rng, h, w, paint, wood, low)
    x = 0.36 + 0.06 * r[2]
    k, v = min(h, w) / w, min(h, w) / h
    curtain = p.lighter(p.pick(rng, furniture.CLOTHS), 0.3)
    right = x + 0.47 * k * u
    furniture.window(
        Spot(img, min(max(right, 0.78), 0.84), low - 0.2 * v * u, 0.42 * u),
        rng,
        0.5,
        0.78,
        dark,
        (246, 242, 234),
        curtain,
    )
    furniture.painting(Spot(img, x, max(low - 0.36 * v * u, 0.18), 0.34 * u), rng, 0.7, 0.4)
    rug = p.vary(rng, p.pick(rng, ((206, 186, 156), (150, 164, 186), (196, 150, 140), (226, 220, 210))))
    _rug(Spot(img, 0.56, 0.9, u), rng, rug, 0.44, 0.085)
    shade = p.vary(rng, (240, 190, 120))
    for side in (-1, 1):
        at = Spot(img, x + side * 0.37 * k * u, low + 0.06, 0.2 * u)
        at.shadow(0, 0, 0.5, 0.12)
        at.box(-0.42, -0.75, 0.42, 0, p.darker(wood, 0.25))
        at.box(-0.48, -0.83, 0.48, -0.73, p.lighter(wood, 0.12))
        for y in (-0.66, -0.34):
            at.box(-0.35, y, 0.35, y + 0.26, wood)
            at.oval(0, y + 0.13, 0.045, 0.045, (236, 206, 130))
        if side == 1 or r[3] < 0.6:
            furniture.table_lamp(at.spot(0, -0.83, 1.0), shade, p.vary(rng, p.mix(blanket, (220, 220, 220), 0.4)))
        else:
            furniture.plant(at.spot(0, -0.8, 0.9), rng, (226, 222, 214))
    _bed(Spot(img, x, low + 0.05, 0.6 * u), rng, wood, blanket)
    if r[4] < 0.4:
        furniture.plant(Spot(img, 0.93, 0.86, 0.4 * u), rng, p.vary(rng, (190, 110, 80)))
    _light(img, dark)
    return img if r[5] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _bed(at: Spot, rng: Rng, wood: p.Colour, blanket: p.Colour) -> None:
    """Draw a bed that stands against the wall behind the spot, its foot towards the viewer."""
    at.shadow(0, 0.34, 0.62, 0.12, 0.6)
    at.poly(p.rounded(-0.45, -0.52, 0.45, 0.1, 0.1), p.darker(wood, 0.3))
    at.poly(p.rounded(-0.43, -0.5, 0.43, 0.1, 0.09), p.lighter(wood, 0.06))
    for k in range(4):
        at.box(-0.37 + k * 0.19, -0.44, -0.2 + k * 0.19, -0.1, p.darker(wood, 0.12), 0.04)
    at.poly(((-0.43, -0.12), (0.43, -0.12), (0.55, 0.16), (-0.55, 0.16)), (240, 238, 234))
    at.box(-0.55, 0.16, 0.55, 0.34, (206, 202, 200))
    for x in (-0.21, 0.21):
        at.box(x - 0.19, -0.27, x + 0.19, -0.06, (206, 206, 214), 0.07)
        at.box(x - 0.185, -0.275, x + 0.185, -0.09, (250, 249, 246), 0.07)
    if rng.random() < 0.7:
        accent = p.pick(rng, furniture.CLOTHS)
        at.box(-0.12, -0.2, 0.12, -0.02, p.darker(accent, 0.2), 0.05)
        at.box(-0.115, -0.2, 0.115, -0.04, p.lighter(accent, 0.1), 0.05)
    at.poly(((-0.465, -0.03), (0.465, -0.03), (0.565, 0.19), (-0.565, 0.19)), p.lighter(blanket, 0.12))
    at.shaded(((-0.565, 0.18), (0.565, 0.18), (0.575, 0.37), (-0.575, 0.37)), blanket, p.darker(blanket, 0.3))
    if rng.random() < 0.6:
        stripe = p.lighter(blanket, 0.45)
        for y, half in ((0.1, 0.524), (0.145, 0.545)):
            at.line(((-half, y), (half, y)), stripe, 0.02)
        at.line(((-0.57, 0.29), (0.57, 0.29)), p.darker(stripe, 0.15), 0.022)
    else:
        for x in np.linspace(-0.9, 0.9, 7).tolist():
            at.line(((x * 0.465, -0.03), (x * 0.565, 0.19), (x * 0.575, 0.36)), p.darker(blanket, 0.12), 0.012)
        at.line(((-0.52, 0.09), (0.52, 0.09)), p.darker(blanket, 0.12), 0.012)
    at.poly(((-0.465, -0.035), (0.465, -0.035), (0.49, 0.03), (-0.49, 0.03)), (252, 250, 246))
    at.line(((-0.49, 0.03), (0.49, 0.03)), (206, 204, 204), 0.012)
    for x in (-0.55, 0.55):
        at.box(x - 0.025, 0.34, x + 0.025, 0.43, p.darker(wood, 0.35))
