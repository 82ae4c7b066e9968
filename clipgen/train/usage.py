"""How busy a machine is while something trains: its GPU and its processors."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import torch

_EVERY = 0.5  # seconds
_STAT = Path("/proc/stat")


class Usage:
    """Samples how busy the machine is inside the block.

        >>> with Usage() as usage:
        ...     pass
        >>> "GPU" in str(usage)
        True

    gpu, processors: share of the time in which they were busy, None where the system does not tell.
    """

    gpu: float | None = None
    processors: float | None = None

    def __enter__(self) -> Self:
        self._done, self._gpu = threading.Event(), list[float]()
        self._before = _ticks()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
        after = _ticks()
        if self._before and after and after[1] > self._before[1]:
            self.processors = (after[0] - self._before[0]) / (after[1] - self._before[1])
        if self._gpu:
            self.gpu = sum(self._gpu) / len(self._gpu)

    def _sample(self) -> None:
        while not self._done.wait(_EVERY):
            # it needs nvidia-ml-py, which not every machine has
            with suppress(Exception):
                if torch.cuda.is_available():
                    self._gpu.append(torch.cuda.utilization() / 100)

    def __str__(self) -> str:
        shares = {"processors": self.processors, "GPU": self.gpu}
        return ", ".join(f"{name} {'…' if share is None else f'{share:.0%}'}" for name, share in shares.items())


def _ticks() -> tuple[int, int] | None:
    """Busy and all clock ticks of the machine's processors, of Linux."""
    try:
        numbers = [int(word) for word in _STAT.read_text().split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    return sum(numbers) - numbers[3] - numbers[4], sum(numbers)
