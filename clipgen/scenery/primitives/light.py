"""Soft light and texture: noise, glows, rays and mottled ground."""

from __future__ import annotations

import cv2
import numpy as np

from clipgen.scenery.primitives.colour import WHITE, Colour, Rng
from clipgen.scenery.primitives.drawing import poly


def enlarge(grid: np.ndarray, h: int, w: int) -> np.ndarray:
    """Resize a small grid to a picture; cubic interpolation is ten times slower and only visible in large pictures."""
    return cv2.resize(grid, (w, h), interpolation=cv2.INTER_LINEAR if max(h, w) <= 96 else cv2.INTER_CUBIC)


def noise(rng: Rng, h: int, w: int, cells_y: int, cells_x: int) -> np.ndarray:
    """Return smooth noise in about 0..1, three octaves made on the same grid at every size."""
    wide = (cells_x * 4, cells_y * 4)
    grid = cv2.resize(rng.random((cells_y, cells_x), dtype=np.float32), wide, interpolation=cv2.INTER_CUBIC) * 0.62
    grid += (
        cv2.resize(rng.random((cells_y * 2, cells_x * 2), dtype=np.float32), wide, interpolation=cv2.INTER_CUBIC) * 0.26
    )
    grid += rng.random((cells_y * 4, cells_x * 4), dtype=np.float32) * 0.12
    return enlarge(grid, h, w)


def blend(area: np.ndarray, alpha: np.ndarray, colour: Colour | np.ndarray) -> None:
    """Mix a colour, or a picture, into an area by an opacity for each pixel."""
    if isinstance(colour, tuple):
        top = np.empty(area.shape, np.uint8)
        cv2.rectangle(top, (0, 0), (area.shape[1], area.shape[0]), colour, -1)
    else:
        top = np.clip(colour, 0, 255).astype(np.uint8)
    alpha = np.ascontiguousarray(alpha, dtype=np.float32)
    area[:] = cv2.blendLinear(np.ascontiguousarray(area), top, 1 - alpha, alpha)


def glow(img: np.ndarray, x: float, y: float, r: float, colour: Colour, strength: float = 0.8) -> None:
    """Mix a soft round light into the picture."""
    h, w = img.shape[:2]
    reach = r * min(h, w)
    x0, x1 = max(int(x * w - 2 * reach), 0), min(int(x * w + 2 * reach) + 1, w)
    y0, y1 = max(int(y * h - 2 * reach), 0), min(int(y * h + 2 * reach) + 1, h)
    if x0 >= x1 or y0 >= y1:
        return
    dx = (np.arange(x0, x1, dtype=np.float32) + 0.5 - x * w) / reach
    dy = (np.arange(y0, y1, dtype=np.float32) + 0.5 - y * h) / reach
    # subtracting the value at two radii makes the light end there without a visible square
    alpha = np.clip(np.exp(-dy * dy)[:, None] * np.exp(-dx * dx) - 0.018, 0, 1) * strength
    blend(img[y0:y1, x0:x1], alpha, colour)


def shadow(img: np.ndarray, x: float, y: float, rx: float, ry: float, strength: float = 0.5) -> None:
    """Darken the picture in a soft ellipse."""
    h, w = img.shape[:2]
    rows = (np.arange(h, dtype=np.float32) + 0.5 - y * h) / (ry * min(h, w))
    columns = (np.arange(w, dtype=np.float32) + 0.5 - x * w) / (rx * min(h, w))
    a, b = np.flatnonzero(np.abs(rows) < 2), np.flatnonzero(np.abs(columns) < 2)
    if not len(a) or not len(b):
        return
    area = img[a[0] : a[-1] + 1, b[0] : b[-1] + 1]
    dark = strength * np.clip(np.exp(-(rows[a] ** 2))[:, None] * np.exp(-(columns[b] ** 2)) - 0.018, 0, 1)
    area[:] = (area * (1 - dark[..., None])).astype(np.uint8)


def corners(img: np.ndarray, strength: float = 0.35) -> None:
    """Darken a picture towards its corners, as a room that is lit in its middle."""
    h, w = img.shape[:2]
    far = np.linspace(-1, 1, h, dtype=np.float32)[:, None] ** 2 + np.linspace(-1, 1, w, dtype=np.float32) ** 2
    img[:] = (img * (1 - strength * np.clip(far[..., None] / 2, 0, 1) ** 1.5)).astype(np.uint8)


def mottle(
    img: np.ndarray, rng: Rng, y0: float, y1: float, strength: float = 0.12, cells: tuple[int, int] = (8, 8)
) -> None:
    """Vary the brightness of a band with smooth noise, as texture."""
    h, w = img.shape[:2]
    a, b = int(y0 * h), max(int(y1 * h), int(y0 * h) + 2)
    n = noise(rng, b - a, w, *cells)
    gain = np.clip(128 + (n - 0.5) * (256 * strength), 0, 255).astype(np.uint8)
    img[a:b] = cv2.multiply(img[a:b], cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB), scale=1 / 128)


def rays(img: np.ndarray, rng: Rng, count: int, y1: float, colour: Colour, strength: float) -> None:
    """Blend slanting shafts of light that fall from the upper edge."""
    mask = np.zeros((64, 64), np.uint8)
    slant = (rng.random() - 0.5) * 0.5
    for a, b in rng.random((count, 2)).tolist():
        x, r = a * 1.4 - 0.2, 0.02 + 0.04 * b
        poly(mask, ((x - r, -0.05), (x + r, -0.05), (x + slant + r * 3, y1), (x + slant - r * 3, y1)), WHITE)
    soft = cv2.blur(mask, (5, 5)).astype(np.float32) * (strength / 255)
    soft *= 1 - np.arange(64, dtype=np.float32)[:, None] / 64
    blend(img, cv2.resize(soft, (img.shape[1], img.shape[0]), interpolation=cv2.INTER_LINEAR), colour)
