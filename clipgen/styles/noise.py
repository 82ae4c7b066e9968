"""Random planes of the art styles, which do not depend on the size of the picture, and how they shake it."""

import cv2
import numpy as np

from clipgen.styles.primitives import Plane, positions, remap


def extend(square: Plane, h: int, w: int) -> Plane:
    """Mirrors a square of the shorter side out to the whole picture."""
    m = min(h, w)
    return square if h == w else cv2.copyMakeBorder(square, 0, h - m, 0, w - m, cv2.BORDER_REFLECT)


def noise(rng: np.random.Generator, h: int, w: int, cells: int, channels: int = 1, crisp: bool = False) -> Plane:
    """Draws uniform noise on a fixed grid and scales it to the picture, so that it does not depend on the size."""
    grid: Plane = rng.random((cells, cells, channels) if channels > 1 else (cells, cells), dtype=np.float32)
    m = min(h, w)
    if m != cells:
        how = cv2.INTER_AREA if m < cells else cv2.INTER_NEAREST if crisp else cv2.INTER_CUBIC
        grid = cv2.resize(grid, (m, m), interpolation=how)
    return extend(grid, h, w)


def grain(rng: np.random.Generator, h: int, w: int) -> Plane:
    """Draws the finest noise, about -0.5..0.5."""
    # Averaging 128 cells to 64 reduces the spread: the factor restores it.
    return (noise(rng, h, w, 128) - np.float32(0.5)) * np.float32(1.7)


def clouds(rng: np.random.Generator, h: int, w: int, cells: int) -> Plane:
    """Draws three octaves of noise, about 0..1."""
    grid: Plane = rng.random((cells, cells), dtype=np.float32)
    grid = cv2.resize(grid, (4 * cells, 4 * cells), interpolation=cv2.INTER_CUBIC)
    middle = cv2.resize(rng.random((2 * cells, 2 * cells), dtype=np.float32), (4 * cells, 4 * cells))
    fine = rng.random((4 * cells, 4 * cells), dtype=np.float32)
    m = min(h, w)
    return extend(cv2.resize(0.5 * grid + 0.3 * middle + 0.2 * fine, (m, m), interpolation=cv2.INTER_LINEAR), h, w)


def stretched(rng: np.random.Generator, h: int, w: int, across: int, along: int, angle: float) -> Plane:
    """Draws streaky noise that runs along an angle, with standard deviation 1 and mean 0."""
    grid: Plane = rng.random((across, along), dtype=np.float32)
    m = min(h, w)
    c, s = np.cos(angle), np.sin(angle)
    # The drawn grid covers 1.5 shorter sides, enough for a square turned by any angle.
    kx, ky = along / (1.5 * m), across / (1.5 * m)
    turn = np.array(
        [[c * kx, s * kx, along / 2 - (c + s) * kx * m / 2], [-s * ky, c * ky, across / 2 - (c - s) * ky * m / 2]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(grid, turn, (w, h), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return (out - np.float32(0.5)) * np.float32(4)


def warp(rng: np.random.Generator, image: Plane, cells: int, reach: float) -> Plane:
    """Shakes the image by smooth noise of a reach in pixels."""
    h, w = image.shape[:2]
    return remap(image, positions(h, w) + (noise(rng, h, w, cells, 2) - np.float32(0.5)) * np.float32(2 * reach))
