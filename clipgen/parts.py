"""Parts, loaded once: generators, perceptors and what is derived from them, shared by all runs of a process.

>>> with Parts() as parts:
...     first, second = (parts.generator("vqgan", device=torch.device("cpu")) for _ in range(2))
>>> first.network is second.network
True
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar, cast

import torch

from clipgen.generators.base import Generator
from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.prompts import parse_weighted_path
from clipgen.registry import GENERATORS

Made = TypeVar("Made")


class Parts:
    """A pool of loaded parts: the same arguments give the same weights.

        >>> parts = Parts()
        >>> parts.perceptor(["builtin"], torch.device("cpu")) is parts.perceptor(["builtin"], torch.device("cpu"))
        True

    A perceptor or generator whose files were replaced is loaded again, in place of the older one.
    Thread-safe: what computes on a device takes `lock(device)`, so that runs alternate step by step. `close`, or the
    end of `with`, frees everything; a run that has its parts keeps them until it ends.
    """

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._pool: dict[Hashable, tuple[Hashable, object]] = {}  # with its version
        self._locks: dict[torch.device, threading.RLock] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free all parts; later calls load them again."""
        with self._guard:
            self._pool.clear()

    def lock(self, device: torch.device) -> threading.RLock:
        """The lock of a device; the same device gives the same lock."""
        with self._guard:
            return self._locks.setdefault(device, threading.RLock())

    def perceptor(self, names: Sequence[str], device: torch.device, dtype: torch.dtype = torch.float32) -> Perceptor:
        """One perceptor, or several as an ensemble; see `load_perceptors` for names and errors."""
        key = ("perceptor", tuple(names), device, dtype)
        files = [path for name in names for path in shelf.perceptor_files(parse_weighted_path(name)[0])]
        return self.shared(key, lambda: load_perceptors(names, device, dtype), version=_version(files))

    def generator(
        self,
        name: str,
        weights: Path | None = None,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> Generator:
        """A generator to `start`; all generators of the same arguments share their weights.

            >>> generator = parts.generator("cppn", device=torch.device("cpu"))
            >>> generator.start([7], (64, 64))

        name, weights: as for `shelf.generator`, which also lists the errors raised.
        """
        part, path = shelf.generator(name, weights)
        key = ("generator", part, path, device, dtype)
        version = _version([] if path is None else [path])
        return self.shared(key, lambda: _loaded(part, device, dtype, path), version=version).fork()

    def shared(self, key: Hashable, make: Callable[[], Made], *, version: Hashable = None) -> Made:
        """What `make` returns, called once for a key: for anything else that takes long and is the same for all runs.

            >>> parts.shared("answer", lambda: 42)
            42

        version: of what it is made from; where it differs from that of the call before, `make` is called again.
        """
        with self._guard:
            if key not in self._pool or self._pool[key][0] != version:
                self._pool.pop(key, None)  # the older one, before the memory for both is needed
                self._pool[key] = version, make()
            return cast(Made, self._pool[key][1])


def _version(files: Iterable[Path]) -> Hashable:
    """Which files there are, and when each was last written."""
    found: list[tuple[Path, int, int]] = []
    for path in files:
        with suppress(OSError):  # what cannot be read is reported where it is loaded
            status = path.stat()
            found.append((path, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _loaded(part: str, device: torch.device, dtype: torch.dtype, weights: Path | None) -> Generator:
    loaded = GENERATORS.load(part)(device=device, dtype=dtype, weights=weights)
    if not isinstance(loaded, Generator):
        raise GENERATORS.wrong(part, f"gives a {type(loaded).__name__}, not a generators.base.Generator")
    return loaded
