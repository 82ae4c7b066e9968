"""A run's state and one update of it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.cutouts import AugmentPreset, Cutouts
from clipgen.generators.stylegan.layers import Dense, Mapping, leaky
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.media.images import resize_area
from clipgen.perceptors.openclip import OpenClip
from clipgen.train import checkpoints
from clipgen.train.stylegan.critic import Critic, Eyes
from clipgen.train.stylegan.recipe import Recipe

_THUMB = 8  # side at which the encoder sees colours
_FIT_LR, _FIT_CLASSES = 1.0, 24
# what the critic sees augmented is the whole picture, nearer or further off
_AUGMENTS = AugmentPreset(
    overview=(1.0, 1.0), overview_pad=0.3, rotate=15, shear=5, stretch=0.1, hue=0.1, saturation=0.3, brightness=0.15,
    contrast=0.2, flip=0.5,
)  # fmt: skip
_LEAST = 8  # side of the smallest scale at which pictures are compared


class Encoder(nn.Module):
    """From what the eyes saw of a picture to the style w [B, width] that paints it."""

    def __init__(self, features: int, dim: int, width: int) -> None:
        super().__init__()
        self.inner = Dense(3 * _THUMB**2 + features + dim, 512)
        self.outer = Dense(512, width)

    def forward(self, depths: Sequence[Tensor], named: Tensor) -> Tensor:
        """depths, named: as `Eyes` gives them."""
        thumb = resize_area(depths[0].float(), (_THUMB, _THUMB))
        # an embedding has length 1; its numbers are to be as large as the others
        seen = [thumb.flatten(1), depths[-1].float().flatten(1), named * named.shape[1] ** 0.5]
        return self.outer(leaky(self.inner(torch.cat(seen, 1))))


class Trainer:
    """Owns a run's state; ``step(images, classes)`` makes one update of all networks and returns its figures.

    Pictures are painted again from styles that an encoder reads off them, like to the pixel and to the eyes, and in the
    end also so that a critic is fooled: a GAN that is told what to paint learns in an hour what one that is not learns
    in days. When the critic is too sure of the real pictures, it sees a share of all pictures augmented. ``fit`` then
    teaches the mapping the styles of every class.
    Sources: Larsen et al., "Autoencoding beyond pixels", arXiv 1512.09300; Karras et al., "Training Generative
    Adversarial Networks with Limited Data", arXiv 2006.06676, for the augments.

    classes: their names; perceptor: the eyes.
    """

    def __init__(self, recipe: Recipe, classes: Sequence[str], perceptor: OpenClip, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.classes, self.device, self.done = recipe, tuple(classes), device, 0
        self.eyes = Eyes(perceptor).to(device)
        model = StyleGAN2(
            side=recipe.side, channels=recipe.blocks, width=recipe.width, noise=recipe.noise, classes=len(classes),
            layers=recipe.layers,
        )  # fmt: skip
        with torch.no_grad():
            _begin_near_kin(model.mapping, perceptor.encode_text(classes).cpu())
            # the last block comes in late, and at first adds nothing
            model.synthesis.blocks()[-1].torgb.weight.zero_()
        depths, named = self.eyes(torch.zeros(1, 3, recipe.side, recipe.side, device=device))
        encoder = Encoder(depths[-1].numel(), named.shape[1], recipe.width)
        self.nets = nn.ModuleDict({"model": model, "encoder": encoder}).to(device)
        self.average = copy.deepcopy(self.nets).requires_grad_(False)
        self.critic = Critic([x.shape[1:3] for x in depths], classes=len(classes)).to(device)
        # the pull is taken now and then: its critic learns as fast as one that takes it always
        share = recipe.lazy / (recipe.lazy + 1)
        self.optimizer = torch.optim.Adam(self.nets.parameters(), lr=recipe.lr, betas=(0.0, 0.99))
        rate, betas = recipe.lr * share, (0.0, 0.99**share)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=betas)
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.augmented = 0.0  # share of the pictures that the critic sees augmented
        self.cutouts = Cutouts(recipe.side, recipe.batch, augments=_AUGMENTS, generator=self.random).to(device)

    @property
    def averaged(self) -> StyleGAN2:
        """The network with its averaged weights."""
        model = self.average["model"]
        assert isinstance(model, StyleGAN2)
        return model

    @property
    def grown(self) -> bool:
        """Whether the last block and the critic take part at this time of the run."""
        return self.done >= self.recipe.grown * self.recipe.steps

    @property
    def side(self) -> int:
        """Of the pictures that are painted at this time of the run."""
        return self.recipe.side // (1 if self.grown else 2)

    def step(self, images: Tensor, classes: Tensor) -> dict[str, float]:
        """Train on one batch, uint8 [N, 3, side, side] and classes [N]."""
        classes = classes.to(self.device)
        real = self._whole(resize_area(images.to(self.device).float() / 255, (self.side, self.side)))
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            with torch.no_grad():
                seen, named = self.eyes(real)
            w = self.nets["encoder"](seen, named)
            noise = torch.randn(w.shape, generator=self.random).to(w)
            painted = self.paint(self.nets, w + self.recipe.jitter * noise)
            drawn, _ = self.eyes(painted)
            judged, figures = drawn, {}
            if self.grown:
                shown = seen
                if self.augmented:
                    judged, shown = (self.eyes(self.augment(images))[0] for images in (painted, real))
                figures = self._judge(shown, [x.detach() for x in judged], classes)
            figures |= self._improve(drawn, seen, judged, w, classes)
        if self.grown and self.done % self.recipe.lazy == 0:
            self._pull(real, classes)
        self.done += 1
        return figures

    def paint(self, nets: nn.ModuleDict, w: Tensor) -> Tensor:
        """Pictures [B, 3, side, side], about in [0, 1], of styles w [B, width]."""
        model: Any = nets["model"]
        images = model(w[:, None].expand(-1, model.styles, -1), noise=False, side=self.side)
        return self._whole((images + 1) / 2)

    @torch.no_grad()
    def styles(self, images: Tensor) -> Tensor:
        """The styles w [N, width] that the averaged encoder reads off pictures, uint8 [N, 3, side, side]."""
        real = self._whole(resize_area(images.to(self.device).float() / 255, (self.side, self.side)))
        return self.average["encoder"](*self.eyes(real))

    def _whole(self, images: Tensor) -> Tensor:
        """Pictures at the side that the eyes look at."""
        side = self.recipe.side
        return images if images.shape[-1] == side else F.interpolate(images, (side, side), mode="bilinear")

    def augment(self, images: Tensor) -> Tensor:
        """Pictures [N, 3, side, side], a share of them changed as the critic is to see them."""
        changed = self.cutouts.apply_each(images, self.cutouts.plan_each(len(images), *images.shape[-2:]))
        chosen = torch.rand(len(images), 1, 1, 1, generator=self.random) < self.augmented
        return torch.where(chosen.to(images.device), changed.to(images), images)

    def _judge(self, seen: Sequence[Tensor], drawn: Sequence[Tensor], classes: Tensor) -> dict[str, float]:
        scores = self.critic(seen, classes).float()
        loss = F.softplus(-scores).mean() + F.softplus(self.critic(drawn, classes).float()).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        sure = scores.sign().mean().item()
        change = len(classes) / self.recipe.augmenting
        self.augmented = min(1.0, max(0.0, self.augmented + (change if sure > self.recipe.sure else -change)))
        return {"critic": loss.item(), "sure": sure, "augmented": self.augmented}

    def _improve(
        self, drawn: Sequence[Tensor], seen: Sequence[Tensor], judged: Sequence[Tensor], w: Tensor, classes: Tensor
    ) -> dict[str, float]:
        pixels = _unlike(drawn[0].float(), seen[0].float())
        forms = sum(
            ((a - b).square().mean() / b.var() for a, b in zip(drawn[1:], seen[1:], strict=True)), w.new_zeros(())
        )
        loss = pixels + forms + self.recipe.near * w.square().mean()
        figures = {"pixels": pixels.item(), "forms": forms.item()}
        if self.grown:
            self.critic.requires_grad_(False)
            fooled = F.softplus(-self.critic(judged, classes).float()).mean()
            self.critic.requires_grad_(True)
            loss, figures = loss + self.recipe.fooled * fooled, {**figures, "fooled": fooled.item()}
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        # the first steps are forgotten sooner
        life = min(self.recipe.half_life, 0.05 * max(1, self.done) * self.recipe.batch)
        kept = 0.5 ** (self.recipe.batch / max(life, 1e-8))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.nets.parameters(), strict=True):
                mean.lerp_(now, 1 - kept)
        return figures

    def _pull(self, real: Tensor, classes: Tensor) -> None:
        """R1: the critic is to be flat around real pictures (Mescheder et al., arXiv 1801.04406)."""
        real = real.detach().requires_grad_()
        depths, _ = self.eyes(real)
        (slope,) = torch.autograd.grad(self.critic(depths, classes).mean(1).sum(), real, create_graph=True)
        # the slope is taken in pictures from -1 to 1, as the published weights are
        loss = self.recipe.lazy * self.recipe.pull / 8 * slope.square().sum((1, 2, 3)).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()

    def fit(self, styles: Tensor) -> float:
        """Teach the averaged mapping the styles [classes, known, width] of every class; return how far it is off.

        The energy distance of two samples is 0 only where both are of one distribution: Székely and Rizzo, 2013.
        """
        mapping = self.averaged.mapping.requires_grad_(True)
        rng = torch.Generator().manual_seed(self.recipe.seed)
        # its layers are stored a hundred times as large as they are used
        layers = [p for name, p in mapping.named_parameters() if not name.startswith("embed")]
        groups = [{"params": layers, "lr": _FIT_LR}, {"params": list(mapping.embed.parameters()), "lr": _FIT_LR / 20}]
        optimizer = torch.optim.Adam(groups, betas=(0.5, 0.99))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.recipe.fitting)
        fair, off = styles.shape[1] / (styles.shape[1] - 1), 0.0  # a picture is no distance from itself
        for _ in range(self.recipe.fitting):
            some = torch.randperm(len(styles), generator=rng)[:_FIT_CLASSES]
            known = styles[some]
            z = torch.randn(known.shape[0] * known.shape[1], self.recipe.noise, generator=rng).to(styles)
            one_hot = F.one_hot(some, len(styles)).float().to(styles).repeat_interleave(known.shape[1], 0)
            made = mapping(z, one_hot).view(known.shape)
            loss = (2 * torch.cdist(made, known) - fair * torch.cdist(made, made)).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            off += 0.01 * (loss.item() - fair * torch.cdist(known, known).mean().item() - off)
        mapping.requires_grad_(False)
        mapping.w_avg.copy_(styles.mean((0, 1)))
        return off

    def _parts(self) -> dict[str, Any]:
        return {"nets": self.nets, "critic": self.critic, "average": self.average, "opt": self.optimizer,
                "critic_opt": self.critic_optimizer}  # fmt: skip

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        own = {"done": self.done, "augmented": self.augmented, "random": self.random.get_state()}
        return {**own, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.done, self.augmented = state["done"], state["augmented"]
        self.random.set_state(state["random"])
        for name, part in self._parts().items():
            if name in ("opt", "critic_opt"):
                part.load_state_dict(state[name])
            else:
                checkpoints.fill(part, state[name], source="the checkpoint to resume from")


def _begin_near_kin(mapping: Mapping, names: Tensor) -> None:
    """Classes begin near their kin: told apart by the directions in which their names [N, dim] differ most."""
    kin, spread, _ = torch.linalg.svd(names - names.mean(0), full_matrices=False)
    some = min(len(mapping.embed.weight), spread.numel())
    mapping.embed.weight[:some] = (4 * len(names) ** 0.5 * kin * spread / spread.norm()).T[:some]


def _unlike(made: Tensor, image: Tensor) -> Tensor:
    """The mean absolute difference of pictures, at every scale: large forms count as much as detail."""
    total = made.new_zeros(())
    while made.shape[-1] >= _LEAST:
        total = total + (made - image).abs().mean()
        made, image = F.avg_pool2d(made, 2), F.avg_pool2d(image, 2)
    return total
