"""A run's state and one update of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train import checkpoints
from clipgen.train.text.compose import Composer
from clipgen.train.text.lessons import Lessons, joined
from clipgen.train.text.recipe import Recipe

_TOGETHER = 64  # texts


class Trainer:
    """Owns a run's state; ``step()`` makes one update and returns its figures.

    A step's texts depend on the seed and its number alone, so that a resumed run is the run that it resumes.
    """

    def __init__(self, recipe: Recipe, student: TextTower, lessons: Lessons) -> None:
        self.recipe, self.student, self.lessons, self.done = recipe, student, lessons, 0
        self.composer = Composer(lessons.concepts)
        matrices = [p for name, p in student.named_parameters() if p.ndim > 1 and "embedding" not in name]
        chosen = {id(p) for p in matrices}
        others = [p for p in student.parameters() if id(p) not in chosen]
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))

    def step(self) -> dict[str, float]:
        """Train on one batch."""
        recipe, rng = self.recipe, np.random.default_rng((self.recipe.seed, self.done))
        lr = checkpoints.cosine(self.done, recipe.steps, peak=recipe.lr, warmup=recipe.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.student.train()
        rows, (long, aims) = self._rows(rng), self._long(rng)
        tokens = torch.cat([self.lessons.tokens[rows], long]).long()
        vectors = self._embed(torch.cat([tokens, self._captions(rng)]))
        aims = torch.cat([self.lessons.targets[rows].float(), aims])
        distilled, known, gram = self._distil(vectors[: len(tokens)], aims)
        contrast, correct = self._contrast(vectors[len(tokens) :])
        loss = distilled + recipe.known * known + recipe.gram * gram + recipe.contrast * contrast
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimizer.step()
        self.done += 1
        figures = {"cosine": 1 - distilled, "known": known, "gram": gram, "contrast": contrast, "correct": correct}
        return {"lr": lr, **{name: float(value.detach()) for name, value in figures.items()}}

    def _rows(self, rng: np.random.Generator) -> Tensor:
        pools = [(rows, self.recipe.batch.get(name, 0)) for name, rows in self.lessons.pools.items() if len(rows)]
        return torch.cat([pool[torch.from_numpy(rng.integers(len(pool), size=count))] for pool, count in pools])

    def _long(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Tokens and targets of texts that are several captions each: without them no late position is trained."""
        pools = self.lessons.pools
        # few texts are names and words alone
        pool = pools["captions"] if len(pools["captions"]) else torch.cat(list(pools.values()))
        groups = [
            pool[torch.from_numpy(rng.integers(len(pool), size=rng.integers(2, 7)))] for _ in range(self.recipe.long)
        ]
        made = [joined(self.lessons.tokens[rows], self.lessons.targets[rows]) for rows in groups]
        return torch.stack([text for text, _ in made]), torch.stack([aim for _, aim in made])

    def _captions(self, rng: np.random.Generator) -> Tensor:
        """Tokens of captions, of their paraphrases, and of captions with one attribute changed, in this order."""
        captions: list[list[str]] = [[], [], []]
        for _ in range(self.recipe.groups):
            facts = self.composer.draw(rng)
            changed, _ = self.composer.change(rng, facts)
            for some, what in zip(captions, (facts, facts, changed), strict=True):
                some.append(self.composer.caption(rng, what))
        return self.student.tokenizer([text for some in captions for text in some])

    def _embed(self, tokens: Tensor) -> Tensor:
        """Embed texts of about one length together, for padding costs as much as text, after one look at the table,
        for each look has a gradient as large as the table."""
        ends = tokens.argmax(1)
        order = ends.argsort()
        parts = [(tokens[some, : int(ends[some].max()) + 1], ends[some]) for some in order.split(_TOGETHER)]
        looked = self.student.tower.token_embedding(torch.cat([part.flatten() for part, _ in parts]))
        pieces = looked.split([part.numel() for part, _ in parts])
        mixed = [
            self.student.mixed(some.unflatten(0, part.shape), last)
            for some, (part, last) in zip(pieces, parts, strict=True)
        ]
        return torch.cat(mixed)[order.argsort()]

    def _distil(self, ours: Tensor, aims: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Distance to the targets, and to what the targets say of the known concepts and of each other."""
        temperature, places = self.recipe.temperature, self.lessons.places
        known = F.kl_div(
            (ours @ places.T / temperature).log_softmax(1),
            (aims @ places.T / temperature).softmax(1),
            reduction="batchmean",
        )
        gram = ((ours @ ours.T - aims @ aims.T) ** 2).mean()
        return 1 - (ours * aims).sum(1).mean(), known, gram

    def _contrast(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Choose a caption's paraphrase among all paraphrases and all captions that say one thing otherwise."""
        anchors, others = vectors[: self.recipe.groups], vectors[self.recipe.groups :]
        scores, own = anchors @ others.T / self.recipe.temperature, torch.arange(len(anchors))
        return F.cross_entropy(scores, own), (scores.argmax(1) == own).float().mean()

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {"done": self.done, "student": self.student.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.done = state["done"]
        checkpoints.fill(self.student, state["student"], source="the checkpoint to resume from")
        self.optimizer.load_state_dict(state["optimizer"])
