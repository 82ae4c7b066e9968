"""What a job of a batch comes to: rows are findings only, and damaged files among others are no failure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipgen.batch.perform import perform
from clipgen.errors import ImageError
from clipgen.jobs import Job
from clipgen.library import Progress
from clipgen.settings import IndexVerb
from clipgen.similarity import Skipped
from clipgen.studio import Studio, studio
from clipgen.tasks.orient import Judged, Turn

TORN = Skipped(Path("torn.jpg"), "the picture torn.jpg ends too early")


def performed(monkeypatch: pytest.MonkeyPatch, *events: object) -> list[object]:
    def run(self: Studio, job: Job) -> Iterator[object]:
        yield from events

    monkeypatch.setattr(studio.Studio, "run", run)
    files, rows = perform(Job("index", settings=IndexVerb()), Studio(), 1, folder=Path("unused"))
    assert not files
    return list(rows)


def test_how_far_it_is_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = performed(monkeypatch, Progress(0, 1, 0), Judged(1, 1), Turn(Path("a.jpg"), 90, 0.9, 1))
    assert [row["degrees"] for row in rows if isinstance(row, dict)] == [90] and len(rows) == 1


def test_a_damaged_file_of_a_library_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert performed(monkeypatch, Progress(0, 2, 0), TORN) == [{"path": "torn.jpg", "error": TORN.reason}]


def test_a_damaged_file_alone_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageError, match=r"torn\.jpg"):
        performed(monkeypatch, TORN)
