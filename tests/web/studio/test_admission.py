from pathlib import Path
from typing import Any

import pytest

from clipgen.errors import ClipgenError, PromptError, SettingsError
from clipgen.jobs import VERBS, Inputs, Job
from clipgen.settings import AnimateSettings, GenerateSettings, SearchVerb, about_of
from clipgen.web.messages import Places
from clipgen.web.settings import Bounds
from clipgen.web.studio.admission import ADMITTED, CLOSED, Admission, single_settings
from clipgen.web.studio.placing import placed
from raising import refused

OWN = "uploads/" + "0" * 24 + ".png"
PLACES = Places(Path("/srv"), {"photos": Path("/photos")})
#: texts that name no file, whatever they are: looked at once, by a person
FREE = {
    "generator", "perceptors", "device", "noise_prompts", "palette", "classes", "augments", "optimizer", "templates",
    "captioner", "prior", "index", "style", "regions", "hide",
}  # fmt: skip


def admit(settings: dict[str, Any] | None = None, verb: str = "generate", **inputs: Any) -> Job:
    libraries = {"photos": Path("/photos")}
    admission = Admission(Bounds(), lambda file, visitor: (64, 48) if file == OWN else None, libraries)
    given = {"prompts": ["a fox"], **inputs} if verb in ("generate", "edit") else inputs
    return admission.admit({"verb": verb, "inputs": given, "settings": settings or {}}, "owner")


def test_every_text_that_a_visitor_may_set_was_looked_at() -> None:
    """A new setting of a verb that is offered may name a file: add it to FREE or CLOSED, or give it `file`."""
    unknown = set()
    for verb in ADMITTED:
        for spec, _ in single_settings(VERBS[verb]()):
            is_text = "str" in str(spec.type) and about_of(spec).choices is None and about_of(spec).file is not True
            if is_text and spec.name not in FREE and spec.name not in CLOSED:
                unknown.add(spec.name)
    assert unknown == set()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"generator": "vqgan:/etc/passwd"}, "generator"),
        ({"generator": "hf:owner/name/file"}, "generator"),
        ({"perceptors": ["local-dir:/etc"]}, "perceptors"),
        ({"perceptors": ["local-dir:1"]}, "perceptors"),
        ({"perceptors": ["../clip"]}, "perceptors"),
        ({"prior": "/srv/prior"}, "prior"),
        ({"steps": 10**6}, "steps"),
        ({"count": 1000}, "count"),
        ({"size": [4000, 4000]}, "size"),
        ({"size": [1024, 1024], "count": 16}, "size"),
        ({"generator": "cppn", "render_size": [8000, 8000]}, "size"),
        ({"cutn": 10**6}, "cutn"),
        ({"race": 10**6}, "race"),
        ({"size": [512, 512], "tiles": [8, 8]}, "size"),
        ({"steps": 300, "tiles": [4, 3]}, "steps"),
        ({"tiles": [9, 9], "size": [256, 256]}, "size"),
    ],
)
def test_what_visitors_may_not_set_is_refused_by_name(settings: dict[str, Any], name: str) -> None:
    with refused(SettingsError, name):
        admit(settings)


@pytest.mark.parametrize("name", ["/etc/passwd", "uploads/../studio.sqlite", "pictures/" + "0" * 16 + ".png", "a.png"])
def test_files_that_are_not_of_the_visitor_are_refused(name: str) -> None:
    for settings in ({"init_image": name}, {"image_prompts": [name]}, {"image_prompts": [f"{name}:0.5"]}):
        with pytest.raises(ClipgenError):
            admit(settings)
    with pytest.raises(ClipgenError):
        admit({}, "caption", pictures=[name])
    with refused(SettingsError, "text_file"):
        admit({}, "caption", pictures=[OWN], text_file=name)


def test_own_files_are_placed_in_the_folder_of_the_server() -> None:
    job = admit({"init_image": OWN, "image_prompts": [f"{OWN}:0.5"]})
    there = placed(job, Places(Path("/srv"), {}), "cuda:1").settings
    assert isinstance(there, GenerateSettings)
    assert there.init.init_image == f"/srv/{OWN}" and there.guides.image_prompts == (f"/srv/{OWN}:0.5",)
    assert there.machine.device == "cuda:1"


def test_a_mask_is_a_file_of_the_visitor() -> None:
    job = admit({"init_image": OWN, "mask": OWN, "regions": ["left=a castle"]})
    assert isinstance(job.settings, GenerateSettings) and job.settings.areas.regions == ("left=a castle",)
    with pytest.raises(SettingsError, match="no file '/etc/mask.png'"):
        admit({"init_image": OWN, "mask": "/etc/mask.png"})


def test_libraries_are_placed_too() -> None:
    job = admit({}, "search", prompts=["fox"], folders=["library/photos"])
    assert placed(job, PLACES, "auto").inputs.folders == ("/photos",)


def test_the_gallery_is_searched_in_an_index_of_its_own() -> None:
    job = admit({}, "search", prompts=["fox"], folders=["gallery"])
    there = placed(job, PLACES, "auto", lambda: [Path("/srv/pictures/1.png")])
    assert there.inputs.folders == ("/srv/pictures/1.png",)
    assert isinstance(there.settings, SearchVerb) and there.settings.library.index == "/srv/gallery.index"
    with refused(SettingsError, "folders"):  # no folder would be everything
        placed(job, PLACES, "auto", lambda: [])
    with refused(SettingsError, "folders"):
        admit({}, "search", prompts=["fox"], folders=["gallery", "library/photos"])


def scene(**values: Any) -> dict[str, Any]:
    return {"timeline": {"scene": [{"prompt": "a fox", **values}]}}


def test_a_scene_starts_from_a_picture_of_the_visitor() -> None:
    job = admit({}, "animate", **scene(init_image=OWN))
    assert job.inputs.timeline is not None and job.inputs.timeline.scenes[0].settings == {"init_image": OWN}
    there = placed(job, PLACES, "auto").inputs.timeline
    assert there is not None and there.scenes[0].settings == {"init_image": f"/srv/{OWN}"}
    for name in ("/etc/passwd", f"{OWN}/../x.png", "uploads/" + "1" * 24 + ".png"):
        with pytest.raises(ClipgenError):
            admit({}, "animate", **scene(init_image=name))


def test_a_scene_costs_no_more_than_a_picture() -> None:
    with refused(SettingsError, "cutn"):
        admit({}, "animate", **scene(cutn=10**6))


def test_a_film_has_a_seed_so_that_its_scenes_are_found_again() -> None:
    settings = admit({}, "animate", **scene()).settings
    assert isinstance(settings, AnimateSettings) and settings.picture.canvas.seed is not None


def test_nothing_to_look_for_is_refused() -> None:
    with refused(PromptError):
        admit({}, "detect", pictures=[OWN], texts=[" "])


def test_the_server_chooses_the_device() -> None:
    settings = admit({"device": "cuda:7"}).settings
    assert isinstance(settings, GenerateSettings) and settings.machine.device == "auto"


@pytest.mark.parametrize("verb", sorted(set(VERBS) - set(ADMITTED)))
def test_other_verbs_are_refused(verb: str) -> None:
    with refused(SettingsError, "verb"):
        admit({}, verb)


def test_long_texts_are_refused() -> None:
    with refused(PromptError):
        admit({}, prompts=["x" * 30_000])
    with refused(PromptError):
        admit({}, "classify", pictures=[OWN], texts=["x"] * 2000)


def test_a_job_as_python_writes_it_is_accepted() -> None:
    job = Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(seed=7))
    admission = Admission(Bounds(), lambda file, visitor: None, {})
    assert admission.admit(dict(job.to_json()), "owner") == job
