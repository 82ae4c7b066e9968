"""The gallery: pictures as files that carry their settings, with a row for each."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import write_whole
from clipgen.media.pictures import read_metadata, save_picture
from clipgen.prompts import slugify
from clipgen.values import Json, Values, parse_json
from clipgen.web.database import Database, Row, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURES, THUMBNAILS = "pictures", "thumbnails"
ID = re.compile(r"[0-9a-f]{16}")
_SIDE = 320  # of a thumbnail's longer side
_WORD = re.compile(r"[^\W_]+")
_BIN = 30 * 24 * 3600.0  # seconds that a deleted picture can be restored


@dataclass(frozen=True)
class Shown:
    """A picture of the gallery; metadata: what its file carries; deleted: when, None for those that are there."""

    number: int
    id: str
    job: str
    prompt: str
    seed: int
    score: float | None
    fit: str | None
    width: int
    height: int
    created: float
    favourite: bool
    deleted: float | None
    metadata: dict[str, Json]

    @classmethod
    def of(cls, row: Row) -> Shown:
        """Of a row of the table."""
        values = {name: row[name] for name in cls.__dataclass_fields__ if name not in ("metadata", "favourite")}
        return cls(**values, favourite=bool(row["favourite"]), metadata=parse_json(row["metadata"]))

    @property
    def file(self) -> str:
        """The file's place in the folder of the server, by which jobs name it too."""
        return f"{PICTURES}/{self.id}.png"

    @property
    def name(self) -> str:
        """The name under which it is downloaded."""
        return f"{slugify(self.prompt)}-{self.seed}.png"

    def to_json(self) -> dict[str, Json]:
        """All of it, with where its files are, as JSON."""
        return {**self.brief(), "metadata": self.metadata}

    def brief(self) -> dict[str, Json]:
        """The same without what the file carries."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__ if name != "metadata"},
            "file": self.file,
            "url": f"/{self.file}",
            "thumbnail": f"/{THUMBNAILS}/{self.id}.webp",
            "page": f"/picture/{self.id}",
        }


class Gallery:
    """Pictures of all visitors; a visitor sees those that are his.

        >>> from clipgen.web.studio.schema import opened
        >>> gallery = Gallery(opened(folder / "web"), folder / "web")
        >>> fox = gallery.add(picture, {"prompt": "a red fox", "seed": 7}, job="1", visitor="owner")
        >>> [shown.prompt for shown in gallery.page("owner", words="fox")]
        ['a red fox']

    database: with the tables of the studio; folder: of the files.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def add(self, picture: Image.Image, metadata: Values, *, job: str, visitor: str) -> Shown:
        """Save a picture that carries its metadata, with a thumbnail. Raises OutputError."""
        id = secrets.token_hex(8)
        save_picture(self.folder / PICTURES / f"{id}.png", picture, metadata)
        self._save_thumbnail(id, picture)
        return self._insert(id, picture.size, metadata, job=job, visitor=visitor, created=time.time())

    def _save_thumbnail(self, id: str, picture: Image.Image) -> None:
        small = picture.convert("RGB")
        small.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
        with write_whole(self.folder / THUMBNAILS / f"{id}.webp") as part:
            small.save(part, "WEBP", quality=80)

    def _insert(
        self, id: str, size: tuple[int, int], metadata: Values, *, job: str, visitor: str, created: float
    ) -> Shown:
        prompt, seed, score = (metadata.get(name) for name in ("prompt", "seed", "score"))
        values: list[Value] = [
            id,
            visitor,
            job,
            prompt if isinstance(prompt, str) else "",
            seed if isinstance(seed, int) and abs(seed) < 2**63 else 0,
            score if isinstance(score, float) else None,
            *size,
            json.dumps(dict(metadata), ensure_ascii=False),
            created,
        ]
        with self.database.writing():
            number = self.database.insert(
                "insert into picture (id, visitor, job, prompt, seed, score, width, height, metadata, created) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            self.database.insert("insert into picture_word (rowid, prompt) values (?, ?)", [number, values[3]])
        found = self.find(id)
        assert found is not None
        return found

    def adopt(self, visitor: str) -> int:
        """Add rows for picture files that have none, such as after the loss of the database; return their number."""
        known = {row["id"] for row in self.database.rows("select id from picture")}
        files = [path for path in (self.folder / PICTURES).glob("*.png") if ID.fullmatch(path.stem)]
        missing = sorted((path for path in files if path.stem not in known), key=lambda path: path.stat().st_mtime)
        return sum(self._adopt(path, visitor) for path in missing)

    def _adopt(self, path: Path, visitor: str) -> bool:
        try:
            metadata = read_metadata(path)
            with Image.open(path) as picture:
                self._save_thumbnail(path.stem, picture)
                size = picture.size
        except (ImageError, OSError):
            return False  # no picture of ours: the file stays where it is
        self._insert(path.stem, size, metadata, job="", visitor=visitor, created=path.stat().st_mtime)
        return True

    def find(self, id: str, visitor: str | None = None) -> Shown | None:
        """A picture by its id; of a visitor, if one is given."""
        row = self.database.row("select * from picture where id = ?", [id])
        return None if row is None or visitor not in (None, row["visitor"]) else Shown.of(row)

    def present(self, visitor: str) -> list[Path]:
        """The files of a visitor's pictures that are not deleted, newest first."""
        query = "select id from picture where visitor = ? and deleted is null order by number desc"
        return [self.folder / PICTURES / f"{row['id']}.png" for row in self.database.rows(query, [visitor])]

    def of_job(self, job: str, visitor: str) -> list[Shown]:
        """The pictures of a job that are not deleted, in order."""
        rows = self.database.rows(
            "select * from picture where job = ? and visitor = ? and deleted is null order by number", [job, visitor]
        )
        return [Shown.of(row) for row in rows]

    def neighbours(self, shown: Shown) -> tuple[str | None, str | None]:
        """The ids of the next newer and the next older picture of the same visitor."""
        found = []
        for sign, order in ((">", "asc"), ("<", "desc")):
            row = self.database.row(
                f"select id from picture where number {sign} ? and deleted is null and visitor = "
                f"(select visitor from picture where number = ?) order by number {order} limit 1",
                [shown.number, shown.number],
            )
            found.append(None if row is None else str(row["id"]))
        return found[0], found[1]

    def page(
        self,
        visitor: str,
        *,
        words: str = "",
        favourite: bool = False,
        deleted: bool = False,
        before: int = 0,
        limit: int = 60,
    ) -> list[Shown]:
        """Some pictures of a visitor, newest first.

        words: that must all begin a word of the prompt; favourite: only those; deleted: those instead of the others;
        before: the number of the last picture of the page before, 0 for the first page.
        """
        where, values = ["visitor = ?", f"deleted is {'not ' if deleted else ''}null"], list[Value]([visitor])
        if found := _WORD.findall(words):
            where.append("number in (select rowid from picture_word where picture_word match ?)")
            values.append(" ".join(f'"{word}"*' for word in found))
        if favourite:
            where.append("favourite")
        if before:
            where.append("number < ?")
            values.append(before)
        rows = self.database.rows(
            f"select * from picture where {' and '.join(where)} order by number desc limit ?", [*values, limit]
        )
        return [Shown.of(row) for row in rows]

    def change(self, id: str, values: Mapping[str, Value]) -> None:
        """Change favourite, fit or deleted of a picture."""
        columns = ", ".join(f"{name} = ?" for name in ("favourite", "fit", "deleted") if name in values)
        given = [values[name] for name in ("favourite", "fit", "deleted") if name in values]
        with self.database.writing():
            self.database.execute(f"update picture set {columns} where id = ?", [*given, id])

    def purge(self) -> None:
        """Delete the files of pictures that were deleted long ago."""
        old = [time.time() - _BIN]
        rows = self.database.rows("select number, id from picture where deleted < ?", old)
        with self.database.writing():
            for row in rows:
                self.database.execute("delete from picture where number = ?", [row["number"]])
                self.database.execute("delete from picture_word where rowid = ?", [row["number"]])
        self._unlink(row["id"] for row in rows)

    def _unlink(self, ids: Iterable[str]) -> None:
        for id in ids:
            (self.folder / PICTURES / f"{id}.png").unlink(missing_ok=True)
            (self.folder / THUMBNAILS / f"{id}.webp").unlink(missing_ok=True)

    def files(self, shown: Shown) -> Sequence[Path]:
        """The files of a picture: itself, and its thumbnail."""
        return self.folder / shown.file, self.folder / THUMBNAILS / f"{shown.id}.webp"
