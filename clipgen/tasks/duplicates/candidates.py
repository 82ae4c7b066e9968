"""Pairs of pictures that are worth a look: near by perceptual hash, or one among the other's nearest by embedding."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from clipgen.library.hashes import Hashes, near_pairs

Pairs = NDArray[np.int64]

_BITS = 12  # of 64 in which copies differ at most, but for crops, borders and large overlays: those are neighbours
_BY_HASH, _BY_VECTOR = 8, 4  # of each picture, at most: larger groups are joined by chains, and checked as a whole
_COSINE = 0.4  # after whitening: nine in ten crops and borders have more, half of the nearest unrelated photographs
_DIRECTIONS = 128  # those of most variance: more find no more crops (seed 1), and cost time
_BLOCK = 256  # pictures whose neighbours are searched together
_SAMPLE = 20_000  # vectors that the whitening is computed from


def candidate_pairs(vectors: Tensor, hashes: Hashes, others: Tensor) -> Pairs:
    """Pairs (i, j), i < j, in order: [P, 2].

        >>> rows = F.normalize(torch.randn(4, 8, generator=torch.Generator().manual_seed(0)), dim=1)
        >>> hashes = np.array([[1] * 8, [2**40 - 1] * 8, [1] * 8, [2**64 - 2**40] * 8], np.uint64)
        >>> candidate_pairs(rows, hashes, rows).tolist()
        [[0, 2]]

    vectors: [N, D] unit; hashes: [N, 8], in the eight symmetries; others: [P, D], of unrelated pictures.
    """
    found = [_capped(near_pairs(hashes[:, 0], hashes, _BITS), hashes), _neighbours(whitened(vectors, others))]
    return np.unique(np.concatenate(found), axis=0)


def whitened(vectors: Tensor, others: Tensor) -> Tensor:
    """Unit vectors [N, D] in which no direction is shared by all pictures, nor more common than others.

    >>> whitened(torch.eye(4), torch.eye(4)).shape
    torch.Size([4, 4])

    Source: Jégou and Chum 2012, Negative evidences and co-occurrences in image retrieval: the benefit of PCA and
    whitening.
    """
    step = max(1, len(vectors) // _SAMPLE)
    sample = torch.cat([vectors[::step], others])
    mean = sample.mean(0)
    covariance = (sample - mean).T @ (sample - mean) / len(sample)
    values, directions = torch.linalg.eigh(covariance)
    # directions of next to no variance are noise: a hundredth of the mean keeps them small
    scales = (values.clamp(min=0) + 0.01 * values.mean().clamp(min=1e-12)).rsqrt()
    return F.normalize((vectors - mean) @ (directions * scales)[:, -_DIRECTIONS:], dim=1)


def _neighbours(vectors: Tensor) -> Pairs:
    """Pairs of which one is among the other's nearest."""
    count = min(_BY_VECTOR + 1, len(vectors))
    nearest = torch.full((len(vectors), count), -1)
    for first in range(0, len(vectors), _BLOCK):
        cosines, places = (vectors[first : first + _BLOCK] @ vectors.T).topk(count, dim=1)
        nearest[first : first + _BLOCK] = places.masked_fill(cosines < _COSINE, -1)
    near = nearest.numpy()
    own = np.repeat(np.arange(len(near)), count)
    pairs = np.stack([own, near.ravel()], axis=1)
    return np.sort(pairs[(pairs[:, 1] >= 0) & (pairs[:, 0] != pairs[:, 1])], axis=1)


def _capped(pairs: Pairs, hashes: Hashes) -> Pairs:
    """The nearest partners of each first picture: a thousand blank pages are no half a million pairs."""
    if not len(pairs):
        return pairs
    bits = np.bitwise_count(hashes[pairs[:, 1]] ^ hashes[pairs[:, 0], :1]).min(1)
    order = np.lexsort((pairs[:, 1], bits, pairs[:, 0]))
    ordered = pairs[order]
    starts = np.searchsorted(ordered[:, 0], ordered[:, 0])
    return ordered[np.arange(len(ordered)) - starts < _BY_HASH]
