"""A film on paper: its scenes laid out in time, and what painting them costs. No model is needed for it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.takes import Take


@dataclass(frozen=True)
class Outline:
    """What a painter lays out before it paints.

        >>> from clipgen.tasks.animate.takes import lay_out
        >>> settings, picture = FilmSettings(keyframes=6, seconds_per_scene=2), GenerateSettings.of(seed=7)
        >>> outline = Outline(settings, picture, lay_out(timeline, settings, picture, {}), steps=0)
        >>> outline.seconds, outline.take_at(13).index
        (4.0, 1)

    settings: of the film, as this painter uses them; picture: settings of its pictures, with their seed; takes: its
    scenes in order; steps: optimisation steps of the whole film; page: whether a web page can draw it by itself.
    """

    settings: FilmSettings
    picture: GenerateSettings
    takes: tuple[Take, ...]
    steps: int
    page: bool = False

    @property
    def keyframes(self) -> int:
        """Number of keyframes of the film."""
        return self.takes[-1].first + self.takes[-1].count

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return self.keyframes / self.settings.keyframes

    def take_at(self, number: int) -> Take:
        """The scene of a keyframe."""
        return self.takes[bisect_right(self.takes, number, key=lambda take: take.first) - 1]

    def unbroken(self, take: Take) -> tuple[int, int]:
        """The first keyframe of the stretch without a cut that a scene belongs to, and the first one after it."""
        low = max(other.first for other in self.takes[: take.index + 1] if other.fresh)
        cuts = [other.first for other in self.takes[take.index + 1 :] if other.fresh]
        return low, min([*cuts, self.keyframes])

    def frames(self, keyframes: int) -> int:
        """How many frames so many keyframes make."""
        return round(keyframes / self.settings.keyframes * self.settings.fps)

    def spans(self) -> list[tuple[float, float, str]]:
        """When the words of each scene are shown: (start, end, words), in seconds."""
        rate = self.settings.keyframes
        shown = [take for take in self.takes if take.scene.words]
        return [(take.first / rate, (take.first + take.count) / rate, take.scene.words) for take in shown]
