"""Write the EXIF orientation of pictures that are not upright, with a journal by which every byte comes back."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PIL import Image

from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.files import reason, write_whole
from clipgen.files.journal import Journal
from clipgen.files.locks import exclusive
from clipgen.library import absolute
from clipgen.media.facts import Facts
from clipgen.media.orientation import Edit, orientation_edits, reverted, with_edits
from clipgen.similarity import Skipped
from clipgen.tasks.orient.find import Turn
from clipgen.values import Json, Values, text

JOURNAL = "clipgen-turns.jsonl"


@dataclass(frozen=True)
class Fixed:
    """A file whose EXIF orientation was written, or put back."""

    path: Path


def fix(turns: Iterable[Turn], folders: Sequence[Path]) -> Iterator[Fixed | Skipped]:
    """Write the EXIF orientation by which pictures are upright; their pixels stay as they are, byte for byte.

        >>> from PIL import Image
        >>> before = Path("photo.jpg").read_bytes()
        >>> [fixed.path.name for fixed in fix([Turn(Path("photo.jpg"), 90, 0.99, 1)], [Path()])]
        ['photo.jpg']
        >>> Image.open("photo.jpg").getexif()[0x0112]
        6
        >>> [fixed.path.name for fixed in undo([Path()])], Path("photo.jpg").read_bytes() == before
        (['photo.jpg'], True)

    folders: that were searched; each has its own journal, whose line is on disk before its file is changed. A file is
    replaced whole or not at all and keeps its permissions; its time becomes that of the change, so that programs that
    index pictures notice it.
    Yields Fixed, and Skipped for a file that has changed meanwhile, is write-protected, or has no place for the tag.
    Raises SettingsError for a picture outside of the folders, OutputError where no journal can be written or another
    process changes pictures there.
    """
    homes = [_home(folder) for folder in folders]
    with _alone(homes):
        for turn in turns:
            home = next((home for home in homes if absolute(turn.path).is_relative_to(home)), None)
            if home is None:
                raise SettingsError(f"{turn.path} is in none of the folders", settings=["folders"])
            try:
                _write(turn, home)
            except (ImageError, OSError) as error:
                yield Skipped(turn.path, f"cannot turn {turn.path}: {reason(error)}")
                continue
            yield Fixed(turn.path)


def undo(folders: Sequence[Path]) -> Iterator[Fixed | Skipped]:
    """Give all files that `fix` changed in some folders the bytes that they had; the journal goes when all have them.

    Yields Fixed, and Skipped for a file that is gone or has changed since. Raises OutputError where no folder has a
    journal, or another process changes pictures.
    """
    homes = list(dict.fromkeys(map(_home, folders)))
    with _alone(homes):
        # a folder in which nothing was turned has no journal; where none has one, the first says so
        for home in [home for home in homes if os.path.exists(home / JOURNAL)] or homes[:1]:
            journal, left = Journal(home / JOURNAL), 0
            for row in journal.rows():
                path = home / text(row, "file")
                try:
                    if _put_back(path, row):
                        yield Fixed(path)
                except (ImageError, OSError) as error:
                    left += 1
                    yield Skipped(path, f"{path} stays as it is: {reason(error)}")
            if not left:
                journal.end()


def _home(folder: Path) -> Path:
    """The folder that has the journal of a folder, or of a file."""
    return absolute(folder) if folder.is_dir() else absolute(folder).parent


@contextmanager
def _alone(homes: Sequence[Path]) -> Iterator[None]:
    """Inside the block no other process changes pictures with the same journals."""
    with ExitStack() as held:
        for home in dict.fromkeys(homes):
            if not held.enter_context(exclusive(home / JOURNAL)):
                raise OutputError(f"another process turns pictures in {home}; wait for it", settings=["folders"])
        yield


def _write(turn: Turn, home: Path) -> None:
    target = turn.path.resolve()
    data = target.read_bytes()
    if not os.access(target, os.W_OK):  # replacing it would not ask for that
        raise ImageError("it is write-protected")
    if turn.sha256 not in ("", _sum(data)):
        raise ImageError("it has changed since it was indexed")
    if _orientation(data) != turn.orientation:
        raise ImageError("it has another orientation by now")
    edits = orientation_edits(data, turn.upright)
    changed = with_edits(data, edits)
    if _orientation(changed) != turn.upright:
        raise ImageError("its orientation would not be found again")
    file = os.path.relpath(absolute(turn.path), home)
    rows: list[Json] = [[edit.at, edit.old.hex(), edit.new.hex()] for edit in edits]
    row: dict[str, Json] = {"file": file, "before": _sum(data), "after": _sum(changed), "edits": rows}
    Journal(home / JOURNAL).add(row)
    _replace(target, changed)


def _put_back(path: Path, row: Values) -> bool:
    """Whether a file was changed back; False for one that has its old bytes already."""
    target = path.resolve()
    data = target.read_bytes()
    if _sum(data) == text(row, "before"):  # killed between journal and file
        return False
    if _sum(data) != text(row, "after"):
        raise ImageError("it has changed since")
    _replace(target, with_edits(data, reverted(_edits(row))))
    return True


def _edits(row: Values) -> list[Edit]:
    rows = cast(list[tuple[int, str, str]], row.get("edits"))  # as `_write` wrote them
    try:
        return [Edit(at, bytes.fromhex(old), bytes.fromhex(new)) for at, old, new in rows]
    except (TypeError, ValueError) as error:
        raise ImageError("its line in the journal is damaged") from error


def _replace(path: Path, data: bytes) -> None:
    """Replace a file by other bytes, whole or not at all; it keeps its permissions."""
    try:
        with write_whole(path) as part:
            part.write_bytes(data)
            shutil.copymode(path, part)
    except OutputError as error:  # of one file among many
        raise ImageError(str(error)) from error


def _orientation(data: bytes) -> int:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return Facts.of(picture).orientation
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise ImageError(f"it cannot be read: {reason(error)}") from error


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
