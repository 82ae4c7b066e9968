"""The recipe of the built-in StyleGAN: StyleGAN2 on scenes, shapes and things of the picture world.

It learns to reproduce drawings of things without their ground, each a class: an hour on one core with bf16.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen import devices
from clipgen.files import write_text
from clipgen.generators.stylegan.generator import over_ground
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.models.weights import save_state
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor
from clipgen.train import checkpoints
from clipgen.train.stylegan.pictures import Pictures
from clipgen.train.stylegan.recipe import Recipe
from clipgen.train.stylegan.trainer import Trainer, paint
from clipgen.train.world import World

__all__ = ["Pictures", "Recipe", "Trainer", "export", "measure", "run"]

_COLUMNS = 16  # of a sheet
_SHEET = 8 * _COLUMNS  # pictures of a sheet
_SAVE_EVERY = 250  # steps
_PSI = 1.0  # truncation: every class is one picture


def _shown(made: Tensor) -> Tensor:
    return over_ground(((made.float() + 1) / 2).clamp(0, 1)).clamp(0, 1)


@torch.no_grad()
def measure(trainer: Trainer, perceptor: Perceptor) -> float:
    """The share of all pictures, as the network makes them, whose class a perceptor names among all classes."""
    words = perceptor.encode_text(trainer.pictures.classes)
    hits = 0
    for rows in torch.arange(len(trainer.pictures)).split(_SHEET):
        seen = perceptor.encode_image(_shown(paint(trainer.averaged, trainer.styles(trainer.averaged, rows))))
        hits += int(((seen @ words.T).argmax(1).cpu() == trainer.pictures.kinds[rows]).sum())
    return hits / len(trainer.pictures)


def _sheet(pictures: Tensor, path: Path) -> None:
    rows = [torch.cat(list(row), 2) for row in pictures.split(_COLUMNS) if len(row) == _COLUMNS]
    save_picture(path, to_pil(torch.cat(rows, 1)), {})


def export(model: StyleGAN2, names: Sequence[str], out: Path) -> None:
    """Write a generator as fp16 safetensors, and a json with its kind and the names of its classes."""
    out.mkdir(parents=True, exist_ok=True)
    config = {"kind": model.kind, "psi": _PSI, "classes": list(names)}
    write_text(out / "stylegan.json", json.dumps(config, indent=2) + "\n")
    save_state(out / "stylegan.safetensors", model.state_dict())


@checkpoints.alone(lambda **given: "stylegan")
def run(
    *,
    out: Path = Path("models/stylegan"),
    art: Path | None = None,
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> float:
    """Train the StyleGAN and write its folder (takes an hour and more); it can be resumed at any time.

    >>> run(out=Path("models/stylegan"), art=Path("emoji"), device="cuda")

    Arguments: as for `clipgen.train.clip.run`. Returns the share of its pictures whose class the reader names. Raises
    WeightsError for damaged weights or checkpoints, ImageError for a damaged art pack.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    pictures = Pictures.of(World(art), side=recipe.side, seed=recipe.seed)
    place = devices.pick_device(device)
    folder, perceptor = runs / "stylegan", load_perceptor("reader", place)
    trainer = Trainer(recipe, pictures, place, init)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    fit(trainer, folder, report)
    trainer.finish()
    export(trainer.averaged, pictures.names, out)
    named = measure(trainer, perceptor)
    write_text(folder / "metrics.json", json.dumps({"recipe": asdict(recipe), "named": named}, indent=2) + "\n")
    report(json.dumps({"named": named}))
    return named


def fit(trainer: Trainer, folder: Path, report: Callable[[str], None]) -> None:
    """Run the steps that are left, with a curve, checkpoints and sheets."""
    recipe, curve = trainer.recipe, checkpoints.Curve(folder / "curve.jsonl", step=trainer.done)
    began, first, loss = time.monotonic(), trainer.done, 0.0
    report(f"{len(trainer.pictures)} pictures of {len(trainer.pictures.classes)} classes")
    while trainer.done < recipe.steps:
        loss += trainer.step()["loss"] / 50
        if trainer.done % 50 == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, loss=loss)
            report(f"step {trainer.done}/{recipe.steps}  loss {loss:.4f}  {pace:.0f} pictures/s")
            loss = 0.0
        if trainer.done % _SAVE_EVERY == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            _sheet(_copies(trainer), folder / f"sheet-{trainer.done:06d}.png")


@torch.no_grad()
def _copies(trainer: Trainer) -> Tensor:
    """Pictures beside their copies, over a light ground."""
    rows = torch.linspace(0, len(trainer.pictures) - 1, _SHEET // 2).long()
    real = trainer.pictures.images[rows].float() / 127.5 - 1
    made = paint(trainer.averaged, trainer.styles(trainer.averaged, rows)).cpu()
    return torch.stack([_shown(real), _shown(made)], 1).flatten(0, 1)
