"""Candidate captions from files: plain text, csv or jsonl, of any length, a block at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from clipgen.errors import PromptError
from clipgen.files import reason
from clipgen.values import parse_json

BLOCK = 8192  # candidates in memory at a time: 12 MB of vectors at 384 dimensions
COLUMNS = ("text", "caption", "prompt")
_MAX_LINE = 1_000_000


def read_candidates(path: str | Path, *, block: int = BLOCK) -> Iterator[list[str]]:
    """Read a file of candidates in blocks: lines of text, a csv or a jsonl with a column text, caption or prompt.

        >>> size = (folder / "captions.txt").write_text("# two\\na fox\\na castle\\n")
        >>> list(read_candidates(folder / "captions.txt"))
        [['a fox', 'a castle']]

    Empty lines, and in plain text those that begin with #, are skipped.
    Raises PromptError when the file is missing, unreadable, not text, or has no such column.
    """
    path = Path(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            texts = (text.strip() for text in _reader(path)(file, path))
            texts = (text for text in texts if text)
            while some := list(islice(texts, block)):
                yield some
    except FileNotFoundError as error:
        raise PromptError(f"there is no file {path}; check the name") from error
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not text in UTF-8 (byte {error.start}); save it as UTF-8") from error
    except csv.Error as error:
        raise PromptError(f"{path} is not a csv file: {error}") from error
    except OSError as error:
        raise PromptError(f"cannot read {path}: {reason(error)}") from error


_Reader = Callable[[TextIO, Path], Iterator[str]]


def _reader(path: Path) -> _Reader:
    return {".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl}.get(path.suffix.lower(), _plain)


def _plain(file: TextIO, path: Path) -> Iterator[str]:
    while line := file.readline(_MAX_LINE):
        if len(line) == _MAX_LINE:
            raise PromptError(f"{path} has a line of more than {_MAX_LINE:,} letters; write one candidate a line")
        if not line.startswith("#"):
            yield line


def _csv(file: TextIO, path: Path) -> Iterator[str]:
    rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
    column = next((names[name] for name in COLUMNS if name in names), None)
    if column is None:
        raise PromptError(f"{path} has the columns {', '.join(names) or '(none)'}; one must be {', '.join(COLUMNS)}")
    for row in rows:
        yield row[column] or ""


def _jsonl(file: TextIO, path: Path) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except ValueError as error:
            raise PromptError(f"{path}, line {number}, is not JSON: {error}") from error
        text = next((row[n] for n in COLUMNS if n in row), None) if isinstance(row, dict) else row
        if not isinstance(text, str):
            raise PromptError(f"{path}, line {number}, has no text under {', '.join(COLUMNS)}")
        yield text


def check_candidates(path: Path) -> None:
    """Raise PromptError for a file that has no candidate or is not a file of candidates; only its first block is read.

    >>> size = (folder / "empty.txt").write_text("# nothing\\n")
    >>> check_candidates(folder / "empty.txt")
    Traceback (most recent call last):
    clipgen.errors.PromptError: ...
    """
    if not next(read_candidates(path), []):
        raise PromptError(f"{path} has no candidates; write one a line")
