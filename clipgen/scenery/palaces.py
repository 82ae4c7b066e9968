"""The scene of a throne room."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_GOLD: p.Colour = (226, 178, 78)
_STONES: tuple[p.Colour, ...] = (
    (226, 206, 172), (206, 202, 206), (222, 196, 176), (190, 196, 204), (214, 210, 186),
    (166, 158, 152), (164, 138, 120), (142, 150, 166),
)  # fmt: skip
_ROYAL: tuple[p.Colour, ...] = ((176, 32, 44), (176, 32, 44), (40, 66, 150), (98, 44, 128), (30, 110, 84))
_MARBLES: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((240, 232, 218), (196, 168, 138)), ((236, 236, 238), (150, 156, 172)), ((240, 228, 214), (170, 112, 96)),
    ((232, 238, 232), (126, 156, 146)),
)  # fmt: skip


def throne_room(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a throne room: a red carpet between columns, banners and tall windows leads up to a golden throne."""
    r = rng.random(8).tolist()
    stone, royal = p.vary(rng, p.pick(rng, _STONES), 8), p.vary(rng, p.pick(rng, _ROYAL), 8)
    second = p.pick(rng, [c for c in _ROYAL if c != _ROYAL[0]])
    eye = Depth(0.455 + 0.09 * r[0], 0.47 + 0.02 * r[1])
    near, far, half, top, foot = 0.55, 1.75 + 0.2 * r[2], 0.66, -0.78, 0.36
    sky = p.pick(rng, ((176, 214, 250), (255, 222, 160), (206, 226, 250), (250, 200, 170)))
    img = p.gradient(h, w, ((0, p.darker(stone, 0.3)), (1, p.darker(stone, 0.4))))
    _ceiling(img, eye, p.darker(stone, 0.2), (half, top, near, far))
    pale, deep = p.pick(rng, _MARBLES)
    tiles = p.checks(pale, p.mix(deep, pale, 0.25), 10, 12)
    p.warped(img, tiles, eye.floor(-half, half, foot, near, far))
    p.poly_gradient(
        img,
        (eye.at(-half, top, far), eye.at(half, top, far), eye.at(half, foot, far), eye.at(-half, foot, far)),
        p.darker(stone, 0.12),
        p.lighter(stone, 0.04),
    )
    wall = _wall(rng, stone, sky)
    for side, dim in ((-1, 0.96), (1, 0.8)):
        p.warped(img, (wall * dim).astype(np.uint8), eye.wall(side * half, top, foot, near, far))
    _end(img, eye, royal, sky, (top, foot, far))
    _carpet(img, eye, foot, near, far, 0.14 + 0.05 * r[7], p.vary(rng, (182, 30, 42), 10))
    _throne(Spot(img, *eye.at(0, foot - 0.09, far), 0.36), royal, eye, far)
    marble = p.lighter(stone, 0.34)
    for z, hung in ((far - 0.06, r[3] < 0.6), (1.2, True)):
        for side in (-1, 1):
            _column(img, eye, side * 0.55, (top, foot, z), marble)
            if hung:
                at = Spot(img, *eye.at(side * 0.55, top * 0.74, z), 0.19 / z)
                _banner(at, royal if z > 1.3 or r[4] < 0.5 else second, 0.68, 1.5 + 0.2 * r[6])
    _chandelier(Spot(img, eye.x, 0.17, 0.26), -0.02)
    p.glow(img, *eye.at(0, -0.1, far), 0.3, (255, 240, 200), 0.08)
    p.corners(img, 0.3)
    return img if r[5] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _ceiling(img: np.ndarray, eye: Depth, stone: p.Colour, room: tuple[float, float, float, float]) -> None:
    """Draw a ceiling of painted panels between ribs, over a room of a half width, top, near and far end."""
    half, top, near, far = room
    tile = np.empty((240, 240, 3), np.uint8)
    tile[:] = np.array(p.mix(stone, _GOLD, 0.3), np.uint8)
    for row in range(5):
        for column in range(5):
            a, b = row * 48 + 6, column * 48 + 6
            tile[a : a + 36, b : b + 36] = np.array(p.darker(stone, 0.34), np.uint8)
            tile[a + 4 : a + 36, b + 4 : b + 36] = np.array(p.darker(stone, 0.14), np.uint8)
    corners = eye.floor(-half, half, top, near, far)
    p.warped(img, tile, corners)


def _window(img: np.ndarray, x: float, half: float, spring: float, sky: p.Colour, stone: p.Colour) -> None:
    """Draw a tall window in a flat picture twice as wide as it is tall, with a round arch above the height `spring`."""
    turn = np.pi * p.steps(13)
    for wide, c in ((1.3, p.lighter(stone, 0.3)), (1.12, p.mix(stone, _GOLD, 0.5))):
        arch = p.cols(x - half * wide * np.cos(turn), spring - half * 2 * wide * np.sin(turn))
        p.poly(img, np.concatenate([[(x - half * wide, 0.76)], arch, [(x + half * wide, 0.76)]]), c)
    arch = p.cols(x - half * np.cos(turn), spring - half * 2 * np.sin(turn))
    p.poly_gradient(img, np.concatenate([[(x - half, 0.74)], arch, [(x + half, 0.74)]]), sky, p.lighter(sky, 0.6))
    for dx in (-half / 3, half / 3):
        p.stroke(img, ((x + dx, spring - half * 1.8), (x + dx, 0.74)), p.lighter(stone, 0.4), 0.012)
    for y in (spring, (2 * spring + 0.74) / 3, (spring + 1.48) / 3):
        p.stroke(img, ((x - half, y), (x + half, y)), p.lighter(stone, 0.4), 0.012)


def _banner(at: Spot, colour: p.Colour, wide: float, tall: float) -> None:
    """Draw a banner with a golden crown that hangs down from the spot and ends in a tip."""
    half = wide / 2
    outline = ((-half, 0), (half, 0), (half, tall), (0, tall + half * 0.8), (-half, tall))
    at.poly(tuple((x * 1.16, y * 1.03) for x, y in outline), _GOLD)
    at.poly(outline, colour)
    at.poly(((half * 0.35, 0), (half, 0), (half, tall), (half * 0.35, tall + half * 0.5)), p.darker(colour, 0.2))
    at.line(((-half * 1.4, 0), (half * 1.4, 0)), p.darker(_GOLD, 0.2), wide * 0.14)
    _crown(at.spot(0, tall * 0.55, wide * 0.62), p.lighter(_GOLD, 0.15))


def _crown(at: Spot, gold: p.Colour) -> None:
    """Draw a crown above the spot, one unit wide."""
    at.poly(((-0.42, 0), (-0.5, -0.56), (-0.24, -0.26), (0, -0.7), (0.24, -0.26), (0.5, -0.56), (0.42, 0)), gold)
    at.box(-0.42, -0.02, 0.42, 0.12, p.darker(gold, 0.2))


def _wall(rng: Rng, stone: p.Colour, sky: p.Colour) -> np.ndarray:
    """Return a flat picture of a side wall: tall windows above a golden rail."""
    img = p.gradient(240, 480, ((0, p.darker(stone, 0.04)), (1, p.darker(stone, 0.18))))
    p.box(img, 0, 0.84, 1, 1, p.darker(stone, 0.28))
    p.box(img, 0, 0.82, 1, 0.85, p.mix(stone, _GOLD, 0.5))
    p.box(img, 0, 0, 1, 0.05, p.mix(stone, _GOLD, 0.4))
    shift = 0.02 * rng.random()
    for n in range(3):
        x = 0.17 + 0.33 * n + shift
        _window(img, x, 0.065, 0.3, sky, stone)
    return img


def _end(img: np.ndarray, eye: Depth, royal: p.Colour, sky: p.Colour, room: tuple[float, float, float]) -> None:
    """Draw a tall window at each side of the throne on the end wall, and a canopy of cloth above the throne."""
    top, foot, far = room
    tile = np.zeros((240, 480, 3), np.uint8)
    _window(tile, 0.5, 0.16, 0.45, sky, (214, 204, 190))
    seen = tile[8:183, 138:342]
    mask = (seen.max(-1) > 180).astype(np.uint8) * 255
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.285, side * 0.5))
        y0, y1 = top * 0.82, foot * 0.42
        p.warped(img, seen, (*eye.floor(x0, x1, y0, far, far)[:2], *eye.floor(x0, x1, y1, far, far)[2:]), mask)
    p.box(img, *eye.at(-0.66, top, far), *eye.at(0.66, top + 0.05, far), p.darker(_GOLD, 0.1))
    x, y0 = eye.at(0, top * 0.86, far)
    y1 = eye.at(0, foot - 0.09, far)[1]
    k = min(img.shape[:2]) / img.shape[1]
    t = p.steps(9)
    ys = y0 + (y1 - y0) * t
    for share, c in ((1.0, p.darker(royal, 0.34)), (0.78, p.darker(royal, 0.16)), (0.5, p.darker(royal, 0.36))):
        p.poly(img, p.both_sides(x + 0 * t, share * k * (0.08 + 0.07 * t**0.7), ys), c)
    for share in (-0.88, -0.64, 0.64, 0.88):
        p.stroke(img, p.cols(x + share * k * (0.08 + 0.07 * t**0.7), ys), p.lighter(royal, 0.1), 0.008)
    at = Spot(img, x, y0, 0.2)
    for n in range(5):
        at.oval(-0.4 + 0.2 * n, 0.06, 0.1, 0.12, _GOLD)
        at.oval(-0.4 + 0.2 * n, 0.04, 0.1, 0.1, royal)
    at.box(-0.54, -0.05, 0.54, 0.07, _GOLD, 0.03)


def _carpet(img: np.ndarray, eye: Depth, foot: float, near: float, far: float, half: float, colour: p.Colour) -> None:
    """Draw steps before the end wall, and a carpet about twice `half` wide that runs over them to the viewer."""
    marble: p.Colour = (238, 230, 218)
    for n, z in enumerate((far - 0.3, far - 0.2, far - 0.1)):
        rise, end = 0.03 * n, 0.44 - 0.04 * n
        eye.front(img, -end, foot - rise - 0.03, end, foot - rise, z, p.darker(marble, 0.3))
        p.poly(img, eye.floor(-end, end, foot - rise - 0.03, z, far), p.darker(marble, 0.03 * (2 - n)))
    for share, c in ((1.1, _GOLD), (0.97, p.darker(colour, 0.1)), (0.77, colour)):
        wide = half * share
        p.poly(img, eye.floor(-wide, wide, foot, near, far - 0.3), c)
        for n, z in enumerate((far - 0.3, far - 0.2, far - 0.1)):
            shade = p.darker(c, 0.22)
            eye.front(img, -wide, foot - 0.03 * (n + 1), wide, foot - 0.03 * n, z, shade)
            p.poly(img, eye.floor(-wide, wide, foot - 0.03 * (n + 1), z, far - 0.1 * (2 - n) + 0.1), c)


def _throne(at: Spot, royal: p.Colour, eye: Depth, far: float) -> None:
    """Draw a golden throne with a cushioned back that stands on the spot, one unit tall."""
    gold, cloth = _GOLD, (190, 40, 52) if royal[0] > 120 else p.lighter(royal, 0.12)
    at.shadow(0, 0.02, 0.4, 0.08, 0.6)
    back = np.concatenate(
        [
            [(-0.25, 0)],
            p.cols(-0.25 * np.cos(np.pi * p.steps(9)), -0.74 - 0.2 * np.sin(np.pi * p.steps(9))),
            [(0.25, 0)],
        ]
    )
    at.poly(back, p.darker(gold, 0.3))
    at.poly(back * (0.93, 0.975), gold)
    at.poly(back * (0.68, 0.9), p.darker(cloth, 0.2))
    at.poly(back * (0.6, 0.88), cloth)
    for x, y in ((-0.06, -0.62), (0.06, -0.62), (0, -0.72), (0, -0.52)):
        at.oval(x, y, 0.016, 0.016, p.lighter(gold, 0.3))
    _crown(at.spot(0, -0.9, 0.3), p.lighter(gold, 0.2))
    for side in (-1, 1):
        at.oval(side * 0.24, -0.8, 0.05, 0.05, p.lighter(gold, 0.2))
        x0, x1 = sorted((side * 0.22, side * 0.34))
        at.box(x0, -0.42, x1, 0.03, p.darker(gold, 0.12 if side < 0 else 0.28))
        at.box(x0 - 0.015, -0.46, x1 + 0.015, -0.38, p.lighter(gold, 0.25), 0.03)
    at.box(-0.22, -0.27, 0.22, -0.15, p.darker(cloth, 0.1), 0.04)
    at.box(-0.22, -0.28, 0.22, -0.21, p.lighter(cloth, 0.12), 0.03)
    at.box(-0.22, -0.16, 0.22, 0.02, p.darker(gold, 0.3))
    at.box(-0.2, -0.13, 0.2, -0.02, gold)


def _column(img: np.ndarray, eye: Depth, dx: float, room: tuple[float, float, float], marble: p.Colour) -> None:
    """Draw a column with a golden capital between the ceiling and the floor at a depth."""
    top, foot, z = room
    shade = np.interp(np.arange(48), (0, 12, 30, 47), (0.72, 1.06, 0.88, 0.56))
    shade *= 1 - 0.09 * (np.arange(48) % 8 < 2)
    tile = np.clip(shade[None, :, None] * np.array(marble), 0, 255).astype(np.uint8).repeat(4, 0)
    half = 0.055
    x, y = eye.at(dx, foot, z)
    p.shadow(img, x, y, 0.12 / z, 0.03, 0.5)
    low, high = foot - 0.05, top + 0.11
    p.warped(
        img, tile, (*eye.floor(dx - half, dx + half, high, z, z)[:2], *eye.floor(dx - half, dx + half, low, z, z)[2:])
    )
    for wide, a, b, c in (
        (0.085, foot - 0.035, foot + 0.01, p.darker(marble, 0.22)),
        (0.07, foot - 0.065, foot - 0.035, p.darker(marble, 0.1)),
        (0.065, high - 0.02, high + 0.01, p.darker(_GOLD, 0.2)), (0.075, high - 0.07, high - 0.02, _GOLD),
        (0.095, high - 0.11, high - 0.07, p.lighter(_GOLD, 0.3)),
    ):  # fmt: skip
        eye.front(img, dx - wide, a, dx + wide, b, z, c)
        eye.front(img, dx + 0.3 * wide, a, dx + wide, b, z, p.darker(c, 0.2))


def _chandelier(at: Spot, ceiling: float) -> None:
    """Draw a chandelier with two rings of lit candles around the spot, one unit wide, that hangs from the ceiling."""
    p.stroke(at.img, ((at.x, ceiling), (at.x, at.y)), p.darker(_GOLD, 0.45), 0.01)
    at.glow(0, -0.1, 0.9, (255, 226, 150), 0.4)
    for y, half, count in ((-0.26, 0.26, 4), (0, 0.48, 6)):
        at.oval(0, y, half, half * 0.24, p.darker(_GOLD, 0.4))
        at.oval(0, y - 0.02, half, half * 0.22, _GOLD)
        at.oval(0, y - 0.03, half * 0.86, half * 0.16, p.darker(_GOLD, 0.5))
        for n in range(count):
            x = half * (2 * n / (count - 1) - 1) * 0.96
            bow = y + 0.2 * half * float(np.sqrt(max(1 - (x / half) ** 2, 0)))
            at.box(x - 0.025, bow - 0.17, x + 0.025, bow, (252, 246, 228))
            at.glow(x, bow - 0.22, 0.1, (255, 236, 170), 0.8)
            at.oval(x, bow - 0.22, 0.03, 0.055, (255, 250, 214))
    for x in (-0.24, 0, 0.24):
        at.oval(x, 0.16, 0.04, 0.07, (236, 244, 252))
