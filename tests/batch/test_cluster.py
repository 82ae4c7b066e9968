"""A local Ray of two workers: batches and indexes on it, and what a killed worker or driver costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from clipgen.batch import Ledger, Line, LocalCrew, Tally, job_of_row, run
from clipgen.cluster import Cluster
from clipgen.library import Library, Progress, index
from clipgen.library.remote import ClusterReaders
from clipgen.perceptors.openclip import OpenClip
from library.conftest import noise
from library.test_remote import everything, local

pytest.importorskip("ray", reason="Ray is not installed: pip install 'clipgen[ray]'")
pytestmark = pytest.mark.slow

DRAW: dict[str, Any] = {"verb": "sample", "generator": "cppn", "size": [16, 16], "device": "cpu", "dtype": "fp32"}


def kill(cluster: Cluster[Any]) -> None:
    """Kill the process of a worker that lives with signal 9."""
    for actor in filter(None, cluster._actors):
        with suppress(cluster._ray.exceptions.RayError):  # it was killed before
            process = cluster._ray.get(actor.__ray_call__.remote(lambda _: os.getpid()))  # type: ignore[attr-defined]
            os.kill(process, signal.SIGKILL)
            return
    pytest.fail("no worker lives")


def test_equal_jobs_make_equal_bytes_here_and_on_ray_whose_workers_are_killed(tmp_path: Path) -> None:
    from clipgen.batch.cluster import RayCrew

    lines = [Line(seed, job_of_row({**DRAW, "seed": seed})) for seed in range(1, 9)]
    with Ledger(tmp_path / "here") as ledger, LocalCrew(1) as crew:
        ledger.add(lines)
        assert list(run(ledger, crew))[-1] == Tally(8, 0, 0)
    with Ledger(tmp_path / "ray") as ledger, RayCrew("local", 2) as remote:
        ledger.add(lines)
        kills = {2, 5}
        for tally in run(ledger, remote):
            if tally.done in kills:  # once: the death of a worker is another tally of as many
                kills.remove(tally.done)
                kill(remote._cluster)
        assert tally == Tally(8, 0, 0)
    here, there = (sorted((tmp_path / name).glob("*.png")) for name in ("here", "ray"))
    assert len(here) == 8 and [path.name for path in here] == [path.name for path in there]
    assert [path.read_bytes() for path in here] == [path.read_bytes() for path in there]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of 300 pictures, one of them damaged."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(300):
        noise(seed).save(folder / f"{seed}.png")
    (folder / "7.png").write_bytes((folder / "7.png").read_bytes()[:60])
    return folder


def test_an_index_whose_worker_is_killed_is_that_of_one_machine(
    shelf: Path, tmp_path: Path, tiny_clip: Path, perceptor: OpenClip
) -> None:
    with Library(tmp_path / "library.sqlite") as library, Cluster("local", 2) as cluster:
        readers = ClusterReaders(cluster, [shelf], perceptors=(f"local-dir:{tiny_clip}",), device="cpu", dtype="fp32")
        killed = False
        for event in index([shelf], library, perceptor, films=False, readers=readers):
            if isinstance(event, Progress) and event.done and not killed:
                kill(cluster)
                killed = True
        assert isinstance(event, Progress) and event.done == 300 and killed
        assert everything(library, perceptor) == local(shelf, tmp_path, perceptor)


def test_an_index_whose_driver_is_killed_continues(
    shelf: Path, tmp_path: Path, tiny_clip: Path, perceptor: OpenClip
) -> None:
    script = (
        "import os, sys; from pathlib import Path; from clipgen import Studio; from clipgen.library import Progress\n"
        "with Studio() as studio:\n"
        "    for event in studio.index(sys.argv[1], index=sys.argv[2], perceptor=sys.argv[3], ray='local', workers=2,\n"
        "                              device='cpu', dtype='fp32'):\n"
        "        if isinstance(event, Progress) and event.done and len(sys.argv) > 4: os.kill(os.getpid(), 9)\n"
        "        if isinstance(event, Progress): print(event.total, flush=True)\n"
    )
    path = tmp_path / "library.sqlite"
    command = [sys.executable, "-c", script, shelf, path, f"local-dir:{tiny_clip}"]
    killed = subprocess.run([*command, "kill"], capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout.split()[0]) < 300  # what was stored is not done again
    with Library(path) as library:
        assert everything(library, perceptor) == local(shelf, tmp_path, perceptor)


def test_the_command_says_in_one_line_where_no_cluster_is(shelf: Path, tmp_path: Path, tiny_clip: Path) -> None:
    command = [sys.executable, "-m", "clipgen", "index", str(shelf), "--index", str(tmp_path / "i.sqlite"),
               "--perceptor", f"local-dir:{tiny_clip}", "--ray", "127.0.0.1:9"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "127.0.0.1:9" in done.stderr.splitlines()[-1] and "--ray" in done.stderr
