"""Results at an address: whole or not at all, in any file system of fsspec, with the ledger on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import clipgen.cli.batch as shell
from batch.test_ledger import lines
from batch.test_run import Scripted, made
from clipgen import extras
from clipgen.batch import Ledger, Tally, ledger_folder, run
from clipgen.cli.main import main
from clipgen.errors import ClipgenError, OutputError
from clipgen.files import write_whole
from clipgen.files.addresses import Address, place_of

fsspec = pytest.importorskip("fsspec")
from fsspec.implementations.memory import MemoryFileSystem  # noqa: E402


class Renaming(MemoryFileSystem):
    """A file system that moves files, and whose network may fail in the middle of a file."""

    protocol = "renaming"
    fails = False

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        content = Path(lpath).read_bytes()
        self.pipe_file(rpath, content[: 0 if self.fails else None])
        if self.fails:
            raise OSError("the network is gone")

    def mv(self, path1: str, path2: str, **options: Any) -> None:
        assert not self.exists(path2), "as of HDFS: it moves onto no file"
        self.pipe_file(path2, self.cat_file(path1))
        self.rm_file(path1)


@pytest.fixture(params=["memory", "renaming"])
def out(request: pytest.FixtureRequest) -> Iterator[Address]:
    """A folder at an address."""
    fsspec.register_implementation("renaming", Renaming, clobber=True)
    MemoryFileSystem.store.clear()
    yield Address(f"{request.param}://bucket/results")
    MemoryFileSystem.store.clear()
    Renaming.fails = False


def stored() -> dict[str, bytes]:
    """What is at the address: contents by name."""
    return {path.rpartition("/")[2]: file.getvalue() for path, file in MemoryFileSystem.store.items()}


def test_results_go_there_and_the_ledger_stays_here(out: Address, tmp_path: Path) -> None:
    with Ledger(tmp_path, out) as ledger:
        ledger.add(lines("a", "b"))
        assert list(run(ledger, Scripted(1, {"a": [made("a")], "b": [made("b")]})))[-1] == Tally(2, 0, 0)
        assert str(ledger.write_results()) == f"{out}/results.jsonl"
    found = stored()
    assert sorted(found) == ["a.png", "b.png", "results.jsonl"] and found["a.png"] == b"a"
    assert [json.loads(line)["files"] for line in found["results.jsonl"].splitlines()] == [["a.png"], ["b.png"]]
    assert not list(tmp_path.glob("*.png")) and (tmp_path / "ledger.sqlite").exists()


def test_a_run_that_stopped_continues_there(out: Address, tmp_path: Path) -> None:
    with Ledger(tmp_path, out) as ledger:
        ledger.add(lines("a", "b"))
        stopped = run(ledger, Scripted(1, {"a": [made("a")], "b": []}))
        assert [next(stopped).done, next(stopped).done] == [0, 1]
    (out / "b.png").put(tmp_path / "ledger.sqlite")  # b was written, and the driver killed before it was entered
    with Ledger(tmp_path, out) as ledger:
        assert list(run(ledger, Scripted(1, {"b": [made("b")]})))[-1] == Tally(2, 0, 0)
    assert stored()["b.png"] == b"b"


def test_a_file_that_fails_midway_is_not_there_and_its_job_stays_open(out: Address, tmp_path: Path) -> None:
    with Ledger(tmp_path, Address("renaming://bucket/results")) as ledger:
        ledger.add(lines("a"))
        Renaming.fails = True
        with pytest.raises(OutputError, match=r"renaming://bucket/results/a\.png: the network is gone"):
            list(run(ledger, Scripted(1, {"a": [made("a")]})))
        assert ledger.tally() == Tally(0, 0, 1) and "a.png" not in stored()
        Renaming.fails = False
        assert list(run(ledger, Scripted(1, {"a": [made("a")]})))[-1] == Tally(1, 0, 0)
    assert stored()["a.png"] == b"a"


def test_an_older_file_is_replaced_whole_or_kept(out: Address) -> None:
    target = out / "notes.txt"
    for text in ("a reef", "a wreck"):
        with write_whole(target) as part:
            assert part.suffix == ".txt"
            part.write_text(text)
    with pytest.raises(RuntimeError), write_whole(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert stored() == {"notes.txt": b"a wreck"} and target.exists() and not (out / "other").exists()


def test_the_results_of_another_ledger_are_not_overwritten(out: Address, tmp_path: Path) -> None:
    for _ in range(2):  # again, and nothing was done in between
        with Ledger(tmp_path / "one", out) as ledger:
            ledger.add(lines("a"))
    with pytest.raises(OutputError, match="ledger is not in .*two"), Ledger(tmp_path / "two", out):
        pass


def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    out: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Access Denied")

    monkeypatch.setattr(MemoryFileSystem, "put_file", denied)
    monkeypatch.setattr(Renaming, "put_file", denied)
    with pytest.raises(OutputError, match="cannot write .*results.jsonl: Access Denied"), Ledger(tmp_path, out):
        pass


@pytest.mark.parametrize("text", ["results", "/tmp/results", "file:///tmp/results", "C:\\results", "a:b/c"])
def test_local_places_are_folders(text: str) -> None:
    assert place_of(text) == Path(text.removeprefix("file://"))


def test_ledgers_of_addresses_are_apart(tmp_path: Path) -> None:
    one, same, other = (ledger_folder(Address(f"s3://bucket/{name}")) for name in ("a-b", "a-b/", "a/b"))
    assert one == same != other and one.parent.name == "batches"
    assert ledger_folder(tmp_path) == tmp_path


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two jobs, which the command has done by a crew without models."""

    class Crew(Scripted):
        def __enter__(self) -> Crew:
            return self

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(shell, "_crew", lambda own: Crew(1, {"a": [made("a")], "b": [made("b")]}))
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"prompt": "a"}\n{"prompt": "b"}\n')
    return path


def test_the_command_says_where_the_ledger_is(out: Address, jobs: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["batch", str(jobs), "--out", str(out), "--json"])
    values = json.loads(result.stdout)
    assert values["done"] == 2 and values["results"] == f"{out}/results.jsonl"
    assert Path(values["ledger"]).parent == tmp_path / "home" / "batches" and values["ledger"] in result.stderr
    again = CliRunner().invoke(main, ["batch", str(jobs), "--out", str(out)])
    assert again.exit_code == 0 and "2 done" in again.stderr
    apart = CliRunner().invoke(main, ["batch", str(jobs), "--out", str(out), "--ledger", str(tmp_path / "apart")])
    assert apart.exit_code == 1 and "--ledger" in apart.stderr and len(apart.stderr.splitlines()) == 1


def test_a_file_address_is_a_folder(jobs: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["batch", str(jobs), "--out", f"file://{tmp_path}/results"])
    assert result.exit_code == 0 and "ledger of what" not in result.stderr
    found = {path.name for path in (tmp_path / "results").iterdir()}
    assert {"a.png", "b.png", "ledger.sqlite", "results.jsonl"} <= found


def test_a_missing_package_is_named_with_the_extra_that_has_it(jobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(ClipgenError, match=r"s3:// needs s3fs: pip install 'clipgen\[remote\]'"):
        Address("s3://bucket/a").exists()
    result = CliRunner().invoke(main, ["batch", str(jobs), "--out", "s3://bucket/results"])
    assert result.exit_code == 1 and "clipgen[remote]" in result.stderr and len(result.stderr.splitlines()) == 1


def test_an_unknown_protocol_and_films_are_one_line(jobs: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["batch", str(jobs), "--out", "nowhere://bucket/results"])
    assert result.exit_code == 1 and "nowhere" in result.stderr and len(result.stderr.splitlines()) == 1
    (tmp_path / "scene.txt").write_text("a fox\n")
    result = CliRunner().invoke(main, ["batch", str(tmp_path / "scene.txt"), "--out", "memory://films"])
    assert result.exit_code == 2 and '"animate"' in result.stderr
