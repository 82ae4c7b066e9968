"""The settings of a film."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings.base import Settings, check_least, check_positive, setting

TRANSITIONS = ("morph", "cut", "dissolve")
#: settings of a picture that films do not support: they count pictures, or try, time or compile a run of its own
NOT_IN_FILMS = ("count", "time_budget", "vram", "compile", "race", "save_every", "render_size")


@dataclass(frozen=True)
class FilmSettings(Settings):
    """How scenes become a film; GenerateSettings say how its pictures are made.

        >>> FilmSettings(fps=0).validate()
        Traceback (most recent call last):
        clipgen.errors.SettingsError: fps is 0; it must be 1 or more

    Frozen: change with `dataclasses.replace`.
    """

    seconds_per_scene: float | None = setting(None, "length of a scene in seconds (default: reading time of its words)")
    fps: int = setting(24, "frames per second of the film")
    keyframes: float = setting(6.0, "optimised pictures per second; frames between them are blended along the motion")
    keyframe_steps: int = setting(3, "optimisation steps per keyframe")
    transition: str = setting("morph", "how a scene follows the one before: " + ", ".join(TRANSITIONS))
    transition_seconds: float = setting(1.0, "length of a transition in seconds")
    zoom: float = setting(1.03, "factor by which the camera enlarges the picture each second; 1: no zoom")
    pan: tuple[float, float] = setting((0.0, 0.0), "camera motion right and down per second, in shares of the picture")
    angle: float = setting(0.0, "degrees that the picture turns each second, clockwise")
    hold: float = setting(0.0, "weight for staying near the keyframe before")
    video_in: str | None = setting(None, "video to paint over; it sets the length and the sound of the film")
    video_weight: float = setting(10.0, "weight for staying near that video")
    style: str | None = setting(None, "prompt that is added to every scene, as TEXT or TEXT:weight")
    loop: bool = setting(False, "end with the picture that the film begins with")
    as_network: bool = setting(
        False, "train one network that draws the whole film, as an endless loop, at any size (--generator cppn)"
    )

    def validate(self) -> Self:
        """Return self when every value has its type and is in its range.

        Raises SettingsError, and UnknownNameError for an unknown transition.
        """
        self.check_types()
        for name in ("fps", "keyframe_steps"):
            check_least(name, getattr(self, name), 1)
        for name in ("transition_seconds", "hold", "video_weight"):
            check_least(name, getattr(self, name), 0)
        for name in ("seconds_per_scene", "keyframes", "zoom"):
            check_positive(name, getattr(self, name))
        if self.keyframes > self.fps:
            raise SettingsError(f"keyframes is {self.keyframes:g} and fps is {self.fps}; keyframes must be fps or less")
        if self.video_in is not None and self.as_network:
            raise SettingsError("video_in and as_network are both set; one network cannot paint over a video")
        if self.fps > 120:
            raise SettingsError(f"fps is {self.fps}; it must be 120 or less")
        if self.transition not in TRANSITIONS:
            raise UnknownNameError.of("transition", self.transition, TRANSITIONS)
        return self

    def without_camera(self) -> Self:
        """The settings of a film that no camera moves over, and that does not go back to its first scene.

        >>> FilmSettings(zoom=2.0, loop=True).without_camera().zoom
        1.0
        """
        return replace(self, loop=False, zoom=1.0, pan=(0.0, 0.0), angle=0.0)
