from __future__ import annotations

import os
import pty
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
from PIL import Image

from clipgen.cli.help import version_command
from clipgen.cli.interrupt import Interruption, stop_code, stopping
from clipgen.cli.main import main
from clipgen.cli.outputs import Outputs, run_file
from clipgen.errors import OutputError, SettingsError
from clipgen.media.pictures import read_metadata
from clipgen.tasks.generate import Picture


def picture(prompt: str = "A red fox!", seed: int = 7) -> Picture:
    return Picture(Image.new("RGB", (4, 4)), 0.5, {"prompt": prompt, "seed": seed})


def test_names_are_slug_and_seed_and_never_taken_twice(tmp_path: Path) -> None:
    first = Outputs.at(tmp_path).save_pictures([picture(), picture(seed=8), picture("a castle")])
    second = Outputs.at(tmp_path).save_pictures([picture()])
    assert [path.name for path in first] == ["a-red-fox-7.png", "a-red-fox-8.png", "a-castle-7.png"]
    assert [path.name for path in second] == ["a-red-fox-7-2.png"]


def test_the_same_prompt_twice_in_one_run_is_two_files(tmp_path: Path) -> None:
    paths = Outputs.at(tmp_path).save_pictures([picture(), picture()])
    assert len(set(paths)) == 2 and all(path.is_file() for path in paths)


def test_a_run_saves_again_over_its_own_files_only(tmp_path: Path) -> None:
    (tmp_path / "a-red-fox-7.png").write_text("someone else's")
    outputs = Outputs.at(tmp_path)
    assert outputs.save_pictures([picture()]) == outputs.save_pictures([picture()]) == [tmp_path / "a-red-fox-7-2.png"]
    assert (tmp_path / "a-red-fox-7.png").read_text() == "someone else's"


def test_the_output_may_be_a_file_or_a_folder(tmp_path: Path) -> None:
    assert Outputs.at(tmp_path / "x.png").save_pictures([picture()]) == [tmp_path / "x.png"]
    several = Outputs.at(tmp_path / "y.png").save_pictures([picture(), picture(seed=8)])
    assert [path.name for path in several] == ["y-7.png", "y-8.png"]
    assert Outputs.at(tmp_path / "new" / "v1.5").save_pictures([picture()])[0].parent == tmp_path / "new" / "v1.5"


@pytest.mark.parametrize("ending", [".jpg", ".jpeg", ".webp", ".PNG"])
def test_the_name_decides_the_format(tmp_path: Path, ending: str) -> None:
    (path,) = Outputs.at(tmp_path / f"x{ending}").save_pictures([picture()])
    assert path == tmp_path / f"x{ending}" and read_metadata(path)["seed"] == 7
    (second,) = Outputs.at(tmp_path / f"x{ending}").save_pictures([picture()])
    assert second == tmp_path / f"x-2{ending}"


def test_a_folder_gets_the_format_that_is_set(tmp_path: Path) -> None:
    assert Outputs.at(tmp_path, ending=".jpg").save_pictures([picture()]) == [tmp_path / "a-red-fox-7.jpg"]
    assert Outputs.at(tmp_path, ending=".doc").save_pictures([picture()]) == [tmp_path / "a-red-fox-7.png"]


def test_a_format_that_is_not_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Outputs.at(tmp_path / "x.gif")
    assert list(caught.value.settings) == ["output"] and ".png" in str(caught.value)


def test_a_place_that_cannot_be_written_is_reported_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        Outputs.at(tmp_path / "file")
    assert list(caught.value.settings) == ["output"]


def test_when_the_disk_fills_up_the_pictures_go_to_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuge = tmp_path / "tmp"
    refuge.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    outputs = Outputs.at(tmp_path / "full")
    save = Picture.save

    def fails_there(self: Picture, path: Path) -> None:
        if "full" in str(path):
            raise OutputError("no space left")
        save(self, path)

    monkeypatch.setattr(Picture, "save", fails_there)
    with pytest.raises(OutputError, match="no space left; saved instead: .*a-red-fox-7.png"):
        outputs.save_pictures([picture()])
    assert (refuge / "a-red-fox-7.png").is_file()
    monkeypatch.setattr(Picture, "save", lambda *_: (_ for _ in ()).throw(OutputError("no space left")))
    with pytest.raises(OutputError, match="failed as well"):
        outputs.save_pictures([picture()])


def test_a_picture_stands_for_the_run_file_beside_it() -> None:
    for name in ("fox.png", "fox.jpg", "fox.WEBP", "fox.run"):
        assert run_file(Path("a") / name) == Path("a/fox.run")


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_the_first_signal_is_remembered_and_the_second_stops(number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    with Interruption() as interruption:
        assert interruption.exit_code == 0
        os.kill(os.getpid(), number)
        assert interruption.exit_code == code
        with pytest.raises(KeyboardInterrupt) as stopped:
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before and stop_code(stopped.value) == code


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_ends_any_command_with_one_line_and_its_exit_code(
    number: signal.Signals, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cleaned = []

    def working() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(60)
        finally:
            cleaned.append(True)

    monkeypatch.setattr(version_command, "callback", working)
    with pytest.raises(SystemExit) as ended:
        main(["version"])
    assert ended.value.code == code and cleaned and capsys.readouterr().err.strip() == "clipgen: stopped"


def test_a_signal_that_a_script_ignores_stops_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with stopping(), Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGHUP)
            assert interruption.exit_code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_closing_the_terminal_keeps_errors_of_printing_from_the_run() -> None:
    """In a process of its own, whose terminal is closed while it runs."""
    script = """
import os, sys, time
from clipgen.cli.help import version_command
from clipgen.cli.interrupt import Interruption, stop_code, stopping
from clipgen.cli.main import main

with Interruption() as interruption:
    print("ready", flush=True)
    while not interruption.exit_code:
        time.sleep(0.01)
    print("nobody reads this", flush=True)
    sys.stderr.write("nor this\\n")
with open(sys.argv[1], "w") as file:
    file.write("saved")
sys.exit(interruption.exit_code)
"""
    reader, ended = os.pipe()
    child, terminal = pty.fork()
    if not child:
        os.set_inheritable(ended, True)
        os.execv(sys.executable, [sys.executable, "-c", script, f"/dev/fd/{ended}"])
    os.close(ended)
    assert b"ready" in os.read(terminal, 100)
    os.close(terminal)
    assert os.read(reader, 100) == b"saved"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 129
