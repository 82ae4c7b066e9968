"""JSON on standard output: names of files that are not UTF-8 become escapes, which JSON reads back."""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Mapping, Sequence

_HANDLER = "clipgen.names"


def as_line(value: Mapping[str, object] | Sequence[object]) -> str:
    """One line of JSON.

    >>> as_line({"image": "caf\u00e9.png"})
    '{"image": "caf\u00e9.png"}'
    """
    return _printable(json.dumps(value, ensure_ascii=False))


def as_text(value: Mapping[str, object] | Sequence[object]) -> str:
    """JSON for people, with indents."""
    return _printable(json.dumps(value, indent=2, ensure_ascii=False))


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def print_any_name() -> None:
    """Let standard output print all names: bytes that are not UTF-8 as they are, other characters as escapes."""
    codecs.register_error(_HANDLER, _as_bytes)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=_HANDLER)


def _as_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """The bytes behind what cannot be encoded: Python keeps a byte of a file name that is no text as one character."""
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    kept = [_byte(character) or character.encode("ascii", "backslashreplace") for character in lost]
    return b"".join(kept), error.end


def _byte(character: str) -> bytes | None:
    code = ord(character) - 0xDC00
    return bytes([code]) if 0x80 <= code <= 0xFF else None
