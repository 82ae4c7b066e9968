"""Addresses: files that lie elsewhere, s3://bucket/results/a.png, in any file system that fsspec knows.

Source: fsspec, https://filesystem-spec.readthedocs.io, of the Dask project, BSD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import ClipgenError, OutputError
from clipgen.extras import check_extra

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_ADDRESS = re.compile(r"([a-z][a-z0-9+]+)://(.*)", re.DOTALL)
_PART = ".clipgen-part"


@dataclass(frozen=True)
class Address:
    """A file or folder elsewhere.

        >>> Address("memory://results") / "a.png"
        Address(text='memory://results/a.png')

    text: protocol, "://", and what that takes: a bucket, or a host, and a path.
    """

    text: str

    def __truediv__(self, name: str) -> Address:
        return Address(f"{self.text.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The last part."""
        return self.text.rpartition("/")[2]

    def put(self, part: Path) -> None:
        """Copy a local file there, whole or not at all.

            >>> size = (folder / "a.txt").write_text("a reef")
            >>> Address("memory://results/a.txt").put(folder / "a.txt")

        Object stores show an object when it is complete; where files can be moved, it is copied under another name,
        then moved. Raises OutputError where it cannot be written.
        """
        with self._opened() as (system, path):
            if not _moves(system):
                system.put_file(str(part), path)
                return
            system.makedirs(system._parent(path), exist_ok=True)
            system.put_file(str(part), path + _PART)
            if system.exists(path):  # some move onto no file that is there
                system.rm_file(path)
            system.mv(path + _PART, path)

    def exists(self) -> bool:
        """Whether there is such a file or folder. Raises OutputError where that cannot be said.

        >>> Address("memory://nowhere").exists()
        False
        """
        with self._opened() as (system, path):
            return bool(system.exists(path))

    @contextmanager
    def _opened(self) -> Iterator[tuple[AbstractFileSystem, str]]:
        """The file system, and the path in it; whatever it raises becomes an OutputError."""
        protocol = self.text.partition(":")[0]
        check_extra(f"{protocol}://")
        import fsspec  # late: only what is written elsewhere needs it

        from clipgen.files import reason  # late: it imports this module

        try:
            yield fsspec.url_to_fs(self.text)
        except ClipgenError:
            raise
        except Exception as error:  # of fsspec, of the package of the protocol, of its network: anything
            raise OutputError(f"cannot write {self.text}: {reason(error)}", settings=["out"]) from error


def place_of(text: str) -> Path | Address:
    """What a text names: a local file or folder, also as file://, or an address.

    >>> place_of("results"), place_of("file:///tmp/results"), place_of("s3://bucket/results")
    (PosixPath('results'), PosixPath('/tmp/results'), Address(text='s3://bucket/results'))
    """
    found = _ADDRESS.match(text)
    if found is None:
        return Path(text)
    return Path(found[2]) if found[1] == "file" else Address(text)


def _moves(system: AbstractFileSystem) -> bool:
    """Whether a file system has a way of its own to move files: object stores have none."""
    from fsspec import AbstractFileSystem

    return type(system).mv is not AbstractFileSystem.mv
