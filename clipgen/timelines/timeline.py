"""Scenes in order: what a film is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from clipgen.errors import PromptError, SettingsError, UnknownNameError
from clipgen.prompts import parse_prompts
from clipgen.settings import TRANSITIONS, about_of, picture_settings
from clipgen.timelines.track import Track

#: settings of a picture that a scene may have of its own
OWN = tuple(spec.name for _, spec in picture_settings() if "scene" in about_of(spec).verbs)
# marks the fields of a scene that are keys of its table, with plain values
_KEY = {"key": True}


@dataclass(frozen=True)
class Scene:
    """One prompt for some seconds.

        >>> Scene("a fox | fog:0.5").words
        'a fox, fog'

    prompt: as `parse_prompts` reads it; seconds: None for the reading time; transition: how it follows the scene
    before, None for the film's transition; tracks: by a name in TRACKS; weights: of the prompt's parts, over time;
    settings: those in OWN; caption: the words shown, by default the prompt's texts; origin: file and line, for errors.

    Raises PromptError, SettingsError or UnknownNameError for values that no scene can have.
    """

    prompt: str = field(metadata=_KEY)
    seconds: float | None = field(default=None, metadata=_KEY)
    transition: str | None = field(default=None, metadata=_KEY)
    transition_seconds: float | None = field(default=None, metadata=_KEY)
    tracks: Mapping[str, Track] = field(default_factory=dict)
    weights: tuple[Track, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    caption: str | None = field(default=None, metadata=_KEY)
    origin: str = ""

    def __post_init__(self) -> None:
        parts = parse_prompts(self.prompt)
        if self.seconds is not None and not 0 < self.seconds < 86400:
            raise SettingsError(
                f"a scene has {self.seconds:g} seconds; it must have more than 0, and less than a day",
                settings=["seconds"],
            )
        if self.transition_seconds is not None and self.transition_seconds < 0:
            raise SettingsError(
                f"transition_seconds is {self.transition_seconds:g}; it must be 0 or more",
                settings=["transition_seconds"],
            )
        if self.transition is not None and self.transition not in TRANSITIONS:
            raise UnknownNameError.of("transition", self.transition, TRANSITIONS, settings=["transition"])
        if self.weights and len(self.weights) != len(parts):
            raise PromptError(
                f"{len(self.weights)} weights for the {len(parts)} parts of {self.prompt!r}; give one a part"
            )

    @property
    def words(self) -> str:
        """What a caption says."""
        if self.caption is not None:
            return self.caption
        return ", ".join(part.text for part in parse_prompts(self.prompt) if part.weight > 0)

    def reading_seconds(self) -> float:
        """Time to see the picture and read its words: 1.5 s and 0.3 s a word, from 2.5 to 8 s."""
        return min(8.0, max(2.5, 1.5 + 0.3 * len(self.words.split())))

    def to_table(self) -> dict[str, object]:
        """The scene as a table of a TOML timeline; `read_table` reads it.

        >>> Scene("a fox", 2.0, tracks={"zoom": Track.constant(1.1)}).to_table()
        {'prompt': 'a fox', 'seconds': 2.0, 'zoom': 1.1}
        """
        table = {name: value for name in PLAIN_KEYS if (value := getattr(self, name)) is not None}
        table |= {name: track.to_plain() for name, track in self.tracks.items()}
        if self.weights:
            table["weights"] = [track.to_plain() for track in self.weights]
        return table | dict(self.settings)


#: the keys of a scene's table with texts and numbers, which are fields of Scene
PLAIN_KEYS = tuple(spec.name for spec in fields(Scene) if "key" in spec.metadata)


@dataclass(frozen=True)
class Timeline:
    """A film's scenes, and what its file sets for all of them.

    film, picture: settings, by their names in FilmSettings and GenerateSettings; title: None for the file's name;
    source: the file, None for scenes that were made in Python. Raises PromptError where there is no scene.
    """

    scenes: tuple[Scene, ...]
    title: str | None = None
    film: Mapping[str, object] = field(default_factory=dict)
    picture: Mapping[str, object] = field(default_factory=dict)
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.scenes:
            raise PromptError("there is no scene; write one prompt a line")

    def to_table(self) -> dict[str, object]:
        """The timeline as a TOML document has it, without its source; `read_table` reads it."""
        title = {} if self.title is None else {"title": self.title}
        scenes = [scene.to_table() for scene in self.scenes]
        return {**title, "film": dict(self.film), "picture": dict(self.picture), "scene": scenes}
