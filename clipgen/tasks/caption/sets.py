"""What pictures are not, what they share, and what sets two sets of them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.settings import CaptionSettings
from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Embedded, Matcher, Picture, Skipped
from clipgen.similarity.phrases import Phrases
from clipgen.tasks.caption.candidates import read_candidates
from clipgen.tasks.events import Trait, Traits


def traits(
    kind: Literal["negative", "common", "contrast"],
    pictures: Iterable[Picture],
    matcher: Matcher,
    *,
    others: Iterable[Picture] = (),
    candidates: Path | Sequence[str] | None = None,
    top: int = CaptionSettings.top,
    views: str = AUTO,
) -> Iterator[Traits | Skipped]:
    """What each picture is not, what all of them share, or what they show and others do not.

        >>> found = traits("common", [folder / "a.png"], matcher, candidates=["a fox", "a castle"], top=1)
        >>> [len(one.traits) for one in found]
        [1]

    pictures, views: as for `caption`; others: the second set of "contrast"; candidates: phrases to choose from, or a
    file of them (default: all phrase tables).
    Yields one Traits for each picture ("negative") or for all, and Skipped for files that cannot be loaded.
    Raises SettingsError for fewer than two pictures in a set of "contrast".
    """
    chosen = pick_views(views)
    phrases = _phrases(candidates, matcher)

    def embed(some: Iterable[Picture], into: list[Embedded]) -> Iterator[Skipped]:
        for one in matcher.embed_pictures(some, views=chosen):
            if isinstance(one, Skipped):
                yield one
            else:
                into.append(one)

    first: list[Embedded] = []
    second: list[Embedded] = []
    yield from embed(pictures, first)
    yield from embed(others, second)
    if not first:
        return
    rows = _vectors(first)
    if kind == "negative":
        for one, found in zip(first, negative(rows, phrases, matcher, top=top), strict=True):
            yield Traits(one.path, tuple(found))
    elif kind == "common":
        yield Traits(None, tuple(common(rows, phrases, matcher, top=top)))
    else:
        yield Traits(None, tuple(contrast(rows, _vectors(second), phrases, matcher, top=top)))


def common(pictures: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int) -> list[Trait]:
    """What pictures [N, D] share: phrases that fit most of them better than unrelated pictures.

        >>> len(common(matcher.perceptor.encode_image(image), ["a fox", "a castle"], matcher, top=1))
        1

    A phrase's score is the lower quartile, over the pictures, of its z-score among unrelated pictures: a phrase that
    fits a few of them very well is not shared.
    Raises SettingsError for no picture.
    """
    if not len(pictures):
        raise SettingsError("there is no picture; give one or more", settings=["pictures"])
    rows = matcher.embed_texts(phrases)
    unrelated = matcher.background.pictures @ rows.T
    z = (pictures @ rows.T - unrelated.mean(0)) / unrelated.std(0).clamp(min=1e-6)
    shared = z.quantile(0.25, dim=0)
    return [Trait(phrases[i], shared[i].item()) for i in shared.argsort(descending=True)[:top].tolist()]


def contrast(first: Tensor, second: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int) -> list[Trait]:
    """What pictures of one set [N, D] show and those of another [M, D] do not.

        >>> light, dark = (matcher.perceptor.encode_image(torch.cat([image, image]) * share) for share in (1, 0.2))
        >>> 0 <= contrast(light, dark, ["a fox", "a castle"], matcher, top=1)[0].score <= 1
        True

    Phrases are chosen on every other picture by their area under the ROC curve, and scored by it on the remaining ones.
    Raises SettingsError for fewer than two pictures in a set.
    """
    for rows in (first, second):
        if len(rows) < 2:
            raise SettingsError(f"a set has {len(rows)} pictures; give two or more in each, one half scores the other")
    words = matcher.embed_texts(phrases)
    chosen = auc(first[::2] @ words.T, second[::2] @ words.T).argsort(descending=True, stable=True)[:top]
    scores = auc(first[1::2] @ words[chosen].T, second[1::2] @ words[chosen].T)
    return [Trait(phrases[i], score) for i, score in zip(chosen.tolist(), scores.tolist(), strict=True)]


def negative(pictures: Tensor, phrases: Sequence[str], matcher: Matcher, *, top: int) -> list[list[Trait]]:
    """What each picture [N, D] is not: the phrases that fit it least, all below the mean over the phrases.

        >>> negative(matcher.perceptor.encode_image(image), ["a fox", "a castle"], matcher, top=1)[0][0].score < 0
        True

    A phrase's score is its distance from that mean, in standard deviations, and always below 0.
    """
    scores = matcher.rank_scores(pictures, matcher.embed_texts(phrases))
    z = (scores - scores.mean(1, keepdim=True)) / scores.std(1, keepdim=True).clamp(min=1e-6)
    order = z.argsort(dim=1, stable=True)[:, :top].tolist()
    return [[Trait(phrases[i], z[n, i].item()) for i in row if z[n, i] < 0] for n, row in enumerate(order)]


def auc(first: Tensor, second: Tensor) -> Tensor:
    """Area under the ROC curve of scores [N, P] above scores [M, P], ties counted half: [P].

    >>> auc(torch.tensor([[1.0], [3.0]]), torch.tensor([[0.0], [2.0]]))
    tensor([0.7500])
    """
    # of each score how many of the other side are below it, and how many are not above: half the sum counts ties half;
    # comparing all pairs at once would take N * M * P numbers
    ordered, asked = second.T.contiguous().sort(dim=1).values, first.T.contiguous()
    below = torch.searchsorted(ordered, asked) + torch.searchsorted(ordered, asked, right=True)
    return below.double().mean(1).div(2 * len(second)).to(first.dtype)


def _phrases(candidates: Path | Sequence[str] | None, matcher: Matcher) -> list[str]:
    if candidates is None:
        return Phrases.shipped().known_to(matcher.perceptor).plain()
    blocks = read_candidates(candidates) if isinstance(candidates, Path) else [candidates]
    return [text for block in blocks for text in block]


def _vectors(pictures: Sequence[Embedded]) -> Tensor:
    return torch.stack([one.vector for one in pictures]) if pictures else torch.empty(0, 0)
