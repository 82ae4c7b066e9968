"""Pictures and captions of all sorts, from the bank: what a perceptor without a background is calibrated by."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.settings import DescribeSettings
from clipgen.similarity import Matcher, Unrelated, background_of
from clipgen.store import Store
from clipgen.tasks.bank import Bank

_PICTURES = 192  # seconds; their mean cosine is then known to 0.07 standard deviations
_BATCH = 16
_SIDE = 192  # in pixels


def unrelated() -> Unrelated:
    """All captions of the bank, and pictures from all over it.

        >>> len(unrelated().captions) > 1000
        True
    """
    bank = Bank.whole()
    return Unrelated(bank.captions, _pictures(bank))


def _pictures(bank: Bank) -> Iterator[list[Tensor]]:
    rows = torch.linspace(0, len(bank.entries) - 1, _PICTURES).round().int().tolist()
    for first in range(0, len(rows), _BATCH):
        yield [bank.entries[row].draw(row, (_SIDE, _SIDE))[None] for row in rows[first : first + _BATCH]]


def matcher_of(
    perceptor: Perceptor, *, store: Store | None = None, hubness: bool = DescribeSettings.hubness
) -> Matcher:
    """A matcher with the perceptor's own background: the one that came with it, or one made of the bank and saved.

        >>> matcher_of(perceptor, hubness=True).offset.shape == (perceptor.dim,)
        True

    Raises WeightsError when a shipped file is missing or damaged.
    """
    return Matcher(perceptor, background=background_of(perceptor, unrelated), store=store, hubness=hubness)
