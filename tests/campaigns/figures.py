"""The figures of a campaign, in a file of JSON from which the tables of docs/promises.md are written."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

FOLDER = "CLIPGEN_FIGURES"


def count(variable: str, default: int) -> int:
    """How often a campaign tries: of an environment variable."""
    return int(os.environ.get(variable) or default)


def record(campaign: str, row: str, figures: dict[str, object]) -> None:
    """Print the figures of one row, and enter them in the file of their campaign in the folder $CLIPGEN_FIGURES."""
    print(f"{campaign}: {row}: {json.dumps(figures)}")
    folder = os.environ.get(FOLDER)
    if folder is None:
        return
    path = Path(folder) / f"{campaign}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # other workers of pytest write there, too
        file.seek(0)
        rows = json.loads(file.read() or "{}")
        file.truncate(0)
        file.write(json.dumps({**rows, row: figures}, indent=2) + "\n")
