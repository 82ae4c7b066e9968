"""Whether a perceptor can describe a picture at all, and is right in what it says, by the limits of what it knows."""

from __future__ import annotations

import torch
from torch import Tensor

from clipgen.similarity import Limits, Matcher, Subjects
from clipgen.similarity.phrases import Phrases


class Judgement:
    """Holds pictures against all subjects that a perceptor knows.

        >>> Judgement.of(matcher) is None                           # its limits were not measured
        True

    subjects: what it knows; limits: where its knowledge ends.
    """

    def __init__(self, subjects: Subjects, limits: Limits) -> None:
        self.subjects, self.limits = subjects, limits

    @classmethod
    def of(cls, matcher: Matcher) -> Judgement | None:
        """That of a matcher's perceptor; None for one whose limits were not measured, such as a full-size CLIP."""
        limits = matcher.background.limits
        if limits is None:
            return None
        phrases = Phrases.shipped().known_to(matcher.perceptor)
        return cls(Subjects.of(phrases.subjects(), matcher.embed_texts), limits)

    def unsure(self, pictures: Tensor) -> list[bool]:
        """Which pictures [Q, D] show nothing that was taught: no subject stands out."""
        found: list[bool] = (self.subjects.standout(pictures) < self.limits.standout).tolist()
        return found

    def doubtful(self, pictures: Tensor, texts: Tensor) -> list[bool]:
        """Which texts, each the best of some, are rather wrong of the picture beside them; both [Q, D] unit."""
        *weights, bias = self.limits.trust
        found: list[bool] = (self.subjects.evidence(pictures, texts) @ torch.tensor(weights) + bias < 0).tolist()
        return found
