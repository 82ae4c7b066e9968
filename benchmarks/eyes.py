"""Does a perceptor know real pictures? It names the held-out photographs and drawings, as `clipgen classify` does.

    python benchmarks/eyes.py DATA --perceptor reader --perceptor local-dir:FOLDER --json eyes.json

DATA is the folder with emoji/, photos/ and drawings/. Only the parts that training never sees (`is_held_out`) are used;
each set's labels are the best names of all that it shows. The world's things and scenes are newly rendered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from caption import said_of
from PIL import Image

from clipgen import Studio
from clipgen.media.images import from_pil
from clipgen.settings import DescribeSettings
from clipgen.similarity import Matcher, embed_images
from clipgen.tasks.classify import Classifier
from clipgen.train.sources import load_drawings, load_photos
from clipgen.train.sources.drawings import render
from clipgen.train.world import SCENES, World

_FRESH, _SIDE = 900_001, 192
#: words that are drawn in a few strokes and guessed in a party game
GAME = (
    """
airplane, alarm clock, angel, apple, axe, banana, basketball, bed, bee, bicycle, bird, book, bread, bridge, broom,
bucket, bus, butterfly, cactus, cake, camel, camera, candle, car, carrot, castle, cat, chair, church, cloud,
computer, cow, crab, crown, cup, diamond, dog, dolphin, donut, door, duck, ear, elephant, envelope, eye,
eyeglasses, fish, flower, fork, frog, giraffe, grapes, guitar, hammer, hand, hat, helicopter, horse, hot air
balloon, house, ice cream, key, ladder, leaf, light bulb, lighthouse, lightning, lion, lollipop, moon, mountain,
mushroom, octopus, owl, palm tree, pencil, penguin, piano, pig, pineapple, pizza, rabbit, rainbow, sailboat,
scissors, shark, shoe, snail, snake, snowman, spider, spoon, star, sun, sword, table, tent, tree, umbrella,
windmill
""".replace("\n", " ")
    .strip()
    .split(", ")
)


@dataclass(frozen=True)
class Task:
    """Pictures of one set (uint8 [H, W, 3], made when asked for), the label of each, and all labels."""

    name: str
    pictures: Sequence[Callable[[], np.ndarray]]
    truth: Sequence[int]
    labels: Sequence[str]


def tasks(data: Path, most: int) -> Iterator[Task]:
    """What is asked; most: pictures of a set."""
    trained = {photos.name: [names[0] for names in photos.labels] for photos in load_photos(data / "photos")}
    for photos in load_photos(data / "photos", held_out=True):
        chosen, labels = photos.photos[:: max(1, len(photos.photos) // most)], trained[photos.name]
        truth = [labels.index(one.names[0]) for one in chosen]
        yield Task(photos.name, [one.load for one in chosen], truth, labels)
    strokes = data / "drawings" / "quickdraw.ndjson.gz"
    drawings, words = load_drawings(strokes, held_out=True), [names[0] for names in load_drawings(strokes).labels]
    for name, some in (("quickdraw", words), ("game words", GAME)):
        drawn = [one for one in drawings.drawings if one.word in some][: 2 * most]
        views = [lambda one=one: render(one.strokes, _SIDE) for one in drawn]
        yield Task(name, views, [some.index(one.word) for one in drawn], some)
    world = World(data / "emoji")
    shapes = len(world.things) - len(world.art.things)
    chosen_things = list(range(shapes, len(world.things), 2))[:most]
    shown = [lambda i=i: world.plain_thing(i, _FRESH, _SIDE).image for i in chosen_things]
    yield Task("world things", shown, [i - shapes for i in chosen_things], world.things[shapes:])
    names = list(SCENES)
    scenes = [
        lambda k=k, n=n: SCENES[n].draw(np.random.default_rng((_FRESH, k)), _SIDE, _SIDE)
        for n in names
        for k in range(4)
    ]
    yield Task("world scenes", scenes, [i for i in range(len(names)) for _ in range(4)], names)


@torch.no_grad()
def accuracy(task: Task, matcher: Matcher) -> tuple[float, float]:
    """Share of pictures whose label is first, and among the first five."""
    classifier, hits = Classifier(task.labels, matcher), np.zeros(2)
    for start in range(0, len(task.pictures), 64):
        part = [from_pil(Image.fromarray(make())) for make in task.pictures[start : start + 64]]
        found = classifier.classify(embed_images(matcher.perceptor, part), top=5)
        for matches, truth in zip(found, task.truth[start : start + 64], strict=True):
            said = [match.text for match in matches]
            hits += (said[0] == task.labels[truth], task.labels[truth] in said)
    first, five = hits / len(task.pictures)
    return float(first), float(five)


def abstention(task: Task, matcher: Matcher, most: int = 100) -> tuple[float, float]:
    """Of `caption --abstain`: shares of the right captions that are not given, and of pictures that get a wrong one.

    The captions are "a photo of LABEL"; for the second figure a picture's own is not among them.
    """
    chosen = range(0, len(task.pictures), max(1, len(task.pictures) // most))
    texts = [f"a photo of {label}" for label in task.labels]
    lost, right, kept = 0, 0, 0
    for i in chosen:
        picture, own = from_pil(Image.fromarray(task.pictures[i]())), texts[task.truth[i]]
        if said_of(picture, matcher, texts, abstain=False) == own:
            right += 1
            lost += said_of(picture, matcher, texts) is None
        kept += said_of(picture, matcher, [text for text in texts if text != own]) is not None
    return lost / max(1, right), kept / len(chosen)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--perceptor", "perceptors", multiple=True, default=("reader",), show_default=True, help="Repeat for several."
)
@click.option("--most", default=1000, show_default=True, help="Pictures of each set, at most.")
@click.option("--abstain", is_flag=True, help="Also say what `caption --abstain` does, of 100 pictures of each set.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(data: Path, perceptors: tuple[str, ...], most: int, abstain: bool, json_path: Path | None) -> None:
    """Print the share of held-out pictures that are named right, first and among five, by each perceptor."""
    matchers = {name: Studio(perceptor=name).matcher(DescribeSettings((name,))) for name in perceptors}
    figures: dict[str, dict[str, tuple[float, float]]] = {}
    click.echo("set (pictures, labels)            " + "  ".join(f"{Path(name).name:>14}" for name in matchers))
    for task in tasks(data, most):
        figures[task.name] = {name: accuracy(task, matcher) for name, matcher in matchers.items()}
        cells = "  ".join(f"{first:8.3f} {five:.3f}" for first, five in figures[task.name].values())
        click.echo(f"{task.name:16} {len(task.pictures):5} {len(task.labels):5}      {cells}")
        if abstain:
            found = "  ".join("{:8.3f} {:.3f}".format(*abstention(task, matcher)) for matcher in matchers.values())
            click.echo(f"  right ones lost, wrong ones kept {found}")
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
