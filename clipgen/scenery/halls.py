"""Scenes of large halls, seen along their length: a library and a church."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot, furniture

_BINDINGS: tuple[p.Colour, ...] = (
    (150, 44, 44), (40, 84, 128), (46, 108, 78), (204, 156, 60), (108, 58, 112), (196, 96, 52), (222, 206, 172),
    (58, 122, 130), (92, 58, 42), (62, 66, 96), (176, 70, 92),
)  # fmt: skip
_GLASS: tuple[p.Colour, ...] = (
    (214, 40, 56), (40, 92, 214), (250, 190, 50), (44, 160, 96), (150, 60, 190), (250, 120, 50), (70, 180, 230),
)  # fmt: skip


def _shelves(rng: Rng, wood: p.Colour, rows: int, bays: int) -> np.ndarray:
    """Return a flat picture of a wall of shelves full of books."""
    tall, wide = 40, 96
    img = np.empty((rows * tall + 14, bays * wide, 3), np.uint8)
    img[:] = np.array(p.darker(wood, 0.62), np.uint8)
    for row in range(rows):
        foot = 10 + (row + 1) * tall - 5
        for bay in range(bays):
            x, end = bay * wide + 7, (bay + 1) * wide - 7
            for a, b, c in rng.random((20, 3)).tolist():
                thick, high = 4 + int(a * 5), 20 + int(b * 12)
                if x + thick > end or (c < 0.04 and x + 14 < end):
                    x += 9
                    continue
                binding = p.vary(rng, p.pick(rng, _BINDINGS), 16)
                cv2.rectangle(img, (x, foot - high), (x + thick - 1, foot), p.darker(binding, 0.3), -1)
                cv2.rectangle(img, (x, foot - high), (x + thick - 2, foot), binding, -1)
                cv2.line(img, (x, foot - high), (x, foot), p.lighter(binding, 0.25))
                band = p.mix(binding, (246, 214, 130), 0.7)
                for y in (foot - high + 4, foot - 6):
                    cv2.line(img, (x, y), (x + thick - 2, y), band)
                x += thick
        cv2.rectangle(img, (0, foot + 1), (img.shape[1], foot + 5), p.lighter(wood, 0.08), -1)
        cv2.line(img, (0, foot + 5), (img.shape[1], foot + 5), p.darker(wood, 0.4))
        shade = img[foot - tall + 6 : foot - tall + 14]
        shade[:] = (shade * 0.7).astype(np.uint8)
    for bay in range(bays + 1):
        cv2.rectangle(img, (bay * wide - 6, 0), (bay * wide + 5, len(img)), wood, -1)
        cv2.line(img, (bay * wide - 5, 0), (bay * wide - 5, len(img)), p.lighter(wood, 0.25), 2)
        cv2.line(img, (bay * wide + 5, 0), (bay * wide + 5, len(img)), p.darker(wood, 0.45))
    cv2.rectangle(img, (0, 0), (img.shape[1], 10), p.lighter(wood, 0.1), -1)
    cv2.line(img, (0, 10), (img.shape[1], 10), p.darker(wood, 0.5), 2)
    return img


def library(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a library: tall shelves full of books along both sides and at the end, a ladder, and a table with a lamp."""
    r = rng.random(8).tolist()
    wood = p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    eye = Depth(0.5 + 0.08 * (r[0] - 0.5), 0.47)
    far = 2.1 + 0.5 * r[1]
    top, foot, half = -0.62, 0.4, 0.56
    img = p.gradient(h, w, ((0, p.darker(wood, 0.35)), (1, p.darker(wood, 0.55))))
    ceiling = p.pick(rng, ((214, 196, 160), (190, 178, 160), (150, 116, 84)))
    p.poly(img, eye.floor(-half, half, top, 0.7, far), ceiling)
    for z in np.linspace(far, 0.9, 6).tolist():
        p.poly(img, eye.floor(-half, half, top, z - 0.1, z), p.darker(ceiling, 0.35))
    p.warped(img, p.boards(rng, p.lighter(wood, 0.12), 12, 3), eye.floor(-half, half, foot, 0.6, far))
    wall = _shelves(rng, wood, 7, 4)
    end = np.roll(wall, 96, axis=1)[:, : 3 * 96]
    p.warped(img, end, eye.floor(-half, half, top, far, far)[:2] + eye.floor(-half, half, foot, far, far)[2:])
    arched = r[2] < 0.6
    if arched:
        _reading_window(Spot(img, *eye.at(0, foot * 0.38, far), 1 / far), rng, wood)
    for side in (-1, 1):
        dim = 0.94 if side == (1 if r[3] < 0.5 else -1) else 0.78
        lit = (np.roll(wall, 192 * side, axis=1) * dim).astype(np.uint8)
        p.warped(img, lit, eye.wall(side * half, top, foot, 0.72, far))
    carpet = p.pick(rng, ((160, 46, 50), (44, 82, 122), (50, 104, 84), (126, 58, 98)))
    p.poly(img, eye.floor(-0.24, 0.24, foot, 0.6, far - 0.15), (222, 180, 96))
    p.poly(img, eye.floor(-0.22, 0.22, foot, 0.6, far - 0.15), carpet)
    p.poly(img, eye.floor(-0.18, 0.18, foot, 0.6, far - 0.15), p.lighter(carpet, 0.12))
    _lamps(img, eye, top)
    side = p.pick(rng, (-1, 1))
    _ladder(img, eye, -side * half, foot, top * 0.62, 1.25 + 0.25 * r[4], p.lighter(wood, 0.3))
    _desk(Spot(img, 0.5 + side * 0.36, 0.97, 0.42, side), rng, wood)
    p.corners(img, 0.35)
    return img


def _reading_window(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw a tall arched window in the far wall, and the light that falls through it."""
    for half, c in ((0.235, p.darker(wood, 0.3)), (0.22, p.lighter(wood, 0.3))):
        at.poly(p.pointed(0, half, 0.02, -0.36, 0.24), c)
    sky = p.pick(rng, ((190, 224, 248), (255, 226, 170), (226, 238, 246)))
    at.shaded(p.pointed(0, 0.19, 0, -0.36, 0.2), sky, p.lighter(sky, 0.5))
    for x in (-0.065, 0.065):
        at.line(((x, 0), (x, -0.52)), p.lighter(wood, 0.2), 0.016)
    for y in (-0.14, -0.28, -0.42):
        at.line(((-0.18, y), (0.18, y)), p.lighter(wood, 0.2), 0.016)
    at.glow(0, -0.26, 0.42, p.lighter(sky, 0.4), 0.5)


def _lamps(img: np.ndarray, eye: Depth, top: float) -> None:
    """Draw globe lamps that hang from the ceiling along the middle."""
    for z in (1.9, 1.35):
        (x, y0), y1 = eye.at(0, top, z), eye.at(0, top * 0.62, z)[1]
        p.stroke(img, ((x, y0), (x, y1)), (60, 46, 36), 0.006)
        p.glow(img, x, y1, 0.1 / z * 1.3, (255, 220, 150), 0.7)
        p.disc(img, x, y1, 0.034 / z, (255, 240, 190))


def _ladder(img: np.ndarray, eye: Depth, dx: float, foot: float, top: float, z: float, wood: p.Colour) -> None:
    """Draw a ladder that leans against the shelves at a depth."""
    out = dx * 0.72
    rails = [np.array([eye.at(out, foot, z + dz), eye.at(dx, top, z + dz)]) for dz in (0.0, 0.26)]
    t = p.steps(11)[1:-1, None]
    one, two = (rail[0] + (rail[1] - rail[0]) * t for rail in rails)
    p.strokes(img, np.stack([one, two], axis=1), wood, 0.014)
    for rail in rails:
        p.stroke(img, rail + (0.004, 0.004), p.darker(wood, 0.5), 0.018)
        p.stroke(img, rail, wood, 0.015)


def _desk(at: Spot, rng: Rng, wood: p.Colour) -> None:
    """Draw a reading table that reaches in from the side the spot faces, with books and a lit lamp."""
    at.shadow(0.1, 0, 0.6, 0.1, 0.5)
    for x in (-0.3, 0.35):
        at.box(x - 0.035, -0.4, x + 0.035, 0, p.darker(wood, 0.4))
    at.poly(((-0.36, -0.62), (0.8, -0.62), (0.8, -0.42), (-0.46, -0.42)), p.lighter(wood, 0.16))
    at.box(-0.46, -0.42, 0.8, -0.34, p.darker(wood, 0.12))
    for k in range(3):
        c = p.pick(rng, _BINDINGS)
        at.box(-0.34 - 0.02 * (k % 2), -0.58 - 0.05 * k, -0.1 - 0.02 * (k % 2), -0.53 - 0.05 * k, c)
        at.box(-0.32 - 0.02 * (k % 2), -0.57 - 0.05 * k, -0.1 - 0.02 * (k % 2), -0.54 - 0.05 * k, (240, 230, 206))
        at.box(-0.34 - 0.02 * (k % 2), -0.58 - 0.05 * k, -0.29, -0.53 - 0.05 * k, p.darker(c, 0.2))
    shade = p.pick(rng, ((40, 130, 84), (40, 130, 84), (190, 60, 50), (50, 100, 150)))
    at.glow(0.12, -0.66, 0.4, (255, 226, 140), 0.65)
    at.oval(0.12, -0.53, 0.09, 0.03, (170, 130, 60))
    at.line(((0.12, -0.53), (0.12, -0.84)), (196, 154, 76), 0.03)
    at.poly(((0.0, -0.92), (0.24, -0.92), (0.31, -0.78), (-0.07, -0.78)), shade)
    at.box(0.0, -0.92, 0.24, -0.89, p.lighter(shade, 0.35))
    at.box(-0.05, -0.785, 0.29, -0.765, (255, 240, 180))


def _lancet(img: np.ndarray, rng: Rng, x: float, foot: float, top: float, half: float, hues: list[p.Colour]) -> None:
    """Draw a stained-glass window in a flat picture of a wall: coloured panes in lead below a pointed tip."""
    h, w = img.shape[:2]
    rise = (foot - top) * 0.3
    outline = p.pointed(x, half, foot, top + rise, rise)
    p.poly(img, p.pointed(x, half * 1.3, foot + 0.012, top + rise * 0.98, rise * 1.2), (92, 84, 84))
    rows, columns = 9, 3
    shades = 0.85 + 0.4 * rng.random((rows, columns, 1))
    panes = np.clip(np.array(hues)[rng.integers(0, len(hues), (rows, columns))] * shades, 0, 255).astype(np.uint8)
    a, b = int(top * h), int(foot * h)
    c, d = int((x - half) * w), int((x + half) * w)
    glass = cv2.resize(panes, (d - c, b - a), interpolation=cv2.INTER_NEAREST)
    glass[:: max((b - a) // rows, 2)] = (40, 36, 50)
    glass[:, :: max((d - c) // columns, 2)] = (40, 36, 50)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [(outline * (w, h)).astype(np.int32)], 255)
    seen = mask[a:b, c:d] > 0
    img[a:b, c:d][seen] = glass[seen]


def _nave_wall(rng: Rng, stone: p.Colour, bays: int, hues: list[p.Colour]) -> np.ndarray:
    """Return a flat picture of a nave's wall: an arcade with shade behind it, and stained-glass windows above."""
    wide, tall = 100, 240
    img = p.gradient(tall, bays * wide, ((0, p.lighter(stone, 0.06)), (1, p.darker(stone, 0.12))))
    course = np.arange(0, tall, 12)
    img[course] = np.array(p.darker(stone, 0.12), np.uint8)
    for k in range(bays):
        x, half = (k + 0.5) / bays, 0.5 / bays
        p.poly(img, p.pointed(x, half * 0.78, 1, 0.72, 0.2), p.darker(stone, 0.22))
        p.poly_gradient(img, p.pointed(x, half * 0.66, 1, 0.72, 0.16), p.darker(stone, 0.72), p.darker(stone, 0.5))
        _lancet(img, rng, x, 0.44, 0.06, half * 0.5, hues)
    img[int(0.47 * tall) : int(0.49 * tall)] = np.array(p.lighter(stone, 0.25), np.uint8)
    img[int(0.49 * tall) : int(0.5 * tall)] = np.array(p.darker(stone, 0.35), np.uint8)
    for k in range(bays + 1):
        for dx, half, c in (
            (0, 9, p.darker(stone, 0.15)),
            (-3, 3, p.lighter(stone, 0.3)),
            (4, 2, p.lighter(stone, 0.1)),
        ):
            cv2.rectangle(img, (k * wide + dx - half, 0), (k * wide + dx + half, tall), c, -1)
        cv2.rectangle(img, (k * wide - 12, 168), (k * wide + 12, 175), p.lighter(stone, 0.25), -1)
    return img


def church(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the nave of a church: a ribbed vault, arcades, stained glass with shafts of light, and pews by an aisle."""
    r = rng.random(8).tolist()
    stone = p.vary(rng, p.pick(rng, ((206, 190, 164), (176, 172, 172), (196, 172, 146), (164, 160, 176))), 8)
    eye = Depth(0.47 + 0.06 * r[1], 0.56 + 0.04 * r[2])
    hues = [p.pick(rng, _GLASS) for _ in range(2)] + list(_GLASS)
    bays, near, far, half, spring, foot, rise = 5, 0.62, 3.0 + 0.8 * r[3], 0.5, -0.46, 0.36, 0.56
    img = p.gradient(h, w, ((0, p.darker(stone, 0.4)), (1, p.darker(stone, 0.5))))
    arch = p.pointed(0, half, foot, spring, rise)
    _apse(img, rng, eye, stone, far, arch, hues)
    pale, deep = p.lighter(stone, 0.3), p.darker(stone, 0.3)
    p.warped(img, p.checks(pale, p.mix(pale, deep, 0.45), 8, 22), eye.floor(-half, half, foot, near, far))
    for k in range(1, len(arch) - 2):
        (ax, ay), (bx, by) = arch[k], arch[k + 1]
        strip = eye.at(ax, ay, near), eye.at(bx, by, near), eye.at(bx, by, far), eye.at(ax, ay, far)
        p.poly(img, strip, p.darker(stone, 0.06 + 0.3 * abs(k - 6) / 12 + (0.12 if ax > 0 else 0)))
    wall = _nave_wall(rng, stone, bays, hues)
    for side, dim in ((-1, 1.0), (1, 0.84)):
        p.warped(img, (wall * dim).astype(np.uint8), eye.wall(side * half, spring, foot, near, far))
    for z in np.linspace(far, near, bays + 1).tolist():
        rib = np.array([eye.at(x, y, z) for x, y in arch[1:-1].tolist()])
        p.stroke(img, rib, p.darker(stone, 0.4), 0.034 / z)
        p.stroke(img, rib, p.lighter(stone, 0.22), 0.02 / z)
    carpet = p.pick(rng, ((170, 36, 44), (170, 36, 44), (44, 70, 140), (120, 44, 96)))
    p.poly(img, eye.floor(-0.125, 0.125, foot, near, far), (216, 176, 96))
    p.poly(img, eye.floor(-0.115, 0.115, foot, near, far), carpet)
    wood = p.vary(rng, p.pick(rng, furniture.WOODS), 8)
    for z in np.linspace(3.1, 0.85, 9).tolist():
        _pews(img, eye, foot, z, wood)
    _shafts(img, rng, p.pick(rng, (-1, 1)), r[0])
    p.corners(img, 0.35)
    return img


def _apse(
    img: np.ndarray, rng: Rng, eye: Depth, stone: p.Colour, far: float, arch: np.ndarray, hues: list[p.Colour]
) -> None:
    """Draw the end of a nave: three tall windows or a rose, and an altar with candles."""
    p.poly(img, np.array([eye.at(x, y, far) for x, y in arch.tolist()]), p.darker(stone, 0.35))
    tile = p.gradient(331, 240, ((0, p.darker(stone, 0.3)), (1, p.darker(stone, 0.15))))
    if rng.random() < 0.5:
        for x, top in ((0.2, 0.3), (0.5, 0.16), (0.8, 0.3)):
            _lancet(tile, rng, x, 0.7, top, 0.1, hues)
    else:
        p.disc(tile, 0.5, 0.4, 0.33, (84, 78, 80))
        for ring, count in ((0.24, 12), (0.13, 8)):
            for k in range(count):
                a = 2 * np.pi * k / count
                p.disc(tile, 0.5 + ring * np.cos(a), 0.4 + ring * np.sin(a), ring * 0.26, p.pick(rng, hues))
        p.disc(tile, 0.5, 0.4, 0.06, (255, 226, 120))
    whole = np.array([(x + 0.5, (y + 1.02) / 1.38) for x, y in arch.tolist()])
    mask = np.zeros(tile.shape[:2], np.uint8)
    cv2.fillPoly(mask, [(whole * (240, 331)).astype(np.int32)], 255)
    p.warped(img, tile, (*eye.floor(-0.5, 0.5, -1.02, far, far)[:2], *eye.floor(-0.5, 0.5, 0.36, far, far)[2:]), mask)
    p.glow(img, *eye.at(0, -0.3, far), 0.16, (255, 240, 200), 0.2)
    eye.front(img, -0.2, 0.16, 0.2, 0.36, far, (244, 240, 232))
    eye.front(img, -0.22, 0.13, 0.22, 0.18, far, (214, 176, 96))
    for x in (-0.15, 0.15):
        p.stroke(img, (eye.at(x, 0.14, far), eye.at(x, 0.02, far)), (250, 244, 226), 0.006)
        p.glow(img, *eye.at(x, 0.0, far), 0.02, (255, 230, 150), 0.9)


def _pews(img: np.ndarray, eye: Depth, foot: float, z: float, wood: p.Colour) -> None:
    """Draw a pew on each side of the aisle at a depth, seen from behind."""
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.17, side * 0.43))
        eye.front(img, x0, foot - 0.15, x1, foot, z, p.darker(wood, 0.3))
        eye.front(img, x0, foot - 0.17, x1, foot - 0.14, z, p.lighter(wood, 0.25))
        for k in range(4):
            a = x0 + 0.02 + k * 0.06
            eye.front(img, a, foot - 0.125, a + 0.042, foot - 0.02, z, p.darker(wood, 0.12))
        end = side * 0.17
        eye.front(img, end - 0.012, foot - 0.19, end + 0.012, foot, z, wood)


def _shafts(img: np.ndarray, rng: Rng, side: int, shift: float) -> None:
    """Blend in shafts of light that slant from the high windows of one side to the floor."""
    mask = np.zeros((64, 64), np.uint8)
    for k, a in enumerate(rng.random(4).tolist()):
        x, y, half = 0.06 + 0.1 * k + 0.03 * shift, 0.1 + 0.09 * k, 0.05 - 0.008 * k
        goal = x + 0.42 - 0.05 * k + 0.08 * a
        beam = ((x - half, y), (x + half, y + 0.03), (goal + 1.6 * half, 0.98), (goal - 1.6 * half, 0.98))
        p.poly(mask, tuple((u if side < 0 else 1 - u, v) for u, v in beam), (255, 255, 255))
    soft = cv2.GaussianBlur(mask, (0, 0), 1.6).astype(np.float32) * (0.5 / 255)
    soft *= np.linspace(1.0, 0.35, 64, dtype=np.float32)[:, None]
    p.blend(img, cv2.resize(soft, (img.shape[1], img.shape[0])), (255, 238, 190))
