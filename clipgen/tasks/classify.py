"""Sort pictures by labels of one's own, without training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.settings import ClassifySettings
from clipgen.settings.describe import AUTO, TEMPLATES, pick_views
from clipgen.similarity import Embedded, Match, Matcher, Picture, Skipped, in_groups
from clipgen.similarity.articles import with_article
from clipgen.tasks.events import Labelled

_GROUP = 32  # pictures whose labels are computed together


def classify(
    pictures: Iterable[Picture],
    labels: Sequence[str],
    matcher: Matcher,
    settings: ClassifySettings | None = None,
    *,
    views: str = AUTO,
) -> Iterator[Labelled | Skipped]:
    """The most probable labels of each picture, best first.

        >>> for one in classify([folder / "a.png"], ["fox", "castle"], matcher):
        ...     print(one.path.name, sorted(match.text for match in one.matches))
        a.png ['castle', 'fox']

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; labels: as for `Classifier`; settings: its templates and how
    many labels; views: a name in VIEWS, or auto.
    Yields Labelled, or Skipped for a file that cannot be loaded. Raises PromptError for fewer than two labels and for a
    template without a place for the label.
    """
    chosen = (settings or ClassifySettings()).validate()
    classifier = Classifier(labels, matcher, templates=chosen.templates)
    embedded = matcher.embed_pictures(pictures, views=pick_views(views), batch=_GROUP)
    return _labelled(classifier, in_groups(embedded, _GROUP), chosen.top)


def _labelled(
    classifier: Classifier, groups: Iterator[list[Embedded] | Skipped], top: int
) -> Iterator[Labelled | Skipped]:
    for group in groups:
        if isinstance(group, Skipped):
            yield group
            continue
        found = classifier.classify(torch.stack([one.vector for one in group]), top=top)
        for one, matches in zip(group, found, strict=True):
            yield Labelled(one.index, one.path, tuple(matches))


class Classifier:
    """Labels, embedded once, for any number of pictures.

        >>> classifier = Classifier(["fox", "castle"], matcher)
        >>> matches, = classifier.classify(matcher.perceptor.encode_image(image), top=2)
        >>> round(sum(match.probability for match in matches), 3)
        1.0

    labels: two or more; templates: sentences whose mean stands for a label.
    Raises PromptError for fewer than two labels, and for a template without a place for the label.
    """

    def __init__(self, labels: Sequence[str], matcher: Matcher, *, templates: Sequence[str] = TEMPLATES) -> None:
        self.labels = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
        if len(self.labels) < 2:
            raise PromptError(f"labels given: {len(self.labels)}; give two or more to choose from")
        self.matcher = matcher
        sentences = [sentence_of(template, label) for label in self.labels for template in templates]
        rows = matcher.embed_texts(sentences).view(len(self.labels), len(templates), -1)
        self.rows = F.normalize(rows.mean(1), dim=-1)

    def classify(self, pictures: Tensor, *, top: int) -> list[list[Match]]:
        """The most probable labels of each picture [Q, D], best first; a probability is a share over all labels."""
        ranked, scores = self.matcher.rank_scores(pictures, self.rows), pictures @ self.rows.T
        shares = torch.softmax(self.matcher.perceptor.logit_scale * ranked, dim=1)
        order = shares.argsort(dim=1, descending=True, stable=True).tolist()
        return [
            [self._match(picture, place, row, ranked[n], scores[n], shares[n]) for place in range(len(row))[:top]]
            for n, (picture, row) in enumerate(zip(pictures, order, strict=True))
        ]

    def _match(
        self, picture: Tensor, place: int, order: list[int], ranked: Tensor, scores: Tensor, shares: Tensor
    ) -> Match:
        own, rival = order[place], order[1 if place == 0 else 0]
        fit = self.matcher.background.fit(picture, self.rows[own])
        margin = (ranked[own] - ranked[rival]).item()
        return Match(self.labels[own], scores[own].item(), fit.z, fit.percentile, shares[own].item(), margin)


def sentence_of(template: str, label: str) -> str:
    """A template about a label.

        >>> sentence_of("a photo of {}", "orange"), sentence_of("{bare}, a kind of fruit", "orange")
        ('a photo of an orange', 'orange, a kind of fruit')

    Raises PromptError for a template without a place for the label.
    """
    if "{}" not in template and "{bare}" not in template:
        raise PromptError(f"the template {template!r} has no {{}} where the label goes", settings=["templates"])
    return template.replace("{}", with_article(label)).replace("{bare}", label)
