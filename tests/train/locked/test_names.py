"""The names of all sources: merged by their best name, asked so that no right answer counts as wrong."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.clip.locked.names import Names


class Labels:
    """A source of names alone."""

    def __init__(self, name: str, *labels: tuple[str, ...]) -> None:
        self.name, self.labels = name, labels


def embed(texts: Sequence[str]) -> Tensor:
    """Another vector for each text."""
    rows = [torch.randn(8, generator=torch.Generator().manual_seed(sum(map(ord, text)))) for text in texts]
    return F.normalize(torch.stack(rows), dim=-1)


def two() -> Names:
    world = Labels("world", ("motorcycle",), ("chair",), ("fish",))
    photos = Labels("photos", ("Motorcycle", "motorbike"), ("Windsor chair", "chair"), ("bass", "fish"), ("chair",))
    return Names([world, photos], embed)  # type: ignore[list-item]


def facts(*rows: tuple[int, int]) -> Tensor:
    return torch.tensor([[source, label, -1, -1] for source, label in rows])


def test_equal_names_of_two_sources_are_one_concept() -> None:
    names = two()
    assert names.concepts == ("motorcycle", "chair", "fish", "windsor chair", "bass")
    concept, _ = names.truth(facts((0, 0), (1, 0), (1, 1), (0, 2), (1, -1)))
    assert concept.tolist() == [0, 0, 3, 2, -1]


def test_labels_of_one_source_exclude_each_other_and_shared_names_across_sources_do_not() -> None:
    names = two()
    _, rivals = names.truth(facts((1, 1), (1, 2), (0, 1), (0, 2), (1, -1)))
    # a Windsor chair is no chair where both are labels; a bass is a fish of the world; the rest are alternatives
    assert rivals[0].tolist() == [True] * 5
    assert rivals[1].tolist() == [True, True, False, True, True]
    assert rivals[2].tolist() == [True, True, True, False, True]
    assert rivals[3].tolist() == [True, True, True, True, False]
    assert rivals[4].all()


def test_a_name_that_two_concepts_share_stands_for_neither() -> None:
    names, generator = two(), torch.Generator().manual_seed(0)
    drawn = [names.rows(generator) for _ in range(200)]
    assert all(rows.shape == (5, 8) for rows in drawn)
    of_bass = {tuple(rows[4].tolist()) for rows in drawn}
    of_motorcycle = {tuple(rows[0].tolist()) for rows in drawn}
    assert len(of_bass) == 5 and len(of_motorcycle) == 10  # sentences, times names
    assert tuple(embed(["a photo of a bass"])[0].tolist()) in of_bass
    assert tuple(embed(["a drawing of a motorbike"])[0].tolist()) in of_motorcycle
