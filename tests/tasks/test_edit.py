"""A picture changed by words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.media.images import paintable_size
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import GenerateSettings
from clipgen.tasks.edit import HELD, edit_settings, kept, strip
from clipgen.tasks.generate import Generation

SMALL = {"size": (32, 24), "steps": 6, "cutn": 3, "seed": 7, "generator": "pixels", "device": "cpu", "dtype": "fp32"}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    image = np.kron(rng.integers(40, 220, (6, 8, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def edited(perceptor: OpenClip, settings: GenerateSettings) -> Generation:
    generation = Generation(["a red square"], settings, perceptor=perceptor)
    for _ in generation:
        pass
    return generation


def distance(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def test_the_form_is_the_pictures_own(photo: Path) -> None:
    settings = edit_settings(photo, {})
    assert settings.size == paintable_size((32, 24)) == (288, 224)
    assert (settings.init_image, settings.init_weight, settings.l2) == (str(photo), HELD["init_weight"], HELD["l2"])
    assert edit_settings(photo, {"size": (32, 24), "init_weight": 9.0}).init_weight == 9.0


def test_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="none.png"):
        edit_settings(tmp_path / "none.png", {})


def test_a_strip_goes_from_the_picture_to_the_edited_one(perceptor: OpenClip, photo: Path) -> None:
    generation = edited(perceptor, edit_settings(photo, SMALL))
    shown = strip(generation, 4)
    own = Image.open(photo)
    away = [distance(picture, own) for picture in shown]
    assert away[0] < 3 and away == sorted(away) and away[-1] > away[0] + 1
    assert distance(shown[-1], generation.pictures()[0].image) < 1


def test_more_weight_keeps_more(perceptor: OpenClip, photo: Path) -> None:
    settings = edit_settings(photo, SMALL)
    free = edited(perceptor, replace(settings, init_weight=0.0, l2=0.0))
    held = edited(perceptor, replace(settings, init_weight=300.0))
    own = Image.open(photo)
    assert distance(held.pictures()[0].image, own) < distance(free.pictures()[0].image, own)
    assert -1 <= kept(free) <= 1 and kept(held) == pytest.approx(1, abs=0.05)


def test_wrong_settings_are_told(photo: Path) -> None:
    with pytest.raises(SettingsError, match="steps"):
        edit_settings(photo, {"steps": 0})
