"""The recipe of the StyleGAN: its pictures, its steps, its stop and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

pytest.importorskip("cv2")

from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.train import stylegan
from clipgen.train.stylegan import Pictures, Recipe, Trainer, export, samples
from clipgen.train.stylegan.pictures import shares
from clipgen.train.stylegan.trainer import chosen, components, paint
from clipgen.train.world import World

TINY = Recipe(channels=(8, 8, 8, 8), width=16, noise=8, layers=2, steps=4, batch=4, fit_steps=3)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.of(World(), side=32, seed=1)


@pytest.fixture(scope="module")
def few(pictures: Pictures) -> Pictures:
    """Two pictures of one class and two of another."""
    rows = [0, 1, 8, 9]
    return Pictures(pictures.images[rows], torch.tensor([0, 0, 1, 1]), pictures.classes[:2], pictures.common[rows])


def trained(pictures: Pictures, steps: int, recipe: Recipe = TINY) -> Trainer:
    trainer = Trainer(recipe, pictures, CPU)
    for _ in range(steps):
        trainer.step()
    return trainer


def test_pictures_depend_on_the_seed(pictures: Pictures) -> None:
    assert torch.equal(pictures.images, Pictures.of(World(), side=32, seed=1).images)
    assert not torch.equal(pictures.images, Pictures.of(World(), side=32, seed=2).images)


def test_things_have_no_ground_scenes_are_whole_and_alike_ones_are_left_out(art_folder: Path) -> None:
    drawn = Pictures.of(World(art_folder), side=32, seed=1)
    assert {"fox", "octopus", "heart", "forest"} < set(drawn.classes)
    alpha = drawn.images[:, 3].float() / 255

    def covered(name: str) -> torch.Tensor:
        return alpha[drawn.kinds == drawn.classes.index(name)].mean((1, 2))

    assert (covered("forest") == 1).all()
    for name in ("fox", "heart"):
        assert ((covered(name) > 0.1) & (covered(name) < 0.95)).all()
    assert (drawn.images[:, :3] <= drawn.images[:, 3:].int() + 2).all()  # colours are multiplied by alpha
    assert drawn.common[drawn.kinds == drawn.classes.index("fox")].all()
    assert "fox" not in Pictures.of(World(), side=32, seed=1).classes


def test_common_things_are_seen_more_often(pictures: Pictures) -> None:
    some = replace(pictures, common=torch.arange(len(pictures)) < 10)
    drawn = shares(some, common=3.0)
    assert drawn.sum().item() == pytest.approx(1) and (drawn[0] / drawn[-1]).item() == pytest.approx(3)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 8])
def test_signs_of_z_choose_a_picture_and_all_are_chosen(count: int) -> None:
    place = torch.arange(count).repeat(50)
    counts = torch.full_like(place, count)
    z = chosen(place, counts, 8, torch.Generator().manual_seed(0))
    bits = max(1, (count - 1).bit_length())
    number = ((z[:, :bits] > 0).long() << torch.arange(bits)).sum(1)
    assert torch.equal(number % count, place)
    assert set(number.tolist()) == set(range(2**bits))


def test_components_tell_pictures_apart(pictures: Pictures) -> None:
    codes = components(pictures.images, 64)
    assert codes.shape == (len(pictures), 64) and codes.square().mean().item() == pytest.approx(1)
    near = torch.cdist(codes, codes).fill_diagonal_(torch.inf).argmin(1)
    assert (pictures.kinds[near] == pictures.kinds).float().mean() > 0.5  # those of a scene are alike
    assert (components(pictures.images[:4], 64)[:, 4:] == 0).all()


def test_pictures_are_learnt_by_codes_and_then_by_the_mapping(few: Pictures) -> None:
    recipe = replace(TINY, steps=160, mapped=0.5, fit_steps=400, ema=0.9)
    trainer = Trainer(recipe, few, CPU)
    first = trainer.step()["loss"]
    while not trainer.mapped:
        half = trainer.step()["loss"]
    assert half < 0.7 * first
    assert trainer.fit_mapping() < 0.7  # 1: nothing; between two pictures there is always some
    while trainer.done < recipe.steps:
        last = trainer.step()["loss"]
    assert last < half
    # a draw of a class is one of its pictures, not one of the other class's
    made = paint(trainer.averaged, trainer.styles(trainer.averaged, torch.arange(4)))
    far = (made[:, None] - (few.images.float() / 127.5 - 1)[None]).abs().mean((2, 3, 4))
    assert torch.equal(few.kinds[far.argmin(1)], few.kinds)


def test_a_resumed_run_equals_an_uninterrupted_one(few: Pictures) -> None:
    whole, broken = trained(few, 4), trained(few, 2)
    again = Trainer(TINY, few, CPU)
    again.load(broken.state())
    for _ in range(2):
        again.step()
    assert torch.equal(whole.codes, again.codes)
    for a, b in zip(whole.averaged.parameters(), again.averaged.parameters(), strict=True):
        assert torch.equal(a, b)


def test_an_export_is_a_generator_that_cuts_out(few: Pictures, tmp_path: Path) -> None:
    trainer = trained(few, 1)
    trainer.finish()
    export(trainer.averaged, few.classes, tmp_path)
    assert json.loads((tmp_path / "stylegan.json").read_text())["classes"] == list(few.classes)
    generator = StyleGAN.begin(size=(32, 32), seeds=[1], weights=tmp_path / "stylegan.safetensors")
    assert generator().shape == (1, 3, 32, 32) and generator.network.names == few.classes
    assert generator.psi == 1.0
    assert generator.cut_outs(7, 3).shape == (3, 4, 32, 32)
    assert samples(trainer.averaged, torch.arange(2)).shape == (2, 3, 32, 32)


def test_a_run_leaves_weights_curve_and_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylegan, "Recipe", lambda: replace(TINY, steps=3, mapped=0.5))
    said: list[str] = []
    named = stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", report=said.append)
    assert 0 <= named <= 1 and (tmp_path / "out" / "stylegan.safetensors").exists() and "named" in said[-1]
    assert any(line.startswith("mapping:") for line in said)
    left = {path.name for path in (tmp_path / "runs" / "stylegan").iterdir()}
    assert {"sheet-000003.png", "last.pt", "metrics.json"} <= left
    stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", steps=4, report=said.append)
    assert any("resumed at step 3 of 4" in line for line in said)
