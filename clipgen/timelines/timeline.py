"""Scenes in order: what a film is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clipgen.errors import PromptError, SettingsError, UnknownNameError
from clipgen.prompts import parse_prompts
from clipgen.settings import TRANSITIONS
from clipgen.timelines.track import Track

#: what a scene may change over its time; weight and lr are factors, the camera's numbers are per second
TRACKS = ("zoom", "pan_x", "pan_y", "angle", "lr", "cut_pow")
#: settings of a picture that a scene may have for itself
OWN = ("seed", "init_image", "cutn", "augments", "tv", "saturation", "smoothness", "symmetry", "palette",
       "palette_weight", "no_text", "realism", "l2")  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """One prompt for some seconds.

    prompt: as `parse_prompts` reads it; seconds: None for the reading time; transition: how it comes from the scene
    before, None for the film's own way; tracks: by a name in TRACKS; weights: of the prompt's parts, over time;
    settings: those in OWN; caption: the words shown, by default the prompt's texts; origin: where it was written.
    """

    prompt: str
    seconds: float | None = None
    transition: str | None = None
    transition_seconds: float | None = None
    tracks: Mapping[str, Track] = field(default_factory=dict)
    weights: tuple[Track, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    caption: str | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        parts = parse_prompts(self.prompt)
        if self.seconds is not None and not 0 < self.seconds < 86400:
            raise SettingsError(f"a scene of {self.seconds:g} seconds was asked for; give more than 0, and below a day")
        if self.transition_seconds is not None and self.transition_seconds < 0:
            raise SettingsError(f"a transition of {self.transition_seconds:g} seconds was asked for; give 0 or more")
        if self.transition is not None and self.transition not in TRANSITIONS:
            raise UnknownNameError.of("transition", self.transition, TRANSITIONS)
        if self.weights and len(self.weights) != len(parts):
            raise PromptError(f"{len(self.weights)} weights were given for the {len(parts)} parts of {self.prompt!r}")

    @property
    def words(self) -> str:
        """What a caption says."""
        if self.caption is not None:
            return self.caption
        return ", ".join(part.text for part in parse_prompts(self.prompt) if part.weight > 0)

    def reading_seconds(self) -> float:
        """How long a person looks and reads: 1.5 s and 0.3 s a word, from 2.5 to 8."""
        return min(8.0, max(2.5, 1.5 + 0.3 * len(self.words.split())))


@dataclass(frozen=True)
class Timeline:
    """A film's scenes, and what its file sets for all of them.

    film, picture: fields of FilmSettings and of GenerateSettings; title: None for the file's name.
    """

    scenes: tuple[Scene, ...]
    title: str | None = None
    film: Mapping[str, Any] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.scenes:
            raise PromptError("there is no scene; write one prompt a line")
