"""The first word of a command line: a command, a prompt, or a word that is nearly a command."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Collection

import click

DEFAULT_COMMAND = "generate"

#: words that other tools have as commands → what is meant here
MEANT = {
    "--version": "clipgen version",
    "create": "clipgen generate TEXT",
    "describe": "clipgen caption PICTURE",
    "download": "clipgen models pull NAME",
    "dream": "clipgen generate TEXT",
    "find": "clipgen search TEXT FOLDER",
    "img2img": "clipgen edit PICTURE TEXT",
    "info": "clipgen show PICTURE, or clipgen models info NAME",
    "init": "nothing has to be set up; clipgen TEXT makes a picture",
    "inspect": "clipgen show PICTURE",
    "install": "clipgen models pull NAME",
    "interrogate": "clipgen caption PICTURE",
    "list": "clipgen models list",
    "ls": "clipgen models list",
    "make": "clipgen generate TEXT",
    "paint": "clipgen generate TEXT",
    "pull": "clipgen models pull NAME",
    "resume": "clipgen --resume FILE",
    "run": "clipgen generate TEXT",
    "serve": "clipgen web",
    "settings": "clipgen config",
    "setup": "nothing has to be set up; clipgen TEXT makes a picture",
    "start": "clipgen generate TEXT",
    "status": "clipgen doctor",
    "tag": "clipgen caption PICTURE",
    "test": "clipgen doctor",
    "txt2img": "clipgen generate TEXT",
    "uninstall": "pip uninstall clipgen",
    "update": "pip install --upgrade clipgen",
    "upgrade": "pip install --upgrade clipgen",
    "video": "clipgen animate FILE, or clipgen TEXT --video",
    "words": "clipgen models words",
}
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_NEAR = 0.75  # difflib's ratio: two wrong letters in a word of seven


def with_default_command(args: list[str], commands: Collection[str]) -> list[str]:
    """Insert `generate` unless the first word is a command or asks for help.

        >>> with_default_command(["a red fox", "--seed", "7"], ["generate", "show"])
        ['generate', 'a red fox', '--seed', '7']

    commands: all there are. Raises UsageError for a word that is nearly a command, or a command of other tools, and for
    a file; a word that the built-in CLIP knows is no mistyped command.
    """
    if not args:
        return ["--help"]
    first, *rest = args
    if first in commands or first in ("-h", "--help", "--version"):
        return args
    if not first.startswith("-") and " " not in first:
        _check(first, rest, commands)
    return [DEFAULT_COMMAND, *args]


def _check(word: str, rest: list[str], commands: Collection[str]) -> None:
    """Raise UsageError for a first word that is no prompt."""
    if os.path.splitext(word)[1] and os.path.exists(word):
        raise click.UsageError(_of_file(word))
    alone = not rest or rest[0].startswith("-")
    near = difflib.get_close_matches(word.lower(), commands, n=1, cutoff=_NEAR)
    if word.lower() in _vocabulary():
        near = []  # "rain" is no mistyped "train"
    after = "" if alone else f" {rest[0]} …"
    if near:
        meant = f"did you mean `clipgen {near[0]}{after}`?"
    elif alone and word.lower() in MEANT:
        meant = f"what is meant here: {MEANT[word.lower()]}."
    else:
        return
    raise click.UsageError(f"no command {word!r}: {meant} As a prompt: `clipgen generate {word}{after}`")


def _of_file(word: str) -> str:
    if os.path.splitext(word)[1].lower() in _PICTURES:
        return f"{word} is a picture: `clipgen caption {word}` describes it, `clipgen edit {word} TEXT` changes it"
    return f"{word} is a file: `clipgen --prompts {word}` makes its pictures, `clipgen animate {word}` a film"


def _vocabulary() -> frozenset[str]:
    """The words of the built-in CLIP."""
    from clipgen.models.weights import models_folder

    entries = json.loads((models_folder() / "clip" / "words.json").read_text(encoding="utf-8"))
    return frozenset(word for entry in entries for word in entry.split())
