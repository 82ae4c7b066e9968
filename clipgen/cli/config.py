"""Read `--config FILE.toml`: the settings and prompts of a run, with the names of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from clipgen.cli.options import WRITTEN, Setting, flags_of, over_file, settings_of
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings import GenerateSettings, about_of, hints
from clipgen.settings.base import is_list
from clipgen.values import parse_toml

#: the keys that are not settings, and their types
EXTRAS: dict[str, type] = {"output": str, "video": bool, "grid": bool, "curve": bool}


@dataclass(frozen=True)
class Config:
    """The contents of a config file: prompts, settings (by field name) and output options."""

    prompts: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


def read_config(path: Path, given: Mapping[str, Any] | None = None) -> Config:
    """Read a TOML file whose keys are long option names or names of settings, in the tables of their groups or not.

        >>> # run.toml: prompts = ["a red fox"]    size = [384, 256]    time-budget = "45s"
        >>> read_config(Path("run.toml")).settings
        {'size': [384, 256], 'time_budget': 45.0}

    given: settings of the command line, which win over those of the file and are checked with them.
    Raises SettingsError, which names the file, for a file that cannot be read, an unknown key or a wrong value, and
    UnknownNameError for the unknown name of a generator or preset.
    """
    known = _known_keys()
    groups = {spec.name for spec in fields(GenerateSettings)}
    rows_of = {row[1].name: row for row in settings_of("generate")}
    prompts: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    table = toml_file(path, "--config ")
    rows = [row for key, value in table.items()
            for row in (value.items() if key in groups and isinstance(value, dict) else [(key, value)])]  # fmt: skip
    for key, value in rows:
        name = known.get(key.replace("-", "_"))
        if name == "prompts":
            prompts = _texts(path, key, value)
        elif name in EXTRAS:
            extras[name] = _extra(path, key, value, EXTRAS[name])
        elif name is not None:
            settings[name] = setting_value(path, rows_of[name], value)
        else:
            allowed = sorted({name.replace("_", "-") for name in known})
            raise SettingsError(f"{path}: {UnknownNameError.of('key', key, allowed)}")
    over_file(GenerateSettings, path, settings, given or {})
    return Config(prompts, settings, extras)


def toml_file(path: Path, option: str = "") -> dict[str, Any]:
    """The table in a TOML file; option: that named it, for errors. Raises SettingsError."""
    try:
        return parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{option}{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{option}{path}: cannot be read ({error})") from error
    except ValueError as error:
        raise SettingsError(f"{option}{path}: is not TOML: {error}") from error


def _known_keys() -> dict[str, str]:
    """Every accepted key → the name of the setting or extra."""
    table = {}
    for _, spec in settings_of("generate"):
        table[spec.name] = spec.name
        table[flags_of(spec)[-1].removeprefix("--").replace("-", "_")] = spec.name
    return table | {name: name for name in EXTRAS} | {"prompts": "prompts", "prompt": "prompts"}


def _texts(path: Path, key: str, value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise SettingsError(f'{path}: {key} is {value!r}; it must be a text or a list of texts, as ["a red fox"]')
    return tuple(texts)


def _extra(path: Path, key: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        expected = "true or false" if kind is bool else "a text"
        raise SettingsError(f"{path}: {key} is {value!r}; it must be {expected}")
    return value


def setting_value(path: Path, setting: Setting, value: Any) -> Any:
    """The value of a setting in a TOML file: a time or size may be written as text, and a list of one as its value."""
    group, spec = setting
    if (written := about_of(spec).written) is not None:
        try:
            return WRITTEN[written].read(value)
        except SettingsError as error:
            raise error.in_context(before=f"{path}: {spec.name}: ") from error
    return [value] if is_list(hints(group)[spec.name]) and isinstance(value, str) else value
