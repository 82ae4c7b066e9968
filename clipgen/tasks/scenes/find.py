"""The scenes of a film, each with a picture and a caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.extras import check_extra
from clipgen.media.footage import VideoFacts, frame_at, video_frames
from clipgen.media.images import from_pil
from clipgen.media.moments import clock
from clipgen.settings import CaptionSettings, ScenesSettings
from clipgen.similarity import HowFar, Match, Matcher, Skipped, embed_images
from clipgen.tasks.caption import caption
from clipgen.tasks.events import Described
from clipgen.tasks.scenes.cuts import Boundary, Cuts, spans

_SIDE = 144  # pixels of the short side at which frames are compared
_PICTURE = 256  # and at which a scene is described


@dataclass(frozen=True)
class Watched(HowFar):
    """How much of a film has been decoded, in seconds."""

    seconds: float
    total: float


@dataclass(frozen=True)
class Scene:
    """A scene of a film.

    index: from 1; start, end: in seconds from the first frame; begins: "start", "cut" or "fade"; middle: when the
    picture that stands for it is shown; caption: of that picture, None without captions or where nothing fits.
    """

    path: Path
    index: int
    start: float
    end: float
    begins: str
    middle: float
    caption: Match | None

    def to_dict(self) -> dict[str, str | float | int | None]:
        """Plain values, rounded as they are printed."""
        text, score = (None, None) if self.caption is None else (self.caption.text, round(self.caption.score, 4))
        times = {"start": round(self.start, 3), "end": round(self.end, 3), "middle": round(self.middle, 3)}
        return {"path": str(self.path), "index": self.index, **times, "begins": self.begins, "caption": text,
                "score": score}  # fmt: skip


def scenes(
    film: Path, matcher: Matcher, settings: ScenesSettings | None = None
) -> Iterator[Watched | Scene | Skipped]:
    """The scenes of a film, in order.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
        ...     for number in range(30):
        ...         video.add(picture if number < 15 else Image.new("RGB", picture.size, "navy"))
        >>> found = [event for event in scenes(folder / "walk.mp4", matcher) if isinstance(event, Scene)]
        >>> found[0].start, found[0].begins, found[-1].end
        (0.0, 'start', 3.0)

    Yields Watched while the film is decoded, then Scenes, and at the end Skipped where the film is damaged or
    truncated: the scenes are those before that. Raises ImageError for a file that is no video, ClipgenError where
    PySceneDetect is not installed.
    """
    chosen = (settings or ScenesSettings()).validate()
    check_extra("scenes")
    facts = VideoFacts.of(film)
    watching = _Watching(film, facts, matcher, chosen)
    yield from watching.frames()
    found = watching.scenes()
    yield from _captioned(found, matcher) if chosen.captions else found
    if watching.problem:
        yield Skipped(film, watching.problem)


class _Watching:
    """One pass over a film."""

    def __init__(self, film: Path, facts: VideoFacts, matcher: Matcher, settings: ScenesSettings) -> None:
        self.film, self.facts, self.matcher = film, facts, matcher
        self.cuts = Cuts(settings, self._embed)
        self.last, self.gap, self.problem, self.damaged = -1.0, 0.0, "", list[float]()

    def frames(self) -> Iterator[Watched]:
        """Compare all frames."""
        width, height = self.facts.size
        scale = min(1.0, _SIDE / min(width, height))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        try:
            for seconds, frame in video_frames(self.film, size=size, damaged=self.damaged.append):
                self.cuts.add(seconds, frame)
                if int(seconds) > int(self.last):
                    yield Watched(seconds, self.facts.seconds)
                self.gap = max(self.gap, seconds - max(0.0, self.last))
                self.last = seconds
        except ImageError as error:
            if self.last < 0:
                raise
            self.problem = f"{error}; the scenes are those up to {clock(self.last)}"
        if not self.problem and (problem := self.facts.flaws(self.last, self.gap, self.damaged)):
            self.problem = f"{self.film} cannot be decoded as a whole: {problem}"

    @property
    def end(self) -> float:
        """When the last frame is over: as the file states, but not later than the longest time of another frame."""
        usual = float(1 / self.facts.rate)
        return min(max(self.facts.seconds, self.last + usual), self.last + max(self.gap, usual))

    def scenes(self) -> Iterator[Scene]:
        """The scenes, without captions."""
        begins: list[Boundary] = self.cuts.boundaries(self.end)
        times = spans([one.seconds for one in begins], self.end)
        kinds = ["start", *(one.kind for one in begins)]
        for index, ((start, end), kind) in enumerate(zip(times, kinds, strict=True), 1):
            yield Scene(self.film, index, start, end, kind, min((start + end) / 2, self.last), None)

    def _embed(self, frames: Sequence[Image.Image]) -> Tensor:
        return embed_images(self.matcher.perceptor, [from_pil(frame) for frame in frames])


def _captioned(found: Iterator[Scene], matcher: Matcher) -> Iterator[Scene]:
    """The same scenes, with the best caption of the picture that stands for each."""
    several = list(found)
    pictures = (from_pil(frame_at(one.path, one.middle, side=_PICTURE)) for one in several)
    described = caption(pictures, matcher, CaptionSettings(top=1, abstain=True))
    for scene, event in zip(several, described, strict=True):
        matches = event.matches if isinstance(event, Described) else ()
        yield replace(scene, caption=matches[0] if matches else None)
