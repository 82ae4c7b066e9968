"""`clipgen tune`: what it hands on, prints, and returns."""

from __future__ import annotations

import inspect
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clipgen.cli.tune import command
from clipgen.train.tune import Figures, Tuned, tune

from .conftest import Cli, one_line

FIGURES = Figures(0.1, 0.9, 0.8, 0.795, 0.4, 0.39, 0.7, 130, 30, 10)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []

    def record(pictures: Path, *, report: Callable[[str], None], **given: Any) -> list[Tuned]:
        report("a line of progress")
        made.append({"pictures": pictures, **given})
        problems = ("b.png is no picture",) if given.get("seed") else ()
        return [Tuned("mine", Path("shelf/mine"), "reader", FIGURES, ("zorblax",), problems, ("few pictures",), 12.0)]

    module = types.ModuleType("clipgen.train.tune")
    module.tune = record  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def test_only_what_is_given_is_handed_on(cli: Cli, calls: list[dict[str, Any]]) -> None:
    assert cli("tune", "photos").exit_code == 0
    training = ("--from", "vit-b-32", "--last-blocks", 2, "--new-word", "zorblax", "--seed", 3)
    assert cli("tune", "photos", "-o", "mine", *training, "--replace").exit_code == 1  # one bad picture
    given = {"name": "mine", "base": "vit-b-32", "last_blocks": 2, "new_words": ("zorblax",), "seed": 3}
    assert calls == [
        {"pictures": Path("photos"), "replace": False, "resume": True},
        {"pictures": Path("photos"), "replace": True, "resume": True, **given},
    ]


def test_figures_are_printed_and_notes_are_not_mixed_with_them(cli: Cli, calls: list[dict[str, Any]]) -> None:
    result = cli("tune", "photos", "--seed", 1)
    assert "10.0 % → 90.0 %" in result.stdout and "80.0 % → 79.5 %" in result.stdout and len(calls) == 1
    assert "skipped: b.png is no picture" in result.stderr and "note: few pictures" in result.stderr
    row = json.loads(cli("tune", "photos", "--json").stdout)
    assert (row["name"], row["after"], row["new_words"]) == ("mine", 0.9, ["zorblax"])


@pytest.mark.parametrize("option", [("--steps", 0), ("--lr", 0), ("--batch", 1), ("--last-blocks", -1)])
def test_wrong_options_are_usage_errors(cli: Cli, calls: list[dict[str, Any]], option: tuple[str, int]) -> None:
    one_line(cli("tune", "photos", *option), 2, option[0])
    assert calls == []


def test_every_option_is_an_argument() -> None:
    given = {param.name for param in command.params} - {"as_json"}
    assert given <= inspect.signature(tune).parameters.keys()
