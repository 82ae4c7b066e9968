"""Do the pictures show their words? Paints the benchmark's prompts and lets a CLIP that never took part judge them.

    python benchmarks/quality.py --generator vqgan --json quality.json --sheet quality.png
    python benchmarks/quality.py --renders ART --every 1      # instead: of what the picture world itself draws of them

The judge (benchmarks/judge/) has another seed, width and input than the built-in CLIPs and is never optimised against.
R@1: share of pictures whose own prompt is the judge's first among all prompts and 200 distractor captions.
Named first, in 5: share of pictures of a thing whose name is the judge's first, or among its first five, of all names
of the picture world. What it says of real renders of the same prompts is the most that can be asked of painted ones.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import torch
from PIL import Image
from renders import Renders
from torch import Tensor

import clipgen
from clipgen.media.images import from_pil
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import contact_sheet
from clipgen.models import weights
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Question:
    """One prompt: its kind, its words, and the thing that it shows, if any."""

    kind: str
    text: str
    thing: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the judge says of one picture: rank of its own prompt and of its thing (0: first), cosine to the prompt."""

    kind: str
    text: str
    rank: int
    thing_rank: int | None
    score: float
    guide_score: float


def questions(path: Path) -> list[Question]:
    """Read a list of prompts."""
    return [Question(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["prompts"]]


def paint(asked: Sequence[Question], *, batch: int, **settings: Any) -> Iterator[clipgen.GeneratedImage]:
    """Paint every prompt, ``batch`` at a time."""
    with clipgen.Studio(**settings) as studio:
        for first in range(0, len(asked), batch):
            texts = [q.text for q in asked[first : first + batch]]
            yield from studio.generate(texts)
            click.echo(f"{min(first + batch, len(asked))}/{len(asked)}", err=True)


def rank_of(own: Tensor, scores: Tensor) -> list[int]:
    """How many columns of scores [N, M] are above each row's own score [N]."""
    return (scores > own[:, None]).sum(1).tolist()


@torch.no_grad()
def judge(judging: Perceptor, asked: Sequence[Question], images: Tensor, guide_scores: Sequence[float]) -> list[Answer]:
    """Rank prompts, distractors and names for each picture; images [N, 3, H, W] in [0, 1]."""
    distractors = (HERE / "distractors.txt").read_text(encoding="utf-8").splitlines()
    names = json.loads(weights.find("builtin", role="perceptor").path("things.json").read_text(encoding="utf-8"))
    seen = judging.encode_image(images)
    texts = judging.encode_text([q.text for q in asked] + distractors)
    scores = seen @ texts.T
    own = scores.diagonal()[: len(asked)]
    ranks = rank_of(own, scores)
    named = seen @ judging.encode_text(names).T
    answers = []
    for i, (question, guide) in enumerate(zip(asked, guide_scores, strict=True)):
        thing_rank = None
        if question.thing is not None:
            thing_rank = rank_of(named[i : i + 1, names.index(question.thing)], named[i : i + 1])[0]
        answers.append(Answer(question.kind, question.text, ranks[i], thing_rank, float(own[i]), guide))
    return answers


def summary(answers: Sequence[Answer]) -> dict[str, float]:
    """The bars: R@1, named first and in 5, mean scores; R@1 by kind of prompt as well."""
    things = [a for a in answers if a.thing_rank is not None]
    kinds = sorted({a.kind for a in answers})
    of = {k: [a for a in answers if a.kind == k] for k in kinds}
    by_kind = {f"r_at_1_{k}": sum(a.rank == 0 for a in rows) / len(rows) for k, rows in of.items()}
    return {
        "r_at_1": sum(a.rank == 0 for a in answers) / len(answers),
        "named_first": sum(a.thing_rank == 0 for a in things) / max(1, len(things)),
        "named_in_5": sum((a.thing_rank or 0) < 5 for a in things) / max(1, len(things)),
        "judge_score": sum(a.score for a in answers) / len(answers),
        "guide_score": sum(a.guide_score for a in answers) / len(answers),
        **by_kind,
    }


@click.command()
@click.option("--generator", default="vqgan", show_default=True)
@click.option("--quality", default="normal", show_default=True)
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Any other setting, as JSON: --set lr=0.2")
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--prompts", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=HERE / "prompts.toml",
    help="The list; untuned.toml is one that nothing was tuned on.",
)  # fmt: skip
@click.option("--batch", default=1, show_default=True, help="Prompts in one batched run.")
@click.option("--every", default=1, show_default=True, help="Take every n-th prompt only.")
@click.option(
    "--renders", "art", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="ART",
    help="Judge what the picture world draws of the prompts; ART: folder of the art pack.",
)  # fmt: skip
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--pictures", type=click.Path(path_type=Path), help="Write the pictures, with their settings, here.")
@click.option("--sheet", type=click.Path(path_type=Path), help="Write a contact sheet here.")
def main(
    generator: str,
    quality: str,
    changes: Sequence[str],
    seed: int,
    prompts: Path,
    batch: int,
    every: int,
    art: Path | None,
    json_path: Path | None,
    pictures: Path | None,
    sheet: Path | None,
) -> None:
    """Paint the benchmark's prompts and print what the judge finds."""
    if not (HERE / "judge" / "clip.safetensors").exists():
        train = "clipgen train clip --recipe judge --art FOLDER --photos FOLDER"
        raise click.ClickException(f"there is no judge yet; train one: {train}")
    asked = questions(prompts)[::every]
    settings = {name: json.loads(value) for name, _, value in (c.partition("=") for c in changes)}
    began = time.monotonic()
    if art:
        renders = Renders(art)
        drawn = [(one, renders.draw(one.text, one.thing, seed)) for one in asked]
        asked = [one for one, picture in drawn if picture is not None]
        painted = [Image.fromarray(picture) for _, picture in drawn if picture is not None]
        click.echo(f"{len(asked)} of {len(drawn)} prompts are drawn")
    else:
        painted = list(paint(asked, batch=batch, generator=generator, quality=quality, seed=seed, **settings))
    seconds = time.monotonic() - began
    judging = load_perceptor(f"local-dir:{HERE / 'judge'}", torch.device("cpu"))
    images = torch.cat([from_pil(p) for p in painted])
    answers = judge(judging, asked, images, [p.info.get("clipgen", {"score": 0})["score"] for p in painted])
    figures = {**summary(answers), "pictures": len(answers), "seconds_a_picture": seconds / len(answers)}
    for name, value in figures.items():
        click.echo(f"{name:24} {value:.3f}")
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(painted):
            picture.save(pictures / f"{number:02d}.png")
    if json_path:
        report = {"generator": generator, "quality": quality, "settings": settings, "seed": seed, **figures}
        json_path.write_text(json.dumps({**report, "answers": [asdict(a) for a in answers]}, indent=2) + "\n")
    if sheet:
        save_picture(sheet, contact_sheet(painted, labels=[q.text for q in asked], columns=8), {})


if __name__ == "__main__":
    main()
