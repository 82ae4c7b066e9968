"""Locks beside files on which one process at a time works."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipgen.files import fitting, unwritable
from clipgen.files.claims import claim, release

_PAUSE = 0.02  # seconds


@contextmanager
def exclusive(path: str | Path, *, patience: float = 0.0) -> Iterator[bool]:
    """Yield True while this thread alone works on a file, False when another thread or process does.

        >>> with exclusive(folder / "model.ckpt") as first, exclusive(folder / "model.ckpt") as second:
        ...     first, second
        (True, False)

    patience: seconds to wait for the other one.
    Raises OutputError when the folder of the file cannot be made or written to.
    """
    target = Path(path)
    lock = _lock_of(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        while not (ours := claim(lock)) and time.monotonic() < until:
            time.sleep(_PAUSE)
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        yield ours
    finally:
        if ours:
            release(lock)


def clear_lock(path: str | Path) -> None:
    """Delete what a process that was killed inside `exclusive` left beside a file.

    >>> clear_lock(folder / "model.ckpt")
    """
    lock = _lock_of(Path(path))
    if lock.exists() and claim(lock):
        release(lock)


def _lock_of(target: Path) -> Path:
    return target.absolute().with_name(fitting(f".{target.name}", ".lock"))
