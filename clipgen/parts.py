"""Parts, loaded once: generators, perceptors and what is derived from them, shared by all runs of a process.

>>> with Parts() as parts:
...     first, second = (parts.generator("vqgan", device=torch.device("cpu")) for _ in range(2))
>>> first.network is second.network
True
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Self, TypeVar, cast

import torch

from clipgen.generators.base import Generator
from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.registry import GENERATORS

Made = TypeVar("Made")


class Parts:
    """A pool of loaded parts: the same arguments give the same weights.

        >>> parts = Parts()
        >>> parts.perceptor(["builtin"], torch.device("cpu")) is parts.perceptor(["builtin"], torch.device("cpu"))
        True

    Thread-safe: what computes on a device takes `lock(device)`, so that runs alternate step by step. `close`, or the
    end of `with`, frees everything; a run that has its parts keeps them until it ends.
    """

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._pool: dict[Hashable, object] = {}
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
        return self.shared(key, lambda: load_perceptors(names, device, dtype))

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
        # a file that has been replaced is loaded again
        changed = path.stat().st_mtime_ns if path is not None and path.exists() else None
        key = ("generator", part, path, changed, device, dtype)
        return self.shared(key, lambda: _loaded(part, device, dtype, path)).fork()

    def shared(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` returns, called once for a key: for anything else that takes long and is the same for all runs.

        >>> parts.shared("answer", lambda: 42)
        42
        """
        with self._guard:
            if key not in self._pool:
                self._pool[key] = make()
            return cast(Made, self._pool[key])


def _loaded(part: str, device: torch.device, dtype: torch.dtype, weights: Path | None) -> Generator:
    loaded = GENERATORS.load(part)(device=device, dtype=dtype, weights=weights)
    if not isinstance(loaded, Generator):
        raise GENERATORS.wrong(part, f"gives a {type(loaded).__name__}, not a generators.base.Generator")
    return loaded
