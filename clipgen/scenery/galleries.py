"""The scene of an art gallery."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import paintings
from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_WALLS: tuple[p.Colour, ...] = (
    (150, 44, 52), (40, 92, 88), (48, 66, 118), (96, 58, 104), (186, 134, 84), (66, 98, 72), (168, 96, 84),
    (214, 206, 192),
)  # fmt: skip
_GOLDS: tuple[p.Colour, ...] = ((222, 174, 82), (206, 152, 66), (234, 196, 116))
_CLAYS: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((206, 108, 60), (50, 38, 38)), ((240, 240, 236), (46, 84, 160)), ((96, 160, 150), (240, 226, 180)),
)  # fmt: skip
_STONE: p.Colour = (238, 234, 226)


def art_gallery(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an art gallery: gold-framed paintings in spots of light, a polished floor, a bust and a rope on posts."""
    r = rng.random(8).tolist()
    low = 0.63 + 0.02 * r[0]
    size = 1 + 0.06 * min(max(w / h - 1, 0), 1)
    k, v = size * min(h, w) / w, size * min(h, w) / h
    paint, gold = p.vary(rng, p.pick(rng, _WALLS), 8), p.vary(rng, p.pick(rng, _GOLDS), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.3)), (0.35, paint), (low, p.darker(paint, 0.16)), (1, paint)))
    order = rng.permutation(len(paintings.SMALL)).tolist()
    kinds = [paintings.LARGE[int(2 * r[1])], *(paintings.SMALL[n] for n in order)]
    y, bust = low - 0.34 * v, 1 - (0.13 + 0.02 * r[5]) * k
    shown = ("bust", "vase", "")[int(3 * r[6])]
    main = 0.5 + 0.04 * (r[2] - 0.5) * k if not shown else bust - 0.39 * k
    hung = [(main, 0.35 + 0.04 * r[3], 0.29)]
    for n in range(1, 2 + round(0.4 / k)):
        for side in (-1,) if shown else (-1, 1):
            hung.append((main + side * (0.11 + 0.31 * n) * k, 0.2, 0.26 + 0.04 * r[4]))
    for (x, wide, tall), kind in zip(hung, kinds * 3, strict=False):
        _lit_wall(img, x, y, wide * size, tall * size, paint)
        at = Spot(img, x, y, size)
        _hang(at, kind(rng, round(300 * tall), round(300 * wide)), wide, tall, gold, p.lighter(paint, 0.2))
        _lamp(Spot(img, x, y - (0.5 * tall + 0.075) * v, 0.1 * size), gold)
    _cornice(img, v, paint)
    _skirting(img, low, v, paint)
    _floor(img, rng, low, p.pick(rng, ((176, 122, 74), (148, 96, 58), (198, 152, 104), (120, 78, 54))))
    if shown:
        p.glow(img, bust, low - 0.3 * v, 0.2, p.lighter(p.mix(paint, (255, 226, 170), 0.35), 0.2), 0.6)
        _bust(Spot(img, bust, low + 0.11 * v, 0.52 * size), rng, shown == "vase")
    rope = p.pick(rng, ((168, 28, 44), (40, 64, 128), (120, 30, 84)))
    for side in (1,) if shown else (1, -1):
        _ropes(Spot(img, 0.5 - side * (0.5 - 0.27 * k), low + 0.1 * v, size, side), rope, gold)
    p.corners(img, 0.26)
    return img if r[7] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _lit_wall(img: np.ndarray, x: float, y: float, wide: float, tall: float, paint: p.Colour) -> None:
    """Brighten the wall around a painting as a lamp above it does."""
    p.glow(img, x, y - 0.1 * tall, 0.62 * max(wide, tall), p.lighter(p.mix(paint, (255, 226, 170), 0.35), 0.2), 0.6)


def _hang(at: Spot, canvas: np.ndarray, wide: float, tall: float, gold: p.Colour, mount: p.Colour) -> None:
    """Hang a painting in a broad golden frame, its middle at the spot."""
    a, b = wide / 2, tall / 2
    at.shadow(0.012, 0.03, a + 0.03, b + 0.03, 0.5)
    for by, c in ((0.034, p.darker(gold, 0.45)), (0.03, p.lighter(gold, 0.2)), (0.02, p.darker(gold, 0.12)),
                  (0.008, p.darker(gold, 0.5))):  # fmt: skip
        at.box(-a - by, -b - by, a + by, b + by, c)
    at.poly(((-a - 0.03, b + 0.03), (a + 0.03, b + 0.03), (a + 0.02, b + 0.02), (-a - 0.02, b + 0.02)),
            p.darker(gold, 0.3))  # fmt: skip
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        at.oval(x * (a + 0.018), y * (b + 0.018), 0.02, 0.02, p.lighter(gold, 0.25))
        at.oval(x * (a + 0.018), y * (b + 0.018), 0.01, 0.01, p.mix(p.darker(gold, 0.4), mount, 0.1))
    corners = (at.at(-a, -b), at.at(a, -b), at.at(a, b), at.at(-a, b))
    p.warped(at.img, canvas, corners)


def _lamp(at: Spot, gold: p.Colour) -> None:
    """Draw a picture lamp on a short arm, about one unit wide."""
    at.line(((0, 0.28), (0, 0)), p.darker(gold, 0.4), 0.09)
    at.box(-0.5, -0.1, 0.5, 0.1, p.darker(gold, 0.3), 0.1)
    at.box(-0.48, -0.1, 0.48, 0.0, p.lighter(gold, 0.25), 0.05)
    at.box(-0.42, 0.08, 0.42, 0.15, (255, 244, 200), 0.03)
    at.glow(0, 0.4, 0.6, (255, 236, 180), 0.5)


def _cornice(img: np.ndarray, v: float, paint: p.Colour) -> None:
    """Draw a white moulding along the ceiling."""
    pale = p.mix(_STONE, paint, 0.12)
    shades = p.darker(paint, 0.45), p.darker(pale, 0.22), pale, p.darker(pale, 0.12)
    for y, c in zip((0.05, 0.043, 0.034, 0.012), shades, strict=True):
        p.box(img, -0.02, -0.02, 1.02, y * v, c)


def _skirting(img: np.ndarray, low: float, v: float, paint: p.Colour) -> None:
    """Draw a panelled white skirting along the floor."""
    pale = p.mix(_STONE, paint, 0.14)
    p.box(img, -0.02, low - 0.06 * v, 1.02, low + 0.01, p.darker(pale, 0.1))
    p.box(img, -0.02, low - 0.066 * v, 1.02, low - 0.05 * v, pale)
    p.box(img, -0.02, low - 0.05 * v, 1.02, low - 0.044 * v, p.darker(pale, 0.28))


def _floor(img: np.ndarray, rng: Rng, low: float, wood: p.Colour) -> None:
    """Lay a polished wooden floor, in which the wall is mirrored."""
    h, w = img.shape[:2]
    across, along, unit = 14, 10, 16
    odd = (np.arange(along)[:, None] + np.arange(across)) % 2
    shades = (0.9 + 0.16 * odd[..., None]) * (1 + 0.06 * (rng.random((along, across, 1)) - 0.5))
    tile = np.repeat(np.repeat(np.array(wood) * shades, unit, 0), unit, 1)
    upright = np.repeat(np.repeat(odd == 1, unit, 0), unit, 1)
    for n in range(4, unit, 4):
        tile[n::unit][~upright[n::unit]] *= 0.93
        tile[:, n::unit][upright[:, n::unit]] *= 0.93
    wall = img.copy()
    p.warped(img, np.clip(tile, 0, 255).astype(np.uint8), ((-0.1, low), (1.1, low), (1.9, 1.02), (-0.9, 1.02)))
    a = int(round(low * h))
    rows = np.clip(2 * a - 1 - np.arange(a, h), 0, a)
    mirror = np.ascontiguousarray(wall[rows])
    fade = np.repeat(np.linspace(0.42, 0.05, h - a, dtype=np.float32)[:, None], w, 1)
    p.blend(img[a:], fade, mirror)
    p.shadow(img, 0.5, low, 3, 0.035, 0.35)


def _bust(at: Spot, rng: Rng, vase: bool) -> None:
    """Draw a marble bust or a painted vase on a plinth, about one unit tall together."""
    at.shadow(0, 0, 0.26, 0.05, 0.5)
    at.shaded(((-0.17, -0.5), (0.17, -0.5), (0.17, 0), (-0.17, 0)), _STONE, p.darker(_STONE, 0.22))
    at.box(0.07, -0.5, 0.17, 0, p.darker(_STONE, 0.26))
    for y, half in ((-0.06, 0.2), (-0.54, 0.2)):
        at.box(-half, y, half, y + 0.06, p.darker(_STONE, 0.18))
        at.box(-half, y, 0.08, y + 0.035, p.lighter(_STONE, 0.5))
    if vase:
        _vase(at.spot(0, -0.54, 0.45), rng)
        return
    marble, shade = (246, 243, 238), (200, 196, 200)
    at.box(-0.07, -0.6, 0.07, -0.54, shade)
    at.poly(((-0.2, -0.7), (-0.12, -0.76), (0.12, -0.76), (0.2, -0.7), (0.14, -0.61), (0.04, -0.585), (-0.04, -0.585),
             (-0.14, -0.61)), marble)  # fmt: skip
    at.poly(((0.04, -0.76), (0.12, -0.76), (0.2, -0.7), (0.14, -0.61), (0.05, -0.585)), shade)
    at.poly(((-0.055, -0.86), (0.065, -0.86), (0.085, -0.74), (-0.075, -0.74)), shade)
    at.oval(0.0, -0.93, 0.105, 0.125, shade)
    at.oval(-0.015, -0.93, 0.092, 0.12, marble)
    at.poly(((-0.1, -0.95), (-0.135, -0.9), (-0.1, -0.89)), marble)
    hair = (220, 216, 216)
    for x, y in ((-0.075, -1.01), (-0.03, -1.05), (0.03, -1.055), (0.08, -1.01), (0.105, -0.95), (0.1, -0.89)):
        at.oval(x, y, 0.045, 0.042, shade)
        at.oval(x - 0.008, y - 0.008, 0.036, 0.033, hair)
    at.oval(-0.055, -0.94, 0.014, 0.012, (168, 164, 172))
    at.line(((-0.09, -0.86), (-0.05, -0.86)), (176, 172, 178), 0.014)


def _vase(at: Spot, rng: Rng) -> None:
    """Draw an ancient vase with bands, one unit tall."""
    clay, ink = p.pick(rng, _CLAYS)
    t = p.steps(21)
    half = np.interp(t, (0, 0.08, 0.2, 0.55, 0.78, 0.9, 1), (0.16, 0.14, 0.22, 0.38, 0.2, 0.13, 0.2))
    body = p.both_sides(0 * t, half, -t)
    for side in (-1, 1):
        arc = np.pi * p.steps(9)
        at.line(p.cols(side * (0.16 + 0.16 * np.sin(arc)), -0.76 - 0.1 * np.cos(arc)), p.darker(clay, 0.2), 0.05)
    at.poly(body, p.darker(clay, 0.2))
    at.poly(p.both_sides(0 * t - 0.05, half * 0.82, -t), clay)
    for a, b in ((0.22, 0.27), (0.4, 0.6), (0.68, 0.73)):
        s = a + (b - a) * p.steps(5)
        at.poly(p.both_sides(0 * s, np.interp(s, t, half), -s), ink)
    for x in (-0.24, -0.08, 0.08, 0.24):
        at.oval(x, -0.5, 0.055, 0.055, clay)


def _ropes(at: Spot, red: p.Colour, gold: p.Colour) -> None:
    """Draw posts from the spot to the left, or to the right when it is mirrored, and velvet ropes between them."""
    step, t = 0.26, p.steps(15)
    for x in (0, -step, -2 * step):
        at.shadow(x + 0.02, 0, 0.07, 0.02, 0.5)
        at.oval(x, 0, 0.05, 0.018, p.darker(gold, 0.45))
        at.oval(x, -0.008, 0.045, 0.016, gold)
        at.box(x - 0.012, -0.21, x + 0.012, -0.008, p.darker(gold, 0.3))
        at.box(x - 0.01, -0.21, x + 0.002, -0.008, p.lighter(gold, 0.3))
        at.oval(x, -0.22, 0.024, 0.024, p.darker(gold, 0.15))
        at.oval(x - 0.006, -0.226, 0.012, 0.012, p.lighter(gold, 0.5))
    for x in (0, -step):
        rope = p.cols(x - step * t, -0.19 + 0.28 * t * (1 - t))
        at.line(rope, p.darker(red, 0.35), 0.03)
        at.line(rope - (0, 0.004), red, 0.02)
