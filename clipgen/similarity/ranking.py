"""Exact ranking of any number of candidates in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Found:
    """A candidate that ranks high: its text, its cosine to the query, and what it was ranked by."""

    text: str
    score: float
    key: float


class Ranking:
    """The best candidates of each query, kept exactly while blocks of candidates go by.

        >>> ranking = Ranking(pictures, top=5, offset=background.mean_picture)
        >>> for texts in blocks:
        ...     ranking.add(texts, embed_texts(perceptor, texts, cache=cache))
        >>> ranking.found()[0][0].text

    queries: [Q, D] unit; top: how many to keep of each; offset: [D], what every candidate is expected to score with any
    query at all (a candidate near to all pictures says little about this one): it is subtracted before ranking;
    scale: of the softmax behind `probability`.
    Equal texts count once. Memory: the kept ones, a block's scores, and one number for each text.
    """

    def __init__(self, queries: Tensor, *, top: int, offset: Tensor | None = None, scale: float = 100.0) -> None:
        self.queries, self.top, self.scale = queries, top, scale
        self.aims = queries if offset is None else queries - offset
        self.count = 0
        self.log_total = torch.full((len(queries),), float("-inf"), dtype=torch.float64)
        self._seen: set[int] = set()
        self._texts: list[str] = []
        self._rows = torch.empty(0, queries.shape[1])

    def add(self, texts: Sequence[str], embeddings: Tensor) -> None:
        """Take in a block of candidates; embeddings [N, D] unit."""
        fresh = [i for i, text in enumerate(texts) if self._is_new(text)]
        if not fresh:
            return
        rows = embeddings if len(fresh) == len(texts) else embeddings[fresh]
        keys = self.aims @ rows.T
        self.count += len(fresh)
        block = torch.logsumexp(self.scale * keys.double(), dim=1)
        self.log_total = torch.logaddexp(self.log_total, block)
        best = keys.topk(min(self.top, len(fresh)), dim=1).indices.unique().tolist()
        self._texts += [texts[fresh[i]] for i in best]
        self._rows = torch.cat([self._rows, rows[best]])
        if len(self._texts) > 4 * self.top * len(self.queries) + 1024:
            self._drop()

    def found(self) -> list[list[Found]]:
        """The best candidates of each query, best first; of equal keys, the earlier candidate first."""
        if not self._texts:
            return [[] for _ in self.queries]
        keys, scores = self.aims @ self._rows.T, self.queries @ self._rows.T
        order = keys.argsort(dim=1, descending=True, stable=True)[:, : self.top].tolist()
        return [
            [Found(self._texts[i], scores[q, i].item(), keys[q, i].item()) for i in row] for q, row in enumerate(order)
        ]

    def probability(self, query: int, key: float) -> float:
        """Share of a candidate in the softmax over all that were added."""
        return float(torch.exp(self.scale * torch.tensor(key, dtype=torch.float64) - self.log_total[query]))

    def _is_new(self, text: str) -> bool:
        mark = hash(text)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True

    def _drop(self) -> None:
        keys = self.aims @ self._rows.T
        kept = keys.topk(min(self.top, len(self._texts)), dim=1).indices.unique().sort().values.tolist()
        self._texts = [self._texts[i] for i in kept]
        self._rows = self._rows[kept]
