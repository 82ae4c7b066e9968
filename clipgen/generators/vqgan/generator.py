"""The VQGAN generator: the latents are codes, the picture is the output of the decoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.generators.base import Generator, Size, clamp_with_grad
from clipgen.generators.prior import Prior
from clipgen.generators.prior.prior import PROBES
from clipgen.generators.vqgan.checkpoint import load_critic, load_network
from clipgen.generators.vqgan.network import VQModel
from clipgen.generators.vqgan.norm import FrozenGroupNorm
from clipgen.generators.vqgan_options import VQGANOptions
from clipgen.settings import GeneratorOptions

# the sides of each grid of latents are those of the one before divided by COARSER, and at least LEAST_SIDE
COARSER = 4
LEAST_SIDE = 4


class VQGAN(Generator):
    """A picture from the codes of a trained VQGAN, as in VQGAN-CLIP.

        >>> generator = VQGAN.begin(size=(256, 256), seeds=[7])
        >>> generator = VQGAN.begin(size=(384, 256), seeds=[7], weights=Path("my/vqgan.ckpt"))

    latents: one tensor [B, e, H / f, W / f] in the space of the codebook, and coarser grids of a quarter, a sixteenth …
    of its sides that are added to it: they move large areas together, so that forms emerge before texture. Each step
    uses the nearest code of the sum with a straight-through gradient; `project_` clamps the sum to the range of the
    codebook per channel. The network is frozen.
    Source: Crowson et al., "VQGAN-CLIP", arXiv 2204.08583; the coarser grids are ours.
    """

    name = "vqgan"
    lr = 0.05
    start_from = "bank"
    draws = False
    tries = 8
    kept = 1.0
    lr_from_random = 0.1

    def __init__(
        self,
        network: VQModel,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        weights: Path | None = None,
    ) -> None:
        super().__init__(device=device, dtype=dtype)
        self.weights = weights
        self.prior: Prior | None = None
        self.network = network.eval().requires_grad_(False).to(self.device).to(memory_format=torch.channels_last)
        # autocast casts frozen weights in every call (it caches only those that require gradients): cast them once here
        for module in self.network.modules():
            if isinstance(module, nn.Conv2d):
                module.to(dtype)
            elif type(module) is nn.GroupNorm:
                module.__class__ = FrozenGroupNorm
        codebook = self.network.codebook
        self.low, self.high = (bound[:, None, None] for bound in codebook.aminmax(dim=0))

    @classmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Load a checkpoint of the taming format; `start` gives every place a random code.

            >>> VQGAN.load(dtype=torch.bfloat16)

        device, dtype: of the convolutions; codes and pictures are float32. weights: a .safetensors, .ckpt, .pt or .bin
        file with a .yaml of the same name, a folder with both, or None for the built-in model.
        Raises WeightsError for files that are missing, damaged or of another format.
        """
        return cls(load_network(weights), device=device, dtype=dtype, weights=weights)

    def forward(self) -> Tensor:
        """The pictures [B, 3, H, W] in [0, 1]."""
        return self._decoded(self._sum())

    def _decoded(self, latents: Tensor) -> Tensor:
        codes, _ = self.network.quantise(latents)
        with self._autocast():
            image = self.network.decode(codes.contiguous(memory_format=torch.channels_last))
        return clamp_with_grad((image.float() + 1) / 2)

    @torch.no_grad()
    def project_(self) -> None:
        """Clamp every channel of the summed latents to the range that it has in the codebook."""
        total = self._sum()
        self.latents[0].add_(total.clamp(self.low, self.high) - total)

    def configure(self, options: GeneratorOptions) -> None:
        """Draw from the prior of the options, if they name one; WeightsError when it is none, or of another VQGAN."""
        if isinstance(options, VQGANOptions) and options.prior is not None:
            folder = Path(options.prior)
            self.prior, self.start_from = Prior.load(folder).to(self.device), "samples"
            if not self.prior.draws_codes_of(self.network.codebook):
                raise WeightsError(f"the prior in {folder} draws codes of another VQGAN", settings=["prior"])

    def draws_for(self, embed: Callable[[Sequence[str]], Tensor]) -> bool:
        """Whether the prior was trained with embeddings as those of `embed`."""
        return self.prior is None or self.prior.fits(embed(PROBES))

    @torch.no_grad()
    def choose(self, seeds: Sequence[int], fit: Callable[[Tensor, int], Tensor], words: Tensor) -> None:
        """Set the latents of each picture to the best of several draws of the prior; see `Generator.choose`.

        They are drawn at the scale of the prior's training pictures and scaled to the size of this generator.
        """
        assert self.prior is not None
        height, width = self.latents[0].shape[-2:]
        scale = self.prior.network.config.side / min(width, height)
        sides = (round(width * scale), round(height * scale))
        best = []
        for row, seed in enumerate(seeds):
            several = torch.randint(2**31, (self.tries,), generator=torch.Generator().manual_seed(seed)).tolist()
            codes = self.prior.draw(words[row].expand(self.tries, -1), seeds=several, sides=sides)
            best.append(codes[fit(self._decoded(codes), row).argmax()])
        drawn = F.interpolate(torch.stack(best), (height, width), mode="bilinear")
        self._replace(self._on_grids(drawn.clamp(self.low, self.high)))

    def critic(self) -> nn.Module | None:
        """The patch discriminator in the checkpoint, if there is one."""
        critic = load_critic(self.weights)
        return None if critic is None else critic.to(self.device)

    def reachable(self, size: Size) -> Size:
        """The size (width, height) with each side rounded to the nearest multiple of f, at least f."""
        f = self.network.factor
        width, height = super().reachable(size)
        return max(f, (width + f // 2) // f * f), max(f, (height + f // 2) // f * f)

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        f = self.network.factor
        codebook = self.network.codebook.cpu()
        indices = torch.randint(len(codebook), (self.size[1] // f, self.size[0] // f), generator=rng)
        return self._on_grids(codebook[indices].permute(2, 0, 1))

    @torch.no_grad()
    def _encode(self, image: Tensor) -> list[Tensor]:
        with self._autocast():
            z = self.network.encode((image * 2 - 1).contiguous(memory_format=torch.channels_last))
        return self._on_grids(z.float().clamp(self.low, self.high))

    def _on_grids(self, z: Tensor) -> list[Tensor]:
        """z [..., e, h, w] on the finest grid, zeros on the coarser ones."""
        *_, height, width = z.shape
        latents = [z]
        while min(height, width) >= LEAST_SIDE * COARSER:
            height, width = height // COARSER, width // COARSER
            latents.append(z.new_zeros(*z.shape[:-2], height, width))
        return latents

    def _sum(self) -> Tensor:
        fine, *coarser = self.latents
        for grid in coarser:
            fine = fine + F.interpolate(grid, size=fine.shape[-2:], mode="bilinear")
        return fine

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32)
