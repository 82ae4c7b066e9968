"""Texts ranked for pictures, with what their scores mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from clipgen.errors import PromptError
from clipgen.perceptors.base import Perceptor
from clipgen.settings.describe import PLAIN, DescribeSettings
from clipgen.similarity.calibrate import Background
from clipgen.similarity.embed import embed_texts
from clipgen.similarity.pictures import Embedded, Picture, Skipped, embed_pictures
from clipgen.similarity.rank import Candidate, Ranking
from clipgen.store import Store

#: the usual level of significance, by the normal tail and for all candidates together (Bonferroni); not tuned
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Match:
    """A text that describes a picture, and how well.

    score: cosine; z: standard deviations above what unrelated captions and pictures reach; percentile: of unrelated
    captions that fit less, 0 to 100; probability: share in the softmax over all candidates; margin: by how much its
    ranking score is above the next candidate's, or below the first one's for those that are not first.
    """

    text: str
    score: float
    z: float
    percentile: float
    probability: float
    margin: float

    def to_dict(self) -> dict[str, str | float]:
        """Plain values, rounded as they are printed.

        >>> Match("a fox", 0.31234, 4.2, 99.5, 0.9, 0.05).to_dict()["score"]
        0.3123
        """
        return {name: value if isinstance(value, str) else round(value, 4) for name, value in vars(self).items()}


class Matcher:
    """A perceptor with its background and a store: embeds and ranks texts and pictures.

        >>> matcher = Matcher(perceptor, background=matcher.background, hubness=True)
        >>> matcher.rank(matcher.embed_texts(["a fox"]), [["castle", "a fox"]], top=1)[0][0].text
        'a fox'

    background: what its cosines are calibrated by, see `background_of`; store: of embeddings, None for no store;
    hubness: subtract from each text what it scores with unrelated pictures, before ranking.
    """

    def __init__(
        self,
        perceptor: Perceptor,
        *,
        background: Background,
        store: Store | None = None,
        hubness: bool = DescribeSettings.hubness,
    ) -> None:
        self.perceptor, self.background, self.store, self.hubness = perceptor, background, store, hubness

    @property
    def offset(self) -> Tensor | None:
        """What is subtracted from every picture before ranking, [D]; None without `hubness`."""
        return self.background.mean_picture if self.hubness else None

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Embed texts: [N, D] unit."""
        return embed_texts(self.perceptor, texts, store=self.store)

    def embed_pictures(
        self, pictures: Iterable[Picture], *, views: str = PLAIN, shares: Sequence[float] = (), batch: int = 32
    ) -> Iterator[Embedded | Skipped]:
        """Embed picture files and tensors, as `embed_pictures` does."""
        return embed_pictures(self.perceptor, pictures, views=views, shares=shares, store=self.store, batch=batch)

    def rank_scores(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """The scores [Q, N] by which texts [N, D] are ranked for pictures [Q, D]: cosines, less the hubness."""
        return (pictures if self.offset is None else pictures - self.offset) @ texts.T

    def rank(
        self, pictures: Tensor, blocks: Iterable[Sequence[str]], *, top: int, abstain: bool = False
    ) -> list[list[Match]]:
        """The best texts for each picture, exactly, in bounded memory.

        pictures: [Q, D] unit; blocks: candidates, some thousands at a time; abstain: give no match for a picture that
        no candidate fits beyond chance.
        Raises PromptError when there is no candidate.
        """
        # one more than asked for: the margin of the last one needs a runner-up
        ranking = Ranking(pictures, top=top + 1, offset=self.offset, scale=self.perceptor.logit_scale)
        for texts in blocks:
            ranking.add(texts, self.embed_texts(texts))
        if not ranking.count:
            raise PromptError("there are no candidates to rank; give one a line")
        return [
            self._matches(ranking, query, best, top=top, abstain=abstain) for query, best in enumerate(ranking.best())
        ]

    def _matches(self, ranking: Ranking, query: int, best: list[Candidate], *, top: int, abstain: bool) -> list[Match]:
        rows = self.embed_texts([one.text for one in best])
        matches, picture = [], ranking.queries[query]
        for place, (one, row) in enumerate(zip(best[:top], rows, strict=False)):
            fit = self.background.fit(picture, row)
            if place == 0 and abstain and fit.chance * ranking.count > SIGNIFICANT:
                return []
            rival = best[1 if place == 0 else 0].rank_score if len(best) > 1 else one.rank_score
            probability = ranking.probability(query, one.rank_score)
            matches.append(Match(one.text, one.score, fit.z, fit.percentile, probability, one.rank_score - rival))
        return matches
