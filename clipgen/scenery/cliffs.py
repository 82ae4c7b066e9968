"""Scenes of high rocks: a canyon of layered red stone, and cliffs above a sea with foam."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_REDS: tuple[tuple[p.Colour, ...], ...] = (
    ((206, 98, 62), (228, 142, 88), (172, 74, 56), (240, 176, 118)),
    ((190, 84, 66), (216, 122, 84), (156, 66, 62), (236, 164, 120)),
    ((214, 116, 62), (236, 160, 92), (182, 86, 52), (246, 196, 130)),
    ((198, 96, 76), (222, 138, 106), (164, 78, 74), (238, 182, 150)),
)
_DUSKY: p.Colour = (112, 52, 76)  # what red stone turns to in the shade
_FROM_FLOOR = ((0.44, 0.28, 0.02, 0.22), (0.37, 0.15, 0.07, 0.1), (0.23, 0.0, 0.16, 0.0))  # width, rim, foot, haze
_FROM_LEDGE = ((0.46, 0.32, 0.05, 0.26), (0.42, 0.29, 0.13, 0.12), (0.3, 0.23, 0.26, 0.0))
_STONES: tuple[p.Colour, ...] = ((172, 150, 126), (150, 140, 134), (224, 216, 198), (166, 128, 104), (132, 130, 136))


def canyon(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a canyon between layered red walls: with a river or dry ground, seen from its floor or from a ledge."""
    r = rng.random(8).tolist()
    ledge = r[0] < 0.4
    floor = 0.56 + 0.04 * r[2]
    img = p.fair_sky(rng, h, w, floor, warm=r[3] < 0.3)
    reds = tuple(p.vary(rng, c, 8) for c in p.pick(rng, _REDS))
    layers, sunny = _layers(rng, reds), p.pick(rng, (-1, 1))
    sand = p.vary(rng, p.mix(reds[1], (236, 196, 146), 0.55), 8)
    x = 0.5 + 0.1 * (r[4] - 0.5)
    if ledge:
        rim = p.ridge(rng, 0.29, 0.008, 1.5, 0.02)
        _stone(img, rng, np.concatenate([rim, ((1.03, floor + 0.03), (-0.03, floor + 0.03))]), layers, 0.5, 0.8)
    for side, wide in ((-1, 0.2), (1, 0.15), (sunny, 0.09)):
        a, b = rng.random(2).tolist()
        middle, top = x + side * (0.05 + 0.14 * a), floor - 0.17 - 0.12 * b + 0.06 * ledge
        edge = _steps(rng, 0.45 * wide, wide, top, floor + 0.02)
        outline = np.concatenate([(middle, 0) + edge * (-1, 1), (middle, 0) + edge[::-1]])
        _stone(img, rng, outline, layers, 0.38, 0.85)
    p.ground(img, p.ridge(rng, floor, 0.006), p.mix(sand, p.HAZE, 0.25), p.darker(sand, 0.1))
    p.mottle(img, rng, floor, 1, 0.16, (9, 4))
    if ledge or r[1] < 0.75:
        water = p.vary(rng, p.pick(rng, ((64, 148, 160), (74, 140, 184), (86, 158, 140))), 8)
        _river(img, rng, floor, x, 0 if ledge else sunny, water, sand)
    for inner, top, foot, haze in _FROM_LEDGE if ledge else _FROM_FLOOR:
        for side in (-1, 1):
            a, b, c = rng.random(3).tolist()
            reach, crest, low = inner * (0.9 + 0.2 * a), top + 0.08 * (b - 0.5), floor + foot
            edge = _steps(rng, 0.55 * reach, reach, crest, low)
            outline = np.concatenate([[(-0.05, crest + 0.03 * (c - 0.5))], edge, [(-0.05, low + 0.02)]])
            outline[:, 0] = 0.5 + side * (0.5 - outline[:, 0])
            p.shadow(img, 0.5 + side * (0.5 - 0.5 * reach), low, 0.6 * reach, 0.03, 0.5)
            _stone(img, rng, outline, layers, haze, 1.0 if side == sunny else 0.35)
    if ledge:
        _ledge(img, rng, 0.7 + 0.03 * r[5], sand, reds)
    for side in (-1, 1):
        for a, b, c in rng.random((4, 3)).tolist():
            y = 0.8 + 0.2 * b
            place = Spot(img, 0.5 + side * (0.5 - 0.2 * a * (1.3 - b)), y, 0.06 + 0.1 * b * c)
            _boulder(place, p.mix(reds[0], sand, 0.5 * a)) if c < 0.55 else _scrub(place, rng)
    return img


def _layers(rng: Rng, reds: tuple[p.Colour, ...]) -> np.ndarray:
    """Return the colours of layered stone from its rim to its foot, [256, 3], each layer with a lit edge."""
    out = np.empty((256, 3), np.float32)
    y, last = 0, 0
    while y < 256:
        a, b = rng.random(2).tolist()
        thick = 9 + int(22 * a * a)
        last = (last + 1 + int(3 * b)) % 4
        colour = reds[last]
        out[y : y + thick] = p.vary(rng, colour, 8)
        out[y : y + 3] = p.lighter(colour, 0.22)
        out[max(y - 3, 0) : y] = p.darker(colour, 0.3)
        y += thick
    return out


def _steps(rng: Rng, start: float, end: float, top: float, foot: float) -> np.ndarray:
    """Return the edge of a stepped rock from its rim at start to its foot at end: cliffs in turn with slopes."""
    n = 4
    shakes = rng.random((n, 3)) - 0.5
    points = []
    for k, (a, b, c) in enumerate(shakes.tolist()):
        x, y = start + (end - start) * (k + 0.5 * a) / n, top + (foot - top) * k / n
        points += [(x, y + 0.003), (x + 0.006, y + (0.6 + 0.2 * b) * (foot - top) / n)]
        points.append((x + (end - start) * (0.75 + 0.3 * c) / n, y + 0.96 * (foot - top) / n))
    return np.array([(start - 0.01, top), *points, (end + 0.02, foot)])


def _stone(img: np.ndarray, rng: Rng, outline: np.ndarray, layers: np.ndarray, haze: float, light: float) -> None:
    """Fill an outline with layered stone that is broken into pillars, more or less in the sun and in the haze."""
    h, w = img.shape[:2]
    a, b = max(int(outline[:, 1].min() * h) - 1, 0), min(int(outline[:, 1].max() * h) + 2, h)
    c, d = max(int(outline[:, 0].min() * w) - 1, 0), min(int(outline[:, 0].max() * w) + 2, w)
    pillars = p.noise(rng, b - a, d - c, 2, 4)
    rows = np.linspace(0, 1, b - a, dtype=np.float32)[:, None]
    level = np.clip(rows * 250 + 14 * (pillars - 0.5), 0, 255).astype(np.intp)
    fine = cv2.blur(layers, (1, 1 + 2 * (200 // (b - a))))  # layers thinner than a pixel would be ragged
    gain = 0.62 + 0.76 * p.noise(rng, b - a, d - c, 2, 9)[..., None] - 0.12 * rows[..., None]
    colours = fine[level] * np.clip(gain, 0.6, 1.2)
    shade = np.array(_DUSKY, np.float32) * (0.6 + 0.5 * gain)
    colours += (1 - light) * 0.72 * (shade - colours)
    colours += haze * (np.array((206, 190, 206), np.float32) - colours)
    mask = np.zeros((h, w), np.uint8)
    p.poly(mask, outline, (255, 255, 255))
    p.blend(img[a:b, c:d], mask[a:b, c:d] / np.float32(255), colours)


def _river(img: np.ndarray, rng: Rng, floor: float, x: float, side: int, water: p.Colour, sand: p.Colour) -> None:
    """Draw a river that winds from the far end of the canyon to the front: to one side, or with side = 0 straight."""
    t = p.steps(24)
    ys = floor + 0.006 + (1.03 - floor) * t**1.5
    bend = 0.05 * np.sin(5.5 * t + 0.6) * (0.3 + t)
    mid = x + (side * (bend + 0.42 * t**1.3) if side else bend)
    half = 0.02 + 0.16 * t**1.4
    p.poly(img, p.both_sides(mid, half * 1.14 + 0.006, ys), p.darker(sand, 0.26))
    p.poly_gradient(img, p.both_sides(mid, half, ys), p.lighter(water, 0.32), p.darker(water, 0.12))
    for a, b in rng.random((16, 2)).tolist():
        k = int(4 + 19 * a)
        wide = float(half[k])
        p.oval(img, float(mid[k]) + wide * (b - 0.5), float(ys[k]), 0.3 * wide, 0.004, p.lighter(water, 0.5))


def _ledge(img: np.ndarray, rng: Rng, y: float, sand: p.Colour, reds: tuple[p.Colour, ...]) -> None:
    """Draw the flat rock, high above the canyon, that the viewer stands on."""
    line = p.ridge(rng, y, 0.016, 1.6, 0.016)
    shade = p.darker(p.mix(reds[2], _DUSKY, 0.5), 0.15)
    p.ground(img, line - (0, 0.01), shade, shade)
    rock = p.mix(sand, reds[1], 0.25)
    p.ground(img, line, p.lighter(rock, 0.25), p.darker(rock, 0.14))
    p.mottle(img, rng, y + 0.03, 1, 0.2, (8, 3))
    for a, b in rng.random((9, 2)).tolist():
        x, low = a, y + 0.05 + (0.95 - y) * b
        p.stroke(img, ((x - 0.14, low), (x, low + 0.012), (x + 0.12, low - 0.006)), p.darker(rock, 0.2), 0.006)


def _boulder(at: Spot, rock: p.Colour) -> None:
    """Draw a boulder, about two units wide."""
    at.shadow(0.1, 0.05, 1.1, 0.2, 0.5)
    at.poly(((-1, 0.1), (-0.8, -0.5), (-0.2, -0.85), (0.5, -0.7), (0.95, -0.2), (1, 0.1)), p.darker(rock, 0.34))
    at.poly(((-1, 0.1), (-0.8, -0.5), (-0.2, -0.85), (0.3, -0.72), (0.05, -0.3), (0.2, 0.1)), rock)
    at.poly(((-0.8, -0.5), (-0.2, -0.85), (0.3, -0.72), (-0.1, -0.45)), p.lighter(rock, 0.25))


def _scrub(at: Spot, rng: Rng) -> None:
    """Draw a dry grey-green bush, about two units wide."""
    at.shadow(0.1, 0.05, 1.0, 0.2, 0.45)
    p.bush(at.img, rng, at.x, at.y, at.size * 1.2, p.vary(rng, (138, 146, 92), 10))


def sea_cliffs(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw high cliffs that fall into a sea with white foam, seen from the grass on top of another cliff."""
    r = rng.random(9).tolist()
    horizon = 0.36 + 0.04 * r[0]
    stormy = r[1] < 0.3
    if stormy:
        img = p.gradient(h, w, ((0, p.vary(rng, (92, 106, 128))), (horizon, (206, 212, 212)), (1, (206, 212, 212))))
        p.clouds(img, rng, 0, horizon, (196, 202, 210), (92, 100, 118), 0.6, (3, 2), 3.0)
    else:
        img = p.fair_sky(rng, h, w, horizon, warm=r[2] < 0.3)
    water = p.vary(rng, (58, 104, 116) if stormy else p.pick(rng, ((36, 120, 164), (42, 138, 160), (54, 112, 172))), 8)
    p.sea(img, rng, horizon, p.lighter(water, 0.25), p.darker(water, 0.1), p.lighter(water, 0.55), 0.4)
    side, rock = p.pick(rng, (-1, 1)), p.vary(rng, p.pick(rng, _STONES), 8)
    green = p.vary(rng, p.pick(rng, ((112, 164, 74), (128, 168, 80), (98, 150, 84))), 8)
    green = p.mix(green, (84, 104, 92), 0.45) if stormy else green
    _whitecaps(img, rng, horizon, water, 44 if stormy else 22)
    for inner, top, foot, haze in ((0.72, 0.27, 0.03, 0.4), (0.62, 0.19, 0.11, 0.2), (0.42, 0.09, 0.3, 0.0)):
        a, b = rng.random(2).tolist()
        reach, crest, low = inner * (0.92 + 0.16 * a), top + 0.05 * (b - 0.5), horizon + foot
        _headland(img, rng, side, reach, crest, low, (p.mix(rock, p.HAZE, haze), p.mix(green, p.HAZE, haze)))
    x, z = 0.5 - side * (0.2 + 0.12 * r[3]), 0.24 + 0.1 * r[4]
    _stack(Spot(img, x, horizon + 0.13 + 0.05 * r[5], z, side), rng, p.mix(rock, p.HAZE, 0.1), green)
    if r[6] < 0.6:
        for k, (a, b) in enumerate(rng.random((3, 2)).tolist()):
            _gull(Spot(img, 0.5 - side * (0.4 - 0.17 * k + 0.06 * a), 0.08 + 0.17 * b, 0.035 + 0.02 * a), b)
    _cliff_top(img, rng, side, 0.68 + 0.03 * r[7], rock, green)
    return img


def _headland(
    img: np.ndarray, rng: Rng, side: int, reach: float, top: float, foot: float, colours: tuple[p.Colour, p.Colour]
) -> None:
    """Draw a headland from the picture's edge: a steep face of rock, grass on top and foam at its foot."""
    h, w = img.shape[:2]
    rock, green = colours
    j = rng.random(12) - 0.5
    t = p.steps(9)
    wall = p.cols(reach + 0.05 * t + 0.05 * j[:9] * (t > 0) * (1.2 - t), top + 0.02 + (foot - top - 0.02) * t)
    crest = np.array([(-0.04, top - 0.02 + 0.03 * j[9]), (reach * 0.5, top - 0.01 + 0.03 * j[10]), (reach * 0.86, top)])
    outline = np.concatenate([crest, wall, [(-0.04, foot + 0.015)]])
    outline[:, 0] = 0.5 + side * (0.5 - outline[:, 0])
    a, b = int(top * h) - max(2, h // 20), min(int((foot + 0.02) * h) + 2, h)
    a = max(a, 0)
    gain = _pillars(rng, b - a, w, 9 / (foot - top)) * np.linspace(1.08, 0.8, b - a, dtype=np.float32)[:, None]
    mask = np.zeros((h, w), np.uint8)
    p.poly(mask, outline, (255, 255, 255))
    p.blend(img[a:b], mask[a:b] / np.float32(255), np.array(rock) * gain[..., None])
    scale = (foot - top) * (0.6 + 0.8 * rng.random(8))
    edge = np.linspace(-0.04, reach + 0.006, 8)
    lower = p.cols(edge, np.interp(edge, crest[:, 0], crest[:, 1]) + 0.05 * scale + 0.14 * scale * (1 - t[:8]))
    turf = np.concatenate([crest, wall[:1], lower[::-1]])
    turf[:, 0] = 0.5 + side * (0.5 - turf[:, 0])
    p.poly(img, turf, green)
    turf[:3, 1] += 0.2 * (lower[:3, 1] - turf[:3, 1])
    p.stroke(img, turf[:3], p.lighter(green, 0.25), 0.012)
    _surf(img, rng, side, reach + 0.06, foot, foot - top)


def _pillars(rng: Rng, h: int, w: int, count: float) -> np.ndarray:
    """Return the light on a face of rock that is broken into upright pillars, each with a lit and a dark flank."""
    n = int(count) + 6
    tones = np.repeat(0.72 + 0.42 * rng.random((n, 1), dtype=np.float32), 32, 1)
    tones[:, :20] += 0.16
    tones[:, 29:] -= 0.26
    table = cv2.blur(tones.reshape(1, -1), (5, 1))[0]
    xs = np.linspace(0, count, w, dtype=np.float32) + 1.3 * p.noise(rng, h, w, 5, 6)
    beds = np.linspace(0, 5, h, dtype=np.float32)[:, None] + 0.5 * p.noise(rng, h, w, 2, 6)
    ledges = np.clip(1 - 8 * np.abs(beds % 1 - 0.5), 0, 1) * p.noise(rng, h, w, 4, 5)
    broad = 0.84 + 0.32 * p.noise(rng, h, w, 2, 4)
    return table[(np.clip(xs, 0, n - 1) * 32).astype(np.intp)] * (1 - 0.3 * ledges) * broad


def _surf(img: np.ndarray, rng: Rng, side: int, reach: float, foot: float, tall: float) -> None:
    """Draw white foam along the foot of a cliff, with spray that leaps up its rock."""
    for a, b, c in rng.random((16, 3)).tolist():
        x, y = 0.5 + side * (0.5 - reach * a), foot + tall * (0.1 * b + 0.005)
        p.oval(img, x, y, tall * (0.12 + 0.1 * c), 0.03 * tall, (206, 228, 234))
    for a, b, c in rng.random((22, 3)).tolist():
        x = 0.5 + side * (0.5 - (reach + 0.03) * a)
        p.oval(img, x, foot + 0.05 * tall * (b - 0.4), 0.05 * tall + 0.09 * tall * c, 0.035 * tall, (250, 253, 255))
    for a, b in rng.random((3, 2)).tolist():
        x, size = 0.5 + side * (0.5 - reach * (0.35 + 0.65 * a)), tall * (0.13 + 0.1 * b)
        p.puff(img, rng, x, foot + 0.02 * tall, size, (250, 253, 255), (214, 230, 236))


def _whitecaps(img: np.ndarray, rng: Rng, horizon: float, water: p.Colour, count: int) -> None:
    """Draw waves with white crests over the sea, larger towards the viewer."""
    for a, b, c in sorted(rng.random((count, 3)).tolist(), key=lambda wave: wave[1]):
        y, wide = horizon + 0.02 + 0.36 * b, (0.02 + 0.08 * b) * (0.6 + 0.8 * c)
        p.oval(img, a, y + 0.12 * wide, wide, 0.15 * wide, p.darker(water, 0.18))
        p.oval(img, a, y, wide, 0.1 * wide, (238, 248, 250))


def _stack(at: Spot, rng: Rng, rock: p.Colour, green: p.Colour) -> None:
    """Draw a lone rock in the sea with grass on top, about one unit tall, with foam at its foot."""
    a, b, c = (0.2 * (rng.random(3) - 0.5)).tolist()
    at.oval(0, 0.1, 0.62, 0.08, (196, 222, 230))
    left = ((-0.34, 0.02), (-0.28 + a, -0.4), (-0.2 + b, -0.8), (-0.14 + b, -1 + c))
    right = ((0.14 + b, -0.96 + c), (0.2 + a, -0.5), (0.36, 0.02))
    at.poly((*left, *right), rock)
    at.poly(((0.02 + b, -0.98 + c), right[0], right[1], right[2], (0.06, 0.02), (0.0 + a, -0.45)), p.darker(rock, 0.3))
    at.poly((left[2], left[3], right[0], (0.17 + b, -0.86 + c), (0.05 + b, -0.8 + c), (-0.08 + b, -0.86 + c)), green)
    for x, y, tall in ((-0.16, -0.05, 0.5), (-0.1, -0.45, 0.3), (0.16, -0.1, 0.4)):
        at.poly(((x, y), (x + 0.03 + 0.6 * b, y - tall), (x + 0.07, y)), p.darker(rock, 0.18 if x < 0 else 0.45))
    for x, y, z in rng.random((12, 3)).tolist():
        at.oval(0.95 * (x - 0.5), 0.04 + 0.06 * (y - 0.5), 0.07 + 0.12 * z, 0.045, (248, 252, 255))


def _gull(at: Spot, bend: float) -> None:
    """Draw a gull in the air, about two units wide."""
    t = p.steps(9) * 2 - 1
    at.line(p.cols(t, 0.5 * bend * t - 0.55 * np.sin(np.pi * np.abs(t) ** 0.7)), (250, 250, 250), 0.16)
    at.oval(0, 0.05, 0.22, 0.14, (238, 240, 244))


def _cliff_top(img: np.ndarray, rng: Rng, side: int, y: float, rock: p.Colour, green: p.Colour) -> None:
    """Draw the grass that the viewer stands on, its edge of rock, a worn path and tufts with flowers at both sides."""
    line = p.ridge(rng, y, 0.018, 1.2, 0.012)
    line[:, 1] += 0.02 - side * 0.07 * (line[:, 0] - 0.5)
    for drop, tone in ((0.006, p.darker(rock, 0.2)), (0.016, p.darker(green, 0.35))):
        p.ground(img, line - (0, 0.024 - drop), tone, tone)
    p.ground(img, line + (0, 0.004), p.lighter(green, 0.16), p.darker(green, 0.2))
    p.mottle(img, rng, y + 0.05, 1, 0.2, (7, 4))
    place = rng.random((150, 3))
    xs, ys = place[:, 0], y + 0.06 + (0.95 - y) * place[:, 1]
    blades = np.stack([p.cols(xs, ys), p.cols(xs + 0.02 * (place[:, 2] - 0.5), ys - 0.02 - 0.02 * place[:, 1])], axis=1)
    p.strokes(img, blades[::2], p.darker(green, 0.18), 0.005)
    p.strokes(img, blades[1::2], p.lighter(green, 0.22), 0.005)
    bloom = p.pick(rng, ((240, 150, 190), (252, 246, 236), (250, 214, 82), (188, 140, 214)))
    for edge in (-1, 1):
        for a, b in rng.random((4, 2)).tolist():
            leaf = p.vary(rng, p.darker(green, 0.1), 8)
            p.bush(img, rng, 0.5 + edge * (0.5 - 0.2 * a * b), 0.86 + 0.16 * b, 0.07 + 0.07 * a, leaf, bloom)
