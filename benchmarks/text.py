"""What does a text tower know of English? Ours, the built-in CLIP's and the teacher's figures, side by side.

    python benchmarks/text.py DATA --tower models/text --json text.json

DATA is the folder with words/, emoji/, photos/ and drawings/. The last lines show what some words are drawn as, and how
well the built-in CLIP's picture tower, which was never trained for it, finds the captions of fresh pictures by each.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor

from clipgen.errors import ClipgenError
from clipgen.perceptors import openclip
from clipgen.perceptors.openclip.student import Student
from clipgen.train.text.bars import measure
from clipgen.train.text.concepts import known_concepts
from clipgen.train.text.lessons import HeldOut
from clipgen.train.text.nearest import Embed, Nearest
from clipgen.train.text.teacher import Teacher
from clipgen.train.text.wordnet import Words
from clipgen.train.world import World

WORDS = ("vessel", "ocelot", "dusk", "fortress", "kitten", "skyscraper", "wizard", "sedan", "violinist", "meadow",
         "puppy", "croissant", "galleon", "gale", "physician", "spruce", "cobra", "tulip", "anvil")  # fmt: skip
_FRESH = 900_001  # seeds from here on are never trained on


def shortened(perceptor: openclip.OpenClip, texts: Sequence[str]) -> Tensor:
    """Embed texts; one that is longer than the perceptor's context is cut."""
    cut = []
    for text in texts:
        while perceptor.count_tokens(text) > perceptor.context_length:
            text = text.rsplit(" ", 1)[0]
        cut.append(text)
    return torch.cat([perceptor.encode_text(cut[i : i + 256]) for i in range(0, len(cut), 256)])


@torch.inference_mode()
def warm_start(embed: Embed, perceptor: openclip.OpenClip, world: World, *, rounds: int = 3) -> float:
    """Picture → caption among 100 fresh ones, by the perceptor's picture tower and any embedder of texts."""
    hits = 0.0
    for number in range(rounds):
        samples = [world.sample((_FRESH + number, i), 96) for i in range(100)]
        images = torch.from_numpy(np.stack([s.image for s in samples])).permute(0, 3, 1, 2).float() / 255
        texts = embed([s.caption for s in samples])
        scores = perceptor.encode_image(images) @ (texts - texts.mean(0)).T
        hits += float((scores.argmax(1) == torch.arange(100)).float().mean())
    return hits / rounds


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tower", type=click.Path(path_type=Path), multiple=True, help="Folder of a text tower; repeatable.")
@click.option("--teacher/--no-teacher", default=True, show_default=True, help="Measure the teacher as well.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(data: Path, tower: tuple[Path, ...], teacher: bool, json_path: Path | None) -> None:
    """Print the bars of each, and what some words are drawn as."""
    words = Words.load(data / "words")
    concepts, perceptor = known_concepts(data, words), openclip.load_perceptor("builtin", torch.device("cpu"))
    try:
        embedders: dict[str, Embed] = {str(folder): Student.load(folder).embed for folder in tower}
        embedders["built-in CLIP"] = partial(shortened, perceptor)
        if teacher:
            embedders["teacher"] = Teacher().embed
    except ClipgenError as error:
        raise click.ClickException(str(error)) from error
    held, figures = HeldOut.of(concepts, words, mode="pictures"), {}
    for name, embed in embedders.items():
        figures[name] = asdict(measure(embed, concepts, words, held))
        if name != "teacher":
            figures[name]["warm_start"] = warm_start(embed, perceptor, World(data / "emoji"))
        click.echo(name + "".join(f"\n    {bar:16} {value:7.3f}" for bar, value in figures[name].items()))
    for name in map(str, tower):
        nearest = Nearest(embedders[name], concepts)
        for word in WORDS:
            click.echo(f"{word:12} " + ", ".join(f"{n.name} {n.weight:.2f}" for n in nearest.of(word)))
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
