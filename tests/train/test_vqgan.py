"""The recipe of the VQGAN: its codebook, its windows, its steps, its kill and resume, and the folder that it leaves."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.train import checkpoints, vqgan
from clipgen.train.sources import load_photos
from clipgen.train.vqgan import Crops, Metrics, Recipe, Trainer, export, measure
from clipgen.train.vqgan.losses import distance, spread
from clipgen.train.vqgan.recipe import lattice, model_config
from clipgen.train.world import World
from raising import refused

# warm-up is 200 steps long: the peak is high, so that the first few steps move at all
TINY = Recipe(levels=(3, 3, 3), ch=32, ch_mult=(1, 1), z_channels=8, steps=20, batch=4, lr=0.1, gan_from=1.0)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def windows(world: World) -> list[Tensor]:
    crops = Crops(world, seed=1, batch=4, count=4)
    return [crops[i] for i in range(4)]


def same_state(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    ours, theirs = a.state_dict(), b.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in ours)


def test_the_lattice_is_the_whole_grid() -> None:
    points = lattice((3, 2, 4))
    assert points.shape == (24, 3)
    axes = ((-1, 0, 1), (-1, 1), (-1, -1 / 3, 1 / 3, 1))
    wanted = {tuple(round(v, 4) for v in point) for point in itertools.product(*axes)}
    assert {tuple(round(v, 4) for v in point) for point in points.tolist()} == wanted


def test_the_lattice_is_the_codebook_and_stays_it(windows: list[Tensor]) -> None:
    trainer = Trainer(TINY, CPU, None)
    trainer.step(windows[0])
    assert torch.equal(trainer.model.codebook, lattice(TINY.levels))
    assert model_config(TINY)["model"]["params"]["n_embed"] == 27


def test_windows_depend_on_their_index_alone(world: World) -> None:
    crops, again = Crops(world, seed=1, batch=6, count=3), Crops(World(), seed=1, batch=6, count=3)
    assert len(crops) == 3
    batches = [crops[i] for i in (2, 0, 1)]
    assert all(torch.equal(batch, again[i]) for batch, i in zip(batches, (2, 0, 1), strict=True))
    assert all(batch.shape == (6, 3, 64, 64) and batch.dtype == torch.uint8 for batch in batches)
    assert not torch.equal(crops[0], crops[1])
    assert not torch.equal(crops[0], Crops(world, seed=2, batch=6, count=3)[0])


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve pictures of stripes, which no picture of the world has, one of them smaller than a window."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(12):
        width = 40 if number == 0 else 160
        stripes = np.broadcast_to(np.array([[[250], [4]]], np.uint8), (48, 2, 3))
        Image.fromarray(np.tile(stripes, (2, width // 2, 1))).save(folder / f"{number}.png")
    return folder


def test_photographs_are_a_share_of_the_pictures(world: World, photos: Path) -> None:
    shown = load_photos(photos)

    def striped(share: float) -> float:
        crops = Crops(world, seed=1, batch=8, count=80, photos=shown, share=share)
        windows = torch.cat([crops[i] for i in range(0, 80, 8)]).float()
        # a row of stripes, whole or made smaller, is the same in every line
        return float((windows.std(2).amax((1, 2)) < 1).float().mean())

    assert striped(0.0) < 0.1 and 0.2 < striped(0.4) < 0.6 and striped(1.0) == 1
    crops, again = (Crops(world, seed=1, batch=4, count=9, photos=shown, share=1.0) for _ in range(2))
    assert torch.equal(crops[8], again[8]) and not torch.equal(crops[0], crops[8])


def test_photographs_that_were_not_shown_are_measured(world: World, photos: Path) -> None:
    model = Trainer(TINY, CPU, None).model.eval()
    bars, sheet = measure(model, world, count=20, photos=load_photos(photos))
    assert bars.psnr_photos is not None and 0 < bars.psnr_photos != bars.psnr
    assert sheet.shape == (3, 256, 12 * 128)


def test_distance_sees_edges() -> None:
    steps = torch.linspace(-1, 1, 32).expand(1, 3, 32, 32)
    assert distance(steps, steps) == 0
    noise = 0.1 * torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    flat = torch.full_like(noise, noise.abs().mean().item())
    # equally far in L1, but one breaks the edges
    assert distance(steps, steps + noise) > 2 * distance(steps, steps + flat)


def test_spread_is_least_where_codes_fill_the_cube() -> None:
    def far(codes: Tensor) -> float:
        return spread(codes, generator=torch.Generator().manual_seed(1)).item()

    even = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert far(even) < 0.01 < far(even * 0.5)
    # every channel is spread, but they move together: most of the cube is empty
    assert far(even[:, :1].expand(-1, 3, -1, -1)) > 0.05


def test_steps_lower_the_loss(windows: list[Tensor]) -> None:
    trainer = Trainer(TINY, CPU, None)
    figures = [trainer.step(windows[0]) for _ in range(12)]
    assert figures[-1]["loss"] < figures[0]["loss"] and figures[-1]["l1"] < figures[0]["l1"]
    assert figures[0]["lr"] < figures[-1]["lr"] and trainer.done == 12


def test_the_discriminator_is_added_late(windows: list[Tensor]) -> None:
    trainer = Trainer(replace(TINY, steps=4, gan_from=0.5), CPU, None)
    fresh = Trainer(TINY, CPU, None).critic
    adversarial = [trainer.step(windows[0])["adversarial"] for _ in range(2)]
    assert adversarial == [0, 0] and same_state(trainer.critic, fresh)
    weight = trainer.critic.state_dict()["main.0.weight"].clone()
    assert trainer.step(windows[0])["adversarial"] != 0
    assert not torch.equal(trainer.critic.state_dict()["main.0.weight"], weight)
    assert all(p.requires_grad for p in trainer.critic.parameters())


def test_the_discriminator_learns_what_is_real(windows: list[Tensor]) -> None:
    trainer = Trainer(replace(TINY, gan_from=0.0), CPU, None)
    for _ in range(15):
        trainer.step(windows[0])
    real = windows[0].float() / 127.5 - 1
    with torch.no_grad():
        drawn = trainer.model(real)[0]
        assert trainer.critic(real).mean() > trainer.critic(drawn).mean()


def test_a_resumed_run_equals_an_uninterrupted_one(windows: list[Tensor], tmp_path: Path) -> None:
    recipe = replace(TINY, steps=4, gan_from=0.25)
    unbroken, killed = Trainer(recipe, CPU, None), Trainer(recipe, CPU, None)
    wanted = [unbroken.step(batch) for batch in windows]
    found = [killed.step(batch) for batch in windows[:2]]
    checkpoints.save(tmp_path / "last.pt", killed.state())
    resumed = Trainer(recipe, CPU, None)
    saved = checkpoints.load(tmp_path / "last.pt")
    assert saved is not None
    resumed.load(saved)
    found += [resumed.step(batch) for batch in windows[2:]]
    assert found == wanted and resumed.done == 4
    assert same_state(unbroken.model, resumed.model) and same_state(unbroken.critic, resumed.critic)


def test_a_run_with_other_layers_begins_its_optimizer_anew(windows: list[Tensor]) -> None:
    whole, decoder = Trainer(TINY, CPU, None), Trainer(replace(TINY, decoder_only=True), CPU, None)
    decoder.step(windows[0])
    assert not whole.load(decoder.state()) and whole.done == 1
    assert same_state(whole.model, decoder.model)
    whole.step(windows[1])
    assert decoder.load(decoder.state())
    with refused(WeightsError):
        Trainer(replace(TINY, z_channels=16), CPU, None).load(whole.state())


def test_weights_to_start_from_bring_their_shape(windows: list[Tensor], tmp_path: Path) -> None:
    trainer = Trainer(TINY, CPU, None)
    export(trainer, tmp_path)
    config = yaml.safe_load((tmp_path / "vqgan.yaml").read_text(encoding="utf-8"))
    found = Recipe().shaped_as(config, load_file(tmp_path / "vqgan.safetensors")["quantize.embedding.weight"])
    assert replace(found, steps=20, batch=4, lr=0.1, gan_from=1.0) == TINY
    again = Trainer(found, CPU, tmp_path / "vqgan.safetensors")
    assert again.model.state_dict().keys() == trainer.model.state_dict().keys()


@pytest.mark.parametrize("text", ["other: 1", "[", "model: {params: {ddconfig: {ch: 8}}}", "- 1"])
def test_a_start_of_another_kind_is_one_line(windows: list[Tensor], tmp_path: Path, text: str) -> None:
    export(Trainer(TINY, CPU, None), tmp_path)
    (tmp_path / "vqgan.yaml").write_text(text)
    with refused(WeightsError):
        vqgan.run(runs=tmp_path / "runs", init=tmp_path / "vqgan.safetensors")


def test_batches_after_each_other_share_pictures(world: World) -> None:
    crops = Crops(world, seed=1, batch=2, count=40)
    rendered: list[int] = []
    pictures = crops._pictures
    crops.pictures = lambda group: rendered.append(group) or pictures(group)  # type: ignore[assignment,func-returns-value]
    first, second = crops[0], crops[1]
    assert rendered == [0, 0] and not torch.equal(first, second)
    crops[39]
    assert rendered[-1] == 39 // 8


def test_an_export_is_a_taming_folder(windows: list[Tensor], tmp_path: Path) -> None:
    trainer = Trainer(TINY, CPU, None)
    trainer.step(windows[0])
    export(trainer, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["vqgan.safetensors", "vqgan.yaml"]
    state = load_file(tmp_path / "vqgan.safetensors")
    critic = {k.removeprefix("loss.discriminator.") for k in state if k.startswith("loss.discriminator.")}
    assert critic == trainer.critic.state_dict().keys()
    network, x = load_network(tmp_path), windows[0].float() / 127.5 - 1
    with torch.no_grad():
        # fp16 weights
        assert torch.allclose(network.encode(x), trainer.model.encode(x), atol=0.03)
    again = Trainer(replace(TINY, seed=8), CPU, tmp_path / "vqgan.safetensors")
    for ours, theirs in ((again.model, trainer.model), (again.critic, trainer.critic)):
        assert all(torch.allclose(v, theirs.state_dict()[k], atol=2e-3) for k, v in ours.state_dict().items())


def test_weights_of_another_recipe_are_an_error(tmp_path: Path) -> None:
    export(Trainer(TINY, CPU, None), tmp_path)
    with pytest.raises(WeightsError, match=r"vqgan\.safetensors"):
        Trainer(replace(TINY, levels=(3, 3, 3, 3)), CPU, tmp_path / "vqgan.safetensors")


def test_metrics_of_a_network(world: World) -> None:
    model = Trainer(TINY, CPU, None).model.eval()
    bars, sheet = measure(model, world, count=20)
    assert 0 < bars.psnr < 20 and 0 < bars.codebook_used <= 1
    assert sheet.shape == (3, 256, 12 * 128) and sheet.min() >= 0 and sheet.max() <= 1


def test_a_run_writes_a_folder_and_can_be_resumed(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vqgan, "Recipe", lambda: TINY)
    # it renders and codes pictures for seconds
    monkeypatch.setattr(vqgan, "measure", lambda *_, **__: (Metrics(20.0, 1.0), torch.zeros(3, 8, 8)))
    said: list[str] = []

    def run(out: str, **changes: Any) -> bytes:
        vqgan.run(out=tmp_path / out, device="cpu", runs=tmp_path / "runs", report=said.append, **changes)
        return (tmp_path / out / "vqgan.safetensors").read_bytes()

    whole = run("a", photos=[photos])
    folder = tmp_path / "runs" / "vqgan"
    assert any(line.startswith("step 20/20") for line in said)
    assert (folder / "sheet-000020.png").is_file() and json.loads((folder / "metrics.json").read_text())["psnr"] == 20
    # the last checkpoint is the end: nothing is left to do, and the same weights come out
    assert run("b") == whole and "resumed at step 20 of 20" in said
    assert run("c", resume=False, steps=2, batch=2, seed=5) != whole
