import importlib
import inspect
import sys
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clipgen.cli.train import group
from clipgen.files.locks import exclusive

from .conftest import Cli, one_line


def record(made: list[tuple[str, dict[str, Any]]], name: str, *, report: Callable[[str], None], **given: Any) -> None:
    report(f"training {name}")
    made.append((name, given))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    made: list[tuple[str, dict[str, Any]]] = []
    for name in ("clip", "vqgan", "sprites", "stylegan"):
        recipe = types.ModuleType(f"clipgen.train.{name}")
        recipe.run = partial(record, made, name)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, recipe.__name__, recipe)
    return made


@pytest.mark.parametrize("name", ["clip", "vqgan", "stylegan"])
def test_only_what_is_given_is_handed_on(cli: Cli, calls: list[Any], name: str, tmp_path: Path) -> None:
    assert cli("train", name).output == f"training {name}\n"
    options = ("--art", tmp_path, "--out", "runs", "--steps", 5, "--no-resume", "--seed", 0)
    assert cli("train", name, *options).exit_code == 0
    given = {"art": tmp_path, "out": Path("runs"), "steps": 5, "resume": False, "seed": 0}
    assert calls == [(name, {}), (name, given)]


@pytest.mark.parametrize("option", [("--steps", "0"), ("--batch", "-1"), ("--art", "gone"), ("--init", "gone")])
def test_wrong_options_are_usage_errors(cli: Cli, calls: list[Any], option: tuple[str, str]) -> None:
    one_line(cli("train", "clip", *option), 2, option[0], option[1])
    assert calls == []


@pytest.mark.parametrize("name", group.commands)
def test_every_option_is_an_argument_of_its_recipe(name: str) -> None:
    recipe = importlib.import_module(f"clipgen.train.{'course' if name == 'all' else name}")
    given = {param.name for param in group.commands[name].params}
    assert given <= inspect.signature(recipe.run).parameters.keys()


def test_a_second_training_of_a_model_in_one_folder_is_refused(cli: Cli) -> None:
    with exclusive(Path("runs") / "clip-reader"):
        one_line(cli("train", "clip", "--recipe", "reader"), 1, "another process trains clip-reader", "--runs")
