"""Plain and patterned backgrounds, and simple shapes, from which the CLIPs learn the names of colours."""

from collections.abc import Callable

import cv2
import numpy as np

from clipgen.colours import COLOURS

COLOUR_NAMES = tuple(COLOURS)
_SHIFT = 4  # fractional bits of cv2's fixed-point coordinates, so that edges can lie between pixels


def tint(rng: np.random.Generator, name: str) -> np.ndarray:
    """A slightly varied RGB of a named colour, float32 [3] in 0..255.

    >>> tint(np.random.default_rng(0), "red").shape
    (3,)
    """
    spread = 4 if name in ("white", "black") else 14
    return np.clip(np.array(COLOURS[name], np.float32) + rng.normal(0, spread, 3), 0, 255).astype(np.float32)


def _fill(height: int, width: int, colour: np.ndarray) -> np.ndarray:
    return np.broadcast_to(colour.astype(np.uint8), (height, width, 3)).copy()


def plain(rng: np.random.Generator, height: int, width: int, first: str, second: str) -> np.ndarray:
    """One flat colour; the second name is ignored."""
    return _fill(height, width, tint(rng, first))


def gradient(rng: np.random.Generator, height: int, width: int, first: str, second: str) -> np.ndarray:
    """A linear blend from the first colour to the second in a random direction."""
    a, b, angle = tint(rng, first), tint(rng, second), rng.uniform(0, 2 * np.pi)
    y, x = np.linspace(-0.7, 0.7, height)[:, None], np.linspace(-0.7, 0.7, width)[None]
    t = np.clip(0.5 + x * np.cos(angle) + y * np.sin(angle), 0, 1)[..., None].astype(np.float32)
    return (a * (1 - t) + b * t).astype(np.uint8)


def _two(mask: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(mask[..., None], b.astype(np.uint8), a.astype(np.uint8))


def stripes(rng: np.random.Generator, height: int, width: int, first: str, second: str) -> np.ndarray:
    """Parallel stripes of both colours, vertical, horizontal or diagonal."""
    a, b = tint(rng, first), tint(rng, second)
    angle, period, phase = rng.choice([0, 0.5, 0.25, 0.75]) * np.pi, rng.uniform(0.08, 0.3), rng.uniform(0, 1)
    y, x = np.arange(height)[:, None] / height, np.arange(width)[None] / width
    return _two(((x * np.cos(angle) + y * np.sin(angle)) / period + phase) % 1 < 0.5, a, b)


def checks(rng: np.random.Generator, height: int, width: int, first: str, second: str) -> np.ndarray:
    """A checkerboard of both colours."""
    a, b, cells, phase = tint(rng, first), tint(rng, second), rng.integers(3, 9), rng.uniform(0, 1, 2)
    y, x = np.arange(height)[:, None] / height * cells, np.arange(width)[None] / width * cells
    return _two((np.floor(x + phase[0]) + np.floor(y + phase[1])) % 2 == 1, a, b)


def dots(rng: np.random.Generator, height: int, width: int, first: str, second: str) -> np.ndarray:
    """A lattice of round dots of the second colour on the first."""
    a, b, cells, radius = tint(rng, first), tint(rng, second), rng.uniform(4, 10), rng.uniform(0.2, 0.36)
    y, x = np.arange(height)[:, None] / height * cells, np.arange(width)[None] / width * cells
    x = x + 0.5 * (np.floor(y) % 2)
    return _two((x % 1 - 0.5) ** 2 + (y % 1 - 0.5) ** 2 < radius**2, a, b)


Ground = Callable[[np.random.Generator, int, int, str, str], np.ndarray]
GROUNDS: dict[str, Ground] = {
    "plain": plain,
    "gradient": gradient,
    "striped": stripes,
    "checked": checks,
    "dotted": dots,
}
GROUND_PHRASES: dict[str, tuple[str, ...]] = {
    "plain": ("{a} background", "plain {a} background", "{a} ground"),
    "gradient": ("{a} and {b} gradient background", "background fading from {a} to {b}", "{a} to {b} gradient"),
    "striped": ("{a} and {b} striped background", "background of {a} and {b} stripes", "{b} and {a} stripes"),
    "checked": ("{a} and {b} checked background", "{a} and {b} checkerboard", "chequered {b} and {a} background"),
    "dotted": ("{a} background with {b} dots", "{b} polka dots on a {a} background", "{a} ground dotted with {b}"),
}

#: what people call a ground that is all of a picture
GROUND_NOUNS = {"gradient": "gradient", "striped": "stripes", "checked": "checkerboard", "dotted": "polka dots"}


def _polygon(corners: int, inner: float = 1.0) -> np.ndarray:
    turn = np.arange(corners) / corners * 2 * np.pi - np.pi / 2
    radius = np.where(np.arange(corners) % 2 == 1, inner, 1.0)
    return np.stack([np.cos(turn) * radius, np.sin(turn) * radius], 1)


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x, y = 16 * np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y], 1) / 17


def _crescent() -> np.ndarray:
    outer, inner = np.linspace(0.3, 2 * np.pi - 0.3, 30), np.linspace(2 * np.pi - 0.5, 0.5, 30)
    a = np.stack([np.cos(outer), np.sin(outer)], 1)
    return np.concatenate([a, np.stack([0.75 * np.cos(inner) + 0.45, 0.75 * np.sin(inner)], 1)])


def _box(width: float, height: float) -> np.ndarray:
    return np.array([[-width, -height], [width, -height], [width, height], [-width, height]])


_ROUND = _polygon(48)
SHAPES: dict[str, np.ndarray] = {
    "circle": _ROUND,
    "square": _box(0.8, 0.8),
    "triangle": _polygon(3),
    "star": _polygon(10, 0.42),
    "heart": _heart(),
    "diamond": _polygon(4) * [0.75, 1],
    "pentagon": _polygon(5),
    "hexagon": _polygon(6),
    "oval": _ROUND * [1, 0.6],
    "rectangle": _box(1.0, 0.55),
    "crescent": _crescent(),
    "cross": np.array([[-1, -3], [1, -3], [1, -1], [3, -1], [3, 1], [1, 1], [1, 3], [-1, 3], [-1, 1], [-3, 1], [-3, -1],
                       [-1, -1]]) / 3,
}  # fmt: skip
SHAPE_NAMES = tuple(SHAPES)
# radians by which shapes are turned, either way; a square of half a right angle is a diamond
_TURNED = {"square": 0.25, "rectangle": 0.25, "hexagon": 0.4}


_CUT_OUT = 0.42  # radius of a shape alone, as a share of the side


def draw_shape(
    rng: np.random.Generator, image: np.ndarray, name: str, colour: str, centre: tuple[float, float], radius: float
) -> None:
    """Draw a filled shape in place, shaded or outlined at random; centre and radius are shares of the shorter side."""
    side = min(image.shape[:2])
    turn = rng.normal(0, 0.12) + (rng.uniform(-_TURNED[name], _TURNED[name]) if name in _TURNED else 0)
    c, s = np.cos(turn), np.sin(turn)
    points = SHAPES[name] @ np.array([[c, s], [-s, c]]) * radius * side + np.array(
        [centre[0] * image.shape[1], centre[1] * image.shape[0]]
    )
    fixed = np.round(points * 2**_SHIFT).astype(np.int32)
    rgb, shade, outline = tint(rng, colour), rng.random() < 0.5, rng.random() < 0.3
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
    cover = (mask / np.float32(255))[..., None]
    light = np.ones((*image.shape[:2], 1), np.float32)
    if shade:
        drop = np.linspace(1.15, 0.8, image.shape[0], dtype=np.float32)[:, None, None]
        light = light * drop
    image[:] = (image * (1 - cover) + np.clip(rgb * light, 0, 255) * cover).astype(np.uint8)
    if outline:
        ink = tuple(int(v) for v in rgb * (0.45 if rgb.sum() > 200 else 1.0) + (0 if rgb.sum() > 200 else 90))
        cv2.polylines(image, [fixed], True, ink, max(1, round(side * 0.015)), cv2.LINE_AA, _SHIFT)


def cut_out_shape(seed: int, name: str, colour: str, side: int) -> np.ndarray:
    """A shape alone, [side, side, 4] in [0, 1]: colours times alpha, and alpha.

    >>> float(cut_out_shape(7, "circle", "red", 64)[32, 32, 3])
    1.0
    """
    on = []
    for level in (0, 255):
        image = np.full((side, side, 3), level, np.uint8)
        draw_shape(np.random.default_rng(seed), image, name, colour, (0.5, 0.5), _CUT_OUT)
        on.append(image / np.float32(255))
    black, white = on
    return np.concatenate([black, 1 - (white - black).mean(2, keepdims=True)], 2)
