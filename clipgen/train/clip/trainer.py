"""The state of a training run, and one step of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.models.weights import load_state
from clipgen.perceptors import openclip
from clipgen.train import checkpoints
from clipgen.train.attack import attack
from clipgen.train.clip.grow import grown
from clipgen.train.clip.learner import Learner
from clipgen.train.clip.recipe import Recipe, model_config
from clipgen.train.data import Batch
from clipgen.train.world import SCENES, STYLES, World


@dataclass(frozen=True)
class Question:
    """Names to choose from, as tokens [K, L], and the index of each picture's name [N], below 0: none."""

    names: Tensor
    truth: Tensor
    weight: float = 1.0


class Trainer:
    """The state of a run; `step(batch)` makes one update and returns its metrics.

    `averaged` has the averaged weights, which are the result.
    """

    def __init__(self, recipe: Recipe, world: World, merges: Path, device: torch.device, init: Path | None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.learner = Learner(recipe, merges, world).to(device).to(memory_format=torch.channels_last)
        if init:
            checkpoints.fill(self.learner.clip, grown(load_state(init), self.learner.clip), source=str(init))
        if not recipe.text_lr:
            for p in self.learner.text_parameters():
                p.requires_grad_(False)
        self.averaged = copy.deepcopy(self.learner).requires_grad_(False)
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.cutouts = {
            phase: Cutouts(phase.size, recipe.batch, augments=phase.augments, generator=self.generator)
            for phase in recipe.phases
        }
        tokenizer = openclip.make_tokenizer(model_config(recipe), merges)
        self.names = tokenizer(list(world.things))
        # all names of each scene and each style
        self.phrases = (
            [tokenizer([*scene.names, *scene.place]) for scene in SCENES.values()],
            [tokenizer([*style.before, *style.after]) for style in STYLES.values()],
        )
        self.optimizer = torch.optim.AdamW(self._groups(), lr=0.0, betas=(0.9, 0.98))

    def _groups(self) -> list[dict[str, Any]]:
        reading = {id(p) for p in self.learner.text_parameters()}
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for p in self.learner.parameters():
            groups.setdefault((id(p) in reading, p.ndim > 1), []).append(p)
        return [
            {
                "params": ps,
                "rate": self.recipe.text_lr if reads else 1.0,
                "weight_decay": self.recipe.weight_decay if matrix else 0.0,
            }
            for (reads, matrix), ps in groups.items()
        ]

    def step(self, batch: Batch) -> dict[str, float]:
        """Train on one batch."""
        phase, within = self.recipe.at(self.done)
        lr, radius = phase.schedule(within)
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group["rate"]
        facts = batch.facts.to(self.device)
        questions = self._questions(facts) if phase.names else []
        texts = [batch.tokens, *(question.names for question in questions)]
        images = batch.images.to(self.device).float() / 255
        cutouts = self.cutouts[phase]
        images = cutouts.apply_each(images, cutouts.plan_each(len(images), *images.shape[-2:]))
        images = images.clamp(0, 1).contiguous(memory_format=torch.channels_last)
        learner = self.learner.train()
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            # embedded together: several small batches would take twice as long
            captions, *names = learner.embed_tokens(torch.cat(texts)).split([len(text) for text in texts])
            if attacked := round((1 - phase.clean) * len(images)) if radius else 0:
                # the first of a batch are new ones, so those that are attacked are drawn
                which = torch.randperm(len(images), generator=self.generator)[:attacked].to(images.device)
                images[which] = self._attacked(images[which], captions[which].detach(), facts[which], radius)
            pictures = learner.embed_images(images)
            contrast, naming, hits = learner.losses(pictures, captions, facts)
            loss = contrast + naming + 0.3 * learner.heads(captions, facts)
            for question, rows in zip(questions, names, strict=True):
                loss = loss + phase.names * question.weight * learner.naming(pictures, rows, question.truth)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        self.optimizer.step()
        self.done += 1
        checkpoints.average(self.averaged, learner, done=self.done, ema=self.recipe.ema)
        figures = {"loss": contrast, "naming": naming, "top1": hits}
        return {"lr": lr, "radius": radius, **{k: v.item() for k, v in figures.items()}}

    def _questions(self, facts: Tensor) -> list[Question]:
        """The single thing of each picture, among those of the batch and random others, its scene and its style."""
        alone = torch.where(facts[:, 1] < 0, facts[:, 0], -1)
        present = alone.cpu().unique()
        others = torch.randint(len(self.names), (max(0, self.recipe.names - len(present)),), generator=self.generator)
        chosen = torch.cat([present[present >= 0], others]).unique()
        place = torch.full((len(self.names) + 1,), -1)  # its last row, the target of index -1, stays -1
        place[chosen] = torch.arange(len(chosen))
        questions = [Question(self.names[chosen], place.to(alone.device)[alone])]
        for phrases, truth in zip(self.phrases, (facts[:, 2], facts[:, 3]), strict=True):
            drawn = [int(torch.randint(len(some), (), generator=self.generator)) for some in phrases]
            names = torch.stack([some[i] for some, i in zip(phrases, drawn, strict=True)])
            questions.append(Question(names, truth, weight=0.5))
        return questions

    def _attacked(self, images: Tensor, captions: Tensor, facts: Tensor, radius: float) -> Tensor:
        share = torch.rand(len(images), 1, 1, 1, generator=self.generator).to(images)
        radii = radius * (0.1 + 0.9 * share)  # small radii keep the accuracy on clean pictures
        parameters = [p for p in self.learner.parameters() if p.requires_grad]
        for p in parameters:  # the attack needs no weight gradients
            p.requires_grad_(False)

        def loss(x: Tensor) -> Tensor:
            contrast, naming, _ = self.learner.losses(self.learner.embed_images(x), captions, facts)
            return contrast + naming

        recipe, generator = self.recipe, self.generator
        attacked = attack(
            images, loss, radius=radii, steps=recipe.attack_steps, generator=generator, noise=recipe.noise
        )
        for p in parameters:
            p.requires_grad_(True)
        return attacked.contiguous(memory_format=torch.channels_last)

    def state(self) -> dict[str, Any]:
        """The state for `load`."""
        return {
            "done": self.done,
            "learner": self.learner.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "torch": torch.get_rng_state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`, or the part of it that `course` keeps."""
        self.done = state["done"]
        for name, network in {"averaged": self.averaged, "learner": self.learner}.items():
            checkpoints.fill(network, state.get(name) or state["averaged"], source="the checkpoint to resume from")
        if "optimizer" in state:
            self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["torch"])
