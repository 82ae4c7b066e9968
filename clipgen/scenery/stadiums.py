"""The scene of a football field in its stadium."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Depth, Rng, Spot

_TEAMS: tuple[p.Colour, ...] = (
    (214, 48, 52), (48, 96, 200), (250, 206, 60), (240, 240, 240), (40, 150, 110), (120, 60, 160), (250, 130, 40),
)  # fmt: skip
_LAMP: p.Colour = (255, 226, 92)  # bright and warm enough to go on glowing at night
_WHITE: p.Colour = (246, 250, 242)
_FOOT = 0.3  # how far below the eye the grass lies
_GOAL = 2.3  # the depth of the goal line
_HALF = 0.84  # half the width of the field


def football_field(rng: Rng, h: int, w: int) -> np.ndarray:
    """Draw a striped football field with its lines, a goal at its end, full stands around it, and floodlights."""
    r = rng.random(8).tolist()
    eye = Depth(0.5 + 0.1 * (r[0] - 0.5), 0.34 + 0.03 * r[1])
    evening = r[2] < 0.25
    if evening:
        top, low = p.pick(rng, (((22, 28, 84), (104, 104, 182)), ((40, 26, 84), (214, 120, 140))))
        img = p.gradient(h, w, ((0, top), (0.3, low), (1, low)))
        p.stars(img, rng, 40, 0.2)
    else:
        img = p.fair_sky(rng, h, w, eye.y, warm=r[2] > 0.8)
    first = p.pick(rng, _TEAMS)
    second = p.pick(rng, [c for c in _TEAMS if c != first])
    edge, roofed = -0.28 - 0.14 * r[6], r[7] < 0.65
    _stands(img, rng, eye, (first, second), edge, roofed)
    if evening:
        area = img[: int((eye.y + _FOOT / _GOAL) * h)]
        area[:] = (area * (0.68, 0.66, 0.86)).astype(np.uint8)
    _floodlights(img, eye, eye.y + (edge - 0.05 - 0.08 * roofed) / (_GOAL + 0.25), 0.9 if evening else 0.55)
    green = p.vary(rng, p.pick(rng, ((74, 158, 66), (88, 166, 62), (58, 148, 78))), 8)
    _grass(img, eye, green, along=r[3] < 0.35)
    p.mottle(img, rng, eye.y + _FOOT / _GOAL, 1, 0.05)
    _boards(img, eye, first, second)
    _lines(img, eye)
    net = p.pick(rng, ((250, 250, 250), (250, 250, 250), p.lighter(second, 0.3)))
    _goal(img, eye, net)
    for side in (-1, 1):
        flag = Spot(img, *eye.at(side * _HALF, _FOOT, _GOAL), 0.1)
        flag.line(((0, 0), (0, -0.8)), (240, 236, 210), 0.06)
        flag.poly(((0, -0.8), (-side * 0.42, -0.62), (0, -0.45)), p.pick(rng, ((250, 206, 60), (226, 60, 50))))
    if r[4] < 0.45:
        _ball(Spot(img, 0.5 + p.pick(rng, (-1, 1)) * (0.3 + 0.06 * r[5]), 0.9, 0.05))
    return img


def _floodlights(img: np.ndarray, eye: Depth, y: float, strength: float) -> None:
    """Draw a mast with a board of lamps at each end of the stands, whose upper edge is at the height y."""
    for side in (-1, 1):
        at = Spot(img, eye.x + side * 0.33, y, 0.3)
        for x in (-0.05, 0.05):
            at.line(((x, 0), (x * 0.7, -0.3)), (92, 98, 112), 0.026)
        at.glow(0, -0.38, 0.42, (255, 246, 200), strength)
        at.poly(p.rounded(-0.24, -0.52, 0.24, -0.24, 0.02), (84, 90, 104))
        for dy in (-0.45, -0.31):
            for x in (-0.165, -0.055, 0.055, 0.165):
                at.oval(x, dy, 0.056, 0.062, _LAMP)
                at.oval(x - 0.006, dy - 0.008, 0.03, 0.034, (255, 242, 126))


def _crowd(rng: Rng, rows: int, seats: int, base: p.Colour, fans: tuple[p.Colour, p.Colour]) -> np.ndarray:
    """Return a flat picture of rows of seats with people, most of them in the colours of the two teams."""
    img = np.empty((rows * 8, seats * 8, 3), np.uint8)
    img[:] = np.array(p.darker(base, 0.5), np.uint8)
    skins = ((240, 200, 166), (206, 156, 118), (142, 98, 70), (250, 214, 184))
    border = 0.3 + 0.4 * rng.random()
    for row, column in np.ndindex(rows, seats):
        a, b, c, d = rng.random(4).tolist()
        x, y = column * 8 + 4 + (row % 2) * 3, row * 8 + 5
        own = fans[0] if column < border * seats else fans[1]
        shirt = own if a < 0.6 else p.pick(rng, _TEAMS)
        if a > 0.94:
            continue
        shade = 0.25 * b
        cv2.rectangle(img, (x - 3, y - 1), (x + 3, y + 4), p.darker(shirt, shade), -1)
        cv2.circle(img, (x, y - 2), 2, skins[int(c * 4)], -1)
        if d < 0.1:
            cv2.line(img, (x - 3, y), (x - 4, y - 6), skins[int(c * 4)], 2)
    return img


def _stands(img: np.ndarray, rng: Rng, eye: Depth, fans: tuple[p.Colour, p.Colour], top: float, roofed: bool) -> None:
    """Draw the stands behind the goal and along both sides of the field, full of people, mostly under a roof."""
    concrete = p.vary(rng, p.pick(rng, ((124, 118, 112), (104, 102, 100), (132, 116, 104))), 8)
    back, wide, low = _GOAL + 0.25, 1.0, _FOOT - 0.06
    split = 0.45 * low + 0.55 * top
    for y, high, lean in ((low, split + 0.06, 0.5), (split - 0.02, top, 0.75)):
        crowd = _crowd(rng, 9, 66, concrete, fans)
        left, right = -wide - lean, wide + lean
        p.warped(img, crowd, eye.floor(left, right, high, back, back)[:2] + eye.floor(left, right, y, back, back)[2:])
    eye.front(img, -2, split - 0.02, 2, split + 0.07, back, p.darker(concrete, 0.2))
    eye.front(img, -2, split - 0.02, 2, split + 0.01, back, p.lighter(concrete, 0.25))
    if roofed:
        eye.front(img, -2, top - 0.02, 2, top + 0.06, back, p.darker(concrete, 0.5))
        eye.front(img, -2, top - 0.13, 2, top - 0.02, back, p.darker(concrete, 0.1))
        eye.front(img, -2, top - 0.13, 2, top - 0.09, back, p.lighter(concrete, 0.2))
    else:
        eye.front(img, -2, top - 0.05, 2, top, back, p.darker(concrete, 0.1))
    for side in (-1, 1):
        crowd = _crowd(rng, 18, 34, concrete, fans)
        corners = (
            eye.at(side * 1.95, top - 0.2, 1.0), eye.at(side * 1.55, top - 0.04, back), eye.at(side * wide, low, back),
            eye.at(side * wide, low, 1.0),
        )  # fmt: skip
        p.warped(img, (crowd * (0.9 if side < 0 else 0.68)).astype(np.uint8), corners)
        p.stroke(img, corners[:2], p.lighter(concrete, 0.45), 0.02)
        p.stroke(img, corners[1:3], p.darker(concrete, 0.55), 0.008)


def _grass(img: np.ndarray, eye: Depth, green: p.Colour, along: bool) -> None:
    """Draw the grass in stripes of two greens, across the field or along it."""
    far, near = _GOAL + 0.2, 0.42
    p.poly(img, eye.floor(-4, 4, _FOOT, near, far), p.darker(green, 0.08))
    pale, deep = p.lighter(green, 0.12), p.darker(green, 0.1)
    if along:
        edges = np.linspace(-1.6, 1.6, 17).tolist()
        for k in range(16):
            p.poly(img, eye.floor(edges[k], edges[k + 1], _FOOT, near, far), pale if k % 2 else deep)
        return
    depths = np.linspace(far, near, 13).tolist()
    for k in range(12):
        p.poly(img, eye.floor(-4, 4, _FOOT, depths[k + 1], depths[k]), pale if k % 2 else deep)


def _boards(img: np.ndarray, eye: Depth, first: p.Colour, second: p.Colour) -> None:
    """Draw the low coloured boards between the grass and the stands."""
    z, count = _GOAL + 0.22, 8
    for k in range(count):
        a, b = -0.99 + 1.98 * k / count, -0.99 + 1.98 * (k + 1) / count
        c = (first, (244, 244, 240), second, (46, 60, 96))[k % 4]
        eye.front(img, a, _FOOT - 0.085, b, _FOOT, z, c)
    depths = np.linspace(z, 0.9, 8).tolist()
    for side in (-1, 1):
        for k in range(7):
            c = ((46, 60, 96), second, (244, 244, 240), first)[k % 4]
            wall = eye.wall(side * 0.99, _FOOT - 0.085, _FOOT, depths[k + 1], depths[k])
            p.poly(img, wall, p.darker(c, 0.12))


def _arc(eye: Depth, z: float, radius: float, start: float, end: float) -> np.ndarray:
    """Where points of a circle on the grass around the middle of the field are seen."""
    turn = np.linspace(start, end, 25)
    return np.array([eye.at(radius * np.cos(a), _FOOT, z + radius * np.sin(a)) for a in turn.tolist()])


def _lines(img: np.ndarray, eye: Depth) -> None:
    """Draw the white lines: the goal line, the touchlines, the areas before the goal, and half a centre circle."""

    def across(half: float, z: float) -> None:
        p.poly(img, eye.floor(-half, half, _FOOT, z - 0.012 * z, z + 0.012 * z), _WHITE)

    def along(x: float, near: float) -> None:
        for side in (-1, 1):
            p.poly(img, eye.floor(side * x - 0.01, side * x + 0.01, _FOOT, near, _GOAL), _WHITE)

    across(_HALF, _GOAL)
    along(_HALF, 0.4)
    for half, z in ((0.5, 2.02), (0.68, 1.6)):
        across(half, z)
        along(half, z)
    for z, radius, start, end in ((1.82, 0.34, np.pi + 0.7, 2 * np.pi - 0.7), (0.6, 0.3, 0, np.pi)):
        outer, inner = _arc(eye, z, radius + 0.007, start, end), _arc(eye, z, radius - 0.007, start, end)
        p.poly(img, np.concatenate([outer, inner[::-1]]), _WHITE)
    x, y = eye.at(0, _FOOT, 1.84)
    p.oval(img, x, y, 0.008, 0.005, _WHITE)
    across(4, 0.6)


def _goal(img: np.ndarray, eye: Depth, net: p.Colour) -> None:
    """Draw the goal with its net, seen from the front."""
    half, tall, deep = 0.4, 0.36, 0.12
    front = [eye.at(x, _FOOT - y, _GOAL) for x, y in ((-half, 0), (-half, tall), (half, tall), (half, 0))]
    behind = [
        eye.at(x, _FOOT - y, _GOAL + deep)
        for x, y in ((-half, 0), (-half * 0.94, tall * 0.84), (half * 0.94, tall * 0.84), (half, 0))
    ]
    veil = img.copy()
    p.poly(veil, np.array(front), p.mix(net, (60, 90, 80), 0.5))
    img[:] = cv2.addWeighted(veil, 0.3, img, 0.7, 0)
    mesh = img.copy()
    one, two = np.array(behind), np.array(front)
    for a, b in zip(one, two, strict=True):
        p.stroke(mesh, np.array([a, b]), net, 0.006)
    for k in p.steps(13).tolist():
        up, down = one[1] + (one[2] - one[1]) * k, one[0] + (one[3] - one[0]) * k
        p.stroke(mesh, np.array([two[1] + (two[2] - two[1]) * k, up, down]), net, 0.003)
    for k in p.steps(6).tolist():
        p.stroke(mesh, np.array([one[0] + (one[1] - one[0]) * k, one[3] + (one[2] - one[3]) * k]), net, 0.003)
    img[:] = cv2.addWeighted(mesh, 0.75, img, 0.25, 0)
    p.stroke(img, two + (0.004, 0.004), (120, 136, 128), 0.016)
    p.stroke(img, two, (255, 255, 255), 0.016)


def _ball(at: Spot) -> None:
    """Draw a football, its radius one unit, that lies on the spot."""
    at.shadow(0.1, 0.0, 1.2, 0.3, 0.5)
    at.oval(0, -0.95, 1, 1, (176, 184, 190))
    at.oval(-0.06, -1.02, 0.92, 0.92, (250, 250, 248))
    for k in range(6):
        a = 2 * np.pi * k / 5 - np.pi / 2
        x, y, size = (0.78 * np.cos(a), 0.78 * np.sin(a), 0.26) if k < 5 else (0.0, 0.0, 0.36)
        turn = 2 * np.pi * np.arange(5) / 5 - np.pi / 2
        patch = p.cols(x + size * np.cos(turn), y - 0.97 + size * np.sin(turn))
        if k < 5:
            at.line(((0.3 * np.cos(a), -0.97 + 0.3 * np.sin(a)), (x, y - 0.97)), (90, 94, 100), 0.08)
        at.poly(patch, (44, 46, 54))
