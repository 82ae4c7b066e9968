"""A journal of changes to files, by which they can be undone: a line is on disk before its change is made."""

from __future__ import annotations

import json
import os
from pathlib import Path

from clipgen.errors import OutputError
from clipgen.files import reason, unwritable
from clipgen.values import Json, Values, parse_json


class Journal:
    """One JSON line for each change.

        >>> journal = Journal(folder / "moves.jsonl")
        >>> journal.add({"from": "a.png", "to": "b.png"})
        >>> [row["to"] for row in journal.rows()]
        ['b.png']
        >>> journal.end()

    path: of the file; its folder exists. A process that is killed leaves at most one line whose change was not made,
    and one line that is not whole, which is not loaded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, row: Values) -> None:
        """Write a line to the disk. Raises OutputError where that cannot be done: then no change may follow."""
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write("\n" + json.dumps(dict(row)))  # a line that a killed process left unfinished stays apart
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(self.path, error) from error

    def rows(self) -> list[dict[str, Json]]:
        """All lines, the newest first. Raises OutputError where there is no journal."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            message = f"{self.path.parent} has no journal of changes, {self.path.name}: {reason(error)}"
            raise OutputError(message, settings=["undo"]) from error
        return [row for line in reversed(lines) if (row := _row(line)) is not None]

    def end(self) -> None:
        """Delete the file, when all changes are undone."""
        self.path.unlink()


def _row(line: str) -> dict[str, Json] | None:
    """The values of a line; None for one that is empty or not whole."""
    try:
        values = parse_json(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None
