"""The scene of a spaceship's bridge."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng

_HULLS: tuple[p.Colour, ...] = (
    (112, 124, 146), (138, 142, 154), (90, 104, 130), (150, 146, 148), (104, 122, 132), (84, 88, 116),
)  # fmt: skip
_LIGHTS: tuple[p.Colour, ...] = ((80, 220, 255), (255, 160, 70), (120, 255, 190), (190, 140, 255), (255, 110, 140))
_SCREENS: tuple[p.Colour, ...] = ((60, 200, 240), (90, 230, 150), (250, 170, 70), (240, 100, 140), (160, 130, 250))
_PLANETS: tuple[tuple[p.Colour, p.Colour], ...] = (
    ((70, 150, 226), (110, 190, 120)), ((230, 150, 90), (250, 206, 150)), ((190, 100, 80), (230, 150, 110)),
    ((150, 120, 220), (200, 170, 250)), ((90, 200, 190), (190, 240, 220)), ((230, 190, 120), (190, 130, 80)),
)  # fmt: skip
_FLOOR, _FAR = 0.5, 2.7  # where the floor lies below the eye at depth 1, and how deep the window is


def spaceship_bridge(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a spaceship's bridge: a curved window onto stars and a planet, consoles at both sides, strips of light."""
    r = rng.random(6).tolist()
    hull, light = p.vary(rng, p.pick(rng, _HULLS), 8), p.vary(rng, p.pick(rng, _LIGHTS), 8)
    eye = Depth(0.5, 0.44 + 0.02 * r[0])
    img = p.gradient(h, w, ((0, p.darker(hull, 0.62)), (0.55, p.darker(hull, 0.3)), (1, p.darker(hull, 0.5))))
    low = eye.at(0, _FLOOR, _FAR)[1]
    _floor(img, rng, eye, hull, light)
    _window(img, rng, low - 0.05, 0.06 + 0.02 * r[1], 0.1 + 0.03 * r[2], hull, p.pick(rng, (2, 3, 4)))
    _ledge(img, rng, low, hull, light)
    _ceiling(img, eye, hull, light)
    for side in (-1, 1):
        _console(img, rng, eye, side, hull, light)
    p.corners(img, 0.3)
    return img if r[3] < 0.5 else np.ascontiguousarray(img[:, ::-1])


def _floor(img: np.ndarray, rng: Rng, eye: Depth, hull: p.Colour, light: p.Colour) -> None:
    """Lay metal plates with two strips of light along the view."""
    across, along, unit = 8, 7, 40
    shades = 0.86 + 0.14 * rng.random((along, across, 1))
    tile = np.repeat(np.repeat(np.array(p.lighter(hull, 0.12)) * shades, unit, 0), unit, 1)
    tile[::unit] *= 0.6
    tile[:, ::unit] *= 0.6
    tile[1::unit] *= 1.15
    p.warped(img, np.clip(tile, 0, 255).astype(np.uint8), eye.floor(-1.3, 1.3, _FLOOR, 0.7, _FAR))
    for x in (-0.34, 0.34):
        p.poly(img, eye.floor(x - 0.034, x + 0.034, _FLOOR, 0.7, _FAR), p.darker(hull, 0.6))
        p.poly(img, eye.floor(x - 0.02, x + 0.02, _FLOOR, 0.7, _FAR), light)
        p.poly(img, eye.floor(x - 0.007, x + 0.007, _FLOOR, 0.7, _FAR), p.lighter(light, 0.65))
        for z in (1.0, 1.35, 1.9):
            p.glow(img, *eye.at(x, _FLOOR, z), 0.11 / z, light, 0.3)
    low = eye.at(0, _FLOOR, _FAR)[1]
    p.glow(img, 0.5, low + 0.08, 0.22, p.mix(light, (200, 220, 255), 0.6), 0.28)


def _window(img: np.ndarray, rng: Rng, foot: float, top: float, edge: float, hull: p.Colour, panes: int) -> None:
    """Draw a window with an arched upper edge and rounded ends, the space behind it and the bars before it."""
    h, w = img.shape[:2]

    def outline(by: float) -> np.ndarray:
        t, b = 2 * p.steps(41) - 1, by * min(h, w)
        bx, by_ = b / w, b / h
        half = 0.5 - edge + bx
        x = half * np.sign(t) * np.abs(t)
        upper = top - by_ + (foot - top) * 0.5 * np.abs(t) ** 3.2
        lower = foot + by_ - (foot - top) * 0.14 * np.abs(t) ** 4
        return np.concatenate([p.cols(0.5 + x, upper), p.cols(0.5 + x, lower)[::-1]])

    p.poly(img, outline(0.06), p.darker(hull, 0.62))
    p.poly(img, outline(0.05), p.lighter(hull, 0.14))
    p.poly(img, outline(0.022), p.darker(hull, 0.45))
    mask = np.zeros((h, w), np.uint8)
    p.poly(mask, outline(0.008), (255, 255, 255))
    seen = _space(rng, h, w, (top + foot) / 2)
    for n in range(1, panes):
        a = 2 * n / panes - 1
        x = 0.5 + (0.5 - edge) * a
        lean = 0.035 * a
        for width, c in ((0.03, p.darker(hull, 0.55)), (0.017, p.lighter(hull, 0.1))):
            p.stroke(seen, ((x - lean, top - 0.1), (x + lean, foot + 0.1)), c, width)
    p.blend(img, mask.astype(np.float32) / 255, seen)


def _space(rng: Rng, h: int, w: int, y: float) -> np.ndarray:
    """Return a picture of space: a nebula, stars, a large planet with or without a ring, and a moon."""
    deep = p.vary(rng, p.pick(rng, ((10, 14, 46), (28, 12, 52), (6, 24, 48), (38, 12, 38))), 6)
    img = p.gradient(h, w, ((0, deep), (1, p.lighter(deep, 0.1))))
    r = rng.random(9).tolist()
    mist = p.pick(rng, ((120, 70, 190), (60, 110, 210), (200, 70, 140), (50, 150, 170)))
    for a, b in ((r[0], r[1]), (1 - r[0], r[2])):
        p.glow(img, 0.2 + 0.6 * a, y + 0.3 * (b - 0.5), 0.2, mist, 0.5)
    p.stars(img, rng, 110, 0.75)
    x = 0.5 + (0.13 + 0.08 * r[3]) * (1 if r[4] < 0.5 else -1)
    radius = 0.15 + 0.04 * r[5]
    one, two = p.pick(rng, _PLANETS)
    ringed = r[6] < 0.45
    tilt = -18 + 36 * r[7]
    if ringed:
        radius *= 0.8
        p.oval(img, x, y, 1.85 * radius, 0.5 * radius, p.lighter(two, 0.35), tilt, 180, 360, 0.026)
    _planet(img, rng, x, y, radius, one, two)
    if ringed:
        p.oval(img, x, y, 1.85 * radius, 0.5 * radius, p.lighter(two, 0.35), tilt, 0, 180, 0.026)
    other = 1 - x + 0.06 * (r[8] - 0.5)
    p.disc(img, other, y - 0.06, 0.04, (196, 192, 200))
    p.disc(img, other - 0.006, y - 0.066, 0.03, (228, 224, 226))
    return img


def _planet(img: np.ndarray, rng: Rng, x: float, y: float, radius: float, one: p.Colour, two: p.Colour) -> None:
    """Draw a planet with bands or lands of a second colour, lit from one side."""
    p.glow(img, x, y, 1.25 * radius, p.lighter(one, 0.3), 0.55)
    n = 160
    ball = np.zeros((n, n), np.uint8)
    cv2.circle(ball, (n // 2, n // 2), n // 2 - 2, 255, -1, cv2.LINE_AA)
    cells = (5, 2) if rng.random() < 0.5 else (3, 4)
    mixed = np.clip((p.noise(rng, n, n, *cells) - 0.45) * 9, 0, 1)[..., None]
    skin = np.array(one) * (1 - mixed) + np.array(two) * mixed
    ys, xs = np.mgrid[0:n, 0:n] / (n / 2) - 1
    lit = np.clip(1.12 - 0.62 * np.hypot(xs + 0.4, ys + 0.4) ** 1.6, 0.2, 1.15)[..., None]
    u, v = radius * min(img.shape[:2]) / img.shape[1], radius * min(img.shape[:2]) / img.shape[0]
    p.warped(
        img,
        np.clip(skin * lit, 0, 255).astype(np.uint8),
        ((x - u, y - v), (x + u, y - v), (x + u, y + v), (x - u, y + v)),
        ball,
    )


def _ledge(img: np.ndarray, rng: Rng, low: float, hull: p.Colour, light: p.Colour) -> None:
    """Draw the low console below the window, with a row of lit buttons."""
    v = min(img.shape[:2]) / img.shape[0]
    top = low - 0.075 * v
    p.poly_gradient(
        img, ((0.06, top), (0.94, top), (0.98, low), (0.02, low)), p.lighter(hull, 0.1), p.darker(hull, 0.35)
    )
    p.box(img, 0.05, top - 0.012 * v, 0.95, top + 0.006 * v, p.lighter(hull, 0.35))
    for n in range(15):
        x = 0.16 + 0.68 * n / 14
        c = p.pick(rng, _SCREENS)
        p.box(img, x - 0.016, top + 0.022 * v, x + 0.016, top + 0.044 * v, p.lighter(c, 0.2))
    p.box(img, 0.02, low - 0.012 * v, 0.98, low + 0.002 * v, light)
    p.shadow(img, 0.5, low + 0.012, 2, 0.025, 0.3)


def _ceiling(img: np.ndarray, eye: Depth, hull: p.Colour, light: p.Colour) -> None:
    """Draw beams from the upper corners of the picture to the window, with lamps along them."""
    for side in (-1, 1):
        near, far = (eye.x + side * 0.36, -0.02), (eye.x + side * 0.2, 0.07)
        p.poly(img, ((near[0] - 0.04, -0.02), (near[0] + 0.04, -0.02), (far[0] + 0.014, far[1]),
                     (far[0] - 0.014, far[1])), p.lighter(light, 0.5))  # fmt: skip
        p.glow(img, near[0], 0.02, 0.09, light, 0.5)


def _panel(rng: Rng, hull: p.Colour, wall: bool) -> np.ndarray:
    """Return a flat picture of a console: dark plates with glowing screens, rows of buttons and slides."""
    tall, unit, count = 120, 130, 4
    img = p.gradient(tall, unit * count, ((0, p.darker(hull, 0.35)), (1, p.darker(hull, 0.2))))
    start = int(rng.random() * len(_SCREENS))
    for n in range(count):
        x, c = n * unit, _SCREENS[(start + n) % len(_SCREENS)]
        cv2.rectangle(img, (x + 4, 4), (x + unit - 4, tall - 4), p.darker(hull, 0.12), -1)
        if (n + wall) % 2:
            _screen(img[14:106, x + 12 : x + unit - 12], rng, c)
            continue
        for row in range(3):
            for col in range(4):
                b = p.pick(rng, _SCREENS) if rng.random() < 0.7 else p.darker(hull, 0.55)
                cv2.rectangle(img, (x + 14 + 27 * col, 16 + 32 * row), (x + 33 + 27 * col, 38 + 32 * row), b, -1)
                cv2.rectangle(
                    img, (x + 14 + 27 * col, 16 + 32 * row), (x + 33 + 27 * col, 23 + 32 * row), p.lighter(b, 0.4), -1
                )
    return img


def _screen(area: np.ndarray, rng: Rng, colour: p.Colour) -> None:
    """Fill an area with a glowing screen: a curve, bars or a target."""
    h, w = area.shape[:2]
    area[:] = p.gradient(h, w, ((0, p.darker(colour, 0.5)), (1, p.darker(colour, 0.75))))
    bright = p.lighter(colour, 0.35)
    kind = p.pick(rng, ("curve", "bars", "target"))
    if kind == "curve":
        t = np.linspace(0, 1, 30)
        y = 0.5 + 0.32 * np.sin(9 * t + 6 * rng.random()) * np.sin(np.pi * t)
        cv2.polylines(area, [np.stack([t * w, y * h], 1).astype(np.int32)], False, bright, 6, cv2.LINE_AA)
    elif kind == "bars":
        for n, a in enumerate(rng.random(5).tolist()):
            x = int((0.08 + 0.18 * n) * w)
            cv2.rectangle(area, (x, int((0.15 + 0.6 * a) * h)), (x + int(0.12 * w), int(0.9 * h)), bright, -1)
    else:
        for radius in (0.42, 0.26):
            cv2.circle(area, (w // 2, h // 2), int(radius * h), bright, 4, cv2.LINE_AA)
        a = 2 * np.pi * rng.random()
        end = (int(w / 2 + 0.42 * h * np.cos(a)), int(h / 2 + 0.42 * h * np.sin(a)))
        cv2.line(area, (w // 2, h // 2), end, p.lighter(colour, 0.7), 6, cv2.LINE_AA)
    cv2.rectangle(area, (0, 0), (w - 1, h - 1), bright, 3)


def _console(img: np.ndarray, rng: Rng, eye: Depth, side: int, hull: p.Colour, light: p.Colour) -> None:
    """Draw the wall at one side with screens, and a console with a slanting desk before it."""
    near, far = 0.74, 2.45
    outer, inner, desk, back = side * 0.7, side * 0.47, 0.24, 0.1
    wall = eye.wall(outer, -0.24, back, near, far)
    p.poly(img, eye.wall(outer, -0.29, _FLOOR, near, far), p.darker(hull, 0.42))
    p.warped(img, _panel(rng, hull, True), wall)
    p.poly(img, eye.wall(outer, -0.29, -0.245, near, far), light)
    p.poly(img, eye.wall(inner, desk, _FLOOR, near, far), p.darker(hull, 0.25))
    p.poly(img, eye.wall(inner, desk + 0.19, _FLOOR, near, far), p.darker(hull, 0.5))
    end = eye.at(outer, back, far), eye.at(inner, desk, far), eye.at(inner, _FLOOR, far), eye.at(outer, _FLOOR, far)
    p.poly(img, end, p.darker(hull, 0.4))
    top = eye.at(outer, back, near), eye.at(outer, back, far), eye.at(inner, desk, far), eye.at(inner, desk, near)
    p.warped(img, _panel(rng, hull, False), top)
    p.poly(img, eye.wall(inner, desk, desk + 0.03, near, far), p.lighter(hull, 0.35))
    p.poly(img, eye.wall(inner, desk + 0.1, desk + 0.125, near, far), light)
    for z in (0.9, 1.3, 1.9):
        p.glow(img, *eye.at((outer + inner) / 2, (desk + back) / 2, z), 0.13 / z, light, 0.22)
