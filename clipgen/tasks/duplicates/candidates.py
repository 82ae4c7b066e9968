"""Pairs of pictures that are worth a look: near by perceptual hash, or one among the other's nearest by embedding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from clipgen.library.hashes import Hashes, near_pairs
from clipgen.library.neighbours import nearest, whitened

Pairs = NDArray[np.int64]

_BITS = 12  # of 64 in which copies differ at most, but for crops, borders and large overlays: those are neighbours
_BY_HASH, _BY_VECTOR = 8, 4  # of each picture, at most: larger groups are joined by chains, and checked as a whole
_COSINE = 0.4  # after whitening: nine in ten crops and borders have more, half of the nearest unrelated photographs


def candidate_pairs(vectors: Tensor, hashes: Hashes, others: Tensor) -> Pairs:
    """Pairs (i, j), i < j, in order: [P, 2].

        >>> rows = torch.nn.functional.normalize(torch.randn(4, 8, generator=torch.Generator().manual_seed(0)), dim=1)
        >>> hashes = np.array([[1] * 8, [2**40 - 1] * 8, [1] * 8, [2**64 - 2**40] * 8], np.uint64)
        >>> candidate_pairs(rows, hashes, rows).tolist()
        [[0, 2]]

    vectors: [N, D] unit, in single or half precision; hashes: [N, 8], in the eight symmetries; others: [P, D], of
    unrelated pictures.
    """
    near = near_pairs(hashes[:, 0], hashes, _BITS, most=_BY_HASH)
    found = [_capped(near, hashes), _neighbours(whitened(vectors, others))]
    return np.unique(np.concatenate(found), axis=0)


def _neighbours(vectors: Tensor) -> Pairs:
    """Pairs of which one is among the other's nearest."""
    cosines, places = nearest(vectors, _BY_VECTOR)
    near = np.where(cosines.numpy() >= _COSINE, places.numpy(), -1)
    pairs = np.stack([np.repeat(np.arange(len(near)), near.shape[1]), near.ravel()], axis=1)
    return np.sort(pairs[pairs[:, 1] >= 0], axis=1)


def _capped(pairs: Pairs, hashes: Hashes) -> Pairs:
    """The nearest partners of each first picture: a thousand blank pages are no half a million pairs."""
    if not len(pairs):
        return pairs
    bits = np.bitwise_count(hashes[pairs[:, 1]] ^ hashes[pairs[:, 0], :1]).min(1)
    order = np.lexsort((pairs[:, 1], bits, pairs[:, 0]))
    ordered = pairs[order]
    starts = np.searchsorted(ordered[:, 0], ordered[:, 0])
    return ordered[np.arange(len(ordered)) - starts < _BY_HASH]
