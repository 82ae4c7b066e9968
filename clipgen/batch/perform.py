"""One job of a batch, whatever its verb: the files that it makes and the rows that it finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from clipgen.errors import ImageError
from clipgen.jobs import Job
from clipgen.media.films import DEFAULT_ENDING
from clipgen.media.pictures import save_picture
from clipgen.prompts import slugify
from clipgen.similarity import HowFar, Skipped
from clipgen.studio import Studio
from clipgen.synthesis import Step
from clipgen.tasks.generate import Picture
from clipgen.values import Json

Made = tuple[list[tuple[str, bytes]], list[Json]]


def perform(job: Job, studio: Studio, number: int, *, folder: Path) -> Made:
    """Do a job: the names and bytes of its files, and a row for each finding.

        >>> job = Job("sample", settings=GenerateSettings.of(generator="cppn", size=(32, 32), seed=7))
        >>> [name for name, content in perform(job, studio, 12, folder=folder)[0]]
        ['0000012-sample.png']

    number: begins the names of the files, "0000012-a-fox-7.png"; folder: an empty one, in which the files are made.
    Raises ImageError where no picture could be loaded, and what the verb raises.
    """
    if job.verb == "animate":
        name = slugify(job.inputs.timeline.scenes[0].words if job.inputs.timeline else "film")
        film = studio.film(job, folder=folder / "work")
        paths, rows = [film.save(folder / f"{number:07d}-{name}{DEFAULT_ENDING}")], list[Json]()
    else:
        paths, rows = _performed(job, studio, folder, number)
    return [(path.name, path.read_bytes()) for path in paths], rows


def _performed(job: Job, studio: Studio, folder: Path, number: int) -> tuple[list[Path], list[Json]]:
    paths, rows, skipped = list[Path](), list[Json](), list[Skipped]()
    names, worked = _names(number), False
    for event in studio.run(job):
        if isinstance(event, Picture):
            paths.append(folder / f"{next(names)}{slugify(event.metadata['prompt'])}-{event.metadata['seed']}.png")
            event.save(paths[-1])
            rows.append({"prompt": event.metadata["prompt"], "seed": event.metadata["seed"], "score": event.score})
        elif isinstance(event, Image.Image):
            paths.append(folder / f"{next(names)}{job.verb}.png")
            save_picture(paths[-1], event, dict(job.to_json()))
        elif isinstance(event, Skipped):
            skipped.append(event)
        elif isinstance(event, HowFar):
            worked = True  # a library without a finding is no failure, also where some of its files are damaged
        elif not isinstance(event, Step):
            rows.append(_json(event))
    if skipped and not paths and not rows and not worked:
        raise ImageError(skipped[0].reason)
    rows += [{"path": str(one.path), "error": one.reason} for one in skipped]
    return paths, rows


def _names(number: int) -> Iterator[str]:
    """What the names of a job's pictures begin with."""
    yield f"{number:07d}-"
    place = 1
    while True:
        place += 1
        yield f"{number:07d}-{place}-"


def _json(value: object) -> Json:
    """Plain JSON values of a record, with paths as texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {spec.name: _json(getattr(value, spec.name)) for spec in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
