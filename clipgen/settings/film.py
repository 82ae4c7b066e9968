"""The settings of a film."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from clipgen.errors import SettingsError
from clipgen.settings.base import About, Settings, setting
from clipgen.settings.generate import GenerateSettings
from clipgen.values import Json, Values, table

TRANSITIONS = ("morph", "cut", "dissolve")


@dataclass(frozen=True)
class FilmSettings(Settings):
    """How scenes become a film; the settings of its pictures are not among them.

        >>> FilmSettings(fps=0).validate()
        Traceback (most recent call last):
        clipgen.errors.SettingsError: fps is 0; it must be 1 or more

    Frozen: change with `dataclasses.replace`.
    """

    title: ClassVar[str] = "Film"

    seconds_per_scene: float | None = setting(
        None, About("length of a scene in seconds (default: the time that its words take to read)", above=0)
    )
    fps: int = setting(24, About("frames per second of the film", least=1))
    style: str | None = setting(
        None, About("prompt that is added to every scene, as TEXT or TEXT:weight", metavar="TEXT")
    )
    transition: str = setting(
        "morph", About("how a scene follows the one before: " + ", ".join(TRANSITIONS), choices=TRANSITIONS)
    )
    transition_seconds: float = setting(1.0, About("seconds that a transition takes", least=0))
    zoom: float = setting(1.03, About("camera zoom per second; 1 stands still", above=0))
    pan: tuple[float, float] = setting(
        (0.0, 0.0), About("camera movement right and down per second, in shares of the picture", metavar="X Y")
    )
    angle: float = setting(0.0, About("camera rotation per second in degrees"))
    loop: bool = setting(False, About("end where the film began"))
    as_network: bool = setting(
        False,
        About(
            "one network with time as an input draws the whole film: it loops, at any size (with the generator cppn)"
        ),
    )
    keyframes: float = setting(
        6.0, About("optimised pictures per second; frames between them follow the motion", above=0)
    )
    keyframe_steps: int = setting(3, About("optimisation steps per keyframe", least=1))
    hold: float = setting(0.0, About("weight of staying near the frame before", least=0))
    video_in: str | None = setting(
        None, About("video to paint over; the film takes its length and its sound", metavar="FILE", file=True)
    )
    video_weight: float = setting(10.0, About("weight of staying near that video", least=0))

    def check(self) -> None:
        """Raise SettingsError for values that do not go together."""
        if self.keyframes > self.fps:
            raise SettingsError(
                f"keyframes is {self.keyframes:g} and fps is {self.fps}; keyframes must be fps or less",
                settings=["keyframes", "fps"],
            )
        if self.video_in is not None and self.as_network:
            raise SettingsError(
                "video_in and as_network are both set; one network cannot paint over a video",
                settings=["video_in", "as_network"],
            )
        if self.fps > 120:
            raise SettingsError(f"fps is {self.fps}; it must be 120 or less", settings=["fps"])

    def without_camera(self) -> Self:
        """The settings without camera movement and loop.

        >>> FilmSettings(zoom=2.0, loop=True).without_camera().zoom
        1.0
        """
        return replace(self, loop=False, zoom=1.0, pan=(0.0, 0.0), angle=0.0)


@dataclass(frozen=True)
class AnimateSettings(Settings):
    """The settings of a film and of its pictures.

    >>> AnimateSettings(FilmSettings(fps=12), GenerateSettings.of(seed=7)).to_dict()["film"]["fps"]
    12
    """

    film: FilmSettings = field(default_factory=FilmSettings)
    picture: GenerateSettings = field(default_factory=GenerateSettings)

    def validate(self) -> Self:
        """Return self when both are valid; see `Settings.validate`."""
        self.film.validate()
        self.picture.validate()
        return self

    def to_dict(self) -> dict[str, Json]:
        """Plain JSON values; `from_dict` loads them."""
        return {"film": self.film.to_dict(), "picture": self.picture.to_dict()}

    @classmethod
    def from_dict(cls, values: Values) -> Self:
        """Load what `to_dict` returned. Raises SettingsError for other values."""
        if not {"film", "picture"} >= values.keys():
            raise SettingsError(f"settings has {', '.join(values)}; a film has settings of film and picture")
        film, picture = table(values, "film", {}), table(values, "picture", {})
        return cls(FilmSettings.from_dict(film), GenerateSettings.from_dict(picture))
