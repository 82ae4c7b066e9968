import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import clipgen
from clipgen.cli.main import COMMANDS, main
from clipgen.cli.spelling import with_default_command

from .conftest import Cli, one_line

HEAVY = {"torch", "numpy", "PIL", "rich", "open_clip", "kornia", "importlib.metadata"}


def modules_after(*args: str) -> set[str]:
    """The modules that a call of `clipgen` imports."""
    script = (
        "import sys\nfrom clipgen.cli.main import main\n"
        f"try: main({list(args)!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.partition("MODULES ")[2].split())


@pytest.mark.parametrize("args", [["--help"], ["--version"], [], ["train", "clip", "--help"], ["models", "--help"]])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    assert modules_after(*args) & HEAVY == set()


def test_help_of_generate_imports_no_torch() -> None:
    assert modules_after("generate", "--help") & {"torch", "numpy", "PIL", "rich", "open_clip", "kornia"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_has_help(cli: Cli, name: str) -> None:
    assert isinstance(main.get_command(click.Context(main), name), click.Command)
    result = cli(name, "--help")
    assert result.exit_code == 0 and f"clipgen {name}" in result.output


def test_help_lists_the_commands_and_examples(cli: Cli) -> None:
    result = cli("--help")
    assert result.exit_code == 0
    assert all(name in result.output and line in result.output for name, (_, line) in COMMANDS.items())
    assert 'clipgen "underwater scene Van Gogh"' in result.output


def test_no_arguments_print_help(cli: Cli) -> None:
    assert cli().exit_code == 0 and cli().output == cli("--help").output


def test_version(cli: Cli) -> None:
    assert cli("--version").output == f"clipgen {clipgen.__version__}\n"


@pytest.mark.parametrize(
    ("args", "meant"),
    [
        (["a red fox"], ["generate", "a red fox"]),
        (["--seed", "7", "a fox"], ["generate", "--seed", "7", "a fox"]),
        (["rain"], ["generate", "rain"]),
        (["rain", "--seed", "7"], ["generate", "rain", "--seed", "7"]),
        (["generate", "show"], ["generate", "show"]),
        (["show", "fox.png"], ["show", "fox.png"]),
        (["-h"], ["-h"]),
        (["a", "red", "apple"], ["generate", "a", "red", "apple"]),
        (["rain", "in", "paris"], ["generate", "rain", "in", "paris"]),
    ],
)
def test_a_first_word_that_is_not_a_command_is_a_prompt(args: list[str], meant: list[str]) -> None:
    assert with_default_command(args, COMMANDS) == meant


def test_a_mistyped_command_is_not_a_prompt(cli: Cli) -> None:
    one_line(cli("rerunn", "fox.png"), 2, "rerunn", "clipgen rerun fox.png", "clipgen generate rerunn")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("captoin", "clipgen caption"),
        ("captions", "clipgen caption"),
        ("edits", "clipgen edit"),
        ("list", "clipgen models list"),
        ("video", "clipgen animate"),
        ("pull", "clipgen models pull"),
    ],
)
def test_one_word_that_is_nearly_a_command_is_not_painted(cli: Cli, word: str, meant: str) -> None:
    one_line(cli(word), 2, f"'{word}'", meant, f"clipgen generate {word}")
    one_line(cli(word, "--seed", "7"), 2, meant)


def test_a_file_is_no_prompt(cli: Cli, tmp_path: Path) -> None:
    for name in ("photo.jpg", "poem.txt"):
        (tmp_path / name).touch()
    one_line(cli("photo.jpg"), 2, "clipgen caption photo.jpg", "clipgen edit photo.jpg")
    one_line(cli("poem.txt"), 2, "clipgen --prompts poem.txt", "clipgen animate poem.txt")


def test_help_and_version_are_words_as_well(cli: Cli) -> None:
    assert cli("help").output == cli("--help").output
    assert cli("help", "rank").output == cli("rank", "--help").output
    assert cli("help", "models", "pull").output == cli("models", "pull", "--help").output
    assert cli("version").output == cli("--version").output
    one_line(cli("help", "rnak"), 2, "'rank'")
    one_line(cli("help", "rank", "more"), 2, "'more'")


def test_an_unknown_option_is_a_usage_error(cli: Cli) -> None:
    one_line(result := cli("a fox", "--sede", "7"), 2, "--sede", "--seed", "clipgen generate --help")
    assert result.stderr.count("(") == 1


def test_python_m_clipgen_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "clipgen", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"clipgen {clipgen.__version__}\n"


def test_waiting_threads_do_not_spin_by_default(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    cli("--version")
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    cli("--version")
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
