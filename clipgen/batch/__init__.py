"""Batch: many jobs of any verb, on worker processes of this machine or on a Ray cluster, each done once.

    >>> with Ledger(folder / "results") as ledger, LocalCrew(1) as crew:
    ...     ledger.add(read_jobs(folder / "jobs.jsonl"))
    ...     tallies = list(run(ledger, crew))
    >>> tallies[-1].done
    2

A run that is killed, driver or workers, continues with what is not done; what is done is not done again.
"""

from __future__ import annotations

from clipgen.batch.crew import Crew, Failure, Fault, LocalCrew, Outcome
from clipgen.batch.ledger import Entry, Ledger, Tally, ledger_folder
from clipgen.batch.lines import Line, grouped, job_of_row, read_jobs
from clipgen.batch.perform import perform
from clipgen.batch.run import run

__all__ = [
    "Crew",
    "Entry",
    "Failure",
    "Fault",
    "Ledger",
    "Line",
    "LocalCrew",
    "Outcome",
    "Tally",
    "grouped",
    "job_of_row",
    "ledger_folder",
    "perform",
    "read_jobs",
    "run",
]
