"""The options of commands, built from the fields of their settings, with the defaults and help of those."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

import click

from clipgen.cli.completion import value_completion
from clipgen.cli.sections import Decorated, option
from clipgen.errors import ClipgenError, SettingsError
from clipgen.settings import Settings, about_of, help_of, hints, picture_settings, settings_in
from clipgen.settings.base import kinds_of

Setting = tuple[type[Settings], Field[Any]]
AnySettings = TypeVar("AnySettings", bound=Settings)


class Written(click.ParamType):
    """A number with a unit, such as 45s or 5G."""

    def __init__(self, name: str, read: Callable[[str | float], float]) -> None:
        self.name, self.read = name, read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return self.read(value)
        except SettingsError as error:
            self.fail(str(error), param, ctx)


def read_duration(text: str | float) -> float:
    """Seconds in a written time.

    >>> read_duration("1m30s")
    90.0

    Raises SettingsError for other texts.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return float(text)
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", str(text).strip().lower())
    if not match or not any(match.groups()):
        raise SettingsError(f"{text!r} is not a time; write 45s, 2m, 1m30s or a number of seconds")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def read_memory(text: str | float) -> float:
    """Gigabytes in a written size.

    >>> read_memory("800M")
    0.8

    Raises SettingsError for other texts.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return float(text)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:([gm])i?b?)?", str(text).strip().lower())
    if not match:
        raise SettingsError(f"{text!r} is not a size of memory; write 5G, 800M or a number of gigabytes")
    return float(match[1]) / (1000 if match[2] == "m" else 1)


#: the types of numbers with units, by the names in `About.written`
WRITTEN = {"time": Written("time", read_duration), "memory": Written("size", read_memory)}


def settings_of(verb: str) -> list[Setting]:
    """The settings of a picture that a command has, each with its group.

    >>> [spec.name for _, spec in settings_of("sample")]
    ['generator', 'size', 'seed', 'device', 'dtype', 'classes', 'psi']
    """
    return [(group, spec) for group, spec in picture_settings() if verb in about_of(spec).verbs]


def settings_in_verb(settings: type[Settings], verb: str) -> list[Setting]:
    """The single settings of a record that a command has as options.

    >>> from clipgen.settings import RankVerb
    >>> [spec.name for _, spec in settings_in_verb(RankVerb, "rank")]
    ['perceptors', 'views', 'device', 'dtype', 'keep']
    """
    return [(group, spec) for group, spec in settings_in(settings) if verb in about_of(spec).verbs]


def setting_options(
    settings: Sequence[Setting], usual: Mapping[str, Any] | None = None
) -> Callable[[Decorated], Decorated]:
    """Add an option for each setting; without the option its value is None or empty.

    usual: the defaults of the command that differ from those of the settings, for its help.
    """

    def add_all(function: Decorated) -> Decorated:
        for group, spec in reversed(settings):
            function = _setting_option(group, spec, usual)(function)
        return function

    return add_all


def section_of(group: type[Settings], spec: Field[Any]) -> str:
    """The heading under which the option of a setting is shown."""
    return about_of(spec).section or group.title


def flags_of(spec: Field[Any]) -> tuple[str, ...]:
    """How a setting is spelled on the command line.

    >>> flags_of(next(spec for _, spec in settings_of("generate") if spec.name == "lr_decay"))
    ('--lr-decay',)
    """
    return about_of(spec).flags or ("--" + spec.name.replace("_", "-"),)


def _setting_option(
    group: type[Settings], spec: Field[Any], usual: Mapping[str, Any] | None
) -> Callable[[Decorated], Decorated]:
    about = about_of(spec)
    shape = _shape(spec, hints(group)[spec.name])
    text = help_of(spec, usual)
    if about.metavar == _SIZE:
        text += "; also one number for a square, or WxH"
    # only the built-in names: looking up those of other packages would slow down --help
    text += f"; built in: {', '.join(about.listed)}" if about.listed else ""
    text += "; may be repeated" if "multiple" in shape and "repeat" not in text else ""
    if (complete := value_completion(spec.name, about.choices)) is not None:
        shape["shell_complete"] = complete
    section = section_of(group, spec)
    return option(*flags_of(spec), spec.name, section=section, setting=(group, spec), help=text, **shape)


_SIZE = "W H"  # the placeholder of a width and a height, see `with_sizes`
_METAVARS: dict[object, str] = {int: "N", float: "X", str: "NAME"}


def _shape(spec: Field[Any], hint: Any) -> dict[str, Any]:
    """The arguments of click for the option of a setting, by its type."""
    about = about_of(spec)
    if about.written is not None:
        return {"type": WRITTEN[about.written], "metavar": about.metavar}
    kind = next(member for member in kinds_of(hint) if member is not NoneType)
    if kind is bool:
        return {"is_flag": True, "default": None}
    if typing.get_origin(kind) is not tuple:
        return {"type": kind, "metavar": about.metavar or _METAVARS[kind]}
    inner = typing.get_args(kind)
    several = {"multiple": True} if inner[-1] is Ellipsis else {"nargs": len(inner)}
    return {**several, "type": inner[0], "metavar": about.metavar or _METAVARS[inner[0]]}


def given_settings(options: Mapping[str, Any], settings: Sequence[Setting]) -> dict[str, Any]:
    """The settings among the options of a command that were given on the command line.

    >>> given_settings({"steps": 30, "seed": None, "palette": (), "video": True}, settings_of("generate"))
    {'steps': 30}
    """
    given = {}
    for _, spec in settings:
        if (value := options.get(spec.name)) not in (None, ()):
            given[spec.name] = _split_colours(value) if about_of(spec).metavar == "COLOUR" else value
    return given


def over_file(
    kind: type[AnySettings], path: Path, values: Mapping[str, Any], given: Mapping[str, Any]
) -> AnySettings:
    """The settings that a file has, with those of the command line over them.

        >>> over_file(GenerateSettings, Path("run.toml"), {"psi": 0.4}, {"generator": "stylegan"}).options.psi
        0.4

    Raises what `from_dict` raises, with the name of the file where its settings are wrong by themselves.
    """
    try:
        return kind.from_dict({**values, **given})
    except ClipgenError:
        try:
            kind.from_dict(values)
        except ClipgenError as error:
            raise error.in_context(before=f"{path}: ") from error
        raise


def _split_colours(colours: Sequence[str]) -> tuple[str, ...]:
    """Single colours: "#aa0000,#ffffff" is short for two options."""
    return tuple(colour.strip() for entry in colours for colour in entry.split(","))


#: options that several commands share
output_option = option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="folder, or name of a .png, .jpg or .webp; existing files are never overwritten [outputs]",
)  # fmt: skip
json_option = option("--json", "as_json", is_flag=True, section="Output", help="print the results as JSON")
quiet_option = option("-q", "--quiet", is_flag=True, section="Output", help="print the names of the files only")
weights_option = option(
    "--weights", type=click.Path(exists=True, path_type=Path), section="Machine", metavar="PATH",
    help="file or folder of the generator's weights (default: the built-in ones)",
)  # fmt: skip
