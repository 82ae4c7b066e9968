"""How fast is clipgen? Its loop against the one that people run today, on the same weights, side by side.

    python benchmarks/speed.py --workload full --rounds 3 --json full.json
    python benchmarks/speed.py --workload builtin --rounds 1 --prompts 3 --json builtin.json --plot builtin.png

Each side runs in a fresh process, the two in turn, round after round; ratios are ours over the reference's, taken
round by round, of which the median counts. What is measured and how: benchmarks/README.md.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import configured  # before torch is imported
from figures import SIDES, Course, Figures, Line, Pair, middle, print_table, ratios, summary
from full_size import VIT, prepare
from sides import Job, measure_alone

HERE = Path(__file__).parent
WORKLOADS = ("builtin", "full", "stylegan", "cppn", "rank", "batch")
PACKAGES = ("torch", "torchvision", "open_clip_torch", "kornia", "taming-transformers-rom1504", "numpy", "clipgen")

# prints when the first step is done, and when its picture lies on the disk
FIRST = """
import sys, clipgen
run = clipgen.stream("a red square", seed=7)
next(run)
print("step", flush=True)
run.pictures()[0].save(sys.argv[1])
print("picture", flush=True)
"""


def in_child(call: Callable[[Job], Any], job: Job) -> Any:
    """Call in a fresh process: its memory is its own, and nothing is warm."""
    os.environ[configured.SIDE] = job.side
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, job).result()


def alternate(job: Job, rounds: int, run: Callable[[Job], Figures]) -> list[Pair]:
    """Run both sides once a round, each round with the next seed, and each side first in every other one."""
    pairs = []
    for number in range(rounds):
        order = SIDES if number % 2 == 0 else SIDES[::-1]
        pair = {}
        for side in order:
            began = time.perf_counter()
            pair[side] = run(replace(job, side=side, seed=job.seed + number))
            click.echo(f"round {number + 1}/{rounds} {side}: {time.perf_counter() - began:.0f} s", err=True)
        pairs.append(pair)
    return pairs


def judged(pairs: Sequence[Pair], job: Job) -> list[Course]:
    """Let the judge look at the pictures of all runs, long after the clock has stopped."""
    import numpy as np
    import torch

    from clipgen.perceptors.openclip import load_perceptor

    judge = load_perceptor(f"local-dir:{HERE / 'judge'}", torch.device("cpu"))
    wanted = judge.encode_text(job.prompts)

    def line(path: str, number: int) -> Line:
        kept = np.load(path)
        with torch.no_grad():
            parts = (torch.from_numpy(some).float() / 255 for some in np.array_split(kept["pictures"], 8) if len(some))
            scores = torch.cat([judge.encode_image(part) @ wanted[number] for part in parts])
        return list(zip(kept["seconds"].tolist(), scores.tolist(), strict=True))

    return [
        Course(prompt, job.seed + turn, *(line(pair[side]["traces"][number], number) for side in SIDES))
        for turn, pair in enumerate(pairs)
        for number, prompt in enumerate(job.prompts)
    ]


def start_up(folder: Path) -> Figures:
    """Seconds of whole processes: from their start to their end, to the first step and to the first picture.

    A first process, whose time does not count, leaves compiled what an installer compiles.
    """
    command = shutil.which("clipgen", path=os.path.dirname(sys.executable))
    program = [command] if command else [sys.executable, "-m", "clipgen"]
    picture = folder / "first.png"
    _seconds_to_lines([sys.executable, "-c", FIRST, str(picture)])
    marks = _seconds_to_lines([sys.executable, "-c", FIRST, str(picture)])
    return {
        "interpreter_s": _seconds_to_lines([sys.executable, "-c", ""])[-1],
        "import_s": _seconds_to_lines([sys.executable, "-c", "import clipgen"])[-1],
        "help_s": _seconds_to_lines([*program, "--help"])[-1],
        "first_step_s": marks[0],
        "first_picture_s": marks[1],
    }


def _seconds_to_lines(command: Sequence[str]) -> list[float]:
    """Seconds until each line of a command's output, and until its end."""
    began, marks = time.perf_counter(), []
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None  # it is a pipe
        for _ in process.stdout:
            marks.append(time.perf_counter() - began)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command[:3])} failed with status {process.returncode}")
    return [*marks, time.perf_counter() - began]


def report(job: Job, pairs: Sequence[Pair], courses: Sequence[Course] = (), starts: Sequence[Figures] = ()) -> Figures:
    """All figures of a workload, as they are written to JSON."""
    times = [course.times() for course in courses]
    figures: dict[str, Figures] = {}
    roofline: Figures = {}
    for side in SIDES:
        rows = [{name: value for name, value in pair[side].items() if name != "traces"} for pair in pairs]
        best = [row.pop("roofline", None) for row in rows]
        roofline[side] = None if best[0] is None else summary(best)
        figures[side] = summary(rows)
        if times:
            figures[side]["time_to_score"] = middle([row[side] for row in times])
    if times:
        figures["ours"]["share_reached"] = sum(row["ours"] is not None for row in times) / len(times)
    if starts:
        figures["ours"]["start_up"] = summary(starts)
    found = [figures[side].pop("best", None) for side in SIDES]
    if found[0] is not None and found[0] != found[1]:
        raise click.ClickException(f"the two sides do not rank alike: {found[0]} and {found[1]}")
    return {
        "workload": job.workload,
        "device": [figures[side].pop("device") for side in SIDES][0],
        "machine": _machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "threads": {side: figures[side].pop("threads") for side in SIDES},
        "dtype": {side: figures[side].pop("dtype") for side in SIDES},
        "rounds": len(pairs),
        "size": list(job.size),
        "cutn": job.cutn,
        "seed": job.seed,
        "settings": dict(job.settings),
        "reference_steps": job.course,
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in PACKAGES}},
        **figures,
        "ratio": ratios(pairs, times),
        "roofline": roofline,
        "courses": times,
    }


def version_of(package: str) -> str | None:
    """The version of a package; None for one that is used from a folder, not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    import torch

    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return f"{name}, {os.cpu_count()} CPUs{gpu}"


def job_of(workload: str, folder: Path, **given: Any) -> Job:
    """The job of a workload, less its side."""
    models: dict[str, dict[str, Any]] = {
        "full": {"weights": folder / "vqgan.safetensors", "perceptor": f"{VIT}/{folder / 'clip.pt'}"},
        "stylegan": {"generator": "stylegan", "weights": folder / "stylegan.safetensors", "size": (1024, 1024)},
        "cppn": {"generator": "cppn"},
        # a search of a few milliseconds, and NumPy's sort knows but one core
        "rank": {"threads": 1},
    }
    return Job(workload, "", folder, **{**given, **models.get(workload, {})})


def run(job: Job, rounds: int, plot: Path | None = None) -> Figures:
    """Measure a workload and return its report; plot: where the judge's scores over seconds are drawn."""
    if job.workload in ("full", "stylegan", "rank"):
        in_child(prepare, job)
    starts = [start_up(job.folder) for _ in range(rounds)] if job.workload == "builtin" else []
    pairs = alternate(job, rounds, lambda side: in_child(measure_alone, side))
    courses = judged(pairs, job) if job.workload == "builtin" else []
    if courses and plot:
        from curves import draw_curves

        lines = {side: [getattr(course, side) for course in courses] for side in SIDES}
        draw_curves(plot, lines, across="seconds", up="judge's score")
    return report(job, pairs, courses, starts)


def few(prompts: Sequence[str], count: int) -> tuple[str, ...]:
    """So many of all prompts, evenly spread over them."""
    return tuple(prompts[i * len(prompts) // count] for i in range(count))


@click.command()
@click.option("--workload", type=click.Choice(WORKLOADS), default="builtin", show_default=True)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--prompts", default=3, show_default=True, type=click.IntRange(1, 64), help="Of benchmarks/prompts.toml.")
@click.option("--size", default=256, show_default=True, help="Side of the picture in pixels.")
@click.option("--cutn", default=32, show_default=True, help="Cutouts a step, where the work is equal.")
@click.option("--timed", default=5, show_default=True, help="Steps under the clock, after two that are not.")
@click.option("--course", default=500, show_default=True, help="Steps of a whole run of the reference.")
@click.option("--seed", default=7, show_default=True, help="Of the first round; each round takes the next.")
@click.option("--batch", "batches", multiple=True, type=int, default=(1, 2, 4, 8), show_default=True,
              help="Of batch: pictures at once; repeat for several.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE",
              help="A setting of ours, as JSON, for example compile=true; those of equal work stay.")
@click.option("--device", default="auto", show_default=True)
@click.option("--threads", type=int, help="Threads of torch; unset: its own choice.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--plot", type=click.Path(path_type=Path), help="Of builtin: draw score against seconds here.")
def main(
    workload: str, rounds: int, prompts: int, size: int, changes: Sequence[str], json_path: Path | None,
    plot: Path | None, **given: Any,
) -> None:  # fmt: skip
    """Measure clipgen against a plainly written loop after VQGAN-CLIP."""
    from quality import questions

    settings = {name: json.loads(value) for name, _, value in (change.partition("=") for change in changes)}
    count = max(given["batches"]) if workload == "batch" else prompts
    texts = few([question.text for question in questions(HERE / "prompts.toml")], count)
    with tempfile.TemporaryDirectory() as folder:
        job = job_of(workload, Path(folder), prompts=texts, size=(size, size), settings=settings, **given)
        found = run(job, rounds, plot)
    print_table(found)
    if json_path:
        json_path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
