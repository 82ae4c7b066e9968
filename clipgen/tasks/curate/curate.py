"""Find what is wrong with the pictures of a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from clipgen.errors import SettingsError
from clipgen.library import EVERYWHERE, Library, Progress, absolute
from clipgen.settings import CurateSettings
from clipgen.similarity import Matcher, Skipped
from clipgen.store import picture_keys
from clipgen.tasks.curate.copies import conflicts, copies
from clipgen.tasks.curate.dataset import DataSet, Entry
from clipgen.tasks.curate.embedding import centred, doubtful_labels, outliers
from clipgen.tasks.curate.finding import KINDS, Finding
from clipgen.tasks.curate.quality import bad_pictures, odd_sizes, wrong_suffixes
from clipgen.tasks.duplicates import Compared, Group, duplicates


def curate(
    folders: Sequence[Path],
    library: Library,
    matcher: Matcher,
    settings: CurateSettings | None = None,
    *,
    refresh: bool = True,
) -> Iterator[Progress | Compared | Finding]:
    """Find broken, dark, light, blurred, empty and odd pictures, duplicates, leaks, outliers and doubtful labels.

        >>> _ = (folder / "c.png").write_bytes(b"no picture")
        >>> with Library(folder / "library.sqlite") as library:
        ...     found = [event for event in curate([folder], library, matcher) if isinstance(event, Finding)]
        >>> [(finding.path.name, finding.kind) for finding in found]
        [('c.png', 'broken')]

    folders: with those in them; none: all that the library knows; several, or train, test and validation in one of
    them, are the parts of a data set, between which copies are leaks.
    Yields Progress, then Compared, then Findings, kind by kind, the clearest first. Nothing is changed. Raises what
    `index` raises, SettingsError for labels without a folder, and ClipgenError where OpenCV is not installed.
    """
    chosen = (settings or CurateSettings()).validate()
    if chosen.by_folder and not folders:
        raise SettingsError("by_folder needs the folder whose folders are the labels; name it", settings=["by_folder"])
    places = [absolute(folder) for folder in folders] or [EVERYWHERE]
    groups, unreadable = [], {}
    # a link from one part of a data set into another is a leak as well
    for event in duplicates(places if folders else (), library, matcher, refresh=refresh, links=True):
        if isinstance(event, Group):
            groups.append(event)
        elif isinstance(event, Skipped):
            unreadable[event.path] = event.reason
        else:
            yield event
    yield from _ordered(_findings(places, library, matcher, groups, unreadable, by_folder=chosen.by_folder))


def _findings(
    places: Sequence[Path],
    library: Library,
    matcher: Matcher,
    groups: Sequence[Group],
    unreadable: dict[Path, str],
    *,
    by_folder: bool,
) -> Iterator[Finding]:
    data = DataSet.of(places, library)
    entries = {entry.path: entry for entry in data.entries}
    broken = {**data.broken, **unreadable}
    for path, reason in sorted(broken.items()):
        yield Finding(path, "broken", 1.0, " ".join(reason.replace(str(path), path.name).split()))
    yield from wrong_suffixes(data.entries)
    yield from bad_pictures(data.entries)
    yield from odd_sizes(data.entries)
    yield from copies(groups, entries)
    some, vectors = _embedded(data.entries, library, matcher)
    yield from outliers(some, vectors)
    if by_folder:
        yield from conflicts(groups, entries)
        yield from doubtful_labels(some, vectors, matcher.embed_texts)


def _embedded(entries: Sequence[Entry], library: Library, matcher: Matcher) -> tuple[list[Entry], torch.Tensor]:
    """The first file of each content that has a vector, and the vectors [N, D]."""
    first: dict[bytes, Entry] = {}
    for entry in entries:
        first.setdefault(entry.content.hash, entry)
    perceptor = matcher.perceptor
    rows, there = library.vectors(perceptor.fingerprint, perceptor.dim).get(picture_keys(list(first)))
    some = [entry for entry, found in zip(first.values(), there.tolist(), strict=True) if found]
    return some, centred(rows[there], matcher.background.mean_picture)


def _ordered(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Kind by kind, the highest score first, one finding of a kind for each file."""
    best: dict[tuple[Path, str], Finding] = {}
    for finding in findings:
        known = best.get((finding.path, finding.kind))
        if known is None or known.score < finding.score:
            best[finding.path, finding.kind] = finding
    yield from sorted(best.values(), key=lambda one: (KINDS.index(one.kind), -one.score))
