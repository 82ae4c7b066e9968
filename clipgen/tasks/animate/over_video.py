"""A film painted over a video: its pictures go along with what moves in there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.files import sha256
from clipgen.media.footage import Footage, VideoFacts
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.perceptors.base import Perceptor
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.film import Film, without_camera
from clipgen.tasks.animate.flow import flow, shift, trusted
from clipgen.tasks.animate.shoot import Scenery
from clipgen.tasks.animate.takes import Take
from clipgen.timelines import Timeline

_VIDEOS = ("zoom", "pan_x", "pan_y", "angle", "init_image")  # which come from the video


class VideoFilm(Film):
    """A timeline on its way to a film that is painted over a video; its scenes share the video's length.

        >>> settings = FilmSettings(video_in="walk.mp4")
        >>> VideoFilm(timeline, settings, GenerateSettings.of(seed=7), perceptor=perceptor).save("painted.mp4")

    As `Film`; the video moves the picture, not a camera. Raises SettingsError for scenes with a camera of their own,
    ImageError for what is no video.
    """

    def __init__(
        self,
        timeline: Timeline,
        settings: FilmSettings,
        picture: GenerateSettings | None = None,
        *,
        perceptor: Perceptor,
        weights: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self.video = Path(settings.video_in or "")
        self.facts = VideoFacts.of(self.video)
        super().__init__(timeline, settings, picture, perceptor=perceptor, weights=weights, folder=folder)

    @staticmethod
    def settled(settings: FilmSettings) -> FilmSettings:
        """Without a camera: the video has one."""
        return without_camera(settings)

    @classmethod
    def outline(
        cls,
        timeline: Timeline,
        settings: FilmSettings,
        picture: GenerateSettings,
        models: Mapping[str, str | None] | None = None,
    ) -> list[Take]:
        """As `Film.outline`; the scenes share the length of the video."""
        for scene in timeline.scenes:
            if asked := [name for name in (*scene.tracks, *scene.settings) if name in _VIDEOS]:
                raise SettingsError(f"{scene.origin or 'a scene'} sets {asked[0]}; over a video, that is the video's")
        whole = VideoFacts.of(settings.video_in or "").seconds
        lengths = [scene.seconds or settings.seconds_per_scene or scene.reading_seconds() for scene in timeline.scenes]
        marks = [0, *(round(whole * end / sum(lengths) * settings.keyframes) for end in accumulate(lengths))]
        counts = [max(1, after - before) for before, after in pairwise(marks)]
        scenes = tuple(
            replace(scene, seconds=count / settings.keyframes)
            for scene, count in zip(timeline.scenes, counts, strict=True)
        )
        return super().outline(replace(timeline, scenes=scenes), settings, picture, models)

    @property
    def sound(self) -> Path | None:
        """A file with the sound of the film: the video, when it has any."""
        return self.video if self.facts.sound else None

    def _length(self, shot: int) -> int:
        whole = round(self.facts.seconds * self.settings.fps)
        return whole if shot == sum(take.count for take in self.takes) else min(whole, super()._length(shot))

    def _blended(self, place: float, take: Take, shot: int) -> Tensor:
        """The picture at a place among the keyframes: the two beside it go along with what moves in the video."""
        low = min(int(place + 1e-6), shot - 1)
        index, first = round(place * self.settings.fps / self.settings.keyframes), self._frame_of(low)
        if index == first:
            return self._keyframe(low)
        high = min(low + 1, self._unbroken(take, shot)[1])
        last = self._frame_of(high)
        begin, own = self._shown.at(first), self._shown.at(index)
        before = shift(self._keyframe(low), flow(own, begin))
        if high == low:
            return before
        after = shift(self._keyframe(high), flow(own, self._shown.at(last)))
        return torch.lerp(before, after, (index - first) / (last - first))

    def _planned(self, timeline: Timeline, models: Mapping[str, str | None]) -> list[Take]:
        takes = super()._planned(timeline, {**models, "video": sha256(self.video)})
        footage = self._shown = self._footage()
        return [replace(take, picture=self._begun(take, footage)) for take in takes]

    def _begun(self, take: Take, footage: Footage) -> GenerateSettings:
        """The settings of a scene's pictures: those that begin afresh start from the frame of the video."""
        if not take.fresh:
            return replace(take.picture, start="noise")
        path = self.store.folder / "video" / f"{take.first:05d}.png"
        save_picture(path, to_pil(footage.at(self._frame_of(take.first))[0]), {})
        return replace(take.picture, start="auto", init_image=str(path), init_weight=self.settings.video_weight)

    def _scenery(self, take: Take) -> Scenery:
        made = super()._scenery(take)
        made.beneath = Beneath(self._footage(), lambda number: self._frame_of(take.first + number))
        return made

    def _frame_of(self, number: int) -> int:
        """The number of the frame, at the film's rate, that a keyframe is painted over."""
        return round(number * self.settings.fps / self.settings.keyframes)

    def _footage(self) -> Footage:
        keep = int(self.settings.fps / self.settings.keyframes) + 3  # from one keyframe to the next
        return Footage(self.video, fps=self.settings.fps, size=self.picture.size, keep=keep)


class Beneath:
    """The video under the keyframes of a scene; frame_of: from a keyframe's number to that of its frame."""

    def __init__(self, footage: Footage, frame_of: Callable[[int], int]) -> None:
        self.footage, self.frame_of = footage, frame_of

    def move(self, image: Tensor, number: int) -> tuple[Tensor, Tensor]:
        """The keyframe before [1, 3, H, W] gone along to a number's, and the frame that this one is painted over.

        What was hidden before is taken from the frame.
        """
        before, own = self.footage.at(self.frame_of(number - 1)), self.footage.at(self.frame_of(number))
        there, back = flow(own, before), flow(before, own)
        own = own.to(image)
        return torch.lerp(own, shift(image, there), trusted(there, back).to(image)), own
