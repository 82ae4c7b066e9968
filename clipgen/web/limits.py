"""How often one address may ask: token buckets, in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException

from clipgen.web.settings import Rate

_MOST = 10_000  # addresses that are remembered


class Limits:
    """Buckets by address and kind of request.

        >>> limits = Limits({"write": Rate(per_second=1, burst=2)}, clock=lambda: 0.0)
        >>> [limits.wait("10.0.0.1", "write") for _ in range(3)]
        [0.0, 0.0, 1.0]

    rates: by kind; clock: seconds of a clock that never goes back. Safe in one event loop.
    """

    def __init__(self, rates: dict[str, Rate], clock: Callable[[], float] = time.monotonic) -> None:
        self.rates, self.clock = rates, clock
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def wait(self, address: str, kind: str) -> float:
        """0 where a request is accepted, which is then counted; else the seconds after which it would be."""
        rate, now = self.rates[kind], self.clock()
        left = self._left(address, kind, now)
        accepted = left >= 1
        self._buckets.pop((address, kind), None)  # so that it is added at the end
        self._buckets[address, kind] = (left - 1 if accepted else left, now)
        if len(self._buckets) > _MOST:  # the one that has been silent for longest is at the front
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if accepted else (1 - left) / rate.per_second

    def is_spent(self, address: str, kind: str) -> bool:
        """Whether a request would be refused now; nothing is counted."""
        return self._left(address, kind, self.clock()) < 1

    def _left(self, address: str, kind: str, now: float) -> float:
        rate = self.rates[kind]
        left, at = self._buckets.get((address, kind), (float(rate.burst), now))
        return min(rate.burst, left + (now - at) * rate.per_second)


class Queue:
    """How many requests wait for the same thing; the rest are refused.

        >>> queue = Queue(most=1)
        >>> with queue.place():
        ...     queue.waiting
        1

    Safe in one event loop.
    """

    def __init__(self, most: int) -> None:
        self.most, self.waiting = most, 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait in it. Raises HTTPException where it is full."""
        if self.waiting >= self.most:
            raise HTTPException(429, "the server is busy; try again in a moment", {"Retry-After": "1"})
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1


class Counted:
    """How many things of one address are open at once.

    >>> streams = Counted(most=1)
    >>> streams.enter("10.0.0.1"), streams.enter("10.0.0.1")
    (True, False)
    >>> streams.leave("10.0.0.1")
    >>> streams.enter("10.0.0.1")
    True
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: dict[str, int] = {}

    def enter(self, address: str) -> bool:
        """Count one more; False where there are enough."""
        if self._open.get(address, 0) >= self.most:
            return False
        self._open[address] = self._open.get(address, 0) + 1
        return True

    def leave(self, address: str) -> None:
        """Count one less."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
