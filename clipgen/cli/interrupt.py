"""Ctrl-C (and SIGTERM) that lets the step in hand finish, so that what is saved is whole."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Interruption:
    """Remember the first Ctrl-C instead of breaking into a step; a second one stops at once.

        >>> with Interruption() as interruption:
        ...     for step in generation:
        ...         if interruption.exit_code:
        ...             break

    `exit_code` is 0 until a signal came, then 130 for Ctrl-C and 143 for SIGTERM. A half-done step would leave latents
    and optimizer of different ages, from which no run could be resumed exactly.
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # Python hands signals to the main thread alone, and refuses handlers set elsewhere.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._remember) for number in EXIT_CODES}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.exit_code:
            raise KeyboardInterrupt
        self.exit_code = EXIT_CODES[signal.Signals(number)]
