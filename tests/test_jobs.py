import json
from pathlib import Path

import pytest
import torch

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.jobs import FORMAT, Inputs, Job, Model
from clipgen.media.pictures import read_metadata
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import CaptionVerb, GenerateSettings
from clipgen.tasks.generate import load_run
from runs import start

OLD = Path(__file__).parent / "fixtures" / "made_by_0.1"
PROMPT = "a castle | fog:-0.3"


def test_a_job_survives_json() -> None:
    settings = GenerateSettings.of(generator="stylegan", psi=0.5, seed=7, palette=("#ff0000",), palette_weight=0.5)
    models = {"generator": Model("stylegan", "484257c3")}
    job = Job("generate", Inputs(prompts=("a fox",)), settings, Path("ffhq.pkl"), models, {"a.png": "1f3a"})
    assert Job.from_json(json.loads(json.dumps(job.to_json()))) == job
    # what a picture adds to it is not of the job
    assert Job.from_json({**job.to_json(), "score": 0.5, "index": 0}) == job


def test_jobs_differ_by_what_they_make() -> None:
    job = Job("generate", Inputs(prompts=("a fox",)))
    assert job != Job("generate", Inputs(prompts=("an owl",))) and job != Job("edit", Inputs(prompts=("a fox",)))


def test_files_of_a_job_are_taken_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "ffhq.pkl").touch()
    settings = GenerateSettings.of(
        generator="stylegan:ffhq.pkl",
        init_image="a.png",
        image_prompts=("b:c.png:0.5", "/c.png"),
        perceptors=("rn50:2",),
    )
    inputs = Inputs(pictures=("d.png",), text_file="e.txt")
    placed = Job("generate", inputs, settings, Path("w.ckpt"), files={"a.png": "0"}).placed(tmp_path)
    assert isinstance(placed.settings, GenerateSettings)
    assert placed.settings.generator == f"stylegan:{tmp_path / 'ffhq.pkl'}"
    assert placed.settings.init.init_image == str(tmp_path / "a.png")
    assert placed.settings.guides.image_prompts == (f"{tmp_path}/b:c.png:0.5", "/c.png")
    assert placed.settings.search.perceptors == ("rn50:2",)
    assert placed.inputs == Inputs(pictures=(str(tmp_path / "d.png"),), text_file=str(tmp_path / "e.txt"))
    assert (placed.weights, dict(placed.files)) == (tmp_path / "w.ckpt", {str(tmp_path / "a.png"): "0"})
    assert placed.placed("/elsewhere") == placed


def test_verbs_and_settings_go_together() -> None:
    with pytest.raises(UnknownNameError):
        Job("pant")
    with pytest.raises(SettingsError, match="CaptionVerb"):
        Job("caption", settings=GenerateSettings())
    job = Job("caption", Inputs(pictures=("a.jpg",)), CaptionVerb.from_dict({"top": 3}))
    assert job.to_json()["settings"]["caption"]["top"] == 3 and Job.from_json(job.to_json()) == job


def test_a_newer_format_is_refused_and_damage_reported() -> None:
    with pytest.raises(SettingsError, match=str(FORMAT + 1)):
        Job.from_json({**Job("generate").to_json(), "format": FORMAT + 1})
    for damaged in ({}, {"format": FORMAT}, {"settings": 3, "prompts": []}, {**Job("generate").to_json(), "inputs": 3}):
        with pytest.raises(SettingsError):
            Job.from_json(damaged)


@pytest.mark.parametrize(("name", "prompt"), [("picture.png", PROMPT), ("edited.png", "a castle in winter")])
def test_a_picture_of_0_1_is_read(name: str, prompt: str) -> None:
    job = Job.from_json(read_metadata(OLD / name))
    assert isinstance(job.settings, GenerateSettings)
    assert job.inputs.prompts == (prompt,) and job.version == "0.1.0"
    assert job.settings.generator == "pixels" and job.settings.canvas.size == (16, 16)
    assert set(job.models) == {"perceptor", "generator"}
    assert bool(job.files) == (name == "edited.png")


def test_a_run_of_0_1_is_resumed(perceptor: OpenClip, tmp_path: Path) -> None:
    saved = load_run(OLD / "stopped.run")
    assert isinstance(saved.job.settings, GenerateSettings)
    assert saved.job.inputs.prompts == (PROMPT,) and saved.state["index"] == 2
    rest = start(perceptor, saved.job.inputs.prompts, saved.job.settings, resume=saved.state)
    assert [step.index for step in rest] == [2, 3]
    rest.save_state(tmp_path / "new.run", {"folder": "outputs"})
    again = load_run(tmp_path / "new.run")
    assert again.job == rest.job and again.output == {"folder": "outputs"}
    assert torch.equal(again.state["best_score"], rest.state()["best_score"])
