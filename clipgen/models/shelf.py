"""Models that are not shipped: download them, add one's own, and find the generator that loads them.

>>> pull("vqgan-imagenet-16384")
>>> generator("vqgan-imagenet-16384", None)
('vqgan', PosixPath('/home/me/.local/share/clipgen/models/vqgan-imagenet-16384/last.ckpt'))
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from clipgen.errors import OutputError, SettingsError, UnknownNameError, WeightsError
from clipgen.files import listed, sha256, write_whole
from clipgen.files.locks import clear_lock, exclusive
from clipgen.models import clips, downloads, hub, weights
from clipgen.models.weights import ADDED, Card, cards, check, find, shelf_folder
from clipgen.registry import GENERATORS
from clipgen.values import parse_toml

Report = Callable[[str, int, int | None], None]
FOLDER = "local-dir:"  # prefix of the folder of a user's own CLIP
STATES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".pkl")
PATIENCE = 30.0  # seconds to wait while another process changes the list of added models
_CARD = re.compile(r"^(?=[ \t]*\[\[[ \t]*model[ \t]*\]\])", re.MULTILINE)  # where one begins
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)


def generator_names() -> list[str]:
    """All names of generators: those in GENERATORS, and models that one of them loads."""
    return sorted({*GENERATORS.names(), *(card.name for card in cards("generator"))})


def part_of(name: str) -> str:
    """The part of GENERATORS that loads a generator, by any name that `generator` takes; no file is opened.

        >>> part_of("stylegan:ffhq.pkl"), part_of("vqgan")
        ('stylegan', 'vqgan')

    Raises UnknownNameError for a name that does not exist.
    """
    part, _, file = name.partition(":")
    if part in GENERATORS and (file or part == name):
        return part
    if name.startswith(hub.PREFIX):
        return "vqgan"
    card = next((card for card in cards("generator") if card.name == name), None)
    if card is None:
        known = [*generator_names(), "NAME:FILE", "hf:OWNER/NAME/FILE"]
        raise UnknownNameError.of("generator", name, known, settings=["generator"])
    return card.make


def check_perceptor(name: str) -> None:
    """Raise WeightsError for a perceptor whose files are not on this machine, without importing torch.

        >>> check_perceptor("builtin")

    name: as for `load_perceptor`, which checks the contents of the files.
    """
    clip = weights.clip_of(name)
    if clip.startswith(FOLDER):
        if not os.path.isdir(clip.removeprefix(FOLDER)):
            raise WeightsError(
                f"there is no folder {clip.removeprefix(FOLDER)}; check the name", settings=["perceptors"]
            )
    elif weights.clip_card(clip) is None:
        try:
            clips.check_here(clip)
        except WeightsError:
            raise clips.missing(name) from None  # by the short name that was given


def perceptor_files(name: str) -> list[Path]:
    """The files of a perceptor that are on this machine; none for an unknown name.

        >>> "clip.safetensors" in [path.name for path in perceptor_files("builtin")]
        True

    name: as for `load_perceptor`.
    """
    clip = weights.clip_of(name)
    if clip.startswith(FOLDER):
        folder = clip.removeprefix(FOLDER)
        return listed(Path(folder)) if os.path.isdir(folder) else []
    card = weights.clip_card(clip)
    return clips.files(clip) if card is None else [card.place(file) for file in card.files]


def generator(name: str, path: Path | None) -> tuple[str, Path | None]:
    """The name in GENERATORS of a generator, and the path of its weights (None: built-in, or untrained).

        >>> generator("cppn", None)
        ('cppn', None)

    name: in GENERATORS, with or without a weights file after a colon ("stylegan:ffhq.pkl"), or of a model, or
    "hf:OWNER/NAME/FILE" of a VQGAN on the hub; path: of custom weights.
    Raises UnknownNameError for another name, WeightsError where a model's files are missing or damaged, SettingsError
    for custom weights of a model, which has its own.
    """
    part = part_of(name)
    if part == name:
        return name, path
    if path is not None:
        raise _both_given(name, path)
    if name.startswith(hub.PREFIX):
        return part, hub.require(name)
    if name.startswith(f"{part}:"):
        return part, Path(name.removeprefix(f"{part}:"))
    card = find(name, "generator")
    check(card)
    return part, next(card.place(file) for file in card.files if file.path.endswith(STATES))


def fingerprint(name: str, path: Path | None) -> str | None:
    """The sha256 of a generator's weights, or None for an untrained generator.

        >>> fingerprint("cppn", None)

    name, path: as for `generator`; path may be a folder. Raises what `generator` raises.
    """
    card = next((card for card in cards("generator") if card.name == name), None)
    if path is None and card is not None:
        return "+".join(file.sha256 or sha256(card.place(file)) for file in card.files)
    own = generator(name, path)[1]
    files = [] if own is None else listed(own) if own.is_dir() else [own]
    return "+".join(sha256(file) for file in files if file.is_file()) or None


def _both_given(name: str, path: Path) -> SettingsError:
    return SettingsError(
        f"weights is {path}, but the generator {name} has its own weights; give one of the two",
        settings=["weights", "generator"],
    )


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
    """Verify the files of a model: one with a card, or one of the hub.

        >>> verify("builtin")

    Raises UnknownNameError for any other name, WeightsError when a file is missing or damaged.
    """
    if name.startswith(hub.PREFIX):
        hub.require(name)
    elif "/" in name:
        clips.check_here(name)
        for path in clips.files(name):
            hub.check(path)
    else:
        check(named(name))


def pull(name: str, report: Report = lambda file, done, total: None) -> Card:
    """Download a model's files to the shelf, and return its card.

        >>> pull("vqgan-imagenet-16384", print)

    Files that are already complete are skipped. report: called with a file's name, the bytes so far, and their total
    (None where it is unknown).
    Raises UnknownNameError for a name without a card, WeightsError when a file cannot be downloaded.
    """
    card = named(name)
    for file in card.files:
        if file.path.startswith(hub.PREFIX):
            hub.fetch(file.path)
            continue
        target = card.place(file)
        expected = file.sha256 or weights.recorded_sha256(target)
        if target.is_file() and expected and sha256(target) == expected:
            clear_lock(target)
            continue
        if not file.urls:
            check(card)  # added or shipped: it cannot be downloaded, and `check` reports what is wrong
            continue
        found = downloads.fetch(file.urls, target, sha256=expected, report=partial(report, target.name))
        if not file.sha256:
            weights.record_sha256(target, found)
    return card


def add(name: str, files: Sequence[Path], *, make: str = "vqgan") -> Card:
    """Register a user's own weights under a name; the files stay in their place.

        >>> add("my-vqgan", [Path("my/vqgan.ckpt"), Path("my/vqgan.yaml")]).role
        'generator'

    Raises SettingsError for a name that is taken or has other characters than letters, digits, dots, dashes and
    underscores, WeightsError for files that are missing.
    """
    check_name(name)
    for file in files:
        if not os.path.isfile(file):
            raise WeightsError(f"there is no file {file}; check the name")
    if not any(file.name.endswith(STATES) for file in files):
        raise WeightsError(f"none of the files has weights; give one that ends in {', '.join(STATES)}")
    size = sum(file.stat().st_size for file in files)
    rows = [(str(file.resolve()), sha256(file)) for file in files]
    _append(name, "generator", rows, size, architecture=make, make=make, licence="your own", notes="added by hand")
    return find(name, "generator")


def check_name(name: str, *, replace: bool = False) -> None:
    """Raise SettingsError for a name that no model of a user can have.

        >>> check_name("my-shop")

    replace: whether a tuned CLIP of this name may be there.
    """
    taken = next((card for card in cards() if card.name == name), None)
    ours = taken is not None and taken.role == "perceptor" and not taken.shipped and not taken.make
    if not _NAME.fullmatch(name) or name in GENERATORS or taken is not None and not (ours and replace):
        again = "; give replace to replace it" if ours else ""
        raise SettingsError(
            f"the name {name!r} is taken, or has other characters than letters, digits, dots, dashes and underscores; "
            f"choose another{again}",
            settings=["name", *(["replace"] if ours else [])],
        )


def add_clip(name: str, *, licence: str, notes: str, paints: str = "") -> Card:
    """Register a CLIP whose folder is on the shelf under its name, in place of an older one.

        >>> add_clip("my-shop", licence="MIT", notes="tuned from reader on 160 pictures").role
        'perceptor'

    paints: the perceptor that guides pictures in its place, by default itself.
    """
    folder = shelf_folder() / name
    files = [path for path in listed(folder) if path.is_file() and path.suffix in (*STATES, ".json", ".gz")]
    # its weights and config first: the first file tells the folder
    rows = [(f"{name}/{path.name}", sha256(path)) for path in files if path.name != "tune.json"]
    _append(
        name, "perceptor", rows, sum(path.stat().st_size for path in files), architecture="CLIP, open_clip, tuned",
        licence=licence, notes=notes, paints=paints,
    )  # fmt: skip
    return find(name, "perceptor")


def _append(name: str, role: str, files: Sequence[tuple[str, str]], size: int, **more: str) -> None:
    """Write the card of a user's model, in place of an older one of this name and role."""
    listed = ", ".join(f"{{ path = {_quoted(path)}, sha256 = {_quoted(sum_)} }}" for path, sum_ in files)
    lines = ["[[model]]", f"name = {_quoted(name)}", f"role = {_quoted(role)}"]
    lines += [f"{key} = {_quoted(value)}" for key, value in more.items() if value or key == "notes"]
    lines += [f"size_mb = {round(size / 1e6, 1)}", f"files = [{listed}]"]
    place = shelf_folder() / ADDED
    with exclusive(place, patience=PATIENCE) as alone:
        if not alone:
            raise OutputError(f"another process has been changing {place} for {PATIENCE:g} s; stop it, or try again")
        text = place.read_text(encoding="utf-8") if place.exists() else ""
        kept = [part for part in _CARD.split(text) if part.strip() and not _is_of(part, name, role)]
        with write_whole(place) as part:
            part.write_text("\n".join([*(one.strip() + "\n" for one in kept), *lines]) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A text as TOML has it, which knows no halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = text.encode(errors="backslashreplace").decode()
        raise SettingsError(f"{shown} is no UTF-8, which model cards are; rename it") from error
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_of(part: str, name: str, role: str) -> bool:
    rows = parse_toml(part).get("model", ())  # what is above the first card has none
    return any(row["name"] == name and row["role"] == role for row in rows)
