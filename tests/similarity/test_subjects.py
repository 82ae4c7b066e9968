import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Limits, Subjects


def near(rows: Tensor, spread: float, seed: int) -> Tensor:
    noise = torch.randn(rows.shape, generator=torch.Generator().manual_seed(seed))
    return F.normalize(rows + spread * F.normalize(noise, dim=-1), dim=-1)


@pytest.fixture
def rows() -> Tensor:
    return near(torch.zeros(60, 24), 1.0, 0)


def test_a_picture_of_a_subject_stands_out_and_one_of_nothing_does_not(rows: Tensor) -> None:
    subjects = Subjects(rows)
    known, nothing = subjects.standout(near(rows[:20], 0.5, 1)), subjects.standout(near(torch.zeros(20, 24), 1.0, 2))
    assert known.min() > nothing.median() and known.median() > nothing.median() + 1
    assert torch.allclose(subjects.rivals(rows[:5], rows[:5]) + 1, (rows[:5] @ rows.T).sort(1).values[:, -6])


def test_nine_tenths_of_what_is_known_are_within_the_limits(rows: Tensor) -> None:
    subjects, pictures = Subjects(rows), near(rows.repeat(10, 1), 2.5, 3)
    right = torch.eye(60, dtype=torch.bool).repeat(10, 1)
    limits = subjects.limits(pictures, right)
    assert limits is not None
    scores = pictures @ rows.T
    named = right[torch.arange(600), scores.argmax(1)]
    assert 0.2 < named.float().mean() < 1
    assert (subjects.standout(pictures)[named] >= limits.standout).float().mean() == pytest.approx(0.9, abs=0.02)
    above = scores.amax(1) - scores[right]
    assert 0 < limits.rival < above.max()
    among = (scores >= scores[right][:, None]).sum(1) <= 5
    assert (above[among] <= limits.rival + 1e-6).float().mean() == pytest.approx(0.9, abs=0.02)


def test_a_perceptor_that_names_nothing_has_no_limits(rows: Tensor) -> None:
    right = torch.zeros(60, 60, dtype=torch.bool)
    right[:, 0] = True
    assert Subjects(rows).limits(rows[1:2], right[1:2]) is None
    assert Subjects(rows).limits(rows[:1], right[:1]) == Limits(
        pytest.approx(float(Subjects(rows).standout(rows[:1]))), 0.0
    )


def test_what_a_text_says_more_briefly_is_no_rival_of_it() -> None:
    rows = F.normalize(torch.randn(40, 16, generator=torch.Generator().manual_seed(0)), dim=1)
    picture, longer = rows[:1], F.normalize(rows[:1] + 0.8 * torch.eye(16)[:1], dim=1)  # "fox", "a fox in the snow"
    subjects = Subjects(rows)
    assert (picture @ rows.T).amax() > (picture * longer).sum() + 0.1
    assert subjects.rivals(picture, longer) < 0 < subjects.rivals(picture, -picture)
