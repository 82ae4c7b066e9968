"""Pictures of text: they can be read, and their captions say what stands there or how it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clipgen.errors import ImageError
from clipgen.train.sources import MANNERS, Lettering, is_held_out
from raising import refused


def test_ink_stands_out_and_the_caption_fits_the_kind() -> None:
    source = Lettering()
    kinds = set()
    for i in range(80):
        example = source.sample(np.random.default_rng(i), 48)
        assert example.image.shape == (48, 48, 3) and list(MANNERS)[example.manner] == "lettering"
        assert ("sign" in example.caption.split()) == (source.labels[example.label][0] == "sign with text")
        assert np.ptp(example.image.astype(float), axis=(0, 1)).max() > 30
        kinds.add(example.label)
    assert kinds == {0, 1, 2}


def test_held_out_texts_are_never_trained_on() -> None:
    for held in (False, True):
        source = Lettering(held_out=held)
        first = [source._text(np.random.default_rng(i), 2)[0] for i in range(50)]
        assert {is_held_out(text) for text in first} == {held}


def test_fonts_of_a_folder_are_used_and_damaged_ones_reported(tmp_path: Path) -> None:
    (tmp_path / "hand").mkdir()
    (tmp_path / "hand" / "mine.ttf").write_bytes(b"no font")
    with refused(ImageError, match="mine.ttf"):
        Lettering(tmp_path)
