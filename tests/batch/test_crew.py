"""Real worker processes; their jobs take no CLIP, so that a job takes milliseconds once torch is imported."""

import errno
import os
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import clipgen
from clipgen.batch import Failure, Fault, Ledger, Line, LocalCrew, Outcome, job_of_row, perform, run
from clipgen.batch.crew import Workshop
from clipgen.batch.ledger import Entry
from clipgen.errors import ImageError
from clipgen.files import unwritable
from clipgen.studio import Studio

DRAW: dict[str, Any] = {"generator": "cppn", "size": [16, 16], "device": "cpu", "dtype": "fp32"}


class Unlucky(LocalCrew):
    """A crew whose first worker dies of its second job, which it is stopped before: it would be done at once."""

    given = 0

    def give(self, worker: int, entry: Entry) -> None:
        self.given += 1
        if self.given != 2:
            return super().give(worker, entry)
        (process, _) = self._workers[worker] or pytest.fail("there is no worker")
        os.kill(process.pid or 0, signal.SIGSTOP)
        super().give(worker, entry)
        os.kill(process.pid or 0, signal.SIGKILL)


def test_a_worker_that_is_killed_is_replaced_and_the_result_is_that_of_the_library(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, Unlucky() as crew:
        ledger.add([Line(seed, job_of_row({"verb": "sample", "seed": seed, **DRAW})) for seed in (1, 2)])
        assert [tally.done for tally in run(ledger, crew)] == [0, 1, 1, 2]
    first, second = sorted(tmp_path.glob("*.png"))
    assert first.read_bytes() != second.read_bytes()
    image = clipgen.sample(generator="cppn", size=(16, 16), seed=2, device="cpu", dtype="fp32")[0]
    with Image.open(second) as made:
        assert made.tobytes() == image.tobytes()


def test_an_error_is_a_failure_and_only_a_passing_one_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop()
    missing = shop.do(1, job_of_row({"verb": "rank", "picture": "none.png", "text": "a fox"}).to_json())
    assert isinstance(missing, Failure) and not missing.again and "none.png" in missing.error
    monkeypatch.setattr(Studio, "run", lambda *_: iter([1 / 0]))
    assert shop.do(1, job_of_row({"verb": "sample", **DRAW}).to_json()) == Failure(
        "ZeroDivisionError: division by zero", again=True
    )


def test_what_every_job_would_meet_is_a_fault_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job = job_of_row({"verb": "sample", **DRAW}).to_json()
    full = unwritable("a.png", no_space := OSError(errno.ENOSPC, "No space left on device"))
    full.__cause__ = no_space

    def draw(*_: object) -> object:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr(Studio, "run", draw)
        assert Workshop().do(1, job) == Fault(str(full))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing" / "tmp"))
    none = Workshop().do(1, job)
    assert isinstance(none, Fault) and "missing" in none.error


def test_a_job_paints_under_a_name_that_begins_with_its_number(tiny_clip: Path) -> None:
    small = {"generator": "pixels", "size": [32, 32], "steps": 2, "cutn": 2, "device": "cpu", "dtype": "fp32"}
    row = {"prompt": "a fox", "seed": 7, "count": 2, "perceptor": f"local-dir:{tiny_clip}", **small}
    outcome = Workshop().do(12, job_of_row(row).to_json())
    assert isinstance(outcome, Outcome)
    assert [name for name, _ in outcome.files] == ["0000012-a-fox-7.png", "0000012-2-a-fox-8.png"]
    assert outcome.files[0][1].startswith(b"\x89PNG") and [r["seed"] for r in outcome.rows] == [7, 8]  # type: ignore


def test_what_cannot_be_loaded_is_named(tmp_path: Path, tiny_clip: Path) -> None:
    job = job_of_row({"verb": "rank", "picture": "none.png", "text": "red", "perceptor": f"local-dir:{tiny_clip}"})
    with Studio() as studio, pytest.raises(ImageError, match="none.png"):
        perform(job, studio, 1, folder=tmp_path)
