"""Files: written whole or not at all, under names that no other run takes, and identified by their sha256.

    >>> path = free_path(folder, "reef-7", ".png")
    >>> with write_whole(path) as part:
    ...     size = part.write_bytes(b"...")
    >>> sha256(path)[:8]
    'ab5df625'

Unfinished files and reserved names are locked by the process that owns them. The lock ends with the process, however it
ends, and what a dead process left is cleared when its name is asked for again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from clipgen.errors import ClipgenError, OutputError, WeightsError
from clipgen.files.addresses import Address
from clipgen.files.claims import claim, release

NAME_BYTES = 255  # that a name may have on the file systems in use
_PART = "clipgen-part"
_RESERVED = ".reserved"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def reason(error: BaseException) -> str:
    """Why something failed, in one line: what the system says, or the first line of the message, or the error's class.

    >>> reason(FileNotFoundError(2, "No such file or directory", "a.png"))
    'No such file or directory'
    >>> reason(KeyError()), reason(MemoryError())
    ('KeyError', 'out of memory')
    """
    if isinstance(error, MemoryError):
        return "out of memory"
    message = getattr(error, "strerror", None) or str(error)
    lines = [line.strip() for line in str(message).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def sha256(path: str | Path) -> str:
    """The sha256 of a file in hexadecimal, cached while its size and modification time stay the same.

        >>> sha256(folder / "a.png") == hashlib.sha256((folder / "a.png").read_bytes()).hexdigest()
        True

    Raises WeightsError when the file cannot be read.
    """
    try:
        status = Path(path).stat()
        return _sha256(str(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {reason(error)}") from error


@lru_cache(maxsize=256)
def _sha256(path: str, mtime_ns: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def write_whole(path: str | Path | Address) -> Iterator[Path]:
    """Write a file whole or not at all: yield a path in the same folder to write to, then move that into place.

        >>> with write_whole(folder / "notes.txt") as part:
        ...     size = part.write_text("a reef")
        >>> (folder / "notes.txt").read_text()
        'a reef'

    The path given has the same suffix, is hidden, and its folder is made when missing. Write to it in place: it is an
    empty file under this process's lock. For an address it is a temporary file of this machine, which is then copied.
    Raises OutputError when the folder is not writable or the disk is full; an older file is then untouched.
    """
    if isinstance(path, Address):
        from clipgen.files.temporary import temporary_folder  # late: it uses this module

        with temporary_folder() as folder:
            whole = folder / path.name
            with write_whole(whole) as local:
                yield local
            path.put(whole)
        return
    target = Path(path)
    part: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = _claim_part(target.absolute())
        yield part
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
        release(part, move_to=target.absolute())
        _end_reservation(target.absolute())
    except ClipgenError:
        raise
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        if part is not None:
            release(part)


def write_text(path: str | Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all; bytes of file names that are no UTF-8 stay as they are.

        >>> write_text(folder / "notes.txt", "a reef")

    Raises what `write_whole` raises.
    """
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes of a file, whole or not at all; raises what `write_whole` raises."""
    with write_whole(target) as part:
        shutil.copyfile(source, part)


def move(source: Path, target: Path) -> None:
    """Move a file to a free path, whole or not at all, also to another file system.

        >>> move(folder / "a.png", free_path(folder / "review", "a", ".png"))

    Raises OSError, which may be an OutputError, when it cannot be moved.
    """
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV or source.is_symlink():
            shutil.move(source, target)
        else:
            with write_whole(target) as part:
                shutil.copy2(source, part)
            source.unlink()
    _end_reservation(target.absolute())


def listed(folder: Path, pattern: str = "*") -> list[Path]:
    """What is in a folder, in order, without hidden files, such as those that a killed process left unfinished.

    >>> (folder / ".clip.clipgen-part.pt").touch()
    >>> listed(folder, "*.pt")
    []
    """
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def free_path(folder: str | Path, stem: str, suffix: str) -> Path:
    """Reserve a name that no file has and no other run is about to use: "stem.png", "stem-2.png", …

        >>> free_path(folder, "reef", ".png").name, free_path(folder, "reef", ".png").name
        ('reef.png', 'reef-2.png')

    The reservation is a hidden, locked file. It ends when the file is written with `write_whole`, or with the process;
    what earlier processes left under this name when they were killed is removed.
    A name that would be too long is cut. Raises OutputError when the folder cannot be made or written to.
    """
    number = 1
    while True:
        path = Path(folder) / fitting(stem, suffix if number == 1 else f"-{number}{suffix}")
        try:
            if _reserve(path):
                _clear_left(path.absolute().parent, stem)
                return path
        except OSError as error:
            raise unwritable(path, error) from error
        number += 1


def fitting(stem: str, ending: str) -> str:
    """A name that the disk takes: where it would be too long, its stem is cut, and marked so that it stays its own.

    >>> fitting("reef", "-2.png"), len(fitting("ü" * 200, "-grid.png").encode())
    ('reef-2.png', 254)
    """
    if len(os.fsencode(stem + ending)) <= NAME_BYTES:
        return stem + ending
    mark = f"~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]}"
    room = NAME_BYTES - len(os.fsencode(mark + ending))
    # cut before a character, not within its bytes
    while stem and len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + mark + ending


def current_folder() -> str | None:
    """The folder that relative names are taken from; None where it has been deleted.

    >>> current_folder() == os.getcwd()
    True
    """
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def is_full(error: BaseException) -> bool:
    """Whether a disk is full, by an error or what caused it.

    >>> is_full(OSError(28, "No space left on device")), is_full(OSError(13, "Permission denied"))
    (True, False)
    """
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return any(
        isinstance(one, OSError) and one.errno in _FULL or getattr(one, "sqlite_errorname", "") == "SQLITE_FULL"
        for one in causes
    )


def unwritable(path: str | Path, error: OSError) -> OutputError:
    """The error for a file that cannot be written, with the next step.

    >>> print(unwritable("reef.png", OSError(28, "No space left on device")))
    cannot write reef.png: No space left on device; free some space or choose another place
    """
    step = "free some space or choose another place" if error.errno in _FULL else "choose another place"
    return OutputError(f"cannot write {path}: {reason(error)}; {step}", settings=["output"])


def _claim_part(target: Path) -> Path:
    """A hidden file next to the target, locked; a second writer of one target gets a second file."""
    number = 1
    while True:
        mark = _PART if number == 1 else f"{_PART}-{number}"
        part = target.with_name(fitting(f".{target.stem}", f".{mark}{target.suffix}"))
        if claim(part):
            return part
        number += 1


def _reserve(path: Path) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    reservation = _reservation(path.absolute())
    if not claim(reservation):
        return False
    # only now is this reliable: a run that had reserved the name before has its file in place
    if os.path.lexists(path):
        release(reservation)
        return False
    return True


def _reservation(path: Path) -> Path:
    return path.with_name(fitting(f".{path.name}", _RESERVED))


def _end_reservation(path: Path) -> None:
    """Delete the reservation of a file that is written: ours, or that of a dead process whose run was resumed."""
    reservation = _reservation(path)
    if os.path.lexists(reservation):
        claim(reservation)
    release(reservation)


def _clear_left(folder: Path, stem: str) -> None:
    """Remove what dead processes left for a name, "stem-2", "stem-grid" …: each file that can be locked is theirs."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.startswith((f".{stem}.", f".{stem}-"))]
    for name in names:
        if f".{_PART}" in name or name.endswith(_RESERVED):
            left = folder / name
            if claim(left):
                release(left)
