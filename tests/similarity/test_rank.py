import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Ranking


def units(n: int, seed: int, dim: int = 16) -> Tensor:
    return F.normalize(torch.randn(n, dim, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_blocks_change_nothing(block: int) -> None:
    queries, rows = units(3, 0), units(3000, 1)
    texts = [f"text {i}" for i in range(len(rows))]
    ranking = Ranking(queries, top=5)
    for first in range(0, len(rows), block):
        ranking.add(texts[first : first + block], rows[first : first + block])
    scores = queries @ rows.T
    for query, found in enumerate(ranking.best()):
        order = scores[query].argsort(descending=True)[:5].tolist()
        assert [one.text for one in found] == [texts[i] for i in order]
        assert [one.score for one in found] == pytest.approx(scores[query, order].tolist(), abs=1e-6)
        share = torch.softmax(100 * scores[query].double(), 0)[order[0]].item()
        assert ranking.probability(query, found[0].rank_score) == pytest.approx(share, rel=1e-3)
    assert ranking.count == 3000 and len(ranking._texts) < 2000


def test_equal_texts_count_once() -> None:
    rows = units(3, 2)
    ranking = Ranking(units(1, 3), top=5)
    ranking.add(["a", "b", "a"], rows[[0, 1, 0]])
    ranking.add(["b", "c"], rows[[1, 2]])
    assert ranking.count == 3 and sorted(one.text for one in ranking.best()[0]) == ["a", "b", "c"]


def test_what_fits_everything_is_discounted() -> None:
    pictures = F.normalize(units(200, 4) + torch.eye(16)[0] * 2, dim=-1)  # all share one direction
    hub, own = torch.eye(16)[0], F.normalize(pictures[0] - pictures.mean(0), dim=-1)
    texts, rows = ["hub", "own"], torch.stack([hub, own])
    plain, fair = (Ranking(pictures[:1], top=1, offset=offset) for offset in (None, pictures.mean(0)))
    for ranking in (plain, fair):
        ranking.add(texts, rows)
    assert plain.best()[0][0].text == "hub"
    (found,) = fair.best()[0]
    assert found.text == "own" and found.score == pytest.approx((pictures[0] @ own).item(), abs=1e-6)


def test_of_equal_candidates_the_first_comes_first() -> None:
    row = units(1, 5)
    ranking = Ranking(row, top=3)
    ranking.add(["x", "y", "z"], row.expand(3, -1))
    assert [one.text for one in ranking.best()[0]] == ["x", "y", "z"]


def test_nothing_added_nothing_found() -> None:
    assert Ranking(units(2, 6), top=3).best() == [[], []]
