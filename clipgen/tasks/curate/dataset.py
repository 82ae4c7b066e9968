"""The pictures of a data set: where they are, what is known of them, and their labels and splits by folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clipgen.library import Content, Library
from clipgen.library.reading import named

TRAIN, TEST, VALIDATION = "train", "test", "validation"
#: names of folders that are parts of a data set
SPLITS = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("test", "testing"), TEST),
    **dict.fromkeys(("val", "valid", "validation", "dev"), VALIDATION),
}


@dataclass(frozen=True)
class Entry:
    """A good file of a data set.

    path: of the file; content: what is known of its bytes; label: the folder that it is in, "" for none; split: the
    part of the data set, "" for none; name: its path as reasons show it.
    """

    path: Path
    content: Content
    label: str
    split: str
    name: str


@dataclass(frozen=True)
class DataSet:
    """The files of some folders: good ones, and why the others cannot be used.

    >>> with Library(folder / "library.sqlite") as library:
    ...     DataSet.of([folder], library).entries
    ()
    """

    entries: tuple[Entry, ...]
    broken: dict[Path, str]

    @classmethod
    def of(cls, places: Sequence[Path], library: Library) -> DataSet:
        """The files that the library knows and that are there now; places: absolute."""
        files = library.present(places)
        contents = library.database.contents(files)
        entries, broken, parts = [], {}, _parts(places)
        for hash, content in contents.items():
            for file in files[hash]:
                if content.error:
                    broken[file.path] = named(content.error, file.path)
                elif content.measures:  # an older index has none: they come with the next look for new files
                    entries.append(_entry(file.path, content, parts))
        return cls(tuple(sorted(entries, key=lambda entry: entry.path)), broken)


def _parts(places: Sequence[Path]) -> dict[Path, str]:
    """The part of the data set that each folder is, "" where there is only one."""
    if len(places) == 1:
        return {places[0]: ""}
    named = {place: SPLITS.get(place.name.lower(), place.name) for place in places}
    return named if len(set(named.values())) == len(named) else {place: str(place) for place in places}


def _entry(path: Path, content: Content, parts: Mapping[Path, str]) -> Entry:
    place = max((one for one in parts if path.is_relative_to(one)), key=lambda one: len(one.parts))
    inside = path.relative_to(place).parts[:-1]
    split = next((SPLITS[part.lower()] for part in inside[:2] if part.lower() in SPLITS), "")
    label = next((part for part in inside if part.lower() not in SPLITS), "")
    name = path.relative_to(place if len(parts) == 1 else place.parent).as_posix()
    # a reason is one line of text, whatever bytes a name has
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return Entry(path, content, label, split or parts[place], shown)
