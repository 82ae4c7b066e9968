"""Kill workers and drivers of a batch at random: every job is done once, and no file is half written.

    CLIPGEN_BATCH_KILLS=50 pytest -m slow -n 0 -s tests/campaigns/test_batch_kill.py

$CLIPGEN_BATCH_KILLS: kills by kill -9, about half of them of the driver, the others of one of its two workers.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest

from . import small
from .figures import count, record
from .processes import _wait_for_group, run, start
from .whole import check_whole, temporary

KILLS, SEED, JOBS = "CLIPGEN_BATCH_KILLS", 7, 600
ARGS = ("batch", "jobs.jsonl", "--out", "results", "--workers", "2", "--retries", "100", "-q")
DRAW = {"verb": "sample", "generator": "cppn", "size": [32, 32], "device": "cpu", "dtype": "fp32"}


def prepared(folder: Path) -> Path:
    """A folder with a file of jobs that take some milliseconds each."""
    folder.mkdir()
    (folder / "jobs.jsonl").write_text("".join(json.dumps({**DRAW, "seed": n}) + "\n" for n in range(JOBS)))
    return folder


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def done(folder: Path) -> dict[str, int]:
    """The files of the jobs that the ledger calls done, and when each was written."""
    ledger = folder / "results" / "ledger.sqlite"
    if not ledger.exists():
        return {}
    with closing(sqlite3.connect(ledger)) as db:
        table = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'entries'").fetchone()
        rows = db.execute("SELECT files FROM entries WHERE state = 'done'").fetchall() if table[0] else []
    names = [name for (files,) in rows for name in json.loads(files)]
    assert len(set(names)) == len(names)
    return {name: (folder / "results" / name).stat().st_mtime_ns for name in names}


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results").glob("*.png")}


@pytest.mark.slow
def test_workers_and_drivers_killed_at_random_lose_nothing(tmp_path: Path) -> None:
    reference, folder, rng = prepared(tmp_path / "reference"), prepared(tmp_path / "killed"), random.Random(SEED)
    assert run(ARGS, reference, patch=small.batch).code == 0
    asked, killed, seen = count(KILLS, 50), Counter[str](), dict[str, int]()
    while killed.total() < asked:
        process = start(ARGS, folder, log := folder / ".log", patch=small.batch)
        while process.is_alive() and killed.total() < asked:
            who, victims = rng.choice(("driver", "worker")), list[int]()
            process.join(rng.uniform(0, 0.15))
            while process.is_alive() and not victims:
                victims = [process.pid or 0] if who == "driver" else children(process.pid or 0)
                process.join(0.0 if victims else 0.01)
            with suppress(ProcessLookupError, IndexError):
                os.kill(rng.choice(victims), signal.SIGKILL)
                killed[who] += 1
            if who == "driver":
                process.join()
        if process.is_alive():
            process.join()
        assert process.exitcode in (0, -signal.SIGKILL), log.read_text(errors="replace")
        _wait_for_group(process.pid or 0, ARGS)
        check_whole(folder)
        now = done(folder)
        assert now == {**now, **seen}, "what was done was done again"
        assert process.exitcode or killed.total() >= asked, f"it ended after {killed.total()} kills: more jobs"
        seen = now
    log.unlink(missing_ok=True)
    log.with_suffix(".count").unlink(missing_ok=True)
    ended = run(ARGS, folder, patch=small.batch)
    assert ended.code == 0, ended.text
    assert done(folder) == {**done(folder), **seen} and len(done(folder)) == JOBS
    lines = [json.loads(line) for line in (folder / "results" / "results.jsonl").read_text().splitlines()]
    assert [line["line"] for line in lines] == list(range(1, JOBS + 1))
    assert {line["state"] for line in lines} == {"done"}
    assert pictures(folder) == pictures(reference)
    assert temporary(folder) == temporary(reference)
    assert min(killed["driver"], killed["worker"]) > asked // 4
    record("kill", "batch, workers and drivers", {**killed, "jobs": JOBS})
