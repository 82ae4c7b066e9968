"""A picture tower is trained into the locked text tower's space: start, steps, kill and resume, folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from clipgen.cli.main import main
from clipgen.errors import SettingsError, WeightsError
from clipgen.models import weights
from clipgen.perceptors.openclip import load_perceptor
from clipgen.perceptors.openclip.tower import MERGES_FILE, TextTower, text_config
from clipgen.similarity import Background
from clipgen.train import checkpoints, clip
from clipgen.train.clip import locked
from clipgen.train.clip.locked import Part, Recipe, Trainer, export
from clipgen.train.clip.locked.trainer import Said
from clipgen.train.sources import DrawnWorld, Lettering, Mixed, Mixture, Source
from clipgen.train.text.vocabulary import write_needed_merges
from clipgen.train.world import World
from raising import refused

CPU = torch.device("cpu")
TINY = Recipe(
    "test_resnet", (Part(4, 32), Part(2, 40)), "models/tiny", "reader", batch=12, lr=2e-3, warmup=1, past=20
)


@pytest.fixture(scope="module")
def text_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    merges = folder / "some.gz"
    write_needed_merges(merges, dict.fromkeys(World().words(), 1.0), pieces=800)
    torch.manual_seed(0)
    TextTower(text_config(800, dim=16, width=32, layers=1), merges).save(folder, merges)
    return folder


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [DrawnWorld(World()), Lettering()]


@pytest.fixture
def make(text_folder: Path, sources: list[Source]) -> Any:
    def trainer(recipe: Recipe = TINY, init: Path | None = None) -> Trainer:
        return Trainer(recipe, TextTower.load(text_folder), sources, CPU, init)

    return trainer


@pytest.fixture(scope="module")
def batches(text_folder: Path, sources: list[Source]) -> list[Mixed]:
    tokenizer = TextTower.load(text_folder).tokenizer
    mixture = Mixture(sources, [2, 1], seed=1, batch=12, size=32, count=6, tokenizer=tokenizer)
    return [mixture[i] for i in range(6)]


@pytest.fixture
def small_background(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(locked, "_PROBE", 2)
    monkeypatch.setattr(locked, "_CAPTIONS", 8)
    for name, value in {"_PICTURES": 6, "_CAPTIONS": 8, "_EACH": 12}.items():
        monkeypatch.setattr(locked.background, name, value)
    yield


def test_steps_move_the_picture_tower_and_leave_the_text_tower(make: Any, batches: list[Mixed]) -> None:
    trainer = make(replace(TINY, parts=(Part(40, 32),), decay=0.1))
    text = {name: value.clone() for name, value in trainer.text.state_dict().items()}
    first = trainer.step(batches[0])
    for _ in range(24):
        last = trainer.step(batches[0])
    assert last["contrast"] < first["contrast"] - 0.3 and last["names"] < first["names"] - 0.3
    assert all(torch.equal(value, text[name]) for name, value in trainer.text.state_dict().items())
    assert trainer.done == 25 and {"scenes", "manners", "top1", "lr"} <= first.keys()


def test_the_head_alone_is_trained_first(make: Any, batches: list[Mixed]) -> None:
    trainer = make()
    kept = {name: value.clone() for name, value in trainer.visual.named_parameters() if "head" not in name}

    def names() -> float:
        with torch.no_grad():
            seen = torch.nn.functional.normalize(trainer.visual(trainer._normalised(batches[0].images)), dim=-1)
            return float(trainer._loss(seen, trainer.text(batches[0].tokens), batches[0].facts)[1]["names"])

    before = names()
    trainer.probe(trainer.features(batches[:1]), rounds=40)
    assert names() < before - 0.3
    assert all(torch.equal(trainer.visual.get_parameter(name), value) for name, value in kept.items())
    assert torch.equal(trainer.averaged.head.mlp.fc2.weight, trainer.visual.head.mlp.fc2.weight)


def test_the_average_follows_the_weights_slowly(make: Any, batches: list[Mixed]) -> None:
    trainer = make()
    start = trainer.visual.head.mlp.fc1.weight.detach().clone()
    for _ in range(3):
        trainer.step(batches[0])
    now, kept = trainer.visual.head.mlp.fc1.weight, trainer.averaged.head.mlp.fc1.weight
    assert 0 < (kept - start).norm() < (now - start).norm()


def test_captions_that_say_the_same_are_no_negatives(make: Any) -> None:
    trainer = make()
    pictures = torch.nn.functional.normalize(torch.randn(3, 16, generator=torch.Generator().manual_seed(0)), dim=-1)
    captions, nothing = pictures[[0, 0, 2]], torch.full((3, 3), -1)
    equal_rows = trainer._contrast(30 * pictures[[0, 0, 2]], Said(captions, nothing))
    assert equal_rows < 0.05  # else the two equal rows would cost log 2
    apart = torch.nn.functional.normalize(captions + torch.tensor([[0.0], [0.5], [0.0]]), dim=-1)
    facts = torch.tensor([[0, -1, -1], [1, -1, -1], [2, -1, -1]])
    assert trainer._contrast(30 * captions, Said(apart, facts)) > equal_rows
    facts[1] = facts[0]
    same_facts = trainer._contrast(30 * captions, Said(captions, facts))
    assert same_facts < 0.05


def test_captions_of_earlier_batches_are_negatives(make: Any, batches: list[Mixed]) -> None:
    trainer = make(replace(TINY, past=5))
    seen = torch.nn.functional.normalize(torch.randn(4, 16, generator=torch.Generator().manual_seed(0)), dim=-1)
    said = Said(seen, torch.full((4, 3), -1))
    alone = trainer._contrast(5 * seen, said)
    trainer._past = Said(torch.nn.functional.normalize(seen + 0.6 * seen.flip(0), dim=-1), said.facts + 2)
    assert trainer._contrast(5 * seen, said) > alone + 0.01
    trainer._past = said.first(1)  # what says the same is none
    assert trainer._contrast(5 * seen[:1], said.first(1)) == 0
    for batch in batches[:2]:
        trainer.step(batch)
    newest = trainer.text(batches[1].tokens).float()
    assert torch.allclose(trainer._past.captions, newest[:5]) and len(trainer._past.facts) == 5


def test_the_result_keeps_a_share_of_the_start_of_the_same_space(make: Any, batches: list[Mixed]) -> None:
    trainer = make(replace(TINY, kept=0.25, ema=0.0))
    start = {name: value.clone() for name, value in trainer.visual.state_dict().items()}
    trainer.step(batches[0])
    learnt = trainer.averaged.state_dict()
    for in_space, kept in ((True, 0.25), (False, 0.0)):
        trainer.in_space = in_space
        result = trainer.result()
        assert result.keys() == start.keys()
        for name, value in result.items():
            if value.is_floating_point():
                assert torch.allclose(value, torch.lerp(learnt[name], start[name], kept), atol=1e-6)
    assert not all(torch.equal(start[name], learnt[name]) for name in start)


def test_a_resumed_run_equals_an_uninterrupted_one(make: Any, batches: list[Mixed], tmp_path: Path) -> None:
    unbroken, killed = make(), make()
    wanted = [unbroken.step(batch) for batch in batches]
    found = [killed.step(batch) for batch in batches[:3]]
    checkpoints.save(tmp_path / "last.pt", killed.state())
    resumed = make()
    torch.rand(3)
    saved = checkpoints.load(tmp_path / "last.pt")
    assert saved is not None
    resumed.load(saved)
    found += [resumed.step(batch) for batch in batches[3:]]
    assert found == wanted and resumed.done == 6
    weights_of = (unbroken.averaged.state_dict(), resumed.averaged.state_dict())
    assert all(torch.equal(value, weights_of[1][name]) for name, value in weights_of[0].items())
    with refused(WeightsError):
        make(replace(TINY, tower="resnet10t")).load(saved)


def test_the_learning_rate_falls_only_at_the_end_so_that_runs_can_be_lengthened() -> None:
    recipe = replace(TINY, parts=(Part(70, 32), Part(30, 40)), lr=1.0, warmup=10, decay=0.4)
    rates = [recipe.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and set(rates[10:60]) == {1.0}
    assert rates[80] == pytest.approx(0.5) and 0 < rates[99] < 0.05
    longer = recipe.stretched(200)
    assert [part.steps for part in longer.parts] == [140, 60] and longer.rate(60) == 1.0


def test_a_start_in_the_same_space_keeps_its_head(
    make: Any, text_folder: Path, sources: list[Source], batches: list[Mixed], tmp_path: Path
) -> None:
    trainer = make()
    assert not trainer.in_space
    trainer.step(batches[0])
    export(trainer, text_folder, tmp_path, sources[1:])
    again = make(init=tmp_path / "clip.safetensors")
    assert again.in_space
    kept = {name: value.half().float() for name, value in trainer.averaged.state_dict().items() if "weight" in name}
    assert all(torch.equal(again.visual.state_dict()[name], value) for name, value in kept.items())
    other = make(init=elsewhere(trainer, text_folder, sources[1:], tmp_path / "other"))
    assert not other.in_space
    assert torch.equal(other.visual.trunk.bn1.weight, again.visual.trunk.bn1.weight)
    assert not torch.equal(other.visual.head.mlp.fc1.weight, again.visual.head.mlp.fc1.weight)


def test_a_run_leaves_a_perceptor_and_can_be_resumed(
    make: Any, text_folder: Path, sources: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    small_background: None,
) -> None:  # fmt: skip
    home = tmp_path / "models"
    home.mkdir()
    (home / "text").symlink_to(text_folder)
    monkeypatch.setattr(locked, "models_folder", lambda: home)
    monkeypatch.setitem(locked.RECIPES, "tiny", TINY)
    lines: list[str] = []
    init = elsewhere(make(), text_folder, sources[1:], tmp_path / "start")
    run: dict[str, Any]
    for out in ("a", "b"):
        run = {"recipe": "tiny", "runs": tmp_path / "runs", "device": "cpu", "init": init}
        assert clip.run(out=tmp_path / out, report=lines.append, **run) is None
    assert "resumed at step 6 of 6" in lines and sum(line.startswith("head") for line in lines) == 1
    assert (tmp_path / "a" / "clip.safetensors").read_bytes() == (tmp_path / "b" / "clip.safetensors").read_bytes()
    perceptor = load_perceptor(f"local-dir:{tmp_path / 'a'}", CPU)
    assert perceptor.input_size == 40 and perceptor.dim == 16 and "circle" in perceptor.names
    assert perceptor.unknown_words("a red circle, handwriting") == []
    texts = ["a red circle", "handwriting"]
    assert torch.allclose(perceptor.encode_text(texts), TextTower.load(text_folder).embed(texts), atol=1e-5)
    assert perceptor.background is not None
    background = Background.load(perceptor.background)
    assert background.pictures.shape == (6, 16) and background.captions.shape == (8, 16)
    assert (tmp_path / "a" / MERGES_FILE).exists()
    # without a start the whole tower is random, and its head is not trained by itself
    monkeypatch.setitem(locked.RECIPES, "random", replace(TINY, init=""))
    more: list[str] = []
    clip.run(recipe="random", out=tmp_path / "c", runs=tmp_path / "runs", device="cpu", report=more.append)
    assert not any(line.startswith("head") for line in more) and (tmp_path / "c" / "clip.safetensors").exists()


def elsewhere(trainer: Trainer, text: Path, sources: list[Source], folder: Path) -> Path:
    """The weights of an open_clip folder with another text tower."""
    export(trainer, text, folder, sources)
    state = load_file(folder / "clip.safetensors")
    state["token_embedding.weight"] = state["token_embedding.weight"].float().flip(1)
    save_file(state, folder / "clip.safetensors")
    return folder / "clip.safetensors"


def test_what_a_recipe_does_not_use_is_refused(tmp_path: Path) -> None:
    with refused(SettingsError, "radius"):
        clip.run(recipe="reader", radius=1.0, runs=tmp_path)
    with refused(SettingsError, "photos"):
        clip.run(recipe="builtin", photos=[tmp_path], runs=tmp_path)


def test_the_command_hands_on_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(locked, "run", lambda **options: given.update(options))
    (tmp_path / "d.ndjson").write_text("")
    words = ["train", "clip", "--recipe", "reader", "--photos", str(tmp_path), "--photos", str(tmp_path / ".."),
             "--drawings", str(tmp_path / "d.ndjson"), "--fonts", str(tmp_path)]  # fmt: skip
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert given["photos"] == (tmp_path, tmp_path / "..") and given["drawings"] == tmp_path / "d.ndjson"
    assert given["fonts"] == tmp_path and given["recipe"] == "reader"


def test_recipes_start_from_shipped_weights() -> None:
    for recipe in locked.RECIPES.values():
        assert not recipe.init or weights.find(recipe.init, "perceptor").path("clip.safetensors").is_file()
        assert (weights.models_folder() / recipe.text).is_dir()


def test_the_judge_is_no_second_reader() -> None:
    judge, reader = locked.JUDGE, locked.READER
    assert not judge.init and not {judge.tower, judge.seed, judge.size} & {reader.tower, reader.seed, reader.size}
