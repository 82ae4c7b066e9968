"""The scene of the hall of an aquarium."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot

_FISH: tuple[p.Colour, ...] = (
    (255, 126, 44), (255, 212, 60), (240, 84, 120), (250, 246, 240), (196, 120, 240), (255, 96, 74), (120, 236, 190),
)  # fmt: skip
_CORALS: tuple[p.Colour, ...] = ((240, 96, 128), (250, 150, 70), (186, 104, 208), (250, 206, 96), (226, 80, 80))


def aquarium(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw the dark hall of an aquarium: a wall of glass with fish in blue water, seen by people at the side."""
    r = rng.random(8).tolist()
    low, top, k, v = 0.67 + 0.03 * r[0], 0.1 + 0.02 * r[1], min(h, w) / w, min(h, w) / h
    dark = p.vary(rng, p.pick(rng, ((20, 26, 46), (34, 26, 52), (20, 36, 44), (42, 34, 40))), 5)
    water = p.vary(rng, p.pick(rng, ((30, 130, 220), (20, 150, 200), (44, 108, 226), (16, 140, 176))), 8)
    tank = _tank(rng, h, w, water, top, low)
    img = p.gradient(h, w, ((0, p.darker(dark, 0.4)), (low, dark), (1, p.darker(dark, 0.5))))
    _wet_floor(img, rng, tank, water, dark, low)
    edge, rim = 0.07 * k, p.mix(dark, water, 0.3)
    kind = p.pick(rng, ("round", "panes", "arch"))
    if kind == "arch":
        t = np.linspace(0, np.pi, 33)
        rise = 0.3 * v
        bow = np.concatenate(
            [
                [(edge, low)],
                p.cols(0.5 - (0.5 - edge) * np.cos(t), top + rise - rise * np.sin(t) ** 0.7),
                [(1 - edge, low)],
            ]
        )
    else:
        bow = p.rounded(0, 0, 1, 1, 0.09 if kind == "round" else 0.02) * (1 - 2 * edge, low - top) + (edge, top)
    middle = np.array((0.5, (top + low) / 2))
    for grow, c in ((0.03, p.darker(dark, 0.55)), (0.022, rim), (0.008, p.darker(dark, 0.6))):
        p.poly(img, middle + (bow - middle) * (1 + 2 * grow * k, 1 + 3 * grow * v), c)
    mask = np.zeros((h, w), np.uint8)
    p.poly(mask, bow, (255, 255, 255))
    p.blend(img, mask.astype(np.float32) / 255, tank)
    if kind != "round":
        for n in range(1, round(3 / k**0.6)):
            x = edge + (1 - 2 * edge) * n / round(3 / k**0.6)
            p.stroke(img, ((x, top), (x, low)), p.darker(dark, 0.5), 0.024)
            p.stroke(img, ((x - 0.004, top), (x - 0.004, low)), rim, 0.006)
    p.box(img, -0.02, low, 1.02, low + 0.055 * v, p.darker(dark, 0.35))
    p.box(img, -0.02, low, 1.02, low + 0.016 * v, p.mix(dark, water, 0.55))
    for n in range(3):
        x = 0.2 + 0.3 * n
        p.glow(img, x, 0.05 * v, 0.1, (255, 226, 170), 0.3)
        p.oval(img, x, 0.035 * v, 0.035, 0.012, (255, 240, 206))
    side = p.pick(rng, (-1, 1))
    person = Spot(img, 0.5 + side * (0.5 - (0.15 + 0.04 * r[2]) * k), low + 0.14 * v, 0.4 + 0.04 * r[3], side)
    coats = [p.mix(p.darker(_CORALS[n], 0.62), water, 0.1) for n in rng.permutation(len(_CORALS)).tolist()]
    _visitor(person, coats[0], water)
    _visitor(person.spot(-0.28 if r[4] < 0.5 else 0.26, 0.04, 0.6), coats[1], water)
    p.corners(img, 0.35)
    return img


def _wet_floor(img: np.ndarray, rng: Rng, tank: np.ndarray, water: p.Colour, dark: p.Colour, low: float) -> None:
    """Draw a polished floor of tiles before a tank, with the blue light that falls on it."""
    h, w = img.shape[:2]
    tile = p.checks(p.mix(dark, water, 0.4), p.mix(dark, water, 0.28), 14, 8)
    p.warped(img, tile, ((-0.2, low), (1.2, low), (1.9, 1.02), (-0.9, 1.02)))
    a = round(low * h)
    mirrored = cv2.resize(tank[:a][::-1], (w, h - a), interpolation=cv2.INTER_AREA)
    mirrored = cv2.GaussianBlur(mirrored, (0, 0), 0.02 * min(h, w))
    fade = np.linspace(0.58, 0.06, h - a, dtype=np.float32)[:, None]
    p.blend(img[a:], np.broadcast_to(fade, (h - a, w)), mirrored)
    p.glow(img, 0.5, low + 0.14, 0.42, p.lighter(water, 0.3), 0.22)


def _tank(rng: Rng, h: int, w: int, water: p.Colour, top: float, low: float) -> np.ndarray:
    """Return the inside of a tank between two heights: sunlit water, sand, plants, corals and fish."""
    k, v = min(h, w) / w, min(h, w) / h
    deep = p.darker(water, 0.5)
    img = p.gradient(h, w, ((top, p.lighter(water, 0.62)), (top + 0.14, p.lighter(water, 0.2)), (low, deep)))
    p.ripples(img, rng, top, top + 0.07 * v, (240, 255, 255), 0.7)
    p.rays(img, rng, 6, low, (215, 248, 255), 0.55)
    p.ground(img, p.ridge(rng, low - 0.12 * v, 0.07 * v, 1.5), p.mix(deep, water, 0.35), deep)
    _big_fish(Spot(img, 0.3 + 0.4 * rng.random(), top + 0.15 * v, 0.36, p.pick(rng, (-1, 1))), rng, water)
    green = p.pick(rng, ((60, 176, 96), (120, 186, 64), (36, 160, 130)))
    for side in (-1, 1):
        for a, b in rng.random((3, 2)).tolist():
            x = 0.5 + side * (0.5 - (0.1 + 0.2 * a) * k)
            _kelp(Spot(img, x, low - 0.03 * v, 0.3 + 0.16 * b), rng, p.mix(p.vary(rng, green, 14), deep, 0.2 * a))
    p.ground(img, p.ridge(rng, low - 0.06 * v, 0.015 * v), p.mix((236, 214, 160), water, 0.2), (190, 166, 120))
    hues = [_CORALS[n] for n in rng.permutation(len(_CORALS)).tolist()]
    for n, (a, b) in enumerate(rng.random((5, 2)).tolist()):
        x = (0.16, 0.84, 0.33, 0.68, 0.5)[n] + 0.05 * (a - 0.5)
        size = (0.17 if n < 2 else 0.1) * (0.85 + 0.3 * b)
        _coral(Spot(img, x, low - 0.005 - 0.02 * v * b, size), rng, hues[n], n % 2 == 0)
    shoal, way = p.pick(rng, _FISH), p.pick(rng, (-1, 1))
    x, y = 0.5 + 0.1 * way * k, top + (0.27 + 0.06 * rng.random()) * v
    for n, (a, b) in enumerate(rng.random((10, 2)).tolist()):
        dx, dy = 0.075 * (n % 4 - 1.5) + 0.03 * a, 0.06 * (n // 4 - 1) + 0.03 * b
        p.fish(img, x + dx * k, y + dy * v, 0.045, way, shoal, p.lighter(shoal, 0.5))
    for n, (a, b) in enumerate(rng.random((5, 2)).tolist()):
        at = Spot(
            img,
            0.5 + (1 if n % 2 else -1) * (0.5 - (0.16 + (0.16 if n > 1 else 0.06) * a) * k),
            low - (0.45 - 0.08 * n + 0.03 * b) * v,
            0.165 - 0.014 * n,
            p.pick(rng, (-1, 1)),
        )
        _fish(at, _FISH[(n + int(7 * a)) % 7], _FISH[(n + 3) % 7], 0.7 + 0.5 * b)
    for a, b in rng.random((9, 2)).tolist():
        p.oval(img, 0.12 + 0.02 * a + (0.72 if b < 0.5 else 0), top + (low - top) * a, 0.008 + 0.008 * b,
               0.008 + 0.008 * b, (220, 246, 255), width=0.004)  # fmt: skip
    return img


def _big_fish(at: Spot, rng: Rng, water: p.Colour) -> None:
    """Draw a shark or a ray in the distance of the water, one unit long."""
    skin = p.mix((92, 112, 140), water, 0.3)
    if rng.random() < 0.5:
        t = p.steps(13)
        back, belly = -0.13 * np.sin(np.pi * t**0.7), 0.09 * np.sin(np.pi * t**0.75)
        at.poly(((-0.52, -0.2), (-0.36, -0.01), (-0.48, 0.13), (-0.4, 0.0)), skin)
        at.poly(((-0.02, -0.1), (0.04, -0.26), (0.14, -0.1)), skin)
        at.poly(((0.1, 0.05), (-0.04, 0.22), (0.2, 0.06)), p.darker(skin, 0.15))
        at.poly(np.concatenate([p.cols(0.5 - t, back), p.cols(0.5 - t, belly)[::-1]]), skin)
        at.poly(np.concatenate([p.cols(0.5 - t, 0.45 * belly), p.cols(0.5 - t, belly)[::-1]]), p.lighter(skin, 0.5))
        at.oval(0.38, -0.03, 0.018, 0.018, (16, 22, 36))
        return
    t = p.steps(9)
    wing = np.concatenate([p.cols(0.3 - 0.3 * t, -0.36 * t**1.5), p.cols(-0.3 * t, -0.36 + 0.34 * t**0.7)[1:]])
    at.line(((-0.26, 0.0), (-0.46, -0.03), (-0.64, 0.02)), skin, 0.03)
    at.poly(wing * (1, 0.62), skin)
    at.poly(wing * (0.9, -0.5) + (0.02, 0), p.lighter(skin, 0.16))
    at.oval(0.02, 0, 0.27, 0.07, p.lighter(skin, 0.3))
    at.oval(0.2, -0.03, 0.018, 0.018, (16, 22, 36))


def _fish(at: Spot, colour: p.Colour, trim: p.Colour, tall: float) -> None:
    """Draw a big fish seen from its side, one unit long."""
    t = p.steps(15)
    half = 0.34 * tall * np.sin(np.pi * t**0.75) ** 0.9
    at.poly(((-0.3, 0), (-0.56, -0.24), (-0.48, 0), (-0.56, 0.24)), p.darker(trim, 0.1))
    at.poly(((0.12, -0.28 * tall), (-0.12, -0.48 * tall), (-0.32, -0.4 * tall), (-0.24, -0.1)), trim)
    at.poly(((0.08, 0.28 * tall), (-0.16, 0.44 * tall), (-0.2, 0.12)), trim)
    at.poly(np.concatenate([p.cols(0.45 - 0.82 * t, -half), p.cols(0.45 - 0.82 * t, half)[::-1]]), colour)
    at.poly(
        np.concatenate([p.cols(0.45 - 0.82 * t, 0.5 * half), p.cols(0.45 - 0.82 * t, half)[::-1]]),
        p.darker(colour, 0.14),
    )
    for x, share in ((0.16, 0.9), (-0.08, 0.86)):
        y = float(np.interp(0.45 - x, 0.82 * t, half)) * share
        at.line(((x, -y), (x - 0.02, 0), (x, y)), p.lighter(trim, 0.4), 0.075)
    at.oval(0.29, -0.06 * tall, 0.055, 0.055, (255, 255, 255))
    at.oval(0.305, -0.06 * tall, 0.033, 0.033, (16, 18, 30))


def _kelp(at: Spot, rng: Rng, green: p.Colour) -> None:
    """Draw a tall water plant that sways, one unit tall."""
    t = p.steps(13)
    for n, (a, b) in enumerate(rng.random((4, 2)).tolist()):
        spine = 0.08 * np.sin(7 * t + 6.28 * a) * t + (n - 1.5) * 0.12 * (1 + t)
        ys = -t * (0.7 + 0.3 * b)
        blade = 0.055 * np.sin(np.pi * np.clip(t + 0.12, 0, 1)) + 0.006
        at.poly(p.both_sides(spine, blade, ys), p.darker(green, 0.3 - 0.1 * n))
        at.line(p.cols(spine, ys)[:-1], p.lighter(green, 0.2), 0.012)


def _coral(at: Spot, rng: Rng, colour: p.Colour, branched: bool) -> None:
    """Draw a coral of branches, or one of round heads on a rock, about one unit tall."""
    stone = p.mix((96, 92, 112), (50, 90, 140), 0.3)
    at.oval(0, -0.04, 0.75, 0.34, p.darker(stone, 0.3))
    at.oval(-0.06, -0.1, 0.62, 0.26, stone)
    if branched:
        for n, a in enumerate(rng.random(6).tolist()):
            lean = -0.95 + 0.38 * n + 0.2 * (a - 0.5)
            tip = np.array((np.sin(lean), -np.cos(lean))) * (0.85 + 0.3 * a)
            x, y = (tip * (0.92, 1.08)).tolist()
            at.line(((0, -0.1), tuple(tip * 0.55), (x, y)), p.darker(colour, 0.08 * (n % 3)), 0.15)
            at.oval(x, y, 0.1, 0.1, p.lighter(colour, 0.3))
        return
    for x, y, s in ((-0.34, -0.34, 0.34), (0.34, -0.32, 0.32), (0.02, -0.56, 0.4)):
        at.oval(x, y, s, s, p.darker(colour, 0.22))
        at.oval(x - 0.04, y - 0.05, 0.85 * s, 0.82 * s, colour)
        at.oval(x - 0.1, y - 0.13, 0.4 * s, 0.34 * s, p.lighter(colour, 0.35))


def _visitor(at: Spot, cloth: p.Colour, water: p.Colour) -> None:
    """Draw somebody who looks into the tank, seen from behind, one unit tall, dim and rimmed with its light."""
    at.shadow(0, 0.02, 0.24, 0.04, 0.6)
    legs, hair = p.mix((26, 28, 44), water, 0.08), p.mix((40, 28, 26), water, 0.06)
    rim = p.mix(cloth, p.lighter(water, 0.5), 0.55)
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.012, side * 0.105))
        at.poly(((x0, -0.46), (x1, -0.46), (x1 * 0.92, -0.02), (x0 + side * 0.012, -0.02)), legs)
        at.oval(side * 0.055, -0.015, 0.05, 0.022, p.darker(legs, 0.4))
        at.line(((side * 0.13, -0.72), (side * 0.165, -0.56), (side * 0.15, -0.42)), rim, 0.075)
        at.line(((side * 0.125, -0.72), (side * 0.16, -0.56), (side * 0.145, -0.42)), p.darker(cloth, 0.2), 0.06)
    for grow, c in ((0.01, rim), (0.0, cloth)):
        at.poly(p.rounded(-0.13 - grow, -0.79 - grow, 0.13 + grow, -0.4, 0.07), c)
    at.line(((-0.12, -0.42), (0.12, -0.42)), p.darker(cloth, 0.4), 0.03)
    at.box(-0.035, -0.84, 0.035, -0.76, p.mix((150, 104, 84), water, 0.2))
    at.oval(0, -0.9, 0.092, 0.108, rim)
    at.oval(0, -0.9, 0.08, 0.097, hair)
