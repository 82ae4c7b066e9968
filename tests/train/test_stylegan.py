"""The recipe of the StyleGAN: its pictures, its steps, its stop and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("cv2")

from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.train import stylegan
from clipgen.train.stylegan import Pictures, Recipe, Trainer, export, samples
from clipgen.train.stylegan.critic import Critic
from clipgen.train.world import World

TINY = Recipe(
    channels=(8, 8, 8, 8), width=16, noise=8, layers=2, steps=4, batch=4, r1_every=2, grow_at=0.5, styles_per_class=4,
    fit_steps=3,
)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def clip() -> OpenClip:
    return load_perceptor("builtin", CPU)


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures(World(), seed=1, batch=4, side=32, count=4)


def trained(clip: OpenClip, pictures: Pictures, steps: int, recipe: Recipe = TINY) -> Trainer:
    trainer = Trainer(recipe, pictures.classes, clip, CPU)
    for index in range(steps):
        trainer.step(*pictures[index])
    return trainer


def test_pictures_depend_on_their_index_alone() -> None:
    first, again = (Pictures(World(), seed=1, batch=6, side=32, count=3) for _ in range(2))
    assert len(first) == 3
    for index in (2, 0):
        images, classes = first[index]
        assert images.shape == (6, 3, 32, 32) and images.dtype == torch.uint8 and classes.max() < len(first.classes)
        assert torch.equal(images, again[index][0]) and torch.equal(classes, again[index][1])


def test_a_class_is_its_scene_its_shape_or_its_thing(art_folder: Path) -> None:
    drawn = Pictures(World(art_folder), seed=1, batch=1, side=64, count=1)
    assert {"fox", "octopus", "heart", "forest"} < set(drawn.classes)
    for name in ("heart", "fox"):  # two colours, and an edge
        counts = np.unique(drawn.draw(name, np.random.default_rng(0)).reshape(-1, 3), axis=0, return_counts=True)[1]
        assert np.sort(counts)[-2:].sum() > 0.7 * 64 * 64
    assert drawn.draw("forest", np.random.default_rng(0)).std() > 10
    assert "fox" not in Pictures(World(), seed=1, batch=1, side=64, count=1).classes


def test_all_parts_learn_the_critic_and_the_last_block_late(clip: OpenClip, pictures: Pictures) -> None:
    trainer = Trainer(TINY, pictures.classes, clip, CPU)
    critic = [p.detach().clone() for p in trainer.critic.parameters()]
    nets = [p.detach().clone() for p in trainer.nets.parameters()]
    assert trainer.side == 16
    figures = trainer.step(*pictures[0])
    assert "adversarial" not in figures
    assert all(torch.equal(a, b) for a, b in zip(critic, trainer.critic.parameters(), strict=True))
    for index in (1, 2, 3):
        figures = trainer.step(*pictures[index])
    assert trainer.side == 32 and all(np.isfinite(value) for value in figures.values())
    assert not any(torch.equal(a, b) for a, b in zip(critic, trainer.critic.parameters(), strict=True))
    moved = [not torch.equal(a, b) for a, b in zip(nets, trainer.nets.parameters(), strict=True)]
    assert sum(moved) > 0.7 * len(moved)  # the mapping waits for `fit`, fixed noise for nothing


def test_a_critic_that_scores_real_pictures_well_gets_augmented_ones(clip: OpenClip, pictures: Pictures) -> None:
    hard, easy = (replace(TINY, grow_at=0.0, augment_pictures=16, augment_target=target) for target in (-2.0, 2.0))
    trainer = Trainer(hard, pictures.classes, clip, CPU)
    shares = [trainer.step(*pictures[index])["augmented"] for index in range(3)]
    assert shares == [0.25, 0.5, 0.75]  # 4 of 16 pictures a step
    trainer.recipe = easy
    assert trainer.step(*pictures[3])["augmented"] == 0.5
    images = pictures[0][0].float() / 255
    for share in (0.0, 1.0):
        trainer.augmented = share
        shown = trainer.augment(images.requires_grad_())
        kept = [torch.equal(a, b) for a, b in zip(shown, images, strict=True)]
        assert not any(kept) if share else all(kept)
    assert torch.autograd.grad(shown.sum(), images)[0].abs().sum() > 0  # differentiable


def test_the_augmented_pictures_are_what_is_judged(
    clip: OpenClip, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(replace(TINY, grow_at=0.0, r1_every=100), pictures.classes, clip, CPU)
    trainer.done, trainer.augmented = 1, 1.0
    black = torch.zeros(4, 3, 32, 32)
    monkeypatch.setattr(trainer, "augment", lambda images: images * 0)
    seen: list[torch.Tensor] = []
    trainer.critic.register_forward_pre_hook(lambda _, given: seen.append(given[0][0]))
    trainer.step(*pictures[0])
    dark = (black - trainer.features.perceptor.mean) / trainer.features.perceptor.std
    assert len(seen) == 3 and all(torch.allclose(some.float(), dark, atol=0.02) for some in seen)


def test_pictures_are_reconstructed(clip: OpenClip, pictures: Pictures) -> None:
    """The same batch over and over is soon nearer to its picture than to the others'."""
    trainer = Trainer(replace(TINY, grow_at=1.0, steps=40, ema_half_life=20), pictures.classes, clip, CPU)
    images, classes = pictures[0]
    first = trainer.step(images, classes)["pixels"]
    for _ in range(39):
        last = trainer.step(images, classes)["pixels"]
    assert last < 0.6 * first


def test_the_mapping_learns_the_styles_of_a_class(clip: OpenClip, pictures: Pictures) -> None:
    trainer = Trainer(replace(TINY, fit_steps=400), pictures.classes, clip, CPU)
    count = len(pictures.classes)
    places = torch.randn(count, 1, 16, generator=torch.Generator().manual_seed(0))
    known = places + 0.1 * torch.randn(count, 8, 16, generator=torch.Generator().manual_seed(1))
    trainer.fit(known)
    mapping = trainer.averaged.mapping
    made = mapping(torch.randn(count, 8, generator=torch.Generator().manual_seed(2)), torch.eye(count))
    assert (torch.cdist(made, places[:, 0]).argmin(1) == torch.arange(count)).float().mean() > 0.75
    assert torch.allclose(mapping.w_avg, known.mean((0, 1)))


def test_a_resumed_run_equals_an_uninterrupted_one(clip: OpenClip, pictures: Pictures) -> None:
    recipe = replace(TINY, grow_at=0.0, augment_pictures=16, augment_target=-2.0)
    whole, broken = (trained(clip, pictures, steps, recipe) for steps in (4, 2))
    again = Trainer(recipe, pictures.classes, clip, CPU)
    again.load(broken.state())
    for index in (2, 3):
        again.step(*pictures[index])
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_critic_depends_on_the_class() -> None:
    torch.manual_seed(0)
    critic = Critic([(3, 16), (8, 6)], classes=3)
    depths = [torch.rand(1, 3, 16, 16), torch.rand(1, 8, 6, 6)]
    assert critic(depths, torch.tensor([0])).shape == (1, 16 + 9)
    assert not torch.equal(critic(depths, torch.tensor([0])), critic(depths, torch.tensor([1])))


def test_an_export_is_a_generator(clip: OpenClip, pictures: Pictures, tmp_path: Path) -> None:
    trainer = Trainer(TINY, pictures.classes, clip, CPU)
    export(trainer, tmp_path)
    assert json.loads((tmp_path / "stylegan.json").read_text())["classes"] == list(pictures.classes)
    generator = StyleGAN.begin(size=(32, 32), seeds=[1], weights=tmp_path / "stylegan.safetensors")
    assert generator().shape == (1, 3, 32, 32) and generator.network.names == pictures.classes
    assert samples(trainer.averaged, torch.arange(3)).shape == (3, 3, 32, 32)


def test_a_run_leaves_weights_curve_and_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylegan, "Recipe", lambda: replace(TINY, steps=3, batch=8))
    said: list[str] = []
    named = stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", report=said.append)
    assert 0 <= named <= 1 and (tmp_path / "out" / "stylegan.safetensors").exists() and "named" in said[-1]
    left = {path.name for path in (tmp_path / "runs" / "stylegan").iterdir()}
    assert {"reconstructions-000003.png", "samples.png", "last.pt", "metrics.json"} <= left
    stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", steps=4, report=said.append)
    assert any("resumed at step 3 of 4" in line for line in said)
