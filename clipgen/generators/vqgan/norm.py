"""Group normalisation of frozen networks, with a fast gradient for channels-last maps."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_LARGE = 2**21  # number of values from which this is faster


class FrozenGroupNorm(nn.GroupNorm):
    """GroupNorm without a gradient to its parameters.

        >>> FrozenGroupNorm(32, 128)(torch.rand(1, 128, 64, 64).contiguous(memory_format=torch.channels_last))

    On a CPU torch's own gradient of large channels-last maps takes up to four times as long; for everything else
    torch's own is used.
    """

    def forward(self, x: Tensor) -> Tensor:
        """The same values as torch's GroupNorm, for maps [B, C, H, W]."""
        innermost = x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last)
        if x.device.type != "cpu" or not innermost or x.numel() < _LARGE:
            return super().forward(x)
        y: Tensor = _Normalise.apply(x, self.weight, self.bias, self.num_groups, self.eps)
        return y


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
        count, channels, *sides = x.shape
        y, mean, scale = torch.native_group_norm(x, weight, bias, count, channels, sides[0] * sides[1], groups, eps)
        ctx.save_for_backward(x, weight, mean, scale)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, mean, scale = ctx.saved_tensors  # mean, scale: [B, groups]
        places, slopes = x.permute(0, 2, 3, 1), slope.permute(0, 2, 3, 1)

        def total(values: Tensor) -> Tensor:
            """The weighted sums of values [B, H, W, C] over places and the channels of each group: [B, groups]."""
            # rows first: summing everything in float32 would first copy everything
            sums = values.sum(2).float().sum(1)
            return (sums * weight.float()).unflatten(1, (mean.shape[1], -1)).sum(2)

        size = x[0].numel() // mean.shape[1]
        mean, scale = mean.float(), scale.float()
        along, both = total(slopes), total(slopes * places)
        # the gradient minus its mean and minus its component along the normalised values: linear in both, per channel
        turn = -(scale**3) * (both - mean * along) / size
        shift = -scale * along / size - turn * mean

        def spread(values: Tensor) -> Tensor:
            return values[:, None, None].repeat_interleave(weight.numel() // mean.shape[1], 3)

        own = (spread(scale) * weight.float()).to(x.dtype)
        back = torch.addcmul(spread(shift).to(x.dtype), places, spread(turn).to(x.dtype)).addcmul_(slopes, own)
        return back.permute(0, 3, 1, 2), None, None, None, None
