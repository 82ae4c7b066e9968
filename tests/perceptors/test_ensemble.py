from pathlib import Path

import pytest
import torch

import tiny
from clipgen.errors import SettingsError
from clipgen.perceptors.ensemble import Ensemble, load_perceptors
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from raising import refused

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> OpenClip:
    folder = tiny.write_clip(tmp_path_factory.mktemp("second"), seed=1, words=["zeppelin", "red"])
    return load_perceptor(f"local-dir:{folder}", CPU)


def test_cosine_is_the_weighted_mean(perceptor: OpenClip, second: OpenClip) -> None:
    both = Ensemble([(1.0, perceptor), (3.0, second)])
    images, texts = torch.rand(2, 3, 40, 40), ["a red square", "a fox"]
    cosines = [part.encode_image(images) @ part.encode_text(texts).T for part in (perceptor, second)]
    found = both.encode_image(images) @ both.encode_text(texts).T
    torch.testing.assert_close(found, (cosines[0] + 3 * cosines[1]) / 4)
    torch.testing.assert_close(both.encode_image(images).norm(dim=-1), torch.ones(2))
    assert both.dim == both.encode_text(texts).shape[1] == 32


def test_only_words_that_none_knows_are_unknown(perceptor: OpenClip, second: OpenClip) -> None:
    both = Ensemble([(1.0, perceptor), (1.0, second)])
    assert both.unknown_words("a red zeppelin, a castle, a gryphon") == ["gryphon"]
    assert "zeppelin" in both.words() and "castle" in both.words()


def test_count_tokens_reaches_the_limit_with_its_members(perceptor: OpenClip, second: OpenClip) -> None:
    both = Ensemble([(1.0, perceptor), (1.0, second)])
    assert both.count_tokens("red " * 10) == both.context_length == 12


@pytest.mark.parametrize("weights", [[], [1.0, 0.0], [-1.0]])
def test_bad_weights(perceptor: OpenClip, weights: list[float]) -> None:
    with pytest.raises(SettingsError):
        Ensemble([(weight, perceptor) for weight in weights])


def test_load_one_or_several(tiny_clip: Path) -> None:
    name = f"local-dir:{tiny_clip}"
    assert isinstance(load_perceptors([name], CPU), OpenClip)
    assert load_perceptors([name, name], CPU).dim == 32


def test_a_name_may_carry_its_weight(tiny_clip: Path) -> None:
    name = f"local-dir:{tiny_clip}"
    both = load_perceptors([name, f"{name}:3"], CPU)
    assert isinstance(both, Ensemble) and both.roots == pytest.approx([0.5, 0.75**0.5])
    with refused(SettingsError, "perceptors"):
        load_perceptors([f"{name}:0"], CPU)


def test_in_turn_only_one_member_is_used(perceptor: OpenClip, second: OpenClip) -> None:
    both = Ensemble([(1.0, perceptor), (3.0, second)])
    image, texts = torch.rand(1, 3, 40, 40), ["a red square"]
    for step, (member, share) in enumerate([(perceptor, 0.25), (second, 0.75), (perceptor, 0.25)]):
        seen = both.in_turn(step).encode_image(image)
        own = member.encode_image(image) @ member.encode_text(texts).T
        torch.testing.assert_close(seen @ both.encode_text(texts).T, share**0.5 * own)
    assert perceptor.in_turn(5) is perceptor


def test_other_weights_make_another_perceptor(perceptor: OpenClip, second: OpenClip) -> None:
    """Stored embeddings are found by the fingerprint."""
    both = [Ensemble([(weight, perceptor), (1.0, second)]) for weight in (1.0, 2.0)]
    assert both[0].fingerprint != both[1].fingerprint
    assert both[0].fingerprint == Ensemble([(3.0, perceptor), (3.0, second)]).fingerprint
