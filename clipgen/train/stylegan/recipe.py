"""The settings that determine the weights of the built-in StyleGAN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The settings that determine the weights.

    channels: of the blocks from 4 px on, each with twice the side; width, noise: dimensions of w and z; layers: of the
    mapping; grow_at: share of the steps after which the last block and the critic are added; adversarial: weight of the
    critic's loss; r1: weight of the R1 penalty, computed every `r1_every` steps; style_noise: standard deviation of the
    noise on w; style_decay: weight of the penalty on the length of w; augment_target: mean sign of the critic's scores
    of real pictures above which more pictures are augmented; augment_pictures: number of pictures over which the
    augmented share may go from 0 to 1; ema_half_life: half-life of the averaged weights, in pictures;
    styles_per_class: pictures of a class to which the mapping is fitted, in `fit_steps` steps.
    """

    channels: tuple[int, ...] = (192, 128, 96, 48, 24)
    width: int = 256
    noise: int = 64
    layers: int = 3
    seed: int = 3
    steps: int = 8_000
    batch: int = 32
    lr: float = 2e-3
    grow_at: float = 0.39
    adversarial: float = 0.1
    r1: float = 0.1
    r1_every: int = 16
    style_noise: float = 0.1
    style_decay: float = 1e-3
    augment_target: float = 0.6
    augment_pictures: int = 100_000
    ema_half_life: int = 5_000
    styles_per_class: int = 64
    fit_steps: int = 4_000

    @property
    def side(self) -> int:
        """Side of a picture in pixels."""
        return 2 ** (len(self.channels) + 1)

    @property
    def blocks(self) -> dict[int, int]:
        """Channels of the block of each side."""
        return {2 ** (index + 2): count for index, count in enumerate(self.channels)}
