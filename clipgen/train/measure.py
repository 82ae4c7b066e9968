"""The metrics of a CLIP, on newly rendered pictures that are not part of the training data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.train.attack import attack
from clipgen.train.world import Sample, World

_FRESH = 900_001  # seeds from here on are not used for training


class Embeds(Protocol):
    """A model that embeds pictures in [0, 1] and tokens as unit vectors."""

    def embed_images(self, images: Tensor) -> Tensor: ...
    def embed_tokens(self, tokens: Tensor) -> Tensor: ...
    def eval(self) -> object: ...


@dataclass(frozen=True)
class Metrics:
    """Accuracies in [0, 1].

    retrieval: of a picture among 100 by its caption; zero_shot_200, named: of the thing on a plain background, among
    200 and among all; scene, style: of these; attacked: of the caption among 128 under a two-step L2 attack of radius
    2 (at 64 px); held_out: of the thing among 200 in an art family that is not part of the training data, None without
    one.
    """

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


def _tensor(images: list[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255


def retrieval(
    model: Embeds, tokenizer: Callable[[list[str]], Tensor], world: World, *, rounds: int = 5, size: int = 64
) -> float:
    """Text → picture top-1 among 100 new pictures, averaged over rounds."""
    hits = 0.0
    for r in range(rounds):
        samples = [world.sample((_FRESH + r, i), size) for i in range(100)]
        pictures = model.embed_images(_tensor([s.image for s in samples]))
        texts = model.embed_tokens(tokenizer([s.caption for s in samples]))
        hits += ((texts @ pictures.T).argmax(1) == torch.arange(100, device=pictures.device)).float().mean().item()
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
    """Top-1 and top-5 of the name of a thing on a plain background, among `count` (or all) of the pack's things."""
    first = len(world.things) - len(world.art.things)
    every = np.arange(first, len(world.things))
    chosen = np.random.default_rng(0).permutation(every)[:count] if count else every
    parts = [[world.things[i] for i in part] for part in np.array_split(chosen, 8)]
    texts = torch.cat([model.embed_tokens(tokenizer(part)) for part in parts])
    shown = [world.plain_thing(int(i), _FRESH, size).image for i in chosen]
    pictures = torch.cat([model.embed_images(_tensor(shown[a : a + 100])) for a in range(0, len(shown), 100)])
    order = (pictures @ texts.T).topk(min(5, len(chosen)), dim=1).indices.cpu()
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
    pictures = model.embed_images(_tensor([s.image for s in samples]))
    texts = model.embed_tokens(tokenizer(list(names)))
    truth = torch.tensor([getattr(s.facts, kind) for s in samples])
    return ((pictures @ texts.T).argmax(1).cpu() == truth).float().mean().item()


def attacked(
    model: Embeds,
    tokenizer: Callable[[list[str]], Tensor],
    world: World,
    *,
    radius: float = 2.0,
    count: int = 128,
    size: int = 64,
) -> float:
    """Top-1 of captions for pictures that were attacked within an L2 ball."""
    samples = [world.sample((_FRESH + 60, i), size) for i in range(count)]
    images = _tensor([s.image for s in samples])
    with torch.no_grad():
        texts = model.embed_tokens(tokenizer([s.caption for s in samples]))
    own = torch.arange(count, device=texts.device)

    def loss(x: Tensor) -> Tensor:
        return F.cross_entropy(30 * model.embed_images(x) @ texts.T, own, reduction="sum")

    with torch.enable_grad():
        ball, rng = torch.full((count, 1, 1, 1), radius * size / 64), torch.Generator().manual_seed(0)
        changed = attack(images, loss, radius=ball, steps=2, generator=rng)
    with torch.no_grad():
        return ((model.embed_images(changed) @ texts.T).argmax(1) == own).float().mean().item()


@torch.no_grad()
def measure(model: Embeds, tokenizer: Callable[[list[str]], Tensor], world: World, *, size: int = 64) -> Metrics:
    """Measure all metrics of a model with pictures of a size; takes a minute on two cores."""
    model.eval()
    few = naming(model, tokenizer, world, count=200, size=size) if world.art.things else (0.0, 0.0)
    every = naming(model, tokenizer, world, size=size) if world.art.things else (0.0, 0.0)
    scene = _of_kind(model, tokenizer, world, "scene", world.scenes, size)
    style = _of_kind(model, tokenizer, world, "style", world.styles, size)
    found = retrieval(model, tokenizer, world, size=size)
    return Metrics(found, *few, *every, scene, style, attacked(model, tokenizer, world, size=size))
