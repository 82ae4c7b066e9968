"""Seconds and bytes of one job of each kind: what docs/scaling.md reckons with.

    OMP_NUM_THREADS=1 python benchmarks/scale.py --json scale.json

On a CPU seconds are those of a core that computes, which other processes on the machine change little; with
a GPU they are those of the clock.

embed: an index of JPEGs of 512 × 384 pixels: reading a file on one core, embedding it, storing it; paint: whole
pictures by the built-in models; caption: pictures by the reader; film: frames; flop: operations of a picture, counted.
`--perceptor vit-b-32` measures a network of that shape with random weights.
"""

from __future__ import annotations

import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import configured  # noqa: F401  # before torch is imported
import numpy as np
import torch
from full_size import VIT, prepare
from machine import clock
from PIL import Image
from sides import EQUAL, _run, _settings
from speed import job_of
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from clipgen import Studio, devices
from clipgen.library import Library
from clipgen.library.indexing import _Run
from clipgen.library.readers import BATCH, BATCH_ON_GPU, side_for
from clipgen.library.reading import embedded, read_picture
from clipgen.perceptors.base import Perceptor

SIZE, CPU = (512, 384), torch.device("cpu")
PROMPTS = ("a castle", "a red apple", "a sunset over the sea", "a fox in the snow", "a harbour", "a forest",
           "a lighthouse", "a city at night")  # fmt: skip
Figures = dict[str, Any]


def write_pictures(folder: Path, count: int) -> list[Path]:
    """Smooth pictures with some grain, as JPEG: about 40 kB each."""
    paths = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        small = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        smooth = np.asarray(small.resize(SIZE, Image.Resampling.BICUBIC))
        picture = Image.fromarray((smooth + rng.normal(0, 6, smooth.shape)).clip(0, 255).astype(np.uint8))
        paths.append(folder / f"{seed:06d}.jpg")
        picture.save(paths[-1], quality=88)
    return paths


def now(device: torch.device) -> float:
    """Seconds: of the clock where there is a GPU, else those that this process has computed."""
    return time.process_time() if device.type == "cpu" else clock(device)


def timed(call: Callable[[], object], device: torch.device) -> float:
    """Seconds of a call, see `now`."""
    began = now(device)
    call()
    return now(device) - began


def measure_embedding(folder: Path, perceptor: Perceptor, device: torch.device, count: int) -> Figures:
    """Milliseconds a picture of the three parts of an index (reading and storing: of a core), and bytes on disk."""
    paths = write_pictures(folder, count)
    size = BATCH if device.type == "cpu" else BATCH_ON_GPU
    read, embed, store = [list[float]() for _ in range(3)]
    with Library(folder / "library.sqlite") as library:
        run = _Run(library, perceptor)
        for first in range(0, count, size):
            batch, began = [], now(CPU)
            for path in paths[first : first + size]:
                batch.append(read_picture(path, run.known, side=side_for(perceptor)))
            read.append((now(CPU) - began) / len(batch))
            began = now(device)
            bundle = embedded(batch, perceptor, run.stored)
            embed.append((now(device) - began) / len(batch))
            began = now(CPU)
            run._store(bundle.readings, bundle.vectors)
            store.append((now(CPU) - began) / len(batch))
        stored = library.status().bytes
    # the first batch loads and plans
    return {
        **{f"{name}_ms": 1000 * statistics.median(some[1:] or some)
           for name, some in (("read", read), ("embed", embed), ("store", store))},
        "pictures": count, "stored_bytes": stored / count,
        "jpeg_bytes": statistics.mean(path.stat().st_size for path in paths),
        "vector_bytes": 2 * perceptor.dim + 32, "batch": size,
    }  # fmt: skip


def flop(call: Callable[[], object]) -> float:
    """Operations of a call, in 1e9."""
    with FlopCounterMode(display=False) as counter:
        call()
    return float(counter.get_total_flops()) / 1e9


class _Count(TorchDispatchMode):
    """Counts the operations that are dispatched: on a GPU each is a kernel or more, views apart."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += "view" not in function.__name__ and function.__name__.split(".")[0] not in _VIEWS
        return function(*args, **(kwargs or {}))


_VIEWS = frozenset(("detach", "t", "transpose", "permute", "expand", "slice", "select", "unsqueeze", "squeeze", "alias",
                    "unbind", "split", "as_strided", "_local_scalar_dense"))  # fmt: skip


def operations(call: Callable[[], object]) -> int:
    """Operations of a call that are no views."""
    with _Count() as counter:
        call()
    return counter.count


def measure_full_size(device: torch.device) -> Figures:
    """Seconds, operations and their number of a step of the f16 VQGAN and ViT-B/32 at 256 px, 32 cutouts."""
    with tempfile.TemporaryDirectory() as folder:
        job = job_of("full", Path(folder), device=str(device))
        prepare(job)
        run = _run(job, _settings(job).changed(**EQUAL, cutn=job.cutn, steps=6))
        next(run)
        return {"seconds_a_step": timed(lambda: next(run), device), "gflop_a_step": flop(lambda: next(run)),
                "operations_a_step": operations(lambda: next(run))}  # fmt: skip


def measure_painting(device: torch.device, counts: Sequence[int], quality: str) -> Figures:
    """Seconds and bytes a picture of whole runs, by the number of pictures at once, and operations of a step."""
    found: Figures = {"quality": quality}
    with Studio(device=str(device)) as studio:
        next(studio.stream("a fox", seed=1, quality=quality))  # loads
        for count in counts:
            texts = [PROMPTS[i % len(PROMPTS)] for i in range(count)]
            began = now(device)
            images = studio.generate(texts, seed=7, quality=quality)
            found[f"seconds_at_{count}"] = (now(device) - began) / count
            file = io.BytesIO()
            images[0].save(file, format="PNG")
            found["png_bytes"] = len(file.getvalue())
        run = studio.stream("a fox", seed=1, quality=quality)
        next(run)
        found["gflop_a_step"] = flop(lambda: next(run))
        found["operations_a_step"] = operations(lambda: next(run))
        found["steps"] = run.settings.search.steps
    return found


def measure_captions(device: torch.device, paths: Sequence[Path]) -> Figures:
    """Pictures a second that are captioned."""
    with Studio(device=str(device)) as studio:
        studio.caption(paths[0])
        return {"pictures_per_s": len(paths[1:]) / timed(lambda: studio.caption(list(paths[1:])), device)}


def measure_film(device: torch.device, seconds: float) -> Figures:
    """Frames a minute of a film of two scenes."""
    from clipgen.timelines import Scene, Timeline

    with Studio(device=str(device)) as studio:
        next(studio.stream("a fox", seed=1))
        scenes = Timeline((Scene("a castle", seconds), Scene("a forest", seconds)))
        film, frames = studio.animate(scenes, seed=7, fps=12), 0
        began = now(device)
        for _ in film:
            frames += 1
        return {"frames": frames, "frames_per_minute": 60 * frames / (now(device) - began)}


def load(name: str, folder: Path, device: torch.device) -> Perceptor:
    """A perceptor by name; vit-b-32 with random weights."""
    names = name
    if name == "vit-b-32":
        import open_clip

        from clipgen.perceptors.openclip.build import quiet

        with quiet():
            torch.save(open_clip.create_model(VIT).state_dict(), folder / "clip.pt")
        names = f"{VIT}/{folder / 'clip.pt'}"
    from clipgen.perceptors.ensemble import load_perceptors

    return load_perceptors([names], device, devices.pick_dtype("auto", device))


def parts(device: torch.device, perceptors: Sequence[str], small: bool) -> Iterator[tuple[str, Callable[[], Figures]]]:
    """What is measured, by name."""
    count, few = (40, 4) if small else (96, 8) if device.type == "cpu" else (2048, 128)
    for name in perceptors:
        def embedding(name: str = name) -> Figures:
            with tempfile.TemporaryDirectory() as folder:
                perceptor = load(name, Path(folder), device)
                side = perceptor.input_size
                found = measure_embedding(Path(folder), perceptor, device, count)
                images = torch.rand(1, 3, side, side, device=device)
                return {**found, "gflop": flop(lambda: perceptor.encode_image(images))}

        yield f"embed {name}", embedding
    counts = (1, 2) if small else (1, 8) if device.type == "cpu" else (1, 2, 4, 8, 16)
    for quality in ("draft",) if small else ("draft", "normal"):
        yield f"paint {quality}", lambda quality=quality: measure_painting(device, counts, quality)

    def captions() -> Figures:
        with tempfile.TemporaryDirectory() as folder:
            return measure_captions(device, write_pictures(Path(folder), few))

    if not small:
        yield "paint full", lambda: measure_full_size(device)
    yield "caption", captions
    yield "film", lambda: measure_film(device, 0.5 if small else 2.0)


@click.command()
@click.option("--device", default="auto", show_default=True)
@click.option("--perceptor", "perceptors", multiple=True, default=("reader", "vit-b-32"), show_default=True)
@click.option("--small", is_flag=True, help="A few pictures only: whether it runs.")
@click.option("--only", multiple=True, metavar="NAME", help="Parts whose names begin so; repeat for several.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(device: str, perceptors: Sequence[str], small: bool, only: Sequence[str], json_path: Path | None) -> None:
    """Measure one job of each kind."""
    where, found = devices.pick_device(device), dict[str, Figures]()
    for name, measure in parts(where, perceptors, small):
        if not only or name.startswith(tuple(only)):
            found[name] = measure()
            click.echo(f"{name}: {json.dumps(found[name])}")
            if json_path:  # whoever is stopped has what was measured
                json_path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
