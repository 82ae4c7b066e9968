"""The recipe of the built-in StyleGAN: StyleGAN2 on the scenes and shapes of the picture world, one class each.

No art pack goes into it. On a CPU it takes many hours, on a GPU minutes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from ... import devices
from ...generators.stylegan.stylegan2 import StyleGAN2
from ...images import save_png, to_pil
from ...perceptors.base import Perceptor
from ...perceptors.openclip import load_perceptor
from .. import checkpoints
from ..data import stream
from .pictures import CLASSES, Pictures
from .recipe import Recipe
from .trainer import Trainer

__all__ = ["CLASSES", "Pictures", "Recipe", "Trainer", "export", "measure", "run", "samples"]

_PSI = 0.7


@torch.no_grad()
def samples(model: StyleGAN2, classes: Tensor, *, seed: int = 0, psi: float = _PSI) -> Tensor:
    """Pictures [N, 3, side, side] in [0, 1] of classes [N]."""
    device = model.mapping.w_avg.device
    z = torch.randn(len(classes), model.mapping.noise, generator=torch.Generator().manual_seed(seed)).to(device)
    w = model.mapping(z, torch.nn.functional.one_hot(classes, len(CLASSES)).float().to(device))
    w = torch.lerp(model.mapping.w_avg, w, psi)
    return ((model(w[:, None].expand(-1, model.styles, -1), noise=False) + 1) / 2).clamp(0, 1)


@torch.no_grad()
def measure(model: StyleGAN2, perceptor: Perceptor, *, each: int = 4) -> float:
    """The share of samples that the built-in CLIP names by their class, among all classes."""
    words, hits = perceptor.encode_text(CLASSES), 0
    for number in range(each):
        classes = torch.arange(len(CLASSES))
        seen = perceptor.encode_image(samples(model, classes, seed=number).to(words))
        hits += int(((seen @ words.T).argmax(1).cpu() == classes).sum())
    return hits / (each * len(CLASSES))


def export(trainer: Trainer, out: Path) -> None:
    """Write the averaged generator as fp16 safetensors, and what its shapes do not tell in a json."""
    out.mkdir(parents=True, exist_ok=True)
    told = {"kind": trainer.average.kind, "classes": list(CLASSES)}
    (out / "stylegan.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    beside = out / "stylegan.safetensors.part"
    save_file({k: v.half().contiguous() for k, v in trainer.average.state_dict().items()}, beside)
    beside.replace(out / "stylegan.safetensors")


def run(
    *,
    out: Path = Path("models/stylegan"),
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> float:
    """Train the StyleGAN and write its folder to ``out``; resumable at any moment.

    Example: ``run(out=Path("models/stylegan"), device="cuda")``.
    Returns the share of samples that are named by their class. Raises WeightsError, ImageError.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    folder, trainer = runs / "stylegan", Trainer(recipe, devices.pick_device(device))
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    curve, began, first = checkpoints.Curve(folder / "curve.jsonl", step=trainer.done), time.monotonic(), trainer.done
    batches = Pictures(seed=recipe.seed, batch=recipe.batch, side=recipe.side, count=recipe.steps)
    for images, classes in stream(batches, first=trainer.done):
        figures = trainer.step(images, classes)
        if trainer.done % 50 == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, **figures)
            told = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            report(f"step {trainer.done}/{recipe.steps}  {told}  {pace:.0f} pictures/s")
        if trainer.done % 1000 == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            shown = samples(trainer.average, torch.arange(len(CLASSES))).cpu()
            rows = [torch.cat(list(row), 2) for row in shown.split(10) if len(row) == 10]
            save_png(folder / f"sheet-{trainer.done:06d}.png", to_pil(torch.cat(rows, 1)), {})
    export(trainer, out)
    named = measure(trainer.average, load_perceptor("builtin", torch.device("cpu")))
    (folder / "bars.json").write_text(json.dumps({"recipe": asdict(recipe), "named": named}, indent=2) + "\n")
    report(json.dumps({"named": named}))
    return named
