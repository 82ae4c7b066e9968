"""Fast search for the nearest code of a codebook."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

ROWS = 2**24  # distances in memory at once: 64 MB, whatever the size of the picture


@dataclass(frozen=True)
class Lattice:
    """A codebook of all combinations of some levels per channel, as in finite scalar quantisation.

    bounds: per channel, the midpoints between its sorted levels; strides: of each channel's level in the table;
    table: the code at every combination of levels. Source: Mentzer et al., arXiv 2309.15505.
    """

    bounds: tuple[Tensor, ...]
    strides: tuple[int, ...]
    table: Tensor

    @classmethod
    def of(cls, codebook: Tensor) -> Lattice | None:
        """The lattice of a codebook [n, e]; None where it is not one."""
        bounds: list[Tensor] = []
        strides: list[int] = []
        total = 1
        for channel in codebook.T:
            levels = channel.unique()
            strides.append(total)
            total *= len(levels)
            if total > len(codebook):
                return None
            bounds.append((levels[1:] + levels[:-1]) / 2)
        table = torch.full((total,), -1, dtype=torch.long, device=codebook.device)
        lattice = cls(tuple(bounds), tuple(strides), table)
        table[lattice.cell(codebook)] = torch.arange(len(codebook), device=codebook.device)
        return lattice if total == len(codebook) and bool((table >= 0).all()) else None

    def cell(self, vectors: Tensor) -> Tensor:
        """Indices [N] into the table of the vectors [N, e]."""
        cell = torch.zeros(len(vectors), dtype=torch.long, device=vectors.device)
        for channel, bounds, stride in zip(vectors.T, self.bounds, self.strides, strict=True):
            cell += torch.bucketize(channel.contiguous(), bounds) * stride
        return cell


class NearestCode:
    """Finds the nearest code of each vector, by Euclidean distance.

        >>> NearestCode(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))(torch.tensor([[0.2, 0.1], [0.9, 0.6]]))
        tensor([0, 1])

    A lattice is searched channel by channel (1024 vectors in 4096 codes of 4 channels: 0.2 ms instead of 20 ms for all
    distances, on one core); any other codebook by distances, in blocks of bounded size.
    codebook: [n, e] float32; it must not change afterwards.
    """

    def __init__(self, codebook: Tensor) -> None:
        self.codebook = codebook
        self.lattice = Lattice.of(codebook)
        self.squares = codebook.square().sum(dim=1)

    @torch.no_grad()
    def __call__(self, vectors: Tensor) -> Tensor:
        """Indices [N] of the codes nearest to the vectors [N, e]."""
        if self.lattice is not None:
            return self.lattice.table[self.lattice.cell(vectors)]
        # |z - c|² less the |z|² that all codes share, in one matrix product
        rows = max(1, ROWS // len(self.codebook))
        distances = (torch.addmm(self.squares, part, self.codebook.T, alpha=-2) for part in vectors.split(rows))
        # min, not argmin: twice as fast on the CPU
        return torch.cat([part.min(dim=1).indices for part in distances])
