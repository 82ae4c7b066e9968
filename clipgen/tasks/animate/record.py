"""The record of a film: all that is needed to make it again, in film.json in the film's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Self

from clipgen import __version__
from clipgen.errors import ClipgenError, SettingsError
from clipgen.files import write_beside
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.takes import Fingerprints
from clipgen.timelines import Scene, Timeline, read_table

FILE = "film.json"


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

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; `from_json` reads them."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Self:
        """Read what `to_json` gave. Raises SettingsError for other values."""
        known = {spec.name for spec in fields(cls)}
        if not values.keys() <= known or not isinstance(values.get("path"), str):
            raise SettingsError(f"output is {dict(values)}; its names are {', '.join(sorted(known))}, path is text")
        audio = values.get("audio")
        flags = {name: bool(values.get(name)) for name in known - {"path", "audio"}}
        return cls(Path(str(values["path"])), audio=None if audio is None else Path(str(audio)), **flags)


@dataclass(frozen=True)
class FilmRecord:
    """A film's job.

        >>> record = FilmRecord(timeline, FilmSettings(fps=12), GenerateSettings(seed=7))
        >>> FilmRecord.from_json(record.to_json()).film.fps
        12

    timeline: scenes, and what their file sets; film, picture: all settings that were asked for, with the seed; weights:
    of the generator, None for the built-in ones; fingerprints: sha256 of perceptor and generator; output: None where it
    is not decided yet; complete: false for a record of clipgen 0.1, which has prompts and seed only.
    """

    timeline: Timeline
    film: FilmSettings
    picture: GenerateSettings
    weights: Path | None = None
    fingerprints: Fingerprints = field(default_factory=dict)
    output: Output | None = None
    complete: bool = True

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; `from_json` reads them."""
        return {
            "command": "animate",
            "version": __version__,
            "file": self.timeline.source,
            "timeline": self.timeline.to_table(),
            "film": self.film.to_dict(),
            "picture": self.picture.to_dict(),
            "models": {
                "perceptor": {"name": ", ".join(self.picture.perceptors), "sha256": self.fingerprints.get("perceptor")},
                "generator": {
                    "name": self.picture.generator,
                    "sha256": self.fingerprints.get("generator"),
                    "weights": None if self.weights is None else str(self.weights),
                },
            },
            "output": None if self.output is None else self.output.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object], *, source: str = FILE) -> Self:
        """Read what `to_json` gave, or a film.json of clipgen 0.1.

        source: named in errors. Raises SettingsError or PromptError for other values.
        """
        if "timeline" not in values:
            return cls._from_old(values)
        timeline, film, picture, models = (_table(values, name) for name in ("timeline", "film", "picture", "models"))
        file, output = values.get("file"), values.get("output")
        generator = _table(models, "generator")
        weights = generator.get("weights")
        return cls(
            replace(read_table(timeline, source=source), source=None if file is None else str(file)),
            FilmSettings.from_dict(film),
            GenerateSettings.from_dict(picture),
            None if weights is None else Path(str(weights)),
            {name: _hash(_table(models, name).get("sha256")) for name in models},
            None if output is None else Output.from_json(_table(values, "output")),
        )

    @classmethod
    def _from_old(cls, values: Mapping[str, object]) -> Self:
        seed, scenes = values.get("seed"), values.get("scenes")
        if not isinstance(scenes, list) or not (seed is None or isinstance(seed, int)):
            raise SettingsError("it has no timeline")
        timeline = Timeline(tuple(Scene(str(prompt)) for prompt in scenes))
        return cls(timeline, FilmSettings(), GenerateSettings(seed=seed), complete=False)

    def resumed(self, timeline: Timeline) -> tuple[dict[str, object], dict[str, object]]:
        """The settings of film and picture, by name, with which a timeline resumes this film.

            >>> before = Timeline(timeline.scenes, film={"fps": 12})
            >>> record = FilmRecord(before, FilmSettings(fps=10), GenerateSettings())
            >>> record.resumed(before)[0]["fps"]
            10
            >>> record.resumed(Timeline(timeline.scenes, film={"fps": 15}))[0]["fps"]
            15

        They are those of the record, except where the timeline's file now sets another value than it did.
        """
        film = self.film.to_dict() if self.complete else {}
        picture = self.picture.to_dict() if self.complete else {"seed": self.picture.seed}
        return (
            _merged(film, self.timeline.film, timeline.film),
            _merged(picture, self.timeline.picture, timeline.picture),
        )

    def changes(self, now: FilmRecord) -> list[str]:
        """What another record of the film has changed, in a few words each.

        >>> record = FilmRecord(timeline, FilmSettings(), GenerateSettings(seed=7))
        >>> record.changes(replace(record, film=FilmSettings(fps=12)))
        ['fps 24 → 12']
        """
        if not self.complete:
            return [] if self.picture.seed == now.picture.seed else [f"seed {self.picture.seed} → {now.picture.seed}"]
        changed = _differences(self._flat(), now._flat())
        changed += [f"{name} weights" for name, sha in self.fingerprints.items() if sha != now.fingerprints.get(name)]
        return changed + _changed_scenes(self.timeline, now.timeline)

    def _flat(self) -> dict[str, object]:
        output = {} if self.output is None else self.output.to_json()
        weights = None if self.weights is None else str(self.weights)
        return {**self.film.to_dict(), **self.picture.to_dict(), "weights": weights, **output}


def read_record(folder: Path) -> FilmRecord | None:
    """The record of the film in a folder, None where there is none.

        >>> read_record(Path("outputs")) is None
        True

    Raises SettingsError for a film.json that is damaged or not a film's.
    """
    path = folder / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise SettingsError("it is not a JSON object")
        return FilmRecord.from_json(values, source=str(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ClipgenError) as error:
        raise SettingsError(f"{path} is not the record of a film ({error}); delete it to begin anew") from error


def write_record(folder: Path, record: FilmRecord) -> None:
    """Write a record into the folder of its film, whole or not at all."""
    with write_beside(folder / FILE) as beside:
        beside.write_text(json.dumps(record.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _merged(stored: Mapping[str, object], was: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    return {**now, **{name: value for name, value in stored.items() if was.get(name) == now.get(name)}}


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    names = [name for name in before if name in after and before[name] != after[name]]
    return [f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in names]


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


def _table(values: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = values.get(name)
    if not isinstance(value, Mapping):
        raise SettingsError(f"{name} is {value!r}; it must be an object")
    return value


def _hash(value: object) -> str | None:
    return None if value is None else str(value)
