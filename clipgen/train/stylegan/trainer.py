"""The state of a training run, and one step of it."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.train import checkpoints
from clipgen.train.stylegan.pictures import Pictures, shares
from clipgen.train.stylegan.recipe import Recipe

_LEAST = 8  # smallest side at which pictures are compared
_SEEN = 32  # side of the pictures whose principal components are taken
_FIT_BATCH, _FIT_LR = 256, 2e-3


class Trainer:
    """The state of a run; `step()` makes one update and returns its figures.

    First the synthesis learns to reproduce every picture from a code of its own, which starts at the picture's
    principal components. Then `fit_mapping` teaches the mapping those codes, and both are trained together. The signs
    of the first numbers of z choose one of a class's pictures, so that every z shows one of them, or, where a number is
    near 0, something between two. With four drawings of each thing this learns in an hour what a critic does not.
    Source: Bojanowski et al., "Optimizing the Latent Space of Generative Networks", arXiv 1707.05776.

    pictures: all of them, in memory.
    """

    def __init__(self, recipe: Recipe, pictures: Pictures, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.pictures, self.device, self.done = recipe, pictures, device, 0
        self.model = StyleGAN2(
            side=recipe.side, channels=recipe.blocks, width=recipe.width, noise=recipe.noise,
            classes=len(pictures.classes), layers=recipe.layers, colours=pictures.images.shape[1],
        ).to(device)  # fmt: skip
        self.codes = nn.Parameter(components(pictures.images, recipe.width).to(device))
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.groups = [
            (list(self.model.synthesis.parameters()), 1.0), ([self.codes], recipe.codes),
            (self.layers(), recipe.mapping), (list(self.model.mapping.embed.parameters()), recipe.embed),
        ]  # fmt: skip
        self.optimizer = torch.optim.Adam(
            [{"params": some, "lr": recipe.lr * share} for some, share in self.groups], betas=(0.0, 0.99)
        )
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.shares = shares(pictures, common=recipe.common)
        self.place, self.count = pictures.places()

    @property
    def mapped(self) -> bool:
        """Whether the mapping takes the place of the codes."""
        return self.done >= self.recipe.mapped * self.recipe.steps

    def layers(self) -> list[nn.Parameter]:
        """The parameters of the mapping's layers, without the class embeddings."""
        return [p for name, p in self.model.mapping.named_parameters() if not name.startswith("embed")]

    def step(self) -> dict[str, float]:
        """Train on one batch."""
        rows = torch.multinomial(self.shares, self.recipe.batch, replacement=True, generator=self.random)
        target = self.pictures.images[rows].to(self.device).float() / 127.5 - 1
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            w = self.styles(self.model, rows) if self.mapped else self.codes[rows.to(self.device)]
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

    def fit_mapping(self) -> float:
        """Teach the mapping the codes of all pictures; return the share of their variance that is left."""
        embed = list(self.model.mapping.embed.parameters())
        groups = [{"params": self.layers(), "lr": 100 * _FIT_LR}, {"params": embed, "lr": 20 * _FIT_LR}]
        optimizer = torch.optim.Adam(groups, betas=(0.5, 0.99))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.recipe.fit_steps)
        spread, off = self.codes.detach().var(0).mean(), 1.0
        for _ in range(self.recipe.fit_steps):
            rows = torch.randint(len(self.pictures), (_FIT_BATCH,), generator=self.random)
            loss = (self.styles(self.model, rows) - self.codes[rows.to(self.device)].detach()).square().mean() / spread
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            off += 0.01 * (loss.item() - off)
        self.averaged.mapping.load_state_dict(self.model.mapping.state_dict())
        return off

    def styles(self, model: StyleGAN2, rows: Tensor) -> Tensor:
        """Random styles w [B, width] that show the pictures of rows [B]."""
        z = chosen(self.place[rows], self.count[rows], self.recipe.noise, self.random)
        kinds = F.one_hot(self.pictures.kinds[rows], len(self.pictures.classes)).float()
        w: Tensor = model.mapping(z.to(self.device), kinds.to(self.device))
        return w

    def finish(self) -> None:
        """Set the mean style of the averaged network, which is the result."""
        with torch.no_grad():
            self.averaged.mapping.w_avg.copy_(self.styles(self.averaged, torch.arange(len(self.pictures))).mean(0))

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "average": self.averaged, "opt": self.optimizer}

    def state(self) -> dict[str, Any]:
        """The state for `load`."""
        own = {"done": self.done, "random": self.random.get_state(), "codes": self.codes.detach()}
        return {**own, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`."""
        for name in ("model", "average"):
            checkpoints.fill(self._parts()[name], state[name], source="the checkpoint to resume from")
        self.optimizer.load_state_dict(state["opt"])
        with torch.no_grad():
            self.codes.copy_(state["codes"])
        self.done = state["done"]
        self.random.set_state(state["random"])


def paint(model: StyleGAN2, w: Tensor) -> Tensor:
    """Pictures [B, colours, side, side], about -1 to 1, of styles w [B, width].

    >>> paint(model, model.mapping(torch.randn(1, 16), torch.eye(2)[:1])).shape
    torch.Size([1, 4, 64, 64])
    """
    return model(w[:, None].expand(-1, model.styles, -1), noise=False)


def chosen(place: Tensor, count: Tensor, noise: int, random: torch.Generator) -> Tensor:
    """Random z [B, noise] whose signs choose the places [B] among counts [B] of pictures.

        >>> z = chosen(torch.tensor([1]), torch.tensor([4]), 16, torch.Generator().manual_seed(7))
        >>> (z[0, :2] > 0).tolist()
        [True, False]

    The signs are the binary digits of a number; the place is its remainder by the count.
    """
    z = torch.randn(len(place), noise, generator=random)
    bits = max(1, math.ceil(math.log2(max(2, int(count.max())))))
    # a number below 2 ** bits whose remainder is the place
    spare = (2**bits - place + count - 1) // count
    number = place + count * (torch.rand(len(place), generator=random) * spare).long()
    signs = (number[:, None] >> torch.arange(bits)) % 2 * 2 - 1
    z[:, :bits] = z[:, :bits].abs() * signs
    return z


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
