"""Files are whole or absent, names are unique, and what a killed process leaves is cleared."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from clipgen.errors import ImageError, OutputError, WeightsError
from clipgen.files import claims, free_path, reason, sha256, write_whole
from clipgen.files.journal import Journal
from clipgen.files.locks import exclusive
from clipgen.files.sqlite import write_ahead
from clipgen.files.temporary import temporary_folder
from raising import refused

# a process that stops at one moment of its life, prints the moment, and waits to be killed
OWNER = """
import sys, time
from clipgen.files import free_path, write_whole

folder, moment = sys.argv[1:]

def at(name):
    if name == moment:
        print("ready", flush=True)
        time.sleep(60)

path = free_path(folder, "x", ".png")
at("reserved")
with write_whole(path.with_suffix(".run")) as part:
    part.write_bytes(b"a state")
    at("another file of the run half written")
path.with_suffix(".run").unlink()
with write_whole(path) as part:
    at("nothing written")
    part.write_bytes(b"half a picture")
    at("half written")
at("written")
"""


def owner(folder: Path, moment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", OWNER, folder, moment], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def write(path: Path, content: bytes = b"whole") -> Path:
    with write_whole(path) as part:
        part.write_bytes(content)
    return path


UNFINISHED = ("reserved", "another file of the run half written", "nothing written", "half written")


@pytest.mark.parametrize("moment", UNFINISHED)
def test_a_reservation_ends_with_its_process(tmp_path: Path, moment: str) -> None:
    process = owner(tmp_path, moment)
    try:
        alive = free_path(tmp_path, "x", ".png")
        assert alive.name == "x-2.png"
        write(alive).unlink()
    finally:
        kill(process)
    assert os.listdir(tmp_path), "the process left nothing, so this test shows nothing"
    assert write(free_path(tmp_path, "x", ".png")).name == "x.png"
    assert os.listdir(tmp_path) == ["x.png"]


@pytest.mark.parametrize("moment", UNFINISHED)
def test_leftovers_of_a_killed_process_are_overwritten_by_a_plain_write(tmp_path: Path, moment: str) -> None:
    kill(owner(tmp_path, moment))
    with write_whole(tmp_path / "x.png") as part, open(part, "ab") as file:
        file.write(b"whole")
    write(free_path(tmp_path, "x", ".run")).unlink()
    assert os.listdir(tmp_path) == ["x.png"] and (tmp_path / "x.png").read_bytes() == b"whole"


def test_a_file_that_is_written_ends_the_reservation_of_a_killed_process(tmp_path: Path) -> None:
    kill(owner(tmp_path, "reserved"))
    write(tmp_path / "x.png")
    assert os.listdir(tmp_path) == ["x.png"]


def test_a_file_that_is_written_leaves_the_reservation_of_a_living_process(tmp_path: Path) -> None:
    process = owner(tmp_path, "reserved")
    try:
        write(tmp_path / "x.png")
        assert sorted(os.listdir(tmp_path)) == [".x.png.reserved", "x.png"]
    finally:
        kill(process)


@pytest.mark.parametrize("moment", UNFINISHED)
def test_leftovers_are_removed_when_another_file_has_taken_the_name(tmp_path: Path, moment: str) -> None:
    kill(owner(tmp_path, moment))
    (tmp_path / "x.png").write_bytes(b"whole")
    assert write(free_path(tmp_path, "x", ".png")).name == "x-2.png"
    assert sorted(os.listdir(tmp_path)) == ["x-2.png", "x.png"]


def test_leftovers_of_the_files_that_go_with_a_picture_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".x-grid.png.reserved").write_bytes(b"")
    (tmp_path / ".x-grid.clipgen-part.png").write_bytes(b"half")
    (tmp_path / ".x-notes.txt").write_bytes(b"of a user")
    write(free_path(tmp_path, "x", ".png"))
    assert sorted(os.listdir(tmp_path)) == [".x-notes.txt", "x.png"]


def test_a_process_killed_after_the_write_leaves_its_file(tmp_path: Path) -> None:
    kill(owner(tmp_path, "written"))
    assert os.listdir(tmp_path) == ["x.png"]
    assert free_path(tmp_path, "x", ".png").name == "x-2.png"


def test_unfinished_files_of_a_living_process_stay(tmp_path: Path) -> None:
    process = owner(tmp_path, "half written")
    try:
        write(free_path(tmp_path, "x", ".png"))
        write(tmp_path / "x.png")
        left = [path for path in tmp_path.iterdir() if path.name.startswith(".x.")]
        assert b"half a picture" in [path.read_bytes() for path in left]
    finally:
        kill(process)


def test_a_forked_child_does_not_keep_the_reservation(tmp_path: Path) -> None:
    script = f"""
import os, time
from clipgen.files import free_path
free_path({str(tmp_path)!r}, "x", ".png")
if os.fork() == 0:
    print("ready", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, process_group=0)
    assert process.stdout is not None and process.stdout.readline() == "ready\n", "the child runs"
    try:
        process.kill()
        process.wait()
        assert free_path(tmp_path, "x", ".png").name == "x.png"
    finally:
        os.killpg(process.pid, 9)
        process.stdout.close()


def test_a_process_that_exits_leaves_no_reservation(tmp_path: Path) -> None:
    script = f"from clipgen.files import free_path; print(free_path({str(tmp_path)!r}, 'x', '.png'))"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert os.listdir(tmp_path) == []


def test_a_name_is_given_once(tmp_path: Path) -> None:
    write(tmp_path / "reef.png")
    names = [free_path(tmp_path, "reef", ".png").name for _ in range(3)]
    assert names == ["reef-2.png", "reef-3.png", "reef-4.png"]
    write(tmp_path / "reef-3.png")
    assert free_path(tmp_path, "reef", ".png").name == "reef-5.png"
    assert not (tmp_path / "reef-2.png").exists(), "a killed run would leave an empty picture"


def test_a_relative_name_is_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_path(".", "reef", ".png").name == "reef.png"
    assert free_path(tmp_path, "reef", ".png").name == "reef-2.png"
    monkeypatch.chdir("/")
    write(tmp_path / "reef.png")
    assert sorted(os.listdir(tmp_path)) == [".reef-2.png.reserved", "reef.png"]


def test_threads_get_different_names(tmp_path: Path) -> None:
    names: list[Path] = []
    threads = [threading.Thread(target=lambda: names.append(free_path(tmp_path, "reef", ".png"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 8


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    with write_whole(tmp_path / "a.txt") as first, write_whole(tmp_path / "a.txt") as second:
        first.write_text("first")
        second.write_text("second")
        assert first != second and first.suffix == second.suffix == ".txt"
    assert (tmp_path / "a.txt").read_text() == "first"  # the last to end
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, error: BaseException) -> None:
    write(tmp_path / "film.mp4", b"old")
    with pytest.raises((KeyboardInterrupt, OutputError)) as caught, write_whole(tmp_path / "film.mp4") as part:
        part.write_bytes(b"half")
        raise error
    assert os.listdir(tmp_path) == ["film.mp4"] and (tmp_path / "film.mp4").read_bytes() == b"old"
    if isinstance(caught.value, OutputError):
        assert caught.value.settings == {"output": None} and "film.mp4" in str(caught.value)


def test_other_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ImageError), write_whole(tmp_path / "a.png"):
        raise ImageError("a picture inside cannot be read")
    assert os.listdir(tmp_path) == []


def test_an_unwritable_place_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for action in (
        lambda: write(tmp_path / "file" / "reef.png"),
        lambda: free_path(tmp_path / "file", "reef", ".png"),
        lambda: free_path(tmp_path / "file" / "deeper", "reef", ".png"),
    ):
        with pytest.raises(OutputError) as caught:
            action()
        assert "reef.png" in str(caught.value) and "\n" not in str(caught.value)


def test_a_lock_is_on_the_file_that_others_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flock, moved = claims.fcntl.flock, []

    def owner_ends_first(descriptor: int, operation: int) -> None:
        if not moved:
            moved.append(True)
            (tmp_path / ".reef.png.reserved").unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(claims.fcntl, "flock", owner_ends_first)
    assert free_path(tmp_path, "reef", ".png").name == "reef.png" and moved
    assert os.listdir(tmp_path) == [".reef.png.reserved"]


def test_another_process_may_begin_as_soon_as_a_file_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, parts = os.replace, []

    def replace_and_lose_the_processor(part: Path, target: Path) -> None:
        replace(part, target)
        Path(part).write_bytes(b"of another process")
        parts.append(Path(part))

    monkeypatch.setattr(os, "replace", replace_and_lose_the_processor)
    write(tmp_path / "a.txt")
    assert parts[0].read_bytes() == b"of another process"


def test_where_locks_belong_to_processes_threads_still_exclude_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims.fcntl, "flock", lambda *_: None)  # NFS: a process is granted its own lock again
    assert [free_path(tmp_path, "reef", ".png").name for _ in range(2)] == ["reef.png", "reef-2.png"]
    with write_whole(tmp_path / "a.txt") as first, write_whole(tmp_path / "a.txt") as second:
        assert first != second


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK])
def test_without_locks_names_are_still_unique(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(claims.fcntl, "flock", refuse)
    (tmp_path / ".reef-2.png.reserved").write_bytes(b"")  # of another process, perhaps dead: this cannot be known
    names = [free_path(tmp_path, "reef", ".png").name for _ in range(2)]
    assert names == ["reef.png", "reef-3.png"]
    write(tmp_path / "reef.png")
    assert sorted(os.listdir(tmp_path)) == [".reef-2.png.reserved", ".reef-3.png.reserved", "reef.png"]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    script = f"""
import time
from clipgen.files.locks import exclusive
from clipgen.files.sqlite import write_ahead
with exclusive({str(tmp_path / "model.ckpt")!r}) as alone:
    print(alone, flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "True\n"
    try:
        with exclusive(tmp_path / "model.ckpt") as alone:
            assert not alone
    finally:
        kill(process)
    with exclusive(tmp_path / "model.ckpt") as alone:
        assert alone
        with exclusive(tmp_path / "model.ckpt") as again:
            assert not again
    assert os.listdir(tmp_path) == []


def test_who_has_patience_waits_for_the_other(tmp_path: Path) -> None:
    begun = threading.Event()

    def work() -> None:
        with exclusive(tmp_path / "list.toml"):
            begun.set()
            time.sleep(0.1)

    (other := threading.Thread(target=work)).start()
    begun.wait()
    with exclusive(tmp_path / "list.toml", patience=0.01) as alone:
        assert not alone
    with exclusive(tmp_path / "list.toml", patience=60) as alone:
        assert alone
    other.join()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.EACCES, "Permission denied", "a.png"), "Permission denied"),
        (ValueError("\n  first\nsecond"), "first"),
        (KeyError(), "KeyError"),
        (OSError(), "OSError"),
    ],
)
def test_a_reason_is_one_line(error: Exception, line: str) -> None:
    assert reason(error) == line


def test_the_sum_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.bin").write_bytes(b"weights")
    first = sha256(tmp_path / "a.bin")
    assert first == hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("computed again"))
    assert sha256(tmp_path / "a.bin") == first
    with pytest.raises(WeightsError):
        sha256(tmp_path / "none")


def test_a_journal_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "moves.jsonl")
    with refused(OutputError, "undo"):
        journal.rows()
    journal.add({"file": "a"})
    with open(journal.path, "ab") as file:
        file.write(b'\n{"file": {"b": 1}\n\x80\xff')
    journal.add({"file": "c"})
    assert [row["file"] for row in journal.rows()] == ["c", "a"]
    journal.end()
    assert not journal.path.exists()
    with refused(OutputError, "output"):
        Journal(tmp_path / "gone" / "moves.jsonl").add({})


@pytest.mark.parametrize("name", ["a." + "x" * 300, "x" * 300])
def test_a_name_that_no_disk_takes_is_refused(tmp_path: Path, name: str) -> None:
    with refused(OutputError, "output"):
        write(tmp_path / name)


LEAVES = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from clipgen.files.temporary import temporary_folder

with temporary_folder() as folder:
    (folder / "half").write_bytes(b"half")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_temporary_folder_is_deleted_also_when_its_process_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    call = [sys.executable, "-c", LEAVES, tmp_path]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    (left,) = tmp_path.glob("clipgen-*")
    with temporary_folder() as folder:
        assert folder.is_dir() and (left / "half").exists()  # its process lives
    kill(process)
    assert left.exists()
    with temporary_folder() as folder, temporary_folder() as other:
        assert not left.exists() and folder.exists() and other.exists()
    assert os.listdir(tmp_path) == []


def test_without_any_folder_for_temporary_files_tmpdir_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/null/tmp"])
    with refused(OutputError, match="TMPDIR"), temporary_folder():
        pass


def test_a_temporary_folder_that_cannot_be_made_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with refused(OutputError, "output", match="clipgen-"), temporary_folder():
        pass


def test_many_open_a_new_database_at_once(tmp_path: Path) -> None:
    failed: list[sqlite3.Error] = []

    def begin(path: Path, together: threading.Barrier) -> None:
        connection = sqlite3.connect(path, timeout=30)
        together.wait()
        try:
            write_ahead(connection, patience=30)
        except sqlite3.Error as error:
            failed.append(error)
        connection.close()

    # of such four, one or more were refused for every fifth file while SQLite alone was asked to wait
    for number in range(20):
        together = threading.Barrier(4)
        openings = [threading.Thread(target=begin, args=(tmp_path / f"{number}.sqlite", together)) for _ in range(4)]
        for opening in openings:
            opening.start()
        for opening in openings:
            opening.join()
    assert not failed


def test_a_database_that_stays_locked_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("create table row (a)")
    other.execute("begin exclusive")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(sqlite3.connect(path, timeout=0), patience=0.1)
    other.close()
