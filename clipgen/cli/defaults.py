"""A user's own defaults: a TOML file with the names of options, for all commands or in the table of one of them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import platformdirs

from clipgen.cli.sections import SectionOption
from clipgen.errors import ClipgenError, SettingsError, UnknownNameError

if TYPE_CHECKING:
    from clipgen.cli.options import Setting
    from clipgen.settings import Settings

#: the commands that take defaults
COMMANDS = ("generate", "edit", "animate", "batch", "sample", "caption", "rank", "classify", "compare", "index",
            "search", "duplicates", "curate", "detect", "moderate", "pair", "estimate", "orient", "scenes",
            "track", "doctor")  # fmt: skip
#: options of single runs, which are no defaults
_SINGLE = ("resume", "config", "prompt_file", "negative", "seed_file", "dry_run", "weights")
_META = "clipgen.defaults"
EXAMPLE = """\
quality = "draft"
output = "~/Pictures"

[animate]
fps = 12
"""


def defaults_file() -> Path:
    """Where the file is, or would be: $CLIPGEN_HOME/config.toml, else in the platform's folder of configurations."""
    home = os.environ.get("CLIPGEN_HOME")
    return Path(home or platformdirs.user_config_path("clipgen", appauthor=False)) / "config.toml"


def default_settings() -> dict[str, Any]:
    """The settings that the user's file gives to the command that runs, by their plain names."""
    ctx = click.get_current_context(silent=True)
    return dict(ctx.meta.get(_META, {})) if ctx is not None else {}


def over_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a picture over the user's defaults, without those that the generator does not have."""
    from clipgen.registry import GENERATOR_OPTIONS
    from clipgen.settings import GenerateSettings, options_of

    settings = {**default_settings(), **given}
    generator = settings.get("generator", GenerateSettings.generator)
    every = {spec.name for name in GENERATOR_OPTIONS.table for spec in fields(GENERATOR_OPTIONS.load(name))}
    foreign = every - {spec.name for spec in fields(options_of(generator))} - given.keys()
    return {name: value for name, value in settings.items() if name not in foreign}


def use_defaults(command: click.Command, ctx: click.Context) -> None:
    """Let a command start from the user's file: its settings for `default_settings`, other options as click's defaults.

    Raises SettingsError, which names the file, for unknown names and wrong values.
    """
    name, path = ctx.info_name or "", defaults_file()
    if name not in COMMANDS or not path.is_file():
        return
    table = _table(path)
    rows = {**{key: value for key, value in table.items() if key not in COMMANDS}, **table.get(name, {})}
    options = _options(command)
    settings, others = {}, {}
    groups: dict[type[Settings], dict[str, Any]] = {}
    for key, value in rows.items():
        param = options.get(_plain(key))
        if param is None:
            _check_known(path, key, table.get(name, {}))
        elif param.setting is not None:
            group, spec = param.setting
            settings[spec.name] = groups.setdefault(group, {})[spec.name] = _converted(path, param.setting, value)
        else:
            others[param.name or ""] = str(Path(value).expanduser()) if isinstance(value, str) else value
    for group, values in groups.items():  # together, since one value may need another
        _validate(path, group, values)
    ctx.meta[_META] = settings
    ctx.default_map = others


def _table(path: Path) -> dict[str, Any]:
    from clipgen.cli.config import toml_file  # late: most machines have no such file

    table = toml_file(path)
    for key, value in table.items():
        if isinstance(value, dict) and key not in COMMANDS:
            raise SettingsError(f"{path}: {UnknownNameError.of('command', key, COMMANDS)}")
    return table


def _options(command: click.Command) -> dict[str, SectionOption]:
    """The options of a command that can have a default, by their long names and those of their settings."""
    found: dict[str, SectionOption] = {}
    for param in command.params:
        if isinstance(param, SectionOption) and param.name not in _SINGLE:
            names = {_plain(flag) for flag in param.opts if flag.startswith("--")}
            found |= dict.fromkeys(names | ({param.setting[1].name} if param.setting else set()), param)
    return found


def _plain(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def _check_known(path: Path, key: str, own: Mapping[str, Any]) -> None:
    """Raise SettingsError for a name that this command, or every command, does not have."""
    known = {name for _, command in _commands() for name in _options(command)}
    if key in own or _plain(key) not in known:
        raise SettingsError(f"{path}: {UnknownNameError.of('option', key, sorted(known))}")


def _commands() -> Iterator[tuple[str, click.Command]]:
    from clipgen.cli.main import main

    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        yield name, command


def _converted(path: Path, setting: Setting, value: Any) -> Any:
    from clipgen.cli.config import setting_value
    from clipgen.settings.base import convert, hints

    group, spec = setting
    return convert(setting_value(path, setting, value), hints(group)[spec.name])


def _validate(path: Path, group: type[Settings], values: Mapping[str, Any]) -> None:
    """Raise SettingsError, which names the file, for values that are out of range or do not go together."""
    try:
        replace(group(), **values).validate()
    except ClipgenError as error:
        raise error.in_context(before=f"{path}: ") from error


@click.command(short_help="Show the file of your own defaults, and what it sets.")
@click.option("-q", "--quiet", is_flag=True, help="Print the name of the file only.")
def command(quiet: bool) -> None:
    """Print where the file of your own defaults is, and the options that it gives to each command.

    It is TOML: names of options and their values for all commands, or in a table with the name of one. Options of the
    command line, of --config, and of a film's own file take precedence.
    """
    path = defaults_file()
    click.echo(path)
    if quiet:
        return
    if not path.is_file():
        click.echo(f"There is no such file yet. An example of what it may contain:\n\n{EXAMPLE}", nl=False)
        return
    for name, command in _commands():
        ctx = click.Context(command, info_name=name)
        use_defaults(command, ctx)
        shown = {**ctx.meta.get(_META, {}), **(ctx.default_map or {})}
        if shown:
            click.echo(f"{name:9} " + "  ".join(f"{key}={_text(value)}" for key, value in shown.items()))


def _text(value: Any) -> str:
    return shlex.quote(" ".join(map(str, value)) if isinstance(value, tuple | list) else str(value))
