"""The store: embeddings of texts and pictures on disk, by content, perceptor and view, and the contents of files."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clipgen.models.weights import cache_folder
from clipgen.store.table import (
    SEGMENT_BYTES,
    Keys,
    Table,
    as_keys,
    delete_segment,
    segment_files,
    size_of,
    text_keys,
)

LIMIT = 2 * 2**30  # bytes; a million vectors of the built-in perceptors take 0.8e9
TEXT = "text"
_UNIT = 0.01  # how far the length of a row in half precision may be from 1: sums of its roundings stay below 0.002
_RECENT = 2.0  # seconds; some file systems date changes no finer, so a file this young may change and keep its date


@dataclass(frozen=True)
class Usage:
    """What a store has on disk: embedded texts, embedded views of pictures, and bytes."""

    texts: int
    pictures: int
    bytes: int


class Vectors(Table):
    """The unit vectors of one perceptor and view, in half precision.

        >>> vectors = Store(folder / "store").vectors("5e1f", dim=2, view="text")
        >>> vectors.through(text_keys(["a fox"]), lambda missing: torch.tensor([[1.0, 0.0]]))
        tensor([[1., 0.]])

    `segments()` gives all of them as memory-mapped arrays, keys [N, 4] and rows [N, D] float16, without a copy.
    """

    def __init__(self, store: Store, folder: Path, dim: int) -> None:
        super().__init__(folder, width=dim, dtype=np.float16, segment_bytes=store.segment_bytes)
        self.store = store

    def whole(self, rows: NDArray) -> NDArray[np.bool_]:
        """Which rows [N, D] have the length of a unit vector: [N]."""
        with np.errstate(invalid="ignore"):  # a damaged row may have no number in it
            return np.abs(np.linalg.norm(rows.astype(np.float32), axis=1) - 1) < _UNIT

    def get(self, keys: Keys) -> tuple[Tensor, NDArray[np.bool_]]:
        """Unit vectors [N, D] float32 of keys, and for each whether it is stored: [N]."""
        stored, found = self.read(keys)
        rows = torch.from_numpy(stored).float()
        norms = rows.norm(dim=1, keepdim=True)
        return rows.div_(norms.clamp(min=_UNIT)), found & ((norms - 1).abs() < _UNIT)[:, 0].numpy()

    def put(self, keys: Keys, vectors: Tensor) -> Tensor:
        """Store unit vectors [N, D] of new keys, and return those of all keys as `get` does from now on.

        A folder that cannot be written to costs time, and nothing else.
        """
        own = rounded(vectors)
        try:
            self.add(keys, vectors.detach().cpu().half().numpy())
            self.store.shrink()
        except OSError:
            return own  # the next run embeds them again
        stored, found = self.get(keys)  # another process may have stored them first
        return torch.where(torch.from_numpy(found)[:, None], stored, own)

    def through(self, keys: Keys, embed: Callable[[list[int]], Tensor]) -> Tensor:
        """Unit vectors [N, D] float32 of keys: from the store, or embedded now and stored.

        embed: indices of the keys that are missing, each content once → their vectors [n, D]; called at most once.
        """
        vectors, found = self.get(keys)
        if not found.all():
            where = np.flatnonzero(~found)
            _, first, back = np.unique(keys[where], axis=0, return_index=True, return_inverse=True)
            order = first.argsort()  # in the order given, not in that of the hashes
            new = self.put(keys[where[first[order]]], embed(where[first[order]].tolist()))
            vectors[torch.from_numpy(where)] = new[torch.from_numpy(order.argsort()[back.reshape(-1)])]
        return vectors


class Store:
    """Embeddings on disk, shared by processes, for any number of perceptors and views.

        >>> store = Store(folder / "store")
        >>> vectors = store.vectors(perceptor.fingerprint, perceptor.dim, "text")
        >>> first = vectors.through(text_keys(["fox"]), lambda missing: perceptor.encode_text(["fox"]))    # embeds it
        >>> torch.equal(first, vectors.get(text_keys(["fox"]))[0])
        True

    folder: where it is (default: clipgen's cache folder); limit: bytes, past which the oldest segments are deleted;
    None: no limit. A vector's key is the sha256 of its content, the fingerprint of its perceptor and its view. Safe
    between threads and processes; a process that is killed loses at most the batch that it was writing.
    """

    def __init__(self, folder: Path | None = None, *, limit: int | None = LIMIT) -> None:
        self.folder = folder or cache_folder() / "store"
        self.limit = limit
        self.segment_bytes = SEGMENT_BYTES if limit is None else min(SEGMENT_BYTES, max(1, limit // 8))
        self._vectors: dict[Path, Vectors] = {}
        self._lock = threading.Lock()
        self._files = Table(self.folder / "files", width=32, dtype=np.uint8, segment_bytes=self.segment_bytes)
        self._sizes = Table(self.folder / "sizes", width=2, dtype=np.int32, segment_bytes=self.segment_bytes)

    def vectors(self, fingerprint: str, dim: int, view: str) -> Vectors:
        """The vectors of one perceptor and view: always the same object.

        fingerprint: of the perceptor; dim: D; view: "text", one that begins with it, or a name for views of pictures.
        """
        folder = self.folder / f"{fingerprint[:32]}-{dim}" / view
        with self._lock:
            return self._vectors.setdefault(folder, Vectors(self, folder, dim))

    def digests(self, paths: Sequence[Path]) -> list[bytes | None]:
        """The sha256 of files; None for one that cannot be read.

        A file whose path, size and times are as they were is not read again.
        """
        marks = [_mark(path) for path in paths]
        keys = text_keys([mark or "" for mark, _ in marks])
        rows, found = self._files.find(keys)
        unread = [i for i, (mark, _) in enumerate(marks) if mark and not found[i]]
        digests = [rows[i].tobytes() if found[i] else None for i in range(len(paths))]
        with ThreadPoolExecutor(max_workers=2) as threads:  # hashing releases Python's lock
            for i, digest in zip(unread, threads.map(_digest, [paths[i] for i in unread]), strict=True):
                digests[i] = digest
        settled = [i for i in unread if digests[i] and marks[i][1]]
        if settled:
            known = np.frombuffer(b"".join(digests[i] or b"" for i in settled), np.uint8).reshape(-1, 32)
            self._add(self._files, keys[settled], known)
        return digests

    def sizes(self, keys: Keys) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Height and width [N, 2] in pixels of the pictures with these keys, and for each whether they are known."""
        return self._sizes.find(keys)

    def add_sizes(self, sizes: Sequence[tuple[bytes, int, int]]) -> None:
        """Store height and width of pictures by their sha256."""
        if sizes:
            self._add(self._sizes, as_keys(digest for digest, *_ in sizes), np.array([size[1:] for size in sizes]))

    def _add(self, table: Table, keys: Keys, rows: NDArray) -> None:
        """Add rows to a table; a folder that cannot be written to costs time, and nothing else."""
        with suppress(OSError):
            table.add(keys, rows)

    def usage(self) -> Usage:
        """How much is stored."""
        texts = pictures = size = 0
        for path in segment_files(self.folder):
            size += size_of(path)
            count = path.stat().st_size // 32
            if path.parents[1] != self.folder:
                is_text = path.parent.name.startswith(TEXT)
                texts, pictures = (texts + count, pictures) if is_text else (texts, pictures + count)
        return Usage(texts, pictures, size)

    def clear(self) -> int:
        """Delete everything that no other process is writing; returns the bytes that this freed."""
        return sum(delete_segment(path) for path in segment_files(self.folder))

    def shrink(self) -> None:
        """Delete the oldest segments until the store is within its limit; the newest stays, however large."""
        if self.limit is None:
            return
        files = segment_files(self.folder)
        total = sum(map(size_of, files))
        for path in files[:-1]:
            if total <= self.limit:
                return
            total -= delete_segment(path)


def picture_keys(digests: Sequence[bytes]) -> Keys:
    """The keys of pictures: the sha256 of their files' bytes."""
    return as_keys(digests)


def part_keys(digest: bytes, count: int) -> Keys:
    """The keys of the first `count` parts of a content, such as windows over a picture: [count, 4].

    >>> part_keys(bytes(32), 3).shape
    (3, 4)
    """
    return as_keys(hashlib.sha256(digest + i.to_bytes(4, "big")).digest() for i in range(count))


def rounded(vectors: Tensor) -> Tensor:
    """Unit vectors [N, D] as a store gives them: rounded to half precision, in float32 on the CPU.

    >>> rounded(torch.tensor([[0.6, 0.8]])).dtype
    torch.float32
    """
    rows = vectors.detach().cpu().half().float()
    return rows / rows.norm(dim=1, keepdim=True).clamp(min=_UNIT)


def _mark(path: Path) -> tuple[str | None, bool]:
    """What a file is recognised by, None without a file, and whether it is old enough to be."""
    try:
        status = os.stat(path)
    except OSError:
        return None, False
    settled = time.time() - max(status.st_mtime, status.st_ctime) > _RECENT
    return f"{os.path.abspath(path)}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ctime_ns}", settled


def _digest(path: Path) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None
