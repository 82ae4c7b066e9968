"""How fast are cached captions ranked? Ours, a plain NumPy argsort and faiss, side by side in one run, on one core.

    pip install faiss-cpu && python benchmarks/rank.py --captions 1000000 --json rank.json

Ours: what `clipgen caption --candidates FILE` does once the captions are embedded: read the file, look every caption up
in the store on disk, rank exactly. NumPy and faiss are given the embeddings in memory, which is their easier half.
"""

from __future__ import annotations

import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
import torch.nn.functional as F

from clipgen.similarity import Ranking
from clipgen.store import Store, text_keys
from clipgen.tasks.caption import read_candidates

DIM, TOP = 384, 10


def write_captions(folder: Path, count: int) -> tuple[Path, np.ndarray]:
    """A file of captions, their unit embeddings, and a store of these."""
    path = folder / "captions.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"a caption of thing {i} in place {i % 977}\n" for i in range(count))
    rows = F.normalize(torch.randn(count, DIM, generator=torch.Generator().manual_seed(0)), dim=1)
    vectors, first = Store(folder / "store", limit=None).vectors("f" * 64, DIM, "text"), 0
    for texts in read_candidates(path, block=100_000):
        vectors.put(text_keys(texts), rows[first : first + len(texts)])
        first += len(texts)
    return path, rows.half().float().numpy()


def ours(path: Path, store: Path, query: torch.Tensor) -> list[str]:
    """Read, look up, rank."""

    def never(missing: list[int]) -> torch.Tensor:
        raise AssertionError("every caption is in the store")

    ranking, vectors = Ranking(query, top=TOP), Store(store, limit=None).vectors("f" * 64, DIM, "text")
    for texts in read_candidates(path):
        ranking.add(texts, vectors.through(text_keys(texts), never))
    return [found.text for found in ranking.best()[0]]


def seconds(call: Callable[[], Any]) -> float:
    """Wall time of a call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@click.command()
@click.option("--captions", default=200_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(captions: int, rounds: int, json_path: Path | None) -> None:
    """Print captions a second of each, and ours over each of the others."""
    torch.set_num_threads(1)
    query = F.normalize(torch.randn(1, DIM, generator=torch.Generator().manual_seed(1)), dim=1)
    with tempfile.TemporaryDirectory() as folder:
        path, rows = write_captions(Path(folder), captions)
        lines = path.read_text(encoding="utf-8").splitlines()
        contenders: dict[str, Callable[[], list[str]]] = {
            "ours, from file and store": lambda: ours(path, Path(folder) / "store", query),
            "numpy argsort, in memory": lambda: [lines[i] for i in np.argsort(-(rows @ query[0].numpy()))[:TOP]],
        }
        try:
            import faiss

            faiss.omp_set_num_threads(1)
            index = faiss.IndexFlatIP(DIM)
            index.add(rows)
            contenders["faiss flat, in memory"] = lambda: [lines[i] for i in index.search(query.numpy(), TOP)[1][0]]
        except ImportError:
            click.echo("faiss is not installed (pip install faiss-cpu): left out", err=True)
        best = {name: call() for name, call in contenders.items()}
        agree = len({tuple(found) for found in best.values()}) == 1
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, call in contenders.items():
                times[name].append(seconds(call))
    rates = {name: captions / statistics.median(spent) for name, spent in times.items()}
    for name, rate in rates.items():
        click.echo(f"{name:28} {rate:12,.0f} captions/s   spread {max(times[name]) / min(times[name]):.2f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"the same {TOP} first: {agree}   peak memory {memory:.0f} MB (the embeddings in memory: "
               f"{rows.nbytes / 2**20:.0f} MB of it)")  # fmt: skip
    if json_path:
        json_path.write_text(json.dumps({"captions": captions, "rates": rates, "agree": agree}, indent=2) + "\n")


if __name__ == "__main__":
    main()
