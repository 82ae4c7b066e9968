"""A film file that grows frame by frame, with PyAV: FFmpeg's filters, encoders and containers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from clipgen.media.films import Encoding

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.filter import Graph
    from av.filter.context import FilterContext
    from av.video.stream import VideoStream

    from clipgen.media.sound import Sound

BLOCK = 1024  # samples of a block of sound, which is what AAC encodes at once

Pulled = TypeVar("Pulled")


class Encoder:
    """A container with a stream of frames and perhaps one of sound, which grow at the same pace.

    path: of the file; encoding: how; size: (width, height) of the frames; rate: of frames a second; sound: opened, it
    is cut or padded to the length of the film and closed with it; tags: texts of the container.
    Methods raise `av.FFmpegError`, and `Sound`'s errors.
    """

    def __init__(
        self,
        path: Path,
        encoding: Encoding,
        size: tuple[int, int],
        rate: Fraction,
        *,
        sound: Sound | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        import av  # late: only films need it

        self.rate, self.sound = rate, sound
        self.added = self.encoded = self.samples = 0
        options = dict(encoding.container_options)
        self.container = av.open(str(path), "w", format=encoding.container, container_options=options)
        self.container.metadata.update(tags or {})
        self.stream: VideoStream = self.container.add_stream(  # type: ignore[assignment]
            encoding.codec, rate=rate, options=dict(encoding.options)
        )
        self.stream.width, self.stream.height = size
        self.stream.pix_fmt = encoding.pixels
        self.stream.thread_type = "FRAME"  # by slices, which is PyAV's default, an mp4 grows by a twentieth
        self.stream.time_base = self.stream.codec_context.time_base = 1 / rate
        self.graph = _graph(encoding, size, 1 / rate)
        if sound is not None:
            self.track: AudioStream = self.container.add_stream("aac", rate=sound.rate, layout=sound.layout)

    def add(self, pixels: np.ndarray) -> None:
        """Encode a frame, uint8 [H, W, 3], and the sound that goes with it."""
        import av

        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
        frame.pts, frame.time_base = self.added, 1 / self.rate
        self.added += 1
        self.graph.push(frame)
        self._encode()

    def finish(self) -> None:
        """Encode what is left and complete the file."""
        self.graph.push(None)
        self._encode()
        self._mux(self.stream.encode(None))
        self._add_sound(whole=True)
        if self.sound is not None:
            self.container.mux(self.track.encode(None))
            self.sound.close()
        self.container.close()

    def discard(self) -> None:
        """Close everything after an error; what was written is no film."""
        import av

        with suppress(av.FFmpegError, OSError, ValueError):
            self.container.close()
        if self.sound is not None:
            self.sound.close()

    def _encode(self) -> None:
        for frame in pulled(self.graph.vpull):
            frame.pict_type = 0  # the encoder decides
            self._mux(self.stream.encode(frame))

    def _mux(self, packets: list[Packet]) -> None:
        for packet in packets:
            self.container.mux(packet)
            self.encoded += 1
            self._add_sound(whole=False)

    def _add_sound(self, *, whole: bool) -> None:
        """Encode blocks of sound as far as the encoded frames reach; at the end also the rest, less than a block.

        The encoder keeps dozens of frames back: sound that was ahead of them would wait in memory for its place.
        """
        if self.sound is None:
            return
        due = round(self.encoded / self.rate * self.sound.rate)
        while due - self.samples >= BLOCK or (whole and due > self.samples):
            block = self.sound.take(min(BLOCK, due - self.samples))
            block.pts, block.time_base = self.samples, Fraction(1, self.sound.rate)
            self.samples += block.samples
            self.container.mux(self.track.encode(block))


def pulled(pull: Callable[[], Pulled]) -> Iterator[Pulled]:
    """All that a filter graph has ready; pull: its `vpull` or `pull`."""
    import av

    while True:
        try:
            yield pull()
        except (av.BlockingIOError, av.EOFError):  # it needs more input, or has ended
            return


def _graph(encoding: Encoding, size: tuple[int, int], time_base: Fraction) -> Graph:
    """Filters from RGB frames to those that the encoder takes."""
    import av.filter

    graph = av.filter.Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format=av.VideoFormat("rgb24", *size), time_base=time_base)
    coloured = _palette(graph, source) if encoding.palette else source
    graph.link_nodes(coloured, graph.add("format", f"pix_fmts={encoding.pixels}"), graph.add("buffersink")).configure()
    return graph


def _palette(graph: Graph, source: FilterContext) -> FilterContext:
    """One palette for the whole film, made of what moves, and a dither that is the same in every frame."""
    split, made = graph.add("split"), graph.add("palettegen", "stats_mode=diff")
    used = graph.add("paletteuse", "dither=bayer:bayer_scale=4")
    source.link_to(split)
    split.link_to(made, 0, 0)
    split.link_to(used, 1, 0)
    made.link_to(used, 0, 1)
    return used
