"""What the nearest pictures say: outliers, and labels that the neighbours do not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from clipgen.library.names import spaced
from clipgen.library.neighbours import nearest
from clipgen.tasks.curate.dataset import Entry
from clipgen.tasks.curate.finding import Finding, beyond

Floats = NDArray[np.float64]

_NEIGHBOURS, _FEW = 10, 30  # that an outlier is far from, and pictures from which on there are outliers
_UNUSUAL = 3.5  # robust standard deviations: Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers
_OF_LABEL = 5  # nearest pictures of a label that stand for it; 3 and 8 find as many wrong labels
_WRONG = 0.05  # share of labels that is taken to be wrong
_BLOCK = 256  # pictures that are compared with all others at once


def centred(vectors: Tensor, mean: Tensor) -> Tensor:
    """Unit vectors [N, D] without what all pictures share; mean: [D], of pictures of all sorts.

    >>> centred(torch.eye(2), torch.zeros(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return F.normalize(vectors - mean, dim=1)


def outliers(entries: Sequence[Entry], vectors: Tensor) -> Iterator[Finding]:
    """Pictures whose nearest others are much further away than is usual; vectors: [N, D], centred."""
    if len(entries) < _FEW:
        return
    cosines, places = nearest(vectors, _NEIGHBOURS)
    distances = (1 - cosines.mean(1)).numpy().astype(np.float64)
    middle = float(np.median(distances))
    spread = max(1.4826 * float(np.median(np.abs(distances - middle))), 1e-6)
    for entry, distance, near in zip(entries, distances, places[:, 0].tolist(), strict=True):
        z = (float(distance) - middle) / spread
        if z >= _UNUSUAL:
            reason = f"unlike all others: {z:.1f} standard deviations further from its neighbours than usual"
            yield Finding(entry.path, "outlier", beyond(z, _UNUSUAL), reason, (entries[near].path,))


def doubtful_labels(
    entries: Sequence[Entry], vectors: Tensor, embed_texts: Callable[[Sequence[str]], Tensor]
) -> Iterator[Finding]:
    """Pictures that fit another label better than their own; vectors: [N, D], centred; embed_texts: texts → [C, D].

    The margin of a picture is how much better the best other label fits, see `fitting`. The score is the share of
    wrong labels that is expected among the pictures with that margin or more: for comparison all labels are changed at
    random, and the margins that this gives are counted against those that there are. So few labels are doubted where a
    CLIP cannot tell the classes apart.
    """
    names = sorted({entry.label for entry in entries if entry.label})
    counts = {name: sum(entry.label == name for entry in entries) for name in names}
    usable = [name for name in names if counts[name] > 1]
    if len(usable) < 2:
        return
    kept = [i for i, entry in enumerate(entries) if entry.label in usable]
    labels = np.array([usable.index(entries[i].label) for i in kept])
    texts = embed_texts([spaced(name).lower() or name for name in usable])
    near = fitting(vectors[kept], labels, texts)
    margins, best = _margins(near, labels)
    scores = expected_wrong(margins, _changed(near, labels))
    for place in np.argsort(-margins, kind="stable"):
        if margins[place] > 0 and scores[place] >= 0.5:
            entry, other = entries[kept[place]], usable[best[place]]
            reason = f"in {entry.label}, and fits the pictures in {other} better"
            yield Finding(entry.path, "doubtful label", float(scores[place]), reason)


def fitting(vectors: Tensor, labels: NDArray[np.int64], texts: Tensor) -> Floats:
    """How well each label fits each picture, by its other pictures and by its name: [N, C].

        >>> fitting(torch.eye(4), np.array([0, 0, 1, 1]), torch.eye(4)[:2]).shape
        (4, 2)

    vectors: [N, D], centred; texts: [C, D], of the names. Three voices: the nearest pictures of a label, the mean of
    all, and the words; each picture's own label has no part in what they say of it. How much each counts is what makes
    the given labels most likely (stacking, Wolpert 1992): names that say nothing of their pictures weigh nothing.
    """
    voices = [closeness(vectors, labels), _to_means(vectors, labels), (vectors @ texts.T).double().numpy()]
    even = [one - one.mean(1, keepdims=True) for one in voices]
    rows = torch.from_numpy(np.stack([one / max(float(one.std()), 1e-9) for one in even], axis=-1))
    truth, weights = torch.from_numpy(labels), torch.ones(len(voices), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=50, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        # a prior of equal voices: a handful of labels says little about them
        found = F.cross_entropy(rows @ weights, truth) + ((weights - 1) ** 2).sum() / (2 * len(rows))
        found.backward()
        return found

    optimizer.step(loss)
    return np.asarray((rows @ weights.detach()).numpy())


def _to_means(vectors: Tensor, labels: NDArray[np.int64]) -> Floats:
    """The cosine of each picture with the mean of the others of each label: [N, C]."""
    rows = vectors.double().numpy()
    sums = np.stack([rows[labels == label].sum(0) for label in range(int(labels.max()) + 1)])
    found = rows @ (sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-9)).T
    others = sums[labels] - rows
    own = np.einsum("nd,nd->n", rows, others) / np.linalg.norm(others, axis=1).clip(1e-9)
    found[np.arange(len(rows)), labels] = own
    return np.asarray(found)


def closeness(vectors: Tensor, labels: NDArray[np.int64]) -> Floats:
    """The mean cosine of each picture with the five nearest others of each label: [N, C].

    >>> closeness(torch.eye(4), np.array([0, 0, 1, 1])).shape
    (4, 2)
    """
    columns = [torch.from_numpy(np.flatnonzero(labels == label)) for label in range(int(labels.max()) + 1)]
    found = np.empty((len(vectors), len(columns)))
    for first in range(0, len(vectors), _BLOCK):
        rows = vectors[first : first + _BLOCK] @ vectors.T
        own = torch.arange(len(rows))
        rows[own, first + own] = -torch.inf
        for label, some in enumerate(columns):
            # one less than there are: the picture itself is none of its neighbours
            count = min(_OF_LABEL, len(some) - 1)
            found[first : first + _BLOCK, label] = rows[:, some].topk(count, dim=1).values.mean(1).numpy()
    return found


def _margins(near: Floats, labels: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """By how much another label is nearer than the given one, and which."""
    rows = np.arange(len(near))
    others = near.copy()
    others[rows, labels] = -np.inf
    best = others.argmax(1)
    return others[rows, best] - near[rows, labels], best


def _changed(near: Floats, labels: NDArray[np.int64]) -> Floats:
    """The margins of the same pictures with another label each, at random."""
    count = near.shape[1]
    shifts = np.random.default_rng(0).integers(1, count, len(labels))
    return _margins(near, (labels + shifts) % count)[0]


def expected_wrong(margins: Floats, wrong: Floats) -> Floats:
    """The share of wrong labels among the pictures with a margin of at least each one's: [N], in [0, 1].

        >>> round(float(expected_wrong(np.array([-1.0] * 19 + [1.0]), np.array([1.0] * 20))[-1]), 3)
        1.0

    wrong: [N], the margins of labels that are wrong for certain. One label in twenty is taken to be wrong, so that a
    tenth of the pictures reaches 0.5 at most: correct those, and look again.
    """
    order = np.argsort(margins, kind="stable")
    ordered, certain = margins[order], np.sort(wrong)
    there = 1 - np.arange(len(ordered)) / len(ordered)
    # above the next lower margin: between two margins nothing tells where wrong ones begin
    lower = np.concatenate([[-np.inf], ordered[:-1]])
    expected = 1 - np.searchsorted(certain, lower, side="right") / len(certain)
    scores = np.empty(len(ordered))
    scores[order] = np.maximum.accumulate(np.minimum(_WRONG * expected / there, 1))
    return scores
