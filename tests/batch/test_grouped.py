"""Lines that are painted in one batch."""

from collections.abc import Sequence
from typing import Any

import pytest

from clipgen.batch import Line, grouped, job_of_row


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
