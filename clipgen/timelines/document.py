"""Timelines as tables, such as TOML files have them: scenes with cameras and keyframes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeGuard

from clipgen.errors import ClipgenError, SettingsError
from clipgen.timelines.timeline import OWN, PLAIN_KEYS, Scene, Timeline
from clipgen.timelines.track import TRACKS, Key, Track
from clipgen.values import parse_toml

KEYFRAME = "{at = SECONDS, value = NUMBER, curve = NAME}"
_TOP = ("title", "film", "picture", "scene")
_SCENE = (*PLAIN_KEYS, "weights", "pan", *TRACKS, *OWN)


def read_document(text: str, *, source: str) -> Timeline:
    """Read a TOML timeline: [film] and [picture] set what holds for all, every [[scene]] has a prompt.

        >>> read_document('[[scene]]\\nprompt = "a fox"\\nzoom = 1.1', source="a.toml").scenes[0].tracks["zoom"].at(0)
        1.1

    source: named in errors. Raises SettingsError that names file, line, key and what is allowed.
    """
    try:
        table = parse_toml(text)
    except ValueError as error:
        raise SettingsError(f"{source} is not TOML: {error}") from error
    return _timeline(table, _Where(source, text.splitlines()))


def read_table(table: Mapping[str, object], *, source: str) -> Timeline:
    """Read a timeline from plain values, as `Timeline.to_table` gives them.

        >>> read_table({"scene": [{"prompt": "a fox"}]}, source="film.json").scenes[0].prompt
        'a fox'

    source: named in errors. Raises SettingsError that names source, scene, key and what is allowed.
    """
    return _timeline(table, _Where(source))


class _Where:
    """Names the place of a key, for messages: its line in a text (tomllib does not keep it), or its scene."""

    def __init__(
        self, source: str, lines: Sequence[str] = (), first: int = 0, last: int | None = None, scene: int | None = None
    ) -> None:
        self.source, self.lines, self.number = source, lines, scene
        self.first, self.last = first, len(lines) if last is None else last

    def scene(self, number: int) -> _Where:
        heads = [i for i, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*scene\s*\]\]", line)]
        if number >= len(heads):  # no text, or scenes as an inline array
            return _Where(self.source, self.lines, scene=number)
        last = heads[number + 1] if number + 1 < len(heads) else None
        return _Where(self.source, self.lines, heads[number], last)

    def place(self, key: str) -> str:
        mark = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\].]")
        if self.lines:
            found = (i for i in range(self.first, self.last) if mark.match(self.lines[i]))
            return f"{self.source}, line {next(found, self.first) + 1}"
        return self.source if self.number is None else f"{self.source}, scene {self.number + 1}"

    def error(self, key: str, message: str) -> SettingsError:
        return SettingsError(f"{self.place(key)}: {message}", settings=[key])

    @contextmanager
    def named(self, key: str) -> Iterator[None]:
        """Add the place to errors that do not name it."""
        try:
            yield
        except ClipgenError as error:
            if str(error).startswith(self.source):
                raise
            raise error.in_context(before=f"{self.place(key)}: ") from error


def _timeline(table: Mapping[str, object], where: _Where) -> Timeline:
    _known(table, _TOP, where, "the file")
    film, picture = (_table(table, name, where) for name in ("film", "picture"))
    scenes = table.get("scene", [])
    if not isinstance(scenes, list) or not scenes:
        raise where.error("scene", "there is no scene; begin each with [[scene]] and give it a prompt")
    title = table.get("title")
    if title is not None and not isinstance(title, str):
        raise where.error("title", f"title is {title!r}; it must be text")
    return Timeline(tuple(_scene(scene, where.scene(i)) for i, scene in enumerate(scenes)), title, film, picture)


def _table(table: Mapping[str, object], name: str, where: _Where) -> Mapping[str, object]:
    value = table.get(name, {})
    if not isinstance(value, Mapping):
        raise where.error(name, f"{name} is {value!r}; it must be a table: write [{name}] and settings below it")
    return value


def _known(table: Mapping[str, object], allowed: Sequence[str], where: _Where, what: str) -> None:
    for key in table:
        if key not in allowed:
            raise where.error(key, f"{what} has the unknown key {key!r}; allowed are: {', '.join(allowed)}")


def _scene(table: object, where: _Where) -> Scene:
    if not isinstance(table, Mapping):
        raise where.error("scene", "a scene must be a table: begin it with [[scene]]")
    _known(table, _SCENE, where, "the scene")
    prompt = _text(table, "prompt", where)
    if prompt is None:
        raise where.error("prompt", "the scene has no prompt; give it one")
    tracks = {name: _track(table[name], name, where) for name in TRACKS if name in table}
    tracks |= _pan(table["pan"], where) if "pan" in table else {}
    seconds, turning = _number(table, "seconds", where), _number(table, "transition_seconds", where)
    transition, caption = _text(table, "transition", where), _text(table, "caption", where)
    settings = {name: table[name] for name in OWN if name in table}
    weights, origin = _weights(table.get("weights", []), where), where.place("prompt")
    with where.named("prompt"):
        return Scene(prompt, seconds, transition, turning, tracks, weights, settings, caption, origin)


def _text(table: Mapping[str, object], name: str, where: _Where) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise where.error(name, f"{name} is {value!r}; it must be text")
    return value


def _number(table: Mapping[str, object], name: str, where: _Where) -> float | None:
    value = table.get(name)
    if value is not None and not _is_number(value):
        raise where.error(name, f"{name} is {value!r}; it must be a number of seconds")
    return value


def _weights(value: object, where: _Where) -> tuple[Track, ...]:
    if not isinstance(value, list):
        raise where.error("weights", f"weights is {value!r}; it must be a list: a number or keyframes for each part")
    return tuple(_track(one, "weights", where) for one in value)


def _track(value: object, name: str, where: _Where) -> Track:
    """A number, or keyframes {at, value, curve}."""
    if _is_number(value):
        return Track.constant(float(value))
    if not isinstance(value, list):
        raise where.error(name, f"{name} is {value!r}; it must be a number, or a list of keyframes: {KEYFRAME}")
    with where.named(name):
        return Track(tuple(_key(one, name, where) for one in value))


def _key(table: object, name: str, where: _Where) -> Key:
    if not isinstance(table, Mapping) or not {"at", "value"} <= table.keys() <= {"at", "value", "curve"}:
        raise where.error(name, f"{name} has the keyframe {table!r}; write {KEYFRAME}")
    if not _is_number(table["at"]) or not _is_number(table["value"]):
        raise where.error(name, f"{name} has the keyframe {table!r}; at and value must be numbers")
    return Key(float(table["at"]), float(table["value"]), table.get("curve", "linear"))


def _pan(value: object, where: _Where) -> dict[str, Track]:
    """[x, y] per second, or keyframes whose values are such pairs."""
    if _is_pair(value):
        return {f"pan_{axis}": Track.constant(float(one)) for axis, one in zip("xy", value, strict=True)}
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and _is_pair(one.get("value")) for one in value):
        raise where.error("pan", f"pan is {value!r}; it must be [X, Y], or a list of {{at = SECONDS, value = [X, Y]}}")
    return {
        f"pan_{axis}": _track([{**one, "value": one["value"][i]} for one in value], "pan", where)
        for i, axis in enumerate("xy")
    }


def _is_pair(value: object) -> TypeGuard[list[float]]:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
