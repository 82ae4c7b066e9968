"""Files on the command line: inputs, where `-` is standard input, and pictures to write, checked before the work."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from clipgen.errors import OutputError
from clipgen.files import unwritable
from clipgen.files.temporary import temporary_folder

#: standard input, as it is written on the command line, and the name of the file that takes it
STDIN, _SPOOLED = "-", "standard-input"
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
#: endings of files that a command can be given, for telling a missing file from a word
_FILES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".txt", ".csv", ".jsonl",
          ".toml", ".srt", ".mp4", ".run")  # fmt: skip


class InputFile(click.ParamType):
    """A file or folder to read; `-` is standard input, which is copied to a temporary file first."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if str(value) == STDIN and ctx is not None and not ctx.resilient_parsing:
            return spooled(ctx)
        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        return click.Path().shell_complete(ctx, param, incomplete)


class PictureFile(click.ParamType):
    """The name of a picture to write: its ending and its folder are checked before the work, not after it."""

    name = "picture"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from clipgen.media.pictures import FORMATS  # late: it brings Pillow, which --help does not need

        path = Path(value)
        if path.suffix.lower() not in FORMATS:
            self.fail(f"{path}: pictures are written as {', '.join(FORMATS)}; name one of these", param, ctx)
        check_folder(path.parent)
        return path


def check_folder(folder: Path) -> None:
    """Raise OutputError where no file can be made in a folder, which may still be missing itself."""
    home = next((place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()), Path.cwd())
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise unwritable(folder, error) from error


def check_targets(read: Iterable[Path], **written: Path | None) -> None:
    """Raise OutputError for a file to write that is one of those that are read, or another one to write.

        >>> check_targets([folder / "a.png"], sheet=folder / "sheet.png", plot=None)

    written: by the name of the option. Drawings of earlier runs, such as a sheet beside the pictures, may be replaced.
    """
    from clipgen.media.pictures import DRAWN, carries  # late: it brings Pillow, which --help does not need

    names = list(read)
    places: dict[Path, str] = {}
    for option, path in written.items():
        if path is None:
            continue
        if (other := places.setdefault(path.resolve(), option)) != option:
            raise OutputError(f"{path} would be written twice; name two files", settings=[other, option])
        same = next((name for name in names if name.exists() and path.samefile(name)), None) if path.exists() else None
        if same is not None and not carries(path, DRAWN):
            raise OutputError(f"{path} is the {_kind(path)} itself; name another file", settings=[option])


def _kind(path: Path) -> str:
    """What a file is that is read, by its ending."""
    from clipgen.library.scan import is_film
    from clipgen.media.endings import picture_endings

    return "film" if is_film(str(path)) else "picture" if path.suffix.lower() in picture_endings() else "text"


def spooled(ctx: click.Context) -> Path:
    """Standard input as a temporary file, which lives as long as the command. Raises UsageError the second time."""
    root = ctx.find_root()
    if _SPOOLED in root.meta:
        raise click.UsageError("standard input can be read once; - was given twice", ctx)
    if sys.stdin.isatty():
        click.echo("note: reading from the terminal; end with Ctrl-D", err=True)
    path = root.with_resource(temporary_folder()) / _SPOOLED
    path.write_bytes(sys.stdin.buffer.read())
    root.meta[_SPOOLED] = path
    return path


def spool_of(ctx: click.Context) -> Path | None:
    """The file that standard input was copied to, if it was."""
    found: Path | None = ctx.find_root().meta.get(_SPOOLED)
    return found


def shown(path: Path | str | None) -> str:
    """A path as it was given: `-` for standard input."""
    ctx = click.get_current_context(silent=True)
    return STDIN if ctx is not None and path is not None and spool_of(ctx) == Path(path) else str(path)


def looks_like_file(word: str) -> bool:
    """Whether an argument is a file or folder, or is written like one that is missing.

    >>> looks_like_file("holiday/beach.jpg"), looks_like_file("a cat")
    (True, False)
    """
    ending = os.path.splitext(word)[1].lower()
    return word == STDIN or ending in _FILES or word.endswith(os.sep) or os.path.exists(word)


def refuse_addresses(args: list[str], ctx: click.Context) -> None:
    """Raise UsageError for an argument that is an address of the web."""
    for word in args:
        address = word.partition("=")[2] if word.startswith("--") else word
        if _ADDRESS.fullmatch(address):
            raise click.UsageError(
                f"{address} is an address, and only files of this machine are opened; download it first, for example "
                f"with curl -LO {address}, and name the file",
                ctx,
            )
