"""The recipe of the built-in text tower: any English word, in one space with what pictures are trained into.

A frozen sentence embedder is distilled into a small text tower of open_clip's architecture; the word net supplies the
hypernyms of rare words; a contrastive loss separates captions that differ in one attribute. Every picture tower is then
trained into the space of the frozen result.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from itertools import islice
from math import log
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.files import sha256, write_text
from clipgen.perceptors.openclip.tower import MERGES_FILE, TextTower, text_config
from clipgen.train import checkpoints
from clipgen.train.text import imageability, kin
from clipgen.train.text.bars import Bars, measure
from clipgen.train.text.concepts import Concept, known_concepts
from clipgen.train.text.corpus import texts as all_texts
from clipgen.train.text.lessons import HeldOut, Lessons, prepare
from clipgen.train.text.recipe import Recipe
from clipgen.train.text.store import Embedded
from clipgen.train.text.teacher import Teacher
from clipgen.train.text.trainer import Trainer
from clipgen.train.text.vocabulary import PIECES, write_needed_merges
from clipgen.train.text.wordnet import Words

HOLD_OUT = ("words", "pictures", "nothing")
_SPREAD = 0.1  # standard deviation of the table at the start: float8 is finest from .06 up
_SAVE_EVERY = 100  # steps


@checkpoints.alone(lambda **given: "text")
def run(
    *,
    data: Path,
    out: Path = Path("models/text"),
    runs: Path = Path("runs"),
    hold_out: str = "nothing",
    steps: int | None = None,
    lr: float | None = None,
    seed: int | None = None,
    resume: bool = True,
    init: Path | None = None,
    texts: int | None = None,
    embed_only: bool = False,
    report: Callable[[str], None] = lambda line: None,
) -> Bars | None:
    """Embed the texts with the teacher, train the text tower and write its folder; resumable at any moment.

    Example: ``run(data=Path("data"), hold_out="words")``.
    data: the folder with words/, emoji/, photos/ and drawings/; out: the folder to write; runs: where the teacher's
    embeddings, checkpoints and figures go; hold_out: a tenth of the concepts that the run never sees ("words"), sees as
    dictionary words only ("pictures"), or none ("nothing"); steps, lr, seed: override the recipe's; init: the folder of
    a text tower to start from; texts: how many to embed, the most useful first (default: all); embed_only: stop when
    all are embedded.
    Returns the bars; None after embed_only. Raises UnknownNameError, WeightsError, ImageError.
    """
    if hold_out not in HOLD_OUT:
        raise UnknownNameError.of("set to hold out", hold_out, HOLD_OUT)
    words, recipe = Words.load(data / "words"), _recipe(steps=steps, lr=lr, seed=seed)
    concepts = known_concepts(data, words)
    store = Embedded(runs / "teacher")
    if texts is None or len(store.rows) < texts:  # the store is filled in order
        store = embedded(runs / "teacher", islice(all_texts(concepts, words), texts), report)
    store = store if texts is None else store.first(texts)
    if embed_only:
        return None
    held, folder = HeldOut.of(concepts, words, mode=hold_out), runs / f"text-without-{hold_out}"
    student = TextTower.load(init) if init else first_student(recipe, list(store.rows), runs, report)
    merges = (init or runs) / MERGES_FILE
    key = f"{len(store.rows)} texts in pieces of {sha256(merges)}"
    lessons = prepared(
        folder / "lessons.pt",
        key,
        lambda: prepare(store, concepts, words, tokenised(runs / "tokens.pt", key, list(store.rows), student), held),
    )
    report(", ".join(f"{len(rows)} {pool}" for pool, rows in lessons.pools.items()))
    trainer = Trainer(recipe, student, lessons)
    if saved := checkpoints.load(folder / "last.pt") if resume else None:
        if saved.get("key", key) != key:
            raise WeightsError(f"{folder} has a run with {saved['key']}; name another folder of runs, or do not resume")
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    fit(trainer, folder, key, report)
    student.save(out, merges)
    imageability.write(out, words, seed=recipe.seed)
    kin.write(out, words, concepts, seed=recipe.seed)
    bars = measure(TextTower.load(out).embed, concepts, words, HeldOut.of(concepts, words, mode="pictures"))
    write_text(folder / "bars.json", json.dumps({"recipe": asdict(recipe), **asdict(bars)}, indent=2) + "\n")
    report(json.dumps(asdict(bars)))
    return bars


def _recipe(**given: Any) -> Recipe:
    return replace(Recipe(), **{name: value for name, value in given.items() if value is not None})


def embedded(folder: Path, every: Iterable[str], report: Callable[[str], None]) -> Embedded:
    """The teacher's embeddings in a folder, after embedding the texts that are missing."""
    store = Embedded(folder)
    if missing := [text for text in every if text not in store.rows]:
        store.fill(missing, Teacher().embed, report=report)
    return store


def prepared(path: Path, key: str, make: Callable[[], Lessons]) -> Lessons:
    """The lessons in a file where its key matches; else prepare and write them, which takes minutes."""
    saved = checkpoints.load(path)
    if saved is not None and saved["key"] == key:
        concepts = tuple(Concept(tuple(names)) for names in saved["concepts"])
        return Lessons(saved["tokens"], saved["targets"], saved["pools"], concepts, saved["places"])
    lessons = make()
    names = [list(concept.names) for concept in lessons.concepts]
    checkpoints.save(path, {**vars(lessons), "concepts": names, "key": key})
    return lessons


def tokenised(path: Path, key: str, every: list[str], student: TextTower) -> Tensor:
    """Tokens of the texts [N, L], from a file where its key matches; else tokenise and write: a minute of one core."""
    saved = checkpoints.load(path)
    if saved is not None and saved["key"] == key:
        return saved["tokens"]
    tokens = torch.cat([student.tokenizer(every[i : i + 4096]).to(torch.int32) for i in range(0, len(every), 4096)])
    checkpoints.save(path, {"tokens": tokens, "key": key})
    return tokens


def fit(trainer: Trainer, folder: Path, key: str, report: Callable[[str], None]) -> None:
    """Run the steps that are left, with a curve and a checkpoint in a folder; key: of the texts and their pieces."""
    curve, began, first = checkpoints.Curve(folder / "curve.jsonl", step=trainer.done), time.monotonic(), trainer.done
    while trainer.done < trainer.recipe.steps:
        figures = trainer.step()
        if trainer.done % 10 == 0:
            pace = (time.monotonic() - began) / (trainer.done - first)
            curve.add(step=trainer.done, pace=pace, **figures)
            line = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
            report(f"step {trainer.done}/{trainer.recipe.steps}  {line}  {pace:.2f} s a step")
        if trainer.done % _SAVE_EVERY == 0 or trainer.done == trainer.recipe.steps:
            checkpoints.save(folder / "last.pt", {**trainer.state(), "key": key})


def first_student(recipe: Recipe, every: list[str], runs: Path, report: Callable[[str], None]) -> TextTower:
    """A new student with the vocabulary of the texts and a table initialised from the teacher's view of each."""
    merges = runs / MERGES_FILE
    pieces = write_needed_merges(merges, weights_of(every), pieces=PIECES)
    torch.manual_seed(recipe.seed)
    student = TextTower(text_config(pieces, width=recipe.width, layers=recipe.layers), merges)
    decoder = student.tokenizer.decoder
    named = [decoder[i].removesuffix("</w>") or decoder[i] for i in range(pieces)]
    views = embedded(runs / "pieces", named, report)
    with torch.no_grad():
        vectors = views.matrix()[[views.rows[name] for name in named]]
        student.tower.token_embedding.weight.copy_(principal(vectors, recipe.width, spread=_SPREAD))
    return student


def principal(vectors: Tensor, width: int, *, spread: float) -> Tensor:
    """Centred vectors [N, D] in their first ``width`` principal directions, with a standard deviation of ``spread``."""
    about = vectors - vectors.mean(0)
    directions = torch.linalg.eigh(about.T @ about).eigenvectors.flip(1)[:, :width]
    flat = F.normalize(about @ directions, dim=-1)
    return flat * spread / flat.std()


def weights_of(every: list[str]) -> dict[str, float]:
    """Words of texts, weighted by the logarithm of how often they occur."""
    counts = Counter(word for text in every for word in re.findall(r"[^\W\d_]+|\d|[^\s\w]+", text.lower()))
    return {word: 1 + log(count) for word, count in counts.items()}


__all__ = ["HOLD_OUT", "Bars", "Concept", "Recipe", "TextTower", "run"]
