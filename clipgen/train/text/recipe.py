"""The recipe of the built-in text tower."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """Sizes, steps and weights.

    batch: texts of each pool in a step; groups: captions in a step, each with a paraphrase and a changed one; long:
    texts in a step that are several captions, up to the context length; known: weight of the choice among the known
    concepts; gram: of the similarities within the batch; contrast: of choosing the paraphrase; temperature: of both
    choices.
    """

    seed: int = 23
    steps: int = 4500
    lr: float = 2e-3
    warmup: int = 150
    width: int = 192
    layers: int = 3
    batch: Mapping[str, int] = field(
        default_factory=lambda: {
            "names": 64,
            "common": 80,
            "shown": 128,
            "words": 48,
            "definitions": 64,
            "captions": 64,
        }
    )
    groups: int = 96
    long: int = 12
    known: float = 0.5
    gram: float = 1.0
    contrast: float = 1.0
    temperature: float = 0.08
    weight_decay: float = 0.01
