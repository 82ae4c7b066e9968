"""Folders of pictures and films into a library: read and embedded here or on a cluster, stored batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from clipgen.files import unwritable
from clipgen.library.library import Library
from clipgen.library.readers import LocalReaders, Readers
from clipgen.library.reading import Reading, named
from clipgen.library.scan import is_film, scan
from clipgen.library.watching import Watching, watch
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import HowFar, Skipped
from clipgen.store import picture_keys


@dataclass(frozen=True)
class Progress(HowFar):
    """How far an index is: files done of all that are new or changed, pictures and frames of films embedded so far."""

    done: int
    total: int
    embedded: int


@overload
def index(places: Sequence[Path], library: Library, perceptor: Perceptor) -> Iterator[Progress | Skipped]: ...
@overload
def index(
    places: Sequence[Path], library: Library, perceptor: Perceptor, *, films: bool, readers: Readers | None = None
) -> Iterator[Progress | Watching | Skipped]: ...
def index(
    places: Sequence[Path],
    library: Library,
    perceptor: Perceptor,
    *,
    films: bool = False,
    readers: Readers | None = None,
) -> Iterator[Progress | Watching | Skipped]:
    """Bring a library up to date with some folders; what is known already is neither read nor embedded again.

        >>> with Library(folder / "library.sqlite") as library:
        ...     events = list(index([folder], library, perceptor))
        >>> events[-1]
        Progress(done=2, total=2, embedded=2)

    places: folders, with the folders in them, and files; films: not only pictures, see `watch`; they come last, and are
    embedded by this process; readers: who reads and embeds pictures, by default this process, too.
    Yields Progress after each batch and film, the first before any work, Watching after each batch of a film's frames,
    and Skipped for each file that cannot be used, also where that is known from an earlier run. A process that is
    killed loses at most one batch. Raises ImageError for a
    place that does not exist, OutputError when the index cannot be written.
    """
    scans = [scan(place, library.database, films=films) for place in map(absolute, places)]
    library.database.remove(path for one in scans for path in one.gone)
    fresh = dict.fromkeys(path for one in scans for path in one.fresh)
    run = _Run(library, perceptor)
    unchanged = {path: hash for one in scans for path, hash in one.unchanged.items()}
    done = run.finished(list(dict.fromkeys(unchanged.values())))
    fresh |= dict.fromkeys(path for path, hash in unchanged.items() if hash not in done)
    for path, hash in unchanged.items():
        if error := done.get(hash):
            yield Skipped(Path(path), named(error, Path(path)))
    yield Progress(0, len(fresh), 0)
    pictures = [Path(path) for path in fresh if not is_film(path)]
    yield from run.pictures(pictures, len(fresh), readers or LocalReaders())
    for number, path in enumerate(filter(is_film, fresh), len(pictures) + 1):
        yield from run.film(Path(path))
        yield Progress(number, len(fresh), run.embedded)


def absolute(place: Path) -> Path:
    """A path from the root, without "..", links kept: by that the library knows a file.

    >>> absolute(Path("/photos/../photos/a.jpg"))
    PosixPath('/photos/a.jpg')
    """
    return Path(os.path.abspath(place))


class _Run:
    """One perceptor at work on the new files of a library."""

    def __init__(self, library: Library, perceptor: Perceptor) -> None:
        self.library, self.perceptor = library, perceptor
        self.vectors = library.vectors(perceptor.fingerprint, perceptor.dim)
        self.embedded = 0

    def finished(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Of some contents those that need no work, with their errors."""
        errors = self.library.database.errors(hashes)
        there = self.library.embedded(hashes, self.perceptor.fingerprint, self.perceptor.dim)
        pictures = {hash: errors[hash] for hash, found in zip(hashes, there, strict=True)
                    if hash in errors and (found or errors[hash])}  # fmt: skip
        watched = self.library.frames.watched(self.perceptor.fingerprint)
        return pictures | {hash: watched[hash] for hash in hashes if hash in watched}

    def known(self, hash: bytes) -> tuple[bool, str]:
        """Whether a content needs no work, and its error."""
        found = self.finished([hash])
        return hash in found, found.get(hash, "")

    def film(self, path: Path) -> Iterator[Watching | Skipped]:
        """Embed the frames of a film."""
        before = self.embedded
        for event in watch(path, self.library, self.perceptor, self.known):
            if isinstance(event, Watching):
                self.embedded = before + event.kept
            yield event

    def pictures(self, paths: Sequence[Path], total: int, readers: Readers) -> Iterator[Progress | Skipped]:
        """Read, embed and store pictures; total: of all files, for the events."""
        done = 0
        for bundle in readers.read(paths, self):
            readings = [self._explained(one) for one in bundle.readings]
            yield from (Skipped(one.path, one.error) for one in readings if one.error)
            self._store(readings, bundle.vectors)
            done += len(readings)
            yield Progress(done, total, self.embedded)

    def stored(self, hashes: list[bytes]) -> NDArray[np.bool_]:
        """For each content whether it has a vector: [N]."""
        return self.library.embedded(hashes, self.perceptor.fingerprint, self.perceptor.dim)

    def _explained(self, one: Reading) -> Reading:
        """The same with its error, where another machine only knew that the library has its content."""
        if one.error or one.content or one.file is None:
            return one
        return replace(one, error=named(self.known(one.file.hash)[1], one.path))

    def _store(self, readings: Sequence[Reading], vectors: dict[bytes, NDArray[np.float16]]) -> None:
        """Store a batch; vectors come first: a row without a vector would never get one."""
        there = self.stored(list(vectors))
        new = {hash: row for (hash, row), found in zip(vectors.items(), there, strict=True) if not found}
        if new:
            try:
                self.vectors.add(picture_keys(list(new)), np.stack(list(new.values())))
            except OSError as error:
                raise unwritable(self.library.folder, error) from error
            self.embedded += len(new)
        contents = [one.content for one in readings if one.content]
        self.library.database.add([one.file for one in readings if one.file], contents)
