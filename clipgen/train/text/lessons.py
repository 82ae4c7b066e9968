"""The training set: texts as tokens, their targets, and pools from which batches are sampled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.perceptors import openclip
from clipgen.perceptors.base import Perceptor
from clipgen.train.text.concepts import Concept, hold_out, names_of
from clipgen.train.text.corpus import definition, phrases
from clipgen.train.text.store import Embedded
from clipgen.train.text.targets import Related, blended, centred, prototypes, pulled, rotation
from clipgen.train.text.wordnet import Words

POOLS = ("names", "common", "shown", "words", "definitions", "captions")
COMMON_NOUNS, UNSEEN = 5000, 10  # of the second bar; every tenth is held out
_COMMON = 10_000  # nouns in a pool of their own
_SURELY_SHORT = 10  # words of a caption, which have three pieces at most: counting them takes longer than embedding
_DEFINED = 0.7  # weight of a word's definitions beside the word itself
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])*")


@dataclass(frozen=True)
class HeldOut:
    """What is held out from training.

    concepts: indices of unknown concepts; phrases: no text contains one of these, definitions of other
    words excepted; nouns: not texts of their own, nor defined, but allowed inside other texts.
    """

    concepts: frozenset[int] = frozenset()
    phrases: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()

    @classmethod
    def of(cls, concepts: list[Concept], words: Words, *, mode: str, seed: int = 0) -> HeldOut:
        """What a mode holds out: a tenth of the concepts, the same ones for a seed.

            >>> HeldOut.of([], Words({}, {}, {}, {}), mode="nothing").concepts
            frozenset()

        mode: "words": these concepts' names and a tenth of the common nouns are never seen, not even as dictionary
        words; "pictures": they are dictionary words like any other; "nothing".
        """
        if mode == "nothing":
            return cls()
        some = frozenset(hold_out(concepts, share=0.1, seed=seed))
        if mode == "pictures":
            return cls(some)
        known = names_of(concept for i, concept in enumerate(concepts) if i not in some)
        nouns = frozenset(words.common_nouns[:COMMON_NOUNS:UNSEEN]) - known
        return cls(some, frozenset(names_of(concepts[i] for i in some) - known), nouns)

    def hides(self, text: str) -> bool:
        """Whether a text is held out; for a definition, whether the word that it defines is."""
        head = text.split(",")[0] if ": " in text else text
        return head in self.nouns or (bool(self.phrases) and has_any(head, self.phrases))


def has_any(text: str, phrases: frozenset[str] | set[str]) -> bool:
    """Whether a phrase, or its regular plural, stands in a text.

    >>> has_any("two red apples on white", {"apple"})
    True
    """
    parts = re.findall(r"[\w'’-]+", text)
    spans = (" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, min(i + 6, len(parts)) + 1))
    return any(s in phrases or s.removesuffix("s") in phrases or s.removesuffix("es") in phrases for s in spans)


@dataclass(frozen=True)
class Lessons:
    """Tokens [N, L] and targets [N, D] of all texts; rows by pool; the known concepts and their places [K, D]."""

    tokens: Tensor
    targets: Tensor
    pools: dict[str, Tensor]
    concepts: tuple[Concept, ...]
    places: Tensor


def prepare(
    store: Embedded,
    concepts: list[Concept],
    words: Words,
    tokens: Tensor,
    held: HeldOut,
) -> Lessons:
    """Make the lessons from the teacher's embeddings and tokens [N, L]; two minutes of one core for 255,000 texts."""
    perceptor = openclip.load_perceptor("builtin", torch.device("cpu"))
    texts, vectors = list(store.rows), store.matrix()
    known = [concept for i, concept in enumerate(concepts) if i not in held.concepts]
    unknown = names_of(concepts[i] for i in held.concepts) - names_of(known)
    turned, own, rows = in_space(texts, centred(vectors, vectors.mean(0)), perceptor, without=unknown)
    targets = blended(turned, own, rows)
    places = prototypes(targets, store.rows, known)
    pools = pools_of(store, concepts, words, held, unknown)
    likeness = prototypes(turned, store.rows, known)
    related = Related.of(known, words)
    named = names_of(known)
    dictionary = torch.cat([pools[pool] for pool in ("common", "shown", "words")])
    for text in [texts[i] for i in dictionary.tolist() if texts[i] not in named]:
        row, ids = store.rows[text], words.nouns(text)
        turned[row] = _defined(turned, row, ids, store, words)
        targets[row] = pulled(turned[row], related.near(ids), likeness @ turned[row], places)
    for meaning, m in words.meanings.items():
        if (line := store.rows.get(definition(m, words))) is not None and meaning.endswith("-n"):
            targets[line] = pulled(turned[line], related.near([meaning]), likeness @ turned[line], places)
    return Lessons(tokens, targets.half(), pools, tuple(known), places)


def in_space(
    texts: Sequence[str], vectors: Tensor, perceptor: Perceptor, *, without: set[str]
) -> tuple[Tensor, Tensor, Tensor]:
    """Turn the teacher's vectors into the perceptor's space; also its own, centred, of texts that it knows, and rows.

    Texts with a word outside the perceptor's vocabulary, or with one of ``without``, are left out of the latter two.
    """
    taught = {word for entry in perceptor.words() for word in entry.split()}
    rows = [
        i
        for i, text in enumerate(texts)
        if taught.issuperset(_WORD.findall(text.lower()))
        and not (without and has_any(text, without))
        and (text.count(" ") < _SURELY_SHORT or perceptor.count_tokens(text) <= perceptor.context_length)
    ]
    own = torch.cat([perceptor.encode_text([texts[i] for i in rows[a : a + 256]]) for a in range(0, len(rows), 256)])
    own = F.normalize(own - own.mean(0), dim=-1)
    return vectors @ rotation(vectors[rows], own), own, torch.tensor(rows)


def _defined(turned: Tensor, row: int, ids: list[str], store: Embedded, words: Words) -> Tensor:
    """A word's vector with those of its first three definitions mixed in: the teacher knows few rare words."""
    lines = [store.rows.get(definition(words.meanings[i], words)) for i in ids[:3]]
    if not (found := [line for line in lines if line is not None]):
        return turned[row]
    return F.normalize(turned[row] + _DEFINED * turned[found].mean(0), dim=0)


def pools_of(
    store: Embedded, concepts: list[Concept], words: Words, held: HeldOut, unknown: set[str]
) -> dict[str, Tensor]:
    """Rows of names and phrases, common words, nouns that pictures can show, other words, definitions and captions,
    without what is held out."""
    common = set(islice(words.common_nouns, _COMMON))
    known, named = names_of(concepts) - unknown, set(phrases(concepts))
    pools: dict[str, list[int]] = {name: [] for name in POOLS}
    for text, row in store.rows.items():
        pool = "names" if text in known else "common" if text in common else _pool(text, words, named)
        hidden = text not in known and held.hides(text)
        if not (hidden or (pool == "captions" and has_any(text, unknown))):
            pools[pool].append(row)
    return {name: torch.from_numpy(np.array(rows, np.int64)) for name, rows in pools.items()}


def joined(tokens: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """One long text of as many of some texts as fit, in order, and the mean of their targets.

        >>> tokens = torch.tensor([[8, 1, 9, 0, 0, 0], [8, 2, 3, 9, 0, 0]])
        >>> joined(tokens, torch.eye(2))
        (tensor([8, 1, 2, 3, 9, 0], dtype=torch.int32), tensor([0.7071, 0.7071]))

    tokens: [N, L], each row a start mark, pieces, the end mark (the highest id) and padding; targets: [N, D].
    """
    lengths = tokens.argmax(1) - 1
    count = int((lengths.cumsum(0) + 2 <= tokens.shape[1]).sum())
    pieces = [row[1 : 1 + length] for row, length in zip(tokens[:count], lengths[:count].tolist(), strict=True)]
    whole = torch.zeros(tokens.shape[1], dtype=torch.int32)
    text = torch.cat([tokens[0, :1], *pieces, tokens.max().view(1)])
    whole[: len(text)] = text
    return whole, F.normalize(targets[:count].float().mean(0), dim=0)


def _pool(text: str, words: Words, named: set[str]) -> str:
    if text in words.senses:
        nouns = words.nouns(text)
        return "shown" if nouns and words.meanings[nouns[0]].shown else "words"
    return "definitions" if ": " in text else "names" if text in named else "captions"
