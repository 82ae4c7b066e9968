"""What a tuning works on: what the lower part of the picture tower makes of every picture, computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen.cutouts import Cutouts
from clipgen.errors import ImageError
from clipgen.media.images import load_ahead, resize_area
from clipgen.train import checkpoints
from clipgen.train.pairs import Pair

AUGMENTS = "light"  # mirrors nothing: a thing of one's own may have a left and a right
_CHUNK = 32  # pictures between two saved files
_BYTES = 2**30  # of the views of all pictures: with more pictures there are fewer views of each

Lower = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Material:
    """Views of pictures below the part that is trained.

    seen: [N, V, …], the first view plain, the others augmented; pairs: the N pairs whose pictures could be loaded;
    problems: one line for each of the others.
    """

    seen: Tensor
    pairs: list[Pair]
    problems: list[str]


def views_of(image: Tensor, size: int, count: int, *, key: int) -> Tensor:
    """Views of a picture [1, 3, H, W]: [count, 3, size, size]; the first is its middle, the others are augmented.

    >>> views_of(torch.rand(1, 3, 40, 60), 32, 4, key=7).shape
    torch.Size([4, 3, 32, 32])
    """
    height, width = image.shape[-2:]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    plain = resize_area(image[..., top : top + side, left : left + side], (size, size))
    if count == 1:
        return plain
    cutouts = Cutouts(size, count - 1, augments=AUGMENTS, generator=torch.Generator().manual_seed(key))
    return torch.cat([plain, cutouts(image).clamp(0, 1)])


@torch.no_grad()
def gather(
    pairs: Sequence[Pair],
    lower: Lower,
    *,
    size: int,
    views: int,
    seed: int,
    folder: Path,
    report: Callable[[str], None],
) -> Material:
    """Load the pictures of pairs and compute their views below the part that is trained.

    lower: views [V, 3, size, size] in [0, 1] → [V, …]; folder: where finished parts are saved, and read from when a run
    is resumed. Raises ImageError when no picture can be loaded.
    """
    parts: list[Tensor] = []
    bad: dict[int, str] = {}
    for number, first in enumerate(range(0, len(pairs), _CHUNK)):
        some = pairs[first : first + _CHUNK]
        saved = checkpoints.load(path := folder / f"{number:05d}.pt")
        if saved is None:
            saved = _part(some, lower, size=size, views=views, seed=seed)
            checkpoints.save(path, saved)
            report(f"{min(first + _CHUNK, len(pairs)):,} of {len(pairs):,} pictures")
        parts.append(saved["seen"])
        bad |= {first + int(i): line for i, line in saved["bad"].items()}
    kept = [pair for i, pair in enumerate(pairs) if i not in bad]
    if not kept:
        raise ImageError(f"none of {len(pairs)} pictures can be loaded; the first: {next(iter(bad.values()))}")
    return Material(torch.cat([part for part in parts if len(part)]), kept, list(bad.values()))


def _part(some: Sequence[Pair], lower: Lower, *, size: int, views: int, seed: int) -> dict[str, Any]:
    seen: list[Tensor] = []
    bad: dict[int, str] = {}
    for i, (pair, (_, image)) in enumerate(zip(some, load_ahead([pair.path for pair in some]), strict=True)):
        if isinstance(image, ImageError):
            bad[i] = " ".join(str(image).split())
            continue
        key = (int(pair.digest[:12], 16) + 7919 * seed) % 2**48
        seen.append(lower(views_of(image, size, views, key=key)))
    return {"seen": torch.stack(seen) if seen else torch.empty(0), "bad": bad}


def views_in_memory(views: int, pictures: int, example: Tensor) -> int:
    """How many views of each picture fit into memory; example: what the lower part makes of one.

    >>> views_in_memory(8, 160, torch.zeros(512))
    8
    """
    each = example.numel() * example.element_size()
    return max(1, min(views, _BYTES // max(1, each * pictures)))
