"""The recipe of the sprites: drawings of things, from which pictures of things start.

An encoder and a decoder learn to reproduce them; what is kept is the decoder, and what the encoder made of each.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen import devices
from clipgen.errors import SettingsError
from clipgen.files import write_text
from clipgen.generators.sprites import Sprites
from clipgen.generators.stylegan.generator import over_ground
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor
from clipgen.train import checkpoints
from clipgen.train.sprites.drawings import Drawings
from clipgen.train.sprites.recipe import Recipe
from clipgen.train.sprites.trainer import Trainer
from clipgen.train.world import World

__all__ = ["Drawings", "Metrics", "Recipe", "Trainer", "measure", "run"]

_COLUMNS = 8  # pairs in a row of a sheet
_SHEET = 8 * _COLUMNS  # pairs of a sheet
_SAVE_EVERY = 500  # steps
_LOG_EVERY = 50

Metrics = dict[str, float]


@torch.no_grad()
def measure(sprites: Sprites, drawings: Drawings, perceptor: Perceptor) -> Metrics:
    """How near the drawings come to what they were learnt from, and how many of both a perceptor names among all.

    Returns psnr: mean in dB, over a light ground; named, named_real: shares in [0, 1], of the network's drawings and of
    the drawings that it learnt.
    """
    words = perceptor.encode_text(list(sprites.things))
    truth = torch.tensor([sprites.things.index(name) for name in sprites.names])
    errors: list[Tensor] = []
    hits = {"named": 0, "named_real": 0}
    for rows in torch.arange(len(drawings)).split(_SHEET):
        real = over_ground(drawings.images[rows].float() / 255)
        made = over_ground(sprites.decode(sprites.embeddings[rows]))
        errors.append((made - real).square().flatten(1).mean(1))
        for name, seen in (("named", made), ("named_real", real)):
            best = (perceptor.encode_image(seen.to(words)) @ words.T).argmax(1)
            hits[name] += int((best.cpu() == truth[rows]).sum())
    psnr = float((-10 * torch.cat(errors).clamp(min=1e-8).log10()).mean())
    return {"psnr": psnr, **{name: count / len(drawings) for name, count in hits.items()}}


@checkpoints.alone(lambda **given: "sprites")
def run(
    *,
    art: Path,
    pictures: Path | None = None,
    out: Path = Path("models/sprites"),
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> Metrics:
    """Train the sprites and write their folder (an hour and a half of one core); it can be resumed at any time.

    >>> run(out=Path("models/sprites"), art=Path("emoji"), device="cuda")

    art: folder of an art pack; pictures: more drawings, see `Drawings.read`; other arguments: as for
    `clipgen.train.clip.run`. Returns the metrics, see `measure`.
    Raises SettingsError for a pack without drawings, WeightsError for damaged checkpoints, ImageError for a damaged art
    pack, and for pictures of which none can be used.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    drawings = Drawings.of(World(art), side=recipe.side, families=recipe.families)
    if pictures:
        drawings = drawings.and_those_of(Drawings.read(pictures, side=recipe.side, report=report))
    if not len(drawings):
        raise SettingsError(f"{art} has no drawings of {' or '.join(recipe.families)}", settings=["art"])
    folder = runs / "sprites"
    trainer = Trainer(recipe, drawings, devices.pick_device(device))
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    _fit(trainer, folder, report)
    sprites = trainer.finished()
    sprites.save(out)
    metrics = measure(sprites, drawings, load_perceptor("reader", torch.device("cpu")))
    write_text(folder / "metrics.json", json.dumps({"recipe": asdict(recipe), **metrics}, indent=2) + "\n")
    report(json.dumps(metrics))
    return metrics


def _fit(trainer: Trainer, folder: Path, report: Callable[[str], None]) -> None:
    """Run the steps that are left, with a curve, checkpoints and sheets."""
    recipe, curve = trainer.recipe, checkpoints.Curve(folder / "curve.jsonl", step=trainer.done)
    began, first, loss = time.monotonic(), trainer.done, 0.0
    report(f"{len(trainer.drawings)} drawings of {len({*trainer.drawings.names})} things")
    while trainer.done < recipe.steps:
        loss += trainer.step()["loss"] / _LOG_EVERY
        if trainer.done % _LOG_EVERY == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, loss=loss)
            report(f"step {trainer.done}/{recipe.steps}  loss {loss:.4f}  {pace:.0f} drawings/s")
            loss = 0.0
        if trainer.done % _SAVE_EVERY == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            save_picture(folder / f"sheet-{trainer.done:06d}.png", to_pil(_sheet(trainer)), {})


@torch.no_grad()
def _sheet(trainer: Trainer) -> Tensor:
    """Drawings beside what the network makes of them, over a light ground, [3, H, W]."""
    rows = torch.linspace(0, len(trainer.drawings) - 1, _SHEET).long()
    real = over_ground(trainer.drawings.images[rows].float() / 255)
    sprites = trainer.finished(rows)
    made = over_ground(sprites.decode(sprites.embeddings))
    pairs = torch.stack([real, made], 1).flatten(0, 1)
    return torch.cat([torch.cat(list(row), 2) for row in pairs.split(2 * _COLUMNS)], 1)
