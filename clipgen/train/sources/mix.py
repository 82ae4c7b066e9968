"""Several sources in one stream of batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from clipgen.train.sources.base import Example, Source

Tokenizer = Callable[[list[str]], Tensor]


@dataclass(frozen=True)
class Mixed:
    """A batch of N pictures of several sources.

    images: uint8 [N, 3, S, S]; tokens: of the captions, [N, L]; facts: int64 [N, 4], the source and, within it, the
    label, the scene and the manner of each picture (-1: none).
    """

    images: Tensor
    captions: list[str]
    tokens: Tensor
    facts: Tensor


class Mixture(Dataset[Mixed]):
    """Batches of several sources; each depends only on the seed and its index.

        >>> from clipgen.train.sources import DrawnWorld, Lettering, World
        >>> sources = [DrawnWorld(World()), Lettering()]
        >>> Mixture(sources, [3, 1], seed=1, batch=4, size=32, count=10)[0].images.shape
        torch.Size([4, 3, 32, 32])

    shares: of each source, in any units; batch: pictures; size: side in pixels; count: number of batches; tokenizer:
    texts → tokens (None: no tokens).
    """

    def __init__(
        self,
        sources: Sequence[Source],
        shares: Sequence[float],
        *,
        seed: int,
        batch: int,
        size: int,
        count: int,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.sources, self.shares = tuple(sources), np.array(shares, float) / sum(shares)
        self.seed, self.batch, self.size, self.count, self.tokenizer = seed, batch, size, count, tokenizer

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Mixed:
        rng = np.random.default_rng((self.seed, 2, index))
        which = rng.choice(len(self.sources), self.batch, p=self.shares)
        drawn = [self.sources[s].sample(np.random.default_rng((self.seed, index, i)), self.size)
                 for i, s in enumerate(which)]  # fmt: skip
        return stack(drawn, which.tolist(), self.tokenizer)


def stack(examples: Sequence[Example], which: Sequence[int], tokenizer: Tokenizer | None = None) -> Mixed:
    """Join examples into a batch; which: the source of each."""
    captions = [example.caption for example in examples]
    images = torch.from_numpy(np.stack([example.image for example in examples])).permute(0, 3, 1, 2).contiguous()
    facts = torch.tensor([[s, e.label, e.scene, e.manner] for s, e in zip(which, examples, strict=True)])
    tokens = tokenizer(captions) if tokenizer else torch.empty(len(captions), 0, dtype=torch.long)
    return Mixed(images, captions, tokens, facts)
