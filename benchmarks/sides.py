"""What one child process of benchmarks/speed.py does: one side of one workload, and its figures.

    >>> measure(Job(workload="builtin", side="ours", folder=Path("/tmp/speed")))["it_per_s"]
    3.1

The side "reference" never imports clipgen's VQGAN, whose networks are faster than taming's.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from figures import Figures
from machine import clock, matmul_rate
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from clipgen import devices, jobs
from clipgen.models import weights
from clipgen.settings import GenerateSettings

if TYPE_CHECKING:
    from reference import Loop, Painter

    from clipgen.studio import Studio
    from clipgen.tasks.generate import Run

# of ours where the work is to be equal: the reference's ranges of augments, its course, and its start
EQUAL: dict[str, Any] = {"augments": "classic", "start": "noise", "race": 1, "lr_decay": "constant"}


@dataclass(frozen=True)
class Job:
    """What a child is to measure.

    workload: builtin, full, stylegan, cppn, rank or batch; side: ours or reference; folder: of weights made for it, and
    for pictures on their way to the judge; generator, weights, perceptor: as clipgen names them; size: (width, height)
    in pixels; cutn: cutouts a step where the work is equal; warm, timed: steps before and under the clock; prompts;
    seed; course: steps of a whole run of the reference; every: of how many of its steps one is judged; settings: of our
    whole runs, over the defaults; batches: pictures at once; captions: to rank; matrices: see `matmul_rate`;
    threads: None for torch's own choice.
    """

    workload: str
    side: str
    folder: Path
    generator: str = "vqgan"
    weights: Path | None = None
    perceptor: str = "builtin"
    size: tuple[int, int] = (256, 256)
    cutn: int = 32
    warm: int = 2
    timed: int = 5
    prompts: tuple[str, ...] = ("a red square",)
    seed: int = 7
    course: int = 500
    every: int = 10
    settings: Mapping[str, Any] = field(default_factory=dict)
    batches: tuple[int, ...] = (1, 2, 4, 8)
    captions: int = 200_000
    matrices: tuple[int, ...] = ()
    device: str = "auto"
    threads: int | None = None


def measure(job: Job) -> Figures:
    """The figures of one side; what they mean stands in benchmarks/README.md."""
    if job.threads is not None:
        torch.set_num_threads(job.threads)
    found = MEASURES[job.workload, job.side](job)
    return {**found, "threads": torch.get_num_threads(), "device": str(devices.pick_device(job.device))}


def measure_alone(job: Job, measured: Callable[[Job], Figures] = measure) -> Figures:
    """What `measured` finds, in a process of its own. Raises RuntimeError where the reference ran on parts of ours."""
    found = measured(job)
    painted = job.generator == "vqgan" and job.workload != "rank"
    if job.side == "reference" and painted and "clipgen.generators.vqgan" in sys.modules:
        raise RuntimeError("the reference's process imported clipgen's VQGAN, which makes taming's modules faster")
    return found


def steady(step: Callable[[], object], job: Job, *, dtype: torch.dtype) -> Figures:
    """Seconds of a step in the steady state, its operations, and the share of the machine's best rate that they make.

    step: one turn of a loop; dtype: of its arithmetic.
    """
    device = devices.pick_device(job.device)
    for _ in range(job.warm):
        step()
    seconds = []
    for _ in range(job.timed):
        began = clock(device)
        step()
        seconds.append(clock(device) - began)
    typical = statistics.median(seconds)
    # memory first: what follows is no part of the loop
    memory = devices.peak_memory_mb(device)
    with FlopCounterMode(display=False) as counter:
        step()
    rate, operations = matmul_rate(device, dtype, job.matrices), counter.get_total_flops()
    return {
        "it_per_s": 1 / typical,
        "seconds_per_step": typical,
        "peak_memory_mb": memory,
        "dtype": _name(dtype),
        "roofline": {
            "gflop_per_step": operations / 1e9,
            "matmul_gflop_per_s": rate / 1e9,
            "share": operations / typical / rate,
        },
    }


def _ours_steps(job: Job) -> Figures:
    """Equal work: one picture from noise, all cutouts at once."""
    own = {name: value for name, value in job.settings.items() if name not in EQUAL and name not in ("cutn", "steps")}
    run = _run(job, _settings(job).changed(**own, **EQUAL, cutn=job.cutn, steps=job.warm + job.timed + 2))
    return steady(lambda: next(run), job, dtype=devices.DTYPES[run.settings.machine.dtype])


def _reference_steps(job: Job) -> Figures:
    return steady(_loop(job, job.prompts[0]).step, job, dtype=torch.float32)


def _ours_builtin(job: Job) -> Figures:
    return {
        **_ours_steps(job),
        "traces": [_kept(job, n, _ours_course(job, text)) for n, text in enumerate(job.prompts)],
    }


def _reference_builtin(job: Job) -> Figures:
    steps = _reference_steps(job)
    traces = [_kept(job, n, _reference_course(job, text)) for n, text in enumerate(job.prompts)]
    return {**steps, "traces": traces}


def _ours_course(job: Job, prompt: str) -> Iterator[tuple[float, Tensor]]:
    """Seconds since the prompt was given, its parts' loading included, and the picture that a user would have then."""
    device = devices.pick_device(job.device)
    studio = _studio(job)
    began, judged = clock(device), 0.0
    run = _run(job, _settings(job).changed(**job.settings), prompt, studio=studio)
    for _ in run:
        now = clock(device)
        image = run.synthesis.best_image
        assert image is not None  # there was a step
        yield now - began - judged, image[0]
        judged += clock(device) - now


def _reference_course(job: Job, prompt: str) -> Iterator[tuple[float, Tensor]]:
    """Seconds under the clock, without loading and without the decoding of pictures to judge, and those pictures."""
    device = devices.pick_device(job.device)
    loop, seconds = _loop(job, prompt), 0.0
    for index in range(1, job.course + 1):
        began = clock(device)
        loop.step()
        seconds += clock(device) - began
        if index % job.every == 0 or index == job.course:
            yield seconds, loop.picture()[0]


def course(job: Job, prompt: str) -> Iterator[tuple[float, Tensor]]:
    """Seconds and picture [3, H, W] in [0, 1] of one side, step by step; of the reference every `job.every` steps."""
    return (_ours_course if job.side == "ours" else _reference_course)(job, prompt)


def _kept(job: Job, number: int, course: Iterator[tuple[float, Tensor]]) -> str:
    """Write a course to a file for the judge, and return its path: "seconds" [T], "pictures" [T, 3, H, W] uint8."""
    seconds, pictures = zip(
        *((when, (image.float().clamp(0, 1) * 255).round().byte().cpu().numpy()) for when, image in course), strict=True
    )
    path = job.folder / f"{job.side}-{job.seed}-{number}.npz"
    np.savez(path, seconds=np.array(seconds), pictures=np.stack(pictures))
    return str(path)


def _ours_batch(job: Job) -> Figures:
    """Whole runs, from prompts to pictures, of several prompts at once."""
    device = devices.pick_device(job.device)
    studio, hourly = _studio(job), {}
    settings = _settings(job).changed(**job.settings)
    next(_run(job, settings, studio=studio))  # the first run of a process loads what later ones find
    for count in job.batches:
        texts = [job.prompts[i % len(job.prompts)] for i in range(count)]
        began = clock(device)
        run = _run(job, settings, *texts, studio=studio)
        for _ in run:
            pass
        run.pictures()
        hourly[str(count)] = 3600 * count / (clock(device) - began)
    most = max(hourly, key=int)
    gain = hourly[most] / hourly[min(hourly, key=int)]
    return {
        "images_per_hour": hourly,
        f"batch_{most}_over_1": gain,
        "dtype": run.settings.machine.dtype,
        "peak_memory_mb": devices.peak_memory_mb(device),
    }


def _reference_batch(job: Job) -> Figures:
    """The reference makes one picture at a time: a step is timed and stands for all steps of its course."""
    found = _reference_steps(job)
    del found["roofline"]
    return {**found, "images_per_hour": {"1": 3600 / (job.course * found["seconds_per_step"])}}


def _ours_rank(job: Job) -> Figures:
    """From file and cache, as `clipgen caption --candidates FILE` ranks."""
    from rank import ours

    return _ranked(job, lambda query: ours(job.folder / "captions.txt", job.folder / "store", query))


def _reference_rank(job: Job) -> Figures:
    """Captions and embeddings lie in memory, which is the easier half; all are sorted for the first few."""
    from rank import TOP

    rows = np.load(job.folder / "rows.npy")
    lines = (job.folder / "captions.txt").read_text(encoding="utf-8").splitlines()
    return _ranked(job, lambda query: [lines[i] for i in np.argsort(-(rows @ query[0].numpy()))[:TOP]])


def _ranked(job: Job, ranking: Callable[[Tensor], list[str]]) -> Figures:
    from rank import DIM, seconds

    query = torch.nn.functional.normalize(torch.randn(1, DIM, generator=torch.Generator().manual_seed(1)), dim=1)
    best = ranking(query)
    typical = statistics.median(seconds(lambda: ranking(query)) for _ in range(job.timed))
    return {
        "it_per_s": 1 / typical,
        "captions_per_s": job.captions / typical,
        "peak_memory_mb": devices.peak_memory_mb(torch.device("cpu")),
        "dtype": "fp32",
        "best": best,
    }


def _settings(job: Job) -> GenerateSettings:
    return GenerateSettings.of(
        size=job.size, seed=job.seed, generator=job.generator, perceptors=(job.perceptor,), device=job.device
    )


def _studio(job: Job) -> Studio:
    """A studio with the perceptor loaded."""
    from clipgen.studio import Studio

    studio = Studio()
    studio.perceptor(_settings(job))
    return studio


def _run(job: Job, settings: GenerateSettings, *prompts: str, studio: Studio | None = None) -> Run:
    asked = jobs.Job("generate", jobs.Inputs(prompts=prompts or job.prompts[:1]), settings, job.weights)
    return (studio or _studio(job)).start(asked)


def _loop(job: Job, prompt: str) -> Loop:
    from reference import LR, Loop, PlainClip

    device = devices.pick_device(job.device)
    painter = _painter(job, device)
    lr = getattr(painter, "lr", LR)
    return Loop(painter, PlainClip.load(job.perceptor, device), prompt, cutn=job.cutn, lr=lr, seed=job.seed)


def _painter(job: Job, device: torch.device) -> Painter:
    """The reference's own VQGAN; of other generators there is no published loop, and ours in float32 stands in one."""
    if job.generator == "vqgan":
        from reference import PlainVQGAN

        file = job.weights or weights.find("vqgan", "generator").path(".safetensors")
        return PlainVQGAN(file, size=job.size, seed=job.seed, device=device)
    from clipgen.registry import GENERATORS

    made = GENERATORS.load(job.generator)(device=device, dtype=torch.float32, weights=job.weights)
    painter = cast("Painter", made)
    painter.start([job.seed], job.size)
    return painter


def _name(dtype: torch.dtype) -> str:
    return next(name for name, known in devices.DTYPES.items() if known == dtype)


MEASURES: dict[tuple[str, str], Callable[[Job], Figures]] = {
    ("builtin", "ours"): _ours_builtin,
    ("builtin", "reference"): _reference_builtin,
    ("batch", "ours"): _ours_batch,
    ("batch", "reference"): _reference_batch,
    ("rank", "ours"): _ours_rank,
    ("rank", "reference"): _reference_rank,
    **{(name, "ours"): _ours_steps for name in ("full", "stylegan", "cppn")},
    **{(name, "reference"): _reference_steps for name in ("full", "stylegan", "cppn")},
}
