"""The names of settings stand once: where code repeats them as text, a renamed setting would be missed."""

from __future__ import annotations

import ast
from pathlib import Path

import listings
from modules import Module

MODULES = Module.all_of(Path(__file__).parents[2])


def test_no_list_repeats_the_names_of_settings() -> None:
    found = listings.setting_listings(MODULES)
    assert [one for one in found if one.excuse is None] == []
    # an excuse for code that has gone would hide the next list
    excused = [one for one in found if one.excuse != listings.HINT]
    assert {one.excuse for one in excused} == {*listings.EXCUSES.values(), *listings.ROOMS.values()}
    places = {(one.place.split(":")[0], one.names) for one in excused if one.excuse not in listings.ROOMS.values()}
    assert places == set(listings.EXCUSES)


def test_train_has_no_settings() -> None:
    for module in MODULES:
        if module.name.startswith("clipgen.train."):
            assert "from clipgen.settings" not in module.path.read_text(encoding="utf-8"), module.name


def test_hints_of_errors_name_settings_options_or_arguments() -> None:
    nodes = [node for module in MODULES for node in ast.walk(module.tree)]
    # options of the shell that are no settings are arguments of its commands, or fields of its dataclasses
    fields = {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AnnAssign)}
    known = listings.setting_names(MODULES) | fields | {node.arg for node in nodes if isinstance(node, ast.arg)}
    named = {
        text for module in MODULES for hint in listings.hints_of(module) for item in listings.items(hint)
        if (text := listings.text_of(item))
    }  # fmt: skip
    assert "size" in named and named - known == set()
