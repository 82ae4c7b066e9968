"""Things in a film, by words, each with a number that it keeps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.extras import check_extra
from clipgen.media.footage import VideoFacts, video_frames
from clipgen.media.images import from_pil
from clipgen.media.moments import clock
from clipgen.media.overlays import Box
from clipgen.settings import TrackSettings
from clipgen.similarity import Skipped
from clipgen.tasks.detect import Detection, Detector
from clipgen.tasks.track.flow import Grey, Place
from clipgen.tasks.track.looks import looks
from clipgen.tasks.track.matching import Look, Looker
from clipgen.tasks.track.rows import Thing, Tracked
from clipgen.tasks.track.tracks import Span, Tracks

_SIDE = 360  # pixels of the short side at which frames are compared
_EARLY = 1e-4  # seconds by which a presentation time may be rounded down


@dataclass(frozen=True)
class Reader:
    """Finds and embeds things with a detector."""

    detector: Detector

    def find(self, image: Tensor, seconds: float) -> Sequence[Detection]:
        """The things in a picture [1, 3, H, W], whenever it is shown."""
        return self.detector.find(image)

    def embed(self, image: Tensor, boxes: Sequence[Box]) -> Tensor:
        """How each place looks: unit vectors [N, D], see `looks`."""
        return looks(self.detector.matcher.perceptor, image, boxes)


def track(film: Path, looker: Looker, settings: TrackSettings | None = None) -> Iterator[Tracked | Skipped]:
    """The things in each frame of a film, in order; the same thing has the same number in all of them.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
        ...     for _ in range(8):
        ...         video.add(picture)
        >>> rows = track(folder / "walk.mp4", Reader(Detector(["a fox"], matcher)))
        >>> [row.index for row in rows]
        [0, 1, 2, 3, 4, 5, 6, 7]

    looker: finds things in a frame every `settings.every` seconds. Frames come with a delay of about two seconds of
    film: a number is given where a thing was found twice. A thing that is covered has no box until it is seen again.
    Yields Skipped at the end where the film is damaged or truncated. Raises ImageError for a file that is no video,
    ClipgenError where OpenCV or SciPy is not installed.
    """
    chosen = (settings or TrackSettings()).validate()
    check_extra("track")
    tracking = _Tracking(film, VideoFacts.of(film), looker, chosen.every)
    return tracking.events()


@dataclass
class _Tracking:
    """One pass over a film; waiting: (number, seconds) of frames that are not settled."""

    film: Path
    facts: VideoFacts
    looker: Looker
    every: float
    tracks: Tracks = field(default_factory=Tracks)
    waiting: deque[tuple[int, float]] = field(default_factory=deque)
    greys: list[Grey] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    index: int = -1
    gap: float = 0.0
    damaged: list[float] = field(default_factory=list)

    def events(self) -> Iterator[Tracked | Skipped]:
        """The frames with what is in them, then what is wrong with the film."""
        problem, due, last = "", 0.0, None
        frames = video_frames(self.film, size=self._size(), damaged=self.damaged.append)
        while True:
            try:
                seconds, frame = next(frames)
            except StopIteration:
                break
            except ImageError as error:
                if last is None:
                    raise
                problem = f"{error}; the things are those up to {clock(self.times[-1])}"
                break
            last = frame
            self._add(seconds, frame)
            if seconds + _EARLY >= due:
                due = self.every * (int((seconds + _EARLY) / self.every) + 1)
                self._look(frame)
                yield from self._rows()
        if last is None:
            return
        if len(self.greys) > 1:
            self._look(last)
        self.tracks.end()
        yield from self._rows()
        problem = problem or self.facts.flaws(self.times[-1], self.gap, self.damaged)
        if problem:
            yield Skipped(self.film, f"{self.film}: {problem}" if str(self.film) not in problem else problem)

    def _add(self, seconds: float, frame: Image.Image) -> None:
        self.index += 1
        self.gap = max(self.gap, seconds - self.times[-1]) if self.times else 0.0
        self.greys.append(np.asarray(frame.convert("L")))
        self.times.append(seconds)
        self.waiting.append((self.index, seconds))

    def _look(self, frame: Image.Image) -> None:
        """The last frame is a key frame: find what is in it; it begins the next span."""
        image = from_pil(frame)
        span = Span(self.index - len(self.greys) + 1, self.greys, self.times)
        self.tracks.advance(span, Look(self.looker, image, list(self.looker.find(image, self.times[-1]))))
        self.greys, self.times = self.greys[-1:], self.times[-1:]

    def _rows(self) -> Iterator[Tracked]:
        """The frames that are settled."""
        until = self.tracks.settled(self.index)
        while self.waiting and self.waiting[0][0] < until:
            index, seconds = self.waiting.popleft()
            placed = sorted(self.tracks.placed.pop(index, []))
            things = [Thing(number, text, self._box(place)) for number, text, place in placed]
            yield Tracked(self.film, index, seconds, self.facts.seconds, tuple(things))

    def _size(self) -> tuple[int, int]:
        width, height = self.facts.size
        scale = min(1.0, _SIDE / min(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _box(self, place: Place) -> Box:
        """A place in pixels of the film, and inside it."""
        width, height = self.facts.size
        right, down = width / self._size()[0], height / self._size()[1]
        left, top = round(max(0.0, place[0] * right)), round(max(0.0, place[1] * down))
        left, top = min(left, width - 1), min(top, height - 1)
        end, bottom = round(min(width, place[2] * right)), round(min(height, place[3] * down))
        return left, top, max(left + 1, end), max(top + 1, bottom)
