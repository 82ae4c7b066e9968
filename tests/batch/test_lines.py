import json
from pathlib import Path

import pytest

from clipgen.batch import job_of_row, read_jobs
from clipgen.batch.lines import LONGEST
from clipgen.errors import PromptError, SettingsError, UnknownNameError
from clipgen.jobs import VERBS, Inputs, Job
from clipgen.settings import AnimateSettings, GenerateSettings
from raising import refused


def test_a_row_is_a_verb_with_inputs_and_settings() -> None:
    job = job_of_row({"prompt": "a castle", "seed": 1, "perceptor": "builtin", "size": [96, 64]})
    assert job == Job("generate", Inputs(prompts=("a castle",)), GenerateSettings.of(seed=1, size=(96, 64)))
    assert job_of_row({"verb": "classify", "pictures": ["a.jpg", "b.jpg"], "labels": ["cat", "dog"]}).inputs == Inputs(
        pictures=("a.jpg", "b.jpg"), texts=("cat", "dog")
    )


def test_a_whole_job_is_taken_as_it_is() -> None:
    job = Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(seed=7), weights=Path("my.ckpt"))
    assert job_of_row(json.loads(json.dumps(job.to_json()))) == job


def test_a_film_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "scenes.txt").write_text("a fox\na castle\n")
    job = job_of_row({"verb": "animate", "file": str(tmp_path / "scenes.txt"), "fps": 12, "seed": 7})
    assert isinstance(job.settings, AnimateSettings) and job.settings.film.fps == 12
    assert job.inputs.timeline is not None and len(job.inputs.timeline.scenes) == 2
    with refused(SettingsError, "file"):
        job_of_row({"verb": "animate"})


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"prompt": "a fox", "stepps": 3}, ["stepps"]),
        ({"seed": 1}, ["prompt"]),
        ({"verb": "edit", "prompt": "x"}, ["picture"]),
        ({"verb": "edit", "picture": "x.png"}, ["picture", "prompt"]),
        ({"verb": "caption"}, ["picture"]),
        ({"verb": "scenes"}, ["picture"]),
        ({"verb": "index"}, ["folder"]),
        ({"verb": "moderate", "picture": "a.jpg", "folder": "photos"}, ["folder"]),
        ({"verb": "moderate", "text": "a fox"}, ["text"]),
    ],
)
def test_a_row_that_is_no_job_is_refused(row: dict[str, object], names: list[str]) -> None:
    with refused(SettingsError, *names):
        job_of_row(row)


def test_inputs_are_named_as_the_commands_name_them() -> None:
    assert job_of_row({"verb": "search", "text": "a fox", "folder": "photos"}).inputs == Inputs(
        prompts=("a fox",), folders=("photos",)
    )
    steps = ("a baby=1", "an adult=35")
    for scale in ({"a baby": 1, "an adult": 35}, list(steps)):
        job = job_of_row({"verb": "estimate", "picture": "a.jpg", "scale": scale})
        assert job.inputs == Inputs(pictures=("a.jpg",), texts=steps)
    assert job_of_row({"verb": "pair", "pictures": ["a.jpg"], "poem": "p.txt"}).inputs.text_file == "p.txt"
    assert job_of_row({"verb": "scenes", "film": "a.mp4"}).inputs.pictures == ("a.mp4",)
    both = job_of_row({"verb": "classify", "picture": "a.jpg", "label": "cat", "labels": ["dog"]})
    assert both.inputs.texts == ("cat", "dog")


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_takes_inputs(verb: str) -> None:
    with pytest.raises(SettingsError):
        job_of_row({"verb": verb, "walk" if verb != "sample" else "folder": 3})


def test_bad_lines_are_named_and_the_others_are_jobs(tmp_path: Path) -> None:
    lines = ['{"prompt": "a fox"}', "", "nonsense", "[1]", '{"verb": "fly"}', '{"prompt": "an owl"}']
    (tmp_path / "jobs.jsonl").write_text("\n".join(lines))
    found = list(read_jobs(tmp_path / "jobs.jsonl"))
    assert [(line.number, line.job is not None, bool(line.error)) for line in found] == [
        (1, True, False), (3, False, True), (4, False, True), (5, False, True), (6, True, False),
    ]  # fmt: skip


def test_a_table_has_a_job_a_row(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text('prompt,seed,size,lr\n"a fox, at dusk",7,"[96, 64]",\n3 foxes,,,0.1\n')
    first, second = (line.job for line in read_jobs(tmp_path / "jobs.csv"))
    assert first == job_of_row({"prompt": "a fox, at dusk", "seed": 7, "size": [96, 64]})
    assert second == job_of_row({"prompt": "3 foxes", "lr": 0.1})


def test_null_is_not_given() -> None:
    job = job_of_row({"verb": None, "prompt": "a fox", "seed": 7, "steps": None, "weights": None, "label": None})
    assert job == job_of_row({"prompt": "a fox", "seed": 7})
    assert job_of_row({"verb": "caption", "picture": "a.jpg", "text": None}).inputs == Inputs(pictures=("a.jpg",))
    for prompt in (None, [], [None]):
        with refused(SettingsError, "prompt" if prompt != [None] else "prompts"):
            job_of_row({"prompt": prompt})


def test_cells_of_inputs_are_text(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text('prompt,seed\ntrue,7\n1.50,7\nnull,7\n"[""a fox"", ""an owl""]",7\n')
    prompts = [line.job and line.job.inputs.prompts for line in read_jobs(tmp_path / "jobs.csv")]
    assert prompts == [("true",), ("1.50",), ("null",), ("a fox", "an owl")]
    (tmp_path / "draws.csv").write_text("verb,walk,weights\nsample,3,1.50\n")
    (draw,) = (line.job for line in read_jobs(tmp_path / "draws.csv"))
    assert draw is not None and draw.inputs.walk == 3 and draw.weights == Path("1.50")


def test_a_cell_too_many_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("seed,prompt\n7,a castle, at night\n7,a castle,, \n7\n")
    long, empty, short = read_jobs(tmp_path / "jobs.csv")
    assert long.job is None and "at night" in long.error
    assert empty.job == job_of_row({"prompt": "a castle", "seed": 7})
    assert "prompt" in short.error


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"jobs\.txt"):
        list(read_jobs(tmp_path / "jobs.txt"))
    with pytest.raises(PromptError, match=r"none\.jsonl"):
        list(read_jobs(tmp_path / "none.jsonl"))
    (tmp_path / "bytes.csv").write_bytes(b"prompt\n\xff\xfe\n")
    with pytest.raises(PromptError, match=r"bytes\.csv"):
        list(read_jobs(tmp_path / "bytes.csv"))


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    (tmp_path / "jobs.jsonl").write_text("x" * (LONGEST + 10))
    assert [line.job for line in read_jobs(tmp_path / "jobs.jsonl")] == [None, None]


def test_an_unknown_verb_is_named() -> None:
    with refused(UnknownNameError, "verb"):
        job_of_row({"verb": "fly", "picture": "a.jpg"})
