"""One picture file into what the library stores of it: sha256, facts, hashes, measures, and pixels to embed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.library.database import Content, File
from clipgen.library.hashes import perceptual_hashes
from clipgen.media.images import load_reduced
from clipgen.media.measures import Measures

NAME = "\0"  # in the error of a content: its files have many names
SIDE = 256  # of the short side of what is embedded, unless the perceptor's input is larger; enough for all else


@dataclass(frozen=True)
class Reading:
    """A file that was read.

    file: None for one that could not be opened; content: None where the library has it already; pixels: to embed, None
    where the library has the vector, and for a bad file; error: why it cannot be used, "" for a good file.
    """

    path: Path
    file: File | None = None
    content: Content | None = None
    pixels: Image.Image | None = None
    error: str = ""


def read_picture(path: Path, known: Callable[[bytes], tuple[bool, str]], *, side: int = SIDE) -> Reading:
    """Read a picture file; what the library has of its bytes is not decoded again.

        >>> reading = read_picture(folder / "a.png", lambda hash: (False, ""))
        >>> reading.content.width, reading.pixels.size
        (48, (48, 32))

    known: sha256 → whether the library has all of it, and its error; side: short side in pixels of what is embedded.
    """
    try:
        status = os.stat(path)
        with open(path, "rb") as opened:
            hash = hashlib.file_digest(opened, "sha256").digest()
    except OSError as refused:
        return Reading(path, error=f"cannot read the picture {path}: {reason(refused)}")
    file = File(path, status.st_size, status.st_mtime_ns, hash)
    whole, error = known(hash)
    if whole:
        return Reading(path, file, error=named(error, path))
    try:
        pixels, facts = load_reduced(path, side)
    except ImageError as bad:
        return Reading(path, file, Content(hash, error=str(bad).replace(str(path), NAME)), error=str(bad))
    if (status.st_size, status.st_mtime_ns) != _stamp(path):
        return Reading(path, error=f"{path} changed while it was read; it is read again next time")
    content = Content(
        hash, *facts.size, facts.orientation, facts.taken, facts.words, perceptual_hashes(pixels).tobytes(),
        format=facts.format, measures=Measures.of(pixels).packed(),
    )  # fmt: skip
    return Reading(path, file, content, pixels)


def named(error: str, path: Path) -> str:
    """The error of a content for one of its files.

    >>> named("cannot read the picture \\0: truncated", Path("a.jpg"))
    'cannot read the picture a.jpg: truncated'
    """
    return error.replace(NAME, str(path))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
        return status.st_size, status.st_mtime_ns
    except OSError:
        return None
