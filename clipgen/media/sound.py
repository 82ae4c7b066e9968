"""The sound of a file, ready to be encoded: cut, or padded with silence, to any length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import SettingsError
from clipgen.files import reason
from clipgen.media.containers import open_container
from clipgen.media.encoder import BLOCK, pulled

if TYPE_CHECKING:
    from av import AudioFrame
    from av.container import InputContainer
    from av.filter import Graph


class Sound:
    """Blocks of samples from a file of sound, or from a video with sound; after its end they are silent.

        >>> import wave
        >>> with wave.open(str(folder / "tone.wav"), "wb") as file:
        ...     file.setparams((1, 2, 8000, 0, "NONE", ""))
        ...     file.writeframes(bytes(2 * 8000))
        >>> sound = Sound(folder / "tone.wav")
        >>> sound.rate, sound.layout, sound.take(512).samples
        (8000, 'mono', 512)
        >>> sound.close()

    rate: samples a second; layout: of the channels, "mono" or "stereo".
    Raises SettingsError for a file without sound.
    """

    def __init__(self, path: str | Path) -> None:
        import av  # late: only films with sound need it

        try:
            self._container: InputContainer = open_container(path)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise SettingsError(f"{path} cannot be decoded as sound: {reason(error)}", settings=["audio"]) from error
        # without a codec PyAV before 18 crashes as soon as it decodes
        if not self._container.streams.audio or self._container.streams.audio[0].codec_context is None:
            self._container.close()
            raise SettingsError(f"{path} has no sound in a known encoding; name another file", settings=["audio"])
        self.path = path
        self._stream = self._container.streams.audio[0]
        rates = av.Codec("aac", "w").audio_rates or []
        self.rate = self._stream.rate if self._stream.rate in rates else 48_000
        self.layout = "mono" if self._stream.layout.nb_channels == 1 else "stereo"
        self._blocks = self._decoded()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def take(self, samples: int = BLOCK) -> AudioFrame:
        """The next block, cut to `samples`, at most BLOCK; raises SettingsError where the file is damaged."""
        import av

        try:
            block = next(self._blocks)
        except (av.FFmpegError, ValueError, StopIteration) as error:  # it stops after its first error
            raise SettingsError(f"{self.path} is damaged: {reason(error)}", settings=["audio"]) from error
        if samples == BLOCK:
            return block
        cut = av.AudioFrame.from_ndarray(block.to_ndarray()[:, :samples].copy(), "fltp", self.layout)
        cut.sample_rate = self.rate
        return cut

    def _decoded(self) -> Iterator[AudioFrame]:
        graph = self._graph()
        start = self._container.start_time or 0  # microseconds
        for frame in self._container.decode(self._stream):
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= round(start / 1_000_000 / frame.time_base)
            graph.push(frame)
            yield from pulled(graph.pull)  # type: ignore[misc]
        graph.push(None)
        yield from pulled(graph.pull)  # type: ignore[misc] # without an end: the silence of apad

    def _graph(self) -> Graph:
        import av.filter

        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(template=self._stream),
            # sound that begins later than its file, or has gaps, stays in time
            graph.add("aresample", "async=1:first_pts=0"),
            graph.add("aformat", f"sample_fmts=fltp:sample_rates={self.rate}:channel_layouts={self.layout}"),
            graph.add("apad"),
            graph.add("abuffersink"),
        ).configure()
        graph.set_audio_frame_size(BLOCK)
        return graph
