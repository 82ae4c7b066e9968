"""The base of all settings: check values, load and dump plain values, and metadata for shells."""

from __future__ import annotations

import math
import os
import re
import typing
from collections.abc import Hashable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import ClassVar, Literal, Protocol, Self, TypeVar, cast

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.values import Json, Values

T = TypeVar("T")

DTYPES = ("auto", "fp32", "bf16", "fp16")

#: commands that make pictures, which share most settings, and all commands that use a generator
PAINTING = ("generate", "edit", "animate")
EVERY = (*PAINTING, "sample", "doctor")
#: commands that make pictures, and single scenes of a film
IN_SCENES = (*PAINTING, "scene")


class Choices(Protocol):
    """Names to choose from: a tuple, a table or a registry."""

    def __contains__(self, name: object, /) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class About:
    """Metadata of one setting besides its type and default, for checks and shells.

    help: one line; flags: its spelling in the shell, by default its name with dashes; metavar: placeholder of its value
    there; section: its heading there, by default that of its group; verbs: the commands that have it, and "scene" if a
    scene of a film can set it; written: "time" (45s) or "memory" (5G) where the shell accepts a unit; least, above:
    bounds; choices: all allowed names; listed: names that the help lists; loss: "module:class" of the loss it weighs;
    file: whether a value starts with the name of a file, or, after the first colon, ends with one ("after colon").
    """

    help: str
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    section: str | None = None
    verbs: tuple[str, ...] = PAINTING
    written: Literal["time", "memory"] | None = None
    least: float | None = None
    above: float | None = None
    choices: Choices | None = None
    listed: tuple[str, ...] = ()
    loss: str | None = None
    file: bool | Literal["after colon"] = False

    def check(self, name: str, value: object) -> None:
        """Raise SettingsError for a value out of bounds, UnknownNameError for one that is no choice; None passes."""
        if value is None:
            return
        if isinstance(value, int | float):
            if self.least is not None and value < self.least:
                raise SettingsError(f"{name} is {value}; it must be {self.least:g} or more", settings=[name])
            if self.above is not None and value <= self.above:
                raise SettingsError(f"{name} is {value}; it must be more than {self.above:g}", settings=[name])
        # `in` first: listing the names of a registry asks every installed package for more
        if self.choices is not None and value not in self.choices:
            raise UnknownNameError.of(name, str(value), self.choices, settings=[name])


def setting(default: T, about: About) -> T:
    """A field of settings with its default and its metadata, for the class body of a dataclass.

    >>> @dataclass(frozen=True)
    ... class Grain(Settings):
    ...     grain: float = setting(0.0, About("strength of the film grain", least=0))
    >>> Grain.from_dict({"grain": 1}).grain
    1.0
    """
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Settings:
    """Settings that belong together: a frozen dataclass whose fields are made by `setting`.

    title: the heading of their options in the shell.
    """

    title: ClassVar[str] = "Search"

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range.

        Raises SettingsError, and UnknownNameError for a name that does not exist.
        """
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value is spec.default:  # it is valid, and of the many settings of a million jobs few are anything else
                continue
            _check_type(spec.name, value, hints(type(self))[spec.name])
            about_of(spec).check(spec.name, value)
        self.check()
        return self

    def check(self) -> None:
        """Raise SettingsError for values that do not go together; each has its type and its range."""

    def placed(self, folder: Path) -> Self:
        """The same settings with the names of files taken from a folder, unless they are absolute.

        >>> FilmSettings(video_in="walk.mp4").placed(Path("/films")).video_in
        '/films/walk.mp4'
        """
        changes: dict[str, object] = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, Settings):
                changes[spec.name] = value.placed(folder)
            elif isinstance(value, str):
                changes[spec.name] = _placed(value, folder, about_of(spec).file)
            elif isinstance(value, tuple) and about_of(spec).file:
                changes[spec.name] = tuple(_placed(str(one), folder, about_of(spec).file) for one in value)
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Json]:
        """Every setting as plain JSON values (tuples as lists); `from_dict` loads them."""
        return {spec.name: plain(getattr(self, spec.name)) for spec in fields(self)}

    @classmethod
    def from_dict(cls, values: Values) -> Self:
        """Build settings from plain values, such as those of a TOML file.

            >>> FilmSettings.from_dict({"pan": [0.1, 0]}).pan
            (0.1, 0)

        Raises SettingsError for an unknown key or a value of the wrong type or out of range.
        """
        allowed = [spec.name for spec in fields(cls)]
        for name in values:
            if name not in allowed:
                raise SettingsError(str(UnknownNameError.of("setting", name, allowed)), settings=[name])
        return cls(**{name: convert(value, hints(cls)[name]) for name, value in values.items()}).validate()


def _placed(value: str, folder: Path, file: bool | Literal["after colon"]) -> str:
    if file is True:
        return str(folder / value)  # a weight after the name stays where it is
    name, _, rest = value.partition(":")
    without_weight = rest.rpartition(":")[0]
    if file and any(os.path.exists(folder / one) for one in (rest, without_weight) if one):
        return f"{name}:{folder / rest}"
    return value


def about_of(spec: Field[object]) -> About:
    """The metadata of a field that `setting` made."""
    about: About = spec.metadata["about"]
    return about


def settings_in(settings: type[Settings]) -> Iterator[tuple[type[Settings], Field[object]]]:
    """Every single setting with the group that declares it, in order.

    >>> [spec.name for _, spec in settings_in(FilmSettings)][:2]
    ['seconds_per_scene', 'fps']
    """
    for spec in fields(settings):
        kind = hints(settings)[spec.name]
        if isinstance(kind, type) and issubclass(kind, Settings):
            yield from settings_in(kind)
        else:
            yield settings, spec


def help_of(spec: Field[object], usual: Values | None = None) -> str:
    """The one-line help of a setting, with its default unless that is None, off or empty.

    usual: the defaults of a verb that differ from those of the settings.

    >>> help_of(next(spec for _, spec in settings_in(FilmSettings) if spec.name == "fps"))
    'frames per second of the film [24]'
    """
    text, default = about_of(spec).help, spec.default
    if usual is not None and spec.name in usual:
        text, default = re.sub(r" \(default: [^()]*\)", "", text), usual[spec.name]
    if default is MISSING or default is False or default in (None, ()):
        return text
    if default is True:
        return f"{text} [on]"
    values = default if isinstance(default, tuple) else (default,)
    return f"{text} [{' '.join(f'{value:g}' if isinstance(value, float) else str(value) for value in values)}]"


def hints(settings: type[Settings]) -> dict[str, object]:
    """The types of the fields of a class of settings."""
    # a class is hashable, whatever mypy makes of its objects
    return _hints(cast(Hashable, settings))


@cache
def _hints(settings: type[Settings]) -> dict[str, object]:
    return typing.get_type_hints(settings)


def kinds_of(hint: object) -> tuple[object, ...]:
    """The members of a union hint, or the hint alone."""
    return typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)


def is_list(hint: object) -> bool:
    """Whether a setting of this type takes any number of values."""
    return any(typing.get_origin(kind) is tuple and typing.get_args(kind)[-1] is Ellipsis for kind in kinds_of(hint))


def convert(value: object, hint: object) -> object:
    """A plain value in the type of a setting: JSON and TOML have lists and integers for tuples and floats."""
    if isinstance(value, list) and any(typing.get_origin(kind) is tuple for kind in kinds_of(hint)):
        return tuple(value)
    return float(value) if float in kinds_of(hint) and type(value) is int else value


def plain(value: object) -> Json:
    """The value of a setting as JSON."""
    # settings are numbers, texts and tuples of these: their types are checked
    return cast(Json, list(value) if isinstance(value, tuple) else value)


def _check_type(name: str, value: object, hint: object) -> None:
    if not any(_fits(value, kind) for kind in kinds_of(hint)):
        raise SettingsError(f"{name} is {value!r}; it must be {_type_name(hint)}", settings=[name])


def _fits(value: object, kind: object) -> bool:
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if not isinstance(value, tuple):
            return False
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        return len(kinds) == len(value) and all(map(_fits, value, kinds))
    if kind is bool:
        return isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(kind, type) and isinstance(value, kind) and not isinstance(value, bool)


def _type_name(hint: object) -> str:
    plain_words: dict[object, str] = {
        int: "a whole number",
        float: "a finite number",
        str: "text",
        bool: "true or false",
        NoneType: "unset",
    }
    words = []
    for kind in kinds_of(hint):
        inner = typing.get_args(kind)
        if not inner:
            words.append(plain_words[kind])
        else:
            pair = "two numbers" if inner[0] is float else "two whole numbers, width and height"
            words.append("a list of text" if inner[-1] is Ellipsis else pair)
    return " or ".join(words)
