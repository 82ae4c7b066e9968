from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen.perceptors.ensemble import Ensemble
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.tasks.generate import Picture
from clipgen.tasks.rating import FAIR, STRONG, Rating, rate

GALLERY = Path(__file__).parents[2] / "outputs" / "gallery"


@pytest.fixture(scope="module")
def judge() -> OpenClip:
    """The shipped CLIP that describes."""
    return load_perceptor("reader", torch.device("cpu"))


def picture(image: Image.Image, prompt: str) -> Picture:
    return Picture(image, 0.6, {"prompt": prompt})


@pytest.mark.parametrize(
    ("z", "word"),
    [(FAIR - 0.01, "weak"), (FAIR, "fair"), (STRONG - 0.01, "fair"), (STRONG, "strong"), (None, "not rated")],
)
def test_the_word_of_a_rating(z: float | None, word: str) -> None:
    assert Rating(z).word == word


def test_a_picture_is_rated_by_what_it_shows(judge: OpenClip, perceptor: OpenClip) -> None:
    with Image.open(GALLERY / "castle.png") as castle:
        shown = castle.convert("RGB")
    right, wrong = "a castle on a hill | text:-0.3", "a portrait of a person"
    ratings = rate([picture(shown, right), picture(shown, wrong)], judge, perceptor)
    assert ratings[0].word in ("fair", "strong") and ratings[1].word == "weak"


def test_noise_is_weak(judge: OpenClip, perceptor: OpenClip) -> None:
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    assert rate([picture(noise, "red castle")], judge, perceptor)[0].word == "weak"


def test_a_judge_does_not_judge_itself(judge: OpenClip, perceptor: OpenClip) -> None:
    grey = picture(Image.new("RGB", (32, 32)), "a fox")
    for guide in (judge, Ensemble([(1.0, perceptor), (1.0, judge)])):
        (rating,) = rate([grey], judge, guide)
        assert rating.z is None and "reader" in rating.reason


def test_words_that_only_the_guide_knows_are_not_rated(judge: OpenClip, perceptor: OpenClip) -> None:
    grey = picture(Image.new("RGB", (32, 32)), "a red zeppelinoid")
    assert rate([grey], judge, perceptor)[0].z is not None  # neither knows the word
    open_guide = OpenClipOf(perceptor)
    (rating,) = rate([grey], judge, open_guide)
    assert rating.word == "not rated" and "zeppelinoid" in rating.reason


def test_a_prompt_longer_than_the_judge_s_context_is_rated(judge: OpenClip, perceptor: OpenClip) -> None:
    long = picture(Image.new("RGB", (32, 32)), " ".join(["a red square, a blue circle."] * 12))
    assert rate([long], judge, perceptor)[0].z is not None


class OpenClipOf(torch.nn.Module):
    """A guide with an open vocabulary."""

    def __init__(self, inner: OpenClip) -> None:
        super().__init__()
        self.fingerprint = inner.fingerprint

    def unknown_words(self, text: str) -> list[str]:
        return []
