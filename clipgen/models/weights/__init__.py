"""Model cards and model files: find, check, load.

    >>> card = find("builtin", role="perceptor")
    >>> check(card)                                         # every file is there and has its sha256
    >>> state = load_state(card.path(".safetensors"))

The cards are in models/registry.toml, in the folder of the files that they describe.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.files import sha256, write_whole
from clipgen.models import hub
from clipgen.models.weights.tensors import MAX_BYTES, load_state, save_pickle, save_state
from clipgen.values import parse_toml

__all__ = [
    "ADDED",
    "MAX_BYTES",
    "ROLES",
    "SUM",
    "Card",
    "CardFile",
    "cache_folder",
    "cards",
    "check",
    "clip_card",
    "clip_of",
    "find",
    "load_state",
    "models_folder",
    "painter_of",
    "prompts_folder",
    "record_sha256",
    "recorded_sha256",
    "save_pickle",
    "save_state",
    "shelf_folder",
]

#: file name of the cards that a user added, and suffix of the file that records the sha256 of a fetched one
ADDED, SUM = "added.toml", ".sha256"
ROLES = ("perceptor", "generator", "drawings", "text tower", "head")
#: the settings that name a model of a role
SETTINGS = {
    "perceptor": ["perceptors"], "generator": ["generator"], "drawings": [], "text tower": [], "head": ["head"],
}  # fmt: skip


@dataclass(frozen=True)
class CardFile:
    """One file of a model: `path` relative to the models folder, its sha256 in hexadecimal, and where to download it.

    path: "hf:OWNER/NAME/FILE" for a file in the hub's cache. sha256: "" where none is published: the sum of the first
    download is recorded next to the file and required from then on. urls: mirrors, tried in order; a file without urls
    comes from the hub, is shipped with clipgen, or was added by the user.
    """

    path: str
    sha256: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """The description of a model.

        >>> find("vqgan", role="generator").path(".yaml").name
        'vqgan.yaml'

    name, role: the key of the card; architecture: described in words; licence: of the weights; size_mb: of all files
    together; notes: training data and limits; train: the command that reproduces it, if there is one; make: the name in
    GENERATORS of the generator that loads it (default: its own name), or open_clip's NAME/TAG of a CLIP; commercial:
    whether the licence allows commercial use; paints: the perceptor that guides pictures in its place, see
    `painter_of`.
    """

    name: str
    role: str
    architecture: str
    files: tuple[CardFile, ...]
    licence: str
    size_mb: float
    notes: str
    train: str = ""
    make: str = ""
    commercial: bool = True
    paints: str = ""

    @property
    def shipped(self) -> bool:
        """Whether it is part of clipgen; otherwise it was downloaded to the shelf or added by the user."""
        return bool(self.train)

    @property
    def folder(self) -> Path:
        """The folder of the first file, absolute."""
        return self.place(self.files[0]).parent

    @property
    def present(self) -> bool:
        """Whether all files exist; `check` verifies their contents."""
        return all(self.place(file).is_file() for file in self.files)

    def place(self, file: CardFile) -> Path:
        """The path of one of its files, whether it exists yet or not."""
        if file.path.startswith(hub.PREFIX):
            return hub.place(file.path)
        return (models_folder() if self.shipped else shelf_folder()) / file.path

    def path(self, suffix: str) -> Path:
        """The absolute path of the first file with a suffix; WeightsError when the card has none."""
        for file in self.files:
            if file.path.endswith(suffix):
                return self.place(file)
        raise WeightsError(f"the card of {self.role} {self.name!r} has no {suffix} file in models/registry.toml")


def models_folder() -> Path:
    """The folder of shipped models: clipgen/models of an installed wheel, else models/ of the checkout."""
    return _shipped("models", "registry.toml")


def prompts_folder() -> Path:
    """The folder of sample prompts and phrase tables: clipgen/prompts of a wheel, else prompts/ of the checkout."""
    return _shipped("prompts", "phrases")


def _shipped(name: str, marker: str) -> Path:
    package = Path(__file__).resolve().parents[2]
    for folder in (package / name, package.parent / name):
        if (folder / marker).exists():
            return folder
    raise WeightsError(
        f"there is no {name}/{marker} in {package} or {package.parent}; reinstall clipgen or `git checkout {name}/`"
    )


def shelf_folder() -> Path:
    """The folder of downloaded and added models: $CLIPGEN_HOME/models, else in the platform's data folder."""
    return data_folder() / "models"


def data_folder() -> Path:
    """The folder of what cannot be recomputed: $CLIPGEN_HOME, else the platform's data folder."""
    home = os.environ.get("CLIPGEN_HOME")
    return Path(home or platformdirs.user_data_path("clipgen", appauthor=False))


def cache_folder() -> Path:
    """The folder of files that can be recomputed: $CLIPGEN_HOME/cache, else the platform's cache folder."""
    home = os.environ.get("CLIPGEN_HOME")
    return Path(home) / "cache" if home else platformdirs.user_cache_path("clipgen", appauthor=False)


def cards(role: str | None = None) -> tuple[Card, ...]:
    """All model cards, or those of one role, as "perceptor".

        >>> [card.name for card in cards("generator") if card.shipped]
        ['vqgan', 'stylegan']

    Raises WeightsError when the registry cannot be read.
    """
    if role is not None and role not in ROLES:
        raise UnknownNameError.of("role", role, ROLES)
    places = [models_folder() / "registry.toml"]
    places += [path for path in [shelf_folder() / ADDED] if path.exists()]
    rows = [card for path in places for card in _read_rows(str(path), _version(path))]
    return tuple(card for card in rows if role in (None, card.role))


def find(name: str, role: str) -> Card:
    """The card of a model by name and role.

        >>> find("builtin", role="perceptor").role
        'perceptor'

    Raises UnknownNameError when no card has that name.
    """
    known = {card.name: card for card in cards(role)}
    if name not in known:
        raise UnknownNameError.of(role, name, known, settings=SETTINGS[role])
    return known[name]


def clip_card(name: str) -> Card | None:
    """The card of a perceptor that lies in a folder of its own, shipped or tuned; None for any other name.

    >>> clip_card("builtin").size_mb
    14.4
    """
    return next((card for card in cards("perceptor") if card.name == name and not card.make), None)


def painter_of(name: str) -> str:
    """The perceptor that paints for a name: what was tuned to describe names another one for that; else the same.

    >>> painter_of("builtin")
    'builtin'
    """
    return next((card.paints for card in cards("perceptor") if card.name == name and card.paints), name)


def clip_of(name: str) -> str:
    """open_clip's name of a perceptor in the registry; any other name unchanged.

    >>> clip_of("vit-b-16")
    'ViT-B-16/openai'
    """
    return next((card.make for card in cards("perceptor") if card.name == name and card.make), name)


def _version(path: Path) -> Hashable:
    status = path.stat()
    return status.st_mtime_ns, status.st_size  # two changes may have one time


@lru_cache(maxsize=4)
def _read_rows(path: str, version: Hashable) -> tuple[Card, ...]:
    """Parse a registry; version is part of the cache's key, so that an edited file is parsed again."""
    try:
        rows = parse_toml(Path(path).read_text(encoding="utf-8"))["model"]
        return tuple(_card(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        mended = "mend it or remove it" if Path(path).name == ADDED else "`git checkout models/`"
        raise WeightsError(f"cannot read the model cards in {path}: {error}; {mended}") from error


def _card(row: Mapping[str, Any]) -> Card:
    files = (CardFile(**{**file, "urls": tuple(file.get("urls", ()))}) for file in row["files"])
    return Card(**{**row, "files": tuple(files)})


def check(card: Card) -> None:
    """Verify that each file of a model exists and has the sha256 of its card.

        >>> check(find("builtin", role="perceptor"))

    Reads each file once per process. Raises WeightsError when a file is missing or has another sha256, or when the card
    of a shipped model has none.
    """
    for file in card.files:
        path = card.place(file)
        if not path.is_file():
            raise WeightsError(_missing(card, file))
        if not file.sha256 and card.shipped:
            raise WeightsError(
                f"models/registry.toml has no sha256 for {file.path}; if you trained it, enter {sha256(path)}"
            )
        found = sha256(path)
        expected = file.sha256 or hub.published_sha256(path) or recorded_sha256(path) or record_sha256(path, found)
        if found != expected:
            again = "reinstall clipgen or `git checkout models/`"
            raise WeightsError(
                f"{path} is damaged: expected sha256 {expected}, found {found}; "
                + (again if card.shipped else f"delete it and run `clipgen models pull {card.name}`")
            )


def _missing(card: Card, file: CardFile) -> str:
    path = card.place(file)
    if card.shipped:
        return (
            f"{path} of {card.role} {card.name!r} is missing; reinstall clipgen, `git checkout models/`, "
            f"or train it with `{card.train}`"
        )
    return (
        f"{card.role} {card.name!r} is not downloaded; run `clipgen models pull {card.name}` ({card.size_mb:g} MB), or "
        f"copy the file to {path}"
    )


def record_sha256(path: Path, found: str) -> str:
    """Record the sha256 of a file for which none is published, so that a later change of the file is detected."""
    with write_whole(path.with_name(path.name + SUM)) as part:
        part.write_text(found + "\n", encoding="ascii")
    return found


def recorded_sha256(path: Path) -> str | None:
    """The sha256 that was recorded when a file was first downloaded or added; None when there is none."""
    try:
        return path.with_name(path.name + SUM).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
