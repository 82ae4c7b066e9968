"""Is every part of a prompt kept, is each seed another picture, and do words that say nothing leave it as it is?

    python benchmarks/fidelity.py facts --count 100 --json facts.json
    python benchmarks/fidelity.py seeds --count 16 --json seeds.json
    python benchmarks/fidelity.py fillers --count 32 --json fillers.json

facts: generated prompts of counts, grounds, sides and places. Counts and grounds are read from the pixels (connected
parts that differ from the ground; the ground's nearest named colour), sides and places by the judge
(benchmarks/judge/), which never takes part in painting, among other things and other places.
seeds: cosine, by the reader, of the pictures of one prompt from four seeds, and share of pairs that are the same to the
eye: their mean difference at 32 pixels is below 0.03.
fillers: share of prompts whose picture shows the plain words less, by more than 0.1 of the reader's cosine, once a
word that says nothing is added.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import clipgen
from clipgen.colours import COLOURS
from clipgen.media.images import from_pil
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import contact_sheet
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor
from clipgen.scenery import SCENES
from clipgen.tasks.generate.collage import ground_of
from clipgen.tasks.generate.layouts import plural
from clipgen.train.world.captions import indefinite

HERE = Path(__file__).parent
SEEDS = 4
SAME = 0.03  # mean difference at 32 pixels of pictures that are the same to the eye
DROP = 0.1
FILLERS = ("quiet", "beautiful", "some", "very nice", "leaning")
NUMBERS = {2: "two", 3: "three"}
#: a difference from the ground (RGB) that is seen, and the least share of the picture that a thing covers
SEEN, COVERED = 0.25, 0.01
THINGS = (
    "cat", "dog", "fox", "horse", "elephant", "penguin", "owl", "duck", "turtle", "crab", "butterfly", "sunflower",
    "cactus", "mushroom", "red apple", "lemon", "strawberry", "hamburger", "doughnut", "automobile", "bus", "rocket",
    "sailboat", "guitar", "crown", "key", "balloon", "snowman", "robot", "soccer ball",
)  # fmt: skip
PLACES = ("forest", "desert", "beach", "winter landscape", "flower meadow", "underwater scene", "galaxy", "village")


@dataclass(frozen=True)
class Fact:
    """A prompt and what its picture must show: how many of one thing, a ground, two sides, or a thing and its place."""

    kind: str
    text: str
    things: tuple[str, ...]
    number: int = 1
    ground: str = ""
    place: str = ""


def facts(count: int, seed: int) -> list[Fact]:
    """Generated prompts, of the four kinds in turn.

    >>> [fact.kind for fact in facts(4, 0)]
    ['count', 'ground', 'sides', 'place']
    """
    rng = np.random.default_rng(seed)
    made = []
    for index in range(count):
        first, second = (str(name) for name in rng.choice(THINGS, 2, replace=False))
        colour, place = str(rng.choice(list(COLOURS))), str(rng.choice(PLACES))
        number = int(rng.choice(list(NUMBERS)))
        made.append([
            Fact("count", f"{NUMBERS[number]} {plural(first)} on a white background", (first,), number=number),
            Fact("ground", f"{indefinite(first)} on a {colour} background", (first,), ground=colour),
            Fact("sides", f"{indefinite(first)} to the left of {indefinite(second)}", (first, second)),
            Fact("place", f"{indefinite(first)} {SCENES[place].place[0]}", (first,), place=place),
        ][index % 4])  # fmt: skip
    return made


def counted(image: Tensor) -> int:
    """The number of things on a plain ground in a picture [1, 3, H, W]."""
    away = (image - ground_of(image)).norm(dim=1)[0] > SEEN
    _, _, stats, _ = cv2.connectedComponentsWithStats(away.numpy().astype(np.uint8))
    return int((stats[1:, cv2.CC_STAT_AREA] >= COVERED * away.numel()).sum())


def nearest_colour(image: Tensor) -> str:
    """The named colour nearest to the ground of a picture [1, 3, H, W]."""
    ground = ground_of(image).flatten()
    return min(COLOURS, key=lambda name: float((torch.tensor(COLOURS[name]) / 255 - ground).norm()))


@torch.no_grad()
def holds(fact: Fact, image: Tensor, judge: Perceptor) -> bool:
    """Whether a picture [1, 3, H, W] shows a fact."""

    def named(seen: Tensor, names: Sequence[str]) -> str:
        return names[int((judge.encode_image(seen) @ judge.encode_text(list(names)).T).argmax())]

    if fact.kind == "count":
        return counted(image) == fact.number
    if fact.kind == "ground":
        return nearest_colour(image) == fact.ground
    half = image.shape[-1] // 2
    if fact.kind == "sides":
        return (named(image[..., :half], fact.things), named(image[..., half:], fact.things)) == fact.things
    here = [f"{indefinite(thing)} {SCENES[fact.place].place[0]}" for thing in THINGS]
    there = [f"{indefinite(fact.things[0])} {SCENES[place].place[0]}" for place in PLACES]
    return named(image, here) == named(image, there) == fact.text


def paint(asked: Sequence[tuple[str, int]], **settings: Any) -> Iterator[clipgen.GeneratedImage]:
    """Paint prompts from seeds."""
    with clipgen.Studio(**settings) as studio:
        for done, (text, seed) in enumerate(asked, 1):
            yield from studio.generate([text], seed=seed)
            click.echo(f"{done}/{len(asked)}", err=True)


def prompts(count: int) -> list[str]:
    """So many prompts from all over the benchmark's list."""
    texts = [row["text"] for row in tomllib.loads((HERE / "prompts.toml").read_text(encoding="utf-8"))["prompts"]]
    return texts[:: max(1, len(texts) // count)][:count]


def measure_facts(count: int, seed: int, size: tuple[int, int]) -> tuple[dict[str, float], list[Any], list[Any]]:
    """Shares of facts that pictures show, in all and by kind; each fact with its verdict; the pictures."""
    asked = facts(count, seed)
    painted = list(paint([(fact.text, seed) for fact in asked], size=size))
    judge = load_perceptor(f"local-dir:{HERE / 'judge'}", torch.device("cpu"))
    right = [holds(fact, from_pil(picture), judge) for fact, picture in zip(asked, painted, strict=True)]
    figures = {"held": sum(right) / len(right)}
    for kind in dict.fromkeys(fact.kind for fact in asked):
        of = [verdict for fact, verdict in zip(asked, right, strict=True) if fact.kind == kind]
        figures[f"held_{kind}"] = sum(of) / len(of)
    return figures, [{**asdict(f), "held": verdict} for f, verdict in zip(asked, right, strict=True)], painted


@torch.no_grad()
def measure_seeds(count: int, seed: int, size: tuple[int, int]) -> tuple[dict[str, float], list[Any], list[Any]]:
    """The mean cosine between seeds, and the share of pairs that are the same to the eye."""
    texts = prompts(count)
    painted = list(paint([(text, seed + k) for text in texts for k in range(SEEDS)], size=size))
    reader = load_perceptor("reader", torch.device("cpu"))
    rows = []
    for index, text in enumerate(texts):
        images = torch.cat([from_pil(picture) for picture in painted[index * SEEDS : (index + 1) * SEEDS]])
        seen, small = reader.encode_image(images), F.interpolate(images, (32, 32), mode="area")
        for a, b in combinations(range(SEEDS), 2):
            apart = float((small[a] - small[b]).abs().mean())
            rows.append({"text": text, "cosine": float(seen[a] @ seen[b]), "difference": apart})
    return {
        "cosine_between_seeds": sum(row["cosine"] for row in rows) / len(rows),
        "same_to_the_eye": sum(row["difference"] < SAME for row in rows) / len(rows),
    }, rows, painted  # fmt: skip


@torch.no_grad()
def measure_fillers(count: int, seed: int, size: tuple[int, int]) -> tuple[dict[str, float], list[Any], list[Any]]:
    """The share of prompts that a word which says nothing spoils."""
    texts = prompts(count)
    filled = [f"{FILLERS[index % len(FILLERS)]} {text}" for index, text in enumerate(texts)]
    painted = list(paint([(text, seed) for pair in zip(texts, filled, strict=True) for text in pair], size=size))
    reader = load_perceptor("reader", torch.device("cpu"))
    seen = torch.cat([reader.encode_image(from_pil(picture)) for picture in painted]).view(len(texts), 2, -1)
    scores = torch.einsum("npd,nd->np", seen, reader.encode_text(texts)).tolist()
    rows = [{"text": t, "plain": plain, "filled": full} for t, (plain, full) in zip(filled, scores, strict=True)]
    return {"spoiled": sum(row["plain"] - row["filled"] > DROP for row in rows) / len(rows)}, rows, painted


MEASURES: dict[str, Callable[[int, int, tuple[int, int]], tuple[dict[str, float], list[Any], list[Any]]]] = {
    "facts": measure_facts,
    "seeds": measure_seeds,
    "fillers": measure_fillers,
}


@click.command()
@click.argument("measure", type=click.Choice(list(MEASURES)))
@click.option("--count", default=16, show_default=True, help="Prompts.")
@click.option("--seed", default=1, show_default=True)
@click.option("--size", nargs=2, default=(256, 256), show_default=True, help="Width and height of the pictures.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--sheet", type=click.Path(path_type=Path), help="Write a contact sheet here.")
def main(
    measure: str, count: int, seed: int, size: tuple[int, int], json_path: Path | None, sheet: Path | None
) -> None:
    """Paint and print one measure."""
    figures, rows, painted = MEASURES[measure](count, seed, size)
    for name, value in figures.items():
        click.echo(f"{name:24} {value:.3f}")
    if json_path:
        report = {"measure": measure, "seed": seed, "size": size, **figures, "rows": rows}
        json_path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if sheet:
        labels = [picture.info["clipgen"]["prompt"] for picture in painted]
        save_picture(sheet, contact_sheet(painted, labels=labels, columns=8), {})


if __name__ == "__main__":
    main()
