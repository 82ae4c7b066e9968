"""The scene of a rooftop over a town."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.porches import shrub
from clipgen.scenery.primitives import Depth, Rng, Spot

_BRICKS: tuple[p.Colour, ...] = ((176, 92, 70), (158, 104, 82), (196, 120, 88), (140, 84, 76))
_TILES: tuple[p.Colour, ...] = ((206, 100, 66), (190, 84, 64), (216, 124, 80), (170, 92, 76), (150, 100, 96))
_PLASTERS: tuple[p.Colour, ...] = ((244, 226, 192), (236, 200, 156), (240, 236, 226), (226, 176, 150), (204, 212, 214))


def rooftop(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a flat roof with a parapet, a water tank, chimneys or plants, above the roofs and towers of a town."""
    r = rng.random(10).tolist()
    v = min(h, w) / h
    eye = Depth(0.5 + 0.1 * (r[0] - 0.5), 0.47 + 0.02 * r[1])
    back = 0.66 + 0.02 * r[2]
    img = p.fair_sky(rng, h, w, eye.y, warm=r[3] < 0.4)
    modern = r[4] < 0.45
    haze = p.mix((150, 166, 190), (190, 150, 150), r[5])
    for k, pale in enumerate((0.5, 0.2)) if modern else ((0, 0.5),):
        wall = p.mix(haze, (112, 122, 156), 0.5 - pale / 2)
        tall = 0.26 - 0.07 * k if modern else 0.1
        p.skyline(
            img, rng, eye.y + 0.14, 0.14, 0.14 + tall * v, p.lighter(wall, 0.12 + pale * 0.7), (255, 218, 100),
            p.darker(wall, 0.06), 0.2, 11 - 3 * k,
        )  # fmt: skip
    if not modern:
        _dome(Spot(img, 0.5 + p.pick(rng, (-1, 1)) * (0.1 + 0.16 * r[6]), eye.y + 0.06, 0.3), rng)
    for row in range(2):
        draw = _blocks if modern and row else _row
        draw(img, rng, eye.y + (0.01 + 0.075 * row) * v, back + 0.02, 0.24 + 0.12 * row, 0.26 - 0.24 * row)
    floor = p.vary(rng, p.pick(rng, ((196, 188, 178), (204, 160, 120), (176, 180, 186), (206, 176, 150))), 8)
    _terrace(img, rng, eye, back, floor, planks=r[7] < 0.5)
    if r[9] < 0.5:
        _lights(img, back - 0.4 * v, 0.2 * v)
    side = p.pick(rng, (-1, 1))
    brick = p.vary(rng, p.pick(rng, _BRICKS), 8)
    if r[8] < 0.6:
        _tank(Spot(img, 0.5 + side * 0.34, back + 0.04 * v, 0.62), p.pick(rng, ((156, 108, 72), (136, 100, 80))))
    else:
        _chimney(Spot(img, 0.5 + side * 0.35, back + 0.05 * v, 0.46), brick, 3)
    _chimney(Spot(img, 0.5 - side * 0.4, back + 0.05 * v, 0.36 + 0.06 * r[9]), brick, 2)
    for k, x in enumerate((0.24, 0.44)):
        _pot(Spot(img, 0.5 - side * x, back + (0.06 + 0.09 * k) * v, 0.15 + 0.05 * k), rng)
    _pot(Spot(img, 0.5 + side * 0.46, back + 0.17 * v, 0.22), rng)
    return img


def _row(img: np.ndarray, rng: Rng, top: float, foot: float, size: float, pale: float) -> None:
    """Draw a row of houses seen over their roofs, whose ridges are near a height, from edge to edge."""
    h, w = img.shape[:2]
    v, k = min(h, w) / h, min(h, w) / w
    x = -0.1 * rng.random()
    while x < 1.02:
        a, b, c, d = rng.random(4).tolist()
        wide, ridge = size * (0.7 + 0.6 * a) * k, top + (0.05 * b - 0.02) * v
        tile = p.mix(p.vary(rng, p.pick(rng, _TILES), 10), p.HAZE, pale)
        wall = p.mix(p.pick(rng, _PLASTERS), p.HAZE, pale)
        if c < 0.5:
            _gable(img, x, wide, ridge, foot, 0.34 * size * v, wall, tile)
        else:
            low = ridge + 0.32 * size * v
            p.box(img, x, ridge + 0.02 * v, x + wide, foot, p.darker(wall, 0.1))
            slope = ((x + 0.1 * wide, ridge), (x + 0.9 * wide, ridge), (x + 1.04 * wide, low), (x - 0.04 * wide, low))
            p.poly_gradient(img, slope, p.lighter(tile, 0.12), p.darker(tile, 0.1))
            for s in (0.33, 0.66):
                y, out = ridge + s * (low - ridge), (0.1 - 0.14 * s) * wide
                p.stroke(img, ((x + out, y), (x + wide - out, y)), p.darker(tile, 0.16), 0.006)
            p.box(img, x + 0.4 * wide, ridge + 0.08 * size * v, x + 0.6 * wide, low - 0.05 * size * v, wall)
            p.box(img, x + 0.44 * wide, ridge + 0.12 * size * v, x + 0.56 * wide, low - 0.05 * size * v, (96, 120, 146))
        if d < 0.7:
            at = x + (0.2 + 0.5 * d) * wide
            stack = p.mix(p.pick(rng, _BRICKS), p.HAZE, pale)
            p.box(img, at, ridge - 0.14 * size * v, at + 0.1 * size * k, ridge + 0.14 * size * v, stack)
            p.box(img, at - 0.01 * k, ridge - 0.17 * size * v, at + 0.1 * size * k + 0.01 * k, ridge - 0.12 * size * v,
                  p.darker(stack, 0.2))  # fmt: skip
        x += wide * 0.98


def _blocks(img: np.ndarray, rng: Rng, top: float, foot: float, size: float, pale: float) -> None:
    """Draw a row of flat-roofed brick houses whose upper edges are near a height, from edge to edge."""
    h, w = img.shape[:2]
    v, k = min(h, w) / h, min(h, w) / w
    x = -0.1 * rng.random()
    while x < 1.02:
        a, b, c = rng.random(3).tolist()
        wide, high = size * (0.5 + 0.4 * a) * k, top + (0.08 * b - 0.05) * v
        wall = p.mix(p.vary(rng, p.pick(rng, (*_BRICKS, *_PLASTERS)), 10), p.HAZE, pale + 0.12)
        p.box(img, x, high, x + wide, foot, wall)
        p.box(img, x + 0.8 * wide, high, x + wide, foot, p.darker(wall, 0.2))
        p.box(img, x - 0.01 * k, high - 0.012 * v, x + wide + 0.01 * k, high + 0.012 * v, p.lighter(wall, 0.4))
        for column in range(3):
            left = x + (0.1 + 0.24 * column) * wide
            for y in np.arange(high + 0.035 * v, foot, 0.07 * v).tolist():
                p.box(img, left, y, left + 0.13 * wide, y + 0.04 * v, (92, 112, 140))
        if c < 0.35:
            _tank(Spot(img, x + wide / 2, high - 0.01 * v, 0.16), p.mix((150, 110, 84), p.HAZE, 0.25))
        x += wide


def _gable(
    img: np.ndarray, x: float, wide: float, ridge: float, foot: float, rise: float, wall: p.Colour, tile: p.Colour
) -> None:
    """Draw a house whose gable faces the viewer."""
    mid, low = x + wide / 2, ridge + rise
    p.poly(img, ((x, low), (mid, ridge), (x + wide, low), (x + wide, foot), (x, foot)), wall)
    edge = np.array([(x - 0.05 * wide, low + 0.02), (mid, ridge - 0.012), (x + 1.05 * wide, low + 0.02)])
    p.stroke(img, edge, p.darker(tile, 0.1), 0.026)
    p.stroke(img, edge - (0, 0.006), p.lighter(tile, 0.06), 0.014)
    p.box(img, mid - 0.1 * wide, ridge + 0.55 * rise, mid + 0.1 * wide, ridge + 1.1 * rise, (96, 120, 146))


def _dome(at: Spot, rng: Rng) -> None:
    """Draw a far dome with a lantern, or a pair of church towers, one unit tall."""
    wall, roof = p.mix((236, 220, 190), p.HAZE, 0.35), p.mix(p.pick(rng, ((96, 150, 140), *_TILES)), p.HAZE, 0.35)
    if rng.random() < 0.5:
        at.box(-0.34, -0.5, 0.34, 0.3, wall)
        at.box(0.1, -0.5, 0.34, 0.3, p.darker(wall, 0.12))
        at.oval(0, -0.5, 0.36, 0.42, roof, 180, 360)
        at.oval(-0.1, -0.5, 0.14, 0.36, p.lighter(roof, 0.16), 180, 360)
        at.box(-0.05, -1.02, 0.05, -0.88, wall)
        at.poly(((-0.07, -1.02), (0, -1.2), (0.07, -1.02)), roof)
        return
    for x in (-0.16, 0.16):
        at.box(x - 0.09, -0.75, x + 0.09, 0.3, wall)
        at.box(x + 0.02, -0.75, x + 0.09, 0.3, p.darker(wall, 0.12))
        at.box(x - 0.03, -0.65, x + 0.03, -0.45, p.darker(wall, 0.45))
        at.poly(((x - 0.12, -0.74), (x, -1.2), (x + 0.12, -0.74)), roof)
        at.poly(((x + 0.02, -0.74), (x, -1.2), (x + 0.12, -0.74)), p.darker(roof, 0.15))


def _terrace(img: np.ndarray, rng: Rng, eye: Depth, back: float, colour: p.Colour, planks: bool) -> None:
    """Draw the flat roof with its parapet at the back."""
    v = min(img.shape[:2]) / img.shape[0]
    foot = 1.05 - eye.y
    far = foot / (back + 0.05 * v - eye.y)
    tile = p.boards(rng, colour, 22, 3, 0.7, 0.1) if planks else p.checks(colour, p.darker(colour, 0.09), 14, 8)
    p.box(img, -0.02, back, 1.02, 1.02, colour)
    p.warped(img, tile, eye.floor(-1.5, 1.5, foot, 0.95, far))
    p.shadow(img, 0.5, back + 0.05 * v, 3, 0.035, 0.4)
    wall = p.lighter(colour, 0.3)
    p.box(img, -0.02, back - 0.03 * v, 1.02, back + 0.05 * v, p.darker(wall, 0.2))
    p.box(img, -0.02, back - 0.045 * v, 1.02, back - 0.015 * v, p.lighter(wall, 0.35))
    p.box(img, -0.02, back - 0.015 * v, 1.02, back - 0.006 * v, p.darker(wall, 0.4))


def _lights(img: np.ndarray, y: float, sag: float) -> None:
    """Draw a string of light bulbs from edge to edge."""
    t = np.linspace(-0.03, 1.03, 23)
    rope = p.cols(t, y + sag * (1 - (2 * t - 1) ** 2))
    p.stroke(img, rope, (70, 62, 70), 0.006)
    for a, b in rope[1::2].tolist():
        p.glow(img, a, b + 0.01, 0.03, (255, 224, 116), 0.6)
        p.disc(img, a, b + 0.01, 0.014, (255, 222, 92))


def _tank(at: Spot, wood: p.Colour) -> None:
    """Draw a round wooden water tank with a pointed roof on a stand, one unit tall."""
    iron = (70, 66, 72)
    at.shadow(0.02, 0, 0.3, 0.05, 0.5)
    for x in (-0.2, 0.2):
        at.line(((x, 0), (x * 0.85, -0.36)), iron, 0.034)
        at.line(((x, -0.03), (-x * 0.85, -0.34)), iron, 0.016)
    at.box(-0.26, -0.39, 0.26, -0.34, p.darker(iron, 0.1))
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 11)) * 0.24
    for k in range(10):
        shade = p.mix(p.lighter(wood, 0.14), p.darker(wood, 0.36), abs(k - 3) / 6.5)
        at.box(edges[k], -0.8, edges[k + 1], -0.38, p.darker(shade, 0.05 * (k % 2)))
    for y in (-0.72, -0.6, -0.46):
        at.line(((-0.24, y), (0.24, y)), iron, 0.014)
    at.poly(((-0.29, -0.79), (0, -1), (0.29, -0.79)), p.lighter(iron, 0.2))
    at.poly(((0.04, -0.79), (0, -1), (0.29, -0.79)), iron)


def _chimney(at: Spot, brick: p.Colour, pots: int) -> None:
    """Draw a brick chimney with clay pots, one unit tall."""
    half = 0.1 + 0.08 * pots
    at.shadow(0.03, 0, half + 0.12, 0.06, 0.5)
    at.box(-half, -0.74, half, 0.02, brick)
    for k, y in enumerate(np.arange(-0.72, 0, 0.09).tolist()):
        at.line(((-half, y), (half, y)), p.lighter(brick, 0.25), 0.012)
        for x in np.arange(-half + 0.06 + 0.07 * (k % 2), half, 0.14).tolist():
            at.line(((x, y), (x, y + 0.09)), p.lighter(brick, 0.2), 0.012)
    at.box(half * 0.55, -0.74, half, 0.02, p.darker(brick, 0.28))
    at.box(-half - 0.05, -0.79, half + 0.05, -0.71, p.darker(brick, 0.3))
    at.box(-half - 0.05, -0.79, half + 0.05, -0.76, p.lighter(brick, 0.25))
    for k in range(pots):
        x = (k - (pots - 1) / 2) * 0.19
        at.poly(((x - 0.055, -1), (x + 0.055, -1), (x + 0.075, -0.78), (x - 0.075, -0.78)), (206, 122, 84))
        at.poly(((x + 0.02, -1), (x + 0.055, -1), (x + 0.075, -0.78), (x + 0.02, -0.78)), (166, 92, 66))
        at.box(x - 0.075, -1.03, x + 0.075, -0.98, (222, 146, 104))


def _pot(at: Spot, rng: Rng) -> None:
    """Draw a flowering bush in a clay pot, about one unit tall."""
    clay = p.vary(rng, p.pick(rng, ((200, 112, 76), (90, 120, 150), (226, 220, 206))), 8)
    at.shadow(0.04, 0, 0.32, 0.08, 0.5)
    bloom = p.pick(rng, ((232, 100, 146), (246, 214, 140), (250, 246, 240), None, (200, 110, 210)))
    x, y = at.at(0, -0.3)
    shrub(at.img, rng, x, y, 0.62 * at.size, p.vary(rng, (78, 146, 76)), bloom)
    at.poly(((-0.26, -0.4), (0.26, -0.4), (0.18, 0), (-0.18, 0)), clay)
    at.poly(((0.08, -0.4), (0.26, -0.4), (0.18, 0), (0.06, 0)), p.darker(clay, 0.2))
    at.box(-0.29, -0.45, 0.29, -0.36, p.lighter(clay, 0.15))
