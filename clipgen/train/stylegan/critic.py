"""The critic in the training of the built-in StyleGAN, which works on features of a CLIP."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.generators.stylegan.layers import Dense, leaky

_WIDEST = 96
_LEAST = 3.5  # approximate side of the map that a head scores


class _Convolution(nn.Module):
    """A convolution whose weights are stored with unit variance."""

    def __init__(self, inner: int, outer: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outer, inner, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outer))
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight / math.sqrt(self.weight[0].numel())
        return F.conv2d(x, weight, self.bias, stride=self.stride, padding=self.weight.shape[-1] // 2)


class _Head(nn.Module):
    """Halves the sides of the features of one depth down to 3 or 4, and scores every position for the class."""

    def __init__(self, channels: int, side: int, classes: int) -> None:
        super().__init__()
        halvings = max(0, round(math.log2(side / _LEAST)))
        sizes = [channels]
        for step in range(halvings):
            sizes.append(min(_WIDEST, 2 * sizes[-1] if step else max(24, channels)))
        self.down = nn.ModuleList(
            _Convolution(inner, outer, 3, stride=2) for inner, outer in zip(sizes, sizes[1:], strict=False)
        )
        self.last = _Convolution(sizes[-1], _WIDEST, 3)
        self.out = Dense(_WIDEST, 1)
        self.kinds = nn.Embedding(classes, _WIDEST)

    def forward(self, x: Tensor, classes: Tensor) -> Tensor:
        for layer in self.down:
            x = leaky(layer(x))
        x = leaky(self.last(x)).flatten(2).transpose(1, 2)
        known = (x * self.kinds(classes)[:, None]).sum(-1) / math.sqrt(_WIDEST)
        return self.out(x)[..., 0] + known


class Critic(nn.Module):
    """Scores of how real pictures of given classes are, from their features at every depth.

        >>> from clipgen.perceptors.openclip import load_perceptor
        >>> from clipgen.train.features import Features
        >>> depths, _ = Features(load_perceptor("builtin", torch.device("cpu")))(image)
        >>> critic = Critic([depth.shape[1:3] for depth in depths], classes=50)
        >>> scores = critic(depths, torch.tensor([3]))      # [B, positions]

    shapes: channels and side of each depth; classes: number of classes. The features are not trained.
    Source: Sauer et al., "Projected GANs Converge Faster", arXiv 2111.01007; the projection of a class: Miyato and
    Koyama, arXiv 1802.05637.
    """

    def __init__(self, shapes: Sequence[tuple[int, int]], *, classes: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(_Head(channels, side, classes) for channels, side in shapes)

    def forward(self, depths: Sequence[Tensor], classes: Tensor) -> Tensor:
        """Scores [B, positions] of the features of each depth and classes [B]."""
        return torch.cat([head(x, classes) for head, x in zip(self.heads, depths, strict=True)], 1)
