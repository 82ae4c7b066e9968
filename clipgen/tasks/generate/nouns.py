"""Which things the words of a prompt name, word by word: a text's embedding is near to more than it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from clipgen.perceptors.base import STOP_WORDS, Perceptor

# longest part of a text that may name a thing, in words; least cosine of a part and what it may mean, of a word that
# names a thing and some thing, and of a part and what it surely means
LONGEST, MEANT, THING, SURE = 3, 0.5, 0.65, 0.8
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[^\s\w]")


@dataclass(frozen=True)
class Part:
    """Some words of a text in a row; after: the word that follows without a mark or a word such as "on" ("": none)."""

    text: str
    after: str


def parts_of(text: str) -> list[Part]:
    """The parts of a text, of up to three words, that neither begin nor end in a word without a visual meaning.

    >>> [(part.text, part.after) for part in parts_of("a school bus, on a hill")]
    [('school', 'bus'), ('bus', ''), ('hill', ''), ('school bus', '')]
    """
    tokens = _TOKEN.findall(text.lower())
    is_word = [token[0].isalpha() and token.partition("'")[0] not in STOP_WORDS for token in tokens]
    found: list[Part] = []
    for length in range(1, LONGEST + 1):
        for at in range(len(tokens) - length + 1):
            inside, end = tokens[at : at + length], at + length
            if is_word[at] and is_word[end - 1] and all(token[0].isalpha() for token in inside):
                found.append(Part(" ".join(inside), tokens[end] if end < len(tokens) and is_word[end] else ""))
    return found


@dataclass(frozen=True)
class Named:
    """How surely texts name each of some things.

    fits: of each, the highest cosine of it and a part, [N]; heads: the same of words that do not stand before another
    thing, and of longer parts that surely mean it: in "a school bus" a school only says what kind of bus it is.
    """

    fits: Tensor
    heads: Tensor

    @property
    def meant(self) -> Tensor:
        """Which ones a part may mean, [N]."""
        return self.fits >= MEANT

    @property
    def is_head(self) -> Tensor:
        """Which ones a part may mean that says no more than what kind another one is of, [N]."""
        return self.heads >= MEANT


def named(perceptor: Perceptor, things: Tensor, texts: Sequence[str]) -> Named:
    """Compare things, by embeddings [N, D] of their names, with all parts of texts.

        >>> names = ["bus", "school", "octopus"]
        >>> named(perceptor, perceptor.encode_text(names), ["a school bus"]).is_head
        tensor([ True, False, False])

    Without a part, as where a picture is the prompt, any thing may be meant.
    """
    parts = [part for text in texts for part in parts_of(_without(text, perceptor.asides(text)))]
    if not parts:
        return Named(things.new_ones(len(things)), things.new_ones(len(things)))
    distinct = list(dict.fromkeys([part.text for part in parts]))
    fits = things @ perceptor.encode_text(distinct).to(things).T
    best = dict(zip(distinct, fits.amax(0).tolist(), strict=True))
    is_head = torch.zeros(len(distinct), dtype=torch.bool)
    for part in parts:
        alone = not part.after or part.after.endswith("ing") or best.get(part.after, 0.0) < THING
        is_head[distinct.index(part.text)] |= alone
    surely = torch.tensor([" " not in text for text in distinct]) | (fits >= SURE)
    return Named(fits.amax(1), torch.where(is_head & surely, fits, 0.0).amax(1))


def _without(text: str, asides: Sequence[str]) -> str:
    for aside in asides:
        text = text.replace(aside, ",", 1)
    return text
