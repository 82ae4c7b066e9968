"""What decides the weights of the built-in StyleGAN."""

from __future__ import annotations

from dataclasses import dataclass

from ...cutouts.presets import AugmentPreset

#: what both kinds of pictures go through, the more often the better the critic knows the real ones
AUGMENTS = AugmentPreset(
    crop=(0.8, 1.0), overview=(0.5, 0.5), overview_pad=0.15, rotate=6, hue=0.02, saturation=0.15, brightness=0.1,
    contrast=0.1,
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """What decides the weights.

    channels: of the blocks from 4 px on, twice as wide each; width, noise: numbers in w and z; pull: weight of R1,
    taken every `lazy` steps; half_life: pictures after which the averaged weights have forgotten half; target: share of
    real pictures that the critic may be sure of before augments come in.
    """

    channels: tuple[int, ...] = (128, 128, 96, 64, 32)
    width: int = 128
    noise: int = 64
    layers: int = 4
    seed: int = 3
    steps: int = 40_000
    batch: int = 32
    lr: float = 2e-3
    pull: float = 1.0
    lazy: int = 16
    half_life: int = 10_000
    target: float = 0.6

    @property
    def side(self) -> int:
        """Side of a picture in pixels."""
        return 2 ** (len(self.channels) + 1)

    @property
    def blocks(self) -> dict[int, int]:
        """Channels of the block of each side."""
        return {2 ** (index + 2): count for index, count in enumerate(self.channels)}
