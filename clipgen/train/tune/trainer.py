"""The steps of a tuning: first the head and the tokens of new words, then the last blocks; stopped early, resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.train import checkpoints
from clipgen.train.pairs import SENTENCES
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.texts import Captions
from clipgen.train.tune.tower import Stage, through

_WARMUP = 0.1  # share of the steps
_DECAY = 0.05


@dataclass(frozen=True)
class Shown:
    """What a phase looks at, below the stages that it trains.

    learnt: one's own pictures [P, V, …], and the number of each one's caption [P]; held_out: others of the same
    captions [H, …], and theirs [H]; others: other pictures [A, …], their embeddings by the old weights [A, D], and
    their cosines with their captions [A]; imagined: features of no picture, which are also to stay in place, with their
    embeddings by the old weights, see `imagine`.
    """

    learnt: Tensor
    caption: Tensor
    held_out: Tensor
    held_caption: Tensor
    others: Tensor
    before: Tensor
    fits: Tensor
    imagined: Tensor
    imagined_before: Tensor


@dataclass
class Look:
    """What the held-out part says at a step: cross-entropy and share of right captions."""

    step: int
    loss: float
    right: float


@dataclass
class Phase:
    """One phase: the stages that are trained, their learning rate, and that of new words' tokens."""

    name: str
    above: Sequence[Stage]
    shown: Shown
    lr: float
    word_lr: float
    looks: list[Look] = field(default_factory=list)

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What is trained of the picture tower."""
        return [parameter for stage in self.above for parameter in stage.parameters]

    def embed(self, seen: Tensor) -> Tensor:
        """Unit vectors of what is below: [N, D]."""
        return F.normalize(through(self.above, seen.float()).float(), dim=-1)


class Trainer:
    """Trains the phases of a tuning.

    captions: all distinct ones; rows: of the table, for new words; names: embeddings of known names that say something
    else [K, D]; scale: factor of the softmax over cosines; device: where it runs; folder: for checkpoints.
    """

    def __init__(
        self,
        recipe: Recipe,
        captions: Captions,
        rows: nn.Parameter,
        names: Tensor,
        scale: float,
        device: torch.device,
        folder: Path,
    ) -> None:
        self.recipe, self.captions, self.rows, self.names = recipe, captions, rows, names
        self.scale, self.device, self.folder = scale, device, folder

    def fit(self, phase: Phase, report: Callable[[str], None]) -> None:
        """Train a phase until its steps are done or the held-out part gains nothing; it keeps the best weights.

        Resumes from the phase's checkpoint, if there is one.
        """
        recipe, path = self.recipe, self.folder / f"{phase.name}.pt"
        optimizer = torch.optim.AdamW(self._groups(phase), lr=0.0, betas=(0.9, 0.98), weight_decay=_DECAY)
        generator = torch.Generator().manual_seed(recipe.seed)
        best, step, waited = self._copy(phase), 0, 0
        if (saved := checkpoints.load(path)) is not None:
            self._put(phase, saved["now"])
            optimizer.load_state_dict(saved["optimizer"])
            generator.set_state(saved["generator"])
            best, step, waited = saved["best"], saved["step"], saved["waited"]
            phase.looks = [Look(*look) for look in saved["looks"]]
            report(f"{phase.name}: resumed at step {step}")
        else:
            phase.looks = [self.look(phase, 0)]
        for parameter in phase.parameters:
            parameter.requires_grad_(True)
        while step < recipe.steps and waited < recipe.patience:
            self._step(phase, optimizer, generator, step)
            step += 1
            if step % recipe.every == 0 or step == recipe.steps:
                look = self.look(phase, step)
                better = look.loss < min(old.loss for old in phase.looks) or not len(phase.shown.held_out)
                best, waited = (self._copy(phase), 0) if better else (best, waited + 1)
                phase.looks.append(look)
                report(f"{phase.name}: step {step}, {_words(look)}")
                checkpoints.save(path, self._state(phase, optimizer, generator, best, step, waited))
        for parameter in phase.parameters:
            parameter.requires_grad_(False)
        self._put(phase, best)

    def _groups(self, phase: Phase) -> list[dict[str, Any]]:
        matrices = [p for p in phase.parameters if p.ndim > 1]
        vectors = [p for p in phase.parameters if p.ndim < 2]
        groups = [
            {"params": matrices, "rate": phase.lr},
            {"params": vectors, "rate": phase.lr, "weight_decay": 0.0},
            {"params": [self.rows] if len(self.rows) else [], "rate": phase.word_lr, "weight_decay": 0.0},
        ]
        return [group for group in groups if group["params"]]

    def _step(self, phase: Phase, optimizer: torch.optim.Optimizer, generator: torch.Generator, step: int) -> None:
        recipe, shown = self.recipe, phase.shown
        for group in optimizer.param_groups:
            warm = max(1, round(_WARMUP * recipe.steps))
            group["lr"] = checkpoints.cosine(step, recipe.steps, peak=group["rate"], warmup=warm)
        count = min(recipe.batch, max(2, len(shown.learnt)))
        which = torch.randint(len(shown.learnt), (count,), generator=generator)
        view = torch.randint(shown.learnt.shape[1], (count,), generator=generator)
        other = torch.randint(len(shown.others), (recipe.batch,), generator=generator)
        sentence = int(torch.randint(len(SENTENCES), (), generator=generator))
        rivals = self.names[torch.randperm(len(self.names), generator=generator)[: recipe.names]]
        few = recipe.batch if len(shown.imagined) else 0
        imagined = torch.randint(max(1, len(shown.imagined)), (few,), generator=generator)
        seen = [shown.learnt[which, view], shown.others[other], shown.imagined[imagined]]
        seen_by = torch.cat([some for some in seen if len(some)]).to(self.device)
        pictures, others, dreams = phase.embed(seen_by).split([count, len(other), few])
        present, owner = shown.caption[which].unique(return_inverse=True)
        texts = self.captions.rows(present, sentence)
        loss = 0.5 * contrast(self.scale, pictures, texts, owner.to(self.device), others, rivals)
        before = torch.cat([shown.before[other], shown.imagined_before[imagined]]).to(self.device)
        moved = (1 - (torch.cat([others, dreams]) * before).sum(-1)).mean()
        # an old picture that fits a new caption better than it fitted its own is one that is lost
        taken = torch.logsumexp(self.scale * others @ texts.T, dim=1) - self.scale * shown.fits[other].to(self.device)
        loss = loss + recipe.keep * moved + F.softplus(taken).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*phase.parameters, self.rows], 1.0)
        optimizer.step()

    @torch.no_grad()
    def look(self, phase: Phase, step: int) -> Look:
        """What the held-out part says now."""
        shown = phase.shown
        if not len(shown.held_out):
            return Look(step, 0.0, 0.0)
        loss, right = judged(self.scale, phase.embed(shown.held_out.to(self.device)), self.rivals(), shown.held_caption)
        return Look(step, loss, right)

    def rivals(self) -> Tensor:
        """What a picture's caption is chosen from: all captions, and a single one also from known names."""
        means = self.captions.means()
        return means if len(means) > 1 else torch.cat([means, self.names])

    def _copy(self, phase: Phase) -> list[Tensor]:
        return [parameter.detach().clone() for parameter in [*phase.parameters, self.rows]]

    @torch.no_grad()
    def _put(self, phase: Phase, values: Sequence[Tensor]) -> None:
        for parameter, value in zip([*phase.parameters, self.rows], values, strict=True):
            parameter.copy_(value)

    def _state(
        self,
        phase: Phase,
        optimizer: torch.optim.Optimizer,
        generator: torch.Generator,
        best: Sequence[Tensor],
        step: int,
        waited: int,
    ) -> dict[str, Any]:
        return {
            "now": self._copy(phase),
            "best": list(best),
            "optimizer": optimizer.state_dict(),
            "generator": generator.get_state(),
            "step": step,
            "waited": waited,
            "looks": [(look.step, look.loss, look.right) for look in phase.looks],
        }


def imagine(seen: Tensor, count: int, *, seed: int) -> Tensor:
    """Features of no picture, each number of which is that of one of some pictures, drawn anew for each number.

        >>> imagine(torch.arange(6.0).view(3, 2), 5, seed=0).shape
        torch.Size([5, 2])

    seen: [N, F]. What is to stay in place at these stays in place for pictures that are unlike all of the given ones,
    such as photographs.
    """
    which = torch.randint(len(seen), (count, seen.shape[1]), generator=torch.Generator().manual_seed(seed))
    return seen.gather(0, which)


def contrast(scale: float, pictures: Tensor, texts: Tensor, owner: Tensor, others: Tensor, rivals: Tensor) -> Tensor:
    """Contrastive loss in which pictures of one caption, and the caption's repetitions, are no negatives.

        >>> eye = torch.eye(4)
        >>> round(contrast(20.0, eye[[0, 0, 1]], eye[:2], torch.tensor([0, 0, 1]), eye[2:3], eye[3:]).item(), 3)
        0.0

    pictures: [N, D]; texts: the distinct captions [M, D]; owner: number of each picture's caption [N]; others: pictures
    of other captions [A, D]; rivals: other texts [K, D]. The sum of the two directions.
    """
    forward = F.cross_entropy(scale * pictures @ torch.cat([texts, rivals]).T, owner)
    logits = scale * texts[owner] @ torch.cat([pictures, others]).T
    same = owner[:, None] == owner[None]
    same.fill_diagonal_(False)
    logits = torch.cat([logits[:, : len(pictures)].masked_fill(same, -1e4), logits[:, len(pictures) :]], dim=1)
    return forward + F.cross_entropy(logits, torch.arange(len(pictures), device=logits.device))


def judged(scale: float, pictures: Tensor, texts: Tensor, caption: Tensor) -> tuple[float, float]:
    """Cross-entropy and share of right captions, of pictures [N, D] among texts [M, D].

    >>> judged(10.0, torch.eye(2), torch.eye(2), torch.tensor([0, 0]))[1]
    0.5
    """
    logits = scale * pictures @ texts.T
    caption = caption.to(logits.device)
    loss = F.cross_entropy(logits, caption).item()
    return loss, (logits.argmax(1) == caption).float().mean().item()


def _words(look: Look) -> str:
    return f"held-out loss {look.loss:.3f}, {100 * look.right:.1f} % right"
