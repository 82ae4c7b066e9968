"""Rows of results in a jsonl or csv file that a killed run leaves whole, and that the next run continues."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from clipgen.errors import ClipgenError, OutputError
from clipgen.files import unwritable
from clipgen.files.locks import exclusive
from clipgen.values import parse_json


class RowFile:
    """A file that grows by whole lines, and knows the rows that earlier runs wrote.

        >>> with RowFile(folder / "captions.jsonl", key="image") as rows:
        ...     rows.add({"image": "photo.jpg", "captions": []})
        >>> with RowFile(folder / "captions.jsonl", key="image") as rows:
        ...     "photo.jpg" in rows
        True

    key: the field that names a row; columns: of a csv with a header, the key first; None for jsonl, whose rows are
    written whole.
    Raises OutputError when the file cannot be written or has other rows than ours.
    """

    def __init__(self, path: Path, *, key: str, columns: Sequence[str] | None = None) -> None:
        self.path, self.key, self.columns = path, key, columns
        self.done: set[str] = set()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            if not opened.enter_context(exclusive(self.path)):
                raise OutputError(f"another process is writing {self.path}; wait for it, or name another file")
            try:
                self._file = opened.enter_context(open(self.path, "ab+"))
                self._resume()
            except OSError as error:
                if isinstance(error, ClipgenError):
                    raise
                raise unwritable(self.path, error) from error
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # every row was flushed: a full disk, which fails here once more, was reported for its row
        with suppress(OSError):
            self._opened.close()

    def add(self, row: Mapping[str, object]) -> None:
        """Append one row; it is on disk when this returns."""
        try:
            self._write(self._line(row))
        except OSError as error:
            raise unwritable(self.path, error) from error
        self.done.add(self._stored(str(row[self.key])))

    def __contains__(self, key: str) -> bool:
        """Whether there is a row of this name."""
        return self._stored(key) in self.done

    def _stored(self, key: str) -> str:
        """A name as the file has it."""
        return key if self.columns is None else _unbroken(key)

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _line(self, row: Mapping[str, object]) -> bytes:
        if self.columns is None:
            # bytes of a file name that are not UTF-8 become \udcxx, which JSON reads back
            return json.dumps(dict(row), ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        # a row is a line, as in jsonl: a cell never breaks one
        cells = [" ".join(str(row.get(name, "")).splitlines()) for name in self.columns]
        return _csv_line([_unbroken(str(row[self.key])), *cells[1:]])

    def _key_of(self, line: bytes) -> str:
        if self.columns is None:
            return str(parse_json(line)[self.key])
        (cells,) = csv.reader([line.decode(errors="surrogateescape")])
        if len(cells) != len(self.columns):
            raise ValueError("another number of columns")
        return cells[0]

    def _begun(self, line: bytes, head: bytes | None) -> bool:
        """Whether a first line without an end is what a kill may leave of ours, and not another file's only line."""
        if head is not None:
            return head.startswith(line)
        start = f'{{{json.dumps(self.key)}: "'.encode()
        return line[: len(start)] == start[: len(line)]

    def _resume(self) -> None:
        """Collect the rows that are done, and cut off the half line that a kill may have left."""
        self._file.seek(0)
        whole, head = 0, None if self.columns is None else _csv_line(self.columns)
        for number, line in enumerate(self._file, 1):
            ended = line.endswith(b"\n")
            if not ended and (whole or self._begun(line, head)):
                break
            try:
                if not ended:
                    raise ValueError("another file's only line")
                if number > 1 or head is None:
                    self.done.add(self._key_of(line))
                elif line != head:
                    raise ValueError("another header")
            except (ValueError, KeyError, TypeError) as error:
                raise OutputError(
                    f"{self.path}, line {number}, is not a row of this command (no {self.key!r}); name another file"
                ) from error
            whole += len(line)
        self._file.truncate(whole)
        self._file.seek(0, os.SEEK_END)
        if head is not None and not whole:
            self._write(head)


def _unbroken(name: str) -> str:
    r"""A name in a line: what breaks lines is written as in Python, `\n`, so that names stay apart.

    >>> _unbroken("a\nb.png"), _unbroken("a b.png")
    ('a\\nb.png', 'a b.png')
    """
    return "".join(one.encode("unicode_escape").decode() if len(f"a{one}a".splitlines()) > 1 else one for one in name)


def _csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode(errors="surrogateescape")
