"""Parts of the pictures are apart, the threshold keeps its promise, and a head learns what is above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.tasks.orient import Head
from clipgen.train import orient
from clipgen.train.orient import PARTS, Recipe, figures, fit, shown, threshold
from clipgen.train.world import World
from gridclip import GridClip
from raising import refused

SMALL = Recipe(pictures=80, epochs=15, batch=16)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Ten classes of twelve photographs, bright above, each with a colour of its own in a corner."""
    noise = np.random.default_rng(2)
    for label in range(10):
        (tmp_path / f"class {label}").mkdir()
        for i in range(12):
            rows = np.linspace(220, 30, 24)[:, None, None] + noise.integers(-20, 20, (24, 24, 3))
            Image.fromarray(rows.clip(0, 255).astype(np.uint8)).save(tmp_path / f"class {label}" / f"{i}.png")
    return tmp_path


def test_the_parts_have_nothing_in_common(photos: Path, world: World) -> None:
    parts = {part: list(shown(part, world, [photos], SMALL)) for part in PARTS}
    pixels = {part: {one.image.numpy().tobytes() for one in some} for part, some in parts.items()}
    assert not pixels["fit"] & pixels["sure"] and not pixels["fit"] & pixels["test"]
    assert not pixels["sure"] & pixels["test"]
    new = {one.name for one in parts["test"] if one.new and one.source != "world"}
    assert new.isdisjoint(one.name for part in ("fit", "sure") for one in parts[part])
    assert sum(one.source == "world" for one in parts["fit"]) == 80
    assert [one.name for one in shown("fit", world, [photos], SMALL)] == [one.name for one in parts["fit"]]


def test_the_threshold_keeps_to_alarms_and_precision() -> None:
    noise = torch.Generator().manual_seed(1)
    shares = (4 * torch.randn(2000, 4, generator=noise) + torch.tensor([6.0, 0.0, 0.0, 0.0])).softmax(-1)
    sure = threshold(shares, Recipe())
    found = figures(shares, sure)
    assert found.alarms <= Recipe.alarms and found.precision >= Recipe.precision and 0 < found.recall < 1
    assert figures(shares, sure - 0.01).alarms > Recipe.alarms
    assert threshold(shares.flip(1), Recipe()) == 1.0


def test_a_head_learns_what_is_above(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orient, "load_perceptors", lambda *_: GridClip())
    lines: list[str] = []
    orient.run(photos=[photos], out=tmp_path / "head.safetensors", recipe=SMALL, report=lines.append)
    head = Head.load(tmp_path / "head.safetensors")
    assert head.perceptor == GridClip.fingerprint and len(lines) == 1
    picture = torch.linspace(0.9, 0.1, 24).view(1, 1, 24, 1).expand(1, 3, 24, 24)
    assert int(head.probabilities(GridClip(), [picture])[0].argmax()) == 0
    assert int(head.probabilities(GridClip(), [picture.rot90(1, (2, 3))])[0].argmax()) == 1


def test_fits_are_equal(world: World) -> None:
    rows = torch.randn(40, 4, 8, generator=torch.Generator().manual_seed(1))
    first, second = (fit(rows, "5e" * 32, SMALL).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_head_of_another_clip_does_not_take_the_place_of_the_shipped_one() -> None:
    with refused(SettingsError, "out"):
        orient.run(perceptor="builtin")


def test_no_pictures_are_refused() -> None:
    with refused(ImageError):
        orient.embed(iter(()), GridClip(), print)
