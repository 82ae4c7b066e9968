"""Scales of worded steps, and what the probabilities of the steps say of a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clipgen.errors import PromptError
from clipgen.similarity import SIGNIFICANT

#: the share of the probability in an interval
COVERED = 0.8


@dataclass(frozen=True)
class Span:
    """An estimate and the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Scale:
    """Steps in words and their values, from the lowest value to the highest.

    >>> Scale.of(["an adult=35", "a baby=1"]).texts
    ('a baby', 'an adult')
    """

    texts: tuple[str, ...]
    values: tuple[float, ...]

    @classmethod
    def of(cls, steps: Sequence[str]) -> Self:
        """Parse steps, each "TEXT=NUMBER".

            >>> Scale.of(["freezing=-5", "x = y=20.5"]).values
            (-5.0, 20.5)

        Several texts may have one value. Raises PromptError for other texts and for fewer than two values.
        """
        found = sorted(map(_parsed, steps), key=lambda step: step[1])
        scale = cls(tuple(text for text, _ in found), tuple(value for _, value in found))
        if len(set(scale.values)) < 2:
            raise PromptError(f"values of the scale: {len(set(scale.values))}; give two or more, each as TEXT=NUMBER")
        if len(set(scale.texts)) < len(scale.texts):
            raise PromptError("the scale has a text twice; give each step a text of its own")
        return scale

    def line(self, level: float = SIGNIFICANT) -> float:
        """The z that one of so many unrelated texts reaches with this share of pictures, as in `Matcher.rank`.

        >>> round(Scale.of(["a baby=1", "an adult=35"]).line(), 2)
        1.96
        """
        return NormalDist().inv_cdf(1 - level / len(self.texts))

    def spans(self, shares: NDArray[np.float64]) -> list[Span]:
        """Expectation and interval for the probabilities [Q, K] of the steps of each picture.

            >>> span, = Scale(("low", "high"), (0.0, 10.0)).spans(np.array([[0.5, 0.5]]))
            >>> span.value, round(span.low, 6), round(span.high, 6)
            (5.0, 1.0, 9.0)

        In the interval lie 80 % of the probability, 10 % below and 10 % above it, when that of each step is spread
        evenly as far as halfway to the next ones; at the ends of the scale it reaches to the expectation at least.
        """
        levels = np.unique(self.values)
        merged = shares @ (np.asarray(self.values)[:, None] == levels)
        borders = np.concatenate([levels[:1], (levels[1:] + levels[:-1]) / 2, levels[-1:]])
        tail = (1 - COVERED) / 2
        found = []
        for row in merged:
            value = float(row @ levels / row.sum())
            below = np.concatenate([[0.0], row.cumsum() / row.sum()])
            low, high = np.interp([tail, 1 - tail], below, borders)
            found.append(Span(value, min(value, float(low)), max(value, float(high))))
        return found


def _parsed(step: str) -> tuple[str, float]:
    text, _, number = step.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not text.strip() or not math.isfinite(value):
        raise PromptError(f'the step {step!r} is not TEXT=NUMBER; write for example "a baby=1"')
    return text.strip(), value
