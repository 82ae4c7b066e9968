"""The settings that determine the weights of the sprites."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.generators.sprites import CELL


@dataclass(frozen=True)
class Recipe:
    """The settings of a run.

    side: of a drawing in pixels; channels: of an embedding, of which each place stands for CELL × CELL pixels; coarse,
    fine, blocks: of the decoder, of which the encoder has the coarse part; families: of the art that is learnt; batch:
    drawings a step; lr: learning rate, constant until the last `decay` of the steps, in which it falls to 0; noise: on
    embeddings, in which they are rounded; ema: decay of the averaged weights, which are the result.
    """

    side: int = 128
    channels: int = 8
    coarse: int = 160
    fine: int = 96
    blocks: int = 4
    families: tuple[str, ...] = ("noto", "fluent")
    seed: int = 6
    steps: int = 5_500
    batch: int = 16
    lr: float = 2e-3
    warmup: int = 100
    decay: float = 0.6
    weight_decay: float = 1e-4
    noise: float = 1 / 64
    ema: float = 0.998

    @property
    def places(self) -> int:
        """Side of an embedding."""
        return self.side // CELL

    def rate(self, step: int) -> float:
        """The learning rate at a step.

        >>> [round(Recipe(steps=100, lr=1.0, warmup=10, decay=0.5).rate(step), 2) for step in (0, 20, 75, 99)]
        [0.1, 1.0, 0.5, 0.02]
        """
        left = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.lr * min(1.0, (step + 1) / self.warmup, left)
