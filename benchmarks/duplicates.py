"""How well are duplicates found? On pictures that are changed in twelve ways, beside imagededup on the same files.

    python benchmarks/duplicates.py photos/ --seed 1 --json duplicates.json
    pip install imagededup                                      # then its CNN and pHash are measured, too

From a folder of 300 pictures or more: 50 in 13 versions (below), 200 that are unrelated, and 50 bursts of three, made
by a camera that turns, moves and tilts a little, a subject that moves, noise and light. Thresholds of clipgen were
chosen on --seed 0. A pair counts as found where both files are in one group.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from clipgen.library import Library
from clipgen.media.images import find_images
from clipgen.parts import Parts
from clipgen.tasks.duplicates import Group, duplicates
from clipgen.tasks.unrelated import matcher_of

Change = Callable[[Image.Image, random.Random], Image.Image]
BASES, UNRELATED, BURSTS, SHOTS = 50, 200, 50, 3


def watermark(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A translucent band with letters over 10 to 30 % of the picture."""
    width, height = picture.size
    band = int(height * rng.uniform(0.1, 0.3))
    top = rng.randint(0, height - band)
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    draw.rectangle((0, top, width, top + band), fill=(255, 255, 255, 90))
    font = ImageFont.load_default(size=max(10, band * 0.7))
    draw.text((4, top), "© sample photo", fill=(255, 255, 255, 230), font=font)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def crop(picture: Image.Image, rng: random.Random) -> Image.Image:
    """80 % of each side."""
    width, height = (int(edge * 0.8) for edge in picture.size)
    left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def recompressed(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A JPEG of quality 30."""
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=30)
    return Image.open(packed).convert("RGB")


def border(picture: Image.Image, rng: random.Random) -> Image.Image:
    """8 % of the short side around it."""
    colour = rng.choice([(0, 0, 0), (255, 255, 255), (200, 30, 30)])
    return ImageOps.expand(picture, int(0.08 * min(picture.size)), colour)


def text(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Three lines of large letters over it."""
    changed = picture.copy()
    draw, font = ImageDraw.Draw(changed), ImageFont.load_default(size=picture.height // 8)
    for _ in range(3):
        place = rng.randint(0, picture.width // 4), rng.randint(0, picture.height - picture.height // 8)
        draw.text(place, "WHEN YOU SEE IT", fill=rng.choice([(255, 255, 0), (255, 255, 255), (0, 0, 0)]), font=font)
    return changed


def logo(picture: Image.Image, rng: random.Random) -> Image.Image:
    """An opaque square of 12 % in a corner."""
    changed = picture.copy()
    width, height = picture.size
    side = int((0.12 * width * height) ** 0.5)
    left, top = rng.choice([0, width - side]), rng.choice([0, height - side])
    draw = ImageDraw.Draw(changed)
    draw.rectangle((left, top, left + side, top + side), fill=(20, 60, 160))
    inner = (left + side // 5, top + side // 5, left + 4 * side // 5, top + 4 * side // 5)
    draw.ellipse(inner, fill=(240, 220, 40))
    return changed


def light(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Brightness and contrast."""
    brighter = ImageEnhance.Brightness(picture).enhance(rng.choice([0.7, 1.3]))
    return ImageEnhance.Contrast(brighter).enhance(rng.choice([0.8, 1.25]))


CHANGES: dict[str, Change] = {
    "watermark": watermark, "crop": crop, "jpeg30": recompressed, "border": border, "text": text, "logo": logo,
    "light": light,
    "mirror": lambda picture, _: ImageOps.mirror(picture),
    "turn90": lambda picture, _: picture.transpose(Image.Transpose.ROTATE_90),
    "turn180": lambda picture, _: picture.transpose(Image.Transpose.ROTATE_180),
    "grey": lambda picture, _: picture.convert("L").convert("RGB"),
    "half": lambda picture, _: picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS),
}  # fmt: skip


def shot(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Another shot of the same scene."""
    moved = _moved(picture, rng)
    width, height = moved.size
    angle, zoom = np.deg2rad(rng.uniform(-1.5, 1.5)), rng.uniform(1.03, 1.07)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    middle, edges = np.array([width / 2, height / 2]), np.array([width, height])
    shift = [rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03)] * edges
    tilt = [[rng.uniform(-0.02, 0.02), rng.uniform(-0.02, 0.02)] for _ in corners] * edges
    target = ((corners - middle) @ turn.T + middle + shift + tilt).astype(np.float32)
    view = cv2.warpPerspective(np.asarray(moved), cv2.getPerspectiveTransform(corners, target), (width, height),
                               flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    lit = np.asarray(ImageEnhance.Brightness(Image.fromarray(view)).enhance(rng.uniform(0.93, 1.07)), np.float32)
    noise = np.random.default_rng(rng.randint(0, 10**9)).normal(0, 4, lit.shape)
    return Image.fromarray((lit + noise).clip(0, 255).astype(np.uint8))


def _moved(picture: Image.Image, rng: random.Random) -> Image.Image:
    """The middle of a picture, somewhere else in it."""
    width, height = picture.size
    side = int(0.35 * min(width, height))
    left, top = (width - side) // 2, (height - side) // 2
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    right, down = (rng.choice([-1, 1]) * rng.uniform(*bounds) for bounds in ((0.04 * width, 0.12 * width),
                                                                           (0.02 * height, 0.08 * height)))  # fmt: skip
    changed = picture.copy()
    subject = picture.crop((left, top, left + side, top + side))
    changed.paste(subject, (int(left + right), int(top + down)), mask.filter(ImageFilter.GaussianBlur(3)))
    return changed


def make(pictures: list[Path], folder: Path, seed: int) -> None:
    """Write all versions: "b03_crop.jpg" of base 3, "u017.jpg" unrelated, "s04_1.jpg" of burst 4."""
    rng = random.Random(seed)
    chosen = [Image.open(path).convert("RGB") for path in rng.sample(pictures, BASES + UNRELATED + BURSTS)]
    for i, picture in enumerate(chosen[:BASES]):
        picture.save(folder / f"b{i:02d}_original.png")
        for name, change in CHANGES.items():
            change(picture, rng).save(folder / f"b{i:02d}_{name}.jpg", quality=88)
    for i, picture in enumerate(chosen[BASES : BASES + UNRELATED]):
        picture.save(folder / f"u{i:03d}.jpg", quality=88)
    for i, picture in enumerate(chosen[BASES + UNRELATED :]):
        for number in range(SHOTS):
            shot(picture, rng).save(folder / f"s{i:02d}_{number}.jpg", quality=92)


Pairs = set[frozenset[str]]


def pairs_of(groups: Iterable[Iterable[str]]) -> Pairs:
    """All pairs of names in one group."""
    return {frozenset(pair) for group in groups for pair in itertools.combinations(sorted(group), 2)}


def figures(found: Pairs, names: list[str]) -> dict[str, float]:
    """Precision and recall over pairs, recall by change, and the share of burst pairs called the same."""
    bases = [[name for name in names if name.startswith(f"b{i:02d}_")] for i in range(BASES)]
    bursts = pairs_of([name for name in names if name.startswith(f"s{i:02d}_")] for i in range(BURSTS))
    true = pairs_of(bases)
    rows = {"precision": len(found & true) / max(1, len(found)), "recall": len(found & true) / len(true)}
    rows["bursts_called_same"] = len(found & bursts) / len(bursts)
    rows["precision_without_bursts"] = len(found & true) / max(1, len(found - bursts))
    hits = Counter(name for i in range(BASES) for name in CHANGES
                   if frozenset((f"b{i:02d}_original.png", f"b{i:02d}_{name}.jpg")) in found)  # fmt: skip
    return rows | {f"with_original_{name}": hits[name] / BASES for name in CHANGES}


def ours(folder: Path, perceptor: str) -> tuple[Pairs, float, float]:
    """Pairs that clipgen calls the same, those that it calls a burst, and seconds beyond embedding."""
    torch.set_num_threads(1)
    matcher = matcher_of(Parts().perceptor([perceptor], torch.device("cpu")))
    with tempfile.TemporaryDirectory() as name, Library(Path(name) / "library.sqlite") as library:
        from clipgen.library import index

        list(index([folder], library, matcher.perceptor))
        began = time.perf_counter()
        groups = [one for one in duplicates([folder], library, matcher) if isinstance(one, Group)]
        took = time.perf_counter() - began
    same = ([member.path.name for member in group.members] for group in groups if group.kind != "burst")
    bursts = pairs_of([member.path.name for member in group.members] for group in groups if group.kind == "burst")
    true = pairs_of([f"s{i:02d}_{number}.jpg" for number in range(SHOTS)] for i in range(BURSTS))
    return pairs_of(same), len(bursts & true) / len(true), took


def imagededups(folder: Path) -> dict[str, Pairs]:
    """What imagededup calls duplicates, with its defaults."""
    from imagededup.methods import CNN, PHash

    found = {}
    for name, method in (("imagededup_cnn", CNN), ("imagededup_phash", PHash)):
        try:
            rows = method().find_duplicates(image_dir=str(folder))
        except OSError as error:  # the CNN's weights are downloaded
            click.echo(f"{name}: {error}", err=True)
            continue
        found[name] = {frozenset((one, other)) for one, others in rows.items() for other in others if one != other}
    return found


@click.command()
@click.argument("pictures", type=click.Path(path_type=Path, exists=True))
@click.option("--seed", default=1, show_default=True)
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Where the set is written (default: a temporary folder).")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(pictures: Path, seed: int, perceptor: str, keep: Path | None, json_path: Path | None) -> None:
    """Print precision, recall and seconds on a set made of PICTURES."""
    with tempfile.TemporaryDirectory() as name:
        folder = keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            make(find_images([pictures], recursive=True), folder, seed)
        names = [path.name for path in find_images([folder])]
        found, bursts, took = ours(folder, perceptor)
        table = {"clipgen": figures(found, names) | {"bursts_found": bursts, "seconds_beyond_embedding": took}}
        try:
            table |= {method: figures(pairs, names) for method, pairs in imagededups(folder).items()}
        except ImportError:
            click.echo("imagededup is not installed (pip install imagededup): left out", err=True)
    for method, rows in table.items():
        click.echo(method)
        for key, value in rows.items():
            click.echo(f"  {key:26} {value:.3f}")
    click.echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if json_path:
        json_path.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
