"""Pictures of an index, read and embedded by the workers of a Ray cluster; one process stores what they return."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from clipgen import devices
from clipgen.cluster import Cluster, Lost
from clipgen.errors import DeviceError, ImageError, WeightsError
from clipgen.library.readers import BATCH, BATCH_ON_GPU, Work, side_for
from clipgen.library.reading import Bundle, Reading, embedded, read_picture
from clipgen.media.endings import picture_endings
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.store import Keys, picture_keys

_AHEAD = 2  # batches that a worker has: one that it works on, and the next one
_TRIES = 3  # deaths of a worker over a batch, after which its files are tried one by one
_STARTS = 5  # deaths of workers before the first result, after which none can be started


@dataclass(frozen=True)
class Wanted:
    """What workers load and know: perceptors by name with the fingerprint of all, device and dtype, and the folders."""

    perceptors: tuple[str, ...]
    fingerprint: str
    device: str
    dtype: str
    places: tuple[str, ...]
    threads: int


@dataclass(frozen=True)
class Batch:
    """Files for a worker, and how many workers died over them."""

    paths: tuple[Path, ...]
    deaths: int = 0


class ClusterReaders:
    """Files are read and embedded by workers of a Ray cluster, on whose machines the folders have the same names.

        >>> with Cluster("auto") as cluster:
        ...     index([folder], library, perceptor, readers=ClusterReaders(cluster, settings, [folder]))

    perceptors, device, dtype: as in the settings of a job; places: the folders, which each machine must have.
    A worker that dies is replaced, and its batches are done by others; a file over which its worker dies again and
    again is reported as one that cannot be used. Raises ImageError for a machine without the folders, WeightsError for
    one with other weights.
    """

    def __init__(
        self,
        cluster: Cluster[Batch],
        places: Sequence[Path],
        *,
        perceptors: Sequence[str],
        device: str = "auto",
        dtype: str = "auto",
    ) -> None:
        self.cluster = cluster
        names = tuple(map(os.path.abspath, places))
        self.wanted = Wanted(tuple(perceptors), "", device, dtype, names, threads=max(2, cluster.cores))

    def read(self, paths: Sequence[Path], work: Work) -> Iterator[Bundle]:
        """Read and embed some files."""
        wanted = replace(self.wanted, fingerprint=work.perceptor.fingerprint)
        self.cluster.employ(PictureReader, wanted, _known(work))
        size = BATCH_ON_GPU if self.cluster.gpus else BATCH
        fresh = (Batch(tuple(paths[start : start + size])) for start in range(0, len(paths), size))
        again, idle = deque[Batch](), [*range(self.cluster.size)] * _AHEAD
        done = deaths = 0
        while True:
            while idle and (batch := again.popleft() if again else next(fresh, None)):
                self.cluster.call(idle.pop(0), batch, "read", batch.paths)
            if len(idle) == self.cluster.size * _AHEAD:
                return
            worker, batches, outcome = self.cluster.wait()
            idle += [worker] * len(batches)
            if not isinstance(outcome, Lost):
                done += 1
                yield outcome
                continue
            deaths += 1
            if deaths == _STARTS and not done:
                raise DeviceError(f"no worker of the cluster can embed pictures; {outcome.error}", settings=["ray"])
            yield from _given_up(batches, outcome, again)


class PictureReader:
    """A worker: reads and embeds files with a perceptor that is loaded at the first batch.

    >>> PictureReader(wanted, picture_keys([])).read([folder / "a.png"]).readings[0].error
    ''
    """

    def __init__(self, wanted: Wanted, known: Keys) -> None:
        self.wanted, self.keys = wanted, known
        picture_endings()  # lets Pillow read HEIC, which the process that scans has done for itself alone
        self._perceptor: Perceptor | None = None

    def read(self, paths: Sequence[Path]) -> Bundle:
        """Read and embed some files; what the library had when the index began is not decoded."""
        perceptor = self._perceptor = self._perceptor or self._loaded()
        side = side_for(perceptor)
        with ThreadPoolExecutor(self.wanted.threads) as threads:
            batch = list(threads.map(lambda path: read_picture(path, self._known, side=side), paths))
        return embedded(batch, perceptor, lambda hashes: np.zeros(len(hashes), bool))

    def _loaded(self) -> Perceptor:
        wanted, host = self.wanted, socket.gethostname()
        for place in wanted.places:
            if not os.path.exists(place):
                raise ImageError(f"{place} is not on {host}; all machines of the cluster need it under this name")
        device = devices.pick_device(wanted.device)
        found = load_perceptors(wanted.perceptors, device, devices.pick_dtype(wanted.dtype, device))
        if found.fingerprint != wanted.fingerprint:
            raise WeightsError(f"{found.name} has other weights on {host} than here; install the same on all machines")
        return found

    def _known(self, hash: bytes) -> tuple[bool, str]:
        (key,) = picture_keys([hash])
        at = int(np.searchsorted(self.keys[:, 0], key[0]))
        return at < len(self.keys) and bool((self.keys[at] == key).all()), ""


def _given_up(batches: Sequence[Batch], lost: Lost, again: deque[Batch]) -> Iterator[Bundle]:
    """Put the batches of a worker that died back; yields the errors of files that are given up."""
    first, *others = batches  # the others it had not begun
    again.extend(others)
    if first.deaths + 1 < _TRIES:
        again.append(Batch(first.paths, first.deaths + 1))
    elif len(first.paths) > 1:
        again.extend(Batch((path,), _TRIES - 1) for path in first.paths)
    else:
        path = first.paths[0]
        yield Bundle([Reading(path, error=f"cannot read the picture {path}: {lost.error}")], {})


def _known(work: Work) -> Keys:
    """The keys of all contents that need no work, sorted by their first number."""
    hashes = [hash for (hash,) in work.library.database.rows("select hash from content")]
    keys = picture_keys(list(work.finished(hashes)))
    return keys[keys[:, 0].argsort()]
