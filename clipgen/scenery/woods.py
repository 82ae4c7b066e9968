"""Scenes among trees."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


def _wood(
    rng: Rng, h: int, w: int, leaf: p.Colour, fog: p.Colour, floor: p.Colour, bark: p.Colour, litter: p.Colour | None
) -> np.ndarray:
    """Draw the inside of a wood: three depths of trunks, a canopy, a floor and shafts of light."""
    r = rng.random(6).tolist()
    base = 0.66 + 0.08 * r[0]
    img = p.gradient(h, w, ((0, p.mix(leaf, fog, 0.35)), (base * 0.8, fog), (base, fog), (1, fog)))
    p.clouds(img, rng, 0, base, p.mix(leaf, fog, 0.2), p.darker(p.mix(leaf, fog, 0.3), 0.25), 0.55, (5, 6), 3.0)
    p.ground(img, p.ridge(rng, base, 0.015), p.mix(floor, fog, 0.35), p.darker(floor, 0.4))
    p.mottle(img, rng, base, 1, 0.28, (7, 7))
    if r[1] < 0.5:
        x, bend = 0.3 + 0.4 * r[2], (r[3] - 0.5) * 0.4
        ys = np.linspace(base + 0.01, 1.02, 8)
        t = (ys - base) / (1 - base)
        mid, half = x + bend * np.sin(t * 2.6), 0.012 + 0.15 * t * t
        path = p.both_sides(mid, half, ys)
        p.poly_gradient(img, path, p.mix((190, 160, 115), fog, 0.3), (150, 116, 78))
    for depth, count in ((0.3, 8), (0.65, 6), (1.0, 3)):
        colour = p.mix(fog, bark, 0.35 + 0.65 * depth)
        wide, foot = 0.018 + 0.04 * depth * depth, base + 0.01 + 0.24 * depth * depth
        for k in range(count):
            a, b, c = rng.random(3).tolist()
            x = (k + 0.1 + 0.8 * a) / count
            half, lean = wide * (0.7 + 0.6 * b) / 2, 0.05 * (c - 0.5)
            y = foot + 0.05 * (b - 0.5)
            p.poly(
                img,
                (
                    (x + lean - half * 0.8, -0.02),
                    (x + lean + half * 0.8, -0.02),
                    (x + half, y - 0.04),
                    (x + half * 1.7, y),
                    (x - half * 1.7, y),
                    (x - half, y - 0.04),
                ),
                colour,
            )
            p.poly(
                img,
                (
                    (x + lean + half * 0.1, -0.02),
                    (x + lean + half * 0.8, -0.02),
                    (x + half, y - 0.04),
                    (x + half * 1.7, y),
                    (x + half * 0.3, y),
                ),
                p.darker(colour, 0.3),
            )
        crown = p.mix(fog, leaf, 0.35 + 0.65 * depth)
        for k in range(7):
            a, b, c = rng.random(3).tolist()
            p.oval(
                img,
                (k + a) / 7,
                (0.2 - 0.16 * depth) + 0.14 * b,
                0.12 + 0.07 * c,
                0.07 + 0.05 * c,
                p.mix(p.darker(crown, 0.35), p.lighter(crown, 0.15), b),
            )
    if litter is not None:
        place = rng.random((60, 3))
        p.dots(
            img,
            place[:, 0],
            base + 0.03 + (0.97 - base) * place[:, 1],
            np.array([p.vary(rng, litter, 40) for _ in range(4)], np.uint8)[(place[:, 2] * 4).astype(int)],
            0.013,
        )
        for x, y in rng.random((7, 2)).tolist():
            p.oval(img, x, y * base, 0.013, 0.008, p.vary(rng, litter, 30), 60 * x)
    if r[4] < 0.55:
        p.rays(img, rng, 4, 0.85, (255, 250, 205), 0.45)
    return img


def _stand(
    rng: Rng, h: int, w: int, greens: tuple[p.Colour, ...], round_trees: bool, litter: p.Colour | None
) -> np.ndarray:
    """Draw a wood from outside: rows of trees that grow towards the viewer."""
    r = rng.random(4).tolist()
    base = 0.5 + 0.08 * r[0]
    img = p.fair_sky(rng, h, w, base, False)
    first = p.pick(rng, greens)
    p.ground(
        img,
        p.ridge(rng, base - 0.08, 0.05, 2, 0.03),
        p.mix(first, (190, 210, 225), 0.5),
        p.mix(first, (190, 210, 225), 0.3),
    )
    floor = p.mix(first, (120, 130, 60), 0.4)
    p.ground(img, p.ridge(rng, base + 0.06, 0.02), p.mix(floor, (190, 210, 225), 0.15), p.darker(floor, 0.3))
    p.mottle(img, rng, base + 0.08, 1, 0.15)
    for depth, count in ((0.0, 7), (0.5, 5), (1.0, 4)):
        for k in range(count):
            a, b = rng.random(2).tolist()
            leaf = p.mix(p.vary(rng, p.pick(rng, greens), 16), (190, 210, 225), 0.3 * (1 - depth))
            x, y, s = (k + 0.1 + 0.8 * a) / count, base + 0.1 + 0.36 * depth + 0.05 * b, 0.25 + 0.19 * depth + 0.08 * b
            if round_trees:
                p.tree(img, rng, x, y, s * 1.15, leaf)
            else:
                p.pine(img, x, y, s * 1.3, leaf)
    if litter is not None:
        place = rng.random((50, 3))
        p.dots(
            img,
            place[:, 0],
            base + 0.14 + (0.85 - base) * place[:, 1],
            np.array([p.vary(rng, litter, 40) for _ in range(4)], np.uint8)[(place[:, 2] * 4).astype(int)],
            0.013,
        )
    return img


def forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a green forest, from inside or outside."""
    r = rng.random(2).tolist()
    if r[0] < 0.6:
        leaf = p.vary(rng, p.pick(rng, ((56, 120, 50), (40, 100, 60), (84, 136, 50))))
        return _wood(
            rng,
            h,
            w,
            leaf,
            p.vary(rng, p.pick(rng, ((205, 225, 165), (180, 210, 190), (220, 228, 180)))),
            p.vary(rng, (86, 110, 52)),
            p.vary(rng, (82, 60, 44)),
            None,
        )
    return _stand(rng, h, w, ((36, 100, 62), (52, 120, 60), (30, 86, 60), (74, 130, 56)), r[1] < 0.35, None)


def autumn_forest(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a wood in red, orange and yellow leaf."""
    r = rng.random(2).tolist()
    if r[0] < 0.6:
        leaf = p.vary(rng, p.pick(rng, ((225, 110, 30), (235, 150, 35), (200, 70, 35))), 18)
        return _wood(
            rng,
            h,
            w,
            leaf,
            p.vary(rng, p.pick(rng, ((250, 225, 160), (250, 210, 150), (240, 225, 190)))),
            p.vary(rng, (190, 105, 45)),
            p.vary(rng, (84, 58, 48)),
            (235, 130, 40),
        )
    return _stand(rng, h, w, ((225, 95, 35), (240, 160, 40), (200, 60, 40), (235, 190, 60)), True, (225, 110, 40))


def jungle(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a dense rain forest framed by large leaves and hanging vines."""
    r = rng.random(6).tolist()
    fog = p.vary(rng, p.pick(rng, ((190, 225, 150), (150, 215, 165), (215, 228, 150))))
    green = p.vary(rng, p.pick(rng, ((36, 120, 56), (50, 135, 45), (26, 106, 70))))
    img = p.gradient(h, w, ((0, p.mix(fog, green, 0.55)), (0.45, fog), (1, p.mix(fog, green, 0.8))))
    for depth in (0.35, 0.65):
        c = p.mix(fog, green, depth)
        for k in range(4):
            a, b = rng.random(2).tolist()
            x = (k + a) / 4
            p.poly(
                img,
                ((x - 0.02 * depth, 0), (x + 0.02 * depth, 0), (x + 0.045 * depth, 0.9), (x - 0.045 * depth, 0.9)),
                p.darker(p.mix(c, (96, 74, 50), 0.5), 0.12),
            )
        for k in range(3):
            a, b, d = rng.random(3).tolist()
            p.palm(
                img,
                rng,
                (k + a) / 3,
                0.92,
                (0.36 + 0.24 * b) * (0.75 + 0.4 * depth),
                c,
                p.darker(p.mix(c, (110, 84, 56), 0.5), 0.1),
            )
        p.ground(img, p.ridge(rng, 0.66 + 0.16 * depth, 0.04, 2.5, 0.05), c, p.darker(c, 0.35))
    p.rays(img, rng, 3, 0.8, (250, 255, 205), 0.4)
    t = p.steps(9)
    vines = [
        p.cols(a + (b - 0.5) * 0.5 * t, -0.02 + (0.3 + 0.4 * c) * 4 * t * (1 - t) * 0.7)
        for a, b, c in rng.random((3, 3)).tolist()
    ]
    p.strokes(img, np.array(vines), p.darker(green, 0.55), 0.014)
    hues = ((240, 50, 70), (255, 150, 40), (250, 90, 170), (255, 220, 60))
    for k in range(8):
        a, b, c = rng.random(3).tolist()
        side = 1 if k % 2 else -1
        x, y = 0.5 + side * (0.52 - 0.12 * c), 0.06 + 0.98 * (k // 2 + a) / 4
        angle = (np.pi if side > 0 else 0) + side * (0.7 - 1.4 * b) - (0.5 * side if y > 0.6 else -0.4 * side)
        _leaf(img, x, y, 0.34 + 0.14 * c, angle, p.vary(rng, p.darker(green, 0.2 + 0.25 * b), 10))
    for k in range(4):
        a, b = rng.random(2).tolist()
        _leaf(
            img, (k + a) / 4, 1.03, 0.26 + 0.1 * b, -np.pi / 2 + (a - 0.5) * 1.2, p.vary(rng, p.lighter(green, 0.1), 12)
        )
    for k in range(int(r[1] * 4)):
        a, b, c = rng.random(3).tolist()
        x, y, hue = (0.08 + 0.2 * a if k % 2 else 0.92 - 0.2 * a), 0.6 + 0.32 * b, p.pick(rng, hues)
        for ang in np.arange(5) * 1.257 + c:
            p.oval(
                img,
                x + 0.024 * np.cos(ang) * min(h, w) / w,
                y + 0.024 * np.sin(ang) * min(h, w) / h,
                0.024,
                0.015,
                hue,
                np.degrees(ang),
            )
        p.disc(img, x, y, 0.012, (255, 240, 150))
    if r[2] < 0.4:
        x, y, hue = 0.3 + 0.4 * r[3], 0.3 + 0.25 * r[4], p.pick(rng, ((230, 40, 45), (40, 110, 225), (60, 190, 70)))
        p.oval(img, x, y, 0.04, 0.075, hue, 15)
        p.shape(img, x, y, 0.1, ((0.1, 0.4), (0.45, 0.4), (-0.1, 1.6), (-0.3, 1.5)), p.darker(hue, 0.25))
        p.shape(img, x, y, 0.1, ((-0.05, -0.2), (0.35, 0.0), (0.1, 0.75), (-0.1, 0.4)), (250, 200, 50))
        p.disc(img, x + 0.015, y - 0.075, 0.036, hue)
        p.shape(img, x, y, 0.1, ((0.4, -0.85), (0.72, -0.62), (0.5, -0.45)), (60, 50, 44))
        p.disc(img, x + 0.025, y - 0.082, 0.01, (255, 255, 250))
    return img


def _leaf_outlines() -> p.Parts:
    """Return the outlines of a leaf along the x axis, whole and lower half; the half begins with the rib."""
    t = np.linspace(0, 1, 9)
    rib, wide = np.stack([t, 0.14 * t * t], axis=1), np.stack([0 * t, 0.24 * np.sin(np.pi * t**0.8)], axis=1)
    lower = (rib + wide)[::-1]
    return p.group(np.concatenate([rib - wide, lower]), np.concatenate([rib, lower]))


_LEAF = _leaf_outlines()


def _leaf(img: np.ndarray, x: float, y: float, size: float, angle: float, c: p.Colour) -> None:
    """Draw a large pointed leaf with a pale rib, growing from (x, y) along an angle."""
    cos, sin = np.cos(angle), np.sin(angle)
    turned = _LEAF[0] @ np.array(((cos, sin), (-sin, cos)))
    p.shapes(img, x, y, size, (turned, _LEAF[1]), (c, p.darker(c, 0.25)))
    p.shape_stroke(img, x, y, size, turned[_LEAF[1][1][0] :][:9], p.lighter(c, 0.35), 0.006)
