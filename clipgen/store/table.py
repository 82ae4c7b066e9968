"""Append-only tables on disk: rows of one width, found by keys of 32 bytes, memory-mapped, shared by processes."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

#: Keys [N, 4]: N sha256 digests, each as four numbers.
Keys = NDArray[np.uint64]

SEGMENT_BYTES = 64 * 2**20  # a table of a million vectors then has about a dozen files to map and to search
_LOCK_SECONDS = 30  # a batch is written in milliseconds; who waits longer waits for a process that was stopped
_KEYS, _ROWS = ".keys", ".rows"


def as_keys(digests: Iterable[bytes]) -> Keys:
    """Sha256 digests as keys.

    >>> as_keys([hashlib.sha256(b"a fox").digest()]).shape
    (1, 4)
    """
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 4)


def text_keys(texts: Sequence[str]) -> Keys:
    """The keys of texts: their sha256 in UTF-8.

    >>> text_keys(["a fox", "a castle"]).shape
    (2, 4)
    """
    return as_keys(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts)


class Segment:
    """One pair of files of a table: keys [N, 4] and rows [N, width], memory-mapped, in the order they were added."""

    def __init__(self, stem: Path, width: int, dtype: np.dtype) -> None:
        self.stem, self.width, self.dtype = stem, width, dtype
        self.keys: Keys = np.empty((0, 4), np.uint64)
        self.rows: NDArray = np.empty((0, width), dtype)
        # the first numbers of all keys, sorted, and the rows that they belong to
        self._first, self._order = np.empty(0, np.uint64), np.empty(0, np.int64)

    def refresh(self) -> None:
        """Map what was appended since. Raises OSError when the files are gone."""
        # keys are written last: a row without its key is unfinished
        count = os.stat(self.stem.with_suffix(_KEYS)).st_size // 32
        if count == len(self.keys):
            return
        if count < len(self.keys):  # cut short by someone else
            self._first, self._order = self._first[:0], self._order[:0]
        self.keys, self.rows = self._mapped(count) if count else (self.keys[:0], self.rows[:0])

    def _mapped(self, count: int) -> tuple[Keys, NDArray]:
        keys = np.memmap(self.stem.with_suffix(_KEYS), np.uint64, "r", shape=(count, 4))
        return keys, np.memmap(self.stem.with_suffix(_ROWS), self.dtype, "r", shape=(count, self.width))

    def find(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For each key its row in this segment, and whether it has one."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
        self._sort()
        # the last of equal keys: the others were damaged
        at = self._order[(self._first.searchsorted(keys[:, 0], "right") - 1).clip(min=0)]
        return at, (self.keys[at] == keys).all(1)

    def _sort(self) -> None:
        """Sort what was appended since the last search into what is sorted."""
        known = len(self._first)
        if known == len(self.keys):
            return
        fresh = self.keys[known:, 0]
        order = fresh.argsort(kind="stable")
        place = self._first.searchsorted(fresh[order], "right")
        self._first = np.insert(self._first, place, fresh[order])
        self._order = np.insert(self._order, place, order + known)


class Table:
    """Rows of one width and type, found by their keys; a key has one row.

        >>> table = Table(folder / "table", width=2, dtype=np.float16)
        >>> table.add(text_keys(["a fox"]), np.array([[0.6, 0.8]], np.float16))
        >>> table.find(text_keys(["a castle", "a fox"]))[1].tolist()
        [False, True]

    folder: of its segments, made with the first row; width, dtype: of a row; segment_bytes: size past which a new
    segment is begun. A row counts from the moment its key is written, so a killed process loses at most the batch that
    it was adding. Writers take turns by a lock that ends with its process; readers never wait. A row of nothing but
    zeros counts as missing: after a power failure a file may be longer than what was written.
    """

    def __init__(self, folder: Path, *, width: int, dtype: type, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder, self.width, self.dtype = folder, width, np.dtype(dtype)
        self.segment_bytes = segment_bytes
        self._open: dict[Path, Segment] = {}
        self._lock = threading.RLock()

    def segments(self) -> list[Segment]:
        """All segments, mapped as far as they are written, oldest first."""
        with self._lock:
            stems = sorted(path.with_suffix("") for path in self.folder.glob(f"*{_KEYS}"))
            self._open = {stem: self._open.get(stem) or Segment(stem, self.width, self.dtype) for stem in stems}
            for stem, segment in list(self._open.items()):
                try:
                    segment.refresh()
                except (OSError, ValueError):  # deleted by another process, or cut short: its rows are missing
                    del self._open[stem]
            return list(self._open.values())

    def find(self, keys: Keys) -> tuple[NDArray, NDArray[np.bool_]]:
        """The rows [N, width] of keys, and for each whether the table has it: [N]."""
        rows, found = self.read(keys)
        return rows, found & self.whole(rows)

    def read(self, keys: Keys) -> tuple[NDArray, NDArray[np.bool_]]:
        """As `find`, without the check that rows are whole."""
        with self._lock:
            rows, found = np.zeros((len(keys), self.width), self.dtype), np.zeros(len(keys), bool)
            for segment in reversed(self.segments()):  # newest first: what was damaged was appended again
                missing = np.flatnonzero(~found)
                if not len(missing):
                    break
                at, hit = segment.find(keys[missing])
                rows[missing[hit]] = segment.rows[at[hit]]
                found[missing[hit]] = True
            return rows, found

    def has(self, keys: Keys) -> NDArray[np.bool_]:
        """For each key whether the table has a row, whole or not: [N]; no row is read."""
        with self._lock:
            found = np.zeros(len(keys), bool)
            for segment in self.segments():
                found |= segment.find(keys)[1]
            return found

    def whole(self, rows: NDArray) -> NDArray[np.bool_]:
        """Which rows [N, width] are as they were written, as far as can be known: [N]."""
        return np.count_nonzero(rows, axis=1) > 0

    def add(self, keys: Keys, rows: NDArray) -> None:
        """Append the rows whose keys are new.

        Raises OSError when the folder cannot be written to, or stays locked by a process that was stopped.
        """
        if not len(keys):
            return
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with FileLock(self.folder / ".lock", timeout=_LOCK_SECONDS, poll_interval=0.01, thread_local=False):
                    _, first = np.unique(keys, axis=0, return_index=True)
                    first.sort()
                    new = first[~self.find(keys[first])[1]]
                    if len(new):
                        self._append(keys[new], np.ascontiguousarray(rows[new], self.dtype))
            except Timeout as error:
                raise OSError(f"{self.folder} is locked") from error

    def _append(self, keys: Keys, rows: NDArray) -> None:
        segments = self.segments()
        last = segments[-1] if segments else None
        if last is None or last.rows.nbytes >= self.segment_bytes:
            number = int(last.stem.name[:8]) + 1 if last is not None else 0
            # a name is never used again: another process may still map a segment of that number that was deleted
            last = Segment(self.folder / f"{number:08d}-{secrets.token_hex(4)}", self.width, self.dtype)
            last.stem.with_suffix(_KEYS).touch()  # with the first file, or a kill would leave rows that no one clears
        count = len(last.keys)
        _append_at(last.stem.with_suffix(_ROWS), count * rows.itemsize * self.width, rows)
        _append_at(last.stem.with_suffix(_KEYS), count * 32, keys)


def _append_at(path: Path, place: int, array: NDArray) -> None:
    """Write an array at a place of a file, over the torn end that a killed process may have left."""
    with open(path, "ab") as file:
        if file.tell() > place:
            file.truncate(place)
        file.write(array.tobytes())


def delete_segment(keys_file: Path) -> int:
    """Delete a segment by its file of keys, unless its table is being written to; returns the bytes that this freed."""
    try:
        with FileLock(keys_file.parent / ".lock", timeout=0, thread_local=False):
            size = size_of(keys_file)
            keys_file.with_suffix(_ROWS).unlink(missing_ok=True)
            keys_file.unlink(missing_ok=True)  # last: what has no keys is not found, and would stay
            return size
    except (OSError, Timeout):
        return 0


def size_of(keys_file: Path) -> int:
    """The size in bytes of both files of a segment."""
    size = 0
    for path in (keys_file, keys_file.with_suffix(_ROWS)):
        with suppress(OSError):
            size += path.stat().st_size
    return size


def segment_files(folder: Path) -> list[Path]:
    """The files of keys of all segments in a folder and its folders, by the time of their last row, oldest first."""
    found = []
    for path in folder.rglob(f"*{_KEYS}"):
        with suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]
