from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import DescribeSettings
from clipgen.similarity import Matcher
from clipgen.tasks.unrelated import matcher_of


@pytest.fixture
def matcher(calibrated: OpenClip) -> Matcher:
    return matcher_of(calibrated, hubness=True)


@pytest.fixture
def picture(calibrated: OpenClip) -> Tensor:
    return calibrated.encode_image(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(3)))


def test_a_match_says_how_well_it_fits(matcher: Matcher, picture: Tensor) -> None:
    texts = ["fox", "castle", "swim city", "red square", "fox"]
    (matches,) = matcher.rank(picture, [texts[:2], texts[2:]], top=3)
    scores = {text: matcher.rank_scores(picture, matcher.embed_texts([text])).item() for text in texts}
    order = sorted(scores, key=lambda text: -scores[text])
    assert [match.text for match in matches] == order[:3]
    first, second, third = matches
    assert first.score == pytest.approx((picture @ matcher.embed_texts([first.text]).T).item(), abs=1e-5)
    assert first.margin == pytest.approx(scores[order[0]] - scores[order[1]], abs=1e-5) and first.margin > 0
    assert third.margin == pytest.approx(scores[order[2]] - scores[order[0]], abs=1e-5) and third.margin < 0
    assert 1 >= first.probability > second.probability > third.probability > 0
    fit = matcher.background.fit(picture[0], matcher.embed_texts([first.text])[0])
    assert (first.z, first.percentile) == pytest.approx((fit.z, fit.percentile), abs=1e-4)
    assert list(first.to_dict()) == ["text", "score", "z", "percentile", "probability", "margin"]


def test_hubness_has_one_default(calibrated: OpenClip, matcher: Matcher) -> None:
    plain = Matcher(calibrated, background=matcher.background)
    assert plain.hubness is DescribeSettings().hubness is matcher_of(calibrated).hubness is False
    assert plain.offset is None and matcher.offset is not None
    assert torch.equal(matcher.offset, matcher.background.pictures.mean(0))


def test_one_candidate_has_no_rival(matcher: Matcher, picture: Tensor) -> None:
    ((match,),) = matcher.rank(picture, [["fox"]], top=5)
    assert match.margin == 0 and match.probability == pytest.approx(1)


def test_no_candidate_is_an_error(matcher: Matcher, picture: Tensor) -> None:
    with pytest.raises(PromptError):
        matcher.rank(picture, [], top=5)


def test_it_abstains_when_nothing_fits(matcher: Matcher) -> None:
    text = matcher.embed_texts(["red square"])
    own, other = text, -text
    found = matcher.rank(torch.cat([own, other]), [["red square"]], top=1, abstain=True)
    assert matcher.background.fit(own[0], text[0]).z > 2  # a picture that is the text
    assert [len(matches) for matches in found] == [1, 0]


def test_candidates_stream_in_blocks(matcher: Matcher, picture: Tensor) -> None:
    given: list[int] = []

    def blocks() -> Iterator[list[str]]:
        for i in range(40):
            given.append(i)
            yield [f"fox {i} {j}" for j in range(25)]

    matches = matcher.rank(picture, blocks(), top=2)[0]
    assert len(given) == 40 and len(matches) == 2
