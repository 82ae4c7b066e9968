"""A sketch: large areas of colour, added to a picture or to none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator, Size

GRIDS = (4, 8, 16, 32)  # cells per side; finer grids would add noise
CONTRAST = 0.02  # deviation of the initial cells: a nearly grey picture
EDGE = 0.02  # distance kept from black and white, where the logit is infinite


class Sketch(Generator):
    """Grids of colours, each interpolated to the whole picture, added up before a sigmoid.

        >>> sketch = Sketch.begin(size=(64, 64), seeds=[7])
        >>> [tuple(latent.shape) for latent in sketch.latents]
        [(1, 3, 4, 4), (1, 3, 8, 8), (1, 3, 16, 16), (1, 3, 32, 32)]

    Fast to compute, and needs few steps to find forms and colours; it has no texture.
    latents: one grid [B, 3, n, n] for each n in GRIDS, in logits. Source: the sum of scales is the Laplacian pyramid of
    Burt and Adelson 1983, used so for pictures by Mordvintsev et al. in DeepDream (2015).
    """

    name = "sketch"
    lr = 0.15
    base: Tensor

    @classmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Prepare sketches; `start` draws one per seed.

            >>> Sketch.load()

        dtype: ignored: it runs in float32.
        Raises SettingsError when weights are given: there is no network.
        """
        if weights is not None:
            raise SettingsError(
                f"weights is {weights}, but the generator sketch has no network; leave it out", settings=["weights"]
            )
        return cls(device=device, dtype=dtype)

    def start(self, seeds: Sequence[int], size: Size, *, noise: str | None = None, image: Tensor | None = None) -> None:
        """As `Generator.start`, without an underlying picture."""
        self.base = torch.zeros(1, 3, 1, 1, device=self.device)
        super().start(seeds, size, noise=noise, image=image)

    def lay_over(self, pictures: Tensor, strength: Tensor) -> None:
        """Add the sketch to pictures [B, 3, H, W] in [0, 1]; strength [B]: theirs, 0 (none) to 1 (unchanged)."""
        own = pictures.to(self.device).clamp(EDGE, 1 - EDGE).logit()
        self.base = strength.to(own)[:, None, None, None] * own

    def forward(self) -> Tensor:
        """The pictures [B, 3, H, W] in (0, 1)."""
        return self._drawn(self.size)

    @torch.no_grad()
    def render(self, size: Size) -> Tensor:
        """The same pictures at any size (width, height), [B, 3, H, W]."""
        return self._drawn(self.reachable(size))

    def _drawn(self, size: Size) -> Tensor:
        layers = [self.base, *self.latents]
        shape = (size[1], size[0])
        return torch.sigmoid(
            torch.stack([F.interpolate(layer, shape, mode="bicubic", align_corners=False).expand(self.batch, -1, -1, -1)
                         for layer in layers]).sum(0)
        )  # fmt: skip

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        return [CONTRAST * torch.randn(3, cells, cells, generator=rng) for cells in GRIDS]

    def _encode(self, image: Tensor) -> list[Tensor]:
        left = image.clamp(EDGE, 1 - EDGE).logit() - self.base
        found = []
        for cells in GRIDS:
            found.append(F.interpolate(left, (cells, cells), mode="area"))
            left = left - F.interpolate(found[-1], left.shape[-2:], mode="bicubic", align_corners=False)
        return found
