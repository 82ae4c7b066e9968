"""Losses: measures of what a picture should be like, composed with + and *.

    >>> target = perceptor.encode_text(["a fox"])[None]                             # [1, P, D]
    >>> loss = PromptLoss(target, weights=[[1.0]]) + 0.3 * TotalVariation() + 0.1 * Palette(["#1b3a5c", "#f2c14e"])
    >>> [weight for weight, term in loss.terms()]
    [1.0, 0.3, 0.1]
"""

from clipgen.losses.base import Loss, Scaled, Sum, Surroundings, View
from clipgen.losses.prompt import NoText, PromptLoss, spherical
from clipgen.losses.regularisers import (
    InitLoss,
    Palette,
    PullToStart,
    Realism,
    Saturation,
    Smoothness,
    Symmetry,
    TotalVariation,
)

__all__ = [
    "InitLoss",
    "Loss",
    "NoText",
    "Palette",
    "PromptLoss",
    "PullToStart",
    "Realism",
    "Saturation",
    "Scaled",
    "Smoothness",
    "Sum",
    "Surroundings",
    "Symmetry",
    "TotalVariation",
    "View",
    "spherical",
]
