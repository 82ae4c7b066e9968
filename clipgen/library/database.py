"""The rows of a library in SQLite: files by path, and contents by the sha256 of the files' bytes."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from clipgen.errors import OutputError
from clipgen.files import reason, unwritable
from clipgen.files.sqlite import write_ahead
from clipgen.library.hashes import SIDE, Greys, Hashes
from clipgen.library.names import spaced
from clipgen.library.schema import INSIDE, inside, prepare
from clipgen.perceptors.base import STOP_WORDS

_MANY = 2000  # contents from which on all rows are read at once
_PLACES = 100  # in one query, whose depth SQLite bounds
_PATIENCE = 30.0  # seconds that a writer waits for another one, which writes for milliseconds


@dataclass(frozen=True)
class Content:
    """What is known of the bytes of a file of a picture or a film, wherever it is.

    hash: sha256 of the file; width, height: in pixels, upright; orientation, taken, words: see `Facts`; phashes: its
    perceptual hashes in the eight symmetries, [8] uint64; error: why it cannot be used, without a path, "" for a good
    file; format: see `Facts`; measures: see `Measures`, packed; seconds: length of a film, 0 for a picture; grey: the
    small copy of a picture, [32, 32] uint8, which only `greys` reads.
    """

    hash: bytes
    width: int = 0
    height: int = 0
    orientation: int = 1
    taken: str = ""
    words: str = ""
    phashes: bytes = b""
    error: str = ""
    format: str = ""
    measures: bytes = b""
    seconds: float = 0.0
    grey: bytes = b""


_NAMES = [spec.name for spec in fields(Content) if spec.name != "grey"]
_COLUMNS, _MARKS = ", ".join(_NAMES), ", ".join("?" for _ in _NAMES)


@dataclass(frozen=True)
class File:
    """A file as it was when it was last read: path, size in bytes, time in nanoseconds, and sha256."""

    path: Path
    size: int
    mtime: int
    hash: bytes


class Database:
    """The rows of a library in one SQLite file, shared by threads and processes.

        >>> database = Database(folder / "library.sqlite")
        >>> database.add([File(folder / "red_fox.png", 10, 0, b"1")], [Content(b"1", 48, 32)])
        >>> [file.path.name for file in database.files(folder)], database.named("the foxes", [folder])
        (['red_fox.png'], [b'1'])

    path: of the file, made when missing. Raises OutputError for a file that cannot be used: damaged, of another
    program, or of a newer clipgen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._counts: dict[Path, int] = {}
        self._counted_at = (0, 0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False, isolation_level=None)
        except OSError as error:
            raise unwritable(path, error) from error
        except sqlite3.Error as error:
            raise unwritable(path, OSError(str(error))) from error
        with self._errors():
            write_ahead(self._connection, patience=_PATIENCE)
            with self.writing() as connection:
                prepare(connection, path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors as one OutputError."""
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(
                f"the index {self.path} cannot be used: {reason(error)}; name another file, or delete it",
                settings=["index"],
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All changes in the block, or none of them."""
        with self._lock, self._errors():
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple]:
        """The rows of a query."""
        with self._lock, self._errors():
            return self._connection.execute(query, values).fetchall()

    def add(self, files: Sequence[File], contents: Iterable[Content] = ()) -> None:
        """Add files, or replace what was known of them, and contents that are new."""
        known = list(contents)
        with self.writing() as connection:
            connection.executemany(
                f"insert into content ({_COLUMNS}) values ({_MARKS})"
                # a content of an older index has no measures
                " on conflict (hash) do update set format = excluded.format, measures = excluded.measures"
                " where measures is null",
                [astuple(one)[: len(_NAMES)] for one in known],
            )
            connection.executemany(
                "insert or replace into small values (?, ?)", [(one.hash, one.grey) for one in known if one.grey]
            )
            for one in files:
                path = os.fsencode(one.path)
                (number,) = connection.execute(
                    "insert into file (path, size, mtime, hash) values (?1, ?2, ?3, ?4)"
                    " on conflict (path) do update set size = ?2, mtime = ?3, hash = ?4 returning id",
                    (path, one.size, one.mtime, one.hash),
                ).fetchone()
                connection.execute("delete from word where rowid = ?", (number,))
                connection.execute(
                    "insert into word (rowid, name, words) values (?, ?, (select words from content where hash = ?))",
                    (number, spaced(one.path.stem), one.hash),
                )

    def remove(self, paths: Iterable[str | Path]) -> None:
        """Remove files; what is known of their contents stays."""
        with self.writing() as connection:
            for path in map(os.fsencode, paths):
                connection.execute("delete from word where rowid = (select id from file where path = ?)", (path,))
                connection.execute("delete from file where path = ?", (path,))

    def stamps(self, place: Path) -> dict[str, tuple[int, int, bytes]]:
        """Size, time and sha256 of the files in a folder and its folders, or of one file, by path."""
        rows = self.rows(f"select path, size, mtime, hash from file where {INSIDE}", inside(place))
        return {os.fsdecode(path): (size, mtime, hash) for path, size, mtime, hash in rows}

    def files(self, place: Path) -> list[File]:
        """The files in a folder and its folders, or one file, by path."""
        rows = self.rows(f"select path, size, mtime, hash from file where {INSIDE} order by path", inside(place))
        return [File(Path(os.fsdecode(path)), size, mtime, hash) for path, size, mtime, hash in rows]

    def folders(self, places: Sequence[Path]) -> list[str]:
        """The folders that files in some places are in, once each."""
        rows = (row for place in places for row in self.rows(f"select path from file where {INSIDE}", inside(place)))
        return list(dict.fromkeys(os.path.dirname(os.fsdecode(path)) for (path,) in rows))

    def paths(self, hashes: Iterable[bytes], places: Sequence[Path]) -> dict[bytes, list[Path]]:
        """The files with these contents in some folders, by path."""
        found: dict[bytes, list[Path]] = {}
        among = set(places)
        for hash in hashes:
            rows = self.rows("select path from file where hash = ? order by path", (hash,))
            paths = [Path(os.fsdecode(path)) for (path,) in rows]
            if kept := [path for path in paths if _is_in(path, among)]:
                found[hash] = kept
        return found

    def contents(self, hashes: Iterable[bytes]) -> dict[bytes, Content]:
        """What is known of some contents."""
        found = {}
        for hash in hashes:
            for row in self.rows(f"select {_COLUMNS} from content where hash = ?", (hash,)):
                found[hash] = Content(*row)
        return found

    def count(self, places: Sequence[Path]) -> int:
        """The number of files in some folders, counted again only after a change."""
        with self._lock:
            state = (self.rows("pragma data_version")[0][0], self._connection.total_changes)
            if state != self._counted_at:
                self._counts.clear()
                self._counted_at = state
            for place in places:
                if place not in self._counts:
                    query = f"select count(*) from file where {INSIDE}"
                    self._counts[place] = self.rows(query, inside(place))[0][0]
            return sum(self._counts[place] for place in places)

    def phashes(self, hashes: Sequence[bytes]) -> Hashes:
        """The perceptual hashes of good contents in the eight symmetries: [N, 8]."""
        query = "select phashes from content where hash = ?"
        with self._lock, self._errors():
            rows = [self._connection.execute(query, (hash,)).fetchone()[0] for hash in hashes]
        return np.frombuffer(b"".join(rows), np.uint64).reshape(-1, 8)

    def greys(self, hashes: Sequence[bytes]) -> Greys:
        """The small copies of contents, black where one was not made yet: [N, 32, 32]."""
        greys = np.zeros((len(hashes), SIDE, SIDE), np.uint8)
        with self._lock, self._errors():
            for place, hash in enumerate(hashes):
                if row := self._connection.execute("select grey from small where hash = ?", (hash,)).fetchone():
                    greys[place] = np.frombuffer(row[0], np.uint8).reshape(SIDE, SIDE)
        return greys

    def hashes(self, places: Sequence[Path], *, good: bool = True) -> list[bytes]:
        """The contents in some folders, once each, in the order of their paths; good: only pictures without errors."""
        table = "file join content using (hash)" if good else "file"
        where = f"{INSIDE} and error = '' and seconds = 0" if good else INSIDE
        rows = (row for place in places for row in
                self.rows(f"select hash from {table} where {where} order by path", inside(place)))  # fmt: skip
        return list(dict.fromkeys(hash for (hash,) in rows))

    def errors(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Why contents cannot be used, "" for good ones; contents that were not read and measured are left out."""
        read = "(error != '' or measures is not null)"
        if len(hashes) > _MANY:
            known = dict(self.rows(f"select hash, error from content where {read}"))
            return {hash: known[hash] for hash in hashes if hash in known}
        query = f"select error from content where hash = ? and {read}"
        with self._lock, self._errors():
            rows = ((hash, self._connection.execute(query, (hash,)).fetchone()) for hash in hashes)
            return {hash: row[0] for hash, row in rows if row}

    def named(self, text: str, places: Sequence[Path], limit: int = 1000) -> list[bytes]:
        """Contents with all words of a text in their file name or keywords, best first; articles and the like aside.

        Words match whatever their case, accents and endings (fox, foxes).
        """
        words = [word for word in dict.fromkeys(spaced(text).lower().split()) if word not in STOP_WORDS]
        if not words:
            return []
        match, found = " ".join(f'"{word}"' for word in words), []
        for first in range(0, len(places), _PLACES):
            some = places[first : first + _PLACES]
            found += self.rows(
                # crossed: the few rows with the words are looked up among the files, not the other way round
                "select rank, hash from word cross join file on file.id = word.rowid where word match ?"
                f" and ({' or '.join([INSIDE] * len(some))}) order by rank limit ?",
                (match, *(value for place in some for value in inside(place)), limit),
            )
        return list(dict.fromkeys(hash for _, hash in sorted(found, key=lambda row: row[0])[:limit]))

    def pixels(self, hash: bytes) -> bytes | None:
        """What was stored of the pixels of a content, equal for equal ones; None where it is not known."""
        found: bytes | None = self.rows("select pixels from content where hash = ?", (hash,))[0][0]
        return found

    def set_pixels(self, hash: bytes, pixels: bytes) -> None:
        """Add what `pixels` returns from now on."""
        with self.writing() as connection:
            connection.execute("update content set pixels = ? where hash = ?", (pixels, hash))

    def different(self) -> set[frozenset[bytes]]:
        """Pairs of contents of which a person said that they are not the same picture."""
        return {frozenset(pair) for pair in self.rows("select a, b from verdict where verdict = 'different'")}

    def add_different(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Add pairs to `different`."""
        with self.writing() as connection:
            connection.executemany("insert or ignore into verdict values (?, ?, 'different')", pairs)

    def clear(self) -> None:
        """Forget everything, verdicts about duplicates included."""
        with self.writing() as connection:
            for table in ("file", "content", "small", "word", "verdict", "frame", "watched"):
                connection.execute(f"delete from {table}")


def _is_in(path: Path, places: set[Path]) -> bool:
    """Whether a path, or a folder that it is in, is among some places, of which there may be thousands."""
    return path in places or not places.isdisjoint(path.parents)
