"""Job: one record of what is to be made. Pictures, films, run files and scripts all carry it.

    >>> job = Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(seed=7))
    >>> Job.from_json(job.to_json()) == job
    True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from clipgen import __version__
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings import (
    AnimateSettings,
    CaptionVerb,
    ClassifyVerb,
    CompareVerb,
    DuplicatesVerb,
    GenerateSettings,
    IndexVerb,
    RankVerb,
    SearchVerb,
    Settings,
)
from clipgen.timelines import Timeline, read_table

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
    "index": IndexVerb,
    "search": SearchVerb,
    "duplicates": DuplicatesVerb,
}


@dataclass(frozen=True)
class Model:
    """A model that was used: its name, and the sha256 of its weights, None if it has none."""

    name: str
    sha256: str | None = None


@dataclass(frozen=True)
class Inputs:
    """What a verb works on.

    prompts: one line each, as for `parse_prompts`; pictures: files; texts: candidates, labels, or a phrase; text_file:
    a file of candidates of any length; timeline: the scenes of a film; walk: number of pictures on the way over the
    draws of `sample`; folders: of a library, to index or search.
    """

    prompts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    text_file: str | None = None
    timeline: Timeline | None = None
    walk: int | None = None
    folders: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values of the inputs that are set; `from_json` loads them."""
        lists = {"prompts": self.prompts, "pictures": self.pictures, "texts": self.texts, "folders": self.folders}
        found: dict[str, Any] = {name: list(values) for name, values in lists.items() if values}
        found |= {name: value for name in ("text_file", "walk") if (value := getattr(self, name)) is not None}
        if self.timeline is not None:
            found["timeline"] = {**self.timeline.to_table(), "source": self.timeline.source}
        return found

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Inputs:
        """Load what `to_json` returned. Raises SettingsError or PromptError for other values."""
        prompts, pictures, texts, folders = (
            tuple(values.get(name, ())) for name in ("prompts", "pictures", "texts", "folders")
        )
        timeline = None
        if "timeline" in values:
            table = dict(values["timeline"])
            source = table.pop("source")
            timeline = replace(read_table(table, source=source or "timeline"), source=source)
        return cls(prompts, pictures, texts, values.get("text_file"), timeline, values.get("walk"), folders)


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
            raise UnknownNameError.of("verb", self.verb, VERBS)
        if not isinstance(self.settings, VERBS[self.verb]):
            expected, given = VERBS[self.verb].__name__, type(self.settings).__name__
            raise SettingsError(f"settings is a {given}; {self.verb} takes {expected}")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` loads them."""
        return {
            "format": FORMAT,
            "version": self.version,
            "verb": self.verb,
            "inputs": self.inputs.to_json(),
            "settings": self.settings.to_dict(),
            "weights": None if self.weights is None else str(self.weights),
            "models": {role: asdict(model) for role, model in self.models.items()},
            "files": dict(self.files),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Job:
        """Load a job from JSON values of this version or of 0.1.0; other keys, such as a picture's score, are ignored.

            >>> Job.from_json({"command": "generate", "prompts": ["a fox"], "settings": {}}).verb
            'generate'

        Raises SettingsError for a newer format, and for values of no job.
        """
        try:
            if values.get("format", 1) == 1:
                return _of_0_1(values)
            if values["format"] != FORMAT:
                raise SettingsError(f"format is {values['format']}; update clipgen: this version loads 1 to {FORMAT}")
            return cls(
                verb=values["verb"],
                inputs=Inputs.from_json(values["inputs"]),
                settings=_settings(values["verb"], values["settings"]),
                weights=None if values["weights"] is None else Path(values["weights"]),
                models={role: Model(**model) for role, model in values["models"].items()},
                files=dict(values["files"]),
                version=values["version"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"the settings are of another version or damaged: {error!r}") from error


def _settings(verb: str, values: Mapping[str, Any]) -> Settings:
    if verb not in VERBS:
        raise UnknownNameError.of("verb", verb, VERBS)
    return VERBS[verb].from_dict(values)


def _of_0_1(values: Mapping[str, Any]) -> Job:
    """A job from a picture or run file of clipgen 0.1.0, whose settings are flat, with the weights among the models."""
    models = values.get("models", {})
    weights = models.get("generator", {}).get("weights")
    return Job(
        verb=values.get("command", "generate"),
        inputs=Inputs(prompts=tuple(values["prompts"])),
        settings=GenerateSettings.from_dict(values["settings"]),
        weights=None if weights is None else Path(weights),
        models={role: Model(model["name"], model["sha256"]) for role, model in models.items()},
        files=dict(values.get("inputs", {})),
        version=values.get("version", "0.1.0"),
    )
