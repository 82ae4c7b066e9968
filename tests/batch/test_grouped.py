"""Lines that are painted in one batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from clipgen.batch import Ledger, Line, Tally, grouped, job_of_row


def together(rows: Sequence[dict[str, Any]], most: int) -> list[tuple[int, tuple[str, ...]]]:
    """First line and prompts of each job."""
    found = grouped([Line(number, job_of_row(row)) for number, row in enumerate(rows, 1)], most)
    return [(line.number, line.job.inputs.prompts) for line in found if line.job]


A, B, C = ({"prompt": name, "seed": 7} for name in ("a", "b", "c"))


def test_consecutive_lines_of_equal_settings_are_one_job() -> None:
    assert together([A, B, C], 2) == [(1, ("a", "b")), (3, ("c",))]
    assert together([A, B, {**C, "steps": 9}, {**A, "steps": 9}], 8) == [(1, ("a", "b")), (3, ("c", "a"))]
    assert together([{"prompt": ["a", "b"], "seed": 7}, C], 3) == [(1, ("a", "b", "c"))]


@pytest.mark.parametrize("other", [{"seed": 8}, {"size": [64, 64]}, {"weights": "my.ckpt"}, {"generator": "cppn"}])
def test_what_differs_stays_apart(other: dict[str, Any]) -> None:
    assert together([A, {**B, **other}], 8) == [(1, ("a",)), (2, ("b",))]


def test_one_changes_nothing_and_no_line_is_lost() -> None:
    draw = job_of_row({"verb": "sample"})
    lines = [Line(1, job_of_row(A)), Line(2, error="no job"), Line(3, job_of_row(A)), Line(4, draw), Line(5, draw)]
    assert list(grouped(lines, 1)) == lines
    assert list(grouped(lines, 8)) == lines  # samples have no prompts, and a bad line comes between
    assert list(grouped([], 8)) == []


def done(ledger: Ledger, prompts: str, most: int) -> list[str]:
    """Enter a line for each letter, do what is open, and return the prompts of each job."""
    ledger.add([Line(number, job_of_row({**A, "prompt": one})) for number, one in enumerate(prompts, 1)], group=most)
    jobs = ledger.next(99)
    for entry in jobs:
        ledger.done(entry.id, files=[], rows=[], seconds=1.5)
    return ["".join(entry.job.inputs.prompts) for entry in jobs]


def test_no_line_is_painted_twice(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        assert done(ledger, "abcab", 2) == ["ab", "ca", "b"]
    with Ledger(tmp_path) as ledger:
        assert done(ledger, "zabcabef", 2) == ["ze", "f"], "lines may be added anywhere"
        assert done(ledger, "zabcabefgh", 8) == ["gh"], "the size may change"
        assert done(ledger, "kzabcabefghi", 1) == ["k", "i"]
        assert done(ledger, "kkzabcabefghia", 3) == ["ka"]
        assert ledger.tally() == Tally(9, 0, 0)


def test_a_line_may_be_the_job_that_a_group_is(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        both = Line(4, job_of_row({**A, "prompt": ["a", "b"]}))
        ledger.add([Line(1, job_of_row(A)), Line(2, job_of_row(B)), Line(3, error="no job"), both], group=2)
        assert [entry.job.inputs.prompts for entry in ledger.next(9)] == [("a", "b"), ("a", "b")]
        assert list(ledger.failures()) == [(3, "no job")]


def test_a_group_that_failed_is_formed_anew_where_a_line_of_it_is_mended(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([Line(number, job_of_row(row)) for number, row in enumerate([A, B, C], 1)], group=2)
        first, second = ledger.next(9)
        ledger.failed(first.id, "no such word", final=True)
        ledger.done(second.id, files=[], rows=[], seconds=1.5)
        assert done(ledger, "abc", 2) == [] and ledger.tally() == Tally(1, 1, 0)
        assert done(ledger, "axc", 2) == ["ax"] and ledger.tally() == Tally(2, 0, 0)
