"""Does a tuned CLIP know new things, and what does it forget? Ten invented symbols, ten chip charts, 16 pictures each.

    python benchmarks/tune.py --photos PHOTOS --json tune.json
    python benchmarks/tune.py --things chips --from reader --from builtin --paint 4
    python benchmarks/tune.py --things chips --draw charts/

The things are drawn here, so that no CLIP has seen them: `symbols` are emblems with made-up names, `chips` are floor
plans of microchips with names as chips have. Other drawings of them measure: the accuracy of `classify` among the ten,
before and after. What is forgotten is also measured on photographs that neither training nor tuning saw (--photos,
folders as of `clipgen train clip`): the names of each set are the choices, afterwards the ten new names as well.
--paint N: the CLIP tuned from `builtin` paints "a drawing of a zorblax" N times for each thing; the one tuned from
`reader`, which took no part, names what it sees among the ten. --draw FOLDER: only writes pictures.
Asked for: 30 points on the new things, at most 1 point lost on the others, 10 minutes on two cores.
"""

from __future__ import annotations

import json
import math
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image, ImageDraw

import clipgen
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor
from clipgen.similarity import embed_images, embed_texts
from clipgen.tasks.classify import Classifier
from clipgen.tasks.unrelated import matcher_of
from clipgen.train.sources import load_photos
from clipgen.train.tune import tune

NAMES = {
    "symbols": (
        "zorblax", "quimmel", "vantrop", "snurble", "klixor", "drabbit", "plonvar", "wexil", "gromble", "yudrik",
    ),
    "chips": ("vx80", "kr6502", "t9000", "m68q", "arc4", "z8k", "nova3", "i486q", "sparc7", "mips2k"),
}  # fmt: skip
SIDE, PICTURES, TESTS = 192, 16, 16
CPU = torch.device("cpu")
ASKED = {"new": 0.3, "lost": 0.01, "seconds": 600}


def draw_symbol(thing: int, rng: np.random.Generator) -> Image.Image:
    """An emblem of a kind, turned, coloured and placed at random on a plain or striped ground."""
    form = np.random.default_rng((77, thing))
    image = Image.new("RGB", (SIDE, SIDE), _colour(rng))
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.3:
        stripe = _colour(rng)
        for x in range(0, SIDE, 16):
            draw.rectangle((x, 0, x + 7, SIDE), fill=stripe)
    radius, turn = SIDE * rng.uniform(0.28, 0.44), rng.normal(0, 0.2)
    cx, cy = SIDE / 2 + rng.uniform(-0.08, 0.08, 2) * SIDE
    ink, second = _colour(rng), _colour(rng)
    for part in range(4):
        kind, at = int(form.integers(4)), form.uniform(0, 2 * math.pi)
        far, size = form.uniform(0, 0.7), form.uniform(0.2, 0.55)
        x, y = cx + radius * far * math.cos(at + turn), cy + radius * far * math.sin(at + turn)
        r, fill, width = radius * size, ink if part % 2 else second, max(3, round(radius * 0.12))
        if kind == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=width)
        elif kind == 1:
            sides = int(form.integers(3, 6))
            angles = [at + turn + k * 2 * math.pi / sides for k in range(sides)]
            draw.polygon([(x + r * math.cos(angle), y + r * math.sin(angle)) for angle in angles], fill=fill)
        elif kind == 2:
            for k in range(3):
                dx, dy = r * math.cos(at + turn + k * math.pi / 3), r * math.sin(at + turn + k * math.pi / 3)
                draw.line((x - dx, y - dy, x + dx, y + dy), fill=fill, width=width)
        else:
            begin = math.degrees(at + turn)
            draw.arc((x - r, y - r, x + r, y + r), begin, begin + 200, fill=fill, width=width)
    return _noisy(image, rng)


def draw_chip(thing: int, rng: np.random.Generator) -> Image.Image:
    """The floor plan of a kind of chip: the same blocks in the same places, in other colours, sizes and turns."""
    plan = np.random.default_rng((78, thing))
    image = Image.new("RGB", (SIDE, SIDE), _colour(rng, 180, 256))
    draw, edge = ImageDraw.Draw(image), SIDE * rng.uniform(0.68, 0.86)
    left, top = ((SIDE - edge) * rng.uniform(0.3, 0.7, 2)).tolist()
    draw.rectangle((left, top, left + edge, top + edge), fill=_colour(rng, 30, 90), outline=(20, 20, 20), width=3)
    shift = rng.integers(-25, 26, 3)
    stack = [(0.06, 0.06, 0.94, 0.94, 0)]
    while stack:
        x0, y0, x1, y1, depth = stack.pop()
        wide, high = x1 - x0, y1 - y0
        if depth < 4 and (depth < 2 or plan.random() < 0.6) and max(wide, high) > 0.2:
            cut = plan.uniform(0.3, 0.7)
            if wide > high:
                stack += [(x0, y0, x0 + cut * wide, y1, depth + 1), (x0 + cut * wide, y0, x1, y1, depth + 1)]
            else:
                stack += [(x0, y0, x1, y0 + cut * high, depth + 1), (x0, y0 + cut * high, x1, y1, depth + 1)]
            continue
        fill = tuple(int(v) for v in np.clip(plan.integers(60, 230, 3) + shift, 0, 255))
        x0, y0, x1, y1 = x0 + 0.008, y0 + 0.008, x1 - 0.008, y1 - 0.008
        box = [left + edge * x0, top + edge * y0, left + edge * x1, top + edge * y1]
        draw.rectangle(box, fill=fill)
        if plan.random() < 0.4:
            for y in np.arange(box[1] + 3, box[3], 5):
                draw.line((box[0], y, box[2], y), fill=(25, 25, 35))
    ground = image.getpixel((1, 1))
    return _noisy(image.rotate(rng.normal(0, 4), resample=Image.Resampling.BICUBIC, fillcolor=ground), rng)


def _colour(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    r, g, b = rng.integers(low, high, 3).tolist()
    return r, g, b


def _noisy(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float32) * rng.uniform(0.8, 1.1) + rng.normal(0, 6, (SIDE, SIDE, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


DRAW = {"symbols": draw_symbol, "chips": draw_chip}


def write_set(kind: str, folder: Path, count: int, part: int) -> list[tuple[Path, str]]:
    """Draw `count` pictures of each thing into folders of their names; parts have no picture in common."""
    rows = []
    for thing, name in enumerate(NAMES[kind]):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = folder / name / f"{number:03d}.png"
            DRAW[kind](thing, np.random.default_rng((part, thing, number))).save(path)
            rows.append((path, name))
    return rows


def new_right(name: str, rows: Sequence[tuple[Path, str]], names: Sequence[str]) -> float:
    """The share of pictures that `classify` gives their name."""
    matcher = matcher_of(load_perceptor(name, CPU))
    classifier = Classifier(names, matcher)
    embedded = torch.stack([one.vector for one in matcher.embed_pictures([path for path, _ in rows])])
    found = classifier.classify(embedded, top=1)
    return sum(matches[0].text == truth for matches, (_, truth) in zip(found, rows, strict=True)) / len(rows)


def photos_right(perceptor: Perceptor, folders: Sequence[Path], new: Sequence[str], most: int) -> dict[str, float]:
    """The share of held-out photographs of each set that get their name, among those of the set and new ones."""
    shares = {}
    for folder in folders:
        for photos in load_photos(folder, held_out=True):
            names = [labels[0] for labels in photos.labels]
            order = np.random.default_rng(0).permutation(len(photos.photos))[:most]
            some = [photos.photos[i] for i in order if photos.photos[i].names]
            images = [torch.from_numpy(photo.load()).permute(2, 0, 1)[None].float() / 255 for photo in some]
            texts = embed_texts(perceptor, [f"a photo of {name}" for name in [*names, *new]])
            right = (embed_images(perceptor, images) @ texts.T).argmax(1)
            truth = torch.tensor([names.index(photo.names[0]) for photo in some])
            shares[photos.name] = (right == truth).float().mean().item()
    return shares


def painted(kind: str, folder: Path, count: int, seed: int) -> dict[str, object]:
    """Paint each thing by the CLIP tuned from `builtin`; the share that the one tuned from `reader` gives its name."""
    folder.mkdir()
    rows = []
    for name in NAMES[kind]:
        for number in range(count):
            path = folder / f"{name}-{number}.png"
            clipgen.generate(
                f"a drawing of a {name}", seed=seed + number, perceptor=f"benchmark-{kind}-builtin", device="cpu"
            ).save(path)
            rows.append((path, name))
    return {"things": kind, "painted": len(rows), "named": new_right(f"benchmark-{kind}-reader", rows, NAMES[kind])}


@click.command()
@click.option("--things", type=click.Choice(list(NAMES)), multiple=True, help="Default: both.")
@click.option("--from", "bases", multiple=True, help="Default: both built-in ones.")
@click.option("--photos", type=click.Path(exists=True, path_type=Path), multiple=True, help="As of `train clip`.")
@click.option("--most", default=300, show_default=True, help="Photographs of each set.")
@click.option("--paint", default=0, show_default=True, help="Paintings of each thing by the one from builtin.")
@click.option("--pictures", default=PICTURES, show_default=True, help="Pictures of each thing to learn from.")
@click.option("--draw", type=click.Path(path_type=Path), help="Only write pictures here: learn/ and other/.")
@click.option("--last-blocks", default=0, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(
    things: tuple[str, ...], bases: tuple[str, ...], photos: tuple[Path, ...], most: int, paint: int, pictures: int,
    draw: Path | None, last_blocks: int, seed: int, json_path: Path | None,
) -> None:  # fmt: skip
    """Print what tuning gains and loses."""
    if paint and bases and not {"reader", "builtin"} <= set(bases):
        raise click.UsageError("--paint needs --from reader, which names what --from builtin paints")
    table = list[dict[str, object]]()
    for kind in things or tuple(NAMES):
        if draw is not None:
            write_set(kind, draw / "learn", pictures, 1)
            write_set(kind, draw / "other", TESTS, 2)
            continue
        with tempfile.TemporaryDirectory() as home:
            learnt, tests = Path(home) / "learnt", Path(home) / "tests"
            write_set(kind, learnt, pictures, 1)
            rows = write_set(kind, tests, TESTS, 2)
            for base in bases or ("reader", "builtin"):
                table.append(measured(kind, base, learnt, rows, photos, most, last_blocks=last_blocks, seed=seed))
                click.echo(json.dumps(table[-1]))
            if paint:
                table.append(painted(kind, Path(home) / "painted", paint, seed))
                click.echo(json.dumps(table[-1]))
    if draw is not None:
        return
    click.echo(f"asked for: {ASKED}")
    if json_path:
        json_path.write_text(json.dumps(table, indent=2) + "\n")


def measured(
    kind: str, base: str, learnt: Path, rows: Sequence[tuple[Path, str]], photos: Sequence[Path], most: int,
    *, last_blocks: int, seed: int,
) -> dict[str, object]:  # fmt: skip
    """Tune once, and measure before and after."""
    began, cpu = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    (tuned,) = tune(
        learnt, f"benchmark-{kind}-{base}", base=base, last_blocks=last_blocks, seed=seed, replace=True, resume=False
    )
    seconds, cpu = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - cpu
    before, after = (photos_right(load_perceptor(name, CPU), photos, new, most) for name, new in
                     ((base, ()), (tuned.name, NAMES[kind])))  # fmt: skip
    return {
        "things": kind,
        "from": base,
        "new_before": new_right(base, rows, NAMES[kind]),
        "new_after": new_right(tuned.name, rows, NAMES[kind]),
        "photos_before": before,
        "photos_after": after,
        **asdict(tuned.figures),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
    }


if __name__ == "__main__":
    main()
