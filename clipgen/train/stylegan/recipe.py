"""What decides the weights of the built-in StyleGAN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What decides the weights.

    channels: of the blocks from 4 px on, twice as wide each; width, noise: numbers in w and z; layers: of the mapping;
    grown: share of the steps after which the last block, of twice the side, and the critic come in; fooled: weight of
    the critic; pull: of R1, taken every `lazy` steps; jitter: deviation of the noise on w; near: weight of the nearness
    of w to 0; sure: mean sign of the critic's scores of real pictures above which more of what it is shown is
    augmented; augmenting: pictures in which none augmented become all; half_life: pictures after which the averaged
    weights have forgotten half; known: pictures of a class that the mapping is fitted to; fitting: steps of that.
    """

    channels: tuple[int, ...] = (192, 128, 96, 48, 24)
    width: int = 256
    noise: int = 64
    layers: int = 3
    seed: int = 3
    steps: int = 8_000
    batch: int = 32
    lr: float = 2e-3
    grown: float = 0.39
    fooled: float = 0.1
    pull: float = 0.1
    lazy: int = 16
    jitter: float = 0.1
    near: float = 1e-3
    sure: float = 0.6
    augmenting: int = 100_000
    half_life: int = 5_000
    known: int = 64
    fitting: int = 4_000

    @property
    def side(self) -> int:
        """Side of a picture in pixels."""
        return 2 ** (len(self.channels) + 1)

    @property
    def blocks(self) -> dict[int, int]:
        """Channels of the block of each side."""
        return {2 ** (index + 2): count for index, count in enumerate(self.channels)}
