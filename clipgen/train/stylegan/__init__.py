"""The recipe of the built-in StyleGAN: StyleGAN2 on scenes, shapes and things of the picture world, one class each.

It learns to paint again, and to fool a critic that sees through the built-in CLIP: an hour and a half of two cores.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from clipgen import devices
from clipgen.errors import WeightsError
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.models.weights import save_state
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.train import checkpoints
from clipgen.train.data import stream
from clipgen.train.stylegan.pictures import Pictures
from clipgen.train.stylegan.recipe import Recipe
from clipgen.train.stylegan.trainer import Trainer
from clipgen.train.world import World

__all__ = ["Pictures", "Recipe", "Trainer", "export", "measure", "run", "samples"]

_PSI = 0.7
_COLUMNS = 8  # of a sheet
_MEANT = 32  # draws that the mean of a class is taken of


@torch.no_grad()
def samples(model: StyleGAN2, classes: Tensor, *, seed: int = 0, psi: float = _PSI) -> Tensor:
    """Pictures [N, 3, side, side] in [0, 1] of classes [N]; psi: how far each is from the mean of its class."""
    device = model.mapping.w_avg.device
    z = torch.randn(_MEANT, len(classes), model.mapping.noise, generator=torch.Generator().manual_seed(seed)).to(device)
    kinds = one_hot(classes, model.mapping.classes).float().to(device).repeat(_MEANT, 1)
    drawn = model.mapping(z.flatten(0, 1), kinds).view(_MEANT, len(classes), -1)
    w = torch.lerp(drawn.mean(0), drawn[0], psi)
    return ((model(w[:, None].expand(-1, model.styles, -1), noise=False) + 1) / 2).clamp(0, 1)


@torch.no_grad()
def measure(model: StyleGAN2, classes: Sequence[str], perceptor: Perceptor, *, each: int = 4) -> float:
    """The share of samples that a perceptor names by their class, among all classes."""
    words, hits = perceptor.encode_text(classes), 0
    for number in range(each):
        wanted = torch.arange(len(classes))
        seen = perceptor.encode_image(samples(model, wanted, seed=number).to(words))
        hits += int(((seen @ words.T).argmax(1).cpu() == wanted).sum())
    return hits / (each * len(classes))


def _styles(trainer: Trainer, pictures: Pictures) -> Tensor:
    """Styles [classes, known, width] of pictures that were not trained on."""
    rows = []
    for number, name in enumerate(trainer.classes):
        rng = np.random.default_rng((trainer.recipe.seed, 1, number))
        images = np.stack([pictures.draw(name, rng) for _ in range(trainer.recipe.known)])
        rows.append(trainer.styles(torch.from_numpy(images).permute(0, 3, 1, 2)))
    return torch.stack(rows)


def _sheet(pictures: Tensor, path: Path) -> None:
    rows = [torch.cat(list(row), 2) for row in pictures.split(_COLUMNS) if len(row) == _COLUMNS]
    save_picture(path, to_pil(torch.cat(rows, 1)), {})


def export(trainer: Trainer, out: Path) -> None:
    """Write the averaged generator as fp16 safetensors, and what its shapes do not tell in a json."""
    out.mkdir(parents=True, exist_ok=True)
    model = trainer.averaged
    told = {"kind": model.kind, "classes": list(trainer.classes)}
    (out / "stylegan.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    save_state(out / "stylegan.safetensors", model.state_dict())


def run(
    *,
    out: Path = Path("models/stylegan"),
    art: Path | None = None,
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> float:
    """Train the StyleGAN and write its folder to ``out``; resumable at any moment.

    Example: ``run(out=Path("models/stylegan"), art=Path("emoji"), device="cuda")``.
    Returns the share of samples that the built-in CLIP names by their class. Raises WeightsError, ImageError.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    batches = Pictures(World(art), seed=recipe.seed, batch=recipe.batch, side=recipe.side, count=recipe.steps)
    place = devices.pick_device(device)
    folder, perceptor = runs / "stylegan", load_perceptor("builtin", place)
    if not isinstance(perceptor, OpenClip):
        raise WeightsError("the critic sees through a single open_clip model")
    trainer = Trainer(recipe, batches.classes, perceptor, place)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    curve, began, first = checkpoints.Curve(folder / "curve.jsonl", step=trainer.done), time.monotonic(), trainer.done
    for images, classes in stream(batches, first=trainer.done):
        figures = trainer.step(images, classes)
        if trainer.done % 50 == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, **figures)
            told = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            report(f"step {trainer.done}/{recipe.steps}  {told}  {pace:.0f} pictures/s")
        if trainer.done % 250 == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            with torch.no_grad():
                again = trainer.paint(trainer.average, trainer.styles(images)).clamp(0, 1).cpu()
            both = torch.stack([images.float() / 255, again], 1).flatten(0, 1)
            _sheet(both, folder / f"again-{trainer.done:06d}.png")
    report("reading the styles of every class")
    report(f"mapping off by {trainer.fit(_styles(trainer, batches)):.3f}")
    _sheet(samples(trainer.averaged, torch.arange(len(trainer.classes))).cpu(), folder / "samples.png")
    export(trainer, out)
    named = measure(trainer.averaged, trainer.classes, perceptor)
    (folder / "bars.json").write_text(json.dumps({"recipe": asdict(recipe), "named": named}, indent=2) + "\n")
    report(json.dumps({"named": named}))
    return named
