"""Everything that clipgen raises on purpose.

    ClipgenError
    ├── PromptError       (ValueError)    a prompt that cannot be read
    ├── SettingsError     (ValueError)    a setting out of its range, or unknown
    ├── UnknownNameError  (ValueError)    a generator, optimizer, preset … that does not exist
    ├── WeightsError      (OSError)       a model file that is missing or damaged
    ├── ImageError        (OSError)       a picture that cannot be read or written
    ├── DeviceError       (RuntimeError)  a device that is not there, or out of memory
    └── NonFiniteError    (RuntimeError)  the loss became NaN or infinite

A message says what was given, what is allowed and what to do next, on one line.

    >>> raise UnknownNameError.of("generator", "vqgn", ["cppn", "pixels", "vqgan"])
    Traceback (most recent call last):
    clipgen.errors.UnknownNameError: unknown generator 'vqgn'; did you mean 'vqgan'? choose from: cppn, pixels, vqgan
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Self


class ClipgenError(Exception):
    """The root: `except clipgen.ClipgenError` catches all that clipgen raises on purpose."""


class PromptError(ClipgenError, ValueError):
    """A prompt, or a file of prompts, that cannot be read."""


class SettingsError(ClipgenError, ValueError):
    """A setting that is unknown, of the wrong type or out of its range."""


class UnknownNameError(ClipgenError, ValueError):
    """A name that is in no table."""

    @classmethod
    def of(cls, kind: str, given: str, choices: Iterable[str]) -> Self:
        """Build the message from the name that was given and those that exist.

            >>> print(UnknownNameError.of("optimizer", "adm", ["adam", "sgd"]))
            unknown optimizer 'adm'; did you mean 'adam'? choose from: adam, sgd

        kind: what is named, in the singular; given: the unknown name; choices: all known names.
        """
        known = list(choices)
        by_lower = {name.lower(): name for name in known}
        close = difflib.get_close_matches(str(given).lower(), by_lower, n=1)
        guess = f" did you mean {by_lower[close[0]]!r}?" if close else ""
        return cls(f"unknown {kind} {given!r};{guess} choose from: {', '.join(known) or '(none)'}")


class WeightsError(ClipgenError, OSError):
    """A model file that is missing, damaged or of another format."""


class ImageError(ClipgenError, OSError):
    """A picture that cannot be read or written."""


class DeviceError(ClipgenError, RuntimeError):
    """A device that this machine lacks, or one that ran out of memory."""


class NonFiniteError(ClipgenError, RuntimeError):
    """The loss became NaN or infinite; the last good picture is kept by whoever raises this."""
