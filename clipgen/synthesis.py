"""The loop: change latents until the perceptor says that the picture fits. A plain iterator of steps.

    >>> for step in Synthesis(generator, perceptor, cutouts, loss, target=target, steps=150, lr=0.1):
    ...     print(step.index, step.score)

Decode once, look at the cutouts in chunks and gather their gradients at the image, then go back through the decoder
once: exact, at the memory of one chunk (gradient accumulation at the image).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import torch
from torch import Tensor

from clipgen import compiler, devices
from clipgen.cutouts import Cutouts
from clipgen.errors import NonFiniteError, SettingsError, UnknownNameError
from clipgen.generators.base import Generator
from clipgen.losses import Loss, View
from clipgen.perceptors.base import Perceptor
from clipgen.registry import OPTIMIZERS
from clipgen.settings import LR_DECAYS

# where "step" divides the learning rate by ten: pixray's schedule
STEP_DECAY_AT = 0.75
SIGHTS = ("embeddings", "image", "latents")


@dataclass(frozen=True)
class Step:
    """What one turn of the loop made of B pictures: enough for a progress bar, a preview or a plot.

    index: 0 for the first; total: steps of the run; loss: what was minimised, before the update, one per picture;
    score: mean cosine of the plain picture to the words after the update, one per picture; seconds: the turn's time;
    note: what a user should hear of this turn, as that memory ran out and less is done at once.
    """

    index: int
    total: int
    loss: tuple[float, ...]
    score: tuple[float, ...]
    seconds: float
    _image: Tensor = field(repr=False, compare=False)
    note: str | None = None

    @property
    def image(self) -> Tensor:
        """The pictures [B, 3, H, W] in [0, 1] on the CPU; copied there when asked for."""
        return self._image.to("cpu", torch.float32)


class Synthesis:
    """Iterate over the steps of one run; keeps the best pictures by their clean score.

        >>> run = Synthesis(generator, perceptor, cutouts, loss, target=target, steps=100, lr=0.1)
        >>> first = next(run)
        >>> for step in run:
        ...     pass
        >>> run.best_image.shape, run.best_score
        (torch.Size([1, 3, 256, 256]), tensor([0.41]))

    generator, perceptor, cutouts, loss: loaded parts on one device, each with its own arithmetic; target: what the
    score is measured against [B, D]; steps: turns in all; optimizer: a name in OPTIMIZERS; lr: its learning rate at the
    first step; lr_decay: constant, cosine (to 0) or step (a tenth after 75 %); ema: share of the old in the average of
    the latents that is shown, 0 for none; chunk: cutouts per backward pass, None for all, halved when memory runs out;
    alternate: whether of several perceptors one looks at each step, in turn; before: steps that others took of the
    same film, so that the turns go on; compile: whether decoding and looking are compiled, see `compiler.compiled`.

    Raises SettingsError for numbers out of range, UnknownNameError for an unknown optimizer or decay. `next` raises
    NonFiniteError when loss, gradient or score are not finite (the best pictures stay as they were) and DeviceError
    when memory runs out.

    Source of the loop: Crowson et al. 2022, VQGAN-CLIP (arXiv 2204.08583). Departures: the gradient is gathered at the
    image, and the best plain picture is kept, not the last.
    """

    best_image: Tensor | None
    best_score: Tensor

    def __init__(
        self,
        generator: Generator,
        perceptor: Perceptor,
        cutouts: Cutouts,
        loss: Loss,
        *,
        target: Tensor,
        steps: int,
        lr: float,
        optimizer: str = "adam",
        lr_decay: str = "cosine",
        ema: float = 0.0,
        chunk: int | None = None,
        alternate: bool = False,
        before: int = 0,
        compile: bool = False,
    ) -> None:
        if steps < 1 or lr <= 0 or not 0 <= ema < 1 or (chunk is not None and chunk < 1):
            raise SettingsError(
                f"steps {steps}, lr {lr}, ema {ema} and chunk {chunk} were given; they must be steps >= 1, lr > 0, "
                "0 <= ema < 1 and chunk >= 1"
            )
        if lr_decay not in LR_DECAYS:
            raise UnknownNameError.of("lr_decay", lr_decay, LR_DECAYS)
        for _, term in loss.terms():
            if term.sees not in SIGHTS:
                kind, known = type(term).__name__, ", ".join(SIGHTS)
                raise SettingsError(f"{kind} sees {term.sees!r}; in this loop a loss sees one of: {known}")
        self.generator, self.perceptor, self.cutouts, self.loss = generator, perceptor, cutouts, loss
        self.target = target
        self.total, self.index = steps, 0
        self.lr, self.lr_decay, self.ema, self.chunk = lr, lr_decay, ema, chunk
        self.alternate, self.before = alternate, before
        self._decode: Callable[[], Tensor] = compiler.compiled(generator.__call__) if compile else generator
        # several perceptors may take turns: each is compiled when it first looks
        self._see = cache(lambda one: compiler.compiled(one.encode_image) if compile else one.encode_image)
        self._note: str | None = None
        self.optimizer: torch.optim.Optimizer = OPTIMIZERS.load(optimizer)(generator.latents, lr=lr)
        self.start = [latent.detach().clone() for latent in generator.latents]
        self.average = [torch.zeros_like(latent) for latent in self.start] if ema else []
        self.best_image = None
        self.best_latents = [latent.clone() for latent in self.start]
        self.best_score = torch.full((len(target),), -math.inf)
        self._decoded: Tensor | None = None

    @property
    def progress(self) -> float:
        """Share of the run that is done, 0 to 1."""
        return self.index / self.total

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step:
        if self.index >= self.total:
            raise StopIteration
        began, self._note = time.perf_counter(), None
        try:
            loss = self._descend()
            shown, latents = self._shown()
            score = self._score(shown)
            self._check_finite([score])
        except (RuntimeError, MemoryError) as error:
            if (hint := devices.oom_hint(error)) is not None:
                raise hint from error
            raise
        self._keep_best(shown, latents, score)
        self.index += 1
        return Step(
            index=self.index - 1,
            total=self.total,
            loss=tuple(loss.tolist()),
            score=tuple(score.tolist()),
            seconds=time.perf_counter() - began,
            _image=shown,
            note=self._note,
        )

    def gradients(self) -> Tensor:
        """Set the latents' gradients for the next step and return the loss of each picture, [B], before weighing."""
        for latent in self.generator.latents:
            latent.grad = None
        image = self._decoded if self._decoded is not None else self._decode()
        self._decoded = None
        leaf = image.detach().requires_grad_()
        loss = self._look(leaf) + self._judge("image", View(image=leaf, progress=self.progress))
        loss = loss + self._judge(
            "latents", View(latents=self.generator.latents, start=self.start, progress=self.progress)
        )
        if leaf.grad is not None:
            # the same gradient to the bit as image.backward(leaf.grad), which imports sympy: seconds of every start
            (image * leaf.grad).sum().backward()
        return loss

    @contextmanager
    def holding(self, latents: Sequence[Tensor]) -> Iterator[Generator]:
        """Put other latents into the generator for a while, without gradients; its own come back bit for bit.

        >>> with run.holding(run.best_latents) as generator:
        ...     large = generator.render((1024, 1024))
        """
        own = [latent.detach().clone() for latent in self.generator.latents]
        self._decoded = None  # its graph is of latents that change in place
        with torch.no_grad():
            try:
                for latent, value in zip(self.generator.latents, latents, strict=True):
                    latent.copy_(value)
                yield self.generator
            finally:
                for latent, value in zip(self.generator.latents, own, strict=True):
                    latent.copy_(value)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the coming steps depend on: load it into a run of the same parts and it goes on bit-exactly.

        Tensors, numbers, texts, lists and dicts only, so that `torch.load(…, weights_only=True)` reads it.
        """
        optimizer = _own(self.optimizer.state_dict())
        return {
            "index": self.index,
            "total": self.total,
            "generator": self.generator.state(),
            "optimizer": optimizer,
            "cutouts": self.cutouts.generator.get_state(),
            "start": _copies(self.start),
            "average": _copies(self.average),
            "best_image": None if self.best_image is None else self.best_image.cpu().clone(),
            "best_latents": _copies(self.best_latents),
            "best_score": self.best_score.clone(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken. Raises SettingsError for a state of another run."""
        if state["total"] != self.total or len(state["average"]) != len(self.average):
            saved, this = ("with" if average else "without" for average in (state["average"], self.average))
            raise SettingsError(
                f"the saved run has {state['total']} steps {saved} ema, this one has {self.total} {this}; "
                "resume with the settings it was begun with"
            )
        self.generator.load_state(state["generator"])
        self.optimizer.load_state_dict(_own(state["optimizer"]))
        self.cutouts.generator.set_state(state["cutouts"].cpu())
        self.index = state["index"]
        self.start = [saved.to(self.target.device, copy=True) for saved in state["start"]]
        self.average = [saved.to(self.target.device, copy=True) for saved in state["average"]]
        self.best_latents = [saved.to(self.target.device, copy=True) for saved in state["best_latents"]]
        self.best_image = None if state["best_image"] is None else state["best_image"].to(self.target.device, copy=True)
        self.best_score = state["best_score"].clone()
        self._decoded = None

    def _descend(self) -> Tensor:
        loss = self._affordable_gradients()
        self._check_finite([loss, *(latent.grad for latent in self.generator.latents if latent.grad is not None)])
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * _decay(self.lr_decay, self.progress)
        self.optimizer.step()
        self.generator.project_()
        for mean, latent in zip(self.average, self.generator.latents, strict=False):
            mean.lerp_(latent.detach(), 1 - self.ema)
        return loss

    def _affordable_gradients(self) -> Tensor:
        """`gradients`, of half as many cutouts at once each time that memory runs out: the same sum."""
        while True:
            drawn = self.cutouts.generator.get_state()
            try:
                return self.gradients()
            except (RuntimeError, MemoryError) as error:
                at_once = self.chunk or self.cutouts.cutn
                if devices.oom_hint(error) is None or at_once == 1:
                    raise
            self.chunk = at_once // 2
            less = f"{self.chunk} cutouts at once, not {at_once}"
            self._note = f"memory ran out: {less}; the picture is the same (next time: cut_chunk={self.chunk})"
            self.cutouts.generator.set_state(drawn)
            devices.free_memory()

    def _look(self, leaf: Tensor) -> Tensor:
        """Losses of all cutouts, chunk by chunk; their gradients gather in leaf.grad."""
        batch, _, height, width = leaf.shape
        plan = self.cutouts.plan(batch, height, width, self.progress)
        count = len(plan)
        total = torch.zeros(batch, device=leaf.device)
        perceptor = self.perceptor.in_turn(self.before + self.index) if self.alternate else self.perceptor
        for first in range(0, count, self.chunk or count):
            part = plan[first : first + (self.chunk or count)]
            seen = self._see(perceptor)(self.cutouts.apply(leaf, part))
            view = View(embeddings=seen.unflatten(0, (len(part), batch)), progress=self.progress)
            # every loss on embeddings is a mean over cutouts, so the chunks' means weigh by their share
            total = total + self._judge("embeddings", view, share=len(part) / count)
        return total

    def _judge(self, sees: str, view: View, share: float = 1.0) -> Tensor:
        """Weighted sum [B] of the losses that see this part, after its backward pass."""
        terms = [share * weight * loss(view) for weight, loss in self.loss.terms() if loss.sees == sees]
        if not terms:
            return torch.zeros(len(self.target), device=self.target.device)
        total = torch.stack([term.float().expand(len(self.target)) for term in terms]).sum(0)
        if total.requires_grad:
            # the sum over the batch: no picture's gradient depends on how many others are made beside it
            total.sum().backward()
        return total.detach()

    def _check_finite(self, values: Sequence[Tensor]) -> None:
        if not all(bool(value.isfinite().all()) for value in values):
            raise NonFiniteError(
                f"the loss became NaN or infinite at step {self.index + 1} of {self.total}; lower the learning rate "
                f"(lr is {self.lr:g}) or set dtype to 'fp32'; the best picture so far is kept",
                settings={"lr": None, "dtype": "fp32"},
            )

    def _shown(self) -> tuple[Tensor, list[Tensor]]:
        """The picture of the latents, or of their average, and the latents it was made of."""
        latents = [latent.detach() for latent in self.generator.latents]
        if not self.average:
            # the next step needs this very picture: keep its graph instead of decoding twice
            last = self.index + 1 >= self.total
            with torch.set_grad_enabled(not last):
                image = self.generator() if last else self._decode()
            self._decoded = None if last else image
            return image.detach(), latents
        # the average began at zero: the same correction as Adam's
        unbiased = [mean / (1 - self.ema ** (self.index + 1)) for mean in self.average]
        with self.holding(unbiased):
            return self.generator(), unbiased

    @torch.no_grad()
    def _score(self, shown: Tensor) -> Tensor:
        return (self.perceptor.encode_image(shown) * self.target).sum(-1).cpu()

    @torch.no_grad()
    def _keep_best(self, shown: Tensor, latents: Sequence[Tensor], score: Tensor) -> None:
        better = score > self.best_score
        if len(score) > self.generator.batch:  # pictures of the same latents stand and fall together
            better = (score.mean() > self.best_score.mean()).expand(len(score))
        if self.best_image is None:
            self.best_image = shown.clone()
        self.best_score = torch.where(better, score, self.best_score)
        rows = better.to(shown.device)
        self.best_image[rows] = shown[rows]
        for best, latent in zip(self.best_latents, latents, strict=True):
            best[rows[: len(best)]] = latent[rows[: len(best)]]


def _decay(name: str, progress: float) -> float:
    if name == "cosine":
        return 0.5 * (1 + math.cos(math.pi * progress))
    if name == "step":
        return 0.1 if progress >= STEP_DECAY_AT else 1.0
    return 1.0


def _copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [tensor.detach().cpu().clone() for tensor in tensors]


def _own(state: dict[str, Any]) -> dict[str, Any]:
    # an optimizer gives out its own tensors, and takes those that it is given as its own: a saved state would change
    inner = {
        key: {name: value.clone() if isinstance(value, Tensor) else value for name, value in entry.items()}
        for key, entry in state["state"].items()
    }
    return {**state, "state": inner}
