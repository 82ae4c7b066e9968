"""The recipe of a prior: from the words' embedding to the codes of a VQGAN, for any pair of VQGAN and CLIP.

Pictures are rendered, or taken from a user's folder, encoded once, and trained on many times. Captions are optional: a
picture's own embedding stands for its words (language-free, CLIP-GEN, arXiv 2203.00386).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from clipgen import devices
from clipgen.errors import SettingsError
from clipgen.files import write_text
from clipgen.generators.prior import Prior
from clipgen.generators.prior.prior import PROBES, WEIGHTS_FILE
from clipgen.generators.vqgan import VQGAN, VQModel
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.models import shelf
from clipgen.models.weights import load_state
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import embed_texts
from clipgen.train import checkpoints
from clipgen.train.data import Batch, WorldBatches, stream
from clipgen.train.pairs import Pair
from clipgen.train.prior.codes import Encoded, Store
from clipgen.train.prior.pictures import PairBatches, own_pairs
from clipgen.train.prior.recipe import Recipe
from clipgen.train.prior.trainer import Trainer
from clipgen.train.world import World

__all__ = ["PairBatches", "Recipe", "Store", "Trainer", "run"]

SHEET = (
    "a red apple on a white background",
    "a castle",
    "a cat",
    "an octopus underwater",
    "a fox in a forest",
    "a sunset over the sea",
    "a penguin in the snow",
    "an oil painting of a sailboat",
    "a dog to the left of a cat",
    "a city at night",
    "a blue circle on a yellow background",
    "a pencil sketch of a horse",
)
_HELD_OUT = 256  # pictures
ORIGIN_FILE, _CODES = "origin.json", ("codes", "held-out")
_SAVE_EVERY, _SHEET_EVERY = 200, 1000  # steps
_TELL_EVERY = 20.0  # seconds, while pictures are encoded


@checkpoints.alone(lambda **given: "prior")
def run(
    *,
    out: Path = Path("models/prior"),
    art: Path | None = None,
    pictures: Path | None = None,
    generator: str = "vqgan",
    weights: Path | None = None,
    perceptor: str = "builtin",
    size: int | None = None,
    steps: int | None = None,
    batch: int | None = None,
    fresh: int | None = None,
    first: int | None = None,
    by_picture: float | None = None,
    lr: float | None = None,
    seed: int | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    seconds: float | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> float:
    """Train a prior on world pictures or a folder of pictures, and write its folder; it can be resumed at any time.

        >>> run(pictures=Path("photos"), generator="vqgan-imagenet-16384", perceptor="vit-b-32", size=256)

    out: folder of the prior; art: the art pack of the picture world; pictures: instead of the world, pictures as
    `clipgen.train.tune` takes them, with captions or without; generator, weights: the VQGAN, as for
    `shelf.generator`; perceptor: the CLIP; size, steps, batch, fresh, first, by_picture, lr, seed: override those of
    the recipe; init: folder of a prior to start from; resume: continue what is in `runs`, else begin anew; runs: where
    codes, checkpoints, curve and sheets go; seconds: train no longer, and write a checkpoint but no prior.
    Returns the loss on pictures that were not trained on. Raises WeightsError, ImageError, UnknownNameError, and
    SettingsError also where `runs` has the codes of other pictures, or of another VQGAN or CLIP.
    """
    recipe = _recipe(size=size, steps=steps, batch=batch, fresh=fresh, first=first, by_picture=by_picture, lr=lr,
                     seed=seed)  # fmt: skip
    where = devices.pick_device(device)
    parts = Parts()
    network, clip = _vqgan(parts, generator, weights, where), parts.perceptor([perceptor], where)
    folder = runs / "prior"
    own = None if pictures is None else own_pairs(pictures, clip, report)
    claim(folder, _origin(recipe, own, shelf.fingerprint(generator, weights), clip, art), resume=resume)

    def source(*, held_out: bool, count: int) -> Dataset[Batch]:
        seed = recipe.seed + held_out
        if own is None:
            return WorldBatches(World(art), seed=seed, batch=recipe.fresh, size=recipe.size, count=count)
        return PairBatches(own[held_out], seed=seed, batch=recipe.fresh, size=recipe.size, count=count)

    encode = Encoder(network, clip, by_picture=pictures is not None or recipe.by_picture > 0)
    held = Store(folder / _CODES[1], _HELD_OUT)
    apart = source(held_out=True, count=-(-_HELD_OUT // recipe.fresh))
    fill(held, stream(apart, first=len(held) // recipe.fresh, report=report), encode, _HELD_OUT, report)
    store = Store(folder / _CODES[0], recipe.most, where)
    every = source(held_out=False, count=-(-recipe.most // recipe.fresh))
    fresh_ones = stream(every, first=len(store) // recipe.fresh, report=report)
    report(f"{len(store)} pictures are encoded; training begins with {recipe.first}")
    fill(store, fresh_ones, encode, recipe.first, report)
    facts = stats(store.span(0, recipe.first), network.codebook, clip, recipe)
    trainer = Trainer(recipe, network.codebook, facts, recipe.size // network.factor, where)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    elif init:
        trainer.begin_at(load_state(init / WEIGHTS_FILE), str(init))
    clock = checkpoints.Clock(seconds)
    fit(trainer, store, fresh_ones, encode, held=held.span(0, len(held)), folder=folder, report=report, clock=clock)
    if seconds is None:
        trainer.prior.save(out)
    loss = trainer.held_out(held.span(0, len(held)))
    write_text(folder / "figures.json", json.dumps({"recipe": asdict(recipe), "loss": loss}, indent=2) + "\n")
    return loss


def claim(folder: Path, origin: dict[str, object], *, resume: bool) -> None:
    """Note whose codes a folder has, so that those of two trainings are never mixed.

    origin: what the codes depend on; resume: keep what is there, else delete the codes of another origin.
    Raises SettingsError where a run would continue with the codes of another origin.
    """
    path, text = folder / ORIGIN_FILE, json.dumps(origin, indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        if resume:
            raise SettingsError(
                f"{folder} has codes of other pictures, or of another VQGAN, CLIP, size or seed; name another folder, "
                "or do not resume, which deletes them",
                settings=["runs", "resume"],
            )
        for name in _CODES:
            shutil.rmtree(folder / name, ignore_errors=True)
    write_text(path, text)


def _origin(
    recipe: Recipe, own: tuple[list[Pair], list[Pair]] | None, vqgan: str | None, clip: Perceptor, art: Path | None
) -> dict[str, object]:
    """What encoded pictures depend on."""
    pairs = [] if own is None else [[pair.digest, pair.caption, pair.named] for part in own for pair in part]
    return {
        "pictures": None if own is None else hashlib.sha256(json.dumps(pairs).encode()).hexdigest(),
        "art": art is not None,
        "vqgan": vqgan,
        "clip": clip.fingerprint,
        "size": recipe.size,
        "seed": recipe.seed,
    }


def _recipe(**given: Any) -> Recipe:
    return replace(Recipe(), **{name: value for name, value in given.items() if value is not None})


def _vqgan(parts: Parts, name: str, weights: Path | None, device: torch.device) -> VQModel:
    found = parts.generator(name, weights, device=device)
    if not isinstance(found, VQGAN):
        raise SettingsError(f"a prior draws the codes of a VQGAN; {name} has none", settings=["generator"])
    return found.network


class Encoder:
    """Encodes batches of pictures for training.

    Example: ``Encoder(network, perceptor, by_picture=False)(batch).codes.shape``.
    by_picture: whether pictures are embedded too.
    """

    def __init__(self, network: VQModel, perceptor: Perceptor, *, by_picture: bool) -> None:
        self.network, self.perceptor, self.by_picture = network, perceptor, by_picture
        self.device = network.codebook.device

    @torch.no_grad()
    def __call__(self, batch: Batch) -> Encoded:
        """Codes and embeddings of a batch."""
        images = batch.images.to(self.device).float() / 255
        flat = images.mul(2).sub(1).contiguous(memory_format=torch.channels_last)
        codes, indices = self.network.quantise(self.network.encode(flat))
        texts = torch.zeros(len(images), self.perceptor.dim)
        captioned = [i for i, caption in enumerate(batch.captions) if caption]
        if captioned:
            texts[captioned] = embed_texts(self.perceptor, [batch.captions[i] for i in captioned]).cpu()
        seen = self.perceptor.encode_image(images).cpu() if self.by_picture else torch.zeros_like(texts)
        return Encoded(indices.view(len(images), *codes.shape[-2:]).int(), texts, seen)


def fill(store: Store, batches: Iterator[Batch], encode: Encoder, count: int, report: Callable[[str], None]) -> None:
    """Add pictures to a store until it has so many; what is added is saved and reported three times a minute."""
    told, before = time.monotonic(), len(store)
    while len(store) < count:
        store.add(encode(next(batches)))
        if (passed := time.monotonic() - told) >= _TELL_EVERY:
            report(f"encoded {len(store)} of {count}  {(len(store) - before) / passed:.1f} pictures/s")
            store.save()
            told, before = time.monotonic(), len(store)
    store.save()


def stats(first: Encoded, codebook: Tensor, perceptor: Perceptor, recipe: Recipe) -> dict[str, Tensor]:
    """The tensors of a prior but for its network, from the first encoded pictures."""
    codes = codebook.cpu()[first.codes.cpu().long()].flatten(0, 2)
    low, high = codebook.cpu().aminmax(dim=0)
    captioned = first.texts.any(1)
    return {
        "mean": codes.mean(0),
        "spread": codes.std(0).clamp(min=1e-4),
        "low": low,
        "high": high,
        # without captions, the mean text is that of the probes
        "centre": first.texts[captioned].float().mean(0).cpu() if captioned.any() else _probes(perceptor).mean(0),
        "centre_of_pictures": first.pictures.float().mean(0).cpu(),
        "probes": _probes(perceptor),
        "level": torch.tensor(0.0 if captioned.any() else recipe.noise / 2),
    }


def _probes(perceptor: Perceptor) -> Tensor:
    return perceptor.encode_text(PROBES).cpu()


def fit(
    trainer: Trainer,
    store: Store,
    batches: Iterator[Batch],
    encode: Encoder,
    *,
    held: Encoded,
    folder: Path,
    report: Callable[[str], None],
    clock: checkpoints.Clock,
) -> None:
    """Run the steps that are left, or those that the clock leaves time for, with a curve, checkpoints and sheets."""
    recipe, curve = trainer.recipe, checkpoints.Curve(folder / "curve.jsonl", step=trainer.done)
    began, first = time.monotonic(), trainer.done
    while trainer.done < recipe.steps:
        if len(store) < recipe.most:
            store.add(encode(next(batches)))
        rng = torch.Generator().manual_seed(recipe.seed * 10**6 + trainer.done)
        figures = trainer.step(store.draw(recipe.batch, rng))
        if trainer.done % 20 == 0 or trainer.done == first + 1:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, encoded=len(store), **figures)
            report(f"step {trainer.done}/{recipe.steps}  loss {figures['loss']:.4f}  {pace:.0f} pictures/s"
                   f"  {len(store)} encoded")  # fmt: skip
        if trainer.done % _SAVE_EVERY == 0 or trainer.done == recipe.steps or clock.up:
            store.save()
            checkpoints.save(folder / "last.pt", trainer.state())
            report(f"held out: {trainer.held_out(held):.4f}")
        if trainer.done % _SHEET_EVERY == 0 or trainer.done == recipe.steps:
            save_picture(folder / f"sheet-{trainer.done:06d}.png", to_pil(sheet(trainer.prior, encode)), {})
        if clock.up:
            return


@torch.no_grad()
def sheet(prior: Prior, encode: Encoder, *, each: int = 2) -> Tensor:
    """Draws of the prompts of SHEET, never optimised, [3, H, W] in [0, 1]: a column a prompt, a row a seed."""
    words = encode.perceptor.encode_text(SHEET)
    side = prior.network.config.side
    rows = []
    for seed in range(each):
        codes = prior.draw(words, seeds=[seed] * len(SHEET), sides=(side, side))
        images = encode.network.decode(encode.network.quantise(codes)[0])
        rows.append(torch.cat(list(images), 2))
    return (torch.cat(rows, 1).cpu().float().clamp(-1, 1) + 1) / 2
