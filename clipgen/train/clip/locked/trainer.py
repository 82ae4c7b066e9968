"""The state of a run that trains a picture tower into the locked text tower's space, and one step of it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.models.weights import load_state
from clipgen.perceptors import openclip
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train import checkpoints
from clipgen.train.clip.grow import grown
from clipgen.train.clip.locked.names import Names
from clipgen.train.clip.locked.recipe import Recipe, model_config
from clipgen.train.sources import MANNERS, Mixed, Source
from clipgen.train.world import SCENES

_SAME = 0.92  # cosine from which two captions say the same, so that neither picture is a negative of the other
_SCALE = (30.0, 60.0)  # the softmax's factor: at first, and at most


@dataclass(frozen=True)
class Features:
    """Of a batch: what the head gets [N, F], its captions' embeddings [N, D], and facts as of `Mixed`."""

    seen: Tensor
    captions: Tensor
    facts: Tensor


@dataclass(frozen=True)
class Said:
    """Captions and what they say: embeddings [N, D]; concept, scene and style of their pictures [N, 3], -1 for none."""

    captions: Tensor
    facts: Tensor

    @classmethod
    def none(cls, dim: int, device: torch.device) -> Said:
        """No captions of `dim` numbers."""
        return cls(torch.empty(0, dim, device=device), torch.empty(0, 3, dtype=torch.long, device=device))

    def before(self, others: Said) -> Said:
        """These, then others."""
        return Said(torch.cat([self.captions, others.captions]), torch.cat([self.facts, others.facts]))

    def first(self, count: int) -> Said:
        """So many of them."""
        return Said(self.captions[:count], self.facts[:count])

    def same(self, others: Said) -> Tensor:
        """Whether each says the same as each of others, or its picture has the same facts: bool [N, M]."""
        facts = (self.facts[:, None] == others.facts[None]).all(-1) & (self.facts[:, :1] >= 0)
        return (self.captions @ others.captions.T > _SAME) | facts


class Trainer:
    """The state of a run; `step(batch)` makes one update and returns its metrics.

    recipe: the settings; text: the locked tower; sources: what batches are mixed of, in their order; device: where it
    runs; init: weights of a CLIP whose picture tower is the start, None for random weights.
    """

    def __init__(
        self, recipe: Recipe, text: TextTower, sources: Sequence[Source], device: torch.device, init: Path | None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.text = text.to(device).eval().requires_grad_(False)
        self.config = model_config(recipe, text.config)
        self.visual: Any = openclip.build_model(self.config).visual
        given = load_state(init) if init else {}
        table = given.get("token_embedding.weight")
        # whether the start was trained with this text tower; the head of another space is of no use
        self.in_space = table is not None and torch.equal(table.float(), text.tower.token_embedding.weight)
        if init:
            old = {n.removeprefix("visual."): v for n, v in given.items() if n.startswith("visual.")}
            fresh = {n: v for n, v in self.visual.state_dict().items() if n.startswith("head.")}
            kept = grown(old, self.visual)
            trunk = {n: v for n, v in kept.items() if self.in_space or not n.startswith("head.")}
            checkpoints.fill(self.visual, {**fresh, **trunk}, source=str(init))
        self.visual.to(device).to(memory_format=torch.channels_last)
        self._begun = copy.deepcopy(self.visual.state_dict())
        self.averaged = copy.deepcopy(self.visual).requires_grad_(False)
        self.scale = nn.Parameter(torch.tensor(log(_SCALE[0]), device=device))
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.names = Names(sources, self._embed_texts)
        self._past = Said.none(self.config["model_cfg"]["embed_dim"], device)
        self._scenes = [self._embed_texts([*scene.names, *scene.place]) for scene in SCENES.values()]
        self._manners = [self._embed_texts(list(names)) for names in MANNERS.values()]
        vectors = [p for p in self.visual.parameters() if p.ndim < 2]
        matrices = [p for p in self.visual.parameters() if p.ndim > 1]
        groups = [
            {"params": matrices, "weight_decay": recipe.weight_decay},
            {"params": [*vectors, self.scale], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))

    @torch.no_grad()
    def _embed_texts(self, texts: Sequence[str]) -> Tensor:
        rows = [
            self.text(self.text.tokenizer(list(texts[i : i + 512])).to(self.device)) for i in range(0, len(texts), 512)
        ]
        return torch.cat(rows).float()

    @torch.no_grad()
    def features(self, batches: Iterable[Mixed]) -> list[Features]:
        """What the layers below the head make of batches, by the batches' own statistics."""
        trunk = self.visual.train().trunk
        return [
            Features(trunk(self._normalised(b.images)).float(), self.text(b.tokens.to(self.device)).float(), b.facts)
            for b in batches
        ]

    def probe(self, seen: Sequence[Features], *, rounds: int = 6, lr: float = 3e-3) -> dict[str, float]:
        """Train the head alone: else the first steps would spoil the layers below.

        seen: features of the mixture, each batch used `rounds` times. Returns the losses of the last batch.
        Source: Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features (arXiv 2202.10054).
        """
        head, steps = self.visual.head, rounds * len(seen)
        optimizer = torch.optim.AdamW(head.parameters(), lr=lr, weight_decay=self.recipe.weight_decay)
        parts: dict[str, Tensor] = {}
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = checkpoints.cosine(step, steps, peak=lr, warmup=10)
            batch = seen[int(torch.randint(len(seen), (), generator=self.generator))]
            loss, parts = self._loss(F.normalize(head(batch.seen), dim=-1), batch.captions, batch.facts)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self.averaged.load_state_dict(self.visual.state_dict())
        return {name: float(value.detach()) for name, value in parts.items()}

    def _normalised(self, images: Tensor) -> Tensor:
        mean, std = (self.config["preprocess_cfg"][key][0] for key in ("mean", "std"))
        scaled = (images.to(self.device).float() / 255 - mean) / std
        return scaled.contiguous(memory_format=torch.channels_last)

    def step(self, batch: Mixed) -> dict[str, float]:
        """Train on one batch."""
        recipe = self.recipe
        rate = recipe.rate(self.done)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.visual.train()
        with torch.no_grad():
            captions = self.text(batch.tokens.to(self.device)).float()
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            pictures = self.visual(self._normalised(batch.images))
        pictures = F.normalize(pictures.float(), dim=-1)
        loss, parts = self._loss(pictures, captions, batch.facts)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.visual.parameters(), 1.0)
        self.optimizer.step()
        self._past = self._said(captions, batch.facts).before(self._past).first(recipe.past)
        self.done += 1
        checkpoints.average(self.averaged, self.visual, done=self.done, ema=recipe.ema)
        return {"lr": rate, **{name: float(value.detach()) for name, value in parts.items()}}

    def _loss(self, pictures: Tensor, captions: Tensor, facts: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of embedded pictures, and its parts."""
        recipe, parts = self.recipe, self._losses(pictures, captions, facts)
        weights = {
            "contrast": recipe.contrast,
            "names": recipe.names,
            "scenes": recipe.scenes,
            "manners": recipe.manners,
        }
        return torch.stack([weight * parts[name] for name, weight in weights.items()]).sum(), parts

    def _losses(self, pictures: Tensor, captions: Tensor, facts: Tensor) -> dict[str, Tensor]:
        scale = self.scale.exp().clamp(max=_SCALE[1])
        concept, rivals = (part.to(self.device) for part in self.names.truth(facts))
        logits = scale * pictures @ self.names.rows(self.generator).T
        logits = logits.masked_fill(~rivals, -1e4)
        known = concept >= 0
        hits = (logits.argmax(1) == concept)[known].float().mean() if known.any() else logits.sum() * 0
        return {
            "contrast": self._contrast(scale * pictures, self._said(captions, facts)),
            "names": _cross_entropy(logits, concept),
            "scenes": _cross_entropy(scale * pictures @ self._drawn(self._scenes).T, facts[:, 2].to(self.device)),
            "manners": _cross_entropy(scale * pictures @ self._drawn(self._manners).T, facts[:, 3].to(self.device)),
            "top1": hits,
        }

    def _said(self, captions: Tensor, facts: Tensor) -> Said:
        concept = self.names.concept(facts)
        return Said(captions, torch.cat([concept[:, None], facts[:, 2:]], dim=1).to(self.device))

    def _contrast(self, pictures: Tensor, said: Said) -> Tensor:
        """Symmetric InfoNCE; captions that say the same, and pictures of the same facts, are no negatives.

        The captions of earlier batches are further negatives of the pictures: the text tower is locked, so their
        embeddings stay true (He et al. 2020, Momentum Contrast, arXiv 1911.05722, needs a second tower for that).
        """
        all_of_them = said.before(self._past)
        same = said.same(all_of_them)
        own = torch.arange(len(pictures), device=pictures.device)
        same[own, own] = False
        logits = (pictures @ all_of_them.captions.T).masked_fill(same, -1e4)
        return 0.5 * (F.cross_entropy(logits, own) + F.cross_entropy(logits[:, : len(own)].T, own))

    def _drawn(self, groups: Sequence[Tensor]) -> Tensor:
        """One of the names of each, at random: [K, D]."""
        return torch.stack([g[int(torch.randint(len(g), (), generator=self.generator))] for g in groups])

    def result(self) -> dict[str, Tensor]:
        """The tower's tensors: the averaged weights, and the share that the recipe keeps of those at the start."""
        kept = self.recipe.kept if self.in_space else 0.0
        made = self.averaged.state_dict()
        return {
            name: torch.lerp(value, self._begun[name], kept) if value.is_floating_point() else value
            for name, value in made.items()
        }

    def state(self) -> dict[str, Any]:
        """The state for `load`."""
        return {
            "done": self.done,
            "visual": self.visual.state_dict(),
            "averaged": self.averaged.state_dict(),
            "scale": self.scale.detach(),
            "past": vars(self._past),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state from `state`, or the part of it that `course` keeps.

        Raises WeightsError for one of another recipe.
        """
        self.done = state["done"]
        for name, network in {"averaged": self.averaged, "visual": self.visual}.items():
            checkpoints.fill(network, state.get(name) or state["averaged"], source="the checkpoint to resume from")
        with torch.no_grad():
            self.scale.copy_(state["scale"])
        if "past" in state:
            self._past = Said(*(state["past"][part].to(self.device) for part in ("captions", "facts")))
        if "optimizer" in state:
            self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])


def _cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy over the pictures that have a truth (0 or more); 0 where none has."""
    known = truth >= 0
    return F.cross_entropy(logits[known], truth[known]) if known.any() else logits.sum() * 0
