"""Exact ranking of any number of candidates in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Candidate:
    """A text that ranks high for a query: its cosine, and the score that it was ranked by."""

    text: str
    score: float
    rank_score: float


class Ranking:
    """The best candidates of each query, exact, while blocks of candidates stream by.

        >>> ranking = Ranking(perceptor.encode_text(["a fox"]), top=1)
        >>> for texts in (["fox", "castle"], ["a fox"]):
        ...     ranking.add(texts, perceptor.encode_text(texts))
        >>> ranking.best()[0][0].text
        'a fox'

    queries: [Q, D] unit; top: candidates per query; offset: [D], what every candidate is expected to score with any
    query at all: it is subtracted before ranking, because a candidate that is near to all pictures says little about
    this one; scale: of the softmax behind `probability`.
    Equal texts count once. Memory: the best candidates, the scores of one block, and one number for each text.
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
        """Add a block of candidates; embeddings [N, D] unit."""
        fresh = [i for i, text in enumerate(texts) if self._is_new(text)]
        if not fresh:
            return
        rows = embeddings if len(fresh) == len(texts) else embeddings[fresh]
        scores = self.aims @ rows.T
        self.count += len(fresh)
        block = torch.logsumexp(self.scale * scores.double(), dim=1)
        self.log_total = torch.logaddexp(self.log_total, block)
        best = scores.topk(min(self.top, len(fresh)), dim=1).indices.unique().tolist()
        self._texts += [texts[fresh[i]] for i in best]
        self._rows = torch.cat([self._rows, rows[best]])
        if len(self._texts) > 4 * self.top * len(self.queries) + 1024:
            self._drop()

    def best(self) -> list[list[Candidate]]:
        """The best candidates of each query, best first; of equal scores, the earlier candidate first."""
        if not self._texts:
            return [[] for _ in self.queries]
        ranked, scores = self.aims @ self._rows.T, self.queries @ self._rows.T
        order = ranked.argsort(dim=1, descending=True, stable=True)[:, : self.top].tolist()
        return [
            [Candidate(self._texts[i], scores[q, i].item(), ranked[q, i].item()) for i in row]
            for q, row in enumerate(order)
        ]

    def probability(self, query: int, rank_score: float) -> float:
        """Share of a candidate in the softmax over all that were added."""
        return float(torch.exp(self.scale * torch.tensor(rank_score, dtype=torch.float64) - self.log_total[query]))

    def _is_new(self, text: str) -> bool:
        mark = hash(text)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True

    def _drop(self) -> None:
        scores = self.aims @ self._rows.T
        kept = scores.topk(min(self.top, len(self._texts)), dim=1).indices.unique().sort().values.tolist()
        self._texts = [self._texts[i] for i in kept]
        self._rows = self._rows[kept]
