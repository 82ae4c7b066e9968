"""Rows of results in a jsonl file that a killed run leaves whole and the next one goes on with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clipgen.errors import ImageError


class RowFile:
    """A jsonl file that grows by whole lines; what an earlier run wrote stays and is not done again.

        >>> with RowFile(Path("captions.jsonl"), key="image") as rows:
        ...     if "photo.jpg" not in rows.done:
        ...         rows.add({"image": "photo.jpg", "captions": []})

    Raises ImageError when the file cannot be written or holds other rows than ours.
    """

    def __init__(self, path: Path, *, key: str) -> None:
        self.path, self.key = path, key
        self.done: set[str] = set()

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "ab+")  # noqa: SIM115 - closed by __exit__
            self._take_up()
        except OSError as error:
            if isinstance(error, ImageError):
                raise
            raise ImageError(f"cannot write {self.path}: {error.strerror or error}; choose another place") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, row: dict[str, Any]) -> None:
        """Append one row, on disk when this returns."""
        try:
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise ImageError(f"cannot write {self.path}: {error.strerror}; free some space and run it again") from error
        self.done.add(row[self.key])

    def _take_up(self) -> None:
        """Learn what is done, and cut off the half line that a kill may have left."""
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                self.done.add(json.loads(line)[self.key])
            except (ValueError, KeyError, TypeError) as error:
                raise ImageError(
                    f"{self.path}, line {number}, is no row of ours (no {self.key!r}); name another file"
                ) from error
            whole += len(line)
        self._file.truncate(whole)
        self._file.seek(0, os.SEEK_END)
