"""All names of all sources, embedded by the locked text tower: the picture tower's classifier in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.train.sources import Source
from clipgen.train.sources.base import plain
from clipgen.train.world.captions import indefinite

_TEMPLATES = ("{bare}", "{}", "a picture of {}", "a photo of {}", "a drawing of {}")


class Names:
    """The concepts of some sources, those of one best name merged, with the embeddings of their names.

        >>> class Two:
        ...     name, labels = "two", (("motorcycle", "motorbike"), ("cup",))
        >>> names = Names([Two()], lambda texts: torch.ones(len(texts), 2))
        >>> names.concepts
        ('motorcycle', 'cup')

    embed: texts → unit vectors [N, D]. A name that two concepts share stands for neither, and such concepts are no
    alternatives of each other unless one source has both as labels: labels of one source exclude each other.
    """

    def __init__(self, sources: Sequence[Source], embed: Callable[[Sequence[str]], Tensor]) -> None:
        found: dict[str, dict[str, None]] = {}
        for source in sources:
            for label in source.labels:
                names = [plain(name) for name in label]
                found.setdefault(names[0], {}).update(dict.fromkeys(names))
        self.concepts = tuple(found)
        place = {best: i for i, best in enumerate(found)}
        of = [torch.tensor([place[plain(label[0])] for label in source.labels], dtype=torch.long) for source in sources]
        self._first = torch.tensor([0, *(len(labels) for labels in of)]).cumsum(0)
        self._concept = torch.cat(of) if of else torch.empty(0, dtype=torch.long)
        self._rivals = _rivals(list(found.values()), of)
        self._bank, self._start, self._count = _embedded(found, embed)

    def rows(self, generator: torch.Generator) -> Tensor:
        """The embedding of one name of each concept, mostly the best, all in one sentence: unit vectors [K, D]."""
        template = int(torch.randint(len(_TEMPLATES), (), generator=generator))
        other = torch.rand(len(self._count), generator=generator) < 0.3
        pick = (torch.rand(len(self._count), generator=generator) * self._count).long()
        return self._bank[template, self._start + torch.where(other, pick, 0)]

    def concept(self, facts: Tensor) -> Tensor:
        """The concept of each picture [N], -1 without one; facts: as of `Mixed`, [N, 4]."""
        source, label = facts[:, 0], facts[:, 1]
        known = label >= 0
        concept = torch.full_like(label, -1)
        concept[known] = self._concept[self._first[source[known]] + label[known]]
        return concept

    def truth(self, facts: Tensor) -> tuple[Tensor, Tensor]:
        """The concept of each picture as of `concept`, and which concepts are its alternatives [N, K], itself too."""
        concept, source = self.concept(facts), facts[:, 0]
        known = concept >= 0
        rivals = torch.ones(len(facts), len(self.concepts), dtype=torch.bool)
        rivals[known] = self._rivals[source[known], concept[known]]
        return concept, rivals


def _rivals(names: list[dict[str, None]], of: list[Tensor]) -> Tensor:
    """Whether concept k is an alternative to concept i, asked of a picture of source s: [S, K, K]."""
    owners: dict[str, list[int]] = {}
    for i, some in enumerate(names):
        for name in some:
            owners.setdefault(name, []).append(i)
    alike = torch.zeros(len(names), len(names), dtype=torch.bool)
    for sharing in owners.values():
        if len(sharing) > 1:
            index = torch.tensor(sharing)
            alike[index[:, None], index] = True
    apart = ~alike
    apart.fill_diagonal_(True)
    rivals = apart.repeat(len(of), 1, 1)
    for own, concepts in zip(rivals, of, strict=True):
        own[concepts[:, None], concepts] = True
    return rivals


def _embedded(
    found: dict[str, dict[str, None]], embed: Callable[[Sequence[str]], Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings of all unambiguous names in all sentences [T, N, D]; where each concept's begin, and how many [K]."""
    uses: dict[str, int] = {}
    for names in found.values():
        for name in names:
            uses[name] = uses.get(name, 0) + 1
    kept = [[best, *(n for n in names if uses[n] == 1 and n != best)] for best, names in found.items()]
    flat = [name for names in kept for name in names]
    count = torch.tensor([len(names) for names in kept])
    texts = [template.format(indefinite(n), bare=n) for template in _TEMPLATES for n in flat]
    return embed(texts).view(len(_TEMPLATES), len(flat), -1), count.cumsum(0) - count, count
