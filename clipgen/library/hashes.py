"""Small copies of pictures, and perceptual hashes: 64 bits that stay nearly the same when a picture is resized."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: 64-bit hashes.
Hashes = NDArray[np.uint64]

#: Small grey copies of N pictures, squeezed into squares: [N, 32, 32].
Greys = NDArray[np.uint8]

SIDE = 32  # of a small copy
_THREADS, _COLUMNS = 2, 4096  # pictures that are compared with one at a time: their hashes stay in the cache
_KEPT = 8  # low frequencies that are transformed, along a side


def small_copy(picture: Image.Image) -> Greys:
    """A picture, grey and squeezed into a square: [32, 32].

    >>> small_copy(Image.new("RGB", (64, 48), "white")).shape
    (32, 32)
    """
    return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def perceptual_hashes(picture: Image.Image | Greys) -> Hashes:
    """The pHash of a picture in its eight symmetries: [8], the first that of the picture as it is.

        >>> picture = Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1.4), 100)
        >>> turned = perceptual_hashes(picture.transpose(Image.Transpose.ROTATE_90))
        >>> bool(np.bitwise_count(perceptual_hashes(picture) ^ turned[0]).min() <= 3)
        True

    picture: of any size, or its small copy. A bit is whether a low frequency of the cosine transform lies above their
    median. A mirrored picture has the same frequencies with other signs, a transposed one has them transposed: one
    transform gives all eight.

    Source: Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions (pHash); size and median as
    in ImageHash (github.com/JohannesBuchner/imagehash).
    """
    grey = (small_copy(picture) if isinstance(picture, Image.Image) else picture).astype(np.float32)
    cosines = _cosines()
    low = cosines @ grey @ cosines.T
    signs = 1 - 2 * (np.arange(_KEPT, dtype=np.float32) % 2)
    mirrored = (low, low * signs, low * signs[:, None], low * signs * signs[:, None])
    return np.concatenate([_bits(one) for four in mirrored for one in (four, four.T)])


def _bits(low: NDArray[np.floating]) -> Hashes:
    # the picture's mean is no sign of its content
    above = low > np.median(low.ravel()[1:])
    above[0, 0] = False
    return np.packbits(above.ravel()).view(np.uint64)


@cache
def _cosines() -> NDArray[np.float32]:
    """The first rows of the cosine transform (DCT-II) of 32 samples: [8, 32]."""
    places = (np.arange(SIDE) + 0.5) * np.pi / SIDE
    return np.cos(np.arange(_KEPT)[:, None] * places).astype(np.float32)


def near_pairs(first: Hashes, others: Hashes, radius: int, *, most: int | None = None) -> NDArray[np.int64]:
    """Pairs (i, j), i < j, of pictures whose hashes differ in at most `radius` bits in some symmetry: [P, 2].

        >>> hashes = np.array([0, 7, 1 << 60], np.uint64)
        >>> near_pairs(hashes, hashes[:, None], radius=1).tolist()
        [[0, 2]]

    first: [N], the pictures as they are; others: [N, S], in all symmetries; most: of each first picture the nearest so
    many, of every few thousand others (default: all), which bounds the memory that equal pictures take.
    """
    columns = np.ascontiguousarray(others.T)

    def of(start: int) -> NDArray[np.int64]:
        block = np.ascontiguousarray(columns[:, start : start + _COLUMNS])
        differ, counts, bits = np.empty_like(block), np.empty(block.shape, np.uint8), np.empty(block.shape[1], np.uint8)
        found = []
        for i in range(min(start + _COLUMNS, len(first))):
            np.bitwise_count(np.bitwise_xor(block, first[i], out=differ), out=counts).min(0, out=bits)
            near = start + np.flatnonzero(bits <= radius)
            near = near[near > i]
            if most is not None and len(near) > most:
                near = np.sort(near[np.argsort(bits[near - start], kind="stable")[:most]])
            if len(near):
                found.append(np.stack([np.full(len(near), i), near], axis=1))
        return np.concatenate([np.empty((0, 2), np.int64), *found])

    with ThreadPoolExecutor(_THREADS) as threads:  # NumPy computes without Python's lock
        pairs = np.concatenate([np.empty((0, 2), np.int64), *threads.map(of, range(0, len(first), _COLUMNS))])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
