"""The library: rows in SQLite beside vectors on disk, for any number of folders and perceptors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clipgen.library.database import Database, File
from clipgen.library.frames import Frames
from clipgen.library.vectors import Searcher
from clipgen.models.weights import data_folder
from clipgen.store import Keys, Store, Vectors, picture_keys

EVERYWHERE = Path(os.path.abspath(os.sep))
VIEW = "library"  # pictures are embedded reduced, so their vectors are not those of `rank`


@dataclass(frozen=True)
class Status:
    """What a library knows: files, contents, broken ones, films and their frames, vectors by perceptor, bytes on disk.

    contents: of pictures and films, each counted once.
    """

    files: int
    contents: int
    broken: int
    films: int
    frames: int
    vectors: dict[str, int]
    bytes: int


class Library:
    """Folders of pictures and films as rows, beside the vectors of their contents.

        >>> with Library(folder / "library.sqlite") as library:
        ...     library.status().files
        0

    path: of the index (default: in the user's data folder); its vectors are in a folder beside it. Vectors are stored
    by the sha256 of a file and the fingerprint of a perceptor: a renamed file is not embedded again, and perceptors do
    not get in each other's way. Safe between threads and processes.
    Raises OutputError for an index that cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_folder() / "library.sqlite"
        self.folder = self.path.with_name(f"{self.path.stem}.vectors")
        self.database = Database(self.path)
        self.frames = Frames(self.database)
        self.store = Store(self.folder, limit=None)
        self._searchers: dict[str, Searcher] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self.database.close()

    def vectors(self, fingerprint: str, dim: int) -> Vectors:
        """The vectors of one perceptor."""
        return self.store.vectors(fingerprint, dim, VIEW)

    def searcher(self, fingerprint: str, mean: NDArray) -> Searcher:
        """The search over one perceptor's vectors; mean: [D], of pictures of all sorts."""
        if fingerprint not in self._searchers:
            vectors = self.vectors(fingerprint, len(mean))
            self._searchers[fingerprint] = Searcher(vectors, vectors.folder / "signs", mean)
        return self._searchers[fingerprint]

    def embedded(self, hashes: Sequence[bytes], fingerprint: str, dim: int) -> NDArray[np.bool_]:
        """For each content whether it has a vector of a perceptor: [N]."""
        return self.vectors(fingerprint, dim).has(picture_keys(hashes))

    def present(self, places: Sequence[Path]) -> dict[bytes, list[File]]:
        """The files in some folders that are there now, by content, in the order of their paths."""
        found: dict[bytes, list[File]] = {}
        for file in dict.fromkeys(file for place in places for file in self.database.files(place)):
            if os.path.exists(file.path):
                found.setdefault(file.hash, []).append(file)
        return found

    def status(self, place: Path = EVERYWHERE) -> Status:
        """What is known, of all folders or of one."""
        hashes = self.database.hashes([place], good=False)
        good = self.database.hashes([place])
        films, frames = self.frames.films(place), self.frames.keys([place])
        keys = picture_keys([*good, *frames])
        stored = {folder.name: self._stored(folder, keys) for folder in self.folder.glob("*-*") if folder.is_dir()}
        size = sum(path.stat().st_size for path in self._files() if path.is_file())
        broken = len(hashes) - len(good) - films
        return Status(len(self.database.files(place)), len(hashes), broken, films, len(frames), stored, size)

    def _files(self) -> list[Path]:
        logs = [self.path.with_name(self.path.name + ending) for ending in ("-wal", "-shm")]
        return [self.path, *logs, *self.folder.rglob("*")]

    def _stored(self, folder: Path, keys: Keys) -> int:
        fingerprint, _, dim = folder.name.rpartition("-")
        return int(self.vectors(fingerprint, int(dim)).has(keys).sum())

    def forget(self, place: Path) -> int:
        """Forget the files of a folder, but not what is known of their contents; returns the number of files."""
        files = self.database.files(place)
        self.database.remove(file.path for file in files)
        return len(files)

    def clear(self) -> int:
        """Forget everything, vectors included; returns the number of files."""
        count = len(self.database.files(EVERYWHERE))
        self.database.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.store, self._searchers = Store(self.folder, limit=None), {}
        return count


def content_hashes(keys: Keys) -> list[bytes]:
    """The sha256 of keys [N, 4].

    >>> content_hashes(picture_keys([bytes(range(32))])) == [bytes(range(32))]
    True
    """
    return [key.tobytes() for key in keys]
