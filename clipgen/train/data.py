"""Batches of the picture world. They depend on their index alone, so that a resumed run equals an uninterrupted one."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from clipgen.train.world import World


@dataclass(frozen=True)
class Batch:
    """A batch of N samples.

    images: uint8 [N, 3, S, S]; tokens: of the captions, [N, L] (empty without a tokenizer); facts: int64 [N, 5],
    indices of first thing, second thing, scene, style and background colour (-1: none).
    """

    images: Tensor
    captions: list[str]
    tokens: Tensor
    facts: Tensor


T = TypeVar("T")
Tokenizer = Callable[[list[str]], Tensor]


class WorldBatches(Dataset[Batch]):
    """Batches of world pictures; each depends only on the seed and its index.

        >>> WorldBatches(World(), seed=1, batch=4, size=32, count=10)[0].images.shape
        torch.Size([4, 3, 32, 32])

    batch: samples; size: side of the pictures in pixels; count: number of batches.
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
    ) -> None:
        self.world, self.seed, self.batch, self.size, self.count = world, seed, batch, size, count
        self.tokenizer = tokenizer

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        seeds = [(self.seed, index, i) for i in range(self.batch)]
        samples = [self.world.sample(seed, self.size) for seed in seeds]
        captions = [s.caption for s in samples]
        images = torch.from_numpy(np.stack([s.image for s in samples])).permute(0, 3, 1, 2)
        facts = torch.tensor([[*s.facts.things, s.facts.scene, s.facts.style, s.facts.colour] for s in samples])
        tokens = self.tokenizer(captions) if self.tokenizer else torch.empty(len(captions), 0, dtype=torch.long)
        return Batch(images, captions, tokens, facts)


def stream(batches: Dataset[T], *, first: int = 0, workers: int | None = None) -> Iterator[T]:
    """Yield batches `first`, `first + 1`, … in order, rendered in advance by worker processes.

        >>> batches = WorldBatches(World(), seed=1, batch=4, size=32, count=10)
        >>> len(list(stream(batches, first=8, workers=0)))
        2

    workers: by default the number of cores minus one, at least one.
    """
    count = max(1, (os.cpu_count() or 2) - 1) if workers is None else workers
    order = range(first, len(batches))  # type: ignore[arg-type]
    ahead = 4 if count else None
    yield from DataLoader(batches, batch_size=None, sampler=order, num_workers=count, prefetch_factor=ahead)


class Pool:
    """Recent samples, used again with other augments, since rendering costs more than a training step on them.

        >>> pool = Pool(batch=8, fresh=4, keep=2, seed=1)
        >>> for index, new in enumerate(stream(WorldBatches(World(), seed=1, batch=4, size=32, count=3), workers=0)):
        ...     batch = pool.mix(index, new)
        >>> len(batch.captions)
        8

    Every batch has `fresh` new samples; the others are drawn from the last `keep` batches, by the index of the batch
    alone: a resumed run first refills the pool, starting at `first(index)`.
    """

    def __init__(self, *, batch: int, fresh: int, keep: int, seed: int) -> None:
        self.batch, self.fresh, self.keep, self.seed = batch, fresh, keep, seed
        self.recent: list[Batch] = []

    def first(self, index: int) -> int:
        """The index of the first batch to render, so that the pool is full at batch `index`."""
        return max(0, index - self.keep)

    def mix(self, index: int, new: Batch) -> Batch:
        """Return the training batch of an index and keep its new samples."""
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
