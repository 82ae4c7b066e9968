"""The scene of a swimming pool."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.porches import shrub
from clipgen.scenery.primitives import Depth, Rng, Spot

_CLOTHS: tuple[p.Colour, ...] = (
    (200, 50, 60), (248, 214, 146), (46, 120, 190), (40, 160, 140), (236, 110, 150), (240, 146, 128),
)  # fmt: skip
_WHITE: p.Colour = (252, 250, 244)
_FOOT, _FAR, _END = 0.42, 3.5, 4.8  # the deck below the eye, and how deep the water and the deck reach


def swimming_pool(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a pool of turquoise water from its tiled edge, with parasols and loungers beside it and palms behind."""
    r = rng.random(12).tolist()
    eye = Depth(0.5 + 0.1 * (r[0] - 0.5), 0.31 + 0.03 * r[1])
    half = 0.56 + 0.1 * r[2]
    img = p.fair_sky(rng, h, w, eye.y + 0.1, warm=r[3] < 0.2)
    stone = p.vary(rng, p.pick(rng, ((236, 216, 184), (226, 196, 166), (222, 222, 216), (206, 158, 112))), 8)
    _behind(img, rng, eye.y + _FOOT / _END)
    deck = p.checks(stone, p.darker(stone, 0.06), 30, 20)
    p.warped(img, deck, eye.floor(-3, 3, _FOOT, 0.45, _END))
    water = p.vary(rng, p.pick(rng, ((30, 186, 204), (44, 200, 196), (36, 166, 214))), 8)
    _pool(img, rng, eye, half, water)
    level = _FOOT + 0.035
    if r[4] < 0.5:
        for k in (-1, 0, 1) if r[5] < 0.5 else (-0.5, 0.5):
            _rope(img, eye, k * half * 0.52, level, p.pick(rng, ((200, 50, 60), (36, 150, 130), (40, 90, 180))))
    else:
        side = p.pick(rng, (-1, 1))
        _ring(Spot(img, *eye.at(side * half * 0.6, level, 1.9), 0.19), p.pick(rng, _CLOTHS))
        _ball(Spot(img, *eye.at(-side * half * 0.5, level, 2.5), 0.06), p.pick(rng, _CLOTHS))
    cloth = p.pick(rng, _CLOTHS)
    green = p.pick(rng, (-1, 1)) if r[8] < 0.55 else 0
    for side in (-1, 1):
        for z, out in ((3.3, 0.36), (1.95 + 0.15 * r[9], 0.27)):
            x, y = eye.at(side * (half + out), _FOOT, z)
            if side == green and z < 3:
                _bed(Spot(img, x, y, 0.48), rng)
            elif z < 3 or r[6] < 0.7:
                _place(Spot(img, x, y, 0.82 / z, side), cloth, p.pick(rng, _CLOTHS))
    front = eye.floor(-2, 2, _FOOT, 0.45, 1.0)
    p.warped(img, p.checks(stone, p.darker(stone, 0.07), 15, 6), front)
    _edge(img, rng, eye, water)
    _ladder(Spot(img, 0.5 + p.pick(rng, (-1, 1)) * (0.36 + 0.03 * r[7]), eye.y + _FOOT + 0.04 * min(h, w) / h, 0.3))
    return img


def _behind(img: np.ndarray, rng: Rng, base: float) -> None:
    """Draw what closes the deck: a wall or a hedge with lamps, and palms before the sky."""
    h, w = img.shape[:2]
    v = min(h, w) / h
    leaf, kind = p.vary(rng, (58, 140, 74)), rng.random()
    for k in range(6):
        a, b = rng.random(2).tolist()
        p.tree(img, rng, (k + a) / 6, base - 0.02 * v, 0.2 + 0.08 * b, p.mix(p.darker(leaf, 0.1), p.HAZE, 0.3))
    for k, x in enumerate((0.06, 0.24, 0.42, 0.6, 0.78, 0.95)):
        a, b = rng.random(2).tolist()
        if k in (0, 5) or a < 0.6:
            p.palm(img, rng, x + 0.08 * (b - 0.5), base, 0.3 + 0.1 * a, p.vary(rng, (56, 150, 76)))
    if kind < 0.35:
        green = p.vary(rng, (66, 134, 70), 8)
        p.box(img, -0.02, base - 0.1 * v, 1.02, base, p.darker(green, 0.15))
        p.box(img, -0.02, base - 0.11 * v, 1.02, base - 0.075 * v, p.lighter(green, 0.12))
    else:
        _wall(img, rng, base, 0.0 if kind < 0.7 else 0.2)
    for x in (0.18, 0.5, 0.82):
        lamp = Spot(img, x, base - 0.115 * v, 0.1)
        lamp.glow(0, -0.22, 0.5, (255, 222, 120), 0.5)
        lamp.box(-0.05, -0.1, 0.05, 0.05, (84, 78, 84))
        lamp.oval(0, -0.24, 0.2, 0.2, (255, 224, 108))
        lamp.oval(-0.05, -0.3, 0.08, 0.07, (255, 244, 190))


def _wall(img: np.ndarray, rng: Rng, base: float, dim: float) -> None:
    """Draw a plastered wall with a coping of clay, which can be dimmed."""
    v = min(img.shape[:2]) / img.shape[0]
    wall = p.vary(rng, p.pick(rng, ((250, 246, 236), (240, 190, 140), (238, 170, 150), (190, 216, 224))), 6)
    p.box(img, -0.02, base - 0.11 * v, 1.02, base, wall)
    p.box(img, -0.02, base - 0.03 * v, 1.02, base, p.darker(wall, 0.14))
    p.box(img, -0.02, base - 0.125 * v, 1.02, base - 0.1 * v, p.darker((206, 110, 76), dim))


def _net(rng: Rng) -> np.ndarray:
    """Return the net of light on the floor of a pool, 0 to 1, as a flat picture."""
    size = 128
    points = rng.random((90, 2), dtype=np.float32) * size
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    xs, ys = xs + 2.4 * np.sin(ys / 7), ys + 2.4 * np.sin(xs / 6)
    far = (xs[..., None] - points[:, 0]) ** 2 + (ys[..., None] - points[:, 1]) ** 2
    first, second = np.moveaxis(np.sqrt(np.partition(far, 1, axis=-1)[..., :2]), -1, 0)
    net: np.ndarray = np.clip(1 - (second - first) / 2.9, 0, 1)
    return net


def _pool(img: np.ndarray, rng: Rng, eye: Depth, half: float, water: p.Colour) -> None:
    """Draw the basin: its rim, the tiles of its walls and the water with the net of light on its floor."""
    rim = eye.floor(-half - 0.07, half + 0.07, _FOOT, 0.9, _FAR + 0.35)
    p.poly(img, rim, p.darker(_WHITE, 0.04))
    p.poly(img, eye.floor(-half, half, _FOOT, 0.9, _FAR), p.darker(water, 0.35))
    net = _net(rng)[..., None]
    lines = np.zeros((128, 128, 1), np.float32)
    lines[::16], lines[:, ::16] = 1, 1
    tile = np.array(water) * np.ones((128, 128, 1))
    tile = tile + (np.array(p.darker(water, 0.3)) - tile) * 0.3 * lines
    tile = tile + (np.array((238, 255, 252)) - tile) * 0.55 * net
    shade = np.linspace(1.0, 0.9, 128)[:, None, None]
    level = eye.floor(-half, half, _FOOT + 0.035, 0.9, _FAR)
    p.warped(img, np.clip(tile * shade, 0, 255).astype(np.uint8), level)
    h, w = img.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [(np.array(level) * (w, h)).astype(np.int32)], 255, cv2.LINE_AA)
    ys = (np.arange(h, dtype=np.float32) + 0.5)[:, None] / h
    far = np.clip((eye.y + 0.26 - ys) / 0.14, 0, 1) * 0.55
    p.blend(img, mask.astype(np.float32) / 255 * far, p.lighter(water, 0.45))


def _rope(img: np.ndarray, eye: Depth, dx: float, level: float, colour: p.Colour) -> None:
    """Draw a rope of floats in two colours that divides the water into lanes."""
    depths = 1 / np.linspace(1 / 0.9, 1 / _FAR, 26)
    for k in range(25):
        area = eye.floor(dx - 0.016, dx + 0.016, level, float(depths[k]), float(depths[k + 1]))
        p.poly(img, np.array(area) + (0, 0.008), p.darker((30, 130, 160), 0.1))
        p.poly(img, area, colour if k % 4 < 2 else _WHITE)


def _ring(at: Spot, colour: p.Colour) -> None:
    """Draw a striped swimming ring that floats on the water, one unit wide."""
    turn = np.linspace(0, 2 * np.pi, 49)
    at.oval(0.02, 0.05, 0.52, 0.24, (24, 130, 160))
    for k in range(8):
        a = turn[k * 6 : k * 6 + 7]
        outer = p.cols(0.5 * np.cos(a), 0.24 * np.sin(a) - 0.05)
        inner = p.cols(0.25 * np.cos(a), 0.1 * np.sin(a) - 0.06)
        at.poly(np.concatenate([outer, inner[::-1]]), colour if k % 2 else _WHITE)
    at.line(p.cols(0.4 * np.cos(turn[26:44]), 0.18 * np.sin(turn[26:44]) - 0.08), p.lighter(colour, 0.6), 0.035)


def _ball(at: Spot, colour: p.Colour) -> None:
    """Draw a beach ball on the water, two units wide."""
    at.oval(0.1, 0.2, 1.0, 0.4, (24, 130, 160))
    at.oval(0, -0.5, 0.9, 0.9, _WHITE)
    for start in (200, 320, 80):
        at.oval(0, -0.5, 0.9, 0.9, colour, start, start + 60)
    at.oval(0, -0.5, 0.2, 0.2, _WHITE)


def _place(at: Spot, cloth: p.Colour, towel: p.Colour) -> None:
    """Draw a parasol with a lounger under it, one unit tall, whose foot end points to the water."""
    at.shadow(-0.05, 0, 0.5, 0.07, 0.4)
    at.line(((0.1, 0), (0.1, -0.9)), p.darker(_WHITE, 0.2), 0.035)
    bed = at.spot(-0.06, 0.02, 0.72)
    for x in (-0.42, 0.2):
        bed.line(((x, 0), (x, -0.2)), p.darker(_WHITE, 0.25), 0.05)
    bed.line(((-0.5, -0.22), (0.16, -0.22), (0.46, -0.56)), _WHITE, 0.1)
    bed.line(((-0.46, -0.28), (0.14, -0.28), (0.4, -0.58)), towel, 0.09)
    t = p.steps(8)
    reach, ys = 0.52 * np.sqrt(1 - (1 - t) ** 2), -1 + 0.28 * t
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 9)).tolist()
    for k in range(8):
        a, b = edges[k], edges[k + 1]
        c = p.darker(cloth if k % 2 else _WHITE, 0.03 * k)
        at.poly(np.concatenate([p.cols(0.1 + a * reach, ys), p.cols(0.1 + b * reach, ys)[::-1]]), c)
        at.oval(0.1 + (a + b) * 0.26, -0.725, 0.26 * (b - a), 0.035, p.darker(c, 0.08), 0, 180)
    at.oval(0.1, -1.01, 0.025, 0.025, p.darker(cloth, 0.2))


def _bed(at: Spot, rng: Rng) -> None:
    """Draw a palm in a stone pot among flowers, about one unit tall."""
    at.shadow(0, 0, 0.36, 0.07, 0.4)
    p.palm(at.img, rng, *at.at(0, -0.1), 0.9 * at.size, p.vary(rng, (60, 158, 80)))
    bloom = p.pick(rng, ((236, 90, 150), (250, 246, 240), (200, 50, 90)))
    shrub(at.img, rng, *at.at(0, -0.16), 0.36 * at.size, (70, 150, 80), bloom)
    at.poly(((-0.25, -0.22), (0.25, -0.22), (0.18, 0.02), (-0.18, 0.02)), (226, 220, 208))
    at.poly(((0.08, -0.22), (0.25, -0.22), (0.18, 0.02), (0.07, 0.02)), (192, 186, 178))
    at.box(-0.28, -0.27, 0.28, -0.2, _WHITE)


def _edge(img: np.ndarray, rng: Rng, eye: Depth, water: p.Colour) -> None:
    """Draw the near edge: a pale rim and a band of small tiles in the colours of the water."""
    p.poly(img, np.array(eye.floor(-2, 2, _FOOT, 0.99, 1.03)) + (0, 0.006), p.darker(water, 0.5))
    slabs = p.checks(_WHITE, p.darker(_WHITE, 0.06), 16, 1)
    p.warped(img, slabs, eye.floor(-1.4, 1.4, _FOOT, 0.9, 1.0))
    colours = np.array([p.darker(water, 0.3), water, p.lighter(water, 0.5), p.darker(water, 0.12)])
    small = colours[(rng.random((3, 60)) * 4).astype(int)]
    tile = np.repeat(np.repeat(small, 8, 0), 8, 1)
    tile[::8], tile[:, ::8] = _WHITE, _WHITE
    p.warped(img, tile.astype(np.uint8), eye.floor(-1.4, 1.4, _FOOT, 0.8, 0.9))


def _ladder(at: Spot) -> None:
    """Draw the two bent steel rails of a ladder into the water, one unit tall."""
    steel, a = (186, 200, 212), np.linspace(0, np.pi, 11)
    for x in (-0.16, 0.16):
        arc = p.cols(x + 0 * a, -0.5 - 0.1 * np.sin(a)) + p.cols(0.12 * np.cos(a), 0 * a)
        bent = np.concatenate([[(x + 0.12, 0.1)], arc, [(x - 0.12, -0.2)]])
        at.shadow(x + 0.12, 0.1, 0.07, 0.025, 0.4)
        at.line(bent, p.darker(steel, 0.35), 0.075)
        at.line(bent - (0.012, 0.008), p.lighter(steel, 0.5), 0.035)
