"""The critic that the built-in StyleGAN is trained against."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...generators.stylegan.layers import Dense, binomial, filtered, leaky


class _Convolution(nn.Module):
    """A convolution stored at unit variance; down: whether it halves the sides, after a blur."""

    def __init__(self, inner: int, outer: int, kernel: int, *, down: bool = False, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outer, inner, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outer)) if bias else None
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        kernel = self.weight.shape[-1]
        weight = self.weight / math.sqrt(self.weight[0].numel())
        if self.down:
            pad = (kernel + 1) // 2
            x = filtered(x, binomial().to(x), pad=(pad, pad, pad, pad) if kernel > 1 else (1, 1, 1, 1))
            return F.conv2d(x, weight, self.bias, stride=2)
        return F.conv2d(x, weight, self.bias, padding=kernel // 2)


class _Block(nn.Module):
    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.conv0 = _Convolution(inner, inner, 3)
        self.conv1 = _Convolution(inner, outer, 3, down=True)
        self.skip = _Convolution(inner, outer, 1, down=True, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return (leaky(self.conv1(leaky(self.conv0(x)))) + self.skip(x)) / math.sqrt(2)


class Critic(nn.Module):
    """How real a picture looks for its class: residual blocks, the spread of its batch, and a projection.

        >>> Critic({4: 128, 8: 128, 16: 96, 32: 64, 64: 32}, classes=50)(images, classes).shape
        torch.Size([32])

    channels: of the block of each side; classes: how many there are. Source: Karras et al., arXiv 1912.04958; the
    projection of Miyato and Koyama, arXiv 1802.05637.
    """

    def __init__(self, channels: Mapping[int, int], *, classes: int) -> None:
        super().__init__()
        sides = sorted(channels, reverse=True)
        self.colour = _Convolution(3, channels[sides[0]], 1)
        self.blocks = nn.ModuleList(
            _Block(channels[side], channels[half]) for side, half in zip(sides, sides[1:], strict=False)
        )
        last = channels[4]
        self.conv = _Convolution(last + 1, last, 3)
        self.dense = Dense(16 * last, last)
        self.out = Dense(last, 1)
        self.kinds = nn.Embedding(classes, last)

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        """Scores [B] of pictures [B, 3, side, side] in [-1, 1] and their classes [B]."""
        x = leaky(self.colour(images))
        for block in self.blocks:
            x = block(x)
        groups = x.view(-1, min(4, len(x)), *x.shape[1:])
        spread = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        spread = spread[:, None].expand(-1, groups.shape[1]).reshape(-1, 1, 1, 1)
        x = leaky(self.conv(torch.cat([x, spread.expand(-1, 1, *x.shape[-2:])], 1)))
        x = leaky(self.dense(x.flatten(1)))
        return self.out(x)[:, 0] + (x * self.kinds(classes)).sum(1) / math.sqrt(x.shape[1])
