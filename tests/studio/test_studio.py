import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

import clipgen
import tiny
from clipgen import parts
from clipgen.errors import DeviceError, SettingsError, UnknownNameError
from clipgen.jobs import Inputs, Job
from clipgen.media.pictures import read_metadata
from clipgen.perceptors.base import Perceptor
from clipgen.settings import (
    USUAL,
    AnimateSettings,
    CaptionVerb,
    DescribeSettings,
    FilmSettings,
    GenerateSettings,
    IndexVerb,
    RankVerb,
)
from clipgen.studio import Studio
from clipgen.tasks.generate import GeneratedImage, Run
from clipgen.timelines import read_timeline
from raising import refused

SMALL: dict[str, Any] = dict(generator="pixels", device="cpu", dtype="fp32", size=(32, 32), steps=2, cutn=3)


@pytest.fixture
def name(tiny_clip: Path) -> str:
    return f"local-dir:{tiny_clip}"


def test_one_text_gives_one_image_with_its_settings(name: str, tmp_path: Path) -> None:
    image = clipgen.generate("a red square", perceptor=name, seed=7, **SMALL)
    assert isinstance(image, GeneratedImage) and image.size == (32, 32)
    image.save(tmp_path / "a.png")
    assert read_metadata(tmp_path / "a.png")["settings"]["search"]["perceptors"] == [name]


def test_a_job_of_any_verb_yields_its_events(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painting = GenerateSettings.of(perceptors=(name,), seed=7, **SMALL)
    film = AnimateSettings(FilmSettings(fps=4, seconds_per_scene=0.5, keyframes=2, keyframe_steps=1), painting)
    (tmp_path / "scenes.txt").write_text("a fox\na castle\n")
    timeline = read_timeline(tmp_path / "scenes.txt")
    for way in ("describe", "browse"):  # both have tests of their own
        monkeypatch.setattr(Studio, way, lambda _, job: iter([job.verb]))
    jobs = [
        (Job("generate", Inputs(prompts=("a fox",)), painting), {"Step", "Picture"}),
        (Job("sample", Inputs(), painting), {"Image"}),
        (Job("animate", Inputs(timeline=timeline), film), {"Frame"}),
        (Job("rank", Inputs(texts=("red",)), RankVerb()), {"str"}),
        (Job("index", Inputs(folders=("photos",)), IndexVerb()), {"str"}),
    ]
    with Studio() as made:
        for job, kinds in jobs:
            assert {type(event).__name__ for event in made.run(Job.from_json(job.to_json()))} == kinds, job.verb


def test_lists_and_counts_give_lists(name: str) -> None:
    with Studio(perceptor=name, **SMALL) as made:
        assert isinstance(made.generate(["a fox"]), list)
        assert len(made.generate("a fox", count=2)) == 2
        images = made.generate(["a fox", "a castle"])
        assert [image.info["clipgen"]["prompt"] for image in images] == ["a fox", "a castle"]


def test_calls_change_the_defaults_for_themselves_only(name: str) -> None:
    with Studio(perceptor=name, **SMALL) as made:
        assert made.generate("a fox", size=[16, 24], seed=1).size == (16, 24)
        assert made.generate("a fox").size == (32, 32)


def test_the_perceptor_is_loaded_once_and_freed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Any] = []
    load = parts.load_perceptors

    def counted(names: tuple[str, ...], device: torch.device, dtype: torch.dtype) -> Perceptor:
        loads.append(names)
        return load(names, device, dtype)

    monkeypatch.setattr(parts, "load_perceptors", counted)
    with Studio(perceptor=name, **SMALL) as made:
        assert loads == []
        made.generate("a fox")
        made.generate("a castle")
        assert loads == [(name,), ("reader",)]  # which reads the words of a start too
        made.generate("a castle", perceptor=[name, name])
        assert loads == [(name,), ("reader",), (name, name)]
    made.generate("a fox")
    assert loads[3:] == [(name,), ("reader",)]


def test_a_matcher_is_of_the_perceptor_that_is_asked_for(
    tiny_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def matcher_of(perceptor: Perceptor, **_: Any) -> Any:
        return SimpleNamespace(perceptor=perceptor)

    monkeypatch.setattr("clipgen.studio.describer.matcher_of", matcher_of)
    shutil.copytree(tiny_clip, folder := tmp_path / "clip")
    plain = DescribeSettings(perceptors=(f"local-dir:{folder}",), device="cpu", dtype="fp32")
    made = Studio()
    first, half = made.matcher(plain), made.matcher(replace(plain, dtype="bf16"))
    assert (first.perceptor.dtype, half.perceptor.dtype) == (torch.float32, torch.bfloat16)
    assert made.matcher(plain) is first
    tiny.write_clip(folder, seed=1)
    assert made.matcher(plain).perceptor.fingerprint != first.perceptor.fingerprint
    assert made.matcher(plain) is made.matcher(plain) and made.matcher(plain).perceptor is made.perceptor(plain)


def test_draws_are_of_the_seed_of_the_studio() -> None:
    made = Studio(generator="cppn", device="cpu", size=(16, 16), seed=7)
    found = {seed: made.sample(seed=seed)[0].tobytes() for seed in (0, 7)}
    assert made.sample()[0].tobytes() == found[7] != found[0]
    assert Studio(generator="cppn", device="cpu", size=(16, 16)).sample()[0].tobytes() == found[0]


def test_a_picture_is_edited(name: str, tmp_path: Path) -> None:
    clipgen.generate("a fox", perceptor=name, seed=1, **SMALL).save(tmp_path / "a.png")
    image = clipgen.edit(tmp_path / "a.png", "a red square", perceptor=name, seed=1, **SMALL)
    assert image.size == (32, 32) and image.info["clipgen"]["verb"] == "edit"
    init = image.info["clipgen"]["settings"]["init"]
    assert (init["init_image"], init["init_weight"]) == (str(tmp_path / "a.png"), USUAL["edit"]["init_weight"])


def test_stream_is_a_plain_iterator(name: str) -> None:
    generation = clipgen.stream("a fox", perceptor=name, **SMALL)
    assert isinstance(generation, Run)
    for step in generation:
        assert len(step.score) == 1
        break
    assert len(generation.pictures()) == 1


def test_again_makes_the_same_bytes(name: str, tmp_path: Path) -> None:
    clipgen.generate("a fox", perceptor=name, **SMALL).save(tmp_path / "a.png")
    with Studio() as made:
        generation = made.again(read_metadata(tmp_path / "a.png"))
    for _ in generation:
        pass
    generation.pictures()[0].save(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_bad_input(name: str) -> None:
    with refused(SettingsError, "stepz", match="'steps'"):
        Studio(stepz=3)
    with refused(SettingsError, "stepz"):
        clipgen.generate("a fox", perceptor=name, stepz=3)
    with refused(UnknownNameError, "generator"):
        Studio(generator="vqgn")
    with pytest.raises(DeviceError):
        Studio(device="abacus")
    with pytest.raises(SettingsError):
        Studio(perceptor=name).generate("a fox", steps=-1)


def test_one_clip_paints_and_another_describes_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def load(names: tuple[str, ...], *_: Any) -> Any:
        asked.append(tuple(names))
        raise InterruptedError

    monkeypatch.setattr("clipgen.parts.load_perceptors", load)
    photo = Image.new("RGB", (8, 8))
    for made in (Studio(), Studio(perceptor="vit-b-32"), Studio(perceptors=("vit-b-16",))):
        for call in (lambda made=made: made.generate("a fox"), lambda made=made: made.classify(photo, ["a", "b"])):
            with pytest.raises(InterruptedError):
                call()
    assert asked == [("builtin",), ("reader",), *2 * [("vit-b-32",)], *2 * [("vit-b-16",)]]


@pytest.mark.parametrize("job", [None, "a fox", Job("caption", settings=CaptionVerb()), Job("sample")])
def test_what_is_no_job_to_paint_is_refused(job: Any) -> None:
    with Studio() as made, refused(SettingsError, "job"):
        made.start(job)


@pytest.mark.parametrize("job", [None, Job("generate")])
@pytest.mark.parametrize("verb", ["film", "draw", "describe", "describing"])
def test_jobs_of_other_verbs_are_refused(verb: str, job: Any) -> None:
    with Studio() as made, refused(SettingsError, "job"):
        getattr(made, verb)(job)
