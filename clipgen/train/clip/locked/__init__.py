"""Picture towers in the space of the locked text tower, trained on the world and on real pictures."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from clipgen import devices
from clipgen.files import copy_file, write_text, write_whole
from clipgen.models.weights import find, load_state, models_folder
from clipgen.perceptors.openclip.load import NAMES_FILE, WORDS_FILE
from clipgen.perceptors.openclip.tower import MERGES_FILE, WEIGHTS_FILE, TextTower
from clipgen.train import checkpoints
from clipgen.train.clip.locked.background import UNSEEN, add_background
from clipgen.train.clip.locked.recipe import JUDGE, READER, Part, Recipe, model_config
from clipgen.train.clip.locked.trainer import Trainer
from clipgen.train.data import stream
from clipgen.train.sources import DrawnWorld, Lettering, Mixture, Source, World, load_drawings, load_photos

RECIPES: dict[str, Recipe] = {"reader": READER, "judge": JUDGE}
_CAPTIONS = 2000  # of each source, whose words are written down
_SMALL = 48  # side of pictures of which only the caption is used
_PROBE = 200  # batches on which the head is trained before the rest
_SAVE = 50  # steps between checkpoints


def gather(
    recipe: Recipe, world: World, *, photos: Sequence[Path], drawings: Path | None, fonts: Path | None, held_out: bool
) -> dict[str, list[Source]]:
    """The sources of each kind that the given folders have; held_out: their held-out parts instead.

    >>> list(gather(READER, World(), photos=[], drawings=None, fonts=None, held_out=False))
    ['world', 'lettering']
    """
    found: dict[str, list[Source]] = {"world": [DrawnWorld(world, styled=recipe.styled, hard=recipe.hard)]}
    if photos:
        found["photos"] = [one for folder in photos for one in load_photos(folder, held_out=held_out)]
    if drawings:
        found["drawings"] = [load_drawings(drawings, held_out=held_out)]
    found["lettering"] = [Lettering(fonts, held_out=held_out)]
    return found


def shares_of(recipe: Recipe, gathered: dict[str, list[Source]]) -> list[float]:
    """The share of each source; those of one kind divide its share by the square root of their number of pictures."""
    shares: list[float] = []
    for kind, sources in gathered.items():
        sizes = np.sqrt([len(getattr(source, "photos", ())) or 1 for source in sources])
        shares += (recipe.shares[kind] * sizes / sizes.sum()).tolist()
    return shares


def run(
    *,
    recipe: str,
    out: Path | None = None,
    art: Path | None = None,
    photos: Sequence[Path] = (),
    drawings: Path | None = None,
    fonts: Path | None = None,
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    seconds: float | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Train a picture tower into the space of models/text and write its open_clip folder; it can be resumed.

    >>> run(recipe="reader", art=Path("emoji"), photos=[Path("photos")], drawings=Path("quickdraw.ndjson.gz"))

    recipe: a name in RECIPES; out: the folder to write; art: folder of an art pack; photos: folders of photographs, as
    for `load_photos`; drawings: a file as for `load_drawings`; fonts: a folder as for `Lettering`; steps: total number
    of steps, to which all parts are scaled: with more of them a finished run continues, with fewer its learning rate
    falls earlier; batch, seed, init: replace those of the recipe; resume: continue from the last checkpoint; runs:
    folder for checkpoints and curve; seconds: train no longer, and write a checkpoint but no weights.
    Raises WeightsError for damaged weights or checkpoints, ImageError for damaged pictures.
    """
    chosen = RECIPES[recipe] if steps is None else RECIPES[recipe].stretched(steps)
    chosen = replace(chosen, batch=batch or chosen.batch, seed=chosen.seed if seed is None else seed)
    world, home = World(art), models_folder() / chosen.text
    gathered = gather(chosen, world, photos=photos, drawings=drawings, fonts=fonts, held_out=False)
    sources = [source for some in gathered.values() for source in some]
    shares = shares_of(chosen, gathered)
    folder = runs / f"clip-{recipe}"
    folder.mkdir(parents=True, exist_ok=True)
    start = init or (find(chosen.init, "perceptor").path("clip.safetensors") if chosen.init else None)
    trainer = Trainer(chosen, TextTower.load(home), sources, devices.pick_device(device), start)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {chosen.steps}")
    elif start and not trainer.in_space:
        first = _batches(trainer, sources, shares, chosen.parts[0].size, count=_PROBE, seed=chosen.seed + 1)
        report(f"head: {trainer.probe(trainer.features(stream(first, report=report)))}")
        checkpoints.save(folder / "last.pt", trainer.state())
    clock = checkpoints.Clock(seconds)
    _fit(trainer, sources, shares, folder, report, clock)
    if seconds is not None:
        return
    export(trainer, home, out or Path(chosen.out), sources)
    unseen = gather(chosen, world, photos=photos, drawings=drawings, fonts=fonts, held_out=True)
    add_background(out or Path(chosen.out), [one for some in unseen.values() for one in some], shares)
    write_text(folder / "recipe.json", json.dumps(asdict(chosen), indent=2) + "\n")


def _batches(
    trainer: Trainer, sources: Sequence[Source], shares: Sequence[float], size: int, *, count: int, seed: int
) -> Mixture:
    return Mixture(
        sources, shares, seed=seed, batch=trainer.recipe.batch, size=size, count=count, tokenizer=trainer.text.tokenizer
    )


def _fit(
    trainer: Trainer,
    sources: Sequence[Source],
    shares: Sequence[float],
    folder: Path,
    report: Callable[[str], None],
    clock: checkpoints.Clock,
) -> None:
    recipe, first, before = trainer.recipe, trainer.done, 0
    curve, began = checkpoints.Curve(folder / "curve.jsonl", step=first), time.monotonic()
    for part in recipe.parts:
        end = before + part.steps
        if trainer.done < end:
            batches = _batches(trainer, sources, shares, part.size, count=end, seed=recipe.seed)
            for batch in stream(batches, first=trainer.done, report=report):
                figures = trainer.step(batch)
                pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
                if trainer.done % 10 == 0:
                    curve.add(step=trainer.done, pace=pace, **figures)
                    report(_line(trainer, figures, pace))
                if trainer.done % _SAVE == 0 or trainer.done == recipe.steps or clock.up:
                    checkpoints.save(folder / "last.pt", trainer.state())
                if clock.up:
                    return
        before = end


def _line(trainer: Trainer, figures: dict[str, float], pace: float) -> str:
    parts = "  ".join(f"{name} {value:.3f}" for name, value in figures.items() if name != "lr")
    return f"step {trainer.done}/{trainer.recipe.steps}  {parts}  {pace:.0f} pictures/s"


def export(trainer: Trainer, text: Path, out: Path, sources: Sequence[Source]) -> None:
    """Write an open_clip folder with the averaged weights, the text tower's own tensors, its words and its names."""
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "open_clip_config.json", json.dumps(trainer.config, indent=2) + "\n")
    copy_file(text / MERGES_FILE, out / MERGES_FILE)
    seen: dict[str, Tensor] = {f"visual.{n}": value for n, value in trainer.result().items()}
    half = {n: v.half() if v.is_floating_point() else v for n, v in seen.items()}
    _save(
        {**half, **load_state(text / WEIGHTS_FILE), "logit_scale": trainer.scale.detach().half()},
        out / "clip.safetensors",
    )
    write_text(out / NAMES_FILE, json.dumps(list(trainer.names.concepts)) + "\n")
    write_text(out / WORDS_FILE, json.dumps(_words(sources)) + "\n")


def _save(state: dict[str, Tensor], path: Path) -> None:
    """Write tensors as they are: the text tower's table has eight bits a number."""
    from safetensors.torch import save  # as clipgen.models.weights does

    with write_whole(path) as part:
        part.write_bytes(save({name: value.contiguous() for name, value in state.items()}))


def _words(sources: Sequence[Source]) -> list[str]:
    """All words of the sources' names, and of a sample of their captions, sorted."""
    texts = [name for source in sources for label in source.labels for name in label]
    for source in sources:
        if isinstance(source, DrawnWorld):
            texts += source.world.words()
        texts += [source.sample(np.random.default_rng((UNSEEN, 2, i)), _SMALL).caption for i in range(_CAPTIONS)]
    return sorted({word for text in texts for word in re.findall(r"[^\W\d_](?:[^\W\d_]|['’-])*", text.lower())})


__all__ = [
    "JUDGE",
    "READER",
    "RECIPES",
    "Part",
    "Recipe",
    "Trainer",
    "add_background",
    "export",
    "gather",
    "model_config",
    "run",
]
