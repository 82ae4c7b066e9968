"""Job: one record of what is to be made. Pictures, films, run files and scripts all carry it.

>>> job = Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(seed=7))
>>> Job.from_json(job.to_json()) == job
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict

from clipgen import __version__
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings import (
    AnimateSettings,
    CaptionVerb,
    ClassifyVerb,
    CompareVerb,
    CurateVerb,
    DetectVerb,
    DuplicatesVerb,
    EstimateVerb,
    GenerateSettings,
    IndexVerb,
    ModerateVerb,
    OrientVerb,
    PairVerb,
    RankVerb,
    ScenesVerb,
    SearchVerb,
    Settings,
    TrackVerb,
)
from clipgen.timelines import Timeline, read_table
from clipgen.values import Json, Values, optional_number, optional_text, table, text, texts

#: format of the JSON that this version writes; 1 is that of 0.1.0, which can still be loaded
FORMAT = 2

#: the settings of each verb
VERBS: dict[str, type[Settings]] = {
    **dict.fromkeys(("generate", "edit", "sample"), GenerateSettings),
    "animate": AnimateSettings,
    "caption": CaptionVerb,
    "rank": RankVerb,
    "classify": ClassifyVerb,
    "compare": CompareVerb,
    "pair": PairVerb,
    "estimate": EstimateVerb,
    "index": IndexVerb,
    "search": SearchVerb,
    "duplicates": DuplicatesVerb,
    "curate": CurateVerb,
    "detect": DetectVerb,
    "moderate": ModerateVerb,
    "orient": OrientVerb,
    "scenes": ScenesVerb,
    "track": TrackVerb,
}


class ModelJson(TypedDict):
    """A `Model` as JSON."""

    name: str
    sha256: str | None


class JobJson(TypedDict):
    """A `Job` as JSON; format: FORMAT."""

    format: int
    version: str
    verb: str
    inputs: dict[str, object]
    settings: dict[str, Json]
    weights: str | None
    models: dict[str, ModelJson]
    files: dict[str, str]


@dataclass(frozen=True)
class Model:
    """A model that was used: its name, and the sha256 of its weights, None if it has none."""

    name: str
    sha256: str | None = None

    def to_json(self) -> ModelJson:
        """Plain JSON values; `from_json` loads them."""
        return ModelJson(name=self.name, sha256=self.sha256)

    @classmethod
    def from_json(cls, values: Values) -> Model:
        """Load what `to_json` returned; other keys are ignored. Raises SettingsError for other values."""
        return cls(text(values, "name"), optional_text(values, "sha256"))


@dataclass(frozen=True)
class Inputs:
    """What a verb works on.

    prompts: one line each, as for `parse_prompts`; pictures: files (`scenes`, `track`: films); texts: candidates,
    labels, or phrases; text_file: a file of candidates of any length; timeline: the scenes of a film; walk: number of
    pictures on the way over the draws of `sample`; folders: of a library, to index or search.
    """

    prompts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    text_file: str | None = None
    timeline: Timeline | None = None
    walk: int | None = None
    folders: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain JSON values of the inputs that are set; `from_json` loads them."""
        lists = {"prompts": self.prompts, "pictures": self.pictures, "texts": self.texts, "folders": self.folders}
        found: dict[str, object] = {name: list(values) for name, values in lists.items() if values}
        found |= {name: value for name in ("text_file", "walk") if (value := getattr(self, name)) is not None}
        if self.timeline is not None:
            found["timeline"] = {**self.timeline.to_table(), "source": self.timeline.source}
        return found

    @classmethod
    def from_json(cls, values: Values) -> Inputs:
        """Load what `to_json` returned. Raises SettingsError or PromptError for other values."""
        return cls(
            prompts=texts(values, "prompts"),
            pictures=texts(values, "pictures"),
            texts=texts(values, "texts"),
            text_file=optional_text(values, "text_file"),
            timeline=_timeline(table(values, "timeline")) if "timeline" in values else None,
            walk=optional_number(values, "walk"),
            folders=texts(values, "folders"),
        )


@dataclass(frozen=True)
class Job:
    """All that decides what is made: equal jobs on one machine make equal bytes.

        >>> settings = GenerateSettings.of(size=(64, 64), seed=7)
        >>> Job("generate", Inputs(prompts=("a fox", "a castle")), settings).verb
        'generate'

    verb: a name in VERBS; inputs: what it works on; settings: of the verb; weights: file or folder of the generator's
    weights, None for those of its name; models: those that were used, by role ("perceptor", "generator"), once they are
    known; files: sha256 of the input pictures; version: of clipgen.
    Raises UnknownNameError for an unknown verb, SettingsError for the settings of another one.
    """

    verb: str
    inputs: Inputs = field(default_factory=Inputs)
    settings: Settings = field(default_factory=GenerateSettings)
    weights: Path | None = None
    models: Mapping[str, Model] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    version: str = __version__

    def __post_init__(self) -> None:
        if self.verb not in VERBS:
            raise UnknownNameError.of("verb", self.verb, VERBS, settings=["verb"])
        if not isinstance(self.settings, VERBS[self.verb]):
            expected, given = VERBS[self.verb].__name__, type(self.settings).__name__
            raise SettingsError(f"settings is a {given}; {self.verb} takes {expected}", settings=["settings"])

    def placed(self, folder: str | Path) -> Job:
        """The same job with the names of files, except those of a timeline, taken from a folder unless absolute.

        >>> job = Job("generate", settings=GenerateSettings.of(init_image="a.png"), weights=Path("my.ckpt"))
        >>> job.placed("/pictures").settings.init.init_image, job.placed("/pictures").weights
        ('/pictures/a.png', PosixPath('/pictures/my.ckpt'))
        """
        place = Path(folder)
        text_file = self.inputs.text_file
        inputs = replace(
            self.inputs,
            pictures=tuple(str(place / name) for name in self.inputs.pictures),
            text_file=None if text_file is None else str(place / text_file),
        )
        return replace(
            self,
            inputs=inputs,
            settings=self.settings.placed(place),
            weights=None if self.weights is None else place / self.weights,
            files={str(place / name): sha for name, sha in self.files.items()},
        )

    def to_json(self) -> JobJson:
        """Plain JSON values; `from_json` loads them."""
        return JobJson(
            format=FORMAT,
            version=self.version,
            verb=self.verb,
            inputs=self.inputs.to_json(),
            settings=self.settings.to_dict(),
            weights=None if self.weights is None else str(self.weights),
            models={role: model.to_json() for role, model in self.models.items()},
            files=dict(self.files),
        )

    @classmethod
    def from_json(cls, values: Values) -> Job:
        """Load a job from JSON values of this version or of 0.1.0; other keys, such as a picture's score, are ignored.

            >>> Job.from_json({"command": "generate", "prompts": ["a fox"], "settings": {}}).verb
            'generate'

        Raises SettingsError for a newer format, and for values of no job.
        """
        form = values.get("format", 1)
        if form == 1:
            return _of_0_1(values)
        if form != FORMAT:
            raise SettingsError(f"format is {form!r}; update clipgen: this version loads 1 to {FORMAT}")
        models, files = table(values, "models"), table(values, "files")
        return cls(
            verb=text(values, "verb"),
            inputs=Inputs.from_json(table(values, "inputs")),
            settings=_settings(text(values, "verb"), table(values, "settings")),
            weights=_path(optional_text(values, "weights")),
            models={role: Model.from_json(table(models, role)) for role in models},
            files={name: text(files, name) for name in files},
            version=text(values, "version"),
        )


def job_of(job: object, *verbs: str) -> Job:
    """A job of one of some verbs.

        >>> job_of(Job("generate"), "generate", "edit").verb
        'generate'

    Raises SettingsError for a job of another verb, and for what is no job.
    """
    if not isinstance(job, Job):
        raise SettingsError(f"job is {job!r}; it must be a clipgen.Job", settings=["job"])
    if job.verb not in verbs:
        raise SettingsError(f"the job is of {job.verb}; here it must be of {' or '.join(verbs)}", settings=["job"])
    return job


def _settings(verb: str, values: Values) -> Settings:
    if verb not in VERBS:
        raise UnknownNameError.of("verb", verb, VERBS, settings=["verb"])
    return VERBS[verb].from_dict(values)


def _timeline(values: Values) -> Timeline:
    source = optional_text(values, "source")
    scenes = {name: value for name, value in values.items() if name != "source"}
    return replace(read_table(scenes, source=source or "timeline"), source=source)


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


def _of_0_1(values: Values) -> Job:
    """A job from a picture or run file of clipgen 0.1.0, whose settings are flat, with the weights among the models."""
    models, files = table(values, "models", {}), table(values, "inputs", {})
    if "prompts" not in values:
        raise SettingsError("prompts is missing: these are no settings of clipgen", settings=["prompts"])
    return Job(
        verb=text(values, "command") if "command" in values else "generate",
        inputs=Inputs(prompts=texts(values, "prompts")),
        settings=GenerateSettings.from_dict(table(values, "settings")),
        weights=_path(optional_text(table(models, "generator", {}), "weights")),
        models={role: Model.from_json(table(models, role)) for role in models},
        files={name: text(files, name) for name in files},
        version=text(values, "version") if "version" in values else "0.1.0",
    )
