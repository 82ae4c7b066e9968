"""Frames to their place: a film, a folder of pictures, or a page that draws them by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from clipgen.errors import SettingsError
from clipgen.media.captions import with_caption
from clipgen.media.page import write_page
from clipgen.media.video import FORMATS, FrameFolder, VideoWriter
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.record import Output

PAGE = ".html"
SOUND = (".mp4",)  # formats that can hold the film's own sound


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
        """Find out before the work what would fail after it. Raises SettingsError or ImageError."""
        ...

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write the film, and yield each frame when it is written; the film's keyframes stay as they are."""
        ...


def projector_to(output: Output) -> Projector:
    """The projector that writes where an output says.

        >>> film = clipgen.animate("prompts/seasons.txt", fps=4, keyframes=2)
        >>> projector_to(Output(Path("seasons.mp4"))).check(film.outline)

    Raises SettingsError for a path that ends like no film, and for a sound file that does not exist.
    """
    if output.audio is not None and not output.audio.is_file():
        raise SettingsError(f"audio is {output.audio}; there is no such file")
    suffix = output.path.suffix.lower()
    if suffix == PAGE:
        return PageProjector(output)
    if suffix and suffix not in FORMATS:
        endings = ", ".join([*FORMATS, PAGE])
        raise SettingsError(
            f"{output.path} does not end in one of {endings}; name a film so, or a folder without an ending"
        )
    return VideoProjector(output) if suffix else FolderProjector(output)


class VideoProjector:
    """Writes a film as one file, with its own sound where the file can hold it; see `Projector`."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.suffix = output.path.suffix.lower()

    def check(self, outline: Outline) -> None:
        """Raise SettingsError for sound or a rate that the format does not have, ImageError without its encoder."""
        VideoWriter(self.output.path, outline.settings.fps, audio=self.output.audio)
        VideoWriter.probe(self.suffix)

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write all frames."""
        sound = film.sound if self.suffix in SOUND else None
        fps, audio = film.outline.settings.fps, self.output.audio or sound
        metadata = {"title": self.output.path.stem, **film.about()}
        return _written(VideoWriter(self.output.path, fps, audio=audio, metadata=metadata), film, self.output)


class FolderProjector:
    """Writes every frame as a PNG into a folder; see `Projector`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def check(self, outline: Outline) -> None:
        """Raise SettingsError for sound, ImageError for a folder that has frames already."""
        _no_sound(self.output)
        with FrameFolder(self.output.path):
            pass

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write all frames."""
        return _written(FrameFolder(self.output.path), film, self.output)


class PageProjector:
    """Writes what draws the film as one web page, without any frame; see `Projector`."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def check(self, outline: Outline) -> None:
        """Raise SettingsError for sound, and for a film that no page can draw."""
        _no_sound(self.output)
        if not outline.page:
            raise SettingsError(
                f"{self.output.path} is a page, which only a film of one network can be; "
                "set as_network, and generator cppn"
            )

    def write(self, film: Shown) -> Iterator[Frame]:
        """Write the page; it has no frames to yield."""
        write_page(self.output.path, film.page())
        yield from ()


def _no_sound(output: Output) -> None:
    if output.audio is not None:
        raise SettingsError(f"audio is {output.audio}, but {output.path} cannot hold sound; leave it out")


def _written(writer: VideoWriter | FrameFolder, film: Shown, output: Output) -> Iterator[Frame]:
    with writer:
        for frame in film.frames():
            writer.add(with_caption(frame.image, frame.words) if output.captions else frame.image)
            yield frame
