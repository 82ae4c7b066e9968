"""The settings that determine the weights of a prior."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Sizes, steps and shares.

    size: side of the training pictures in pixels; batch: pictures of a step, of which `fresh` are new and the others
    drawn from all that were encoded before; first: pictures that are encoded before the first step; most: pictures that
    are kept; widths, blocks: see
    `PriorConfig`; dropped: share of the steps without words, for guidance; by_picture: share of the captioned pictures
    that are conditioned on their own embedding instead of the caption's; noise: largest deviation of the noise on such
    embeddings; contrast: weight of the distance to another picture's velocity (arXiv 2506.05350); average: decay of
    the averaged weights, which are the result.
    """

    seed: int = 11
    size: int = 128
    steps: int = 20_000
    batch: int = 64
    fresh: int = 8
    first: int = 4096
    most: int = 250_000
    widths: tuple[int, ...] = (128, 288)
    blocks: tuple[int, ...] = (1, 2)
    lr: float = 5e-4
    warmup: int = 200
    weight_decay: float = 0.01
    dropped: float = 0.12
    by_picture: float = 0.25
    noise: float = 1.0
    contrast: float = 0.05
    average: float = 0.999
