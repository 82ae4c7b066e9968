"""Choose the sentences that stand for a label in `classify`, by accuracy on labelled pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.models.weights import prompts_folder
from clipgen.prompts import read_prompt_file
from clipgen.settings.describe import AUTO, TEMPLATES, pick_views
from clipgen.similarity import Embedded, Matcher, Skipped, find_pictures
from clipgen.tasks.classify import sentence_of

_CHOOSING = 0.6  # share of each label's pictures by which templates are chosen; the others measure them
_MOST = 12  # templates in a set: each is embedded for each label in every run


@dataclass(frozen=True)
class Measured:
    """How many of the pictures are embedded."""

    done: int
    total: int


@dataclass(frozen=True)
class Tuned:
    """The templates that were found, and what they are worth.

    templates: at least as accurate as the default ones on the pictures that were not used for choosing; before, after:
    share of those pictures that are given their label with the default templates, and with these; chosen_by, checked:
    number of pictures in the two parts; labels: names of the folders.
    """

    templates: tuple[str, ...]
    before: float
    after: float
    chosen_by: int
    checked: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class _Scores:
    """What is compared: pictures [N, D], their labels [N], and the embedded sentences [C, L, D] of each template."""

    matcher: Matcher
    pictures: Tensor
    truth: Tensor
    sentences: Tensor

    def of(self, sums: Tensor, some: Tensor) -> tuple[float, float]:
        """Accuracy and mean log-probability of the labels over some pictures, for summed sentences [L, D]."""
        ranked = self.matcher.rank_scores(self.pictures[some], F.normalize(sums, dim=-1))
        shares = F.log_softmax(self.matcher.perceptor.logit_scale * ranked, dim=1)
        right = shares.argmax(1) == self.truth[some]
        return right.float().mean().item(), shares.gather(1, self.truth[some][:, None]).mean().item()

    def best(self, some: Tensor) -> list[int]:
        """Templates added one by one while the labels of some pictures are found better."""
        chosen, total, best = list[int](), torch.zeros_like(self.sentences[0]), (0.0, -torch.inf)
        while len(chosen) < _MOST:
            left = [i for i in range(len(self.sentences)) if i not in chosen]
            found = max(((self.of(total + self.sentences[i], some), -i) for i in left), default=((0.0, -torch.inf), 0))
            if found[0] <= best:
                break
            best = found[0]
            chosen.append(-found[1])
            total = total + self.sentences[chosen[-1]]
        return chosen


def candidate_templates() -> list[str]:
    """The sentences that are shipped to choose from.

    >>> {"a photo of {}", "a sketch of {}"} <= set(candidate_templates())
    True
    """
    return read_prompt_file(prompts_folder() / "classify" / "templates.txt")


def labelled_pictures(folder: Path) -> tuple[list[tuple[Path, str]], list[Skipped]]:
    """The pictures in the folders of a folder, with the names of these, their labels.

        >>> rows, skipped = labelled_pictures(Path("animals"))
        >>> [label for _, label in rows]
        ['cat', 'cat', 'dog', 'dog']

    Returns them with the names that cannot be used. Raises PromptError for fewer than two labels with two pictures.
    """
    inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    rows, skipped = list[tuple[Path, str]](), list[Skipped]()
    labels = 0
    for home in inside:
        pictures, bad = find_pictures([home], recursive=True)
        rows += [(path, home.name) for path in pictures]
        skipped += bad
        labels += len(pictures) > 1
    if labels < 2:
        raise PromptError(
            f"{folder} has {labels} folders with two pictures or more; it takes two, each named by what its "
            "pictures show",
            settings=["tune_templates"],
        )
    return rows, skipped


def tune_templates(
    rows: Sequence[tuple[Path, str]],
    matcher: Matcher,
    candidates: Sequence[str] = (),
    *,
    views: str = AUTO,
) -> Iterator[Measured | Skipped | Tuned]:
    """Choose templates on one part of labelled pictures, and measure them on the other.

        >>> rows = [(folder / name, label) for label in ("fox", "castle") for name in ("a.png", "b.png")]
        >>> *_, tuned = tune_templates(rows, matcher, ["a photo of {}"])
        >>> tuned.after >= tuned.before
        True

    rows: pictures and their labels, from `labelled_pictures`; candidates: templates to choose from besides the default
    ones; none: `candidate_templates`; views: a name in VIEWS, or auto.
    The same pictures are always divided in the same way, by the sha256 of their names. Yields Measured while pictures
    are embedded, Skipped for bad files, and Tuned at the end: with the default templates where those that were chosen
    are less accurate on the other part. Raises PromptError for a template without a place for the label, and where bad
    files leave too few pictures.
    Source: ensembles of prompts as in Radford et al. (arXiv 2103.00020); greedy forward selection.
    """
    templates = list(dict.fromkeys([*TEMPLATES, *(candidates or candidate_templates())]))
    labels = list(dict.fromkeys(label for _, label in rows))
    texts = [sentence_of(template, label) for template in templates for label in labels]
    kept = list[Embedded]()
    for event in matcher.embed_pictures((path for path, _ in rows), views=pick_views(views)):
        if isinstance(event, Skipped):
            yield event
        else:
            kept.append(event)
            yield Measured(event.index + 1, len(rows))
    if not kept:
        raise PromptError("none of the labelled pictures can be loaded", settings=["tune_templates"])
    truth = torch.tensor([labels.index(rows[one.index][1]) for one in kept])
    sentences = matcher.embed_texts(texts).view(len(templates), len(labels), -1)
    scores = _Scores(matcher, torch.stack([one.vector for one in kept]), truth, sentences)
    yield _tuned(scores, _divided([rows[one.index] for one in kept]), templates, labels)


def _tuned(scores: _Scores, parts: tuple[Tensor, Tensor], templates: Sequence[str], labels: Sequence[str]) -> Tuned:
    choosing, checking = parts
    default = list(range(len(TEMPLATES)))
    chosen = max((default, scores.best(choosing)), key=lambda some: scores.of(scores.sentences[some].sum(0), choosing))
    before, after = (scores.of(scores.sentences[some].sum(0), checking) for some in (default, chosen))
    if after < before:  # where as many are right, by how probable the labels are
        chosen, after = default, before
    found = tuple(templates[i] for i in chosen)
    return Tuned(found, before[0], after[0], len(choosing), len(checking), tuple(labels))


def _divided(rows: Sequence[tuple[Path, str]]) -> tuple[Tensor, Tensor]:
    """Which pictures to choose by, and which to measure with; both parts have some of each label with two or more."""
    by_label: dict[str, list[int]] = {}
    for i, (_, label) in enumerate(rows):
        by_label.setdefault(label, []).append(i)
    choosing, checking = list[int](), list[int]()
    for some in by_label.values():
        some.sort(key=lambda i: hashlib.sha256(f"{rows[i][1]}/{rows[i][0].name}".encode()).digest())
        cut = min(max(1, round(_CHOOSING * len(some))), max(1, len(some) - 1))
        choosing += some[:cut]
        checking += some[cut:]
    if not checking:
        raise PromptError("each label has one picture that can be loaded; it takes two", settings=["tune_templates"])
    return torch.tensor(sorted(choosing)), torch.tensor(sorted(checking))
