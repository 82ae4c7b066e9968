"""Wakes coroutines when a thread has done something."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Bell:
    """Threads ring it, coroutines wait for it.

        >>> async def wait(bell: Bell) -> bool:
        ...     with bell.listening() as rung:
        ...         bell.ring()
        ...         await rung.wait()
        ...         return rung.is_set()
        >>> asyncio.run(wait(Bell()))
        True

    closing: set when the server stops, so that streams end.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.closing = False

    def ring(self) -> None:
        """Wake everyone who listens; from any thread."""
        with self._guard:
            waiting = list(self._waiting.items())
        for rung, loop in waiting:
            with suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(rung.set)

    def close(self) -> None:
        """Ring for the last time."""
        self.closing = True
        self.ring()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set at each ring; whoever waits clears it before looking at what is there."""
        rung = asyncio.Event()
        with self._guard:
            self._waiting[rung] = asyncio.get_running_loop()
        try:
            yield rung
        finally:
            with self._guard:
                self._waiting.pop(rung)
