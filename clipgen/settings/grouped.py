"""Settings that consist of groups, with flat names as well: size=… is canvas.size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self, TypeGuard

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings.base import Settings, convert, hints, plain, settings_in
from clipgen.values import Json, Values


@dataclass(frozen=True)
class GroupedSettings(Settings):
    """Groups of settings as one record; the names of settings are unique over all groups.

    >>> settings = GenerateSettings.of(size=(512, 384), steps=80)
    >>> settings.canvas.size, settings.updated({"steps": 100}).search.steps
    ((512, 384), 100)
    """

    def updated(self, values: Values) -> Self:
        """The same with other values by their plain names, such as those of a file; checked.

            >>> GenerateSettings.of(seed=7).updated({"steps": 100}).search.steps
            100

        Raises SettingsError for an unknown name, or a value of the wrong type or out of range.
        """
        return self._built({**self.flat(), **values})

    def flat(self) -> dict[str, object]:
        """Every setting by its plain name."""
        return dict(self._values())

    def _values(self) -> list[tuple[str, object]]:
        found: list[tuple[str, object]] = []
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, Settings):
                found += [(inner.name, getattr(value, inner.name)) for inner in fields(value)]
            else:
                found.append((spec.name, value))
        return found

    def validate(self) -> Self:
        """Return self when every group is valid and they do not contradict each other; see `Settings.validate`."""
        for spec in fields(self):
            if isinstance(group := getattr(self, spec.name), Settings):
                group.validate()
        self.check()
        return self

    def to_dict(self) -> dict[str, Json]:
        """Every group as plain JSON values; `from_dict` loads them."""
        values = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {
            name: value.to_dict() if isinstance(value, Settings) else plain(value) for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Values) -> Self:
        """Build settings from plain values, by group or by their plain names.

            >>> GenerateSettings.from_dict({"canvas": {"size": [512, 384]}, "steps": 80}).canvas.size
            (512, 384)

        Raises SettingsError for an unknown key or a value of the wrong type or out of range.
        """
        given: dict[str, object] = {}
        groups = {spec.name for spec in fields(cls) if _is_group(hints(cls)[spec.name])}
        for name, value in values.items():
            given.update(value if name in groups and isinstance(value, Mapping) else {name: value})
        return cls._built(given)

    @classmethod
    def _built(cls, given: Values) -> Self:
        left, parts = dict(given), dict[str, object]()
        for name, kind in cls._kinds(given).items():
            if _is_group(kind):
                own = {spec.name: spec for spec in fields(kind)}
                mine = {key: convert(left.pop(key), hints(kind)[key]) for key in own if key in left}
                parts[name] = kind(**mine)
            elif name in left:
                parts[name] = left.pop(name)
        for name in left:
            cls._refuse(name, left[name], parts)
        return cls(**parts).validate()

    @classmethod
    def _kinds(cls, given: Values) -> dict[str, object]:
        """The type of every group, given the plain values that they are built from."""
        return {spec.name: hints(cls)[spec.name] for spec in fields(cls)}

    @classmethod
    def _refuse(cls, name: str, value: object, parts: Values) -> None:
        """Raise SettingsError for a name that is no setting."""
        allowed = sorted({spec.name for _, spec in settings_in(cls)})
        raise SettingsError(str(UnknownNameError.of("setting", name, allowed)), settings=[name])


def _is_group(kind: object) -> TypeGuard[type[Settings]]:
    return isinstance(kind, type) and issubclass(kind, Settings)
