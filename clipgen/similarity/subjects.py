"""Whether a picture shows anything that a perceptor was taught, and whether a text is right of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity.calibrate import Limits

_SHARE = 0.9  # of the pictures of what was taught, which the limits keep
_FEW = 5  # subjects nearest to a text
_KINDS = ("a photo", "a drawing by hand")


class Subjects:
    """All subjects that a perceptor knows, against which pictures are held.

        >>> subjects = Subjects.of(["a fox", "a castle"], matcher.embed_texts)
        >>> subjects.standout(matcher.embed_texts(["a fox"])).shape
        torch.Size([1])

    rows: [K, D] unit; kinds: of pictures, [2, D] unit. A picture of nothing that was taught resembles many subjects a
    little: the largest of its cosines stands out less. Measured in November 2026: where nine tenths of the photographs
    that the reader named right were kept, 0.21 of 52 pictures from elsewhere were kept by the cosine, 0.31 by the
    softmax's maximum, 0.46 by the lead over the next name, 0.17 by this.
    """

    def __init__(self, rows: Tensor, kinds: Tensor) -> None:
        self.rows, self.kinds = rows, kinds

    @classmethod
    def of(cls, subjects: Sequence[str], embed: Callable[[Sequence[str]], Tensor]) -> Subjects:
        """Embed the subjects; embed: texts → [N, D] unit."""
        return cls(embed(subjects), embed(_KINDS))

    def standout(self, pictures: Tensor) -> Tensor:
        """By how many standard deviations the best subject fits better than all do on average: [Q].

        pictures: [Q, D] unit.
        """
        scores = pictures @ self.rows.T
        return (scores.amax(1) - scores.mean(1)) / scores.std(1).clamp(min=1e-6)

    def evidence(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """What speaks for and against each text, of the picture beside it: [Q, 5].

            >>> subjects, picture = Subjects(torch.eye(8), torch.eye(8)[6:]), torch.eye(8)[:1]
            >>> subjects.evidence(picture, picture)
            tensor([[1., 0., 1., 0., 0.]])

        The cosine of the two; that of the subject which fits best of those that the text does not name; how near the
        text is to a subject (a whole sentence is not); how much the picture is a photo, and a drawing by hand.
        pictures, texts: [Q, D] unit. The few subjects nearest to a text are what it names: "a red fox in the snow" has
        no rival in a fox.
        """
        near = (texts @ self.rows.T).topk(min(_FEW, len(self.rows)), dim=1)
        others = (pictures @ self.rows.T).scatter(1, near.indices, -1.0)
        own = (pictures * texts).sum(1)
        return torch.stack([own, others.amax(1), near.values[:, 0], *(pictures @ self.kinds.T).T], dim=1)

    def limits(self, pictures: Tensor, right: Tensor, cases: Sequence[tuple[Tensor, Tensor]] = ()) -> Limits | None:
        """Measure the limits on pictures of what was taught.

            >>> truth = torch.eye(12)
            >>> Subjects(truth, truth[:2]).limits(truth, truth.bool()).trust
            ()

        pictures: [Q, D] unit, that training did not see; right: bool [Q, K], the subjects that each shows; cases: for
        each source of pictures the evidence of texts that are right of theirs, and of texts that are the best of those
        that are not. None where it names none of the pictures.
        """
        scores = pictures @ self.rows.T
        named = scores.masked_fill(~right, -1.0).amax(1) >= scores.amax(1)
        if not named.any():
            return None
        standout = float(self.standout(pictures)[named].quantile(1 - _SHARE))
        return Limits(standout, learn_trust(cases) if cases else ())


def learn_trust(cases: Sequence[tuple[Tensor, Tensor]]) -> tuple[float, ...]:
    """Learn which evidence shows that a text is right: the weight of each kind, and what is added to their sum.

        >>> right, wrong = torch.tensor([[0.9], [0.8]]), torch.tensor([[0.1], [0.3]])
        >>> weight, bias = learn_trust([(right, wrong)])
        >>> weight * 0.9 + bias > 0 > weight * 0.1 + bias
        True

    cases: for each source, evidence [N, E] of right texts, and [M, E] of wrong ones. Logistic regression, in which
    every source counts alike, and of it right and wrong; the bias is such that nine tenths of the right ones are kept.
    """
    rows = torch.cat([part for case in cases for part in case])
    truth = torch.cat([torch.ones(len(part)) * sign for case in cases for part, sign in zip(case, (1, 0), strict=True)])
    counts = torch.cat([torch.full((len(part),), 1 / max(1, len(part))) for case in cases for part in case])
    mean, spread = rows.mean(0), rows.std(0).clamp(min=1e-6)
    even = (rows - mean) / spread
    weights = torch.zeros(rows.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = even @ weights[1:] + weights[0]
        found = F.binary_cross_entropy_with_logits(logits, truth, weight=counts, reduction="sum")
        found = found + 0.01 * weights[1:].square().sum()
        found.backward()
        return found

    optimizer.step(loss)
    direction = (weights.detach()[1:] / spread).half().float()  # as it is stored
    least = torch.quantile(torch.cat([right for right, _ in cases]) @ direction, 1 - _SHARE)
    return (*direction.tolist(), -float(least))
