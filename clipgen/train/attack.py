"""Attacks on pictures: small changes that mislead a perceptor, used for training and for measurements."""

from collections.abc import Callable

import torch
from torch import Tensor


def attack(
    images: Tensor,
    loss: Callable[[Tensor], Tensor],
    *,
    radius: Tensor,
    steps: int,
    generator: torch.Generator,
    noise: float | None = None,
) -> Tensor:
    """Change pictures within an L2 ball to increase a loss: projected gradient ascent from a random start.

    >>> radius, rng = torch.full((8, 1, 1, 1), 2.0), torch.Generator().manual_seed(0)
    >>> attack(torch.rand(8, 3, 16, 16), lambda x: x.mean(), radius=radius, steps=2, generator=rng).shape
    torch.Size([8, 3, 16, 16])

    images: [N, 3, S, S] in [0, 1]; loss: images → a scalar; radius: [N, 1, 1, 1] in the units of the images; noise:
    length of a random start in radii, which the steps do not shorten, so that the result lies outside of the ball.
    Source: Madry et al. 2018, arXiv 1706.06083; with noise, N-FGSM: de Jorge et al. 2022, arXiv 2202.01181.
    """

    def project(delta: Tensor) -> Tensor:
        if noise is not None:
            return delta
        length = delta.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        return delta * (radius / length.clamp(min=1e-12)).clamp(max=1)

    delta = torch.randn(images.shape, generator=generator).to(images)
    share = torch.rand(len(images), 1, 1, 1, generator=generator).to(images) if noise is None else noise
    delta = delta * (share * radius / delta.flatten(1).norm(dim=1).view(-1, 1, 1, 1))
    for _ in range(steps):
        delta.requires_grad_()
        (slope,) = torch.autograd.grad(loss((images + delta).clamp(0, 1)), delta)
        length = slope.flatten(1).norm(dim=1).view(-1, 1, 1, 1).clamp(min=1e-12)
        delta = project(delta.detach() + (1.5 / steps**0.5 if steps > 1 else 1.0) * radius * slope / length)
    return (images + delta).clamp(0, 1).detach()
