"""What a seed chooses where a picture starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import sha256
from itertools import cycle
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from clipgen.scenery.views import View

# of sequences s * sqrt(p) modulo 1 (R. D. Richtmyer, 1951), one for each choice: primes by which four numbers s that
# follow one another are far apart in each; by 17, say, they would be 0.12 apart. The first one is of mirroring: by 5
# two of four are alike and then two others, so that what is drawn twice in turns of two or three is mirrored once
PRIMES = (5, 2, 3, 7, 13, 19, 23, 29, 31)
# binary digits of a number from 0 to 1, as many as a float has; whole numbers are exact for any seed
DIGITS = 53


class Choices:
    """The choices of a seed: at random by `rng`, and in turn or spread where seeds that follow one another are to
    differ.

        >>> [Choices(seed).in_turn(3) for seed in (0, 1, 2, 3)]
        [0, 1, 2, 0]

    seed: 0 or more.
    """

    def __init__(self, seed: int) -> None:
        self.rng = torch.Generator().manual_seed(seed)
        self._seed, self._left, self._primes = seed, seed, cycle(PRIMES)

    def in_turn(self, count: int) -> int:
        """A place below `count`: a digit of the seed, the last one at first, then the one before, and so on."""
        self._left, place = divmod(self._left, count)
        return place

    def spread(self, count: int, about: Sequence[str] = ()) -> list[float]:
        """So many numbers from 0 to 1, each far from those of the seeds before and after.

            >>> [round(Choices(seed).spread(1)[0], 2) for seed in (1, 2, 3, 4)]
            [0.24, 0.47, 0.71, 0.94]

        about: names of what they are for, where one seed is to choose otherwise for other things.
        """
        roots = [math.isqrt(next(self._primes) << 2 * DIGITS) for _ in range(count)]
        first = int.from_bytes(sha256("|".join(about).encode()).digest()[:8], "big") if about else 0
        return [(first + self._seed * root) % 2**DIGITS / 2**DIGITS for root in roots]

    def view(self) -> View:
        """How a scene is seen.

        >>> Choices(0).view() == Choices(0).view(), Choices(0).view() == Choices(1).view()
        (True, False)
        """
        from clipgen.scenery.views import View  # late: OpenCV changes the environment when imported

        return View(*self.spread(6))
