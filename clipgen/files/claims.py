"""Files that this process has locked: unfinished ones, and reserved names.

A lock ends with the process, however it ends.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

# What this process has locked: absolute path → open descriptor. Process-wide, because locks are.
_claims: dict[Path, int] = {}
_guard = threading.Lock()


def claim(path: Path) -> bool:
    """Make a file and lock it for this process; False while it is locked by a living one, or by another thread."""
    with _guard:
        if path in _claims:
            return False
        descriptor = _locked(path)
        if descriptor is None:
            return False
        _claims[path] = descriptor
        return True


def release(path: Path, *, move_to: Path | None = None) -> None:
    """Delete a file that this process has locked, or move it into place; nothing for any other file."""
    with _guard:
        descriptor = _claims.pop(path, None)
        if descriptor is None:
            return
        if sys.platform == "win32":  # there an open file can be neither moved nor deleted
            os.close(descriptor)
        moved = False
        try:
            if move_to is not None:
                os.replace(path, move_to)
                moved = True
        finally:
            if not moved:  # once it is moved, a file of this name is another process's
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            if sys.platform != "win32":  # the lock lasts until nobody can find the file under this name
                os.close(descriptor)


if sys.platform == "win32":

    def _locked(path: Path) -> int | None:
        # an open file cannot be deleted there, so one that can be has no living owner
        try:
            path.unlink(missing_ok=True)
        except PermissionError:
            return None
        try:
            return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        except FileExistsError:
            return None

else:
    import fcntl

    def _locked(path: Path) -> int | None:
        while True:
            opened = _opened(path)
            if opened is None:
                return None
            descriptor, new = opened
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # between opening and locking its owner may have moved or deleted it
                if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                    os.ftruncate(descriptor, 0)
                    return descriptor
            except BlockingIOError:
                os.close(descriptor)
                return None
            except FileNotFoundError:
                pass
            except OSError:
                # a file system without locks: the file itself is the lock, and outlives a process that is killed
                if new:
                    return descriptor
                os.close(descriptor)
                return None
            os.close(descriptor)

    def _opened(path: Path) -> tuple[int, bool] | None:
        """Descriptor and whether the file is new; None for a file of another user."""
        while True:
            try:
                return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666), True
            except FileExistsError:
                pass
            try:
                return os.open(path, os.O_RDWR), False
            except FileNotFoundError:
                continue
            except PermissionError:
                return None

    def _forget() -> None:
        # a forked child must neither delete its parent's files nor keep their locks when the parent dies
        for descriptor in _claims.values():
            os.close(descriptor)
        _claims.clear()
        _guard.release()

    os.register_at_fork(before=_guard.acquire, after_in_parent=_guard.release, after_in_child=_forget)


@atexit.register
def _release_all() -> None:
    for path in list(_claims):
        release(path)
