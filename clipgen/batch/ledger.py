"""The ledger of a batch: which jobs there are, and what became of each, in a database beside the results."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from clipgen.batch.lines import Line, grouped
from clipgen.errors import OutputError
from clipgen.files import reason, unwritable, write_whole
from clipgen.files.addresses import Address
from clipgen.files.locks import exclusive
from clipgen.files.sqlite import write_ahead
from clipgen.jobs import Job
from clipgen.models.weights import data_folder
from clipgen.values import Json, parse_json

LEDGER_FILE, RESULTS_FILE = "ledger.sqlite", "results.jsonl"
_OPEN, _DONE, _FAILED = "open", "done", "failed"
_AT_ONCE = 1000  # lines in a transaction
_PATIENCE = 5.0  # seconds that a writer waits for another program, such as a backup
_ELSEWHERE, _HERE = 1, 2  # bits of user_version: where results were begun
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, copy INTEGER NOT NULL, line INTEGER NOT NULL, job TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, seconds REAL, files TEXT, rows TEXT, error TEXT,
    UNIQUE (key, copy)
);
CREATE INDEX IF NOT EXISTS states ON entries (state, id);
CREATE TABLE IF NOT EXISTS members (
    key TEXT NOT NULL, copy INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (key, copy)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS joined ON members (entry);
CREATE TEMP TABLE given (place INTEGER PRIMARY KEY, line INTEGER, key TEXT, job TEXT, error TEXT);
CREATE TEMP TABLE fresh (place INTEGER PRIMARY KEY, line INTEGER, key TEXT, copy INTEGER, job TEXT, error TEXT);
CREATE TEMP VIEW copies AS SELECT *, row_number() OVER (PARTITION BY key ORDER BY place) AS copy FROM given;
"""
# members: the lines that an entry joins; an entry without any is a line itself
_FORGET = f"""
DELETE FROM entries WHERE id IN (
    SELECT id FROM entries LEFT JOIN members ON entry = id WHERE state = '{_FAILED}'
    AND (ifnull(members.key, entries.key), ifnull(members.copy, entries.copy)) NOT IN (SELECT key, copy FROM copies)
)
"""
_FIND_FRESH = """
INSERT INTO fresh (line, key, copy, job, error) SELECT line, key, copy, job, error FROM copies
WHERE NOT EXISTS (SELECT 1 FROM entries WHERE entries.key = copies.key AND entries.copy = copies.copy)
AND NOT EXISTS (SELECT 1 FROM members WHERE members.key = copies.key AND members.copy = copies.copy) ORDER BY place
"""
_ENTER = f"""
INSERT INTO entries (key, copy, line, job, state, error)
SELECT key, copy, line, job, CASE WHEN error = '' THEN '{_OPEN}' ELSE '{_FAILED}' END, nullif(error, '') FROM fresh
"""


@dataclass(frozen=True)
class Entry:
    """A job that is to be done: its number in the ledger, and how often it was tried before."""

    id: int
    job: Job
    tries: int


@dataclass(frozen=True)
class Tally:
    """How many jobs are done, failed and open."""

    done: int
    failed: int
    open: int

    @property
    def total(self) -> int:
        """All jobs."""
        return self.done + self.failed + self.open


class Ledger:
    """What became of each job of a batch, in a folder.

        >>> with Ledger(folder / "results") as ledger:
        ...     ledger.add([Line(1, Job("generate", Inputs(prompts=("a fox",))))])
        ...     ledger.tally()
        Tally(done=0, failed=0, open=1)

    folder: of the ledger; out: folder or address of the results, by default the same folder. A job is known by what it
    is, not by its line, so that lines may be added and moved; a line that is there twice is two jobs. Only one process
    may have a ledger open. Raises OutputError where it or the results cannot be written, another process has one of
    them, or the results are of another ledger, and at the end of the block where it turned out to be damaged.
    """

    def __init__(self, folder: str | Path, out: Path | Address | None = None) -> None:
        self.folder = Path(folder)
        self.out: Path | Address = self.folder if out is None else out

    def __enter__(self) -> Self:
        path = self.folder / LEDGER_FILE
        with ExitStack() as opened:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._claim(opened, path)
                if isinstance(self.out, Path):
                    self._claim(opened, self.out / RESULTS_FILE)
                self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
                opened.callback(self._db.close)
                write_ahead(self._db, patience=_PATIENCE)
                self._db.executescript(_SCHEMA)
                self._check_out()
            except OSError as error:
                if isinstance(error, OutputError):
                    raise
                raise unwritable(self.folder, error) from error
            except sqlite3.Error as error:
                raise OutputError(f"{path} is no ledger of a batch: {reason(error)}") from error
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()
        if isinstance(error, sqlite3.Error | json.JSONDecodeError):
            path = self.folder / LEDGER_FILE
            hint = "name another folder, or delete it and its results"
            raise OutputError(f"{path} is damaged: {reason(error)}; {hint}") from error

    def add(self, lines: Iterable[Line], *, group: int = 1) -> None:
        """Enter the jobs that are not in the ledger; lines that are no jobs are entered as failed.

        lines: all of the batch; what failed and is not among them, because it was mended, is forgotten. group: prompts
        of a job, see `grouped`; lines that were entered before stay in the jobs that they are in.
        """
        self._db.execute("DELETE FROM given")
        rest = iter(lines)
        while rows := [(line.number, *_key(line), _storable(line.error)) for line in islice(rest, _AT_ONCE)]:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO given (line, key, job, error) VALUES (?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute(_FORGET)
            self._db.execute("DELETE FROM members WHERE entry NOT IN (SELECT id FROM entries)")
            self._db.execute(_FIND_FRESH)
            if group > 1:
                self._enter_grouped(group)
            else:
                self._db.execute(f"{_ENTER} ORDER BY place")
            self._db.execute("DELETE FROM fresh")
        self._db.execute("DELETE FROM given")

    def next(self, count: int, without: Sequence[int] = ()) -> list[Entry]:
        """The first open jobs; without: numbers of entries that are being done."""
        marks = ", ".join("?" * len(without))
        rows = self._db.execute(
            f"SELECT id, job, tries FROM entries WHERE state = ? AND id NOT IN ({marks}) ORDER BY id LIMIT ?",
            (_OPEN, *without, count),
        )
        return [Entry(id, Job.from_json(parse_json(job)), tries) for id, job, tries in rows]

    def done(self, id: int, *, files: Sequence[str], rows: Sequence[Json], seconds: float) -> None:
        """A job is done: the names of its files in the folder, and what it found."""
        self._db.execute(
            "UPDATE entries SET state = ?, files = ?, rows = ?, seconds = ?, error = NULL WHERE id = ?",
            (_DONE, json.dumps(list(files)), json.dumps(list(rows)), seconds, id),
        )

    def failed(self, id: int, error: str, *, final: bool) -> None:
        """A job failed; final: it is not tried again."""
        state = _FAILED if final else _OPEN
        self._db.execute(
            "UPDATE entries SET state = ?, tries = tries + 1, error = ? WHERE id = ?", (state, _storable(error), id)
        )

    def retry_failed(self) -> None:
        """Make all failed jobs open again, except lines that are no jobs."""
        self._db.execute("UPDATE entries SET state = ?, tries = 0 WHERE state = ? AND job != ''", (_OPEN, _FAILED))

    def tally(self) -> Tally:
        """How many jobs are done, failed and open."""
        counts = dict(self._db.execute("SELECT state, count(*) FROM entries GROUP BY state"))
        return Tally(*(counts.get(state, 0) for state in (_DONE, _FAILED, _OPEN)))

    def failures(self) -> Iterator[tuple[int, str]]:
        """Line and error of each failed job."""
        yield from self._db.execute("SELECT line, error FROM entries WHERE state = ? ORDER BY line", (_FAILED,))

    def write_results(self) -> Path | Address:
        """Write a line of JSON for each job that is done or failed, whole or not at all; returns the file."""
        path = self.out / RESULTS_FILE
        columns = "line, job, state, seconds, files, rows, error"
        with write_whole(path) as part, open(part, "w", encoding="utf-8", errors="backslashreplace") as file:
            for row in self._db.execute(f"SELECT {columns} FROM entries WHERE state != ? ORDER BY line, id", (_OPEN,)):
                file.write(json.dumps(_result(*row), ensure_ascii=False) + "\n")
        return path

    def _enter_grouped(self, most: int) -> None:
        """Enter fresh lines, those that are painted in one batch as one job."""
        rows = self._db.execute("SELECT place, job, error FROM fresh ORDER BY place")
        lines = (Line(place, Job.from_json(parse_json(job)) if job else None, error) for place, job, error in rows)
        (count,) = self._db.execute("SELECT count(*) FROM fresh").fetchone()
        for first, after in pairwise(chain(grouped(lines, most), [Line(count + 1)])):
            if after.number == first.number + 1:
                self._db.execute(f"{_ENTER} WHERE place = ?", (first.number,))
                continue
            entry = self._db.execute(
                "INSERT INTO entries (key, copy, line, job, state)"
                " SELECT 'group ' || key, copy, line, ?, ? FROM fresh WHERE place = ?",
                (_key(first)[1], _OPEN, first.number),
            ).lastrowid
            self._db.execute(
                "INSERT INTO members SELECT key, copy, ? FROM fresh WHERE place >= ? AND place < ?",
                (entry, first.number, after.number),
            )

    @staticmethod
    def _claim(opened: ExitStack, path: Path) -> None:
        """Keep other processes from a file."""
        if not opened.enter_context(exclusive(path)):
            raise OutputError(f"another process works on {path.parent}; wait for it, or name another folder")

    def _check_out(self) -> None:
        """Raise OutputError where results are of another ledger, or cannot be written: before the work."""
        here = isinstance(self.out, Path) and self.out.resolve() == self.folder.resolve()
        place = _HERE if here else _ELSEWHERE
        (begun,) = self._db.execute("PRAGMA user_version").fetchone()
        own = begun & place or (here and self.tally().total)  # older ledgers did not note that they began here
        if not own and (self.out / RESULTS_FILE).exists():
            raise OutputError(
                f"{self.out} has the results of a batch whose ledger is not in {self.folder}; name the folder of that "
                "ledger, or another place for the results",
                settings=["ledger", "out"],
            )
        self._db.execute(f"PRAGMA user_version = {begun | place}")
        if not self.tally().done:
            self.write_results()


def ledger_folder(out: Path | Address) -> Path:
    """Where the ledger is if no place is named: with results that are files, else in the data folder.

    >>> ledger_folder(Address("s3://bucket/results")).name
    's3-bucket-results-3333f854'
    """
    if isinstance(out, Path):
        return out
    text = out.text.rstrip("/")
    name = re.sub(r"[^A-Za-z0-9]+", "-", text)[-60:].strip("-")
    return data_folder() / "batches" / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _key(line: Line) -> tuple[str, str]:
    """What a job is known by, and its JSON."""
    if line.job is None:
        return hashlib.sha256(f"{line.number} {_storable(line.error)}".encode()).hexdigest(), ""
    values = line.job.to_json()
    # another version of clipgen does not make it another job
    known = {name: value for name, value in values.items() if name != "version"}
    # ASCII: names of files may have bytes that are no text
    text = json.dumps(known, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest(), f'{text[:-1]}, "version": {json.dumps(values["version"])}}}'


def _storable(error: str) -> str:
    """A message as a database takes it: bytes of file names that are no text are written as in Python, \\udcff."""
    return error.encode(errors="backslashreplace").decode()


def _result(
    line: int, job: str, state: str, seconds: float | None, files: str | None, rows: str | None, error: str | None
) -> dict[str, object]:
    found: dict[str, object] = {"line": line, "state": state}
    if job:
        found["verb"] = parse_json(job)["verb"]
    if state == _DONE:
        found |= {"seconds": seconds, "files": parse_json(files or "[]"), "rows": parse_json(rows or "[]")}
    else:
        found["error"] = error
    return found
