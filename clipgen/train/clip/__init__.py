"""The recipe of the built-in CLIP that paints: contrastive training on the picture world, then on attacks.

The similarity of a small CLIP after plain training can be raised by meaningless pixels. After training on attacked
pictures its gradients draw what the words name (Santurkar et al. 2019, arXiv 1906.09453, show it for classifiers).
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from clipgen import devices
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.files import copy_file, write_text
from clipgen.models.weights import find, save_state
from clipgen.perceptors import openclip
from clipgen.perceptors.openclip.load import BACKGROUND_FILE, NAMES_FILE, WORDS_FILE
from clipgen.similarity import Background, embed_texts
from clipgen.train import checkpoints
from clipgen.train.clip import locked
from clipgen.train.clip.recipe import RECIPES, Phase, Recipe, model_config
from clipgen.train.clip.trainer import Trainer
from clipgen.train.data import Pool, WorldBatches, stream
from clipgen.train.measure import Metrics, measure, naming
from clipgen.train.world import World

_UNSEEN, _PICTURES, _CAPTIONS = 910_001, 800, 2000  # the background; seeds from here on are not used for training
SAVE_EVERY = 100  # steps between checkpoints
_KEEP = 100  # batches whose new pictures stay in the pool, since rendering costs more than a training step


def export(trainer: Trainer, merges: Path, out: Path, world: World) -> None:
    """Write an open_clip folder: config, merges, fp16 safetensors, the vocabulary, the names of things, background."""
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "open_clip_config.json", json.dumps(model_config(trainer.recipe), indent=2) + "\n")
    if merges.resolve() != (out / "merges.txt.gz").resolve():
        copy_file(merges, out / "merges.txt.gz")
    save_state(out / "clip.safetensors", trainer.averaged.clip.state_dict())
    write_text(out / WORDS_FILE, json.dumps(world.words()) + "\n")
    write_text(out / NAMES_FILE, json.dumps(list(world.things)) + "\n")
    _background(out, world).save(out / BACKGROUND_FILE)


@torch.no_grad()
def _background(folder: Path, world: World) -> Background:
    """Embeddings, by the exported weights, of unrelated pictures and captions outside of the training data."""
    perceptor = openclip.load_perceptor(f"local-dir:{folder}", torch.device("cpu"))
    rendered = [world.sample((_UNSEEN, 0, i), 2 * perceptor.input_size).image for i in range(_PICTURES)]
    captions = [world.sample((_UNSEEN, 1, i), perceptor.input_size).caption for i in range(_CAPTIONS)]
    images = torch.from_numpy(np.stack(rendered)).permute(0, 3, 1, 2).float() / 255
    pictures = torch.cat([perceptor.encode_image(part) for part in images.split(100)])
    return Background(embed_texts(perceptor, captions), pictures)


def _folder(recipe: str = "builtin", without: str | None = None, **given: object) -> str:
    if recipe not in RECIPES and recipe not in locked.RECIPES:
        raise UnknownNameError.of("recipe", recipe, [*RECIPES, *locked.RECIPES])
    return f"clip-{recipe}{'-without-' + without if without else ''}"


@checkpoints.alone(_folder)
def run(
    *,
    out: Path | None = None,
    art: Path | None = None,
    recipe: str = "builtin",
    without: str | None = None,
    steps: int | None = None,
    radius: float | None = None,
    batch: int | None = None,
    seed: int | None = None,
    init: Path | None = None,
    photos: Sequence[Path] = (),
    drawings: Path | None = None,
    fonts: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    seconds: float | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Metrics | None:
    """Train a CLIP and write its open_clip folder (takes hours); it can be resumed at any time.

    >>> run(out=Path("models/clip"), art=Path("emoji"))

    out: the folder to write; art: folder of an art pack; recipe: a name in RECIPES or in `locked.RECIPES`; without: an
    art family to exclude; steps: total number of steps, to which all phases are scaled; radius: of its attacked phases;
    batch, seed: replace those of the recipe; init: weights to start from; photos, drawings, fonts: pictures, see
    `locked.run`; resume: continue from the last checkpoint; runs: folder for checkpoints, curve and metrics;
    seconds: train no longer, and write a checkpoint but no weights.
    Returns the metrics, None without weights and for a recipe of `locked`, which `benchmarks/eyes.py` measures.
    Raises UnknownNameError for the recipe or art family, SettingsError for what the recipe does not use, WeightsError
    for damaged weights or checkpoints, ImageError for damaged pictures.
    """
    if recipe in locked.RECIPES:
        _refuse(recipe, radius=radius, without=without)
        locked.run(
            recipe=recipe, out=out, art=art, photos=photos, drawings=drawings, fonts=fonts, steps=steps, batch=batch,
            seed=seed, init=init, resume=resume, device=device, runs=runs, seconds=seconds, report=report,
        )  # fmt: skip
        return None
    _refuse(recipe, photos=photos, drawings=drawings, fonts=fonts)
    chosen = _chosen(RECIPES[recipe], steps=steps, radius=radius, batch=batch, seed=seed)
    folder = runs / _folder(recipe, without)
    folder.mkdir(parents=True, exist_ok=True)
    merges = folder / "merges.txt.gz"
    openclip.write_merges(merges)
    world = World(art, without=without)
    start = init or (find(chosen.init, "perceptor").path("clip.safetensors") if chosen.init else None)
    trainer = Trainer(chosen, world, merges, devices.pick_device(device), start)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {trainer.recipe.steps}")
    clock = checkpoints.Clock(seconds)
    _fit(trainer, world, openclip.make_tokenizer(model_config(chosen), merges), folder, report, clock)
    if seconds is not None:
        return None
    export(trainer, merges, out or Path(chosen.out), world)
    tokenizer, size = openclip.make_tokenizer(model_config(chosen), merges), chosen.phases[-1].size
    metrics = measure(trainer.averaged, tokenizer, world, size=size)
    if art and without:
        found = naming(trainer.averaged, tokenizer, World(art, only=without), count=200, size=size)
        metrics = replace(metrics, held_out=found[0], held_out_top5=found[1])
    write_text(folder / "metrics.json", json.dumps({"recipe": asdict(chosen), **asdict(metrics)}, indent=2) + "\n")
    report(json.dumps(asdict(metrics)))
    return metrics


def _refuse(recipe: str, **options: object) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        raise SettingsError(f"{given[0]} has no effect on the recipe {recipe}; leave it out", settings=given[:1])


def _chosen(recipe: Recipe, *, steps: int | None, radius: float | None, batch: int | None, seed: int | None) -> Recipe:
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
    clock: checkpoints.Clock,
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
                world,
                seed=recipe.seed,
                batch=recipe.fresh,
                size=phase.render,
                count=end,
                tokenizer=tokenizer,
            )
            for index, new in enumerate(stream(batches, first=start, report=report), start):
                batch = pool.mix(index, new)
                if index >= first:
                    _log(trainer, trainer.step(batch), curve, report, since=(first, began))
                    if trainer.done % SAVE_EVERY == 0 or trainer.done == trainer.recipe.steps or clock.up:
                        checkpoints.save(folder / "last.pt", trainer.state())
                if clock.up:
                    return
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


__all__ = ["RECIPES", "Phase", "Recipe", "Trainer", "export", "run"]
