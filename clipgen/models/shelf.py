"""Models beyond the shipped ones: fetch them, add one's own, and tell which part reads them.

>>> pull("vqgan-imagenet-16384")
>>> generator("vqgan-imagenet-16384", None)
('vqgan', PosixPath('/home/me/.local/share/clipgen/models/vqgan-imagenet-16384/last.ckpt'))
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from clipgen.errors import SettingsError, UnknownNameError, WeightsError
from clipgen.files import sha256
from clipgen.models import clips, downloads, hub, weights
from clipgen.models.weights import ADDED, Card, cards, check, find, shelf_folder
from clipgen.registry import GENERATORS

Report = Callable[[str, int, int | None], None]
FOLDER = "local-dir:"  # before the folder of a CLIP of one's own
STATES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".pkl")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)


def generator_names() -> list[str]:
    """All names that a generator is asked for by: parts, and models that one of them reads."""
    return sorted({*GENERATORS.names(), *(card.name for card in cards("generator"))})


def check_generator(name: str) -> None:
    """Raise UnknownNameError for a name that `generator` does not take; no file is looked for."""
    part = name.partition(":")[0]
    if name not in generator_names() and not name.startswith(hub.PREFIX) and (part == name or part not in GENERATORS):
        raise UnknownNameError.of("generator", name, [*generator_names(), "PART:FILE", "hf:OWNER/NAME/FILE"])


def check_perceptor(name: str) -> None:
    """Raise WeightsError at once for a perceptor whose files are not here; torch is not imported for that.

        >>> check_perceptor("builtin")

    name: as `load_perceptor` takes it; what else may be wrong with it, that tells.
    """
    clip = weights.clip_of(name)
    if clip.startswith(FOLDER):
        if not Path(clip.removeprefix(FOLDER)).is_dir():
            raise WeightsError(f"there is no folder {clip.removeprefix(FOLDER)}; check the name")
    elif weights.shipped_clip(clip) is None:
        clips.check_here(clip)


def generator(name: str, path: Path | None) -> tuple[str, Path | None]:
    """The part of GENERATORS that makes a generator, and its weights.

        >>> generator("cppn", None)
        ('cppn', None)

    name: of a part, with a file of weights after a colon ("stylegan:ffhq.pkl"), or of a model, or "hf:OWNER/NAME/FILE"
    of a VQGAN on the hub; path: of other weights for that part.
    Raises UnknownNameError for neither, WeightsError where a model's files are missing or damaged.
    """
    if name in GENERATORS:
        return name, path
    check_generator(name)
    if path is not None:
        raise _twice(name, path)
    if name.startswith(hub.PREFIX):
        return "vqgan", hub.found(name)
    part, _, file = name.partition(":")
    if file and part in GENERATORS:
        return part, Path(file)
    card = find(name, "generator")
    check(card)
    return card.make, next(card.place(file) for file in card.files if file.path.endswith(STATES))


def fingerprint(name: str, path: Path | None) -> str | None:
    """The sha256 of a generator's weights, or None where nothing was trained.

        >>> fingerprint("cppn", None)

    name, path: as for `generator`; path may be a folder. Raises what `generator` raises.
    """
    card = next((card for card in cards("generator") if card.name == name), None)
    if path is None and card is not None:
        return "+".join(file.sha256 or sha256(card.place(file)) for file in card.files)
    own = generator(name, path)[1]
    files = [] if own is None else sorted(own.iterdir()) if own.is_dir() else [own]
    return "+".join(sha256(file) for file in files if file.is_file()) or None


def _twice(name: str, path: Path) -> SettingsError:
    return SettingsError(f"weights {path} were given beside the model {name}, which has its own; give one of them")


def named(name: str) -> Card:
    """The card of a model of any role.

        >>> named("vqgan-imagenet-16384").size_mb
        980

    Raises UnknownNameError for a name without one.
    """
    known = {card.name: card for card in cards()}
    if name not in known:
        raise UnknownNameError.of("model", name, known)
    return known[name]


def verify(name: str) -> None:
    """Make sure that a model is here and whole: one with a card, or one of the hub.

        >>> verify("builtin")

    Raises UnknownNameError for a name of neither, WeightsError when a file is missing or not what it should be.
    """
    if name.startswith(hub.PREFIX):
        hub.found(name)
    elif "/" in name:
        clips.check_here(name)
        for path in clips.files(name):
            hub.check(path)
    else:
        check(named(name))


def pull(name: str, report: Report = lambda file, done, total: None) -> Card:
    """Fetch a model's files to the shelf, and return its card.

        >>> pull("vqgan-imagenet-16384", print)

    What is there already and right is not fetched again; report: called with a file, its bytes so far, and all of them.
    Raises UnknownNameError for a name without a card, WeightsError when it cannot be fetched.
    """
    card = named(name)
    for file in card.files:
        if file.path.startswith(hub.PREFIX):
            hub.fetch(file.path)
            continue
        target = card.place(file)
        expected = file.sha256 or weights.noted_sum(target)
        if target.is_file() and expected and sha256(target) == expected:
            continue
        if not file.urls:
            check(card)  # its user's own, or shipped: what is wrong is said there
            continue
        found = downloads.fetch(file.urls, target, sha256=expected, report=partial(report, target.name))
        if not file.sha256:
            weights.note_sum(target, found)
    return card


def add(name: str, files: Sequence[Path], *, make: str = "vqgan") -> Card:
    """Give a name to weights of one's own; they stay where they are.

        >>> add("my-vqgan", [Path("my/vqgan.ckpt"), Path("my/vqgan.yaml")]).role
        'generator'

    Raises SettingsError for a name that is taken or no name, WeightsError for files that are missing.
    """
    if not _NAME.fullmatch(name) or name in GENERATORS or any(card.name == name for card in cards()):
        raise SettingsError(
            f"the name {name!r} is taken, or has more than letters, digits, dots and dashes; take another"
        )
    for file in files:
        if not file.is_file():
            raise WeightsError(f"there is no file {file}; check the name")
    if not any(file.name.endswith(STATES) for file in files):
        raise WeightsError(f"none of the files is one of weights ({', '.join(STATES)})")
    size = round(sum(file.stat().st_size for file in files) / 1e6, 1)
    lines = [
        "[[model]]",
        *(f"{key} = {json.dumps(value)}" for key, value in (
            ("name", name), ("role", "generator"), ("architecture", make), ("make", make), ("licence", "your own"),
            ("size_mb", size), ("notes", "added by hand"),
        )),
        "files = ["
        + ", ".join(
            f"{{ path = {json.dumps(str(file.resolve()))}, sha256 = {json.dumps(sha256(file))} }}" for file in files
        )
        + "]",
    ]  # fmt: skip
    from clipgen.files import write_beside  # late: it brings torch

    place = shelf_folder() / ADDED
    before = place.read_text(encoding="utf-8") + "\n" if place.exists() else ""
    with write_beside(place) as beside:
        beside.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
    return find(name, "generator")
