"""Between old and new weights: the share of the new ones that learns most and loses least (WiSE-FT)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_LEFT = 0.1  # share of the gain in cross-entropy that may be given up for a smaller alpha


@dataclass(frozen=True)
class Point:
    """What a share of the new weights is worth.

    alpha: the share; loss, right: cross-entropy and share of right captions of the held-out pictures; kept: share of
    the other pictures that get their name.
    """

    alpha: float
    loss: float
    right: float
    kept: float


@torch.no_grad()
def mix(parameters: Sequence[nn.Parameter], old: Sequence[Tensor], new: Sequence[Tensor], alpha: float) -> None:
    """Set parameters between two sets of values: old + alpha (new − old).

    >>> parameter = nn.Parameter(torch.zeros(1))
    >>> mix([parameter], [torch.zeros(1)], [torch.ones(1)], 0.25)
    >>> parameter.item()
    0.25
    """
    for parameter, before, after in zip(parameters, old, new, strict=True):
        parameter.copy_(torch.lerp(before, after, alpha))


def sweep(
    parameters: Sequence[nn.Parameter],
    old: Sequence[Tensor],
    new: Sequence[Tensor],
    alphas: Sequence[float],
    measure: Callable[[float], Point],
) -> list[Point]:
    """Measure every share of the new weights.

    measure: with the weights of a share in place, that share → its point.
    Source: Wortsman et al. 2021, Robust fine-tuning of zero-shot models (arXiv 2109.01903).
    """
    points = []
    for alpha in alphas:
        mix(parameters, old, new, alpha)
        points.append(measure(alpha))
    return points


def chosen(points: Sequence[Point], *, before: float, allowed: float) -> Point:
    """The point that learns most among those that lose at most `allowed` of the other pictures.

        >>> some = [Point(0.0, 2.0, 0.5, 0.9), Point(0.5, 0.9, 0.8, 0.895), Point(1.0, 0.5, 0.9, 0.7)]
        >>> chosen(some, before=0.9, allowed=0.01).alpha
        0.5

    points: in the order of their alphas; before: share of the other pictures that the old weights name, without the new
    captions as rivals. Of points with equal shares of right captions, the smallest alpha that gains nine tenths of what
    there is to gain in cross-entropy: the nearer to the old weights, the better for pictures that nobody measured.
    Where every point loses more, the one that loses least.
    """
    fit = [point for point in points if before - point.kept <= allowed + 1e-9]
    if not fit:
        return max(points, key=lambda point: (point.kept, point.right))
    best = [point for point in fit if point.right == max(point.right for point in fit)]
    low = min(point.loss for point in best)
    return next(point for point in best if point.loss <= low + _LEFT * max(0.0, points[0].loss - low))
