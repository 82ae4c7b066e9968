"""A folder of pictures, and a library of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen.library import Library, index
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Skipped


def noise(seed: int, size: tuple[int, int] = (48, 40)) -> Image.Image:
    """A smooth picture of its own for each seed."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """photos/0.png to 2.png, and photos/in/3.png."""
    folder = tmp_path / "photos"
    (folder / "in").mkdir(parents=True)
    for seed in range(4):
        noise(seed).save(folder / ("in" if seed == 3 else "") / f"{seed}.png")
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library.sqlite") as opened:
        yield opened


Indexed = tuple[int, list[Skipped]]


@pytest.fixture
def bring(library: Library, perceptor: OpenClip) -> Callable[..., Indexed]:
    """Index some places; how many pictures were embedded, and what was skipped."""

    def call(*places: Path) -> Indexed:
        events = list(index(list(places), library, perceptor))
        skipped = [event for event in events if isinstance(event, Skipped)]
        return max(event.embedded for event in events if not isinstance(event, Skipped)), skipped

    return call
