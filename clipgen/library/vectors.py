"""The nearest of a million vectors: a scan over their sign bits, and the exact cosines of the best of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipgen.errors import OutputError
from clipgen.files import write_whole
from clipgen.store import Keys, Segment, Vectors

Floats = NDArray[np.float32]
#: Sign bits of N vectors in words of 64, word by word: [D / 64, N].
Signs = NDArray[np.uint64]

# Of a million vectors the scan over sign bits passes on 1.5 %, and the scan with the query's own numbers a quarter of
# those. Chosen on real text queries for a recall of 0.98 with some to spare: benchmarks/library.py.
_FIRST, _SECOND = 0.015, 0.004
_LEAST = 4000  # vectors that each scan passes on at least: below this all cosines are computed
_BLOCK, _SMALL = 65_536, 8192  # vectors in one piece of work: bounds the memory that it takes
_THREADS = 2


@dataclass(frozen=True)
class Nearest:
    """Contents, best first: their keys [N, 4], cosines [N] and vectors [N, D]."""

    keys: Keys
    scores: Floats
    vectors: Floats


class Searcher:
    """Finds the nearest vectors of one perceptor, by cosine.

        >>> from clipgen.store import Store, text_keys
        >>> store = Store(folder / "vectors", limit=None)
        >>> vectors = store.vectors("5e1f", dim=8, view="picture")
        >>> _ = vectors.put(text_keys(["a", "b"]), torch.eye(8)[:2])
        >>> Searcher(vectors, folder / "signs", np.zeros(8)).nearest(np.eye(8)[1], 1).scores.tolist()
        [1.0]

    vectors: the table; folder: where sign bits are cached, made when missing; mean: [D], what is subtracted before the
    signs are taken, since vectors of one kind share most of their signs.
    Memory: the sign bits, D / 8 bytes a vector, and some megabytes; the vectors stay on disk.
    """

    def __init__(self, vectors: Vectors, folder: Path, mean: NDArray) -> None:
        self.vectors, self.folder, self.mean = vectors, folder, mean.astype(np.float32)
        self._signs: dict[Path, Signs] = {}

    def nearest(self, query: NDArray, count: int) -> Nearest:
        """The nearest of all vectors; exact for some thousands, else with a recall of about 0.98.

        query: [D] unit.
        """
        query = query.astype(np.float32)
        segments = [one for one in self.vectors.segments() if len(one.keys)]
        candidates = self._candidates(segments, sum(len(one.keys) for one in segments), query, count)
        rows = [_read(segment, some) for segment, some in zip(segments, candidates, strict=True)]
        if not rows:
            return _best([], [], query, count)
        best = _lowest([-_cosines(some, query) for some in rows], count)
        keys = [segment.keys[some[at]] for segment, some, at in zip(segments, candidates, best, strict=True)]
        return _best(keys, [some[at] for some, at in zip(rows, best, strict=True)], query, count)

    def among(self, keys: Keys, query: NDArray, count: int) -> Nearest:
        """The nearest of the vectors with these keys, exactly; those without a vector are left out."""
        query = query.astype(np.float32)
        found, rows = [keys[:0]], [np.empty((0, self.vectors.width), np.float16)]
        for first in range(0, len(keys), _BLOCK):
            block = keys[first : first + _BLOCK]
            stored, there = self.vectors.read(block)
            (best,) = _lowest([-_cosines(stored[there], query)], count)
            found.append(block[there][best])
            rows.append(stored[there][best])
        return _best(found, rows, query, count)

    def _candidates(
        self, segments: Sequence[Segment], total: int, query: Floats, count: int
    ) -> list[NDArray[np.int64]]:
        """For each segment the rows whose cosines are worth computing."""
        second = max(_LEAST, 3 * count, round(_SECOND * total))
        if total <= 2 * second:
            return [np.arange(len(one.keys)) for one in segments]
        first = max(3 * second, round(_FIRST * total))
        signs = [self._signs_of(one) for one in segments]
        rows = _lowest(_distances(signs, _packed(query[None])), min(first, total))
        estimates = [_estimates(some[:, at], query) for some, at in zip(signs, rows, strict=True)]
        kept = _lowest(estimates, second)
        return [at[some] for at, some in zip(rows, kept, strict=True)]

    def _signs_of(self, segment: Segment) -> Signs:
        """The sign bits of a segment: those of new rows are computed, and the others taken from memory or disk."""
        path = self.folder / f"{segment.stem.name}.npy"
        signs = self._signs.get(path)
        if signs is None:
            signs = _load(path, -(-self.vectors.width // 64))
        rows = len(segment.keys)
        if signs.shape[1] != rows:
            starts = range(min(signs.shape[1], rows), rows, _SMALL)
            blocks = (np.array(segment.rows[i : min(i + _SMALL, rows)]) for i in starts)
            fresh = [_packed(block.astype(np.float32) - self.mean) for block in blocks]
            signs = np.concatenate([signs[:, :rows], *fresh], axis=1)
            with suppress(OutputError), write_whole(path) as part, open(part, "wb") as file:
                np.save(file, signs)  # a full disk costs time, and nothing else
        self._signs[path] = signs
        return signs


def _cosines(rows: NDArray[np.float16], query: Floats) -> Floats:
    """The cosines of vectors [N, D] with a unit vector; in half precision they are not quite unit any more."""
    exact = rows.astype(np.float32)
    return (exact @ query) / np.sqrt(np.einsum("nd,nd->n", exact, exact)).clip(min=1e-6)


def _load(path: Path, words: int) -> Signs:
    """Cached sign bits; none where the file is missing or damaged."""
    with suppress(OSError, ValueError, EOFError):
        signs = np.load(path)
        if signs.dtype == np.uint64 and signs.ndim == 2 and len(signs) == words:
            return signs
    return np.empty((words, 0), np.uint64)


def _packed(rows: Floats) -> Signs:
    """The signs of numbers [N, D] as bits, in words of 64: [D / 64, N]."""
    bits = np.packbits(rows > 0, axis=1)
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8))).view(np.uint64).T)


def _distances(signs: Sequence[Signs], query: Signs) -> list[NDArray[np.uint16]]:
    """For each segment the number of bits in which each vector differs from the query's [D / 64, 1]."""

    def count(block: Signs) -> NDArray[np.uint16]:
        return np.bitwise_count(block ^ query).sum(0, dtype=np.uint16)

    with ThreadPoolExecutor(_THREADS) as threads:  # NumPy computes without Python's lock
        blocks = [[threads.submit(count, one[:, i : i + _BLOCK]) for i in range(0, one.shape[1], _BLOCK)]
                  for one in signs]  # fmt: skip
        return [np.concatenate([block.result() for block in some]) for some in blocks]


def _estimates(signs: Signs, query: Floats) -> Floats:
    """The negative cosines of vectors [D / 64, N] of which only the signs are known with the query [D], to scale."""
    rows = np.ascontiguousarray(signs.T).view(np.uint8)
    blocks = (rows[i : i + _SMALL] for i in range(0, len(rows), _SMALL))
    found = [np.unpackbits(block, axis=1, count=len(query)).astype(np.float32) @ -query for block in blocks]
    return np.concatenate(found) if found else np.empty(0, np.float32)


def _lowest(values: Sequence[NDArray], count: int) -> list[NDArray[np.int64]]:
    """The places of the `count` lowest of all values, segment by segment."""
    joined = np.concatenate(values)
    if count >= len(joined):
        return [np.arange(len(some)) for some in values]
    places = np.sort(np.argpartition(joined, count)[:count])
    starts = np.cumsum([0, *(len(some) for some in values)])
    cuts = places.searchsorted(starts)
    return [places[a:b] - start for a, b, start in zip(cuts, cuts[1:], starts, strict=False)]


def _best(keys: Sequence[Keys], rows: Sequence[NDArray[np.float16]], query: Floats, count: int) -> Nearest:
    """The best of several lists, in order."""
    if not keys:
        return Nearest(np.empty((0, 4), np.uint64), np.empty(0, np.float32), np.empty((0, len(query)), np.float32))
    joined, vectors = np.concatenate(keys), np.concatenate(rows)
    cosines = _cosines(vectors, query)
    order = np.argsort(-cosines, kind="stable")[:count]
    return Nearest(joined[order], cosines[order], vectors[order].astype(np.float32))


def _read(segment: Segment, rows: NDArray[np.int64]) -> NDArray[np.float16]:
    """Some rows of a segment, read from its file: pages of a memory map would stay in memory, sixteen for each row."""
    size = segment.width * segment.dtype.itemsize
    with open(segment.stem.with_suffix(".rows"), "rb", buffering=0) as file:
        found = bytearray(len(rows) * size)
        for i, row in enumerate(rows.tolist()):
            file.seek(row * size)
            file.readinto(memoryview(found)[i * size : (i + 1) * size])
    return np.frombuffer(found, segment.dtype).reshape(-1, segment.width)
