"""The targets of the distillation: the teacher rotated into the built-in CLIP's space, nouns moved towards their kin.

1. The teacher's embeddings, centred, are turned by the rotation that brings captions nearest to the built-in CLIP's own
   embeddings of them (orthogonal Procrustes; Schönemann 1966): a rotation keeps every neighbourhood.
2. Texts of words that the built-in CLIP knows lie half way between the two, so that picture towers start warm.
3. Nouns and definitions are moved towards the known concepts that are near in the word net and like them to the teacher
   (ConSE, arXiv 1312.5650, with the word net's proposals).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.text.concepts import Concept
from clipgen.train.text.wordnet import Words

NEAR = 4  # steps in the word net within which two meanings count as related
_FEW = 5  # known concepts that a word is moved towards
_NAMES = 4  # of a concept that are averaged
_SHARP = 0.08  # temperature of the weights of those few
_STEP = 0.04  # cosine that one step in the word net, or one rank of a sense, counts for
# A related concept counts only where the teacher finds it nearly as like as the likest: the word net alone puts
# "orchestra" beside suits of cards. On the 5,000 common nouns 0.3 relates 47 % of them, 0.38 61 %, no bound 86 %.
_GATE = 0.42


def centred(embeddings: Tensor, mean: Tensor) -> Tensor:
    """Unit vectors about a mean."""
    return F.normalize(embeddings - mean, dim=-1)


def rotation(source: Tensor, target: Tensor) -> Tensor:
    """The rotation R [D, D] that brings ``source @ R`` nearest to ``target``, both [N, D]."""
    u, _, v = torch.linalg.svd(source.T @ target)
    return u @ v


def blended(turned: Tensor, own: Tensor, rows: Tensor, *, share: float = 0.5) -> Tensor:
    """Move some rows towards the built-in CLIP's embeddings: ``own`` [K, D] belongs to ``turned[rows]``."""
    out = turned.clone()
    out[rows] = F.normalize((1 - share) * turned[rows] + share * own, dim=-1)
    return out


def prototypes(vectors: Tensor, rows: Mapping[str, int], concepts: Sequence[Concept]) -> Tensor:
    """One unit vector a concept: the mean of its first names, [K, D]."""
    means = [vectors[[rows[name] for name in concept.names[:_NAMES] if name in rows]].mean(0) for concept in concepts]
    return F.normalize(torch.stack(means), dim=-1)


@dataclass(frozen=True)
class Related:
    """The known concepts near each meaning in the word net.

    >>> from clipgen.train.text.wordnet import Meaning
    >>> cat, fox = (Meaning((word,), "", ("animal",), "noun.animal") for word in ("cat", "fox"))
    >>> animal = Meaning(("animal",), "", (), "noun.animal")
    >>> words = Words({"cat": cat, "fox": fox, "animal": animal}, {}, {}, {})
    >>> Related.of([Concept(("red fox",), (), ("fox",))], words).near(["cat"])     # the concept 0 is two steps away
    {0: 2}
    """

    words: Words
    below: Mapping[str, Mapping[int, int]]  # what a meaning is above of: concept → steps

    @classmethod
    def of(cls, concepts: Sequence[Concept], words: Words) -> Related:
        below: dict[str, dict[int, int]] = {}
        for index, concept in enumerate(concepts):
            for meaning in concept.meanings:
                for kind, steps in words.above(meaning).items():
                    if steps <= NEAR:
                        entry = below.setdefault(kind, {})
                        entry[index] = min(steps, entry.get(index, NEAR))
        return cls(words, below)

    def near(self, meanings: Iterable[str]) -> dict[int, float]:
        """Concepts within NEAR steps of a meaning, with the steps; a rarer sense counts a step more, one that no
        picture shows two."""
        found: dict[int, float] = {}
        for rank, meaning in enumerate(meanings):
            extra = min(rank, 3) + (0 if self.words.meanings[meaning].shown else 2)
            for kind, up in self.words.above(meaning).items():
                if up > NEAR:
                    continue
                for concept, down in self.below.get(kind, {}).items():
                    if up + down <= NEAR:
                        found[concept] = min(found.get(concept, 99.0), up + down + extra)
        return found


def pulled(
    vector: Tensor, near: Mapping[int, float], likeness: Tensor, places: Tensor, *, share: float = 0.6
) -> Tensor:
    """Move a vector [D] towards the mix of those near concepts that are about as like it as the likest of all.

    near: steps by concept; likeness: cosine of the text with each concept [K]; places: where the concepts lie [K, D].
    """
    scores = {k: float(likeness[k]) - _STEP * steps for k, steps in near.items()}
    least = float(likeness.max()) - _GATE
    best = sorted((k for k, score in scores.items() if score >= least), key=lambda k: -scores[k])[:_FEW]
    if not best:
        return vector
    mix = (torch.tensor([scores[k] for k in best]) / _SHARP).softmax(0) @ places[best]
    return F.normalize((1 - share) * vector + share * F.normalize(mix, dim=0), dim=0)
