"""Frames to their place: a film, a folder of pictures, or a page that draws them by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from clipgen.media.captions import with_caption
from clipgen.media.films import FilmFormat, FilmKind, check_film, film_format
from clipgen.media.page import write_page
from clipgen.media.sound import Sound
from clipgen.media.video import VideoWriter, open_film
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.record import Output


@dataclass(frozen=True)
class Frame:
    """One frame of a film.

    index: 0 for the first; seconds: when it is shown; scene: number of its scene; words: its caption; image.
    """

    index: int
    seconds: float
    scene: int
    words: str
    image: Image.Image


class Shown(Protocol):
    """What a projector shows; a `Film` is that."""

    @property
    def outline(self) -> Outline: ...
    @property
    def sound(self) -> Path | None: ...
    def frames(self) -> Iterator[Frame]: ...
    def page(self) -> PageData: ...
    def about(self) -> Mapping[str, object]: ...


class Projector(Protocol):
    """Writes a film to one place."""

    def check(self, outline: Outline) -> None:
        """Find out before the work what would fail after it. Raises SettingsError or OutputError."""
        ...

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write the film, and yield each frame when it is written; the film's keyframes stay as they are."""
        ...


def projector_to(output: Output) -> Projector:
    """The projector that writes where an output says.

        >>> film = clipgen.animate("prompts/seasons.txt", fps=4, keyframes=2)
        >>> projector_to(Output(Path("seasons.mp4"))).check(film.outline)

    Raises SettingsError for a path that ends like no film.
    """
    page = film_format(output.path).kind is FilmKind.PAGE
    return PageProjector(output) if page else FramesProjector(output)


class FramesProjector:
    """Writes the frames of a film, to one file or a folder, with its own sound where possible; see `Projector`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def check(self, outline: Outline) -> None:
        """Raise SettingsError for what this kind of film cannot have, OutputError for an output not writable."""
        row = _checked(self.output, outline)
        if self.output.audio is not None:
            Sound(self.output.audio).close()
        if row.kind is FilmKind.VIDEO:
            VideoWriter.probe(self.output.path.suffix.lower())
        else:
            with open_film(self.output.path, outline.settings.fps):
                pass

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write all frames."""
        output, sound = self.output, film.sound if film_format(self.output.path).sound else None
        metadata = {"title": output.path.stem, **film.about()}
        fps = film.outline.settings.fps
        with open_film(output.path, fps, audio=output.audio or sound, metadata=metadata) as writer:
            for frame in film.frames():
                writer.add(with_caption(frame.image, frame.words) if output.captions else frame.image)
                yield frame


class PageProjector:
    """Writes what draws the film as one web page, without any frame; see `Projector`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def check(self, outline: Outline) -> None:
        """Raise SettingsError for sound, and for a film that no page can draw."""
        _checked(self.output, outline)

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write the page; it has no frames to yield."""
        write_page(self.output.path, film.page())
        yield from ()


def _checked(output: Output, outline: Outline) -> FilmFormat:
    return check_film(output.path, fps=outline.settings.fps, audio=output.audio, network=outline.page)
