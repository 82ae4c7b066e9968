"""Whether two pictures may be one, seen from their small copies: a hundred thousand pairs in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clipgen.library.hashes import SIDE, Greys

Floats = NDArray[np.float32]

_CELLS = 8  # along a side of what is compared
_SHARES = (1.0, 0.9, 0.8, 0.7)  # of a side that a crop or a border leaves
_STEP = 0.1  # of a side, from one window to the next
_STRETCH = 0.15  # by which the shares of the two sides may differ: a border has one width for both
# Chosen with benchmarks/duplicates.py --seed 0: 99 % of copies and bursts resemble each other as much, and 7 % of
# unrelated photographs.
_ALIKE = 0.575
_BLOCK, _THREADS = 256, 2  # pairs in one piece of work: some 40 MB


def alike(greys: Greys, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs resemble each other enough for a closer look: [P]; all whose small copy was not made yet do.

    >>> alike(np.zeros((2, 32, 32), np.uint8), np.array([[0, 1]])).tolist()
    [True]
    """
    unknown = np.asarray(~greys.any((1, 2)))
    return unknown[pairs].any(1) | (resemblance(greys, pairs) >= _ALIKE)


def resemblance(greys: Greys, pairs: NDArray[np.int64]) -> Floats:
    """How much of one picture may be all of the other, -1 to 1: [P].

        >>> from clipgen.library.hashes import small_copy
        >>> whole = Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 100)
        >>> greys = np.stack([small_copy(one) for one in (whole, whole.crop((20, 20, 180, 180)).rotate(90))])
        >>> bool(resemblance(greys, np.array([[0, 1]]))[0] > 0.9)
        True

    greys: [N, 32, 32], small copies; pairs: [P, 2]. It is the highest correlation of one picture, in its eight
    symmetries, with a window over the other, of details alone: coarse light and shade is alike in many pictures.
    """

    def of(block: NDArray[np.int64]) -> Floats:
        first, second = _windows(greys[block[:, 0]]), _windows(greys[block[:, 1]])
        return np.maximum(_best(first, second), _best(second, first))

    with ThreadPoolExecutor(_THREADS) as threads:  # NumPy computes without Python's lock
        found = list(threads.map(of, _blocks(pairs)))
    return np.concatenate([np.empty(0, np.float32), *found])


def _blocks(pairs: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    yield from (pairs[i : i + _BLOCK] for i in range(0, len(pairs), _BLOCK))


def _best(wholes: Floats, windows: Floats) -> Floats:
    """The highest correlation of the first window of each, in its symmetries, with any of the other's: [P]."""
    grid = wholes[:, 0].reshape(-1, _CELLS, _CELLS)
    mirrored = (grid, grid[:, :, ::-1], grid[:, ::-1], grid[:, ::-1, ::-1])
    symmetries = np.stack([one for four in mirrored for one in (four, four.transpose(0, 2, 1))], axis=1)
    found = symmetries.reshape(len(grid), 8, -1) @ windows.transpose(0, 2, 1)
    return np.asarray(found.max((1, 2)))


def _windows(greys: Greys) -> Floats:
    """The details of windows over small copies, unit vectors: [P, W, 64], the first of the whole."""
    averages, smooth, chosen = _grids()
    pixels = greys.astype(np.float32)
    details = averages @ pixels @ averages.T - smooth @ pixels @ smooth.T
    count = len(averages) // _CELLS
    cut = details.reshape(-1, count, _CELLS, count, _CELLS).transpose(0, 1, 3, 2, 4)[:, chosen]
    rows = cut.reshape(len(greys), -1, _CELLS**2)
    rows -= rows.mean(-1, keepdims=True)
    # what has no details resembles nothing
    rows /= np.sqrt(np.einsum("pwc,pwc->pw", rows, rows))[..., None].clip(1)
    return np.asarray(rows, np.float32)


@cache
def _grids() -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """How a row of pixels becomes the cells of all windows along it, and how windows along the two sides make one.

    Returns what takes it to the cells [K * 8, 32] and to the means of their neighbourhoods [K * 8, 32], and which pairs
    of K windows are a window of a picture [K, K].
    """
    spans = [(start, share) for share in _SHARES for start in np.linspace(0, 1 - share, round((1 - share) / _STEP) + 1)]
    edges = [SIDE * (start + share * np.arange(_CELLS + 1) / _CELLS) for start, share in spans]
    low, high = np.concatenate([one[:-1] for one in edges]), np.concatenate([one[1:] for one in edges])
    pixels = np.arange(SIDE)
    inside = np.minimum(high[:, None], pixels + 1) - np.maximum(low[:, None], pixels)
    averages = (inside.clip(0) / (high - low)[:, None]).astype(np.float32)
    near = np.eye(_CELLS) + np.eye(_CELLS, k=1) + np.eye(_CELLS, k=-1)
    near[[0, -1], [0, -1]] += 1  # beyond the edge lies what is at it
    smooth = np.kron(np.eye(len(spans)), near / 3).astype(np.float32) @ averages
    shares = np.array([share for _, share in spans])
    return averages, smooth, np.abs(np.subtract.outer(shares, shares)) < _STRETCH
