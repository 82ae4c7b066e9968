import json
from pathlib import Path

import pytest

from clipgen.batch import Ledger, Line, Tally, job_of_row
from clipgen.errors import OutputError


def lines(*prompts: str) -> list[Line]:
    return [Line(number, job_of_row({"prompt": prompt})) for number, prompt in enumerate(prompts, 1)]


def test_what_is_done_stays_done_when_lines_move(tmp_path: Path) -> None:
    with Ledger(tmp_path / "out") as ledger:
        ledger.add(lines("a fox", "an owl", "a fox"))
        first, second = ledger.next(2)
        ledger.done(first.id, files=["a.png"], rows=[{"score": 0.5}], seconds=1.5)
        assert [entry.job.inputs.prompts for entry in ledger.next(9, [second.id])] == [("a fox",)]
    with Ledger(tmp_path / "out") as ledger:
        ledger.add(lines("a hen", "a fox", "an owl", "a fox"))
        assert ledger.tally() == Tally(done=1, failed=0, open=3)
        assert sorted(entry.job.inputs.prompts[0] for entry in ledger.next(9)) == ["a fox", "a hen", "an owl"]


def test_a_failure_is_tried_again_unless_it_is_final(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([*lines("a fox", "an owl"), Line(9, error="it is no JSON")])
        fox, owl = ledger.next(9)
        ledger.failed(fox.id, "the worker ended", final=False)
        ledger.failed(owl.id, "no such picture", final=True)
        assert [(entry.id, entry.tries) for entry in ledger.next(9)] == [(fox.id, 1)]
        assert list(ledger.failures()) == [(2, "no such picture"), (9, "it is no JSON")]
        ledger.retry_failed()
        assert [entry.id for entry in ledger.next(9)] == [fox.id, owl.id], "a line that is no job never becomes one"


def test_what_failed_and_is_mended_fails_no_more(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([*lines("a fox", "an owl", "an owl"), Line(4, error="it is no JSON")])
        fox, *owls = ledger.next(9)
        ledger.done(fox.id, files=["a.png"], rows=[], seconds=1.5)
        for owl in owls:
            ledger.failed(owl.id, "no such picture", final=True)
        ledger.add(lines("a fox", "an owl", "a hen", "a dog"))
        assert list(ledger.failures()) == [(2, "no such picture")], "it is given still, once"
        assert [entry.job.inputs.prompts[0] for entry in ledger.next(9)] == ["a hen", "a dog"]
        ledger.add(lines("a hen"))
        assert ledger.tally() == Tally(done=1, failed=0, open=2), "what is done or open stays"


def test_results_are_a_line_a_job(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([*lines("a fox", "an owl"), Line(9, error="it is no JSON")])
        ledger.done(ledger.next(1)[0].id, files=["1-a-fox.png"], rows=[{"text": "ein Füchslein"}], seconds=1.5)
        rows = [json.loads(row) for row in ledger.write_results().read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"line": 1, "state": "done", "verb": "generate", "seconds": 1.5, "files": ["1-a-fox.png"],
         "rows": [{"text": "ein Füchslein"}]},
        {"line": 9, "state": "failed", "error": "it is no JSON"},
    ]  # fmt: skip


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Ledger(tmp_path), pytest.raises(OutputError, match=tmp_path.name), Ledger(tmp_path):
        pass
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputError, match=r"ledger\.sqlite"), Ledger(tmp_path / "other"):
        pass


def test_one_ledger_at_a_time_writes_into_a_folder_of_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Ledger(tmp_path / "one", out):
        for folder in (tmp_path / "two", out):
            with pytest.raises(OutputError, match="another process works on .*out"), Ledger(folder, out):
                pass


@pytest.mark.parametrize("begun_in", ["out", "elsewhere"])
def test_results_without_their_ledger_are_not_overwritten(tmp_path: Path, begun_in: str) -> None:
    out = tmp_path / "out"
    with Ledger(tmp_path / begun_in, out) as ledger:
        ledger.add(lines("a fox"))
        ledger.write_results()
    with Ledger(tmp_path / begun_in, out):
        pass  # its own ones
    for path in out.glob("ledger*"):
        path.unlink()
    found = (out / "results.jsonl").read_text()
    for _ in range(2):  # the refusal begins nothing
        with pytest.raises(OutputError, match="ledger is not in .*out"), Ledger(out):
            pass
    assert (out / "results.jsonl").read_text() == found


def test_a_ledger_of_a_folder_takes_no_results_elsewhere_for_its_own(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "results.jsonl").write_text("mine")
    with Ledger(tmp_path / "out") as ledger:
        ledger.add(lines("a fox"))
    with pytest.raises(OutputError, match="other"), Ledger(tmp_path / "out", tmp_path / "other"):
        pass
    assert (tmp_path / "other" / "results.jsonl").read_text() == "mine"


def test_a_batch_without_jobs_is_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        with Ledger(tmp_path) as ledger:
            ledger.add([])
            assert ledger.write_results().exists()


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    name = "bad-\udcff.jpg"  # as Python has a file name of bytes that are not UTF-8
    job = job_of_row({"verb": "caption", "picture": name})
    with Ledger(tmp_path) as ledger:
        ledger.add([Line(1, job), Line(2, job_of_row({"prompt": name})), Line(3, error=f"no {name}")])
        first, second = ledger.next(9)
        assert first.job == job
        ledger.done(first.id, files=[], rows=[{"path": name}], seconds=1.5)
        ledger.failed(second.id, f"no {name}", final=True)
        rows = [json.loads(row) for row in ledger.write_results().read_text(encoding="utf-8").splitlines()]
    assert rows[0]["rows"] == [{"path": name}]
    assert all("bad-" in row["error"] for row in rows[1:])


def test_a_damaged_ledger_is_one_line(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(lines(*map(str, range(200))))
    path = tmp_path / "ledger.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"x" * (len(data) - 4096))
    with pytest.raises(OutputError, match="ledger.sqlite"), Ledger(tmp_path) as ledger:
        ledger.add(lines("a fox"))
        ledger.next(1)
        ledger.write_results()
