"""Processes that run a command of clipgen, to be stopped; forked from one that has torch, so that it hits the work."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: of a command that neither ends nor is killed
SECONDS = 600
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# before these a command can be killed: each changes files
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "fcntl.flock",
            "sqlite3.connect"}  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Ran:
    """What became of a command: exit code, what it printed, how long it took, and how often it changed files."""

    code: int
    text: str
    seconds: float
    changes: int


@dataclass(frozen=True)
class Moment:
    """When a command gets a signal: after some seconds, or just before one of its changes of files, from 1.

    SIGHUP is sent by the system, as the command's terminal is closed.
    """

    seconds: float = 0.0
    change: int = 0
    number: int = signal.SIGKILL

    def __str__(self) -> str:
        when = f"before change {self.change}" if self.change else f"after {self.seconds:.2f} s"
        return f"by {signal.Signals(self.number).name} {when}"


class Terminal:
    """A terminal that a command runs in; what it prints goes into a file, until the terminal is closed."""

    def __init__(self, log: Path) -> None:
        self.master, self.slave = os.openpty()
        self.name = os.ttyname(self.slave)
        self._asked, self.closing = multiprocessing.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._keep, args=(log,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """As its window is closed: who runs in it gets SIGHUP, and can print no more."""
        with suppress(OSError):  # it is closed
            self.closing.send_bytes(b"close")
        self._thread.join()
        os.close(self.slave)

    def _keep(self, log: Path) -> None:
        with log.open("wb", buffering=0) as file:
            while True:
                ready, _, _ = select.select([self.master, self._asked.fileno()], [], [])
                if self._asked.fileno() in ready:
                    break
                file.write(os.read(self.master, 1 << 16))
        os.close(self.master)


def run(
    args: Sequence[str],
    folder: Path,
    *,
    moment: Moment | None = None,
    patch: Callable[[], None] | None = None,
    name: str = "log",
    logs: Path | None = None,
) -> Ran:
    """Run a command in a folder, whose `home` and `tmp` are its own.

    moment: at which it gets a signal, None to let it end; patch: what it calls first; name: of the file of what it
    prints, which is deleted; logs: the folder of that file, by default the same one.
    """
    log = (logs or folder) / f".{name}"
    terminal = Terminal(log) if moment and moment.number == signal.SIGHUP else None
    process = start(args, folder, log, moment=moment, patch=patch, terminal=terminal)
    started = time.monotonic()
    if moment and not moment.change:
        process.join(moment.seconds)
        if process.pid and process.is_alive():
            terminal.close() if terminal else os.kill(process.pid, moment.number)
            terminal = None
    process.join(SECONDS)
    if terminal is not None:
        terminal.close()
    if process.is_alive():
        process.kill()
        raise AssertionError(f"{args} did not end in {SECONDS} s: {log.read_text(errors='replace')}")
    _wait_for_group(process.pid or 0, args)
    text = log.read_text(errors="replace") if log.exists() else ""
    counted = log.with_suffix(".count")
    changes = int(counted.read_text() or 0) if counted.exists() else 0  # empty: the disk is full
    for path in (log, counted):
        path.unlink(missing_ok=True)
    assert process.exitcode is not None
    return Ran(process.exitcode, text, time.monotonic() - started, changes)


def start(
    args: Sequence[str],
    folder: Path,
    log: Path,
    *,
    moment: Moment | None = None,
    patch: Callable[[], None] | None = None,
    terminal: Terminal | None = None,
) -> BaseProcess:
    """Start a command, printing into a file or a terminal, and wait until it begins; other arguments as of `run`."""
    (folder / "tmp").mkdir(exist_ok=True)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["campaigns.warm"])
    home = {"HOME": "home", "CLIPGEN_HOME": "home", "TMPDIR": "tmp"}
    env = {name: str(folder / place) for name, place in home.items()}
    shown = (terminal.name, terminal.closing) if terminal else None
    begun, beginning = multiprocessing.Pipe(duplex=False)
    values = (list(args), str(folder), str(log), moment or Moment(), env, patch, shown, beginning)
    process = context.Process(target=_work, args=values)
    process.start()
    beginning.close()
    with suppress(EOFError):  # it died
        begun.recv_bytes()
    begun.close()
    return process


def _work(
    args: list[str],
    folder: str,
    log: str,
    moment: Moment,
    env: dict[str, str],
    patch: Callable[[], None] | None,
    terminal: tuple[str, Connection] | None,
    beginning: Connection,
) -> None:
    """In the child: the command, as the shell runs it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until the command begins
    for number in STOPS:  # who runs the campaign may ignore some, as a shell lets what it runs behind
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.setsid()
    os.chdir(folder)
    os.environ.update(env)
    tempfile.tempdir = None
    # the first terminal that the leader of a session opens is its own
    output = os.open(terminal[0], os.O_RDWR) if terminal else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    # those of the process that was forked know another file
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    if patch is not None:
        patch()
    count = _Count(moment, terminal[1] if terminal else None)
    sys.addaudithook(count)
    from clipgen.cli.interrupt import stop_code, stopping
    from clipgen.cli.main import main

    code: Any = 1
    beginning.send_bytes(b"begun")
    beginning.close()
    try:
        with stopping():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            main(args, prog_name="clipgen")
    except SystemExit as error:
        code = error.code
    except KeyboardInterrupt as error:
        if count.done:
            raise
        code = stop_code(error)  # before the command begins, as Python stops
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        count.over = True
        atexit._run_exitfuncs()  # children of multiprocessing do not
        with suppress(OSError):  # a full disk, another user
            Path(log).with_suffix(".count").write_text(str(count.done))
    sys.exit(code)


class _Count:
    """Counts the changes that a command makes to files, and sends it a signal before one of them.

    closing: of its terminal, where it has one.
    """

    def __init__(self, moment: Moment, closing: Connection | None) -> None:
        self.moment, self.closing, self.process = moment, closing, os.getpid()
        self.done, self.over = 0, False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if self.over or not (event in _CHANGES or event == "open" and isinstance(args[2], int) and args[2] & _WRITES):
            return
        self.done += 1
        if self.done != self.moment.change:
            return
        if self.closing is None:
            os.kill(self.process, self.moment.number)  # also out of a worker that was forked
            return
        self.closing.send_bytes(b"close")
        while os.isatty(1):  # until it is closed
            time.sleep(0.01)


def _wait_for_group(group: int, args: Sequence[str]) -> None:
    """Assert that the workers of a process end with it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError(f"{args}: a worker outlived its parent by a minute")
