"""The recipe of the CLIP: its attack, its steps, its kill and resume, and the folder that it leaves."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.perceptors.openclip import load_perceptor, make_tokenizer, write_merges
from clipgen.similarity import Background
from clipgen.train import checkpoints, clip
from clipgen.train.attack import attack
from clipgen.train.clip import Phase, Recipe, Trainer, export
from clipgen.train.clip.recipe import model_config
from clipgen.train.data import Batch, WorldBatches
from clipgen.train.measure import Metrics
from clipgen.train.world import World

# timm's smallest network of the right kind: a real tower that a test can afford
TINY = Recipe(tower="test_resnet", seed=1, phases=(Phase(steps=20, size=32, lr=5e-3),), batch=8, fresh=6)
ATTACKED = Phase(steps=6, size=64, lr=1e-3, radius=2.0)
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """An export renders thousands of pictures for its background; here a few."""
    monkeypatch.setattr(clip, "_PICTURES", 6)
    monkeypatch.setattr(clip, "_CAPTIONS", 8)


@pytest.fixture(scope="module")
def merges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "merges.txt.gz"
    write_merges(path)
    return path


@pytest.fixture(scope="module")
def batches(world: World, merges: Path) -> list[Batch]:
    tokenizer = make_tokenizer(model_config(TINY), merges)
    source = WorldBatches(world, seed=1, batch=8, size=36, count=4, tokenizer=tokenizer)
    return [source[i] for i in range(4)]


@pytest.fixture
def make(world: World, merges: Path) -> Any:
    def trainer(recipe: Recipe = TINY, *, init: Path | None = None) -> Trainer:
        return Trainer(recipe, world, merges, CPU, init)

    return trainer


def clean_loss(trainer: Trainer, batch: Batch) -> float:
    """The contrast of a batch without augments, by the batch's own statistics."""
    images = batch.images[:, :, 2:34, 2:34].float() / 255
    with torch.no_grad():
        learner = trainer.learner.train()
        return learner.losses(learner.embed_images(images), learner.embed_tokens(batch.tokens), batch.facts)[0].item()


def same_state(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_attack_stays_in_the_ball_and_raises_the_loss(steps: int) -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(6, 3, 16, 16, generator=generator) * 0.6 + 0.2
    weights = torch.randn(3, 16, 16, generator=generator)
    radius = torch.linspace(0.5, 2.0, 6).view(6, 1, 1, 1)

    def each(x: Tensor) -> Tensor:
        return (x * weights).flatten(1).sum(1).tanh() + (x * weights).flatten(1).sum(1)

    attacked = attack(images, lambda x: each(x).sum(), radius=radius, steps=steps, generator=generator)
    moved = (attacked - images).flatten(1).norm(dim=1)
    assert (moved <= radius.flatten() + 1e-4).all() and (moved > 0.5 * radius.flatten()).all()
    assert attacked.min() >= 0 and attacked.max() <= 1
    assert (each(attacked) > each(images) + radius.flatten() * 5).all()
    assert not attacked.requires_grad


def test_an_attack_stays_among_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    images = (torch.rand(4, 3, 8, 8, generator=generator) > 0.5).float()
    radius = torch.full((4, 1, 1, 1), 6.0)
    attacked = attack(images, lambda x: x.sum(), radius=radius, steps=2, generator=generator)
    assert attacked.min() >= 0 and attacked.max() <= 1


def test_pairs_of_the_same_facts_are_no_negatives(make: Any) -> None:
    learner = make().learner
    seen = torch.nn.functional.normalize(torch.randn(3, 256), dim=-1)
    read = seen.clone()
    read[1] = seen[0]
    told = torch.tensor([[1, -1, -1, -1, 0], [1, -1, -1, -1, 0], [2, -1, -1, -1, 0]])
    apart = torch.tensor([[1, -1, -1, -1, 0], [3, -1, -1, -1, 0], [2, -1, -1, -1, 0]])
    assert learner.contrast(seen, read, told) < learner.contrast(seen, read, apart) - 0.5


def test_captions_without_their_padding_are_read_the_same(make: Any, batches: list[Batch]) -> None:
    learner, tokens = make().learner.eval(), torch.cat([batch.tokens for batch in batches])
    with torch.no_grad():
        whole = learner.clip.encode_text(tokens, normalize=True)
        assert torch.allclose(learner.embed_tokens(tokens), whole, atol=1e-5)


def test_pictures_are_named_among_bare_names(make: Any) -> None:
    learner = make().learner
    names = torch.nn.functional.normalize(torch.randn(4, 256), dim=-1)
    truth = torch.tensor([1, 0, -1, 3])
    right = torch.stack([names[1], names[0], names[3], names[3]])  # the third has no name
    assert learner.naming(right, names, truth) < 0.1
    assert learner.naming(right.roll(1, 0), names, truth) > 1
    assert learner.naming(right, names, torch.full((4,), -1)) == 0


def test_things_of_a_pair_are_no_question(make: Any, batches: list[Batch]) -> None:
    trainer = make()
    nothing, pair = torch.full((2, 5), -1), torch.tensor([[3, 4, -1, -1, -1], [5, 6, -1, -1, -1]])
    for facts in (nothing, pair):
        assert all((question.truth < 0).all() for question in trainer._questions(facts))
    for which, (place, fact) in enumerate(((0, 3), (2, 1), (3, 2))):  # a thing, a scene, a style
        facts = nothing.clone()
        facts[0, place] = fact
        truths = [question.truth.tolist() for question in trainer._questions(facts)]
        assert [truth[0] >= 0 for truth in truths] == [which == other for other in range(3)]
        assert all(truth[1] == -1 for truth in truths)
    question = trainer._questions(torch.tensor([[3, -1, -1, -1, -1]]))[0]
    assert torch.equal(question.names[question.truth[0]], trainer.names[3])


def test_a_phase_asks_for_names_by_its_weight(make: Any, batches: list[Batch]) -> None:
    phases = [(Phase(steps=1, size=32, lr=1e-3, names=names),) for names in (0.0, 1.0)]
    trainers = [make(replace(TINY, phases=phase)) for phase in phases]
    for trainer in trainers:
        trainer.step(batches[0])
    assert not same_state(*[trainer.learner.state_dict() for trainer in trainers])


def test_five_steps_lower_the_loss_of_a_batch(make: Any, batches: list[Batch]) -> None:
    trainer = make()
    before = clean_loss(trainer, batches[0])
    figures = [trainer.step(batches[0]) for _ in range(5)]
    assert clean_loss(trainer, batches[0]) < before - 0.2
    assert figures[-1]["naming"] < figures[0]["naming"]
    assert figures[0]["lr"] < figures[4]["lr"] and figures[0]["radius"] == 0
    assert trainer.done == 5


def test_the_attack_follows_the_plain_phase(make: Any, batches: list[Batch]) -> None:
    trainer = make(replace(TINY, phases=(Phase(steps=1, size=32, lr=1e-3), ATTACKED)))
    radii = [trainer.step(batches[0])["radius"] for _ in range(7)]
    assert radii[0] == 0 and radii[1] == pytest.approx(0.6)
    assert radii[1] < radii[2] < radii[3] < radii[4]
    assert radii[4:] == pytest.approx([2.0] * 3)
    assert all(p.requires_grad for p in trainer.learner.parameters())


def test_a_resumed_run_equals_an_uninterrupted_one(make: Any, batches: list[Batch], tmp_path: Path) -> None:
    recipe = replace(TINY, phases=(Phase(steps=1, size=32, lr=1e-3), replace(ATTACKED, steps=3)))
    unbroken, killed = make(recipe), make(recipe)
    wanted = [unbroken.step(batch) for batch in batches]
    found = [killed.step(batch) for batch in batches[:2]]
    checkpoints.save(tmp_path / "last.pt", killed.state())
    resumed = make(recipe)
    torch.rand(3)
    saved = checkpoints.load(tmp_path / "last.pt")
    assert saved is not None
    resumed.load(saved)
    found += [resumed.step(batch) for batch in batches[2:]]
    assert found == wanted and resumed.done == 4
    assert same_state(unbroken.learner.state_dict(), resumed.learner.state_dict())
    assert torch.equal(unbroken.generator.get_state(), resumed.generator.get_state())


def test_a_checkpoint_of_another_world_is_an_error(make: Any, art_world: World, merges: Path) -> None:
    trainer, other = make(), Trainer(TINY, art_world, merges, CPU, None).state()
    with pytest.raises(WeightsError):
        trainer.load(other)


def test_an_export_is_a_perceptor(make: Any, world: World, merges: Path, batches: list[Batch], tmp_path: Path) -> None:
    trainer = make()
    trainer.step(batches[0])
    export(trainer, merges, tmp_path, world)
    perceptor = load_perceptor(f"local-dir:{tmp_path}", CPU)
    assert perceptor.input_size == 32 and perceptor.words() == world.words()
    assert perceptor.names == world.things and perceptor.background is not None
    background = Background.load(perceptor.background)
    assert background.captions.shape == (8, perceptor.dim) and background.pictures.shape == (6, perceptor.dim)
    assert perceptor.unknown_words("a red circle by Van Gogh") == []
    assert perceptor.unknown_words("a zebra") == ["zebra"]
    assert json.loads((tmp_path / "things.json").read_text()) == list(world.things)
    images = batches[0].images[:, :, 2:34, 2:34].float() / 255
    with torch.no_grad():
        learner = trainer.averaged.eval()
        # fp16 weights, and batch norms folded into the convolutions
        assert torch.allclose(perceptor.encode_image(images), learner.embed_images(images), atol=0.02)
        texts = learner.embed_tokens(batches[0].tokens)
        assert torch.allclose(perceptor.encode_text(batches[0].captions), texts, atol=0.02)


def test_training_starts_from_given_weights(make: Any, world: World, merges: Path, tmp_path: Path) -> None:
    first = make(replace(TINY, seed=9))
    export(first, merges, tmp_path, world)
    second = make(init=tmp_path / "clip.safetensors")
    for name, value in first.learner.clip.state_dict().items():
        assert torch.allclose(second.learner.clip.state_dict()[name], value, atol=1e-3), name
    with pytest.raises(WeightsError, match="clip.safetensors"):
        make(replace(TINY, tower="resnet10t"), init=tmp_path / "clip.safetensors")
    export(make(replace(TINY, tower="resnet18d")), merges, tmp_path, world)
    with pytest.raises(WeightsError, match="clip.safetensors"):  # a tower does not shrink
        make(replace(TINY, tower="resnet10t"), init=tmp_path / "clip.safetensors")


def test_a_deeper_tower_starts_as_the_shallower_one(make: Any, world: World, merges: Path, tmp_path: Path) -> None:
    shallow = make(replace(TINY, tower="resnet10t"))
    with torch.no_grad():  # norms that have seen something, as trained ones have
        shallow.averaged.train().embed_images(torch.rand(8, 3, 64, 64))
    export(shallow, merges, tmp_path, world)
    deep = make(replace(TINY, tower="resnet18d"), init=tmp_path / "clip.safetensors")
    images = torch.rand(4, 3, 64, 64)
    with torch.no_grad():
        seen = [learner.eval().embed_images(images) for learner in (shallow.averaged, deep.learner)]
    assert torch.allclose(*seen, atol=2e-3)  # the export is in half precision
    deep.learner.embed_images(images).square()[:, 0].sum().backward()
    trunk = deep.learner.clip.visual.trunk
    assert all(stage[1].bn2.weight.grad.abs().max() > 0 for stage in (trunk.layer1, trunk.layer4))  # it can learn more


def test_a_recipe_without_a_rate_for_texts_keeps_their_space(make: Any, batches: list[Batch]) -> None:
    trainer = make(replace(TINY, text_lr=0.0))
    before = {name: value.clone() for name, value in trainer.learner.clip.state_dict().items()}
    trainer.step(batches[0])
    after = trainer.learner.clip.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("visual.") for name in changed)
    assert not torch.equal(trainer.learner.heads.parts[0].weight, trainer.averaged.heads.parts[0].weight)


@pytest.mark.parametrize(("clean", "expected"), [(0.0, 8), (0.5, 4), (1.0, 0)])
def test_a_share_of_a_batch_stays_clean(
    make: Any, batches: list[Batch], monkeypatch: pytest.MonkeyPatch, clean: float, expected: int
) -> None:
    trainer = make(replace(TINY, phases=(replace(ATTACKED, clean=clean),)))
    attacked: list[int] = []

    def count(images: Tensor, captions: Tensor, facts: Tensor, radius: float) -> Tensor:
        assert len(images) == len(captions) == len(facts)
        attacked.append(len(images))
        return images

    monkeypatch.setattr(trainer, "_attacked", count)
    trainer.step(batches[0])
    assert sum(attacked) == expected


def test_noise_of_an_attack_is_added_to_it() -> None:
    images, radius = torch.full((6, 3, 16, 16), 0.5), torch.linspace(0.5, 2.0, 6).view(6, 1, 1, 1)
    slope = torch.randn(3, 16, 16, generator=torch.Generator().manual_seed(1))

    def moved(noise: float | None) -> Tensor:
        generator = torch.Generator().manual_seed(0)
        found = attack(images, lambda x: (x * slope).sum(), radius=radius, steps=1, generator=generator, noise=noise)
        return (found - images).flatten(1).norm(dim=1) / radius.flatten()

    assert (moved(None) <= 1 + 1e-4).all()
    # a random direction is at right angles to the slope
    assert (moved(1.0) - 2**0.5).abs().max() < 0.1 and (moved(0.0) - 1).abs().max() < 1e-3


def test_a_run_writes_a_folder_and_can_be_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phases = (replace(TINY.phases[0], steps=6), replace(ATTACKED, steps=4))
    monkeypatch.setitem(clip.RECIPES, "tiny", replace(TINY, phases=phases))
    bars = Metrics(*[0.5] * len(fields(Metrics)))
    monkeypatch.setattr(clip, "measure", lambda *_, **__: bars)  # it renders a thousand pictures
    said: list[str] = []

    def run(out: str, **changes: Any) -> bytes:
        got = clip.run(
            out=tmp_path / out, recipe="tiny", device="cpu", runs=tmp_path / "runs", report=said.append, **changes
        )
        assert got == bars
        return (tmp_path / out / "clip.safetensors").read_bytes()

    whole = run("a")
    folder = tmp_path / "runs" / "clip-tiny"
    assert any(line.startswith("step 10/10") for line in said)
    assert [json.loads(row)["step"] for row in (folder / "curve.jsonl").read_text().splitlines()] == [10]
    assert json.loads((folder / "metrics.json").read_text())["recipe"]["phases"][0]["steps"] == 6
    # the last checkpoint is the end: nothing is left to do, and the same weights come out
    assert run("b") == whole and "resumed at step 10 of 10" in said
    assert [json.loads(row)["step"] for row in (folder / "curve.jsonl").read_text().splitlines()] == [10]
    assert run("c", resume=False, seed=5) != whole


def test_a_run_without_a_family_is_measured_on_it(
    tmp_path: Path, art_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(clip.RECIPES, "tiny", TINY)
    monkeypatch.setattr(clip, "measure", lambda *_, **__: Metrics(*[0.5] * 8))
    asked: list[set[str]] = []

    def naming(_model: object, _tokenizer: object, world: World, **_: object) -> tuple[float, float]:
        asked.append({sprite.family for drawings in world.art.by_thing for sprite in drawings})
        return 0.25, 0.75

    monkeypatch.setattr(clip, "naming", naming)
    bars = clip.run(
        out=tmp_path / "out", recipe="tiny", art=art_folder, without="noto", device="cpu", runs=tmp_path / "runs"
    )
    assert asked == [{"noto"}] and (bars.held_out, bars.held_out_top5) == (0.25, 0.75)
    assert '"held_out": 0.25' in (tmp_path / "runs" / "clip-tiny-without-noto" / "metrics.json").read_text()


def test_a_small_attack_is_as_strong_as_a_large_one() -> None:
    small, large = replace(ATTACKED, size=32), replace(ATTACKED, size=64)
    # the same change of every pixel has half the length in a picture of half the side
    assert small.schedule(5)[1] == pytest.approx(large.schedule(5)[1] / 2)


def test_a_recipe_stretches_over_more_steps() -> None:
    recipe = replace(TINY, phases=(replace(TINY.phases[0], steps=20), ATTACKED)).stretched(52)
    assert [p.steps for p in recipe.phases] == [40, 12] and recipe.steps == 52
    assert recipe.at(39) == (recipe.phases[0], 39) and recipe.at(40) == (recipe.phases[1], 0)


def test_an_unknown_recipe_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="builtin"):
        clip.run(out=tmp_path, recipe="builtn", runs=tmp_path)


def test_no_recipe_writes_over_the_weights_of_another() -> None:
    assert len({recipe.out for recipe in clip.RECIPES.values()}) == len(clip.RECIPES)
