import pytest
import torch

from clipgen.errors import PromptError, UnknownNameError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import DescribeSettings
from clipgen.settings.describe import VIEWS, pick_views
from clipgen.similarity import embed_images, embed_texts, windows


def test_a_dot_is_a_cosine(perceptor: OpenClip) -> None:
    texts = embed_texts(perceptor, ["red square", "blue circle", "fox"])
    images = embed_images(perceptor, [torch.rand(1, 3, 40, 50), torch.rand(1, 3, 20, 20)])
    cosines = torch.nn.functional.cosine_similarity(images[:, None].double(), texts[None].double(), dim=-1)
    assert torch.allclose((images @ texts.T).double(), cosines, atol=1e-6)


def test_a_long_text_is_the_mean_of_its_parts(perceptor: OpenClip) -> None:
    parts = ["red square, blue circle,", "fox, castle, swim, city,"]
    long = " ".join(parts * 3)
    assert perceptor.count_tokens(long) > perceptor.context_length
    whole, short = embed_texts(perceptor, [long, "fox"])
    assert whole.norm().item() == pytest.approx(1, abs=1e-5)
    assert torch.allclose(short, embed_texts(perceptor, ["fox"])[0], atol=1e-6)
    assert not torch.allclose(whole, short, atol=1e-2)


def test_an_empty_text_is_an_error(perceptor: OpenClip) -> None:
    with pytest.raises(PromptError):
        embed_texts(perceptor, ["fox", " "])


def test_views(perceptor: OpenClip) -> None:
    image = torch.rand(1, 3, 48, 64)
    seen = {name: embed_images(perceptor, [image], views=name) for name in VIEWS}
    assert all(rows.shape == (1, perceptor.dim) for rows in seen.values())
    # a mirrored picture is the same seen from both sides, and another seen from one
    mirrored = embed_images(perceptor, [image.flip(-1)], views="flips")
    assert torch.allclose(mirrored, seen["flips"], atol=1e-5)
    assert not torch.equal(embed_images(perceptor, [image.flip(-1)]), seen["centre"])
    # only the middle square of a wide picture is looked at
    assert torch.allclose(embed_images(perceptor, [image[..., 8:56]]), seen["centre"], atol=1e-5)
    # of crops: the whole picture, its corners and its middle, each at four fifths of the sides
    edges = [(0, 0), (0, 13), (10, 0), (10, 13), (5, 6)]
    parts = [image, *(image[..., top : top + 38, left : left + 51] for top, left in edges)]
    mean = torch.nn.functional.normalize(embed_images(perceptor, parts).mean(0), dim=0)
    assert torch.allclose(seen["crops"][0], mean, atol=1e-5)
    for views in ("corners", "auto"):
        with pytest.raises(UnknownNameError):
            embed_images(perceptor, [image], views=views)


def test_views_are_named_in_one_table() -> None:
    assert {pick_views(views) for views in VIEWS} == {*VIEWS}
    assert pick_views(DescribeSettings().views) in VIEWS
    assert (pick_views("auto"), pick_views("auto", auto="flips")) == ("centre", "flips")
    with pytest.raises(UnknownNameError):
        pick_views("corners")


def test_nothing_gives_nothing(perceptor: OpenClip) -> None:
    assert embed_texts(perceptor, []).shape == (0, perceptor.dim)
    assert embed_images(perceptor, []).shape == (0, perceptor.dim)


def test_windows_cover_a_picture_and_stay_few() -> None:
    assert windows(100, 100, 0.75) == [(0, 0, 75), (0, 25, 75), (25, 0, 75), (25, 25, 75)]
    assert windows(1, 1, 0.5) == [(0, 0, 1)]
    long = windows(10, 20_000, 0.5)
    assert len(long) == 3 * 64 and max(left + side for _, left, side in long) == 20_000
