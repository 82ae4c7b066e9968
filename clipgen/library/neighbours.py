"""The nearest of each picture among all of them, in a space in which no direction is common to all."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_DIRECTIONS = 128  # those of most variance: more find no more crops (benchmarks/duplicates.py), and cost time
_BLOCK = 128  # pictures whose neighbours are searched together: of 100,000, 50 MB
_ROWS = 8192  # vectors that are whitened together
_SAMPLE = 20_000  # vectors that the whitening is computed from


def whitened(vectors: Tensor, others: Tensor) -> Tensor:
    """Unit vectors [N, D] in which no direction is shared by all pictures, nor more common than others.

        >>> whitened(torch.eye(4), torch.eye(4)).shape
        torch.Size([4, 4])

    vectors: in single or half precision; others: [P, D], of unrelated pictures: a set of one kind alone would lose what
    its pictures share.

    Source: Jégou and Chum 2012, Negative evidences and co-occurrences in image retrieval: the benefit of PCA and
    whitening.
    """
    step = max(1, len(vectors) // _SAMPLE)
    sample = torch.cat([vectors[::step].float(), others])
    mean = sample.mean(0)
    covariance = (sample - mean).T @ (sample - mean) / len(sample)
    values, directions = torch.linalg.eigh(covariance)
    # directions of next to no variance are noise: a hundredth of the mean keeps them small
    scales = (values.clamp(min=0) + 0.01 * values.mean().clamp(min=1e-12)).rsqrt()
    onto = (directions * scales)[:, -_DIRECTIONS:]
    return torch.cat([F.normalize((rows.float() - mean) @ onto, dim=1) for rows in vectors.split(_ROWS)])


def nearest(vectors: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The nearest others of each vector, best first: cosines [N, K] and places [N, K].

        >>> cosines, places = nearest(F.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1]]), dim=1), 1)
        >>> places.tolist()
        [[2], [2], [0]]

    vectors: [N, D] unit; count: K, or N - 1 where that is less.
    """
    kept = max(0, min(count, len(vectors) - 1))
    cosines, places = torch.empty(len(vectors), kept), torch.empty(len(vectors), kept, dtype=torch.long)
    for first in range(0, len(vectors), _BLOCK):
        rows = vectors[first : first + _BLOCK] @ vectors.T
        own = torch.arange(len(rows))
        rows[own, first + own] = -torch.inf
        cosines[first : first + _BLOCK], places[first : first + _BLOCK] = rows.topk(kept, dim=1)
    return cosines, places
