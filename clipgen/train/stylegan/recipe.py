"""The settings that determine the weights of the built-in StyleGAN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The settings of a run.

    channels: of the blocks from 4 px on, each with twice the side; width, noise: dimensions of w and z; batch: pictures
    a step; common: how much more often common things are seen; lr: of the synthesis, constant until the last `decay` of
    the steps, in which it falls to 0; embed: that of the class embeddings, relative to lr; style_noise: standard
    deviation of the noise on w; ema: decay of the averaged weights, which are the result.
    """

    channels: tuple[int, ...] = (256, 256, 192, 80, 32)
    width: int = 512
    noise: int = 4
    seed: int = 3
    steps: int = 11_000
    batch: int = 32
    common: float = 4.0
    lr: float = 2e-3
    embed: float = 2.0
    decay: float = 0.5
    style_noise: float = 0.02
    ema: float = 0.995

    @property
    def side(self) -> int:
        """Side of a picture in pixels."""
        return 2 ** (len(self.channels) + 1)

    @property
    def blocks(self) -> dict[int, int]:
        """Channels of the block of each side."""
        return {2 ** (index + 2): count for index, count in enumerate(self.channels)}

    def rate(self, step: int) -> float:
        """Share of the learning rate at a step.

        >>> [round(Recipe(steps=100, decay=0.5).rate(step), 2) for step in (0, 50, 75, 99)]
        [1.0, 1.0, 0.5, 0.02]
        """
        return min(1.0, (self.steps - step) / max(1.0, self.decay * self.steps))
