"""A picture changed by words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.media.images import paintable_size
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import USUAL, GenerateSettings
from clipgen.tasks.edit import edit_job, kept, strip
from clipgen.tasks.generate import Run
from raising import refused
from runs import start

SMALL: dict[str, Any] = {
    "size": (32, 24), "steps": 6, "cutn": 3, "seed": 7, "generator": "pixels", "device": "cpu", "dtype": "fp32"
}  # fmt: skip


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    image = np.kron(rng.integers(40, 220, (6, 8, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def edited(perceptor: OpenClip, settings: GenerateSettings) -> Run:
    generation = start(perceptor, ["a red square"], settings)
    for _ in generation:
        pass
    return generation


def distance(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def settings_of(photo: Path, **given: Any) -> GenerateSettings:
    settings = edit_job(photo, "a red square", given).settings
    assert isinstance(settings, GenerateSettings)
    return settings


def test_the_form_is_the_pictures_own(photo: Path) -> None:
    settings = settings_of(photo)
    assert settings.canvas.size == paintable_size((32, 24)) == (288, 224)
    assert (settings.init.init_image, settings.init.init_weight) == (str(photo), USUAL["edit"]["init_weight"])
    assert settings.guides.l2 == USUAL["edit"]["l2"]
    assert settings_of(photo, size=(32, 24), init_weight=9.0).init.init_weight == 9.0


def test_the_job_names_verb_and_picture(photo: Path) -> None:
    job = edit_job(photo, "a red square")
    assert (job.verb, job.inputs.pictures, job.inputs.prompts) == ("edit", (str(photo),), ("a red square",))


def test_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="none.png"):
        edit_job(tmp_path / "none.png", "a red square")


def test_a_strip_goes_from_the_picture_to_the_edited_one(perceptor: OpenClip, photo: Path) -> None:
    generation = edited(perceptor, settings_of(photo, **SMALL))
    shown = strip(generation, 4)
    own = Image.open(photo)
    away = [distance(picture, own) for picture in shown]
    assert away[0] < 3 and away == sorted(away) and away[-1] > away[0] + 1
    assert distance(shown[-1], generation.pictures()[0].image) < 1


def test_more_weight_keeps_more(perceptor: OpenClip, photo: Path) -> None:
    settings = settings_of(photo, **SMALL)
    free = edited(perceptor, settings.changed(init_weight=0.0, l2=0.0))
    held = edited(perceptor, settings.changed(init_weight=300.0))
    own = Image.open(photo)
    assert distance(held.pictures()[0].image, own) < distance(free.pictures()[0].image, own)
    assert -1 <= kept(free) <= 1 and kept(held) == pytest.approx(1, abs=0.05)


def test_wrong_settings_are_errors(photo: Path) -> None:
    with refused(SettingsError, "steps"):
        edit_job(photo, "a red square", {"steps": 0})
