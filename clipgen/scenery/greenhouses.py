"""The scene of a greenhouse."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot, furniture

_BLOOMS: tuple[p.Colour, ...] = (
    (236, 70, 90), (250, 150, 190), (250, 200, 70), (250, 246, 240), (176, 110, 214), (250, 130, 60), (120, 130, 230),
)  # fmt: skip
_POTS: tuple[p.Colour, ...] = ((196, 108, 74), (196, 108, 74), (214, 138, 98), (236, 228, 214), (110, 140, 150))
_HALF, _FOOT, _EAVES, _LEDGE = 0.66, 0.4, -0.24, 0.26  # of the house: its half width, floor, eaves and low wall


def _profile(rng: Rng) -> np.ndarray:
    """Return the outline of the roof, from the left eaves over the ridge to the right eaves: pitched or round."""
    if rng.random() < 0.55:
        ridge = -0.66 - 0.1 * rng.random()
        return np.array([(x, _EAVES + (ridge - _EAVES) * (1 - abs(x) / _HALF)) for x in _HALF * np.linspace(-1, 1, 5)])
    turn = np.pi * p.steps(9)
    return p.cols(-_HALF * np.cos(turn), _EAVES - 0.42 * np.sin(turn))


def greenhouse(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a greenhouse seen along its path: a glass roof and walls in thin frames, and plants on both sides."""
    r = rng.random(8).tolist()
    eye = Depth(0.48 + 0.04 * r[0], 0.47 + 0.02 * r[1])
    near, far = 0.5, 2.5 + 0.4 * r[2]
    rim = p.pick(rng, ((248, 250, 248), (248, 250, 248), (86, 132, 110), (52, 96, 84)))
    img = _outside(rng, h, w, eye)
    roof = _profile(rng)
    depths = np.arange(far, near, -0.33).tolist()
    _glints(img, rng, eye, roof, depths)
    wall = p.vary(rng, p.pick(rng, ((176, 100, 78), (226, 220, 208), (150, 146, 140))), 8)
    _end(img, eye, far, rim, wall)
    soil = p.vary(rng, (122, 92, 66), 8)
    p.warped(img, p.boards(rng, soil, 12, 10, 0.92, 0.08), eye.floor(-_HALF, _HALF, _FOOT, near, far))
    path = p.vary(rng, p.pick(rng, ((206, 192, 166), (188, 184, 178), (196, 130, 100))), 8)
    p.poly(img, eye.floor(-0.235, 0.235, _FOOT, near, far), p.darker(path, 0.35))
    p.warped(img, _paving(rng, path), eye.floor(-0.22, 0.22, _FOOT, near, far))
    for side in (-1, 1):
        low = eye.wall(side * _HALF, _LEDGE, _FOOT, near, far)
        p.poly(img, low, p.darker(wall, 0.18 if side < 0 else 0.06))
    _ribs(img, eye, roof, depths, rim)
    wood = p.vary(rng, p.pick(rng, ((176, 128, 82), (146, 106, 72), (206, 172, 130))), 8)
    crops = [int(x * 4) for x in rng.random(4).tolist()]
    for side in (-1, 1):
        _bench(img, eye, side, far - 0.15, near, wood)
    for z in np.linspace(far - 0.2, 0.8, 8).tolist():
        for side in (-1, 1):
            _crop(Spot(img, *eye.at(side * 0.53, 0.24, z), 0.34 / z, side), rng, crops[1 + side])
            _potted(Spot(img, *eye.at(side * 0.37, 0.25, z), 0.2 / z, side), rng)
    for z in (1.7, 1.15):
        for side in (-1, 1):
            if r[3] < 0.7:
                _basket(img, rng, eye, side * 0.34, z)
    p.glow(img, 0.5, 0.3, 0.5, (255, 252, 226), 0.18)
    return img if r[4] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _outside(rng: Rng, h: int, w: int, eye: Depth) -> np.ndarray:
    """Return what is seen through the glass: sky, hills and trees, out of focus."""
    img = p.fair_sky(rng, h, w, eye.y + 0.08, warm=rng.random() < 0.25)
    green = p.vary(rng, (122, 172, 92))
    p.ground(img, p.ridge(rng, eye.y + 0.04, 0.02, 1.2), p.mix(green, p.HAZE, 0.3), green)
    for n, (a, b) in enumerate(rng.random((9, 2)).tolist()):
        leaf = p.mix(p.vary(rng, p.darker(green, 0.15)), p.HAZE, 0.3)
        p.tree(img, rng, (n + a) / 9, eye.y + 0.12, 0.24 + 0.12 * b, leaf)
    img[:] = cv2.GaussianBlur(img, (0, 0), 0.008 * min(h, w))
    return np.clip(img * 0.82 + np.array((238, 248, 250)) * 0.18, 0, 255).astype(np.uint8)


def _glints(img: np.ndarray, rng: Rng, eye: Depth, roof: np.ndarray, depths: list[float]) -> None:
    """Blend light reflections into some of the panes of the walls and of the roof."""
    h, w = img.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    panes = [((-_HALF, _LEDGE), (-_HALF, _EAVES)), ((_HALF, _LEDGE), (_HALF, _EAVES))]
    panes += [(tuple(a), tuple(b)) for a, b in zip(roof[:-1].tolist(), roof[1:].tolist(), strict=True)]
    for z in depths:
        for (ax, ay), (bx, by) in panes:
            a, b = rng.random(2).tolist()
            if a < 0.55:
                one, two = z + 0.3 * b - 0.28, z + 0.3 * b - 0.18
                corners = eye.at(ax, ay, one), eye.at(ax, ay, two), eye.at(bx, by, two - 0.1), eye.at(bx, by, one - 0.1)
                p.poly(mask, corners, (int(110 + 90 * a), 0, 0))
    p.blend(img, mask.astype(np.float32) / 255 * 0.55, (255, 255, 255))


def _end(img: np.ndarray, eye: Depth, far: float, rim: p.Colour, wall: p.Colour) -> None:
    """Draw the glazed wall at the far end, with a door in its middle."""
    eye.front(img, -_HALF, _LEDGE, _HALF, _FOOT, far, wall)
    for x in (-0.44, -0.22, 0.22, 0.44):
        p.stroke(img, (eye.at(x, _LEDGE, far), eye.at(x, -0.52, far)), rim, 0.006)
    for y in (_LEDGE, _EAVES, 0.02):
        p.stroke(img, (eye.at(-_HALF, y, far), eye.at(_HALF, y, far)), rim, 0.008)
    eye.front(img, -0.2, _EAVES, 0.2, _FOOT, far, rim)
    for x in (-0.165, 0.015):
        eye.front(img, x, _EAVES + 0.04, x + 0.15, 0.06, far, (206, 232, 236))
        eye.front(img, x, 0.1, x + 0.15, _FOOT - 0.05, far, (178, 212, 200))


def _ribs(img: np.ndarray, eye: Depth, roof: np.ndarray, depths: list[float], rim: p.Colour) -> None:
    """Draw the frames of the walls and of the roof, and the bars along them."""
    shade = p.darker(rim, 0.22)
    frame = np.concatenate([[(-_HALF, _LEDGE)], roof, [(_HALF, _LEDGE)]])
    for x, y in [*roof.tolist(), (-_HALF, 0.02), (_HALF, 0.02), (-_HALF, _LEDGE), (_HALF, _LEDGE)]:
        ends = eye.at(x, y, depths[0]), eye.at(x, y, 0.45)
        p.stroke(img, ends, shade if abs(x) == _HALF else rim, 0.011)
    for z in depths:
        rib = np.array([eye.at(x, y, z) for x, y in frame.tolist()])
        p.stroke(img, rib + (0.003, 0.003), shade, 0.014 / z)
        p.stroke(img, rib, rim, 0.011 / z)


def _paving(rng: Rng, colour: p.Colour) -> np.ndarray:
    """Return a flat picture of a path of large stones."""
    shades = 1 + 0.1 * (2 * rng.random((22, 4, 1)) - 1)
    tile = np.repeat(np.repeat(np.array(colour) * shades, 16, 0), 16, 1)
    tile[::16] *= 0.8
    for row in range(22):
        band = tile[row * 16 : row * 16 + 16]
        band[:, ::16] *= 0.8
        band[:] = np.roll(band, 8 * (row % 2), 1)
    return np.clip(tile, 0, 255).astype(np.uint8)


def _bench(img: np.ndarray, eye: Depth, side: int, far: float, near: float, wood: p.Colour) -> None:
    """Draw a long wooden bed along a wall, filled with soil."""
    inner, outer, top = side * 0.29, side * 0.64, 0.25
    p.poly(img, eye.floor(side * 0.25, inner, _FOOT, near, far), (84, 70, 54))
    p.poly(img, eye.floor(inner, outer, top, near, far), (96, 72, 52))
    p.poly(img, eye.wall(inner, top, _FOOT, near, far), p.darker(wood, 0.12 if side > 0 else 0.28))
    for y in (0.3, 0.35):
        p.stroke(img, (eye.at(inner, y, far), eye.at(inner, y, near)), p.darker(wood, 0.45), 0.005)
    p.poly(img, eye.floor(inner - side * 0.012, inner + side * 0.025, top, near, far), p.lighter(wood, 0.28))


def _crop(at: Spot, rng: Rng, kind: int) -> None:
    """Draw a tall plant, about one unit tall: a vine with tomatoes, a palm, a tree with oranges, or large leaves."""
    green = p.vary(rng, (70, 138, 66))
    if kind == 0:
        at.line(((0, 0), (0, -1.3)), (150, 116, 76), 0.04)
        for n, (a, b) in enumerate(rng.random((10, 2)).tolist()):
            x, y = 0.26 * (1 if n % 2 else -1) * (0.5 + 0.5 * a), -0.2 - 0.11 * n
            at.oval(x, y, 0.2, 0.12, p.mix(p.darker(green, 0.25), p.lighter(green, 0.1), b))
        for n, a in enumerate(rng.random(5).tolist()):
            at.oval(0.5 * a - 0.25, -0.28 - 0.19 * n, 0.085, 0.085, (226, 58, 44) if a < 0.8 else (240, 150, 60))
    elif kind == 1:
        p.palm(at.img, rng, at.x, at.y, at.size * 0.95, green)
    elif kind == 2:
        p.tree(at.img, rng, at.x, at.y, at.size * 1.2, green)
        for a, b in rng.random((7, 2)).tolist():
            at.oval(0.66 * a - 0.33, -0.56 - 0.42 * b, 0.06, 0.06, (250, 160, 40))
    else:
        furniture.plant(at.spot(0, 0.2, 1.25), rng, p.pick(rng, _POTS))


def _potted(at: Spot, rng: Rng) -> None:
    """Draw a flower in a pot, about one unit tall."""
    pot, green = p.pick(rng, _POTS), p.vary(rng, (84, 148, 74))
    bloom = p.pick(rng, _BLOOMS) if rng.random() < 0.88 else None
    p.bush(at.img, rng, *at.at(0, -0.36), at.size * 0.62, green, bloom)
    at.poly(((-0.27, -0.44), (0.27, -0.44), (0.19, 0), (-0.19, 0)), pot)
    at.poly(((0.08, -0.44), (0.27, -0.44), (0.19, 0), (0.06, 0)), p.darker(pot, 0.2))
    at.box(-0.31, -0.5, 0.31, -0.37, p.lighter(pot, 0.14))


def _basket(img: np.ndarray, rng: Rng, eye: Depth, dx: float, z: float) -> None:
    """Draw a hanging basket of flowers below the roof at a depth."""
    at = Spot(img, *eye.at(dx, -0.18, z), 0.17 / z)
    at.line(((0, -3), (0, -0.5)), (90, 84, 76), 0.04)
    at.line(((-0.36, 0), (0, -0.6), (0.36, 0)), (90, 84, 76), 0.04)
    at.oval(0, -0.02, 0.4, 0.36, (140, 100, 66), 0, 180)
    p.bush(img, rng, *at.at(0, 0.08), at.size * 0.66, p.vary(rng, (84, 150, 76)), p.pick(rng, _BLOOMS))
