"""Files: what they are (sha256), written whole or not at all, under names that no other run takes.

    >>> path = free_path("outputs", "reef-7", ".png")
    >>> with write_beside(path) as beside:
    ...     beside.write_bytes(b"...")
    >>> sha256("model.ckpt")
    '484257c3…'
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from clipgen.errors import ImageError, WeightsError


def sha256(path: str | Path) -> str:
    """The sha256 of a file in hexadecimal, remembered while its size and its time of change stay the same.

    Raises WeightsError when the file cannot be read.
    """
    try:
        status = Path(path).stat()
        return _sha256(str(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error


@lru_cache(maxsize=256)
def _sha256(path: str, mtime_ns: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def write_beside(path: str | Path) -> Iterator[Path]:
    """Write a file whole or not at all: give a path beside it to write to, then move that into place.

        >>> with write_beside("outputs/reef.mp4") as beside:
        ...     beside.write_bytes(b"...")

    The path given has the same suffix, is in the same folder (made when missing) and is hidden.
    Raises ImageError when the folder is not writable or the disk is full; the file that was there is then untouched.
    """
    target = Path(path)
    beside = target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with open(beside, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(beside, target)
    except OSError as error:
        if isinstance(error, ImageError):
            raise
        raise _unwritable(target, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    _reservation(target).unlink(missing_ok=True)


def free_path(folder: str | Path, stem: str, suffix: str) -> Path:
    """Find a name that no file has and no other run is about to use: "stem.png", "stem-2.png", …

        >>> free_path("outputs", "reef-7", ".png")
        PosixPath('outputs/reef-7.png')

    The name is reserved with a hidden file beside it (so a run that is killed leaves no empty picture), which goes
    when the file is written with `save_png` or `write_beside`, or when Python exits.
    Raises ImageError when the folder cannot be made or written to.
    """
    number = 1
    while True:
        path = Path(folder) / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        if _reserve(path):
            return path
        number += 1


def _reserve(path: Path) -> bool:
    reservation = _reservation(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(reservation, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        if isinstance(error, FileExistsError) and path.parent.is_dir():
            return False
        raise _unwritable(path, error) from error
    # look only once the name is reserved: a run that had it before has its file in place by now
    if os.path.lexists(path):
        reservation.unlink()
        return False
    atexit.register(reservation.unlink, missing_ok=True)
    return True


def _reservation(path: Path) -> Path:
    return path.with_name(f".{path.name}.reserved")


def _unwritable(path: Path, error: OSError) -> ImageError:
    reason = error.strerror or str(error) or type(error).__name__
    step = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose another place"
    return ImageError(f"cannot write {path}: {reason}; {step} (or name another file or folder with -o)")
