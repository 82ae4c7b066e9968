"""The network of StyleGAN2: blocks that grow a constant to a picture, each modulated by styles."""

from __future__ import annotations

import math
from collections.abc import Mapping as Table
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.generators.stylegan.layers import Dense, Mapping, binomial, filtered, styled
from clipgen.values import Values

GAIN = math.sqrt(2)  # preserves the variance over a leaky rectifier
CLAMP = 256.0  # limit of a layer's output; it matters for networks that were trained in half precision
LEAST, MOST = 8, 2048  # smallest and largest side of a picture


class _Layer(nn.Module):
    noise_const: Tensor

    def __init__(self, inner: int, outer: int, width: int, side: int, *, grows: bool) -> None:
        super().__init__()
        self.grows = grows
        self.affine = Dense(width, inner, bias=1.0)
        self.weight = nn.Parameter(torch.empty(outer, inner, 3, 3).normal_())
        self.bias = nn.Parameter(torch.zeros(outer))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.register_buffer("noise_const", torch.empty(side, side).normal_())

    def forward(self, x: Tensor, w: Tensor, blur: Tensor, noise: bool) -> Tensor:
        # the rectifier's gain is applied before it, where it costs no extra pass over memory
        x = styled(x, self.weight, self.affine(w), twice=self.grows, pad=1, gain=GAIN)
        if self.grows:
            x = filtered(x, 4 * blur, pad=(1, 1, 1, 1))
        if noise:
            x = x + (GAIN * self.noise_const * self.noise_strength).to(x.dtype)
        return F.hardtanh(F.leaky_relu(x + (GAIN * self.bias)[:, None, None].to(x.dtype), 0.2), -CLAMP, CLAMP)


class _ToColour(nn.Module):
    def __init__(self, inner: int, channels: int, width: int) -> None:
        super().__init__()
        self.affine = Dense(width, inner, bias=1.0)
        self.weight = nn.Parameter(torch.empty(channels, inner, 1, 1).normal_())
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.affine(w) / math.sqrt(self.weight.shape[1])
        colour = styled(x, self.weight, style, demodulate=False).float()
        return (colour + self.bias[:, None, None]).clamp(-CLAMP, CLAMP)


class _Block(nn.Module):
    def __init__(self, inner: int, outer: int, width: int, side: int, channels: int) -> None:
        super().__init__()
        if inner:
            self.conv0 = _Layer(inner, outer, width, side, grows=True)
        else:
            self.const = nn.Parameter(torch.empty(outer, side, side).normal_())
        self.conv1 = _Layer(outer, outer, width, side, grows=False)
        self.torgb = _ToColour(outer, channels, width)
        self.layers = 2 if inner else 1


class _Synthesis(nn.Module):
    def __init__(self, side: int, width: int, channels: Table[int, int], colours: int) -> None:
        super().__init__()
        self.sides = [2**power for power in range(2, int(math.log2(side)) + 1)]
        for block in self.sides:
            made = _Block(channels.get(block // 2, 0) if block > 4 else 0, channels[block], width, block, colours)
            self.add_module(f"b{block}", made)

    def blocks(self) -> list[_Block]:
        return [self.get_submodule(f"b{side}") for side in self.sides]  # type: ignore[misc]


class StyleGAN2(nn.Module):
    """Mapping and synthesis with the parameter names of NVIDIA's stylegan2-ada-pytorch.

        >>> network = StyleGAN2(side=16, channels={4: 32, 8: 32, 16: 16}, width=64, noise=64)
        >>> styles = network.mapping(torch.randn(1, 64))[:, None].expand(-1, network.styles, -1)
        >>> network(styles).shape
        torch.Size([1, 3, 16, 16])

    side: of the picture in pixels, a power of two; channels: of the block of each side; width, noise, classes:
    dimensions of w, z and c; layers: of the mapping; colours: 3, 1 for grey, or 4 with alpha. `styles`: number of w per
    picture.
    Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", arXiv 1912.04958, with skips.
    """

    kind = "stylegan2"
    names: tuple[str, ...] = ()  # of the classes, where the file has them
    psi: float | None = None  # truncation that draws are meant for, where the file has one

    def __init__(
        self,
        *,
        side: int,
        channels: Table[int, int],
        width: int = 512,
        noise: int = 512,
        classes: int = 0,
        layers: int = 8,
        colours: int = 3,
    ) -> None:
        super().__init__()
        self.config = {"side": side, "channels": dict(channels), "width": width, "noise": noise, "classes": classes,
                       "layers": layers, "colours": colours}  # fmt: skip
        self.side, self.width = side, width
        self.mapping = Mapping(noise, classes, width, layers=layers)
        self.synthesis = _Synthesis(side, width, channels, colours)
        self.styles = 2 * len(self.synthesis.sides)

    @classmethod
    def of_state(cls, state: Table[str, Tensor], config: Values | None = None) -> Self:
        """Build the network of a state dict, with random weights; its shapes determine all dimensions.

        Raises WeightsError for the state of another network.
        """
        try:
            sides = sorted(int(key.split(".")[1][1:]) for key in state if key.endswith(".torgb.weight"))
            if not sides or sides != [2**power for power in range(2, len(sides) + 2)] or not LEAST <= sides[-1] <= MOST:
                raise WeightsError(f"not a StyleGAN2 with skips: blocks of {sides} pixels; they must double from 4 on")
            layers = sum(key.startswith("mapping.fc") and key.endswith(".weight") for key in state)
            width = len(state["mapping.w_avg"])
            embedded = state["mapping.embed.weight"].shape if "mapping.embed.weight" in state else (0, 0)
            return cls(
                side=sides[-1],
                channels={side: len(state[f"synthesis.b{side}.conv1.weight"]) for side in sides},
                width=width,
                noise=state["mapping.fc0.weight"].shape[1] - embedded[0],
                classes=embedded[1],
                layers=layers,
                colours=len(state["synthesis.b4.torgb.weight"]),
            )
        except (KeyError, ValueError, IndexError, TypeError, RuntimeError) as error:
            raise WeightsError(f"not a StyleGAN2: {type(error).__name__}: {error}") from error

    def forward(
        self, ws: Tensor, *, noise: bool = True, dtype: torch.dtype = torch.float32, side: int | None = None
    ) -> Tensor:
        """Pictures [B, colours, side, side] in about [-1, 1] of styles [B, styles, width].

        noise: whether to add each layer's fixed noise; dtype: of the convolutions; side: of the last block, by default
        that of the whole picture.
        """
        image, blur = None, binomial().to(ws.device)
        blocks = self.synthesis.blocks()
        x = blocks[0].const.to(dtype).expand(len(ws), -1, -1, -1)
        x = x.contiguous(memory_format=torch.channels_last)
        place = 0
        for block in blocks[: None if side is None else self.synthesis.sides.index(side) + 1]:
            own = ws[:, place : place + block.layers + 1].unbind(1)
            if block.layers == 2:
                x = block.conv0(x, own[0], blur, noise)
            x = block.conv1(x, own[-2], blur, noise)
            colour = block.torgb(x, own[-1])
            image = colour if image is None else filtered(image, blur, up=2, pad=(2, 1, 2, 1)) + colour
            place += block.layers
        assert image is not None  # there is a first block
        return image
