"""The nearest others of each vector, block by block."""

from __future__ import annotations

import pytest
import torch

from clipgen.library import neighbours
from clipgen.library.neighbours import nearest, whitened


def test_blocks_give_the_same_and_none_is_its_own_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = torch.nn.functional.normalize(torch.randn(50, 8, generator=torch.Generator().manual_seed(0)), dim=1)
    cosines, places = nearest(rows, 4)
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert torch.equal(nearest(rows, 4)[1], places) and (cosines.diff(dim=1) <= 0).all()
    assert not (places == torch.arange(50)[:, None]).any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_vectors_have_few_neighbours(count: int) -> None:
    assert nearest(torch.eye(4)[:count], 3)[1].shape == (count, max(0, count - 1))


def test_a_common_direction_is_taken_out() -> None:
    noise = torch.randn(200, 16, generator=torch.Generator().manual_seed(0))
    rows = torch.nn.functional.normalize(noise + 5, dim=1)
    assert (rows @ rows.T).mean() > 0.9
    assert abs(float((whitened(rows, rows[:20]) @ whitened(rows, rows[:20]).T).mean())) < 0.1
