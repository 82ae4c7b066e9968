"""The network of StyleGAN3: Fourier features and layers that do not alias."""

from __future__ import annotations

import math
from collections.abc import Mapping as Table
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.generators.stylegan.layers import Dense, Mapping, filtered, styled
from clipgen.values import Values

TAPS = 6  # of a filter, per sample at the lower rate
#: defaults of the published networks; their files contain only other values
DEFAULTS: dict[str, float] = {
    "channel_base": 32768, "channel_max": 512, "num_layers": 14, "num_critical": 2, "first_cutoff": 2,
    "first_stopband": 2**2.1, "last_stopband_rel": 2**0.3, "margin_size": 10, "output_scale": 0.25,
    "conv_kernel": 3, "filter_size": TAPS, "lrelu_upsampling": 2, "use_radial_filters": False, "conv_clamp": 256,
}  # fmt: skip


class _Input(nn.Module):
    freqs: Tensor
    phases: Tensor
    transform: Tensor

    def __init__(self, width: int, channels: int, size: int, rate: float, band: float) -> None:
        super().__init__()
        self.size, self.rate, self.band = size, rate, band
        self.weight = nn.Parameter(torch.empty(channels, channels).normal_())
        self.affine = Dense(width, 4)
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("freqs", torch.empty(channels, 2).normal_(std=band / 2))
        self.register_buffer("phases", torch.empty(channels).uniform_(-0.5, 0.5))

    def forward(self, w: Tensor) -> Tensor:
        turn = self.affine(w)
        turn = turn / turn[:, :2].norm(dim=1, keepdim=True)
        cos, sin, right, down = turn.unbind(1)
        zero, one = torch.zeros_like(cos), torch.ones_like(cos)
        rotate = torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], 1).view(-1, 3, 3)
        shift = torch.stack([one, zero, -right, zero, one, -down, zero, zero, one], 1).view(-1, 3, 3)
        motion = rotate @ shift @ self.transform
        phases = self.phases + (self.freqs @ motion[:, :2, 2:]).squeeze(2)
        freqs = self.freqs @ motion[:, :2, :2]
        # frequencies that a rotation moves out of the band are faded out
        kept = (1 - (freqs.norm(dim=2) - self.band) / (self.rate / 2 - self.band)).clamp(0, 1)
        half = 0.5 * self.size / self.rate
        along = ((torch.arange(self.size, device=w.device) + 0.5) / self.size * 2 - 1) * half
        places = torch.stack(torch.meshgrid(along, along, indexing="xy"), dim=-1)
        waves = torch.einsum("hwp,bcp->bhwc", places, freqs) + phases[:, None, None]
        x = torch.sin(2 * math.pi * waves) * kept[:, None, None]
        return (x @ (self.weight / math.sqrt(len(self.weight))).T).permute(0, 3, 1, 2)


class _Layer(nn.Module):
    magnitude_ema: Tensor
    up_filter: Tensor | None
    down_filter: Tensor | None

    def __init__(self, width: int, inner: _Signal, outer: _Signal, config: Table[str, float], *, last: bool) -> None:
        super().__init__()
        self.last, self.clamp = last, config["conv_clamp"]
        kernel = 1 if last else int(config["conv_kernel"])
        self.pad_conv = kernel - 1
        self.affine = Dense(width, inner.channels, bias=1.0)
        self.weight = nn.Parameter(torch.empty(outer.channels, inner.channels, kernel, kernel).normal_())
        self.bias = nn.Parameter(torch.zeros(outer.channels))
        self.register_buffer("magnitude_ema", torch.ones([]))
        between = max(inner.rate, outer.rate) * (1 if last else int(config["lrelu_upsampling"]))
        self.up, self.down = between // inner.rate, between // outer.rate
        taps = [1 if last or factor == 1 else int(config["filter_size"]) * factor for factor in (self.up, self.down)]
        radial = bool(config["use_radial_filters"]) and not outer.critical
        # the filters are loaded from the file; only their shapes are set here
        self.register_buffer("up_filter", torch.zeros(taps[0]) if taps[0] > 1 else None)
        shape = (taps[1], taps[1]) if radial else (taps[1],)
        self.register_buffer("down_filter", torch.zeros(shape) if taps[1] > 1 else None)
        total = (outer.size - 1) * self.down + 1 - (inner.size + kernel - 1) * self.up + sum(taps) - 2
        first = (total + self.up) // 2
        self.pad = (first, total - first) * 2

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        style = self.affine(w)
        weight: Tensor = self.weight
        if self.last:
            style = style / math.sqrt(weight[0].numel())
        else:
            weight = weight * weight.square().mean((1, 2, 3), keepdim=True).rsqrt()
            style = style * style.square().mean(1, keepdim=True).rsqrt()
        x = styled(x, weight, style, demodulate=not self.last, pad=self.pad_conv)
        x = x * self.magnitude_ema.rsqrt().to(x.dtype) + self.bias[:, None, None].to(x.dtype)
        x = filtered(x, self.up_filter, up=self.up, pad=self.pad)
        if not self.last:
            x = F.leaky_relu(x, 0.2) * math.sqrt(2)
        x = x.clamp(-self.clamp, self.clamp) if self.clamp else x
        return filtered(x, self.down_filter, down=self.down)


def _number(key: str, value: object) -> float:
    """A value of a file's config; null, of a conv_clamp, is 0: no clamp."""
    if not isinstance(value, int | float | None):
        raise TypeError(f"{key} is {value!r}; it must be a number")
    return value or 0


class _Signal:
    """The output of a layer: sampling rate, side with margins, channels, and whether it is critically sampled."""

    def __init__(self, rate: int, size: int, channels: int, critical: bool) -> None:
        self.rate, self.size, self.channels, self.critical = rate, size, channels, critical


class _Synthesis(nn.Module):
    def __init__(self, side: int, width: int, colours: int, config: Table[str, float]) -> None:
        super().__init__()
        self.scale = float(config["output_scale"])
        count, critical = int(config["num_layers"]), int(config["num_critical"])
        share = np.minimum(np.arange(count + 1) / (count - critical), 1)
        last = side / 2
        cutoffs = config["first_cutoff"] * (last / config["first_cutoff"]) ** share
        first_stop = config["first_stopband"]
        stops = first_stop * (last * config["last_stopband_rel"] / first_stop) ** share
        rates = np.exp2(np.ceil(np.log2(np.minimum(stops * 2, side)))).astype(int)
        sizes = rates + 2 * int(config["margin_size"])
        sizes[-2:] = side
        channels = np.rint(np.minimum(config["channel_base"] / 2 / cutoffs, config["channel_max"])).astype(int)
        channels[-1] = colours
        signals = [
            _Signal(int(rate), int(size), int(own), index >= count - critical)
            for index, (rate, size, own) in enumerate(zip(rates, sizes, channels, strict=True))
        ]
        first = signals[0]
        self.input = _Input(width, first.channels, first.size, float(first.rate), float(cutoffs[0]))
        self.names = []
        for index, outer in enumerate(signals):
            name = f"L{index}_{outer.size}_{outer.channels}"
            self.add_module(name, _Layer(width, signals[max(0, index - 1)], outer, config, last=index == count))
            self.names.append(name)


class StyleGAN3(nn.Module):
    """Mapping and synthesis with the parameter names of NVIDIA's stylegan3; configurations t and r.

        >>> network = StyleGAN3(side=32, config={"channel_base": 512, "channel_max": 16}, width=64, noise=64)
        >>> styles = network.mapping(torch.randn(1, 64))[:, None].expand(-1, network.styles, -1)
        >>> network(styles).shape
        torch.Size([1, 3, 32, 32])

    side: of the picture in pixels; config: the values that differ from DEFAULTS, with the names of the published files;
    width, noise, classes: dimensions of w, z and c; layers: of the mapping. The weights include the filters.
    Source: Karras et al., "Alias-Free Generative Adversarial Networks", arXiv 2106.12423.
    """

    kind = "stylegan3"
    names: tuple[str, ...] = ()  # of the classes, where the file has them
    psi: float | None = None  # truncation that draws are meant for, where the file has one

    def __init__(
        self,
        *,
        side: int,
        config: Values | None = None,
        width: int = 512,
        noise: int = 512,
        classes: int = 0,
        layers: int = 2,
        colours: int = 3,
    ) -> None:
        super().__init__()
        known = {**DEFAULTS, **{key: _number(key, value) for key, value in (config or {}).items() if key in DEFAULTS}}
        self.config = {"side": side, "config": known, "width": width, "noise": noise, "classes": classes,
                       "layers": layers, "colours": colours}  # fmt: skip
        self.side, self.width = side, width
        self.mapping = Mapping(noise, classes, width, layers=layers)
        self.synthesis = _Synthesis(side, width, colours, known)
        self.styles = len(self.synthesis.names) + 1

    @classmethod
    def of_state(cls, state: Table[str, Tensor], config: Values | None = None) -> Self:
        """Build the network of a state dict; config: the values that the shapes do not show, see DEFAULTS.

        Raises WeightsError for the state of another network.
        """
        try:
            names = [key.split(".")[1] for key in state if key.startswith("synthesis.L") and key.endswith(".bias")]
            order = sorted({name for name in names}, key=lambda name: int(name[1:].split("_")[0]))
            side, colours = (int(part) for part in order[-1].split("_")[1:])
            embedded = state["mapping.embed.weight"].shape if "mapping.embed.weight" in state else (0, 0)
            arguments = {**(config or {}), "num_layers": len(order) - 1}
            return cls(
                side=side,
                config=arguments,
                width=len(state["mapping.w_avg"]),
                noise=state["mapping.fc0.weight"].shape[1] - embedded[0],
                classes=embedded[1],
                layers=sum(key.startswith("mapping.fc") and key.endswith(".weight") for key in state),
                colours=colours,
            )
        except (KeyError, ValueError, IndexError, TypeError, ArithmeticError, RuntimeError) as error:
            raise WeightsError(f"not a StyleGAN3: {type(error).__name__}: {error}") from error

    def forward(self, ws: Tensor, *, noise: bool = True, dtype: torch.dtype = torch.float32) -> Tensor:
        """Pictures [B, colours, side, side] in about [-1, 1] of styles [B, styles, width]; noise: ignored."""
        x = self.synthesis.input(ws[:, 0]).to(dtype)
        for index, name in enumerate(self.synthesis.names):
            x = self.synthesis.get_submodule(name)(x, ws[:, index + 1])
        return x.float() * self.synthesis.scale
