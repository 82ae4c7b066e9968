"""Films: mp4, gif, webp, apng and folders of frames; probed before the work and written whole or not at all."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image, ImageSequence

from clipgen.errors import ImageError, SettingsError
from clipgen.files import write_whole

# one palette for the film, of what moves, and a dither that stands still from frame to frame
_PALETTE = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=4"
#: by ending: codec, pixel format, what ffmpeg is told beside
FORMATS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    ".mp4": ("libx264", "yuv420p", ("-crf", "18", "-movflags", "+faststart")),
    ".gif": ("gif", "pal8", ("-filter_complex", _PALETTE, "-loop", "0")),
    ".webp": ("libwebp", "yuv420p", ("-quality", "80", "-loop", "0")),
    ".apng": ("apng", "rgb24", ("-plays", "0", "-f", "apng")),
}
MAX_TEXT = 32_000  # bytes of metadata that are handed over: a command line holds no more than four times that


class VideoWriter:
    """Write frames to a film one after another; none is held in memory.

        >>> with VideoWriter("run.mp4", fps=24) as video:
        ...     for frame in frames:
        ...         video.add(frame)

    path: ends in .mp4, .gif, .webp or .apng; fps: frames a second; audio: a file of sound, cut or drawn out with
    silence to the length of an mp4; metadata: JSON values that an mp4 carries, `title` as such. An mp4 is H.264 at crf
    18, yuv420p, which every player shows; frames of odd size are padded by a pixel, never resized. The file appears
    when the block ends, by an error too: what was made is kept.

    Raises ImageError when the file cannot be written or the encoder fails, SettingsError for fps of 0 or less, another
    ending, sound where there can be none, or frames of different sizes.
    """

    def __init__(
        self,
        path: str | Path,
        fps: float = 24,
        *,
        audio: Path | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.path, self.fps, self.audio, self.metadata = Path(path), fps, audio, dict(metadata or {})
        self.suffix = self.path.suffix.lower()
        if self.suffix not in FORMATS:
            raise SettingsError(f"{path} does not end in one of {', '.join(FORMATS)}; name a film so")
        if not fps > 0:
            raise SettingsError(f"fps is {fps}; it must be more than 0")
        if self.suffix == ".gif" and fps > 50:
            raise SettingsError(f"fps is {fps}; a gif counts in hundredths of a second, 50 are the most")
        if audio is not None and self.suffix != ".mp4":
            raise SettingsError(f"{path} cannot hold sound; name an .mp4 or leave the audio out")
        self.frames = 0
        self._size = (0, 0)
        self._encoder: Any = None
        self._beside: Path
        self._stack = ExitStack()

    @staticmethod
    def probe(suffix: str = ".mp4") -> str:
        """Encode a small picture and return the path of the encoder.

        Raises ImageError when that fails, which is better known before the work than after it.
        """
        import imageio_ffmpeg  # late: only videos need it

        try:
            program = str(imageio_ffmpeg.get_ffmpeg_exe())
        except (RuntimeError, OSError) as error:
            raise ImageError(
                f"no ffmpeg was found ({error}); reinstall imageio-ffmpeg, which brings one, or leave --video out"
            ) from error
        with tempfile.TemporaryDirectory() as folder:
            trial = VideoWriter(Path(folder) / f"trial{suffix}", fps=10)
            trial._beside = trial.path
            trial.add(Image.new("RGB", (32, 32)))
            try:
                trial._finish()
            except (OSError, RuntimeError) as error:
                raise ImageError(
                    f"this ffmpeg cannot write {suffix} ({_line(error)}); choose another ending: {', '.join(FORMATS)}"
                ) from error
        return program

    def __enter__(self) -> Self:
        self.probe(self.suffix)
        self._beside = self._stack.enter_context(write_whole(self.path))
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
        if self.suffix == ".mp4":
            found, _ = imageio_ffmpeg.count_frames_and_secs(str(self._beside))
        else:
            found = round(self.fps * _seconds_of(self._beside)) if self.frames > 1 else 1
        if abs(found - self.frames) > (0 if self.suffix == ".mp4" else 1 + self.frames // 20):
            raise RuntimeError(f"it holds {found} of {self.frames} frames")
        if self.audio is not None:
            self._add_sound(self.audio)

    def _add_sound(self, audio: Path) -> None:
        """Lay the sound under the finished film: told `-shortest` on the way, ffmpeg ends some frames late at times."""
        import imageio_ffmpeg

        with write_whole(self._beside) as mixed:
            told = ["-i", self._beside, "-i", audio, "-map", "0:v", "-map", "1:a", "-map_metadata", "0", "-c:v", "copy"]
            length = ["-af", "apad", "-t", f"{self.frames / self.fps:.6f}", "-c:a", "aac", "-movflags", "+faststart"]
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *told, *length, mixed]
            done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                raise RuntimeError(done.stderr.strip() or "ffmpeg failed")

    def _open(self, size: tuple[int, int]) -> Any:
        import imageio_ffmpeg

        codec, pixels, told = FORMATS[self.suffix]
        encoder = imageio_ffmpeg.write_frames(
            str(self._beside),
            size,
            fps=self.fps,
            codec=codec,
            quality=None,
            pix_fmt_out=pixels,
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=[*told, *self._told()],
        )
        encoder.send(None)
        return encoder

    def _told(self) -> list[str]:
        """The metadata, as ffmpeg is told it."""
        if not self.metadata or self.suffix != ".mp4":
            return []
        comment = json.dumps(self.metadata, ensure_ascii=False)
        told = ["-metadata", f"title={self.metadata.get('title', self.path.stem)}"]
        return told + (["-metadata", f"comment={comment}"] if len(comment.encode()) <= MAX_TEXT else [])


class FrameFolder:
    """Write frames as 00000.png, 00001.png … into a folder.

        >>> with FrameFolder("outputs/frames") as frames:
        ...     frames.add(picture)

    Each frame is whole or not there. Raises ImageError when the folder cannot be written, or holds frames already.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.frames = 0

    def __enter__(self) -> Self:
        if self.path.is_dir() and any(self.path.glob("[0-9][0-9][0-9][0-9][0-9].png")):
            raise ImageError(f"{self.path} holds frames already; name an empty folder with -o")
        return self

    def add(self, frame: Image.Image) -> None:
        """Write the next frame."""
        with write_whole(self.path / f"{self.frames:05d}.png") as part:
            frame.save(part)
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _seconds_of(path: Path) -> float:
    """How long a film lasts that Pillow reads; frames that do not differ may be one of twice the length."""
    total = 0.0
    with Image.open(path) as film:
        for frame in ImageSequence.Iterator(film):
            frame.load()  # a webp knows a frame's length once it is read
            total += frame.info.get("duration", 0)
    return total / 1000


def _even(image: Image.Image) -> Image.Image:
    """Repeat the last column and row where a side is odd: yuv420p halves the colour planes."""
    width, height = image.size
    if not (width % 2 or height % 2):
        return image
    return Image.fromarray(np.pad(np.asarray(image), ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
