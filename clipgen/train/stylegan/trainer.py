"""A run's state and one update of it."""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ... import devices
from ...cutouts import Cutouts
from ...generators.stylegan.stylegan2 import StyleGAN2
from .. import checkpoints
from .critic import Critic
from .pictures import CLASSES
from .recipe import AUGMENTS, Recipe

_ADAPT = 500_000  # pictures over which augments go from never to always


class Trainer:
    """Owns a run's state; ``step(images, classes)`` makes one update of both networks and returns its figures."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.model = StyleGAN2(
            side=recipe.side, channels=recipe.blocks, width=recipe.width, noise=recipe.noise, classes=len(CLASSES),
            layers=recipe.layers,
        ).to(device)  # fmt: skip
        self.critic = Critic(recipe.blocks, classes=len(CLASSES)).to(device)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        # the pull is taken now and then: its critic learns as fast as one that takes it always
        share = recipe.lazy / (recipe.lazy + 1)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=recipe.lr, betas=(0.0, 0.99))
        rate, betas = recipe.lr * share, (0.0, 0.99**share)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=betas)
        self.often = 0.0  # how often a picture is augmented
        self.sure = 0.0
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.augment = Cutouts(recipe.side, recipe.batch, augments=AUGMENTS, generator=self.random).to(device)

    def step(self, images: Tensor, classes: Tensor) -> dict[str, float]:
        """Train on one batch, uint8 [N, 3, side, side] and classes [N]."""
        real = images.to(self.device).float() / 127.5 - 1
        classes = classes.to(self.device)
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            fooled = self._improve(classes)
            judged = self._judge(real, classes)
        if self.done % self.recipe.lazy == 0:
            self._pull(real, classes)
        self._adapt()
        self.done += 1
        return {"fooled": fooled, **judged, "often": self.often}

    def _drawn(self, classes: Tensor) -> Tensor:
        z = torch.randn(len(classes), self.recipe.noise, generator=self.random).to(self.device)
        w = self.model.mapping(z, F.one_hot(classes, len(CLASSES)).float())
        with torch.no_grad():
            self.model.mapping.w_avg.lerp_(w.detach().float().mean(0), 0.002)
        return self.model(w[:, None].expand(-1, self.model.styles, -1), noise=False)

    def _seen(self, images: Tensor) -> Tensor:
        """Pictures as the critic sees them: some augmented, at random."""
        if not self.often:
            return images
        plan = self.augment.plan_each(len(images), *images.shape[-2:])
        changed = self.augment.apply_each((images + 1) / 2, plan).clamp(0, 1) * 2 - 1
        chosen = torch.rand(len(images), generator=self.random) < self.often
        return torch.where(chosen.to(images.device)[:, None, None, None], changed, images)

    def _improve(self, classes: Tensor) -> float:
        self.critic.requires_grad_(False)
        loss = F.softplus(-self.critic(self._seen(self._drawn(classes)), classes).float()).mean()
        self.critic.requires_grad_(True)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        # the first steps are forgotten sooner
        life = min(self.recipe.half_life, 0.05 * max(1, self.done) * self.recipe.batch)
        kept = 0.5 ** (self.recipe.batch / max(life, 1e-8))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - kept)
            for held, own in zip(self.average.buffers(), self.model.buffers(), strict=True):
                held.copy_(own)
        return loss.item()

    def _judge(self, real: Tensor, classes: Tensor) -> dict[str, float]:
        with torch.no_grad():
            drawn = self._drawn(classes)
        scores = self.critic(self._seen(real), classes).float()
        loss = F.softplus(-scores).mean() + F.softplus(self.critic(self._seen(drawn), classes).float()).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        self.sure += 0.05 * (scores.sign().mean().item() - self.sure)
        return {"critic": loss.item(), "sure": self.sure}

    def _pull(self, real: Tensor, classes: Tensor) -> None:
        """R1: the critic is to be flat around real pictures (Mescheder et al., arXiv 1801.04406)."""
        real = real.requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(real, classes).sum(), real, create_graph=True)
        loss = self.recipe.lazy * self.recipe.pull / 2 * slope.square().sum((1, 2, 3)).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()

    def _adapt(self) -> None:
        """Augment more often while the critic is too sure of the real ones (Karras et al., arXiv 2006.06676)."""
        way = 1 if self.sure > self.recipe.target else -1
        self.often = min(0.8, max(0.0, self.often + way * self.recipe.batch / _ADAPT))

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "critic": self.critic, "average": self.average, "opt": self.optimizer,
                "critic_opt": self.critic_optimizer}  # fmt: skip

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        own = {"done": self.done, "often": self.often, "sure": self.sure, "random": self.random.get_state()}
        return {**own, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.done, self.often, self.sure = state["done"], state["often"], state["sure"]
        self.random.set_state(state["random"])
        for name, part in self._parts().items():
            if name in ("opt", "critic_opt"):
                part.load_state_dict(state[name])
            else:
                checkpoints.fill(part, state[name], source="the checkpoint to resume from")
