"""From random codes, does the loss fall as far as in the loop that people run today, step for step?

    python benchmarks/loss.py --course 300 --prompts 3

Built-in models; ours starts from noise with the cutouts and the learning rate of `--quality normal`. Neither side's own
loss counts: the pictures of both are seen in the same 32 views, made as the reference makes its own, and the mean of
half the squared angles between views and words is taken. That favours the reference, which optimises just this;
what neither optimises is the judge's score (`speed.py --workload builtin --set 'start="noise"'`).

Networks of full size with random weights say nothing here: such a CLIP sees no difference between pictures, such a
decoder draws none (29 November 2026, f16-16384 at 128 px: with ViT-B/32 the loss is 1.2114 for both from step 10 to 60,
with the built-in CLIP 1.2163 and 1.2160 from 10 to 100).
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import click
from figures import SIDES, Figures
from sides import Job, course, measure_alone
from speed import HERE, few, in_child

_VIEWS = 11  # their seed


def losses(job: Job) -> Figures:
    """Of one side: the mean loss over the prompts by the number of steps."""
    import torch
    from reference import PlainClip, PooledCutouts, great_circle

    clip = PlainClip.load(job.perceptor)
    views = PooledCutouts(clip.side)
    found: dict[int, list[float]] = {}
    for prompt in job.prompts:
        wanted = clip.words(prompt)
        for number, (_, image) in enumerate(course(job, prompt), 1):
            step = number * (job.every if job.side == "reference" else 1)
            if step % job.every:
                continue
            with torch.no_grad(), torch.random.fork_rng():
                torch.manual_seed(_VIEWS)
                found.setdefault(step, []).append(float(great_circle(clip.look(views(image[None].float())), wanted)))
    return {"loss": {step: fmean(each) for step, each in found.items()}}


def run(job: Job) -> dict[str, Figures]:
    """The figures of both sides, each in a fresh process."""
    alone = partial(measure_alone, measured=losses)
    return {side: in_child(alone, replace(job, side=side)) for side in SIDES}


@click.command()
@click.option("--prompts", default=1, show_default=True, type=click.IntRange(1, 64), help="Of benchmarks/prompts.toml.")
@click.option("--size", default=256, show_default=True, help="Side of the picture in pixels.")
@click.option("--course", default=100, show_default=True, type=click.IntRange(10), help="Steps of both.")
@click.option("--every", default=10, show_default=True, type=click.IntRange(1), help="Steps between two figures.")
@click.option("--seed", default=7, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(prompts: int, size: int, course: int, json_path: Path | None, **given: Any) -> None:
    """Follow the loss of clipgen and of a plainly written loop after VQGAN-CLIP (arXiv 2204.08583)."""
    from quality import questions

    texts = few([question.text for question in questions(HERE / "prompts.toml")], prompts)
    settings = {"start": "noise", "steps": course}
    with tempfile.TemporaryDirectory() as folder:
        found = run(Job("builtin", "", Path(folder), prompts=texts, size=(size, size), course=course,
                        settings=settings, **given))  # fmt: skip
    click.echo("steps  " + "  ".join(f"{side:>9}" for side in SIDES))
    for step in found["ours"]["loss"]:
        click.echo(f"{step:5}  " + "  ".join(f"{found[side]['loss'][step]:9.4f}" for side in SIDES))
    if json_path:
        json_path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
