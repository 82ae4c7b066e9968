"""What happens to a picture before it is seen: cut, turned, lit, blurred, compressed, its background exchanged."""

from __future__ import annotations

import cv2
import numpy as np

_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def cut(rng: np.random.Generator, image: np.ndarray, size: int, *, least: float = 0.4) -> np.ndarray:
    """Cut a part of a picture and scale it to a square: [size, size, 3].

        >>> cut(np.random.default_rng(0), np.zeros((90, 120, 3), np.uint8), 64).shape
        (64, 64, 3)

    image: uint8 [H, W, 3]; least: smallest area of the part, as a share of the largest square. A quarter of the parts
    are the central square, as perceptors see it, and a tenth the whole picture, squeezed.
    """
    height, width = image.shape[:2]
    edge, roll = min(height, width), rng.random()
    if roll < 0.1:
        high, wide = height, width
    elif roll < 0.35:
        high = wide = edge
    else:
        side = edge * np.sqrt(rng.uniform(least, 1.15))
        aspect = np.exp(rng.uniform(-0.25, 0.25))
        high, wide = (int(np.clip(side * f, 8, most)) for f, most in ((aspect, height), (1 / aspect, width)))
    middle = roll < 0.35
    top = (height - high) // 2 if middle else int(rng.integers(height - high + 1))
    left = (width - wide) // 2 if middle else int(rng.integers(width - wide + 1))
    return scale(image[top : top + high, left : left + wide], size)


def scale(image: np.ndarray, size: int) -> np.ndarray:
    """Scale a picture to a square of `size` pixels, without aliasing.

    >>> scale(np.zeros((90, 120, 3), np.uint8), 64).shape
    (64, 64, 3)
    """
    way = cv2.INTER_AREA if min(image.shape[:2]) >= size else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=way)


def turn(rng: np.random.Generator, image: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate a picture about its middle by a random angle (standard deviation in degrees); edges are mirrored."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, degrees), 1.0)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def light(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Vary exposure, contrast, saturation and the colour of the light.

    >>> light(np.random.default_rng(0), np.full((8, 8, 3), 128, np.uint8)).dtype
    dtype('uint8')
    """
    x = image.astype(np.float32)
    x = x * (np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.05, 3))).astype(np.float32)
    x = (x - x.mean()) * np.float32(np.exp(rng.normal(0, 0.18))) + x.mean() + np.float32(rng.normal(0, 8))
    grey = (x @ _GREY)[..., None]
    x = grey + (x - grey) * np.float32(np.exp(rng.normal(0, 0.25)))
    return np.clip(x, 0, 255).astype(np.uint8)


def monochrome(image: np.ndarray) -> np.ndarray:
    """A picture without its colours: uint8 [H, W, 3]."""
    grey = (image.astype(np.float32) @ _GREY).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def degrade(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Blur, coarsen, add noise and compress, each to some pictures.

    >>> degrade(np.random.default_rng(1), np.full((32, 32, 3), 128, np.uint8)).shape
    (32, 32, 3)
    """
    size = image.shape[0]
    if rng.random() < 0.12:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.02 * size))
    if rng.random() < 0.1:
        small = int(size * rng.uniform(0.4, 0.8))
        image = cv2.resize(scale(image, small), (size, size), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.12:
        noise = rng.normal(0, rng.uniform(2, 14), image.shape).astype(np.float32)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return image


def subject(image: np.ndarray) -> np.ndarray | None:
    """The mask of what stands on an even, bright background: float32 [H, W, 1] in [0, 1], or None.

        >>> picture = np.full((60, 60, 3), 250, np.uint8)
        >>> picture[20:40, 20:40] = (200, 30, 30)
        >>> float(subject(picture)[30, 30, 0]), float(subject(picture)[3, 3, 0])
        (1.0, 0.0)

    The background is filled from the edges; it must cover nine tenths of them and leave 0.06 to 0.85 of the picture.
    """
    height, width = image.shape[:2]
    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).astype(np.float32)
    middle = np.median(edges, axis=0)
    if middle.min() < 170 or (np.abs(edges - middle).max(1) < 24).mean() < 0.9:
        return None
    found = np.zeros((height + 2, width + 2), np.uint8)
    smooth, flags = image.copy(), 4 | (255 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    corners = ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1))
    for seed in corners:
        cv2.floodFill(smooth, found, seed, 0, (22,) * 3, (22,) * 3, flags)
    mask = (found[1:-1, 1:-1] == 0).astype(np.float32)
    if not 0.06 < mask.mean() < 0.85:
        return None
    return cv2.GaussianBlur(cv2.erode(mask, np.ones((3, 3))), (0, 0), 0.8)[..., None]


def on_background(image: np.ndarray, mask: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Put the subject of a picture on another background of the same shape; mask: from `subject`."""
    return (image * mask + background * (1 - mask)).astype(np.uint8)
