"""Films into a library: about a frame a second, without those that are like the one before."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.files import reason, unwritable
from clipgen.library.database import Content, File
from clipgen.library.frames import Frame, State
from clipgen.library.hashes import perceptual_hashes
from clipgen.library.library import Library
from clipgen.library.reading import NAME, SIDE, is_passing, named
from clipgen.media.footage import VideoFacts, sampled_frames
from clipgen.media.images import from_pil
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import HowFar, Skipped, embed_images
from clipgen.store import picture_keys

_SAME = 0.98  # cosine from which on a frame is like the last one that was kept
_BATCH = 32  # frames in one pass of the perceptor, and lost at most when the process is killed


@dataclass(frozen=True)
class Watching(HowFar):
    """How much of a film has been indexed, in seconds, and frames kept so far."""

    path: Path
    seconds: float
    total: float
    kept: int


def watch(
    path: Path, library: Library, perceptor: Perceptor, known: Callable[[bytes], tuple[bool, str]]
) -> Iterator[Watching | Skipped]:
    """Embed a film's frames from where an earlier run ended.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=4) as video:
        ...     for number in range(10):
        ...         video.add(picture if number < 5 else picture.rotate(90))
        >>> with Library(folder / "library.sqlite") as library:
        ...     [event.seconds for event in watch(folder / "walk.mp4", library, perceptor, lambda hash: (False, ""))]
        [2.25]

    known: sha256 → whether the library has all of it, and its error.
    Yields Watching after each batch, and Skipped for a film that cannot be used, or is damaged from some time on.
    """
    try:
        status = os.stat(path)
        with open(path, "rb") as opened:
            film = hashlib.file_digest(opened, "sha256").digest()
    except OSError as refused:
        yield Skipped(path, f"cannot open the film {path}: {reason(refused)}")
        return
    file = File(path, status.st_size, status.st_mtime_ns, film)
    whole, error = known(film)
    if whole:
        library.database.add([file])
        if error:
            yield Skipped(path, named(error, path))
        return
    try:
        facts = VideoFacts.of(path)
    except ImageError as bad:
        if not is_passing(bad, file):
            library.database.add([file], [Content(film, error=str(bad).replace(str(path), NAME))])
        yield Skipped(path, str(bad))
        return
    library.database.add([file], [Content(film, *facts.size, seconds=facts.seconds)])
    yield from _Film(file, facts, library, perceptor).batches()


class _Film:
    """One film, embedded by one perceptor."""

    def __init__(self, file: File, facts: VideoFacts, library: Library, perceptor: Perceptor) -> None:
        self.file, self.facts, self.perceptor = file, facts, perceptor
        self.path, self.film = file.path, file.hash
        self.library, self.frames = library, library.frames
        self.vectors = library.vectors(perceptor.fingerprint, perceptor.dim)
        self.last, self.kept, self.gap = self.frames.state(self.film, perceptor.fingerprint).seconds, 0, 1.0
        self.like, self.damaged = self._like(), list[float]()
        self.problem, self.is_passing = "", False

    def batches(self) -> Iterator[Watching | Skipped]:
        """Embed and store batch after batch, while the next one is decoded."""
        frames = self._decoded()
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(lambda: list(islice(frames, _BATCH)))
            while batch := waiting.result():
                waiting = thread.submit(lambda: list(islice(frames, _BATCH)))
                self._store(batch)
                yield Watching(self.path, self.last, self.facts.seconds, self.kept)
        if not self.problem and (problem := self.facts.flaws(self.last, self.gap, self.damaged)):
            self.problem = f"{NAME} cannot be decoded as a whole: {problem}"
        if not self.is_passing:  # else it goes on from here next time
            self._add([], done=True)
        if self.problem:
            yield Skipped(self.path, named(self.problem, self.path))

    def _decoded(self) -> Iterator[tuple[float, Image.Image]]:
        side, done = max(SIDE, self.perceptor.input_size), self.last
        try:
            frames = sampled_frames(self.path, side=side, since=max(0.0, done), damaged=self.damaged.append)
            yield from ((seconds, picture) for seconds, picture in frames if seconds > done)
        except ImageError as error:
            self.is_passing = is_passing(error, self.file)
            self.problem = str(error).replace(str(self.path), NAME)

    def _like(self) -> Tensor | None:
        """The vector of the last frame that was kept, by an earlier run; None at the beginning."""
        for one in self.frames.last(self.film, self.last):
            rows, found = self.vectors.get(picture_keys([one.key]))
            if found[0]:
                return rows[0]
        return None

    def _store(self, batch: list[tuple[float, Image.Image]]) -> None:
        """Embed a batch; vectors come first: a row without a vector would never get one."""
        rows = embed_images(self.perceptor, [from_pil(picture) for _, picture in batch])
        chosen = [number for number, row in enumerate(rows) if self._differs(row)]
        kept = [Frame(self.film, batch[number][0], perceptual_hashes(batch[number][1]).tobytes()) for number in chosen]
        if kept:
            try:
                self.vectors.add(picture_keys([one.key for one in kept]), rows[torch.tensor(chosen)].half().numpy())
            except OSError as error:
                raise unwritable(self.library.folder, error) from error
        times = [max(0.0, self.last), *(seconds for seconds, _ in batch)]
        self.gap = max(self.gap, *(after - before for before, after in zip(times, times[1:], strict=False)))
        self.last, self.kept = times[-1], self.kept + len(kept)
        self._add(kept)

    def _differs(self, row: Tensor) -> bool:
        if self.like is not None and float(row @ self.like) >= _SAME:
            return False
        self.like = row
        return True

    def _add(self, kept: list[Frame], *, done: bool = False) -> None:
        state = State(self.last, done, self.problem)
        self.frames.add(self.film, kept, self.perceptor.fingerprint, state)
