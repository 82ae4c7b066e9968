"""The recipe of the built-in CLIP and of the judge: contrastive on the picture world, then against attacks.

A plainly trained small CLIP is fooled by the pixels that raise its similarity. Trained on attacked pictures its
gradients draw what they name (Santurkar et al. 2019, arXiv 1906.09453, for classifiers; here for a CLIP).
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from .. import devices
from ..cutouts import Cutouts
from ..errors import UnknownNameError
from ..perceptors import openclip
from ..weights import load_state
from . import checkpoints
from .attack import attack
from .data import Batch, Pool, WorldBatches, stream
from .measure import Bars, measure
from .world import World

_KEEP = 100  # batches whose fresh pictures stay in the pool: rendering costs more than a second look


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one picture size; radius: of the attack, in L2 of 64-px pictures in [0, 1], 0: none."""

    steps: int
    size: int
    lr: float
    radius: float = 0.0
    floor: float = 0.1

    @property
    def render(self) -> int:
        """Pictures are rendered a little larger than they are looked at, so that crops stay sharp."""
        return self.size * 9 // 8

    def schedule(self, step: int) -> tuple[float, float]:
        """Learning rate and attack radius at a step of this phase; the radius grows over its first half."""
        lr = checkpoints.cosine(step, self.steps, peak=self.lr, warmup=min(100, self.steps // 10), floor=self.floor)
        return lr, self.radius * self.size / 64 * min(1.0, 0.3 + 1.4 * step / self.steps)


@dataclass(frozen=True)
class Recipe:
    """What decides the weights. Most is learnt from small pictures: half the side costs a quarter.

    tower: a timm network, as open_clip names it; fresh: how many pictures of a batch were never shown before.
    """

    tower: str
    seed: int
    phases: tuple[Phase, ...]
    batch: int = 192
    fresh: int = 48
    attack_steps: int = 1
    weight_decay: float = 0.05
    text_lr: float = 0.4

    @property
    def steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def at(self, step: int) -> tuple[Phase, int]:
        """The phase of a step and the step within it."""
        for phase in self.phases:
            if step < phase.steps:
                return phase, step
            step -= phase.steps
        raise IndexError("the run is over")

    def stretched(self, steps: int) -> "Recipe":
        """The same recipe in another number of steps."""
        phases = tuple(replace(p, steps=max(1, round(p.steps * steps / self.steps))) for p in self.phases)
        return replace(self, phases=phases)


RECIPES: dict[str, Recipe] = {
    "builtin": Recipe(
        tower="resnet10t",
        seed=1,
        phases=(
            Phase(steps=2600, size=32, lr=4e-3),
            Phase(steps=900, size=32, lr=1.5e-3, radius=1.25, floor=0.3),
            Phase(steps=600, size=64, lr=1.2e-3, radius=1.25, floor=0.0),
        ),
    ),
    "judge": Recipe(
        tower="fasternet_t0",
        seed=2,
        phases=(Phase(steps=2000, size=32, lr=3e-3), Phase(steps=600, size=64, lr=1.5e-3, floor=0.0)),
    ),
}


def model_config(recipe: Recipe) -> dict[str, Any]:
    """Return the open_clip folder config of a recipe's model."""
    return {
        "model_cfg": {
            "embed_dim": 256,
            "vision_cfg": {
                "image_size": recipe.phases[-1].size,
                "timm_model_name": recipe.tower,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "linear",
            },
            "text_cfg": {"context_length": 32, "vocab_size": 4096, "width": 128, "heads": 4, "layers": 2},
        },
        "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
    }


class Heads(nn.Module):
    """Linear read-outs of the world's facts, shared by pictures and words, dropped after training.

    In-batch contrast alone tells a thousand things apart slowly; naming them outright is a denser signal.
    """

    def __init__(self, dim: int, world: World) -> None:
        super().__init__()
        sizes = (len(world.things), len(world.scenes), len(world.styles), len(world.colours))
        self.parts = nn.ModuleList(nn.Linear(dim, n) for n in sizes)

    def forward(self, embedding: Tensor, facts: Tensor) -> Tensor:
        """Mean cross-entropy of the facts that are there; embedding [N, D] unit, facts [N, 5]."""
        scaled = embedding * 16  # a unit vector's logits would be too small for a confident softmax
        things = self.parts[0](scaled)
        both = [F.cross_entropy(things, facts[:, i], ignore_index=-1, reduction="none") for i in (0, 1)]
        count = (facts[:, :2] >= 0).sum(1).clamp(min=1)
        named = ((both[0] + both[1]) / count).mean()
        rest = [
            F.cross_entropy(part(scaled), facts[:, i], ignore_index=-1, reduction="none").mean()
            for part, i in zip(list(self.parts)[1:], (2, 3, 4), strict=True)
        ]
        return named + 0.5 * rest[0] + 0.5 * rest[1] + 0.2 * rest[2]


class Learner(nn.Module):
    """The model under training with its loss; pictures [N, 3, S, S] in [0, 1], of any size."""

    mean: Tensor
    std: Tensor

    def __init__(self, recipe: Recipe, merges: Path, world: World) -> None:
        super().__init__()
        config = model_config(recipe)
        self.clip = openclip.build_model(config, merges)
        self.heads = Heads(config["model_cfg"]["embed_dim"], world)
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(config["preprocess_cfg"][name]).view(1, 3, 1, 1), persistent=False)

    def see(self, images: Tensor) -> Tensor:
        """Embed pictures: [N, D] unit."""
        return self.clip.encode_image((images.to(self.mean.device) - self.mean) / self.std, normalize=True).float()

    def read(self, tokens: Tensor) -> Tensor:
        """Embed tokens: [N, D] unit."""
        return self.clip.encode_text(tokens.to(self.mean.device), normalize=True).float()

    def contrast(self, seen: Tensor, read: Tensor, facts: Tensor) -> Tensor:
        """Symmetric InfoNCE; pairs that show the very same facts are no negatives of each other."""
        logits = self.clip.logit_scale.exp().clamp(max=100) * seen @ read.T
        same = (facts[:, None] == facts[None]).all(-1)
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, -1e4)
        target = torch.arange(len(logits), device=logits.device)
        return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))

    def losses(self, images: Tensor, read: Tensor, facts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Contrast and naming loss of pictures against embedded captions, and in-batch top-1."""
        seen = self.see(images)
        hits = (seen @ read.T).argmax(1) == torch.arange(len(seen), device=seen.device)
        return self.contrast(seen, read, facts), self.heads(seen, facts), hits.float().mean()


class Trainer:
    """Owns a run's state; ``step(batch)`` makes one update and returns its figures."""

    def __init__(self, recipe: Recipe, world: World, merges: Path, device: torch.device, init: Path | None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.learner = Learner(recipe, merges, world).to(device).to(memory_format=torch.channels_last)
        if init:
            checkpoints.fill(self.learner.clip, load_state(init), source=str(init))
        self.generator = torch.Generator().manual_seed(recipe.seed)
        sizes = sorted({phase.size for phase in recipe.phases})
        self.cutouts = {
            size: Cutouts(size, recipe.batch, augments="robust", generator=self.generator) for size in sizes
        }
        self.optimizer = torch.optim.AdamW(self._groups(), lr=0.0, betas=(0.9, 0.98))

    def _groups(self) -> list[dict[str, Any]]:
        visual = {id(p) for p in self.learner.clip.visual.parameters()}
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for p in self.learner.parameters():
            groups.setdefault((id(p) in visual, p.ndim > 1), []).append(p)
        return [
            {
                "params": ps,
                "rate": 1.0 if seeing else self.recipe.text_lr,
                "weight_decay": self.recipe.weight_decay if matrix else 0.0,
            }
            for (seeing, matrix), ps in groups.items()
        ]

    def step(self, batch: Batch) -> dict[str, float]:
        """Train on one batch."""
        phase, within = self.recipe.at(self.done)
        lr, radius = phase.schedule(within)
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group["rate"]
        facts, tokens = batch.facts.to(self.device), batch.tokens.to(self.device)
        images = batch.images.to(self.device).float() / 255
        cutouts = self.cutouts[phase.size]
        images = cutouts.apply_each(images, cutouts.plan_each(len(images), *images.shape[-2:]))
        images = images.clamp(0, 1).contiguous(memory_format=torch.channels_last)
        learner = self.learner.train()
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            read = learner.read(tokens)
            if radius:
                images = self._attacked(images, read.detach(), facts, radius)
            contrast, naming, hits = learner.losses(images, read, facts)
            loss = contrast + naming + 0.3 * learner.heads(read, facts)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        self.optimizer.step()
        self.done += 1
        figures = {"loss": contrast, "naming": naming, "top1": hits}
        return {"lr": lr, "radius": radius, **{k: v.item() for k, v in figures.items()}}

    def _attacked(self, images: Tensor, read: Tensor, facts: Tensor, radius: float) -> Tensor:
        share = torch.rand(len(images), 1, 1, 1, generator=self.generator).to(images)
        radii = radius * (0.4 + 0.6 * share)
        parameters = [p for p in self.learner.parameters() if p.requires_grad]
        for p in parameters:  # the attack needs no weight gradients
            p.requires_grad_(False)

        def loss(x: Tensor) -> Tensor:
            contrast, naming, _ = self.learner.losses(x, read, facts)
            return contrast + naming

        attacked = attack(images, loss, radius=radii, steps=self.recipe.attack_steps, generator=self.generator)
        for p in parameters:
            p.requires_grad_(True)
        return attacked.contiguous(memory_format=torch.channels_last)

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {
            "done": self.done,
            "learner": self.learner.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "torch": torch.get_rng_state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.done = state["done"]
        checkpoints.fill(self.learner, state["learner"], source="the checkpoint to resume from")
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["torch"])


def export(trainer: Trainer, merges: Path, out: Path, world: World) -> None:
    """Write an open_clip folder: config, merges, fp16 safetensors, and the words it was taught."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "open_clip_config.json").write_text(json.dumps(model_config(trainer.recipe), indent=2) + "\n")
    if merges.resolve() != (out / "merges.txt.gz").resolve():
        shutil.copyfile(merges, out / "merges.txt.gz")
    state = trainer.learner.clip.state_dict()
    half = {k: v.half().contiguous() if v.is_floating_point() else v.contiguous() for k, v in state.items()}
    beside = out / "clip.safetensors.part"
    save_file(half, beside)
    beside.replace(out / "clip.safetensors")
    (out / "words.json").write_text(json.dumps(world.words()) + "\n")
    (out / "things.json").write_text(json.dumps(list(world.things)) + "\n")


def run(
    *,
    out: Path = Path("models/clip"),
    art: Path | None = None,
    recipe: str = "builtin",
    without: str | None = None,
    steps: int | None = None,
    radius: float | None = None,
    batch: int | None = None,
    seed: int | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> Bars:
    """Train a CLIP on the picture world and write its open_clip folder to ``out``; resumable at any moment.

    Example: ``run(out=Path("models/clip"), art=Path("emoji"))``.
    Arguments: recipe: a name in RECIPES; steps: stretch or shorten all its phases to so many in all; radius: of its
    attacked phases; batch, seed: override it; without: an art family to leave out; init: weights to start from;
    runs: where checkpoints, curve and figures go.
    Raises UnknownNameError, WeightsError, ImageError.
    """
    if recipe not in RECIPES:
        raise UnknownNameError.of("recipe", recipe, list(RECIPES))
    chosen = _chosen(RECIPES[recipe], steps=steps, radius=radius, batch=batch, seed=seed)
    folder = runs / f"clip-{recipe}{'-without-' + without if without else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    merges = folder / "merges.txt.gz"
    openclip.write_merges(merges)
    world = World(art, without=without)
    trainer = Trainer(chosen, world, merges, devices.pick_device(device), init)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {trainer.recipe.steps}")
    _fit(trainer, world, openclip.make_tokenizer(model_config(chosen), merges), folder, report)
    export(trainer, merges, out, world)
    bars = measure(trainer.learner, openclip.make_tokenizer(model_config(chosen), merges), world)
    (folder / "bars.json").write_text(json.dumps({"recipe": asdict(chosen), **asdict(bars)}, indent=2) + "\n")
    report(json.dumps(asdict(bars)))
    return bars


def _chosen(
    recipe: Recipe, *, steps: int | None, radius: float | None, batch: int | None, seed: int | None
) -> Recipe:
    if steps is not None:
        recipe = recipe.stretched(steps)
    if radius is not None:
        phases = tuple(replace(p, radius=radius if p.radius else 0.0) for p in recipe.phases)
        recipe = replace(recipe, phases=phases)
    if batch is not None:
        recipe = replace(recipe, batch=batch, fresh=max(1, batch * recipe.fresh // recipe.batch))
    return recipe if seed is None else replace(recipe, seed=seed)


def _fit(
    trainer: Trainer,
    world: World,
    tokenizer: Callable[[list[str]], Tensor],
    folder: Path,
    report: Callable[[str], None],
) -> None:
    recipe, first = trainer.recipe, trainer.done
    pool = Pool(batch=recipe.batch, fresh=recipe.fresh, keep=_KEEP, seed=recipe.seed)
    curve, began, before = checkpoints.Curve(folder / "curve.jsonl", step=first), time.monotonic(), 0
    for phase in recipe.phases:
        end = before + phase.steps
        if first < end:
            # a new size starts a new pool; a resumed run first refills the pool that it left
            start = max(before, pool.first(first))
            pool.recent = []
            batches = WorldBatches(
                world, seed=recipe.seed, batch=recipe.fresh, size=phase.render, count=end, tokenizer=tokenizer
            )
            for index, new in enumerate(stream(batches, first=start), start):
                batch = pool.mix(index, new)
                if index >= first:
                    _log(trainer, trainer.step(batch), curve, report, since=(first, began))
                    if trainer.done % 100 == 0 or trainer.done == trainer.recipe.steps:
                        checkpoints.save(folder / "last.pt", trainer.state())
        before = end


def _log(
    trainer: Trainer,
    figures: dict[str, float],
    curve: checkpoints.Curve,
    report: Callable[[str], None],
    *,
    since: tuple[int, float],
) -> None:
    if trainer.done % 10:
        return
    pace = (trainer.done - since[0]) * trainer.recipe.batch / (time.monotonic() - since[1])
    curve.add(step=trainer.done, pace=pace, **figures)
    report(
        f"step {trainer.done}/{trainer.recipe.steps}  contrast {figures['loss']:.3f}  naming {figures['naming']:.3f}"
        f"  top1 {figures['top1']:.3f}  radius {figures['radius']:.2f}  {pace:.0f} pictures/s"
    )


__all__ = ["RECIPES", "Phase", "Recipe", "run"]
