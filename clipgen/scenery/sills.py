"""The scene of a window sill, seen from inside, with the view from its window."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from clipgen.scenery import country, heights, moods, open_land, towns
from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng, Spot, furniture

_PAINTS: tuple[p.Colour, ...] = (
    (232, 214, 186), (196, 212, 200), (190, 206, 224), (230, 200, 180), (212, 200, 214), (236, 228, 212),
)  # fmt: skip
_CLOTHS: tuple[p.Colour, ...] = (
    (206, 84, 76), (84, 132, 176), (240, 206, 120), (130, 168, 118), (226, 150, 160), (244, 238, 226), (150, 120, 180),
)  # fmt: skip
_LEFT, _RIGHT, _TOP = 0.11, 0.89, 0.05  # of the opening in the wall
_SILL, _EDGE = 0.735, 0.905  # where the sill meets the window, and where it ends towards the viewer


def window_sill(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a window from inside: a view by some hour and weather, a frame, curtains, and a sill with things aside."""
    r = rng.random(8).tolist()
    weather = "day" if r[0] < 0.52 else ("rain", "night", "snow", "dusk")[min(int((r[0] - 0.52) / 0.12), 3)]
    paint = p.vary(rng, p.pick(rng, _PAINTS), 8)
    img = p.gradient(h, w, ((0, p.darker(paint, 0.12)), (0.7, paint), (1, p.darker(paint, 0.2))))
    a, b, c, d = round(_TOP * h), round(_SILL * h), round(_LEFT * w), round(_RIGHT * w)
    img[a:b, c:d] = _view(rng, b - a, d - c, weather)
    _glass(img, rng, weather)
    outside = img[a:b, c:d].copy()
    white = r[1] < 0.65
    rim = p.vary(rng, (240, 236, 228), 6) if white else p.lighter(p.vary(rng, p.pick(rng, furniture.WOODS), 8), 0.1)
    _frame(img, rim, p.pick(rng, (2, 2, 3)) if w <= 1.3 * h else 4, 0.26 + 0.08 * r[2])
    board = rim if white and r[3] < 0.6 else p.lighter(p.pick(rng, furniture.WOODS), 0.18)
    _sill(img, board, paint, weather)
    cloth = p.vary(rng, p.pick(rng, _CLOTHS), 8)
    for side in (-1, 1):
        _drape(img, side, cloth, r[4] < 0.65)
    _pelmet(img, cloth, p.pick(rng, furniture.WOODS), r[5] < 0.4)
    if weather in ("night", "dusk"):
        dim = np.array((0.66, 0.56, 0.54) if weather == "night" else (0.96, 0.84, 0.74))
        free = (img[a:b, c:d] == outside).all(-1)
        img[:] = (img * dim).astype(np.uint8)
        img[a:b, c:d][free] = outside[free]
    side = p.pick(rng, (-1, 1))
    _flowers(Spot(img, 0.5 + side * 0.375, 0.855, 0.3), rng)
    if r[6] < 0.6:
        _books(Spot(img, 0.5 - side * 0.375, 0.86, 0.16, side), rng)
    else:
        _candle(Spot(img, 0.5 - side * 0.37, 0.85, 0.13), weather)
    p.corners(img, 0.22)
    return img


def _view(rng: Rng, h: int, w: int, weather: str) -> np.ndarray:
    """Return what is seen through the window, a little out of focus: a garden, hills, or the roofs of a town."""
    views: tuple[Callable[[Rng, int, int], np.ndarray], ...] = (
        country.garden, _roofs, towns.village, country.valley, open_land.meadow, heights.mountains, _roofs,
    )  # fmt: skip
    tall = int(h * 1.12)
    img = np.ascontiguousarray(p.pick(rng, views)(rng, tall, w)[:h])
    img = cv2.GaussianBlur(img, (0, 0), max(0.3, 0.004 * min(h, w)))
    if weather == "day":
        return img
    change = {"rain": moods.rain, "night": moods.at_night, "snow": moods.snow, "dusk": moods.dusk}[weather]
    return change(rng, img)


def _roofs(rng: Rng, h: int, w: int) -> np.ndarray:
    """Return a view over the roofs of a town to hills."""
    img = p.fair_sky(rng, h, w, 0.6)
    p.ground(img, p.ridge(rng, 0.5, 0.06), (138, 172, 168), (120, 160, 140))
    for y, size in ((0.6, 0.2), (0.74, 0.28), (0.94, 0.4)):
        count = max(3, round(0.9 * w / min(h, w) / size))
        for k in range(-1, count + 1):
            a, b, c = rng.random(3).tolist()
            wall, roof = p.vary(rng, p.pick(rng, p.WALLS), 10), p.vary(rng, p.pick(rng, p.ROOFS), 12)
            far = 0.5 * (0.94 - y) / 0.34
            wall, roof = p.mix(wall, p.HAZE, 0.6 * far), p.mix(roof, p.HAZE, 0.6 * far)
            at = Spot(img, (k + 0.5 + 0.3 * (a - 0.5)) / count, y + 0.05 * b, size, 1 if c < 0.5 else -1)
            at.box(-0.5, -0.3, 0.5, 1.5, wall)
            at.box(0.28, -0.86, 0.4, -0.4, p.darker(roof, 0.35))
            at.poly(((-0.6, -0.28), (-0.32, -0.72), (0.36, -0.72), (0.62, -0.28)), roof)
            at.poly(((-0.6, -0.28), (-0.28, -0.72), (0.02, -0.28)), p.darker(roof, 0.22))
            at.poly(((-0.5, -0.27), (-0.29, -0.6), (-0.06, -0.27)), p.lighter(wall, 0.1))
            for x in (-0.36, 0.16):
                at.box(x, -0.16, x + 0.17, 0.12, (92, 118, 146))
    return img


def _glass(img: np.ndarray, rng: Rng, weather: str) -> None:
    """Draw what is on the panes: a slanting gleam, or drops of rain."""
    h, w = img.shape[:2]
    if weather == "rain":
        for a, b, c in rng.random((46, 3)).tolist():
            x, y = _LEFT + (_RIGHT - _LEFT) * a, _TOP + (_SILL - _TOP - 0.03) * b
            size = 0.005 + 0.006 * c
            if c > 0.75:
                p.stroke(img, ((x, y - 0.07 * c), (x, y)), (186, 198, 212), 0.004)
            p.oval(img, x, y, size * 0.85, size, (122, 134, 152))
            p.disc(img, x - 0.002, y - 0.002, size * 0.6, (214, 224, 234))
        return
    mask = np.zeros((h, w), np.uint8)
    x = 0.3 + 0.3 * rng.random()
    for dx, wide in ((0.0, 0.09), (0.13, 0.035)):
        p.poly(
            mask,
            ((x + dx, _TOP), (x + dx + wide, _TOP), (x + dx + wide - 0.3, _SILL), (x + dx - 0.3, _SILL)),
            (255, 255, 255),
        )
    p.blend(img, mask.astype(np.float32) / 255 * 0.16, (255, 255, 255))


def _frame(img: np.ndarray, rim: p.Colour, columns: int, share: float) -> None:
    """Draw the frame of the window: its border, upright bars, and a bar across at a share of the height."""
    h, w = img.shape[:2]
    u, v = min(h, w) / w, min(h, w) / h
    dark = p.darker(rim, 0.28)
    y = _TOP + share * (_SILL - _TOP)
    uprights = [_LEFT + (_RIGHT - _LEFT) * k / columns for k in range(columns + 1)]

    def upright(x: float, half: float) -> None:
        p.box(img, x - half * u, _TOP, x + (half + 0.005) * u, _SILL, dark)
        p.box(img, x - half * u, _TOP, x + (half - 0.002) * u, _SILL, rim)
        p.box(img, x - half * u, _TOP, x - (half - 0.005) * u, _SILL, p.lighter(rim, 0.4))

    def across(at: float, half: float) -> None:
        p.box(img, _LEFT, at - half * v, _RIGHT, at + (half + 0.006) * v, dark)
        p.box(img, _LEFT, at - half * v, _RIGHT, at + half * v, rim)
        p.box(img, _LEFT, at - half * v, _RIGHT, at - (half - 0.005) * v, p.lighter(rim, 0.4))

    across(y, 0.011)
    for x in uprights[1:-1]:
        upright(x, 0.014)
    for x in (_LEFT, _RIGHT):
        upright(x, 0.026)
    across(_TOP, 0.026)
    across(_SILL - 0.012 * v, 0.018)


def _sill(img: np.ndarray, board: p.Colour, paint: p.Colour, weather: str) -> None:
    """Draw the sill: its upper side in the light of the window, its front edge, and the wall below."""
    top = ((0.07, _SILL + 0.008), (0.93, _SILL + 0.008), (1.04, _EDGE), (-0.04, _EDGE))
    p.poly_gradient(img, top, p.darker(board, 0.16), p.lighter(board, 0.06))
    if weather == "day":
        lit = img.copy()
        for k in range(2):
            x = 0.2 + 0.34 * k
            patch = ((x, _SILL + 0.02), (x + 0.26, _SILL + 0.02), (x + 0.31, _EDGE - 0.025), (x + 0.01, _EDGE - 0.025))
            p.poly(lit, patch, p.mix(p.lighter(board, 0.6), (255, 244, 200), 0.6))
        img[:] = cv2.addWeighted(lit, 0.5, img, 0.5, 0)
    p.box(img, -0.04, _EDGE, 1.04, _EDGE + 0.035, p.darker(board, 0.2))
    p.box(img, -0.04, _EDGE, 1.04, _EDGE + 0.008, p.lighter(board, 0.35))
    p.box(img, -0.04, _EDGE + 0.035, 1.04, 1.02, p.darker(paint, 0.28))
    p.box(img, -0.04, _EDGE + 0.035, 1.04, _EDGE + 0.05, p.darker(paint, 0.5))


def _drape(img: np.ndarray, side: int, colour: p.Colour, tied: bool) -> None:
    """Draw the curtain at one side of the window in folds, tied back or falling straight."""
    t = p.steps(13)
    if tied:
        edge = np.interp(t, (0, 0.3, 0.55, 0.64, 0.72, 1), (0.3, 0.27, 0.17, 0.125, 0.14, 0.165))
    else:
        edge = 0.185 + 0.008 * np.sin(5 * t)
    ys, outer, parts = 0.035 + 0.735 * t, np.full(13, -0.01), 30
    for k in range(parts):
        share = k / parts
        wave = np.sin(2 * np.pi * 4 * share + 0.9)
        c = p.lighter(colour, 0.28 * wave) if wave > 0 else p.darker(colour, -0.2 * wave)
        line = p.cols(edge * (1 - share) + outer * share, ys + 0.008 * wave * (t == 1))
        outline = np.concatenate([line, [(-0.04, ys[-1]), (-0.04, ys[0])]])
        p.poly(img, outline if side < 0 else outline * (-1, 1) + (1, 0), c)
    if tied:
        band = np.array([(-0.04, 0.475), (0.13, 0.5), (0.132, 0.535), (-0.04, 0.52)])
        p.poly(img, band if side < 0 else band * (-1, 1) + (1, 0), p.darker(colour, 0.35))


def _pelmet(img: np.ndarray, cloth: p.Colour, wood: p.Colour, frilled: bool) -> None:
    """Draw the rod of the curtains, or a frill of cloth that hides it."""
    if frilled:
        count, t = 8, p.steps(9)
        for k in range(count):
            x0, x1 = -0.02 + 1.04 * k / count, -0.02 + 1.04 * (k + 1) / count
            hem = p.cols(x0 + (x1 - x0) * t, 0.095 + 0.025 * np.sin(np.pi * t))
            c = cloth if k % 2 else p.lighter(cloth, 0.3)
            p.poly(img, np.concatenate([hem + (0, 0.01), [(x1, -0.02), (x0, -0.02)]]), p.darker(cloth, 0.25))
            p.poly(img, np.concatenate([hem, [(x1, -0.02), (x0, -0.02)]]), c)
        return
    p.stroke(img, ((-0.02, 0.035), (1.02, 0.035)), p.darker(wood, 0.25), 0.026)
    p.stroke(img, ((-0.02, 0.031), (1.02, 0.031)), p.lighter(wood, 0.15), 0.014)


def _flowers(at: Spot, rng: Rng) -> None:
    """Draw a pot of flowers or of long leaves, about one unit tall."""
    pot = p.vary(rng, p.pick(rng, ((196, 108, 76), (86, 132, 170), (236, 230, 216), (214, 164, 84))), 10)
    if rng.random() < 0.4:
        furniture.plant(at, rng, pot)
        return
    green, bloom = p.vary(rng, (76, 142, 72), 10), p.pick(rng, ((232, 66, 84), (250, 176, 60), (240, 130, 180),
                                                                (246, 240, 236), (150, 100, 210)))  # fmt: skip
    at.shadow(0, 0, 0.28, 0.07, 0.45)
    p.bush(at.img, rng, *at.at(0, -0.28), 0.26 * at.size, green)
    p.bush(at.img, rng, *at.at(0, -0.4), 0.22 * at.size, p.lighter(green, 0.08))
    for x, y in ((-0.2, -0.42), (0.0, -0.62), (0.2, -0.45), (-0.06, -0.4), (0.12, -0.58), (-0.16, -0.57)):
        for k in range(5):
            a = 2 * np.pi * k / 5 + 9 * x
            at.oval(x + 0.045 * np.cos(a), y + 0.045 * np.sin(a), 0.038, 0.038, bloom)
        at.oval(x, y, 0.026, 0.026, (250, 214, 90) if bloom[1] < 200 else (236, 170, 60))
    at.poly(((-0.19, -0.3), (0.19, -0.3), (0.14, 0), (-0.14, 0)), pot)
    at.poly(((0.06, -0.3), (0.19, -0.3), (0.14, 0), (0.05, 0)), p.darker(pot, 0.2))
    at.box(-0.22, -0.34, 0.22, -0.26, p.lighter(pot, 0.14))


def _books(at: Spot, rng: Rng) -> None:
    """Draw a pile of books, one unit wide, mostly with a cup on it."""
    at.shadow(0, 0, 0.6, 0.12, 0.45)
    for k in range(3):
        c, shift = p.vary(rng, p.pick(rng, furniture.CLOTHS), 10), 0.12 * (rng.random() - 0.5)
        y = -0.2 * k
        at.box(-0.5 + shift, y - 0.2, 0.5 + shift, y, p.darker(c, 0.12), 0.03)
        at.box(-0.42 + shift, y - 0.165, 0.5 + shift, y - 0.035, (244, 236, 216))
        at.box(-0.5 + shift, y - 0.2, -0.38 + shift, y, c, 0.03)
    if rng.random() < 0.7:
        c = p.pick(rng, ((236, 232, 224), (84, 132, 170), (220, 110, 90)))
        at.oval(0.24, -0.8, 0.12, 0.12, p.darker(c, 0.15))
        at.oval(0.24, -0.8, 0.07, 0.07, p.darker(c, 0.5))
        at.box(-0.2, -1.0, 0.2, -0.6, c, 0.08)
        at.box(0.06, -1.0, 0.2, -0.6, p.darker(c, 0.12), 0.06)
        at.oval(0, -1.0, 0.2, 0.05, p.darker(c, 0.35))


def _candle(at: Spot, weather: str) -> None:
    """Draw a candle on a dish, lit unless it is day, about one unit tall."""
    at.shadow(0, 0, 0.5, 0.12, 0.45)
    at.oval(0, -0.05, 0.42, 0.12, (176, 134, 70))
    at.oval(0, -0.08, 0.36, 0.09, (214, 172, 98))
    at.shaded(((-0.16, -0.85), (0.16, -0.85), (0.17, -0.08), (-0.17, -0.08)), (252, 246, 226), (222, 206, 178))
    at.oval(0, -0.85, 0.16, 0.05, (255, 250, 232))
    at.line(((0, -0.85), (0, -0.98)), (70, 56, 48), 0.04)
    if weather != "day":
        at.glow(0, -1.1, 1.1, (255, 206, 120), 0.6)
        at.oval(0, -1.1, 0.08, 0.17, (255, 190, 70))
        at.oval(0, -1.06, 0.045, 0.1, (255, 244, 190))
