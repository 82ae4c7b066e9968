"""Find the pictures of a library that are there more than once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.files import sha256
from clipgen.library import EVERYWHERE, Content, File, Library, Progress, absolute, index, stamp
from clipgen.media.images import load_reduced, open_picture
from clipgen.settings.library import DuplicatesSettings
from clipgen.similarity import HowFar, Matcher, Skipped
from clipgen.store import Vectors, picture_keys
from clipgen.tasks.duplicates.candidates import candidate_pairs
from clipgen.tasks.duplicates.groups import connected, grouped
from clipgen.tasks.duplicates.pixels import frames, pixel_hash
from clipgen.tasks.duplicates.resemblance import alike

_SIDE = 200  # pixels of the short side at which pictures are compared: alignment takes 320 of the longer one
_KEPT, _ROWS = 250, 8192  # pictures in memory while they are compared, and vectors that are read at once
_THREADS, _CHUNK = 2, 64
# begins what is stored of pixels: an older clipgen stored it without, of the first frame, in 8 bits, over white
_MARK = b"2:"


@dataclass(frozen=True)
class Compared(HowFar):
    """How far the comparison is: pairs done of all."""

    done: int
    total: int


@dataclass(frozen=True)
class Member:
    """A file of a group.

    path: of the file; bytes: its size; size: (width, height) upright; relation to the first of the group: "exact" (all
    its pixels are the same), "same" or "burst"; the first has "kept"; mtime: its time in nanoseconds when indexed.
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    relation: str
    mtime: int | None = None


@dataclass(frozen=True)
class Group:
    """Files that are one picture, or shots of one scene, the one to keep first; kind: "exact", "same" or "burst"."""

    kind: str
    members: tuple[Member, ...]


def duplicates(
    folders: Sequence[Path],
    library: Library,
    matcher: Matcher,
    settings: DuplicatesSettings | None = None,
    *,
    refresh: bool = True,
    links: bool = False,
) -> Iterator[Progress | Skipped | Compared | Group]:
    """Groups of files in some folders that are the same picture, or of the same burst; nothing is changed.

        >>> load_picture = Image.open(folder / "a.png")
        >>> load_picture.save(folder / "c.bmp")
        >>> with Library(folder / "library.sqlite") as library:
        ...     groups = [event for event in duplicates([folder], library, matcher) if isinstance(event, Group)]
        >>> [(group.kind, [member.path.name for member in group.members]) for group in groups]
        [('exact', ['c.bmp', 'a.png'])]

    folders: with those in them; none: all that the library knows; links: whether several paths of one file, by links of
    any kind, count as several files.
    Yields what `index` yields, then Compared, then Groups: exact and same ones first. Raises what `index` raises.
    """
    chosen = (settings or DuplicatesSettings()).validate()
    places = [absolute(folder) for folder in folders] or [EVERYWHERE]
    if refresh and folders:
        yield from index(places, library, matcher.perceptor)
    present = library.present(places)
    files = present if links else {hash: _one_each(some) for hash, some in present.items()}
    yield from _Run(files, library, matcher, chosen).groups()


class _Run:
    """Pictures, compared; files: by content."""

    def __init__(
        self, files: dict[bytes, list[File]], library: Library, matcher: Matcher, settings: DuplicatesSettings
    ) -> None:
        from clipgen.tasks.duplicates import alignment  # late: OpenCV is an extra

        self.alignment, self.settings, self.library = alignment, settings, library
        self.matcher = matcher
        self.files = files
        self.contents = library.database.contents(self.files)
        good = [hash for hash in self.files if hash in self.contents and not self.contents[hash].error]
        perceptor = matcher.perceptor
        vectors = library.vectors(perceptor.fingerprint, perceptor.dim)
        self.rows, found = _read(vectors, good)
        self.hashes = [hash for hash, there in zip(good, found, strict=True) if there]
        self.phashes = library.database.phashes(self.hashes)
        self.look, self.goes_on = lru_cache(_KEPT)(self._look), lru_cache(_KEPT)(self._goes_on)
        self.kinds: dict[tuple[int, int], str] = {}
        self.different = library.database.different()

    def groups(self) -> Iterator[Compared | Group]:
        """Compared, and then what was found."""
        pairs = self._pairs()
        yield Compared(0, len(pairs))
        with ThreadPoolExecutor(_THREADS) as threads:  # OpenCV computes without Python's lock
            waiting = iter(pairs)
            while chunk := list(islice(waiting, _CHUNK)):
                # each once, before two threads ask for the same
                list(threads.map(self.look, dict.fromkeys(i for pair in chunk for i in pair)))
                self.kinds |= dict(zip(chunk, threads.map(lambda pair: self.kind(*pair), chunk), strict=True))
                yield Compared(len(self.kinds), len(pairs))
        taken: set[int] = set()
        same = [pair for pair, kind in self.kinds.items() if kind == "same"]
        for group in grouped(same, lambda a, b: self.kind(a, b) == "same"):
            taken |= set(group)
            yield self._group(group, "same")
        yield from (self._group([i], "exact") for i, hash in enumerate(self.hashes)
                    if len(self.files[hash]) > 1 and i not in taken)  # fmt: skip
        bursts = [pair for pair, kind in self.kinds.items() if kind == "burst"]
        for group in grouped(bursts, lambda a, b: self.kind(a, b) == "burst"):
            yield self._group(group, "burst")

    def _pairs(self) -> list[tuple[int, int]]:
        """The pairs that are worth a look, those of one group one after the other, so that a picture is loaded once."""
        found = candidate_pairs(self.rows, self.phashes, self.matcher.background.pictures)
        found = found[alike(self.library.database.greys(self.hashes), found)]
        pairs = [(a, b) for a, b in found.tolist()]
        place = {i: n for n, members in enumerate(connected(pairs)) for i in members}
        return sorted(pairs, key=lambda pair: (place[pair[0]], pair))

    def kind(self, a: int, b: int) -> str:
        """What two pictures are to each other; two times, or further frames, make a burst of what looks the same."""
        if (a, b) in self.kinds:
            return self.kinds[a, b]
        if frozenset((self.hashes[a], self.hashes[b])) in self.different:
            return "other"
        first, second = self.look(a), self.look(b)
        if first is None or second is None:
            return "other"
        kind: str = self.alignment.compare(first, second).kind
        return "burst" if kind == "same" and self._may_differ(a, b) and not self._equal(a, b) else kind

    def _may_differ(self, a: int, b: int) -> bool:
        """Whether two pictures that look the same have more to them: other times, or frames after the first."""
        times = {self.contents[self.hashes[i]].taken for i in (a, b)}
        return len(times) == 2 and "" not in times or self.goes_on(a) or self.goes_on(b)

    def _goes_on(self, number: int) -> bool:
        """Whether a file has further frames or pages."""
        if self.contents[self.hashes[number]].format == "MPO":  # a photograph, and previews of it
            return False
        try:
            with open_picture(self._path(number)) as picture:
                return frames(picture) > 1
        except ImageError:
            return True

    def _look(self, number: int):  # type: ignore[no-untyped-def]  # a Look of alignment, which may not be imported
        try:
            picture, _ = load_reduced(self._path(number), _SIDE)
        except ImageError:  # it went away, or was damaged since it was indexed
            return None
        return self.alignment.Look.of(picture, self.phashes[number])

    def _path(self, number: int) -> Path:
        return self.files[self.hashes[number]][0].path

    def _group(self, group: Sequence[int], kind: str) -> Group:
        rows = [(number, file) for number in group for file in self.files[self.hashes[number]]]
        rows.sort(key=lambda row: self._rank(self.contents[self.hashes[row[0]]], row[1]))
        kept = rows[0][0]
        exact = {number for number in group if number == kept or kind == "same" and self._equal(number, kept)}
        members = []
        for place, (number, file) in enumerate(rows):
            content = self.contents[self.hashes[number]]
            relation = "kept" if not place else "exact" if number in exact else kind
            members.append(Member(file.path, file.size, (content.width, content.height), relation, file.mtime))
        return Group("exact" if len(exact) == len(set(group)) and kind != "burst" else kind, tuple(members))

    def _rank(self, content: Content, file: File) -> tuple[object, ...]:
        """What the file to keep has the lowest of."""
        pixels, when = content.width * content.height, (content.taken or "9999", file.mtime)
        ranks: dict[str, tuple[object, ...]] = {
            "largest": (-pixels, -file.size, file.mtime), "oldest": (*when, -pixels),
            "newest": (-file.mtime, -pixels), "first": (),
        }  # fmt: skip
        return (*ranks[self.settings.keep], len(file.path.parts), str(file.path))

    def _equal(self, a: int, b: int) -> bool:
        """Whether two pictures have the same pixels when upright, in all frames."""
        first, second = (self.contents[self.hashes[i]] for i in (a, b))
        if (first.width, first.height) != (second.width, second.height):
            return False
        if np.bitwise_count(self.phashes[a][0] ^ self.phashes[b][0]) > 0:
            return False
        return self._pixels(a) == self._pixels(b) != b""

    def _pixels(self, number: int) -> bytes:
        """What is equal for equal pixels; b"" for a picture that cannot be loaded any more, or has changed."""
        hash = self.hashes[number]
        known = self.library.database.pixels(hash)
        if known is not None and known.startswith(_MARK):
            return known
        file = self.files[hash][0]
        if stamp(file.path) != (file.size, file.mtime):
            return b""
        try:
            found = _MARK + (pixel_hash(file.path) or hash)  # without a hash it is equal to itself alone
        except ImageError:
            return b""
        self.library.database.set_pixels(hash, found)
        return found


def _one_each(files: list[File]) -> list[File]:
    """One path of each file: the file itself rather than a link to it, or a path through one."""
    if len(files) == 1:
        return files
    found: dict[object, File] = {}
    for file in sorted(files, key=lambda one: (one.path.is_symlink(), os.path.realpath(one.path) != str(one.path))):
        try:
            status = os.stat(file.path)
        except OSError:  # it went away
            continue
        found.setdefault((status.st_dev, status.st_ino), file)
    return list(found.values()) or files[:1]


def _read(vectors: Vectors, hashes: Sequence[bytes]) -> tuple[Tensor, list[bool]]:
    """The vectors of some contents in half precision, as they are stored, and for each whether it has one."""
    rows, found = [torch.empty(0, vectors.width, dtype=torch.half)], list[bool]()
    for first in range(0, len(hashes), _ROWS):
        some, there = vectors.get(picture_keys(hashes[first : first + _ROWS]))
        rows.append(some[torch.from_numpy(there)].half())
        found += there.tolist()
    return torch.cat(rows), found


def remember_different(paths: Sequence[Path], library: Library) -> int:
    """Remember that files are not the same picture, whatever they are called later; returns the number of pairs.

        >>> with Library(folder / "library.sqlite") as library:
        ...     remember_different([folder / "a.png", folder / "b.png"], library)
        1

    paths: files in the library, or any others, known by their content. Raises ImageError for one that there is not.
    """
    hashes = []
    for path in map(absolute, paths):
        files = library.database.files(path)
        known = len(files) == 1 and files[0].path == path
        if not known and not path.is_file():
            raise ImageError(f"there is no file {path}; check the name")
        hashes.append(files[0].hash if known else bytes.fromhex(sha256(path)))
    pairs = [pair for pair in combinations(sorted(set(hashes)), 2)]
    library.database.add_different(pairs)
    return len(pairs)
