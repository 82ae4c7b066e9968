"""One to one."""

from __future__ import annotations

import itertools

import pytest
import torch

from clipgen.similarity import assign

pytest.importorskip("scipy", reason="pairing needs SciPy, an extra")


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (3, 5), (5, 3)])
def test_no_other_choice_has_a_larger_sum(rows: int, columns: int) -> None:
    scores = torch.rand(rows, columns, generator=torch.Generator().manual_seed(rows))
    chosen = assign(scores)
    taken = [column for column in chosen if column is not None]
    assert len(taken) == len(set(taken)) == min(rows, columns)
    wide = scores if rows <= columns else scores.T
    best = max(sum(wide[i, j].item() for i, j in enumerate(some)) for some in itertools.permutations(
        range(wide.shape[1]), wide.shape[0]))  # fmt: skip
    total = sum(scores[i, j].item() for i, j in enumerate(chosen) if j is not None)
    assert total == pytest.approx(best)
