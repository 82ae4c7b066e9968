"""Picture files out, with the settings that made them inside, and those settings in again.

    >>> save_picture(folder / "reef.jpg", picture, {"prompt": "a reef", "seed": 7})
    >>> read_metadata(folder / "reef.jpg")
    {'prompt': 'a reef', 'seed': 7}

A format is a row of `FORMATS`; another one is one more row.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from clipgen import __version__
from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.files import write_whole
from clipgen.media.images import open_picture
from clipgen.values import Json, Values, parse_json

METADATA_KEY = "clipgen"
SOFTWARE = f"clipgen {__version__}"

# EXIF states the encoding of a comment in its first eight bytes
_PLAIN, _PACKED = b"ASCII\0\0\0", b"\0\0\0\0\0\0\0\0clipgen-zlib\0"
_JPEG_SEGMENT = 65_533  # bytes that one segment of a JPEG can hold
_MOST_TEXT = 16_000_000  # bytes of unpacked metadata: a damaged file must not fill the memory


@dataclass(frozen=True)
class PictureFormat:
    """How one kind of picture file is written.

    name: Pillow's name of the format; carry: turns metadata into those arguments of Pillow's `save` that put them into
    the file; options: further arguments of `save`.
    """

    name: str
    carry: Callable[[Values], dict[str, object]]
    options: Mapping[str, object] = field(default_factory=dict)


def _text_chunk(metadata: Values) -> dict[str, object]:
    info = PngInfo()
    info.add_itxt(METADATA_KEY, json.dumps(dict(metadata), ensure_ascii=False), zip=True)
    info.add_text("Software", SOFTWARE)
    return {"pnginfo": info}


def _exif(metadata: Values, most: int | None = None) -> dict[str, object]:
    # characters above 127 as \uXXXX: programs disagree about the encoding of EXIF comments
    text = json.dumps(dict(metadata)).encode("ascii")
    exif = _exif_bytes(_PLAIN + text)
    if most is not None and len(exif) > most:
        exif = _exif_bytes(_PACKED + zlib.compress(text, 9))
        if len(exif) > most:
            raise OutputError(
                f"the settings of the picture take {len(exif)} bytes and a .jpg can carry {most}; name a .png or .webp",
                settings=["output"],
            )
    return {"exif": exif}


def _exif_bytes(comment: bytes) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = SOFTWARE
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return exif.tobytes()


_JPEG = PictureFormat("JPEG", partial(_exif, most=_JPEG_SEGMENT), {"quality": 95, "subsampling": 0, "optimize": True})
#: by the ending of the file name
FORMATS: dict[str, PictureFormat] = {
    ".png": PictureFormat("PNG", _text_chunk),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": PictureFormat("WEBP", _exif, {"quality": 90}),
}
DEFAULT_ENDING = ".png"
#: metadata of a drawing of many pictures, such as a sheet, which the next run may replace
DRAWN: Values = {"drawn": True}


def picture_format(path: str | Path) -> PictureFormat:
    """The row of `FORMATS` for a file name.

        >>> picture_format("reef.JPG").name
        'JPEG'

    Raises SettingsError for an ending without a row.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise SettingsError(
            f"{path} does not end in one of {', '.join(FORMATS)}; name a picture with one of them", settings=["output"]
        )
    return FORMATS[ending]


def save_picture(path: str | Path, picture: Image.Image, metadata: Values) -> None:
    """Write a picture that carries its metadata, whole or not at all; the same picture gives the same bytes.

        >>> save_picture(folder / "reef.png", picture, {"prompt": "a reef", "seed": 7})

    path: ends in .png, .jpg, .jpeg or .webp; its folder is made when missing; metadata: JSON values.
    Raises SettingsError for another ending, OutputError for an unwritable folder, a full disk, or metadata that the
    format cannot carry.
    """
    row = picture_format(path)
    carried = row.carry(metadata)
    with write_whole(path) as part:
        picture.save(part, format=row.name, **{**row.options, **carried})


def read_metadata(path: str | Path) -> dict[str, Json]:
    """Read the metadata that `save_picture` wrote.

        >>> save_picture(folder / "reef.webp", picture, {"seed": 7})
        >>> read_metadata(folder / "reef.webp")["seed"]
        7

    Raises ImageError when the picture cannot be read or was not made by clipgen.
    """
    with open_picture(path) as picture:
        text = _text_of(picture)
    if text is None:
        raise ImageError(f"{path} carries no clipgen settings; only pictures that clipgen wrote do")
    try:
        metadata = parse_json(text)
    except ValueError as error:
        raise ImageError(f"the clipgen settings in {path} are damaged: {error}") from error
    if not isinstance(metadata, dict):
        raise ImageError(f"the clipgen settings in {path} are damaged: not a table")
    return metadata


def carries(path: str | Path, metadata: Values) -> bool:
    """Whether a file is a picture with exactly this metadata.

    >>> save_picture(folder / "sheet.png", picture, DRAWN)
    >>> carries(folder / "sheet.png", DRAWN), carries(folder / "a.png", DRAWN), carries(folder / "none.png", DRAWN)
    (True, False, False)
    """
    try:
        return read_metadata(path) == metadata
    except ImageError:
        return False


def _text_of(picture: Image.Image) -> str | bytes | None:
    text = picture.info.get(METADATA_KEY)
    if isinstance(text, str):
        return text
    exif = picture.getexif()
    comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if not str(exif.get(ExifTags.Base.Software, "")).startswith("clipgen ") or not isinstance(comment, bytes):
        return None
    if comment.startswith(_PACKED):
        return zlib.decompressobj().decompress(comment.removeprefix(_PACKED), _MOST_TEXT)
    return comment.removeprefix(_PLAIN)


def add_text(path: str | Path, name: str, text: str) -> None:
    """Add a text chunk to an existing PNG; its pixels and other chunks stay.

        >>> save_picture(folder / "reef.png", picture, {})
        >>> add_text(folder / "reef.png", "Description", "a coral reef")

    name: of the text chunk; an older text of that name is replaced.
    Raises ImageError when it is no PNG or an animated one, OutputError when it cannot be written.
    """
    with open_picture(path) as picture:
        if picture.format != "PNG" or getattr(picture, "is_animated", False):
            raise ImageError(
                f"{path} is no plain PNG; a text can be added to PNG files only: write it into a file of its own "
                "(sidecar)",
                settings=["sidecar"],
            )
        texts = {**picture.text, name: text}  # type: ignore[attr-defined]
        info = PngInfo()
        for key, value in texts.items():
            info.add_itxt(key, value, zip=len(value) > 200)
        kept = {key: picture.info[key] for key in ("icc_profile", "exif", "dpi", "gamma") if key in picture.info}
        with write_whole(path) as part:
            picture.save(part, format="PNG", pnginfo=info, **kept)
