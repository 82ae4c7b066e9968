"""What does a batch cost besides its jobs? A ledger of a million lines, and the overhead of a job.

    python benchmarks/batch.py --lines 1000000 --jobs 500 --json batch.json

lines: entered anew, and again when all are done (a batch that continues): seconds and peak memory of the process; jobs:
done by one worker process, each drawing a picture of 16 pixels: wall time less the worker's own, a job, and the seconds
of a core that the process computes which hands them out.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import torch

from clipgen import devices
from clipgen.batch import Ledger, LocalCrew, read_jobs, run

CPU = torch.device("cpu")
DRAW = {"verb": "sample", "generator": "cppn", "size": [16, 16], "device": "cpu"}


def write_lines(path: Path, count: int, **row: object) -> None:
    """Write so many jobs, each with a seed of its own."""
    with open(path, "w", encoding="utf-8") as file:
        for seed in range(count):
            file.write(json.dumps({**row, "seed": seed}) + "\n")


def entered(folder: Path) -> dict[str, float]:
    """Seconds and memory of entering the lines of a file, and of the batch's own work on them."""
    before = devices.peak_memory_mb(CPU) or 0.0
    began, computed = time.perf_counter(), time.process_time()
    with Ledger(folder / "out") as ledger:
        ledger.add(read_jobs(folder / "jobs.jsonl"))
        added, core = time.perf_counter() - began, time.process_time() - computed
        tally = ledger.tally()
        began = time.perf_counter()
        ledger.write_results()
        written = time.perf_counter() - began
    return {"add_s": added, "add_core_s": core, "results_s": written, "lines": tally.total, "done": tally.done,
            "peak_memory_mb": devices.peak_memory_mb(CPU) or 0.0, "before_mb": before}  # fmt: skip


def finish(folder: Path) -> None:
    """Mark all jobs of a ledger as done."""
    with Ledger(folder / "out") as ledger:
        ledger._db.execute("UPDATE entries SET state = 'done', files = '[\"a.png\"]', rows = '[]', seconds = 1.0")


def overhead(folder: Path, count: int) -> dict[str, float]:
    """Milliseconds a job beside the worker's own, once the worker is warm."""
    write_lines(folder / "small.jsonl", count + 1, **DRAW)
    with Ledger(folder / "small") as ledger, LocalCrew(1) as crew:
        ledger.add(read_jobs(folder / "small.jsonl"))
        running = run(ledger, crew)
        next(running), next(running)  # the worker imports torch
        began, computed = time.perf_counter(), time.process_time()
        for _ in running:
            pass
        wall, core = time.perf_counter() - began, time.process_time() - computed
        (inside,) = ledger._db.execute("SELECT sum(seconds) FROM entries WHERE id > 1").fetchone()
    return {"jobs": count, "wall_ms": 1000 * wall / count, "worker_ms": 1000 * inside / count,
            "overhead_ms": 1000 * (wall - inside) / count, "driver_core_ms": 1000 * core / count}  # fmt: skip


def alone(call: Callable[..., Any], *arguments: object) -> Any:
    """Call in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()


@click.command()
@click.option("--lines", default=1_000_000, show_default=True, type=click.IntRange(1))
@click.option("--jobs", default=500, show_default=True, type=click.IntRange(1))
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(lines: int, jobs: int, json_path: Path | None) -> None:
    """Measure the ledger and the overhead of a job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {"overhead": alone(overhead, folder, jobs)}
        write_lines(folder / "jobs.jsonl", lines, prompt="a castle", quality="draft")
        found["fresh"] = alone(entered, folder)
        finish(folder)
        found["continued"] = alone(entered, folder)
    text = json.dumps(found, indent=2)
    click.echo(text)
    if json_path:
        json_path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
