"""Timelines written as TOML: scenes with cameras and keyframes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clipgen.errors import ClipgenError, SettingsError
from clipgen.timelines.timeline import OWN, TRACKS, Scene, Timeline
from clipgen.timelines.track import Key, Track

KEYFRAME = "{at = SECONDS, value = NUMBER, curve = NAME}"
_TOP = ("title", "film", "picture", "scene")
_SCENE = ("prompt", "seconds", "transition", "transition_seconds", "caption", "weights", "pan", *TRACKS, *OWN)


def read_document(text: str, *, source: str) -> Timeline:
    """Read a TOML timeline: [film] and [picture] set what holds for all, every [[scene]] has a prompt.

        >>> read_document('[[scene]]\\nprompt = "a fox"\\nzoom = 1.1', source="a.toml").scenes[0].tracks["zoom"].at(0)
        1.1

    Raises SettingsError that names file, line, key and what is allowed.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source} is no TOML: {error}") from error
    where = _Where(text, source)
    _known(table, _TOP, where, "the file")
    for name in ("film", "picture"):
        if not isinstance(table.get(name, {}), dict):
            raise where.error(name, f"{name} is a table: write [{name}] and settings below it")
    scenes = table.get("scene", [])
    if not isinstance(scenes, list) or not scenes:
        raise where.error("scene", "there is no scene; begin each with [[scene]] and give it a prompt")
    if not isinstance(table.get("title", ""), str):
        raise where.error("title", "title is a text")
    made = tuple(_scene(scene, where.scene(number)) for number, scene in enumerate(scenes))
    return Timeline(made, table.get("title"), table.get("film", {}), table.get("picture", {}))


class _Where:
    """Finds the line of a key, for messages; tomllib does not keep it."""

    def __init__(self, text: str, source: str, first: int = 0, last: int | None = None) -> None:
        self.lines, self.source = text.splitlines(), source
        self.text, self.first, self.last = text, first, len(self.lines) if last is None else last

    def scene(self, number: int) -> _Where:
        heads = [i for i, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*scene\s*\]\]", line)]
        if number >= len(heads):  # scenes as an inline array
            return self
        last = heads[number + 1] if number + 1 < len(heads) else None
        return _Where(self.text, self.source, heads[number], last)

    def line(self, key: str | None) -> int:
        mark = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key or '')}[\"']?\s*[=\].]")
        for i in range(self.first, self.last):
            if key is not None and mark.match(self.lines[i]):
                return i + 1
        return self.first + 1

    def error(self, key: str | None, message: str) -> SettingsError:
        return SettingsError(f"{self.source}, line {self.line(key)}: {message}")


def _known(table: Mapping[str, Any], allowed: Sequence[str], where: _Where, what: str) -> None:
    for key in table:
        if key not in allowed:
            raise where.error(key, f"{what} has the unknown key {key!r}; allowed are: {', '.join(allowed)}")


def _scene(table: Any, where: _Where) -> Scene:
    if not isinstance(table, dict):
        raise where.error("scene", "a scene is a table: begin it with [[scene]]")
    _known(table, _SCENE, where, "the scene")
    if not isinstance(table.get("prompt"), str):
        raise where.error("prompt", "every scene has a prompt, a text")
    tracks: dict[str, Track] = {}
    for name in TRACKS:
        if name in table:
            tracks[name] = _read(table[name], name, where)
    if "pan" in table:
        tracks |= _pan(table["pan"], where)
    weights = table.get("weights", [])
    if not isinstance(weights, list):
        raise where.error("weights", "weights is a list, with a number or keyframes for each part of the prompt")
    for name, kinds, told in (
        ("seconds", (int, float), "a number of seconds"),
        ("transition_seconds", (int, float), "a number of seconds"),
        ("transition", str, "a text"),
        ("caption", str, "a text"),
    ):
        if name in table and (not isinstance(table[name], kinds) or isinstance(table[name], bool)):
            raise where.error(name, f"{name} is {table[name]!r}; it must be {told}")
    return _guarded(
        where,
        "prompt",
        lambda: Scene(
            table["prompt"],
            table.get("seconds"),
            table.get("transition"),
            table.get("transition_seconds"),
            tracks,
            tuple(_read(one, "weights", where) for one in weights),
            {name: table[name] for name in OWN if name in table},
            table.get("caption"),
            f"{where.source}, line {where.line('prompt')}",
        ),
    )


def _guarded(where: _Where, key: str, make: Callable[[], Any]) -> Any:
    """Tell where in the file what goes wrong is written."""
    try:
        return make()
    except ClipgenError as error:
        if str(error).startswith(where.source):
            raise
        raise where.error(key, str(error)) from error


def _read(value: Any, name: str, where: _Where) -> Track:
    """A number, or keyframes {at, value, curve}."""
    if _is_number(value):
        return Track.constant(float(value))
    if not isinstance(value, list):
        raise where.error(name, f"{name} is {value!r}; it must be a number, or a list of keyframes: {KEYFRAME}")
    return _guarded(where, name, lambda: Track(tuple(_key(one, name, where) for one in value)))


def _key(table: Any, name: str, where: _Where) -> Key:
    if not isinstance(table, dict) or not {"at", "value"} <= table.keys() <= {"at", "value", "curve"}:
        raise where.error(name, f"a keyframe of {name} is {table!r}; write {KEYFRAME}")
    if not _is_number(table["at"]) or not _is_number(table["value"]):
        raise where.error(name, f"a keyframe of {name} is {table!r}; at and value are numbers")
    return Key(float(table["at"]), float(table["value"]), table.get("curve", "linear"))


def _pan(value: Any, where: _Where) -> dict[str, Track]:
    """[x, y] per second, or keyframes whose values are such pairs."""

    def is_pair(one: Any) -> bool:
        return isinstance(one, list) and len(one) == 2 and all(map(_is_number, one))

    if is_pair(value):
        return {f"pan_{axis}": Track.constant(float(one)) for axis, one in zip("xy", value, strict=True)}
    if not isinstance(value, list) or not all(isinstance(one, dict) and is_pair(one.get("value")) for one in value):
        raise where.error("pan", f"pan is {value!r}; it must be [X, Y], or a list of {{at = SECONDS, value = [X, Y]}}")
    return {
        f"pan_{axis}": _read([{**one, "value": one["value"][i]} for one in value], "pan", where)
        for i, axis in enumerate("xy")
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
