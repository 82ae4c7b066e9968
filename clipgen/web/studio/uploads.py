"""Pictures that visitors send: bounded, decoded by the one loader, and stored as plain pixels."""

from __future__ import annotations

import hashlib
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from clipgen.errors import ImageError, SettingsError
from clipgen.files import write_whole
from clipgen.files.temporary import temporary_folder
from clipgen.media.images import load_reduced
from clipgen.media.pictures import read_metadata
from clipgen.values import Json
from clipgen.web.database import Database
from clipgen.web.messages import check_plain
from clipgen.web.settings import Bounds

UPLOADS = "uploads"
ID = re.compile(r"[0-9a-f]{24}")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


@dataclass(frozen=True)
class Upload:
    """A picture that was sent; width, height: as it is stored; metadata: None unless clipgen made it."""

    id: str
    width: int
    height: int
    metadata: dict[str, Json] | None = None

    @property
    def file(self) -> str:
        """The file's place in the folder of the server, by which jobs name it."""
        return f"{UPLOADS}/{self.id}.png"

    def to_json(self) -> dict[str, Json]:
        """All of it, with where its file is, as JSON."""
        return {
            "id": self.id,
            "width": self.width,
            "height": self.height,
            "metadata": self.metadata,
            "file": self.file,
            "url": f"/{self.file}",
        }


class Uploads:
    """The pictures that visitors sent.

        >>> from clipgen.web.studio.schema import opened
        >>> uploads = Uploads(opened(folder / "web"), folder, Bounds())
        >>> sent = uploads.add((folder / "a.png").read_bytes(), "owner")
        >>> sent.metadata, uploads.size(sent.id, "owner"), uploads.size(sent.id, "other")
        (None, (48, 32), None)

    database: with the tables of the studio; folder: of the files; bounds: of bytes and pixels.
    """

    def __init__(self, database: Database, folder: Path, bounds: Bounds) -> None:
        self.database, self.folder, self.bounds = database, folder, bounds

    def add(self, data: bytes, visitor: str) -> Upload:
        """Store a picture; the same bytes give the same id.

        Raises ImageError for what is no picture or too large, SettingsError when the visitor has sent too much.
        """
        if len(data) > self.bounds.upload_bytes:
            raise ImageError(f"the picture has more than {self.bounds.upload_bytes / 1e6:g} MB")
        id = hashlib.sha256(data).hexdigest()[:24]
        picture, metadata = self._decoded(data)
        place = self.folder / UPLOADS / f"{id}.png"
        self._check_room(visitor)
        with write_whole(place) as part:
            picture.save(part, "PNG")
        with self.database.writing():
            self.database.execute(
                "insert or replace into upload (id, visitor, width, height, bytes, created) values (?, ?, ?, ?, ?, ?)",
                [id, visitor, *picture.size, place.stat().st_size, time.time()],
            )
        return Upload(id, *picture.size, metadata)

    def _decoded(self, data: bytes) -> tuple[Image.Image, dict[str, Json] | None]:
        """The picture, upright and without anything else that the file has, and the settings of clipgen in it."""
        with temporary_folder() as place:
            sent = place / "picture"
            sent.write_bytes(data)
            _check_format(sent)
            try:
                picture, _ = load_reduced(sent, self.bounds.upload_side, self.bounds.upload_pixels)
            except ImageError as error:
                raise ImageError(str(error).replace(str(sent), "the file that was sent")) from None
            picture.thumbnail((self.bounds.upload_side, self.bounds.upload_side), Image.Resampling.LANCZOS)
            return picture, _settings_in(sent)

    def _check_room(self, visitor: str) -> None:
        all_bytes = "select sum(bytes) from upload"
        if (
            self.database.number(all_bytes) > self.bounds.kept_uploads
            or self.database.number(f"{all_bytes} where visitor = ?", [visitor]) > self.bounds.kept_uploads_each
        ):
            raise SettingsError("too many pictures have been sent; the owner of the server can delete some")

    def size(self, id: str, visitor: str) -> tuple[int, int] | None:
        """Width and height of a picture, None unless a visitor has sent it."""
        found = self.database.row("select width, height from upload where id = ? and visitor = ?", [id, visitor])
        return None if found is None else (found["width"], found["height"])


def _check_format(path: Path) -> None:
    """Raise ImageError for a format that only other programs or rarely used decoders can read, such as EPS."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged files: they are refused, or decoded all the same
            with Image.open(path, formats=FORMATS):
                pass
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise ImageError(f"the file that was sent is no picture in one of the formats {', '.join(FORMATS)}") from error


def _settings_in(path: Path) -> dict[str, Json] | None:
    try:
        metadata = read_metadata(path)
        check_plain(metadata)
    except (ImageError, SettingsError):
        return None
    return metadata
