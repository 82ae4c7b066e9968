"""A crew on a Ray cluster: one actor a device, each with its parts loaded once."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from clipgen.batch.crew import Failure, Fault, Outcome, Workshop
from clipgen.batch.ledger import Entry
from clipgen.cluster import Cluster, Lost


class RayCrew:
    """Workers of a Ray cluster.

        >>> with RayCrew("auto") as crew:
        ...     crew.give(0, entry)
        ...     worker, outcome = crew.wait()

    address, size: see `Cluster`, which also lists the errors raised. A job whose actor dies, with its node or without,
    is a Failure that may be tried again. Results come back to the process that owns the crew: the nodes need no disk
    in common.
    """

    def __init__(self, address: str = "auto", size: int | None = None) -> None:
        self._cluster = Cluster[int](address, size)
        self._cluster.employ(Workshop)
        self.size = self._cluster.size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cluster.__exit__(kind, error, at)

    def give(self, worker: int, entry: Entry) -> None:
        """Let a worker do a job."""
        self._cluster.call(worker, entry.id, "do", entry.id, entry.job.to_json())

    def wait(self) -> tuple[int, Outcome | Failure | Fault]:
        """The next worker that is done with its job, and the job's outcome."""
        worker, _, outcome = self._cluster.wait()
        return worker, Failure(outcome.error, again=True) if isinstance(outcome, Lost) else outcome
