"""The options of commands, built from the fields of their settings: defaults and help are read there."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import NoneType, UnionType
from typing import Any

import click

from clipgen.errors import SettingsError
from clipgen.registry import GENERATORS, OPTIMIZERS
from clipgen.settings import GenerateSettings, Settings, help_of, hints


@dataclass(frozen=True)
class Flag:
    """How a setting is spelled on the command line; `spelling` is its long name unless told otherwise."""

    setting: str
    metavar: str
    spelling: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        return self.spelling or ("--" + self.setting.replace("_", "-"),)


#: Every setting of `clipgen generate` has its place here, in the order of its --help.
SECTIONS: dict[str, tuple[Flag, ...]] = {
    "Picture": (
        Flag("size", "W H"),
        Flag("count", "N", ("-n", "--count")),
        Flag("seed", "N"),
        Flag("generator", "NAME"),
        Flag("render_size", "W H"),
        Flag("init_image", "FILE"),
        Flag("init_noise", "NAME"),
        Flag("init_weight", "X"),
        Flag("start", "NAME"),
        Flag("race", "N"),
        Flag("psi", "X"),
        Flag("classes", "NAME", ("--class",)),
    ),
    "Prompts": (
        Flag("image_prompts", "FILE:WEIGHT", ("--image-prompt",)),
        Flag("noise_prompts", "SEED:WEIGHT", ("--noise-prompt",)),
    ),
    "Search": (
        Flag("quality", "NAME"),
        Flag("steps", "N"),
        Flag("time_budget", "TIME"),
        Flag("perceptors", "NAME", ("--perceptor",)),
        Flag("alternate", "", ("--alternate",)),
        Flag("lr", "X"),
        Flag("lr_decay", "NAME"),
        Flag("optimizer", "NAME"),
        Flag("ema", "X"),
        Flag("cutn", "N"),
        Flag("cut_pow", "X"),
        Flag("augments", "NAME"),
    ),
    "Regularisers": (
        Flag("tv", "X"),
        Flag("l2", "X"),
        Flag("saturation", "X"),
        Flag("smoothness", "X"),
        Flag("symmetry", "X"),
        Flag("palette", "COLOUR"),
        Flag("palette_weight", "X"),
        Flag("no_text", "X"),
        Flag("realism", "X"),
    ),
    "Output": (Flag("save_every", "N"),),
    "Machine": (
        Flag("device", "NAME"),
        Flag("dtype", "NAME"),
        Flag("vram", "SIZE"),
        Flag("cut_chunk", "N"),
        Flag("compile", "", ("--compile",)),
    ),
}


#: The headings of all commands, in the order that they are shown in.
ORDER = ("Film", *SECTIONS)

#: Settings whose help lists the names of a table.
TABLES = {"generator": GENERATORS, "optimizer": OPTIMIZERS}


class Written(click.ParamType):
    """A number that is written in a way of its own, such as 45s or 5G."""

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

    Raises SettingsError for anything else.
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

    Raises SettingsError for anything else.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return float(text)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:([gm])i?b?)?", str(text).strip().lower())
    if not match:
        raise SettingsError(f"{text!r} is not a size of memory; write 5G, 800M or a number of gigabytes")
    return float(match[1]) / (1000 if match[2] == "m" else 1)


#: settings that are written in a way of their own
WRITTEN = {"time_budget": Written("time", read_duration), "vram": Written("size", read_memory)}


class SectionOption(click.Option):
    """An option that knows under which heading of the help it stands."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        self.section = section
        super().__init__(*args, **kwargs)


class SectionedCommand(click.Command):
    """A command whose help groups the options under headings; options without one come last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in ORDER}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                rows.setdefault(getattr(param, "section", "Help"), []).append(record)
        for section, records in rows.items():
            if records:
                with formatter.section(section):
                    formatter.write_dl(records, col_max=27)


Decorated = Callable[..., Any]


def option(*flags: str, section: str, **kwargs: Any) -> Callable[[Decorated], Decorated]:
    """`click.option` under a heading of the help."""
    return click.option(*flags, cls=SectionOption, section=section, **kwargs)


def setting_options(
    settings: type[Settings], sections: Mapping[str, Sequence[Flag]]
) -> Callable[[Decorated], Decorated]:
    """Add one option for every flag; what is not given stays out (None or empty)."""

    def add_all(function: Decorated) -> Decorated:
        for section, flags in reversed(list(sections.items())):
            for flag in reversed(flags):
                function = _setting_option(settings, section, flag)(function)
        return function

    return add_all


def _setting_option(settings: type[Settings], section: str, flag: Flag) -> Callable[[Decorated], Decorated]:
    shape = _shape(flag.setting, hints(settings)[flag.setting])
    text = help_of(flag.setting, settings)
    # The built-in names only: asking for those of other packages would slow --help down.
    text += f"; built in: {', '.join(TABLES[flag.setting].table)}" if flag.setting in TABLES else ""
    text += "; may be repeated" if "multiple" in shape else ""
    if "is_flag" not in shape:
        shape["metavar"] = flag.metavar
    return option(*flag.flags, flag.setting, section=section, help=text, **shape)


def _shape(setting: str, hint: Any) -> dict[str, Any]:
    if setting in WRITTEN:
        return {"type": WRITTEN[setting]}
    members = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kind = next(member for member in members if member is not NoneType)
    if kind is bool:
        return {"is_flag": True, "default": None}
    if typing.get_origin(kind) is not tuple:
        return {"type": kind}
    inner = typing.get_args(kind)
    return {"multiple": True, "type": inner[0]} if inner[-1] is Ellipsis else {"nargs": len(inner), "type": inner[0]}


def given_settings(options: dict[str, Any], settings: type[Settings] = GenerateSettings) -> dict[str, Any]:
    """The settings among the options of a command that were given on the command line.

    >>> given_settings({"steps": 30, "seed": None, "palette": (), "video": True})
    {'steps': 30}
    """
    names = [spec.name for spec in fields(settings)]
    given = {name: options[name] for name in names if options.get(name) not in (None, ())}
    if "palette" in given:  # "#aa0000,#ffffff" is the easy spelling of two --palette
        given["palette"] = tuple(colour.strip() for entry in given["palette"] for colour in entry.split(","))
    return given
