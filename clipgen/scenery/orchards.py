"""The scene of blossoming trees in spring."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_BLOOMS: tuple[p.Colour, ...] = (
    (248, 172, 198), (242, 150, 186), (250, 190, 206), (250, 226, 232), (246, 160, 178), (248, 236, 236),
)  # fmt: skip
_PATHS: tuple[p.Colour, ...] = ((214, 194, 164), (206, 198, 190), (198, 166, 136))


def orchard(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw rows of cherry trees in blossom on both sides of a path through green grass, with fallen petals."""
    r = rng.random(8).tolist()
    eye = Depth(0.5 + 0.1 * (r[0] - 0.5), 0.51 + 0.03 * r[1])
    img = p.fair_sky(rng, h, w, eye.y, warm=r[2] < 0.15)
    green = p.vary(rng, p.pick(rng, ((122, 182, 82), (106, 172, 82), (140, 190, 86))), 8)
    bloom = p.vary(rng, p.pick(rng, _BLOOMS), 6)
    second = p.vary(rng, p.pick(rng, _BLOOMS), 6) if r[3] < 0.5 else bloom
    p.ground(img, p.ridge(rng, eye.y - 0.03, 0.03, 1.2), p.mix(green, p.HAZE, 0.55), p.mix(green, p.HAZE, 0.35))
    p.ground(
        img, np.array([(-0.03, eye.y + 0.03), (1.03, eye.y + 0.03)]), p.lighter(green, 0.16), p.darker(green, 0.16)
    )
    p.mottle(img, rng, eye.y + 0.03, 1, 0.12)
    for n, (a, b) in enumerate(rng.random((9, 2)).tolist()):
        pale = p.mix(bloom if n % 2 else second, p.HAZE, 0.3)
        _tree(Spot(img, (n + a) / 9, eye.y + 0.05, 0.16 + 0.06 * b, 1), rng, pale)
    path = p.vary(rng, p.pick(rng, _PATHS), 6)
    bend = 0.5 * (r[4] - 0.5)
    _path(img, eye, path, bend)
    _petals(img, rng, eye, bloom)
    depths = np.linspace(3.4, 0.82 + 0.12 * r[5], 5).tolist()
    for n, z in enumerate(depths):
        for side in (-1, 1):
            a, b = rng.random(2).tolist()
            x, y = eye.at(side * (0.43 + 0.05 * a), 0.2, z)
            tint = p.mix(bloom if (n + side) % 2 else second, p.HAZE, 0.06 * z)
            at = Spot(img, x, y, (0.6 + 0.1 * b) / z, p.pick(rng, (-1, 1)))
            _fallen(Spot(img, x, y, 0.3 / z), rng, p.lighter(bloom, 0.15))
            _tree(at, rng, tint)
    if r[6] < 0.6:
        _branch(Spot(img, *((0.0, 0.0) if r[7] < 0.5 else (1.0, 0.0)), 1.0, 1 if r[7] < 0.5 else -1), rng, second)
    for a, b, c in rng.random((30, 3)).tolist():
        p.oval(img, a, 0.06 + 0.84 * b, 0.008, 0.005, p.lighter(bloom, 0.5 * c), 180 * c)
    return img


def _path(img: np.ndarray, eye: Depth, colour: p.Colour, bend: float) -> None:
    """Draw a path that winds from the viewer to the horizon."""
    t = p.steps(24)
    ys = eye.y + 0.035 + (1.0 - eye.y) * t**1.6
    middle = eye.x + bend * 0.16 * np.sin(2.6 * np.pi * t**0.6) * t**0.4 * (1 - t)
    half = 0.012 + 0.3 * (ys - ys[0])
    p.poly(img, p.both_sides(middle, half * 1.1, ys), p.darker(colour, 0.2))
    p.poly_gradient(img, p.both_sides(middle, half, ys), p.lighter(colour, 0.25), p.darker(colour, 0.04))


def _petals(img: np.ndarray, rng: Rng, eye: Depth, bloom: p.Colour) -> None:
    """Strew petals on the ground, larger near the viewer and denser at the sides."""
    for a, b, c, d in rng.random((230, 4)).tolist():
        near = b**0.8
        x = d if c < 0.2 else (0.36 * a**1.3 if d < 0.5 else 1 - 0.36 * a**1.3)
        y = eye.y + 0.07 + (0.98 - eye.y) * near
        p.oval(img, x, y, 0.003 + 0.006 * near, 0.002 + 0.003 * near, p.lighter(bloom, 0.6 * a), 60 * (d - 0.5))


def _fallen(at: Spot, rng: Rng, bloom: p.Colour) -> None:
    """Draw the shadow of a tree whose crown is two units wide, and the petals that lie in it."""
    at.shadow(0, 0, 0.8, 0.1, 0.42)
    for a, b in rng.random((60, 2)).tolist():
        reach, turn = 0.95 * a**0.5, 2 * np.pi * b
        tone = p.lighter(bloom, 0.4 * b)
        at.oval(reach * np.cos(turn), 0.02 + 0.15 * reach * np.sin(turn), 0.034, 0.013, tone)


def _branch(at: Spot, rng: Rng, bloom: p.Colour) -> None:
    """Draw a branch in blossom that hangs into the picture from an upper corner."""
    bark = (98, 68, 60)
    arms = (((-0.05, 0.1), (0.14, 0.09), (0.3, 0.13), (0.47, 0.12)), ((0.12, 0.09), (0.22, 0.05), (0.34, 0.03)),
            ((0.2, 0.1), (0.28, 0.19), (0.34, 0.24)))  # fmt: skip
    for n, arm in enumerate(arms):
        at.line(arm, bark, 0.016 - 0.004 * n)
    for arm in arms:
        for (ax, ay), (bx, by) in zip(arm[:-1], arm[1:], strict=True):
            for a, b, c, d in rng.random((5, 4)).tolist():
                x, y = ax + (bx - ax) * a + 0.06 * (b - 0.5), ay + (by - ay) * a + 0.07 * (c - 0.5)
                _flower(at.spot(x, y, 0.03 + 0.012 * d), p.lighter(bloom, 0.1 + 0.5 * c), d)


def _flower(at: Spot, colour: p.Colour, turn: float) -> None:
    """Draw a flower of five petals, of a radius of about one unit."""
    for n in range(5):
        a = 2 * np.pi * (turn + n / 5)
        at.oval(0.52 * np.cos(a), 0.52 * np.sin(a), 0.46, 0.46, p.darker(colour, 0.05 * (n % 3)))
    at.oval(0, 0, 0.26, 0.26, p.mix(colour, (200, 70, 110), 0.55))


def _tree(at: Spot, rng: Rng, bloom: p.Colour) -> None:
    """Draw a cherry tree in blossom, about one unit tall, lit from above."""
    bark = p.mix((96, 66, 58), bloom, 0.12)
    at.poly(((-0.08, 0.01), (-0.035, -0.2), (-0.05, -0.4), (0.05, -0.4), (0.035, -0.2), (0.09, 0.01)), bark)
    for x, y in ((-0.3, -0.56), (-0.06, -0.68), (0.3, -0.56)):
        at.line(((0, -0.26), (0.5 * x, -0.4), (x, y)), bark, 0.045)
    at.line(((-0.05, 0), (-0.022, -0.3)), p.lighter(bark, 0.25), 0.02)
    heap = [(-0.42, -0.52, 0.14), (0.42, -0.5, 0.14), (-0.22, -0.56, 0.16), (0.22, -0.57, 0.16), (0.0, -0.62, 0.18),
            (-0.24, -0.74, 0.19), (0.25, -0.75, 0.19), (-0.02, -0.86, 0.19), (-0.46, -0.66, 0.13),
            (0.46, -0.66, 0.13)]  # fmt: skip
    shake = rng.random((len(heap), 3)).tolist()
    lumps = [(x + 0.1 * (a - 0.5), y + 0.08 * (b - 0.5), s * (0.85 + 0.35 * c))
             for (x, y, s), (a, b, c) in zip(heap, shake, strict=True)]  # fmt: skip
    deep = (bloom[0] * 0.86, bloom[1] * 0.72, bloom[2] * 0.82)
    for shift, grow, tone in ((0.04, 1.04, deep), (0.0, 0.98, p.mix(deep, bloom, 0.6)), (-0.03, 0.78, bloom)):
        for x, y, s in lumps:
            at.oval(x + 0.3 * shift, y + shift, s * grow, s * grow, tone)
    clusters = rng.random((len(lumps), 20, 3)).tolist()
    fine = 1.0 if at.size > 0.3 else 1.6  # far trees show fewer and coarser heads
    for (x, y, s), heads in zip(lumps, clusters, strict=True):
        for a, b, c in heads[: 20 if fine == 1.0 else 5]:
            reach, turn = s * (0.15 + 0.9 * b**0.6), 2 * np.pi * a
            dx, dy = reach * np.cos(turn), reach * np.sin(turn)
            light = 0.5 - 0.5 * dy / s
            tone = p.lighter(bloom, 0.1 + 0.55 * c * light) if light > 0.42 else p.mix(deep, bloom, 0.2 + 0.7 * c)
            at.oval(x + dx, y + dy, fine * (0.014 + 0.013 * c), fine * (0.011 + 0.011 * c), tone)
