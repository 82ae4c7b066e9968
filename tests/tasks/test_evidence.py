"""explain, invert and sets."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import Ensemble
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Background, Matcher, Skipped
from clipgen.tasks.caption import sets
from clipgen.tasks.caption.explain import draw_evidence, explain, where
from clipgen.tasks.caption.invert import invert
from clipgen.tasks.caption.sets import auc
from clipgen.tasks.events import Trait, Traits
from clipgen.tasks.unrelated import matcher_of


class Colours(Perceptor):
    """Sees and reads nothing but red, green and blue: what it should find is known beforehand."""

    input_size, context_length, dim, logit_scale = 8, 12, 3, 20.0
    name = fingerprint = "colours"

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def encode_text(self, texts: list[str]) -> Tensor:  # type: ignore[override]
        rows = [[1e-3 + text.split().count(colour) for colour in ("red", "green", "blue")] for text in texts]
        return F.normalize(torch.tensor(rows), dim=-1)

    def encode_image(self, images: Tensor) -> Tensor:
        return F.normalize(images.mean((2, 3)) + 1e-3, dim=-1)

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2


@pytest.fixture
def colours() -> Matcher:
    noise = torch.Generator().manual_seed(0)
    background = Background(*(F.normalize(torch.rand(50, 3, generator=noise), dim=-1) for _ in range(2)))
    return Matcher(Colours(), background=background, hubness=True)


def painted(*rows: str) -> Tensor:
    """A picture of red (r), green (g), blue (b) and black (.) squares of 16 pixels."""
    code = {"r": (1, 0, 0), "g": (0, 1, 0), "b": (0, 0, 1), ".": (0, 0, 0)}
    small = torch.tensor([[code[letter] for letter in row] for row in rows]).float().permute(2, 0, 1)
    return F.interpolate(small[None], scale_factor=16)


def test_words_that_matter_gain_and_those_that_do_not_lose(colours: Matcher) -> None:
    evidence = {one.word: one.delta for one in explain(painted("rr", "rg"), "red and blue", colours)}
    assert list(evidence) == ["red", "blue"]
    assert evidence["red"] > 0.2 > 0 > evidence["blue"]
    assert explain(painted("r"), "with the of", colours) == []


def test_a_word_is_seen_where_it_is(colours: Matcher) -> None:
    image = painted("....", "...g", "r...", "....")
    red, green = where(image, ["red", "green"], colours, cells=16)
    peaks = [divmod(int(seen.argmax()), 16) for seen in (red, green)]
    assert 8 <= peaks[0][0] < 12 and peaks[0][1] < 5
    assert 3 <= peaks[1][0] < 9 and peaks[1][1] > 10
    assert red.min() == 0 and red.max() == 1


@pytest.mark.parametrize(("height", "width"), [(10, 90), (64, 20), (1, 1)])
def test_every_place_has_a_value(colours: Matcher, height: int, width: int) -> None:
    (seen,) = where(torch.rand(1, 3, height, width), ["red"], colours)
    assert seen.isfinite().all() and max(seen.shape) == 32


def test_the_sheet_shows_the_picture_and_its_words(colours: Matcher) -> None:
    image = painted("rg", "bb")
    sheet = draw_evidence(image, explain(image, "red green blue", colours))
    assert sheet.width > 2 * 32 and sheet.height > 32


def test_words_by_gradient_beat_words_by_chance(calibrated: OpenClip) -> None:
    words = ["red", "square", "blue", "circle", "fox", "castle", "swim", "city", "text"]
    matcher = matcher_of(calibrated)
    goal = calibrated.encode_text(["fox city red"])[0]
    best = invert(goal, matcher, words=words, length=3, steps=25, starts=4)[0]
    everything = [f"{a} {b} {c}" for a in words for b in words for c in words]
    scores = calibrated.encode_text(everything) @ goal
    assert best.score >= scores.quantile(0.99).item()
    assert best.score == pytest.approx((calibrated.encode_text([best.text])[0] @ goal).item(), abs=1e-5)
    assert set(best.text.split()) <= set(words)


def test_what_it_starts_from_competes(calibrated: OpenClip) -> None:
    goal = calibrated.encode_text(["a fox in a castle"])[0]
    matcher = matcher_of(calibrated)
    seeds = ["a fox in a castle"]
    assert invert(goal, matcher, words=["red", "blue"], seeds=seeds, length=2, steps=2, starts=2)[0].text == seeds[0]


def test_inversion_asks_for_one_tower_and_for_known_words(calibrated: OpenClip) -> None:
    goal = calibrated.encode_text(["fox"])[0]
    with pytest.raises(SettingsError):
        invert(goal, matcher_of(calibrated), words=["hippopotamuses everywhere"])
    both = Ensemble([(1.0, calibrated), (1.0, calibrated)])
    background = Background(both.encode_text(["fox", "city"]), both.encode_text(["red", "blue"]))
    with pytest.raises(SettingsError):
        invert(both.encode_text(["fox"])[0], Matcher(both, background=background), words=["fox"])


def test_other_threads_embed_texts_meanwhile(calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    matcher, found = matcher_of(calibrated), []
    plain, encode_text = calibrated.encode_text(["a red fox"]), calibrated.model.encode_text

    def encode(tokens: Tensor) -> Tensor:
        with ThreadPoolExecutor(1) as thread:
            found.append(thread.submit(calibrated.encode_text, ["a red fox"]).result())
        return encode_text(tokens)

    monkeypatch.setattr(calibrated.model, "encode_text", encode)
    invert(plain[0], matcher, words=["red", "blue"], length=2, steps=1, starts=2)
    assert found and all(torch.equal(one, plain) for one in found)


def test_what_pictures_share(colours: Matcher) -> None:
    pictures = F.normalize(torch.tensor([[5.0, 1, 0], [5, 0, 1], [4, 1, 1], [5, 0, 0]]), dim=-1)
    best, *others = sets.common(pictures, ["green", "red", "blue"], colours, top=5)
    assert best.text == "red" and best.score > 0.5 > max(other.score for other in others)
    with pytest.raises(SettingsError):
        sets.common(pictures[:0], ["red"], colours, top=5)


def test_what_sets_two_sets_apart(colours: Matcher) -> None:
    noise = torch.rand(40, 3, generator=torch.Generator().manual_seed(1))
    red, rest = (F.normalize(noise[part] + torch.tensor([more, 0.0, 0.0]), dim=-1) for part, more in
                 ((slice(0, 20), 1.6), (slice(20, 40), 0.0)))  # fmt: skip
    best, *_ = sets.contrast(red, rest, ["green", "red", "blue"], colours, top=5)
    assert best.text == "red" and 0.8 < best.score <= 1
    with pytest.raises(SettingsError):
        sets.contrast(red[:1], rest, ["red"], colours, top=5)


def test_what_a_picture_is_not(colours: Matcher) -> None:
    pictures = colours.perceptor.encode_text(["red", "green blue"])
    phrases = ["red", "green", "blue", "red green", "green blue"]
    found = sets.negative(pictures, phrases, colours, top=5)
    keys = colours.rank_scores(pictures, colours.embed_texts(phrases))
    for row, traits in zip(keys, found, strict=True):
        below = [phrases[i] for i in row.argsort().tolist() if row[i] < row.mean()]
        assert [trait.text for trait in traits] == below and all(trait.score < 0 for trait in traits)
    assert "red" not in {trait.text for trait in found[0]}


def test_auc_is_the_share_of_pairs_in_order() -> None:
    rng = torch.Generator().manual_seed(0)
    first, second = (torch.randint(6, (n, 5), generator=rng).float() for n in (13, 8))
    pairs = (first[:, None] > second[None]).float() + 0.5 * (first[:, None] == second[None]).float()
    assert torch.allclose(auc(first, second), pairs.mean((0, 1)))


def test_auc_of_many_pictures_and_phrases_takes_little_memory() -> None:
    first, second = torch.arange(4000.0)[:, None].expand(-1, 500), torch.full((4000, 500), 1999.5)
    assert auc(first, second).tolist() == [0.5] * 500  # all pairs would be 8 billion numbers


def test_auc_counts_ties_half() -> None:
    assert auc(torch.tensor([[1.0], [1.0]]), torch.tensor([[1.0], [0.0]])).tolist() == [0.75]


def test_sets_of_files(colours: Matcher, tmp_path: Path) -> None:
    files = {}
    for name in ("red", "green"):
        files[name] = [tmp_path / f"{name}{i}.png" for i in range(3)]
        for file in files[name]:
            Image.new("RGB", (8, 8), name).save(file)
    given, missing = ["red", "green", "blue"], tmp_path / "none.png"
    (bad, shared) = sets.traits("common", [missing, *files["red"]], colours, candidates=given, top=1)
    assert isinstance(bad, Skipped) and isinstance(shared, Traits)
    assert shared.path is None and [trait.text for trait in shared.traits] == ["red"]
    found = list(sets.traits("negative", files["red"], colours, candidates=given))
    assert [one.path for one in found] == files["red"] and isinstance(found[0], Traits)
    assert {trait.text for trait in found[0].traits} == {"green", "blue"}
    (apart,) = sets.traits("contrast", files["red"], colours, others=files["green"], candidates=given, top=1)
    assert isinstance(apart, Traits) and apart.traits == (Trait("red", 1.0),)
    with pytest.raises(SettingsError):
        list(sets.traits("contrast", files["red"], colours, others=[missing], candidates=given))
    assert list(sets.traits("common", [missing], colours, candidates=given)) == [bad]
