"""Attacks on pictures: small changes that mislead a perceptor, to train it and to measure it."""

from collections.abc import Callable

import torch
from torch import Tensor


def attack(
    images: Tensor, loss: Callable[[Tensor], Tensor], *, radius: Tensor, steps: int, generator: torch.Generator
) -> Tensor:
    """Move pictures inside an L2 ball to raise a loss: projected gradient ascent from a random start.

    Example: ``attack(images, loss, radius=torch.full((8, 1, 1, 1), 2.0), steps=2, generator=g)``.
    Arguments: images [N, 3, S, S] in [0, 1]; radius [N, 1, 1, 1] in the same units.
    Source: Madry et al. 2018, arXiv 1706.06083.
    """

    def project(delta: Tensor) -> Tensor:
        length = delta.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        return delta * (radius / length.clamp(min=1e-12)).clamp(max=1)

    noise = torch.randn(images.shape, generator=generator).to(images)
    delta = project(noise * 1e6) * torch.rand(len(images), 1, 1, 1, generator=generator).to(images)
    for _ in range(steps):
        delta.requires_grad_()
        (slope,) = torch.autograd.grad(loss((images + delta).clamp(0, 1)), delta)
        length = slope.flatten(1).norm(dim=1).view(-1, 1, 1, 1).clamp(min=1e-12)
        delta = project(delta.detach() + (1.5 / steps**0.5 if steps > 1 else 1.0) * radius * slope / length)
    return (images + delta).clamp(0, 1).detach()
