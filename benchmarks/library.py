"""How fast is a search in a large library, how much memory does it take, and how much does it miss?

    python benchmarks/library.py --vectors 1000000 --files 100000 --json library.json
    python benchmarks/library.py --line labelled/          # folders named for what they show; those with "_" are others

Vectors like those of pictures: mixtures of the 800 pictures behind the reader's calibration, with noise of their own
covariance. Queries: real texts, the captions behind that calibration, embedded by the reader. Beside it, on the same
vectors in the same run, what rclip does: vectors as blobs in SQLite, a dot product, a sort. Nothing else may run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import configured  # before torch is imported
import numpy as np
import torch
from PIL import Image

from clipgen.library import Content, File, Library, index
from clipgen.parts import Parts
from clipgen.settings import QuerySettings
from clipgen.similarity import Matcher
from clipgen.store import picture_keys
from clipgen.tasks.bank import Bank
from clipgen.tasks.search import Found, Query, search
from clipgen.tasks.unrelated import matcher_of

BLOCK, TOP = 50_000, 10


def blocks(count: int, pictures: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Unit vectors [n, D] in half precision, with the number of the first."""
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(np.cov(pictures.T) + 1e-6 * np.eye(pictures.shape[1])).T.astype(np.float32)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        a, b = (pictures[rng.integers(0, len(pictures), size)] for _ in range(2))
        share = rng.uniform(0.5, 1, (size, 1)).astype(np.float32)
        rows = share * a + (1 - share) * b + 0.5 * rng.standard_normal((size, len(root)), np.float32) @ root
        yield first, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def digest(number: int) -> bytes:
    """The sha256 of a picture that does not exist."""
    return hashlib.sha256(number.to_bytes(8)).digest()


def name(number: int) -> str:
    """Its path."""
    return f"/photos/{number // 1000:04d}/IMG_{number:07d}.jpg"


def fill(library: Library, matcher: Matcher, rival: sqlite3.Connection, count: int) -> None:
    """Rows and vectors into the library, and into the other program's table."""
    vectors = library.vectors(matcher.perceptor.fingerprint, matcher.perceptor.dim)
    rival.execute("create table images (filepath text primary key, vector blob)")
    for first, rows in blocks(count, matcher.background.pictures.numpy()):
        numbers = range(first, first + len(rows))
        hashes = [digest(i) for i in numbers]
        vectors.add(picture_keys(hashes), rows)
        phashes = np.random.default_rng(first).integers(0, 2**63, (len(rows), 8), np.uint64)
        contents = [Content(hash, 640, 480, phashes=row.tobytes()) for hash, row in zip(hashes, phashes, strict=True)]
        files = [File(Path(name(i)), 1, 1, hash) for i, hash in zip(numbers, hashes, strict=True)]
        library.database.add(files, contents)
        single = rows.astype(np.float32)
        rival.executemany("insert into images values (?, ?)",
                          [(name(i), row.tobytes()) for i, row in zip(numbers, single, strict=True)])  # fmt: skip
        rival.commit()


def rclips_way(rival: sqlite3.Connection, query: np.ndarray) -> list[str]:
    """All blobs, a dot product, a sort; in blocks, since all at once would not fit into memory."""
    scored: list[tuple[float, str]] = []
    rows = rival.execute("select filepath, vector from images")
    while block := rows.fetchmany(BLOCK):
        features = np.stack([np.frombuffer(vector, np.float32) for _, vector in block])
        scored += zip((features @ query).tolist(), (path for path, _ in block), strict=True)
    return [path for _, path in sorted(scored, reverse=True)[:TOP]]


def exact(library: Library, matcher: Matcher, queries: torch.Tensor) -> list[set[bytes]]:
    """The best ten of each query among all vectors."""
    best = torch.full((len(queries), TOP), -2.0)
    keys = np.zeros((len(queries), TOP, 4), np.uint64)
    for segment in library.vectors(matcher.perceptor.fingerprint, matcher.perceptor.dim).segments():
        for first in range(0, len(segment.keys), BLOCK):
            rows = torch.from_numpy(segment.rows[first : first + BLOCK].astype(np.float32))
            scores, places = (queries @ torch.nn.functional.normalize(rows, dim=1).T).topk(TOP, dim=1)
            both = torch.cat([best, scores], dim=1)
            best, order = both.topk(TOP, dim=1)
            joined = np.concatenate([keys, segment.keys[first + places.numpy()]], axis=1)
            keys = np.take_along_axis(joined, order.numpy()[..., None], axis=1)
    return [{key.tobytes() for key in row} for row in keys]


def memory(kind: str = "VmRSS") -> float:
    """Megabytes that are resident now; kind: "VmRSS", all, or "RssAnon", those that no file has."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 2**10 for line in lines if line.startswith(f"{kind}:"))


#: what importing torch, clipgen and the rest took, before anything is loaded
IMPORTED = {kind: memory(kind) for kind in ("VmRSS", "RssAnon")}


def seconds(call: Callable[[], object]) -> float:
    """Wall time of a call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def time_queries(folder: Path, matcher: Matcher, texts: list[str]) -> dict[str, float]:
    """Seconds and memory of searches, and what they miss."""
    queries = torch.stack([Query.of([text], [], matcher).vector for text in texts])
    before = memory()
    library = Library(folder / "library.sqlite")

    def ask(text: str) -> list[Found]:
        settings = QuerySettings(unlikely=True)
        return [one for one in search([text], [], [], library, matcher, settings) if isinstance(one, Found)]

    first = seconds(lambda: ask(texts[0]))
    warm = [seconds(lambda text=text: ask(text)) for text in texts]  # type: ignore[misc]
    grown, process, own = memory() - before, memory(), memory("RssAnon")
    searcher = library.searcher(matcher.perceptor.fingerprint, matcher.background.mean_picture.numpy())
    scan = [seconds(lambda q=query: searcher.nearest(q.numpy(), TOP)) for query in queries]  # type: ignore[misc]
    found = [{key.tobytes() for key in searcher.nearest(query.numpy(), TOP).keys} for query in queries]
    hits = sum(len(one & other) for one, other in zip(found, exact(library, matcher, queries), strict=True))
    return {
        "first_query_s": first, "warm_query_s": statistics.median(warm), "warm_query_worst_s": max(warm),
        "warm_scan_s": statistics.median(scan), "memory_of_index_mb": grown, "memory_of_process_mb": process,
        "anonymous_mb": own, "imports_mb": IMPORTED["VmRSS"], "imports_anonymous_mb": IMPORTED["RssAnon"],
        "queries": len(texts), "recall_at_10": hits / (TOP * len(texts)),
    }  # fmt: skip


def time_rescan(folder: Path, matcher: Matcher, count: int) -> dict[str, float]:
    """Seconds to look through a folder in which nothing changed."""
    picture = Image.new("RGB", (16, 16))
    for i in range(count):
        place = folder / "photos" / f"{i // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        if i == 0:
            picture.save(place / f"{i}.png")
            whole = (place / f"{i}.png").read_bytes()
        (place / f"{i}.png").write_bytes(whole + i.to_bytes(4))  # a content of its own, and still a picture
    with Library(folder / "files.sqlite") as library:
        took = seconds(lambda: list(index([folder / "photos"], library, matcher.perceptor)))
        return {"files": count, "first_index_s": took,
                "rescan_s": seconds(lambda: list(index([folder / "photos"], library, matcher.perceptor)))}  # fmt: skip


NONSENSE = (
    "asdf qwer zxcv", "xyzzy plugh frobnicate", "the square root of minus one", "quarterly tax return of a company",
    "a podcast about inflation", "a theorem of number theory", "jjj kkk lll", "yesterday", "qwertyuiop",
    "constitutional law", "the sound of silence", "zzzzz", "lorem ipsum dolor sit amet", "0x7ffe 0x1b",
    "nothing at all", "the price of gold in 1932", "democracy", "why not", "foo bar baz", "mgkqw pdlf wrtt",
    "to be or not to be", "an irregular verb", "annual report", "a logarithm", "philosophical doubt", "blah blah",
    "the second law of thermodynamics", "wxyz", "copyright notice", "terms and conditions",
)  # fmt: skip


def find_line(labelled: Path, matcher: Matcher) -> dict[str, float]:
    """What the line between likely and unlikely loses, and what it keeps out."""
    labels = sorted(folder.name for folder in labelled.iterdir() if folder.is_dir() and folder.name[0] != "_")
    settings = QuerySettings(top=100_000, fold=False)
    with tempfile.TemporaryDirectory() as name, Library(Path(name) / "library.sqlite") as library:
        list(index([labelled], library, matcher.perceptor))
        true = {label: {file.path for file in library.database.files(labelled.absolute() / label)} for label in labels}

        def ask(text: str) -> list[Path]:
            events = search([text], [], [labelled], library, matcher, settings, refresh=False)
            return [one.path for one in events if isinstance(one, Found) and one.likely]

        found = {label: ask(label) for label in labels}
        empty = sum(not ask(text) for text in NONSENSE)
        files = len(library.database.files(labelled.absolute()))
    hits = {label: len(true[label].intersection(found[label])) for label in labels}
    total = sum(map(len, true.values()))
    return {
        "files": files, "labels": len(labels), "nonsense_with_nothing": empty / len(NONSENSE),
        "hits_lost": 1 - sum(hits.values()) / total,
        "others_above_the_line": sum(len(found[label]) - hits[label] for label in labels) / len(labels),
        "first_is_right": sum(bool(some) and some[0] in true[label] for label, some in found.items()) / len(labels),
    }  # fmt: skip


@click.command()
@click.option("--vectors", default=1_000_000, show_default=True)
@click.option("--files", default=100_000, show_default=True, help="Of a folder that is looked through again.")
@click.option("--queries", default=200, show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Queries in rclip's way.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--line", type=click.Path(path_type=Path), help="Instead: what is lost and kept out in these folders.")
@click.option("--keep", type=click.Path(path_type=Path), help="Folder that is filled, or was by an earlier run.")
@click.option("--ask", type=click.Path(path_type=Path), hidden=True, help="Only search what is in this folder.")
def main(
    vectors: int, files: int, queries: int, rounds: int, json_path: Path | None, line: Path | None,
    keep: Path | None, ask: Path | None,
) -> None:  # fmt: skip
    """Print seconds, memory and recall."""
    matcher = matcher_of(Parts().perceptor(["reader"], torch.device("cpu")))
    if line is not None:
        click.echo(json.dumps(find_line(line, matcher), indent=2))
        return
    captions = Bank.whole().captions
    texts = [captions[i] for i in np.random.default_rng(1).choice(len(captions), queries, replace=False)]
    if ask is not None:  # a process of its own: memory is then that of searching
        click.echo(json.dumps(time_queries(ask, matcher, texts)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder, figures = keep or Path(name), {"vectors": float(vectors)}
        folder.mkdir(parents=True, exist_ok=True)
        filled = (folder / "library.sqlite").exists()
        rival = sqlite3.connect(folder / "rclip.sqlite")
        if not filled:
            with Library(folder / "library.sqlite") as library:
                figures["fill_s"] = seconds(lambda: fill(library, matcher, rival, vectors))
        asked = [sys.executable, __file__, "--ask", str(folder), "--queries", str(queries)]
        for round in ("first_ever_", ""):  # sign bits are computed by the first process, and cached
            ran = subprocess.run(asked, check=True, stdout=subprocess.PIPE, env=os.environ | {configured.SIDE: "ours"})
            found = json.loads(ran.stdout)
            figures |= {f"{round}{key}": value for key, value in found.items() if not round or key == "first_query_s"}
        query = Query.of([texts[0]], [], matcher).vector.numpy()
        figures["rclips_way_s"] = statistics.median(seconds(lambda: rclips_way(rival, query)) for _ in range(rounds))
        figures["ratio"] = figures["rclips_way_s"] / figures["warm_query_s"]
        figures |= time_rescan(folder, matcher, files)
    for key, value in figures.items():
        click.echo(f"{key:24} {value:,.3f}")
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
