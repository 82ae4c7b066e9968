"""The folder of a tuned CLIP: what open_clip loads, its vocabulary and background, its card, figures and curve."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clipgen import __version__
from clipgen.files import copy_file, unwritable, write_whole
from clipgen.media.plots import plot_sweep
from clipgen.models.weights import save_state, shelf_folder
from clipgen.perceptors.openclip.load import CONFIG_FILE, NAMES_FILE, TOKENS_FILE, WORDS_FILE
from clipgen.perceptors.openclip.tower import MERGES_FILE
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.sweep import Point

WEIGHTS_FILE, CARD_FILE, RECORD_FILE, CURVE_FILE = "clip.safetensors", "README.md", "tune.json", "sweep.png"
_LISTED = 20  # captions that a card lists


@dataclass(frozen=True)
class Figures:
    """What a tuning is worth; shares in [0, 1].

    before, after: of held-out pictures that get their caption among all new ones; others_before, others_after: of other
    pictures that get their name, afterwards with the new captions as rivals; attacked_before, attacked_after: the same
    under an attack on the pixels; alpha: share of the new weights; learnt, held_out: number of one's own pictures;
    captions: distinct ones.
    """

    before: float | None
    after: float | None
    others_before: float
    others_after: float
    attacked_before: float
    attacked_after: float
    alpha: float
    learnt: int
    held_out: int
    captions: int


@dataclass(frozen=True)
class Record:
    """What a tuned model records: equal records make equal weights on one machine."""

    name: str
    base: str
    base_sha256: str
    data_sha256: str
    captions: tuple[str, ...]
    new_words: tuple[str, ...]
    recipe: Recipe


def write_model(folder: Path, config: dict[str, Any], model: Any, merges: Path | None, own: Sequence[str]) -> None:
    """Write what open_clip loads: config and weights, and the tokenizer's merges and own words."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / CONFIG_FILE, json.dumps(config, indent=2))
    if merges is not None:
        copy_file(merges, folder / MERGES_FILE)
    if own:
        _write(folder / TOKENS_FILE, json.dumps(list(own)))
    save_state(folder / WEIGHTS_FILE, model.state_dict())


def write_vocabulary(folder: Path, known: Sequence[str], names: Sequence[str]) -> None:
    """Write the words and the names that a model knows; an open vocabulary has neither."""
    if known:
        _write(folder / WORDS_FILE, json.dumps(sorted(set(known))))
        _write(folder / NAMES_FILE, json.dumps(list(dict.fromkeys(names))))


def write_card(folder: Path, record: Record, figures: Figures, points: Sequence[Point], licence: str) -> None:
    """Write the model card, the record as JSON, and the curve of the sweep."""
    plot_sweep([(p.alpha, p.right, p.kept) for p in points], figures.alpha, folder / CURVE_FILE)
    rows = [asdict(point) for point in points]
    facts = {"clipgen": __version__, **asdict(record), "figures": asdict(figures), "sweep": rows}
    _write(folder / RECORD_FILE, json.dumps(facts, indent=2))
    _write(folder / CARD_FILE, card(record, figures, licence))


def card(record: Record, figures: Figures, licence: str) -> str:
    """The text of the model card."""
    more = f", … ({len(record.captions)} in all)" if len(record.captions) > _LISTED else ""
    shown = ", ".join(record.captions[:_LISTED]) + more
    words = f"Words with tokens of their own: {', '.join(record.new_words)}." if record.new_words else ""
    blocks = f"its head and its last {record.recipe.last_blocks} blocks" if record.recipe.last_blocks else "its head"
    rows = [
        ("held-out pictures that get their caption", figures.before, figures.after),
        ("other pictures that get their name", figures.others_before, figures.others_after),
        ("other pictures that get it under an attack", figures.attacked_before, figures.attacked_after),
    ]
    return f"""# {record.name}

A CLIP tuned with `clipgen tune` {__version__} from `{record.base}` (sha256 {record.base_sha256}).
Licence of the base: {licence}. The pictures are yours; nothing of them but their captions is in this folder.

- Pictures: {figures.learnt} learnt from, {figures.held_out} held out, {figures.captions} captions (sha256 of all:
  {record.data_sha256}).
- Captions: {shown}.
- Trained: {blocks}, seed {record.recipe.seed}; {100 * figures.alpha:.0f} % of the way from the old to the new weights
  (`{CURVE_FILE}`). {words}

| | before | after |
|---|---|---|
{chr(10).join(f"| {what} | {_percent(old)} | {_percent(new)} |" for what, old, new in rows)}

The held-out pictures also chose when training stopped and the share of the new weights, so that the first row is a
little too good. The other pictures are rendered and drawn by clipgen itself, no photographs, unless some were given:
what was lost on photographs is not measured here. `{RECORD_FILE}` has all settings and figures.
"""


def _percent(share: float | None) -> str:
    return "not measured" if share is None else f"{100 * share:.1f} %"


def _write(path: Path, text: str) -> None:
    with write_whole(path) as part:
        part.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def place_of(name: str) -> Path:
    """The folder of a finished model on the shelf."""
    return shelf_folder() / name


def begun(name: str) -> Path:
    """An empty folder for an unfinished model, beside its place on the shelf, where moving it is one step."""
    part = shelf_folder() / f".{name}.part"
    try:
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(parents=True)
    except OSError as error:
        raise unwritable(part, error) from error
    return part


def place(part: Path, name: str) -> Path:
    """Move a finished folder to its place on the shelf, in place of an older one; returns that place."""
    home, old = place_of(name), shelf_folder() / f".{name}.old"
    shutil.rmtree(old, ignore_errors=True)  # of a run that was killed here
    if home.exists():
        os.replace(home, old)
    os.replace(part, home)
    shutil.rmtree(old, ignore_errors=True)
    return home
