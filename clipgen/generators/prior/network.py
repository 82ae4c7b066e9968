"""The network of a prior: a small U-Net that predicts the velocity of a rectified flow, conditioned on an embedding."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_HEAD = 32  # channels of a head of attention
_GROUP = 16  # channels that are normalised together
_FREQUENCIES = 32  # of the sines that stand for the time
_MOST = 8192  # bound of the sizes in a file from outside

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


@dataclass(frozen=True)
class PriorConfig:
    """The sizes of a prior.

    channels: of a code; embedding: numbers of the words' embedding; side: codes on the side of a training picture;
    widths: channels of each level, whose sides are half of those of the one before; blocks: residual blocks of each
    level on the way down, and again on the way up; condition: channels of what time and words are mixed to. The last
    level has attention.
    """

    channels: int
    embedding: int
    side: int = 16
    widths: tuple[int, ...] = (128, 288)
    blocks: tuple[int, ...] = (1, 2)
    condition: int = 384

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> PriorConfig:
        """The config of a JSON object; TypeError, AttributeError or ValueError for anything else.

        >>> PriorConfig.of({"channels": 6, "embedding": 384, "widths": [64, 128]}).widths
        (64, 128)
        """
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
        config = cls(**values)
        numbers = (config.channels, config.embedding, config.side, config.condition, *config.widths, *config.blocks)
        if not all(isinstance(number, int) and 0 < number <= _MOST for number in numbers):
            raise ValueError(f"a size of the config is no number from 1 to {_MOST}")
        return config


class _Block(nn.Module):
    """Two convolutions; the condition scales and shifts what is between them (FiLM, Perez et al., arXiv 1709.07871)."""

    def __init__(self, inner: int, outer: int, condition: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = _norm(inner), _norm(outer)
        self.conv1 = nn.Conv2d(inner, outer, 3, padding=1)
        self.conv2 = _zeroed(nn.Conv2d(outer, outer, 3, padding=1))
        self.film = _zeroed(nn.Linear(condition, 2 * outer))
        self.skip = nn.Conv2d(inner, outer, 1) if inner != outer else nn.Identity()

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[..., None, None].chunk(2, dim=1)
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        out: Tensor = self.skip(x) + h
        return out


class _Attention(nn.Module):
    """Every position attends to all others."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = max(1, width // _HEAD)
        self.norm = _norm(width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = _zeroed(nn.Conv2d(width, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        count, width, height, wide = x.shape
        parts = self.qkv(self.norm(x)).reshape(count, 3, self.heads, width // self.heads, height * wide)
        q, k, v = parts.transpose(-1, -2).unbind(1)
        found = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).reshape(x.shape)
        out: Tensor = x + self.out(found)
        return out


class _Level(nn.Module):
    """The residual blocks of a level, with attention after each in the last level."""

    def __init__(self, inner: int, width: int, count: int, condition: int, *, attends: bool) -> None:
        super().__init__()
        sizes = [inner, *[width] * count]
        self.blocks = nn.ModuleList(_Block(a, b, condition) for a, b in zip(sizes, sizes[1:], strict=False))
        self.attention = nn.ModuleList(_Attention(width) if attends else nn.Identity() for _ in range(count))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for block, attention in zip(self.blocks, self.attention, strict=True):
            x = attention(block(x, condition))
        return x


class PriorNetwork(nn.Module):
    """The velocity of noisy codes at a time, for an embedding of words.

        >>> network = PriorNetwork(PriorConfig(channels=6, embedding=384))
        >>> network(torch.randn(2, 6, 16, 16), torch.rand(2), torch.randn(2, 384), torch.zeros(2)).shape
        torch.Size([2, 6, 16, 16])

    Any height and width do; sides that do not halve are padded. An embedding of zeros stands for no words.
    Source: U-Net of Ho et al., arXiv 2006.11239; rectified flow of Liu et al., arXiv 2209.03003.
    """

    def __init__(self, config: PriorConfig) -> None:
        super().__init__()
        self.config, condition = config, config.condition
        self.time = nn.Linear(2 * _FREQUENCIES + 1, condition)
        self.words = nn.Linear(config.embedding, condition)
        self.mix = nn.Sequential(nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.first = nn.Conv2d(config.channels, config.widths[0], 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.shrink, self.grow = nn.ModuleList(), nn.ModuleList()
        for width, below, count in zip(config.widths, config.widths[1:], config.blocks, strict=False):
            self.down.append(_Level(width, width, count, condition, attends=False))
            self.up.append(_Level(2 * width, width, count, condition, attends=False))
            self.shrink.append(nn.Conv2d(width, below, 3, stride=2, padding=1))
            self.grow.append(nn.Conv2d(below, width, 3, padding=1))
        lowest = config.widths[-1]
        self.middle = _Level(lowest, lowest, 2 * config.blocks[-1], condition, attends=True)
        self.norm = _norm(config.widths[0])
        self.last = _zeroed(nn.Conv2d(config.widths[0], config.channels, 3, padding=1))

    def forward(self, codes: Tensor, time: Tensor, words: Tensor, level: Tensor) -> Tensor:
        """codes [B, C, h, w] at the times [B], 0 (codes) to 1 (noise); words [B, D], about unit length; level [B]: the
        noise that was added to the embeddings. Returns the velocity, noise minus codes, [B, C, h, w].
        """
        height, width = codes.shape[-2:]
        step = 2 ** (len(self.config.widths) - 1)
        x = F.pad(codes, (0, -width % step, 0, -height % step), mode="replicate")
        condition = self.mix(self.time(_waves(time, level)) + self.words(words * math.sqrt(words.shape[-1])))
        x, kept = self.first(x), []
        for level_down, shrink in zip(self.down, self.shrink, strict=True):
            x = level_down(x, condition)
            kept.append(x)
            x = shrink(x)
        x = self.middle(x, condition)
        for level_up, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = grow(F.interpolate(x, scale_factor=2.0))
            x = level_up(torch.cat([x, kept.pop()], 1), condition)
        out: Tensor = self.last(F.silu(self.norm(x)))[..., :height, :width]
        return out


def _waves(time: Tensor, level: Tensor) -> Tensor:
    """Sines and cosines of times [B], and the noise of the embedding [B]: [B, 2 * _FREQUENCIES + 1]."""
    rates = torch.exp(torch.linspace(0, math.log(1000.0), _FREQUENCIES, device=time.device))
    angles = time[:, None] * rates
    return torch.cat([angles.sin(), angles.cos(), level[:, None]], 1)


def _norm(width: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, width // _GROUP), width, eps=1e-5)


def _zeroed(layer: Layer) -> Layer:
    """The layer with weights of zero: a block is the identity before its first step."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
