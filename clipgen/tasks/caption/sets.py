"""What sets of pictures have in common, and what sets two of them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.tasks.caption.match import Matcher


@dataclass(frozen=True)
class Trait:
    """A phrase and what it says of sets of pictures.

    common: z of the mean fit within the set, beyond unrelated pictures; contrast: the area under the ROC curve by which
    the phrase's fit tells held-out pictures of the two sets apart, 0.5 for chance.
    """

    text: str
    score: float


def common(pictures: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int = 5) -> list[Trait]:
    """What pictures [N, D] share: phrases that fit most of them better than unrelated pictures.

        >>> common(embed_images(perceptor, images), ["a fox", "snow"], matcher)[0].text

    A phrase's score is the lower quartile over the pictures of its standing among unrelated pictures, in standard
    deviations: what fits a few of them very well is not shared.
    Raises SettingsError for no picture.
    """
    if not len(pictures):
        raise SettingsError("there is no picture; give one or more")
    rows = matcher.read(phrases)
    unrelated = matcher.background.pictures @ rows.T
    standing = (pictures @ rows.T - unrelated.mean(0)) / unrelated.std(0).clamp(min=1e-6)
    shared = standing.quantile(0.25, dim=0)
    return [Trait(phrases[i], shared[i].item()) for i in shared.argsort(descending=True)[:top].tolist()]


def contrast(first: Tensor, second: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int = 5) -> list[Trait]:
    """What pictures of one set [N, D] show and those of another [M, D] do not.

        >>> contrast(summer, winter, ["snow", "a beach"], matcher)[0].score        # AUC on held-out pictures

    Phrases are chosen on every other picture by their area under the ROC curve, and scored on the others.
    Raises SettingsError for fewer than two pictures in a set.
    """
    for rows in (first, second):
        if len(rows) < 2:
            raise SettingsError(f"a set has {len(rows)} pictures; to hold some out, give two or more in each")
    words = matcher.read(phrases)
    chosen = auc(first[::2] @ words.T, second[::2] @ words.T).argsort(descending=True, stable=True)[:top]
    held = auc(first[1::2] @ words[chosen].T, second[1::2] @ words[chosen].T)
    return [Trait(phrases[i], score) for i, score in zip(chosen.tolist(), held.tolist(), strict=True)]


def negative(pictures: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int = 5) -> list[list[Trait]]:
    """What each picture [N, D] is not: the phrases that fit it least, all below the mean of what it fits.

        >>> negative(picture, ["a fox", "a castle"], matcher)[0][0].text

    A phrase's score is its distance below that mean, in standard deviations, and always below 0.
    """
    keys = matcher.keys(pictures, matcher.read(phrases))
    standing = (keys - keys.mean(1, keepdim=True)) / keys.std(1, keepdim=True).clamp(min=1e-6)
    order = standing.argsort(dim=1, stable=True)[:, :top].tolist()
    return [
        [Trait(phrases[i], standing[n, i].item()) for i in row if standing[n, i] < 0] for n, row in enumerate(order)
    ]


def auc(first: Tensor, second: Tensor) -> Tensor:
    """Area under the ROC curve of scores [N, P] above scores [M, P], ties counted half: [P].

    >>> auc(torch.tensor([[1.0], [3.0]]), torch.tensor([[0.0], [2.0]]))
    tensor([0.7500])
    """
    wins = (first[:, None] > second[None]).float() + 0.5 * (first[:, None] == second[None]).float()
    return wins.mean((0, 1))
