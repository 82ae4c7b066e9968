"""Videos and gifs, probed before the work and written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.images import write_beside


class VideoWriter:
    """Write frames to an mp4 one after another; none is held in memory.

        >>> with VideoWriter("run.mp4", fps=24) as video:
        ...     for frame in frames:
        ...         video.add(frame)

    path: ends in .mp4; fps: frames a second. H.264 at crf 18, yuv420p, which every player shows; frames of odd size are
    padded by a pixel, never resized. The file appears when the block ends, by an error too: what was made is kept.

    Raises ImageError when the file cannot be written or the encoder fails, SettingsError for fps of 0 or less, another
    ending, or frames of different sizes.
    """

    def __init__(self, path: str | Path, fps: float = 24) -> None:
        self.path, self.fps = Path(path), fps
        if self.path.suffix.lower() != ".mp4":
            raise SettingsError(f"{path} does not end in .mp4; videos are written as mp4")
        if not fps > 0:
            raise SettingsError(f"fps is {fps}; it must be more than 0")
        self.frames = 0
        self._size = (0, 0)
        self._encoder: Any = None
        self._beside: Path
        self._stack = ExitStack()

    @staticmethod
    def probe() -> str:
        """The path of the encoder. Raises ImageError when it is missing, which is better known before the work."""
        import imageio_ffmpeg  # late: only videos need it

        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except (RuntimeError, OSError) as error:
            raise ImageError(
                f"no ffmpeg was found ({error}); reinstall imageio-ffmpeg, which brings one, or leave --video out"
            ) from error

    def __enter__(self) -> Self:
        self.probe()
        self._beside = self._stack.enter_context(write_beside(self.path))
        return self

    def add(self, frame: Image.Image) -> None:
        """Append one frame; the first sets the size."""
        padded = _even(frame.convert("RGB"))
        if self._encoder is None:
            self._size = frame.size
            self._encoder = self._open(padded.size)
        if frame.size != self._size:
            raise SettingsError(f"a frame is {frame.size} and the first was {self._size}; all must be of one size")
        try:
            self._encoder.send(np.ascontiguousarray(np.asarray(padded)))
        except (OSError, StopIteration) as error:
            self._encoder = None  # what it left is no video
            raise ImageError(f"the encoder stopped while {self.path} was written: {_line(error)}") from error
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._encoder is None:
            # an empty video is no video: leave by the error path, on which nothing is put into place
            if kind is None:
                kind, error = ImageError, ImageError(f"{self.path} got no frame; a video needs one or more")
                self._stack.__exit__(kind, error, trace)
                raise error
            self._stack.__exit__(kind, error, trace)
            return
        try:
            self._finish()
        except (OSError, RuntimeError) as failed:
            broken = ImageError(f"the encoder could not finish {self.path}: {_line(failed)}; is the disk full?")
            self._stack.__exit__(ImageError, broken, trace)
            raise broken from failed
        self._stack.__exit__(None, None, None)

    def _finish(self) -> None:
        import imageio_ffmpeg

        self._encoder.close()
        # ffmpeg's exit code is not passed on, and a full disk shows only here
        found, _ = imageio_ffmpeg.count_frames_and_secs(str(self._beside))
        if found != self.frames:
            raise RuntimeError(f"it holds {found} of {self.frames} frames")

    def _open(self, size: tuple[int, int]) -> Any:
        import imageio_ffmpeg

        encoder = imageio_ffmpeg.write_frames(
            str(self._beside),
            size,
            fps=self.fps,
            codec="libx264",
            quality=None,
            pix_fmt_out="yuv420p",
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-crf", "18", "-movflags", "+faststart"],
        )
        encoder.send(None)
        return encoder


def save_gif(path: str | Path, frames: Iterable[Image.Image], fps: float = 12) -> None:
    """Write frames as an endless gif.

        >>> save_gif("run.gif", frames, fps=12)

    path: ends in .gif; frames: one or more of one size; fps: gif counts in hundredths of a second, 50 are the most.

    Raises SettingsError for no frames, another ending or fps out of range, ImageError when it cannot be written.
    """
    if Path(path).suffix.lower() != ".gif":
        raise SettingsError(f"{path} does not end in .gif")
    if not 0 < fps <= 50:
        raise SettingsError(f"fps is {fps}; a gif takes more than 0 and at most 50")
    # Pillow's own choice of colours takes 80 times as long
    small = [frame.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE) for frame in frames]
    if not small:
        raise SettingsError(f"{path} got no frame; a gif needs one or more")
    with write_beside(path) as beside:
        small[0].save(
            beside, format="GIF", save_all=True, append_images=small[1:], duration=round(1000 / fps), loop=0, disposal=1
        )


def _even(image: Image.Image) -> Image.Image:
    """Repeat the last column and row where a side is odd: yuv420p halves the colour planes."""
    width, height = image.size
    if not (width % 2 or height % 2):
        return image
    return Image.fromarray(np.pad(np.asarray(image), ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
