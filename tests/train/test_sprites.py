"""The recipe of the sprites: what they learn from, its steps, its stop and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.generators.sprites import Sprites
from clipgen.train import sprites
from clipgen.train.sprites import Drawings, Recipe, Trainer
from clipgen.train.sprites.trainer import difference
from clipgen.train.world import World

TINY = Recipe(side=32, channels=4, coarse=16, fine=8, blocks=2, steps=4, batch=4, warmup=1)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def drawings(art_folder: Path) -> Drawings:
    return Drawings.of(World(art_folder), side=32, families=TINY.families)


def trained(drawings: Drawings, steps: int, recipe: Recipe = TINY) -> Trainer:
    trainer = Trainer(recipe, drawings, CPU)
    for _ in range(steps):
        trainer.step()
    return trainer


def test_drawings_are_those_of_the_families(
    drawings: Drawings, art_folder: Path, flat_colours: dict[str, np.ndarray]
) -> None:
    assert set(drawings.names) == flat_colours.keys() and drawings.names.count("fox") == 3
    assert drawings.names.count("unicorn") == 1  # one family has it
    for image, name in zip(drawings.images, drawings.names, strict=True):
        assert np.abs(image[:3, 16, 16].numpy().astype(int) - flat_colours[name]).max() <= 2
        assert image[3, 16, 16] == 255 and image[3, 0, 0] == 0
    assert drawings.lone == {"family man, woman"}
    only = Drawings.of(World(art_folder), side=32, families=("noto",))
    assert len(only) == len(flat_colours)
    assert len(Drawings.of(World(), side=32, families=("noto",))) == 0


def test_of_what_is_much_alike_one_drawing_is_enough(
    art_folder: Path, drawings: Drawings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clipgen.train.sprites.drawings._ONCE", frozenset({"sea creature"}))
    fewer = Drawings.of(World(art_folder), side=32, families=TINY.families)
    assert fewer.names.count("octopus") == 1 and fewer.names.count("fox") == drawings.names.count("fox") == 3


@pytest.fixture
def cutouts(tmp_path: Path) -> Path:
    """A red bench, wide and at the lower edge of its picture, a green lamp, tall and small, and a photograph."""
    folder = tmp_path / "cutouts"
    for name in ("park_bench", "lamp", "photo"):
        (folder / name).mkdir(parents=True)
    bench = Image.new("RGBA", (200, 100))
    bench.paste((200, 0, 0, 128), (0, 50, 200, 100))
    bench.save(folder / "park_bench" / "1.png")
    lamp = Image.new("RGBA", (40, 40))
    lamp.paste((0, 200, 0, 255), (10, 10, 14, 18))
    lamp.save(folder / "lamp" / "1.png")
    Image.new("RGB", (40, 40), "white").save(folder / "photo" / "1.png")
    return folder


def test_own_drawings_fill_their_squares(cutouts: Path) -> None:
    said: list[str] = []
    own = Drawings.read(cutouts, side=64, report=said.append)
    assert own.names == ("lamp", "park bench") and not own.lone and not own.people
    lamp, bench = own.images.long()
    assert (bench[3] > 100).any(1).sum() == 15 and (bench[3] > 100).any(0).sum() == 60  # .94 of 64 px
    assert bench[3, 32, 32] == 128 and abs(int(bench[0, 32, 32]) - 100) <= 1  # colours times alpha
    assert (lamp[3] > 128).any(1).sum() == 60 and (lamp[3] > 128).any(0).sum() == 30
    assert bool((lamp[:3] <= lamp[3:]).all())
    assert said == [f"left out: {cutouts / 'photo' / '1.png'} has no transparent ground"]


def test_own_drawings_are_learnt_beside_the_pack(
    cutouts: Path, tmp_path: Path, art_folder: Path, drawings: Drawings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sprites, "Recipe", lambda: TINY)
    sprites.run(art=art_folder, pictures=cutouts, out=tmp_path / "out", runs=tmp_path / "runs")
    made = Sprites.load(tmp_path / "out" / "sprites.safetensors")
    assert made.names == (*drawings.names, "lamp", "park bench") and made.lone == drawings.lone


def test_other_names_follow_semicolons(cutouts: Path, drawings: Drawings) -> None:
    table = cutouts / "names.csv"
    rows = ("picture,name", "lamp/1.png,lamp; torch; light", "park_bench/1.png,bench;light;fox", "lamp/1.png,;lamp")
    table.write_text("\n".join(rows))
    said: list[str] = []
    own = Drawings.read(table, side=32, report=said.append)
    assert said == [f"left out: {cutouts / 'lamp' / '1.png'} has no name"]
    assert own.names == ("bench", "lamp") and own.also == {"torch": "lamp", "fox": "bench"}  # both are lights
    both = drawings.and_those_of(own)
    assert both.also == {"torch": "lamp"} and both.names == (*drawings.names, "bench", "lamp")  # a fox is a fox
    assert Trainer(TINY, both, CPU).finished(torch.tensor([0])).also == {}


def test_own_drawings_of_which_none_can_be_used(cutouts: Path) -> None:
    (cutouts.parent / "others").mkdir()
    (cutouts / "photo").rename(cutouts.parent / "others" / "photo")
    with pytest.raises(ImageError, match="no picture with a transparent ground"):
        Drawings.read(cutouts.parent / "others", side=32)
    Image.new("RGBA", (40, 40)).save(cutouts / "lamp" / "1.png")
    said: list[str] = []
    assert Drawings.read(cutouts, side=32, report=said.append).names == ("park bench",)
    assert "lamp/1.png shows nothing" in said[0]


def test_drawings_are_learnt(drawings: Drawings) -> None:
    trainer = trained(drawings, 1, replace(TINY, steps=200, ema=0.9))
    first = trainer.step()["loss"]
    while trainer.done < trainer.recipe.steps:
        last = trainer.step()["loss"]
    assert last < 0.5 * first
    made = trainer.finished()
    for name in ("fox", "octopus"):
        real = drawings.images[drawings.names.index(name)].float() / 255
        others = {other: (made.draw(other)[0] - real).abs().mean() for other in made.things}
        assert min(others, key=lambda other: float(others[other])) == name


def test_embeddings_of_some_rows(drawings: Drawings) -> None:
    trainer = trained(drawings, 2)
    whole, some = trainer.finished(), trainer.finished(torch.tensor([3, 0]))
    assert some.names == (drawings.names[3], drawings.names[0])
    assert some.embeddings.equal(whole.embeddings[[3, 0]]) and some.embeddings.dtype == torch.int8


def test_a_stopped_run_is_continued_exactly(drawings: Drawings) -> None:
    whole, first = trained(drawings, 4), trained(drawings, 2)
    second = Trainer(TINY, drawings, CPU)
    second.load(first.state())
    while second.done < 4:
        second.step()
    for a, b in zip(whole.averaged.parameters(), second.averaged.parameters(), strict=True):
        assert a.equal(b)


def test_edges_count() -> None:
    sharp = torch.zeros(1, 1, 16, 16)
    sharp[..., 8:] = 1
    soft = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(sharp, (2, 2, 0, 0), "replicate"), (1, 5), stride=1)
    darker = sharp - (soft - sharp).abs().mean()
    assert difference(sharp, sharp) == 0 < 1.5 * difference(darker, sharp) < difference(soft, sharp)


def test_a_run_leaves_weights_curve_and_sheets(
    tmp_path: Path, art_folder: Path, drawings: Drawings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sprites, "Recipe", lambda: TINY)
    said: list[str] = []
    metrics = sprites.run(art=art_folder, out=tmp_path / "out", runs=tmp_path / "runs", report=said.append)
    assert set(metrics) == {"psnr", "named", "named_real"} and 0 < metrics["psnr"] < 60
    made = Sprites.load(tmp_path / "out" / "sprites.safetensors")
    assert made.names == drawings.names and made.side == 32
    folder = tmp_path / "runs" / "sprites"
    assert json.loads((folder / "metrics.json").read_text())["psnr"] == metrics["psnr"]
    with Image.open(folder / "sheet-000004.png") as sheet:
        assert sheet.size == (16 * 32, 8 * 32)
    assert f"{len(drawings)} drawings of 5 things" in said
    sprites.run(art=art_folder, out=tmp_path / "out", runs=tmp_path / "runs", report=said.append)
    assert "resumed at step 4 of 4" in said


def test_a_pack_without_drawings_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprites, "World", lambda art: World())
    with pytest.raises(SettingsError, match="has no drawings of noto or fluent"):
        sprites.run(art=tmp_path, out=tmp_path / "out", runs=tmp_path / "runs")
