"""Which operations take the time of a step? Torch's profiler over some steps of a full-size or built-in run.

    python benchmarks/hot.py --workload full --size 512 --rows 25
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import configured  # noqa: F401  # before torch is imported
from full_size import prepare
from sides import EQUAL, Job, _run, _settings
from speed import job_of
from torch.profiler import ProfilerActivity, profile

from clipgen import devices


def profiled(job: Job, steps: int, rows: int) -> str:
    """A table of the operations that take longest, over some steps after two."""
    device = devices.pick_device(job.device)
    on_gpu = device.type == "cuda"
    run = _run(job, _settings(job).changed(**EQUAL, cutn=job.cutn, steps=steps + 3))
    for _ in range(2):
        next(run)
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]
    with profile(activities=activities) as found:
        for _ in range(steps):
            next(run)
    by = "self_cuda_time_total" if on_gpu else "self_cpu_time_total"
    return found.key_averages().table(sort_by=by, row_limit=rows, max_name_column_width=60)


@click.command()
@click.option("--workload", type=click.Choice(["full", "builtin", "stylegan", "cppn"]), default="full")
@click.option("--size", default=256, show_default=True, help="Side of the picture in pixels.")
@click.option("--cutn", default=32, show_default=True)
@click.option("--steps", default=3, show_default=True)
@click.option("--rows", default=25, show_default=True)
@click.option("--device", default="auto", show_default=True)
def main(workload: str, size: int, cutn: int, steps: int, rows: int, device: str) -> None:
    """Print what takes the time of a step."""
    with tempfile.TemporaryDirectory() as name:
        job = job_of(workload, Path(name), size=(size, size), cutn=cutn, device=device)
        prepare(job)
        click.echo(profiled(job, steps, rows))


if __name__ == "__main__":
    main()
