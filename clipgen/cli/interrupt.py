"""Signals that stop a command: Ctrl-C, SIGTERM, and SIGHUP, which a terminal sends when it is closed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

EXIT_CODES = {
    signal.Signals[name]: code for name, code in {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}.items()
    if hasattr(signal, name)
}  # fmt: skip


class Stopped(KeyboardInterrupt):
    """A signal stops the command, which cleans up as after Ctrl-C; number: of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def stop_code(error: BaseException | None) -> int:
    """The exit code for what stopped a command: 130 for Ctrl-C.

    >>> stop_code(KeyboardInterrupt()), stop_code(Stopped(signal.SIGTERM))
    (130, 143)
    """
    return EXIT_CODES[signal.Signals(error.number if isinstance(error, Stopped) else signal.SIGINT)]


@contextmanager
def stopping() -> Iterator[None]:
    """Inside the block every such signal raises Stopped, so that nothing temporary is left; a script may ignore some.

    >>> with stopping():
    ...     pass
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    with _handled(stop):
        yield


class Interruption:
    """Record the first signal instead of interrupting a step; a second one stops immediately.

        >>> with Interruption() as interruption:
        ...     for step in run:
        ...         if interruption.exit_code:
        ...             break

    `exit_code` is 0 until a signal arrives, then 130 for Ctrl-C, 143 for SIGTERM and 129 for SIGHUP; `stop()` then does
    what the signal would have done. An interrupted step would leave latents and optimizer at different steps, from
    which a run could not be resumed exactly.
    """

    def __init__(self) -> None:
        self._number = 0
        self._handled = _handled(self._record)

    def __enter__(self) -> Self:
        self._handled.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._handled.__exit__(kind, error, at)

    @property
    def exit_code(self) -> int:
        """The exit code for the first signal; 0 before it."""
        return EXIT_CODES[signal.Signals(self._number)] if self._number else 0

    def stop(self) -> NoReturn:
        """Raise what the first signal stands for."""
        raise Stopped(self._number)

    def _record(self, number: int, frame: FrameType | None) -> None:
        if self._number:
            raise Stopped(number)
        self._number = number


@contextmanager
def _handled(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that are not ignored, as `nohup` ignores SIGHUP, and a shell Ctrl-C of what it runs behind."""
    terminals = [stream for stream in (sys.__stdout__, sys.__stderr__) if stream is not None and stream.isatty()]

    def received(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT and number != signal.SIGTERM:
            _mute(terminals)
        handle(number, frame)

    before: dict[signal.Signals, Any] = {}
    # Python delivers signals to the main thread, and refuses handlers set in another one
    if threading.current_thread() is threading.main_thread():
        used = [number for number in EXIT_CODES if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, received) for number in used}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _mute(terminals: list[Any]) -> None:
    """Print to nowhere: the terminal is gone, and an error of printing must not keep results from a file."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in terminals:
            os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
