"""Duplicates within a part of a data set, and pictures of the training part that are in another one, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from clipgen.tasks.curate.dataset import TRAIN, Entry
from clipgen.tasks.curate.finding import Finding
from clipgen.tasks.duplicates import Group, Member

_SCORES = {"exact": 1.0, "same": 0.9, "burst": 0.6}
_WORDS = {"exact": "the same pixels as", "same": "a copy of", "burst": "another shot of the scene of"}


def copies(groups: Iterable[Group], entries: Mapping[Path, Entry]) -> Iterator[Finding]:
    """What groups of duplicates mean for a data set; entries: by path.

    A copy in the same part, and under the same label, is a duplicate; one in another part than the training data is a
    leak, even as another shot of the scene; one under another label is a doubtful label, too.
    """
    for group in groups:
        members = [member for member in group.members if member.path in entries]
        first: dict[str, Member] = {}
        for member in members:
            split = entries[member.path].split
            kept = first.setdefault(split, member)
            if kept is not member and group.kind != "burst":
                yield _found("duplicate", member, kept, entries)
        source = first.get(TRAIN) or next(iter(first.values()), None)
        for member in members:
            if source is not None and entries[member.path].split != entries[source.path].split:
                yield _found("leak", member, source, entries)


def conflicts(groups: Iterable[Group], entries: Mapping[Path, Entry]) -> Iterator[Finding]:
    """Copies of one picture under several labels."""
    for group in groups:
        members = [one for one in group.members if one.path in entries and entries[one.path].label]
        for member in members if group.kind != "burst" else ():
            own = entries[member.path].label
            other = next((one for one in members if entries[one.path].label != own), None)
            if other is not None:
                reason = f"{_words(member, other)} {entries[other.path].name}, which has another label"
                yield Finding(member.path, "doubtful label", _SCORES["same"], reason, (other.path,))


def _found(kind: str, member: Member, other: Member, entries: Mapping[Path, Entry]) -> Finding:
    entry, source = entries[member.path], entries[other.path]
    reason = f"{_words(member, other)} {source.name}"
    if kind == "leak":
        reason += f": in {entry.split} and in {source.split}"
    return Finding(member.path, kind, _SCORES[_relation(member, other)], reason, (other.path,))


def _relation(member: Member, other: Member) -> str:
    """What two members are to each other, by what they are to the one that is kept."""
    relations = {member.relation, other.relation} - {"kept"}
    return next((name for name in ("burst", "same") if name in relations), "exact")


def _words(member: Member, other: Member) -> str:
    return _WORDS[_relation(member, other)]
