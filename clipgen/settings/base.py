"""What every set of settings can do: check types, read and write plain values, explain itself."""

from __future__ import annotations

import math
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, Self

from clipgen.errors import SettingsError, UnknownNameError

DTYPES = ("auto", "fp32", "bf16", "fp16")


def setting(default: Any, help: str) -> Any:
    """A field with its default and its one line of help."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """Settings of one verb: a frozen dataclass whose fields are made by `setting`."""

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range; else raise SettingsError."""
        return self.check_types()

    def check_types(self) -> Self:
        """Return self when every value has its type; else raise SettingsError."""
        for spec in fields(self):
            _check_type(spec.name, getattr(self, spec.name), hints(type(self))[spec.name])
        return self

    def to_dict(self) -> dict[str, Any]:
        """Every setting as plain JSON values (tuples as lists); `from_dict` reads it back."""
        values = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build settings from plain values, such as those of a TOML file or a picture's metadata.

            >>> GenerateSettings.from_dict({"size": [512, 384]}).size
            (512, 384)

        Raises SettingsError for an unknown key or a value of the wrong type or out of range.
        """
        allowed = [spec.name for spec in fields(cls)]
        for name in values:
            if name not in allowed:
                raise SettingsError(str(UnknownNameError.of("setting", name, allowed)))
        return cls(**{name: _convert(value, hints(cls)[name]) for name, value in values.items()}).validate()


def help_of(name: str, settings: type[Settings]) -> str:
    """The one-line help of a setting, with its default where that says something.

    >>> help_of("optimizer", GenerateSettings)
    "optimizer, by torch's name [adam]"
    """
    spec = next((spec for spec in fields(settings) if spec.name == name), None)
    if spec is None:
        raise UnknownNameError.of("setting", name, [spec.name for spec in fields(settings)])
    text: str = spec.metadata["help"]
    if spec.default is MISSING or spec.default in (None, ()):
        return text
    shown = " ".join(map(str, spec.default)) if isinstance(spec.default, tuple) else f"{spec.default}"
    return f"{text} [{shown}]"


def hints(settings: type[Settings]) -> dict[str, Any]:
    """The types of the fields of a class of settings."""
    return typing.get_type_hints(settings)


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The members of a union hint, or the hint alone."""
    return typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)


def _convert(value: Any, hint: Any) -> Any:
    """JSON and TOML know lists and whole numbers where we say tuple and float."""
    if isinstance(value, list) and any(typing.get_origin(kind) is tuple for kind in _kinds(hint)):
        return tuple(value)
    return float(value) if float in _kinds(hint) and type(value) is int else value


def _check_type(name: str, value: Any, hint: Any) -> None:
    if not any(_fits(value, kind) for kind in _kinds(hint)):
        raise SettingsError(f"{name} is {value!r}; it must be {_spoken(hint)}")


def _fits(value: Any, kind: Any) -> bool:
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if not isinstance(value, tuple):
            return False
        wanted = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        return len(wanted) == len(value) and all(map(_fits, value, wanted))
    if kind is bool:
        return isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, kind) and not isinstance(value, bool)


def _spoken(hint: Any) -> str:
    plain = {int: "a whole number", float: "a finite number", str: "text", bool: "true or false", NoneType: "unset"}
    words = []
    for kind in _kinds(hint):
        inner = typing.get_args(kind)
        if not inner:
            words.append(plain[kind])
        else:
            pair = "two numbers" if inner[0] is float else "two whole numbers, width and height"
            words.append("a list of text" if inner[-1] is Ellipsis else pair)
    return " or ".join(words)


def check_least(name: str, value: float | None, least: int) -> None:
    """Raise SettingsError for a value below the least."""
    if value is not None and value < least:
        raise SettingsError(f"{name} is {value}; it must be {least} or more")


def check_positive(name: str, value: float | None) -> None:
    """Raise SettingsError for a value of 0 or less."""
    if value is not None and value <= 0:
        raise SettingsError(f"{name} is {value}; it must be more than 0")
