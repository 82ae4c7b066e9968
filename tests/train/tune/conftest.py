"""Pictures of three things in two colours of squares and circles, and a tiny CLIP that is tuned on them."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from clipgen.train.tune.guard import Others, Question
from clipgen.train.tune.recipe import Recipe

NAMES = {"zorblax": (230, 30, 30), "blue quimmel": (30, 30, 230), "vx80": (30, 200, 30)}


def write_pictures(folder: Path, count: int = 6, names: dict[str, tuple[int, int, int]] = NAMES) -> Path:
    """Class folders: a disc in each name's colour, on grounds of any grey."""
    rng = np.random.default_rng(0)
    for name, colour in names.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            picture = Image.new("RGB", (40, 36), (int(rng.integers(256)),) * 3)
            x, y = rng.integers(4, 14, 2).tolist()
            ImageDraw.Draw(picture).ellipse((x, y, x + 18, y + 18), fill=colour)
            picture.save(folder / name / f"{number}.png")
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "photos")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf and a cache of the test's own."""
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tunings of a second."""
    hasten(monkeypatch)


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other pictures of noise, since rendering takes long, and fast learning."""

    def few(part: int, count: int, size: int, *, seed: int, own: object = ()) -> Others:
        noise = torch.Generator().manual_seed(seed + part)
        images = (torch.rand(24, 3, size, size, generator=noise) * 255).byte()
        names = ("fox", "castle", "city")
        asked = [Question("thing", i % 3) for i in range(24)]
        return Others(images, [f"a {names[i % 3]}" for i in range(24)], asked, {"thing": names})

    # not by their dotted names: another test imports the rooms of training a second time
    monkeypatch.setattr(import_module("clipgen.train.tune.run"), "others", few)
    # a random CLIP of 16 dimensions has to move further than a trained one
    hasty = partial(
        Recipe, steps=60, head_lr=0.02, word_lr=0.05, keep=0.1, views=3, alphas=(0.0, 0.5, 1.0), allowed=1.0
    )
    monkeypatch.setattr(import_module("clipgen.train.tune"), "Recipe", hasty)
