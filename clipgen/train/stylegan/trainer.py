"""The state of a training run, and one step of it."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen import devices
from clipgen.generators.stylegan.checkpoint import load_network
from clipgen.generators.stylegan.layers import Dense
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.train import checkpoints
from clipgen.train.stylegan.pictures import Pictures, shares
from clipgen.train.stylegan.recipe import Recipe

_LEAST = 8  # smallest side at which pictures are compared
_SEEN = 32  # side of the pictures whose principal components are taken


class Trainer:
    """The state of a run; `step()` makes one update and returns its figures.

    Every picture is a class of its own, and mapping and synthesis learn to reproduce it. The class embeddings start at
    the pictures' principal components. With four drawings of each thing this learns in an hour what a critic does not.
    Source: Bojanowski et al., "Optimizing the Latent Space of Generative Networks", arXiv 1707.05776.

    pictures: all of them, in memory; init: weights to start from; pictures of classes that they lack start as in a new
    run.
    """

    def __init__(
        self, recipe: Recipe, pictures: Pictures, device: torch.device, init: Path | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.pictures, self.device, self.done = recipe, pictures, device, 0
        self.model = StyleGAN2(
            side=recipe.side, channels=recipe.blocks, width=recipe.width, noise=recipe.noise, classes=len(pictures),
            layers=1, colours=pictures.images.shape[1],
        )  # fmt: skip
        with torch.no_grad():
            _start_at(self.model, components(pictures.images, recipe.width))
        if init:
            checkpoints.fill(self.model, _continued(init, self.model, pictures.names), source=str(init))
        self.model.to(device)
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.groups = [(list(self.model.synthesis.parameters()), 1.0),
                       (list(self.model.mapping.embed.parameters()), recipe.embed)]  # fmt: skip
        self.optimizer = torch.optim.Adam(
            [{"params": some, "lr": recipe.lr * share} for some, share in self.groups], betas=(0.9, 0.99)
        )
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.shares = shares(pictures, common=recipe.common)

    def step(self) -> dict[str, float]:
        """Train on one batch."""
        rows = torch.multinomial(self.shares, self.recipe.batch, replacement=True, generator=self.random)
        target = self.pictures.images[rows].to(self.device).float() / 127.5 - 1
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            w = self.styles(self.model, rows)
            noise = torch.randn(w.shape, generator=self.random).to(w)
            made = paint(self.model, w + self.recipe.style_noise * noise)
        loss = difference(made.float(), target)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group, (_, share) in zip(self.optimizer.param_groups, self.groups, strict=True):
            group["lr"] = self.recipe.lr * share * self.recipe.rate(self.done)
        self.optimizer.step()
        self.done += 1
        kept = min(self.recipe.ema, self.done / (self.done + 10))
        with torch.no_grad():
            for mean, now in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - kept)
        return {"loss": loss.item()}

    def styles(self, model: StyleGAN2, rows: Tensor) -> Tensor:
        """The styles w [B, width] of the pictures of rows [B]."""
        z = torch.ones(len(rows), self.recipe.noise)
        w: Tensor = model.mapping(z.to(self.device), F.one_hot(rows, len(self.pictures)).float().to(self.device))
        return w

    def finish(self) -> None:
        """Set the mean style of the averaged network, which is the result."""
        with torch.no_grad():
            self.averaged.mapping.w_avg.copy_(self.styles(self.averaged, torch.arange(len(self.pictures))).mean(0))

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "average": self.averaged, "opt": self.optimizer}

    def state(self) -> dict[str, Any]:
        """The state for `load`."""
        own = {"done": self.done, "random": self.random.get_state()}
        return {**own, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`."""
        for name in ("model", "average"):
            checkpoints.fill(self._parts()[name], state[name], source="the checkpoint to resume from")
        self.optimizer.load_state_dict(state["opt"])
        self.done = state["done"]
        self.random.set_state(state["random"])


def paint(model: StyleGAN2, w: Tensor) -> Tensor:
    """Pictures [B, colours, side, side], about -1 to 1, of styles w [B, width].

        >>> network = StyleGAN2(side=16, channels={4: 8, 8: 8, 16: 8}, width=8, noise=4, colours=4)
        >>> paint(network, network.mapping(torch.randn(1, 4))).shape
        torch.Size([1, 4, 16, 16])

    Noise is left out.
    """
    return model(w[:, None].expand(-1, model.styles, -1), noise=False)


def components(images: Tensor, width: int) -> Tensor:
    """Principal components of pictures uint8 [N, C, H, W], with a mean square of 1: [N, width].

        >>> components(torch.randint(255, (8, 4, 16, 16), dtype=torch.uint8), 32).shape
        torch.Size([8, 32])

    The larger ones keep a part of their greater spread. Of fewer pictures than `width` the others are 0.
    """
    small = F.avg_pool2d(images.float() / 127.5 - 1, max(1, images.shape[-1] // _SEEN)).flatten(1)
    left, spread, _ = torch.linalg.svd(small - small.mean(0), full_matrices=False)
    codes = F.pad(left * spread.sqrt(), (0, max(0, width - left.shape[1])))[:, :width]
    return codes / codes.square().mean().sqrt().clamp(min=1e-8)


def _start_at(model: StyleGAN2, codes: Tensor) -> None:
    """Let the mapping give about the codes [N, width] of the classes, whatever z is: it hands on the embeddings."""
    mapping = model.mapping
    layer = mapping.fc0
    assert isinstance(layer, Dense)
    scale = layer.rate / math.sqrt(layer.weight.shape[1])
    layer.weight.zero_()
    layer.weight[:, -mapping.w_avg.numel() :] = torch.eye(mapping.w_avg.numel()) / scale
    # the inverse of the rectifier, up to each code's length
    mapping.embed.weight.copy_(torch.where(codes > 0, codes, 5 * codes).T)


def _continued(init: Path, model: StyleGAN2, names: Sequence[str]) -> dict[str, Tensor]:
    """The weights of a file, with the embeddings in the order of pictures with these names."""
    network = load_network(init)
    state, embeddings = network.state_dict(), model.mapping.embed.weight.detach().clone()
    columns = {each: column for column, each in enumerate(_numbered(network.names))}
    known = [(to, columns[each]) for to, each in enumerate(_numbered(names)) if each in columns]
    if known and len(embeddings) == len(state["mapping.embed.weight"]):
        to, of = torch.tensor(known).T
        embeddings[:, to] = state["mapping.embed.weight"][:, of]
        state["mapping.embed.weight"] = embeddings
    return state


def _numbered(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Names, each with how many of it were before."""
    seen: Counter[str] = Counter()
    for name in names:
        yield name, seen[name]
        seen[name] += 1


def difference(made: Tensor, image: Tensor) -> Tensor:
    """The mean absolute difference of pictures at every scale, so that large forms count as much as detail.

    >>> difference(image, image)
    tensor(0.)
    """
    total = made.new_zeros(())
    while made.shape[-1] >= _LEAST:
        total = total + (made - image).abs().mean()
        made, image = F.avg_pool2d(made, 2), F.avg_pool2d(image, 2)
    return total
