"""A crew on a Ray cluster: one actor a device, each with its parts loaded once.

Source: the actors of Moritz et al. 2018, Ray: A Distributed Framework for Emerging AI Applications, arXiv 1712.05889.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from clipgen.batch.crew import Failure, Outcome, Workshop
from clipgen.batch.ledger import Entry
from clipgen.errors import DeviceError, SettingsError
from clipgen.files import reason

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle


_PATIENCE = 5.0  # seconds; Ray itself tries for minutes, with a page of warnings


def _reach(address: str) -> None:
    """Raise OSError where nothing answers at HOST:PORT, ValueError where it is no address."""
    host, _, port = address.rpartition(":")
    if host:
        socket.create_connection((host, int(port)), _PATIENCE).close()


class RayCrew:
    """Workers of a Ray cluster.

        >>> with RayCrew("auto") as crew:
        ...     crew.give(0, entry)
        ...     worker, outcome = crew.wait()

    address: "auto" for the cluster that this machine belongs to, "local" for one of its own, or HOST:PORT; size: number
    of workers, None for one on each GPU of the cluster, or one on each node without any.
    An actor that dies, with its node or without, is replaced, and its job is a Failure that may be tried again. Results
    come back to the process that owns the crew: the nodes need no disk in common.
    Raises SettingsError without Ray, DeviceError where no cluster answers.
    """

    def __init__(self, address: str = "auto", size: int | None = None) -> None:
        try:
            import ray
        except ImportError as error:
            raise SettingsError(
                "batches on many machines need Ray: pip install 'clipgen[ray]'", settings=["ray"]
            ) from error
        self._ray = ray
        try:
            _reach(address)
            ray.init(
                None if address == "local" else address,
                num_cpus=size if address == "local" else None,
                include_dashboard=False if address == "local" else None,
                log_to_driver=False,
                logging_level="ERROR",
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise DeviceError(f"no Ray cluster answers at {address!r}: {reason(error)}", settings=["ray"]) from error
        self._gpus = int(ray.cluster_resources().get("GPU", 0))
        nodes = sum(bool(node["Alive"]) for node in ray.nodes())
        self.size = size or self._gpus or nodes
        self._actors: list[ActorHandle | None] = [None] * self.size
        self._busy: dict[ObjectRef, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for actor in self._actors:
            if actor is not None:
                with suppress(Exception):  # it is dead, or its cluster is
                    self._ray.kill(actor)
        self._ray.shutdown()

    def give(self, worker: int, entry: Entry) -> None:
        """Let a worker do a job."""
        actor = self._actors[worker]
        if actor is None:
            kind = self._ray.remote(num_cpus=1, num_gpus=1 if self._gpus else 0)(Workshop)
            actor = self._actors[worker] = kind.remote()
        self._busy[actor.do.remote(entry.id, entry.job.to_json())] = worker

    def wait(self) -> tuple[int, Outcome | Failure]:
        """The next worker that is done with its job, and the job's outcome."""
        (ready, *_), _ = self._ray.wait(list(self._busy), num_returns=1)
        worker = self._busy.pop(ready)
        try:
            outcome: Outcome | Failure = self._ray.get(ready)
        except self._ray.exceptions.RayError as error:
            self._actors[worker] = None
            outcome = Failure(f"the worker ended: {reason(error)}", again=True)
        return worker, outcome
