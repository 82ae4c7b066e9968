"""Candidates ranked for pictures, with what their scores mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import Background, Found, Ranking, TextCache, embed_texts
from clipgen.tasks.bank import background_of

NOTHING = "nothing fits"
_SURE = 0.05  # the chance, over all candidates, at which the best of them counts as a find


@dataclass(frozen=True)
class Match:
    """A text that describes a picture, and how well.

    score: cosine; z: standard deviations above what unrelated captions and pictures reach; percentile: of unrelated
    captions that fit less, 0 to 100; probability: share in the softmax over all candidates; margin: by how much its
    cosine (discounted, where hubness is) beats the next candidate's, below 0 for those that were not first.
    """

    text: str
    score: float
    z: float
    percentile: float
    probability: float
    margin: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values, rounded as they are printed."""
        values = {name: round(value, 4) for name, value in vars(self).items() if name != "text"}
        return {"text": self.text, **values}


class Matcher:
    """A perceptor with its background and its cache of texts: ranks candidates for any pictures.

        >>> matcher = Matcher(perceptor)
        >>> matcher.rank(pictures, [["a fox", "a castle"]], top=1)[0][0].text

    perceptor: compares; background: what its cosines are calibrated by (default: its own); cache: of embedded texts;
    hubness: subtract from each candidate what it scores with unrelated pictures, before ranking.
    """

    def __init__(
        self,
        perceptor: Perceptor,
        *,
        background: Background | None = None,
        cache: TextCache | None = None,
        hubness: bool = True,
    ) -> None:
        self.perceptor, self.cache, self.hubness = perceptor, cache, hubness
        self.background = background or background_of(perceptor)

    @property
    def offset(self) -> Tensor | None:
        """What is subtracted from every candidate, as a vector [D]; None without the correction."""
        return self.background.mean_picture if self.hubness else None

    def read(self, texts: Sequence[str]) -> Tensor:
        """Embed texts: [N, D] unit."""
        return embed_texts(self.perceptor, texts, cache=self.cache)

    def keys(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """What candidates are ranked by: [Q, N]."""
        return (pictures if self.offset is None else pictures - self.offset) @ texts.T

    def rank(
        self, pictures: Tensor, blocks: Iterable[Sequence[str]], *, top: int, abstain: bool = False
    ) -> list[list[Match]]:
        """The best candidates of each picture, exactly, in bounded memory.

        pictures: [Q, D] unit; blocks: candidates, some thousands at a time; abstain: give no match for a picture that
        no candidate fits beyond chance.
        Raises PromptError when there is no candidate.
        """
        # one more than asked for: the last one's margin needs a runner-up
        ranking = Ranking(pictures, top=top + 1, offset=self.offset, scale=self.perceptor.logit_scale)
        for texts in blocks:
            ranking.add(texts, self.read(texts))
        if not ranking.count:
            raise PromptError("there are no candidates to rank; give one a line")
        return [
            self._matches(ranking, query, found, top=top, abstain=abstain)
            for query, found in enumerate(ranking.found())
        ]

    def _matches(self, ranking: Ranking, query: int, found: list[Found], *, top: int, abstain: bool) -> list[Match]:
        rows = self.read([one.text for one in found])
        matches, picture = [], ranking.queries[query]
        for place, (one, row) in enumerate(zip(found[:top], rows, strict=False)):
            fit = self.background.fit(picture, row)
            if place == 0 and abstain and fit.chance * ranking.count > _SURE:
                return []
            rival = found[1 if place == 0 else 0].key if len(found) > 1 else one.key
            chance = ranking.probability(query, one.key)
            matches.append(Match(one.text, one.score, fit.z, fit.percentile, chance, one.key - rival))
        return matches


def unit_mean(rows: Tensor) -> Tensor:
    """The direction of the mean of unit vectors [N, D]: [D]."""
    return torch.nn.functional.normalize(rows.mean(0), dim=-1)
