"""Crews: workers that do the jobs of a batch, each with its parts loaded once; here processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Protocol, Self

from clipgen.batch.ledger import Entry
from clipgen.errors import ClipgenError, OutputError
from clipgen.files import is_full, reason
from clipgen.files.temporary import temporary_folder
from clipgen.jobs import JobJson
from clipgen.values import Json


@dataclass(frozen=True)
class Outcome:
    """What a job made: names and bytes of files, rows of findings, and how long it took."""

    files: list[tuple[str, bytes]]
    rows: list[Json]
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why a job failed; again: whether it may succeed when it is tried again."""

    error: str
    again: bool


@dataclass(frozen=True)
class Fault:
    """What keeps the machine of a worker from doing any job: a full disk, no folder for temporary files."""

    error: str


class Crew(Protocol):
    """Workers, numbered from 0, of which each does one job at a time."""

    size: int

    def give(self, worker: int, entry: Entry) -> None: ...

    def wait(self) -> tuple[int, Outcome | Failure | Fault]: ...


class Workshop:
    """What a worker does: jobs, one after the other, with parts that are loaded once.

        >>> shop = Workshop()
        >>> shop.do(1, Job("generate", Inputs(prompts=("a fox",)), GenerateSettings.of(steps=2, seed=7)).to_json()).rows
        [{'prompt': 'a fox', 'seed': 7, 'score': 0.1}]
    """

    def __init__(self) -> None:
        from clipgen.parts import Parts

        self.parts = Parts()

    def do(self, number: int, job: JobJson) -> Outcome | Failure | Fault:
        """Do a job; errors become a Failure, or those of the machine a Fault, with the reason in one line."""
        from clipgen.batch.perform import perform
        from clipgen.jobs import Job
        from clipgen.studio import Studio

        started = time.monotonic()
        with ExitStack() as opened:
            try:
                folder = opened.enter_context(temporary_folder())
            except OutputError as error:
                return Fault(str(error))
            try:
                loaded = Job.from_json(job)
                studio = Studio(weights=loaded.weights, parts=self.parts)
                files, rows = perform(loaded, studio, number, folder=folder)
            except Exception as error:  # of torch, of the system: anything, and the other jobs must go on
                ours = isinstance(error, ClipgenError)
                line = str(error) if ours else f"{type(error).__name__}: {reason(error)}"
                return Fault(line) if is_full(error) else Failure(line, again=not ours)
        return Outcome(files, rows, time.monotonic() - started)


class LocalCrew:
    """Worker processes of this machine.

        >>> with LocalCrew(2) as crew:
        ...     crew.give(0, entry)
        ...     worker, outcome = crew.wait()

    size: number of workers, which share the threads that torch would use; pictures depend in their last bits on that
    number. A worker that dies is replaced, and its job is a Failure that may be tried again.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[tuple[BaseProcess, Connection] | None] = [None] * size
        self._busy: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            if worker is not None:
                worker[1].close()
                worker[0].kill()
                worker[0].join()

    def give(self, worker: int, entry: Entry) -> None:
        """Let a worker do a job."""
        found = self._workers[worker] or self._start(worker)
        with suppress(OSError):  # it is dead: `wait` reports it
            found[1].send((entry.id, entry.job.to_json()))
        self._busy.add(worker)

    def wait(self) -> tuple[int, Outcome | Failure | Fault]:
        """The next worker that is done with its job, and the job's outcome."""
        busy = {found[1]: worker for worker in self._busy if (found := self._workers[worker]) is not None}
        connection = wait(list(busy))[0]
        assert isinstance(connection, Connection)
        worker = busy[connection]
        self._busy.discard(worker)
        try:
            outcome: Outcome | Failure | Fault = connection.recv()
        except (EOFError, OSError):
            outcome = self._buried(worker)
        return worker, outcome

    def _start(self, worker: int) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        threads = max(1, (os.cpu_count() or 1) // self.size) if self.size > 1 else None
        process = self._context.Process(target=_work, args=(theirs, threads), daemon=True)
        process.start()
        theirs.close()
        self._workers[worker] = process, ours
        return process, ours

    def _buried(self, worker: int) -> Failure:
        found = self._workers[worker]
        assert found is not None
        process, connection = found
        connection.close()
        process.join()
        self._workers[worker] = None
        return Failure(f"the worker process ended ({_ending(process.exitcode)})", again=True)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _work(connection: Connection, threads: int | None) -> None:
    """The loop of a worker process; it ends with the pipe of its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends the workers
    from clipgen.process import configure

    configure()
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    shop = Workshop()
    with suppress(EOFError, OSError):
        while True:
            connection.send(shop.do(*connection.recv()))
