"""Videos decoded, with PyAV: FFmpeg's containers, decoders and filters, on which `clipgen.media.footage` is built."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.media.containers import open_container

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.filter import Graph

EARLY = 1e-4  # seconds by which a presentation time may be rounded down
_BACK = 12.0  # seconds between key frames, at most, in nearly all films


@contextmanager
def opened_video(path: Path) -> Iterator[InputContainer]:
    """Open a video; every failure, now or in the block, while it is decoded, becomes one ImageError."""
    import av  # late: only videos need it

    if not os.path.isfile(path):
        raise ImageError(f"there is no video {path}; check the name")
    try:
        with open_container(path) as container:
            # without a codec PyAV before 18 crashes as soon as it decodes
            if not container.streams.video or container.streams.video[0].codec_context is None:
                raise ImageError(f"{path} cannot be decoded as a video: it has no pictures in a known encoding")
            yield container
    except (av.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"{path} cannot be decoded as a video: {reason(error)}") from error


def timed_frames(container: InputContainer, since: float) -> Iterator[tuple[float, VideoFrame]]:
    """Frames from the key frame before a time on, and when each is shown, in seconds from the first of the video."""
    frames = container.decode(video=0)
    first = next(frames, None)
    if first is None:
        return
    start = time_of(first)
    if since > 0:
        frames = _sought(container, start, since)
    else:
        yield 0.0, first
    yield from ((time_of(frame) - start, frame) for frame in frames)


def _sought(container: InputContainer, start: float, since: float) -> Iterator[VideoFrame]:
    """The frames from one on that is shown `since` seconds after the start, or before."""
    import av

    stream = container.streams.video[0]
    unit = stream.time_base or Fraction(1, 90_000)
    # streams without an index (.mpg, .m2ts) give what comes after the target, and .avi none before its first frame
    for target in (start + since, start + since - _BACK, start, start - 1):
        with suppress(av.FFmpegError):
            container.seek(math.floor(target / unit), stream=stream)
            frames = container.decode(video=0)
            landed = next(frames, None)
            if landed is not None and time_of(landed) <= start + since + EARLY:
                return chain([landed], frames)
    return iter(())


def time_of(frame: VideoFrame) -> float:
    """When a frame is shown, in seconds; raises ValueError where the file does not say."""
    if frame.time is None:
        raise ValueError("its frames have no presentation times; copy it into a container such as .mp4 or .mkv")
    return frame.time


def shown_size(frame: VideoFrame) -> tuple[int, int]:
    """The (width, height) of an upright frame."""
    return (frame.height, frame.width) if frame.rotation % 180 == 90 else (frame.width, frame.height)


def reduced_size(frame: VideoFrame, side: int) -> tuple[int, int]:
    """The size at which the short side of an upright frame is `side`, or its own where that is less."""
    width, height = shown_size(frame)
    scale = min(1.0, side / min(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def length_of(container: InputContainer) -> float:
    """The length that a file states, in seconds; 0 where it states none."""
    stream = container.streams.video[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1_000_000


def filter_graph(
    container: InputContainer, first: VideoFrame, fps: float | None, size: tuple[int, int] | None
) -> Graph:
    """Filters from decoded frames to upright RGB frames of a rate and size."""
    import av.filter

    graph = av.filter.Graph()
    nodes = [graph.add_buffer(template=container.streams.video[0])]
    if fps is not None:
        nodes.append(graph.add("fps", f"fps={fps}"))
    # the file states by how much its frames are turned counterclockwise
    turns = {90: ["cclock"], -90: ["clock"], 180: ["clock", "clock"], -180: ["clock", "clock"]}
    nodes += [graph.add("transpose", turn) for turn in turns.get(first.rotation, [])]
    if size is not None:
        width, height = size
        nodes.append(graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=increase:flags=area"))
    nodes.append(graph.add("format", "pix_fmts=rgb24"))
    if size is not None:  # in RGB, where it is exact to the pixel
        nodes.append(graph.add("crop", f"{size[0]}:{size[1]}"))
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph
