"""How long and in how much memory are the duplicates of 100,000 pictures found, beyond embedding?

    python benchmarks/duplicates_scale.py photos/ --json duplicates_scale.json

A made library: files are links to at most 2,000 pictures of a folder; vectors are mixtures of the pictures behind the
reader's calibration, with noise of their own covariance, so that each has near neighbours; hashes are random. Of every
hundred files three are copies of the one before. `--known library.sqlite`: instead how many of the candidates in an
index of real pictures need a closer look, since neighbours in a real library resemble each other more than those here.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import configured  # before torch is imported
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from clipgen.library import EVERYWHERE, Content, File, Library
from clipgen.library.hashes import small_copy
from clipgen.media.images import find_images
from clipgen.parts import Parts
from clipgen.similarity import Matcher
from clipgen.store import picture_keys
from clipgen.tasks.duplicates import Group, duplicates
from clipgen.tasks.duplicates.candidates import candidate_pairs
from clipgen.tasks.duplicates.resemblance import alike
from clipgen.tasks.unrelated import matcher_of

DISTINCT, BLOCK, COPIES = 2000, 10_000, 3


def is_copy(number: int) -> bool:
    """Whether a file is a copy of the one before."""
    return 0 < number % 100 <= 2 * COPIES and number % 2 == 0


def fill(library: Library, matcher: Matcher, pictures: Sequence[Path], folder: Path, count: int) -> None:
    """Rows, vectors and links of so many files."""
    vectors = library.vectors(matcher.perceptor.fingerprint, matcher.perceptor.dim)
    others, rng, noise = matcher.background.pictures, np.random.default_rng(0), torch.Generator().manual_seed(0)
    greys = [small_copy(Image.open(path).convert("RGB")) for path in pictures]
    root = torch.linalg.cholesky(torch.cov(others.T) + 1e-6 * torch.eye(others.shape[1])).T
    for first in range(0, count, BLOCK):
        numbers = list(range(first, min(count, first + BLOCK)))
        a, b = (others[torch.randint(len(others), (len(numbers),), generator=noise)] for _ in range(2))
        rows = 0.7 * a + 0.3 * b + 0.7 * torch.randn(len(numbers), len(root), generator=noise) @ root
        hashes = rng.integers(0, 2**63, (len(numbers), 8), np.uint64)
        files, contents = [], []
        for place, number in enumerate(numbers):
            if is_copy(number):
                rows[place] = rows[place - 1] + 0.1 * rows[place - 1].std() * torch.randn(len(root), generator=noise)
                hashes[place] = hashes[place - 1]
            which = (number - is_copy(number)) % len(pictures)
            path = folder / f"{number:06d}{pictures[which].suffix}"
            path.symlink_to(pictures[which])
            digest = hashlib.sha256(number.to_bytes(8)).digest()
            files.append(File(path, 1, 1, digest))
            grey = greys[which].tobytes()
            contents.append(Content(digest, 640, 480, phashes=hashes[place].tobytes(), measures=bytes(16), grey=grey))
        vectors.add(picture_keys([one.hash for one in contents]), F.normalize(rows, dim=1).half().numpy())
        library.database.add(files, contents)


def kilobytes(name: str) -> int:
    """A figure of this process."""
    found = re.search(rf"^{name}:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def measure(folder: Path, matcher: Matcher) -> dict[str, float]:
    """Seconds and memory of a search for duplicates, and which share of the copies it finds."""
    before, began = kilobytes("VmRSS") / 1024, time.perf_counter()
    steps: list[float] = []
    groups: list[Group] = []
    total = 0
    with Library(folder / "library.sqlite") as library:
        for event in duplicates([folder / "files"], library, matcher, refresh=False):
            steps.append(time.perf_counter() - began)
            if isinstance(event, Group):
                groups.append(event)
            else:
                total = getattr(event, "total", total)
        count = library.database.count([folder / "files"])
    same = [[int(one.path.stem) for one in group.members] for group in groups if group.kind != "burst"]
    found = {pair for group in same for pair in itertools.combinations(sorted(group), 2)}
    true = {(number - 1, number) for number in range(count) if is_copy(number)}
    return {
        "pictures": count, "seconds": time.perf_counter() - began, "seconds_to_pairs": steps[0],
        "pairs_compared": total, "copies_found": len(true & found) / len(true), "memory_before_mb": before,
        "memory_peak_mb": kilobytes("VmHWM") / 1024,
    }  # fmt: skip


def looked_at(index: Path, matcher: Matcher) -> dict[str, float]:
    """Of the candidates in an index of real pictures those that need a closer look."""
    with Library(index) as library:
        hashes = library.database.hashes([EVERYWHERE])
        vectors = library.vectors(matcher.perceptor.fingerprint, matcher.perceptor.dim)
        rows, found = vectors.get(picture_keys(hashes))
        kept = [hash for hash, there in zip(hashes, found.tolist(), strict=True) if there]
        pairs = candidate_pairs(rows[found], library.database.phashes(kept), matcher.background.pictures)
        near = alike(library.database.greys(kept), pairs)
    return {"pictures": len(kept), "candidates": len(pairs), "share_compared": float(near.mean())}


@click.command()
@click.argument("pictures", type=click.Path(path_type=Path, exists=True))
@click.option("--count", default=100_000, show_default=True)
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--known", is_flag=True, help="PICTURES is an index: the share of its candidates that is compared.")
@click.option("--measure", "measured", is_flag=True, hidden=True, help="Only search what is in this folder.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(pictures: Path, count: int, perceptor: str, known: bool, measured: bool, json_path: Path | None) -> None:
    """Print seconds, memory, and the share of the copies that is found."""
    torch.set_num_threads(2)
    matcher = matcher_of(Parts().perceptor([perceptor], torch.device("cpu")))
    if measured:  # a process of its own: memory is then that of searching
        click.echo(json.dumps(measure(pictures, matcher)))
        return
    if known:
        figures = looked_at(pictures, matcher)
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "files").mkdir()
            some = [path.absolute() for path in find_images([pictures], recursive=True)]
            chosen = some[:: max(1, len(some) // DISTINCT)][:DISTINCT]
            with Library(folder / "library.sqlite") as library:
                fill(library, matcher, chosen, folder / "files", count)
            asked = [sys.executable, __file__, str(folder), "--perceptor", perceptor, "--measure"]
            ran = subprocess.run(asked, check=True, stdout=subprocess.PIPE, env=os.environ | {configured.SIDE: "ours"})
            figures = json.loads(ran.stdout)
    for key, value in figures.items():
        click.echo(f"{key:24} {value:,.3f}")
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
