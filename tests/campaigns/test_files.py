"""Damaged and hostile files of every kind that is read: an answer or one line, in 5 s and 500 MB, and no code runs.

    CLIPGEN_FILES=500 CLIPGEN_READERS=.run pytest -m slow -n 0 -s tests/campaigns/test_files.py

$CLIPGEN_FILES: how many; $CLIPGEN_WORKERS: processes that read them; $CLIPGEN_READERS: a part of the names of readers.
What fails stays in the folder that the message names; the same number damages the same file again.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from .figures import count, record
from .pool import tried

FILES, WORKERS, READERS, SEED = "CLIPGEN_FILES", "CLIPGEN_WORKERS", "CLIPGEN_READERS", 7


@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    files, only = count(FILES, 20_000), os.environ.get(READERS, "")
    ends, kinds, bad = Counter[str](), set[str](), []
    longest = most = 0.0
    for one in tried(files, tmp_path, seed=SEED, workers=count(WORKERS, 2), only=only):
        ends["other" if one.is_bad else one.end] += 1
        kinds.add(one.reader)
        longest, most = max(longest, one.seconds), max(most, one.megabytes)
        if one.is_bad:
            took = f"{one.seconds} s, {one.megabytes} MB"
            bad.append(f"{one.number} {one.reader} {one.file}: {one.end} {one.error} ({took})")
    figures = {"files": files, "kinds": len(kinds), **{end: ends[end] for end in ("read", "refused", "other")}}
    record("files", only or "all kinds", {**figures, "longest_seconds": longest, "most_megabytes": most})
    assert sum(ends.values()) == files
    assert not bad, f"{len(bad)} in {tmp_path}:\n" + "\n".join(bad)
