"""The bars of a CLIP, on freshly rendered pictures that no training step has seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.attack import attack
from clipgen.train.world import Sample, World

_FRESH = 900_001  # seeds from here on are never trained on


class Embeds(Protocol):
    """What is measured: unit embeddings of pictures in [0, 1] and of tokens."""

    def see(self, images: Tensor) -> Tensor: ...
    def read(self, tokens: Tensor) -> Tensor: ...
    def eval(self) -> object: ...


@dataclass(frozen=True)
class Bars:
    """Shares in [0, 1]: retrieval among 100, naming of 200 and of all things on a plain ground, scenes, styles, and
    picture → caption among 128 under a two-step L2 attack of radius 2 (for 64 px); held_out: naming of 200 things in
    an art family that was left out of training, None where none was."""

    retrieval: float
    zero_shot_200: float
    zero_shot_200_top5: float
    named: float
    named_top5: float
    scene: float
    style: float
    attacked: float
    held_out: float | None = None
    held_out_top5: float | None = None


def _pictures(images: list[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255


def retrieval(
    model: Embeds, tokenizer: Callable[[list[str]], Tensor], world: World, *, rounds: int = 5, size: int = 64
) -> float:
    """Text → picture top-1 among 100 fresh pictures, averaged over rounds."""
    hits = 0.0
    for r in range(rounds):
        samples = [world.sample((_FRESH + r, i), size) for i in range(100)]
        seen = model.see(_pictures([s.image for s in samples]))
        read = model.read(tokenizer([s.caption for s in samples]))
        hits += ((read @ seen.T).argmax(1) == torch.arange(100, device=seen.device)).float().mean().item()
    return hits / rounds


@torch.no_grad()
def naming(
    model: Embeds,
    tokenizer: Callable[[list[str]], Tensor],
    world: World,
    *,
    count: int | None = None,
    size: int = 64,
) -> tuple[float, float]:
    """Top-1 and top-5 of naming a thing alone on a plain ground, among ``count`` (or all) of the pack's things."""
    first = len(world.things) - len(world.art.things)
    every = np.arange(first, len(world.things))
    chosen = np.random.default_rng(0).permutation(every)[:count] if count else every
    read = torch.cat([model.read(tokenizer([world.things[i] for i in part])) for part in np.array_split(chosen, 8)])
    shown = [world.plain_thing(int(i), _FRESH, size).image for i in chosen]
    seen = torch.cat([model.see(_pictures(shown[a : a + 100])) for a in range(0, len(shown), 100)])
    order = (seen @ read.T).topk(min(5, len(chosen)), dim=1).indices.cpu()
    right = order == torch.arange(len(chosen))[:, None]
    return right[:, 0].float().mean().item(), right.any(1).float().mean().item()


def _of_kind(
    model: Embeds,
    tokenizer: Callable[[list[str]], Tensor],
    world: World,
    kind: str,
    names: tuple[str, ...],
    size: int = 64,
) -> float:
    samples: list[Sample] = []
    seed = 0
    while len(samples) < 200:
        sample = world.sample((_FRESH + 50, seed), size)
        seed += 1
        if getattr(sample.facts, kind) >= 0:
            samples.append(sample)
    seen, read = model.see(_pictures([s.image for s in samples])), model.read(tokenizer(list(names)))
    truth = torch.tensor([getattr(s.facts, kind) for s in samples])
    return ((seen @ read.T).argmax(1).cpu() == truth).float().mean().item()


def attacked(
    model: Embeds,
    tokenizer: Callable[[list[str]], Tensor],
    world: World,
    *,
    radius: float = 2.0,
    count: int = 128,
    size: int = 64,
) -> float:
    """Top-1 of captions for pictures that were moved, inside an L2 ball, away from their own."""
    samples = [world.sample((_FRESH + 60, i), size) for i in range(count)]
    images = _pictures([s.image for s in samples])
    with torch.no_grad():
        read = model.read(tokenizer([s.caption for s in samples]))
    own = torch.arange(count, device=read.device)

    def loss(x: Tensor) -> Tensor:
        return F.cross_entropy(30 * model.see(x) @ read.T, own, reduction="sum")

    with torch.enable_grad():
        ball, rng = torch.full((count, 1, 1, 1), radius * size / 64), torch.Generator().manual_seed(0)
        moved = attack(images, loss, radius=ball, steps=2, generator=rng)
    with torch.no_grad():
        return ((model.see(moved) @ read.T).argmax(1) == own).float().mean().item()


@torch.no_grad()
def measure(model: Embeds, tokenizer: Callable[[list[str]], Tensor], world: World, *, size: int = 64) -> Bars:
    """Measure all bars of a model that looks at pictures of a size; a minute on two cores."""
    model.eval()
    few = naming(model, tokenizer, world, count=200, size=size) if world.art.things else (0.0, 0.0)
    every = naming(model, tokenizer, world, size=size) if world.art.things else (0.0, 0.0)
    scene = _of_kind(model, tokenizer, world, "scene", world.scenes, size)
    style = _of_kind(model, tokenizer, world, "style", world.styles, size)
    found = retrieval(model, tokenizer, world, size=size)
    return Bars(found, *few, *every, scene, style, attacked(model, tokenizer, world, size=size))
