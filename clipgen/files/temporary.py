"""Folders of temporary files, which no killed process leaves for long."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clipgen.errors import OutputError
from clipgen.files import reason, unwritable
from clipgen.files.claims import claim, release

_PREFIX, _LOCK = "clipgen-", ".lock"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield an empty folder for temporary files, and delete it after the block.

        >>> with temporary_folder() as place:
        ...     size = (place / "notes.txt").write_text("a reef")
        >>> place.exists()
        False

    What this user's processes left in such folders when they were killed is deleted, too.
    Raises OutputError when the folder cannot be made.
    """
    try:
        home = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise OutputError(
            f"there is no folder for temporary files: {reason(error)}; set TMPDIR to one that can be written to"
        ) from error
    folder = home / f"{_PREFIX}{secrets.token_hex(8)}"
    try:
        _clear(folder.parent)
        claim(lock := _lock(folder))  # before the folder is made: whoever can lock it may delete the folder
        folder.mkdir(mode=0o700)
    except OSError as error:
        release(_lock(folder))
        raise unwritable(folder, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        release(lock)


def _lock(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{_LOCK}")


def _clear(home: Path) -> None:
    """Delete the folders of dead processes: those whose lock can be had."""
    locks: list[Path] = []
    with suppress(OSError), os.scandir(home) as entries:  # a folder may be written to that cannot be listed
        locks = [Path(entry.path) for entry in entries if entry.name.startswith(f".{_PREFIX}") and _is_ours(entry)]
    for lock in locks:
        if lock.name.endswith(_LOCK) and claim(lock):
            shutil.rmtree(home / lock.name[1 : -len(_LOCK)], ignore_errors=True)
            release(lock)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # its owner has just deleted it
        return False
    return stat.S_ISREG(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
