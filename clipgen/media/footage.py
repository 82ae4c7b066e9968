"""Videos in: what a file contains, and its frames by presentation time, upright, at any rate and size."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from clipgen.errors import ImageError
from clipgen.media.decoder import (
    EARLY,
    filter_graph,
    length_of,
    opened_video,
    reduced_size,
    shown_size,
    time_of,
    timed_frames,
)
from clipgen.media.encoder import pulled
from clipgen.media.images import from_pil, paintable_size
from clipgen.media.moments import clock

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.filter import Graph
    from torch import Tensor

MAX_SIDE = 8192  # pixels: a file that states more is more likely broken than real
_MISSING = 2.0  # seconds by which the length that a file states may be wrong


def _ignored(seconds: float) -> None:
    """Where nobody asks for damage."""


@dataclass(frozen=True)
class VideoFacts:
    """What a video file states: (width, height) as shown, its length in seconds, and whether it has sound.

    rate: frames a second on average, such as 30000/1001; presentation times may deviate from it.
    """

    size: tuple[int, int]
    seconds: float
    sound: bool
    rate: Fraction = Fraction(25)

    @classmethod
    def of(cls, path: str | Path) -> VideoFacts:
        """Open a video and decode its first frame.

            >>> VideoFacts.of(folder / "none.mp4")
            Traceback (most recent call last):
            clipgen.errors.ImageError: there is no video ...

        Raises ImageError for a file that is no video, or whose size or length cannot be used.
        """
        with opened_video(Path(path)) as container:
            first = next(container.decode(video=0), None)
            if first is None:
                raise ImageError(f"{path} cannot be decoded as a video: it has no frames")
            width, height = shown_size(first)
            seconds, sound = length_of(container), bool(container.streams.audio)
            rate = container.streams.video[0].average_rate or cls.rate
        if not 0 < seconds < 86400 or not 0 < max(width, height) <= MAX_SIDE:
            raise ImageError(f"{path} is a video of {width} x {height} pixels and {seconds:g} s, which cannot be used")
        return cls((width, height), seconds, sound, rate)

    def flaws(self, last: float, gap: float, damaged: Sequence[float] = ()) -> str:
        """What is wrong with a video that was decoded to its end; "" for a whole one.

            >>> facts = VideoFacts((64, 48), 60.0, sound=False)
            >>> facts.flaws(12.0, gap=0.04), facts.flaws(50.0, gap=10.0)
            ('it ends at 00:00:12 of 00:01:00: it is truncated', '')
            >>> facts.flaws(59.0, gap=0.04, damaged=[7.0, 7.04])
            'it is damaged at 00:00:07'

        last: when the last frame is shown, in seconds; gap: the longest between two frames; damaged: when those are
        shown that `video_frames` reported. Decoders raise no error where a file ends too early, nor for all damage.
        """
        found = [f"it is damaged at {clock(damaged[0])}"] if damaged else []
        if self.seconds - last > _MISSING + 2 * gap:
            found.append(f"it ends at {clock(last)} of {clock(self.seconds)}: it is truncated")
        return "; ".join(found)

    def painted_size(self) -> tuple[int, int]:
        """The size of a painted frame where none is given: the video's aspect ratio.

        >>> VideoFacts((1920, 1080), 10.0, True).painted_size()
        (336, 192)
        """
        return paintable_size(self.size)


class Footage:
    """The frames of a video at a rate and a size, as [1, 3, H, W] in [0, 1].

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=12) as video:
        ...     video.add(picture)
        >>> Footage(folder / "walk.mp4", fps=24, size=(48, 32)).at(1).shape
        torch.Size([1, 3, 32, 48])

    fps: frames a second, by presentation time; size: (width, height) that frames are scaled to cover and cropped to.
    Only the last `keep` frames stay in memory: access in order is fast, going further back decodes from the beginning.
    Raises ImageError for a file that is no video.
    """

    def __init__(self, path: str | Path, *, fps: float, size: tuple[int, int], keep: int = 2) -> None:
        self.path, self.fps, self.size = Path(path), fps, size
        self._kept: deque[tuple[int, Tensor]] = deque(maxlen=max(2, keep))
        self._frames: Iterator[tuple[float, Image.Image]] | None = None
        self._next = 0

    def at(self, index: int) -> Tensor:
        """A frame by its number; beyond the end the last one."""
        for number, frame in self._kept:
            if number == index:
                return frame
        if self._frames is None or index < self._next:
            self._frames, self._next = video_frames(self.path, fps=self.fps, size=self.size), 0
            self._kept.clear()
        while self._next <= index:
            new = next(self._frames, None)
            if new is None:
                break
            self._kept.append((self._next, from_pil(new[1])))
            self._next += 1
        if not self._kept:
            raise ImageError(f"{self.path} cannot be decoded as a video: it has no frames")
        return self._kept[-1][1]


def video_frames(
    path: str | Path,
    *,
    fps: float | None = None,
    size: tuple[int, int] | None = None,
    damaged: Callable[[float], object] = _ignored,
) -> Iterator[tuple[float, Image.Image]]:
    """Frames of a video in order, upright: when each is shown, in seconds from the first, and its picture.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.gif", fps=2) as video:
        ...     video.add(picture)
        ...     video.add(picture.rotate(90))
        >>> [(seconds, frame.size) for seconds, frame in video_frames(folder / "walk.gif")]
        [(0.0, (64, 64)), (0.5, (64, 64))]

    fps: so many frames a second, by repeating and dropping frames according to their presentation times; None: every
    frame, at its own time; size: (width, height) that frames are scaled to cover and cropped to; None: their own;
    damaged: called with the time of each frame that can be decoded in part only.
    No frame is kept in memory. Raises ImageError for a file that is no video, or is damaged.
    """
    with opened_video(Path(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        graph: Graph | None = None
        start, begin = None, None
        for decoded in _and_end(container):
            if decoded is not None:
                graph = graph or filter_graph(container, decoded, fps, size)
            if graph is None:
                return
            graph.push(decoded)
            if decoded is not None:
                begin = time_of(decoded) if begin is None else begin
                if decoded.is_corrupt:
                    damaged(time_of(decoded) - begin)
            for frame in pulled(graph.vpull):
                start = time_of(frame) if start is None else start
                yield time_of(frame) - start, Image.fromarray(frame.to_ndarray())


def sampled_frames(
    path: str | Path,
    *,
    side: int,
    every: float = 1.0,
    since: float = 0.0,
    damaged: Callable[[float], object] = _ignored,
) -> Iterator[tuple[float, Image.Image]]:
    """The first frame in each span of some seconds, upright and reduced: when it is shown, as of `video_frames`.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=4) as video:
        ...     for _ in range(10):
        ...         video.add(picture)
        >>> [(seconds, frame.size) for seconds, frame in sampled_frames(folder / "walk.mp4", side=32)]
        [(0.0, (32, 32)), (1.0, (32, 32)), (2.0, (32, 32))]

    side: short side in pixels, unless it is smaller already; every: seconds of a span; since: seconds at which to
    begin, by seeking; damaged: as for `video_frames`. A frame that stays longer than a span comes once. Frames that no
    other frame depends on are not decoded, so a frame may be some frames late in its span; its time is its own.
    Raises ImageError for a file that is no video, and where it is damaged, after the frames before that.
    """
    with opened_video(Path(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.skip_frame = "NONREF"
        graph: Graph | None = None
        due = since
        for seconds, frame in timed_frames(container, since):
            if frame.is_corrupt and seconds >= since:
                damaged(seconds)
            if seconds + EARLY < due:
                continue
            due = every * (math.floor(seconds / every + EARLY) + 1)
            graph = graph or filter_graph(container, frame, None, reduced_size(frame, side))
            graph.push(frame)
            for shown in pulled(graph.vpull):
                yield seconds, Image.fromarray(shown.to_ndarray())


def frame_at(path: str | Path, seconds: float, *, side: int = MAX_SIDE) -> Image.Image:
    """The frame that is shown at a time, upright; beyond the end the last one.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=4) as video:
        ...     for _ in range(10):
        ...         video.add(picture)
        >>> frame_at(folder / "walk.mp4", 1.1, side=32).size
        (32, 32)

    seconds: from the first frame; side: short side in pixels, unless it is smaller already.
    Raises ImageError for a file that is no video, or is damaged there.
    """
    with opened_video(Path(path)) as container:
        found: VideoFrame | None = None
        for when, frame in timed_frames(container, seconds):
            if found is not None and when > seconds + EARLY:
                break
            found = frame
        if found is None:
            raise ImageError(f"{path} cannot be decoded as a video: it has no frames")
        graph = filter_graph(container, found, None, reduced_size(found, side))
        graph.push(found)
        return Image.fromarray(next(pulled(graph.vpull)).to_ndarray())


def _and_end(container: InputContainer) -> Iterator[VideoFrame | None]:
    yield from container.decode(video=0)
    yield None
