from collections.abc import Sequence
from pathlib import Path

import pytest

from batch.test_ledger import lines
from clipgen.batch import Entry, Failure, Fault, Ledger, Outcome, Tally, run
from clipgen.errors import OutputError


class Scripted:
    """A crew whose outcomes are written down: one list a job, by its prompt."""

    def __init__(self, size: int, outcomes: dict[str, Sequence[Outcome | Failure | Fault]]) -> None:
        self.size, self.outcomes = size, {prompt: list(some) for prompt, some in outcomes.items()}
        self.busy: dict[int, Entry] = {}
        self.most = 0

    def give(self, worker: int, entry: Entry) -> None:
        assert worker not in self.busy
        self.busy[worker] = entry
        self.most = max(self.most, len(self.busy))

    def wait(self) -> tuple[int, Outcome | Failure | Fault]:
        worker = max(self.busy)
        return worker, self.outcomes[self.busy.pop(worker).job.inputs.prompts[0]].pop(0)


def made(name: str) -> Outcome:
    return Outcome([(f"{name}.png", name.encode())], [{"name": name}], 0.5)


DIED = Failure("the worker ended", again=True)


def test_each_job_is_done_once_and_the_loss_of_a_worker_costs_nothing(tmp_path: Path) -> None:
    crew = Scripted(2, {"a": [DIED, made("a")], "b": [made("b")], "c": [DIED, DIED, made("c")]})
    with Ledger(tmp_path) as ledger:
        ledger.add(lines("a", "b", "c"))
        tallies = list(run(ledger, crew))
    assert tallies[0] == Tally(0, 0, 3) and tallies[-1] == Tally(3, 0, 0) and crew.most == 2
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.png")} == {
        "a.png": b"a", "b.png": b"b", "c.png": b"c",
    }  # fmt: skip


def test_a_job_that_kills_its_workers_is_set_aside(tmp_path: Path) -> None:
    crew = Scripted(1, {"poison": [DIED] * 9, "a": [made("a")], "bad": [Failure("no such picture", again=False)] * 9})
    with Ledger(tmp_path) as ledger:
        ledger.add(lines("poison", "a", "bad"))
        assert list(run(ledger, crew, retries=3))[-1] == Tally(1, 2, 0)
        assert list(ledger.failures()) == [(1, "the worker ended"), (3, "no such picture")]
    assert len(crew.outcomes["poison"]) == 5 and len(crew.outcomes["bad"]) == 8


def test_a_worker_has_its_next_job_while_the_files_of_the_last_are_written(tmp_path: Path) -> None:
    written: dict[str, bool] = {}

    class Watching(Scripted):
        def give(self, worker: int, entry: Entry) -> None:
            super().give(worker, entry)
            written[entry.job.inputs.prompts[0]] = (tmp_path / "a.png").exists()

    with Ledger(tmp_path) as ledger:
        ledger.add(lines("a", "b", "c"))
        assert list(run(ledger, Watching(1, {name: [made(name)] for name in "abc"})))[-1] == Tally(3, 0, 0)
    assert written == {"a": False, "b": False, "c": True}


def test_a_run_that_stopped_continues(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(lines("a", "b"))
        stopped = run(ledger, Scripted(1, {"a": [made("a")], "b": []}))
        assert [next(stopped).done, next(stopped).done] == [0, 1]
    with Ledger(tmp_path) as ledger:
        ledger.add(lines("a", "b"))
        assert list(run(ledger, Scripted(1, {"b": [made("b")]})))[-1] == Tally(2, 0, 0)


def test_a_fault_of_the_machine_stops_the_batch_and_costs_no_job(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(lines("a", "b"))
        with pytest.raises(OutputError, match="no folder"):
            list(run(ledger, Scripted(1, {"a": [made("a")], "b": [Fault("no folder for temporary files")]})))
    with Ledger(tmp_path) as ledger:
        assert ledger.tally() == Tally(1, 0, 1)
        assert list(run(ledger, Scripted(1, {"b": [made("b")]})))[-1] == Tally(2, 0, 0)
