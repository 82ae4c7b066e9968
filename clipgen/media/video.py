"""Films out: mp4, gif, webp, apng and folders of frames; tried before the work and written whole or not at all.

PyAV encodes them, not imageio's interface to it, which cannot set the options of a codec (crf) or add sound; when that
decodes, it yields no presentation times and ignores rotation.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from PIL import Image, ImageSequence

from clipgen.errors import ClipgenError, OutputError, SettingsError
from clipgen.files import reason, write_whole
from clipgen.files.temporary import temporary_folder
from clipgen.media.encoder import Encoder
from clipgen.media.films import FORMATS, Encoding, FilmKind, check_film
from clipgen.media.sound import Sound
from clipgen.values import Values


class FilmWriter(Protocol):
    """What takes the frames of a film, inside a `with` block."""

    frames: int

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def add(self, frame: Image.Image) -> None: ...


def open_film(path: str | Path, fps: float, *, audio: Path | None = None, metadata: Values | None = None) -> FilmWriter:
    """The writer for a film of any kind that consists of frames; `audio` and `metadata` as for `VideoWriter`.

        >>> with open_film(folder / "run.gif", fps=10) as film:
        ...     film.add(picture)

    Raises SettingsError for what this kind of film cannot do.
    """
    row = check_film(path, fps=fps, audio=audio)
    if row.kind is FilmKind.FOLDER:
        return FrameFolder(path)
    return VideoWriter(path, fps, audio=audio, metadata=metadata if row.metadata else None)


class VideoWriter:
    """Write frames to a film one after another.

        >>> with VideoWriter(folder / "run.mp4", fps=24) as video:
        ...     video.add(picture)

    path: ends in .mp4, .gif, .webp or .apng; fps: frames a second; audio: a file of sound, cut or padded with silence
    to the length of the film; metadata: JSON values for an mp4's comment, `title` for its title. Frames of odd size
    are padded by a pixel, never resized. No frame is kept in memory, but for a gif, whose palette is made from all of
    them. The file appears when the block ends, after an error too: the frames so far are kept.

    Raises OutputError when the file cannot be written or the encoder fails, SettingsError for what this kind of film
    cannot do, or frames of different sizes.
    """

    def __init__(
        self, path: str | Path, fps: float = 24, *, audio: Path | None = None, metadata: Values | None = None
    ) -> None:
        self.path, self.fps, self.audio, self.metadata = Path(path), fps, audio, dict(metadata or {})
        encoding = check_film(path, fps=fps, audio=audio).encoding
        if encoding is None:
            raise SettingsError(f"{path} is no video; name a {', '.join(videos())}", settings=["output"])
        self.encoding = encoding
        self.frames = 0
        self._size = (0, 0)
        self._encoder: Encoder | None = None
        self._part: Path
        self._stack = ExitStack()

    @staticmethod
    def probe(ending: str = ".mp4") -> str:
        """Encode a small film and return the versions of the encoder.

            >>> VideoWriter.probe(".gif").startswith("PyAV ")
            True

        Raises OutputError when that fails, which is better known before the work than after it.
        """
        try:
            import av  # late: only films need it
        except ImportError as error:
            raise OutputError(f"films are encoded by PyAV, which cannot be imported: {reason(error)}") from error
        with temporary_folder() as folder:
            trial = VideoWriter(folder / f"trial{ending}", fps=10)
            try:
                encoder = Encoder(trial.path, trial.encoding, (32, 32), Fraction(10))
                encoder.add(np.zeros((32, 32, 3), np.uint8))
                encoder.finish()
                if trial.path.stat().st_size == 0:
                    raise RuntimeError("the file is empty")
            except (av.FFmpegError, OSError, RuntimeError, ValueError) as error:
                able = ", ".join(name for name in videos() if name != ending)
                raise OutputError(
                    f"{ending} cannot be encoded here ({reason(error)}); name another ending: {able}",
                    settings=["output"],
                ) from error
        codec = ".".join(map(str, av.library_versions["libavcodec"]))
        return f"PyAV {av.__version__}, libavcodec {codec}"

    def __enter__(self) -> Self:
        self.probe(self.path.suffix.lower())
        self._part = self._stack.enter_context(write_whole(self.path))
        return self

    def add(self, frame: Image.Image) -> None:
        """Append one frame; the first sets the size."""
        import av

        padded = _even(frame.convert("RGB"))
        try:
            if self._encoder is None:
                self._size = frame.size
                self._encoder = self._open(padded.size)
            if frame.size != self._size:
                raise SettingsError(f"a frame is {frame.size} and the first was {self._size}; all must be of one size")
            self._encoder.add(np.asarray(padded))
        except (av.FFmpegError, OSError) as error:
            if isinstance(error, ClipgenError):
                raise
            self._discard()  # what it left is no video
            raise OutputError(
                f"the encoder failed while {self.path} was written: {reason(error)}", settings=["output"]
            ) from error
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._encoder is None:
            # an empty video is no video: leave by the error path, on which nothing is put into place
            if kind is None:
                kind, error = OutputError, OutputError(f"{self.path} has no frames; a video needs one or more")
                self._stack.__exit__(kind, error, trace)
                raise error
            self._stack.__exit__(kind, error, trace)
            return
        import av

        try:
            self._finish()
        except ClipgenError as damaged:  # in the file of sound
            self._discard()
            self._stack.__exit__(type(damaged), damaged, trace)
            raise
        except (av.FFmpegError, OSError, RuntimeError) as failed:
            self._discard()
            broken = OutputError(
                f"the encoder could not finish {self.path}: {reason(failed)}; is the disk full?", settings=["output"]
            )
            self._stack.__exit__(OutputError, broken, trace)
            raise broken from failed
        self._stack.__exit__(None, None, None)

    def _open(self, size: tuple[int, int]) -> Encoder:
        rate = Fraction(self.fps).limit_denominator(65_535)
        sound = Sound(self.audio) if self.audio is not None else None
        tags = {}
        if self.metadata:
            tags["title"] = str(self.metadata.get("title", self.path.stem))
            tags["comment"] = json.dumps(self.metadata, ensure_ascii=False)
        return Encoder(self._part, self.encoding, size, rate, sound=sound, tags=tags)

    def _finish(self) -> None:
        assert self._encoder is not None
        self._encoder.finish()
        # a full disk may show only here
        found = _count(self._part, self.encoding, self.fps) if self.frames > 1 else 1
        # in an animation equal frames may have become one, with a rounded duration
        if abs(found - self.frames) > (1 + self.frames // 20 if self.encoding.animation else 0):
            raise RuntimeError(f"it has {found} of {self.frames} frames")

    def _discard(self) -> None:
        if self._encoder is not None:
            self._encoder.discard()
        self._encoder = None


class FrameFolder:
    """Write frames as 00000.png, 00001.png … into a folder.

        >>> with FrameFolder(folder / "frames") as frames:
        ...     frames.add(picture)
        >>> [path.name for path in (folder / "frames").iterdir()]
        ['00000.png']

    Each frame is whole or absent. Raises OutputError when the folder cannot be written, or has frames already.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.frames = 0

    def __enter__(self) -> Self:
        if self.path.is_dir() and any(self.path.glob("[0-9][0-9][0-9][0-9][0-9].png")):
            raise OutputError(f"{self.path} has frames already; name an empty folder", settings=["output"])
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


def videos() -> list[str]:
    """The endings of films that are encoded.

    >>> videos()
    ['.mp4', '.gif', '.webp', '.apng']
    """
    return [ending for ending, row in FORMATS.items() if row.kind is FilmKind.VIDEO]


def _count(path: Path, encoding: Encoding, fps: float) -> int:
    """Frames that can be found in a finished film."""
    if not encoding.animation:
        import av

        with av.open(str(path)) as film:
            return sum(1 for packet in film.demux(video=0) if packet.size and not packet.is_corrupt)
    milliseconds = 0.0
    with Image.open(path) as pictures:
        for picture in ImageSequence.Iterator(pictures):
            picture.load()  # a webp knows the duration of a frame only once it is decoded
            milliseconds += picture.info.get("duration", 0)
    return round(fps * milliseconds / 1000)


def _even(image: Image.Image) -> Image.Image:
    """Repeat the last column and row where a side is odd: yuv420p halves the colour planes."""
    width, height = image.size
    if not (width % 2 or height % 2):
        return image
    return Image.fromarray(np.pad(np.asarray(image), ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))
