import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from clipgen import devices
from clipgen.errors import ImageError, NonFiniteError, OutputError, PromptError, SettingsError, UnknownNameError
from clipgen.jobs import Model
from clipgen.losses import InitLoss, PromptLoss, TotalVariation, View
from clipgen.media.images import load_image
from clipgen.media.pictures import read_metadata
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.generate import GeneratedImage, Run, load_run, prepare
from clipgen.tasks.generate.targets import Target, Targets, read_targets
from raising import refused
from runs import OneClip, remake, start

Make = Callable[..., Run]
SMALL = GenerateSettings.of(size=(32, 24), steps=5, cutn=4, seed=7, generator="pixels", device="cpu", dtype="fp32")


@pytest.fixture
def make(perceptor: OpenClip) -> Make:
    def made(prompts: Sequence[str] = ("a red square",), **given: Any) -> Run:
        parts = {name: given.pop(name) for name in ("resume", "stop_after", "started", "losses") if name in given}
        return start(perceptor, prompts, SMALL.changed(**given), **parts)

    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


def finish(generation: Run) -> list[Step]:
    return list(generation)


def save_all(generation: Run, folder: Path) -> list[bytes]:
    finish(generation)
    folder.mkdir()
    for i, picture in enumerate(generation.pictures()):
        picture.save(folder / f"{i}.png")
    return [(folder / f"{i}.png").read_bytes() for i in range(len(generation.pictures()))]


def test_prompts_times_count_in_one_batch(make: Make) -> None:
    generation = make(["a red square", "a blue circle"], count=3)
    steps = finish(generation)
    assert len(steps) == 5 and len(steps[0].score) == 6 and steps[0].image.shape == (6, 3, 24, 32)
    found = [(picture.metadata["prompt"], picture.metadata["seed"]) for picture in generation.pictures()]
    assert found == [(prompt, seed) for prompt in ("a red square", "a blue circle") for seed in (7, 8, 9)]
    assert [picture.metadata["index"] for picture in generation.pictures()] == list(range(6))
    assert all(picture.image.size == (32, 24) for picture in generation.pictures())


def test_pictures_carry_everything(make: Make, tmp_path: Path) -> None:
    generation = make(tv=0.5)
    assert generation.pictures() == []
    finish(generation)
    (picture,) = generation.pictures()
    picture.save(tmp_path / "a.png")
    metadata = read_metadata(tmp_path / "a.png")
    assert metadata == json.loads(json.dumps(picture.metadata))
    assert metadata["steps_done"] == 5 and metadata["score"] == picture.score
    settings = GenerateSettings.from_dict(metadata["settings"])
    assert (settings.canvas.seed, settings.guides.tv, settings.search.lr) == (7, 0.5, 0.05)
    assert (settings.machine.device, settings.machine.dtype) == ("cpu", "fp32")
    assert metadata["models"]["perceptor"]["sha256"] == generation.perceptor.fingerprint


def test_the_same_seed_gives_the_same_bytes(make: Make, tmp_path: Path) -> None:
    first = save_all(make(count=2), tmp_path / "a")
    torch.manual_seed(99)
    assert save_all(make(count=2), tmp_path / "b") == first
    assert save_all(make(count=2, seed=8), tmp_path / "c") != first


def test_a_seed_is_drawn_and_recorded(make: Make) -> None:
    first, second = make(seed=None), make(seed=None)
    assert first.settings.canvas.seed not in (None, second.settings.canvas.seed)


def test_a_picture_is_made_again_from_its_own_metadata(make: Make, perceptor: OpenClip, tmp_path: Path) -> None:
    generation = make(["a red square | fox:-0.5", "a blue circle"], count=2, ema=0.5, seed=None)
    bytes_before = save_all(generation, tmp_path / "first")
    metadata = read_metadata(tmp_path / "first" / "3.png")
    again = remake(perceptor, metadata)
    assert save_all(again, tmp_path / "again")[metadata["index"]] == bytes_before[3]
    assert again.notes == []


def test_a_stopped_run_is_made_again_to_where_it_was_stopped(make: Make, perceptor: OpenClip, tmp_path: Path) -> None:
    generation = make(steps=50)
    list(islice(generation, 3))
    generation.pictures()[0].save(tmp_path / "a.png")
    again = remake(perceptor, read_metadata(tmp_path / "a.png"))
    assert len(finish(again)) == 3
    again.pictures()[0].save(tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def test_again_reports_what_has_changed(make: Make, perceptor: OpenClip, photo: Path) -> None:
    generation = make(init_image=str(photo))
    finish(generation)
    metadata = generation.pictures()[0].metadata
    assert metadata["files"].keys() == {str(photo)}
    Image.new("RGB", (9, 9)).save(photo)
    metadata["models"]["perceptor"]["sha256"] = "other"
    notes = " ".join(remake(perceptor, metadata).notes)
    assert "perceptor" in notes and "pictures" in notes
    with pytest.raises(ImageError):
        remake(perceptor, {"settings": {}})


@pytest.mark.parametrize("ema", [0.0, 0.8])
def test_resume_on_disk_equals_one_run(make: Make, perceptor: OpenClip, tmp_path: Path, ema: float) -> None:
    whole = make(count=2, ema=ema, l2=0.1)
    expected = [step.score for step in whole]

    first = make(count=2, ema=ema, l2=0.1)
    early = [step.score for step in islice(first, 2)]
    first.save_state(tmp_path / "a.run")
    saved = load_run(tmp_path / "a.run")
    assert isinstance(saved.job.settings, GenerateSettings)
    second = start(perceptor, saved.job.inputs.prompts, saved.job.settings, resume=saved.state)
    assert early + [step.score for step in second] == expected
    for i, picture in enumerate(whole.pictures()):
        picture.save(tmp_path / "whole.png")
        second.pictures()[i].save(tmp_path / "parts.png")
        assert (tmp_path / "whole.png").read_bytes() == (tmp_path / "parts.png").read_bytes()


def test_a_run_is_resumed_from_another_folder(
    make: Make, perceptor: OpenClip, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    first = make(init_image=photo.name, image_prompts=(f"{photo.name}:0.5",))
    next(first)
    first.save_state("a.run")
    rest = [step.score for step in first]
    saved = load_run("a.run")
    assert saved.job == first.job  # here it stays as it was typed
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    saved = load_run(tmp_path / "a.run")
    assert isinstance(saved.job.settings, GenerateSettings)
    assert saved.job.settings.guides.image_prompts == (f"{photo}:0.5",) and list(saved.job.files) == [str(photo)]
    second = start(perceptor, saved.job.inputs.prompts, saved.job.settings, resume=saved.state)
    assert [step.score for step in second] == rest


def test_a_run_is_resumed_with_the_pictures_that_it_began_with(
    make: Make, perceptor: OpenClip, photo: Path, tmp_path: Path
) -> None:
    first = make(init_image=str(photo))
    next(first)
    first.save_state(tmp_path / "a.run")
    saved = load_run(tmp_path / "a.run")
    other = replace(saved.job, models={**saved.job.models, "perceptor": Model("old", "sha256 of another")})
    notes = prepare(other, OneClip(perceptor), resume=saved.state).notes
    assert len(notes) == 1 and "weights of the perceptor" in notes[0]
    Image.new("RGB", (9, 9)).save(photo)
    with refused(SettingsError, "resume", match="photo.png has changed"):
        prepare(saved.job, OneClip(perceptor), resume=saved.state)
    photo.unlink()
    with pytest.raises(ImageError, match="photo.png"):
        prepare(saved.job, OneClip(perceptor), resume=saved.state)


def test_a_state_without_some_of_its_values_is_damaged(make: Make, tmp_path: Path) -> None:
    generation = make()
    next(generation)
    generation.save_state(tmp_path / "a.run")
    contents = torch.load(tmp_path / "a.run", weights_only=True)
    del contents["state"]["best_latents"]
    torch.save(contents, tmp_path / "a.run")
    with pytest.raises(SettingsError, match="best_latents"):
        load_run(tmp_path / "a.run")


def test_a_broken_run_file_is_a_clear_error(tmp_path: Path, make: Make) -> None:
    with pytest.raises(SettingsError, match="none.run"):
        load_run(tmp_path / "none.run")
    (tmp_path / "bad.run").write_bytes(b"not a run")
    with pytest.raises(SettingsError, match="bad.run"):
        load_run(tmp_path / "bad.run")
    torch.save({"prompts": []}, tmp_path / "other.run")
    with pytest.raises(SettingsError, match="other.run"):
        load_run(tmp_path / "other.run")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        make().save_state(tmp_path / "file" / "a.run")


def test_a_state_is_written_whole_or_not_at_all(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = make()
    next(generation)
    generation.save_state(tmp_path / "a.run")
    before = (tmp_path / "a.run").read_bytes()
    next(generation)

    def full(self: Path, data: Any) -> int:
        with open(self, "wb") as file:
            file.write(bytes(data)[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with refused(OutputError, "output"):
        generation.save_state(tmp_path / "a.run")
    assert (tmp_path / "a.run").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.run"]


def test_the_last_good_picture_outlives_a_loss_that_is_not_finite(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = TotalVariation.forward

    def breaks(self: TotalVariation, view: View) -> Tensor:
        return forward(self, view) * (float("nan") if view.progress > 0.5 else 1.0)

    monkeypatch.setattr(TotalVariation, "forward", breaks)
    generation = make(tv=1.0)
    with refused(NonFiniteError, "lr", "dtype"):
        finish(generation)
    (picture,) = generation.pictures()
    assert picture.metadata["steps_done"] == 3


def test_unknown_words_are_reported_in_one_line(make: Make) -> None:
    notes = make(["a lovely fortress", "a lovely red square and a fortress"]).notes
    assert len(notes) == 1 and "\n" not in notes[0]
    assert "'fortress' is drawn as castle" in notes[0] and "'lovely'" in notes[0] and "vit-b-32" in notes[0]
    assert make(["a red square"]).notes == []


def test_long_prompts_are_split_and_averaged(perceptor: OpenClip) -> None:
    notes: list[str] = []
    text = " ".join(["red square, blue circle."] * 6)
    targets = read_targets([text], SMALL, perceptor=perceptor, device=torch.device("cpu"), notes=notes)
    assert len(notes) == 1 and "12 tokens" in notes[0] and "6 parts" in notes[0]
    assert targets.embeddings.shape == (1, 1, 16)
    torch.testing.assert_close(targets.embeddings.norm(dim=-1), torch.ones(1, 1))


def test_targets_weigh_and_fill_up() -> None:
    x, y = torch.eye(2)
    targets = Targets.of([[Target(x, 1.0), Target(y, -0.5, 0.3)], [Target(y, 2.0)]])
    assert targets.weights.tolist() == [[1.0, -0.5], [2.0, 0.0]]
    assert targets.stops[0, 1] == pytest.approx(0.3)
    torch.testing.assert_close(targets.mean(), torch.tensor([[2 / 3, -1 / 3], [0.0, 1.0]]))
    assert isinstance(targets.loss(), PromptLoss)


def test_a_part_for_other_tools_has_no_weight(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perceptor, "asides", lambda text: ["8k"] * ("8k" in text))
    lines = ["fox | 8k | fog:-1", "8k", "fox, 8k"]
    targets = read_targets(lines, SMALL, perceptor=perceptor, device=torch.device("cpu"), notes=[])
    assert targets.weights.tolist() == [[1, 0, -1], [1, 0, 0], [1, 0, 0]]
    assert targets.texts == (("fox",), ("8k",), ("fox, 8k",))


def test_a_negative_prompt_drives_the_picture_away(make: Make, perceptor: OpenClip) -> None:
    def closeness(prompt: str) -> float:
        generation = make([prompt], augments="none", steps=20)
        finish(generation)
        image = generation.synthesis.best_image
        assert image is not None
        return float(perceptor.encode_image(image) @ perceptor.encode_text(["blue circle"])[0])

    assert closeness("blue circle:-1") < closeness("blue circle") - 1e-3


def test_image_and_noise_prompts(make: Make, perceptor: OpenClip, photo: Path) -> None:
    settings = SMALL.changed(image_prompts=(f"{photo}:0.5",), noise_prompts=("3:0.25",))
    targets = read_targets(["a fox"], settings, perceptor=perceptor, device=torch.device("cpu"), notes=[])
    assert targets.weights.tolist() == [[1.0, 0.5, 0.25]]
    seen = perceptor.encode_image(load_image(photo))[0]
    assert targets.embeddings[0, 1] @ seen > 0.8
    torch.testing.assert_close(targets.embeddings.norm(dim=-1), torch.ones(1, 3))
    # a time budget may choose the cutouts of a step after the picture was read
    few = read_targets(
        ["a fox"], settings.changed(cutn=1), perceptor=perceptor, device=torch.device("cpu"), notes=[]
    )
    assert few.embeddings.equal(targets.embeddings)
    assert make(image_prompts=(str(photo),)).job.files.keys() == {str(photo)}
    with pytest.raises(ImageError):
        make(image_prompts=("nowhere.png",))


@pytest.mark.parametrize("seed", ["seven", "-3", str(2**64), "9" * 5000])
def test_noise_without_a_seed_is_refused_before_the_models_are_loaded(
    make: Make, monkeypatch: pytest.MonkeyPatch, seed: str
) -> None:
    monkeypatch.setattr(OneClip, "perceptor", lambda *_: pytest.fail("a model was loaded"))
    with pytest.raises(PromptError, match=f"noise prompt '{seed[:9]}"):
        make(noise_prompts=(f"{seed}:0.5",))


def test_init_image_is_the_start_and_the_run_stays_near_it(make: Make, photo: Path) -> None:
    generation = make(init_image=str(photo), init_weight=2.0)
    wanted = load_image(photo, size=(32, 24))
    torch.testing.assert_close(generation.generator().detach(), wanted, atol=2e-2, rtol=0)
    weight, term = generation.synthesis.loss.terms()[-1]
    assert weight == 2.0 and isinstance(term, InitLoss)
    assert torch.equal(term.start, wanted)


def test_init_weight_without_a_picture_holds_on_to_the_first(make: Make) -> None:
    generation = make(init_weight=1.0, init_noise="gradient")
    term = generation.synthesis.loss.terms()[-1][1]
    assert isinstance(term, InitLoss)
    assert torch.equal(term.start, generation.generator().detach())


def test_every_regulariser_can_be_used(make: Make) -> None:
    generation = make(
        tv=0.1, l2=0.1, saturation=0.1, smoothness=0.1, symmetry=0.1, palette=("#ff0000",), palette_weight=0.1,
        no_text=0.1, init_weight=0.1,
    )  # fmt: skip
    names = [type(term).__name__ for _, term in generation.synthesis.loss.terms()]
    assert names == [
        "PromptLoss",
        *("TotalVariation", "Saturation", "Smoothness", "Symmetry", "PullToStart", "Palette", "NoText", "InitLoss"),
    ]
    finish(generation)


def test_no_text_needs_a_word_for_it(make: Make, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perceptor, "unknown_words", lambda text: [text])
    with refused(SettingsError, "no_text", "perceptors"):
        make(no_text=1.0)


def test_a_time_budget_is_a_hard_stop_after_at_least_one_step(make: Make) -> None:
    generation = make(steps=400, time_budget=0.001, started=time.monotonic() - 100)
    assert len(finish(generation)) == 1
    assert len(generation.pictures()) == 1


def test_steps_that_are_set_limit_a_time_budget(make: Make) -> None:
    assert len(finish(make(steps=2, time_budget=60.0))) == 2


def test_render_size(make: Make) -> None:
    generation = make(render_size=(64, 48))
    for _ in generation:
        assert generation.pictures()[0].image.size == (64, 48)
    plain = make()
    assert [step.score for step in make(render_size=(64, 48))] == [step.score for step in plain]


def test_sizes_are_rounded_and_reported(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clipgen.generators.pixels.Pixels.reachable", lambda self, size: (size[0] // 16 * 16, 16))
    generation = make()
    assert generation.notes == ["pixels cannot make 32 x 24 pixels: the size is rounded to 32 x 16"]
    assert generation.settings.canvas.size == (32, 16)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"realism": 1.0}, SettingsError),
        ({"start": "bank", "init_noise": "gradient"}, SettingsError),
        ({"steps": 0}, SettingsError),
        ({"generator": "pixls"}, UnknownNameError),
        ({"optimizer": "adm"}, UnknownNameError),
        ({"augments": "robst"}, UnknownNameError),
        ({"init_image": "nowhere.png"}, ImageError),
    ],
)
def test_bad_settings(make: Make, given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        make(**given)


@pytest.mark.parametrize("prompts", [[], [""], ["a |"]])
def test_bad_prompts(perceptor: OpenClip, prompts: Any) -> None:
    with pytest.raises(PromptError):
        start(perceptor, prompts, SMALL)


def test_generated_image_saves_what_the_command_line_saves(make: Make, tmp_path: Path) -> None:
    generation = make()
    finish(generation)
    (picture,) = generation.pictures()
    image = GeneratedImage.of(picture)
    assert isinstance(image, Image.Image) and image.info["clipgen"]["seed"] == 7
    picture.save(tmp_path / "a.png")
    image.save(tmp_path / "b.png")
    image.save(str(tmp_path / "c.PNG"))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes() == (tmp_path / "c.PNG").read_bytes()
    image.save(tmp_path / "d.jpg", quality=80)
    with Image.open(tmp_path / "d.jpg") as jpg:
        assert jpg.size == (32, 24)
    assert image.resize((8, 8)).size == (8, 8)


def test_dtype_and_device_are_resolved(make: Make) -> None:
    machine = make(dtype="auto", device="auto").settings.machine
    assert machine.dtype in devices.DTYPES and machine.device != "auto"
