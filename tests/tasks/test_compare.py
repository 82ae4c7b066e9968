from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen.errors import PromptError
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Skipped
from clipgen.tasks.compare import compare
from clipgen.tasks.events import Compared
from clipgen.tasks.unrelated import matcher_of


def test_pictures_with_texts_and_with_each_other(calibrated: OpenClip, tmp_path: Path) -> None:
    image = torch.rand(1, 3, 32, 32)
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    pictures = [image, tmp_path / "none.png", tmp_path / "a.png"]
    matcher = matcher_of(calibrated)
    first, bad, second = compare(pictures, ["fox", "castle"], matcher)
    assert isinstance(first, Compared) and isinstance(bad, Skipped) and isinstance(second, Compared)
    texts = calibrated.encode_text(["fox", "castle"])
    assert first.scores == pytest.approx((calibrated.encode_image(image) @ texts.T)[0].tolist(), abs=1e-5)
    assert (first.index, first.path, second.index, second.path) == (0, None, 2, tmp_path / "a.png")
    bad, first, second = compare(pictures, [], matcher)
    assert isinstance(first, Compared) and isinstance(second, Compared)
    assert first.scores == pytest.approx([1, second.scores[0]], abs=1e-5)


def test_an_empty_text_is_an_error(calibrated: OpenClip) -> None:
    with pytest.raises(PromptError):
        list(compare([torch.rand(1, 3, 8, 8)], ["fox", ""], matcher_of(calibrated)))
