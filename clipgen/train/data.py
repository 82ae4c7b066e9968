"""Batches of the picture world. They depend on their index alone, so that a resumed run equals an uninterrupted one."""

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.multiprocessing import get_sharing_strategy
from torch.utils.data import DataLoader, Dataset

from clipgen.process import open_files, unpack
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
# open files that worker processes take: each tensor of a batch is one, and a pool keeps 100 batches
_HANDLES = 512
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


class _Sent(Dataset[T]):
    """Batches for worker processes: one that is not forked is configured before it imports what the batches need.

    Without that it imports torch's compiler, for seconds, which fails where no cache folder can be made.
    """

    def __init__(self, batches: Dataset[T]) -> None:
        self.batches = batches

    def __getitem__(self, index: int) -> T:
        return self.batches[index]

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        return unpack, (pickle.dumps(self.batches),)


def stream(
    batches: Dataset[T],
    *,
    first: int = 0,
    workers: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Iterator[T]:
    """Yield batches `first`, `first + 1`, … in order, rendered in advance by worker processes.

        >>> batches = WorldBatches(World(), seed=1, batch=4, size=32, count=10)
        >>> len(list(stream(batches, first=8, workers=0)))
        2

    workers: by default the number of cores minus one, at least one, but none where too few files may be open for them;
    report: called with a line then.
    """
    count = _workers(report) if workers is None else workers
    order = range(first, len(batches))  # type: ignore[arg-type]
    ahead = 4 if count else None
    yield from DataLoader(
        _Sent(batches), batch_size=None, sampler=order, num_workers=count, prefetch_factor=ahead,
        worker_init_fn=_end_with_parent,
    )  # fmt: skip


def _end_with_parent(worker: int) -> None:
    """End this worker when the process ends that it works for, also by kill -9.

    Torch looks whether a worker has got another parent since it began, which misses one that died before.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None  # it is a worker's

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _workers(report: Callable[[str], None]) -> int:
    shared = get_sharing_strategy() == "file_descriptor"  # on macOS tensors are shared by the names of files
    allowed = open_files() if shared else None
    if allowed is not None and allowed < _HANDLES:
        report(f"pictures are made without worker processes: {allowed} files may be open at once, they need {_HANDLES}")
        return 0
    return max(1, (os.cpu_count() or 2) - 1)


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
