"""GAN inversion: the search for the latents of a given picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

# weights of the embedding distance, and of the distance to the mean style
ALIKE, NEAR = 0.05, 0.002


class Inversion:
    """The search for the styles whose picture is nearest to one image.

        >>> search = Inversion(image, lambda shared, own: image)
        >>> search.difference(image)
        tensor([0.])

    image: [1, 3, H, W] in [0, 1]; paint: a style shared by all layers [N, 1, width] and one of each layer
    [N, styles, width], both in deviations from the mean style → pictures [N, 3, H, W]; look: pictures → unit
    embeddings, None for a search by pixels alone.
    Source: Abdal et al., Image2StyleGAN, arXiv 1904.03189.
    """

    def __init__(
        self,
        image: Tensor,
        paint: Callable[[Tensor, Tensor], Tensor],
        look: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.image, self.paint, self.look = image, paint, look
        with torch.no_grad():
            self.seen = None if look is None else look(image)

    def nearest(self, first: Tensor, layers: int) -> tuple[Tensor, Tensor]:
        """Styles [1, 1, width] and [1, layers, width]: the best of several, optimised first for all layers.

        first: styles to begin from, [N, width].
        """
        shared, own = first[:, None].clone(), first.new_zeros(len(first), layers, first.shape[1])
        self._approach([shared], shared, own, steps=60, rate=0.1)
        with torch.no_grad():
            best = self.difference(self.paint(shared, own)).argmin()
        shared, own = shared[best][None].detach().clone(), own[best][None].clone()
        self._approach([shared, own], shared, own, steps=90, rate=0.05)
        return shared.detach(), own.detach()

    def _approach(self, latents: list[Tensor], shared: Tensor, own: Tensor, *, steps: int, rate: float) -> None:
        optimizer = torch.optim.Adam([latent.requires_grad_() for latent in latents], lr=rate)
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
            far = self.difference(self.paint(shared, own))
            loss = (far + NEAR * (shared + own).square().mean((1, 2))).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def difference(self, made: Tensor) -> Tensor:
        """The distance [N] of pictures [N, 3, H, W] from the image.

        The distance of pixels at every scale, so that large forms count as much as detail, and of embeddings where
        `look` is given.
        """
        far = torch.zeros((), device=made.device)
        if self.look is not None and self.seen is not None:
            far = ALIKE * (1 - self.look(made) @ self.seen[0])
        image = self.image
        while min(made.shape[-2:]) >= 4:
            far = far + (made - image).square().mean((1, 2, 3))
            made, image = nn.functional.avg_pool2d(made, 2), nn.functional.avg_pool2d(image, 2)
        return far
