"""Who reads and embeds the pictures of an index: this process, or the workers of a cluster (`remote`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clipgen.library.library import Library
from clipgen.library.reading import SIDE, Bundle, Reading, embedded, read_picture
from clipgen.perceptors.base import Perceptor

BATCH, BATCH_ON_GPU = 32, 256  # pictures in one pass of the perceptor, and lost at most when the process is killed
_THREADS = 2  # that read; decoding runs without Python's lock


class Work(Protocol):
    """What readers have to know of an index.

    finished: those of some contents that need no work, with their errors; known: whether that is so of one, and its
    error; stored: for each content whether it has a vector.
    """

    library: Library
    perceptor: Perceptor

    def finished(self, hashes: Sequence[bytes]) -> dict[bytes, str]: ...

    def known(self, hash: bytes) -> tuple[bool, str]: ...

    def stored(self, hashes: list[bytes]) -> NDArray[np.bool_]: ...


class Readers(Protocol):
    """They read and embed picture files, batch by batch, in any order."""

    def read(self, paths: Sequence[Path], work: Work) -> Iterator[Bundle]: ...


class LocalReaders:
    """Files are read ahead in threads of this process, and embedded batch by batch, in order.

        >>> from clipgen.library import index
        >>> with Library(folder / "library.sqlite") as library:
        ...     events = list(index([folder], library, perceptor, films=False, readers=LocalReaders(threads=8)))
        >>> events[-1].embedded
        2

    threads: that read; batch: pictures in one pass, by default what the perceptor's device is fastest with.
    """

    def __init__(self, *, threads: int = _THREADS, batch: int | None = None) -> None:
        self.threads, self.batch = threads, batch

    def read(self, paths: Sequence[Path], work: Work) -> Iterator[Bundle]:
        """Read and embed some files."""
        on_cpu = next(work.perceptor.parameters()).device.type == "cpu"
        size, side = self.batch or (BATCH if on_cpu else BATCH_ON_GPU), side_for(work.perceptor)
        with ThreadPoolExecutor(self.threads) as threads:
            waiting: deque[Future[Reading]] = deque()
            try:
                for first in range(0, len(paths), size):
                    until = min(len(paths), first + 3 * size)  # two batches are read while one is embedded
                    for path in paths[first + len(waiting) : until]:
                        waiting.append(threads.submit(read_picture, path, work.known, side=side))
                    batch = [waiting.popleft().result() for _ in paths[first : first + size]]
                    yield embedded(batch, work.perceptor, work.stored)
            finally:
                threads.shutdown(cancel_futures=True)


def side_for(perceptor: Perceptor) -> int:
    """The short side in pixels to which files are reduced."""
    return max(SIDE, perceptor.input_size)
