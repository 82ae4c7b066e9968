"""The record of a film: what it keeps, how it is read, and what a resumed film takes from it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import runs
from clipgen.errors import SettingsError
from clipgen.jobs import Inputs, Job, Model
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings
from clipgen.tasks.animate import FilmRecord, Output, read_record
from clipgen.tasks.animate.record import FILE, write_record
from clipgen.timelines import Key, Scene, Timeline, Track

TIMELINE = Timeline(
    (
        Scene("a fox | fog", 2.0, "cut", 0.5, {"zoom": Track((Key(0, 1.0), Key(1, 2.0, "ease")))},
              (Track.constant(1.0), Track((Key(0, 0.0), Key(1, 1.0)))), {"seed": 5, "palette": ["#ff0000"]}, "A fox"),
        Scene("a castle"),
    ),
    title="T",
    film={"fps": 12},
    picture={"tv": 0.5},
    source="story.toml",
)  # fmt: skip
SETTINGS = AnimateSettings(
    FilmSettings(fps=10, pan=(0.1, -0.1), video_in="walk.mp4"),
    GenerateSettings.of(size=(64, 48), seed=7, palette=("#00ff00",), tv=0.5),
)
MODELS = {"perceptor": Model("builtin", "abc"), "generator": Model("vqgan", None)}
JOB = Job("animate", Inputs(timeline=TIMELINE), SETTINGS, Path("my.ckpt"), MODELS)
RECORD = FilmRecord(JOB, Output(Path("film.mp4"), captions=True, audio=Path("song.ogg"), timing=True))


def without_origins(timeline: Timeline) -> Timeline:
    return replace(timeline, scenes=tuple(replace(scene, origin="") for scene in timeline.scenes))


def test_everything_survives_json(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD)
    found = read_record(tmp_path)
    assert found is not None and [scene.origin for scene in found.timeline.scenes] == [
        "story.toml, scene 1", "story.toml, scene 2"
    ]  # fmt: skip
    plain = replace(found.job, inputs=Inputs(timeline=without_origins(found.timeline)))
    assert replace(found, job=plain) == RECORD


def test_a_record_is_read_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path.cwd()
    write_record(tmp_path, RECORD)
    monkeypatch.chdir(tmp_path)
    found = read_record(tmp_path)
    assert found is not None and (found.film.video_in, found.job.weights) == (
        str(folder / "walk.mp4"), folder / "my.ckpt",
    )  # fmt: skip
    assert found.output is not None and RECORD.output is not None
    assert (found.output.path, found.output.audio) == (folder / "film.mp4", folder / "song.ogg")
    assert found.output.captions == RECORD.output.captions
    monkeypatch.chdir(folder)
    assert found.changes(RECORD) == []  # the same files, written in two ways
    assert found.changes(replace(RECORD, output=replace(RECORD.output, path=Path("other.mp4")))) != []


def test_a_record_of_clipgen_0_1_has_the_seed() -> None:
    found = read_record(Path(__file__).parents[1] / "fixtures" / "made_by_0.1")
    assert found is not None and not found.complete and found.picture.canvas.seed == 3
    assert [scene.prompt for scene in found.timeline.scenes] == ["a red square", "a blue circle"]
    assert found.resumed(TIMELINE) == ({"fps": 12}, {"tv": 0.5, "seed": 3})
    assert found.changes(RECORD) == ["seed 3 → 7"]
    same = AnimateSettings(picture=GenerateSettings.of(seed=3))
    assert found.changes(replace(RECORD, job=replace(JOB, settings=same))) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"timeline": 3}', '{"seed": "x", "scenes": []}',
     json.dumps({**RECORD.to_json(), "settings": {"film": {"fp": 1}}}),
     json.dumps({**RECORD.to_json(), "output": {"where": "x"}})],
)  # fmt: skip
def test_a_damaged_record_is_an_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(SettingsError, match=FILE):
        read_record(tmp_path)


def test_a_resumed_film_has_its_own_settings_but_for_what_its_file_changes() -> None:
    film, picture = RECORD.resumed(TIMELINE)
    assert FilmSettings.from_dict(film) == RECORD.film and GenerateSettings.from_dict(picture) == RECORD.picture
    edited = replace(TIMELINE, film={"fps": 15, "zoom": 1.5}, picture={})
    film, picture = RECORD.resumed(edited)
    assert FilmSettings.from_dict(film) == replace(RECORD.film, fps=15, zoom=1.5)
    assert GenerateSettings.from_dict(picture) == RECORD.picture.changed(tv=0.0)


def test_what_changed_is_named() -> None:
    assert RECORD.changes(RECORD) == []
    scenes = (TIMELINE.scenes[0], Scene("a red castle"), Scene("a star"))
    job = Job(
        "animate",
        Inputs(timeline=replace(TIMELINE, scenes=scenes)),
        AnimateSettings(replace(RECORD.film, fps=12), RECORD.picture.changed(seed=8, steps=20)),
        models={**MODELS, "perceptor": Model("builtin", "abd")},
    )
    now = FilmRecord(job, Output(Path("film.mp4")))
    assert RECORD.changes(now) == [
        "fps 10 → 12", "seed 7 → 8", "steps default → 20", "weights my.ckpt → default", "captions on → off",
        "audio song.ogg → default", "timing on → off", "perceptor weights", "scene 2", "2 → 3 scenes",
    ]  # fmt: skip


def test_a_film_writes_its_record_before_it_paints(perceptor: OpenClip, tmp_path: Path) -> None:
    picture = GenerateSettings.of(generator="pixels", size=(32, 24), steps=2, cutn=2, device="cpu", dtype="fp32")
    settings = FilmSettings(keyframes=2, fps=4, seconds_per_scene=1, keyframe_steps=1)
    timeline = Timeline((Scene("a fox"),), source="a.txt")
    film = runs.film(perceptor, timeline, settings, picture, folder=tmp_path)
    output = Output(tmp_path / "film.gif", captions=True)
    next(film.shoot(output))
    found = read_record(tmp_path)
    assert found is not None and found.output == output and found.film == settings and found.timeline.source == "a.txt"
    assert found.picture.canvas.seed is not None and found.fingerprints["perceptor"] == perceptor.fingerprint
    again = runs.film(perceptor, timeline, settings, picture, folder=tmp_path)
    assert again.record.picture == found.picture and found.changes(again.record) == []
    next(again.shoot())
    assert (kept := read_record(tmp_path)) is not None and kept.output == output  # as long as there is no other
