"""Ctrl-C (and SIGTERM) that lets the current step finish, so that the saved state is consistent."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Interruption:
    """Record the first Ctrl-C instead of interrupting a step; a second one stops immediately.

        >>> with Interruption() as interruption:
        ...     for step in run:
        ...         if interruption.exit_code:
        ...             break

    `exit_code` is 0 until a signal arrives, then 130 for Ctrl-C and 143 for SIGTERM. An interrupted step would leave
    latents and optimizer at different steps, from which a run could not be resumed exactly.
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # Python delivers signals to the main thread, and refuses handlers set in another one.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._record) for number in EXIT_CODES}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _record(self, number: int, frame: FrameType | None) -> None:
        if self.exit_code:
            raise KeyboardInterrupt
        self.exit_code = EXIT_CODES[signal.Signals(number)]
