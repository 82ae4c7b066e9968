"""The scene of a dungeon."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_STONES: tuple[p.Colour, ...] = (
    (142, 136, 140), (150, 138, 122), (126, 134, 146), (134, 142, 128), (156, 132, 116), (136, 128, 148),
)  # fmt: skip
_IRON: p.Colour = (58, 58, 66)
_SHEEN: p.Colour = (168, 144, 124)  # of iron in the light of the torches
_DARK: p.Colour = (16, 14, 20)
_HALF, _FOOT = 0.5, 0.36  # the walls and the floor, seen at depth 1
_SPRING, _RISE = -0.22, 0.34  # of the vault
_NEAR, _FAR = 0.5, 1.5


def dungeon(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a dungeon: a vault of rough stones, a cell behind iron bars, chains, torches, and a small barred window."""
    r = rng.random(8).tolist()
    eye = Depth(0.49 + 0.04 * (r[0] - 0.5), 0.5 + 0.03 * r[1])
    stone = p.vary(rng, p.pick(rng, _STONES), 8)
    img = p.gradient(h, w, ((0, stone), (1, stone)))
    _vault(img, rng, eye, stone)
    _back(img, rng, eye, stone)
    paving = _blocks(rng, p.darker(stone, 0.12), 14, 8)
    p.warped(img, paving, eye.floor(-_HALF, _HALF, _FOOT, _NEAR * 0.9, _FAR))
    wall = _blocks(rng, stone, 7, 9)
    p.warped(img, wall, eye.wall(-_HALF, _SPRING, _FOOT, _NEAR, _FAR))
    p.warped(img, (np.roll(wall, 80, 0) * 0.9).astype(np.uint8), eye.wall(_HALF, _SPRING, _FOOT, _NEAR, _FAR))
    for z in (_FAR, 1.1, 0.72):
        _rib(img, eye, z, p.lighter(stone, 0.08))
    torches = [eye.at(0.02 + 0.04 * r[7], -0.06, _FAR), eye.at(-_HALF + 0.06, -0.04, 1.02)]
    _gate(Spot(img, *eye.at(-0.2 - 0.05 * r[2], _FOOT - 0.02, _FAR), 0.25 + 0.03 * r[6]), p.darker(stone, 0.1))
    _lit(img, torches, p.pick(rng, ((70, 78, 112), (64, 86, 100), (84, 72, 108))))
    _window(
        Spot(img, *eye.at(0.25 + 0.04 * r[7], -0.13 - 0.03 * r[6], _FAR), 0.13),
        p.pick(rng, ((170, 204, 250), (190, 214, 240))),
    )
    for x, low in ((0.17, 0.17 + 0.05 * r[4]), (0.36, 0.12 + 0.06 * r[5])):
        _chain(img, eye.at(x, -0.06, _FAR), eye.at(x, low, _FAR))
    _cell(img, eye)
    _straw(Spot(img, *eye.at(-0.36, _FOOT, 1.0), 0.3), rng)
    _torch(Spot(img, *torches[0], 0.17), rng)
    _torch(Spot(img, *torches[1], 0.24), rng)
    p.corners(img, 0.4)
    return img if r[3] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _blocks(rng: Rng, stone: p.Colour, rows: int, columns: int) -> np.ndarray:
    """Return a flat picture of a wall of rough blocks in courses, each of its own shade."""
    tall, wide = 40, 64
    img = np.empty((rows * tall, columns * wide, 3), np.uint8)
    img[:] = np.array(p.darker(stone, 0.62), np.uint8)
    for row in range(rows):
        x = -int(rng.random() * 50)
        while x < columns * wide:
            a, b, c = rng.random(3).tolist()
            end = x + 46 + int(a * 42)
            shade = p.vary(rng, p.mix(p.darker(stone, 0.26), p.lighter(stone, 0.14), b), 6)
            y0, y1 = row * tall + 3 + int(2 * c), (row + 1) * tall - 2
            cv2.fillPoly(img, [_block(x + 3, y0, end - 2, y1)], p.darker(shade, 0.24), cv2.LINE_AA)
            cv2.fillPoly(img, [_block(x + 3, y0, end - 5, y1 - 5)], shade, cv2.LINE_AA)
            cv2.line(img, (x + 9, y0 + 3), (end - 14, y0 + 3), p.lighter(shade, 0.2), 2, cv2.LINE_AA)
            x = end
    return img


def _block(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """Return the outline of a block with blunt corners."""
    return np.array(
        [
            (x0, y0 + 4),
            (x0 + 2, y0 + 1),
            (x0 + 7, y0),
            (x1 - 7, y0),
            (x1 - 2, y0 + 1),
            (x1, y0 + 5),
            (x1, y1 - 5),
            (x1 - 2, y1 - 1),
            (x1 - 7, y1),
            (x0 + 7, y1),
            (x0 + 2, y1 - 1),
            (x0, y1 - 5),
        ]
    )


def _arch(n: int) -> np.ndarray:
    """Return n points of the vault from the left wall to the right one, at depth 1."""
    turn = np.pi * p.steps(n)
    return p.cols(-_HALF * np.cos(turn), _SPRING - _RISE * np.sin(turn))


def _vault(img: np.ndarray, rng: Rng, eye: Depth, stone: p.Colour) -> None:
    """Draw the barrel vault over the room, in courses of stones along it."""
    arch = _arch(13).tolist()
    for n, ((ax, ay), (bx, by)) in enumerate(zip(arch[:-1], arch[1:], strict=True)):
        cuts = np.concatenate([[_FAR], np.linspace(_FAR, _NEAR, 7)[1:-1] + 0.14 * (rng.random(5) - 0.5), [_NEAR]])
        for far, near in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            shade = p.darker(stone, 0.2 + 0.16 * rng.random() + 0.02 * abs(n - 5))
            p.poly(img, (eye.at(ax, ay, far), eye.at(bx, by, far), eye.at(bx, by, near), eye.at(ax, ay, near)), shade)
            p.stroke(img, (eye.at(ax, ay, near), eye.at(bx, by, near)), p.darker(stone, 0.62), 0.008)
        p.stroke(img, (eye.at(ax, ay, _FAR), eye.at(ax, ay, _NEAR)), p.darker(stone, 0.62), 0.008)


def _rib(img: np.ndarray, eye: Depth, z: float, stone: p.Colour) -> None:
    """Draw an arch of cut stones from wall to wall at a depth, on two pillars."""
    arch = _arch(17)
    inner = arch * (0.87, 1)
    inner[:, 1] = _SPRING - (_RISE - 0.07) * np.sin(np.pi * p.steps(17))
    for n in range(16):
        corners = [*arch[n : n + 2].tolist(), *inner[n : n + 2][::-1].tolist()]
        p.poly(img, np.array([eye.at(x, y, z) for x, y in corners]), p.darker(stone, 0.06 + 0.14 * (n % 2)))
    for side in (-1, 1):
        a, b = sorted((side * _HALF, side * _HALF * 0.87))
        for k in range(6):
            y0, y1 = _SPRING + 0.097 * k, _SPRING + 0.097 * (k + 1) - 0.006
            eye.front(img, a, y0, b, min(y1, _FOOT), z, p.darker(stone, 0.06 + 0.12 * (k % 2)))
        eye.front(img, a - 0.012, _SPRING - 0.02, b + 0.012, _SPRING + 0.03, z, p.lighter(stone, 0.1))
        eye.front(img, a - 0.012, _FOOT - 0.05, b + 0.012, _FOOT, z, p.lighter(stone, 0.04))


def _back(img: np.ndarray, rng: Rng, eye: Depth, stone: p.Colour) -> None:
    """Draw the wall at the end of the room."""
    top = _SPRING - _RISE
    tile = _blocks(rng, p.darker(stone, 0.05), 9, 8)
    whole = np.array(
        [
            ((x / _HALF + 1) / 2, (y - top) / (_FOOT - top))
            for x, y in [*_arch(25).tolist(), (_HALF, _FOOT), (-_HALF, _FOOT)]
        ]
    )
    mask = np.zeros(tile.shape[:2], np.uint8)
    cv2.fillPoly(mask, [(whole * (tile.shape[1], tile.shape[0])).astype(np.int32)], 255)
    left, right = eye.at(-_HALF, top, _FAR), eye.at(_HALF, _FOOT, _FAR)
    p.warped(img, tile, (left, (right[0], left[1]), right, (left[0], right[1])), mask)


def _lit(img: np.ndarray, torches: list[tuple[float, float]], cold: p.Colour) -> None:
    """Darken the picture to a cold dusk that the torches warm around them."""
    h, w = img.shape[:2]
    side = min(h, w)
    ys = (np.arange(64, dtype=np.float32)[:, None] + 0.5) / 64
    xs = (np.arange(64, dtype=np.float32) + 0.5) / 64
    warm = np.zeros((64, 64), np.float32)
    for k, (x, y) in enumerate(torches):
        reach = 0.24 + 0.05 * k
        far = ((xs - x) * w / side / reach) ** 2 + ((ys - y - 0.03) * h / side / reach) ** 2
        warm += 0.95 / (1 + 1.5 * far)
    light = np.array(cold, np.float32) / 150 + warm[..., None] * (np.array((255, 176, 92), np.float32) / 255)
    img[:] = np.clip(img * cv2.resize(light, (w, h)), 0, 255).astype(np.uint8)


def _window(at: Spot, sky: p.Colour) -> None:
    """Draw a small round-headed window with bars above the spot, one unit wide, in moonlight."""
    turn = np.pi * p.steps(13)

    def outline(half: float, low: float) -> np.ndarray:
        return np.concatenate([[(-half, low)], p.cols(-half * np.cos(turn), -0.5 - half * np.sin(turn)), [(half, low)]])

    at.glow(0, -0.4, 1.0, sky, 0.45)
    at.poly(outline(0.6, 0.12), (70, 68, 76))
    at.poly(outline(0.46, 0.0), sky)
    at.oval(0.12, -0.56, 0.16, 0.16, p.lighter(sky, 0.75))
    for x in (-0.23, 0.0, 0.23):
        at.line(((x, 0), (x, -0.5 - (0.46**2 - x * x) ** 0.5)), _DARK, 0.075)
    at.line(((-0.46, -0.34), (0.46, -0.34)), _DARK, 0.07)


def _gate(at: Spot, stone: p.Colour) -> None:
    """Draw a round-headed gate of iron bars in front of the dark, one unit wide, in a frame of stones."""
    turn = np.pi * p.steps(12)

    def outline(half: float) -> np.ndarray:
        return np.concatenate([[(-half, 0)], p.cols(-half * np.cos(turn), -0.85 - half * np.sin(turn)), [(half, 0)]])

    outer, inner = outline(0.6), outline(0.47)
    at.poly(outer, p.darker(stone, 0.6))
    for n in range(len(outer) - 1):
        at.poly(np.array([*outer[n : n + 2], *inner[n : n + 2][::-1]]), p.lighter(stone, 0.05 + 0.14 * (n % 2)))
    at.shaded(inner, (8, 6, 12), (22, 18, 24))
    for x in (-0.31, -0.105, 0.105, 0.31):
        top = -0.85 - (0.47**2 - x * x) ** 0.5
        at.line(((x, 0), (x, top)), p.darker(_IRON, 0.1), 0.085)
        at.line(((x - 0.015, 0), (x - 0.015, top)), _SHEEN, 0.03)
    for y in (-0.1, -0.52, -0.92):
        at.box(-0.46, y - 0.05, 0.46, y + 0.05, p.darker(_IRON, 0.05))
        at.box(-0.46, y - 0.05, 0.46, y - 0.015, _SHEEN)
    at.box(0.2, -0.62, 0.42, -0.42, _IRON, 0.03)
    at.oval(0.31, -0.53, 0.045, 0.05, _DARK)


def _chain(img: np.ndarray, high: tuple[float, float], low: tuple[float, float]) -> None:
    """Draw a chain that hangs from a ring on the wall, with an open shackle at its end."""
    at = Spot(img, *high, 0.04)
    links = max(3, round((low[1] - high[1]) * img.shape[0] / (0.04 * p.side_of(img)) / 0.72))
    at.oval(0, -0.3, 0.5, 0.5, _DARK)
    at.oval(0, -0.34, 0.4, 0.4, (150, 146, 150))
    turn = 2 * np.pi * p.steps(13)
    for n in range(links):
        wide = 0.3 if n % 2 else 0.1
        loop = p.cols(wide * np.cos(turn), 0.72 * n + 0.5 * np.sin(turn))
        at.line(loop + (0.09, 0.06), _DARK, 0.24)
        at.line(loop, (168, 164, 166), 0.18)
    shackle = p.cols(0.62 * np.cos(turn), 0.72 * links + 0.5 + 0.66 * np.sin(turn))[:12]
    at.line(shackle + (0.1, 0.08), _DARK, 0.42)
    at.line(shackle, (138, 134, 140), 0.32)
    at.line(shackle - (0.04, 0.05), (200, 194, 190), 0.1)


def _cell(img: np.ndarray, eye: Depth) -> None:
    """Draw a cell behind thick iron bars in the right wall."""
    near, far, top = 0.56, 1.34, -0.17
    out = _HALF - 0.01
    p.poly(img, eye.wall(out, top - 0.06, _FOOT, near - 0.03, far + 0.05), (50, 44, 48))
    p.poly(img, eye.wall(out, top, _FOOT, near, far), _DARK)
    for y in (top + 0.01, 0.12, _FOOT - 0.04):
        p.poly(img, eye.wall(out, y - 0.02, y + 0.02, near, far), _IRON)
        p.poly(img, eye.wall(out, y - 0.02, y - 0.006, near, far), _SHEEN)
    for z in np.linspace(far, near, 8).tolist():
        (ax, ay), (bx, by) = eye.at(out, top, z), eye.at(out, _FOOT, z)
        p.stroke(img, ((ax, ay), (bx, by)), p.darker(_IRON, 0.1), 0.022 / z)
        p.stroke(img, ((ax - 0.005 / z, ay), (bx - 0.005 / z, by)), _SHEEN, 0.008 / z)


def _straw(at: Spot, rng: Rng) -> None:
    """Draw a heap of straw with a skull on it, about one unit wide."""
    at.shadow(0, 0.02, 0.62, 0.12, 0.5)
    at.oval(0, 0.02, 0.5, 0.2, (116, 84, 40), 180, 360)
    at.oval(0, 0.01, 0.5, 0.07, (96, 70, 36))
    for tone, (a, b, c) in zip(np.linspace(0, 1, 60).tolist(), rng.random((60, 3)).tolist(), strict=True):
        x = a - 0.5
        y = 0.06 - 0.22 * b * (1 - (2 * x) ** 2)
        lean = 0.13 * (2 * c - 1)
        at.line(
            ((x - 0.09, y + lean / 2), (x + 0.09, y - lean / 2)), p.mix((140, 100, 46), (226, 176, 88), tone), 0.022
        )
    skull = at.spot(0.02, -0.14, 0.3)
    bone = (222, 206, 172)
    skull.box(-0.24, -0.18, 0.24, 0.2, p.darker(bone, 0.12), 0.08)
    skull.oval(0, -0.34, 0.42, 0.38, bone)
    for x in (-0.17, 0.17):
        skull.oval(x, -0.28, 0.115, 0.125, (40, 30, 30))
    skull.poly(((0, -0.16), (0.06, -0.02), (-0.06, -0.02)), (40, 30, 30))
    for x in (-0.1, 0.0, 0.1):
        skull.line(((x, 0.06), (x, 0.2)), (90, 74, 62), 0.04)


def _torch(at: Spot, rng: Rng) -> None:
    """Draw a burning torch in a holder on the wall, whose fire stands on the spot; about one unit tall."""
    at.glow(0, -0.25, 1.0, (255, 150, 50), 0.48)
    at.poly(((-0.06, 0.62), (0.06, 0.62), (0.1, 0), (-0.1, 0)), (96, 62, 38))
    at.box(-0.16, -0.06, 0.16, 0.1, _IRON, 0.03)
    at.box(-0.12, 0.3, 0.12, 0.38, _IRON, 0.02)
    t = p.steps(12)
    sway = 0.1 * (rng.random() - 0.5)
    for wide, tall, colour in (
        (0.27, 0.86, (230, 84, 26)), (0.21, 0.66, (252, 146, 36)), (0.14, 0.46, (255, 206, 84)),
        (0.07, 0.26, (255, 246, 190)),
    ):  # fmt: skip
        body = wide * np.sin(np.pi * t**0.62) ** 0.9
        middle = sway * t + 0.05 * np.sin(7 * t) * t
        ys = 0.02 - tall * t
        at.poly(p.both_sides(middle, body, ys), colour)
