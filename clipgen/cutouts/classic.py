"""kornia's augments, one after another: the pipeline of VQGAN-CLIP, for comparison with it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class ClassicChain:
    """Affine, perspective, colour jitter, sharpness and erasing, with parameters drawn in advance.

        >>> chain = ClassicChain()
        >>> params = chain.draw(torch.zeros(8, dtype=torch.bool), size=64, generator=torch.Generator().manual_seed(0))
        >>> chain.apply(torch.rand(8, 3, 64, 64), params).shape
        torch.Size([8, 3, 64, 64])

    Source: the probabilities and ranges of VQGAN-CLIP, github.com/nerdyrodent/VQGAN-CLIP.
    """

    def __init__(self) -> None:
        # kornia.augmentation takes 3 s to import, and only this preset needs it
        import kornia.augmentation as K

        self.augments: list[nn.Module] = [
            K.RandomAffine(degrees=15, translate=(0.1, 0.1), shear=5, p=0.7, padding_mode="border"),
            K.RandomPerspective(distortion_scale=0.7, p=0.7),
            K.ColorJiggle(hue=0.1, saturation=0.1, p=0.7),
            K.RandomSharpness(sharpness=0.3, p=0.5),
            K.RandomErasing(scale=(0.1, 0.4), ratio=(0.3, 1 / 0.3), p=0.7),
        ]

    def draw(self, clean: Tensor, *, size: int, generator: torch.Generator) -> tuple[dict[str, Tensor], ...]:
        """Draw the parameters of each augment for N views; clean [N]: views that stay unchanged."""
        seed = int(torch.randint(2**62, (), generator=generator))
        shape = torch.Size((len(clean), 3, size, size))
        with torch.random.fork_rng(devices=[]):  # kornia uses the global generator: its state is restored afterwards
            torch.default_generator.manual_seed(seed)
            drawn = tuple(_parameters(augment, shape) for augment in self.augments)
        for params in drawn:
            params["batch_prob"] = params["batch_prob"].masked_fill(clean, 0.0)
        return drawn

    def apply(self, views: Tensor, params: tuple[dict[str, Tensor], ...]) -> Tensor:
        """Augment views [N,3,s,s] with drawn parameters of N rows."""
        for augment, drawn in zip(self.augments, params, strict=True):
            moved = {k: v.to(views.device) if v.shape[:1] == views.shape[:1] else v for k, v in drawn.items()}
            views = augment(views, params=moved | {"forward_input_shape": torch.tensor(views.shape)})
        return views


def _parameters(augment: Any, shape: torch.Size) -> dict[str, Tensor]:
    return dict(augment.forward_parameters(shape))
