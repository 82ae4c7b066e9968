"""Workers on a Ray cluster: reached within seconds or refused in one line, and replaced when they die.

Source: the actors of Moritz et al. 2018, Ray: A Distributed Framework for Emerging AI Applications, arXiv 1712.05889.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from clipgen.errors import ClipgenError, DeviceError, SettingsError
from clipgen.files import reason

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

Task = TypeVar("Task")
_PATIENCE = 5.0  # seconds; Ray itself tries for minutes, with a page of warnings


@dataclass(frozen=True)
class Lost:
    """Why a worker ended before it was done with its calls."""

    error: str


@dataclass(frozen=True)
class Node:
    """What a machine of the cluster has: cores and GPUs."""

    cores: int
    gpus: int


class Cluster(Generic[Task]):
    """Workers of a Ray cluster, numbered from 0: actors of one class, each made at its first call.

        >>> with Cluster("local", 2) as cluster:
        ...     cluster.employ(Workshop)
        ...     cluster.call(0, "first", "do", 1, job)
        ...     worker, tasks, outcome = cluster.wait()

    address: "auto" for the cluster that this machine belongs to, "local" for one of its own, or HOST:PORT; size: number
    of workers, None for one on each GPU of the cluster, or one on each machine without any.
    The workers share the cores of their machines evenly (`cores` each), and have a GPU each where there are any.
    Raises SettingsError without Ray or for more workers than the cluster has room for, DeviceError where no cluster
    answers.
    """

    def __init__(self, address: str = "auto", size: int | None = None) -> None:
        try:
            import ray
        except ImportError as error:
            raise SettingsError(
                "work on many machines needs Ray: pip install 'clipgen[ray]'", settings=["ray"]
            ) from error
        self._ray = ray
        try:
            _reach(address)
            ray.init(
                address,  # with "local" Ray asks no environment and no file for another cluster
                num_cpus=size if address == "local" else None,
                include_dashboard=False if address == "local" else None,
                log_to_driver=False,
                logging_level="ERROR",
            )
        except Exception as error:  # of the socket, and whatever Ray raises: RuntimeError, ConnectionError, Exception
            raise DeviceError(f"no Ray cluster answers at {address!r}: {reason(error)}", settings=["ray"]) from error
        nodes = [_node(one["Resources"]) for one in ray.nodes() if one["Alive"]]
        self.gpus = sum(node.gpus for node in nodes)
        self.size = size or self.gpus or len(nodes)
        self.cores = share(nodes, self.size)
        if not self.cores:
            ray.shutdown()
            raise SettingsError(f"the cluster has no room for {self.size} workers, one a core", settings=["workers"])
        self._actors: list[ActorHandle | None] = [None] * self.size
        self._busy: dict[ObjectRef, tuple[int, Task]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in range(self.size):
            self._dismiss(worker)
        self._ray.shutdown()

    def employ(self, kind: type, *arguments: object) -> None:
        """Say what workers are: instances of a class, made on their machines with these arguments."""
        self._kind = self._ray.remote(num_cpus=self.cores, num_gpus=1 if self.gpus else 0)(kind)
        self._arguments = [self._ray.put(one) for one in arguments]  # sent once to each machine

    def call(self, worker: int, task: Task, method: str, *arguments: object) -> None:
        """Let a worker do a task, after those that it has."""
        actor = self._actors[worker]
        if actor is None:
            actor = self._actors[worker] = self._kind.remote(*self._arguments)
        self._busy[getattr(actor, method).remote(*arguments)] = worker, task

    def wait(self) -> tuple[int, Sequence[Task], Any]:
        """The next worker that is done with a task, the task, and what its call returned.

        For a worker that died: all its tasks, that which it worked on first, and Lost. Raises the ClipgenError that a
        call raised.
        """
        (ready, *_), _ = self._ray.wait(list(self._busy), num_returns=1)
        worker, task = self._busy[ready]
        try:
            outcome = self._ray.get(ready)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, ClipgenError):
                raise cause from error
            self._dismiss(worker)
            lost = [ref for ref, (other, _) in self._busy.items() if other == worker]
            return worker, [self._busy.pop(ref)[1] for ref in lost], Lost(f"the worker ended: {reason(error)}")
        del self._busy[ready]
        return worker, [task], outcome

    def _dismiss(self, worker: int) -> None:
        actor, self._actors[worker] = self._actors[worker], None
        if actor is not None:
            with suppress(Exception):  # it is dead, or its cluster is
                self._ray.kill(actor)


def share(nodes: Sequence[Node], size: int) -> int:
    """The most cores that each of `size` workers can have, 0 where there is no room for so many.

    >>> share([Node(cores=16, gpus=2), Node(cores=4, gpus=1)], 3)
    4
    >>> share([Node(cores=8, gpus=0), Node(cores=2, gpus=0)], 3)
    2
    """
    on_gpus = any(node.gpus for node in nodes)

    def room(cores: int) -> int:
        return sum(min(node.cores // cores, node.gpus) if on_gpus else node.cores // cores for node in nodes)

    most = max((node.cores for node in nodes), default=0)
    return next((cores for cores in range(most, 0, -1) if room(cores) >= size), 0)


def _node(resources: dict[str, float]) -> Node:
    return Node(int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))


def _reach(address: str) -> None:
    """Raise OSError where nothing answers at HOST:PORT, ValueError where it is no address."""
    host, _, port = address.rpartition(":")
    if host:
        socket.create_connection((host, int(port)), _PATIENCE).close()
