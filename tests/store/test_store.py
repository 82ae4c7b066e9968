import multiprocessing
import os
import random
import signal
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import embed_texts
from clipgen.store import Store, Vectors, rounded, table, text_keys


def vectors_of(texts: Sequence[str], dim: int = 8) -> Tensor:
    """A vector for each text, by its letters."""
    rows = np.stack([np.random.default_rng(list(text.encode())).standard_normal(dim) for text in texts])
    return torch.from_numpy(rows / np.linalg.norm(rows, axis=1, keepdims=True)).float()


class Asked:
    """Embeds texts, and keeps which it was asked for."""

    def __init__(self, dim: int = 8) -> None:
        self.dim = dim
        self.texts: list[str] = []

    def through(self, vectors: Vectors, texts: Sequence[str]) -> Tensor:
        def embed(missing: list[int]) -> Tensor:
            self.texts += [texts[i] for i in missing]
            return vectors_of([texts[i] for i in missing], self.dim)

        return vectors.through(text_keys(texts), embed)


def test_damaged_rows_are_no_numbers_without_a_warning(tmp_path: Path) -> None:
    vectors = stored(tmp_path, dim=2)
    with warnings.catch_warnings(action="error"):
        assert vectors.whole(np.array([[np.nan, 1], [np.inf, np.inf], [0.6, 0.8]], np.float16)).tolist() == [0, 0, 1]


def stored(folder: Path, *, dim: int = 8, view: str = "text", fingerprint: str = "abc") -> Vectors:
    """As a new process opens them."""
    return Store(folder).vectors(fingerprint, dim, view)


def holds(vectors: Vectors, texts: Sequence[str]) -> bool:
    """Whether all texts are there, with their own vectors."""
    rows, found = vectors.get(text_keys(texts))
    return bool(found.all()) and torch.allclose(rows, vectors_of(texts, vectors.width), atol=2e-3)


def test_a_text_is_embedded_once(tmp_path: Path) -> None:
    asked = Asked()
    first = asked.through(stored(tmp_path), ["a", "b", "a"])
    again = asked.through(stored(tmp_path), ["b", "c", "a"])
    assert asked.texts == ["a", "b", "c"]
    assert torch.equal(first[0], first[2]) and torch.equal(again[0], first[1]) and torch.equal(again[2], first[0])
    assert torch.allclose(again, vectors_of(["b", "c", "a"]), atol=2e-3)
    assert again.norm(dim=1).tolist() == pytest.approx([1, 1, 1], abs=1e-6)


def test_perceptors_and_views_have_vectors_of_their_own(tmp_path: Path) -> None:
    asked = Asked()
    for fingerprint, view in (("one", "text"), ("two", "text"), ("one", "centre")):
        asked.through(stored(tmp_path, fingerprint=fingerprint, view=view), ["a"])
    assert asked.texts == ["a", "a", "a"]


def test_all_vectors_are_mapped_not_copied(tmp_path: Path) -> None:
    texts = [f"text {i}" for i in range(5000)]
    writer = Store(tmp_path, limit=400_000).vectors("abc", 8, "text")  # segments of 50,000 bytes
    for first in range(0, 5000, 500):
        writer.put(text_keys(texts[first : first + 500]), vectors_of(texts[first : first + 500]))
    segments = stored(tmp_path).segments()
    assert 1 < len(segments) < 10  # as large as may be, however small the batches were
    assert all(isinstance(part, np.memmap) for segment in segments for part in (segment.keys, segment.rows))
    keys = np.concatenate([segment.keys for segment in segments])
    rows = np.concatenate([segment.rows for segment in segments])
    assert (keys == text_keys(texts)).all() and rows.dtype == np.float16
    assert np.allclose(rows.astype(np.float32), vectors_of(texts).numpy(), atol=2e-3)


def test_the_first_to_store_a_vector_decides(tmp_path: Path) -> None:
    one, other = stored(tmp_path), stored(tmp_path)
    first, second = vectors_of(["x"]), vectors_of(["y"])
    one.put(text_keys(["a"]), first)
    assert torch.equal(other.put(text_keys(["a"]), second), rounded(first))
    assert sum(len(segment.keys) for segment in stored(tmp_path).segments()) == 1


def test_it_stays_in_its_limit_and_can_be_cleared(tmp_path: Path) -> None:
    store = Store(tmp_path, limit=40_000)
    for i in range(20):
        texts = [f"{i} {j}" for j in range(20)]
        store.vectors("abc", 256, "text").put(text_keys(texts), vectors_of(texts, 256))
    assert 10_000 < store.usage().bytes <= 60_000
    assert holds(stored(tmp_path, dim=256), texts)  # the newest ones
    assert not stored(tmp_path, dim=256).get(text_keys(["0 0"]))[1].any()
    assert store.usage().texts > 0 and store.usage().pictures == 0
    assert store.clear() > 0 and store.usage().bytes == 0


def test_a_store_that_was_cleared_meanwhile_is_filled_again(tmp_path: Path) -> None:
    open_one = stored(tmp_path)
    open_one.put(text_keys(["a", "b", "c"]), vectors_of(["a", "b", "c"]))
    Store(tmp_path).clear()
    stored(tmp_path).put(text_keys(["d", "e", "f", "g"]), vectors_of(["d", "e", "f", "g"]))
    assert not open_one.get(text_keys(["a"]))[1].any() and holds(open_one, ["d", "e", "f", "g"])


@pytest.mark.parametrize("suffix", [".keys", ".rows"])
@pytest.mark.parametrize("left", [0, 1, 40, 100])
def test_a_damaged_file_costs_its_rows_only(tmp_path: Path, suffix: str, left: int) -> None:
    texts = [f"text {i}" for i in range(10)]
    stored(tmp_path).put(text_keys(texts), vectors_of(texts))
    (file,) = tmp_path.rglob(f"*{suffix}")
    file.write_bytes(file.read_bytes()[:left])
    asked = Asked()
    rows = asked.through(stored(tmp_path), texts)
    assert asked.texts and torch.allclose(rows, vectors_of(texts), atol=2e-3)
    assert holds(stored(tmp_path), texts)


def test_rows_that_a_power_failure_left_empty_are_embedded_again(tmp_path: Path) -> None:
    stored(tmp_path).put(text_keys(["a", "b"]), vectors_of(["a", "b"]))
    (file,) = tmp_path.rglob("*.rows")
    file.write_bytes(file.read_bytes()[:16] + bytes(16))
    asked = Asked()
    asked.through(stored(tmp_path), ["a", "b"])
    asked.through(stored(tmp_path), ["a", "b"])
    assert asked.texts == ["b"] and holds(stored(tmp_path), ["a", "b"])


@pytest.mark.parametrize("left", [0, 33, 64])
def test_a_file_that_is_cut_short_while_it_is_mapped_costs_the_rows_that_are_gone(tmp_path: Path, left: int) -> None:
    open_one = stored(tmp_path)
    open_one.put(text_keys(["a", "b", "c"]), vectors_of(["a", "b", "c"]))
    (file,) = tmp_path.rglob("*.keys")
    file.write_bytes(file.read_bytes()[:left])
    assert open_one.get(text_keys(["a", "b", "c"]))[1].tolist() == [left >= 32, left >= 64, False]
    assert torch.allclose(Asked().through(open_one, ["c", "a"]), vectors_of(["c", "a"]), atol=2e-3)
    assert holds(open_one, ["a", "c"])


@pytest.mark.parametrize("torn", [b"", b"x", b"x" * 17, b"x" * 320])
def test_what_was_written_without_its_key_does_not_count(tmp_path: Path, torn: bytes) -> None:
    stored(tmp_path).put(text_keys(["a", "b"]), vectors_of(["a", "b"]))
    for suffix, end in ((".rows", torn), (".keys", torn[:31])):
        (file,) = tmp_path.rglob(f"*{suffix}")
        file.write_bytes(file.read_bytes() + end)
    stored(tmp_path).put(text_keys(["c"]), vectors_of(["c"]))
    assert holds(stored(tmp_path), ["a", "b", "c"])
    assert sum(len(segment.keys) for segment in stored(tmp_path).segments()) == 3


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rows = Asked().through(stored(tmp_path / "file" / "store"), ["a"])
    assert torch.allclose(rows, vectors_of(["a"]), atol=2e-3)


def test_threads_at_once(tmp_path: Path) -> None:
    wrong = []
    store = Store(tmp_path)

    def work(seed: int) -> None:
        vectors = store.vectors("abc", 8, "text") if seed < 3 else stored(tmp_path)
        for i in range(30):
            texts = [f"{(i + seed * k) % 50}" for k in range(5)]
            if not torch.allclose(Asked().through(vectors, texts), vectors_of(texts), atol=2e-3):
                wrong.append(texts)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def write(folder: Path, name: str, count: int, done: int) -> None:
    """Store numbered batches, one after the other, and write the number of each into a pipe once it is stored."""
    for batch in range(count):
        texts = [f"{name} {batch} {i}" for i in range(40)] + [f"shared {batch}"]
        stored(folder, dim=64).put(text_keys(texts), vectors_of(texts, 64))
        os.write(done, b"%d\n" % batch)


class Writer:
    """Another process that writes."""

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self.pipe, done = os.pipe()
        self.process = multiprocessing.get_context("fork").Process(target=write, args=(folder, name, count, done))
        self.process.start()
        os.close(done)

    def kill(self, after: float) -> int:
        """Kill -9 after so many seconds of writing; returns the number of batches that were stored."""
        numbers = os.read(self.pipe, 8)
        time.sleep(after)
        self.process.kill()
        self.process.join()
        while more := os.read(self.pipe, 4096):
            numbers += more
        return int(numbers.split()[-1]) + 1


def batches(name: str, count: int) -> list[str]:
    return [f"{name} {batch} {i}" for batch in range(count) for i in range(40)]


def test_a_killed_writer_loses_at_most_its_last_batch(tmp_path: Path) -> None:
    for attempt in range(12):
        count = Writer(tmp_path, f"run{attempt}", 1_000_000).kill(after=random.Random(attempt).random() * 0.05)
        assert holds(stored(tmp_path, dim=64), batches(f"run{attempt}", count))
    total = sum(len(segment.keys) for segment in stored(tmp_path, dim=64).segments())
    stored(tmp_path, dim=64).put(text_keys(["after"]), vectors_of(["after"], 64))
    assert sum(len(segment.keys) for segment in stored(tmp_path, dim=64).segments()) == total + 1


@pytest.mark.parametrize(("file", "share"), [(0, 0.5), (0, 1.0), (1, 0.5), (1, 0.01), (1, 1.0)])
def test_a_writer_killed_within_a_batch_loses_that_batch_only(tmp_path: Path, file: int, share: float) -> None:
    """file: of the two that a batch is written to, the one that is not finished; share: what is written of it."""

    def killed(done: int) -> None:
        append, written = table._append_at, []

        def torn(path: Path, place: int, array: np.ndarray) -> None:
            if len(written) < 2 + file:  # the second batch's
                written.append(path)
                return append(path, place, array)
            data = array.tobytes()
            with open(path, "ab") as part:
                part.write(data[: int(share * len(data))])
            os.kill(os.getpid(), signal.SIGKILL)

        table._append_at = torn
        write(tmp_path, "run", 2, done)

    pipe, done = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=killed, args=(done,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL and os.read(pipe, 8) == b"0\n"
    assert holds(stored(tmp_path, dim=64), batches("run", 1))
    Asked(64).through(stored(tmp_path, dim=64), batches("run", 2))
    assert holds(stored(tmp_path, dim=64), batches("run", 2))


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    both = [Writer(tmp_path, name, 60) for name in ("one", "two")]
    for writer in both:
        writer.process.join(timeout=120)
        assert writer.process.exitcode == 0
    vectors = stored(tmp_path, dim=64)
    shared = [f"shared {batch}" for batch in range(60)]
    assert holds(vectors, batches("one", 60) + batches("two", 60) + shared)
    assert sum(len(segment.keys) for segment in vectors.segments()) == 2 * 60 * 40 + 60  # each key once


def test_a_perceptor_with_a_store(perceptor: OpenClip, tmp_path: Path) -> None:
    texts = ["fox", "castle", "red square, blue circle, " * 4]
    first = embed_texts(perceptor, texts, store=Store(tmp_path))
    assert torch.allclose(first, embed_texts(perceptor, texts), atol=2e-3)
    assert torch.equal(first, embed_texts(perceptor, texts, store=Store(tmp_path)))
