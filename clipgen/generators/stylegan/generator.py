"""The StyleGAN generator: the latents are styles, the picture is what the network makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from clipgen.generators.base import Generator, Size, clamp_with_grad
from clipgen.generators.stylegan.checkpoint import load_network
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.generators.stylegan.stylegan3 import StyleGAN3

PSI = 0.7  # how far from the mean a picture is drawn
FARTHEST = 1.25  # how far, in deviations, a style may go: beyond, networks paint what they never saw
MEASURED = 4096  # styles that mean and deviation are measured on
NEAR = 0.002  # weight of nearness to the mean while a picture is looked for
AT_ONCE = 8  # candidates that are drawn together


class StyleGAN(Generator):
    """A picture of a trained StyleGAN, found by moving its styles.

        >>> generator = StyleGAN.load(size=(256, 256), seeds=[7], weights=Path("ffhq.pkl"))

    latents: what all layers share, [B, 1, width], and what each has of its own, [B, styles, width] (w+), both counted
    in deviations from the mean style; `project_` keeps every style within FARTHEST of them. The network is frozen, its
    noise inputs are its own. A picture has the size and the form of the network's.
    Source: Karras et al., arXiv 1912.04958 and 2106.12423; w+ of Abdal et al., arXiv 1904.03189.
    """

    name = "stylegan"
    lr = 0.05
    start_from = "samples"

    def __init__(
        self,
        network: StyleGAN2 | StyleGAN3,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(device=device, dtype=dtype)
        self.network = network.eval().requires_grad_(False).to(self.device)
        for module in self.network.synthesis.modules():
            for name, parameter in module.named_parameters(recurse=False):
                if name == "weight" and parameter.ndim == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        drawn = self._styles(torch.randn(MEASURED, network.mapping.noise, generator=torch.Generator().manual_seed(0)))
        self.register_buffer("mean", drawn.mean(0), persistent=False)
        self.register_buffer("spread", drawn.std(0).clamp_min(1e-6), persistent=False)
        self.mean: Tensor
        self.spread: Tensor

    @classmethod
    def load(
        cls,
        *,
        size: Size,
        seeds: Sequence[int],
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        init_image: Tensor | None = None,
        init_noise: str | None = None,
        weights: Path | None = None,
    ) -> Self:
        """Load a network and draw a picture for each seed.

            >>> StyleGAN.load(size=(1024, 1024), seeds=[7, 8], weights=Path("ffhq.pkl"), dtype=torch.bfloat16)

        size, seeds, init_noise, init_image: see `Generator.start`; weights: see `load_network`.
        Raises WeightsError for files that are missing, damaged or of something else.
        """
        generator = cls(load_network(weights), device=device, dtype=dtype)
        generator.start(seeds, size, noise=init_noise, image=init_image)
        return generator

    def forward(self) -> Tensor:
        """The pictures [B, 3, side, side] in [0, 1]."""
        shared, own = self.latents
        return self._picture(self.mean + self.spread * (shared + own))

    @torch.no_grad()
    def project_(self) -> None:
        """Bring every style that went too far from the mean back to FARTHEST."""
        shared, own = self.latents
        far = (shared + own).square().mean(-1, keepdim=True).sqrt()
        own.copy_((shared + own) * (FARTHEST / far).clamp(max=1) - shared)

    def reachable(self, size: Size) -> Size:
        """The one size that the network makes."""
        super().reachable(size)
        return self.network.side, self.network.side

    def follow(self, seen: Tensor, theta: Tensor) -> None:
        """Stay: the network's pictures do not follow a camera out of what it knows."""

    @torch.no_grad()
    def choose(self, seeds: Sequence[int], fit: Callable[[Tensor, int], Tensor], tries: int) -> None:
        """Start each picture from the best of several draws; see `Generator.choose`."""
        shared, own = self.latents
        for row, seed in enumerate(seeds):
            rng = torch.Generator().manual_seed(seed)
            drawn = torch.stack([self._drawn(rng) for _ in range(tries)]).to(self.device)
            styles = (self.mean + self.spread * drawn)[:, None].expand(-1, self.network.styles, -1)
            fits = torch.cat([fit(self._picture(some), row) for some in styles.split(AT_ONCE)])
            shared[row, 0] = drawn[fits.argmax()]
            own[row] = 0

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        drawn = self._drawn(rng).cpu()
        return [drawn[None], torch.zeros(self.network.styles, len(drawn))]

    def _drawn(self, rng: torch.Generator) -> Tensor:
        """A style in deviations from the mean, [width]."""
        z = torch.randn(1, self.network.mapping.noise, generator=rng)
        # of a class, where there are some, that the seed draws
        kind = torch.randint(max(1, self.network.mapping.classes), (1,), generator=rng)
        return PSI * (self._styles(z, kind)[0] - self.mean) / self.spread

    @torch.no_grad()
    def _styles(self, z: Tensor, kinds: Tensor | None = None) -> Tensor:
        classes = self.network.mapping.classes
        if not classes:
            return self.network.mapping(z.to(self.device))
        if kinds is None:
            kinds = torch.arange(len(z)) % classes
        return self.network.mapping(z.to(self.device), nn.functional.one_hot(kinds, classes).float().to(self.device))

    def _picture(self, styles: Tensor) -> Tensor:
        image = self.network(styles, dtype=self.dtype)
        return clamp_with_grad((image.expand(-1, 3, -1, -1) + 1) / 2)

    def _encode(self, image: Tensor) -> list[Tensor]:
        """Styles whose picture is nearest to an image, found step by step, first for all layers at once."""
        count, width = len(image), len(self.mean)
        shared = torch.zeros(count, 1, width, device=self.device, requires_grad=True)
        own = torch.zeros(count, self.network.styles, width, device=self.device, requires_grad=True)
        for latents, steps, rate in (([shared], 60, 0.1), ([shared, own], 90, 0.05)):
            optimizer = torch.optim.Adam(latents, lr=rate)
            for step in range(steps):
                optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
                made = self._picture(self.mean + self.spread * (shared + own))
                loss = _difference(made, image) + NEAR * (shared.square().mean() + own.square().mean())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return [shared.detach(), own.detach()]


def _difference(made: Tensor, image: Tensor) -> Tensor:
    """Of two pictures, at every scale: large forms count as much as detail."""
    total = made.new_zeros(())
    while min(made.shape[-2:]) >= 4:
        total = total + (made - image).square().mean()
        made, image = nn.functional.avg_pool2d(made, 2), nn.functional.avg_pool2d(image, 2)
    return total
