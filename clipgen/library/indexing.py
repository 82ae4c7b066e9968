"""Folders of pictures and films into a library: read ahead in threads, embedded in batches, stored batch by batch."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from clipgen.files import unwritable
from clipgen.library.library import Library
from clipgen.library.reading import SIDE, Reading, named, read_picture
from clipgen.library.scan import is_film, scan
from clipgen.library.watching import Watching, watch
from clipgen.media.images import from_pil
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import HowFar, Skipped, embed_images
from clipgen.similarity.store import picture_keys

_BATCH = 32  # pictures in one pass of the perceptor, and lost at most when the process is killed
_AHEAD = 2 * _BATCH  # files that are read while a batch is embedded
_THREADS = 2  # that read; decoding runs without Python's lock


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
    places: Sequence[Path], library: Library, perceptor: Perceptor, *, films: bool
) -> Iterator[Progress | Watching | Skipped]: ...
def index(
    places: Sequence[Path], library: Library, perceptor: Perceptor, *, films: bool = False
) -> Iterator[Progress | Watching | Skipped]:
    """Bring a library up to date with some folders; what is known already is neither read nor embedded again.

        >>> with Library(folder / "library.sqlite") as library:
        ...     events = list(index([folder], library, perceptor))
        >>> events[-1]
        Progress(done=2, total=2, embedded=2)

    places: folders, with the folders in them, and files; films: not only pictures, see `watch`; they come last.
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
    yield from run.all(pictures, len(fresh))
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
        self.side = max(SIDE, perceptor.input_size)
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

    def all(self, paths: Sequence[Path], total: int) -> Iterator[Progress | Skipped]:
        """Read and embed pictures, in order; total: of all files, for the events."""
        with ThreadPoolExecutor(_THREADS) as threads:
            waiting: deque[Future[Reading]] = deque()
            try:
                for first in range(0, len(paths), _BATCH):
                    until = min(len(paths), first + _BATCH + _AHEAD)
                    for path in paths[first + len(waiting) : until]:
                        waiting.append(threads.submit(read_picture, path, self.known, side=self.side))
                    batch = [waiting.popleft().result() for _ in paths[first : first + _BATCH]]
                    yield from (Skipped(one.path, one.error) for one in batch if one.error)
                    self._store(batch)
                    yield Progress(min(len(paths), first + _BATCH), total, self.embedded)
            finally:
                threads.shutdown(cancel_futures=True)

    def _store(self, batch: Sequence[Reading]) -> None:
        """Embed the pictures of a batch; vectors come first: a row without a vector would never get one."""
        read = {one.content.hash: one.pixels for one in batch if one.content and one.pixels}
        there = self.library.embedded(list(read), self.perceptor.fingerprint, self.perceptor.dim)
        new = {hash: pixels for (hash, pixels), stored in zip(read.items(), there, strict=True) if not stored}
        if new:
            rows = embed_images(self.perceptor, [from_pil(pixels) for pixels in new.values()])
            try:
                self.vectors.add(picture_keys(list(new)), rows.half().numpy())
            except OSError as error:
                raise unwritable(self.library.folder, error) from error
            self.embedded += len(new)
        contents = [one.content for one in batch if one.content]
        self.library.database.add([one.file for one in batch if one.file], contents)
