"""The orientation head of `clipgen orient`: fitted on a CLIP's embeddings of turned photographs and scenes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen import devices
from clipgen.errors import ImageError, SettingsError
from clipgen.models.weights import models_folder
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.similarity.upright import VIEWS, Head, turns
from clipgen.train.sources import World, is_held_out, load_photos

PARTS = ("fit", "sure", "test")
_CLASSES, _TEST = 0.1, 0.5  # share of the classes, and of the other pictures that the reader never saw, for "test"
_SIZE = 96  # side of rendered scenes in pixels
_SEEDS = {part: 960_001 + place for place, part in enumerate(PARTS)}  # the reader's training draws below 900,000
_BATCH = 32


@dataclass(frozen=True)
class Shown:
    """An upright picture [1, 3, H, W] in [0, 1]: its source, its class, and whether the head has seen that class."""

    source: str
    name: str
    image: Tensor
    new: bool


@dataclass(frozen=True)
class Recipe:
    """The settings of a fit.

    pictures: most of each set of photographs, and number of scenes, to fit on; the threshold is chosen by half as many,
    and half as many measure it; epochs, batch, lr, weight_decay, smoothing: of AdamW on the cross-entropy over four
    turns; alarms, precision: what the threshold has to keep to on pictures that neither head nor reader saw.
    """

    pictures: int = 1000
    seed: int = 29
    epochs: int = 30
    batch: int = 128
    lr: float = 2e-3
    weight_decay: float = 0.05
    smoothing: float = 0.05
    alarms: float = 0.003
    precision: float = 0.985


@dataclass(frozen=True)
class Figures:
    """What is right of what is listed, what is rightly listed of what is turned, and what is listed of what is upright.

    All are shares of pictures that are turned at random.
    """

    precision: float
    recall: float
    alarms: float


@dataclass
class Turned:
    """Embeddings [N, 4, D] of pictures in four turns, the upright one first, and where the pictures are from."""

    embeddings: Tensor
    sources: list[str] = field(default_factory=list)
    new: list[bool] = field(default_factory=list)


def shown(part: str, world: World, photos: Sequence[Path], recipe: Recipe) -> Iterator[Shown]:
    """The pictures of one part, which have neither pictures nor seeds in common.

        >>> pictures = list(shown("test", World(), [], Recipe(pictures=4)))
        >>> len(pictures), pictures[0].source
        (2, 'world')

    part: "fit", "sure" for the threshold, or "test". A tenth of the classes is in "test" only, and photographs outside
    of "fit" are those that the reader never saw. Raises ImageError for damaged photographs.
    """
    for folder in photos:
        for one in load_photos(folder, held_out=part != "fit"):
            mine = [photo for photo in one.photos if _part_of(one.name, photo.names[:1], photo.key, part) == part]
            order = np.random.default_rng((recipe.seed, 1)).permutation(len(mine))
            for i in order[: _count(part, recipe)].tolist():
                name = "".join(mine[i].names[:1])
                yield Shown(one.name, name, _tensor(mine[i].load()), _is_new(one.name, name))
    yield from _scenes(part, world, recipe)


def _scenes(part: str, world: World, recipe: Recipe) -> Iterator[Shown]:
    left, place = _count(part, recipe), 0
    while left:
        sample, place = world.sample((_SEEDS[part], place), _SIZE, styled=0.2), place + 1
        name = world.scenes[sample.facts.scene] if sample.facts.scene >= 0 else ""
        if name and (part == "test" or not _is_new("world", name)):
            left -= 1
            yield Shown("world", name, _tensor(sample.image), _is_new("world", name))


def _count(part: str, recipe: Recipe) -> int:
    return recipe.pictures if part == "fit" else recipe.pictures // 2


def _part_of(source: str, names: Sequence[str], key: str, part: str) -> str:
    """Where a photograph belongs; "" for one of a new class that the reader saw."""
    if any(_is_new(source, name) for name in names):
        return "" if part == "fit" else "test"
    return "fit" if part == "fit" else "test" if is_held_out(f"orient/{source}/{key}", _TEST) else "sure"


def _is_new(source: str, name: str) -> bool:
    return is_held_out(f"orient/{source}/{name}", _CLASSES)


def _tensor(image: np.ndarray) -> Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255


def embed(
    pictures: Iterator[Shown], perceptor: Perceptor, report: Callable[[str], None], *, views: str = VIEWS
) -> Turned:
    """Embed pictures in four turns; views: by default those that a head judges by.

    >>> embed(shown("test", World(), [], Recipe(pictures=4)), perceptor, print).embeddings.shape[:2]
    torch.Size([2, 4])
    """
    found, rows, began = Turned(torch.empty(0)), list[Tensor](), time.monotonic()
    batch: list[Shown] = []
    for one in pictures:
        batch.append(one)
        found.sources.append(one.source)
        found.new.append(one.new)
        if len(batch) == _BATCH:
            rows.append(turns(perceptor, [one.image for one in batch], views=views))
            batch = []
            if len(rows) % 25 == 0:
                count = len(found.sources)
                report(f"{count:,} pictures embedded, {count / (time.monotonic() - began):.0f} pictures/s")
    if batch:
        rows.append(turns(perceptor, [one.image for one in batch], views=views))
    if not rows:
        raise ImageError("there are no pictures to learn from; give photographs, or an art pack")
    found.embeddings = torch.cat(rows)
    return found


def fit(embeddings: Tensor, perceptor: str, recipe: Recipe) -> Head:
    """A head for embeddings [N, 4, D] of turned pictures, the upright turn first; perceptor: fingerprint.

    >>> fit(torch.randn(8, 4, 16), "5e1f" * 16, Recipe(epochs=1, batch=4)).sure
    1.0
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        head = Head(embeddings.shape[-1], perceptor=perceptor)
        head.mean.copy_(embeddings.mean((0, 1)))
        head.std.copy_(embeddings.std((0, 1)).clamp(min=1e-4))
        optimizer = torch.optim.AdamW(head.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
        batches = max(1, len(embeddings) // recipe.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=recipe.epochs * batches)
        for _ in range(recipe.epochs):
            for some in torch.randperm(len(embeddings)).split(recipe.batch)[:batches]:
                truth = torch.zeros(len(some), dtype=torch.long)
                loss = F.cross_entropy(head(embeddings[some]), truth, label_smoothing=recipe.smoothing)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
    return head.eval().requires_grad_(False)


def figures(shares: Tensor, sure: float) -> Figures:
    """Figures of probabilities [N, 4], the upright turn first, at a threshold.

        >>> figures(torch.tensor([[0.9, 0.1, 0.0, 0.0], [0.4, 0.6, 0.0, 0.0]]), 0.8)
        Figures(precision=1.0, recall=0.5, alarms=0.0)

    Each picture stands for its four turns, since the head turns with it: a wrong answer is an alarm when it is upright.
    """
    confidence, answer = shares.max(-1)
    right = ((answer == 0) & (confidence >= sure)).float().mean().item()
    wrong = ((answer != 0) & (confidence >= sure)).float().mean().item()
    return Figures(right / max(1e-9, right + wrong) if right + wrong else 1.0, right, wrong)


def threshold(shares: Tensor, recipe: Recipe) -> float:
    """The lowest probability from which a head keeps to the recipe's alarms and precision; 1 where none does.

    >>> threshold(torch.tensor([[0.9, 0.1, 0.0, 0.0], [0.4, 0.6, 0.0, 0.0]]), Recipe())
    0.6001
    """
    for step in range(2500, 10_000):
        found = figures(shares, step / 1e4)
        if found.alarms <= recipe.alarms and found.precision >= recipe.precision:
            return step / 1e4
    return 1.0


def run(
    *,
    photos: Sequence[Path] = (),
    art: Path | None = None,
    perceptor: str = "reader",
    out: Path | None = None,
    pictures: int | None = None,
    seed: int | None = None,
    device: str = "auto",
    recipe: Recipe = Recipe(),
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Fit a head for a CLIP and write it.

    >>> run(photos=[Path("photos")], art=Path("emoji"), perceptor="local-dir:reader", out=Path("orient.safetensors"))

    photos: folders as for `load_photos`; art: folder of an art pack, whose things stand in the scenes; perceptor: its
    name; out: the file (default for the reader: that of the shipped head); pictures, seed: replace those of the recipe.
    Raises SettingsError where another CLIP's head would take that place, UnknownNameError and WeightsError for the
    CLIP, ImageError for damaged photographs.
    """
    if out is None and perceptor != "reader":
        raise SettingsError(f"the shipped head is the reader's; name a file for that of {perceptor}", settings=["out"])
    recipe = replace(recipe, pictures=pictures or recipe.pictures, seed=recipe.seed if seed is None else seed)
    clip = load_perceptors([perceptor], devices.pick_device(device))
    world = World(art)
    learnt = embed(shown("fit", world, photos, recipe), clip, report, views="centre")  # half the work of both views
    head = fit(learnt.embeddings, clip.fingerprint, recipe)
    kept = embed(shown("sure", world, photos, recipe), clip, report)
    shares = head(kept.embeddings).softmax(-1)
    head.sure = threshold(shares, recipe)
    head.save(out or models_folder() / "orient" / "orient.safetensors")
    found = figures(shares, head.sure)
    report(f"sure from {head.sure:.4f}: precision {found.precision:.3f}, recall {found.recall:.3f}, "
           f"alarms {found.alarms:.4f} on {len(shares):,} pictures by which it was chosen")  # fmt: skip
