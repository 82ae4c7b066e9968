"""The captions of a tuning as embeddings: computed once, but for those with new words, whose tokens are learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.pairs import SENTENCES, sentences
from clipgen.train.tune.words import Rows, table_of

_BATCH = 128  # texts in one pass


class Captions:
    """Distinct captions in several sentences each: unit vectors of a text tower.

    model, tokenizer: of the CLIP; known: the text that is embedded for a text, see `Perceptor.known`; captions: with
    whether each is a name, which is put into sentences; device: where it runs.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        known: Callable[[str], str],
        captions: Sequence[tuple[str, bool]],
        device: torch.device,
    ) -> None:
        self.model, self.tokenizer, self.known, self.device = model, tokenizer, known, device
        self.plain = [sentences(*one) for one in captions]
        self._tokens = [self._tokenized([known(text) for text in some]) for some in self.plain]
        new = [bool((tokens >= self._old).any()) for tokens in self._tokens]
        self.new = torch.tensor(new, dtype=torch.bool)
        with torch.no_grad():
            self._rows = self._embedded(range(len(captions)))

    @property
    def _old(self) -> int:
        table = table_of(self.model)
        return len(table.table) if isinstance(table, Rows) else len(table.weight)

    def _tokenized(self, texts: Sequence[str]) -> Tensor:
        tokens: Tensor = self.tokenizer(list(texts))
        return tokens

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        """Token ids [N, L] → unit vectors [N, D]."""
        rows = [self.model.encode_text(part.to(self.device)).float() for part in tokens.split(_BATCH)]
        return F.normalize(torch.cat(rows), dim=-1)

    def _embedded(self, which: Iterable[int]) -> Tensor:
        """Some captions in all sentences: [n, S, D]; one that is a sentence itself is the same in all."""
        some = [self._tokens[i] for i in which]
        rows = self.embed_tokens(torch.cat(some)).split([len(tokens) for tokens in some])
        return torch.stack([of_one.expand(len(SENTENCES), -1) for of_one in rows])

    @torch.no_grad()
    def embed(self, texts: Sequence[str]) -> Tensor:
        """Any texts: unit vectors [N, D]."""
        return self.embed_tokens(self._tokenized([self.known(text) for text in texts]))

    def rows(self, which: Tensor, sentence: int) -> Tensor:
        """Some captions, by number, in one of their sentences: [n, D], with gradients to the tokens of new words."""
        found = self._rows[which, sentence]
        new = self.new[which]
        if new.any():
            tokens = torch.stack([self._tokens[i][sentence % len(self._tokens[i])] for i in which[new].tolist()])
            found = found.index_put((new.nonzero()[:, 0],), self.embed_tokens(tokens))
        return found

    @torch.no_grad()
    def means(self) -> Tensor:
        """All captions, each as the mean of its sentences: [M, D]."""
        if self.new.any():
            which = self.new.nonzero()[:, 0]
            self._rows[which] = self._embedded(which.tolist())
        return F.normalize(self._rows.mean(1), dim=-1)
