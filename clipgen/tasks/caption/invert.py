"""Words found by gradient: the prompt whose embedding comes nearest to a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import get_ident

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Match, Matcher

_STEPS, _STARTS = 120, 8  # chosen by hand for half a minute on two cores; the paper has 1,000 steps and one start
_LR = 0.1  # the paper's


def invert(
    picture: Tensor,
    matcher: Matcher,
    *,
    words: Sequence[str],
    seeds: Sequence[str] = (),
    length: int = 5,
    steps: int = _STEPS,
    starts: int = _STARTS,
    seed: int = 0,
    top: int = 5,
) -> list[Match]:
    """The prompts of a few words that fit a picture best, found by gradient over word embeddings.

        >>> vector = matcher.perceptor.encode_image(image)[0]
        >>> len(invert(vector, matcher, words=["fox", "city", "red"], length=2, steps=2, top=1)[0].text.split())
        2

    picture: [D] unit; words: the vocabulary, of which each word must be one token of the perceptor's; length: words in
    a prompt; seeds: prompts that compete with those that are found; starts: random starts, in one batch; top: number
    of prompts to return.
    Each step projects the free embeddings onto the nearest words, takes the gradient there, and moves the free ones;
    every projected prompt is scored as a text, so the scores of the result are exact.
    Raises SettingsError for a perceptor whose text tower has no table of tokens, and when no word is one token.

    Source: Wen et al. 2023, Hard Prompts Made Easy, arXiv 2302.03668.
    """
    tower = _Tower(_single(matcher.perceptor), words)
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(tower.words), (starts, length), generator=generator)
    free = tower.table[rows].clone().requires_grad_()
    aim = (picture if matcher.offset is None else picture - matcher.offset).to(tower.table)
    optimizer = torch.optim.AdamW([free], lr=_LR, weight_decay=0.0)
    found: dict[str, None] = dict.fromkeys(seeds)
    for _ in range(steps):
        rows = tower.nearest(free.detach())
        hard = tower.table[rows].requires_grad_()
        fits = tower.embed(rows, hard) @ aim
        (slope,) = torch.autograd.grad(-fits.sum(), hard)
        found.update(dict.fromkeys(tower.text(row) for row in rows.tolist()))
        free.grad = slope
        optimizer.step()
    (matches,) = matcher.rank(picture[None].cpu(), [list(found)], top=top)
    return matches


class _Tower:
    """The text tower of a perceptor, with the token embeddings of some words in one table."""

    def __init__(self, perceptor: OpenClip, words: Sequence[str]) -> None:
        self.perceptor, self.model = perceptor, perceptor.model
        self.embedding = _token_embedding(self.model)
        known = [(word, ids) for word in dict.fromkeys(words) if len(ids := _ids(perceptor, word)) == 1]
        if not known:
            raise SettingsError(
                f"none of the {len(words)} words is one token of {perceptor.name}; give others", settings=["words"]
            )
        self.words = [word for word, _ in known]
        self.ids = torch.tensor([ids[0] for _, ids in known], device=self.embedding.weight.device)
        self.table = self.embedding.weight.detach()[self.ids]

    def nearest(self, rows: Tensor) -> Tensor:
        """Indices of the words whose embeddings have the largest cosine to rows [S, L, E]: [S, L]."""
        return (F.normalize(rows, dim=-1) @ F.normalize(self.table, dim=-1).T).argmax(-1)

    def text(self, row: Sequence[int]) -> str:
        """A row of words as text."""
        return " ".join(self.words[i] for i in row)

    def embed(self, rows: Tensor, embeddings: Tensor) -> Tensor:
        """Embed prompts of words [S, L] whose token embeddings are given [S, L, E]: [S, D] unit."""
        tokens = self.perceptor.tokenizer([self.text(row) for row in rows.tolist()]).to(self.ids.device)
        with _replaced(self.embedding, embeddings):
            return F.normalize(self.model.encode_text(tokens).float(), dim=-1)


@contextmanager
def _replaced(embedding: nn.Embedding, rows: Tensor) -> Iterator[None]:
    """Make a table of tokens return rows [S, L, E] for all tokens after the first, in this thread alone."""
    ours = get_ident()

    def put(module: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor:
        if get_ident() != ours:  # all threads share the table
            return out
        length = rows.shape[1]
        return torch.cat([out[:, :1], rows.to(out.dtype), out[:, 1 + length :]], dim=1)

    handle = embedding.register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()


def _single(perceptor: Perceptor) -> OpenClip:
    if not isinstance(perceptor, OpenClip):
        raise SettingsError(
            f"{perceptor.name} are several perceptors; mode invert works with one at a time",
            settings=["mode", "perceptors"],
        )
    return perceptor


def _token_embedding(model: nn.Module) -> nn.Embedding:
    text = getattr(model, "text", model)
    table = getattr(text, "token_embedding", None)
    if not isinstance(table, nn.Embedding):
        raise SettingsError(
            "the text tower of this perceptor has no table of tokens to search; use mode beam", settings=["mode"]
        )
    return table


def _ids(perceptor: OpenClip, word: str) -> list[int]:
    """The tokens of a word, without the start and end marks."""
    count = perceptor.count_tokens(word) - 2
    ids: list[int] = perceptor.tokenizer([word])[0, 1 : 1 + count].tolist()
    return ids
