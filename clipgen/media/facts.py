"""What a picture file says of itself: size, orientation, time, and the words that people wrote into it."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin, JpegImagePlugin, TiffImagePlugin

_IPTC_FORMATS = (JpegImagePlugin.JpegImageFile, TiffImagePlugin.TiffImageFile)
_IPTC_WORDS = ((2, 5), (2, 25), (2, 120))  # object name, keywords, caption
_XMP_WORDS = re.compile(r"<dc:(?:subject|title|description)\b.*?</dc:", re.DOTALL)
_XMP_ITEM = re.compile(r"<rdf:li\b[^>]*>(.*?)</rdf:li>", re.DOTALL)
_MOST = 2000  # characters of one text: a damaged file must not fill the index


@dataclass(frozen=True)
class Facts:
    """What a picture file says of itself.

        >>> with Image.open(folder / "a.png") as opened:
        ...     Facts.of(opened)
        Facts(size=(48, 32), orientation=1, taken='', words='', format='PNG')

    size: (width, height) when upright; orientation: of EXIF, 1 to 8; taken: time of EXIF, "2024:05:17 10:31:02", or "";
    words: title, description and keywords in EXIF, IPTC, XMP or PNG texts; format: Pillow's name of the file's format,
    whatever its ending.
    """

    size: tuple[int, int]
    orientation: int
    taken: str
    words: str
    format: str

    @classmethod
    def of(cls, picture: Image.Image) -> Facts:
        """Of a picture that is open and not yet decoded."""
        exif = picture.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        width, height = picture.size
        size = (height, width) if orientation > 4 else (width, height)
        words = dict.fromkeys(filter(None, map(_text, _worded(picture, exif))))
        taken = _text(taken or exif.get(ExifTags.Base.DateTime))
        return cls(size, orientation, taken, " ".join(words), picture.format or "")


def _worded(picture: Image.Image, exif: Image.Exif) -> Iterator[object]:
    """Every text that a person may have written, in whatever type the file has it."""
    yield exif.get(ExifTags.Base.ImageDescription)
    for tag in (ExifTags.Base.XPTitle, ExifTags.Base.XPSubject, ExifTags.Base.XPKeywords):
        if isinstance(text := exif.get(tag), bytes):
            yield text.decode("utf-16-le", "ignore")
    yield from (picture.info.get(name) for name in ("Title", "Description"))
    xmp = picture.info.get("xmp")
    if isinstance(xmp, bytes):
        for part in _XMP_WORDS.findall(xmp.decode("utf-8", "replace")):
            yield from map(unescape, _XMP_ITEM.findall(part))
    iptc = _iptc(picture) if isinstance(picture, _IPTC_FORMATS) else {}
    for field in _IPTC_WORDS:
        found = iptc.get(field, [])
        yield from found if isinstance(found, list) else [found]


def _iptc(picture: ImageFile.ImageFile) -> dict[tuple[int, int], Any]:
    """What the block of IPTC has by field; nothing where it is malformed, which says nothing of the picture."""
    try:
        return IptcImagePlugin.getiptcinfo(picture) or {}
    except (OSError, SyntaxError, ValueError, struct.error):
        return {}


def _text(value: object) -> str:
    """The printable characters of a text; "" for anything else."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MOST]
