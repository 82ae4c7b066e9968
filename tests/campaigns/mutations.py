"""What damage and malice make of files: bytes changed anywhere, and changes after which checksums are right again."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

from damage import damaged

#: what stands in the place of a value of JSON or a word of a text
JUNK: list[Any] = [
    None, True, -1, 0, 1.5, 1e308, float("nan"), 2**70, "", " ", "x" * 30_000, "a\0b", "|", "\u202e", "💥", "\ud800",
    [], {}, [[]], [None], ["a"] * 2000, {"a": {"b": {}}}, [1, 2], [0, 0], [99999, 99999], "nan", "/etc/passwd",
]  # fmt: skip
_WORDS = re.compile(rb"[A-Za-z_]{2,}|-?\d[\d.]*|[\"'\[\]{}=:,|]")
#: pickles that make a folder named exploded, were they run
BOMBS = (b"cos\nmkdir\n(Vexploded\ntR.", b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93\x8c\x08exploded\x85R.",
         b"c__builtin__\neval\n(V__import__('os').mkdir('exploded')\ntR.")  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A file after one or more changes, which its format lets through or not."""
    while rng.random() < 0.2:
        data = _once(data, rng)
    return _once(data, rng)


def _once(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return rng.randbytes(20)
    if rng.random() < 0.6:  # as the format's own checksums see it
        if zipfile.is_zipfile(io.BytesIO(data)):
            return _in_zip(data, rng)
        if data.startswith(_PNG):
            return _in_png(data, rng)
        if data.startswith(b"\x1f\x8b"):
            with suppress(OSError, EOFError, zlib.error):  # it was damaged before
                return gzip.compress(_bytes(gzip.decompress(data), rng), 1)
    return _bytes(data, rng)


def _bytes(data: bytes, rng: random.Random) -> bytes:
    kind = rng.randrange(8)
    if kind == 0 and (changed := _in_json(data, rng)) is not None:
        return changed
    if kind == 1 and data.isascii() and (words := list(_WORDS.finditer(data, 0, 1 << 16))):
        word = rng.choice(words)
        new = rng.choice((json.dumps(rng.choice(JUNK)).encode(), rng.choice(words)[0], b""))
        return data[: word.start()] + new + data[word.end() :]
    if kind == 2:  # nested, long, or a pickle that runs code
        at = rng.choice((0, len(data), rng.randrange(len(data) + 1)))
        new = rng.choice((b"[" * 100_000, b'{"a":' * 100_000, b"(" * 100_000, b"9" * 5000, b"\0" * 100, *BOMBS))
        return data[:at] + new + data[at:]
    if kind == 3:
        return rng.choice((b"", b"\0" * len(data), rng.randbytes(min(len(data), 5000)), b"\xef\xbb\xbf" + data, *BOMBS))
    return damaged(data, rng) if data else data


def _in_json(data: bytes, rng: random.Random) -> bytes | None:
    """A JSON text, or a line of them, in which some value is another, missing or new; None where it is none."""
    if not data.lstrip().startswith((b"{", b"[")):
        return None
    lines = data.splitlines() if b"\n{" in data else [data]
    at = rng.randrange(len(lines))
    try:
        whole = json.loads(lines[at])
    except (ValueError, RecursionError):
        return None
    lines[at] = json.dumps(_replaced(whole, rng)).encode()
    return b"\n".join(lines)


def _replaced(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        changed = {**value, key: _replaced(value[key], rng)}
        if rng.random() < 0.2:
            del changed[key]
        return changed | ({"unknown": rng.choice(JUNK)} if rng.random() < 0.1 else {})
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        return value[:at] + [_replaced(value[at], rng)] * rng.choice((1, 1, 2, 300)) + value[at + 1 :]
    return rng.choice(JUNK)


def _in_zip(data: bytes, rng: random.Random) -> bytes:
    """An archive, such as torch's, one of whose members is changed, missing or there twice."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # it was damaged before
        return _bytes(data, rng)
    if not members:
        return _bytes(data, rng)
    # the pickle rather than the numbers
    at = next((i for i, (name, _) in enumerate(members) if name.endswith(".pkl")), 0)
    at = at if rng.random() < 0.7 else rng.randrange(len(members))
    name, inside = members[at]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED if rng.random() < 0.7 else zipfile.ZIP_DEFLATED) as new:
        for other, (known, content) in enumerate(members):
            if other != at:
                new.writestr(known, content)
            elif rng.random() < 0.9:
                bomb = name.endswith(".pkl") and rng.random() < 0.1
                new.writestr(name, rng.choice(BOMBS) if bomb else _bytes(inside, rng))
    return packed.getvalue()


def _in_png(data: bytes, rng: random.Random) -> bytes:
    """A PNG one of whose chunks is changed, whose checksum is right."""
    chunks, at = [], len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    if not chunks:
        return _bytes(data, rng)
    place = rng.randrange(len(chunks))
    kind, inside = chunks[place]
    if kind == b"iTXt" and inside.startswith(b"clipgen\0\1\0\0\0") and rng.random() < 0.9:
        try:
            inside = inside[:12] + zlib.compress(_bytes(zlib.decompress(inside[12:]), rng))
        except zlib.error:
            inside = _bytes(inside, rng)
    else:
        inside = _bytes(inside, rng) if inside else rng.randbytes(4)
    chunks[place] = (kind, inside[: 1 << 24])
    if rng.random() < 0.1:
        rng.shuffle(chunks)
    return _PNG + b"".join(
        struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))
        for kind, inside in chunks
    )
