"""Does a tuned CLIP know new things, and what did it forget? Ten invented symbols and ten chip charts, 16 pictures each.

    python benchmarks/tune.py --json tune.json
    python benchmarks/tune.py --photos PHOTOS --set chips --base builtin

The things are drawn here, so that no CLIP has seen them: `symbols` are emblems with made-up names, `chips` are floor
plans of microchips named as chips are. Other pictures of them measure: accuracy of `classify` among the ten, before and
after. What was forgotten is measured on pictures that tuning never sees: photographs of --photos (class folders or
shards), which are named among all of their classes and the ten new ones.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image, ImageDraw

NAMES = {
    "symbols": ("zorblax", "quimmel", "vantrop", "snurble", "klixor", "drabbit", "plonvar", "wexil", "gromble", "yudrik"),
    "chips": ("vx80", "kr6502", "t9000", "m68q", "arc4", "z8k", "nova3", "i486q", "sparc7", "mips2k"),
}
SIDE = 192
BASES = ("reader", "builtin")


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
        kind, at, far, size = form.integers(4), form.uniform(0, 2 * math.pi), form.uniform(0, 0.7), form.uniform(0.2, 0.55)
        x, y = cx + radius * far * math.cos(at + turn), cy + radius * far * math.sin(at + turn)
        r, fill, width = radius * size, ink if part % 2 else second, max(3, round(radius * 0.12))
        if kind == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=width)
        elif kind == 1:
            sides = int(form.integers(3, 6))
            points = [(x + r * math.cos(at + turn + k * 2 * math.pi / sides), y + r * math.sin(at + turn + k * 2 * math.pi / sides)) for k in range(sides)]
            draw.polygon(points, fill=fill)
        elif kind == 2:
            for k in range(3):
                angle = at + turn + k * math.pi / 3
                draw.line((x - r * math.cos(angle), y - r * math.sin(angle), x + r * math.cos(angle), y + r * math.sin(angle)), fill=fill, width=width)
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
        box = (left + edge * (x0 + 0.008), top + edge * (y0 + 0.008), left + edge * (x1 - 0.008), top + edge * (y1 - 0.008))
        draw.rectangle(box, fill=fill)
        if plan.random() < 0.4:
            for y in np.arange(box[1] + 3, box[3], 5):
                draw.line((box[0], y, box[2], y), fill=(25, 25, 35))
    return _noisy(image.rotate(rng.normal(0, 4), resample=Image.Resampling.BICUBIC, fillcolor=image.getpixel((1, 1))), rng)


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
