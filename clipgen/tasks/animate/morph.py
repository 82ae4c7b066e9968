"""From the words and latents of one scene to those of the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from clipgen.tasks.generate.targets import Targets


def slerp(a: Tensor, b: Tensor, share: float, *, dim: int = -1) -> Tensor:
    """Interpolate two vectors along the great circle between them; lengths are interpolated linearly.

        >>> slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), 0.5)
        tensor([0.7071, 0.7071])

    a, b: of one shape, vectors along dim; share: 0 gives a, 1 gives b. Parallel vectors are interpolated linearly.
    Source: Shoemake 1985.
    """
    long_a, long_b = a.norm(dim=dim, keepdim=True), b.norm(dim=dim, keepdim=True)
    unit_a, unit_b = a / long_a.clamp(min=1e-8), b / long_b.clamp(min=1e-8)
    angle = (unit_a * unit_b).sum(dim, keepdim=True).clamp(-1, 1).arccos()
    sine = angle.sin()
    along = (torch.sin((1 - share) * angle) * unit_a + torch.sin(share * angle) * unit_b) / sine.clamp(min=1e-8)
    curved = along * torch.lerp(long_a, long_b, share)
    return torch.where(sine < 1e-4, torch.lerp(a, b, share), curved)


def move_latents(latents: Sequence[Tensor], goal: Sequence[Tensor], share: float) -> list[Tensor]:
    """Latents on the way to a goal: grids of vectors by `slerp` along their channels, others linearly."""
    return [
        slerp(own, there, share, dim=1) if own.ndim == 4 else torch.lerp(own, there, share)
        for own, there in zip(latents, goal, strict=True)
    ]


def blend(before: Targets, after: Targets, share: float) -> Targets:
    """Targets on the way from one scene to the next: [1, P, D].

        >>> one, stop = torch.ones(1, 1), torch.full((1, 1), -torch.inf)
        >>> spring, summer = (Targets(axis[None, None], one, stop) for axis in torch.eye(2))
        >>> blend(spring, summer, 0.5).embeddings
        tensor([[[0.7071, 0.7071]]])

    before, after: of one picture each; share: 0 gives before, 1 gives after. Parts with the same number turn into each
    other; a part that only one scene has fades out or in.
    """
    if share <= 0 or share >= 1:
        return before if share <= 0 else after
    most = max(before.weights.shape[1], after.weights.shape[1])
    a, b = _padded(before, after, most), _padded(after, before, most)
    weights = torch.lerp(a.weights, b.weights, share)
    if not bool((weights != 0).any()):  # opposite weights cross zero together
        weights = a.weights
    stops = a.stops if share < 0.5 else b.stops
    return Targets(slerp(a.embeddings, b.embeddings, share), weights, stops)


def together(rows: Sequence[Targets]) -> Targets:
    """Targets [1, P, D] of single pictures as those of a batch, [B, P, D].

    >>> one, stop = torch.ones(1, 1), torch.full((1, 1), -torch.inf)
    >>> together([Targets(axis[None, None], one, stop) for axis in torch.eye(2)]).weights.shape
    torch.Size([2, 1])
    """
    longest = max(rows, key=lambda row: row.weights.shape[1])
    filled = [_padded(row, longest, longest.weights.shape[1]) for row in rows]
    return Targets(
        torch.cat([row.embeddings for row in filled]),
        torch.cat([row.weights for row in filled]),
        torch.cat([row.stops for row in filled]),
    )


def _padded(own: Targets, other: Targets, most: int) -> Targets:
    count = own.weights.shape[1]
    if count == most:
        return own
    return Targets(
        torch.cat([own.embeddings, other.embeddings[:, count:most]], dim=1),
        torch.cat([own.weights, torch.zeros_like(other.weights[:, count:most])], dim=1),
        torch.cat([own.stops, other.stops[:, count:most]], dim=1),
    )


def weighted(targets: Targets, weights: Sequence[float]) -> Targets:
    """The same targets with other weights for their first parts; `PromptLoss` raises SettingsError where all are 0."""
    changed = targets.weights.clone()
    changed[:, : len(weights)] = torch.tensor(weights, device=changed.device)
    return replace(targets, weights=changed)
