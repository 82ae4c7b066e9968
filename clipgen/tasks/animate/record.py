"""Frames to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.media.captions import with_caption
from clipgen.media.films import FilmKind, check_film, film_format
from clipgen.media.page import write_page
from clipgen.media.video import VideoWriter, open_film
from clipgen.settings import FilmSettings
from clipgen.tasks.animate.film import Film, Frame
from clipgen.tasks.animate.network import NetworkFilm


def check_place(path: Path, *, audio: Path | None = None, settings: FilmSettings | None = None) -> None:
    """Report before the work what would fail after it: a wrong ending, a missing encoder, no sound file.

    settings: of the film. Raises SettingsError or OutputError.
    """
    settings = settings or FilmSettings()
    row = check_film(path, fps=settings.fps, audio=audio, network=settings.as_network)
    if row.kind is FilmKind.VIDEO:
        VideoWriter.probe(path.suffix.lower())
    elif row.kind is FilmKind.FOLDER:
        with open_film(path, settings.fps):
            return


def record(
    film: Film, path: Path, *, captions: bool = False, audio: Path | None = None, about: dict[str, object] | None = None
) -> Iterator[Frame]:
    """Write the frames of a film to a file, and yield each when it is written.

        >>> for frame in record(film, Path("seasons.mp4"), captions=True):
        ...     print(frame.seconds)

    path: ends as in `media.films.FORMATS`; captions: draw the words of the scenes into the frames; audio: its sound,
    by default the film's own; about: further metadata.
    Raises what `open_film` raises; the film's keyframes stay as they are.
    """
    row = film_format(path)
    if isinstance(film, NetworkFilm) and row.kind is FilmKind.PAGE:
        write_page(path, film.page())
        return
    audio = audio or (film.sound if row.sound else None)
    metadata = {"title": film.title or path.stem, **(about or {}), **film.about()}
    with open_film(path, film.settings.fps, audio=audio, metadata=metadata) as writer:
        for frame in film.frames():
            writer.add(with_caption(frame.image, frame.words) if captions else frame.image)
            yield frame
