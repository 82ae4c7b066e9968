"""The recipe of the StyleGAN: its pictures, its steps, its stop and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("cv2")

from clipgen.generators.stylegan import StyleGAN
from clipgen.train import stylegan
from clipgen.train.stylegan import CLASSES, Pictures, Recipe, Trainer, export, samples
from clipgen.train.stylegan.critic import Critic
from clipgen.train.stylegan.pictures import draw

TINY = Recipe(channels=(8, 8, 8, 8), width=16, noise=8, layers=2, steps=4, batch=4, lazy=2)
CPU = torch.device("cpu")


def test_pictures_depend_on_their_index_alone() -> None:
    pictures, again = (Pictures(seed=1, batch=6, side=32, count=3) for _ in range(2))
    assert len(pictures) == 3
    for index in (2, 0):
        images, classes = pictures[index]
        assert images.shape == (6, 3, 32, 32) and images.dtype == torch.uint8 and classes.max() < len(CLASSES)
        assert torch.equal(images, again[index][0]) and torch.equal(classes, again[index][1])


def test_a_class_is_its_scene_or_its_shape() -> None:
    heart = draw(CLASSES.index("heart"), np.random.default_rng(0), 64)
    counts = np.unique(heart.reshape(-1, 3), axis=0, return_counts=True)[1]
    assert np.sort(counts)[-2:].sum() > 0.8 * 64 * 64  # two colours, and an edge
    assert draw(CLASSES.index("forest"), np.random.default_rng(0), 64).std() > 10


def test_both_learn_and_the_average_follows() -> None:
    trainer = Trainer(TINY, CPU)
    parts = (trainer.model, trainer.critic, trainer.average)
    before = [p.detach().clone() for part in parts for p in part.parameters()]
    batches = Pictures(seed=1, batch=4, side=32, count=4)
    for index in range(4):
        figures = trainer.step(*batches[index])
    assert all(np.isfinite(value) for value in figures.values())
    after = [p for part in parts for p in part.parameters()]
    moved = sum(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert moved > 0.8 * len(before)
    assert trainer.model.mapping.w_avg.abs().max() > 0


def test_a_resumed_run_is_the_unbroken_one() -> None:
    batches = Pictures(seed=1, batch=4, side=32, count=4)
    whole, broken = Trainer(TINY, CPU), Trainer(TINY, CPU)
    for index in range(4):
        whole.step(*batches[index])
        if index < 2:
            broken.step(*batches[index])
    again = Trainer(TINY, CPU)
    again.load(broken.state())
    for index in (2, 3):
        again.step(*batches[index])
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_augments_come_in_when_the_critic_is_sure() -> None:
    trainer = Trainer(TINY, CPU)
    trainer.sure = 1.0
    trainer.step(*Pictures(seed=1, batch=4, side=32, count=1)[0])
    assert trainer.often > 0
    trainer.often = 0.8
    images = torch.rand(4, 3, 32, 32) * 2 - 1
    assert not torch.equal(trainer._seen(images), images)


def test_the_critic_hears_of_the_class() -> None:
    torch.manual_seed(0)
    critic = Critic({4: 8, 8: 8}, classes=3)
    image = torch.rand(1, 3, 8, 8)
    assert critic(image, torch.tensor([0])) != critic(image, torch.tensor([1]))


def test_what_is_written_is_what_the_generator_reads(tmp_path: Path) -> None:
    trainer = Trainer(TINY, CPU)
    export(trainer, tmp_path)
    assert len(json.loads((tmp_path / "stylegan.json").read_text())["classes"]) == len(CLASSES)
    generator = StyleGAN.load(size=(32, 32), seeds=[1], weights=tmp_path / "stylegan.safetensors")
    assert generator().shape == (1, 3, 32, 32) and generator.network.mapping.classes == len(CLASSES)
    assert samples(trainer.average, torch.arange(3)).shape == (3, 3, 32, 32)


def test_a_run_leaves_weights_curve_and_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylegan, "Recipe", lambda: replace(TINY, steps=3))
    said: list[str] = []
    named = stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", report=said.append)
    assert 0 <= named <= 1 and (tmp_path / "out" / "stylegan.safetensors").exists()
    assert (tmp_path / "runs" / "stylegan" / "sheet-000003.png").exists() and "named" in said[-1]
    stylegan.run(out=tmp_path / "out", runs=tmp_path / "runs", device="cpu", steps=4, report=said.append)
    assert any("resumed at step 3 of 4" in line for line in said)
