"""Picture files as unit vectors: loaded ahead, embedded in batches, stored, and the bad ones reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.media.images import find_images, load_ahead
from clipgen.perceptors.base import Perceptor
from clipgen.settings.describe import PLAIN
from clipgen.similarity.embed import embed_images, embed_windows, windows
from clipgen.store import Keys, Store, Vectors, part_keys, picture_keys, rounded

#: A picture file, or pixels [1, 3, H, W] in [0, 1].
Picture = Path | Tensor

_PIXELS = 32_000_000  # of loaded pictures, from which on they are embedded: twelve bytes each
_CHUNK = 64  # files that are looked up together: few enough for a first result at once, enough for one search
T = TypeVar("T")


class HowFar:
    """Base of the events that report only how far a verb is: they are shown while it works, and are no results."""


@dataclass(frozen=True)
class Skipped:
    """A picture, or a name of pictures, that cannot be used, and why, in one line."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Embedded:
    """A picture's vector [D], and those of the windows over it [W, D], share by share; all unit.

    index: its place among the pictures that were given, from 0.
    """

    index: int
    picture: Picture
    vector: Tensor
    windows: Tensor

    @property
    def path(self) -> Path | None:
        """Its file; None for pixels."""
        return self.picture if isinstance(self.picture, Path) else None


def find_pictures(names: Iterable[Path], *, recursive: bool = False) -> tuple[list[Path], list[Skipped]]:
    """The picture files of names and folders, once each, and the names that gave none.

        >>> pictures, skipped = find_pictures([folder, folder / "c.png"])
        >>> [path.name for path in pictures], [one.path.name for one in skipped]
        (['a.png', 'b.png'], ['c.png'])

    recursive: search the folders in folders, too.
    """
    found: dict[Path, None] = {}
    skipped = []
    for name in names:
        try:
            found.update(dict.fromkeys(find_images([name], recursive=recursive)))
        except ImageError as error:
            skipped.append(Skipped(name, str(error)))
    return list(found), skipped


def embed_pictures(
    perceptor: Perceptor,
    pictures: Iterable[Picture],
    *,
    views: str = PLAIN,
    shares: Sequence[float] = (),
    store: Store | None = None,
    batch: int = 32,
) -> Iterator[Embedded | Skipped]:
    """Embed any number of pictures, in order; a file that cannot be loaded is skipped.

        >>> [len(one.vector) == perceptor.dim for one in embed_pictures(perceptor, [folder / "a.png", image])]
        [True, True]

    views: a name in VIEWS; shares: sides of the windows to embed as well, of the short side; store: where the vectors
    of files are read from and written to: a file in it is not loaded, and one that has not changed is not even opened;
    batch: pictures in one pass of the perceptor. With a store, vectors are rounded to half precision whether they come
    from it or not, so that a second run gives equal results.
    """
    run = _Run(perceptor, views, tuple(shares), store)
    numbered = enumerate(pictures)
    for chunk in _parts(numbered, max(batch, _CHUNK)):
        items = [_Item(index, picture) for index, picture in chunk]
        run.look_up([item for item in items if item.path is not None])
        images = load_ahead([item.path for item in items if item.path is not None and not run.done(item)])
        for group in _parts(iter(items), batch):
            yield from run.embed(group, (image for _, image in images))


@dataclass
class _Item:
    """A picture in progress: what is known of it so far."""

    index: int
    picture: Picture
    digest: bytes | None = None
    stamp: tuple[int, int] | None = None  # size and time of a file when its digest was taken
    vector: Tensor | None = None
    windows: Tensor | None = None

    @property
    def path(self) -> Path | None:
        return self.picture if isinstance(self.picture, Path) else None


@dataclass(frozen=True)
class _Run:
    """How pictures are embedded, and where their vectors are stored."""

    perceptor: Perceptor
    views: str
    shares: tuple[float, ...]
    store: Store | None

    def vectors(self, view: str) -> Vectors | None:
        """Where the vectors of a view are stored: a perceptor of another dtype gives others."""
        if self.store is None:
            return None
        dtype = self.perceptor.dtype
        name = view if dtype == torch.float32 else f"{view}-{str(dtype).removeprefix('torch.')}"
        return self.store.vectors(self.perceptor.fingerprint, self.perceptor.dim, name)

    def done(self, item: _Item) -> bool:
        """Whether nothing of a picture is missing."""
        return item.vector is not None and (item.windows is not None or not self.shares)

    def look_up(self, items: Sequence[_Item]) -> None:
        """Fill in what the store has of files."""
        whole = self.vectors(self.views)
        if self.store is None or whole is None or not items:
            return
        for item in items:
            item.stamp = _stamp(item.path)
        for item, digest in zip(items, self.store.digests([item.path for item in items if item.path]), strict=True):
            item.digest = digest
        hashed = [item for item in items if item.digest is not None]
        keys = picture_keys([item.digest for item in hashed if item.digest])
        rows, found = whole.get(keys)
        sizes, sized = self.store.sizes(keys)
        for i, item in enumerate(hashed):
            item.vector = rows[i] if found[i] else None
            item.windows = self._stored_windows(item, *sizes[i].tolist()) if self.shares and sized[i] else None

    def _stored_windows(self, item: _Item, height: int, width: int) -> Tensor | None:
        found = []
        for share in self.shares:
            vectors = self.vectors(_window_view(share))
            assert vectors is not None and item.digest is not None
            rows, there = vectors.get(part_keys(item.digest, len(windows(height, width, share))))
            if not there.all():
                return None
            found.append(rows)
        return torch.cat(found)

    def embed(self, items: Sequence[_Item], images: Iterator[Tensor | ImageError]) -> Iterator[Embedded | Skipped]:
        """Complete some pictures; images: of the files that are not done, in order."""
        loaded: dict[int, Tensor] = {}
        failed: dict[int, ImageError] = {}
        held = 0
        for item in items:
            image = item.picture if isinstance(item.picture, Tensor) else None if self.done(item) else next(images)
            if isinstance(image, ImageError):
                failed[item.index] = image
            elif image is not None:
                loaded[item.index] = image
                if item.path is not None and _stamp(item.path) != item.stamp:
                    item.digest = None  # it changed since: what is embedded now is not what was hashed
                held += image.shape[-2] * image.shape[-1]
            if held >= _PIXELS:
                self._embed_loaded(items, loaded)
                held = 0
        self._embed_loaded(items, loaded)
        for item in items:
            if item.index in failed and item.path is not None:
                yield Skipped(item.path, str(failed[item.index]))
            elif item.vector is not None:
                parts = item.windows if item.windows is not None else torch.empty(0, self.perceptor.dim)
                yield Embedded(item.index, item.picture, item.vector, parts)

    def _embed_loaded(self, items: Sequence[_Item], loaded: dict[int, Tensor]) -> None:
        """Complete the pictures that are loaded, and let go of them."""
        self._embed_whole([item for item in items if item.index in loaded and item.vector is None], loaded)
        self._embed_windows([item for item in items if item.index in loaded and item.windows is None], loaded)
        loaded.clear()

    def _embed_whole(self, items: Sequence[_Item], loaded: dict[int, Tensor]) -> None:
        if not items:
            return
        rows = embed_images(self.perceptor, [loaded[item.index] for item in items], views=self.views)
        stored = self._stored(self.views, items, list(rows.split(1)), lambda digest, _: picture_keys([digest]))
        for item, row in zip(items, stored, strict=True):
            item.vector = row[0]

    def _embed_windows(self, items: Sequence[_Item], loaded: dict[int, Tensor]) -> None:
        if not items or not self.shares:
            return
        images = [loaded[item.index] for item in items]
        of_shares = [
            self._stored(_window_view(share), items, embed_windows(self.perceptor, images, share=share), part_keys)
            for share in self.shares
        ]
        for item, several in zip(items, zip(*of_shares, strict=True), strict=True):
            item.windows = torch.cat(several)
        if self.store is not None:
            self.store.add_sizes([(item.digest, *loaded[item.index].shape[-2:]) for item in items if item.digest])

    def _stored(
        self, view: str, items: Sequence[_Item], rows: list[Tensor], keys_of: Callable[[bytes, int], Keys]
    ) -> list[Tensor]:
        """Rows [n, D] of each picture as they are stored now; without a store, as they are."""
        vectors = self.vectors(view)
        if vectors is None:
            return rows
        stored = [rounded(some) for some in rows]
        hashed = [i for i, item in enumerate(items) if item.digest]
        if hashed:
            keys = np.concatenate([keys_of(items[i].digest or b"", len(rows[i])) for i in hashed])
            put = vectors.put(keys, torch.cat([rows[i] for i in hashed]))
            for i, some in zip(hashed, put.split([len(rows[i]) for i in hashed]), strict=True):
                stored[i] = some
        return stored


def _window_view(share: float) -> str:
    return f"window-{share:g}"


def in_groups(events: Iterable[Embedded | Skipped], size: int) -> Iterator[list[Embedded] | Skipped]:
    """Embedded pictures in lists of up to `size`, and between them what was skipped.

    >>> [len(group) for group in in_groups(embed_pictures(perceptor, [image] * 3), 2)]
    [2, 1]
    """
    group: list[Embedded] = []
    for event in events:
        if isinstance(event, Skipped):
            yield event
            continue
        group.append(event)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        status = os.stat(path or "")
        return status.st_size, status.st_mtime_ns
    except OSError:
        return None


def _parts(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` items."""
    while part := list(islice(items, size)):
        yield part
