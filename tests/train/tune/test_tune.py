"""From pictures to a model on the shelf: what it learns, what it keeps, how it is found, stopped and resumed."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import open_clip
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from safetensors.torch import load_file, save_file

from clipgen.cli.main import main
from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.files import sha256
from clipgen.files.locks import exclusive
from clipgen.jobs import Inputs, Job
from clipgen.models import shelf, weights
from clipgen.parts import Parts
from clipgen.perceptors.openclip import load_perceptor
from clipgen.settings import GenerateSettings
from clipgen.similarity import Background, background_of
from clipgen.tasks.generate.draft import draft
from clipgen.train.tune import Tuned, run, tune
from clipgen.train.tune.trainer import Trainer
from raising import refused

from .conftest import write_pictures

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("quick")


def tuned(photos: Path, tiny_clip: Path, name: str = "mine", **options: object) -> Tuned:
    (one,) = tune(photos, name, base=f"local-dir:{tiny_clip}", **options)  # type: ignore[arg-type]
    return one


def state(one: Tuned) -> str:
    return sha256(one.folder / "clip.safetensors")


def test_a_tuned_model_knows_the_new_words_and_is_found_by_its_name(photos: Path, tiny_clip: Path) -> None:
    one = tuned(photos, tiny_clip)
    assert one.new_words == ("quimmel", "vx80", "zorblax") and one.problems == one.notes == ()
    assert (one.figures.learnt, one.figures.held_out, one.figures.captions) == (15, 3, 3)
    card = weights.find("mine", "perceptor")
    assert card.present and not card.shipped and card.folder == one.folder
    new, old = load_perceptor("mine", CPU), load_perceptor(f"local-dir:{tiny_clip}", CPU)
    assert new.unknown_words("a zorblax, two quimmels, a vx80, a glorp") == ["two", "glorp"]
    assert {"zorblax", "blue quimmel", "vx80"}.isdisjoint(new.names)  # the tiny CLIP has no names
    texts = ["a red square", "blue circle, a fox"]
    assert torch.allclose(new.encode_text(texts), old.encode_text(texts), atol=1e-3)
    assert new.encode_text(["a zorblax"]) @ new.encode_text(["a quimmel"]).T < 0.99
    result = CliRunner().invoke(main, ["models", "verify", "mine"])
    assert result.output == "mine: ok\n"


def test_the_last_line_of_the_training_says_what_the_card_says(photos: Path, tiny_clip: Path) -> None:
    """The steps' own figures are those of all the new weights, of which the model takes a share."""
    lines: list[str] = []
    one = tuned(photos, tiny_clip, report=lines.append)
    assert one.figures.after is not None
    (line,) = [line for line in lines if "held-out pictures" in line]
    share, right, *_ = map(float, re.findall(r"[\d.]+(?= %)", line))
    assert share == pytest.approx(100 * one.figures.alpha) and right == pytest.approx(100 * one.figures.after, abs=0.1)



def test_without_a_cache_folder_a_model_is_tuned_and_cannot_be_resumed(
    photos: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(weights, "cache_folder", lambda: Path("/dev/null/cache"))
    one = tuned(photos, tiny_clip, report=lines.append)
    monkeypatch.undo()
    assert (one.folder / "clip.safetensors").exists()
    assert ["cannot be resumed" in line for line in lines] == [True, *[False] * (len(lines) - 1)]


def test_the_folder_says_what_it_is_made_of(photos: Path, tiny_clip: Path) -> None:
    one = tuned(photos, tiny_clip, seed=3, steps=20)
    record = json.loads((one.folder / "tune.json").read_text())
    assert record["base_sha256"] == sha256(tiny_clip / "clip.safetensors") and record["recipe"]["seed"] == 3
    assert record["figures"]["learnt"] == 15 and len(record["sweep"]) == 3
    text = (one.folder / "README.md").read_text()
    assert record["base_sha256"] in text and "zorblax" in text
    assert Image.open(one.folder / "sweep.png").size == (640, 400)


def test_a_background_is_made_anew_where_the_base_has_one(photos: Path, tiny_clip: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    for path in tiny_clip.iterdir():
        (base / path.name).write_bytes(path.read_bytes())
    old = load_perceptor(f"local-dir:{base}", CPU)
    Background(old.encode_text(["red", "fox"]), torch.eye(16)[:2]).save(base / "background.safetensors")
    tuned(photos, base, steps=20)
    made = background_of(load_perceptor("mine", CPU), lambda: pytest.fail("it has one"))
    assert made.pictures.shape == (48, 16) and made.captions.shape == (2, 16)


def test_equal_seeds_make_equal_weights(photos: Path, tiny_clip: Path) -> None:
    first, second, other = (
        state(tuned(photos, tiny_clip, name, seed=seed, steps=20)) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == second != other


@pytest.mark.parametrize("phase", ["head", "blocks"])
def test_a_run_that_is_stopped_resumes_to_the_same_weights(
    photos: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    whole = state(tuned(photos, tiny_clip, last_blocks=1, steps=40))
    step, left = Trainer._step, 30

    def dying(self: Trainer, one: object, *more: object) -> None:
        nonlocal left
        left -= getattr(one, "name", "") == phase
        if left < 0:
            raise KeyboardInterrupt
        step(self, one, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "_step", dying)
    with pytest.raises(KeyboardInterrupt):
        tuned(photos, tiny_clip, last_blocks=1, steps=40, replace=True)
    monkeypatch.setattr(Trainer, "_step", step)
    lines: list[str] = []
    again = tuned(photos, tiny_clip, last_blocks=1, steps=40, replace=True, report=lines.append)
    assert f"{phase}: resumed at step 20" in lines
    assert state(again) == whole


def test_a_bad_file_is_named_and_the_others_are_learnt(photos: Path, tiny_clip: Path) -> None:
    (photos / "zorblax" / "7.png").write_bytes(b"no picture")
    Image.new("RGB", (8, 8)).save(photos / "loose.png")
    options = ["tune", str(photos), "-o", "mine", "--from", f"local-dir:{tiny_clip}", "--steps", "20"]
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 1
    skipped = [line for line in result.stderr.splitlines() if line.startswith("skipped: ")]
    assert len(skipped) == 2 and "7.png" in skipped[1] and "loose.png" in skipped[0]
    assert result.stdout.startswith("mine (from local-dir:")


def test_few_pictures_are_said_to_be_few(photos: Path, tiny_clip: Path, tmp_path: Path) -> None:
    (photos / "fox").mkdir()
    Image.new("RGB", (40, 40), "orange").save(photos / "fox" / "a.png")
    assert [note for note in tuned(photos, tiny_clip, steps=20).notes if "'fox'" in note]
    one_class = write_pictures(tmp_path / "one", names={"zorblax": (9, 9, 200)})
    assert [note for note in tuned(one_class, tiny_clip, "single", steps=20).notes if "one caption" in note]
    alone = write_pictures(tmp_path / "alone", count=1, names={"zorblax": (9, 9, 200)})
    with refused(ImageError, match="one usable picture"):
        tuned(alone, tiny_clip, "alone")
    with refused(ImageError, match="nothing"):
        (tmp_path / "nothing").mkdir()
        tuned(tmp_path / "nothing", tiny_clip, "none")


def test_numbers_and_names_are_checked_before_the_work(
    photos: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "read_pairs", lambda source: pytest.fail("the work has begun"))
    for options, setting in (({"steps": 0}, "steps"), ({"lr": 2.0}, "lr"), ({"last_blocks": -1}, "last_blocks")):
        with refused(SettingsError, setting):
            tuned(photos, tiny_clip, **options)
    for name in ("reader", "my shop", "vqgan"):
        with refused(SettingsError, "name"):
            tuned(photos, tiny_clip, name)


def test_too_many_blocks_and_unknown_words_are_refused(photos: Path, tiny_clip: Path) -> None:
    with refused(SettingsError, "last_blocks", match="4 blocks"):
        tuned(photos, tiny_clip, last_blocks=9)
    with refused(SettingsError, "new_words", match="glorp"):
        tuned(photos, tiny_clip, new_words=["glorp"])


def test_a_tuned_model_is_replaced_only_when_asked(photos: Path, tiny_clip: Path) -> None:
    tuned(photos, tiny_clip, steps=20)
    with refused(SettingsError, "name", "replace"):
        tuned(photos, tiny_clip, steps=20)
    tuned(photos, tiny_clip, steps=20, seed=5, replace=True)
    assert [card.name for card in weights.cards("perceptor") if not card.shipped and not card.make] == ["mine"]
    shelf.check_perceptor("mine")


def test_two_do_not_make_one_model_at_once(photos: Path, tiny_clip: Path) -> None:
    with exclusive(weights.shelf_folder() / "mine"), refused(OutputError):  # another process, with other settings
        tuned(photos, tiny_clip)
    assert not any(path.is_dir() for path in weights.shelf_folder().iterdir())


def test_without_a_base_one_describes_and_another_paints(
    photos: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str, str]] = []

    def one(source: Path, name: str, base: str, recipe: object, *, paints: str, **more: object) -> str:
        made.append((name, base, paints))
        return name

    monkeypatch.setattr(import_module("clipgen.train.tune"), "tune_one", one)
    assert tune(photos, "my-shop") == ["my-shop", "my-shop-painter"]
    assert made == [("my-shop-painter", "builtin", ""), ("my-shop", "reader", "my-shop-painter")]
    assert tune(photos, base="vit-b-32") == ["photos-vit-b-32"]


def test_what_describes_names_what_paints(
    photos: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = tuned(photos, tiny_clip, steps=20)
    shelf.add_clip("mine", licence="MIT", notes="", paints="other")
    assert (weights.painter_of("mine"), weights.painter_of("reader")) == ("other", "reader")
    assert one.folder == weights.find("mine", "perceptor").folder
    asked: list[tuple[str, ...]] = []

    def perceptor(self: Parts, names: tuple[str, ...], *more: object) -> None:
        asked.append(names)
        raise SettingsError("asked")

    monkeypatch.setattr(Parts, "perceptor", perceptor)
    settings = GenerateSettings.of(perceptors=("mine:2", "builtin"))
    with pytest.raises(SettingsError, match="asked"):
        draft(Job("generate", Inputs(prompts=("a zorblax",)), settings), Parts())
    assert asked == [("other:2", "builtin")]


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a model of open_clip's list, as vit-b-32 is one, but tiny and with random weights."""
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 3, "width": 16, "head_width": 8, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny-vit", config)
    torch.manual_seed(0)
    state = open_clip.create_model("tiny-vit").state_dict()
    save_file({name: value.contiguous() for name, value in state.items()}, tmp_path / "tiny.safetensors")
    return f"tiny-vit/{tmp_path / 'tiny.safetensors'}"


def test_any_model_of_open_clip_is_tuned_with_its_last_blocks(photos: Path, listed: str) -> None:
    options = ["tune", str(photos), "-o", "mine", "--from", listed, "--last-blocks", "2", "--lr", "1e-3",
               "--steps", "20"]  # fmt: skip
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 0, result.stderr
    record = json.loads((weights.find("mine", "perceptor").folder / "tune.json").read_text())
    assert 0 <= record["figures"]["others_after"] <= 1 and len(record["sweep"]) == 3
    assert "other pictures " in result.stdout and "under an attack " in result.stdout
    before, new = load_file(listed.partition("/")[2]), load_perceptor("mine", CPU)
    assert new.encode_image(torch.rand(2, 3, new.input_size, new.input_size)).shape == (2, 16)
    assert not new.words() and new.encode_text(["anything at all"]).shape == (1, 16)  # its vocabulary stays open
    after = load_file(weights.find("mine", "perceptor").folder / "clip.safetensors")
    moved = {name for name in before if not torch.allclose(after[name].float(), before[name], atol=1e-3)}
    assert {name.split(".")[3] for name in moved if name.startswith("visual.transformer")} == {"1", "2"}
    assert "visual.conv1.weight" not in moved and not any(name.startswith("transformer") for name in moved)
    with refused(SettingsError, "last_blocks", match="3 blocks"):
        tune(photos, "more", base=listed, last_blocks=4)
