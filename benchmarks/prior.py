"""What does a prior for the full-size pair take? Trains one on random weights in their shapes, for its pace and memory.

    python benchmarks/prior.py PICTURES --steps 4

PICTURES: any folder of pictures. The pair is a VQGAN as `vqgan-imagenet-16384` and a CLIP as `vit-b-32`; the prior has
the recipe's own widths. Each part is timed by itself: pictures are encoded once, and trained on many times.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import click
import torch
from full_size import VIT, prepare
from sides import Job

from clipgen import devices
from clipgen.train import prior


@click.command(help=__doc__, context_settings={"max_content_width": 120})
@click.argument("pictures", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--size", type=int, default=256, show_default=True, help="Side of the pictures.")
@click.option("--batch", type=int, default=32, show_default=True, help="Pictures a step.")
@click.option("--steps", type=int, default=4, show_default=True, help="Steps of training.")
@click.option("--device", default="auto", show_default=True)
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures here.")
def main(pictures: Path, size: int, batch: int, steps: int, device: str, output: Path | None) -> None:
    where = devices.pick_device(device)
    began, lines = time.monotonic(), list[tuple[float, str]]()

    def report(line: str) -> None:
        lines.append((time.monotonic() - began, line))
        click.echo(f"{lines[-1][0]:7.1f} s  {line}")

    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        prepare(Job(workload="full", side="ours", folder=folder))
        report("the weights are written")
        loss = prior.run(
            out=folder / "made",
            runs=folder / "runs",
            pictures=pictures,
            weights=folder / "vqgan.safetensors",
            perceptor=f"{VIT}/{folder / 'clip.pt'}",
            size=size,
            batch=batch,
            steps=steps,
            first=batch,
            fresh=2,
            device=device,
            report=report,
        )
        report(f"the prior is written; loss {loss:.3f}")
        curve = [json.loads(line) for line in (folder / "runs" / "prior" / "curve.jsonl").read_text().splitlines()]
        written = sum(file.stat().st_size for file in (folder / "made").iterdir())
    figures = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "size": size,
        "batch": batch,
        "encode_s": _seconds_a_picture(lines),
        "train_pictures_per_s": curve[-1]["pace"],
        "loss": [row["loss"] for row in curve],
        "prior_mb": written / 1e6,
        "peak_memory_mb": devices.peak_memory_mb(where),
        "seconds": lines[-1][0],
    }
    click.echo(json.dumps(figures, indent=2))
    if output:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _seconds_a_picture(lines: list[tuple[float, str]]) -> float:
    """The median of those that the lines about encoding tell."""
    paces = [float(line.split()[-2]) for _, line in lines if line.startswith("encoded ")]
    return 1 / sorted(paces)[len(paces) // 2] if paces else float("nan")


if __name__ == "__main__":
    main()
