import sys
import types
from pathlib import Path
from typing import Any

import pytest

from .conftest import Cli, one_line


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    made: list[tuple[str, dict[str, Any]]] = []
    for name in ("clip", "vqgan", "bank"):
        recipe = types.ModuleType(f"clipgen.train.{name}")
        recipe.run = lambda *, report, _name=name, **options: made.append((_name, options))  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, recipe.__name__, recipe)
    return made


@pytest.mark.parametrize("name", ["clip", "vqgan"])
def test_only_what_is_given_is_handed_on(cli: Cli, calls: list[Any], name: str, tmp_path: Path) -> None:
    assert cli("train", name).exit_code == 0
    options = ("--art", tmp_path, "--out", "runs", "--steps", 5, "--no-resume", "--seed", 0)
    assert cli("train", name, *options).exit_code == 0
    given = {"art": tmp_path, "out": Path("runs"), "steps": 5, "resume": False, "seed": 0}
    assert calls == [(name, {}), (name, given)]


@pytest.mark.parametrize("option", [("--steps", "0"), ("--batch", "-1"), ("--art", "gone"), ("--init", "gone")])
def test_wrong_options_are_usage_errors(cli: Cli, calls: list[Any], option: tuple[str, str]) -> None:
    one_line(cli("train", "clip", *option), 2, option[0], option[1])
    assert calls == []
