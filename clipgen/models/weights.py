"""Model cards and model files: find, check, load.

    >>> card = find("builtin", role="perceptor")
    >>> check(card)                                         # every file is there and has its sha256
    >>> state = load_state(card.path(".safetensors"))

The cards stand in models/registry.toml beside the files that they describe.
"""

from __future__ import annotations

import argparse
import os
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.files import sha256
from clipgen.models import hub

if TYPE_CHECKING:
    from torch import Tensor

#: of a user's own cards in the shelf, and of the file beside a fetched one that holds its sha256
ADDED, SUM = "added.toml", ".sha256"
ROLES = ("perceptor", "generator", "bank")
# a guard against a path that is no weights file at all; the largest CLIP that open_clip knows is 10 GB
MAX_BYTES = 16 * 2**30


@dataclass(frozen=True)
class CardFile:
    """One file of a model: `path` relative to its folder of models, its sha256 in hexadecimal, and where it is fetched.

    path: "hf:OWNER/NAME/FILE" of one that lies in the cache of the hub. sha256: "" where none is published: that of
    the first fetch is kept beside the file, and holds from then on. urls: mirrors, in the order in which they are
    asked; a file without any is the hub's, shipped, or its user's own.
    """

    path: str
    sha256: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """What there is to know of a model.

        >>> find("vqgan", role="generator").path(".yaml").name
        'vqgan.yaml'

    name, role: how it is asked for; architecture: in words; files: what it consists of; licence: of the weights;
    size_mb: of all files; notes: data, limits; train: the command that reproduces it, where there is one; make: what
    reads it, a part of GENERATORS (by default the one of its own name) or a CLIP by open_clip's NAME/TAG; commercial:
    whether its licence allows that.
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

    @property
    def shipped(self) -> bool:
        """Whether it came with clipgen; else it is fetched to the shelf, or its user's own."""
        return bool(self.train)

    @property
    def folder(self) -> Path:
        """The folder of the first file, absolute."""
        return self.place(self.files[0]).parent

    @property
    def present(self) -> bool:
        """Whether all files are there; `check` tells whether they are whole."""
        return all(self.place(file).is_file() for file in self.files)

    def place(self, file: CardFile) -> Path:
        """Where one of its files is, or is to be."""
        if file.path.startswith(hub.PREFIX):
            return hub.place(file.path)
        return (models_folder() if self.shipped else shelf_folder()) / file.path

    def path(self, suffix: str) -> Path:
        """The absolute path of the one file whose name ends so; WeightsError when the card names none."""
        for file in self.files:
            if file.path.endswith(suffix):
                return self.place(file)
        raise WeightsError(f"the card of {self.role} {self.name!r} names no {suffix} file in models/registry.toml")


def models_folder() -> Path:
    """The folder of shipped models: clipgen/models of an installed wheel, else models/ of the checkout."""
    return _shipped("models", "registry.toml")


def prompts_folder() -> Path:
    """The folder of sample prompts and phrase tables: clipgen/prompts of a wheel, else prompts/ of the checkout."""
    return _shipped("prompts", "phrases")


def _shipped(name: str, holds: str) -> Path:
    package = Path(__file__).resolve().parents[1]
    for folder in (package / name, package.parent / name):
        if (folder / holds).exists():
            return folder
    raise WeightsError(
        f"there is no {name}/{holds} in {package} or beside it; reinstall clipgen or `git checkout {name}/`"
    )


def shelf_folder() -> Path:
    """Where fetched and added models lie: $CLIPGEN_HOME/models, else the platform's folder for data."""
    home = os.environ.get("CLIPGEN_HOME")
    return Path(home or platformdirs.user_data_path("clipgen", appauthor=False)) / "models"


def cache_folder() -> Path:
    """Where clipgen keeps what it can make again: $CLIPGEN_HOME/cache, else the platform's folder for caches."""
    home = os.environ.get("CLIPGEN_HOME")
    return Path(home) / "cache" if home else platformdirs.user_cache_path("clipgen", appauthor=False)


def cards(role: str | None = None) -> tuple[Card, ...]:
    """All model cards, or those of one role ("perceptor", "generator" or "bank").

        >>> [card.name for card in cards("generator") if card.shipped]
        ['vqgan', 'stylegan']

    Raises WeightsError when the registry cannot be read.
    """
    if role is not None and role not in ROLES:
        raise UnknownNameError.of("role", role, ROLES)
    places = [models_folder() / "registry.toml"]
    places += [path for path in [shelf_folder() / ADDED] if path.exists()]
    rows = [card for path in places for card in _read_rows(str(path), path.stat().st_mtime_ns)]
    return tuple(card for card in rows if role in (None, card.role))


def find(name: str, role: str) -> Card:
    """The card of a model by name and role.

        >>> find("builtin", role="perceptor").role
        'perceptor'

    Raises UnknownNameError when no card has that name.
    """
    known = {card.name: card for card in cards(role)}
    if name not in known:
        raise UnknownNameError.of(role, name, known)
    return known[name]


def shipped_clip(name: str) -> Card | None:
    """The card of a perceptor that came with clipgen; None for any other name.

    >>> shipped_clip("builtin").size_mb
    14.4
    """
    return next((card for card in cards("perceptor") if card.name == name and card.shipped), None)


def clip_of(name: str) -> str:
    """What a perceptor of the registry stands for; any other name for itself.

    >>> clip_of("vit-b-16")
    'ViT-B-16/openai'
    """
    return next((card.make for card in cards("perceptor") if card.name == name and card.make), name)


@lru_cache(maxsize=4)
def _read_rows(path: str, mtime_ns: int) -> tuple[Card, ...]:
    """mtime_ns is part of the cache's key: a registry that was edited is read again."""
    try:
        with open(path, "rb") as file:
            rows = tomllib.load(file)["model"]
        return tuple(_card(row) for row in rows)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise WeightsError(f"cannot read the model cards in {path}: {error}; `git checkout models/`") from error


def _card(row: Mapping[str, Any]) -> Card:
    files = (CardFile(**{**file, "urls": tuple(file.get("urls", ()))}) for file in row["files"])
    return Card(**{**row, "files": tuple(files)})


def check(card: Card) -> None:
    """Make sure that each file of a model is there and is what the card says.

        >>> check(find("builtin", role="perceptor"))

    Costs one pass over the files per process. Raises WeightsError when a file is missing, differs from its sha256,
    or has no sha256 in the card.
    """
    for file in card.files:
        path = card.place(file)
        if not path.is_file():
            raise WeightsError(_missing(card, file))
        if not file.sha256 and card.shipped:
            raise WeightsError(
                f"models/registry.toml has no sha256 for {file.path}; if you made it, write {sha256(path)}"
            )
        found = sha256(path)
        expected = file.sha256 or hub.named_sum(path) or noted_sum(path) or note_sum(path, found)
        if found != expected:
            again = "reinstall clipgen or `git checkout models/`"
            raise WeightsError(
                f"{path} is damaged: expected sha256 {expected}, found {found}; "
                + (again if card.shipped else f"remove it and `clipgen models pull {card.name}`")
            )


def _missing(card: Card, file: CardFile) -> str:
    path = card.place(file)
    if card.shipped:
        return (
            f"{path} of {card.role} {card.name!r} is missing; reinstall clipgen, `git checkout models/`, "
            f"or make it with `{card.train}`"
        )
    fetched = f"`clipgen models pull {card.name}` fetches it ({card.size_mb:g} MB), or put it at {path} by hand"
    return f"{card.role} {card.name!r} is not here yet; {fetched}"


def note_sum(path: Path, found: str) -> str:
    """Keep the sha256 of a file of which none is published, so that it is told when the file changes."""
    beside = path.with_name(f".{path.name}{SUM}")
    try:
        beside.write_text(found + "\n", encoding="ascii")
        beside.replace(path.with_name(path.name + SUM))
    except OSError as error:
        raise WeightsError(f"cannot write beside {path}: {error.strerror}") from error
    return found


def noted_sum(path: Path) -> str | None:
    """The sha256 that was noted beside a file when it was first fetched or added."""
    try:
        return path.with_name(path.name + SUM).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def load_state(path: str | Path, part: str = "state_dict") -> dict[str, Tensor]:
    """Read the tensors of a weights file onto the CPU; nothing in the file is executed.

        >>> load_state("my/vqgan.ckpt")["decoder.conv_in.weight"].shape
        torch.Size([32, 4, 3, 3])

    path: .safetensors, or a torch .pt, .pth, .ckpt or .bin; part: what of it, where it holds several.
    Raises WeightsError when missing, too large, damaged, or holding anything but named tensors.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"there is no weights file {path}; check the name")
    if path.stat().st_size > MAX_BYTES:
        raise WeightsError(f"{path} has {path.stat().st_size / 2**30:.1f} GB; at most {MAX_BYTES / 2**30:.0f} are read")
    if path.suffix == ".safetensors":
        return _load_safetensors(path)
    if path.suffix in (".pt", ".pth", ".ckpt", ".bin"):
        return _load_pickle(path, part)
    raise WeightsError(f"{path} ends in {path.suffix!r}; weights are .safetensors, .pt, .pth, .ckpt or .bin files")


def save_state(path: str | Path, state: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, floats in half precision; the file is there whole or not at all.

        >>> save_state("model.safetensors", nn.Linear(2, 3).state_dict())
    """
    from safetensors.torch import save

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = {name: (t.half() if t.is_floating_point() else t).contiguous() for name, t in state.items()}
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(save(half))  # safetensors' own save_file lets nobody but the owner read what it writes
    beside.replace(path)


def _load_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError  # here, for `clipgen models` reads cards without torch
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"cannot read the weights in {path}: {error}") from error


class _Unused:
    """Stands for the training callbacks that old checkpoints carry beside their tensors."""


def _check_zip(path: Path) -> None:
    """Refuse a file that would unpack to more than it is: torch never compresses."""
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WeightsError(f"cannot read the weights in {path}: {error}") from error
    if whole > path.stat().st_size:
        raise WeightsError(f"{path} unpacks to {whole / 1e6:.0f} MB, more than it has; torch compresses no file")


def _load_pickle(path: Path, part: str) -> dict[str, Tensor]:
    import torch  # here, for `clipgen models` reads cards without torch

    if zipfile.is_zipfile(path):
        _check_zip(path)
    # taming's checkpoints name this class of Lightning's; weights_only refuses names that are not on the list
    homes = ("pytorch_lightning.callbacks", "lightning.pytorch.callbacks")
    names = [f"{home}.model_checkpoint.ModelCheckpoint" for home in homes]
    try:
        with torch.serialization.safe_globals([argparse.Namespace, *((_Unused, name) for name in names)]):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in as many ways as there are things to pickle
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise WeightsError(f"cannot read the weights in {path}: {reason[0]}") from error
    if isinstance(content, Mapping) and isinstance(content.get(part), Mapping):
        content = content[part]
    if not isinstance(content, Mapping) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise WeightsError(f"{path} holds no state dict: expected a table of tensors, or one under {part!r}")
    return dict(content)
