"""How does a run's time grow? Seconds against steps, cutouts, pixels and pictures at once, one of them at a time.

    python benchmarks/costs.py --json costs.json --plot costs.png

Each is doubled again and again while the others stay as they are; of a step the median counts, of steps their sum.
The slope is that of a straight line through the logarithms: 1 is linear, less is better than linear.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import click
from curves import draw_curves

from clipgen import Inputs, Job, Studio
from clipgen.settings import GenerateSettings

# what is measured, and at which values; pixels by the side of the picture
VALUES: dict[str, tuple[int, ...]] = {
    "steps": (8, 16, 32, 64),
    "cutouts": (4, 8, 16, 32, 64),
    "pixels": (128, 192, 256, 384, 512),
    "batch": (1, 2, 4, 8),
}
WARM, TIMED = 2, 5
PROMPT = "a lighthouse in a storm"


def settings_of(axis: str, value: int, base: GenerateSettings) -> GenerateSettings:
    """The settings of a run in which one thing differs.

    >>> settings_of("pixels", 128, GenerateSettings()).canvas.size
    (128, 128)
    """
    steps = WARM + (value if axis == "steps" else TIMED)
    changed = {"cutouts": {"cutn": value}, "pixels": {"size": (value, value)}, "batch": {"count": value}}
    return base.changed(steps=steps, **changed.get(axis, {}))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through the logarithms of points (x, y).

    >>> slope([(1, 2), (2, 4), (4, 8)])
    1.0
    """
    xs, ys = ([math.log(point[axis]) for point in points] for axis in (0, 1))
    middle_x, middle_y = statistics.fmean(xs), statistics.fmean(ys)
    rise = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return rise / sum((x - middle_x) ** 2 for x in xs)


def seconds_of(studio: Studio, settings: GenerateSettings, axis: str) -> float:
    """Of a step in the steady state, or of all steps after the first ones."""
    run = studio.start(Job("generate", Inputs(prompts=(PROMPT,)), settings))
    for _ in range(WARM):
        next(run)
    taken = [step.seconds for step in run]
    return sum(taken) if axis == "steps" else statistics.median(taken)


def measure(base: GenerateSettings) -> dict[str, list[tuple[float, float]]]:
    """(value, seconds) of every axis; pixels as their number."""
    found: dict[str, list[tuple[float, float]]] = {}
    with Studio(base.search.perceptors) as studio:
        for axis, values in VALUES.items():
            for value in values:
                began = time.monotonic()
                seconds = seconds_of(studio, settings_of(axis, value, base), axis)
                found.setdefault(axis, []).append((float(value**2 if axis == "pixels" else value), seconds))
                click.echo(f"{axis} {value}: {seconds:.3f} s, measured in {time.monotonic() - began:.0f} s", err=True)
    return found


@click.command()
@click.option("--generator", default="vqgan", show_default=True)
@click.option("--perceptor", default="builtin", show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw seconds against each, as multiples of its first.")
def main(generator: str, perceptor: str, device: str, json_path: Path | None, plot: Path | None) -> None:
    """Measure how seconds grow with steps, cutouts, pixels and pictures at once."""
    base = GenerateSettings.of(
        generator=generator, perceptors=(perceptor,), device=device, start="noise", race=1, seed=7
    )
    found = measure(base)
    for axis, points in found.items():
        click.echo(f"{axis:8} slope {slope(points):.2f}  " + "  ".join(f"{x:g}: {y:.3f} s" for x, y in points))
    if plot:
        # one frame for all: each begins at 1
        lines = {axis: [[(x / points[0][0], y / points[0][1]) for x, y in points]] for axis, points in found.items()}
        draw_curves(plot, lines, across="times as much", up="times as long")
    if json_path:
        slopes = {axis: slope(points) for axis, points in found.items()}
        json_path.write_text(json.dumps({"seconds": found, "slope": slopes}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
