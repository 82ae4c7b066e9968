"""Pictures of nothing that a perceptor was taught are marked, and left without a caption where that is asked for."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.settings import CaptionSettings
from clipgen.similarity import Background, Limits, Matcher
from clipgen.tasks.caption import caption
from clipgen.tasks.events import Described
from gridclip import grid_matcher


@pytest.fixture(scope="module")
def plain() -> Matcher:
    return grid_matcher()


@pytest.fixture(scope="module")
def matcher(plain: Matcher) -> Matcher:
    # a text may be a tenth below the subject that fits best of those which it does not name
    limits = Limits(standout=4.5, trust=(1.0, -1.0, 0.0, 0.0, 0.0, 0.1))
    known = Background(plain.background.captions, plain.background.pictures, limits)
    return Matcher(plain.perceptor, background=known)


def painted(matcher: Matcher, text: str) -> Tensor:
    """A picture that embeds where a text does."""
    row = matcher.embed_texts([text])[0].view(1, 3, 4, 4)
    return F.interpolate(0.5 + row, (32, 32)).clamp(0, 1)


def described(pictures: list[Tensor], matcher: Matcher, settings: CaptionSettings, **more: object) -> list[Described]:
    found = list(caption(pictures, matcher, settings, **more))  # type: ignore[arg-type]
    assert all(isinstance(one, Described) for one in found)
    return [one for one in found if isinstance(one, Described)]


@pytest.mark.parametrize("mode", ["beam", "slots"])
def test_what_was_taught_is_described_and_the_rest_is_marked(matcher: Matcher, plain: Matcher, mode: str) -> None:
    pictures = [painted(matcher, "a forest"), painted(matcher, "something of another kind")]
    known, strange = described(pictures, matcher, CaptionSettings(mode=mode, top=1), views="centre")
    assert not known.unsure and strange.unsure and known.matches and strange.matches
    kept, left = described(pictures, matcher, CaptionSettings(mode=mode, top=1, abstain=True), views="centre")
    assert kept.matches and left.matches == () and left.unsure
    assert not any(one.unsure for one in described(pictures, plain, CaptionSettings(mode=mode, top=1)))


def test_a_caption_that_is_rather_wrong_marks_its_picture(plain: Matcher) -> None:
    def judged(bias: float) -> Described:
        known = Limits(standout=0.0, trust=(1.0, 0.0, 0.0, 0.0, 0.0, bias))
        matcher = Matcher(plain.perceptor, background=Background(*captions_and_pictures, known))
        slots = CaptionSettings(mode="slots", top=1)
        return described([painted(matcher, "a forest")], matcher, slots, views="centre")[0]

    captions_and_pictures = plain.background.captions, plain.background.pictures
    assert judged(-2.0).unsure and judged(-2.0).matches and not judged(0.0).unsure


def test_a_candidate_gives_way_to_a_subject_that_fits_clearly_better(matcher: Matcher, plain: Matcher) -> None:
    row = F.normalize(matcher.embed_texts(["a desert"]) + 0.7 * matcher.embed_texts(["a forest"]), dim=-1)
    desert = F.interpolate(0.5 + row.view(1, 3, 4, 4), (32, 32)).clamp(0, 1)  # the forest fits, too, better than chance
    pictures, candidates = [painted(matcher, "a forest"), desert], ["a forest", "a shed"]
    abstaining = CaptionSettings(top=1, abstain=True)
    right, other = described(pictures, matcher, abstaining, candidates=candidates)
    assert right.matches[0].text == "a forest" and other.matches == () and not other.unsure
    assert all(one.matches for one in described(pictures, plain, abstaining, candidates=candidates))
    assert all(one.matches for one in described(pictures, matcher, CaptionSettings(top=1), candidates=candidates))


def test_a_little_better_is_no_reason(matcher: Matcher) -> None:
    near = F.normalize(matcher.embed_texts(["a forest"]) + 0.3 * matcher.embed_texts(["another"]), dim=-1)
    picture = F.interpolate(0.5 + near.view(1, 3, 4, 4), (32, 32)).clamp(0, 1)
    cosine = float(matcher.perceptor.encode_image(picture) @ matcher.embed_texts(["another"]).T)
    assert cosine < 0.9  # the forest itself fits better
    (kept,) = described([picture], matcher, CaptionSettings(top=1, abstain=True), candidates=["a forest"])
    assert kept.matches and torch.isfinite(torch.tensor(kept.matches[0].score))
