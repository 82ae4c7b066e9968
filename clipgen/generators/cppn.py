"""CPPN: a small network per picture, from the coordinates of a pixel to its colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Self, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator, GeneratorState, Size
from clipgen.media.images import resize_area

WIDTH = 24
LAYERS = 8
FREQUENCIES = 12
FREQUENCY_SCALE = 2.0  # radians per half side; higher values start with more detail and can fit finer detail
GAIN = 1.2  # of the weights over 1/sqrt(fan in); below 1 the start is flat, at 1.6 it is noisy and saturated
OUT_GAIN = 0.6  # of the last layer: keeps colours away from the ends of the sigmoid, where gradients vanish
INPUTS = 3 + 2 * FREQUENCIES
FIT_STEPS = 300
FIT_LR = 0.015
FIT_SIDE = 64  # longest side in pixels at which `encode` fits a picture: at 128 it is 6 times slower and hardly sharper
STRIP = 2**18  # pixels rendered at once, which bounds the memory of a large render


class CPPNState(GeneratorState):
    """The state of a CPPN; view: see there."""

    view: Tensor


class CPPN(Generator):
    """A compositional pattern producing network per picture: smooth, without pixels, the same at any size.

        >>> generator = CPPN.begin(size=(256, 256), seeds=[7])
        >>> generator.render((1024, 1024)).shape
        torch.Size([1, 3, 1024, 1024])

    view: [2, 3], from the coordinates of the picture to those of the network, which are unbounded; a camera moves it.
    latents: the frequencies [B, FREQUENCIES, 2], then weight [B, out, in] and bias [B, out, 1] of every layer.
    The inputs are x, y, the radius and the Fourier features of a pixel; a third of a layer's channels are tanh, a third
    sine and a third a bell curve; layers are residual.
    Sources: Stanley, "Compositional pattern producing networks", 2007; Mordvintsev et al., "Differentiable Image
    Parameterizations", Distill 2018 (lucent); Tancik et al., arXiv 2006.10739, for the Fourier features.
    """

    view: Tensor
    name = "cppn"
    lr = 0.005
    start_from = "bank"
    race = 4

    @classmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Prepare networks; `start` draws one per seed.

            >>> CPPN.load()

        device: of the networks; dtype: ignored: the
        networks run in float32, since half precision does not resolve the coordinates of neighbouring pixels.
        Raises SettingsError when weights are given: they are drawn from the seeds.
        """
        if weights is not None:
            raise SettingsError(
                f"weights is {weights}, but the generator cppn is not trained; leave it out", settings=["weights"]
            )
        return cls(device=device, dtype=dtype)

    def follow(self, seen: Tensor, theta: Tensor) -> None:
        """Move the view: the network is defined everywhere, so nothing is lost however far the camera moves."""
        last = torch.tensor([[0.0, 0.0, 1.0]], device=self.device)
        self.view = (torch.cat([self.view, last]) @ torch.cat([theta.to(self.view), last]))[:2]

    def start(self, seeds: Sequence[int], size: Size, *, noise: str | None = None, image: Tensor | None = None) -> None:
        """As `Generator.start`; the view is centred again."""
        self.view = torch.eye(2, 3, device=self.device)
        super().start(seeds, size, noise=noise, image=image)

    def state(self) -> CPPNState:
        """The state for `load_state`, as plain values and CPU tensors."""
        return {**super().state(), "view": self.view.cpu().clone()}

    def load_state(self, state: GeneratorState) -> None:
        """Restore a state from `state`; see `Generator.load_state`."""
        super().load_state(state)
        self.view = cast(CPPNState, state)["view"].to(self.device)

    def forward(self) -> Tensor:
        """The pictures [B, 3, H, W] in (0, 1)."""
        return self._paint(self.latents, self.size)

    @torch.no_grad()
    def render(self, size: Size) -> Tensor:
        """The same pictures at any size, [B, 3, H, W].

        size: (width, height); another aspect ratio stretches the picture. Raises SettingsError below one pixel.
        """
        width, height = self.reachable(size)
        places = self._places((width, height))
        strips = [self._colours(self.latents, part) for part in places.split(STRIP, dim=1)]
        return torch.cat(strips, dim=2).unflatten(2, (height, width))

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        drawn = [FREQUENCY_SCALE * torch.randn(FREQUENCIES, 2, generator=rng)]
        hidden = [(WIDTH, INPUTS, GAIN), *[(WIDTH, WIDTH, GAIN)] * LAYERS]
        for out, fan_in, gain in [*hidden, (3, WIDTH, OUT_GAIN)]:
            drawn.append(gain / math.sqrt(fan_in) * torch.randn(out, fan_in, generator=rng))
            drawn.append(torch.zeros(out, 1))
        return drawn

    def _encode(self, image: Tensor) -> list[Tensor]:
        """Fit the networks to the pictures, from their present latents: a CPPN has no encoder."""
        scale = min(1.0, FIT_SIDE / max(self.size))
        small = (max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale)))
        target = image if small == self.size else resize_area(image, small)
        fitted = [latent.detach().clone().requires_grad_() for latent in self.latents]
        optimizer = torch.optim.Adam(fitted, lr=FIT_LR)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, FIT_STEPS)
        with torch.enable_grad():
            for _ in range(FIT_STEPS):
                optimizer.zero_grad()
                # a sum over the batch keeps the fits independent of each other
                F.mse_loss(self._paint(fitted, small), target, reduction="none").mean(dim=(1, 2, 3)).sum().backward()
                optimizer.step()
                schedule.step()
        return [latent.detach() for latent in fitted]

    def _paint(self, latents: list[Tensor], size: Size) -> Tensor:
        return self._colours(latents, self._places(size)).unflatten(2, (size[1], size[0]))

    def _places(self, size: Size) -> Tensor:
        """x and y [2, H * W] of the pixel centres; the geometric mean of the sides of the working size spans 2."""
        mean = math.sqrt(self.size[0] * self.size[1])
        x, y = ((torch.arange(n, device=self.device) + 0.5) / n * 2 - 1 for n in size)
        plane = torch.stack([x.expand(size[1], -1), y[:, None].expand(-1, size[0])]).flatten(1)
        span = torch.tensor([[side / mean] for side in self.size], device=self.device)
        with torch.autocast(self.device.type, enabled=False):
            return span * (self.view[:, :2] @ plane + self.view[:, 2:])

    def _colours(self, latents: list[Tensor], places: Tensor) -> Tensor:
        """Colours [B, 3, N] of the places [2, N]."""
        frequencies, *layers = latents
        pairs = list(zip(layers[::2], layers[1::2], strict=True))
        with torch.autocast(self.device.type, enabled=False):
            phases = frequencies @ places
            plain = torch.cat([places, places.norm(dim=0, keepdim=True)]).expand(len(phases), -1, -1)
            h = _bend(self._entered(*pairs[0], torch.cat([plain, phases.sin(), phases.cos()], dim=1)))
            for weight, bias in pairs[1:-1]:
                # the mean square stays the same from layer to layer
                h = (h + _bend(self._passed(weight, bias, h))) * math.sqrt(0.5)
            return torch.sigmoid(self._passed(*pairs[-1], h))

    def _entered(self, weight: Tensor, bias: Tensor, features: Tensor) -> Tensor:
        """The first layer, of the features [B, INPUTS, N] of the pixels, before the nonlinearity."""
        return self._passed(weight, bias, features)

    def _passed(self, weight: Tensor, bias: Tensor, h: Tensor) -> Tensor:
        return torch.baddbmm(bias, weight, h)


HARMONICS = 4  # of the loop, each with a smaller weight than the one before
TIME_GAIN = 3.0  # of time over place in the first layer; at 1 all moments are similar


class LoopCPPN(CPPN):
    """One network with time as an input, as a point on a circle: the pictures of a looping film.

        >>> generator = LoopCPPN.begin(size=(128, 128), seeds=[7])
        >>> generator.moments = torch.tensor([0.0, 0.25, 0.5, 0.75])
        >>> generator().shape
        torch.Size([4, 3, 128, 128])

    moments: [M], each from 0 to 1 (one loop): one picture per moment, all of one network from one seed.
    """

    name = "cppn-loop"
    start_from = "noise"  # one network is all pictures of the film
    moments: Tensor

    def __init__(self, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        super().__init__(device=device, dtype=dtype)
        self.moments = torch.zeros(1, device=self.device)

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        frequencies, first, *rest = super()._draw(rng)
        fading = TIME_GAIN * first.std() / torch.arange(1, HARMONICS + 1).repeat_interleave(2)
        return [frequencies, torch.cat([first, fading * torch.randn(WIDTH, 2 * HARMONICS, generator=rng)], 1), *rest]

    def _entered(self, weight: Tensor, bias: Tensor, features: Tensor) -> Tensor:
        turns = 2 * math.pi * torch.arange(1, HARMONICS + 1, device=self.device) * self.moments.to(self.device)[:, None]
        clock = torch.stack([turns.cos(), turns.sin()], dim=2).flatten(1)  # cos, sin of each harmonic
        still = torch.baddbmm(bias, weight[:, :, :INPUTS], features)
        return still + (clock @ weight[0, :, INPUTS:].T)[:, :, None]

    def _passed(self, weight: Tensor, bias: Tensor, h: Tensor) -> Tensor:
        return super()._passed(weight.expand(len(h), -1, -1), bias, h)


def _bend(x: Tensor) -> Tensor:
    soft, wave, bell = x.chunk(3, dim=1)
    # the bell curve is shifted and scaled to the mean and range of the other two
    return torch.cat([soft.tanh(), wave.sin(), 2 * torch.exp(-bell.square()) - 1], dim=1)
