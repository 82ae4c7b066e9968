from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen.errors import PromptError, SettingsError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import RankSettings
from clipgen.similarity import Skipped
from clipgen.tasks.events import Ranked
from clipgen.tasks.rank import best, rank
from clipgen.tasks.unrelated import matcher_of


def test_pictures_in_order_of_their_cosine(calibrated: OpenClip) -> None:
    images = list(torch.rand(6, 3, 32, 32, generator=torch.Generator().manual_seed(1)).split(1))
    matcher = matcher_of(calibrated)
    ranked = list(rank("red square", images, matcher))
    text = calibrated.encode_text(["red square"])
    cosines = (calibrated.encode_image(torch.cat(images)) @ text.T)[:, 0].tolist()
    assert [one.index for one in ranked if isinstance(one, Ranked)] == sorted(range(6), key=lambda i: -cosines[i])
    first = ranked[0]
    assert isinstance(first, Ranked) and first.score == pytest.approx(max(cosines), abs=1e-5) and first.path is None
    fit = matcher.background.fit(calibrated.encode_image(images[first.index])[0], text[0])
    assert first.z == pytest.approx(fit.z, abs=1e-3)
    assert list(rank("red square", images, matcher, RankSettings(keep=2))) == ranked[:2]


def test_how_many_are_kept() -> None:
    ranked = [Ranked(i, None, 0.3, 1.0) for i in range(6)]
    assert [len(best(ranked, keep)) for keep in (0.01, 0.5, 1, 2, 50)] == [1, 3, 6, 2, 6]
    with pytest.raises(SettingsError):
        RankSettings(keep=0).validate()


def test_bad_files_are_skipped(calibrated: OpenClip, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    skipped, ranked = rank("red square", [tmp_path / "none.png", tmp_path / "a.png"], matcher_of(calibrated))
    assert isinstance(skipped, Skipped) and skipped.path == tmp_path / "none.png"
    assert isinstance(ranked, Ranked) and (ranked.path, ranked.index) == (tmp_path / "a.png", 1)


def test_an_empty_phrase_is_an_error(calibrated: OpenClip) -> None:
    with pytest.raises(PromptError):
        list(rank(" ", [], matcher_of(calibrated)))
