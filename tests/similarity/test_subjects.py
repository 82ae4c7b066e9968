import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Limits, Subjects, learn_trust


def near(rows: Tensor, spread: float, seed: int) -> Tensor:
    noise = torch.randn(rows.shape, generator=torch.Generator().manual_seed(seed))
    return F.normalize(rows + spread * F.normalize(noise, dim=-1), dim=-1)


@pytest.fixture
def rows() -> Tensor:
    return near(torch.zeros(60, 24), 1.0, 0)


@pytest.fixture
def subjects(rows: Tensor) -> Subjects:
    return Subjects(rows, near(torch.zeros(2, 24), 1.0, 9))


def test_a_picture_of_a_subject_stands_out_and_one_of_nothing_does_not(rows: Tensor, subjects: Subjects) -> None:
    known, nothing = subjects.standout(near(rows[:20], 0.5, 1)), subjects.standout(near(torch.zeros(20, 24), 1.0, 2))
    assert known.min() > nothing.median() and known.median() > nothing.median() + 1


def test_evidence_is_of_the_text_its_rival_its_name_and_the_kind_of_picture(rows: Tensor, subjects: Subjects) -> None:
    own, rival, named, photo, drawing = subjects.evidence(rows[:5], rows[:5]).T
    assert torch.allclose(own, torch.ones(5)) and torch.allclose(named, torch.ones(5))
    # the five subjects nearest to a text are what it names
    assert torch.allclose(rival, (rows[:5] @ rows.T).sort(1).values[:, -6])
    assert torch.allclose(torch.stack([photo, drawing], 1), rows[:5] @ subjects.kinds.T)


def test_nine_tenths_of_what_is_known_are_within_the_limits(rows: Tensor, subjects: Subjects) -> None:
    pictures = near(rows.repeat(10, 1), 2.5, 3)
    right = torch.eye(60, dtype=torch.bool).repeat(10, 1)
    limits = subjects.limits(pictures, right)
    assert limits is not None and limits.trust == ()
    named = right[torch.arange(600), (pictures @ rows.T).argmax(1)]
    assert 0.2 < named.float().mean() < 1
    assert (subjects.standout(pictures)[named] >= limits.standout).float().mean() == pytest.approx(0.9, abs=0.02)


def test_a_perceptor_that_names_nothing_has_no_limits(rows: Tensor, subjects: Subjects) -> None:
    right = torch.zeros(60, 60, dtype=torch.bool)
    right[:, 0] = True
    assert subjects.limits(rows[1:2], right[1:2]) is None
    assert subjects.limits(rows[:1], right[:1]) == Limits(pytest.approx(float(subjects.standout(rows[:1]))))


def test_what_a_text_says_more_briefly_is_no_rival_of_it() -> None:
    rows = F.normalize(torch.randn(40, 16, generator=torch.Generator().manual_seed(0)), dim=1)
    picture, longer = rows[:1], F.normalize(rows[:1] + 0.8 * torch.eye(16)[:1], dim=1)  # "fox", "a fox in the snow"
    subjects = Subjects(rows, rows[:2])
    assert (picture @ rows.T).amax() > (picture * longer).sum() + 0.1
    own, rival, *_ = subjects.evidence(picture, longer)[0]
    assert rival < own
    own, rival, *_ = subjects.evidence(picture, -picture)[0]
    assert own < 0 < rival


def test_trust_is_learnt_of_all_evidence_and_keeps_nine_tenths_of_what_is_right() -> None:
    rng = torch.Generator().manual_seed(4)

    def case(count: int, shift: float) -> tuple[Tensor, Tensor]:
        right, wrong = (torch.randn(count, 3, generator=rng) for _ in range(2))
        right[:, 0] += 2.0 + shift  # what is right fits better, and its rivals worse
        right[:, 1] -= 2.0
        wrong[:, 0] += shift  # and of one kind of picture everything fits better
        for part in (right, wrong):
            part[:, 2] = 0.1 * part[:, 2] + shift
        return right, wrong

    cases = [case(300, 0.0), case(1000, 3.0)]
    *weights, bias = learn_trust(cases)
    assert weights[0] > 0 > weights[1] and weights[2] < 0
    kept = [[float((part @ torch.tensor(weights) + bias >= 0).float().mean()) for part in one] for one in cases]
    assert sum(300 * a + 1000 * b for a, b in [(kept[0][0], kept[1][0])]) / 1300 == pytest.approx(0.9, abs=0.01)
    assert all(right > 0.85 and wrong < 0.15 for right, wrong in kept)
