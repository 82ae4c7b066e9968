"""Are things found where they are, and only there? On composites of our own, beside a plain sliding window.

    python benchmarks/detect.py DATA --seed 1 --json detect.json       # 300 pictures; --count 30 for a first answer
    python benchmarks/detect.py DATA --seed 0 --count 60 --choose      # the threshold: for a new reader, see below

DATA is the folder with emoji/ and photos/. Up to three things of the art pack, a fifth to a half of the short side
large, are pasted into scenes of the world and on photographs that training never saw, 900 px long; each is looked for,
and eight things that are not there. The reader was trained on the same art, in other pictures. The sliding window is
that of published demos: 224 px, no overlap, the best cosine, always an answer.

--choose prints what some thresholds would find; that at which 95 % of the phrases of which nothing is there have no box
is the default of `DetectSettings.threshold`. Choose on another seed than that of the figures.

28 November 2026, the shipped reader, scored by the best patch and by the thing alone on the colour of its ground,
with boxes by GrabCut. --seed 21 --count 60 --choose, 120 things: at 2.7, .933 of the things are hit and .95 of the
phrases of nothing have no box. Of all boxes that a low threshold gives, .883 have an intersection over union of a
half or more (scenes .906, photographs .857); sliding window .542 hits, .042, 0. 5.0 s of processors a picture. With
the boxes before, by colours alone, .892 of 111 things were hit (the world draws other pictures since), .954 and .856.
The threshold was chosen with these, on --seed 0 --count 40: .912 hit at 2.71. There, with GrabCut's cut of the thing
for the score as well, .88: what is no thing looks like one when it is cut so well.
On seed 0 the best place is on its thing for .975 of the things: what is missed is refused by the threshold. There, no
other look at the thing alone (mirrored, closer, wider, on white or grey, with its ground, or means of these) and no
other weight of the two was better by more than one thing in 80.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from clipgen.media.images import from_pil
from clipgen.media.overlays import Box
from clipgen.parts import Parts
from clipgen.settings import DetectSettings
from clipgen.similarity import Matcher, embed_squares
from clipgen.similarity.articles import with_article
from clipgen.tasks.detect import Detector, Others, draw_detections
from clipgen.tasks.unrelated import matcher_of
from clipgen.train.sources import load_photos
from clipgen.train.sources.photos import Photo
from clipgen.train.world import SCENES, World
from clipgen.train.world.art import Sprite, paste

_SIZES = ((900, 675), (900, 900), (675, 900), (900, 506))  # (width, height) of the pictures
_SIDES = (0.2, 0.5)  # of a thing, as shares of the picture's short side
_MOST, _ABSENT = 3, 8  # things in a picture, and phrases of things that are not, at most
_LOWEST = 0.5  # threshold at which others are chosen: below all that matter
_WINDOW = 224  # pixels of the plain sliding window


@dataclass(frozen=True)
class Thing:
    """A thing that was pasted: its phrase and the box (left, top, right, bottom) of what is seen of it."""

    phrase: str
    box: Box


@dataclass(frozen=True)
class Composite:
    """A picture [H, W, 3], what is in it, phrases of things that are not, and its kind of background."""

    image: np.ndarray
    things: tuple[Thing, ...]
    absent: tuple[str, ...]
    ground: str


class Composites:
    """Things of the art pack in scenes of the world and on photographs: number n of a seed is always the same."""

    def __init__(self, data: Path, seed: int) -> None:
        self.world, self.seed = World(data / "emoji"), seed
        self.photos: list[Photo] = [one for photos in load_photos(data / "photos", held_out=True)
                                    for one in photos.photos]  # fmt: skip

    def make(self, number: int) -> Composite:
        """Picture `number`: even ones are scenes, odd ones photographs."""
        rng = np.random.default_rng((self.seed, number))
        width, height = _SIZES[int(rng.integers(len(_SIZES)))]
        image, ground, shown = self._ground(rng, number, width, height)
        names = self.world.art.things
        chosen = [int(i) for i in rng.choice(len(names), _MOST + _ABSENT + 1, replace=False)]
        things: list[Thing] = []
        for thing in chosen[: int(rng.integers(1, _MOST + 1))]:
            sprites = self.world.art.by_thing[thing]
            box = _pasted(rng, image, sprites[int(rng.integers(len(sprites)))], [one.box for one in things])
            if box is not None:
                things.append(Thing(with_article(names[thing]), box))
        words = {word for text in (*shown, *(one.phrase for one in things)) for word in text.split()} - {"a", "an"}
        absent = [with_article(names[i]) for i in chosen[_MOST:] if not words & set(names[i].split())]
        return Composite(image, tuple(things), tuple(absent[:_ABSENT]), ground)

    def _ground(
        self, rng: np.random.Generator, number: int, width: int, height: int
    ) -> tuple[np.ndarray, str, Sequence[str]]:
        if number % 2:
            photo = self.photos[int(rng.integers(len(self.photos)))]
            return _fill(photo.load(), width, height), "photograph", photo.names
        name = list(SCENES)[int(rng.integers(len(SCENES)))]
        return SCENES[name].draw(rng, height, width).copy(), "scene", (name,)


def _fill(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """The middle of a picture, enlarged to a size."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    large = cv2.resize(large, (max(width, large.shape[1]), max(height, large.shape[0])))  # rounding lost a pixel
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _pasted(rng: np.random.Generator, image: np.ndarray, sprite: Sprite, others: Sequence[Box]) -> Box | None:
    """Paste a thing where it overlaps no other; None where there was no room."""
    height, width = image.shape[:2]
    for _ in range(30):
        side = rng.uniform(*_SIDES)
        reach = side * min(height, width) / 2
        centre = rng.uniform(reach / width, 1 - reach / width), rng.uniform(reach / height, 1 - reach / height)
        how = {"centre": centre, "side": side, "degrees": rng.normal(0, 9), "flip": bool(rng.random() < 0.35)}
        mask = np.full(image.shape, 255, np.uint8)
        paste(mask, sprite, **how, gain=np.zeros(3, np.float32))
        rows, columns = np.nonzero((mask[..., 0] < 128).any(1))[0], np.nonzero((mask[..., 0] < 128).any(0))[0]
        if not len(rows):
            return None
        box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        if all(_apart(box, other) for other in others):
            paste(image, sprite, **how, gain=np.ones(3, np.float32))
            return box
    return None


def _apart(a: Box, b: Box) -> bool:
    return a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0, width) * max(0, height)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def sliding_window(image: Tensor, phrases: Sequence[str], matcher: Matcher) -> list[Box]:
    """The window with the best cosine for each phrase."""
    height, width = image.shape[-2:]
    squares = [(top, left, _WINDOW) for top in range(0, height - _WINDOW // 2, _WINDOW)
               for left in range(0, width - _WINDOW // 2, _WINDOW)]  # fmt: skip
    scores = embed_squares(matcher.perceptor, image, squares) @ matcher.embed_texts(phrases).T
    best = [squares[i] for i in scores.argmax(0).tolist()]
    return [(left, top, left + side, top + side) for top, left, side in best]


def choice(scores: tuple[list[tuple[float, bool]], list[float]]) -> Iterator[str]:
    """Lines: for some thresholds the share of things that are hit, and of phrases of nothing that have no box."""
    found, nothing = scores
    for silent in (0.9, 0.95, 0.98):
        threshold = float(np.quantile(nothing, silent, method="higher")) + 0.01
        hits = sum(hit and score >= threshold for score, hit in found) / max(1, len(found))
        yield f"threshold {threshold:.2f}: hits {hits:.3f}, no box for what is not there {silent:.2f}"


class Tally:
    """Counts of one method.

    scores: of the best box of each thing, with whether its middle is in it, and of each phrase of nothing.
    """

    def __init__(self) -> None:
        self.things, self.hits, self.tight, self.absent, self.silent, self.extra = 0, 0, 0, 0, 0, 0
        self.scores: tuple[list[tuple[float, bool]], list[float]] = ([], [])

    def add_thing(self, thing: Thing, boxes: Sequence[Box], score: float) -> None:
        """What was found for a thing that is there, best first, and the score of the first box."""
        self.things += 1
        self.extra += len(boxes[1:])
        if boxes:
            x, y = (boxes[0][0] + boxes[0][2]) / 2, (boxes[0][1] + boxes[0][3]) / 2
            hit = thing.box[0] <= x < thing.box[2] and thing.box[1] <= y < thing.box[3]
            self.scores[0].append((score, hit))
            self.hits += hit
            self.tight += overlap(boxes[0], thing.box) >= 0.5

    def add_absent(self, boxes: Sequence[Box], score: float) -> None:
        """What was found for a phrase of which nothing is there, and the score of the first box."""
        self.scores[1].append(score)
        self.absent += 1
        self.silent += not boxes

    def shares(self) -> dict[str, float]:
        """The bars."""
        things, absent = max(1, self.things), max(1, self.absent)
        return {"centre_hit": self.hits / things, "iou_half": self.tight / things,
                "absent_without_box": self.silent / absent, "further_boxes": self.extra / things}  # fmt: skip


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--count", default=300, show_default=True, help="Pictures.")
@click.option("--first", default=0, show_default=True, help="Number of the first picture.")
@click.option("--choose", is_flag=True, help="Also print what thresholds would find; slower.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--overlays", type=click.Path(path_type=Path), help="Folder for pictures with what was found.")
def main(
    data: Path, perceptor: str, seed: int, count: int, first: int, choose: bool, json_path: Path | None,
    overlays: Path | None,
) -> None:  # fmt: skip
    """Print the shares of things that are found, and the seconds of a picture."""
    settings = DetectSettings(threshold=_LOWEST) if choose else DetectSettings()
    matcher = matcher_of(Parts().perceptor([perceptor], torch.device("cpu")))
    others = Others.of(matcher)
    composites, wall, spent = Composites(data, seed), list[float](), list[float]()
    tallies = {name: Tally() for name in ("all", "scene", "photograph", "sliding window")}
    for number in range(first, first + count):
        made = composites.make(number)
        image = from_pil(Image.fromarray(made.image))
        phrases = [*(thing.phrase for thing in made.things), *made.absent]
        began, used = time.perf_counter(), time.process_time()
        found = Detector(phrases, matcher, settings, others=others).find(image)
        wall.append(time.perf_counter() - began)
        spent.append(time.process_time() - used)
        plain = sliding_window(image, phrases, matcher)
        for place, phrase in enumerate(phrases):
            own = [one for one in found if one.text == phrase]
            boxes, score = [one.box for one in own], own[0].score if own else -np.inf
            answers = {"all": boxes, made.ground: boxes, "sliding window": [plain[place]]}
            for name, some in answers.items():
                if place < len(made.things):
                    tallies[name].add_thing(made.things[place], some, score)
                else:
                    tallies[name].add_absent(some, score)
        if overlays is not None:
            overlays.mkdir(parents=True, exist_ok=True)
            draw_detections(image, found).save(overlays / f"{number:03d}.jpg")
        if json_path:  # after each picture: a run that is stopped has said what it knows
            figures = {name: tally.shares() for name, tally in tallies.items()}
            seconds = {"wall_s": float(np.median(wall)), "cpu_s": float(np.median(spent))}
            json_path.write_text(json.dumps({"pictures": number + 1 - first, **seconds, **figures}, indent=2) + "\n")
    for line in choice(tallies["all"].scores) if choose else ():
        click.echo(line)
    click.echo(f"{count} pictures; seconds of one: {np.median(wall):.1f}, of processors: {np.median(spent):.1f}")
    for name, tally in tallies.items():
        click.echo(f"{name:16}" + "  ".join(f"{key} {value:.3f}" for key, value in tally.shares().items()))


if __name__ == "__main__":
    main()
