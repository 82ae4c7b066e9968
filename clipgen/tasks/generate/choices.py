"""What a seed chooses where a picture starts."""

from __future__ import annotations

import torch


class Choices:
    """The choices of a seed: at random by `rng`, and in turn where seeds that follow one another are to differ.

        >>> [Choices(seed).in_turn(3) for seed in (0, 1, 2, 3)]
        [0, 1, 2, 0]

    seed: 0 or more.
    """

    def __init__(self, seed: int) -> None:
        self.rng = torch.Generator().manual_seed(seed)
        self._left = seed

    def in_turn(self, count: int) -> int:
        """A place below `count`: a digit of the seed, the last one at first, then the one before, and so on."""
        self._left, place = divmod(self._left, count)
        return place
