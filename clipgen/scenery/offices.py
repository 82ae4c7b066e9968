"""The scene of an office."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture
from clipgen.scenery.primitives.buildings import skyline

_PAINTS: tuple[p.Colour, ...] = (
    (226, 222, 214), (206, 218, 226), (214, 222, 206), (232, 216, 196), (150, 172, 188), (176, 190, 176),
)  # fmt: skip
_DESKS: tuple[p.Colour, ...] = ((206, 158, 106), (180, 126, 80), (226, 190, 142), (150, 104, 70), (232, 230, 226))
_FLOORS: tuple[p.Colour, ...] = ((136, 156, 178), (176, 168, 158), (124, 154, 146), (164, 146, 170))
_FILES: tuple[p.Colour, ...] = (
    (52, 98, 160),
    (196, 70, 62),
    (64, 134, 100),
    (232, 172, 66),
    (96, 100, 112),
    (130, 92, 150),
)
_CHAIRS: tuple[p.Colour, ...] = ((56, 62, 74), (70, 104, 146), (176, 74, 66), (76, 124, 104))
_POTS: tuple[p.Colour, ...] = ((240, 240, 236), (196, 112, 80), (92, 104, 122))
_DARK: p.Colour = (44, 48, 56)
_STEEL: p.Colour = (176, 184, 192)


def office(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an office: desks with computers at both sides, a wide window with a view of towers, and shelves of files."""
    r = rng.random(9).tolist()
    low = 0.66 + 0.02 * r[0]
    v, k = min(h, w) / h, min(h, w) / w
    paint, wood = p.vary(rng, p.pick(rng, _PAINTS), 8), p.vary(rng, p.pick(rng, _DESKS), 7)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.1)), (low * 0.6, paint), (low, p.darker(paint, 0.1)), (1, paint)))
    if r[1] < 0.5:
        floor = p.boards(rng, p.lighter(p.pick(rng, furniture.WOODS), 0.2), 16, 3, 0.8, 0.08)
    else:
        carpet = p.vary(rng, p.pick(rng, _FLOORS), 8)
        floor = p.checks(carpet, p.darker(carpet, 0.07), 10, 6)
    p.warped(img, floor, ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    p.shadow(img, 0.5, low, 3, 0.05, 0.3)
    p.box(img, -0.02, low - 0.022 * v, 1.02, low, p.lighter(paint, 0.55))
    evening = r[2] < 0.25
    sill, half = low - 0.13 * v, 0.235 * k if k > 0.9 else 0.5 - 0.27 * k
    head = max(sill - 0.47 * v**0.5, 0.05 * v)
    _view(img, rng, (0.5 - half, head, 0.5 + half, sill), evening)
    for side in (-1, 1):
        shelf = sill - (0.2 + 0.02 * r[3]) * v
        x0, x1 = sorted((0.5 + side * 0.275 * k if k > 0.9 else 0.5 + side * (half + 0.04 * k), 0.5 + side * 0.52))
        for y in np.arange(shelf, 0.06, -0.19 * v).tolist():
            _files(img, rng, x0, x1, y, p.lighter(wood, 0.1))
    _ceiling_lamp(img, k, v, evening)
    shade = p.pick(rng, ((220, 80, 64), (56, 120, 150), (244, 196, 80), (70, 140, 104), (60, 64, 72)))
    for side, lamp in ((-1, r[5] < 0.5), (1, r[5] >= 0.5)):
        at = Spot(img, 0.5 + side * 0.5, low + 0.17 * v, 0.42, -side)
        _desk(at, rng, wood, shade if lamp else None)
        _chair(Spot(img, 0.5 + side * (0.5 - 0.1 * k), low + 0.27 * v, 0.3, -side), p.pick(rng, _CHAIRS))
    if k < 0.75:
        side = 1 if r[6] < 0.5 else -1
        pot = p.pick(rng, _POTS)
        furniture.plant(Spot(img, 0.5 + side * (0.5 - 0.45 * k), low + 0.03, 0.34), rng, pot)
    p.glow(img, 0.5, head + 0.2 * v, 0.4, (255, 220, 170) if evening else (255, 252, 238), 0.16)
    p.corners(img, 0.3 if evening else 0.2)
    return img if r[7] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _view(img: np.ndarray, rng: Rng, area: tuple[float, float, float, float], evening: bool) -> None:
    """Draw a wide window that shows office towers under the sky, with blinds at its upper edge."""
    h, w = img.shape[:2]
    v, k = min(h, w) / h, min(h, w) / w
    x0, y0, x1, y1 = area
    a, b, c, d = round(y0 * h), round(y1 * h), round(x0 * w), round(x1 * w)
    if evening:
        seen = p.gradient(b - a, d - c, ((0, (70, 84, 150)), (0.6, (240, 150, 120)), (1, (255, 206, 140))))
        walls = ((150, 116, 146), (76, 72, 116))
        lit, share = (255, 226, 140), 0.5
    else:
        seen = p.gradient(b - a, d - c, ((0, (112, 178, 238)), (0.8, (214, 236, 250)), (1, (224, 240, 250))))
        for s, t in rng.random((2, 2)).tolist():
            p.puff(seen, rng, s, 0.16 + 0.25 * t, 0.16)
        walls = ((170, 192, 214), p.pick(rng, ((104, 136, 170), (126, 132, 150), (96, 142, 152))))
        lit, share = (236, 246, 252), 0.4
    count = max(round((d - c) / (b - a) * 5), 4)
    skyline(seen, rng, 1.02, 0.3, 0.72, walls[0], p.lighter(walls[0], 0.2), p.darker(walls[0], 0.06), share, count + 1)
    skyline(seen, rng, 1.02, 0.14, 0.62, walls[1], lit, p.darker(walls[1], 0.25), share, count)
    rim = (246, 247, 248)
    p.box(img, x0 - 0.02 * k, y0 - 0.02 * v, x1 + 0.02 * k, y1 + 0.02 * v, p.darker(rim, 0.22))
    p.box(img, x0 - 0.016 * k, y0 - 0.016 * v, x1 + 0.016 * k, y1 + 0.016 * v, rim)
    img[a:b, c:d] = seen
    panes = max(round((x1 - x0) / (0.22 * k)), 2)
    for n in range(1, panes):
        x = x0 + (x1 - x0) * n / panes
        p.box(img, x - 0.008 * k, y0, x + 0.008 * k, y1, rim)
    for n in range(4):
        y = y0 + 0.022 * v * n
        p.box(img, x0, y, x1, y + 0.015 * v, (238, 240, 242))
        p.box(img, x0, y + 0.015 * v, x1, y + 0.021 * v, (196, 202, 208))
    p.box(img, x0 - 0.03 * k, y1 + 0.008 * v, x1 + 0.03 * k, y1 + 0.03 * v, rim)
    p.box(img, x0 - 0.03 * k, y1 + 0.03 * v, x1 + 0.03 * k, y1 + 0.038 * v, p.darker(rim, 0.3))


def _ceiling_lamp(img: np.ndarray, k: float, v: float, lit: bool) -> None:
    """Draw a long lamp that hangs from the ceiling over the middle."""
    at = Spot(img, 0.5, 0.05 * v, 0.3)
    at.glow(0, 0.05, 0.7, (255, 246, 220), 0.5 if lit else 0.2)
    for x in (-0.5, 0.5):
        at.line(((x, -0.4), (x, 0)), _STEEL, 0.02)
    at.box(-0.66, -0.05, 0.66, 0.03, p.darker(_STEEL, 0.2), 0.02)
    at.box(-0.62, 0.02, 0.62, 0.07, (255, 252, 236), 0.02)


def _files(img: np.ndarray, rng: Rng, x0: float, x1: float, y: float, wood: p.Colour) -> None:
    """Draw a shelf of files with labels, some boxes among them."""
    v, k = min(img.shape[:2]) / img.shape[0], min(img.shape[:2]) / img.shape[1]
    p.box(img, x0, y + 0.018 * v, x1, y + 0.036 * v, p.darker(wood, 0.55))
    c, x = p.pick(rng, _FILES), x0 + 0.012 * k
    while x < x1 - 0.03 * k:
        a, b = rng.random(2).tolist()
        if a < 0.25:
            c = p.pick(rng, _FILES)
        at = Spot(img, x, y, 0.13)
        if b < 0.12 and x < x1 - 0.09 * k:
            at.box(0.02, -0.56, 0.62, 0, (214, 182, 140))
            at.box(0.0, -0.62, 0.64, -0.44, (232, 204, 164))
            at.box(0.2, -0.34, 0.44, -0.16, (248, 246, 240))
            x += 0.09 * k
            continue
        at.box(0, -0.96, 0.27, 0, p.darker(c, 0.28))
        at.box(0, -0.96, 0.23, 0, c)
        at.box(0.04, -0.82, 0.19, -0.46, (250, 250, 246))
        at.oval(0.115, -0.2, 0.06, 0.06, p.darker(c, 0.5))
        x += 0.038 * k
    p.box(img, x0, y, x1, y + 0.02 * v, wood)
    p.box(img, x0, y, x1, y + 0.007 * v, p.lighter(wood, 0.35))


def _desk(at: Spot, rng: Rng, wood: p.Colour, shade: p.Colour | None) -> None:
    """Draw a desk that reaches in from the side at the spot, with a computer, and a lamp of a colour or a plant."""
    at.shadow(0.4, 0.0, 0.5, 0.08, 0.5)
    at.box(-0.1, -0.46, 0.74, 0.0, p.darker(wood, 0.62))
    at.box(0.7, -0.46, 0.78, 0.0, p.darker(wood, 0.2))
    at.poly(((-0.1, -0.62), (0.74, -0.62), (0.84, -0.5), (-0.1, -0.5)), p.lighter(wood, 0.18))
    at.box(-0.1, -0.5, 0.84, -0.43, p.darker(wood, 0.08))
    at.box(-0.1, -0.5, 0.84, -0.485, p.lighter(wood, 0.4))
    _screen(at.spot(0.32, -0.575, 0.62), rng)
    if shade is not None:
        _lamp(at.spot(0.7, -0.58, 0.5), shade)
    else:
        furniture.plant(at.spot(0.71, -0.545, 0.44), rng, p.pick(rng, _POTS))
    at.poly(((0.12, -0.545), (0.5, -0.545), (0.53, -0.512), (0.1, -0.512)), (226, 230, 234))
    for y in (-0.538, -0.524):
        at.line(((0.13, y), (0.5, y)), (150, 156, 166), 0.008)
    at.oval(0.58, -0.527, 0.03, 0.015, (226, 230, 234))


def _screen(at: Spot, rng: Rng) -> None:
    """Draw a computer's screen that stands on the spot, 1.1 units wide, with a diagram or text on it."""
    at.oval(0, 0, 0.22, 0.035, p.darker(_STEEL, 0.35))
    at.box(-0.05, -0.2, 0.05, 0, p.darker(_STEEL, 0.25))
    at.box(-0.56, -0.84, 0.56, -0.12, _DARK, 0.03)
    ground = p.pick(rng, ((46, 104, 176), (238, 244, 250), (30, 44, 66), (52, 130, 150)))
    at.shaded(((-0.51, -0.79), (0.51, -0.79), (0.51, -0.19), (-0.51, -0.19)), p.lighter(ground, 0.2), ground)
    ink = p.darker(ground, 0.45) if sum(ground) > 600 else p.lighter(ground, 0.7)
    accents = ((250, 180, 70), (90, 210, 150), (240, 100, 100))
    if rng.random() < 0.6:
        for n, tall in enumerate((0.16 + 0.3 * rng.random(5)).tolist()):
            at.box(-0.42 + 0.17 * n, -0.27 - tall, -0.32 + 0.17 * n, -0.27, accents[n % 3])
        at.line(((-0.45, -0.26), (0.44, -0.26)), ink, 0.025)
    else:
        for n, length in enumerate(rng.random(4).tolist()):
            at.box(-0.43, -0.7 + 0.12 * n, -0.1 + 0.2 * length, -0.65 + 0.12 * n, accents[n % 3] if n == 1 else ink)
        at.oval(0.28, -0.48, 0.15, 0.15, accents[0])
        at.oval(0.28, -0.48, 0.15, 0.15, accents[1], -90, 40)


def _lamp(at: Spot, shade: p.Colour) -> None:
    """Draw a lit desk lamp with a bent arm that stands on the spot, one unit tall."""
    at.glow(-0.36, -0.62, 0.42, (255, 232, 160), 0.36)
    at.oval(0, 0, 0.16, 0.045, p.darker(shade, 0.3))
    at.line(((0, -0.02), (0.16, -0.46), (-0.18, -0.88)), p.darker(shade, 0.2), 0.05)
    at.oval(0.16, -0.46, 0.045, 0.045, _STEEL)
    at.poly(((-0.12, -1.0), (-0.3, -0.96), (-0.52, -0.72), (-0.16, -0.6), (-0.08, -0.84)), shade)
    at.poly(((-0.52, -0.72), (-0.16, -0.6), (-0.26, -0.57), (-0.46, -0.64)), (255, 244, 196))


def _chair(at: Spot, cloth: p.Colour) -> None:
    """Draw an office chair seen from behind that stands on the spot, one unit tall."""
    at.shadow(0, 0, 0.34, 0.07, 0.5)
    for x in (-0.26, 0.0, 0.26):
        at.line(((0, -0.14), (x, -0.03)), _DARK, 0.05)
        at.oval(x, -0.02, 0.045, 0.04, _DARK)
    at.line(((0, -0.34), (0, -0.12)), p.darker(_STEEL, 0.4), 0.07)
    at.box(-0.3, -0.42, 0.3, -0.3, p.darker(cloth, 0.35), 0.05)
    at.line(((0, -0.5), (0, -0.36)), _DARK, 0.09)
    at.box(-0.27, -1.0, 0.27, -0.44, p.darker(cloth, 0.2), 0.1)
    at.box(-0.25, -0.98, 0.22, -0.48, cloth, 0.09)
    at.box(-0.2, -0.92, 0.02, -0.6, p.lighter(cloth, 0.14), 0.07)
