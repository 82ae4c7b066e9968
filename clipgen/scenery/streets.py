"""Scenes between two rows of old houses, seen along them: a street and a canal."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_PLASTERS: tuple[p.Colour, ...] = (
    (236, 200, 140), (226, 150, 110), (240, 226, 196), (196, 108, 88), (168, 190, 196), (236, 180, 172),
    (206, 214, 168), (222, 172, 118), (178, 160, 196),
)  # fmt: skip
_SHUTTERS: tuple[p.Colour, ...] = ((66, 110, 90), (70, 100, 140), (120, 72, 56), (60, 90, 110), (150, 66, 60))
_AWNINGS: tuple[p.Colour, ...] = ((200, 60, 56), (60, 120, 90), (50, 96, 150), (226, 150, 50), (150, 80, 130))
_PIXELS = 240  # of a row of houses, in height


def _houses(rng: Rng, count: int, shops: bool) -> tuple[np.ndarray, np.ndarray, list[tuple[float, float]]]:
    """Return a flat picture of a row of houses, which of its pixels they cover, and where each begins and ends."""
    wide = count * 110
    img = np.zeros((_PIXELS, wide, 3), np.uint8)
    cover = np.zeros((_PIXELS, wide), np.uint8)
    edges = np.cumsum(np.concatenate([[0], 0.75 + 0.5 * rng.random(count)]))
    edges = (edges / edges[-1] * wide).astype(int)
    last: p.Colour = (0, 0, 0)
    for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        wall = p.pick(rng, [c for c in _PLASTERS if c != last])
        last = wall
        top = int(_PIXELS * (0.07 + 0.22 * rng.random()))
        cover[top - 14 :, a:b] = 255
        _front(img, rng, a, b, top, p.vary(rng, wall, 8), shops)
    return img, cover, [(a / wide, b / wide) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def _front(img: np.ndarray, rng: Rng, a: int, b: int, top: int, wall: p.Colour, shop: bool) -> None:
    """Draw one house's front in the columns a to b of a flat picture: windows with shutters, a door or a shop."""
    roof, shutter = p.vary(rng, p.pick(rng, p.ROOFS), 10), p.pick(rng, _SHUTTERS)
    img[top:, a:b] = p.gradient(_PIXELS - top, b - a, ((0, p.lighter(wall, 0.1)), (1, p.darker(wall, 0.12))))
    cv2.rectangle(img, (a, top - 14), (b - 1, top - 3), roof, -1)
    for x in range(a + 4, b, 8):
        cv2.line(img, (x, top - 14), (x, top - 4), p.darker(roof, 0.25), 2)
    cv2.rectangle(img, (a, top - 3), (b - 1, top + 3), p.lighter(wall, 0.45), -1)
    cv2.rectangle(img, (a, top + 4), (b - 1, top + 7), p.darker(wall, 0.3), -1)
    columns = 3 if b - a > 105 else 2
    ground_floor = int(_PIXELS * 0.72)
    for y in range(top + 18, ground_floor - 34, 46):
        for k in range(columns):
            x = int(a + (k + 0.5) * (b - a) / columns)
            cv2.rectangle(img, (x - 9, y - 3), (x + 9, y + 33), p.lighter(wall, 0.5), -1)
            cv2.rectangle(img, (x - 6, y), (x + 6, y + 28), (70, 92, 120), -1)
            cv2.rectangle(img, (x - 6, y), (x + 6, y + 11), (142, 172, 196), -1)
            cv2.line(img, (x, y), (x, y + 28), (240, 238, 230), 2)
            for side in (-1, 1):
                cv2.rectangle(img, (x + side * 13 - 4, y - 2), (x + side * 13 + 3, y + 30), shutter, -1)
            if rng.random() < 0.4:
                cv2.rectangle(img, (x - 10, y + 28), (x + 10, y + 34), (70, 130, 70), -1)
                bloom = p.pick(rng, ((230, 60, 80), (250, 150, 180), (250, 200, 70)))
                for dx in range(-9, 10, 5):
                    cv2.circle(img, (x + dx, y + 28), 2, bloom, -1)
    foot = _PIXELS - 1
    cv2.rectangle(img, (a, foot - 8), (b, foot), p.darker(wall, 0.42), -1)
    paint = p.pick(rng, _SHUTTERS)
    door = a + 14
    cv2.rectangle(img, (door - 3, ground_floor + 10), (door + 19, foot), p.lighter(wall, 0.45), -1)
    cv2.rectangle(img, (door, ground_floor + 13), (door + 16, foot), paint, -1)
    cv2.rectangle(img, (door + 3, ground_floor + 17), (door + 13, ground_floor + 28), (150, 176, 190), -1)
    x0, x1 = door + 30, b - 10
    if shop:
        cv2.rectangle(img, (x0 - 4, ground_floor + 12), (x1 + 4, foot - 6), p.darker(paint, 0.2), -1)
        cv2.rectangle(img, (x0, ground_floor + 16), (x1, foot - 14), (255, 208, 112), -1)
        cv2.rectangle(img, (x0, ground_floor + 36), (x1, foot - 14), (206, 150, 96), -1)
        cv2.line(img, ((x0 + x1) // 2, ground_floor + 16), ((x0 + x1) // 2, foot - 14), p.darker(paint, 0.2), 3)
    else:
        cv2.rectangle(img, (x0 + 4, ground_floor + 12), (x0 + 26, foot - 22), p.lighter(wall, 0.45), -1)
        cv2.rectangle(img, (x0 + 7, ground_floor + 15), (x0 + 23, foot - 25), (70, 92, 120), -1)
    cv2.line(img, (b - 1, top), (b - 1, foot), p.darker(wall, 0.35), 2)


def _shaded(tile: np.ndarray, dim: float) -> np.ndarray:
    """A flat picture darkened."""
    return (tile * dim).astype(np.uint8)


def street(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw an old street between two rows of houses with shops, awnings and lamps, towards a tower or a hill."""
    r = rng.random(8).tolist()
    eye = Depth(0.5 + 0.14 * (r[0] - 0.5), 0.53 + 0.04 * r[1])
    narrow = r[2] < 0.4
    half, foot, top, near, far = (0.4 if narrow else 0.5), 0.36, -0.74 if narrow else -0.62, 0.55, 4.6
    img = p.fair_sky(rng, h, w, eye.y, warm=r[3] < 0.3)
    p.ground(img, p.ridge(rng, eye.y - 0.03, 0.03, 1.2), (120, 160, 130), (100, 140, 110))
    if r[4] < 0.7:
        _tower(Spot(img, eye.x + 0.04 * (r[5] - 0.5), eye.y + 0.06, 0.34), rng)
    paving = p.vary(rng, p.pick(rng, ((190, 180, 166), (168, 166, 168), (204, 182, 150))), 8)
    p.warped(img, p.boards(rng, p.darker(paving, 0.16), 26, 2), eye.floor(-half, half, foot, 0.5, far))
    p.warped(img, _cobbles(rng, p.lighter(paving, 0.02)), eye.floor(-half * 0.6, half * 0.6, foot, 0.5, far))
    for side in (-1, 1):
        curb = [eye.at(side * half * 0.6, foot, 0.5), eye.at(side * half * 0.6, foot, far)]
        curb += [eye.at(side * half * 0.63, foot, far), eye.at(side * half * 0.63, foot, 0.5)]
        p.poly(img, np.array(curb), p.lighter(paving, 0.45))
    sunny = p.pick(rng, (-1, 1))
    for side in (-1, 1):
        tile, cover, spans = _houses(rng, 5, shops=True)
        tile = _shaded(tile, 1.0 if side == sunny else 0.8)
        p.warped(img, tile, eye.wall(side * half, top, foot, near, far), cover)
        depths = [(near + (far - near) * a, near + (far - near) * b) for a, b in spans]
        for z0, z1 in reversed(depths):
            if rng.random() < 0.8:
                _awning(img, eye, side * half, foot, z0 + 0.3 * (z1 - z0), z1 - 0.06 * (z1 - z0), p.pick(rng, _AWNINGS))
        for z in (3.4, 2.2, 1.4, 0.95):
            if z < 2 and r[6] < 0.4 and side == sunny:
                _street_tree(img, rng, eye, side * half * 0.74, foot, z)
            else:
                _street_lamp(img, eye, side * half * 0.68, foot, z)
    return img


def _cobbles(rng: Rng, colour: p.Colour) -> np.ndarray:
    """Return a flat picture of paving stones."""
    shades = 1 + 0.09 * (2 * rng.random((60, 16, 1)) - 1)
    tile = np.repeat(np.repeat(np.array(colour) * shades, 8, 0), 14, 1)
    tile[::8] *= 0.86
    for k in range(60):
        tile[k * 8 : k * 8 + 8, (k % 2) * 7 :: 14] *= 0.86
    return np.clip(tile, 0, 255).astype(np.uint8)


def _tower(at: Spot, rng: Rng) -> None:
    """Draw a far church tower with a clock and a pointed roof."""
    wall, roof = p.mix((226, 206, 176), p.HAZE, 0.25), p.mix(p.pick(rng, p.ROOFS), p.HAZE, 0.25)
    at.box(-0.13, -0.72, 0.13, 0, wall)
    at.box(0.03, -0.72, 0.13, 0, p.darker(wall, 0.16))
    at.poly(((-0.17, -0.71), (0, -1.12), (0.17, -0.71)), roof)
    at.poly(((0.02, -0.71), (0, -1.12), (0.17, -0.71)), p.darker(roof, 0.22))
    at.oval(0, -0.58, 0.075, 0.075, (250, 246, 232))
    at.line(((0, -0.58), (0, -0.635)), (60, 56, 60), 0.016)
    at.line(((0, -0.58), (0.035, -0.565)), (60, 56, 60), 0.016)
    at.box(-0.4, -0.16, 0.4, 0.02, p.darker(wall, 0.1))
    at.poly(((-0.42, -0.16), (0.42, -0.16), (0.3, -0.28), (-0.3, -0.28)), roof)


def _awning(img: np.ndarray, eye: Depth, dx: float, foot: float, z0: float, z1: float, colour: p.Colour) -> None:
    """Draw a striped awning over a shop, from the wall out over the pavement."""
    high, low, out = foot - 0.32, foot - 0.25, dx * 0.76
    for k in range(8):
        a, b = z0 + (z1 - z0) * k / 8, z0 + (z1 - z0) * (k + 1) / 8
        c = colour if k % 2 else (250, 244, 232)
        p.poly(img, (eye.at(dx, high, a), eye.at(dx, high, b), eye.at(out, low, b), eye.at(out, low, a)), c)
        hem = eye.at(out, low, a), eye.at(out, low, b), eye.at(out, low + 0.03, b), eye.at(out, low + 0.03, a)
        p.poly(img, hem, p.darker(c, 0.14))
    p.poly(img, (eye.at(dx, high, z0), eye.at(out, low, z0), eye.at(dx, low, z0)), p.darker(colour, 0.3))


def _street_lamp(img: np.ndarray, eye: Depth, dx: float, foot: float, z: float) -> None:
    """Draw a street lamp that stands at a depth."""
    at = Spot(img, *eye.at(dx, foot, z), 0.5 / z)
    iron = p.mix((42, 52, 54), p.HAZE, min(0.1 * z, 0.5))
    at.shadow(0, 0, 0.08, 0.02, 0.4)
    at.box(-0.03, -0.06, 0.03, 0, iron)
    at.line(((0, 0), (0, -0.8)), iron, 0.026)
    at.poly(((-0.045, -0.95), (0.045, -0.95), (0.028, -0.81), (-0.028, -0.81)), (255, 224, 110))
    at.poly(((-0.06, -0.95), (0, -1.02), (0.06, -0.95)), iron)
    at.box(-0.035, -0.82, 0.035, -0.795, iron)


def _street_tree(img: np.ndarray, rng: Rng, eye: Depth, dx: float, foot: float, z: float) -> None:
    """Draw a small tree that stands at a depth."""
    x, y = eye.at(dx, foot, z)
    p.shadow(img, x, y, 0.09 / z, 0.016 / z, 0.4)
    p.tree(img, rng, x, y, 0.36 / z, p.vary(rng, (96, 150, 74)))


def canal(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a canal between coloured old houses that it mirrors, with a small bridge, mooring poles and a boat."""
    r = rng.random(8).tolist()
    eye = Depth(0.5 + 0.12 * (r[0] - 0.5), 0.5 + 0.04 * r[1])
    half, foot, top, near, far = 0.44 + 0.06 * r[2], 0.17, -0.66, 0.5, 4.4
    img = p.fair_sky(rng, h, w, eye.y, warm=r[3] < 0.4)
    p.ground(img, p.ridge(rng, eye.y - 0.02, 0.02, 1.2), (150, 150, 150), (130, 140, 140))
    sunny = p.pick(rng, (-1, 1))
    water = p.vary(rng, p.pick(rng, ((46, 118, 128), (52, 104, 134), (70, 122, 112))), 8)
    level = eye.y + foot / far
    sky = img[: round(level * h)].copy()
    below = img[round(level * h) :]
    below[:] = cv2.resize(sky[::-1], (w, len(below)), interpolation=cv2.INTER_LINEAR)
    for side in (-1, 1):
        tile, cover, _ = _houses(rng, 5, shops=False)
        tile = _shaded(tile, 1.0 if side == sunny else 0.8)
        p.warped(img, tile, eye.wall(side * half, top, foot, near, far), cover)
        mirrored = eye.wall(side * half, foot, 2 * foot - top, near, far)
        p.warped(img, np.ascontiguousarray(tile[::-1]), mirrored, np.ascontiguousarray(cover[::-1]))
    stone = p.vary(rng, p.pick(rng, ((222, 206, 180), (190, 122, 96), (190, 186, 180))), 8)
    z = 2.0 + 0.8 * r[4]
    for up in (1, -1):
        _canal_bridge(img, eye, half, foot, z, stone, up)
    _wet(img, rng, eye, half, foot, far, water)
    for side in (-1, 1):
        quay = eye.wall(side * half, foot - 0.03, foot + 0.012, near, far)
        p.poly(img, quay, p.darker(stone, 0.35))
        for z in (2.4, 1.5, 1.0):
            _pole(
                Spot(img, *eye.at(side * half * 0.86, foot, z), 0.26 / z), p.pick(rng, ((200, 56, 52), (50, 90, 160)))
            )
    side = p.pick(rng, (-1, 1))
    _gondola(Spot(img, eye.x + side * (0.2 + 0.05 * r[5]), 0.73 + 0.04 * r[6], 0.32, p.pick(rng, (-1, 1))), rng, water)
    return img


def _wet(img: np.ndarray, rng: Rng, eye: Depth, half: float, foot: float, far: float, water: p.Colour) -> None:
    """Turn what is mirrored between the quays into water: tinted, wavering and rippled."""
    h, w = img.shape[:2]
    corners = np.array(eye.floor(-half, half, foot, 0.3, far)) * (w, h)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [corners.astype(np.int32)], 255, cv2.LINE_AA)
    a = int(corners[:, 1].min())
    waves = cv2.resize(rng.random((46, 5), dtype=np.float32) - 0.5, (w, h - a), interpolation=cv2.INTER_CUBIC)
    depth = np.linspace(0, 1, h - a, dtype=np.float32)[:, None]
    xs = np.arange(w, dtype=np.float32) + waves * (0.008 + 0.05 * depth) * w
    ys = np.repeat(np.arange(a, h, dtype=np.float32)[:, None], w, 1)
    wavy = cv2.remap(img, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    tint = np.empty_like(wavy)
    tint[:] = np.array(water, np.uint8)
    wavy = cv2.addWeighted(wavy, 0.58, tint, 0.42, 0)
    wet = img.copy()
    wet[a:] = wavy
    p.ripples(wet, rng, a / h, 1, (226, 244, 246), 0.3, 0.34)
    cv2.copyTo(wet, mask, img)


def _canal_bridge(img: np.ndarray, eye: Depth, half: float, foot: float, z: float, stone: p.Colour, up: int) -> None:
    """Draw an arched bridge from quay to quay at a depth, or with up = -1 its mirror image."""
    t = p.steps(17)
    xs = -half + 2 * half * t
    hump = np.sin(np.pi * t)

    def line(heights: np.ndarray) -> np.ndarray:
        return np.array([eye.at(x, foot - up * y, z) for x, y in zip(xs.tolist(), heights.tolist(), strict=True)])

    deck, arch = 0.17 + 0.12 * hump, 0.21 * np.sqrt(np.clip(1 - ((t - 0.5) / 0.4) ** 2, 0, 1))
    p.poly(img, np.concatenate([line(deck), line(arch)[::-1]]), p.darker(stone, 0.12))
    p.stroke(img, line(arch)[1:-1], p.lighter(stone, 0.3), 0.016)
    p.poly(img, np.concatenate([line(deck + 0.02), line(deck - 0.012)[::-1]]), p.darker(stone, 0.3))
    rail = line(deck + 0.08)
    p.strokes(img, np.stack([rail, line(deck)], axis=1), p.lighter(stone, 0.35), 0.01)
    p.stroke(img, rail, p.lighter(stone, 0.4), 0.012)


def _pole(at: Spot, paint: p.Colour) -> None:
    """Draw a striped mooring pole in the water, one unit tall, with its reflection."""
    at.box(-0.03, 0, 0.03, 0.6, p.mix(paint, (40, 80, 90), 0.6))
    for k in range(7):
        c = paint if k % 2 else (246, 240, 228)
        y0, y1 = -k / 7, -(k + 1) / 7
        at.poly(((-0.04, y0), (0.04, y0 - 0.04), (0.04, y1 - 0.04), (-0.04, y1)), c)
    at.oval(0, -1.04, 0.05, 0.06, (226, 180, 80))


def _gondola(at: Spot, rng: Rng, water: p.Colour) -> None:
    """Draw a gondola, one unit long, mostly with its gondolier."""
    t = p.steps(15)
    xs = t - 0.5
    rim, keel = -0.06 - 0.3 * np.abs(2 * t - 0.96) ** 3.6, 0.05 - 0.32 * np.abs(2 * t - 1) ** 4
    hull = np.concatenate([p.cols(xs, rim), p.cols(xs, keel)[::-1]])
    at.poly(hull * (1, -0.7) + (0, 0.05), p.mix((20, 24, 34), water, 0.35))
    if rng.random() < 0.75:
        _gondolier(at.spot(0.3, -0.08, 0.42))
    at.poly(hull, (30, 28, 36))
    at.line(p.cols(xs, rim), (206, 166, 90), 0.014)
    cloth = p.pick(rng, ((180, 40, 50), (60, 80, 150), (140, 50, 100)))
    at.box(-0.14, -0.15, 0.1, -0.06, cloth, 0.03)
    at.box(0.06, -0.21, 0.13, -0.06, p.darker(cloth, 0.2), 0.03)
    at.line(((-0.49, -0.34), (-0.5, -0.46), (-0.46, -0.46)), (214, 218, 226), 0.03)
    for y in (-0.38, -0.42):
        at.line(((-0.5, y), (-0.535, y)), (214, 218, 226), 0.014)


def _gondolier(at: Spot) -> None:
    """Draw a gondolier with a straw hat, a striped shirt and an oar, one unit tall."""
    at.line(((0.25, -0.9), (-0.4, 0.5)), (150, 104, 62), 0.035)
    at.box(-0.1, -0.5, 0.1, 0, (34, 34, 44))
    at.box(-0.12, -0.86, 0.12, -0.44, (244, 242, 238), 0.05)
    for y in (-0.76, -0.66, -0.56):
        at.line(((-0.11, y), (0.11, y)), (40, 60, 120), 0.04)
    at.line(((0.09, -0.8), (0.2, -0.68), (0.12, -0.6)), (226, 178, 142), 0.06)
    at.oval(0, -0.94, 0.075, 0.09, (226, 178, 142))
    at.oval(0, -0.99, 0.14, 0.028, (236, 208, 130))
    at.box(-0.075, -1.07, 0.075, -0.99, (236, 208, 130), 0.02)
