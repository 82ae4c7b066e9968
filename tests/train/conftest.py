"""An art pack of a few flat sprites, and worlds with and without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from clipgen.train.world import World
from clipgen.train.world.art import FAMILIES

CELL, COLUMNS = 96, 32
# name, colour, synonyms, categories; each is one flat disc, so that a picture tells which it shows
THINGS = (
    ("fox", (250, 140, 20), ["red fox"], ["animal"]),
    ("Family: Man, “Woman”", (40, 90, 220), ["parents"], ["people"]),
    ("piñata", (210, 40, 170), ["piñata ball"], []),
    ("octopus", (130, 60, 170), [], ["animal", "sea creature"]),
)
ONLY_NOTO = ("unicorn", (60, 200, 90), ["unicorn head"], ["animal"])


@pytest.fixture(scope="session")
def art_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sheets as the pack has them: 32 columns of 96 px, rows of JSON; the last sprite stands in the second row."""
    folder = tmp_path_factory.mktemp("art")
    for family, sets in FAMILIES.items():
        for name in sets:
            things = [*THINGS, ONLY_NOTO] if family == "noto" else THINGS
            places = [*range(len(things) - 1), COLUMNS + 1]
            sheet = Image.new("RGBA", (COLUMNS * CELL, 2 * CELL))
            for place, (_, colour, _, _) in zip(places, things, strict=True):
                x, y = place % COLUMNS * CELL, place // COLUMNS * CELL
                ImageDraw.Draw(sheet).ellipse((x + 4, y + 4, x + CELL - 5, y + CELL - 5), fill=(*colour, 255))
            sheet.save(folder / f"{name}.webp", lossless=True)
            rows = [
                {"index": place, "name": title, "synonyms": synonyms, "categories": categories,
                 "colours": {"orange": 0.9, "black": 0.1} if title == "fox" else {}}
                for place, (title, _, synonyms, categories) in zip(places, things, strict=True)
            ]  # fmt: skip
            (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def flat_colours() -> dict[str, np.ndarray]:
    """The colour of each thing of the pack, by its name in the world."""
    names = ("fox", "family man, woman", "piñata", "octopus", "unicorn")
    return {name: np.array(row[1]) for name, row in zip(names, (*THINGS, ONLY_NOTO), strict=True)}


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def art_world(art_folder: Path) -> World:
    return World(art_folder)


@pytest.fixture(autouse=True)
def own_random_state() -> Iterator[None]:
    """A trainer seeds torch's global random state: other tests must not notice."""
    with torch.random.fork_rng(devices=[]):
        yield
