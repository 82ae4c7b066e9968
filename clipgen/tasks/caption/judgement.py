"""Whether a perceptor can describe a picture at all, and is right in what it says, by the limits of what it knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.similarity import Limits, Match, Matcher, Subjects
from clipgen.similarity.phrases import Phrases


class Judgement:
    """Holds pictures against all subjects that a perceptor knows.

        >>> Judgement.of(matcher) is None                           # its limits were not measured
        True

    subjects: what it knows; limits: where its knowledge ends; embed: texts → [N, D] unit.
    """

    def __init__(self, subjects: Subjects, limits: Limits, embed: Callable[[Sequence[str]], Tensor]) -> None:
        self.subjects, self.limits, self.embed = subjects, limits, embed

    @classmethod
    def of(cls, matcher: Matcher) -> Judgement | None:
        """That of a matcher's perceptor; None for one whose limits were not measured, such as a full-size CLIP."""
        limits = matcher.background.limits
        if limits is None:
            return None
        phrases = Phrases.shipped().known_to(matcher.perceptor)
        return cls(Subjects.of(phrases.subjects(), matcher.embed_texts), limits, matcher.embed_texts)

    @property
    def weighs(self) -> bool:
        """Whether it has learnt which texts are right."""
        return bool(self.limits.trust)

    def unsure(self, pictures: Tensor, found: Sequence[Sequence[Match]]) -> list[bool]:
        """Which pictures show nothing that was taught: no subject stands out, or what was found is doubtful.

        pictures: [Q, D] unit; found: the texts of each, the best first.
        """
        strange = (self.subjects.standout(pictures) < self.limits.standout).tolist()
        doubts = self.doubtful(pictures, found)
        return [nothing or doubt for nothing, doubt in zip(strange, doubts, strict=True)]

    def doubtful(self, pictures: Tensor, found: Sequence[Sequence[Match]]) -> list[bool]:
        """Of which pictures the best of the texts that were found is rather wrong; as for `unsure`."""
        doubts = [False] * len(found)
        said = [place for place, matches in enumerate(found) if matches]
        if not said or not self.weighs:
            return doubts
        *weights, bias = self.limits.trust
        texts = self.embed([found[place][0].text for place in said])
        scores = self.subjects.evidence(pictures[said], texts) @ torch.tensor(weights) + bias
        for place, score in zip(said, scores.tolist(), strict=True):
            doubts[place] = score < 0
        return doubts
