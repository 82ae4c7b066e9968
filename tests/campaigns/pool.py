"""Worker processes that read damaged files, watched from outside: one that hangs is ended, and its file is named."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from clipgen.errors import ClipgenError

#: of the processor, of the clock, and of memory, that one file may take
SECONDS, PATIENCE, MEGABYTES = 5.0, 300.0, 500.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Tried:
    """What became of one damaged file: "read", "refused", or what should not have been; error: with its place."""

    number: int
    reader: str
    file: str
    end: str
    seconds: float = 0.0
    megabytes: float = 0.0
    error: str = ""

    @property
    def is_bad(self) -> bool:
        return self.end not in ("read", "refused")


def tried(count: int, folder: Path, *, seed: int, workers: int, only: str = "") -> Iterator[Tried]:
    """Damage whole files so many times, and read each.

    folder: of the workers' files; those that should have been read or refused stay in its folder `bad`; only: a part of
    the names of readers. The file of a number depends on the seed and the number alone.
    """
    context = multiprocessing.get_context("spawn")
    watched = [_Watched(context, count, folder / str(i), seed, i, workers, only) for i in range(workers)]
    while any(not one.ended for one in watched):
        time.sleep(0.2)
        for one in watched:
            yield from one.watch()


class _Watched:
    """One worker, started again behind a file at which it hung or died."""

    def __init__(self, context: object, count: int, folder: Path, seed: int, first: int, step: int, only: str) -> None:
        self.context, self.folder, self.only = context, folder, only
        self.count, self.seed, self.step = count, seed, step
        self.ended, self.next, self.lines_read, self.generation = False, first, 0, 0
        folder.mkdir(parents=True)
        self._start()

    def _start(self) -> None:
        self.generation += 1
        self.log = self.folder / f"{self.generation}.jsonl"
        self.log.touch()
        self.lines_read = 0
        numbers = range(self.next, self.count, self.step)
        arguments = (numbers, self.folder / f"files-{self.generation}", self.log, self.seed, self.only)
        self.process = self.context.Process(target=_work, args=arguments, daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        self.since, self.used = time.monotonic(), 0.0

    def watch(self) -> Iterator[Tried]:
        """What was tried since the last call."""
        if self.ended:
            return
        alive = self.process.is_alive()
        lines = self.log.read_text().splitlines(keepends=True)
        whole = [line for line in lines[self.lines_read :] if line.endswith("\n")]
        for line in whole:
            self.lines_read += 1
            row = json.loads(line)
            if row["end"] == "begun":
                self.at = Tried(**row)
            else:
                self.next = row["number"] + self.step
                yield Tried(**row)
            self.since, self.used = time.monotonic(), _used(self.process.pid)
        if not alive and not whole:
            if self.process.exitcode == 0:
                self.ended = True
                return
            yield from self._again(f"the process died ({self.process.exitcode})")
        elif alive and self._hangs():
            self.process.kill()
            self.process.join()
            yield from self._again("it hangs")

    def _hangs(self) -> bool:
        used, waited, starts = _used(self.process.pid) - self.used, time.monotonic() - self.since, self.lines_read == 0
        return used > (300 if starts else 6 * SECONDS) or waited > PATIENCE * (5 if starts else 1)

    def _again(self, why: str) -> Iterator[Tried]:
        assert self.lines_read, f"a worker cannot start: {why}"
        yield Tried(self.at.number, self.at.reader, self.at.file, why)
        self.next = self.at.number + self.step
        self._start()


def _used(pid: int | None) -> float:
    """Seconds of the processor that a process has taken."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _work(numbers: range, folder: Path, log: Path, seed: int, only: str) -> None:
    """In the worker: make whole files, then damage one for each number, read it and put it back."""
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # decoders written in C complain there
    os.dup2(sys.stderr.fileno(), 2)
    warnings.simplefilter("ignore")
    import torch

    from .readers import readers

    torch.set_num_threads(1)
    folder.mkdir()
    (empty := folder / "empty").mkdir()
    os.chdir(empty)
    known = [reader for reader in readers(folder / "files") if only in reader.name]
    with log.open("a") as file:
        for number in numbers:
            _try(number, known, folder, seed, file)


def _try(number: int, known: list, folder: Path, seed: int, log: object) -> None:  # type: ignore[type-arg]
    from .mutations import mutated

    rng = random.Random(f"{seed} {number}")
    reader = rng.choice(known)
    path = rng.choice(reader.files)
    kept = {one: one.read_bytes() for one in reader.files}
    _log(log, Tried(number, reader.name, path.name, "begun"))
    path.write_bytes(changed := mutated(kept[path], rng))
    before, began = _megabytes("VmRSS"), time.process_time()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now
    end, error = "read", ""
    try:
        reader.read()
    except ClipgenError as refused:
        end = "refused"
        if "\n" in str(refused) or len(str(refused)) > 2000:
            end, error = "more than a line", str(refused)[:500]
    except BaseException as bad:
        place = traceback.extract_tb(bad.__traceback__)
        ours = next((row for row in reversed(place) if "/clipgen/" in row.filename), place[-1])
        end = type(bad).__name__
        error = f"{str(bad)[:200]!r} at {'/'.join(Path(ours.filename).parts[-3:])}:{ours.lineno}"
    seconds, grown = time.process_time() - began, _megabytes("VmHWM") - before
    if any(Path().iterdir()):
        end = "code ran"
        for made in Path().iterdir():
            made.rmdir() if made.is_dir() else made.unlink()
    end = "too long" if seconds > SECONDS else "too much memory" if grown > MEGABYTES else end
    result = Tried(number, reader.name, path.name, end, round(seconds, 3), round(grown, 1), error)
    if result.is_bad:
        (bad_files := folder.parent / "bad").mkdir(exist_ok=True)
        (bad_files / f"{number}-{path.name}").write_bytes(changed)
    for one, data in kept.items():
        one.write_bytes(data)
    for beside in path.parent.glob(f"{path.name}-*"):  # journals of SQLite
        beside.unlink()
    _log(log, result)


def _log(log: object, row: Tried) -> None:
    log.write(json.dumps(asdict(row)) + "\n")  # type: ignore[attr-defined]
    log.flush()  # type: ignore[attr-defined]


def _megabytes(name: str) -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.partition(f"{name}:")[2].split()[0]) / 1024
