"""Find the pictures of a library that lie on their side or stand on their head."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.files import unwritable
from clipgen.library import EVERYWHERE, File, Library, Progress, absolute, index, stamp
from clipgen.media.images import from_pil, load_reduced
from clipgen.media.orientation import turned
from clipgen.perceptors.base import Perceptor
from clipgen.settings.describe import View
from clipgen.settings.library import OrientSettings
from clipgen.similarity import HowFar, Skipped
from clipgen.similarity.embed import cut_view
from clipgen.similarity.upright import Head
from clipgen.store import Table, picture_keys

_BATCH, _THREADS = 32, 2


@dataclass(frozen=True)
class Judged(HowFar):
    """How far the search is: pictures done of all that were not judged before."""

    done: int
    total: int


@dataclass(frozen=True)
class Turn:
    """A picture that is not upright.

    path: of the file; degrees: by which it has to be turned clockwise, 90, 180 or 270; confidence: probability of that
    by the head, in [0, 1]; orientation: of its EXIF data, 1 to 8, already part of how it is shown; sha256: of the file
    that was judged, in hexadecimal, or "".
    """

    path: Path
    degrees: int
    confidence: float
    orientation: int
    sha256: str = ""

    @property
    def upright(self) -> int:
        """The EXIF orientation by which it is shown upright.

        >>> Turn(Path("a.jpg"), 90, 0.99, 1).upright
        6
        """
        return turned(self.orientation, self.degrees // 90)


def orient(
    folders: Sequence[Path],
    library: Library,
    perceptor: Perceptor,
    head: Head,
    settings: OrientSettings | None = None,
    *,
    refresh: bool = True,
) -> Iterator[Progress | Skipped | Judged | Turn]:
    """The pictures in some folders that are surely not upright; nothing is changed.

        >>> head = Head(perceptor.dim, perceptor=perceptor.fingerprint).eval()
        >>> with Library(folder / "library.sqlite") as library:
        ...     events = list(orient([folder], library, perceptor, head))
        >>> events[-1]
        Judged(done=2, total=2)

    folders: with those in them; none: all that the library knows; head: fitted for the perceptor; what it found is
    stored beside the library's vectors.
    Yields what `index` yields, then Judged, and Turns in between. Raises what `index` raises, and WeightsError for a
    head that was fitted for another perceptor.
    """
    head.check(perceptor)
    places = [absolute(folder) for folder in folders] or [EVERYWHERE]
    if refresh and folders:
        yield from index(places, library, perceptor)
    sure = (settings or OrientSettings()).validate().sure
    yield from _Run(library, perceptor, head, head.sure if sure is None else sure).all(places)


class _Run:
    """The pictures of some places, judged."""

    def __init__(self, library: Library, perceptor: Perceptor, head: Head, sure: float) -> None:
        self.library, self.perceptor, self.head, self.sure = library, perceptor, head, sure
        self.table = Table(library.folder / "turns" / head.fingerprint[:32], width=4, dtype=np.float32)

    def all(self, places: Sequence[Path]) -> Iterator[Judged | Turn]:
        """Judged after each batch, and what is not upright."""
        self.files: dict[bytes, list[File]] = {}
        for file in dict.fromkeys(file for place in places for file in self.library.database.files(place)):
            if os.path.exists(file.path):
                self.files.setdefault(file.hash, []).append(file)
        self.contents = self.library.database.contents(self.files)
        good = [hash for hash in self.files if hash in self.contents and not self.contents[hash].error]
        rows, found = self.table.find(picture_keys(good))
        fresh = [hash for hash, there in zip(good, found, strict=True) if not there]
        yield from self._turns([hash for hash, there in zip(good, found, strict=True) if there], rows[found])
        yield Judged(0, len(fresh))
        with ThreadPoolExecutor(_THREADS) as threads:
            ahead = threads.map(self._load, fresh[:_BATCH])
            for first in range(0, len(fresh), _BATCH):
                last = first + _BATCH
                loaded, ahead = ahead, threads.map(self._load, fresh[last : last + _BATCH])
                pairs = zip(fresh[first:last], loaded, strict=True)
                yield from self._judge([(hash, image) for hash, image in pairs if image is not None])
                yield Judged(min(last, len(fresh)), len(fresh))

    def _load(self, hash: bytes) -> Tensor | None:
        """The central square; None for files that went away, or were changed, since they were indexed."""
        side, files = self.perceptor.input_size, self.files[hash]
        path = next((file.path for file in files if stamp(file.path) == (file.size, file.mtime)), None)
        if path is None:
            return None
        try:
            return cut_view(View(), from_pil(load_reduced(path, 2 * side)[0]), side)
        except ImageError:
            return None

    def _judge(self, batch: Sequence[tuple[bytes, Tensor]]) -> Iterator[Turn]:
        """The pictures of a batch that are not upright; what the head says is stored."""
        if not batch:
            return
        hashes = [hash for hash, _ in batch]
        rows = self.head.probabilities(self.perceptor, [image for _, image in batch]).numpy()
        try:
            self.table.add(picture_keys(hashes), rows)
        except OSError as error:
            raise unwritable(self.library.folder, error) from error
        yield from self._turns(hashes, rows)

    def _turns(self, hashes: Sequence[bytes], rows: NDArray[np.float32]) -> Iterator[Turn]:
        for hash, row in zip(hashes, rows, strict=True):
            quarters = int(row.argmax())
            if quarters and row[quarters] >= self.sure:
                for file in self.files[hash]:
                    orientation = self.contents[hash].orientation
                    yield Turn(file.path, 90 * quarters, float(row[quarters]), orientation, hash.hex())
