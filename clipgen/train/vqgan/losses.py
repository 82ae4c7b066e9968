"""Losses of the VQGAN: the distance of reconstructions from pictures, and of codes from an even distribution."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def distance(x: Tensor, y: Tensor) -> Tensor:
    """L1 of the pictures and of their gradients at three scales; [N, 3, H, W] in [-1, 1]."""
    total = F.l1_loss(x, y) + 0.5 * F.mse_loss(x, y)
    for scale in range(3):
        if scale:
            x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
        total = total + F.l1_loss(x.diff(dim=-1), y.diff(dim=-1)) + F.l1_loss(x.diff(dim=-2), y.diff(dim=-2))
    return total


def spread(codes: Tensor, *, directions: int = 32, generator: torch.Generator) -> Tensor:
    """The squared sliced Wasserstein distance of codes [N, D, h, w] from the uniform distribution on [-1, 1]^D.

    >>> spread(torch.rand(2, 5, 8, 8), generator=torch.Generator().manual_seed(0)).shape
    torch.Size([])

    Evenly distributed codes use the whole lattice. Source: Kolouri et al. 2018, arXiv 1804.01947.
    """
    points = codes.movedim(1, -1).flatten(0, -2)
    axes = torch.randn(points.shape[1], directions, generator=generator)
    axes = torch.cat([F.normalize(axes, dim=0), torch.eye(points.shape[1])], 1).to(points)
    even = (torch.rand(points.shape, generator=generator) * 2 - 1).to(points)
    return ((points @ axes).sort(0).values - (even @ axes).sort(0).values).square().mean()
