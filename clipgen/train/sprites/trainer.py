"""The state of a training run, and one step of it."""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.generators.sprites import CELL, LEVELS, Decoder, Residual, Sprites
from clipgen.train import checkpoints
from clipgen.train.sprites.drawings import Drawings
from clipgen.train.sprites.recipe import Recipe

_SCALES = 3  # at which pictures are compared, each half as large as the one before
_EDGES = 0.5  # weight of the differences between neighbouring pixels, without which edges are soft
_AT_ONCE = 64  # drawings


class Encoder(nn.Module):
    """Embeddings [B, channels, h, w] in (-1, 1) of drawings [B, 4, CELL·h, CELL·w] in [0, 1].

    >>> Encoder(8, width=16, blocks=1)(torch.zeros(1, 4, 32, 32)).shape
    torch.Size([1, 8, 4, 4])
    """

    def __init__(self, channels: int, *, width: int, blocks: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(4 * CELL**2, width, 1)
        self.blocks = nn.Sequential(*(Residual(width) for _ in range(blocks)))
        self.leave = nn.Conv2d(width, channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """The embeddings."""
        x = self.enter(F.pixel_unshuffle(2 * images - 1, CELL))
        return torch.tanh(self.leave(self.blocks(x)))


class Autoencoder(nn.Module):
    """Encoder and decoder in training; the encoder is left behind when the drawings are embedded."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.encoder = Encoder(recipe.channels, width=recipe.coarse, blocks=recipe.blocks // 2)
        self.decoder = Decoder(recipe.channels, coarse=recipe.coarse, fine=recipe.fine, blocks=recipe.blocks)


class Trainer:
    """The state of a run; `step()` makes one update and returns its figures.

    An encoder finds the embeddings, which would take many more steps if each was learnt from its own drawing alone.
    """

    def __init__(self, recipe: Recipe, drawings: Drawings, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.drawings, self.device, self.done = recipe, drawings, device, 0
        self.model = Autoencoder(recipe).to(device).to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
        )
        self.random = torch.Generator().manual_seed(recipe.seed)

    def step(self) -> dict[str, float]:
        """Train on one batch, half of it mirrored."""
        rows = torch.randint(len(self.drawings), (self.recipe.batch,), generator=self.random)
        images = self._images(rows)
        half = len(images) // 2
        images[:half] = images[:half].flip(-1)
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            found = self.model.encoder(images)
            noise = torch.rand(found.shape, generator=self.random).to(found) - 0.5
            made = self.model.decoder(found + self.recipe.noise * noise)
        loss = difference(made.float(), images)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.done)
        self.optimizer.step()
        self.done += 1
        checkpoints.average(self.averaged, self.model, done=self.done, ema=self.recipe.ema)
        return {"loss": loss.item()}

    @torch.no_grad()
    def finished(self, rows: Tensor | None = None) -> Sprites:
        """The network with the embeddings of all drawings, or those of rows [N], by the averaged weights."""
        rows = torch.arange(len(self.drawings)) if rows is None else rows
        found = [
            (self.averaged.encoder(self._images(some)) * LEVELS).round().to(torch.int8).cpu()
            for some in rows.split(_AT_ONCE)
        ]
        names = [self.drawings.names[row] for row in rows.tolist()]
        decoder = copy.deepcopy(self.averaged.decoder).cpu()
        lone, people = (some & {*names} for some in (self.drawings.lone, self.drawings.people))
        also = {name: thing for name, thing in self.drawings.also.items() if thing in names}
        return Sprites(decoder, torch.cat(found), names, lone=lone, people=people, also=also).eval()

    def _images(self, rows: Tensor) -> Tensor:
        images = self.drawings.images[rows].to(self.device).float() / 255
        return images.contiguous(memory_format=torch.channels_last)

    def state(self) -> dict[str, Any]:
        """The state for `load`."""
        return {
            "done": self.done,
            "random": self.random.get_state(),
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`."""
        for name, part in (("model", self.model), ("averaged", self.averaged)):
            checkpoints.fill(part, state[name], source="the checkpoint to resume from")
        self.optimizer.load_state_dict(state["optimizer"])
        self.done = state["done"]
        self.random.set_state(state["random"])


def difference(made: Tensor, images: Tensor) -> Tensor:
    """The mean absolute difference of pictures [B, C, H, W], and of their edges, at several scales.

    >>> difference(torch.ones(1, 4, 32, 32), torch.ones(1, 4, 32, 32))
    tensor(0.)
    """
    total = made.new_zeros(())
    for scale in range(_SCALES):
        if scale:
            made, images = F.avg_pool2d(made, 2), F.avg_pool2d(images, 2)
        away = made - images
        total = total + away.abs().mean()
        total = total + _EDGES * sum((away.diff(dim=dim).abs().mean() for dim in (-1, -2)), made.new_zeros(()))
    return total
