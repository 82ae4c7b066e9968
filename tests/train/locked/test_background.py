"""What is measured of a trained tower: the evidence of right and of wrong texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Subjects
from clipgen.train.clip.locked import background
from clipgen.train.sources import Example
from gridclip import GridClip

COLOURS = {"red": (250, 5, 5), "green": (5, 250, 5), "blue": (5, 5, 250), "white": (250, 250, 250)}


class Painted:
    """A source of pictures of one colour, of which every fourth has the caption of another one."""

    name, labels = "painted", tuple((name,) for name in COLOURS)

    def __init__(self) -> None:
        self.drawn = 0

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        self.drawn += 1
        place = self.drawn % 4
        name = list(COLOURS)[(place + (self.drawn % 16 == 0)) % 4]
        image = np.full((size, size, 3), list(COLOURS.values())[place], np.uint8)
        return Example(image, f"something {name}", place)

    sample = plain


class ColourClip(GridClip):
    """Embeds pictures and the names of colours alike."""

    def encode_image(self, images: Tensor) -> Tensor:
        return F.normalize(F.pad(images.mean((2, 3)) - 0.4, (0, 45)), dim=1)

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        rows = super().encode_text(texts)
        for row, text in zip(rows, texts, strict=True):
            if (name := text.split()[-1]) in COLOURS:
                image = torch.tensor(COLOURS[name]).view(1, 3, 1, 1) / 255
                row.copy_(F.normalize(self.encode_image(image)[0] + 0.3 * row, dim=0))
        return rows


def test_right_and_wrong_texts_of_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_EACH", 48)
    perceptor = ColourClip()
    names = [f"a {word}" for word in ("fox", "castle", "red", "boat", "tree", "hill")]
    subjects = Subjects.of(names, perceptor.encode_text)
    right, wrong = background._case(perceptor, subjects, Painted())  # type: ignore[arg-type]
    # three pictures have the caption of another colour, which is not said to be right of them
    assert len(right) == 45 and len(wrong) == 48
    assert right[:, 0].min() > 0.8 and wrong[:, 0].median() < 0.3
