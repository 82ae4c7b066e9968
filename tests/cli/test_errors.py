import errno
import os
import signal

import click
import pytest
from torch.utils.data import DataLoader, Dataset

from clipgen.cli.errors import command_of, exit_code, with_flags
from clipgen.cli.interrupt import Stopped
from clipgen.cli.main import main
from clipgen.errors import (
    ClipgenError,
    DeviceError,
    ImageError,
    NonFiniteError,
    OutputError,
    PromptError,
    SettingsError,
    WeightsError,
)


def failing(error: BaseException) -> object:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PromptError("the prompt is empty"), 1, "the prompt is empty"),
        (SettingsError("steps is 0"), 1, "steps is 0"),
        (WeightsError("clip.safetensors is damaged"), 1, "clip.safetensors is damaged"),
        (ImageError("cannot\nread"), 1, "cannot read"),
        (OutputError("cannot write a.png"), 1, "cannot write a.png"),
        (DeviceError("no cuda"), 1, "no cuda"),
        (NonFiniteError("NaN at step 3"), 1, "NaN at step 3"),
        (OSError(errno.ENOSPC, "No space left on device", "fox.png"), 1, "fox.png: No space left on device"),
        (MemoryError(), 1, "cut_chunk"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), 1, "cut_chunk"),
        (click.UsageError("no such option"), 2, "no such option (see `clipgen --help`)"),
        (click.FileError("a.toml", "gone"), 1, "a.toml"),
        (click.Abort(), 130, "stopped"),
    ],
)
def test_errors_become_one_line(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(lambda: failing(error)) == code
    written = capsys.readouterr()
    assert written.out == "" and written.err.startswith("clipgen: ") and line in written.err
    assert written.err.count("\n") == 1


class Killed(Dataset[int]):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return index


def test_a_worker_process_that_is_killed_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(lambda: list(DataLoader(Killed(), num_workers=1))) == 1
    written = capsys.readouterr().err
    assert "training pictures was ended" in written and "lower batch" in written and written.count("\n") == 1


def test_a_signal_that_ends_worker_processes_too_stops_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        try:
            raise Stopped(signal.SIGTERM)
        except Stopped:
            raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Terminated. ")  # noqa: B904

    assert exit_code(work) == 143
    assert capsys.readouterr().err == "clipgen: stopped\n"


@pytest.mark.parametrize("error", [KeyError("a bug"), RuntimeError("shapes differ"), ValueError("a bug")])
def test_our_own_faults_keep_their_traceback(error: Exception) -> None:
    with pytest.raises(type(error)):
        exit_code(lambda: failing(error))


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (130, 130), ("text", 0)])
def test_the_exit_code_is_what_the_command_returns(result: object, code: int) -> None:
    assert exit_code(lambda: result) == code


@pytest.mark.parametrize(
    ("args", "flags"),
    [
        (["generate", "a fox"], " (--steps, --perceptor vit-b-32, --size 64 32, --output)"),
        (["animate", "scenes.txt"], " (--steps, --perceptor vit-b-32, --size 64 32, --output)"),
        (["rerun", "a.png"], " (--output)"),
        (["train", "clip"], " (--steps)"),
        (["show", "a.png"], ""),
        (["train"], ""),
        (["--version"], ""),
    ],
)
def test_the_flags_of_the_command_that_ran_are_named(args: list[str], flags: str) -> None:
    error = ClipgenError(
        "it failed", settings={"steps": None, "perceptors": "vit-b-32", "size": (64, 32), "output": None}
    )
    assert with_flags(error, command_of(main, args)) == "it failed" + flags


def test_a_setting_without_a_flag_stays_a_setting() -> None:
    assert with_flags(SettingsError("depth is 0", settings=["depth"]), command_of(main, ["generate"])) == "depth is 0"
    assert with_flags(SettingsError("depth is 0", settings=["depth"]), None) == "depth is 0"


@pytest.mark.parametrize("group", ["models", "cache", "train"])
def test_a_group_without_a_command_prints_its_help(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(lambda: main.main([group], standalone_mode=False)) == 0
    printed = capsys.readouterr()
    assert "Commands:\n" in printed.out and not printed.err
