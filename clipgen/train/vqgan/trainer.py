"""The state of a training run, and one step of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from taming.modules.diffusionmodules.model import AttnBlock
from torch import Tensor, nn

from clipgen import devices
from clipgen.generators.vqgan import VQModel
from clipgen.generators.vqgan.discriminator import CRITIC, discriminator
from clipgen.models.weights import load_state
from clipgen.perceptors.openclip import load_perceptor
from clipgen.train import checkpoints
from clipgen.train.features import Features
from clipgen.train.vqgan.losses import distance, spread
from clipgen.train.vqgan.recipe import Recipe, lattice, model_config


class Trainer:
    """The state of a run; `step(images)` makes one update and returns its metrics."""

    def __init__(self, recipe: Recipe, device: torch.device, init: Path | None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.model = VQModel.from_config(model_config(recipe))
        self.model.requires_grad_(True)
        self.model.quantize.embedding.weight.data.copy_(lattice(recipe.levels))
        self.model.quantize.embedding.weight.requires_grad_(False)
        self.critic = discriminator()
        self.critic.requires_grad_(True)
        if init:
            state = load_state(init)
            critic = {k.removeprefix(CRITIC): v for k, v in state.items() if k.startswith(CRITIC)}
            model = {k: v for k, v in state.items() if not k.startswith("loss.")}
            checkpoints.fill(self.model, model, source=str(init))
            checkpoints.fill(self.critic, critic, source=str(init))
        _disable_attention(self.model)
        if recipe.decoder_only:
            self.model.encoder.requires_grad_(False)
            self.model.quant_conv.requires_grad_(False)
        if recipe.features:
            self.features = Features(load_perceptor("builtin", device)).requires_grad_(False)
        for part in (self.model, self.critic):
            part.to(device).to(memory_format=torch.channels_last)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=recipe.lr, betas=(0.9, 0.99), weight_decay=1e-4)
        self.critic_optimizer = torch.optim.AdamW(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.9))

    def step(self, images: Tensor) -> dict[str, float]:
        """Train on one batch, uint8 [N, 3, 64, 64]."""
        recipe = self.recipe
        lr = checkpoints.cosine(self.done, recipe.steps, peak=recipe.lr, warmup=200, floor=0.02)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        x = (images.to(self.device).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        # seeded by the number of the step, so that a resumed run draws the same
        rng = torch.Generator().manual_seed(recipe.seed * 10**6 + self.done)
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            z, wanted = self._codes(x, rng)
            drawn = self.model.decode(self.model.quantise(self._perturbed(z, rng))[0])
            loss = distance(drawn.float(), wanted)
            if recipe.features:
                loss = loss + recipe.features * self.features.distance((drawn.float() + 1) / 2, (wanted + 1) / 2)
            if not recipe.decoder_only:
                loss = loss + 2.0 * (z.float().abs() - 1).clamp(min=0).square().mean()
                loss = loss + recipe.spread * spread(z.float(), generator=rng)
            l1 = (drawn.float() - wanted).abs().mean()
            adversarial = torch.zeros(())
            if gan := self.done >= recipe.gan_from * recipe.steps:
                self.critic.requires_grad_(False)
                adversarial = -self.critic(drawn).float().mean()
                self.critic.requires_grad_(True)
                ramp = min(1.0, (self.done - recipe.gan_from * recipe.steps) / 200)
                loss = loss + recipe.gan_weight * ramp * adversarial
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        if gan:
            self._train_critic(wanted, drawn.detach())
        self.done += 1
        return {"lr": lr, "loss": loss.item(), "l1": l1.item(), "adversarial": adversarial.item()}

    def _codes(self, x: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Codes and the picture that they should decode to: the picture's own, or such of another scale."""
        roll = float(torch.rand((), generator=rng)) / self.recipe.rescaled if self.recipe.rescaled else 1.0
        with torch.set_grad_enabled(not self.recipe.decoder_only):
            if roll < 0.5:  # the codes of the picture at half its size, scaled up
                z = self.model.encode(F.avg_pool2d(x, 2))
                return F.interpolate(z, scale_factor=2.0, mode="bilinear"), x
            z = self.model.encode(x)
            if roll < 1.0:  # scaled down
                return F.avg_pool2d(z, 2), F.avg_pool2d(x, 2)
            return z, x

    def _perturbed(self, z: Tensor, rng: torch.Generator) -> Tensor:
        """Codes of which some have noise, each of its own deviation."""
        chosen = torch.rand(len(z), 1, 1, 1, generator=rng) < self.recipe.perturbed
        deviation = self.recipe.noise * torch.rand(len(z), 1, 1, 1, generator=rng) * chosen
        return z + (deviation * torch.randn(z.shape, generator=rng)).to(z)

    def _train_critic(self, real: Tensor, drawn: Tensor) -> None:
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            hinge = F.relu(1 - self.critic(real).float()).mean() + F.relu(1 + self.critic(drawn).float()).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        hinge.backward()
        self.critic_optimizer.step()

    def _networks(self) -> dict[str, nn.Module]:
        return {"model": self.model, "critic": self.critic}

    def _optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"opt": self.optimizer, "critic_opt": self.critic_optimizer}

    def state(self) -> dict[str, Any]:
        """The state for `load`; the random numbers of a step depend on its number alone."""
        parts: dict[str, Any] = {**self._networks(), **self._optimizers()}
        return {"done": self.done, **{name: part.state_dict() for name, part in parts.items()}}

    def load(self, state: dict[str, Any]) -> bool:
        """Restore a state from `state`, or the part of it that `course` keeps.

        Returns whether all of it is restored: the optimizer's part is not where other layers were trained.
        Raises WeightsError for networks of another shape.
        """
        self.done, whole = state["done"], True
        for name, network in self._networks().items():
            if name in state:
                checkpoints.fill(network, state[name], source="the checkpoint to resume from")
        for name, optimizer in self._optimizers().items():
            if name in state and (fits := _sizes(state[name]) == _sizes(optimizer.state_dict())):
                optimizer.load_state_dict(state[name])
            whole = whole and (name not in state or fits)
        return whole


def _sizes(state: dict[str, Any]) -> list[int]:
    """How many tensors an optimizer's state is of, by group."""
    return [len(group["params"]) for group in state["param_groups"]]


def _disable_attention(model: VQModel) -> None:
    # trained on small windows it would have a hundred times as many positions in a whole picture, and it takes a third
    # of the time; its keys stay in the checkpoint, since taming's networks have them
    for block in model.modules():
        if isinstance(block, AttnBlock):
            block.requires_grad_(False)
            nn.init.zeros_(block.proj_out.weight)
            nn.init.zeros_(block.proj_out.bias)
