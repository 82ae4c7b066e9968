"""Frames to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.media.captions import with_caption
from clipgen.media.page import write_page
from clipgen.media.video import FORMATS, FrameFolder, VideoWriter
from clipgen.settings import FilmSettings
from clipgen.tasks.animate.film import Film, Frame
from clipgen.tasks.animate.network import NetworkFilm

PAGE = ".html"


def check_place(path: Path, *, audio: Path | None = None, settings: FilmSettings | None = None) -> None:
    """Tell before the work what would go wrong after it: a wrong ending, a missing encoder, no sound file.

    settings: of the film. Raises SettingsError or ImageError.
    """
    if audio is not None and not audio.is_file():
        raise SettingsError(f"there is no sound file {audio}; check the name")
    if path.suffix.lower() == PAGE:
        if not (settings or FilmSettings()).as_network:
            raise SettingsError(
                f"{path} is a page, which only a film as one network can be; add --as-network --generator cppn"
            )
        if audio is not None:
            raise SettingsError(f"{path} cannot hold sound; name an .mp4 or leave the audio out")
        return
    if not path.suffix:
        with FrameFolder(path):
            return
    if path.suffix.lower() not in FORMATS:
        endings = ", ".join([*FORMATS, PAGE])
        raise SettingsError(f"{path} does not end in one of {endings}; name a film so, or a folder without an ending")
    VideoWriter(path, audio=audio)
    VideoWriter.probe(path.suffix.lower())


def record(
    film: Film, path: Path, *, captions: bool = False, audio: Path | None = None, about: dict[str, object] | None = None
) -> Iterator[Frame]:
    """Write the frames of a film to a file, and yield each when it is written.

        >>> for frame in record(film, Path("seasons.mp4"), captions=True):
        ...     print(frame.seconds)

    path: ends as in FORMATS, or in PAGE, which holds the network and no frames, or is a folder of frames; captions:
    burn in the words of the scenes; audio: sound for an mp4, by default the film's own; about: told in the file beside
    what the film tells of itself.
    Raises what `VideoWriter` raises; the film's keyframes stay as they are.
    """
    if isinstance(film, NetworkFilm) and path.suffix.lower() == PAGE:
        write_page(path, film.page())
        return
    audio = audio or (film.sound if path.suffix.lower() == ".mp4" else None)
    metadata = {"title": film.title or path.stem, **(about or {}), **film.about()}
    writer: VideoWriter | FrameFolder
    writer = VideoWriter(path, film.settings.fps, audio=audio, metadata=metadata) if path.suffix else FrameFolder(path)
    with writer:
        for frame in film.frames():
            writer.add(with_caption(frame.image, frame.words) if captions else frame.image)
            yield frame
