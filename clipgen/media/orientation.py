"""The EXIF orientation of a picture file: what a turn makes of it, and how it is written without touching the pixels.

    >>> turned(1, 1)
    6

Pillow encodes a picture again to change its EXIF data; of the packages that do not, piexif is no longer kept, exif
changes JPEG only, and pyexiv2 is GPL. So the bytes of the one tag are written here, for JPEG, PNG, WebP and TIFF.
Sources: EXIF 2.32 (CIPA DC-008), TIFF 6.0, the PNG and WebP container specifications.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import reason

# what a quarter turn clockwise makes of an orientation, and of its mirrored twin
_CYCLES = ((1, 6, 3, 8), (2, 7, 4, 5))
_TAG, _SHORT = 0x0112, 3
_EXIF = b"Exif\0\0"
_SEGMENT = 65_535  # bytes of a JPEG segment, its length included
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_APP0, _APP1, _SCAN = 0xE0, 0xE1, 0xDA
_HAS_EXIF, _HAS_ALPHA = 0x08, 0x10  # flags of a WebP file


@dataclass(frozen=True)
class Edit:
    """Bytes of a file that become others: `old` at the place `at` becomes `new`; both may be empty."""

    at: int
    old: bytes
    new: bytes


def turned(orientation: int, quarters: int) -> int:
    """The orientation of a picture that is shown turned by quarters, clockwise, of how it is shown now.

    >>> [turned(orientation, 2) for orientation in range(1, 9)]
    [3, 4, 1, 2, 7, 8, 5, 6]
    """
    cycle = next(cycle for cycle in _CYCLES if orientation in cycle)
    return cycle[(cycle.index(orientation) + quarters) % 4]


def orientation_edits(data: bytes, orientation: int) -> list[Edit]:
    """What to change in a picture file so that it has an orientation, in order of place; pixel data stay as they are.

        >>> file = io.BytesIO()
        >>> Image.new("RGB", (8, 4)).save(file, "JPEG")
        >>> edited = io.BytesIO(with_edits(file.getvalue(), orientation_edits(file.getvalue(), 6)))
        >>> Image.open(edited).getexif()[0x0112]
        6

    data: a JPEG, PNG, WebP or TIFF file; orientation: of EXIF, 1 to 8.
    Raises ImageError, with the reason alone, for another format and for damaged data.
    """
    try:
        if data.startswith(_JPEG):
            return _in_jpeg(data, orientation)
        if data.startswith(_PNG):
            return _in_png(data, orientation)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _in_webp(data, orientation)
        if data[:4] in (b"II*\0", b"MM\0*"):
            return _in_tiff(data, orientation)
    except (struct.error, IndexError) as error:
        raise ImageError("the file ends within its EXIF data") from error
    except OSError as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"it cannot be decoded: {reason(error)}") from error
    raise ImageError("only JPEG, PNG, WebP and TIFF files have an EXIF orientation that can be written")


def with_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Data with edits made, which are in order of place.

        >>> with_edits(b"abcd", [Edit(1, b"b", b"x"), Edit(4, b"", b"e")])
        b'axcde'

    Raises ImageError where the data are not what an edit is for.
    """
    parts, end = [], 0
    for edit in edits:
        if data[edit.at : edit.at + len(edit.old)] != edit.old:
            raise ImageError(f"byte {edit.at} of the file is not what it was")
        parts += [data[end : edit.at], edit.new]
        end = edit.at + len(edit.old)
    return b"".join([*parts, data[end:]])


def reverted(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that take back edits in order of place.

    >>> reverted([Edit(1, b"b", b"xyz"), Edit(4, b"", b"e")])
    [Edit(at=1, old=b'xyz', new=b'b'), Edit(at=6, old=b'e', new=b'')]
    """
    back, shift = [], 0
    for edit in edits:
        back.append(Edit(edit.at + shift, edit.new, edit.old))
        shift += len(edit.new) - len(edit.old)
    return back


def _in_tiff(data: bytes, orientation: int) -> list[Edit]:
    """Edits of a TIFF structure, which EXIF data are, too: the entry of the tag, or a longer directory at the end."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ImageError("its EXIF data are damaged: no TIFF header")
    (start,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, start)
    places = range(start + 2, start + 2 + 12 * count, 12)
    if len(data) < start + 6 + 12 * count or start < 8:
        raise ImageError("its EXIF data are damaged: a directory outside of them")
    tags = [struct.unpack_from(order + "H", data, place)[0] for place in places]
    entry = struct.pack(order + "HHIHH", _TAG, _SHORT, 1, orientation, 0)
    if _TAG in tags:
        place = places[tags.index(_TAG)]
        return [Edit(place, data[place : place + 12], entry)]
    entries = [data[place : place + 12] for place in places]
    entries.insert(sum(tag < _TAG for tag in tags), entry)
    following = data[start + 2 + 12 * count :][:4]  # the place of the next directory
    padding = b"\0" * (len(data) % 2)
    longer = struct.pack(order + "H", count + 1) + b"".join(entries) + following
    moved = struct.pack(order + "I", len(data) + len(padding))
    return [Edit(4, data[4:8], moved), Edit(len(data), b"", padding + longer)]


def _exif(orientation: int) -> bytes:
    """EXIF data of nothing but an orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _TAG, _SHORT, 1, orientation, 0, 0)


def _inside(data: bytes, start: int, end: int, orientation: int) -> tuple[list[Edit], int]:
    """Edits of the EXIF data between two places of a file, and by how many bytes they become longer."""
    inside = _in_tiff(data[start:end], orientation)
    return [Edit(start + edit.at, edit.old, edit.new) for edit in inside], _growth(inside)


def _growth(edits: Iterable[Edit]) -> int:
    return sum(len(edit.new) - len(edit.old) for edit in edits)


def _in_jpeg(data: bytes, orientation: int) -> list[Edit]:
    place = 2
    for marker, start, end in _segments(data):
        if marker == _APP0 and start == place:  # JFIF wants its own segment to be the first
            place = end
        if marker == _APP1 and data[start + 4 :].startswith(_EXIF):
            inside, growth = _inside(data, start + 4 + len(_EXIF), end, orientation)
            if end - start - 2 + growth > _SEGMENT:
                raise ImageError("its EXIF data have no room left for an orientation")
            return [_number(data, start + 2, ">H", growth), *inside]
    body = _EXIF + _exif(orientation)
    return [Edit(place, b"", bytes([0xFF, _APP1]) + struct.pack(">H", len(body) + 2) + body)]


def _number(data: bytes, place: int, form: str, growth: int) -> Edit:
    """The edit of a length in a file."""
    old = data[place : place + struct.calcsize(form)]
    return Edit(place, old, struct.pack(form, struct.unpack(form, old)[0] + growth))


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment of a JPEG before its pixels."""
    start = 2
    while True:
        if data[start] != 0xFF:
            raise ImageError("the JPEG is damaged: a segment has no marker")
        if data[start + 1] == 0xFF:  # filled up
            start += 1
            continue
        if data[start + 1] == _SCAN:
            return
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        if end > len(data):
            raise ImageError("the JPEG ends within its header")
        yield data[start + 1], start, end
        start = end


def _in_png(data: bytes, orientation: int) -> list[Edit]:
    start, after = len(_PNG), 0
    while start < len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if end > len(data):
            raise ImageError("the PNG ends too early")
        if kind == b"eXIf":
            inside, growth = _inside(data, start + 8, end - 4, orientation)
            exif = with_edits(data[start + 8 : end - 4], _in_tiff(data[start + 8 : end - 4], orientation))
            return [_number(data, start, ">I", growth), *inside, Edit(end - 4, data[end - 4 : end], _sum(exif))]
        after = after or end  # the header is the first
        start = end
    exif = _exif(orientation)
    return [Edit(after, b"", struct.pack(">I", len(exif)) + b"eXIf" + exif + _sum(exif))]


def _sum(exif: bytes) -> bytes:
    """The check sum of a PNG's EXIF data."""
    return struct.pack(">I", zlib.crc32(b"eXIf" + exif))


def _in_webp(data: bytes, orientation: int) -> list[Edit]:
    (size,) = struct.unpack_from("<I", data, 4)
    start, places = 12, dict[bytes, int]()
    while start < min(len(data), size + 8):
        kind, length = struct.unpack_from("<4sI", data, start)
        places.setdefault(kind, start)
        start += 8 + length + length % 2
    if start > len(data):
        raise ImageError("the WebP file ends too early")
    edits = _extended(data, places.get(b"VP8X"))
    edits += _exif_chunk(data, places.get(b"EXIF"), start, orientation)
    return [_number(data, 4, "<I", _growth(edits)), *edits]


def _extended(data: bytes, header: int | None) -> list[Edit]:
    """Edits after which a WebP file says that it has EXIF data: a header with flags, or the flag in it."""
    if header is not None:
        place = header + 8
        return [Edit(place, data[place : place + 1], bytes([data[place] | _HAS_EXIF]))]
    with Image.open(io.BytesIO(data)) as picture:
        (width, height), alpha = picture.size, _HAS_ALPHA * picture.has_transparency_data
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return [Edit(12, b"", b"VP8X" + struct.pack("<II", 10, _HAS_EXIF | alpha) + sides)]


def _exif_chunk(data: bytes, start: int | None, end: int, orientation: int) -> list[Edit]:
    """Edits of a WebP file's EXIF data, which are at its end where there are none yet."""
    if start is None:
        exif = _exif(orientation)
        return [Edit(end, b"", b"EXIF" + struct.pack("<I", len(exif)) + exif)]
    (length,) = struct.unpack_from("<I", data, start + 4)
    first, last = start + 8, start + 8 + length
    first += len(_EXIF) * data[first:last].startswith(_EXIF)  # some programs write what only a JPEG has
    inside, growth = _inside(data, first, last, orientation)
    padding = Edit(last, b"\0" * (length % 2), b"\0" * ((length + growth) % 2))
    return [_number(data, start + 4, "<I", growth), *inside, padding]
