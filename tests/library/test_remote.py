"""An index whose pictures are read by workers: its rows and vectors are those of a local one, whoever dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clipgen.cluster import Lost
from clipgen.errors import DeviceError, ImageError, WeightsError
from clipgen.library import Library, Progress, index, readers
from clipgen.library.remote import Batch, ClusterReaders, PictureReader
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Skipped
from clipgen.store import picture_keys
from raising import refused

from .conftest import noise


class Scripted:
    """A cluster in this process. dies: called with the paths of a batch, whether its worker dies over it."""

    def __init__(self, size: int, dies: Callable[[Sequence[Path]], bool] = lambda paths: False) -> None:
        self.size, self.dies, self.gpus, self.cores = size, dies, 0, 1
        self.calls: list[tuple[int, Batch]] = []
        self.most = 0

    def employ(self, kind: type[PictureReader], *arguments: Any) -> None:
        self.workers = [kind(*arguments) for _ in range(self.size)]

    def call(self, worker: int, task: Batch, method: str, paths: Sequence[Path]) -> None:
        assert method == "read"
        self.calls.append((worker, task))
        self.most = max(self.most, len(self.calls))

    def wait(self) -> tuple[int, list[Batch], Any]:
        worker, batch = self.calls[-1]  # the last first: batches come in any order
        own = [task for other, task in self.calls if other == worker]
        if self.dies(own[0].paths):
            self.calls = [call for call in self.calls if call[0] != worker]
            return worker, own, Lost("the worker ended")
        self.calls.remove((worker, own[0]))
        return worker, [own[0]], self.workers[worker].read(own[0].paths)


Bring = Callable[[Path, Scripted], tuple[int, list[Skipped]]]


@pytest.fixture
def bring(library: Library, perceptor: OpenClip, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch) -> Bring:
    """Index a place by a cluster, three files a batch; how many pictures were embedded, and what was skipped."""
    monkeypatch.setattr("clipgen.library.remote.BATCH", 3)
    monkeypatch.setattr(readers, "BATCH", 3)

    def call(place: Path, cluster: Scripted) -> tuple[int, list[Skipped]]:
        clip = (f"local-dir:{tiny_clip}",)
        workers = ClusterReaders(cluster, [place], perceptors=clip, device="cpu", dtype="fp32")  # type: ignore[arg-type]
        events = list(index([place], library, perceptor, films=False, readers=workers))
        skipped = [event for event in events if isinstance(event, Skipped)]
        return max(event.embedded for event in events if isinstance(event, Progress)), skipped

    return call


@pytest.fixture
def many(photos: Path) -> Path:
    """photos/, with ten pictures, of which one is a copy and one is damaged."""
    for seed in range(4, 8):
        noise(seed).save(photos / f"{seed}.png")
    (photos / "copy.png").write_bytes((photos / "1.png").read_bytes())
    (photos / "bad.png").write_bytes((photos / "2.png").read_bytes()[:60])
    return photos


def everything(library: Library, perceptor: OpenClip) -> tuple[list[tuple], dict[bytes, bytes]]:
    """The rows of a library without their numbers, and its vectors by content."""
    columns = "path, size, mtime, hash, width, height, phashes, measures, error, words, format"
    rows = library.database.rows(f"select {columns} from file join content using (hash) order by path")
    hashes = sorted({row[3] for row in rows})
    vectors, found = library.vectors(perceptor.fingerprint, perceptor.dim).read(picture_keys(hashes))
    return rows, {hash: row.tobytes() for hash, row, there in zip(hashes, vectors, found, strict=True) if there}


def local(place: Path, folder: Path, perceptor: OpenClip) -> tuple[list[tuple], dict[bytes, bytes]]:
    with Library(folder / "local.sqlite") as library:
        list(index([place], library, perceptor))
        return everything(library, perceptor)


def test_rows_and_vectors_are_those_of_a_local_index(
    many: Path, bring: Bring, library: Library, perceptor: OpenClip, tmp_path: Path
) -> None:
    cluster = Scripted(2)
    embedded, skipped = bring(many, cluster)
    assert embedded == 8 and [one.path.name for one in skipped] == ["bad.png"]
    assert everything(library, perceptor) == local(many, tmp_path, perceptor)
    assert 2 < cluster.most <= 4  # a worker has its next batch, and not the whole folder
    assert bring(many, Scripted(2)) == (0, skipped)


def test_what_is_known_is_not_decoded_by_workers(
    many: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(many, Scripted(1))
    (many / "1.png").rename(many / "renamed.png")
    (many / "bad.png").rename(many / "worse.png")
    monkeypatch.setattr("clipgen.library.reading.load_reduced", lambda *_: pytest.fail("decoded again"))
    embedded, skipped = bring(many, Scripted(1))
    assert embedded == 0 and [one.path.name for one in skipped] == ["worse.png"]
    assert "worse.png" in skipped[0].reason and len(library.database.files(many)) == 10


def test_the_death_of_workers_costs_nothing(
    many: Path, bring: Bring, library: Library, perceptor: OpenClip, tmp_path: Path
) -> None:
    deaths = iter([True, False, True, True])
    assert bring(many, Scripted(2, lambda paths: next(deaths, False)))[0] == 8
    assert everything(library, perceptor) == local(many, tmp_path, perceptor)


def test_a_file_that_kills_its_workers_is_named_and_the_others_are_embedded(many: Path, bring: Bring) -> None:
    embedded, skipped = bring(many, Scripted(2, lambda paths: many / "2.png" in paths))
    assert embedded == 7 and {one.path.name for one in skipped} == {"2.png", "bad.png"}
    (reason,) = [one.reason for one in skipped if one.path.name == "2.png"]
    assert "the worker ended" in reason


def test_workers_that_never_start_are_one_error(photos: Path, bring: Bring) -> None:
    with refused(DeviceError, "ray", match="the worker ended"):
        bring(photos, Scripted(2, lambda paths: True))


def test_a_machine_without_the_folders_or_with_other_weights_is_refused(
    photos: Path, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SimpleNamespace(fingerprint="0", name="other")
    with monkeypatch.context() as changed:
        changed.setattr("clipgen.library.remote.load_perceptors", lambda *_: other)
        with refused(WeightsError, match="other"):
            bring(photos, Scripted(1))
    exists = os.path.exists
    monkeypatch.setattr(os.path, "exists", lambda path: str(path) != str(photos) and exists(path))
    with refused(ImageError, match="photos"):
        bring(photos, Scripted(1))
