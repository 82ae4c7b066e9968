"""The known concepts nearest to an unknown word in meaning, with weights.

ConSE, Norouzi et al. 2014 (arXiv 1312.5650): a word that no picture was named by is a mix of its nearest known ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.text.concepts import Concept

TOP = 5
_SHARP = 0.08  # temperature of the weights
_NAMES = 4  # of a concept that are averaged

Embed = Callable[[Sequence[str]], Tensor]


@dataclass(frozen=True)
class Near:
    """A known concept near a word: its best name, its share of the mix, and the cosine."""

    name: str
    weight: float
    cosine: float


class Nearest:
    """The nearest known concepts of any word or short phrase.

    Example: ``Nearest(student.embed, [Concept(("ship",)), Concept(("fox",))]).of("vessel")[0].name`` → "ship".
    embed: texts → unit vectors [N, D]; concepts: the known ones.
    """

    def __init__(self, embed: Embed, concepts: Sequence[Concept]) -> None:
        self.embed, self.concepts = embed, tuple(concepts)
        names = [concept.names[:_NAMES] for concept in self.concepts]
        parts = embed([name for some in names for name in some]).split([len(some) for some in names])
        self.places = F.normalize(torch.stack([part.mean(0) for part in parts]), dim=-1)

    def indices(self, vectors: Tensor, top: int = TOP) -> Tensor:
        """Indices of the nearest concepts of unit vectors [N, D], nearest first: [N, top]."""
        return (vectors @ self.places.T).topk(min(top, len(self.concepts)), dim=1).indices

    def of(self, text: str, top: int = TOP) -> list[Near]:
        """The nearest concepts of a text, nearest first; their weights sum to 1."""
        cosines = (self.embed([text]) @ self.places.T)[0]
        best = cosines.topk(min(top, len(self.concepts)))
        weights = (best.values / _SHARP).softmax(0).tolist()
        return [
            Near(self.concepts[i].names[0], weight, cosine)
            for i, weight, cosine in zip(best.indices.tolist(), weights, best.values.tolist(), strict=True)
        ]
