"""The record of a film: all that is needed to make it again, in film.json in the film's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Self

from clipgen.errors import ClipgenError, SettingsError
from clipgen.files import current_folder, reason, write_whole
from clipgen.jobs import Inputs, Job
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings
from clipgen.settings.base import plain
from clipgen.tasks.animate.takes import Fingerprints
from clipgen.timelines import Scene, Timeline
from clipgen.values import optional_text, parse_json

FILE = "film.json"
_NO_RECORD, _ANEW = "is not the record of a film", "delete it to start again"


@dataclass(frozen=True)
class Output:
    """Where a film goes, and what is written with it.

        >>> Output(Path("outputs/seasons.mp4"), captions=True).to_json()["path"]
        'outputs/seasons.mp4'

    path: a film, a page or a folder of frames; captions: burn in the words of the scenes; audio: sound file, None for
    the film's own sound; subtitles, sheet, timing: also a .srt, a contact sheet, a .json of times.
    """

    path: Path
    captions: bool = False
    audio: Path | None = None
    subtitles: bool = False
    sheet: bool = False
    timing: bool = False

    def extras(self) -> dict[str, Path]:
        """The files that go beside the film, by what asks for them.

        >>> Output(Path("outputs/seasons.mp4"), subtitles=True, sheet=True).extras()
        {'subtitles': PosixPath('outputs/seasons.srt'), 'sheet': PosixPath('outputs/seasons-scenes.png')}
        """
        names = {"subtitles": ".srt", "sheet": "-scenes.png", "timing": ".json"}
        stem = self.path.stem
        return {kind: self.path.with_name(stem + end) for kind, end in names.items() if getattr(self, kind)}

    def placed(self, folder: str | Path) -> Output:
        """The same with its files taken from a folder, unless they are absolute."""
        audio = None if self.audio is None else Path(folder) / self.audio
        return replace(self, path=Path(folder) / self.path, audio=audio)

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; `from_json` reads them."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Self:
        """Read what `to_json` gave. Raises SettingsError for other values."""
        known = {spec.name for spec in fields(cls)}
        if not values.keys() <= known or not isinstance(values.get("path"), str):
            raise SettingsError(
                f"output is {dict(values)}; its names are {', '.join(sorted(known))}, path is text", settings=["output"]
            )
        audio = values.get("audio")
        flags = {name: bool(values.get(name)) for name in known - {"path", "audio"}}
        return cls(Path(str(values["path"])), audio=None if audio is None else Path(str(audio)), **flags)


@dataclass(frozen=True)
class FilmRecord:
    """A film's job, and where it goes.

        >>> settings = AnimateSettings(FilmSettings(fps=12), GenerateSettings.of(seed=7))
        >>> record = FilmRecord(Job("animate", Inputs(timeline=timeline), settings))
        >>> FilmRecord.from_json(record.to_json()).film.fps
        12

    output: None where it is not decided yet; complete: false for a record of clipgen 0.1, which has prompts and seed
    only. Raises SettingsError for the job of another verb, or without a timeline.
    """

    job: Job
    output: Output | None = None
    complete: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.job.settings, AnimateSettings) or self.job.inputs.timeline is None:
            raise SettingsError(f"a job of {self.job.verb} makes no film", settings=["job"])

    @property
    def settings(self) -> AnimateSettings:
        """All settings that were asked for, with the seed."""
        assert isinstance(self.job.settings, AnimateSettings)  # checked when it was made
        return self.job.settings

    @property
    def film(self) -> FilmSettings:
        """The settings of the film."""
        return self.settings.film

    @property
    def picture(self) -> GenerateSettings:
        """The settings of its pictures."""
        return self.settings.picture

    @property
    def timeline(self) -> Timeline:
        """The scenes, and what their file sets."""
        assert self.job.inputs.timeline is not None  # checked when it was made
        return self.job.inputs.timeline

    @property
    def fingerprints(self) -> Fingerprints:
        """The sha256 of perceptor and generator."""
        return {role: model.sha256 for role, model in self.job.models.items()}

    def placed(self, folder: str | Path) -> FilmRecord:
        """The same with its files, except those of single scenes, taken from a folder, unless they are absolute."""
        output = None if self.output is None else self.output.placed(folder)
        return replace(self, job=self.job.placed(folder), output=output)

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; `from_json` reads them."""
        return {**self.job.to_json(), "output": None if self.output is None else self.output.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Self:
        """Read what `to_json` gave, or a film.json of clipgen 0.1. Raises SettingsError or PromptError for others."""
        if "format" not in values:
            return cls._of_0_1(values)
        output = values.get("output")
        if not isinstance(output, Mapping | None):
            raise SettingsError(f"output is {output!r}; it must be an object", settings=["output"])
        return cls(Job.from_json(values), None if output is None else Output.from_json(output))

    @classmethod
    def _of_0_1(cls, values: Mapping[str, object]) -> Self:
        seed, scenes = values.get("seed"), values.get("scenes")
        if not isinstance(scenes, list) or not (seed is None or isinstance(seed, int)):
            raise SettingsError("it has no timeline")
        timeline = Timeline(tuple(Scene(str(prompt)) for prompt in scenes))
        settings = AnimateSettings(picture=GenerateSettings.of(seed=seed))
        return cls(Job("animate", Inputs(timeline=timeline), settings), complete=False)

    def resumed(self, timeline: Timeline) -> tuple[dict[str, object], dict[str, object]]:
        """The settings of film and picture, by name, with which a timeline resumes this film.

            >>> before = Timeline(timeline.scenes, film={"fps": 12})
            >>> record = FilmRecord(Job("animate", Inputs(timeline=before), AnimateSettings(FilmSettings(fps=10))))
            >>> record.resumed(before)[0]["fps"]
            10
            >>> record.resumed(Timeline(timeline.scenes, film={"fps": 15}))[0]["fps"]
            15

        They are those of the record, except where the timeline's file now sets another value than it did.
        """
        film = self.film.to_dict() if self.complete else {}
        picture = self.picture.flat() if self.complete else {"seed": self.picture.canvas.seed}
        return (
            _merged(film, self.timeline.film, timeline.film),
            _merged(picture, self.timeline.picture, timeline.picture),
        )

    def changes(self, now: FilmRecord) -> list[str]:
        """What another record of the film has changed, in a few words each.

        >>> record, faster = (
        ...     FilmRecord(Job("animate", Inputs(timeline=timeline), AnimateSettings(FilmSettings(fps=fps))))
        ...     for fps in (24, 12)
        ... )
        >>> record.changes(faster)
        ['fps 24 → 12']
        """
        if not self.complete:
            seeds = [record.picture.canvas.seed for record in (self, now)]
            return [] if seeds[0] == seeds[1] else ["seed {} → {}".format(*seeds)]
        changed = _differences(self._flat(), now._flat())
        changed += [f"{name} weights" for name, sha in self.fingerprints.items() if sha != now.fingerprints.get(name)]
        return changed + _changed_scenes(self.timeline, now.timeline)

    def _flat(self) -> dict[str, object]:
        output = {} if self.output is None else self.output.to_json()
        picture = {name: plain(value) for name, value in self.picture.flat().items()}
        return {**self.film.to_dict(), **picture, "weights": self.job.weights, **output}


def read_record(folder: Path) -> FilmRecord | None:
    """The record of the film in a folder, None where there is none.

        >>> read_record(Path("outputs")) is None
        True

    In another folder than that where the film was made, names of files are made absolute.
    Raises SettingsError or PromptError for a film.json that is damaged or not a film's.
    """
    path = folder / FILE
    try:
        values = parse_json(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise SettingsError("it is not a JSON object")
        made_in, record = optional_text(values, "folder"), FilmRecord.from_json(values)  # older files have no folder
        return record if made_in is None or made_in == current_folder() else record.placed(made_in)
    except FileNotFoundError:
        return None
    except ClipgenError as error:
        raise error.in_context(before=f"{path} {_NO_RECORD} (", after=f"); {_ANEW}") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} {_NO_RECORD} ({reason(error)}); {_ANEW}") from error


def write_record(folder: Path, record: FilmRecord) -> None:
    """Write a record into the folder of its film, whole or not at all."""
    with write_whole(folder / FILE) as part:
        values = {**record.to_json(), "folder": current_folder()}
        part.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _merged(stored: Mapping[str, object], was: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    return {**now, **{name: value for name, value in stored.items() if was.get(name) == now.get(name)}}


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    names = [name for name in before if name in after and not _same(before[name], after[name])]
    return [f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in names]


def _same(before: object, after: object) -> bool:
    if isinstance(before, str | Path) and isinstance(after, str | Path):
        # one file may be written in two ways, seen from two folders
        return os.path.abspath(before) == os.path.abspath(after)
    return before == after


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "default" if value is None else " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _changed_scenes(before: Timeline, after: Timeline) -> list[str]:
    tables = [[scene.to_table() for scene in one.scenes] for one in (before, after)]
    changed = [i + 1 for i, (a, b) in enumerate(zip(*tables, strict=False)) if a != b]
    found = [f"scene {', '.join(map(str, changed))}"] if changed else []
    counts = [len(one) for one in tables]
    return found + ([f"{counts[0]} → {counts[1]} scenes"] if counts[0] != counts[1] else [])
