"""The recipe of the StyleGAN: its pictures, its steps, its stop and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from clipgen.errors import WeightsError
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.train import stylegan
from clipgen.train.stylegan import Pictures, Recipe, Trainer, _shown, export
from clipgen.train.stylegan.pictures import _detail, shares
from clipgen.train.stylegan.trainer import components, paint
from clipgen.train.world import World

TINY = Recipe(channels=(8, 8, 8, 8), width=16, steps=4, batch=4)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.of(World(), side=32, seed=1)


@pytest.fixture(scope="module")
def few(pictures: Pictures) -> Pictures:
    """Two pictures of one class and two of another."""
    rows = [0, 1, 16, 17]
    names = (pictures.classes[0], pictures.classes[2])
    return Pictures(pictures.images[rows], torch.tensor([0, 0, 1, 1]), names, pictures.common[rows])


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


def test_the_drawings_with_the_least_detail_are_kept(art_folder: Path) -> None:
    world = World(art_folder)
    drawn = Pictures.of(world, side=32, seed=1)
    kinds = {name: int((drawn.kinds == kind).sum()) for kind, name in enumerate(drawn.classes)}
    art = dict(zip(world.art.things, world.art.by_thing, strict=True))
    assert all(kinds[name] == min(3, len(art[name])) for name in kinds if name in art and kinds[name] < 8)
    noisy, flat = np.zeros((8, 8, 4), np.uint8), np.full((8, 8, 4), 9, np.uint8)
    noisy[::2] = 200
    assert _detail(flat) == 0 < _detail(noisy)


def test_a_run_starts_from_given_weights(few: Pictures, tmp_path: Path) -> None:
    first = trained(few, 2)
    export(first.averaged, few.names, tmp_path)
    again = Trainer(TINY, few, CPU, tmp_path / "stylegan.safetensors")
    for a, b in zip(first.averaged.parameters(), again.model.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-3, atol=1e-4)
    with pytest.raises(WeightsError, match="does not fit"):
        Trainer(replace(TINY, width=8), few, CPU, tmp_path / "stylegan.safetensors")


def test_given_weights_are_matched_by_class_where_pictures_were_added(few: Pictures, tmp_path: Path) -> None:
    first = trained(few, 2)
    export(first.averaged, few.names, tmp_path)
    rows = [2, 3, 0, 0, 1]  # the classes in another order, the first picture twice, which makes three of its class
    images, common = few.images[rows], few.common[rows]
    more = Pictures(images, torch.tensor([0, 0, 1, 1, 1]), few.classes[::-1], common)
    again = Trainer(TINY, more, CPU, tmp_path / "stylegan.safetensors")
    old, new = (one.mapping.embed.weight for one in (first.averaged, again.model))
    assert torch.allclose(new[:, :4], old[:, [2, 3, 0, 1]], rtol=1e-3, atol=1e-4)
    untouched = Trainer(TINY, more, CPU).model.mapping.embed.weight
    assert torch.equal(new[:, 4], untouched[:, 4])


def test_common_things_are_seen_more_often(pictures: Pictures) -> None:
    some = replace(pictures, common=torch.arange(len(pictures)) < 10)
    drawn = shares(some, common=3.0)
    assert drawn.sum().item() == pytest.approx(1) and (drawn[0] / drawn[-1]).item() == pytest.approx(3)


def test_components_tell_pictures_apart(pictures: Pictures) -> None:
    codes = components(pictures.images, 64)
    assert codes.shape == (len(pictures), 64) and codes.square().mean().item() == pytest.approx(1)
    near = torch.cdist(codes, codes).fill_diagonal_(torch.inf).argmin(1)
    assert (pictures.kinds[near] == pictures.kinds).float().mean() > 0.5  # those of a scene are alike
    assert (components(pictures.images[:4], 64)[:, 4:] == 0).all()


def test_pictures_are_learnt(few: Pictures) -> None:
    trainer = Trainer(replace(TINY, steps=250, ema=0.9), few, CPU)
    first = trainer.step()["loss"]
    while trainer.done < trainer.recipe.steps:
        last = trainer.step()["loss"]
    assert last < 0.6 * first
    made = paint(trainer.averaged, trainer.styles(trainer.averaged, torch.arange(4)))
    far = (made[:, None] - (few.images.float() / 127.5 - 1)[None]).abs().mean((2, 3, 4))
    assert torch.equal(few.kinds[far.argmin(1)], few.kinds)


def test_styles_start_at_the_components_up_to_their_length(pictures: Pictures) -> None:
    trainer = Trainer(TINY, pictures, CPU)
    codes = components(pictures.images, TINY.width)
    alike = torch.cosine_similarity(trainer.styles(trainer.model, torch.arange(len(pictures))), codes)
    assert alike.min() > 0.99


def test_a_resumed_run_equals_an_uninterrupted_one(few: Pictures) -> None:
    whole, broken = trained(few, 4), trained(few, 2)
    again = Trainer(TINY, few, CPU)
    again.load(broken.state())
    for _ in range(2):
        again.step()
    for a, b in zip(whole.averaged.parameters(), again.averaged.parameters(), strict=True):
        assert torch.equal(a, b)


def test_an_export_is_a_generator_that_draws_its_pictures(few: Pictures, tmp_path: Path) -> None:
    trainer = trained(few, 1)
    trainer.finish()
    export(trainer.averaged, few.names, tmp_path)
    assert json.loads((tmp_path / "stylegan.json").read_text())["classes"] == few.names
    generator = StyleGAN.begin(size=(32, 32), seeds=[1], weights=tmp_path / "stylegan.safetensors")
    assert generator().shape == (1, 3, 32, 32) and list(generator.network.names) == few.names
    assert generator.psi == 1.0
    generator.draw_from(None, [(few.classes[1], 1.0)])
    made = _shown(paint(trainer.averaged, trainer.styles(trainer.averaged, torch.tensor([2, 3]))))
    generator.start(list(range(20)), (32, 32))
    far = (generator()[:, None] - made[None]).abs().amax((2, 3, 4))
    assert set(far.argmin(1).tolist()) == {0, 1} and far.amin(1).max() < 0.05  # both of its pictures, and no other


def test_a_run_leaves_weights_curve_and_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylegan, "Recipe", lambda: replace(TINY, steps=3))
    said: list[str] = []
    named = stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", report=said.append)
    assert 0 <= named <= 1 and (tmp_path / "out" / "stylegan.safetensors").exists() and "named" in said[-1]
    left = {path.name for path in (tmp_path / "runs" / "stylegan").iterdir()}
    assert {"sheet-000003.png", "last.pt", "metrics.json"} <= left
    stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", steps=4, report=said.append)
    assert any("resumed at step 3 of 4" in line for line in said)
