"""Pages that are derived from the code: the help of all commands, and all settings with their help."""

from __future__ import annotations

from dataclasses import Field
from typing import Any

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from clipgen.cli.main import COMMANDS, main
from clipgen.jobs import VERBS
from clipgen.settings import (
    AnimateSettings,
    GenerateSettings,
    Settings,
    about_of,
    help_of,
    hints,
    picture_settings,
    settings_in,
)


def section(title: str, *content: nodes.Node) -> nodes.section:
    """A section with an anchor made of its title."""
    made = nodes.section("", nodes.title(title, title), *content, ids=[nodes.make_id(title)])
    made["names"] = [title]
    return made


class Commands(SphinxDirective):
    """A section for each command and subcommand, with its help as it is printed."""

    def run(self) -> list[nodes.Node]:
        root = click.Context(main, info_name="clipgen")
        found: list[nodes.Node] = []
        for name in COMMANDS:
            command = main.get_command(root, name)
            assert command is not None
            inner = click.Context(command, info_name=name, parent=root)
            made = section(f"clipgen {name}", help_of_command(command, inner))
            if isinstance(command, click.Group):
                for verb in command.list_commands(inner):
                    one = command.get_command(inner, verb)
                    assert one is not None
                    text = help_of_command(one, click.Context(one, info_name=verb, parent=inner))
                    made += section(f"clipgen {name} {verb}", text)
            found.append(made)
        return found


def help_of_command(command: click.Command, context: click.Context) -> nodes.literal_block:
    """The help of a command as a block of text."""
    text = command.get_help(context)
    return nodes.literal_block(text, text, language="none")


class SettingTables(SphinxDirective):
    """A section for each group of settings, with a row for each setting."""

    def run(self) -> list[nodes.Node]:
        return [section(title, *self.parse_text_to_nodes("\n".join(rows))) for title, rows in setting_tables().items()]


def setting_tables() -> dict[str, list[str]]:
    """The title of each group → its table in Markdown."""
    found: dict[str, dict[str, str]] = {}
    for group, spec in (one for kind in dict.fromkeys(VERBS.values()) for one in settings_of(kind)):
        found.setdefault(group.__name__, {}).setdefault(spec.name, row(group, spec))
    head = ["| setting | type | meaning [default] | verbs |", "|---|---|---|---|"]
    return {title: [*head, *rows.values()] for title, rows in found.items()}


def row(group: type[Settings], spec: Field[Any]) -> str:
    """The row of one setting."""
    kind = hints(group)[spec.name]
    written = kind.__name__ if isinstance(kind, type) and "[" not in str(kind) else str(kind)
    verbs = verbs_of(group, spec)
    cells = (f"`{spec.name}`", f"`{written}`", help_of(spec), ", ".join(verbs) if len(verbs) < len(VERBS) else "all")
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def verbs_of(group: type[Settings], spec: Field[Any]) -> list[str]:
    """The verbs that have a setting; one that commands do not offer is a setting of all that have its group."""
    having = [verb for verb, kind in VERBS.items() if (group, spec) in settings_of(kind)]
    offered = about_of(spec).verbs
    return [verb for verb in having if not offered or verb in offered]


def settings_of(kind: type[Settings]) -> list[tuple[type[Settings], Field[Any]]]:
    """The settings of a verb, with the options of all generators where it paints."""
    painted = list(picture_settings()) if issubclass(kind, GenerateSettings | AnimateSettings) else []
    return [*painted, *settings_in(kind)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("commands", Commands)
    app.add_directive("setting-tables", SettingTables)
    return {"parallel_read_safe": True}
