"""The loop of a batch: each open job of a ledger is given to a worker, and what becomes of it is entered."""

from __future__ import annotations

from collections.abc import Iterator

from clipgen.batch.crew import Crew, Failure, Fault, Outcome
from clipgen.batch.ledger import Entry, Ledger, Tally
from clipgen.errors import OutputError
from clipgen.files import write_whole

RETRIES = 2


def run(ledger: Ledger, crew: Crew, *, retries: int = RETRIES) -> Iterator[Tally]:
    """Do all open jobs of a ledger; yields how far it is, before the first job and after each.

        >>> for tally in run(ledger, crew):
        ...     print(tally.done, tally.open)
        0 2
        1 1
        2 0

    retries: how often a job is tried again after an error that may pass, or the death of its worker.
    Raises OutputError where the results cannot be written, or a worker's machine can do no job, which stays open.
    """
    busy: dict[int, Entry] = {}
    yield (tally := ledger.tally())
    while True:
        _hand_out(ledger, crew, busy)
        if not busy:
            return
        worker, outcome = crew.wait()
        if isinstance(outcome, Fault):
            raise OutputError(outcome.error)
        entry = busy.pop(worker)
        _hand_out(ledger, crew, busy, entry)  # the worker does its next job while the files of this one are written
        final = _enter(ledger, entry, outcome, retries)
        tally = _after(tally, outcome, final)
        yield tally


def _hand_out(ledger: Ledger, crew: Crew, busy: dict[int, Entry], *ended: Entry) -> None:
    """Give each idle worker a job; ended: jobs that are not entered yet."""
    idle = [worker for worker in range(crew.size) if worker not in busy]
    entries = ledger.next(len(idle), [entry.id for entry in (*busy.values(), *ended)])
    for worker, entry in zip(idle, entries, strict=False):
        busy[worker] = entry
        crew.give(worker, entry)


def _enter(ledger: Ledger, entry: Entry, outcome: Outcome | Failure, retries: int) -> bool:
    """Write a job's files, and then enter it, so that what is entered is there; whether it is not tried again."""
    if isinstance(outcome, Failure):
        final = not outcome.again or entry.tries >= retries
        ledger.failed(entry.id, outcome.error, final=final)
        return final
    for name, content in outcome.files:
        with write_whole(ledger.out / name) as part:
            part.write_bytes(content)
    ledger.done(entry.id, files=[name for name, _ in outcome.files], rows=outcome.rows, seconds=outcome.seconds)
    return True


def _after(tally: Tally, outcome: Outcome | Failure, final: bool) -> Tally:
    if not final:
        return tally
    failed = isinstance(outcome, Failure)
    return Tally(tally.done + (not failed), tally.failed + failed, tally.open - 1)
