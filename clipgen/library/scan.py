"""What is new, changed and gone in a folder since it was last indexed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clipgen.errors import ImageError
from clipgen.library.database import Database
from clipgen.media.endings import picture_endings

#: endings of films; .ts is left out, which most often is TypeScript
FILMS = frozenset((".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2ts", ".mts", ".wmv", ".flv",
                   ".3gp", ".ogv", ".vob"))  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """The files of a folder, by path.

    fresh: to read; unchanged: with their sha256; gone: deleted; absent: in a folder that is not there at the moment.
    Paths are texts: a hundred thousand of them are compared.
    """

    fresh: list[str]
    unchanged: dict[str, bytes]
    gone: list[str]
    absent: list[str]


def scan(place: Path, database: Database, *, films: bool = False) -> Scan:
    """Compare a folder and its folders, or one file, with what the library knows of it.

        >>> found = scan(folder, Database(folder / "library.sqlite"))
        >>> [Path(path).name for path in found.fresh], found.gone
        (['a.png', 'b.png'], [])

    place: absolute; films: not only pictures. Hidden files and folders are left out. A file counts as unchanged while
    its size and time are as they were. A file counts as gone only where its folder still has something in it: a disk
    that is not there, or an empty mount point, is not a deletion.
    Raises ImageError for a place that does not exist, unless the library knows files in it.
    """
    stamps = database.stamps(place)
    if not os.path.exists(place):
        if not stamps:
            raise ImageError(f"there is no folder {place}; check the name")
        return Scan([], {}, [], list(stamps))
    known = stamps if films else {path: stamp for path, stamp in stamps.items() if not is_film(path)}
    fresh: list[str] = []
    unchanged: dict[str, bytes] = {}
    alive: set[str] = set()
    endings = picture_endings() | (FILMS if films else frozenset())
    for path, size, mtime in _walk(str(place), endings, alive):
        stamp = known.pop(path, None)
        if stamp is not None and stamp[:2] == (size, mtime):
            unchanged[path] = stamp[2]
        else:
            fresh.append(path)
    gone = [path for path in known if os.path.dirname(path) in alive]
    return Scan(fresh, unchanged, gone, [path for path in known if os.path.dirname(path) not in alive])


def _walk(place: str, endings: frozenset[str], alive: set[str]) -> Iterator[tuple[str, int, int]]:
    """Path, size and time of each file with one of the endings; `alive` collects the folders that are not empty."""
    status = os.stat(place)
    if not stat.S_ISDIR(status.st_mode):
        yield place, status.st_size, status.st_mtime_ns
        return
    waiting, seen = [place], {(status.st_dev, status.st_ino)}
    while waiting:
        folder = waiting.pop()
        inside = []
        entries = _entries(folder)
        if entries:
            alive.add(folder)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                status = entry.stat()
            except OSError:  # a link to nothing
                continue
            if stat.S_ISDIR(status.st_mode):
                if (status.st_dev, status.st_ino) not in seen:  # a link to a folder above it has no end
                    seen.add((status.st_dev, status.st_ino))
                    inside.append(entry.path)
            elif stat.S_ISREG(status.st_mode) and os.path.splitext(entry.name)[1].lower() in endings:
                yield entry.path, status.st_size, status.st_mtime_ns
        waiting += reversed(inside)


def is_film(path: str) -> bool:
    """Whether a file has the ending of a film.

    >>> is_film("holiday/walk.MP4"), is_film("walk.png")
    (True, False)
    """
    return os.path.splitext(path)[1].lower() in FILMS


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # no permission: its files stay as they were known
        return []
