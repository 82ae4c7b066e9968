"""Kinds of films, and what each can carry: a table that checks and writers read.

    >>> film_format("outputs/seasons.mp4").sound
    True

Another format that PyAV can encode is one more row of `FORMATS`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from clipgen.errors import SettingsError


class FilmKind(Enum):
    """What a film consists of."""

    VIDEO = "one file of encoded frames"
    FOLDER = "a folder of pictures"
    PAGE = "a web page that draws the frames with a network"


@dataclass(frozen=True)
class Encoding:
    """How frames are encoded.

    container, codec, pixels: FFmpeg's names; options: of the codec; container_options: of the container; palette: one
    palette of 256 colours is made for the whole film; animation: it is an animated picture, which Pillow decodes and
    where equal frames may become one.
    """

    container: str
    codec: str
    pixels: str
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    palette: bool = False
    animation: bool = False


@dataclass(frozen=True)
class FilmFormat:
    """One kind of film.

    encoding: of a video; sound, metadata: whether it can carry them; captions: whether they can be drawn into its
    frames (a page shows them by itself); most_fps: frames a second that it can count.
    """

    kind: FilmKind
    encoding: Encoding | None = None
    sound: bool = False
    metadata: bool = False
    captions: bool = True
    most_fps: float = math.inf


#: by the ending of the file name; a folder has none
FORMATS: dict[str, FilmFormat] = {
    # crf 18 and yuv420p: every player shows it; faststart: a browser plays it while it loads
    ".mp4": FilmFormat(
        FilmKind.VIDEO,
        Encoding("mp4", "libx264", "yuv420p", {"crf": "18"}, {"movflags": "+faststart"}),
        sound=True,
        metadata=True,
    ),
    # a gif counts in hundredths of a second, and players slow down what is shorter than two of them
    ".gif": FilmFormat(
        FilmKind.VIDEO,
        Encoding("gif", "gif", "pal8", {}, {"loop": "0"}, palette=True, animation=True),
        most_fps=50,
    ),
    ".webp": FilmFormat(
        FilmKind.VIDEO, Encoding("webp", "libwebp", "yuv420p", {"quality": "80"}, {"loop": "0"}, animation=True)
    ),
    ".apng": FilmFormat(FilmKind.VIDEO, Encoding("apng", "apng", "rgb24", {}, {"plays": "0"}, animation=True)),
    "": FilmFormat(FilmKind.FOLDER),
    ".html": FilmFormat(FilmKind.PAGE, metadata=True, captions=False),
}
DEFAULT_ENDING = ".mp4"


def film_format(path: str | Path) -> FilmFormat:
    """The row of `FORMATS` for a file name, or for a folder.

        >>> film_format("outputs/frames").kind.name
        'FOLDER'

    Raises SettingsError for an ending without a row.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise SettingsError(
            f"{path} does not end in one of {_listed(FORMATS)}; name a film with one of them, or a folder without an "
            "ending",
            settings=["output"],
        )
    return FORMATS[ending]


def check_film(path: str | Path, *, fps: float = 24, audio: Path | None = None, network: bool = False) -> FilmFormat:
    """Check what is asked of a film against the table, before the work; returns its row.

        >>> check_film("seasons.gif", fps=60)
        Traceback (most recent call last):
        clipgen.errors.SettingsError: fps is 60; a .gif can have at most 50 frames a second

    path: of the film; fps: frames a second; audio: a file with its sound; network: it is drawn by one network.
    Raises SettingsError for what this kind of film cannot do.
    """
    row, ending = film_format(path), Path(path).suffix.lower()
    if not fps > 0:
        raise SettingsError(f"fps is {fps}; it must be more than 0", settings=["fps"])
    if fps > row.most_fps:
        raise SettingsError(
            f"fps is {fps:g}; a {ending} can have at most {row.most_fps:g} frames a second", settings=["fps"]
        )
    if row.kind is FilmKind.PAGE and not network:
        raise SettingsError(
            f"{path} is a page, which only a film drawn by one network can be; set as_network and generator='cppn', or "
            f"name another ending: {_listed(name for name in FORMATS if name != ending)}",
            settings={"as_network": True, "generator": "cppn"},
        )
    if audio is None:
        return row
    if not row.sound:
        able = _listed(name for name, other in FORMATS.items() if other.sound)
        raise SettingsError(f"{path} cannot have sound; name a {able} or leave audio out", settings=["audio"])
    if not os.path.isfile(audio):
        raise SettingsError(f"there is no sound file {audio}; check the name", settings=["audio"])
    return row


def _listed(endings: Iterable[str]) -> str:
    return ", ".join(ending for ending in endings if ending)
