"""Which files are pictures, and which are left out."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from clipgen.library import Database
from clipgen.library.scan import scan


def test_only_pictures_that_are_not_hidden(tmp_path: Path) -> None:
    for name in ("a.png", "B.JPG", "notes.txt", ".hidden.png", "film.mpg", "in/.cache/x.png", "in/c.heic", "d.pdf"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(b"x")
    found = scan(tmp_path / "photos", Database(tmp_path / "library.sqlite")).fresh
    assert [Path(path).name for path in found] == ["B.JPG", "a.png", "c.heic"]


def test_one_file_whatever_its_ending(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "picture", "PNG")
    found = scan(tmp_path / "picture", Database(tmp_path / "library.sqlite"))
    assert found.fresh == [str(tmp_path / "picture")]
