"""The scene of a narrow street at night between neon signs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_NEON: tuple[p.Colour, ...] = (
    (255, 64, 168), (60, 226, 255), (255, 214, 70), (190, 92, 255), (255, 96, 84), (96, 255, 176),
)  # fmt: skip
_TOP, _FOOT = -0.95, 0.34  # of the houses, above and below the eye
_NEAR, _FAR = 0.5, 3.8
# strokes of made-up marks, on a grid from -1 to 1
_STROKES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-0.8, -0.8), (0.8, -0.8)), ((-0.8, 0.0), (0.8, 0.0)), ((-0.8, 0.85), (0.8, 0.85)), ((0.0, -0.8), (0.0, 0.85)),
    ((-0.7, -0.8), (-0.7, 0.5)), ((0.7, -0.8), (0.7, 0.85)), ((0.0, 0.0), (-0.8, 0.85)), ((0.0, 0.0), (0.8, 0.85)),
    ((-0.5, -0.4), (0.5, -0.4), (0.5, 0.4), (-0.5, 0.4), (-0.5, -0.4)),
)  # fmt: skip


@dataclass(frozen=True)
class _Street(Depth):
    """A view along a street whose heights are moved down by a drop, which turns it into its own mirror image."""

    drop: float = 0.0

    def at(self, dx: float, dy: float, z: float = 1.0) -> tuple[float, float]:
        """Where a point at a depth is seen."""
        return self.x + dx / z, self.y + (dy + self.drop) / z


@dataclass(frozen=True)
class _Sign:
    """A sign that hangs from the wall of one side, its height and depth, kind, colours and marks."""

    side: int
    y: float
    z: float
    kind: str
    colours: tuple[p.Colour, p.Colour]
    marks: tuple[tuple[int, ...], ...]


def neon_alley(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a narrow street at night: dark houses with glowing signs on both sides, mirrored by the wet ground."""
    r = rng.random(6).tolist()
    x, y, half = 0.5 + 0.12 * (r[0] - 0.5), 0.53 + 0.03 * r[1], 0.36 + 0.05 * r[2]
    top, low = p.pick(
        rng, (((18, 16, 66), (116, 58, 150)), ((10, 26, 72), (40, 110, 160)), ((36, 14, 70), (206, 70, 140)))
    )
    sky = p.gradient(h, w, ((0, p.vary(rng, top, 8)), (y, p.vary(rng, low, 10)), (1, low)))
    p.stars(sky, rng, 30, 0.3)
    walls = [_wall(rng, p.mix(top, (40, 34, 60), 0.5)) for _ in range(2)]
    signs = _signs(rng)
    lanterns = r[3] < 0.5
    far = [(0.2 + 0.5 * a, 0.12 + 0.28 * b) for a, b in rng.random((5, 2)).tolist()]
    img = sky.copy()
    _houses(img, _Street(x, y), half, walls, signs, far, low, lanterns)
    mirrored = np.ascontiguousarray(sky)
    _houses(mirrored, _Street(x, 1 - y, -2 * _FOOT), half, walls, signs, far, low, lanterns)
    _ground(img, rng, Depth(x, y), half, mirrored[::-1], p.darker(top, 0.35))
    p.corners(img, 0.3)
    return img


def _signs(rng: Rng) -> list[_Sign]:
    """Choose signs for both sides, the farthest first."""
    signs = []
    start = int(rng.random() * len(_NEON))
    for side in (-1, 1):
        order = ("wide", "round", "tall") if rng.random() < 0.5 else ("round", "wide", "tall")
        shift = int(rng.random() * 3)
        for k, (z, y) in enumerate(((2.7, -0.5), (1.75, -0.06), (1.12, -0.24))):
            a, b = rng.random(2).tolist()
            one = _NEON[(start + k + (3 if side > 0 else 0)) % len(_NEON)]
            two = _NEON[(start + k + (5 if side > 0 else 1)) % len(_NEON)]
            marks = tuple(tuple(rng.choice(len(_STROKES), 4, replace=False).tolist()) for _ in range(4))
            kind = order[(k + shift) % 3]
            signs.append(_Sign(side, y + 0.08 * (a - 0.5), z + 0.12 * (b - 0.5), kind, (one, two), marks))
    return sorted(signs, key=lambda sign: -sign.z)


def _wall(rng: Rng, colour: p.Colour) -> np.ndarray:
    """Return a flat picture of the dark fronts of a row of houses, with lit windows and shop fronts."""
    tall, wide, count = 300, 480, 5
    img = p.gradient(tall, wide, ((0, p.darker(colour, 0.35)), (1, p.lighter(colour, 0.05))))
    lit: tuple[p.Colour, ...] = ((255, 206, 120), (255, 170, 96), (120, 214, 240), (250, 150, 200))
    for k in range(count):
        a, b = k * wide // count, (k + 1) * wide // count
        shade = p.lighter(p.vary(rng, colour, 14), 0.05 + 0.08 * rng.random())
        img[:, a:b] = p.gradient(tall, b - a, ((0, p.darker(shade, 0.4)), (1, shade)))
        for y in range(14, 200, 38):
            cv2.line(img, (a, y - 8), (b, y - 8), p.darker(shade, 0.35), 2)
            for x in (a + 14, a + 58):
                c = p.pick(rng, lit) if rng.random() < 0.36 else p.mix(shade, (70, 100, 160), 0.35)
                cv2.rectangle(img, (x - 3, y - 3), (x + 27, y + 25), p.darker(shade, 0.5), -1)
                cv2.rectangle(img, (x, y), (x + 24, y + 22), c, -1)
                cv2.rectangle(img, (x, y + 12), (x + 24, y + 22), p.darker(c, 0.2), -1)
                cv2.line(img, (x + 12, y), (x + 12, y + 22), p.darker(shade, 0.5), 3)
        glow = p.pick(rng, (*lit, _NEON[0], _NEON[1]))
        cv2.rectangle(img, (a + 6, 208), (b - 6, 299), p.darker(shade, 0.55), -1)
        pane = img[224:284, a + 12 : b - 34]
        pane[:] = p.gradient(60, pane.shape[1], ((0, p.lighter(glow, 0.15)), (1, p.darker(glow, 0.5))))
        for x in range(a + 16, b - 42, 13):
            high = 10 + int(22 * rng.random())
            cv2.rectangle(img, (x, 284 - high), (x + 8, 283), p.mix(p.darker(glow, 0.7), p.pick(rng, _NEON), 0.2), -1)
        cv2.line(img, (a + 12, 284), (b - 34, 284), p.lighter(glow, 0.2), 3)
        cv2.rectangle(img, (b - 28, 226), (b - 12, 299), p.darker(glow, 0.35), -1)
        cv2.rectangle(img, (a + 4, 208), (b - 4, 220), p.pick(rng, _NEON), -1)
        cv2.line(img, (b - 1, 0), (b - 1, tall), p.darker(shade, 0.6), 4)
    return img


def _houses(
    img: np.ndarray,
    eye: _Street,
    half: float,
    walls: list[np.ndarray],
    signs: list[_Sign],
    far: list[tuple[float, float]],
    haze: p.Colour,
    lanterns: bool,
) -> None:
    """Draw everything above the ground: far towers in a haze of light, the houses, and their signs."""
    for k, (a, tall) in enumerate(far):
        x0 = -half * 1.1 + 2.2 * half * k / 5
        c = p.mix((26, 22, 60), haze, 0.35 + 0.3 * a)
        eye.front(img, x0, _FOOT - 3 * tall, x0 + half * (0.36 + 0.2 * a), _FOOT, _FAR, c)
        for n in range(4):
            y = _FOOT - 3 * tall + 0.1 + 0.17 * n
            eye.front(img, x0 + 0.06, y, x0 + 0.11, y + 0.07, _FAR, p.mix((255, 220, 150), c, 0.3))
    p.glow(img, *eye.at(0, 0.2, _FAR), 0.22, p.lighter(haze, 0.4), 0.75)
    for side, wall in zip((-1, 1), walls, strict=True):
        p.warped(img, wall, eye.wall(side * half, _TOP, _FOOT, _NEAR, _FAR))
    for z, y in ((2.4, -0.6), (1.6, -0.62), (1.15, -0.56)):
        t = p.steps(15)
        rope = [eye.at(half * (2 * s - 1), y + 0.1 * (1 - (2 * s - 1) ** 2), z) for s in t.tolist()]
        p.stroke(img, np.array(rope), (20, 16, 34), 0.006 / z)
        if lanterns:
            for x, low in rope[3:-1:4]:
                at = Spot(img, x, low, 0.12 / z)
                at.glow(0, 0.3 if not eye.drop else -0.3, 0.9, (255, 90, 60), 0.6)
                at.oval(0, 0.3 if not eye.drop else -0.3, 0.26, 0.3, (255, 92, 66))
                at.oval(0, 0.3 if not eye.drop else -0.3, 0.12, 0.28, (255, 176, 110))
    for sign in signs:
        _draw_sign(img, eye, half, sign)


def _draw_sign(img: np.ndarray, eye: _Street, half: float, sign: _Sign) -> None:
    """Draw a sign: a dark board on an arm from the wall, its glowing rim, and marks or a shape within."""
    flip = -1 if eye.drop else 1
    wide = {"tall": 0.085, "round": 0.11, "wide": 0.125}[sign.kind]
    k = min(img.shape[:2]) / img.shape[1]
    at = Spot(img, *eye.at(sign.side * (half - (wide + 0.02) * k), sign.y, sign.z), 1 / sign.z)
    one, two = sign.colours

    def tube(pts: np.ndarray, colour: p.Colour, width: float) -> None:
        at.line(pts * (1, flip), p.darker(colour, 0.3), width * 1.7)
        at.line(pts * (1, flip), p.lighter(colour, 0.25), width)

    def marks(x: float, y: float, size: float, mark: tuple[int, ...], colour: p.Colour) -> None:
        for n in mark:
            tube(np.array(_STROKES[n]) * size + (x, y), colour, 0.009)

    at.line(np.array([(0, 0), (sign.side * 0.2, 0)]), (34, 30, 50), 0.016)
    at.glow(0, 0, 0.2, one, 0.5)
    board = p.mix((18, 14, 36), one, 0.1)
    if sign.kind == "tall":
        outline = p.rounded(-0.085, -0.27, 0.085, 0.27, 0.025)
        at.poly(outline, board)
        tube(np.concatenate([outline, outline[:1]]), one, 0.013)
        for n in range(3):
            marks(0, -0.165 + 0.165 * n, 0.052, sign.marks[n], two)
    elif sign.kind == "wide":
        outline = p.rounded(-0.125, -0.1, 0.125, 0.1, 0.03)
        at.poly(outline, board)
        tube(np.concatenate([outline, outline[:1]]), one, 0.013)
        for n in range(2):
            marks(-0.056 + 0.112 * n, 0, 0.042, sign.marks[n], two)
    else:
        turn = 2 * np.pi * p.steps(25)
        at.oval(0, 0, 0.115, 0.115, board)
        tube(0.11 * p.cols(np.cos(turn), np.sin(turn)), one, 0.013)
        tube(_emblem(sign.marks[0][0] % 4), two, 0.013)


def _emblem(kind: int) -> np.ndarray:
    """Return the line of a star, a heart, a cup or a crescent."""
    if kind == 0:
        a = np.pi * np.arange(11) / 5 - np.pi / 2
        radius = np.where(np.arange(11) % 2, 0.03, 0.07)
        return p.cols(radius * np.cos(a), radius * np.sin(a))
    t = 2 * np.pi * p.steps(21)
    if kind == 1:
        return p.cols(0.062 * np.sin(t) ** 3, -0.004 * (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t)))
    if kind == 2:
        return np.array([(-0.06, -0.05), (0.06, -0.05), (0.0, 0.015), (0.0, 0.06), (-0.035, 0.06), (0.035, 0.06),
                         (0.0, 0.06), (0.0, 0.015), (-0.06, -0.05)])  # fmt: skip
    a, b = np.linspace(0.9, 5.4, 13), np.linspace(5.0, 1.3, 9)
    return np.concatenate(
        [p.cols(0.065 * np.cos(a), 0.065 * np.sin(a)), p.cols(0.02 + 0.048 * np.cos(b), 0.048 * np.sin(b))]
    )


def _ground(img: np.ndarray, rng: Rng, eye: Depth, half: float, mirrored: np.ndarray, dark: p.Colour) -> None:
    """Draw the wet ground between the houses: dark paving that mirrors them, most of all where puddles lie."""
    h, w = img.shape[:2]
    a = int((eye.y + _FOOT / _FAR) * h)
    n = h - a
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [(np.array(eye.floor(-half, half, _FOOT, 0.3, _FAR)) * (w, h)).astype(np.int32)], (255,))
    sway = cv2.resize(rng.random((40, 4), dtype=np.float32) - 0.5, (w, n), interpolation=cv2.INTER_CUBIC)
    depth = np.linspace(0, 1, n, dtype=np.float32)[:, None]
    xs = np.arange(w, dtype=np.float32) + sway * (0.004 + 0.04 * depth) * w
    ys = np.repeat(np.arange(a, h, dtype=np.float32)[:, None], w, 1)
    seen = cv2.remap(np.ascontiguousarray(mirrored), xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    seen = cv2.blur(seen, (1, max(1, int(0.035 * h))))
    paving = np.empty_like(seen)
    paving[:] = np.array(p.lighter(dark, 0.08), np.uint8)
    wet = np.clip((p.noise(rng, n, w, 5, 3) - 0.42) * 6, 0, 1)
    p.blend(paving, 0.62 + 0.3 * wet, seen)
    ground = img.copy()
    ground[a:] = paving
    p.ripples(ground, rng, a / h, 1, (190, 200, 255), 0.14, 0.3)
    cv2.copyTo(ground, mask, img)
    for side in (-1, 1):
        p.poly(img, eye.wall(side * half, _FOOT - 0.014, _FOOT + 0.02, 0.3, _FAR), p.darker(dark, 0.3))
