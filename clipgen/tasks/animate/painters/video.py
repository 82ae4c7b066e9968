"""Keyframes painted over a video: they follow what moves in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.files import sha256
from clipgen.generators.base import Generator, Size
from clipgen.losses import InitLoss, Loss
from clipgen.media.footage import Footage, VideoFacts
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.parts import Parts
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.animate.flow import flow, shift, trusted
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.painters.keyframes import SceneLoader, check_size, dissolved, no_page, paint_keyframes
from clipgen.tasks.animate.reel import Reel
from clipgen.tasks.animate.scene import SceneRun
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Fingerprints, Take, lay_out
from clipgen.timelines import CAMERA, Timeline

_FROM_VIDEO = (*CAMERA, "init_image")  # what a scene cannot have of its own


def outline(
    timeline: Timeline, settings: FilmSettings, picture: GenerateSettings, fingerprints: Fingerprints
) -> Outline:
    """Lay out a film over the video `settings.video_in`, whose length its scenes share.

    Raises SettingsError for scenes with a camera or a first picture of their own, for a mask and for init_noise,
    ImageError for a file that is not a video, and what `lay_out` raises.
    """
    for scene in timeline.scenes:
        if given := [name for name in (*scene.tracks, *scene.settings) if name in _FROM_VIDEO]:
            raise SettingsError(
                f"{scene.origin or 'a scene'} sets {given[0]}, which the video sets: leave it out", settings=given
            )
    if picture.areas.mask is not None:
        raise SettingsError(
            "mask and video_in are both set; outside of a mask one picture stays, not a video: leave one out",
            settings=["mask", "video_in"],
        )
    if picture.init.init_noise is not None:
        raise SettingsError(
            "init_noise and video_in are both set; each scene starts from a frame of the video: leave one out",
            settings=["init_noise", "video_in"],
        )
    video = Path(settings.video_in or "")
    still = settings.without_camera()
    timeline = _spread(timeline, still, VideoFacts.of(video).seconds)
    if fingerprints:
        fingerprints = {**fingerprints, "video": sha256(video)}
    takes = lay_out(timeline, still, picture, fingerprints)
    return Outline(still, picture, takes, sum(take.steps(still) for take in takes))


def _spread(timeline: Timeline, settings: FilmSettings, whole: float) -> Timeline:
    """The scenes spread over the whole length, in seconds, each in proportion to its own."""
    rate = settings.keyframes
    lengths = [scene.seconds or settings.seconds_per_scene or scene.reading_seconds() for scene in timeline.scenes]
    marks = [0, *(round(whole * end / sum(lengths) * rate) for end in accumulate(lengths))]
    counts = [max(1, after - before) for before, after in pairwise(marks)]
    pairs = zip(timeline.scenes, counts, strict=True)
    return replace(timeline, scenes=tuple(replace(scene, seconds=count / rate) for scene, count in pairs))


class VideoPainter:
    """Paints keyframes over the frames of a video; see `Painter`.

    Raises ImageError for a file that is not a video.
    """

    def __init__(self, outline: Outline, store: Store, *, parts: Parts, weights: Path | None = None) -> None:
        self.outline = outline
        self.video = Path(outline.settings.video_in or "")
        self.facts = VideoFacts.of(self.video)
        self.reel, self.loader = Reel(outline, store), SceneLoader(outline, parts, weights)
        self.notes = self.loader.notes
        self._starts = self._footage(outline.picture.canvas.size)

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return self.reel.steps

    @property
    def frames(self) -> int:
        """Number of frames that can be shown: in the end, those of the video."""
        whole, painted = round(self.facts.seconds * self.outline.settings.fps), self.reel.count
        return whole if painted == self.outline.keyframes else min(whole, self.outline.frames(painted))

    @property
    def sound(self) -> Path | None:
        """The video, when it has sound."""
        return self.video if self.facts.sound else None

    def whole(self) -> list[int]:
        """The numbers of the scenes that are painted to the end."""
        return self.reel.whole()

    def paint(self) -> Iterator[Step]:
        """Paint the keyframes that are missing."""
        return paint_keyframes(self.reel, self.open_scene)

    def open_scene(self, take: Take) -> SceneRun:
        """Load what paints a scene; see `set_up_scene` for what is raised."""
        setup = self.loader.load(take, self._started(take), held=False)  # each stays near a frame of its own
        footage = self._footage(setup.parts.generator.size)
        weight = self.outline.settings.video_weight
        move = VideoMove(footage, lambda number: self._frame_of(take.first + number), weight)
        return SceneRun(take, self.outline.settings, setup, move, before=self.loader.aims_before(take))

    def frame(self, seconds: float, size: tuple[int, int] | None = None) -> Tensor:
        """The picture of a moment, [1, 3, H, W] in [0, 1]."""
        image = dissolved(self.reel, seconds, self._between)
        check_size(size, image)
        return image

    def middle(self, take: Take) -> Tensor:
        """The keyframe in the middle of a scene."""
        return self.reel.middle(take)

    def page(self) -> PageData:
        """Raise SettingsError: no page can draw keyframes."""
        return no_page()

    def _between(self, take: Take, place: float) -> Tensor:
        """The picture at a place among the keyframes: its two neighbours, moved as the video moves."""
        low = min(int(place + 1e-6), self.reel.count - 1)
        index, first = self._frame_of(place), self._frame_of(low)
        if index == first:
            return self.reel.keyframe(low)
        own = self._shown.at(index)
        high = min(low + 1, self.reel.unbroken(take)[1])
        before = shift(self.reel.keyframe(low), flow(own, self._shown.at(first)))
        if high == low:
            return before
        last = self._frame_of(high)
        after = shift(self.reel.keyframe(high), flow(own, self._shown.at(last)))
        return torch.lerp(before, after, (index - first) / (last - first))

    def _started(self, take: Take) -> GenerateSettings:
        """The settings of a scene's pictures: one that begins afresh starts from the frame of the video."""
        if not take.fresh:
            return take.picture.changed(start="noise", init_weight=None)  # what it starts from is loaded later
        path = self.reel.store.folder / "video" / f"{take.first:05d}.png"
        save_picture(path, to_pil(self._starts.at(self._frame_of(take.first))[0]), {})
        weight = take.picture.init.init_weight
        weight = self.outline.settings.video_weight if weight is None else weight
        return take.picture.changed(start="auto", init_image=str(path), init_weight=weight)

    def _frame_of(self, place: float) -> int:
        """The number of the frame, at the film's rate, at a place among the keyframes."""
        return round(place * self.outline.settings.fps / self.outline.settings.keyframes)

    @cached_property
    def _shown(self) -> Footage:
        """The video at the size of the keyframes, which is that of the generator: the size asked for may be rounded."""
        first = self.reel.keyframe(0)
        return self._footage((first.shape[-1], first.shape[-2]))

    def _footage(self, size: Size) -> Footage:
        settings = self.outline.settings
        keep = int(settings.fps / settings.keyframes) + 3  # from one keyframe to the next
        return Footage(self.video, fps=settings.fps, size=size, keep=keep)


class VideoMove:
    """Moves a scene's picture as the video moves.

    footage: of the video; frame_of: from a keyframe's number in the scene to that of its frame; weight: of the loss
    that keeps it near the frame.
    """

    def __init__(self, footage: Footage, frame_of: Callable[[int], int], weight: float) -> None:
        self.footage, self.frame_of, self.weight = footage, frame_of, weight

    def move(self, generator: Generator, image: Tensor, number: int) -> tuple[Tensor, Loss | None]:
        """The picture moved along, kept near the frame that this keyframe is painted over; see `Mover`.

        What was hidden in the frame before is taken from the frame.
        """
        before, own = self.footage.at(self.frame_of(number - 1)), self.footage.at(self.frame_of(number))
        there, back = flow(own, before), flow(before, own)
        own = own.to(image)
        image = torch.lerp(own, shift(image, there), trusted(there, back).to(image))
        generator.encode(image)
        return image, self.weight * InitLoss(own) if self.weight else None
