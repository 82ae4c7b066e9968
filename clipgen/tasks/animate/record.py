"""Frames to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.tasks.animate.film import Film, Frame
from clipgen.writers import FORMATS, FrameFolder, VideoWriter, with_caption


def check_place(path: Path, *, audio: Path | None = None) -> None:
    """Tell before the work what would go wrong after it: a wrong ending, a missing encoder, no sound file.

    Raises SettingsError or ImageError.
    """
    if audio is not None and not audio.is_file():
        raise SettingsError(f"there is no sound file {audio}; check the name")
    if not path.suffix:
        with FrameFolder(path):
            return
    VideoWriter(path, audio=audio)
    VideoWriter.probe(path.suffix.lower())


def record(
    film: Film, path: Path, *, captions: bool = False, audio: Path | None = None, about: dict[str, object] | None = None
) -> Iterator[Frame]:
    """Write the frames of a film to a file, and yield each when it is written.

        >>> for frame in record(film, Path("seasons.mp4"), captions=True):
        ...     print(frame.seconds)

    path: ends as in FORMATS, or has no ending and is a folder of frames; captions: burn in the words of the scenes;
    audio: sound for an mp4; about: told in the file beside what the film tells of itself.
    Raises what `VideoWriter` raises; the film's keyframes stay as they are.
    """
    if path.suffix and path.suffix.lower() not in FORMATS:
        raise SettingsError(f"{path} does not end in one of {', '.join(FORMATS)}; name a film so")
    metadata = {"title": film.title or path.stem, **(about or {}), **film.about()}
    writer: VideoWriter | FrameFolder
    writer = VideoWriter(path, film.settings.fps, audio=audio, metadata=metadata) if path.suffix else FrameFolder(path)
    with writer:
        for frame in film.frames():
            writer.add(with_caption(frame.image, frame.words) if captions else frame.image)
            yield frame
