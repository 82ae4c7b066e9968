"""Layers of both StyleGANs: dense layers, resampling filters, convolutions modulated by styles."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Dense(nn.Module):
    """A linear layer whose weights are stored at another scale than they are used (equalised learning rate).

        >>> Dense(512, 512, rate=0.01)(torch.randn(1, 512)).shape
        torch.Size([1, 512])

    rate: learning rate relative to the other layers; bias: its initial value.
    Source: the equalised learning rate of Karras et al., arXiv 1710.10196.
    """

    def __init__(self, inner: int, outer: int, *, rate: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.rate = rate
        self.weight = nn.Parameter(torch.empty(outer, inner).normal_(std=1 / rate))
        self.bias = nn.Parameter(torch.full((outer,), bias / rate))

    def forward(self, x: Tensor) -> Tensor:
        """[B, inner] → [B, outer]."""
        scale = self.rate / math.sqrt(self.weight.shape[1])
        return F.linear(x, scale * self.weight, self.rate * self.bias)


class Mapping(nn.Module):
    """The mapping network: from noise, and a class where there are classes, to styles.

        >>> Mapping(512, 0, 512, layers=8)(torch.randn(4, 512)).shape
        torch.Size([4, 512])

    noise, classes, width: dimensions of z, c and w; layers: of the network; inner: width of the hidden layers; embed:
    dimension of a class embedding.
    w_avg: the mean style, [width]. Source: Karras et al., arXiv 1812.04948.
    """

    w_avg: Tensor

    def __init__(
        self, noise: int, classes: int, width: int, *, layers: int, inner: int | None = None, embed: int | None = None
    ) -> None:
        super().__init__()
        self.layers, self.noise, self.classes = layers, noise, classes
        embed = 0 if classes == 0 else embed or width
        sizes = [noise + embed, *[inner or width] * (layers - 1), width]
        if classes:
            self.embed = Dense(classes, embed)
        for index in range(layers):
            self.add_module(f"fc{index}", Dense(sizes[index], sizes[index + 1], rate=0.01))
        self.register_buffer("w_avg", torch.zeros(width))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Styles w [B, width] of noise z [B, noise] and classes c [B, classes], one-hot or shares of several."""
        x = _to_length(z)
        if self.classes:
            x = torch.cat([x, _to_length(self.embed(c))], dim=1)
        for index in range(self.layers):
            x = leaky(self.get_submodule(f"fc{index}")(x))
        return x


def leaky(x: Tensor, gain: float = math.sqrt(2)) -> Tensor:
    """The leaky rectifier of both networks, scaled to preserve the variance."""
    return F.leaky_relu(x, 0.2) * gain


def binomial(taps: tuple[int, ...] = (1, 3, 3, 1)) -> Tensor:
    """The separable filter of StyleGAN2 as [taps, taps], with sum 1."""
    row = torch.tensor(taps, dtype=torch.float32)
    kernel = torch.outer(row, row)
    return kernel / kernel.sum()


def filtered(
    x: Tensor, kernel: Tensor | None, *, up: int = 1, down: int = 1, pad: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> Tensor:
    """Insert up - 1 zeros after every sample, pad (left, right, top, bottom), filter, and keep every down-th sample.

        >>> filtered(image, binomial(), up=2, pad=(2, 1, 2, 1)).shape       # twice the sides
        torch.Size([1, 3, 128, 128])

    x: [B, C, H, W]; kernel: [k] of a separable filter, [k, k], or None; a negative pad crops. The mean is
    preserved for any `up`. Source: the definition of upfirdn, as of scipy.signal.
    """
    channels, size = x.shape[1], x.shape[-2:]
    if up > 1:
        spread = x.new_zeros(*x.shape[:2], size[0], up, size[1], up)
        spread[:, :, :, 0, :, 0] = x
        x = spread.reshape(*x.shape[:2], size[0] * up, size[1] * up)
    x = F.pad(x, pad)
    if kernel is None:
        return x[..., ::down, ::down]
    kernel = kernel.to(x).flip(tuple(range(kernel.ndim)))
    if kernel.ndim == 2:
        weight = (up * up * kernel).expand(channels, 1, -1, -1)
        return F.conv2d(x, weight, stride=down, groups=channels)
    row = (up * kernel).expand(channels, 1, 1, -1)
    x = F.conv2d(x, row, stride=(1, down), groups=channels)
    return F.conv2d(x, row.transpose(2, 3), stride=(down, 1), groups=channels)


def styled(
    x: Tensor,
    weight: Tensor,
    style: Tensor,
    *,
    demodulate: bool = True,
    twice: bool = False,
    pad: int = 0,
    gain: float = 1.0,
) -> Tensor:
    """A convolution whose input channels are scaled by a style, and whose outputs are normalised to unit variance.

        >>> styled(torch.rand(2, 8, 4, 4), torch.randn(6, 8, 3, 3), torch.ones(2, 8), pad=1).shape
        torch.Size([2, 6, 4, 4])

    x: [B, I, H, W]; weight: [O, I, k, k]; style: [B, I]; twice: a transposed convolution, to twice the sides
    plus one; gain: factor of the normalised output. Styles scale the channels of x, not the weights, so that a batch is
    one convolution.
    Source: Karras et al., arXiv 1912.04958.
    """
    x = x * style[:, :, None, None].to(x.dtype)
    if twice:
        x = F.conv_transpose2d(x, weight.transpose(0, 1).to(x.dtype), stride=2)
    else:
        x = F.conv2d(x, weight.to(x.dtype), padding=pad)
    if demodulate:
        size = style.square() @ weight.square().sum((2, 3)).T
        x = x * (gain * (size + 1e-8).rsqrt())[:, :, None, None].to(x.dtype)
    return x


def _to_length(x: Tensor) -> Tensor:
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()
