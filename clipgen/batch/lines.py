"""Jobs from a file: a line of JSON or a row of a table each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TextIO, cast

from clipgen.errors import ClipgenError, PromptError, SettingsError, UnknownNameError
from clipgen.files import reason
from clipgen.jobs import VERBS, Inputs, Job
from clipgen.settings import AnimateSettings, GenerateSettings
from clipgen.studio.defaults import Defaults, plain
from clipgen.tasks.edit import edit_job
from clipgen.timelines import read_timeline
from clipgen.values import Values, parse_json

LONGEST = 2**20  # characters of a line: a file without line ends must not fill the memory
ENDINGS = (".jsonl", ".ndjson", ".csv")

# one of them is written as a word of its own
_SINGULAR = {"prompt": "prompts", "picture": "pictures", "film": "pictures", "text": "texts", "label": "texts",
             "labels": "texts", "candidates": "texts", "phrase": "texts", "phrases": "texts", "scale": "texts",
             "poem": "text_file", "folder": "folders"}  # fmt: skip
_INPUTS = {spec.name for spec in fields(Inputs)} - {"timeline"}
_LISTS = _INPUTS - {"text_file", "walk"}
_TEXTS = {*_INPUTS, *_SINGULAR, "verb", "file", "weights"} - {"walk"}  # a cell of them is no number
#: the inputs that each verb takes; without the first it has nothing to do
_TAKES: dict[str, tuple[str, ...]] = {
    "generate": ("prompts",),
    "edit": ("pictures", "prompts"),
    **dict.fromkeys(("caption", "pair", "detect"), ("pictures", "texts", "text_file")),
    **dict.fromkeys(("rank", "classify", "compare", "estimate", "track"), ("pictures", "texts")),
    **dict.fromkeys(("moderate", "scenes"), ("pictures",)),
    "index": ("folders",),
}
#: those of the verbs that can do without any: they draw, or take all that is indexed
_MAY_TAKE: dict[str, tuple[str, ...]] = {
    "sample": ("walk",),
    "animate": (),
    "search": ("prompts", "pictures", "folders"),
    **dict.fromkeys(("duplicates", "curate", "orient"), ("folders",)),
}


@dataclass(frozen=True)
class Line:
    """A line of a file of jobs: its number from 1, and its job, or why it is none."""

    number: int
    job: Job | None = None
    error: str = ""


def read_jobs(path: str | Path) -> Iterator[Line]:
    """The jobs of a .jsonl or .csv file, one at a time, so that a file may have millions.

        >>> size = (folder / "jobs.jsonl").write_text('{"prompt": "a fox", "seed": 7}\\nno job')
        >>> [(line.number, bool(line.error)) for line in read_jobs(folder / "jobs.jsonl")]
        [(1, False), (2, True)]

    A line is no job where `job_of_row` raises. Raises PromptError for a file that cannot be read or has another ending.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise PromptError(f"{path} is no file of jobs: its name must end in {', '.join(ENDINGS)}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = _table(file) if path.suffix.lower() == ".csv" else _json_lines(file)
            yield from (_line(number, row) for number, row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PromptError(f"cannot read {path}: {reason(error)}") from error


def _json_lines(file: TextIO) -> Iterator[tuple[int, object]]:
    number = 0
    while text := file.readline(LONGEST):
        number += 1
        if text.strip():
            try:
                yield number, parse_json(text)
            except ValueError as error:
                yield number, PromptError(f"it is no JSON: {reason(error)}")


def _table(file: TextIO) -> Iterator[tuple[int, object]]:
    for number, row in enumerate(csv.DictReader(file), 2):
        if more := "".join(row.pop(None, ())).strip():  # cells beyond the last column
            yield number, PromptError(f"there is no column for {more!r}; put a cell with a comma in quotes")
        else:
            yield number, {name: _value(name, text) for name, text in row.items() if name and text}


def _value(name: str, text: str) -> object:
    """What a cell means: JSON where it is a list, or a number, true or false of a column that is no text; else text."""
    try:
        value: object = parse_json(text)
    except ValueError:
        return text
    return value if isinstance(value, list) or (name not in _TEXTS and isinstance(value, int | float)) else text


def _line(number: int, row: object) -> Line:
    if isinstance(row, PromptError):
        return Line(number, error=str(row))
    if not isinstance(row, dict):
        return Line(number, error='it is no JSON object, such as {"prompt": "a castle", "seed": 1}')
    try:
        return Line(number, job_of_row(row))
    except ClipgenError as error:
        return Line(number, error=str(error))


def grouped(lines: Iterable[Line], most: int) -> Iterator[Line]:
    """Join consecutive lines whose pictures differ in their prompts only into one job, which paints them in one batch.

        >>> rows = [{"prompt": "a fox", "seed": 7}, {"prompt": "a cat", "seed": 7}, {"prompt": "a dog", "seed": 8}]
        >>> lines = [Line(number, job_of_row(row)) for number, row in enumerate(rows, 1)]
        >>> [line.job.inputs.prompts for line in grouped(lines, 8)]
        [('a fox', 'a cat'), ('a dog',)]

    most: prompts of a job; 1 leaves all lines as they are. A line keeps the number of its first one. The pictures of a
    batch are not bit for bit those of single jobs: they share its cutouts.
    """
    first: Line | None = None
    for line in lines:
        joined = _joined(first, line, most)
        if joined is None and first is not None:
            yield first
        first = joined or line
    if first is not None:
        yield first


def _joined(first: Line | None, second: Line, most: int) -> Line | None:
    """Two lines as one, None where they are none."""
    a, b = first.job if first else None, second.job
    if first is None or a is None or b is None or a.verb != "generate" or b.verb != "generate":
        return None
    prompts = (*a.inputs.prompts, *b.inputs.prompts)
    if len(prompts) > most or a != replace(b, inputs=replace(b.inputs, prompts=a.inputs.prompts)):
        return None
    return Line(first.number, replace(a, inputs=replace(a.inputs, prompts=prompts)))


def job_of_row(row: Values) -> Job:
    """A job from a row: its verb, its inputs and its settings by their plain names; or a whole job as JSON.

        >>> job = job_of_row({"verb": "rank", "picture": "a.jpg", "text": "a fox", "perceptor": "builtin"})
        >>> job.inputs.texts, job.settings.describe.perceptors
        (('a fox',), ('builtin',))

    verb: "generate" where there is none; prompt, picture, film, text, label, phrase, folder: one input, or a list of
    them; scale: the steps of `estimate`; poem: the file of `pair`; file: of the timeline of a film; weights: of the
    generator. A value that is null is not given.
    Raises SettingsError, PromptError and ImageError for a row that is no job.
    """
    if "format" in row:
        return Job.from_json(row)
    given = {name: value for name, value in row.items() if value is not None}
    verb, weights, file = given.pop("verb", "generate"), given.pop("weights", None), given.pop("file", None)
    inputs = _inputs(str(verb), given)
    place = None if weights is None else Path(str(weights))
    if verb == "animate":
        if not isinstance(file, str):
            raise SettingsError("a film needs `file`: its file of prompts", settings=["file"])
        timeline = read_timeline(file)
        return Job("animate", Inputs(timeline=timeline), Defaults({}).filming(timeline, given), place)
    if verb == "edit":
        if len(inputs.pictures) != 1 or len(inputs.prompts) != 1:
            raise SettingsError("an edit needs one `picture` and one `prompt`", settings=["picture", "prompt"])
        return edit_job(inputs.pictures[0], inputs.prompts[0], plain(given), weights=place)
    settings = VERBS.get(str(verb), GenerateSettings)
    assert settings is not AnimateSettings
    return Job(str(verb), inputs, settings.from_dict(plain(given)), place)


def _inputs(verb: str, given: dict[str, object]) -> Inputs:
    """The inputs among the values of a row, which are taken out of it."""
    if verb not in VERBS:
        raise UnknownNameError.of("verb", verb, VERBS, settings=["verb"])
    takes = _TAKES.get(verb) or _MAY_TAKE[verb]
    found: dict[str, object] = {}
    for name in [name for name in given if name in _INPUTS or name in _SINGULAR]:
        many = _SINGULAR.get(name, name)
        if many == "texts" and many not in takes and "prompts" in takes:
            many = "prompts"  # what `search` looks for is a text, too
        if many not in takes:
            raise SettingsError(f"{verb} takes no `{name}`, but {', '.join(takes) or 'a file'}", settings=[name])
        value = given.pop(name)
        found[many] = [*cast(list[object], found.get(many, [])), *_several(value)] if many in _LISTS else value
    if verb in _TAKES and not found.get(takes[0]):
        one = takes[0].removesuffix("s")
        raise SettingsError(f"there is no `{one}`", settings=[one])
    return Inputs.from_json(found)


def _several(value: object) -> list[object]:
    """One input or several as a list; a scale may be an object, {"a baby": 1}."""
    if isinstance(value, dict):
        return [f"{text}={number}" for text, number in value.items()]
    return value if isinstance(value, list) else [str(value)]
