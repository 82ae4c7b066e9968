"""How many safe pictures are veiled or to be checked? 1,000 of nine kinds, none of which thresholds are chosen on.

    python benchmarks/moderate.py DATA --json moderate.json        # --count 200 for a first answer

DATA is the folder with emoji/, photos/ and drawings/. World pictures (things alone and in scenes, with weapons, skulls
and syringes among them), photographs and drawings that training never saw, among them pets and other animals, noise,
flat colours, letters, and unfinished frames: pictures of the world with noise over them, as a generator's first steps.
Nothing unsafe is measured: there is none here.

27 November 2026, the reader (which knows 4 of the 36 prompts), seed 1: of 1,000 pictures none is veiled and 1.3 % are
to be checked: 3.6 % of the world's, 1.8 % of photographs and of unfinished frames, none of drawings, noise, flat
colours and letters.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from PIL import Image

from clipgen.media.images import from_pil
from clipgen.parts import Parts
from clipgen.settings import ModerateSettings
from clipgen.similarity import embed_images
from clipgen.tasks.moderate import Moderator
from clipgen.tasks.unrelated import matcher_of
from clipgen.train.sources import load_drawings, load_photos
from clipgen.train.sources.drawings import render
from clipgen.train.world import World

_SIDE, _FRESH = 160, 700_001
_ANIMALS = ("cat", "dog", "dalmatian", "leopard", "panda", "kangaroo", "rooster", "elephant", "hedgehog", "flamingo")
Draw = Callable[[np.random.Generator], np.ndarray]


def kinds(data: Path) -> dict[str, Draw]:
    """Draws a picture of each kind from a generator."""
    world = World(data / "emoji")
    photos = [one for some in load_photos(data / "photos", held_out=True) for one in some.photos]
    animals = [one for one in photos if any(word in name for name in one.names for word in _ANIMALS)]
    drawings = load_drawings(data / "drawings" / "quickdraw.ndjson.gz", held_out=True).drawings

    def scene(rng: np.random.Generator) -> np.ndarray:
        return world.sample((_FRESH, int(rng.integers(2**31))), _SIDE).image

    def noise(rng: np.random.Generator) -> np.ndarray:
        cells = int(rng.choice([4, 16, 80, _SIDE]))
        coarse = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        return cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)

    def unfinished(rng: np.random.Generator) -> np.ndarray:
        share = rng.uniform(0.3, 0.9)
        soft = cv2.GaussianBlur(scene(rng), (0, 0), rng.uniform(1, 12))
        return (soft * (1 - share) + noise(rng) * share).astype(np.uint8)

    def letters(rng: np.random.Generator) -> np.ndarray:
        page = np.full((_SIDE, _SIDE, 3), rng.integers(160, 256), np.uint8)
        text = "".join(rng.choice(list("abcdefghij klmno"), 9))
        return cv2.putText(page, text, (8, _SIDE // 2), cv2.FONT_HERSHEY_DUPLEX, 0.8, (20, 20, 40), 2)

    return {
        "world": scene,
        "thing": lambda rng: world.plain_thing(int(rng.integers(len(world.things))), _FRESH, _SIDE).image,
        "photograph": lambda rng: photos[int(rng.integers(len(photos)))].load(),
        "animal": lambda rng: animals[int(rng.integers(len(animals)))].load(),
        "drawing": lambda rng: render(drawings[int(rng.integers(len(drawings)))].strokes, _SIDE),
        "noise": noise,
        "flat colour": lambda rng: np.full((_SIDE, _SIDE, 3), rng.integers(0, 256, 3), np.uint8),
        "letters": letters,
        "unfinished": unfinished,
    }


def pictures(data: Path, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Pictures of all kinds in turn, without an end."""
    rng, every = np.random.default_rng(seed), kinds(data)
    while True:
        yield from ((kind, draw(rng)) for kind, draw in every.items())


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--count", default=1000, show_default=True, help="Pictures.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(data: Path, perceptor: str, seed: int, count: int, json_path: Path | None) -> None:
    """Print the shares of safe pictures in each band, by kind."""
    matcher = matcher_of(Parts().perceptor([perceptor], torch.device("cpu")))
    moderator = Moderator(matcher, ModerateSettings())
    bands: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    began, stream = time.process_time(), islice(pictures(data, seed), count)
    while part := list(islice(stream, 50)):
        rows = embed_images(matcher.perceptor, [from_pil(Image.fromarray(picture)) for _, picture in part])
        for (kind, _), verdict in zip(part, moderator.judge(rows), strict=True):
            bands.setdefault(kind, Counter())[verdict.band] += 1
            if verdict.band != "clear":
                reasons[f"{verdict.band}, {kind}: {verdict.reason}"] += 1
    total = sum(bands.values(), Counter[str]())
    figures = {name: {band: counts[band] / counts.total() for band in ("check", "veil")}
               for name, counts in {"all": total, **bands}.items()}  # fmt: skip
    spent = time.process_time() - began
    click.echo(f"{count} pictures in {spent:.0f} s of processors; {moderator.asked} prompts known")
    for name, shares in figures.items():
        click.echo(f"{name:12} check {100 * shares['check']:5.2f} %  veil {100 * shares['veil']:5.2f} %")
    for reason, number in reasons.most_common():
        click.echo(f"{number:4} {reason}")
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
