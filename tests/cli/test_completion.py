import pytest
from click.shell_completion import ShellComplete

from clipgen.cli.completion import SHELLS, VARIABLE
from clipgen.cli.main import main

from .conftest import Cli, one_line


def completed(*words: str, incomplete: str = "") -> list[str]:
    shell = ShellComplete(main, {}, "clipgen", VARIABLE)
    return [item.value for item in shell.get_completions(list(words), incomplete)]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(cli: Cli, shell: str) -> None:
    assert VARIABLE in cli("completion", shell).output


def test_another_shell_is_refused(cli: Cli) -> None:
    one_line(cli("completion", "tcsh"), 2, "tcsh", "bash")


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ([], "capt", {"caption"}),
        ([], "--qual", {"--quality"}),
        (["a fox", "--quality"], "d", {"draft"}),
        (["generate", "--generator"], "vqgan-i", {"vqgan-imagenet-1024", "vqgan-imagenet-16384"}),
        (["a fox", "--generator"], "cp", {"cppn"}),
        (["edit", "--perceptor"], "vit-l", {"vit-l-14"}),
        (["models", "pull"], "rn", {"rn50"}),
        (["help"], "ani", {"animate"}),
        (["animate", "--transition"], "c", {"cut"}),
    ],
)
def test_commands_options_and_values_are_completed(words: list[str], incomplete: str, expected: set[str]) -> None:
    assert {*completed(*words, incomplete=incomplete)} == expected
