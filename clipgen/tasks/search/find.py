"""Find the pictures, and the moments of films, of a library that fit words and pictures."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from clipgen.library import (
    EVERYWHERE,
    Frame,
    Library,
    Nearest,
    Progress,
    Watching,
    absolute,
    content_hashes,
    index,
    phashes_of,
)
from clipgen.settings import QuerySettings
from clipgen.similarity import Matcher, Skipped
from clipgen.store import picture_keys
from clipgen.tasks.search.query import Query
from clipgen.tasks.search.results import Found, Searched

# Reciprocal rank fusion of fits and names: Cormack, Clarke and Büttcher 2009, with their constant
_FUSION = 60
# Near copies: as many of 64 bits may differ as in czkawka's default, and the vectors must agree as well
_COPY_BITS, _COPY_COSINE = 5, 0.9
_SMALL = 20_000  # contents up to which all cosines of a folder are computed
_MOMENT = 5.0  # seconds within which two frames of a film are one moment
_MORE, _LEAST = 10, 1000  # candidates for a result, and at least: near copies are folded, and some files are gone


def search(
    prompts: Sequence[str],
    pictures: Sequence[str],
    folders: Sequence[Path],
    library: Library,
    matcher: Matcher,
    settings: QuerySettings | None = None,
    *,
    refresh: bool = True,
) -> Iterator[Progress | Watching | Skipped | Searched | Found]:
    """Find the pictures and films in some folders that fit words and pictures, best first.

        >>> with Library(folder / "library.sqlite") as library:
        ...     events = list(search(["a red fox"], [], [folder], library, matcher, QuerySettings(unlikely=True)))
        >>> sorted(event.path.name for event in events if isinstance(event, Found))
        ['a.png', 'b.png']

    prompts: each "text", "text:weight" or several with "|" between; pictures: each FILE or FILE:weight; a negative
    weight avoids; folders: with those in them; none: all that the library knows; refresh: index what is new first.
    Yields what `index` yields, then Searched, then Found. Raises PromptError for nothing to search for, ImageError for
    a picture that cannot be loaded and for a folder that does not exist.
    """
    chosen = (settings or QuerySettings()).validate()
    query = Query.of(prompts, pictures, matcher)
    places = [absolute(folder) for folder in folders] or [EVERYWHERE]
    if refresh and folders:
        yield from index(places, library, matcher.perceptor, films=chosen.films)
    yield from _Search(query, places, library, matcher, chosen).results()


class _Search:
    """One query over some places of a library."""

    def __init__(
        self, query: Query, places: Sequence[Path], library: Library, matcher: Matcher, settings: QuerySettings
    ) -> None:
        self.query, self.places, self.settings, self.library = query, places, settings, library
        background, perceptor = matcher.background, matcher.perceptor
        self.rows: dict[bytes, NDArray[np.float32]] = {}
        self.searcher = library.searcher(perceptor.fingerprint, background.mean_picture.numpy())
        unrelated = background.pictures @ query.vector
        self.mean, self.spread = float(unrelated.mean()), float(unrelated.std().clamp(min=1e-6))
        self.files, self.frames = library.database.count(places), library.frames.count(places) if settings.films else 0
        self.count = self.files + self.frames
        self.known: dict[bytes, Frame] = {}
        self.gone: set[Path] = set()  # folders that are not there

    def results(self) -> Iterator[Searched | Found]:
        """Searched, and what was found."""
        contents = self.library.database.named(self.query.text, self.places)
        scores, likely, files = self._ranked(contents)
        yield Searched(self.files, self.frames, len(likely), self.query.unknown)
        good, words = set(likely), set(contents)
        groups = self._groups(list(files)) if self.settings.fold else [[key] for key in files]
        for group in groups[: self.settings.top]:
            key, frame = group[0], self.known.get(group[0])
            score, path = scores.get(key, math.nan), files[key][0]
            copies = dict.fromkeys(other for one in group for other in files[one] if other != path)
            again = [self.known[one] for one in group[1:] if one in self.known] if frame else []
            moments = sorted(one.seconds for one in again if frame and one.film == frame.film)
            named_too = (frame.film if frame else key) in words
            yield Found(path, score, self._z(score), key in good, named_too, tuple(copies),
                        frame.seconds if frame else None, tuple(moments))  # fmt: skip

    def _ranked(self, contents: Sequence[bytes]) -> tuple[dict[bytes, float], list[bytes], dict[bytes, list[Path]]]:
        """Cosines by key, the likely keys, and the files of the best keys, in order; contents: those with the words."""
        named = [key for content in contents if (key := self._best_of(content)) is not None]
        line, shown = _line(self.count), _MORE * self.settings.top
        wanted = max(_LEAST, shown)
        while True:  # where many files are gone, those that are there rank far behind
            scores = self._fits(wanted)
            likely = [] if self.query.meaningless else [hash for hash in scores if self._z(scores[hash]) >= line]
            fitting = list(scores) if self.settings.unlikely else likely
            last = len(scores) < wanted or len(fitting) < len(scores)
            missing = [hash for hash in named if hash not in scores]
            scores |= self._scores(self.searcher.among(picture_keys(missing), self.query.vector.numpy(), len(missing)))
            files = self._present(_fused(fitting, named), shown)
            if last or len(files) >= shown or not self._any_there():
                return scores, likely, files
            wanted *= 4

    def _best_of(self, content: bytes) -> bytes | None:
        """The key of a content: for a film the frame that fits best; None where it has none."""
        keys = self.library.frames.of_film(content)
        if not keys:
            return content
        best = self.searcher.among(picture_keys(keys), self.query.vector.numpy(), 1) if self.frames else None
        return next(iter(self._scores(best)), None) if best else None

    def _z(self, score: float) -> float:
        return (score - self.mean) / self.spread

    def _fits(self, wanted: int) -> dict[bytes, float]:
        """The cosines of the pictures in the places that fit best, best first; fewer than wanted: of all of them."""
        query = self.query.vector.numpy()
        if self.count <= _SMALL:
            frames = self.library.frames.keys(self.places) if self.frames else []
            keys = picture_keys([*self.library.database.hashes(self.places), *frames])
            return self._scores(self.searcher.among(keys, query, wanted))
        asked = wanted
        while True:  # in a large library the best are looked up first, and then where they are
            nearest = self.searcher.nearest(query, asked)
            found = self._scores(nearest)
            if self.places != [EVERYWHERE] or not self.frames:
                here = self._files(found)
                found = {key: score for key, score in found.items() if key in here}
            if len(found) >= wanted or len(nearest.keys) < asked:
                return found
            asked *= 4

    def _scores(self, nearest: Nearest) -> dict[bytes, float]:
        """Cosines by key; their vectors are remembered, to see which are near copies, and which are of films."""
        hashes = content_hashes(nearest.keys)
        self.rows |= zip(hashes, nearest.vectors, strict=True)
        self.known |= self.library.frames.find(hashes)
        return dict(zip(hashes, nearest.scores.tolist(), strict=True))

    def _files(self, keys: Iterable[bytes]) -> dict[bytes, list[Path]]:
        """The files of pictures and of frames in the places."""
        owners = {key: self.known[key].film if key in self.known else key for key in keys}
        if not self.frames:
            owners = {key: owner for key, owner in owners.items() if key == owner}
        paths = self.library.database.paths(set(owners.values()), self.places)
        return {key: paths[owner] for key, owner in owners.items() if owner in paths}

    def _present(self, ranked: Sequence[bytes], most: int) -> dict[bytes, list[Path]]:
        """The files that are there now, of the first keys that have some, in order."""
        found: dict[bytes, list[Path]] = {}
        for start in range(0, len(ranked), most):
            some = [key for key in ranked[start : start + most] if key in self.rows]
            files = self._files(some)
            for key in some:
                if kept := [path for path in files.get(key, ()) if self._is_there(path)]:
                    found[key] = kept
            if len(found) >= most:
                break
        return dict(islice(found.items(), most))

    def _any_there(self) -> bool:
        """Whether any folder with files is there: where a disk is not mounted, none of them is found further behind."""
        return any(os.path.exists(folder) for folder in self.library.database.folders(self.places))

    def _is_there(self, path: Path) -> bool:
        """Whether a file exists; a folder that is gone is asked for once, whatever was in it."""
        if path.parent in self.gone:
            return False
        if os.path.exists(path):
            return True
        if not os.path.exists(path.parent):
            self.gone.add(path.parent)
        return False

    def _groups(self, ranked: Sequence[bytes]) -> list[list[bytes]]:
        """Near copies together, and frames of one moment, in the order of the first of each."""
        pictures = [key for key in ranked if key not in self.known]
        hashes = dict(zip(pictures, self.library.database.phashes(pictures), strict=True))
        hashes |= zip(self.known, phashes_of(list(self.known.values())), strict=True)
        groups: list[list[bytes]] = []
        firsts = np.empty(len(ranked), np.uint64)  # hashes of the first of each group, as it is
        films: dict[bytes, list[int]] = {}  # groups that begin with a frame of a film
        for key in ranked:
            differ = np.bitwise_count(firsts[: len(groups)] ^ hashes[key][:, None]).min(0)
            near = (i for i in np.flatnonzero(differ <= _COPY_BITS).tolist()
                    if self.rows[key] @ self.rows[groups[i][0]] >= _COPY_COSINE)  # fmt: skip
            film = self.known[key].film if key in self.known else b""
            moment = (i for i in films.get(film, ()) if self._one_moment(key, groups[i][0]))
            first = min((i for i in (next(near, None), next(moment, None)) if i is not None), default=None)
            if first is not None:
                groups[first].append(key)
                continue
            firsts[len(groups)] = hashes[key][0]
            if film:
                films.setdefault(film, []).append(len(groups))
            groups.append([key])
        return groups

    def _one_moment(self, one: bytes, other: bytes) -> bool:
        first, second = self.known.get(one), self.known.get(other)
        return bool(first and second and first.film == second.film and abs(first.seconds - second.seconds) < _MOMENT)


def _line(count: int) -> float:
    """The z that fewer than one of so many unrelated pictures reaches, and fewer than one in a hundred.

    >>> round(_line(10), 2), round(_line(10_000), 2)
    (2.33, 3.72)
    """
    return NormalDist().inv_cdf(1 - 1 / max(100, count))


def _fused(*lists: Sequence[bytes]) -> list[bytes]:
    """Ranked lists as one: what is high in several comes first.

    >>> _fused([b"a", b"b", b"c"], [b"c"])
    [b'c', b'a', b'b']
    """
    places: dict[bytes, float] = {}
    for ranked in lists:
        for rank, hash in enumerate(ranked):
            places[hash] = places.get(hash, 0.0) + 1 / (_FUSION + rank)
    return sorted(places, key=lambda hash: -places[hash])
