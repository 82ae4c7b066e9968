"""Batches of the picture world: made from their index alone, so that a resumed run sees what an unbroken one sees."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from clipgen.train.world import World


@dataclass(frozen=True)
class Batch:
    """Pictures uint8 [N, 3, S, S], captions, their tokens [N, L] (empty without a tokenizer), and facts int64 [N, 5]:
    first thing, second thing, scene, style, ground colour."""

    images: Tensor
    captions: list[str]
    tokens: Tensor
    facts: Tensor


T = TypeVar("T")
Tokenizer = Callable[[list[str]], Tensor]


class WorldBatches(Dataset[Batch]):
    """Batch ``i`` of a seed is always the same; styled, hard: see World.sample.

    Example: ``WorldBatches(world, seed=1, batch=256, size=72, count=10)[0].images.shape``.
    """

    def __init__(
        self,
        world: World,
        *,
        seed: int,
        batch: int,
        size: int,
        count: int,
        tokenizer: Tokenizer | None = None,
        styled: float | None = None,
        hard: Sequence[str] = (),
    ) -> None:
        self.styled, self.hard = styled, hard
        self.world, self.seed, self.batch, self.size, self.count = world, seed, batch, size, count
        self.tokenizer = tokenizer

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        seeds = [(self.seed, index, i) for i in range(self.batch)]
        samples = [self.world.sample(seed, self.size, styled=self.styled, hard=self.hard) for seed in seeds]
        captions = [s.caption for s in samples]
        images = torch.from_numpy(np.stack([s.image for s in samples])).permute(0, 3, 1, 2)
        facts = torch.tensor([[*s.facts.things, s.facts.scene, s.facts.style, s.facts.colour] for s in samples])
        tokens = self.tokenizer(captions) if self.tokenizer else torch.empty(len(captions), 0, dtype=torch.long)
        return Batch(images, captions, tokens, facts)


def stream(batches: Dataset[T], *, first: int = 0, workers: int | None = None) -> Iterator[T]:
    """Yield batches ``first, first + 1, …`` in order, rendered ahead in worker processes.

    Example: ``for batch in stream(batches, first=1200): …``.  Workers default to one less than the cores, at least one.
    """
    count = max(1, (os.cpu_count() or 2) - 1) if workers is None else workers
    order = range(first, len(batches))  # type: ignore[arg-type]
    ahead = 4 if count else None
    yield from DataLoader(batches, batch_size=None, sampler=order, num_workers=count, prefetch_factor=ahead)


class Pool:
    """Recent samples, shown again under other augments: rendering costs more than a look.

    Example: ``pool = Pool(batch=256, fresh=96, keep=42); for i, new in …: batch = pool.mix(i, new)``.
    Every batch holds its ``fresh`` new samples and, for the rest, a draw from the ``keep`` batches before; what is
    drawn depends on the batch's index alone, so a resumed run first refills the pool from ``first(index)``.
    """

    def __init__(self, *, batch: int, fresh: int, keep: int, seed: int) -> None:
        self.batch, self.fresh, self.keep, self.seed = batch, fresh, keep, seed
        self.recent: list[Batch] = []

    def first(self, index: int) -> int:
        """The index of the first batch to render so that batch ``index`` finds a full pool."""
        return max(0, index - self.keep)

    def mix(self, index: int, new: Batch) -> Batch:
        """Return the training batch of an index and remember its new samples."""
        self.recent = [*self.recent, new][-self.keep :]
        rng = np.random.default_rng((self.seed, 1, index))
        rest = self.batch - self.fresh
        which = rng.integers(len(self.recent), size=rest)
        rows = rng.integers(self.fresh, size=rest)
        old = [(self.recent[w], int(r)) for w, r in zip(which, rows, strict=True)]
        return Batch(
            torch.cat([new.images, torch.stack([b.images[r] for b, r in old])]),
            new.captions + [b.captions[r] for b, r in old],
            torch.cat([new.tokens, torch.stack([b.tokens[r] for b, r in old])]),
            torch.cat([new.facts, torch.stack([b.facts[r] for b, r in old])]),
        )
