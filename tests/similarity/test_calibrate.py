from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Background, Limits, Unrelated, background_of, embed_images, embed_texts


def units(n: int, seed: int) -> Tensor:
    return F.normalize(torch.randn(n, 32, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.fixture
def background() -> Background:
    return Background(units(500, 0), units(400, 1))


def test_what_belongs_together_stands_out(background: Background) -> None:
    picture = units(1, 2)[0]
    own = background.fit(picture, F.normalize(picture + 0.1 * units(1, 3)[0], dim=0))
    other = background.fit(picture, units(1, 4)[0])
    assert own.z > 4 and own.percentile == 100 and own.chance < 1e-4
    assert abs(other.z) < 3 and 0 <= other.percentile <= 100 and other.chance > 1e-3


def test_a_text_that_fits_every_picture_is_no_find(background: Background) -> None:
    hub = background.mean_picture / background.mean_picture.norm()
    crowd = Background(background.captions, F.normalize(background.pictures + 3 * hub, dim=-1))
    standings = [crowd.fit(picture, hub).z for picture in crowd.pictures[:40]]
    assert (crowd.pictures @ hub).min() > 0.8 and abs(sum(standings) / 40) < 0.5


def test_it_is_kept(background: Background, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))
    made = []

    def make() -> Background:
        made.append(1)
        return background

    first, again = Background.of("a" * 64, make), Background.of("a" * 64, make)
    assert made == [1] and first is background
    assert torch.allclose(again.pictures, background.pictures, atol=1e-3)
    assert Background.of("b" * 64, make) is background and made == [1, 1]


def test_its_limits_are_kept(background: Background, tmp_path: Path) -> None:
    assert background.limits is None
    background.save(tmp_path / "plain.safetensors")
    assert Background.load(tmp_path / "plain.safetensors").limits is None
    limits = Limits(3.5, (0.25, 1.0, 2.0, 4.0, -8.0, -1.5))
    Background(background.captions, background.pictures, limits).save(tmp_path / "known.safetensors")
    assert Background.load(tmp_path / "known.safetensors").limits == limits


def test_limits_of_another_version_are_one_line(background: Background, tmp_path: Path) -> None:
    Background(background.captions, background.pictures, Limits(3.5, (0.25,))).save(tmp_path / "old.safetensors")
    with pytest.raises(WeightsError, match=r"old\.safetensors"):
        Background.load(tmp_path / "old.safetensors")


def test_a_file_that_was_replaced_is_read_again(background: Background, tmp_path: Path) -> None:
    background.save(path := tmp_path / "background.safetensors")
    perceptor: Any = SimpleNamespace(background=path)
    first = background_of(perceptor, pytest.fail)
    assert background_of(perceptor, pytest.fail) is first
    Background(units(500, 2), units(400, 3)).save(path)
    assert not torch.equal(background_of(perceptor, pytest.fail).pictures, first.pictures)
    path.unlink()
    with pytest.raises(WeightsError, match="background"):
        background_of(perceptor, pytest.fail)


def test_another_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        Background.load(tmp_path / "none.safetensors")
    (tmp_path / "x.safetensors").write_bytes(b"no")
    with pytest.raises(WeightsError):
        Background.load(tmp_path / "x.safetensors")


def test_a_perceptor_without_a_background_gets_one_of_unrelated_pictures(
    perceptor: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))
    images = list(torch.rand(4, 3, 32, 32).split(1))
    given = Unrelated(["fox", "castle"], [images[:3], images[3:]])
    made = background_of(perceptor, lambda: given)
    assert torch.equal(made.captions, embed_texts(perceptor, ["fox", "castle"]))
    assert torch.allclose(made.pictures, embed_images(perceptor, images), atol=1e-5)
    again = background_of(perceptor, lambda: pytest.fail("made twice"))
    assert torch.allclose(again.pictures, made.pictures, atol=1e-3)
    made.save(tmp_path / "own.safetensors")
    monkeypatch.setattr(perceptor, "background", tmp_path / "own.safetensors")
    assert len(background_of(perceptor, lambda: pytest.fail("it came with one")).pictures) == 4
