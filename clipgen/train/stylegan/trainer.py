"""The state of a training run, and one step of it."""

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
from clipgen.train.features import Features
from clipgen.train.stylegan.critic import Critic
from clipgen.train.stylegan.recipe import Recipe

_THUMB = 8  # side of the encoder's input picture
_FIT_LR, _FIT_CLASSES = 1.0, 24
# augments of the critic's pictures: the whole picture, nearer or further away
_AUGMENTS = AugmentPreset(
    overview=(1.0, 1.0), overview_pad=0.3, rotate=15, shear=5, stretch=0.1, hue=0.1, saturation=0.3, brightness=0.15,
    contrast=0.2, flip=0.5,
)  # fmt: skip
_LEAST = 8  # smallest side at which pictures are compared


class Encoder(nn.Module):
    """From the features of a picture to the style w [B, width] that reproduces it."""

    def __init__(self, features: int, dim: int, width: int) -> None:
        super().__init__()
        self.inner = Dense(3 * _THUMB**2 + features + dim, 512)
        self.outer = Dense(512, width)

    def forward(self, depths: Sequence[Tensor], embedding: Tensor) -> Tensor:
        """depths, embedding: the output of `Features`."""
        thumb = resize_area(depths[0].float(), (_THUMB, _THUMB))
        # an embedding has length 1: scale its numbers to the size of the others
        inputs = [thumb.flatten(1), depths[-1].float().flatten(1), embedding * embedding.shape[1] ** 0.5]
        return self.outer(leaky(self.inner(torch.cat(inputs, 1))))


class Trainer:
    """The state of a run; `step(images, classes)` makes one update of all networks and returns its metrics.

    An encoder computes the styles of pictures, from which they are reconstructed, in pixels and in CLIP features, and
    later also to fool a critic: with reconstruction a GAN learns in an hour what takes days without. When the critic
    scores real pictures too well, a share of all its pictures is augmented. `fit` then fits the mapping to the styles
    of every class.
    Sources: Larsen et al., "Autoencoding beyond pixels", arXiv 1512.09300; Karras et al., "Training Generative
    Adversarial Networks with Limited Data", arXiv 2006.06676, for the augments.

    classes: their names; perceptor: the CLIP of the features.
    """

    def __init__(self, recipe: Recipe, classes: Sequence[str], perceptor: OpenClip, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.classes, self.device, self.done = recipe, tuple(classes), device, 0
        self.features = Features(perceptor).to(device)
        model = StyleGAN2(
            side=recipe.side, channels=recipe.blocks, width=recipe.width, noise=recipe.noise, classes=len(classes),
            layers=recipe.layers,
        )  # fmt: skip
        with torch.no_grad():
            _start_by_name(model.mapping, perceptor.encode_text(classes).cpu())
            # the last block is added late, and has no effect at first
            model.synthesis.blocks()[-1].torgb.weight.zero_()
        depths, embedding = self.features(torch.zeros(1, 3, recipe.side, recipe.side, device=device))
        encoder = Encoder(depths[-1].numel(), embedding.shape[1], recipe.width)
        self.nets = nn.ModuleDict({"model": model, "encoder": encoder}).to(device)
        self.average = copy.deepcopy(self.nets).requires_grad_(False)
        self.critic = Critic([x.shape[1:3] for x in depths], classes=len(classes)).to(device)
        # lazy regularisation: this keeps the learning rate equal to that with a penalty in every step
        share = recipe.r1_every / (recipe.r1_every + 1)
        self.optimizer = torch.optim.Adam(self.nets.parameters(), lr=recipe.lr, betas=(0.0, 0.99))
        rate, betas = recipe.lr * share, (0.0, 0.99**share)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=rate, betas=betas)
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.augmented = 0.0  # share of the critic's pictures that are augmented
        self.cutouts = Cutouts(recipe.side, recipe.batch, augments=_AUGMENTS, generator=self.random).to(device)

    @property
    def averaged(self) -> StyleGAN2:
        """The network with its averaged weights."""
        model = self.average["model"]
        assert isinstance(model, StyleGAN2)
        return model

    @property
    def grown(self) -> bool:
        """Whether the last block and the critic are in use."""
        return self.done >= self.recipe.grow_at * self.recipe.steps

    @property
    def side(self) -> int:
        """Side of the generated pictures."""
        return self.recipe.side // (1 if self.grown else 2)

    def step(self, images: Tensor, classes: Tensor) -> dict[str, float]:
        """Train on one batch, uint8 [N, 3, side, side] and classes [N]."""
        classes = classes.to(self.device)
        real = self._whole(resize_area(images.to(self.device).float() / 255, (self.side, self.side)))
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            with torch.no_grad():
                target, embedding = self.features(real)
            w = self.nets["encoder"](target, embedding)
            noise = torch.randn(w.shape, generator=self.random).to(w)
            painted = self.paint(self.nets, w + self.recipe.style_noise * noise)
            made, _ = self.features(painted)
            judged, figures = made, {}
            if self.grown:
                genuine = target
                if self.augmented:
                    judged, genuine = (self.features(self.augment(images))[0] for images in (painted, real))
                figures = self._train_critic(genuine, [x.detach() for x in judged], classes)
            figures |= self._improve(made, target, judged, w, classes)
        if self.grown and self.done % self.recipe.r1_every == 0:
            self._penalise(real, classes)
        self.done += 1
        return figures

    def paint(self, nets: nn.ModuleDict, w: Tensor) -> Tensor:
        """Pictures [B, 3, side, side], approximately in [0, 1], of styles w [B, width]."""
        model: Any = nets["model"]
        images = model(w[:, None].expand(-1, model.styles, -1), noise=False, side=self.side)
        return self._whole((images + 1) / 2)

    @torch.no_grad()
    def styles(self, images: Tensor) -> Tensor:
        """The styles w [N, width] of pictures uint8 [N, 3, side, side], by the averaged encoder."""
        real = self._whole(resize_area(images.to(self.device).float() / 255, (self.side, self.side)))
        return self.average["encoder"](*self.features(real))

    def _whole(self, images: Tensor) -> Tensor:
        """Pictures resized to the full side."""
        side = self.recipe.side
        return images if images.shape[-1] == side else F.interpolate(images, (side, side), mode="bilinear")

    def augment(self, images: Tensor) -> Tensor:
        """Pictures [N, 3, side, side], a share of them augmented."""
        changed = self.cutouts.apply_each(images, self.cutouts.plan_each(len(images), *images.shape[-2:]))
        chosen = torch.rand(len(images), 1, 1, 1, generator=self.random) < self.augmented
        return torch.where(chosen.to(images.device), changed.to(images), images)

    def _train_critic(self, real: Sequence[Tensor], made: Sequence[Tensor], classes: Tensor) -> dict[str, float]:
        scores = self.critic(real, classes).float()
        loss = F.softplus(-scores).mean() + F.softplus(self.critic(made, classes).float()).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        sign = scores.sign().mean().item()
        change = len(classes) / self.recipe.augment_pictures
        change = change if sign > self.recipe.augment_target else -change
        self.augmented = min(1.0, max(0.0, self.augmented + change))
        return {"critic": loss.item(), "real_sign": sign, "augmented": self.augmented}

    def _improve(
        self, made: Sequence[Tensor], target: Sequence[Tensor], judged: Sequence[Tensor], w: Tensor, classes: Tensor
    ) -> dict[str, float]:
        pixels = _difference(made[0].float(), target[0].float())
        features = sum(
            ((a - b).square().mean() / b.var() for a, b in zip(made[1:], target[1:], strict=True)), w.new_zeros(())
        )
        loss = pixels + features + self.recipe.style_decay * w.square().mean()
        figures = {"pixels": pixels.item(), "features": features.item()}
        if self.grown:
            self.critic.requires_grad_(False)
            adversarial = F.softplus(-self.critic(judged, classes).float()).mean()
            self.critic.requires_grad_(True)
            loss = loss + self.recipe.adversarial * adversarial
            figures["adversarial"] = adversarial.item()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        # a shorter half-life at the start
        life = min(self.recipe.ema_half_life, 0.05 * max(1, self.done) * self.recipe.batch)
        kept = 0.5 ** (self.recipe.batch / max(life, 1e-8))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.nets.parameters(), strict=True):
                mean.lerp_(now, 1 - kept)
        return figures

    def _penalise(self, real: Tensor, classes: Tensor) -> None:
        """R1: penalise the critic's gradient at real pictures (Mescheder et al., arXiv 1801.04406)."""
        real = real.detach().requires_grad_()
        depths, _ = self.features(real)
        (slope,) = torch.autograd.grad(self.critic(depths, classes).mean(1).sum(), real, create_graph=True)
        # published values of the weight are for pictures from -1 to 1
        loss = self.recipe.r1_every * self.recipe.r1 / 8 * slope.square().sum((1, 2, 3)).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()

    def fit(self, styles: Tensor) -> float:
        """Fit the averaged mapping to styles [classes, N, width] of all classes; return the remaining energy distance.

        The energy distance of two samples is 0 only for equal distributions. Source: Székely and Rizzo, 2013.
        """
        mapping = self.averaged.mapping.requires_grad_(True)
        rng = torch.Generator().manual_seed(self.recipe.seed)
        # its layers are stored with a hundred times the scale of their use
        layers = [p for name, p in mapping.named_parameters() if not name.startswith("embed")]
        groups = [{"params": layers, "lr": _FIT_LR}, {"params": list(mapping.embed.parameters()), "lr": _FIT_LR / 20}]
        optimizer = torch.optim.Adam(groups, betas=(0.5, 0.99))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.recipe.fit_steps)
        # the factor corrects for the zero distance of a sample from itself
        fair, off = styles.shape[1] / (styles.shape[1] - 1), 0.0
        for _ in range(self.recipe.fit_steps):
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
        """The state for `load`."""
        own = {"done": self.done, "augmented": self.augmented, "random": self.random.get_state()}
        return {**own, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`."""
        self.done, self.augmented = state["done"], state["augmented"]
        self.random.set_state(state["random"])
        for name, part in self._parts().items():
            if name in ("opt", "critic_opt"):
                part.load_state_dict(state[name])
            else:
                checkpoints.fill(part, state[name], source="the checkpoint to resume from")


def _start_by_name(mapping: Mapping, names: Tensor) -> None:
    """Initialise the class embeddings with the principal components of the embedded names [N, dim]."""
    components, spread, _ = torch.linalg.svd(names - names.mean(0), full_matrices=False)
    some = min(len(mapping.embed.weight), spread.numel())
    mapping.embed.weight[:some] = (4 * len(names) ** 0.5 * components * spread / spread.norm()).T[:some]


def _difference(made: Tensor, image: Tensor) -> Tensor:
    """The mean absolute difference of pictures at every scale, so that large forms count as much as detail."""
    total = made.new_zeros(())
    while made.shape[-1] >= _LEAST:
        total = total + (made - image).abs().mean()
        made, image = F.avg_pool2d(made, 2), F.avg_pool2d(image, 2)
    return total
