"""Whether a perceptor can describe a picture at all, by the limits of what it was taught."""

from __future__ import annotations

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
        return cls(Subjects(matcher.embed_texts(phrases.subjects())), limits)

    def unsure(self, pictures: Tensor) -> list[bool]:
        """Which pictures [Q, D] show nothing that was taught: no subject stands out."""
        found: list[bool] = (self.subjects.standout(pictures) < self.limits.standout).tolist()
        return found

    def surpassed(self, pictures: Tensor, texts: Tensor) -> list[bool]:
        """For which pictures a subject that its text does not name fits clearly better; both [Q, D] unit."""
        found: list[bool] = (self.subjects.rivals(pictures, texts) > self.limits.rival).tolist()
        return found
