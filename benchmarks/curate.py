"""How well does curate find what is wrong? Planted faults, flipped labels and flat graphics, beside cleanvision.

    python benchmarks/curate.py photos/ --art emoji/ --drawings quickdraw.ndjson.gz --seed 1 --json curate.json
    pip install cleanvision                                     # then it is measured on the same files, too

photos/: shards of named photographs, as for `clipgen train clip --photos`. 480 of them stay as they are; of others, 24
for each fault, copies are changed (below). AP is over all findings of a kind, in the order in which they are reported:
a fault that is not reported counts as missed. Lines and constants of clipgen were chosen on --seed 0.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from PIL import Image, ImageFilter

from clipgen.library import Library
from clipgen.parts import Parts
from clipgen.settings import CurateSettings
from clipgen.similarity import Matcher
from clipgen.tasks.curate import Finding, curate
from clipgen.tasks.unrelated import matcher_of
from clipgen.train.sources.drawings import load_drawings, render
from clipgen.train.sources.photos import Photo, load_photos
from clipgen.train.world import SCENES, World

CLEAN, PLANTED, FLAT = 480, 24, 300
FLIPPED = 0.05
Change = Callable[[Image.Image, random.Random], Image.Image]


def dark(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Underexposed by 4.5 to 7 stops."""
    gain = 2 ** (-rng.uniform(4.5, 7) / 2.2)
    return picture.point(lambda value: value * gain)


def light(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Washed out: 3 to 15 % of the distance to white are left."""
    left = rng.uniform(0.03, 0.15)
    return picture.point(lambda value: 255 - (255 - value) * left)


def blurred(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Out of focus (sigma 1 to 2 % of the longer side), shaken (5 to 9 %), or enlarged (4 to 6 times)."""
    side, way = max(picture.size), rng.randrange(3)
    if way == 0:
        return picture.filter(ImageFilter.GaussianBlur(side * rng.uniform(0.01, 0.02)))
    if way == 1:
        return shaken(picture, int(side * rng.uniform(0.05, 0.09)) | 1, rng.uniform(0, 180))
    times = rng.uniform(4, 6) * side / 192
    small = picture.resize((int(picture.width / times), int(picture.height / times)), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def shaken(picture: Image.Image, length: int, degrees: float) -> Image.Image:
    """Moved along a line while it was exposed."""
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), degrees, 1)
    line = cv2.warpAffine(line, turn, (length, length))
    return Image.fromarray(cv2.filter2D(np.asarray(picture), -1, line / line.sum(), borderType=cv2.BORDER_REFLECT))


def empty(picture: Image.Image, rng: random.Random) -> Image.Image:
    """One colour, in half of them with a sensor's noise."""
    colour = np.array([rng.uniform(20, 235) for _ in range(3)])
    noise = np.random.default_rng(rng.randrange(2**31)).normal(
        0, rng.choice([0, 3]), (picture.height, picture.width, 3)
    )
    return Image.fromarray((colour + noise).clip(0, 255).astype(np.uint8))


def odd_size(picture: Image.Image, rng: random.Random) -> Image.Image:
    """4 to 8 times smaller or larger."""
    times = rng.uniform(4, 8) ** rng.choice([-1, 1])
    return picture.resize(tuple(max(8, round(edge * times)) for edge in picture.size), Image.Resampling.LANCZOS)


def odd_shape(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A strip, 3.5 to 8 times as long as wide, of the same area."""
    long = rng.uniform(3.5, 8)
    area = picture.width * picture.height
    size = (round(math.sqrt(area * long)), round(math.sqrt(area / long)))
    return picture.resize(size if rng.random() < 0.5 else size[::-1], Image.Resampling.LANCZOS)


def copied(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Smaller, cropped or mirrored, and compressed again."""
    width, height = picture.size
    return rng.choice([
        picture.resize((round(width * 0.6), round(height * 0.6)), Image.Resampling.LANCZOS),
        picture.crop((width // 12, height // 12, width - width // 12, height - height // 12)),
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    ])  # fmt: skip


CHANGES: dict[str, Change] = {"dark": dark, "light": light, "blurred": blurred, "low information": empty,
                              "odd size": odd_size, "odd aspect": odd_shape}  # fmt: skip
#: kinds of clipgen, as cleanvision has them
THEIRS = {"dark": "dark", "light": "light", "blurred": "blurry", "low information": "low_information",
          "odd size": "odd_size", "odd aspect": "odd_aspect_ratio"}  # fmt: skip


def pictures_of(photos: Path, rng: random.Random) -> list[Image.Image]:
    """Photographs of all sets in turn, without an end to the least of them."""
    sets = [rng.sample(one.photos, len(one.photos)) for one in load_photos(photos)]
    mixed = (photo for some in zip(*sets, strict=False) for photo in some)
    return [_load(photo) for photo in islice(mixed, CLEAN + PLANTED * (len(CHANGES) + 2))]


def _load(photo: Photo) -> Image.Image:
    return Image.fromarray(photo.load())


def plant(pictures: Sequence[Image.Image], folder: Path, seed: int) -> dict[str, set[frozenset[str]]]:
    """Write the set, and return the names of the files with each fault; a copy has two."""
    rng, waiting = random.Random(seed), iter(pictures)
    planted: dict[str, set[frozenset[str]]] = defaultdict(set)
    for part in ("train", "test"):
        (folder / part).mkdir(parents=True)
    for i, picture in enumerate(islice(waiting, CLEAN)):
        picture.save(folder / ("train" if i % 4 else "test") / f"clean{i:03d}.jpg", quality=88)
    for kind, change in CHANGES.items():
        for i, picture in enumerate(islice(waiting, PLANTED)):
            name = f"{kind} {i:02d}.jpg"
            change(picture, rng).save(folder / "train" / name, quality=88)
            planted[kind].add(frozenset([name]))
    for i, picture in enumerate(islice(waiting, PLANTED)):
        _damage(picture, folder / "train" / f"broken {i:02d}.jpg", rng)
        planted["broken"].add(frozenset([f"broken {i:02d}.jpg"]))
    for i, picture in enumerate(islice(waiting, PLANTED)):
        picture.save(folder / "train" / f"suffix {i:02d}.png", rng.choice(["JPEG", "WEBP", "BMP"]))
        planted["wrong suffix"].add(frozenset([f"suffix {i:02d}.png"]))
    for i, number in enumerate(rng.sample([i for i in range(CLEAN) if i % 4], 2 * PLANTED)):
        kind, part = ("duplicate", "train") if i % 2 else ("leak", "test")
        name = f"{kind} {i:02d}.jpg"
        copied(pictures[number], rng).save(folder / part / name, quality=70)
        planted[kind].add(frozenset([name, f"clean{number:03d}.jpg"]))
    return planted


def _damage(picture: Image.Image, path: Path, rng: random.Random) -> None:
    """Cut off, empty, of zeros, or of another kind."""
    picture.save(path, "JPEG")
    whole = path.read_bytes()
    path.write_bytes(rng.choice([whole[: len(whole) // 2], b"", bytes(1000), b"<html>404</html>"]))


def flat(art: Path, drawings: Path, folder: Path, seed: int) -> None:
    """Write art on flat ground and drawings by hand, half of each, at sides of 96 to 512 pixels."""
    rng, world, folder = random.Random(seed), World(art), folder / "flat"
    folder.mkdir()
    shapes = len(world.things) - len(world.art.things)
    for i in range(FLAT // 2):
        side = rng.choice([96, 160, 256, 384, 512])
        thing = rng.randrange(shapes, len(world.things))
        Image.fromarray(world.plain_thing(thing, seed * 1000 + i, side).image).save(folder / f"art{i:03d}.png")
    for i, drawing in enumerate(rng.sample(load_drawings(drawings).drawings, FLAT // 2)):
        drawn = render(drawing.strokes, rng.choice([96, 160, 256, 384, 512]), width=rng.uniform(0.008, 0.03))
        Image.fromarray(drawn).save(folder / f"drawn{i:03d}.png")


def classes(name: str, photos: Path, art: Path, seed: int) -> Iterable[tuple[str, Image.Image]]:
    """Labelled pictures: of art (40 things of 20), of scenes (38 of 20), or of a set of photographs."""
    if name == "art":
        world = World(art)
        for thing in random.Random(seed).sample(
            range(len(world.things) - len(world.art.things), len(world.things)), 40
        ):
            for i in range(20):
                yield world.things[thing], Image.fromarray(world.plain_thing(thing, seed * 1000 + i, 128).image)
    elif name == "scenes":
        for number, (scene, drawn) in enumerate(SCENES.items()):
            for i in range(20):
                yield scene, Image.fromarray(drawn.draw(np.random.default_rng((seed, number, i)), 160, 160))
    else:
        found = next(one for one in load_photos(photos) if one.name == name)
        for photo in random.Random(seed).sample(found.photos, min(1200, len(found.photos))):
            yield photo.names[0], _load(photo)


def flip(labelled: Sequence[tuple[str, Image.Image]], folder: Path, seed: int) -> set[frozenset[str]]:
    """Write pictures into folders of their labels, 5 % into those of others, and return the names of these."""
    rng, names = random.Random(seed), sorted({label for label, _ in labelled})
    wrong = set(rng.sample(range(len(labelled)), round(FLIPPED * len(labelled))))
    for i, (label, picture) in enumerate(labelled):
        place = folder / (rng.choice([one for one in names if one != label]) if i in wrong else label)
        place.mkdir(parents=True, exist_ok=True)
        picture.save(place / f"{i:04d}.png")
    return {frozenset([f"{i:04d}.png"]) for i in wrong}


def strangers(labelled: Sequence[tuple[str, Image.Image]], others: Sequence[Image.Image], folder: Path
              ) -> set[frozenset[str]]:  # fmt: skip
    """Write pictures of one kind, and some of another, whose names are returned."""
    folder.mkdir(parents=True)
    for i, (_, picture) in enumerate(labelled):
        picture.save(folder / f"{i:04d}.png")
    for i, picture in enumerate(others):
        picture.save(folder / f"other {i:02d}.png")
    return {frozenset([f"other {i:02d}.png"]) for i in range(len(others))}


def average_precision(ranked: Sequence[bool], total: int) -> float:
    """AP of a ranking of which some of all positives may be missing.

    >>> average_precision([True, False, True], 4)
    0.4166666666666667
    """
    hits = np.cumsum(ranked)
    return float(sum(hits[i] / (i + 1) for i, hit in enumerate(ranked) if hit) / total)


def figures(found: Sequence[frozenset[str]], planted: set[frozenset[str]]) -> dict[str, float]:
    """AP, precision and recall of what was found, the clearest first."""
    hits = [one in planted for one in found]
    return {"AP": average_precision(hits, len(planted)), "precision": sum(hits) / max(1, len(hits)),
            "recall": sum(hits) / len(planted), "at_n": sum(hits[: len(planted)]) / len(planted)}  # fmt: skip


def ours(folder: Path, matcher: Matcher, *, by_folder: bool = False) -> list[Finding]:
    """What clipgen finds, with an index of its own."""
    with tempfile.TemporaryDirectory() as name, Library(Path(name) / "library.sqlite") as library:
        events = curate([folder], library, matcher, CurateSettings(by_folder=by_folder))
        return [event for event in events if isinstance(event, Finding)]


def named(findings: Sequence[Finding], kind: str) -> list[frozenset[str]]:
    """The names of the files in each finding of a kind; copies have two."""
    pairs = kind in ("duplicate", "leak")
    return [frozenset([one.path.name, *(other.name for other in one.others if pairs)])
            for one in findings if one.kind == kind]  # fmt: skip


def cleanvisions(folder: Path) -> tuple[dict[str, list[frozenset[str]]], int]:
    """What cleanvision finds, by our kinds and, as "… (all)", ranked by its scores; and flat graphics called blurred.

    It stops at a truncated file, and does not open the others that are broken: it gets the good files only.
    """
    from cleanvision import Imagelab

    good = sorted(str(path) for path in folder.rglob("*.*") if not path.name.startswith("broken"))
    lab = Imagelab(filepaths=good)
    lab.find_issues(n_jobs=1, verbose=False)
    table = lab.issues
    found = {}
    for kind, name in THEIRS.items():
        for key, rows in ((kind, table[table[f"is_{name}_issue"]]), (f"{kind} (all)", table)):
            ranked = rows.sort_values(f"{name}_score", kind="stable").index
            found[key] = [frozenset([Path(path).name]) for path in ranked if "flat" not in Path(path).parts]
    sets = [one for key in ("exact_duplicates", "near_duplicates") for one in lab.info[key]["sets"]]
    found["duplicate"] = [frozenset(Path(path).name for path in one) for one in sets]
    return found, sum("flat" in Path(path).parts for path in table[table["is_blurry_issue"]].index)


def faults(photos: Path, art: Path, drawings: Path, seed: int, matcher: Matcher, keep: Path) -> dict[str, object]:
    """AP of each planted fault, and false alarms on flat graphics, of clipgen and cleanvision."""
    folder = keep / "faults"
    folder.mkdir()
    planted = plant(pictures_of(photos, random.Random(seed)), folder, seed)
    flat(art, drawings, folder, seed)
    findings = ours(folder, matcher)
    flats = sorted({one.path.name for one in findings if one.kind == "blurred" and "flat" in one.path.parts})
    seen = [one for one in findings if "flat" not in one.path.parts]
    rows: dict[str, object] = {kind: figures(named(seen, kind), some) for kind, some in planted.items()}
    rows["flat graphics called blurred"] = len(flats) / FLAT
    alarms = {one.path.name for one in seen if one.kind in CHANGES and one.path.name.startswith("clean")}
    rows["photographs as they were with any of these"] = len(alarms) / CLEAN
    _print(rows)
    try:
        theirs, flats_of_theirs = cleanvisions(folder)
    except ImportError:
        click.echo("cleanvision is not installed (pip install cleanvision): left out", err=True)
        return rows
    other: dict[str, object] = {
        f"cleanvision: {kind}": figures(some, planted[kind.removesuffix(" (all)")]) for kind, some in theirs.items()
    }
    other["cleanvision: flat graphics called blurred"] = flats_of_theirs / FLAT
    _print(other)
    return rows | other


def _print(table: dict[str, object]) -> None:
    for key, row in table.items():
        values = row.items() if isinstance(row, dict) else [("share", row)]
        click.echo(f"{key:42} " + "  ".join(f"{name} {value:.3f}" for name, value in values))


def labels(name: str, photos: Path, art: Path, seed: int, matcher: Matcher, keep: Path) -> dict[str, float]:
    """Flipped labels, found in one set."""
    flipped = flip(list(classes(name, photos, art, seed)), keep / name, seed)
    return figures(named(ours(keep / name, matcher, by_folder=True), "doubtful label"), flipped)


def odd_ones(name: str, photos: Path, art: Path, seed: int, matcher: Matcher, keep: Path) -> dict[str, float]:
    """12 photographs among drawn pictures, or drawn pictures among photographs, found as outliers."""
    drawn = name in ("art", "scenes")
    source = "caltech101" if drawn else "art"
    others = [picture for _, picture in random.Random(seed).sample(list(classes(source, photos, art, seed)), 12)]
    planted = strangers(list(islice(classes(name, photos, art, seed), 400)), others, keep / f"{name} strangers")
    return figures(named(ours(keep / f"{name} strangers", matcher), "outlier"), planted)


@click.command()
@click.argument("photos", type=click.Path(path_type=Path, exists=True))
@click.option("--art", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the art pack.")
@click.option("--drawings", type=click.Path(path_type=Path, exists=True), required=True, help="Drawings as strokes.")
@click.option("--seed", default=1, show_default=True)
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--sets", default="art,scenes,caltech101,grocery", show_default=True, help="Sets of labelled pictures.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(photos: Path, art: Path, drawings: Path, seed: int, perceptor: str, sets: str, json_path: Path | None) -> None:
    """Print what is found on sets made of PHOTOS, art and drawings."""
    torch.set_num_threads(1)
    matcher = matcher_of(Parts().perceptor([perceptor], torch.device("cpu")))
    with tempfile.TemporaryDirectory() as name:
        keep = Path(name)
        table = faults(photos, art, drawings, seed, matcher, keep)
        for one in filter(None, sets.split(",")):
            table[f"labels: {one}"] = labels(one, photos, art, seed, matcher, keep)
            table[f"outliers: {one}"] = odd_ones(one, photos, art, seed, matcher, keep)
            _print({key: row for key, row in table.items() if key.endswith(f": {one}")})
    if json_path:
        json_path.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
