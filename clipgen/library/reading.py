"""Picture files into what the library stores of them: sha256, facts, hashes, measures, and vectors."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.library.database import Content, File
from clipgen.library.hashes import perceptual_hashes, small_copy
from clipgen.media.endings import HEIF
from clipgen.media.images import from_pil, load_reduced
from clipgen.media.measures import Measures
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import embed_images

NAME = "\0"  # in the error of a content: its files have many names
SIDE = 256  # of the short side of what is embedded, unless the perceptor's input is larger; enough for all else


@dataclass(frozen=True)
class Reading:
    """A file that was read.

    file: None for one that has to be read again next time; content: None where the library has it already; pixels: to
    embed, None where the library has the vector, and for a bad file; error: why it cannot be used, "" for a good file.
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
        if is_passing(bad, file):
            return Reading(path, error=str(bad))
        return Reading(path, file, Content(hash, error=str(bad).replace(str(path), NAME)), error=str(bad))
    if (status.st_size, status.st_mtime_ns) != stamp(path):
        return Reading(path, error=f"{path} changed while it was read; it is read again next time")
    grey = small_copy(pixels)
    content = Content(
        hash, *facts.size, facts.orientation, facts.taken, facts.words, perceptual_hashes(grey).tobytes(),
        format=facts.format, measures=Measures.of(pixels).packed(), grey=grey.tobytes(),
    )  # fmt: skip
    return Reading(path, file, content, pixels)


@dataclass(frozen=True)
class Bundle:
    """A batch of files that were read, without pixels, and the vectors [D] float16 of contents, by sha256."""

    readings: Sequence[Reading]
    vectors: dict[bytes, NDArray[np.float16]]


def embedded(
    batch: Sequence[Reading], perceptor: Perceptor, stored: Callable[[list[bytes]], NDArray[np.bool_]]
) -> Bundle:
    """Embed the pictures of a batch that have no vector yet, each content once.

        >>> batch = [read_picture(folder / "a.png", lambda hash: (False, ""))]
        >>> bundle = embedded(batch, perceptor, lambda hashes: np.zeros(len(hashes), bool))
        >>> [len(row) == perceptor.dim for row in bundle.vectors.values()]
        [True]

    stored: hashes → for each whether it has a vector.
    """
    read = {one.content.hash: one.pixels for one in batch if one.content and one.pixels}
    new = [hash for hash, found in zip(read, stored(list(read)), strict=True) if not found]
    pixels = [from_pil(found) for hash in new if (found := read[hash])]
    rows = embed_images(perceptor, pixels).half().numpy()
    return Bundle([replace(one, pixels=None) for one in batch], dict(zip(new, rows, strict=True)))


def is_passing(error: ImageError, file: File) -> bool:
    """Whether a file that could not be read is worth another try, although its bytes stay the same.

        >>> file = read_picture(folder / "a.png", lambda hash: (False, "")).file
        >>> damaged, unplugged = ImageError("its data are broken"), ImageError("Input/output error")
        >>> unplugged.__cause__ = OSError(errno.EIO, "Input/output error")
        >>> is_passing(damaged, file), is_passing(unplugged, file)
        (False, True)

    error: of a picture or film, raised from what happened; file: as it was before.
    Such errors are not stored: the system's own, as of a disk in a network, a lack of memory, a file that changed or is
    gone, and HEIC while nothing is installed that decodes it.
    """
    cause = error.__cause__
    if isinstance(cause, MemoryError) or (file.size, file.mtime) != stamp(file.path):
        return True
    # Pillow's own OSErrors have no number; EINVAL is what seeking to a place gives that damaged data name
    if isinstance(cause, OSError) and cause.errno not in (None, errno.EINVAL):
        return True
    return file.path.suffix.lower() in HEIF and "HEIF" not in Image.OPEN


def named(error: str, path: Path) -> str:
    """The error of a content for one of its files.

    >>> named("cannot read the picture \\0: truncated", Path("a.jpg"))
    'cannot read the picture a.jpg: truncated'
    """
    return error.replace(NAME, str(path))


def stamp(path: Path) -> tuple[int, int] | None:
    """Size in bytes and time in nanoseconds of a file, by which it is known to be unchanged; None where there is none.

    >>> stamp(folder / "a.png") == stamp(folder / "gone.png")
    False
    """
    try:
        status = os.stat(path)
        return status.st_size, status.st_mtime_ns
    except OSError:
        return None
