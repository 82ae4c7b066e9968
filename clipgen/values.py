"""Plain values: what JSON and TOML can hold, and their parts by type.

>>> found = {"verb": "generate", "inputs": {"prompts": ["a fox"]}}
>>> text(found, "verb"), table(found, "inputs")
('generate', {'prompts': ['a fox']})
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any, TypeAlias

from clipgen.errors import SettingsError

#: what JSON can hold
Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
_DEEP = "it is nested too deeply"
#: values by name of which nothing else is known, such as those of a file
Values: TypeAlias = Mapping[str, object]


def parse_json(written: str | bytes) -> Any:
    """The value of a JSON text, of a file or a request.

        >>> parse_json('{"verb": "generate"}')
        {'verb': 'generate'}

    Raises ValueError for anything else, also for what is nested a thousand times, which json raises RecursionError for.
    """
    try:
        return json.loads(written)
    except RecursionError:
        raise ValueError(_DEEP) from None


def parse_toml(written: str) -> dict[str, Any]:
    """The table of a TOML text, of a file.

        >>> parse_toml("steps = 50")
        {'steps': 50}

    Raises ValueError for anything else, as `parse_json` does.
    """
    try:
        return tomllib.loads(written)
    except RecursionError:
        raise ValueError(_DEEP) from None


def text(values: Values, key: str) -> str:
    """The text of a key. Raises SettingsError when it is missing or something else."""
    value = values.get(key)
    if not isinstance(value, str):
        raise _unlike(key, value, "text")
    return value


def optional_text(values: Values, key: str) -> str | None:
    """The text of a key, None when it is missing or null. Raises SettingsError for anything else."""
    return None if values.get(key) is None else text(values, key)


def texts(values: Values, key: str) -> tuple[str, ...]:
    """The texts of a key, none when it is missing. Raises SettingsError for anything else."""
    value = values.get(key, ())
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise _unlike(key, value, "a list of text")
    return tuple(value)


def number(values: Values, key: str) -> int:
    """The whole number of a key. Raises SettingsError when it is missing or something else."""
    value = optional_number(values, key)
    if value is None:
        raise _unlike(key, value, "a whole number")
    return value


def optional_number(values: Values, key: str) -> int | None:
    """The whole number of a key, None when it is missing or null. Raises SettingsError for anything else."""
    value = values.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise _unlike(key, value, "a whole number")
    return value


def table(values: Values, key: str, default: Values | None = None) -> Values:
    """The values by name of a key, or the default when it is missing. Raises SettingsError for anything else."""
    value = values.get(key, default)
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _unlike(key, value, "values by name")
    return value


def _unlike(key: str, value: object, expected: str) -> SettingsError:
    return SettingsError(f"{key} is {value!r}; it must be {expected}", settings=[key])
