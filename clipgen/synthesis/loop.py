"""The optimisation loop; see `clipgen.synthesis`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Self

import torch
from torch import Tensor

from clipgen import compiler, devices
from clipgen.cutouts import Cutouts
from clipgen.errors import NonFiniteError, SettingsError
from clipgen.generators.base import Generator
from clipgen.losses import Loss, View
from clipgen.perceptors.base import Perceptor
from clipgen.registry import OPTIMIZERS
from clipgen.settings import Machine, Search
from clipgen.synthesis.look import Look
from clipgen.synthesis.schedule import decay
from clipgen.synthesis.state import SynthesisState, copies, own
from clipgen.synthesis.step import Step

SEEN = ("embeddings", "image", "latents")


class Synthesis:
    """Iterate over the steps of one run; keeps the best pictures by the score of the whole picture.

        >>> cutouts = Cutouts(perceptor.input_size, 4, generator=torch.Generator().manual_seed(7))
        >>> loss = targets.loss()
        >>> run = Synthesis(generator, perceptor, cutouts, loss, target=targets.mean(), steps=3, lr=0.1)
        >>> first = next(run)
        >>> [step.index for step in run]
        [1, 2]
        >>> run.best_image.shape, run.best_score.shape
        (torch.Size([1, 3, 64, 64]), torch.Size([1]))

    generator, perceptor, cutouts, loss: loaded parts on one device, each with its own arithmetic; target: [B, D] that
    the score is measured against; steps: number of steps; optimizer: a name in OPTIMIZERS; lr: its learning rate at the
    first step; lr_decay: constant, cosine (to 0) or step (a tenth after 75 %); ema: decay of the moving average of the
    latents that is shown, 0 for none; chunk: cutouts per backward pass, None for all, halved when memory runs out;
    alternate: whether several perceptors take turns, one per step; before: number of earlier steps of the same film,
    which the turns continue; compile: whether decoding and embedding are compiled, see `compiler.compiled`; looks:
    further views that guide the run; the score is the mean over the whole picture and these.

    Raises SettingsError for numbers out of range, UnknownNameError for an unknown optimizer or decay. `next` raises
    NonFiniteError when loss, gradient or score are not finite (the best pictures stay as they were) and DeviceError
    when memory runs out.

    Source of the loop: Crowson et al. 2022, VQGAN-CLIP (arXiv 2204.08583). Departures: the gradient is gathered at the
    image, and the best picture is kept, not the last.
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
        looks: Sequence[Look] = (),
    ) -> None:
        Search(steps=steps, lr=lr, optimizer=optimizer, lr_decay=lr_decay, ema=ema).validate()
        Machine(cut_chunk=chunk).validate()
        for _, term in loss.terms():
            if term.sees not in SEEN:
                kind, known = type(term).__name__, ", ".join(SEEN)
                raise SettingsError(
                    f"{kind} sees {term.sees!r}; in this loop a loss sees one of: {known}", settings=["losses"]
                )
        self.generator, self.perceptor, self.cutouts, self.loss = generator, perceptor, cutouts, loss
        self.target, self.looks = target, tuple(looks)
        self.total, self.index = steps, 0
        self.lr, self.lr_decay, self.ema, self.chunk = lr, lr_decay, ema, chunk
        self.alternate, self.before = alternate, before
        self._decode: Callable[[], Tensor] = compiler.compiled(generator.__call__) if compile else generator
        # several perceptors may take turns: each is compiled when it is first used
        self._encode = cache(lambda one: compiler.compiled(one.encode_image) if compile else one.encode_image)
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
        """Set the gradients of the latents for the next step and return the loss of each picture, [B]."""
        for latent in self.generator.latents:
            latent.grad = None
        image = self._decoded if self._decoded is not None else self._decode()
        self._decoded = None
        leaf = image.detach().requires_grad_()
        loss = self._embedded_losses(leaf)
        loss = loss + self._measure(self.loss, "image", View(image=leaf, progress=self.progress))
        loss = loss + self._measure(
            self.loss, "latents", View(latents=self.generator.latents, start=self.start, progress=self.progress)
        )
        if leaf.grad is not None:
            # bit for bit as image.backward(leaf.grad), which imports sympy and so delays every start by seconds
            (image * leaf.grad).sum().backward()
        return loss

    @contextmanager
    def holding(self, latents: Sequence[Tensor]) -> Iterator[Generator]:
        """Put other latents into the generator inside the block, without gradients; its own are restored bit for bit.

        >>> with run.synthesis.holding(run.synthesis.best_latents) as generator:
        ...     large = generator.render((128, 128))
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

    def state_dict(self) -> SynthesisState:
        """Everything that later steps depend on: a run of the same parts that loads it continues bit for bit."""
        return SynthesisState(
            index=self.index,
            total=self.total,
            generator=self.generator.state(),
            optimizer=own(self.optimizer.state_dict()),
            cutouts=self.cutouts.generator.get_state(),
            start=copies(self.start),
            average=copies(self.average),
            best_image=None if self.best_image is None else self.best_image.cpu().clone(),
            best_latents=copies(self.best_latents),
            best_score=self.best_score.clone(),
        )

    def load_state_dict(self, state: SynthesisState) -> None:
        """Resume from a `state_dict`. Raises SettingsError for a state of another run."""
        if state["total"] != self.total or len(state["average"]) != len(self.average):
            saved, this = ("with" if average else "without" for average in (state["average"], self.average))
            raise SettingsError(
                f"the saved run has {state['total']} steps {saved} ema, this one has {self.total} {this}; "
                "resume with the settings of the saved run",
                settings=["steps", "ema"],
            )
        self.generator.load_state(state["generator"])
        self.optimizer.load_state_dict(dict(own(state["optimizer"])))
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
            group["lr"] = self.lr * decay(self.lr_decay, self.progress)
        self.optimizer.step()
        self.generator.project_()
        for mean, latent in zip(self.average, self.generator.latents, strict=False):
            mean.lerp_(latent.detach(), 1 - self.ema)
        return loss

    def _affordable_gradients(self) -> Tensor:
        """`gradients`, with half the cutouts at once each time that memory runs out: the sum is the same."""
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

    def _embedded_losses(self, leaf: Tensor) -> Tensor:
        """Losses on the embeddings of all cutouts; their gradients accumulate in leaf.grad."""
        total = self._embedded_loss(leaf, _itself, self.loss, self.cutouts.cutn)
        for look in self.looks:
            total = total + self._embedded_loss(leaf, look.see, look.loss, look.cutn)
        return total

    def _embedded_loss(self, leaf: Tensor, see: Callable[[Tensor], Tensor], loss: Loss, cutn: int) -> Tensor:
        """Losses on the embeddings of the cutouts of what is seen of the picture, chunk by chunk."""
        with torch.no_grad():
            batch, _, height, width = see(leaf).shape
        plan = self.cutouts.plan(batch, height, width, self.progress, cutn=cutn)
        count = len(plan)
        total = torch.zeros(batch, device=leaf.device)
        perceptor = self.perceptor.in_turn(self.before + self.index) if self.alternate else self.perceptor
        for first in range(0, count, self.chunk or count):
            part = plan[first : first + (self.chunk or count)]
            seen = self._encode(perceptor)(self.cutouts.apply(see(leaf), part))
            view = View(embeddings=seen.unflatten(0, (len(part), batch)), progress=self.progress)
            # every loss on embeddings is a mean over cutouts, so the mean of a chunk is weighed by its share
            total = total + self._measure(loss, "embeddings", view, share=len(part) / count)
        return total

    def _measure(self, loss: Loss, sees: str, view: View, share: float = 1.0) -> Tensor:
        """Weighted sum [B] of the terms of a loss that see a part of the view, after its backward pass."""
        terms = [share * weight * term(view) for weight, term in loss.terms() if term.sees == sees]
        if not terms:
            return torch.zeros(len(self.target), device=self.target.device)
        total = torch.stack([term.float().expand(len(self.target)) for term in terms]).sum(0)
        if total.requires_grad:
            # the sum over the batch: the gradient of a picture does not depend on how many others are in it
            total.sum().backward()
        return total.detach()

    def _check_finite(self, values: Sequence[Tensor]) -> None:
        # one answer for all: each one that is asked for waits for the GPU
        if not bool(torch.stack([value.isfinite().all() for value in values]).all()):
            raise NonFiniteError(
                f"the loss became NaN or infinite at step {self.index + 1} of {self.total}; lower the learning rate "
                f"(lr is {self.lr:g}) or set dtype to 'fp32'; the best picture so far is kept",
                settings={"lr": None, "dtype": "fp32"},
            )

    def _shown(self) -> tuple[Tensor, list[Tensor]]:
        """The picture of the latents, or of their average, with those latents."""
        latents = [latent.detach() for latent in self.generator.latents]
        if not self.average:
            # the next step starts from this picture: keep its graph instead of decoding twice
            last = self.index + 1 >= self.total
            with torch.set_grad_enabled(not last):
                image = self.generator() if last else self._decode()
            self._decoded = None if last else image
            return image.detach(), latents
        # the average starts at zero: the bias correction of Adam
        unbiased = [mean / (1 - self.ema ** (self.index + 1)) for mean in self.average]
        with self.holding(unbiased):
            return self.generator(), unbiased

    @torch.no_grad()
    def _score(self, shown: Tensor) -> Tensor:
        views = [(shown, self.target), *((look.see(shown), look.target) for look in self.looks)]
        scores = [(self.perceptor.encode_image(seen) * target).sum(-1) for seen, target in views]
        return torch.stack(scores).mean(0).cpu()

    @torch.no_grad()
    def _keep_best(self, shown: Tensor, latents: Sequence[Tensor], score: Tensor) -> None:
        better = score > self.best_score
        if len(score) > self.generator.batch:  # pictures that share latents have one best step
            better = (score.mean() > self.best_score.mean()).expand(len(score))
        if self.best_image is None:
            self.best_image = shown.clone()
        self.best_score = torch.where(better, score, self.best_score)
        rows = better.to(shown.device, non_blocking=True)
        self.best_image = _chosen(rows, shown, self.best_image)
        self.best_latents = [_chosen(rows, *pair) for pair in zip(latents, self.best_latents, strict=True)]


def _chosen(rows: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """Of each picture what is new where its row says so; a mask as an index would wait for the GPU."""
    return torch.where(rows[: len(old)].view(-1, *[1] * (old.dim() - 1)), new, old)


def _itself(image: Tensor) -> Tensor:
    return image
