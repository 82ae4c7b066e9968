"""The scan over sign bits finds what an exact search finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from clipgen.library import Searcher, vectors
from clipgen.store import Store, text_keys

DIM = 72  # no multiple of 64


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Searcher, torch.Tensor]:
    """3,000 vectors with a common mean, of which the scans pass on a seventh."""
    monkeypatch.setattr(vectors, "_LEAST", 400)
    monkeypatch.setattr(vectors, "_FIRST", 0.5)
    noise = torch.Generator().manual_seed(0)
    rows = F.normalize(torch.randn(3000, DIM, generator=noise) + 1, dim=1)
    stored = Store(tmp_path / "store", limit=None).vectors("f" * 64, DIM, "library")
    for first in range(0, 3000, 1000):
        stored.put(text_keys([str(i) for i in range(first, first + 1000)]), rows[first : first + 1000])
    return Searcher(stored, tmp_path / "signs", rows.mean(0).numpy()), rows


def test_recall_is_that_of_exact_search(table: tuple[Searcher, torch.Tensor]) -> None:
    searcher, rows = table
    queries = F.normalize(rows[:40] + 0.1 * torch.randn(40, DIM, generator=torch.Generator().manual_seed(1)), dim=1)
    hits = 0
    for query in queries:
        exact = (rows @ query).topk(10).indices.tolist()
        found = searcher.nearest(query.numpy(), 10)
        assert (np.diff(found.scores) <= 0).all()
        hits += len({key.tobytes() for key in found.keys} & {key.tobytes() for key in text_keys(list(map(str, exact)))})
    assert hits / 400 > 0.9


def test_scores_are_exact_cosines(table: tuple[Searcher, torch.Tensor]) -> None:
    searcher, rows = table
    found = searcher.nearest(rows[7].numpy(), 1)
    assert (found.keys == text_keys(["7"])).all() and abs(found.scores[0] - 1) < 1e-3


def test_signs_are_cached_and_follow_the_table(table: tuple[Searcher, torch.Tensor], tmp_path: Path) -> None:
    searcher, rows = table
    searcher.nearest(rows[0].numpy(), 1)
    (cached,) = (tmp_path / "signs").glob("*.npy")
    new = F.normalize(torch.randn(1, DIM, generator=torch.Generator().manual_seed(5)), dim=1)
    searcher.vectors.put(text_keys(["new"]), new)
    again = Searcher(searcher.vectors, tmp_path / "signs", searcher.mean)
    assert (again.nearest(new[0].numpy(), 1).keys == text_keys(["new"])).all()
    cached.write_bytes(b"damaged")
    once_more = Searcher(searcher.vectors, tmp_path / "signs", searcher.mean)
    assert (once_more.nearest(rows[7].numpy(), 1).keys == text_keys(["7"])).all()


def test_among_is_exact_and_skips_what_is_missing(table: tuple[Searcher, torch.Tensor]) -> None:
    searcher, rows = table
    found = searcher.among(text_keys(["3", "missing", "5"]), rows[5].numpy(), 10)
    assert (found.keys == text_keys(["5", "3"])).all()


def test_an_empty_table_finds_nothing(tmp_path: Path) -> None:
    empty = Store(tmp_path / "store", limit=None).vectors("f" * 64, DIM, "library")
    searcher = Searcher(empty, tmp_path / "signs", np.zeros(DIM))
    assert len(searcher.nearest(np.ones(DIM, np.float32), 10).keys) == 0
