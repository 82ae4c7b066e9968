"""Everything that clipgen raises on purpose.

    ClipgenError
    ├── PromptError       (ValueError)    a prompt that cannot be parsed
    ├── SettingsError     (ValueError)    a setting out of its range, or unknown
    ├── UnknownNameError  (ValueError)    a generator, optimizer, preset … that does not exist
    ├── WeightsError      (OSError)       a model file that is missing or damaged
    ├── ImageError        (OSError)       a picture or film that cannot be loaded
    ├── OutputError       (OSError)       a file that cannot be written
    ├── DeviceError       (RuntimeError)  a device that is missing, or out of memory
    └── NonFiniteError    (RuntimeError)  the loss became NaN or infinite

A message says what was given, what is allowed and what to do next, on one line. It names settings, never the flags of a
shell: those are added by the shell, from the error's `settings`.

    >>> raise UnknownNameError.of("generator", "vqgn", ["cppn", "pixels", "vqgan"])
    Traceback (most recent call last):
    clipgen.errors.UnknownNameError: unknown generator 'vqgn'; did you mean 'vqgan'? choose from: cppn, pixels, vqgan
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Self

_LETTERS = 1500  # of a message
_MOST, _FEW = 30, 12  # names that a message lists, and those that it lists of more
_LONG = 100  # letters of an unknown name


class ClipgenError(Exception):
    """Base class: `except clipgen.ClipgenError` catches all errors that clipgen raises on purpose.

        >>> error = SettingsError("steps is 0; it must be 1 or more", settings=["steps"])
        >>> error.settings
        {'steps': None}

    args: the message, one line, of which the middle is left out where it has more than 1,500 letters, as with a text
    in the place of a name; settings: names of the settings to change, as a list, or with a value to try:
    `{"cut_chunk": 4}`. A shell adds its own spelling of them to the message.
    """

    def __init__(self, *args: object, settings: Mapping[str, object] | Iterable[str] = ()) -> None:
        super().__init__(*(_cut(one) if isinstance(one, str) else one for one in args))
        self.settings: dict[str, object] = (
            dict(settings) if isinstance(settings, Mapping) else dict.fromkeys(settings)
        )

    def in_context(self, before: str = "", after: str = "") -> Self:
        """The same error with text before and after its message: where it happened, or what to do.

            >>> print(SettingsError("steps is 0", settings=["steps"]).in_context(before="story.toml: "))
            story.toml: steps is 0

        Returns a new error of the same class with the same `settings`.
        """
        return type(self)(f"{before}{self}{after}", settings=self.settings)


def _cut(message: str) -> str:
    return message if len(message) <= _LETTERS else f"{message[:1000]} … {message[-400:]}"


class PromptError(ClipgenError, ValueError):
    """A prompt, or a file of prompts, that cannot be parsed."""


class SettingsError(ClipgenError, ValueError):
    """A setting that is unknown, of the wrong type or out of its range."""


class UnknownNameError(ClipgenError, ValueError):
    """A name that does not exist."""

    @classmethod
    def of(
        cls,
        kind: str,
        given: str,
        choices: Iterable[str],
        *,
        settings: Mapping[str, object] | Iterable[str] = (),
    ) -> Self:
        """Build the message from the name that was given and those that exist.

            >>> print(UnknownNameError.of("optimizer", "adm", ["adam", "sgd"]))
            unknown optimizer 'adm'; did you mean 'adam'? choose from: adam, sgd

        kind: of the named object, in the singular; given: the unknown name; choices: all known names; settings: as for
        `ClipgenError`.
        """
        known, given = list(choices), str(given)
        given = given if len(given) <= _LONG else f"{given[:_LONG]}…"  # of a damaged file; comparing them takes seconds
        by_lower = {name.lower(): name for name in known}
        close = difflib.get_close_matches(given.lower(), by_lower, n=1)
        guess = f" did you mean {by_lower[close[0]]!r}?" if close else ""
        return cls(f"unknown {kind} {given!r};{guess} choose from: {_listed(given, known)}", settings=settings)


def _listed(given: str, known: list[str]) -> str:
    """All names, or the most similar ones of many."""
    if len(known) <= _MOST:
        return ", ".join(known) or "(none)"
    similar = sorted(known, key=lambda name: -difflib.SequenceMatcher(None, given.lower(), name.lower()).ratio())
    return f"{', '.join(similar[:_FEW])} … ({len(known)} in all)"


class WeightsError(ClipgenError, OSError):
    """A model file that is missing, damaged or of another format."""


class ImageError(ClipgenError, OSError):
    """A picture or film that cannot be loaded, or that has no settings of clipgen in it."""


class OutputError(ClipgenError, OSError):
    """A file that cannot be written: no permission, no space, no encoder."""


class DeviceError(ClipgenError, RuntimeError):
    """A device that is not available, or that ran out of memory."""

    @classmethod
    def out_of_memory(cls) -> Self:
        """The error for a device that ran out of memory, with settings that take less of it.

        >>> list(DeviceError.out_of_memory().settings)
        ['cut_chunk', 'size', 'count', 'dtype']
        """
        return cls(
            "out of memory; use fewer cutouts at once (cut_chunk=4: the picture stays the same), a smaller size, "
            "a smaller count, or dtype='bf16'",
            settings={"cut_chunk": 4, "size": None, "count": None, "dtype": "bf16"},
        )


class NonFiniteError(ClipgenError, RuntimeError):
    """The loss became NaN or infinite; the last good picture is kept."""
