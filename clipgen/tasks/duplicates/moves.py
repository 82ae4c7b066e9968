"""Move duplicates aside, with a journal by which every move can be undone; nothing is deleted or overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.files import free_path, move, reason, sha256
from clipgen.files.journal import Journal
from clipgen.library import absolute, stamp
from clipgen.similarity import Skipped
from clipgen.tasks.duplicates.find import Group, Member
from clipgen.values import text

JOURNAL = "clipgen-moves.jsonl"


@dataclass(frozen=True)
class Moved:
    """A file that was moved, and where it is now."""

    source: Path
    target: Path


def move_aside(groups: Iterable[Group], folder: Path, places: Iterable[Path]) -> Iterator[Moved | Skipped]:
    """Move all files of exact and same groups but the first of each; bursts stay.

        >>> from clipgen.tasks.duplicates.find import Member
        >>> members = (Member(folder / "a.png", 1, (48, 32), "kept"), Member(folder / "b.png", 1, (48, 32), "exact"))
        >>> review = folder.parent / "review"
        >>> [moved.target.name for moved in move_aside([Group("exact", members)], review, [folder])]
        ['b.png']
        >>> [moved.target.name for moved in undo(review)], (folder / "b.png").exists()
        (['b.png'], True)

    folder: made when missing; places: that were searched. A line of the journal is on disk before its file is moved.
    Yields Moved, and Skipped for a file that cannot be moved, is the kept one by another path, or has changed since it
    was indexed, as well as where the kept one has. Raises SettingsError for a folder in one of the places, where the
    files would be found again, OutputError when it cannot be written to.
    """
    target = absolute(folder)
    if any(target.is_relative_to(absolute(place)) for place in places):
        raise SettingsError(f"{folder} is in a folder that is searched; choose one outside", settings=["move_to"])
    for group in groups:
        kept = group.members[0]
        for member in group.members[1:] if group.kind != "burst" else ():
            if problem := _problem(member, kept):
                yield Skipped(member.path, f"{member.path} stays: {problem}")
                continue
            new = free_path(target, member.path.stem, member.path.suffix)
            yield _move(member.path, new, Journal(target / JOURNAL))


def undo(folder: Path) -> Iterator[Moved | Skipped]:
    """Move everything back that `move_aside` moved to a folder; the journal goes when all is back.

    folder: also one that was moved or renamed since, with its files and its journal.
    Yields Moved, and Skipped for a file that is neither here nor in its old place, or whose old place is taken or
    cannot be written to. Raises OutputError without a journal.
    """
    journal = Journal(absolute(folder) / JOURNAL)
    left = 0
    for row in journal.rows():
        source, target = Path(text(row, "from")), journal.path.with_name(Path(text(row, "to")).name)
        try:
            if _put_back(target, source):
                yield Moved(target, source)
        except OSError as error:
            left += 1
            yield Skipped(target, f"cannot move {target} back: {reason(error)}")
    if not left:
        journal.end()


def _put_back(target: Path, source: Path) -> bool:
    """Whether a file was moved back; False for one that is in its old place already. Raises OSError."""
    if not os.path.lexists(target):
        if os.path.lexists(source):  # killed between journal and move, or put back already
            return False
        raise ImageError(f"it is gone, and not in its old place {source} either")
    if _is_copied(target, source):  # killed between the copy to another file system and the end of the move
        target.unlink()
        return True
    if os.path.lexists(source):
        raise OutputError(f"its old place {source} is taken")
    source.parent.mkdir(parents=True, exist_ok=True)
    move(target, source)
    return True


def _problem(member: Member, kept: Member) -> str:
    """Why a file must stay, as far as is known before it is moved; "" for one that may be moved."""
    for one in (member, kept):
        if one.mtime is not None and stamp(one.path) != (one.bytes, one.mtime):
            return f"{one.path} has changed since it was indexed; name its folder to index it again"
    try:
        return f"it is the same file as {kept.path}, which is kept" if member.path.samefile(kept.path) else ""
    except OSError as error:  # one of them went away
        return f"{error.filename}: {reason(error)}"


def _is_copied(target: Path, source: Path) -> bool:
    """Whether a file is back in its place already."""
    both = target.is_file() and source.is_file() and target.stat().st_size == source.stat().st_size
    return both and not target.samefile(source) and sha256(target) == sha256(source)


def _move(source: Path, target: Path, journal: Journal) -> Moved | Skipped:
    journal.add({"from": str(source), "to": str(target)})
    try:
        move(source, target)
    except OSError as error:
        return Skipped(source, f"cannot move {source}: {reason(error)}")
    return Moved(source, target)
