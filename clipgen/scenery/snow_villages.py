"""The scene of a snowy village on a winter evening."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_SKIES: tuple[tuple[p.Colour, p.Colour, p.Colour], ...] = (
    ((38, 54, 116), (128, 116, 176), (250, 190, 166)),
    ((40, 66, 132), (104, 136, 196), (214, 206, 226)),
    ((34, 40, 96), (84, 86, 158), (196, 150, 190)),
    ((66, 76, 150), (206, 146, 172), (255, 212, 160)),
    ((26, 60, 104), (74, 134, 168), (236, 204, 180)),
)
_WALLS: tuple[p.Colour, ...] = (
    (206, 116, 88), (226, 190, 140), (150, 104, 80), (198, 148, 104), (136, 142, 176), (190, 90, 84), (216, 208, 200),
    (124, 150, 144),
)  # fmt: skip
# neither blue nor pale, or the moon of a night would shine through them
_SPIRES: tuple[p.Colour, ...] = ((158, 84, 72), (134, 108, 92), (98, 122, 96), (124, 82, 88))
_BAUBLES: tuple[p.Colour, ...] = ((226, 52, 50), (255, 208, 70), (84, 160, 236), (240, 120, 190), (250, 246, 236))
_LIT: p.Colour = (255, 210, 96)  # bright and warm enough to go on glowing at night
_SNOW: p.Colour = (244, 247, 255)
_BLUE: p.Colour = (160, 180, 226)
_BEAM: p.Colour = (92, 62, 48)


def snowy_village(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a square in a village deep in snow at nightfall, with a church and a decorated fir tree."""
    r = rng.random(10).tolist()
    base, side = 0.54 + 0.04 * r[0], p.pick(rng, (-1, 1))
    v, k = min(h, w) / h, min(h, w) / w
    high, mid, low = p.pick(rng, _SKIES)
    img = p.gradient(h, w, ((0, p.vary(rng, high, 8)), (0.55 * base, mid), (base, low), (1, low)))
    p.stars(img, rng, 34, 0.3)
    blue, snow = p.mix(_BLUE, high, 0.18), p.mix(_SNOW, low, 0.16)
    for n, rise in enumerate((0.2, 0.12)):
        line = p.ridge(rng, base - rise * v, 0.05 * v, 1.2)
        p.ground(img, line, p.mix(blue, low, 0.45 - 0.2 * n), blue)
        for a, b in rng.random((round(9 / k**0.5), 2)).tolist():
            fir = p.mix((58, 84, 104), low, 0.3 - 0.1 * n)
            p.pine(img, a, p.height_at(line, a) + 0.03 * v, 0.1 + 0.05 * b + 0.03 * n, fir, p.mix(snow, blue, 0.3))
    _church(Spot(img, 0.5 - side * (0.1 + 0.05 * r[1]) * k, base + 0.01 * v, 0.43 + 0.04 * r[2], side), rng)
    count = round(4 / k)
    walls = [_WALLS[n] for n in rng.permutation(len(_WALLS)).tolist()]
    p.ground(img, p.ridge(rng, base, 0.008, 1.0), p.mix(snow, blue, 0.3), p.mix(snow, blue, 0.1))
    for n in range(count):
        a, b = rng.random(2).tolist()
        _house(Spot(img, (n + 0.3 + 0.4 * a) / count, base + 0.03 * v, 0.23 + 0.05 * b), rng, walls[n % 6])
    p.ground(img, p.ridge(rng, base + 0.035 * v, 0.006, 1.0), p.mix(snow, blue, 0.12), p.mix(snow, blue, 0.5))
    p.mottle(img, rng, base + 0.03 * v, 1, 0.08, (5, 4))
    if r[6] < 0.6:
        _path(img, rng, base + 0.04 * v, p.mix(blue, (206, 204, 224), 0.4), snow)
    near = Spot(img, 0.5 - side * (0.5 - 0.14 * k), base + 0.13 * v, 0.36 + 0.05 * r[3], -side)
    _house(near, rng, walls[6], True)
    _house(Spot(img, 0.5 + side * (0.5 - 0.06 * k), base + 0.09 * v, 0.32, side), rng, walls[7])
    _fir(Spot(img, 0.5 + side * (0.25 + 0.03 * r[4]) * k, base + 0.21 * v, 0.56 + 0.06 * r[5]), rng)
    if r[7] < 0.65:
        _lamp(Spot(img, 0.5 - side * 0.24 * k, base + 0.23 * v, 0.34), snow)
    for x, y, s in rng.random((46, 3)).tolist():
        p.disc(img, x, y, 0.004 + 0.006 * s, (250, 251, 255))
    return img


def _path(img: np.ndarray, rng: Rng, top: float, trodden: p.Colour, snow: p.Colour) -> None:
    """Draw the trodden square that opens towards the viewer, between soft banks of snow."""
    k = min(img.shape[:2]) / img.shape[1]
    t = p.steps(30)
    middle = 0.5 + 0.05 * (rng.random() - 0.5) * np.sin(5 * t)
    half = (0.07 + 0.34 * t**0.8) * k**0.6 * (1 + 0.04 * np.sin(12 * t + 6 * rng.random()))
    ys = top + (1.03 - top) * t
    p.poly(img, p.both_sides(middle, half + (0.015 + 0.07 * t) * k, ys), p.lighter(snow, 0.3))
    p.poly(img, p.both_sides(middle, half + 0.008 * k, ys), p.mix(trodden, snow, 0.25))
    p.poly_gradient(img, p.both_sides(middle, half, ys), trodden, p.mix(trodden, snow, 0.6))
    p.glow(img, 0.5, top + 0.1, 0.16, (255, 214, 160), 0.35)


def _window(at: Spot, frame: p.Colour) -> None:
    """Draw a lit window with snow on its sill, one unit wide, whose lower edge is at the spot."""
    at.glow(0, -0.6, 1.0, _LIT, 0.32)
    at.box(-0.58, -1.3, 0.58, 0.08, frame)
    at.box(-0.44, -1.18, 0.44, 0, _LIT)
    at.box(-0.44, -0.5, 0.44, 0, (255, 186, 76))
    at.box(-0.07, -1.18, 0.07, 0, frame)
    at.box(-0.44, -0.66, 0.44, -0.54, frame)
    at.line(((-0.56, 0.08), (0.56, 0.08)), _SNOW, 0.16)


def _house(at: Spot, rng: Rng, wall: p.Colour, smokes: bool = False) -> None:
    """Draw a house with a thick roof of snow, about one unit wide: more often its gable than its long side in front."""
    wall = p.mix(p.vary(rng, wall, 10), (96, 84, 140), 0.06)
    a, b, c = rng.random(3).tolist()
    eaves = -0.5 - 0.16 * a
    frame = p.darker(wall, 0.55)
    at.shadow(0, 0.02, 0.62, 0.07, 0.35)
    at.glow(0, 0.14, 0.42, (255, 196, 110), 0.28)
    x = 0.2 if b < 0.5 else -0.2
    if c < 0.65:
        tip = eaves - 0.52
        _stack(at.spot(x, eaves - 0.24), wall, smokes)
        at.box(-0.42, eaves, 0.42, 0, wall)
        at.poly(((-0.42, eaves), (0, tip), (0.42, eaves)), wall)
        at.shaded(((-0.42, eaves), (0.42, eaves), (0.42, 0), (-0.42, 0)), p.darker(wall, 0.2), p.lighter(wall, 0.12))
        if b < 0.6:
            for one, two in (((-0.4, eaves), (0.4, eaves)), ((-0.4, eaves), (-0.4, 0)), ((0.4, eaves), (0.4, 0)),
                             ((-0.2, eaves - 0.25), (0.2, eaves - 0.25))):  # fmt: skip
                at.line((one, two), _BEAM, 0.045)
        _roof_line(at, ((-0.52, eaves + 0.1), (0, tip), (0.52, eaves + 0.1)))
        _window(at.spot(0, eaves - 0.06, 0.15), frame)
    else:
        top = eaves - 0.38
        _stack(at.spot(x, top + 0.1), wall, smokes)
        at.shaded(((-0.46, eaves), (0.46, eaves), (0.46, 0), (-0.46, 0)), p.darker(wall, 0.25), p.lighter(wall, 0.1))
        at.shaded(((-0.38, top), (0.38, top), (0.54, eaves), (-0.54, eaves)), _SNOW, p.mix(_SNOW, _BLUE, 0.6))
        at.line(((-0.38, top), (0.38, top)), _SNOW, 0.09)
        for n, d in enumerate(rng.random(7).tolist()):
            at.oval(-0.48 + 0.16 * n, eaves, 0.1, 0.045 + 0.03 * d, p.mix(_SNOW, _BLUE, 0.5))
        at.line(((-0.52, eaves - 0.03), (0.52, eaves - 0.03)), p.mix(_SNOW, _BLUE, 0.15), 0.06)
    at.box(-0.12 - x, -0.36, 0.12 - x, 0.0, p.darker(frame, 0.1))
    at.box(-0.09 - x, -0.33, 0.09 - x, 0.0, p.mix((150, 60, 50), wall, 0.2))
    at.box(-0.05 - x, -0.29, 0.05 - x, -0.18, _LIT)
    _window(at.spot(x - 0.02, -0.15, 0.2), frame)
    at.line(((-0.5, 0.0), (-0.14 - x, 0.0)), _SNOW, 0.06)
    at.line(((0.14 - x, 0.0), (0.5, 0.0)), p.mix(_SNOW, _BLUE, 0.2), 0.06)


def _roof_line(at: Spot, pts: tuple[tuple[float, float], ...]) -> None:
    """Draw the thick snow along the two slopes of a gable."""
    low = tuple((x, y + 0.05) for x, y in pts)
    at.line(low, p.darker(_BLUE, 0.35), 0.12)
    at.line(pts, p.mix(_SNOW, _BLUE, 0.55), 0.17)
    at.line(tuple((x, y - 0.025) for x, y in pts), _SNOW, 0.12)


def _stack(at: Spot, wall: p.Colour, smokes: bool) -> None:
    """Draw a chimney with a cap of snow, and its smoke when it has any."""
    for n in range(4 if smokes else 0):
        at.oval(0.04 * n + 0.03 * (n % 2), -0.42 - 0.13 * n, 0.06 + 0.02 * n, 0.06 + 0.015 * n, (212, 208, 226))
    at.box(-0.07, -0.3, 0.07, 0.1, p.mix((132, 74, 66), wall, 0.2))
    at.line(((-0.06, -0.32), (0.06, -0.32)), _SNOW, 0.08)


def _church(at: Spot, rng: Rng) -> None:
    """Draw a church with a tall pointed tower, snow on its roofs, one unit tall."""
    stone = p.mix(p.vary(rng, p.pick(rng, ((222, 206, 190), (186, 176, 190), (208, 178, 150))), 6), (90, 90, 150), 0.2)
    at.box(0.0, -0.36, 0.42, 0, p.darker(stone, 0.18))
    at.poly(((-0.02, -0.58), (0.36, -0.58), (0.48, -0.34), (-0.02, -0.34)), p.mix(_SNOW, _BLUE, 0.4))
    for x in (0.16, 0.32):
        at.glow(x, -0.16, 0.09, _LIT, 0.5)
        at.poly(p.pointed(x, 0.042, -0.06, -0.2, 0.07), _LIT)
    at.box(-0.13, -0.7, 0.13, 0, stone)
    at.box(0.03, -0.7, 0.13, 0, p.darker(stone, 0.16))
    tile = p.vary(rng, p.pick(rng, _SPIRES), 8)
    at.poly(((-0.17, -0.68), (0, -1.16), (0.17, -0.68)), tile)
    at.poly(((0.03, -0.68), (0, -1.16), (0.17, -0.68)), p.darker(tile, 0.3))
    at.poly(((-0.17, -0.68), (0, -1.16), (-0.02, -0.92), (-0.05, -0.95), (-0.08, -0.8), (-0.11, -0.83)), _SNOW)
    at.poly(((-0.17, -0.69), (-0.1, -0.75), (-0.03, -0.71), (0.04, -0.74), (0.11, -0.7), (0.17, -0.68)), _SNOW)
    at.line(((-0.16, -0.68), (0.16, -0.68)), _SNOW, 0.035)
    at.line(((0, -1.14), (0, -1.27)), (236, 200, 110), 0.02)
    at.line(((-0.04, -1.22), (0.04, -1.22)), (236, 200, 110), 0.02)
    at.oval(0, -0.57, 0.075, 0.075, p.darker(stone, 0.5))
    at.oval(0, -0.57, 0.058, 0.058, (255, 232, 160))
    at.line(((0, -0.61), (0, -0.57), (0.03, -0.56)), (70, 56, 60), 0.012)
    at.poly(p.pointed(0, 0.05, -0.3, -0.42, 0.07), _LIT)


def _fir(at: Spot, rng: Rng) -> None:
    """Draw a tall fir with snow, garlands of lights, baubles and a star, one unit tall."""
    at.shadow(0, 0, 0.34, 0.045, 0.45)
    at.glow(0, -0.4, 0.5, (255, 214, 140), 0.4)
    green = p.vary(rng, (44, 108, 84), 8)
    p.pine(at.img, at.x, at.y, at.size, green)
    for n in range(4):
        reach, low = 0.2 + 0.05 * n, -0.78 + 0.22 * n
        inner, high = (0.5 * (reach - 0.05), low - 0.25) if n else (0.0, -1.0)
        for way in (-1, 1):
            bend = way * (inner + 0.6 * (reach - inner)), high + 0.6 * (low - high)
            at.line((bend, (way * 0.98 * reach, low + 0.01)), p.mix(_SNOW, _BLUE, 0.1 if way < 0 else 0.5), 0.034)
    order = rng.permutation(len(_BAUBLES)).tolist()
    for n, y in enumerate((-0.76, -0.57, -0.38, -0.2)):
        half = 0.29 * (1 + y) + 0.02
        t = 2 * p.steps(13) - 1
        at.line(p.cols(half * t, y - 0.05 * t + 0.05 * (1 - t * t)), (255, 216, 110), 0.014)
        for i in range(n + 2):
            s = (2 * i / (n + 1) - 1) * 0.86
            x, low = half * s, y - 0.05 * s + 0.05 * (1 - s * s) + 0.025
            c = _BAUBLES[order[(i + 2 * n) % 5]]
            at.glow(x, low, 0.05, c, 0.5)
            at.oval(x, low, 0.03, 0.03, c)
            at.oval(x - 0.008, low - 0.01, 0.011, 0.011, p.lighter(c, 0.6))
    at.glow(0, -1.0, 0.14, (255, 226, 120), 0.8)
    t = np.arange(10) * np.pi / 5
    points = np.where(np.arange(10) % 2 == 0, 0.075, 0.032)
    at.poly(p.cols(points * np.sin(t), -1.0 - points * np.cos(t)), (255, 228, 96))


def _lamp(at: Spot, snow: p.Colour) -> None:
    """Draw a street lamp with a cap of snow, one unit tall."""
    at.glow(0, 0.02, 0.3, (255, 206, 120), 0.5)
    at.line(((0, 0), (0, -0.76)), (52, 50, 66), 0.05)
    at.oval(0, 0, 0.1, 0.035, snow)
    at.glow(0, -0.87, 0.34, _LIT, 0.5)
    at.poly(((-0.07, -0.76), (0.07, -0.76), (0.11, -0.98), (-0.11, -0.98)), (52, 50, 66))
    at.poly(((-0.045, -0.78), (0.045, -0.78), (0.08, -0.97), (-0.08, -0.97)), (255, 224, 100))
    at.line(((-0.1, -1.0), (0, -1.05), (0.1, -1.0)), snow, 0.08)
