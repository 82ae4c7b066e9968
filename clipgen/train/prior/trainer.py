"""The state of a training run of a prior, and one step of it."""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.generators.prior import Prior, PriorConfig, PriorNetwork
from clipgen.train import checkpoints
from clipgen.train.prior.codes import Encoded
from clipgen.train.prior.recipe import Recipe


class Trainer:
    """The state of a run; `step(encoded)` makes one update and returns its figures.

    Example: ``Trainer(Recipe(), codebook, stats, 16, device).step(store.draw(64, rng))``.
    codebook: [n, C] codes of the VQGAN; stats: the tensors of `Prior` but for its network; side: codes on the side of a
    training picture.
    `prior` has the averaged weights, with which pictures are drawn.
    """

    def __init__(
        self, recipe: Recipe, codebook: Tensor, stats: dict[str, Tensor], side: int, device: torch.device
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.codebook = codebook.to(device)
        config = PriorConfig(
            codebook.shape[1], len(stats["centre"]), side=side, widths=recipe.widths, blocks=recipe.blocks
        )
        self.network = PriorNetwork(config).to(device).to(memory_format=torch.channels_last)
        self.prior = Prior(copy.deepcopy(self.network), stats).to(device).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=0.0, betas=(0.9, 0.99), weight_decay=recipe.weight_decay
        )

    def begin_at(self, state: dict[str, Tensor], source: str) -> None:
        """Start from the weights of another prior, given as its state."""
        prefix = "network."
        weights = {key.removeprefix(prefix): value.float() for key, value in state.items() if key.startswith(prefix)}
        for network in (self.network, self.prior.network):
            checkpoints.fill(network, weights, source=source)

    def step(self, encoded: Encoded) -> dict[str, float]:
        """Train on a batch."""
        recipe = self.recipe
        lr = checkpoints.cosine(self.done, recipe.steps, peak=recipe.lr, warmup=recipe.warmup, floor=0.02)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        rng = torch.Generator().manual_seed(recipe.seed * 10**6 + self.done)
        loss, contrast = self._loss(self.network, encoded, rng)
        self.optimizer.zero_grad(set_to_none=True)
        (loss - recipe.contrast * contrast).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.done += 1
        checkpoints.average(self.prior.network, self.network, done=self.done, ema=self.recipe.average)
        return {"lr": lr, "loss": loss.item(), "contrast": contrast.item()}

    @torch.no_grad()
    def held_out(self, encoded: Encoded) -> float:
        """The loss of the averaged weights on pictures that were not trained on, with the same noise each time."""
        rng = torch.Generator().manual_seed(0)
        losses = [
            self._loss(self.prior.network, encoded.rows(torch.arange(i, min(i + 64, len(encoded)))), rng)[0].item()
            for i in range(0, len(encoded), 64)
        ]
        return sum(losses) / len(losses)

    def _loss(self, network: nn.Module, encoded: Encoded, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """The squared error of the velocity, and its distance to that of another picture of the batch."""
        codes = self.codebook[encoded.codes.to(self.device).long()].permute(0, 3, 1, 2)
        clean = self.prior.standardised(codes).contiguous(memory_format=torch.channels_last)
        words, level = self._words(encoded, rng)
        noise = torch.randn(clean.shape, generator=rng).to(clean)
        time = torch.sigmoid(torch.randn(len(clean), generator=rng)).to(self.device)
        noisy = torch.lerp(clean, noise, time[:, None, None, None])
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            velocity = network(noisy, time, words, level)
        wanted = noise - clean
        return F.mse_loss(velocity.float(), wanted), F.mse_loss(velocity.float(), wanted.roll(1, 0))

    def _words(self, encoded: Encoded, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """What each picture is conditioned on [B, D], and its noise [B].

        The caption, or the picture's own embedding with noise (language-free: LAFITE, arXiv 2111.13792), or nothing.
        """
        texts, pictures = encoded.texts.to(self.device).float(), encoded.pictures.to(self.device).float()
        captioned, seen = texts.any(1), pictures.any(1)
        rolls = torch.rand(3, len(texts), generator=rng).to(self.device)
        by_picture = seen & (~captioned | (rolls[0] < self.recipe.by_picture))
        level = self.recipe.noise * rolls[1] * by_picture
        noise = torch.randn(texts.shape, generator=rng).to(texts) / texts.shape[1] ** 0.5
        own = F.normalize(pictures - self.prior.centre_of_pictures, dim=-1) + level[:, None] * noise
        words = torch.where(by_picture[:, None], F.normalize(own, dim=-1), self.prior.condition(texts))
        shown = (rolls[2] >= self.recipe.dropped) & (captioned | seen)
        return words * shown[:, None], level * shown

    def state(self) -> dict[str, Any]:
        """The state for `load`; the random numbers of a step depend on its number alone."""
        return {
            "done": self.done,
            "network": self.network.state_dict(),
            "prior": self.prior.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`, or the part of it that `course` keeps."""
        self.done = state["done"]
        checkpoints.fill(self.prior, state["prior"], source="the checkpoint to resume from")
        network = state.get("network") or self.prior.network.state_dict()
        checkpoints.fill(self.network, network, source="the checkpoint to resume from")
        if "optimizer" in state:
            self.optimizer.load_state_dict(state["optimizer"])
