"""The recipe of the built-in StyleGAN: StyleGAN2 on scenes, shapes and things of the picture world, one class each.

It learns to reconstruct pictures and to fool a critic on features of the built-in CLIP: an hour and a half on two
cores.
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
from clipgen.files import write_text
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
_DRAWS = 32  # draws from which the mean style of a class is computed


@torch.no_grad()
def samples(model: StyleGAN2, classes: Tensor, *, seed: int = 0, psi: float = _PSI) -> Tensor:
    """Random pictures [N, 3, side, side] in [0, 1] of classes [N]; psi: truncation towards the mean of the class."""
    device = model.mapping.w_avg.device
    z = torch.randn(_DRAWS, len(classes), model.mapping.noise, generator=torch.Generator().manual_seed(seed)).to(device)
    kinds = one_hot(classes, model.mapping.classes).float().to(device).repeat(_DRAWS, 1)
    drawn = model.mapping(z.flatten(0, 1), kinds).view(_DRAWS, len(classes), -1)
    w = torch.lerp(drawn.mean(0), drawn[0], psi)
    return ((model(w[:, None].expand(-1, model.styles, -1), noise=False) + 1) / 2).clamp(0, 1)


@torch.no_grad()
def measure(model: StyleGAN2, classes: Sequence[str], perceptor: Perceptor, *, each: int = 4) -> float:
    """The share of samples whose class a perceptor names, among all classes."""
    words, hits = perceptor.encode_text(classes), 0
    for number in range(each):
        truth = torch.arange(len(classes))
        pictures = perceptor.encode_image(samples(model, truth, seed=number).to(words))
        hits += int(((pictures @ words.T).argmax(1).cpu() == truth).sum())
    return hits / (each * len(classes))


def _styles(trainer: Trainer, pictures: Pictures) -> Tensor:
    """Styles [classes, styles_per_class, width] of pictures that are not part of the training data."""
    rows = []
    for number, name in enumerate(trainer.classes):
        rng = np.random.default_rng((trainer.recipe.seed, 1, number))
        images = np.stack([pictures.draw(name, rng) for _ in range(trainer.recipe.styles_per_class)])
        rows.append(trainer.styles(torch.from_numpy(images).permute(0, 3, 1, 2)))
    return torch.stack(rows)


def _sheet(pictures: Tensor, path: Path) -> None:
    rows = [torch.cat(list(row), 2) for row in pictures.split(_COLUMNS) if len(row) == _COLUMNS]
    save_picture(path, to_pil(torch.cat(rows, 1)), {})


def export(trainer: Trainer, out: Path) -> None:
    """Write the averaged generator as fp16 safetensors, and a json with its kind and the names of its classes."""
    out.mkdir(parents=True, exist_ok=True)
    model = trainer.averaged
    config = {"kind": model.kind, "classes": list(trainer.classes)}
    write_text(out / "stylegan.json", json.dumps(config, indent=2) + "\n")
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
    """Train the StyleGAN and write its folder (takes an hour and more); it can be resumed at any time.

    >>> run(out=Path("models/stylegan"), art=Path("emoji"), device="cuda")

    Arguments: as for `clipgen.train.clip.run`. Returns the share of samples whose class the built-in CLIP names. Raises
    WeightsError for damaged weights or checkpoints, ImageError for a damaged art pack.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    batches = Pictures(World(art), seed=recipe.seed, batch=recipe.batch, side=recipe.side, count=recipe.steps)
    place = devices.pick_device(device)
    folder, perceptor = runs / "stylegan", load_perceptor("builtin", place)
    if not isinstance(perceptor, OpenClip):
        raise WeightsError("the critic needs a single open_clip model")
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
            values = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            report(f"step {trainer.done}/{recipe.steps}  {values}  {pace:.0f} pictures/s")
        if trainer.done % 250 == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            with torch.no_grad():
                copies = trainer.paint(trainer.average, trainer.styles(images)).clamp(0, 1).cpu()
            both = torch.stack([images.float() / 255, copies], 1).flatten(0, 1)
            _sheet(both, folder / f"reconstructions-{trainer.done:06d}.png")
    report("encoding the styles of every class")
    report(f"mapping: energy distance {trainer.fit(_styles(trainer, batches)):.3f}")
    _sheet(samples(trainer.averaged, torch.arange(len(trainer.classes))).cpu(), folder / "samples.png")
    export(trainer, out)
    named = measure(trainer.averaged, trainer.classes, perceptor)
    write_text(folder / "metrics.json", json.dumps({"recipe": asdict(recipe), "named": named}, indent=2) + "\n")
    report(json.dumps({"named": named}))
    return named
