"""The scene of a theatre's stage."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_REDS: tuple[p.Colour, ...] = ((190, 26, 38), (168, 18, 40), (204, 44, 40), (150, 22, 34))
_GOLD: p.Colour = (226, 178, 82)


def stage(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a theatre's stage: red curtains, a floor of boards in spotlights, footlights, and a backdrop."""
    r = rng.random(8).tolist()
    low, front = 0.64 + 0.03 * r[0], 0.92
    red = p.vary(rng, p.pick(rng, _REDS), 10)
    wood = p.lighter(p.vary(rng, p.pick(rng, furniture.WOODS), 8), 0.12)
    painted = r[1] < 0.5
    img = _painted(rng, h, w, low) if painted else _dark_back(rng, h, w, low)
    floor = ((-0.1, low), (1.1, low), (1.7, front), (-0.7, front))
    p.warped(img, p.boards(rng, wood, 18, 2), floor)
    p.shadow(img, 0.5, low, 3, 0.07, 0.5)
    if not painted or r[2] < 0.6:
        _spotlights(img, rng, low, 0.85 if not painted else 0.55)
    tied = r[3] < 0.6
    for side in (-1, 1):
        _curtain(img, side, red, 0.78, tied)
    _valance(img, red, p.pick(rng, (3, 5)))
    _arch(img, front, p.vary(rng, _GOLD, 10))
    _footlights(img, front, p.darker(wood, 0.45))
    p.corners(img, 0.3)
    return img


def _dark_back(rng: Rng, h: int, w: int, low: float) -> np.ndarray:
    """Return the dark back of a stage: a curtain whose folds catch a coloured light from below."""
    deep = p.vary(rng, p.pick(rng, ((28, 32, 84), (58, 26, 84), (18, 56, 76), (64, 22, 56), (34, 34, 48))), 8)
    img = p.gradient(h, w, ((0, p.darker(deep, 0.7)), (low, p.lighter(deep, 0.16)), (1, deep)))
    folds = 1 + 0.16 * np.sin(np.linspace(0, 2 * np.pi * (9 + int(rng.random() * 5)), w, dtype=np.float32))
    a = int(low * h)
    img[:a] = np.clip(img[:a] * folds[:, None], 0, 255).astype(np.uint8)
    return img


def _painted(rng: Rng, h: int, w: int, low: float) -> np.ndarray:
    """Return a painted backdrop: hills under the moon, under the sun, or below far mountains."""
    kind, (a, b, c) = p.pick(rng, ("moon", "sun", "peaks")), rng.random(3).tolist()
    x = 0.36 + 0.28 * a
    if kind == "moon":
        img = p.gradient(h, w, ((0, (22, 30, 92)), (low, (112, 96, 176)), (1, (112, 96, 176))))
        p.stars(img, rng, 36, low * 0.8)
        p.moon(img, rng, x, 0.32, 0.085, (22, 30, 92))
        near: p.Colour = (34, 62, 92)
    elif kind == "sun":
        img = p.gradient(h, w, ((0, (86, 164, 226)), (low, (224, 240, 236)), (1, (224, 240, 236))))
        p.sun(img, x, 0.34, 0.075, (255, 236, 140), (255, 244, 190))
        p.puff(img, rng, x + 0.2 - 0.4 * round(c), 0.4, 0.13)
        near = (84, 152, 84)
    else:
        img = p.gradient(h, w, ((0, (110, 84, 160)), (low, (255, 190, 130)), (1, (255, 190, 130))))
        for dx, top in ((-0.2, 0.36), (0.22, 0.4), (0.0, 0.28)):
            p.peak(img, rng, x + dx, top, low, 0.26, (124, 96, 146), (250, 226, 220))
        near = (98, 72, 112)
    far = p.ridge(rng, low - 0.1, 0.05, 0.8)
    p.ground(img, far, p.lighter(near, 0.22), p.lighter(near, 0.1))
    p.ground(img, p.ridge(rng, low - 0.03, 0.03, 1.2), near, p.darker(near, 0.15))
    for k, side in enumerate((-1, 1)):
        p.tree(img, rng, 0.5 + side * (0.24 + 0.05 * b), low + 0.015, 0.36 - 0.06 * k, p.darker(near, 0.12))
    return img


def _spotlights(img: np.ndarray, rng: Rng, low: float, strength: float) -> None:
    """Blend in cones of light that fall from above, and the pools that they make on the floor."""
    h, w = img.shape[:2]
    u, v = w / min(h, w), h / min(h, w)
    tints = p.pick(rng, (((255, 240, 190),) * 3, ((255, 196, 120), (140, 196, 255), (255, 244, 206)),
                         ((255, 150, 190), (130, 220, 255), (255, 240, 200))))  # fmt: skip
    a, b, c = rng.random(3).tolist()
    beams = ((0.2, 0.35 + 0.05 * a, 0.1), (0.8, 0.65 - 0.05 * b, 0.1), (0.5, 0.5, 0.13))
    for (x, goal, half), tint in zip(beams if c < 0.35 else beams[:2] if c < 0.7 else beams[2:], tints, strict=False):
        y, deep = low + 0.13, 0.3 * half
        cone, pool = np.zeros((h, w), np.uint8), np.zeros((h, w), np.uint8)
        p.poly(cone, ((x - 0.012, 0.04), (x + 0.012, 0.04), (goal + half, y), (goal - half, y)), (255, 255, 255))
        for mask in (cone, pool):
            p.oval(mask, goal, y, half * u, deep * v, (255, 255, 255))
        fade = np.interp(np.arange(h) / h, (0.1, 0.4, y), (0.62, 0.4, 0.2)).astype(np.float32)[:, None]
        for mask, share in ((cone, fade), (pool, np.float32(0.5))):
            soft = cv2.GaussianBlur(mask, (0, 0), 0.006 * min(h, w)).astype(np.float32) / 255
            p.blend(img, soft * share * strength, tint)


def _curtain(img: np.ndarray, side: int, colour: p.Colour, foot: float, tied: bool) -> None:
    """Draw the curtain at one side of a stage in folds, tied back or falling straight."""
    t = p.steps(17)
    if tied:
        edge = np.interp(t, (0, 0.25, 0.5, 0.7, 0.76, 0.85, 1), (0.36, 0.33, 0.25, 0.155, 0.14, 0.17, 0.19))
    else:
        edge = 0.2 + 0.012 * np.sin(5 * t)
    ys, folds, parts = 0.02 + (foot - 0.02) * t, 6, 48
    for k in range(parts):
        share = k / parts
        wave = np.sin(2 * np.pi * folds * share + 0.6)
        c = p.lighter(colour, 0.16 * wave) if wave > 0 else p.darker(colour, -0.55 * wave)
        inner = edge * (1 - share) - 0.02 * share
        hem = ys.copy()
        hem[-1] += 0.1 * share + 0.008 * wave
        line = p.cols(inner, hem)
        outline = np.concatenate([line, [(-0.04, hem[-1]), (-0.04, 0)]])
        if side > 0:
            outline[:, 0] = 1 - outline[:, 0]
        p.poly(img, outline, p.darker(c, 0.12 * share))
    if tied:
        a, b = 0.73 * foot, 0.80 * foot
        band = np.array([(-0.04, a - 0.03), (0.145, a), (0.15, b), (-0.04, b - 0.02)])
        if side > 0:
            band[:, 0] = 1 - band[:, 0]
        p.poly(img, band, p.darker(_GOLD, 0.2))
        p.poly(img, band * (1, 0.3) + (0, 0.7 * a - 0.002), _GOLD)


def _valance(img: np.ndarray, colour: p.Colour, count: int) -> None:
    """Draw swags of cloth along the upper edge of a stage, with golden fringes and tassels."""
    t, top = p.steps(13), 0.03
    for k in range(count):
        a, b = k / count, (k + 1) / count
        for share in (1.0, 0.8, 0.6, 0.4, 0.2):
            sag = top + 0.05 + 0.15 * share * np.sin(np.pi * t) ** 0.8
            cloth = np.concatenate([p.cols(a + (b - a) * t, sag), [(b, 0), (a, 0)]])
            c = p.darker(colour, 0.3) if share in (0.8, 0.4) else p.lighter(colour, 0.06)
            p.poly(img, cloth, c)
            if share == 1.0:
                p.stroke(img, p.cols(a + (b - a) * t, sag), p.darker(_GOLD, 0.25), 0.026)
                p.stroke(img, p.cols(a + (b - a) * t, sag - 0.004), _GOLD, 0.014)
    for k in range(count + 1):
        at = Spot(img, k / count, top + 0.05, 0.1)
        at.poly(((-0.22, -0.9), (0.22, -0.9), (0.3, 0.9), (-0.3, 0.9)), p.darker(colour, 0.18))
        at.poly(((-0.2, -0.9), (0.02, -0.9), (0.0, 0.9), (-0.28, 0.9)), p.lighter(colour, 0.12))
        at.box(-0.32, 0.82, 0.32, 1.1, p.darker(_GOLD, 0.2), 0.05)
        at.box(-0.32, 0.8, 0.32, 0.95, _GOLD, 0.05)


def _arch(img: np.ndarray, foot: float, gold: p.Colour) -> None:
    """Draw the golden frame around a stage."""
    k = min(img.shape[:2]) / img.shape[1]
    v = min(img.shape[:2]) / img.shape[0]
    for wide, c in ((0.045, p.darker(gold, 0.5)), (0.036, p.darker(gold, 0.15)), (0.024, p.lighter(gold, 0.2)),
                    (0.014, p.darker(gold, 0.3))):  # fmt: skip
        p.box(img, -0.02, -0.02, wide * k, foot + 0.03, c)
        p.box(img, 1 - wide * k, -0.02, 1.02, foot + 0.03, c)
        p.box(img, -0.02, -0.02, 1.02, wide * v, c)


def _footlights(img: np.ndarray, front: float, wood: p.Colour) -> None:
    """Draw the edge of the stage, and a row of hooded lamps along it that shine at the stage."""
    h, w = img.shape[:2]
    p.box(img, -0.02, front, 1.02, 1.02, p.darker(wood, 0.45))
    p.box(img, -0.02, front, 1.02, front + 0.022, p.lighter(wood, 0.25))
    p.box(img, -0.02, front + 0.022, 1.02, front + 0.03, p.darker(wood, 0.6))
    count = max(5, round(7 * w / min(h, w)))
    for k in range(count):
        at = Spot(img, (k + 0.5) / count, front + 0.012, 0.09)
        at.glow(0, -0.35, 0.62, (255, 226, 150), 0.75)
        at.oval(0, 0.02, 0.34, 0.4, (255, 240, 186), 180, 360)
        at.oval(0, 0.08, 0.34, 0.36, p.darker(_GOLD, 0.35), 180, 360)
        at.oval(0, 0.1, 0.24, 0.28, p.darker(_GOLD, 0.1), 180, 360)
        at.box(-0.38, 0.06, 0.38, 0.16, p.darker(_GOLD, 0.5))
