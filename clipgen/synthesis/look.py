"""Look: a further view of the picture that the loop is guided by, with words of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from clipgen.losses import Loss


@dataclass(frozen=True)
class Look:
    """Something that CLIP sees besides the picture as it is: a part of it, or the picture in its surroundings.

        >>> upper = Look(lambda image: image[..., :32, :], targets.loss(), target=targets.mean(), cutn=4)
        >>> upper.see(image).shape
        torch.Size([1, 3, 32, 64])

    see: the picture [B, 3, H, W] → what CLIP sees of it, [B, 3, h, w], differentiable; loss: of its embeddings; target:
    [1 or B, D], for the score; cutn: cutouts of it per step.
    """

    see: Callable[[Tensor], Tensor]
    loss: Loss
    target: Tensor
    cutn: int
